//! What a student hands in, and whether it passes again.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use crate::support::{Ran, Tutor};

const COUNT: &str = "SELECT count(*) FROM mail_messages;\n";

/// A tutor whose progress has two accepted answers.
fn with_answers() -> Tutor {
    let tutor = Tutor::new(&["lab", "12"]).input(&format!(
        "-- exercise: 2-2-in-the-background\n\
         SELECT * FROM pg_background_result(pg_background_launch('SELECT 2+2')) AS (result integer);\n\
         -- exercise: 118708-x-3\n{COUNT}"
    ));
    tutor.expect(0);
    tutor
}

#[test]
fn accepted_answers_are_a_script_that_passes_again() {
    let tutor = with_answers();
    let handed_in = tutor.again(&["submit", "12", "--name", "Ada Lovelace"], "");
    let at = |text: &str| handed_in.out.find(text).unwrap_or_else(|| panic!("{text:?} is missing: {handed_in:#?}"));
    assert!(handed_in.out.starts_with("-- Lab 12: "), "{handed_in:#?}");
    assert!(at("-- Name: Ada Lovelace\n") < at("-- exercise: 118708-x-3\n"));
    assert!(at("-- exercise: 118708-x-3\n") < at("-- exercise: 2-2-in-the-background\n"));
    assert!(handed_in.err.starts_with("2 of "), "{handed_in:#?}");
    assert!(handed_in.err.contains("2 accepted\nMissing: "), "{handed_in:#?}");
    let again = Tutor::new(&["lab", "12"]).input(&handed_in.out).expect(0);
    assert!(again.out.ends_with("2 of 2 attempted exercises passed\n"), "{again:#?}");
}

#[test]
fn a_file_that_is_there_is_left_as_it_is() {
    let tutor = with_answers();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ada.sql");
    let name = file.display().to_string();
    let first = tutor.again(&["submit", "12", "-o", &name], "");
    assert!(
        first.status == 0 && first.out.is_empty() && first.err.starts_with(&format!("wrote {name}: 2 of ")),
        "{first:#?}"
    );
    let text = fs::read_to_string(&file).expect("the file");
    assert!(text.contains(&format!("cargo tutor lab 12 < {name}\n")), "{text}");
    let second = tutor.again(&["submit", "12", "-o", &name], "");
    assert!(second.status == 2 && second.err.contains("is there already"), "{second:#?}");
    assert_eq!(fs::read_to_string(&file).expect("the file"), text);
    let nowhere = tutor.again(&["submit", "12", "-o", &folder.path().join("no/ada.sql").display().to_string()], "");
    assert_eq!(nowhere.status, 3, "{nowhere:#?}");
}

#[test]
fn without_answers_there_is_nothing_to_hand_in() {
    let ran = Tutor::new(&["submit", "12"]).expect(1);
    assert!(ran.err.contains("no exercise of lab 12 has passed yet") && ran.out.is_empty(), "{ran:#?}");
    Tutor::new(&["submit", "99"]).expect(2);
}

#[test]
fn tries_are_handed_in_when_they_are_asked_for() {
    let tutor = Tutor::new(&["submit", "12"]);
    let progress = r#"{"version": 1, "labs": {"background-processes": {"exercises": {
        "118708-x-3": {"status": "open", "tries": 1, "last_try": {"text": "SELECT 1;\n", "said": "no"}},
        "read-once": {"status": "passed", "answer": "SELECT 2;\n"}}}}}"#;
    fs::write(tutor.progress().join("progress.json"), progress).expect("the progress");
    assert!(!tutor.expect(0).out.contains("118708-x-3"));
    let all = tutor.again(&["submit", "12", "--all"], "");
    assert!(all.out.contains("\n-- exercise: 118708-x-3\nSELECT 1;\n"), "{all:#?}");
    assert!(all.err.contains("1 accepted, 1 tried without success"), "{all:#?}");
}

/// A tutor that is given line after line, as somebody types who reads in between.
struct Typist {
    tutor: Child,
    shown: BufReader<std::process::ChildStdout>,
    marks: usize,
}

impl Typist {
    fn at(tutor: &Tutor, exercise: &str) -> Typist {
        let mut command = tutor.command_with(&["lab", "12", "--at", exercise]);
        let mut tutor = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the tutor starts");
        let shown = BufReader::new(tutor.stdout.take().expect("a pipe"));
        Typist { tutor, shown, marks: 0 }
    }

    /// Types lines, and reads what they show.
    fn types(&mut self, lines: &str) -> String {
        self.marks += 1;
        let mark = format!("typed-{}", self.marks);
        let input = self.tutor.stdin.as_mut().expect("a pipe");
        writeln!(input, "{lines}\n\\echo {mark}").expect("the tutor reads");
        let mut shown = String::new();
        while !shown.ends_with(&format!("{mark}\n")) {
            assert!(self.shown.read_line(&mut shown).expect("the tutor writes") > 0, "the tutor has left: {shown}");
        }
        shown
    }

    fn ends(mut self) {
        drop(self.tutor.stdin.take());
        assert!(self.tutor.wait().expect("the tutor ends").success());
    }
}

/// The number that stands alone on a line.
fn number_in(shown: &str) -> &str {
    let is_number = |line: &&str| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    shown.lines().map(str::trim).find(is_number).unwrap_or_else(|| panic!("no number: {shown}"))
}

#[test]
fn numbers_that_were_typed_become_variables() {
    let tutor = Tutor::new(&["submit", "12"]);
    let mut typist = Typist::at(&tutor, "read-once");
    let shown = typist.types("SELECT pg_background_launch('SELECT 1');");
    let read = format!("SELECT * FROM pg_background_result({}) AS (x int);", number_in(&shown));
    typist.types(&read);
    typist.types(&read);
    typist.ends();
    let handed_in: Ran = tutor.expect(0);
    let part = "SELECT pg_background_launch('SELECT 1') \\gset pid1_\n\
                \\echo typed-1\n\
                SELECT * FROM pg_background_result(:pid1_pg_background_launch) AS (x int);\n";
    assert!(handed_in.out.contains(part), "{handed_in:#?}");
    let again = Tutor::new(&["lab", "12"]).input(&handed_in.out).expect(0);
    assert!(again.out.contains("passed: read-once\n"), "{again:#?}");
}

#[test]
fn the_session_of_a_statement_is_part_of_an_answer() {
    let script = format!("\\session other\nSELECT 1 AS one;\n\\session main\n{COUNT}");
    let tutor = Tutor::new(&["lab", "12", "--at", "118708-x-3"]).input(&script);
    tutor.expect(0);
    let handed_in = tutor.again(&["submit", "12"], "");
    assert!(handed_in.out.ends_with(&format!("-- exercise: 118708-x-3\n{script}")), "{handed_in:#?}");
    assert!(handed_in.err.contains("psql cannot run it"), "{handed_in:#?}");
    let again = Tutor::new(&["lab", "12"]).input(&handed_in.out).expect(0);
    assert!(again.out.contains("passed: 118708-x-3\n"), "{again:#?}");
}

#[test]
fn pasted_connection_strings_become_variables() {
    let tutor = Tutor::new(&["submit", "12"]);
    let mut typist = Typist::at(&tutor, "first-remote-query");
    let shown = typist.types("\\echo :conn");
    let conn = shown.lines().find(|line| line.starts_with("host=")).expect("a connection string").to_owned();
    typist
        .types(&format!("SELECT * FROM dblink('{conn}', 'SELECT * FROM generate_series(1, 3)') AS (result integer);"));
    typist.ends();
    let handed_in = tutor.expect(0);
    assert!(
        handed_in.out.contains("dblink(:'conn', 'SELECT") && !handed_in.out.contains("password="),
        "{handed_in:#?}"
    );
}
