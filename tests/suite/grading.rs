//! Grading: a class of ordinary, strange and hostile submissions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Ran, Tutor, course};

/// The exercise that most hostile submissions are about, and a right answer to it.
const COUNT: &str = "118708-x-3";
const COUNT_ANSWER: &str = "SELECT count(*) FROM mail_messages;\n";

/// Hostile submissions that also do what is asked.
const ALSO_RIGHT: [&str; 8] = [
    "deep-parentheses",
    "event-triggers",
    "faked-tables",
    "invalid-utf8",
    "kill-the-grader",
    "looks-up-the-expectation",
    "roles-and-tablespaces",
    "unterminated",
];

/// What reports say of submissions that wanted more than they get.
const CUT_OFF: [(&str, &str); 5] = [
    ("dblink-ten-thousand", "too many connections for role \"student\""),
    ("endless-result", "the result has more than 256 MB; its statement is cancelled"),
    ("long-messages", "a message of the server is too long; the connection is closed"),
    ("sessions-without-end", "there are 8 sessions already"),
    ("variables-that-grow", "variables have replaced too much text"),
];

/// What hostile submissions would leave in the file system if they could.
const TRACE: &str = "/tmp/tutor-hostile-was-here";

/// A right answer to an exercise, with the line that says which.
fn right(id: &str) -> String {
    let lab = course().lab("12").expect("lab 12");
    let (_, exercise) = lab.exercises().find(|(_, exercise)| exercise.id == id).expect("the exercise");
    format!("-- exercise: {id}\n{}", exercise.answers[0])
}

/// A folder with files of submissions.
fn class(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a submission");
    }
    folder
}

fn grade(arguments: &[&str], path: &Path) -> Ran {
    let path = path.display().to_string();
    let mut all = vec!["grade", "12", path.as_str()];
    all.extend(arguments);
    Tutor::new(&all).run()
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// The report without what differs from run to run.
fn without_seconds(mut report: Value) -> Value {
    for submission in report["submissions"].as_array_mut().expect("submissions") {
        submission["seconds"] = Value::Null;
    }
    report
}

/// The status of every exercise of a submission that was attempted.
fn statuses<'r>(report: &'r Value, name: &str) -> BTreeMap<&'r str, &'r str> {
    let submissions = report["submissions"].as_array().expect("submissions");
    let submission = submissions.iter().find(|submission| submission["name"] == name);
    let submission = submission.unwrap_or_else(|| panic!("{name} has no report"));
    let exercises = submission["exercises"].as_array().expect("exercises").iter();
    let pairs = exercises.map(|exercise| (exercise["id"].as_str().unwrap(), exercise["status"].as_str().unwrap()));
    pairs.filter(|(_, status)| !matches!(*status, "not_attempted" | "not_graded")).collect()
}

#[test]
fn hostile_submissions_change_nothing_for_their_neighbours() {
    let hostile = course().root().join("tests/hostile");
    let names: Vec<PathBuf> =
        fs::read_dir(&hostile).expect("the set").map(|entry| entry.expect("a file").path()).collect();
    assert!(names.len() >= 40, "{} hostile submissions", names.len());
    let folder = tempfile::tempdir().expect("a folder");
    let neighbour = right("exactly-one-worker") + &right("2-2-in-the-background") + &right("commands-return-their-tag");
    for (number, path) in names.iter().enumerate() {
        let name = path.file_name().expect("a name");
        fs::copy(path, folder.path().join(name)).expect("a copy");
        if number % 10 == 0 {
            fs::write(folder.path().join(format!("neighbour-{number:02}.sql")), &neighbour).expect("a neighbour");
        }
    }
    let ran = grade(&["--format", "json", "--seconds", "15"], folder.path());
    assert_eq!(ran.status, 0, "{}", ran.err);
    let report = report(&ran);
    for path in &names {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let statuses = statuses(&report, &name);
        assert!(!statuses.values().any(|status| *status == "checker_error"), "{name}: {statuses:?}");
        let has_passed = statuses.values().any(|status| *status == "passed");
        assert_eq!(has_passed, ALSO_RIGHT.contains(&&*name), "{name}: {statuses:?}");
    }
    for number in (0..names.len()).step_by(10) {
        let neighbour = statuses(&report, &format!("neighbour-{number:02}"));
        assert!(
            neighbour.len() == 3 && neighbour.values().all(|status| *status == "passed"),
            "{number}: {neighbour:?}"
        );
    }
    for (name, sentence) in CUT_OFF {
        let submissions = report["submissions"].as_array().expect("submissions");
        let submission = submissions.iter().find(|submission| submission["name"] == name).expect("a report");
        let exercises = submission["exercises"].as_array().expect("exercises");
        let outputs: Vec<&str> = exercises.iter().filter_map(|exercise| exercise["output"].as_str()).collect();
        assert!(outputs.iter().any(|output| output.contains(sentence)), "{name}: {outputs:?}");
    }
    assert!(!Path::new(TRACE).exists(), "something was written to {TRACE}");
}

#[test]
fn an_exercise_out_of_the_middle_is_graded_alone() {
    let folder = class(&[("ada.sql", right("the-procedure"))]);
    let report = report(&grade(&["--format", "json"], folder.path()));
    assert_eq!(statuses(&report, "ada"), BTreeMap::from([("the-procedure", "passed")]));
}

#[test]
fn the_same_submission_gets_the_same_report() {
    let text = right("see-the-workers") + &right("first-remote-query") + "-- exercise: four-workers\nSELECT 1/0;\n";
    let many: Vec<(String, String)> = (0..6).map(|number| (format!("student-{number}.sql"), text.clone())).collect();
    let many: Vec<(&str, String)> = many.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let (alone, class) = (class(&many[..1]), class(&many));
    let one = without_seconds(report(&grade(&["--format", "json", "--jobs", "1"], alone.path())));
    let all = without_seconds(report(&grade(&["--format", "json", "--jobs", "3"], class.path())));
    for submission in all["submissions"].as_array().expect("submissions") {
        assert_eq!(submission["exercises"], one["submissions"][0]["exercises"], "{}", submission["name"]);
    }
}

#[test]
fn a_stopped_run_goes_on_where_it_was() {
    let folder = class(&[("ada.sql", format!("-- exercise: {COUNT}\n{COUNT_ANSWER}"))]);
    let journal = tempfile::tempdir().expect("a folder");
    let journal = journal.path().join("journal").display().to_string();
    let arguments = ["--format", "json", "--resume", journal.as_str()];
    let first = grade(&arguments, folder.path());
    assert!(first.err.contains("1/1 ada: 1 of"), "{first:#?}");
    fs::write(folder.path().join("bob.sql"), format!("-- exercise: {COUNT}\nSELECT 1;\n")).expect("another");
    let second = grade(&arguments, folder.path());
    assert!(second.err.contains("2/2 bob: 0 of") && !second.err.contains(" ada: "), "{second:#?}");
    let third = grade(&arguments, folder.path());
    assert_eq!((third.status, third.err.as_str()), (0, ""), "{third:#?}");
    assert_eq!(third.out, second.out);
    let other = grade(&["--resume", journal.as_str(), "--only", COUNT], folder.path());
    assert!(other.status == 2 && other.err.contains("was begun with another lab"), "{other:#?}");
}

#[test]
fn parts_are_put_together() {
    let answer = |sql: &str| format!("-- exercise: {COUNT}\n{sql}");
    let folder = class(&[
        ("ada.sql", answer(COUNT_ANSWER)),
        ("bob.sql", answer("SELECT 1;\n")),
        ("cleo.sql", answer(COUNT_ANSWER)),
    ]);
    let parts = tempfile::tempdir().expect("a folder");
    let mut files = Vec::new();
    for part in ["1/2", "2/2"] {
        let file = parts.path().join(format!("{}.json", part.replace('/', "-")));
        let name = file.display().to_string();
        let ran = grade(&["--format", "json", "--partition", part, "-o", &name], folder.path());
        assert_eq!(ran.status, 0, "{ran:#?}");
        files.push(name);
    }
    let merged = Tutor::new(&["grade", "12", &files[0], &files[1], "--merge", "--format", "json"]).expect(0);
    let whole = grade(&["--format", "json"], folder.path());
    assert_eq!(without_seconds(report(&merged)), without_seconds(report(&whole)));
}

#[test]
fn what_could_not_be_used_in_the_end_is_refused_at_once() {
    let class = class(&[("ada.sql", right(COUNT))]);
    let points = class.path().join("points.toml");
    let file = points.display().to_string();
    let nowhere = class.path().join("nowhere/report.json").display().to_string();
    for (text, arguments, status, said) in [
        ("", &["--format", "html"][..], 2, "the format `html` comes to several files: name a folder with -o"),
        ("", &["--format", "json", "-o", &nowhere], 3, "cannot write"),
        ("[exercises]\n118708x3 = 2", &["--points", &file], 2, "there is no exercise \"118708x3\" in the lab; did you"),
        ("[weights]\nparallel-cuont = 2", &["--points", &file], 2, "there is no lesson \"parallel-cuont\""),
        ("[exercises]\n118708-x-3 = -1", &["--points", &file], 2, "118708-x-3 = -1: a number from 0 on is needed"),
    ] {
        fs::write(&points, text).expect("a file");
        let submission = class.path().join("ada.sql");
        let ran = grade(arguments, &submission);
        assert!(ran.status == status && ran.err.contains(said) && !ran.err.contains("1/1"), "{said}: {ran:#?}");
    }
}
