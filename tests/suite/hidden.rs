//! What an instructor keeps from students: further exercises and checks.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, Tutor, course};

/// A further check of an exercise of the lab's, with other rows in the table, and a further exercise.
const FILE: &str = r#"# Kept from students

```toml,hidden
lesson = "parallel-count"
```

## Really counted {#118708-x-3 .exercise}

```toml,check
compare = "rows"
partial = 0.5
```

```sql,setup
DELETE FROM mail_messages WHERE id <= 100;
```

```sql,answer
SELECT count(*) FROM mail_messages;
```

```sql,wrong
SELECT 356124;
```
> A number that you know is not one that you count.

## Threads {#thread-count .exercise}

```toml,check
compare = "rows"
points = 3
```

```sql,answer
SELECT count(*) FROM mail_messages WHERE parent_id IS NULL;
```

```sql,wrong
SELECT count(parent_id) FROM mail_messages;
```
> Those are the replies.
"#;

/// A class of three: all right, foreseen mistakes, and others.
const CLASS: [(&str, &str, &str); 3] = [
    ("ada", "SELECT count(*) FROM mail_messages;", "SELECT count(*) FROM mail_messages WHERE parent_id IS NULL;"),
    ("bob", "SELECT 356124;", "SELECT count(parent_id) FROM mail_messages;"),
    ("cy", "SELECT count(*) + 100 - 100 + (SELECT 0 * min(id) FROM mail_messages) FROM mail_messages;", "SELECT 5;"),
];

/// A folder with the instructor's file and the class.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(file: &str) -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let class = folder.path().join("class");
        fs::create_dir(&class).expect("a folder");
        fs::write(folder.path().join("hidden.md"), file).expect("the file");
        for (name, counted, threads) in CLASS {
            let text = format!("-- exercise: 118708-x-3\n{counted}\n-- exercise: thread-count\n{threads}\n");
            fs::write(class.join(format!("{name}.sql")), text).expect("a submission");
        }
        Desk { folder }
    }

    /// The same, its file recorded.
    fn recorded(file: &str) -> Desk {
        let desk = Desk::new(file);
        let ran = desk.run(&["check", "12", "--record"]);
        assert!(ran.status == 0 && ran.out.ends_with("2 exercises proved, 0 with faults\n"), "{ran:#?}");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A run with the file.
    fn run(&self, arguments: &[&str]) -> Ran {
        let file = self.path("hidden.md").display().to_string();
        Tutor::new(&[arguments, &["--hidden", &file]].concat()).run()
    }

    fn grade(&self, arguments: &[&str]) -> Ran {
        let class = self.path("class").display().to_string();
        let base = ["grade", "12", &class, "--only", "118708-x-3", "--only", "thread-count"];
        self.run(&[&base[..], arguments].concat())
    }
}

fn report(ran: &Ran) -> Value {
    let mut report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    for submission in report["submissions"].as_array_mut().expect("submissions") {
        submission["seconds"] = Value::Null;
    }
    report
}

/// `status score/maximum feedback` of both exercises.
fn results(report: &Value, student: usize) -> [String; 2] {
    [0, 1].map(|number| {
        let result = &report["submissions"][student]["exercises"][number];
        let text = |field: &str| result[field].as_str().expect("a text").to_owned();
        format!("{} {}/{} {}", text("status"), result["score"], result["max_score"], text("feedback"))
    })
}

#[test]
fn an_answer_has_to_pass_both_checks_and_further_exercises_count() {
    let desk = Desk::recorded(FILE);
    let report = report(&desk.grade(&["--format", "json"]));
    assert_eq!(results(&report, 0), ["passed 1.0/1.0 ", "passed 3.0/3.0 "]);
    let known = "wrong 0.5/1.0 A number that you know is not one that you count.";
    assert_eq!(results(&report, 1), [known, "wrong 0.0/3.0 Those are the replies."]);
    assert_eq!(results(&report, 2), ["passed 1.0/1.0 ", "wrong 0.0/3.0 This is not what was expected."]);
    assert_eq!(report["submissions"][0]["max_score"], 4.0);
    assert!(!report.to_string().contains("\"difference\""), "{report:#}");
}

#[test]
fn what_was_expected_is_told_where_the_instructor_wants_it() {
    let desk = Desk::recorded(&FILE.replace("lesson = ", "show_expected = true\nlesson = "));
    let report = report(&desk.grade(&["--format", "json"]));
    let result = &report["submissions"][2]["exercises"][1];
    assert_eq!(result["difference"]["expected"][0], "100905", "{result:#}");
}

#[test]
fn students_meet_nothing_of_it() {
    let desk = Desk::recorded(FILE);
    let pages = desk.path("pages").display().to_string();
    let graded = desk.grade(&["--format", "html", "-o", &pages]);
    assert_eq!(graded.status, 0, "{graded:#?}");
    for page in fs::read_dir(desk.path("pages/students")).expect("pages") {
        let page = fs::read_to_string(page.expect("a page").path()).expect("a page");
        assert!(page.contains("thread-count") && !page.contains("DELETE FROM"), "{page}");
        assert!(page.contains("WHERE parent_id IS NULL") == page.contains("ada"), "{page}");
    }
    assert!(!Tutor::new(&["list"]).expect(0).out.contains("thread-count"));
    let asked = Tutor::new(&["lab", "12", "--at", "thread-count"]).expect(2);
    assert!(asked.err.contains("there is no lesson or exercise"), "{asked:#?}");
}

#[test]
fn parts_with_it_are_put_together_and_a_journal_knows_it() {
    let desk = Desk::recorded(FILE);
    let journal = desk.path("journal").display().to_string();
    let whole = desk.grade(&["--format", "json", "--resume", &journal]);
    let mut parts = Vec::new();
    for part in ["1/2", "2/2"] {
        let name = desk.path(&part.replace('/', "-")).display().to_string();
        assert_eq!(desk.grade(&["--format", "json", "--partition", part, "-o", &name]).status, 0);
        parts.push(name);
    }
    let merged = desk.run(&["grade", "12", &parts[0], &parts[1], "--merge", "--format", "json"]);
    assert_eq!(report(&merged), report(&whole));
    assert_eq!(merged.err, "");
    let without = Tutor::new(&["grade", "12", &parts[0], "--merge"]).expect(0);
    assert!(without.err.contains("lab 12 has no exercise thread-count"), "{without:#?}");

    let again = desk.grade(&["--format", "json", "--resume", &journal]);
    assert_eq!((again.status, again.err.as_str()), (0, ""), "{again:#?}");
    fs::write(desk.path("hidden.md"), FILE.replace("points = 3", "points = 4")).expect("the file");
    let changed = desk.grade(&["--resume", &journal]);
    assert!(changed.status == 2 && changed.err.contains("was begun with another lab"), "{changed:#?}");
}

#[test]
fn mistakes_in_it_are_told_with_their_lines() {
    let of_no_lesson = FILE.replace("lesson = \"parallel-count\"", "");
    for (file, status, said) in [
        (FILE.to_owned(), 2, "hidden.md:27: what the answers to thread-count show is not recorded"),
        (of_no_lesson, 3, "hidden.md:27: there is no exercise \"thread-count\" in lab 12 to check"),
        (
            FILE.replace("parallel-count", "paralel-count"),
            3,
            "hidden.md:3: there is no lesson \"paralel-count\" in lab 12; did you mean \"parallel-count\"?",
        ),
        (
            FILE.replace("#thread-count", "#118708-x-3"),
            3,
            "hidden.md:27: the id \"118708-x-3\" is used twice in this file",
        ),
        (
            FILE.replace("partial = 0.5", "second_data = true"),
            3,
            "hidden.md:7: a further check is about the lesson's data",
        ),
        (FILE.replace("#thread-count", "#processes"), 3, "hidden.md:27: \"processes\" is a lesson of the lab"),
        (FILE.replace("show_", "shown_").replace("lesson =", "lessons ="), 3, "hidden.md:4: unknown field `lessons`"),
        (FILE.replace("points = 3", "after = [\"read-once\"]"), 3, "hidden.md:27: `after` names \"read-once\""),
        ("# Nothing\n".to_owned(), 3, "hidden.md:1: there is no exercise in it"),
    ] {
        let ran = Desk::new(&file).grade(&[]);
        assert!(ran.status == status && ran.err.contains(said), "{said}: {ran:#?}");
    }
    let twice = Desk::new(FILE);
    let file = twice.path("hidden.md").display().to_string();
    let ran = twice.grade(&["--hidden", &file]);
    assert!(ran.err.contains("the id \"118708-x-3\" is used in ") && ran.err.contains("already"), "{ran:#?}");
}

#[test]
fn a_record_of_an_earlier_file_is_none() {
    let desk = Desk::recorded(FILE);
    let more = FILE.replace("## Threads", "```sql,answer\nSELECT sum(1) FROM mail_messages;\n```\n\n## Threads");
    fs::write(desk.path("hidden.md"), more).expect("the file");
    let ran = desk.grade(&[]);
    assert!(ran.status == 2 && ran.err.contains("is not recorded, or not as they are now"), "{ran:#?}");
}

#[test]
fn it_is_refused_where_students_get_it() {
    let copy = tempfile::tempdir().expect("a folder");
    Tutor::new(&["export", "--student", &copy.path().display().to_string()]).expect(0);
    let file = copy.path().join("labs/12-background-processes/hidden.md");
    fs::write(&file, FILE).expect("the file");
    let arguments = ["--course", &text(copy.path()), "grade", "12", ".", "--hidden", &text(&file)];
    let ran = Tutor::new(&arguments).directory(course().root()).expect(2);
    assert!(ran.err.contains("is in the folder of the labs, which students get"), "{ran:#?}");
}

#[test]
fn a_check_says_which_of_the_lab_s_answers_are_right() {
    let open = FILE.replacen("```sql,answer\nSELECT count(*) FROM mail_messages;\n```\n", "", 1);
    let ran = Desk::new(&open).run(&["check", "12", "--record"]);
    assert!(ran.status == 1 && ran.out.contains("the lab's answers 1 and 2 do not show the same here"), "{ran:#?}");
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
