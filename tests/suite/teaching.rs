//! What the tutor says about answers, how a student looks back, and what is kept of a sitting.

use std::num::NonZero;

use crate::support::{Screen, Tutor, course};

const NARROW: NonZero<u16> = NonZero::new(40).unwrap();

fn at(id: &str) -> Screen {
    let screen = Screen::open(&["lab", "12", "--at", id]);
    screen.wait_for_prompt("parallel-count=>");
    screen
}

#[test]
fn after_a_pass_the_student_may_look_around() {
    let mut screen = at("118708-x-3");
    screen.type_line("SELEC;");
    screen.wait_for("ERROR:  syntax error");
    screen.type_line("SELECT count(*) FROM mail_messages;");
    screen.wait_for("Passed: 118708 times 3\nLook around as long as you like. Enter goes on.");
    screen.type_line("\\errverbose");
    screen.wait_for("ERROR:  42601: syntax error");
    screen.type_line("\\check");
    screen.wait_for("This exercise is passed. Enter goes on.");
    screen.type_line("");
    screen.wait_for("Who decides, and when\n");
    screen.type_line("\\errverbose");
    screen.wait_for("There is no previous error.");
}

#[test]
fn a_lab_goes_on_behind_what_was_passed_last() {
    let progress = tempfile::tempdir().expect("a folder");
    let mut screen = Screen::with_progress(&["lab", "12", "--at", "118708-x-3"], progress.path());
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("SELECT count(*) FROM mail_messages;");
    screen.wait_for("Passed:");
    screen.type_line("\\q");
    screen.end();
    let screen = Screen::with_progress(&["lab", "12"], progress.path());
    screen.wait_for("Who decides, and when\n");
}

#[test]
fn differences_are_said_in_words() {
    let mut screen = at("118708-x-3");
    screen.type_line("SELECT 356124.0 AS n;");
    screen.type_line("\\check");
    screen.wait_for("Not yet. The right numbers, but in another form: row 1 should be 356124, and is 356124.0.");
    screen.type_line("SELECT generate_series(356124, 356125);");
    screen.type_line("\\check");
    screen.wait_for("Not yet. All rows are there, and one more: 356125.");
    screen.type_line("SELECT no_such_column;");
    screen.type_line("\\check");
    screen.wait_for("Not yet. The statement failed, with the error 42703 (undefined_column).");
    screen.wait_for("Stuck? \\hint helps.");
}

#[test]
fn what_is_said_stands_apart_from_results_and_errors() {
    let mut screen = at("exactly-one-worker");
    screen.type_line("SET work_mem = '8MB';");
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("\\hint");
    screen.wait_for("=> \\hint\n\nHint 1 of 3: One worker when the table has at least T");
    screen.type_line(
        "SET min_parallel_table_scan_size = '64MB'; EXPLAIN (COSTS OFF) SELECT count(*) FROM mail_messages;",
    );
    screen.wait_for("(2 rows)\n\nNot yet. Now the table is smaller");
}

#[test]
fn words_fit_a_terminal_that_becomes_narrow() {
    let mut screen = at("118708-x-3");
    screen.resize(NARROW);
    screen.type_line("\\goto exactly-one-worker");
    screen.wait_for("Exercise 4 of 9: Exactly one worker\n(exactly-one-worker)\n");
    screen.wait_for_prompt("parallel-count=>");
    screen.wait_for("\nSET, for the session (not SET LOCAL), so\n");
    // The pager would show what is too wide piece by piece.
    screen.type_line("\\pset pager off");
    screen.wait_for("Pager usage is off.");
    screen.type_line("SELECT 1 AS a, 'much too wide for such a narrow terminal' AS b;");
    screen.wait_for("\\x auto shows");
    screen.type_line("EXPLAIN SELECT 1;");
    screen.type_line("\\check");
    screen.wait_for("- expected, + shown:\n  - Finalize Aggregate\n  + Result\n");
}

#[test]
fn a_screen_reader_gets_sentences_and_no_columns() {
    let mut screen = Screen::with_variables(&["lab", "12", "--at", "exactly-one-worker"], &[("TERM", "dumb")]);
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("EXPLAIN SELECT 1;");
    screen.type_line("\\check");
    screen.wait_for("Not yet. This plan is not parallel: there is no `Gather` in it.");
    screen.wait_for("Line 1, expected: Finalize Aggregate; shown: Result.\nLine 2 is missing: Gather.");
    screen.type_line("\\progress");
    screen.wait_for("\n2, parallel-count: 0 of 9 passed\n");
}

#[test]
fn earlier_answers_can_be_reviewed() {
    let mut screen = at("118708-x-3");
    screen.type_line("SELECT 5;");
    screen.type_line("\\check");
    screen.wait_for("Not yet.");
    screen.type_line("\\review 118708-x-3");
    screen.wait_for("Your last try that was not right:\n\n    SELECT 5;\n");
    screen.type_line("SELECT 3 * 118708;");
    screen.wait_for("Passed:");
    screen.type_line("\\review");
    screen.wait_for("118708-x-3                           passed, 1 wrong try");
    screen.type_line("\\review 118708-x-3");
    screen.wait_for("Your answer:\n\n    SELECT 3 * 118708;\n\nThe solution of the lesson:\n\n    SELECT");
    screen.type_line("\\goto 118708-x-3");
    screen.wait_for("You have passed this one. \\review 118708-x-3 shows your answer");
    screen.type_line("\\review no-such-thing");
    screen.wait_for("no-such-thing");
}

#[test]
fn a_lab_and_its_lessons_are_summed_up() {
    let mut screen = Screen::open(&["lab", "1", "--at", "first-answer"]);
    let lab = course().lab("1").expect("lab 1");
    let last = lab.exercises().last().expect("an exercise").1.id.clone();
    screen.type_line(&format!("\\goto {last}"));
    screen.type_line("\\skip");
    // More than there are steps: at the end, Enter says it again.
    screen.press(&"\r".repeat(12));
    screen.wait_for("You have reached the end of this lab.");
    screen.wait_for("0 of 7 exercises passed, with 0 wrong tries and 0 hints.");
    screen.wait_for("Left: first-answer,");
}

#[test]
fn a_transcript_of_a_lab_is_markdown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sitting.md");
    let mut screen = Screen::open(&["lab", "1", "--at", "first-answer"]);
    screen.wait_for_prompt("the-prompt=>");
    screen.type_line("SELECT 70 AS \"a`b\";");
    screen.wait_for("(1 row)");
    screen.type_line(&format!("\\transcript {}", file.display()));
    screen.wait_for("This sitting, from its beginning, is written to");
    screen.type_line("\\hint");
    screen.wait_for("Hint 1");
    screen.type_line("SELECT count(*)");
    screen.type_line("FROM trees;");
    screen.wait_for("Passed:");
    screen.type_line("\\transcript off");
    screen.wait_for("is complete.");
    screen.type_line("SELECT 4711;");
    screen.wait_for("4711\n(1 row)");
    screen.type_line(&format!("\\transcript {}", course().root().join("README.md").display()));
    screen.wait_for("is there already");
    let text = std::fs::read_to_string(&file).expect("a transcript");
    let (head, rest) = text.split_once("\n\n").expect("a title");
    assert_eq!(head, "# Transcript of lab 1: Getting around");
    let (date, rest) = rest.split_once("\n\n").expect("a date");
    assert_eq!(date.len(), "2000-01-01".len(), "{date}");
    let lab = course().lab("1").expect("lab 1");
    let exercise = lab.lessons[0].exercise("first-answer").expect("the exercise");
    let expected = format!(
        "## Lesson 1: Getting around\n\n### Exercise 1 of 7: Your first answer\n\n{}\n\n\
         ```sql\nSELECT 70 AS \"a`b\";\n```\n\n```text\n a`b \n-----\n  70\n(1 row)\n```\n\n\
         **Hint 1 of {}:**\n\n```text\n{}\n```\n\n\
         ```sql\nSELECT count(*)\nFROM trees;\n```\n\n```text\n count \n-------\n    12\n(1 row)\n```\n\n\
         **Passed:** Your first answer\n\n",
        exercise.prompt.trim_end(),
        exercise.hints.len(),
        exercise.hints[0],
    );
    assert_eq!(rest, expected);
}

#[test]
fn a_demo_runs_as_if_it_were_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("demo.md");
    let mut screen = Screen::open(&["lab", "12", "--at", "audit-queue-events"]);
    screen.wait_for("Enter runs it.");
    screen.press("\r");
    screen.wait_for("=> SELECT * FROM accounts ORDER BY id;\n id | owner | balance");
    screen.wait_for("=> \\d audit_log\n                        Table \"public.audit_log\"\n");
    screen.wait_for("What ROLLBACK takes away");
    screen.type_line(&format!("\\transcript {}", file.display()));
    screen.wait_for("is written to");
    screen.type_line("\\transcript off");
    screen.wait_for("is complete.");
    let text = std::fs::read_to_string(&file).expect("a transcript");
    for part in
        ["```sql\nSELECT * FROM accounts ORDER BY id;\n```\n\n```text\n id | owner", "```sql\n\\d audit_log\n```"]
    {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn a_transcript_of_free_play_has_what_was_typed_and_shown() {
    let tutor = Tutor::new(&["play"]);
    let file = tutor.progress().join("play.md");
    let script = format!(
        "SELECT 1 AS one;\n\\transcript {}\n\\echo 'two ``` three'\nSELECT nothing;\n\\transcript off\nSELECT 5;\n",
        file.display()
    );
    let tutor = tutor.input(&script);
    tutor.run();
    let text = std::fs::read_to_string(&file).expect("a transcript");
    let (_, rest) = text.split_once("\n\n").expect("a title");
    let (_, rest) = rest.split_once("\n\n").expect("a date");
    let expected = "```sql\nSELECT 1 AS one;\n```\n\n```text\n one \n-----\n   1\n(1 row)\n```\n\n\
                    ````sql\n\\echo 'two ``` three'\n````\n\n````text\ntwo ``` three\n````\n\n\
                    ```sql\nSELECT nothing;\n```\n\n";
    assert!(rest.starts_with(expected), "{rest}");
    assert!(rest.contains("```text\nERROR:  column \"nothing\" does not exist\nLINE 1: SELECT nothing;\n"), "{rest}");
    assert!(!rest.contains("SELECT 5"), "{rest}");
}
