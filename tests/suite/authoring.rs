//! What authors and instructors do with a course: begin one, extend it, prove it, hand it out without answers.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Ran, Tutor, course};

/// A tutor that plays the course in `dir`.
fn tutor_of(dir: &Path, arguments: &[&str]) -> Tutor {
    let dir = dir.display().to_string();
    Tutor::new(&[&["--course", dir.as_str()], arguments].concat())
}

fn new_course() -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    tutor_of(dir.path(), &["new", "lab", "3", "joins"]).expect(0);
    dir
}

#[test]
fn a_new_lab_is_an_unfinished_one_that_becomes_proved() {
    let dir = new_course();
    let unfinished = tutor_of(dir.path(), &["check", "3"]).expect(0);
    assert!(unfinished.out.contains("draft  first-steps-first\n"), "{unfinished:#?}");
    assert!(unfinished.out.ends_with("0 exercises proved, 0 with faults, 2 of drafts unfinished\n"), "{unfinished:#?}");
    let recorded = tutor_of(dir.path(), &["check", "3", "--record"]).expect(0);
    assert!(recorded.out.ends_with("2 exercises proved, 0 with faults\n"), "{recorded:#?}");
    let passed =
        tutor_of(dir.path(), &["lab", "3", "--at", "first-steps-first"]).input("SELECT max(number) FROM pages;");
    assert!(passed.expect(0).out.contains("passed: first-steps-first\n"));
}

#[test]
fn a_lesson_is_added_to_a_lab() {
    let dir = new_course();
    tutor_of(dir.path(), &["new", "lesson", "3", "outer-joins", "--title", "Outer joins"]).expect(0);
    let listed = tutor_of(dir.path(), &["list"]).expect(0).out;
    assert!(listed.contains("  2  Outer joins (outer-joins): 1 exercise, 15 minutes\n"), "{listed}");
}

#[test]
fn what_is_there_already_is_not_written_over() {
    let dir = new_course();
    for (arguments, said) in [
        (&["new", "lab", "3", "other"][..], "there is a lab 3 (joins) already"),
        (&["new", "lab", "4", "joins"], "there is a lab 3 (joins) already"),
        (&["new", "lab", "4", "No Id"], "\"No Id\" is no id"),
        (&["new", "lesson", "3", "first-steps"], "has a lesson or an exercise \"first-steps\" already"),
        (&["new", "lesson", "9", "x"], "there is no lab \"9\""),
    ] {
        let ran = tutor_of(dir.path(), arguments).expect(2);
        assert!(ran.err.contains(said), "{ran:#?}");
    }
}

#[test]
fn a_draft_with_a_fault_is_no_failure_and_a_finished_lesson_with_one_is() {
    let dir = new_course();
    let header = dir.path().join("labs/03-joins/lab.toml");
    let finished = fs::read_to_string(&header).expect("the header").replace("draft = true", "draft = false");
    fs::write(&header, finished).expect("it is written");
    let ran = tutor_of(dir.path(), &["check", "3"]).expect(1);
    assert!(ran.out.contains("FAULT  first-steps-first\n         nothing is recorded yet\n"), "{ran:#?}");
}

#[test]
fn students_get_a_course_without_answers() {
    let copy = tempfile::tempdir().expect("a folder");
    let copied = Tutor::new(&["export", "--student", &copy.path().display().to_string()]).expect(0);
    assert!(copied.out.contains("without answers"), "{copied:#?}");
    let mut lessons = 0;
    for file in files_below(&copy.path().join("labs")) {
        let text = fs::read_to_string(&file).expect("a text");
        assert!(!text.contains("sql,answer") && !text.contains("sql,wrong"), "{}", file.display());
        assert!(!text.contains("\nwrong 1\n"), "{}", file.display());
        lessons += usize::from(file.extension().is_some_and(|suffix| suffix == "md"));
    }
    assert!(lessons >= 4);
    let fixtures: Vec<PathBuf> = names_of(&course().root().join("fixtures"));
    let (second, first): (Vec<PathBuf>, Vec<PathBuf>) =
        fixtures.into_iter().partition(|name| name.ends_with("second.toml"));
    assert_eq!((names_of(&copy.path().join("fixtures")), second.len()), (first, 1));
    let tells = |file: &PathBuf| file.to_string_lossy().contains(".second");
    assert!(
        !files_below(copy.path()).iter().any(tells)
            && files_below(course().root().join("labs").as_path()).iter().any(tells)
    );

    let play =
        |id: &str, script: &str| -> Ran { tutor_of(copy.path(), &["lab", "12", "--at", id]).input(script).run() };
    let right = play("118708-x-3", "SELECT count(*) FROM mail_messages;");
    assert!(right.out.ends_with("passed: 118708-x-3\n1 of 1 attempted exercises passed\n"), "{right:#?}");
    let wrong = play("118708-x-3", "SELECT count(parent_id) FROM mail_messages;");
    assert!(wrong.status == 1 && wrong.out.contains("wrong: 118708-x-3\n"), "{wrong:#?}");
    let solution = play("118708-x-3", "SELECT 1;\n\\check\nSELECT 2;\n\\check\nSELECT 3;\n\\check\n\\solution");
    assert!(solution.out.contains("The solution is not in this copy of the course."), "{solution:#?}");

    let proved = tutor_of(copy.path(), &["check", "12"]).expect(2);
    assert!(proved.err.contains("the answers of lab 12 are withheld"), "{proved:#?}");
    let again = Tutor::new(&["export", "--student", &copy.path().display().to_string()]).expect(2);
    assert!(again.err.contains("is not empty"), "{again:#?}");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn names_of(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> =
        files_below(folder).iter().map(|file| file.strip_prefix(folder).expect("below it").to_owned()).collect();
    names.sort();
    names
}
