//! What the prompt shows of processes: who is there, what each did, who waits for whom, why a plan is not parallel.

use crate::support::{Screen, Tutor};

/// A prompt without a lab at which jobs can be launched.
fn play(variables: &[(&str, &str)]) -> Screen {
    let mut screen = Screen::with_variables(&["play"], variables);
    screen.wait_for_prompt("play=>");
    screen.type_line("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS pg_background;");
    screen.wait_for("CREATE EXTENSION\n");
    screen
}

/// What a script at the prompt without a lab brings.
fn script(sql: &str) -> String {
    let setup = "\\set QUIET on\nSET client_min_messages = warning;\nCREATE EXTENSION IF NOT EXISTS pg_background;\n";
    Tutor::new(&["play"]).input(&format!("{setup}{sql}")).expect(0).out
}

#[track_caller]
fn assert_says(said: &str, parts: &[&str]) {
    // The terminal's width breaks sentences anywhere.
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    parts.iter().for_each(|part| assert!(words.contains(part), "{part:?} is missing in:\n{said}"));
}

/// A lab in free play whose session `main` waits at the gate, with its workers; `other` holds the gate.
fn at_the_gate() -> Screen {
    let mut screen = Screen::open(&["lab", "12", "--at", "see-the-workers"]);
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("\\play");
    screen.wait_for_prompt("play=>");
    screen.type_line("\\session other");
    screen.wait_for_prompt("play[other]=>");
    screen.type_line("BEGIN; LOCK TABLE gate;");
    screen.wait_for_prompt("play[other]=*>");
    screen.type_line("\\session main");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT count(*) FROM mail_messages WHERE pass_gate(id) > 0;");
    screen.wait_for_prompt("play (running)>");
    screen
}

#[test]
fn workers_stand_below_their_leader_and_say_who_blocks_them() {
    let mut screen = at_the_gate();
    screen.type_line("\\ps");
    screen.wait_for("├─ session main (");
    screen.wait_for("│  ├─ parallel worker (");
    screen.wait_for("│  └─ parallel worker (");
    screen.wait_for("held by");
    screen.wait_for("└─ session other (");
    screen.type_line("\\sessions");
    screen.wait_for("waits for session other (holds AccessExclusiveLock on gate)");
}

#[test]
fn a_timeline_shows_the_leader_its_workers_and_whom_they_waited_for() {
    let mut screen = at_the_gate();
    screen.type_line("\\timeline");
    screen.wait_for("session main has run for");
    screen.wait_for("  parallel worker ");
    screen.wait_for("(waited for)");
    screen.wait_for("L  waits for a lock (Lock/relation)");
    screen.type_line("\\session other");
    screen.wait_for_prompt("play[other]=*>");
    screen.type_line("COMMIT;");
    screen.wait_for("[main] has finished");
    screen.type_line("\\timeline main");
    screen.wait_for("session main ran ");
}

#[test]
fn a_dblink_connection_stands_below_the_session_that_opened_it() {
    let mut screen = Screen::open(&["lab", "12", "--at", "dblink-async"]);
    screen.wait_for_prompt("dblink-async=>");
    screen.type_line("\\play");
    screen.type_line("CREATE EXTENSION IF NOT EXISTS dblink; SELECT dblink_connect('a', :'conn');");
    screen.wait_for(" OK\n");
    screen.type_line("\\ps");
    screen.wait_for("└─ session main (");
    screen.wait_for("   └─ dblink connection (");
}

#[test]
fn jobs_stand_below_the_session_that_launched_them() {
    let out = script(
        "SELECT pg_advisory_lock(1);
         SELECT pg_background_launch('SELECT pg_advisory_xact_lock_shared(1)') AS kept \\gset
         SELECT pg_background_launch('SELECT pg_advisory_xact_lock_shared(1)') AS let_go \\gset
         SELECT pg_background_detach(:let_go);
         \\ps
         \\ps all",
    );
    let (tree, all) =
        out.split_once("postmaster").and_then(|(_, rest)| rest.split_once("postmaster")).expect("two trees");
    assert_says(tree, &["`- session main (", "|- background job (", "`- detached background job ("]);
    assert_says(tree, &["SELECT pg_advisory_xact_lock_shared(1)", "of the tutor's own"]);
    assert!(!tree.contains("checkpointer"), "{tree}");
    assert_says(all, &["checkpointer (", "the tutor's session ("]);
}

#[test]
fn a_watched_tree_shows_what_has_gone_and_ends_with_a_key() {
    let mut screen = play(&[]);
    screen.type_line("SELECT pg_background_launch('SELECT pg_sleep(1)');");
    screen.wait_for("(1 row)");
    screen.type_line("\\ps watch");
    screen.wait_for("(any key ends it)");
    screen.wait_for("has ended");
    screen.press("x");
    screen.wait_for_prompt("play=>");
    screen.type_line("\\ps all watch");
    screen.wait_for("checkpointer (");
    screen.press("\u{3}");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'all is ' || 'well' AS now;");
    screen.wait_for("all is well");
}

#[test]
fn a_terminal_that_cannot_redraw_is_told_changes() {
    let mut screen = play(&[("TERM", "dumb")]);
    screen.type_line("SELECT pg_background_launch('SELECT pg_sleep(1)');");
    screen.wait_for("(1 row)");
    screen.type_line("\\ps watch");
    screen.wait_for("`- session main (");
    screen.wait_for("\nended: background job ");
    screen.press("x");
    screen.wait_for_prompt("play=>");
}

#[test]
fn a_picture_is_xml_with_a_row_for_each_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("picture.svg");
    let out = script(&format!(
        "SELECT pg_background_launch('SELECT pg_sleep(2)') AS job \\gset
         SELECT '<&>' AS \"<x>\", * FROM pg_background_result(:job) AS (slept text);
         \\timeline {}
         \\timeline",
        file.display()
    ));
    assert_says(&out, &["Written: ", "session main ran ", "background job ", "A waits for what another process says"]);
    let picture = std::fs::read_to_string(&file).expect("the picture");
    let parsed = roxmltree::Document::parse(&picture).expect("XML");
    let texts: Vec<&str> = parsed.descendants().filter_map(|node| node.text()).collect();
    for part in ["session main ran ", "background job ", "<&>", "sleeps (Timeout/PgSleep)"] {
        assert!(texts.iter().any(|text| text.contains(part)), "{part:?} is missing in:\n{picture}");
    }
}

#[test]
fn a_statement_that_runs_on_has_a_timeline() {
    let mut screen = play(&[]);
    screen.type_line("SELECT pg_advisory_lock(5);");
    screen.wait_for("(1 row)");
    screen.type_line("\\session waiter");
    screen.wait_for_prompt("play[waiter]=>");
    screen.type_line("SELECT pg_advisory_lock(5) \\bg");
    screen.wait_for_prompt("play[waiter] (running)>");
    screen.type_line("\\session main");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT pg_sleep(0.3);");
    screen.wait_for_prompt("play=>");
    screen.type_line("\\timeline waiter");
    screen.wait_for("session waiter has run for");
    screen.wait_for("L  waits for a lock (Lock/advisory)");
}

#[test]
fn nothing_of_the_tutor_s_is_seen_in_the_student_s_database() {
    let mut screen = play(&[]);
    screen.type_line("SELECT pg_sleep(0.3);");
    screen.wait_for("(1 row)");
    for command in ["\\ps", "\\timeline", "\\why SELECT count(*) FROM mail_messages", "\\sessions"] {
        screen.type_line(command);
        screen.wait_for_prompt("play=>");
    }
    // The server's own autovacuum comes when it likes.
    screen.type_line(
        "SELECT 'I see ' || count(*) AS n FROM pg_stat_activity \
         WHERE datname = current_database() AND backend_type <> 'autovacuum worker';",
    );
    screen.wait_for("I see 1\n");
}

const TABLES: &str = "
    DROP TABLE IF EXISTS small, target;
    CREATE TABLE small AS SELECT g AS id FROM generate_series(1, 1000) g;
    CREATE TABLE target (n bigint);
    CREATE OR REPLACE FUNCTION dear(i int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN i; END';
";

/// What `\why` says of a statement.
fn why(statement: &str) -> String {
    script(&format!(
        "{TABLES}\\why {statement}\nSELECT 'still ' || proparallel::text FROM pg_proc WHERE proname = 'dear';"
    ))
}

#[test]
fn why_a_small_table_has_no_workers() {
    let said = why("SELECT count(*) FROM small");
    assert_says(&said, &["small has 5 pages: less than min_parallel_table_scan_size, 1024 pages", "-> Gather"]);
}

#[test]
fn why_a_setting_keeps_workers_away() {
    let said = script("SET max_parallel_workers_per_gather = 0;\n\\why SELECT count(*) FROM mail_messages");
    assert_says(&said, &["max_parallel_workers_per_gather is 0", "SET max_parallel_workers_per_gather = 2;"]);
}

#[test]
fn why_a_function_keeps_workers_away() {
    let said = why("SELECT count(*) FROM mail_messages WHERE dear(id) > 0");
    assert_says(&said, &["dear(integer) is PARALLEL UNSAFE", "Parallel Seq Scan", "still u"]);
}

#[test]
fn why_a_part_of_with_that_writes_keeps_workers_away() {
    let said = why("WITH w AS (INSERT INTO target VALUES (1) RETURNING n) SELECT count(*) FROM mail_messages");
    assert_says(&said, &["A part of WITH writes", "Tried out", "Parallel Seq Scan"]);
}

#[test]
fn why_a_cursor_keeps_workers_away() {
    let said = why("DECLARE c CURSOR FOR SELECT count(*) FROM mail_messages");
    assert_says(&said, &["It declares a cursor", "Tried out", "Parallel Seq Scan"]);
}

#[test]
fn why_several_causes_act_together() {
    let said = script(&format!(
        "{TABLES}SET max_parallel_workers_per_gather = 0;\n\\why SELECT count(*) FROM mail_messages WHERE dear(id) > 0"
    ));
    assert_says(&said, &["- max_parallel", "- dear(integer)", "Each of these alone keeps workers away"]);
}

#[test]
fn why_workers_that_were_planned_did_not_come() {
    let said = script(
        "SELECT pg_advisory_lock(1);
         SELECT pg_background_launch('SELECT pg_advisory_xact_lock_shared(1)') FROM generate_series(1, 7);
         EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(*) FROM mail_messages;
         \\why",
    );
    assert_says(&said, &["The plan is parallel: 2 workers", "But when it ran, it got 0 of 2."]);
    assert_says(&said, &["of the 8 slots", "taken by 7 background jobs, 1 logical replication launcher"]);
}

#[test]
fn why_a_plan_has_as_many_workers_as_it_has() {
    let said = script("SET max_parallel_workers_per_gather = 1;\n\\why SELECT count(*) FROM mail_messages");
    assert_says(
        &said,
        &["The plan is parallel: 1 worker", "mail_messages has 6475 pages", "its size is worth 2 workers"],
    );
    assert_says(&said, &["without that limit, there would be 2"]);
}

#[test]
fn why_leaves_an_open_transaction_as_it_is() {
    let said = script(
        "BEGIN;
         CREATE TEMP TABLE mine AS SELECT 1 AS a;
         \\why SELECT count(*) FROM mine
         \\why SELECT nothing FROM nowhere
         SELECT 'mine has ' || count(*) || ' row' FROM mine;
         ROLLBACK;",
    );
    assert_says(&said, &["mine is a temporary table", "mine has 1 row"]);
}
