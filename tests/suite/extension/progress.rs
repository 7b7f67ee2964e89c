//! What a job says of itself while it runs.

use super::*;

/// A job that reports and then waits for the witness.
fn reporting(calls: &str, key: i32) -> String {
    format!("DO $job$BEGIN {calls} PERFORM pg_advisory_xact_lock({key}); END$job$")
}

#[test]
fn progress_is_seen_while_the_command_runs() {
    check(|client, witness| {
        lock(witness, 4750);
        lock(witness, 4751);
        let calls = "PERFORM pg_background_progress(10); PERFORM pg_background_progress(40, 'half ä');
                     PERFORM pg_advisory_xact_lock(4750);
                     PERFORM pg_background_progress(90, 'nearly');";
        let pid = launch(client, &reporting(calls, 4751));
        wait_until_listed(client, pid, "state = 'running' AND progress = 40 AND progress_message = 'half ä'");
        unlock(witness, 4750);
        wait_until_listed(client, pid, "state = 'running' AND progress = 90 AND progress_message = 'nearly'");
        unlock(witness, 4751);
        assert_eq!(result(client, pid, "tag text"), "DO");
    });
}

#[test]
fn a_message_may_be_absent() {
    check(|client, witness| {
        lock(witness, 4752);
        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        wait_until_listed(client, pid, "state = 'running' AND progress IS NULL AND progress_message IS NULL");
        assert!(cancel_job(client, pid, 0));
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        let calls = "PERFORM pg_background_progress(10, 'gone'); PERFORM pg_background_progress(0, NULL);";
        let pid = launch(client, &reporting(calls, 4752));
        wait_until_listed(client, pid, "progress = 0 AND progress_message IS NULL");
        unlock(witness, 4752);
        assert_eq!(result(client, pid, "tag text"), "DO");
    });
}

#[test]
fn a_long_message_is_clipped_at_a_characters_end() {
    check(|client, witness| {
        for (message, kept) in [
            ("repeat('x', 255)", "repeat('x', 255)"),
            ("repeat('x', 256)", "repeat('x', 255)"),
            ("repeat('x', 254) || 'ä'", "repeat('x', 254)"),
            ("repeat('x', 253) || 'ä'", "repeat('x', 253) || 'ä'"),
            ("repeat('ä', 200)", "repeat('ä', 127)"),
            ("repeat('😀', 100)", "repeat('😀', 63)"),
            ("repeat('x', 1000000)", "repeat('x', 255)"),
        ] {
            lock(witness, 4753);
            let pid = launch(client, &reporting(&format!("PERFORM pg_background_progress(1, {message});"), 4753));
            wait_for(witness, pid, "Lock", "advisory");
            let shown = format!("SELECT progress_message = {kept} FROM pg_background_list() WHERE pid = {pid}");
            assert_eq!(rows(client, &shown), "t", "{message}");
            unlock(witness, 4753);
            assert_eq!(result(client, pid, "tag text"), "DO");
        }
    });
}

#[test]
fn odd_reports_are_refused() {
    check(|client, _| {
        assert_state(client, "SELECT pg_background_progress(1)", "55000");
        assert_state(client, "SELECT pg_background_progress(1, 'a')", "55000");
        for (call, sqlstate) in [
            ("pg_background_progress(-1)", "22023"),
            ("pg_background_progress(101)", "22023"),
            ("pg_background_progress(2147483647, 'a')", "22023"),
            ("pg_background_progress(-2147483648)", "22023"),
            ("pg_background_progress(NULL)", "22004"),
            ("pg_background_progress(NULL, 'a')", "22004"),
        ] {
            assert_eq!(code(&run_error(client, &format!("SELECT {call}"), "v text")), sqlstate, "{call}");
        }
        for percent in [0, 100] {
            assert_eq!(run(client, &format!("SELECT pg_background_progress({percent})"), "v text"), "");
        }
    });
}

#[test]
fn each_run_begins_without_progress() {
    check(|client, witness| {
        let pid = launch_persistent(client, "SELECT pg_background_progress(70, 'first')");
        assert_eq!(result(client, pid, "v text"), "");
        for round in 0..3 {
            lock(witness, 4754);
            hand_over(client, pid, "SELECT 1 FROM pg_advisory_xact_lock(4754)");
            wait_for(witness, pid, "Lock", "advisory");
            wait_until_listed(client, pid, "state = 'running' AND progress IS NULL AND progress_message IS NULL");
            unlock(witness, 4754);
            assert_eq!(result(client, pid, "i int"), "1");
            lock(witness, 4754);
            hand_over(client, pid, &reporting(&format!("PERFORM pg_background_progress({round}, 'r{round}');"), 4754));
            wait_until_listed(client, pid, &format!("progress = {round} AND progress_message = 'r{round}'"));
            unlock(witness, 4754);
            assert_eq!(result(client, pid, "tag text"), "DO");
        }
        detach(client, pid);
    });
}

#[test]
fn progress_belongs_to_the_innermost_job() {
    check(|client, witness| {
        lock(witness, 4755);
        let inner = "SELECT 1 FROM pg_background_progress(99), pg_advisory_xact_lock(4755)";
        let outer = format!(
            "DO $outer$BEGIN PERFORM pg_background_progress(5, 'outer');
             PERFORM * FROM pg_background_result(pg_background_launch('{inner}')) AS (i int); END$outer$"
        );
        let pid = launch(client, &outer);
        let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'pg_background' AND wait_event = 'advisory')";
        support::wait_until(witness, waits);
        let shown = "SELECT progress, progress_message FROM pg_background_list() WHERE pid =";
        assert_eq!(rows(client, &format!("{shown} {pid}")), "5|outer");
        unlock(witness, 4755);
        assert_eq!(result(client, pid, "tag text"), "DO");
    });
}

#[test]
fn reports_are_never_seen_half_written() {
    check(|client, _| {
        let calls = "FOR i IN 1..200000 LOOP PERFORM pg_background_progress(i % 101, repeat(chr(65 + i % 26), i % 200 + 1)); END LOOP;";
        let pid = launch(client, &format!("DO $job$BEGIN {calls} END$job$"));
        // A message of one letter only is whole, whenever it is looked at.
        let whole = format!(
            "SELECT coalesce(bool_and(progress_message = repeat(left(progress_message, 1), length(progress_message))), true), \
             bool_or(state <> 'running') FROM pg_background_list() WHERE pid = {pid}"
        );
        loop {
            let row = client.query_one(&whole, &[]).unwrap();
            assert!(row.get::<_, bool>(0), "a torn message");
            if row.get(1) {
                break;
            }
        }
        assert_eq!(result(client, pid, "tag text"), "DO");
    });
}
