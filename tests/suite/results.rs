//! Results that are long or large: page by page, interrupted, and where there is no room for them.

use crate::support::{Screen, Tutor};

/// What the built-in pager shows on its last line.
const BUILT_IN: &str = "q: leave";

fn play(variables: &[(&str, &str)]) -> Screen {
    let screen = Screen::with_variables(&["play"], variables);
    screen.wait_for_prompt("play=>");
    screen
}

#[test]
fn the_built_in_pager_goes_on_back_and_away() {
    let mut screen = play(&[]);
    screen.type_line("SELECT 'row ' || i AS text FROM generate_series(1, 20000) i;");
    screen.wait_for(BUILT_IN);
    screen.wait_for(" row 47\n");
    screen.press(" ");
    screen.wait_for(" row 48\n");
    screen.press("b");
    screen.wait_for("lines 1-49");
    screen.press("/w 15000\r");
    screen.wait_for(" row 15000\n");
    screen.press("G");
    screen.wait_for("of 20004 (end)");
    screen.press("q");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 6 * 7 AS answer;");
    screen.wait_for("     42\n");
    screen.wait_for_prompt("play=>");
}

#[test]
fn the_built_in_pager_shows_wide_lines_in_part() {
    let mut screen = play(&[]);
    screen.type_line("SELECT repeat('.', 90) || 'over the edge' AS text, 2 AS two;");
    screen.wait_for(BUILT_IN);
    assert!(!screen.text().contains("over the edge"), "{}", screen.text());
    screen.press("\u{1b}[C");
    screen.wait_for("over the edge |   2\n");
    screen.press("\u{1b}[D\u{1b}[Dq");
    screen.wait_for_prompt("play=>");
}

#[test]
fn what_a_pager_showed_is_in_the_transcript() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("paged.md");
    let mut screen = play(&[]);
    screen.type_line(&format!("\\transcript {}", file.display()));
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT i AS paged FROM generate_series(1, 100) i;");
    screen.wait_for(BUILT_IN);
    screen.press("q");
    screen.wait_for_prompt("play=>");
    screen.type_line("\\transcript off");
    screen.wait_for("is complete.");
    let text = std::fs::read_to_string(&file).expect("a transcript");
    assert!(text.contains("```text\n paged \n-------\n     1\n") && text.contains("\n   100\n(100 rows)\n"), "{text}");
}

#[test]
fn ctrl_c_leaves_the_built_in_pager_only() {
    let mut screen = play(&[]);
    screen.type_line("SELECT i FROM generate_series(1, 200000) i;");
    screen.wait_for(BUILT_IN);
    screen.press("\u{3}");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 6 * 7 AS answer;");
    screen.wait_for("     42\n");
}

#[test]
fn lists_and_descriptions_are_paged_like_results() {
    let mut screen = play(&[]);
    screen.type_line("\\dS");
    screen.wait_for(BUILT_IN);
    screen.press("q");
    screen.wait_for_prompt("play=>");
    screen.type_line("\\sf information_schema._pg_char_max_length");
    screen.wait_for_prompt("play=>");
    assert!(!screen.text().contains(BUILT_IN), "{}", screen.text());
}

#[test]
fn the_user_s_own_pager_gets_what_is_long() {
    let mut screen = play(&[("PAGER", "exit"), ("PSQL_PAGER", "sed -e 's/^/paged:/'")]);
    screen.type_line("SELECT i FROM generate_series(1, 60) i;");
    screen.wait_for("paged:(60 rows)");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'short' AS text;");
    screen.wait_for("\n short\n");
    screen.type_line("\\pset pager off");
    screen.type_line("SELECT i FROM generate_series(1, 70) i;");
    screen.wait_for("\n(70 rows)");
    screen.type_line("\\pset pager always");
    screen.type_line("SELECT 'short' AS text;");
    screen.wait_for("paged: short\n");
    screen.wait_for_prompt("play=>");
}

#[test]
fn a_pager_may_leave_early() {
    let mut screen = play(&[("PAGER", "head -n 5 | tail -n 1")]);
    screen.type_line("SELECT 'row ' || i AS text FROM generate_series(1, 100000) i;");
    screen.wait_for("\n row 3\n");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 6 * 7 AS answer;");
    screen.wait_for("     42\n");
}

#[test]
fn ctrl_c_in_a_pager_does_not_end_the_tutor() {
    let pager = "trap 'echo noticed; exit' INT; echo reading; while :; do sleep 0.05; done";
    let mut screen = play(&[("PAGER", pager)]);
    screen.type_line("SELECT i FROM generate_series(1, 200000) i;");
    screen.wait_for("\nreading");
    screen.press("\u{3}");
    screen.wait_for("noticed\n");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 6 * 7 AS answer;");
    screen.wait_for("     42\n");
}

#[test]
fn nothing_is_paged_on_a_dumb_terminal() {
    let mut screen = play(&[("TERM", "dumb")]);
    screen.type_line("SELECT i FROM generate_series(1, 100) i;");
    screen.wait_for("(100 rows)");
    screen.wait_for_prompt("play=>");
}

#[test]
fn ctrl_c_stops_printing() {
    let mut screen = play(&[]);
    screen.type_line("\\pset pager off");
    screen.type_line("SELECT 'row ' || i AS text FROM generate_series(1, 400000) i;");
    screen.wait_for(" row 1");
    screen.press("\u{3}");
    screen.wait_for("Printing was stopped after ");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 6 * 7 AS answer;");
    screen.wait_for("     42\n");
}

#[test]
fn a_result_beyond_the_bound_is_printed_all_the_same() {
    let script = "\\a\n\\t\nSELECT i, repeat('x', 1000) FROM generate_series(1, 50000) i;\n";
    let ran = Tutor::new(&["play"]).input(script).expect(0);
    let filling = "x".repeat(1000);
    let rows: String = (1..=50_000).map(|number| format!("{number}|{filling}\n")).collect();
    assert!(ran.out.ends_with(&rows), "{} bytes", ran.out.len());
}

#[test]
fn a_result_without_room_is_no_end() {
    let script = "SELECT i, repeat('x', 1000) FROM generate_series(1, 50000) i;\nSELECT 6 * 7 AS answer;\n";
    let ran = Tutor::new(&["play"]).input(script).variable("TMPDIR", "/nonexistent").expect(0);
    assert!(ran.err.starts_with("the result does not fit into /nonexistent: No such file or directory;"), "{ran:#?}");
    assert_eq!(ran.out, " answer \n--------\n     42\n(1 row)\n\n");
}
