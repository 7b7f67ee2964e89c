//! A lab at a terminal: what is on the screen.

use crate::support::Screen;

fn at(id: &str) -> Screen {
    let screen = Screen::open(&["lab", "12", "--at", id]);
    screen.wait_for_prompt("parallel-count=>");
    screen
}

#[test]
fn a_lesson_is_walked_through_with_enter() {
    let mut screen = Screen::open(&["lab", "12", "--at", "parallel-count"]);
    screen.wait_for("Lesson 2: Parallel query: counting rows");
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("");
    screen.wait_for("Enter runs it.");
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("");
    screen.wait_for("(5 rows)");
    screen.type_line("\\q");
    screen.wait_for("Your progress is kept.");
    assert_eq!(screen.end(), 0);
}

#[test]
fn a_pass_goes_on_to_the_next_step() {
    let mut screen = at("118708-x-3");
    screen.wait_for("Exercise 2 of 9");
    screen.type_line("SELECT count(*)");
    screen.wait_for_prompt("parallel-count->");
    screen.type_line("FROM mail_messages;");
    screen.wait_for("356124");
    screen.wait_for("Passed:");
}

#[test]
fn hints_feedback_and_the_solution_on_the_prompt() {
    let mut screen = at("exactly-one-worker");
    screen.type_line("\\hint");
    screen.wait_for("Hint 1 of ");
    screen.type_line("\\solution");
    screen.wait_for("The solution opens after passing, or after 3 more tries.");
    for _ in 0..3 {
        screen.type_line("SET min_parallel_table_scan_size = '64MB';");
        screen.type_line("EXPLAIN (COSTS OFF) SELECT count(*) FROM mail_messages;");
        screen.wait_for_prompt("parallel-count=>");
    }
    screen.wait_for("Stuck?");
    screen.type_line("\\solution");
    screen.wait_for("parallel-count=> SET min_parallel_table_scan_size = '24MB';");
    screen.press("\r");
    screen.wait_for("Passed: Exactly one worker");
}

#[test]
fn a_quiz_is_answered_with_letters() {
    let mut screen = at("exactly-one-worker");
    screen.type_line("\\back");
    screen.wait_for("Type a letter, or several.");
    screen.type_line("a");
    screen.wait_for("But there is an upper limit as");
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("SELECT 'SQL works here' AS too;");
    screen.wait_for("SQL works here\n");
    screen.type_line("b");
    screen.wait_for("Right.");
    screen.wait_for("Exercise 4 of 9: Exactly one worker");
}

#[test]
fn a_crate_is_built_after_one_question() {
    let progress = tempfile::tempdir().expect("a folder");
    let arguments = ["lab", "12", "--at", "your-own-worker-in-rust"];
    let mut screen = Screen::with_progress(&arguments, progress.path());
    let source = progress.path().join("rust-worker/src/lib.rs");
    screen.wait_for("\\build compiles and loads it.");
    screen.wait_for_prompt("scheduler-and-workers=>");
    screen.type_line("\\build");
    screen.wait_for("Build it? [y/N]");
    screen.type_line("n");
    screen.wait_for_prompt("scheduler-and-workers=>");
    let skeleton = std::fs::read_to_string(&source).expect("the source");
    std::fs::write(&source, skeleton.replace("Ok(true)", "Ok(\"true\")")).expect("a mistake");
    screen.type_line("\\build");
    screen.wait_for("Build it? [y/N]");
    screen.type_line("y");
    screen.wait_for_build("error[E0308]: mismatched types");
    screen.wait_for_prompt("scheduler-and-workers=>");
    std::fs::write(&source, skeleton).expect("the skeleton");
    screen.type_line("\\build");
    screen.wait_for_build("Built and loaded; your session is new.");
    screen.type_line("SELECT 'a function of ' || probin FROM pg_proc WHERE proname = 'rust_worker_launch';");
    screen.wait_for("a function of rust_worker");
}

#[test]
fn ctrl_c_cancels_a_statement_and_clears_a_line() {
    let mut screen = at("118708-x-3");
    screen.type_line("\\echo it runs \\\\ SELECT pg_sleep(600);");
    screen.wait_for("\nit runs");
    screen.press("\u{3}");
    screen.wait_for("ERROR:  canceling statement due to user request");
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("SELECT 1");
    screen.wait_for_prompt("parallel-count->");
    screen.press("\u{3}");
    screen.wait_for_prompt("parallel-count=>");
    screen.press("\u{4}");
    screen.wait_for("Your progress is kept.");
    assert_eq!(screen.end(), 0);
}

#[test]
fn watch_repeats_until_ctrl_c() {
    let mut screen = at("118708-x-3");
    screen.type_line("SELECT 'seen' AS again \\watch 0.1");
    screen.wait_for("(every 0.1s)");
    screen.press("\u{3}");
    screen.wait_for_prompt("parallel-count=>");
}

#[test]
fn colours_only_where_they_are_wanted() {
    let screen = at("118708-x-3");
    assert!(screen.has_colours(), "{}", screen.text());
    let screen = Screen::with_variables(&["lab", "12", "--at", "118708-x-3"], &[("NO_COLOR", "1")]);
    screen.wait_for_prompt("parallel-count=>");
    assert!(!screen.has_colours(), "{}", screen.text());
    let screen = Screen::with_variables(&["lab", "12", "--at", "118708-x-3"], &[("TERM", "dumb")]);
    screen.wait_for_prompt("parallel-count=>");
    assert!(!screen.has_colours(), "{}", screen.text());
}

#[test]
fn back_goes_to_the_step_before() {
    let mut screen = at("118708-x-3");
    screen.type_line("\\back");
    screen.wait_for("(the-plan-of-the-lecture)");
    screen.type_line("\\goto launch-and-result");
    screen.wait_for("Lesson 7: ");
    screen.wait_for_prompt("launch-and-result=>");
}

#[test]
fn reset_brings_the_database_back() {
    let mut screen = at("118708-x-3");
    screen.type_line("DROP TABLE mail_messages;");
    screen.wait_for("\nDROP TABLE");
    screen.type_line("\\reset");
    screen.wait_for("The exercise starts afresh");
    screen.type_line("SELECT count(*) FROM mail_messages;");
    screen.wait_for("Passed:");
}

#[test]
fn what_was_pasted_for_a_passed_exercise_ends_there() {
    let mut screen = at("118708-x-3");
    screen.press("\u{1b}[200~SELECT count(*) FROM mail_messages;\nSELECT 4711;\n\u{1b}[201~\r");
    screen.wait_for("Passed:");
    screen.wait_for_prompt("parallel-count=>");
    assert!(!screen.text().contains("   4711"), "{}", screen.text());
}

#[test]
fn a_crash_of_the_server_is_survived() {
    let mut screen = at("118708-x-3");
    screen.type_line("SELECT 'pid ' || pg_backend_pid() AS session;");
    screen.wait_for("(1 row)");
    let text = screen.text();
    let pid = text.lines().filter_map(|line| line.trim().strip_prefix("pid ")).next_back().expect("the process id");
    let killed = std::process::Command::new("kill").args(["-9", pid]).status().expect("kill runs");
    assert!(killed.success());
    screen.type_line("SELECT count(*) FROM mail_messages;");
    screen.wait_for("Connected again");
    screen.type_line("SELECT count(*) FROM mail_messages;");
    screen.wait_for("Passed:");
}

#[test]
fn a_second_session_is_another_backend() {
    let mut screen = at("118708-x-3");
    screen.type_line("BEGIN;");
    screen.wait_for_prompt("parallel-count=*>");
    screen.type_line("\\session other");
    screen.wait_for_prompt("parallel-count[other]=>");
    screen.type_line(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database();",
    );
    screen.wait_for("     1\n");
    screen.type_line("\\session main");
    screen.wait_for_prompt("parallel-count=*>");
}

#[test]
fn free_play_is_not_checked() {
    let mut screen = at("118708-x-3");
    screen.type_line("\\play");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT count(*) FROM mail_messages;");
    screen.wait_for("356124");
    screen.wait_for_prompt("play=>");
    screen.type_line("\\task");
    screen.wait_for_prompt("parallel-count=>");
    assert!(!screen.text().contains("Passed:"), "{}", screen.text());
}

#[test]
fn the_place_is_kept() {
    let progress = tempfile::tempdir().expect("a folder");
    let mut screen = Screen::with_progress(&["lab", "12", "--at", "four-workers"], progress.path());
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("\\q");
    screen.end();
    let screen = Screen::with_progress(&["lab", "12"], progress.path());
    screen.wait_for("(four-workers)");
}

#[test]
fn a_lost_connection_is_made_again() {
    let mut screen = at("118708-x-3");
    screen.type_line("SELECT pg_terminate_backend(pg_backend_pid());");
    screen.wait_for("Connected again");
    screen.type_line("SELECT count(*) FROM mail_messages;");
    screen.wait_for("Passed:");
}
