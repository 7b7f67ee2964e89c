//! The tutor's commands and their errors.

use std::fs;
use std::path::Path;

use crate::support::{Tutor, course};

#[test]
fn list_names_every_exercise() {
    let ran = Tutor::new(&["list"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&Tutor::new(&["list", "--json"]).expect(0).out).expect("JSON");
    let labs = json["labs"].as_array().expect("labs");
    let lessons = labs.iter().flat_map(|lab| lab["lessons"].as_array().expect("lessons"));
    let ids = lessons.flat_map(|lesson| lesson["exercises"].as_array().expect("exercises"));
    let ids: Vec<&str> = ids.map(|exercise| exercise["id"].as_str().expect("an id")).collect();
    assert!(ids.contains(&"exactly-one-worker") && ids.contains(&"read-once"), "{ids:?}");
    assert!(ids.iter().all(|id| ran.out.contains(id)), "{ran:#?}");
}

#[test]
fn an_unknown_lab_is_wrong_usage() {
    let ran = Tutor::new(&["lab", "99"]).expect(2);
    assert!(ran.err.contains("there is no lab \"99\"") && ran.err.contains("12 (background-processes)"), "{ran:#?}");
}

#[test]
fn an_unknown_exercise_is_wrong_usage_with_a_guess() {
    let ran = Tutor::new(&["lab", "12", "--at", "exactly-one-wroker"]).expect(2);
    assert!(ran.err.contains("did you mean \"exactly-one-worker\"?"), "{ran:#?}");
}

#[test]
fn a_folder_that_is_no_course_is_wrong_usage() {
    let empty = tempfile::tempdir().expect("a folder");
    let ran = Tutor::new(&["--course", &empty.path().display().to_string(), "list"]).expect(2);
    assert!(ran.err.starts_with("tutor: no course found"), "{ran:#?}");
}

#[test]
fn a_broken_lesson_is_named_with_file_and_line() {
    let broken = copy_of_the_course();
    let lesson = broken.path().join("labs/12-background-processes/02-parallel-count.md");
    let text =
        fs::read_to_string(&lesson).expect("the lesson").replacen("compare = \"plan\"", "compare = \"plans\"", 1);
    let line = text.lines().position(|line| line.contains("\"plans\"")).expect("the mistake") + 1;
    fs::write(&lesson, text).expect("the lesson is written");
    let ran = Tutor::new(&["--course", &broken.path().display().to_string(), "lab", "12"]).expect(3);
    assert!(ran.err.contains(&format!("02-parallel-count.md:{line}: unknown variant `plans`")), "{ran:#?}");
}

#[test]
fn a_pg_config_that_is_nowhere_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let ran = Tutor::new(&["lab", "12"])
        .variable("TUTOR_PG_CONFIG", "/nowhere/pg_config")
        .variable("TUTOR_HOME", &home.path().join("home").display().to_string())
        .expect(3);
    assert!(ran.err.contains("/nowhere/pg_config"), "{ran:#?}");
    assert!(!home.path().join("home").exists(), "something was half-made");
}

#[test]
fn an_old_postgresql_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let pg_config = home.path().join("pg_config");
    fs::write(&pg_config, "#!/bin/sh\necho 'PostgreSQL 14.11'\n").expect("a program");
    fs::set_permissions(&pg_config, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it can be run");
    let ran = Tutor::new(&["lab", "12"])
        .variable("TUTOR_PG_CONFIG", &pg_config.display().to_string())
        .variable("TUTOR_HOME", &home.path().join("home").display().to_string())
        .expect(3);
    assert!(ran.err.contains("14") && ran.err.contains("15"), "{ran:#?}");
}

#[test]
fn progress_that_is_not_ours_is_left_alone() {
    let tutor = Tutor::new(&["lab", "12"]);
    let file = tutor.progress().join("progress.json");
    fs::write(&file, "not json").expect("a file");
    let ran = tutor.expect(3);
    assert!(ran.err.contains("progress.json"), "{ran:#?}");
    assert_eq!(fs::read_to_string(&file).expect("the file"), "not json");
}

#[test]
fn progress_that_cannot_be_kept_is_said() {
    let tutor = Tutor::new(&["lab", "12", "--at", "118708-x-3"])
        .input("SELECT count(*) FROM mail_messages;")
        .variable("TUTOR_PROGRESS", "/proc/tutor");
    let ran = tutor.expect(3);
    assert!(ran.err.contains("cannot keep your progress in /proc/tutor/progress.json"), "{ran:#?}");
}

#[test]
fn check_proves_an_exercise() {
    let ran = Tutor::new(&["check", "12", "--only", "exactly-one-worker"]).expect(0);
    assert!(ran.out.contains("ok     exactly-one-worker\n1 exercise proved, 0 with faults\n"), "{ran:#?}");
}

#[test]
fn a_missing_record_is_the_checker_s_fault() {
    let copy = copy_of_the_course();
    fs::remove_file(copy.path().join("labs/12-background-processes/expected/118708-x-3.snap")).expect("the record");
    let course = copy.path().display().to_string();
    let tutor = Tutor::new(&["--course", &course, "lab", "12", "--at", "118708-x-3"]);
    let ran = tutor.input("SELECT count(*) FROM mail_messages;").expect(3);
    assert!(ran.out.contains("The check itself failed:"), "{ran:#?}");
}

#[test]
fn a_lab_without_lessons_is_a_mistake() {
    let copy = copy_of_the_course();
    let header = "format = 1\nnumber = 12\nid = \"x\"\ntitle = \"x\"\nlesson = []\n";
    fs::write(copy.path().join("labs/12-background-processes/lab.toml"), header).expect("the lab");
    let ran = Tutor::new(&["--course", &copy.path().display().to_string(), "lab", "12"]).expect(3);
    assert!(ran.err.contains("lab.toml:1: a lab has at least one `[[lesson]]`"), "{ran:#?}");
}

#[test]
fn check_refuses_what_there_is_not() {
    let ran = Tutor::new(&["check", "12", "--only", "nonsense.demos"]).expect(2);
    assert!(ran.err.contains("there is no lesson or exercise \"nonsense.demos\""), "{ran:#?}");
}

#[test]
fn check_repeats() {
    let ran = Tutor::new(&["check", "12", "--only", "118708-x-3", "--repeat", "2"]).expect(0);
    assert_eq!(ran.out.matches("1 exercise proved, 0 with faults").count(), 2, "{ran:#?}");
}

#[test]
fn play_is_a_prompt_without_a_lab() {
    let ran = Tutor::new(&["play"]).input("SELECT current_user, current_database();\n\\session x\n").expect(0);
    assert!(ran.out.contains(" student      | play"), "{ran:#?}");
    assert!(ran.out.contains("\n  main (") && ran.out.contains("\n* x ("), "{ran:#?}");
}

#[test]
fn doctor_finds_no_trouble_here() {
    let ran = Tutor::new(&["doctor"]).expect(0);
    assert!(ran.out.contains("good ") && !ran.out.contains("trouble"), "{ran:#?}");
}

#[test]
fn progress_is_shown_to_people() {
    let ran = Tutor::new(&["progress"]).expect(0);
    assert!(ran.out.contains("parallel-count") && ran.out.contains("0 of 9 passed"), "{ran:#?}");
}

#[test]
fn a_read_only_home_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("home");
    fs::write(&file, "").expect("a file where the home should be");
    let ran = Tutor::new(&["lab", "12"]).variable("TUTOR_HOME", &file.display().to_string()).expect(3);
    assert!(ran.err.contains(&file.display().to_string()), "{ran:#?}");
}

#[test]
fn check_finds_a_record_that_is_not_current_and_writes_it() {
    let copy = copy_of_the_course();
    let record = copy.path().join("labs/12-background-processes/expected/118708-x-3.snap");
    let text = fs::read_to_string(&record).expect("the record");
    fs::write(&record, text.replacen("| 356124", "| 356125", 1)).expect("the record is written");
    let course = copy.path().display().to_string();
    let tutor = Tutor::new(&["--course", &course, "check", "12", "--only", "118708-x-3"]);
    let ran = tutor.expect(1);
    assert!(ran.out.contains("-| 356125") && ran.out.contains("+| 356124"), "{ran:#?}");
    let ran = tutor.again(&["--course", &course, "check", "12", "--record", "118708-x-3"], "");
    assert_eq!(ran.status, 0, "{ran:#?}");
    assert_eq!(
        fs::read_to_string(&record).expect("the record").replace("source: 02-parallel-count.md\n", ""),
        text.replace("source: 02-parallel-count.md\n", "")
    );
}

#[test]
fn the_library_is_found_without_the_working_directory() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let course = course().root().display().to_string();
    Tutor::new(&["--course", &course, "list"]).directory(elsewhere.path()).expect(0);
}

/// A course that may be changed; its realm is this course's, because extension and fixtures are the same.
fn copy_of_the_course() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for name in ["labs", "fixtures", "extension"] {
        copy_folder(&course().root().join(name), &copy.path().join(name));
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}
