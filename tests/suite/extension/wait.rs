//! Waiting for a command without reading it, and what is kept meanwhile.

use super::*;

#[test]
fn wait_returns_when_the_command_has_ended_and_reads_nothing() {
    check(|client, _| {
        let pid = launch(client, "SELECT 1");
        for _ in 0..3 {
            assert!(wait(client, pid));
        }
        assert_eq!(result(client, pid, "i int"), "1");
        assert_state(client, &format!("SELECT pg_background_wait({pid})"), "42704");

        let pid = launch(client, "SELECT 1/0");
        for _ in 0..3 {
            assert!(wait(client, pid));
        }
        assert_eq!(code(&result_error(client, pid, "i int")), "22012");
    });
}

#[test]
fn wait_has_a_limit() {
    check(|client, witness| {
        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        let ended = |client: &mut Client, limit: &str| -> bool {
            value(client, &format!("SELECT pg_background_wait({pid}, {limit})"))
        };
        assert!(!ended(client, "0"));
        assert!(!ended(client, "1"));
        assert!(!ended(client, "50"));
        for limit in [-1, i32::MIN] {
            assert_state(client, &format!("SELECT pg_background_wait({pid}, {limit})"), "22023");
        }
        cancel(witness, pid);
        assert!(ended(client, "NULL"));
        for limit in ["0", "1", "2147483647", "NULL"] {
            assert!(ended(client, limit), "{limit}");
        }
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        assert_state(client, "SELECT pg_background_wait(NULL)", "22004");
        assert_state(client, "SELECT pg_background_wait(NULL, 0)", "22004");
    });
}

#[test]
fn wait_on_a_persistent_worker_is_for_its_command() {
    check(|client, _| {
        let pid = idle_worker(client);
        assert!(wait(client, pid));
        assert!(value::<bool>(client, &format!("SELECT pg_background_wait({pid}, 0)")));
        hand_over(client, pid, "SELECT 1 FROM pg_sleep(1000)");
        assert!(!value::<bool>(client, &format!("SELECT pg_background_wait({pid}, 0)")));
        assert!(cancel_job(client, pid, 0));
        assert!(wait(client, pid));
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        assert!(wait(client, pid));
        hand_over(client, pid, FLOOD);
        assert!(wait(client, pid));
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
        assert_eq!(rows(client, &read), "100000|5000050000");
        detach(client, pid);
    });
}

#[test]
fn wait_keeps_what_does_not_fit_into_the_queue() {
    check(|client, _| {
        for queue_size in [1024, 65536] {
            let pid = launch_with_queue(client, FLOOD, queue_size);
            assert!(wait(client, pid));
            assert!(wait(client, pid));
            let wrong = format!("SELECT count(*) FROM pg_background_result({pid}) AS (i text)");
            assert_state(client, &wrong, "42804");
            let read = format!("SELECT count(*), sum(i), min(i) FROM pg_background_result({pid}) AS (i int)");
            assert_eq!(rows(client, &read), "100000|5000050000|1");
        }
    });
}

#[test]
fn a_wait_that_looks_again_and_again_lets_the_worker_end() {
    check(|client, witness| {
        // Each look takes out what is there, so a session that only ever looks still lets the worker get on.
        let pid = launch_with_queue(client, FLOOD, 1024);
        support::wait_until(client, &format!("SELECT pg_background_wait({pid}, 0)"));
        wait_until_gone(witness, pid);
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
        assert_eq!(rows(client, &read), "100000|5000050000");
    });
}

#[test]
fn wait_keeps_a_flood_of_notices_in_order() {
    check(|client, witness| {
        let (mut client, notices) = listening_session(client, witness);
        let flood = "DO $$BEGIN FOR i IN 1..20000 LOOP RAISE NOTICE 'n %', i; END LOOP; END$$";
        let pid = launch(&mut client, flood);
        assert!(wait(&mut client, pid));
        assert_eq!(taken(&notices).len(), 0, "a notice came out of wait");
        assert_eq!(result(&mut client, pid, "tag text"), "DO");
        let arrived = taken(&notices);
        assert_eq!(arrived.len(), 20_000);
        assert!(arrived.iter().zip(1..).all(|(text, i)| *text == format!("n {i}")), "out of order");
    });
}

#[test]
fn notices_and_rows_are_both_kept() {
    check(|client, witness| {
        let (mut client, notices) = listening_session(client, witness);
        client
            .batch_execute(
                "SET work_mem = '64kB';
                 CREATE FUNCTION noisy(i int) RETURNS text LANGUAGE plpgsql AS
                 $$BEGIN IF i % 10 = 0 THEN RAISE NOTICE 'n %', i; END IF; RETURN repeat('x', 100) || i; END$$",
            )
            .unwrap();
        let pid = launch(&mut client, "SELECT i, noisy(i) FROM generate_series(1, 50000) i");
        assert!(wait(&mut client, pid));
        let read = format!(
            "SELECT count(*), bool_and(t = repeat('x', 100) || i) FROM pg_background_result({pid}) AS (i int, t text)"
        );
        assert_eq!(rows(&mut client, &read), "50000|t");
        let expected: Vec<String> = (1..=5000).map(|i| format!("n {}", 10 * i)).collect();
        assert_eq!(taken(&notices), expected);
    });
}

#[test]
fn what_wait_keeps_is_spooled_to_disk() {
    check(|client, witness| {
        client.batch_execute("SET work_mem = '64kB'").unwrap();
        let pid = launch(client, "SELECT i, repeat('x', 300) || i FROM generate_series(1, 200000) i");
        assert!(wait(client, pid));
        wait_until_gone(witness, pid);
        let spooled: i64 = value(witness, "SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_tmpdir()");
        assert!(spooled > 40_000_000, "only {spooled} bytes on disk");
        let read = format!(
            "SELECT count(*), bool_and(t = repeat('x', 300) || i) FROM pg_background_result({pid}) AS (i int, t text)"
        );
        assert_eq!(rows(client, &read), "200000|t");
        support::wait_until(witness, "SELECT NOT EXISTS (SELECT FROM pg_ls_tmpdir())");
    });
}

#[test]
fn what_wait_keeps_outlives_transactions() {
    check(|client, witness| {
        client.batch_execute("SET work_mem = '64kB'").unwrap();
        let pid = launch(client, FLOOD);
        let full = "IPC";
        wait_for(witness, pid, full, "MessageQueuePutMessage");
        client.batch_execute("BEGIN").unwrap();
        assert!(wait(client, pid));
        client.batch_execute("ROLLBACK").unwrap();
        client.batch_execute("BEGIN; SAVEPOINT a").unwrap();
        assert_state(client, &format!("SELECT count(*) FROM pg_background_result({pid}) AS (i text)"), "42804");
        client.batch_execute("ROLLBACK TO a; COMMIT").unwrap();
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
        assert_eq!(rows(client, &read), "100000|5000050000");
    });
}

#[test]
fn what_wait_keeps_goes_with_detach() {
    check(|client, witness| {
        client.batch_execute("SET work_mem = '64kB'").unwrap();
        let pid = launch(client, FLOOD);
        assert!(wait(client, pid));
        detach(client, pid);
        assert_state(client, &format!("SELECT pg_background_wait({pid})"), "42704");
        support::wait_until(witness, "SELECT NOT EXISTS (SELECT FROM pg_ls_tmpdir())");
    });
}

#[test]
fn a_full_disk_loses_nothing() {
    check(|_, witness| {
        // The limit on temporary files is a superuser's, and stands for a full disk.
        witness
            .batch_execute("SET work_mem = '64kB'; CREATE TABLE numbers AS SELECT generate_series(1, 200000) i")
            .unwrap();
        let pid = launch(witness, "SELECT i, repeat('x', 100) || i FROM numbers");
        witness.batch_execute("SET temp_file_limit = '1MB'").unwrap();
        let refused = error(witness, &format!("SELECT pg_background_wait({pid})"));
        assert_eq!(code(&refused), "53400", "{refused:?}");
        let refused = error(witness, &format!("SELECT pg_background_wait({pid})"));
        assert_eq!(code(&refused), "53400", "{refused:?}");
        witness.batch_execute("RESET temp_file_limit").unwrap();
        assert!(wait(witness, pid));
        let read = format!(
            "SELECT count(*), count(DISTINCT i), bool_and(t = repeat('x', 100) || i) \
             FROM pg_background_result({pid}) AS (i int, t text)"
        );
        assert_eq!(rows(witness, &read), "200000|200000|t");
    });
}

#[test]
fn a_full_disk_during_result_gives_no_part_of_it() {
    check(|_, witness| {
        witness
            .batch_execute("SET work_mem = '64kB'; CREATE TABLE numbers AS SELECT generate_series(1, 200000) i")
            .unwrap();
        let pid = launch(witness, "SELECT i, repeat('x', 100) || i FROM numbers");
        let read = format!(
            "SELECT count(*), count(DISTINCT i), bool_and(t = repeat('x', 100) || i) \
             FROM pg_background_result({pid}) AS (i int, t text)"
        );
        witness.batch_execute("SET temp_file_limit = '1MB'").unwrap();
        assert_state(witness, &read, "53400");
        witness.batch_execute("RESET temp_file_limit").unwrap();
        // The rows that were on their way may be lost, but then the call says so and gives none at all.
        match witness.simple_query(&read) {
            Ok(_) => {}
            Err(error) => {
                let error = error.as_db_error().expect("an error of the server");
                assert_eq!(code(error), "55000", "{error:?}");
                assert!(error.hint().is_some(), "{error:?}");
                detach(witness, pid);
            }
        }
        assert_state(witness, &read, "42704");
    });
}

#[test]
fn a_wait_that_is_cancelled_can_be_made_again() {
    check(|client, witness| {
        lock(witness, 4730);
        let sql = "SELECT * FROM generate_series(1, 50000) UNION ALL SELECT 0 FROM pg_advisory_xact_lock(4730)";
        let pid = launch(client, sql);
        let waiter = pid_of(client);
        for again in 0..3 {
            let outcome = std::thread::scope(|scope| {
                let waiting = scope.spawn(|| error(client, &format!("SELECT pg_background_wait({pid})")));
                // The rows have been taken out by then: only the end is missing.
                wait_for(witness, pid, "Lock", "advisory");
                wait_for(witness, waiter, "IPC", "MessageQueueReceive");
                // One signal, sent when the call returns. A cancel request sends two, and the second may come much later.
                cancel(witness, waiter);
                waiting.join().unwrap()
            });
            assert_eq!(code(&outcome), "57014", "{again}: {outcome:?}");
        }
        unlock(witness, 4730);
        assert!(wait(client, pid));
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
        assert_eq!(rows(client, &read), "50001|1250025000");
    });
}

#[test]
fn a_terminated_worker_ends_the_wait() {
    check(|client, witness| {
        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        wait_for(witness, pid, "Timeout", "PgSleep");
        rows(witness, &format!("SELECT pg_terminate_backend({pid})"));
        assert!(wait(client, pid));
        assert_eq!(code(&result_error(client, pid, "i int")), "57P01");
    });
}

#[test]
fn a_result_cancelled_while_files_are_reported_can_be_read_again() {
    let server = support::server();
    let (mut witness, mut admin) = (server.witness(), server.witness());
    let (witness, reading) = (witness.client(), admin.client());
    let reader = pid_of(reading);
    // The server reports each temporary file when it is closed, and looks for interrupts then.
    reading.batch_execute("SET log_temp_files = 0; SET work_mem = '64kB'; SET client_min_messages = error").unwrap();
    let sql = "SELECT * FROM generate_series(1, 200000) UNION ALL SELECT 0 FROM pg_advisory_xact_lock(4731)";
    for limit in ["-1", "'4MB'"] {
        lock(witness, 4731);
        let pid = launch(reading, sql);
        let waits = format!(
            "SELECT NOT pg_background_wait({pid}, 1) AND EXISTS (SELECT FROM pg_stat_activity \
             WHERE pid = {pid} AND wait_event_type = 'Lock')"
        );
        support::wait_until(reading, &waits);
        reading.batch_execute(&format!("SET temp_file_limit = {limit}")).unwrap();
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
        let cancelled = std::thread::scope(|scope| {
            let handle = scope.spawn(|| error(reading, &read));
            let waits_or_has_failed = format!(
                "SELECT wait_event = 'MessageQueueReceive' OR state = 'idle' AND query ~ 'pg_background_result' \
                 FROM pg_stat_activity WHERE pid = {reader}"
            );
            support::wait_until(witness, &waits_or_has_failed);
            cancel(witness, reader);
            handle.join().expect("the reader")
        });
        assert!(["57014", "53400"].contains(&code(&cancelled)), "{cancelled:?}");
        reading.batch_execute("RESET temp_file_limit").unwrap();
        unlock(witness, 4731);
        match reading.simple_query(&read) {
            Ok(_) => {}
            // There was no room to keep the rows; the call says so, and the server lives.
            Err(error) if limit != "-1" => assert_eq!(error.code().map(|code| code.code()), Some("55000")),
            Err(error) => panic!("{error:?}"),
        }
    }
    support::wait_until(witness, "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'Lock')");
}

#[test]
fn a_failed_command_holds_no_lock_when_it_has_ended() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        for _ in 0..30 {
            let pid = launch(client, "LOCK TABLE t; INSERT INTO t SELECT generate_series(1, 1000); SELECT 1/0");
            support::wait_until(client, &format!("SELECT pg_background_wait({pid}, 0)"));
            client.batch_execute("BEGIN; LOCK TABLE t NOWAIT; COMMIT").expect("the lock is free");
            assert_eq!(code(&result_error(client, pid, "i int")), "22012");
        }
    });
}
