//! A lab from standard input.

use crate::support::Tutor;

const RIGHT: &str =
    "SET min_parallel_table_scan_size = '24MB';\nEXPLAIN (COSTS OFF) SELECT count(*) FROM mail_messages;\n";

fn at(id: &str) -> Tutor {
    Tutor::new(&["lab", "12", "--at", id])
}

#[test]
fn a_right_answer_passes() {
    let ran = at("exactly-one-worker").input(RIGHT).expect(0);
    assert!(ran.out.contains("Workers Planned: 1"), "{ran:#?}");
    assert!(ran.out.ends_with("passed: exactly-one-worker\n1 of 1 attempted exercises passed\n"), "{ran:#?}");
    assert_eq!(ran.err, "");
}

#[test]
fn a_wrong_answer_gets_its_feedback() {
    let ran = at("exactly-one-worker").input(&RIGHT.replace("24MB", "64MB")).expect(1);
    assert!(ran.out.contains("wrong: exactly-one-worker\nNot yet. "), "{ran:#?}");
    assert!(ran.out.ends_with("0 of 1 attempted exercises passed\n"), "{ran:#?}");
}

#[test]
fn a_mistake_that_is_corrected_costs_nothing() {
    let both = RIGHT.replace("24MB", "64MB") + RIGHT;
    let ran = at("exactly-one-worker").input(&both).expect(0);
    assert!(ran.out.ends_with("passed: exactly-one-worker\n1 of 1 attempted exercises passed\n"), "{ran:#?}");
}

#[test]
fn errors_go_to_standard_error_as_psql_prints_them() {
    let ran = at("118708-x-3").input("SELECT cout(*) FROM mail_messages;").expect(1);
    assert!(
        ran.err.starts_with("ERROR:  function cout() does not exist\nLINE 1: SELECT cout(*) FROM mail_messages;\n"),
        "{ran:#?}"
    );
}

#[test]
fn nothing_attempted_is_no_failure() {
    let ran = at("exactly-one-worker").input("").expect(0);
    assert_eq!(ran.out, "not attempted: exactly-one-worker\n0 of 0 attempted exercises passed\n");
}

#[test]
fn markers_divide_a_lesson() {
    let script = format!(
        "-- exercise: 118708-x-3\nSELECT count(*) FROM mail_messages;\n\
         -- exercise: four-workers\nSET max_parallel_workers_per_gather = 4;\n\
         EXPLAIN (COSTS OFF) SELECT count(*) FROM mail_messages;\n\
         -- exercise: exactly-one-worker\n{RIGHT}"
    );
    let ran = at("parallel-count").input(&script).expect(1);
    for line in [
        "passed: 118708-x-3\n",
        "wrong: four-workers\n",
        "passed: exactly-one-worker\n",
        "\n2 of 3 attempted exercises passed\n",
    ] {
        assert!(ran.out.contains(line), "{line:?} is missing: {ran:#?}");
    }
}

#[test]
fn markers_reach_other_lessons() {
    let script = "-- exercise: 118708-x-3\nSELECT count(*) FROM mail_messages;\n\
                  -- exercise: 2-2-in-the-background\n\
                  SELECT * FROM pg_background_result(pg_background_launch('SELECT 2+2')) AS (result integer);\n";
    let ran = at("parallel-count").input(script).expect(0);
    assert!(ran.out.ends_with("passed: 2-2-in-the-background\n2 of 2 attempted exercises passed\n"), "{ran:#?}");
}

#[test]
fn a_live_state_is_seen_while_the_statement_runs() {
    let ran = at("see-the-workers").input("SELECT count(*) FROM mail_messages WHERE pass_gate(id) > 0;").expect(0);
    assert!(ran.out.ends_with("passed: see-the-workers\n1 of 1 attempted exercises passed\n"), "{ran:#?}");
}

#[test]
fn two_steps_with_a_variable_pass_like_one() {
    let script = "SELECT pg_background_launch('SELECT 2+2') AS pid \\gset\n\
                  SELECT * FROM pg_background_result(:pid) AS (result integer);\n";
    let ran = at("2-2-in-the-background").input(script).expect(0);
    assert!(ran.out.contains("passed: 2-2-in-the-background\n"), "{ran:#?}");
}

#[test]
fn an_unterminated_last_statement_runs() {
    let ran = at("118708-x-3").input("SELECT count(*)\nFROM mail_messages").expect(0);
    assert!(ran.out.contains("passed: 118708-x-3\n"), "{ran:#?}");
}

#[test]
fn another_language_of_the_system_changes_nothing() {
    let script = RIGHT.to_owned() + "SELECT 1/0;";
    let plain = at("exactly-one-worker").input(&script).expect(0);
    let russian = at("exactly-one-worker")
        .input(&script)
        .variable("LANG", "ru_RU.UTF-8")
        .variable("LC_ALL", "ru_RU.UTF-8")
        .variable("LANGUAGE", "ru")
        .variable("PGOPTIONS", "-c lc_messages=ru_RU.UTF-8")
        .expect(0);
    assert_eq!((plain.out, plain.err), (russian.out, russian.err));
}

#[test]
fn commands_that_move_on_settle_the_exercise_before() {
    let wrong = RIGHT.replace("24MB", "64MB") + "\\skip\n";
    let ran = at("exactly-one-worker").input(&wrong).expect(1);
    assert!(ran.out.ends_with("\n0 of 1 attempted exercises passed\n"), "{ran:#?}");
    let right = format!("{RIGHT}\\next\n\\goto 118708-x-3\nSELECT count(*) FROM mail_messages;\n");
    let ran = at("exactly-one-worker").input(&right).expect(0);
    assert!(ran.out.ends_with("passed: 118708-x-3\n2 of 2 attempted exercises passed\n"), "{ran:#?}");
}

#[test]
fn a_marker_that_names_nothing_leaves_its_lines_out() {
    let script = "-- exercise: 118708-x-3\nSELECT count(*) FROM mail_messages;\n\
                  -- exercise: nonsense\nSELECT 1/0;\n\
                  -- exercise: parallel-count\nSELECT 1/0;\n";
    let ran = at("parallel-count").input(script).expect(1);
    assert!(ran.out.ends_with("passed: 118708-x-3\n1 of 3 attempted exercises passed\n"), "{ran:#?}");
    assert!(ran.err.contains("there is no lesson or exercise \"nonsense\""), "{ran:#?}");
    assert!(ran.err.contains("parallel-count is a lesson") && !ran.err.contains("division"), "{ran:#?}");
}

#[test]
fn one_exercise_takes_the_whole_script() {
    let script = format!("-- exercise: 118708-x-3\n{RIGHT}");
    let ran = at("exactly-one-worker").input(&script).expect(0);
    assert!(ran.out.ends_with("passed: exactly-one-worker\n1 of 1 attempted exercises passed\n"), "{ran:#?}");
}

#[test]
fn a_mistake_is_told_once() {
    let script = RIGHT.replace("24MB", "64MB") + "SET work_mem = '8MB';\nRESET work_mem;\n";
    let ran = at("exactly-one-worker").input(&script).expect(1);
    assert_eq!(ran.out.matches("wrong: exactly-one-worker").count(), 1, "{ran:#?}");
}

#[test]
fn a_failed_transaction_at_the_end_is_a_wrong_answer() {
    let script = format!("BEGIN;\n{RIGHT}SELECT 1/0;\n");
    let ran = at("exactly-one-worker").input(&script).expect(1);
    assert!(ran.out.contains("wrong: exactly-one-worker"), "{ran:#?}");
}

#[test]
fn free_play_does_not_count() {
    let script = format!("\\play\n{RIGHT}\\check\n\\task\n\\check\n");
    let ran = at("exactly-one-worker").input(&script).expect(0);
    assert!(!ran.out.contains("passed:"), "{ran:#?}");
    assert!(ran.out.ends_with("not attempted: exactly-one-worker\n0 of 0 attempted exercises passed\n"), "{ran:#?}");
}

#[test]
fn settings_for_later_sessions_do_not_reach_the_next_exercise() {
    let script = format!(
        "-- exercise: forbid-parallelism-for-the-session\n\
         ALTER ROLE student SET max_parallel_workers_per_gather = 0;\nBEGIN;\nDROP TABLE gate;\n\
         -- exercise: exactly-one-worker\n{RIGHT}"
    );
    let ran = at("parallel-count").input(&script).run();
    assert!(ran.out.contains("passed: exactly-one-worker"), "{ran:#?}");
}

#[test]
fn a_lesson_s_table_that_is_gone_comes_back() {
    let script = "-- exercise: commands-return-their-tag\nDROP TABLE bg_t;\n\
                  -- exercise: commands-return-their-tag\n\
                  SELECT * FROM pg_background_result(pg_background_launch(\
                  'INSERT INTO bg_t SELECT generate_series(1,5)')) AS (tag text);\n";
    let ran = at("launch-and-result").input(script).run();
    assert!(ran.out.contains("passed: commands-return-their-tag"), "{ran:#?}");
}

#[test]
fn an_included_file_counts_as_typed() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "SELECT count(*) FROM mail_messages WHERE pass_gate(id) > 0;\n")
        .expect("the file is written");
    let ran = at("see-the-workers").input(&format!("\\i {}\n", file.path().display())).expect(0);
    assert!(ran.out.contains("passed: see-the-workers"), "{ran:#?}");
}

#[test]
fn what_psql_says_at_the_end_is_said() {
    let ran = at("118708-x-3").input("\\if false\nSELECT 1;\n").expect(0);
    assert!(ran.err.contains("reached EOF without finding closing \\endif(s)"), "{ran:#?}");
    let ran =
        at("118708-x-3").input("\\set ON_ERROR_STOP on\nSELECT 1/0;\nSELECT count(*) FROM mail_messages;\n").expect(1);
    assert!(!ran.out.contains("passed:"), "{ran:#?}");
}

#[test]
fn the_whole_answer_is_kept() {
    let tutor = at("exactly-one-worker").input(
        "SET min_parallel_table_scan_size = '24MB';\n\\hint\n\
                                                EXPLAIN (COSTS OFF) SELECT count(*) FROM mail_messages;\n",
    );
    tutor.expect(0);
    let kept = std::fs::read_to_string(tutor.progress().join("progress.json")).expect("the progress");
    let kept: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
    let answer = &kept["labs"]["background-processes"]["exercises"]["exactly-one-worker"]["answer"];
    assert_eq!(answer.as_str(), Some(RIGHT));
}

#[test]
fn psql_s_ways_of_showing_work() {
    let script = "\\x\nSELECT 1 AS a;\n\\x\nSELECT 2 AS b \\gx\n\\timing\nSELECT 3 AS c;\n\\timing\n\
                  \\d gate\n\\c\n\\set n 4\nSELECT :n AS d;\n";
    let ran = at("118708-x-3").input(script).run();
    for text in ["-[ RECORD 1 ]", "b | 2", "Time: ", "Table \"public.gate\"", "You are now connected", " d \n---\n 4"] {
        assert!(ran.out.contains(text), "{text:?} is missing: {ran:#?}");
    }
}

#[test]
fn progress_is_kept_between_runs() {
    let tutor = at("exactly-one-worker").input(RIGHT);
    tutor.expect(0);
    let listing = tutor.again(&["progress", "--json"], "");
    let json: serde_json::Value = serde_json::from_str(&listing.out).expect("JSON");
    let passed =
        json["labs"].as_array().expect("labs").iter().filter(|lab| lab["number"] == 12).map(|lab| &lab["passed"]);
    assert_eq!(passed.collect::<Vec<_>>(), [1], "{listing:#?}");
    assert!(tutor.progress().join("progress.json").is_file());
}

#[test]
fn the_tutor_s_commands_work_in_a_script() {
    let ran = at("exactly-one-worker").input("\\hint\n\\solution\n\\check\n\\nonsense\n").expect(0);
    assert!(ran.out.starts_with("Hint 1 of "), "{ran:#?}");
    assert!(ran.out.contains("The solution opens after passing, or after 3 more tries."), "{ran:#?}");
    assert!(ran.out.contains("Nothing to check"), "{ran:#?}");
    assert!(ran.err.contains("There is no command \\nonsense. "), "{ran:#?}");
}

#[test]
fn a_script_builds_nothing() {
    let ran = at("your-own-worker-in-rust").input("\\build\nSELECT 1;\n").expect(0);
    assert!(ran.out.contains("There is nothing to build here.\n"), "{ran:#?}");
    assert!(ran.out.contains("This exercise is not graded here: its crate is built at the prompt only"), "{ran:#?}");
}
