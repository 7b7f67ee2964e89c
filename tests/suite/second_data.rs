//! Grading over the second data set: a computed result is right there too, a typed one is not.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Ran, Tutor};

/// Answers to exercises of lab 1 that have to be right over the second data set; the last one is not marked.
const COMPUTED: &str = "-- exercise: first-answer\nSELECT count(*) FROM trees;\n\
                        -- exercise: text-in-a-variable\n\\set fruit plum\nSELECT count(*) FROM trees WHERE kind = :'fruit';\n\
                        -- exercise: keep-a-value\nSELECT * FROM trees WHERE id = 12;\n";
const TYPED: &str = "-- exercise: first-answer\nSELECT 12;\n\
                     -- exercise: text-in-a-variable\nSELECT count('plum'), '' AS x \\gset\nSELECT 3;\n\
                     -- exercise: keep-a-value\nSELECT * FROM trees WHERE id = 12;\n";

/// The same in lab 12, where an exercise plays with background workers.
const COMPUTED_12: &str = "-- exercise: no-gaps-no-overlaps\n\
                           SELECT count(*), sum(cnt), (SELECT count(*) FROM m) FROM fan_out(7);\n";
const TYPED_12: &str = "-- exercise: no-gaps-no-overlaps\nSELECT 7, 299990, 299990 FROM fan_out(7) LIMIT 1;\n";

/// A function of the student's own, made in one exercise and used in the next one, over its data.
const WITH_A_FUNCTION: &str = "-- exercise: first-answer\n\
                               CREATE FUNCTION all_trees() RETURNS bigint LANGUAGE plpgsql AS\n\
                               'BEGIN RETURN count(*) FROM trees; END';\nSELECT all_trees();\n\
                               -- exercise: text-in-a-variable\n\
                               SELECT all_trees() - count(*) FROM trees WHERE kind <> 'plum';\n";

fn grade(lab: &str, submissions: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in submissions {
        fs::write(folder.path().join(format!("{name}.sql")), text).expect("a submission");
    }
    let path = folder.path().display().to_string();
    let ran = Tutor::new(&[&["grade", lab, &path, "--format", "json"], arguments].concat()).run();
    assert_eq!(ran.status, 0, "{ran:#?}");
    ran
}

/// Each submission's exercises that were attempted: name, id, status and what was said.
fn said(ran: &Ran) -> Vec<[String; 4]> {
    let report: Value = serde_json::from_str(&ran.out).expect("a report");
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut all = Vec::new();
    for submission in list(&report["submissions"]) {
        let attempted = list(&submission["exercises"]).into_iter().filter(|one| one["status"] != "not_attempted");
        all.extend(
            attempted
                .map(|one| [text(&submission["name"]), text(&one["id"]), text(&one["status"]), text(&one["feedback"])]),
        );
    }
    all
}

fn statuses(ran: &Ran) -> Vec<String> {
    said(ran).into_iter().map(|[name, id, status, _]| format!("{name} {id} {status}")).collect()
}

#[test]
fn a_typed_result_is_told_from_a_computed_one() {
    let class = [("ada", COMPUTED), ("bob", TYPED)];
    let graded = grade("1", &class, &["--jobs", "1"]);
    assert_eq!(
        statuses(&graded),
        [
            "ada first-answer passed",
            "ada keep-a-value passed",
            "ada text-in-a-variable passed",
            "bob first-answer wrong",
            "bob keep-a-value passed",
            "bob text-in-a-variable wrong",
        ]
    );
    let feedback: Vec<String> = said(&graded).into_iter().map(|[_, _, _, said]| said).collect();
    assert!(feedback[3].contains("right for the data of the lesson only"), "{feedback:?}");
    // What is expected there is not told.
    assert!(!feedback[3].contains("10") && feedback[0].is_empty(), "{feedback:?}");

    let at_once = grade("1", &class, &["--jobs", "2"]);
    assert_eq!(said(&at_once), said(&graded));
    let once = grade("1", &class, &["--one-data-set"]);
    assert!(said(&once).iter().all(|[_, _, status, said]| status == "passed" && said.is_empty()), "{once:#?}");
}

#[test]
fn a_further_check_is_about_the_lesson_s_data_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let further = folder.path().join("further.md").display().to_string();
    let check = "# Further\n\n## Counted {#first-answer .exercise}\n\n```toml,check\ncompare = \"rows\"\n```\n\n\
                 ```sql,setup\nDELETE FROM trees WHERE id = 1;\n```\n\n\
                 ```sql,answer\nSELECT count(*) FROM trees;\n```\n\n\
                 ```sql,wrong\nSELECT 6;\n```\n> Counted by hand.\n";
    std::fs::write(&further, check).expect("a file");
    Tutor::new(&["check", "1", "--hidden", &further, "--record"]).expect(0);
    let ran = grade(
        "1",
        &[("counts", "-- exercise: first-answer\nSELECT count(*) FROM trees;")],
        &["--only", "first-answer", "--hidden", &further],
    );
    assert_eq!(statuses(&ran), ["counts first-answer passed"], "{ran:#?}");
}

#[test]
fn what_a_lesson_s_set_up_makes_differs_too() {
    let graded = grade("12", &[("ada", COMPUTED_12), ("bob", TYPED_12)], &["--only", "scheduler-and-workers"]);
    assert_eq!(
        statuses(&graded).iter().map(String::as_str).filter(|one| one.contains("no-gaps")).collect::<Vec<_>>(),
        ["ada no-gaps-no-overlaps passed", "bob no-gaps-no-overlaps wrong"]
    );
}

#[test]
fn what_stands_before_an_answer_is_there_over_other_data_as_well() {
    let graded = grade("1", &[("ada", WITH_A_FUNCTION)], &[]);
    assert_eq!(statuses(&graded), ["ada first-answer passed", "ada text-in-a-variable passed"]);
}

#[test]
fn the_limits_hold_over_other_data_too() {
    let sleeps = "-- exercise: first-answer\n\
                  SELECT pg_sleep(600) FROM (SELECT FROM trees HAVING count(*) <> 12) AS other;\nSELECT count(*) FROM trees;\n";
    let graded = grade("1", &[("ada", COMPUTED), ("bob", sleeps)], &["--only", "first-answer", "--seconds", "5"]);
    assert_eq!(statuses(&graded), ["ada first-answer passed", "bob first-answer timed_out"]);
    let [_, _, _, feedback] = &said(&graded)[1];
    assert!(feedback.contains("Over other data: It was stopped: an exercise may take 5 seconds."), "{feedback}");
}

#[test]
fn a_typed_result_passes_at_the_prompt() {
    let ran = Tutor::new(&["lab", "1", "--at", "first-answer"]).input("SELECT 12;").expect(0);
    assert!(ran.out.contains("passed: first-answer\n"), "{ran:#?}");
}

#[test]
fn a_stopped_run_does_not_go_on_with_another_data_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal").display().to_string();
    let class = [("ada", COMPUTED)];
    grade("1", &class, &["--resume", &journal]);
    fs::write(folder.path().join("ada.sql"), COMPUTED).expect("a submission");
    let path = folder.path().join("ada.sql").display().to_string();
    let other = Tutor::new(&["grade", "1", &path, "--resume", &journal, "--one-data-set"]).expect(2);
    assert!(other.err.contains("was begun with another lab, other points"), "{other:#?}");
}

/// A course with one lesson of a table of ten pages, or of so many as the second data set says.
fn course_with(second_data: Option<&str>, set_up: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let course = dir.path().display().to_string();
    Tutor::new(&["--course", &course, "new", "lab", "3", "joins"]).expect(0);
    let lesson = dir.path().join("labs/03-joins/01-first-steps.md");
    let text = fs::read_to_string(&lesson).expect("the lesson");
    let marked = text.replace("compare = \"rows\"", "compare = \"rows\"\nsecond_data = true");
    let marked = marked.replace("generate_series(1, 10)", set_up);
    fs::write(&lesson, marked).expect("it is written");
    if let Some(settings) = second_data {
        fs::write(dir.path().join("fixtures/second.toml"), settings).expect("it is written");
    }
    dir
}

fn check(course: &Path) -> Ran {
    Tutor::new(&["--course", &course.display().to_string(), "check", "3", "--record"]).run()
}

#[test]
fn an_author_hears_of_a_second_data_set_that_tells_nothing() {
    let same = check(course_with(Some("pages = 13\n"), "generate_series(1, 10)").path());
    assert!(same.out.contains("answer 1: shows the same over both data sets"), "{same:#?}");
    let differs = "generate_series(1, coalesce(current_setting('lab.pages', true), '10')::int)";
    let other = check(course_with(Some("pages = 13\n"), differs).path());
    assert!(other.status == 0 && !other.out.contains("over both data sets"), "{other:#?}");
    let none = check(course_with(None, differs).path());
    assert!(none.status == 3 && none.err.contains("second.toml: "), "{none:#?}");
}
