//! What no input may break: the sizes are such that a step that is not linear would not end.

use crate::support::{Ran, Tutor};

/// Five million bytes.
const LARGE: usize = 5_000_000;

/// Runs a script that is followed by one statement more, and expects to come that far.
#[track_caller]
fn survives(script: &str) -> Ran {
    let ran = Tutor::new(&["play"]).input(&format!("{script}\nSELECT 'survived' AS word;\n")).expect(0);
    assert!(ran.out.ends_with("\n survived\n(1 row)\n\n"), "{}", end_of(&ran.out));
    ran
}

/// Large outputs are not shown whole when a test fails.
fn end_of(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(500);
    text.chars().skip(skipped).collect()
}

#[test]
fn large_statements_and_lines() {
    let ran = survives(&format!("SELECT length('{}');", "ж".repeat(LARGE / 2)));
    assert!(ran.out.contains(" 2500000\n"), "{}", end_of(&ran.out));
    let ran = survives(&format!("SELECT length('{}');", "x\n".repeat(LARGE / 20)));
    assert!(ran.out.contains(" 500000\n"), "{}", end_of(&ran.out));
    let ran = survives(&format!("\\echo {}", "x".repeat(LARGE)));
    assert!(ran.out.len() > LARGE);
    survives(&format!("SELECT 1 -- {}\n;", "x;".repeat(LARGE / 2)));
    let ran = survives(&"SELECT 1 WHERE false \\g\n".repeat(100));
    assert_eq!(ran.out.matches("(0 rows)").count(), 100);
}

#[test]
fn deep_nesting() {
    let comments = format!("{}{}", "/*".repeat(200_000), "*/".repeat(200_000));
    survives(&format!("{comments}\n\\r"));
    survives(&format!("SELECT {}\n\\r", "(".repeat(100_000)));
    let ran = survives(&format!("SELECT {}1{};", "(".repeat(100_000), ")".repeat(100_000)));
    assert!(ran.err.starts_with("ERROR:  "), "{}", end_of(&ran.err));
    let ran = survives(&format!("{}\\echo deep\n{}", "\\if true\n".repeat(20_000), "\\endif\n".repeat(20_000)));
    assert!(ran.out.starts_with("deep\n"), "{}", end_of(&ran.out));
    survives(&format!("{}{}", "\\if false\n".repeat(20_000), "\\endif\n".repeat(20_000)));
    survives(&format!("SELECT $a${}$a$ IS NULL;", "$b$ ' \" -- /* ".repeat(100_000)));
}

#[test]
fn files_that_include_themselves() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let name = file.path().display().to_string();
    std::fs::write(file.path(), format!("\\i {name}\n")).expect("the file is written");
    let ran = survives(&format!("\\i {name}"));
    assert!(ran.err.contains("files include each other too deeply"), "{}", end_of(&ran.err));
}

#[test]
fn variables_of_every_size() {
    let ran = survives(&format!("SELECT repeat('x', {LARGE}) AS v \\gset\nSELECT length(:'v'), :{{?v}};\n\\echo :v"));
    assert!(ran.out.contains(" 5000000 | t\n") && ran.out.len() > LARGE, "{}", end_of(&ran.out));
    let ran = survives("\\set a ':b'\n\\set b ':a'\nSELECT :a;\n\\echo :a");
    assert!(ran.err.starts_with("skipping recursive expansion of variable \"a\"\n"), "{}", end_of(&ran.err));
    let chain: String = (1..2_000).map(|n| format!("\\set v{n} ':v{}'\n", n - 1)).collect();
    let ran = survives(&format!("\\set v0 42\n{chain}SELECT :v1999;"));
    assert!(ran.out.contains(" 42\n"), "{}", end_of(&ran.out));
}

#[test]
fn bytes_of_every_kind() {
    let ran = survives("SELECT 'a\0b';\n';\n\\echo \u{1b}[31m\nSELECT '\u{85}';");
    assert!(ran.out.contains("\\u0085"), "{ran:#?}");
    survives("\u{feff}SELECT 1;\r\nSELECT 'x\r\ny';\r\n\\echo a\r\n\\q_\r");
    let invalid = [b"SELECT 'caf\xe9' AS word;\n".as_slice(), b"\\echo caf\xff\n"].concat();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), invalid).expect("the file is written");
    let ran = survives(&format!("\\i {}", file.path().display()));
    assert!(ran.out.contains("\n caf\u{fffd}\n") && ran.out.contains("\ncaf\u{fffd}\n"), "{ran:#?}");
    let ran = survives("\\prompt 'Who? ' who\nBob\n\\echo Hello, :who");
    assert!(ran.out.starts_with("Who? Hello, Bob\n"), "{ran:#?}");
}

#[test]
fn a_script_opens_no_editor_that_is_not_named() {
    let mut tutor = Tutor::new(&["play"]).input("SELECT 1 AS kept\n\\e\n;\n");
    for name in ["PSQL_EDITOR", "EDITOR", "VISUAL"] {
        tutor = tutor.variable(name, "");
    }
    let ran = tutor.expect(0);
    assert_eq!(ran.err, "tutor: \\e: a script opens the editor that EDITOR names, and it names none\n");
    assert!(ran.out.contains(" kept \n"), "{ran:#?}");
}

#[test]
fn a_lost_connection_ends_a_script() {
    let script = "SELECT pg_terminate_backend(pg_backend_pid());\nSELECT 'never';\n";
    let ran = Tutor::new(&["play"]).input(script).expect(2);
    assert_eq!(ran.out, "");
    assert!(ran.err.starts_with("FATAL:  terminating connection due to administrator command\n"), "{ran:#?}");
}

#[test]
fn errors_end_a_script_when_asked_to() {
    let script = "\\set ON_ERROR_STOP on\nSELECT 1/0;\nSELECT 'never';\n";
    assert_eq!(Tutor::new(&["play"]).input(script).expect(3).out, "");
    let script = "\\set ON_ERROR_STOP on\n\\nosuch\nSELECT 'never';\n";
    assert_eq!(Tutor::new(&["play"]).input(script).expect(3).out, "");
}
