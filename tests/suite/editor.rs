//! The line editor: what is on the screen while somebody types.

use std::num::NonZero;

use crate::support::Screen;

const TAB: &str = "\t";
const UP: &str = "\u{1b}[A";
const CTRL_A: &str = "\u{1}";
const CTRL_C: &str = "\u{3}";
const CTRL_E: &str = "\u{5}";
const CTRL_R: &str = "\u{12}";
const CTRL_Z: &str = "\u{1a}";

/// The prompt without a lab, with a table.
fn play() -> Screen {
    with_table(Screen::open(&["play"]))
}

fn with_table(mut screen: Screen) -> Screen {
    screen.wait_for_prompt("play=>");
    screen.type_line("DROP TABLE IF EXISTS shelf_of_books; CREATE TABLE shelf_of_books (book_number int, title text);");
    screen.wait_for("CREATE TABLE\n");
    screen.wait_for_prompt("play=>");
    screen
}

/// Presses Tab until the catalogue is there and the line ends with `completed`.
#[track_caller]
fn complete(screen: &mut Screen, typed: &str, completed: &str) {
    screen.press(typed);
    screen.press_until(TAB, completed);
}

/// Drops the line that is being typed. What is typed before the new prompt is there would be dropped with it.
#[track_caller]
fn drop_line(screen: &mut Screen) {
    screen.press(CTRL_C);
    screen.wait_for_prompt("play=>");
}

fn paste(text: &str) -> String {
    format!("\u{1b}[200~{text}\u{1b}[201~")
}

#[test]
fn tables_columns_settings_and_commands_are_completed() {
    let mut screen = play();
    complete(&mut screen, "SELECT * FROM shelf", "play=> SELECT * FROM shelf_of_books");
    screen.press("b WHERE b.boo");
    complete(&mut screen, "", "FROM shelf_of_books b WHERE b.book_number");
    drop_line(&mut screen);
    complete(&mut screen, "SET log_statement_stats = of", "SET log_statement_stats = off");
    drop_line(&mut screen);
    complete(&mut screen, "\\errv", "play=> \\errverbose");
    drop_line(&mut screen);
    complete(&mut screen, "\\d shelf", "play=> \\d shelf_of_books");
    screen.press("\r");
    screen.wait_for("Table \"public.shelf_of_books\"");
}

#[test]
fn completion_sees_the_earlier_lines_of_the_statement() {
    let mut screen = play();
    screen.type_line("SELECT title FROM shelf_of_books s");
    screen.wait_for_prompt("play->");
    complete(&mut screen, "WHERE s.boo", "play-> WHERE s.book_number");
    screen.press(" = 1;\r");
    screen.wait_for("(0 rows)");
}

#[test]
fn several_candidates_are_listed() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    screen.press(&format!("CREATE TEMP{TAB}"));
    screen.wait_for("TEMPORARY TABLE");
    drop_line(&mut screen);
    screen.press(&format!("\\x {TAB}{TAB}"));
    screen.wait_for("on    off   auto");
}

#[test]
fn a_statement_of_several_lines_comes_back_whole_and_is_edited() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'first' AS a,");
    screen.wait_for_prompt("play->");
    screen.type_line("       'second' AS b;");
    screen.wait_for("first | second");
    screen.wait_for_prompt("play=>");
    screen.press(UP);
    screen.wait_for("play=> SELECT 'first' AS a,\n       'second' AS b;");
    screen.press("\u{7f}, 'third' AS c;\r");
    screen.wait_for("first | second | third");
}

#[test]
fn control_r_searches_the_history() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'needle' AS found;");
    screen.wait_for("(1 row)");
    screen.type_line("SELECT 'hay' AS passed;");
    screen.wait_for("hay\n(1 row)");
    screen.press(&format!("{CTRL_R}needl"));
    screen.wait_for("(reverse-i-search)`needl': SELECT 'needle' AS found;");
    screen.press("\r");
    screen.wait_for(" needle\n(1 row)\n\nplay=>");
}

#[test]
fn the_history_outlives_the_prompt_and_leaves_out_what_is_secret() {
    let progress = tempfile::tempdir().expect("a folder");
    let mut screen = Screen::with_progress(&["play"], progress.path());
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'kept' AS a;");
    screen.wait_for("(1 row)");
    screen.type_line(" SELECT 'with a space' AS b;");
    screen.wait_for(" with a space\n(1 row)");
    screen.type_line("SELECT 'password=secret' AS c;");
    screen.wait_for(" password=secret\n(1 row)");
    screen.type_line("\\q");
    screen.end();
    let mut screen = Screen::with_progress(&["play"], progress.path());
    screen.wait_for_prompt("play=>");
    screen.type_line("\\s");
    screen.wait_for("SELECT 'kept' AS a;\n\\q\nplay=>");
}

#[test]
fn a_history_that_cannot_be_written_is_told_once() {
    let progress = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(progress.path().join("history-play")).expect("a folder in its place");
    let mut screen = Screen::with_progress(&["play"], progress.path());
    screen.wait_for_prompt("play=>");
    for word in ["one", "two", "three"] {
        screen.type_line(&format!("SELECT '{word}' AS word;"));
        screen.wait_for(&format!(" {word}\n(1 row)"));
        screen.wait_for_prompt("play=>");
    }
    assert_eq!(screen.text().matches("the history of this prompt cannot be kept").count(), 1, "{}", screen.text());
    screen.press(UP);
    screen.wait_for("play=> SELECT 'three' AS word;");
}

#[test]
fn several_statements_are_pasted_and_run_after_enter() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    screen.press(&paste("SELECT 'one' AS a;\r\nSELECT 'two' AS b;\n"));
    screen.wait_for("SELECT 'two' AS b;");
    assert!(!screen.text().contains("(1 row)"), "{}", screen.text());
    screen.press("\r");
    screen.wait_for(" two\n(1 row)");
}

#[test]
fn five_megabytes_are_pasted() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    let values = "SELECT 1 UNION ALL\n".len();
    let lines = 5 * 1024 * 1024 / values;
    let text = format!("SELECT length($$\n{}$$) AS long", "SELECT 1 UNION ALL\n".repeat(lines));
    screen.press(&paste(&text));
    screen.wait_for("play=> [pasted text 1: ");
    screen.press(" \\gset\r");
    screen.wait_for_prompt("play=>");
    screen.type_line("\\echo :long characters");
    screen.wait_for(&format!("{} characters", lines * values + 1));
}

#[test]
fn bytes_that_are_no_text_leave_the_line_as_it_was() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    screen.press("SELECT 'it ");
    screen.wait_for("SELECT 'it");
    screen.send(b"\x1b[200~caf\xe9 au lait;\nDROP TABLE all_of_it;\n\x1b[201~");
    screen.wait_for("is not UTF-8");
    screen.wait_for_prompt("play=> SELECT 'it");
    screen.press("goes on' AS said;\r");
    screen.wait_for(" it goes on\n(1 row)");
    assert!(!screen.text().contains("ERROR"), "{}", screen.text());
}

#[test]
fn a_narrow_screen_shows_the_whole_line() {
    let columns = NonZero::new(40).expect("a width");
    let mut screen = Screen::narrow(&["play"], columns);
    screen.wait_for_prompt("play=>");
    screen.press("SELECT 'a line that is longer than the screen is wide' AS a_line;");
    screen.wait_for("play=> SELECT 'a line that is longer than the screen is wide' AS a_line;");
    screen.press(&format!("{CTRL_A}\u{1b}[C\u{1b}[C{CTRL_E}\r"));
    screen.wait_for("(1 row)");
}

#[test]
fn a_screen_may_change_its_size_while_a_line_is_typed() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    screen.press("SELECT 'a line that fits' AS one_screen, 'but is wider' AS than_the_next");
    screen.wait_for("than_the_next");
    screen.resize(NonZero::new(40).expect("a width"));
    screen.press(", 'end' AS c;");
    screen.wait_for("c;");
    screen.resize(NonZero::new(100).expect("a width"));
    screen.press("\r");
    screen.wait_for("(1 row)");
    screen.wait_for_prompt("play=>");
}

#[test]
fn a_terminal_that_shows_lines_only_is_served() {
    let mut screen = Screen::with_variables(&["play"], &[("TERM", "dumb")]);
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'plain' AS words,");
    screen.wait_for_prompt("play->");
    drop_line(&mut screen);
    screen.type_line("SELECT 'plain' AS words;");
    screen.wait_for(" plain\n(1 row)");
    screen.send(b"SELECT 'caf\xe9' AS drink;\r");
    screen.wait_for("(1 row)");
    screen.press("\u{4}");
    assert_eq!(screen.end(), 0);
}

#[test]
fn control_z_suspends_and_fg_goes_on() {
    let progress = tempfile::tempdir().expect("a folder");
    let mut screen = Screen::shell(progress.path());
    screen.wait_for_prompt("shell>");
    screen.type_line("$TUTOR play");
    screen.wait_for_prompt("play=>");
    screen.press("SELECT 'half' ||");
    screen.wait_for("'half' ||");
    screen.press(CTRL_Z);
    screen.wait_for("Stopped");
    screen.wait_for_prompt("shell>");
    screen.type_line("fg");
    screen.wait_for_prompt("play=> SELECT 'half' ||");
    screen.press(" ' and half' AS whole;\r");
    screen.wait_for(" half and half\n(1 row)");
    screen.type_line("\\q");
    screen.wait_for_prompt("shell>");
    screen.type_line("exit");
    screen.end();
}

#[test]
fn control_c_drops_a_line_at_every_moment() {
    let mut screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    let moments = [
        ("SELECT", "play=> SELECT"),
        ("SELECT 'a", "play=> SELECT 'a"),
        ("SELECT 1 \t\t", "LIMIT"),
        ("\u{12}SEL", "(reverse-i-search)`SEL'"),
        ("\\echo a\u{1b}[D", "\\echo a"),
        ("\u{1b}[200~SELECT", "play=>"),
    ];
    screen.type_line("SELECT 'it works' AS first;");
    screen.wait_for(" it works\n(1 row)");
    screen.wait_for_prompt("play=>");
    for (place, (keys, shown)) in moments.into_iter().enumerate() {
        screen.press(keys);
        screen.wait_for(shown);
        screen.press(CTRL_C);
        screen.wait_for_lines("play=>", place + 3);
        screen.wait_for_prompt("play=>");
    }
    screen.type_line("SELECT 'it works' AS still;");
    screen.wait_for("still   \n----------\n it works\n(1 row)");
}

#[test]
fn the_editor_opens_on_the_statement_and_on_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("script.sql");
    std::fs::write(&file, "SELECT 'draft' AS from_the_file;\n").expect("a file");
    let mut screen = Screen::with_variables(&["play"], &[("EDITOR", "sed -i s/draft/edited/")]);
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'draft' AS word \\e");
    screen.wait_for("SELECT 'edited' AS word\n");
    screen.wait_for_prompt("play->");
    screen.type_line(";");
    screen.wait_for(" edited\n(1 row)");
    screen.type_line(&format!("\\e {}", file.display()));
    screen.wait_for(" from_the_file \n");
    screen.wait_for_prompt("play=>");
    screen.press(UP);
    screen.wait_for("play=> SELECT 'edited' AS from_the_file;");
    screen.press(CTRL_C);
    // A file that the editor leaves alone does not run.
    screen.type_line(&format!("\\e {}", file.display()));
    screen.wait_for_prompt("play=>");
}

#[test]
fn an_editor_that_fails_and_one_that_is_missing_are_told() {
    let mut screen = Screen::with_variables(&["play"], &[("EDITOR", "false")]);
    screen.wait_for_prompt("play=>");
    screen.type_line("\\e");
    screen.wait_for("\\e: the editor false failed");
    let mut screen = Screen::with_variables(&["play"], &[("PSQL_EDITOR", "/nowhere/at/all")]);
    screen.wait_for_prompt("play=>");
    screen.type_line("\\e");
    screen.wait_for("\\e: the editor /nowhere/at/all failed");
}

#[test]
fn a_superuser_has_another_prompt() {
    let mut screen = Screen::open(&["play", "--role", "admin"]);
    screen.wait_for_prompt("play=#");
    screen.type_line("BEGIN;");
    screen.wait_for_prompt("play=*#");
}

#[test]
fn places_of_the_lab_are_completed() {
    let mut screen = Screen::open(&["lab", "12", "--at", "118708-x-3"]);
    screen.wait_for_prompt("parallel-count=>");
    complete(&mut screen, "\\goto four-w", "parallel-count=> \\goto four-workers");
    screen.press("\r");
    screen.wait_for("(four-workers)");
}

#[test]
fn who_looks_for_completion_is_met_by_no_statement() {
    let mut screen = play();
    for round in 1..=20 {
        // The first key of what follows such a statement starts a look; what is typed at once is sent while it lasts.
        screen.type_line("CREATE OR REPLACE TEMP VIEW looked_at AS SELECT 1;");
        screen.type_line(&format!(
            "SELECT 'round {round}: ' || count(*) || ' observers' FROM pg_stat_activity WHERE usename = 'observer' \
             AND datname = current_database();"
        ));
        screen.wait_for(&format!(" round {round}: 0 observers"));
    }
}
