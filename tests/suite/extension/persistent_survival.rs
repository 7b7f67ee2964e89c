//! What a persistent worker must survive, and what it must not outlive.

use super::*;

#[test]
fn a_detached_worker_finishes_its_command_and_goes() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        lock(witness, 4721);
        let pid = idle_worker(client);
        hand_over(client, pid, "INSERT INTO t SELECT 1 FROM pg_advisory_xact_lock(4721)");
        wait_for(witness, pid, "Lock", "advisory");
        detach(client, pid);
        unlock(witness, 4721);
        wait_until_gone(witness, pid);
        assert_eq!(rows(client, "SELECT i FROM t"), "1");
        assert_state(client, &format!("SELECT pg_background_run({pid}, 'SELECT 1')"), "42704");
    });
}

#[test]
fn a_worker_detached_with_a_full_queue_commits_and_goes() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        let pid = idle_worker(client);
        hand_over(client, pid, "INSERT INTO t SELECT generate_series(1, 100000) RETURNING i");
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        detach(client, pid);
        wait_until_gone(witness, pid);
        assert_eq!(rows(client, "SELECT count(*) FROM t"), "100000");
    });
}

#[test]
fn a_detached_idle_worker_goes() {
    check(|client, witness| {
        let pid = idle_worker(client);
        wait_for(witness, pid, "IPC", "MessageQueueReceive");
        detach(client, pid);
        wait_until_gone(witness, pid);
        // A result that nobody reads keeps it no longer.
        let pid = launch_persistent(client, "SELECT 1");
        assert!(wait(client, pid));
        detach(client, pid);
        wait_until_gone(witness, pid);
    });
}

#[test]
fn launch_and_hand_over_followed_at_once_by_detach_lose_no_job() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        client
            .batch_execute(
                "DO $$DECLARE pid int; BEGIN FOR n IN 1..50 LOOP
                     LOOP
                         BEGIN
                             pid := pg_background_launch(format('INSERT INTO t VALUES (%s)', n), persistent => true);
                             EXIT;
                         EXCEPTION WHEN insufficient_resources THEN NULL;
                         END;
                     END LOOP;
                     IF n % 2 = 0 THEN
                         PERFORM * FROM pg_background_result(pid) AS (tag text);
                         PERFORM pg_background_run(pid, format('INSERT INTO t VALUES (%s)', n + 1000));
                     END IF;
                     PERFORM pg_background_detach(pid);
                 END LOOP; END$$",
            )
            .unwrap();
        support::wait_until(witness, NO_WORKER);
        assert_eq!(rows(client, "SELECT count(DISTINCT i), count(*) FROM t"), "75|75");
    });
}

#[test]
fn the_end_of_the_session_lets_a_command_commit_and_every_worker_go() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    client.batch_execute("CREATE TABLE t(i int)").unwrap();
    lock(witness.client(), 4722);
    let running = idle_worker(&mut client);
    hand_over(&mut client, running, "INSERT INTO t SELECT 1 FROM pg_advisory_xact_lock(4722)");
    let full = idle_worker(&mut client);
    hand_over(&mut client, full, "INSERT INTO t SELECT i FROM generate_series(2, 100000) i RETURNING i");
    let idle = idle_worker(&mut client);
    let unread = launch_persistent(&mut client, "SELECT 1");
    drop(client);
    wait_until_gone(witness.client(), idle);
    wait_until_gone(witness.client(), unread);
    unlock(witness.client(), 4722);
    support::wait_until(witness.client(), NO_WORKER);
    assert_eq!(rows(witness.client(), "SELECT count(*), min(i) FROM t"), "100000|1");
    witness.assert_no_restart();
}

#[test]
fn the_workers_memory_does_not_grow() {
    check(|client, _| {
        let used = "SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts";
        let pid = idle_worker(client);
        client
            .batch_execute(&format!(
                "CREATE FUNCTION keep_busy(worker int, times int) RETURNS void LANGUAGE plpgsql AS
                 $$BEGIN FOR n IN 1..times LOOP
                     PERFORM pg_background_run(worker, CASE n % 10
                         WHEN 0 THEN 'SELECT repeat(''x'', 1000) FROM generate_series(1, 100)'
                         WHEN 1 THEN 'DO ''BEGIN RAISE NOTICE $n$a$n$; END'''
                         WHEN 2 THEN 'SELECT 1/0'
                         ELSE format('SELECT %s::text', n) END);
                     BEGIN
                         IF n % 10 = 1 THEN PERFORM * FROM pg_background_result(worker) AS (tag text);
                         ELSIF n % 10 = 2 THEN PERFORM * FROM pg_background_result(worker) AS (i int);
                         ELSE PERFORM * FROM pg_background_result(worker) AS (t text);
                         END IF;
                     EXCEPTION WHEN division_by_zero THEN NULL;
                     END;
                 END LOOP; END$$;
                 SET client_min_messages = error; SELECT keep_busy({pid}, 500)"
            ))
            .unwrap();
        let session = pid_of(client);
        let measure = |client: &mut Client| {
            let asked: i64 = run_on(client, pid, used, "n bigint").parse().unwrap();
            (asked, value::<i64>(client, used), private_memory_kb(session))
        };
        let before = measure(client);
        client.batch_execute(&format!("SELECT keep_busy({pid}, 4500)")).unwrap();
        let after = measure(client);
        // Nothing of a command stays, so 4,500 more of them may cost at most what the caches take once more.
        assert!(after.0 - before.0 < 256 * 1024, "worker: {before:?} became {after:?}");
        assert!(after.1 - before.1 < 1024 * 1024, "session: {before:?} became {after:?}");
        assert!(after.2 < before.2 + 16 * 1024, "session's process: {before:?} became {after:?}");
        detach(client, pid);
    });
}

#[test]
fn a_cancel_touches_no_command_but_its_own() {
    check(|client, _| {
        let pid = idle_worker(client);
        for round in 0..200 {
            hand_over(client, pid, "SELECT 1 FROM pg_sleep(1000)");
            assert!(cancel_job(client, pid, 0), "round {round}");
            assert_eq!(code(&result_error(client, pid, "i int")), "57014", "round {round}");
            assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1", "round {round}");
        }
        detach(client, pid);
    });
}

#[test]
fn a_worker_whose_first_command_is_cancelled_right_after_the_launch_stays() {
    check(|client, _| {
        for round in 0..200 {
            let pid = launch_persistent(client, "SELECT 1 FROM pg_sleep(1000)");
            assert!(cancel_job(client, pid, 0), "round {round}");
            assert_eq!(code(&result_error(client, pid, "i int")), "57014", "round {round}");
            assert_eq!(run_on(client, pid, "SELECT pg_backend_pid()", "pid int"), pid.to_string(), "round {round}");
            detach(client, pid);
        }
    });
}

#[test]
fn a_cancel_that_comes_too_late_touches_nothing() {
    check(|client, _| {
        let pid = idle_worker(client);
        for round in 0..300 {
            hand_over(client, pid, "SELECT 1");
            // The cancel may meet the command, its end, or the idle worker.
            let caught = cancel_job(client, pid, 0);
            match client.query_one(&format!("SELECT i FROM pg_background_result({pid}) AS (i int)"), &[]) {
                Ok(row) => assert_eq!(row.get::<_, i32>(0), 1),
                Err(error) => {
                    assert!(caught, "round {round}: {error:?}");
                    assert_eq!(error.code().map(|code| code.code()), Some("57014"), "round {round}: {error:?}");
                }
            }
            assert_eq!(run_on(client, pid, "SELECT 2", "i int"), "2", "round {round}");
            assert!(!cancel_job(client, pid, 0), "round {round}");
            assert_eq!(run_on(client, pid, "SELECT 3", "i int"), "3", "round {round}");
        }
        detach(client, pid);
    });
}

#[test]
fn a_reader_cancelled_inside_result_reads_again() {
    check(|client, witness| {
        let pid = idle_worker(client);
        lock(witness, 4723);
        hand_over(
            client,
            pid,
            "SELECT * FROM generate_series(1, 50000) UNION ALL SELECT 0 FROM pg_advisory_xact_lock(4723)",
        );
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
        client.batch_execute("SET statement_timeout = '200ms'").unwrap();
        assert_state(client, &read, "57014");
        assert_state(client, &read, "57014");
        client.batch_execute("RESET statement_timeout").unwrap();
        unlock(witness, 4723);
        assert_eq!(rows(client, &read), "50001|1250025000");
        assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
        detach(client, pid);
    });
}

#[test]
fn idle_workers_count_against_the_cap() {
    check(|client, witness| {
        let mut capped = with_a_cap_of_one(client, witness);
        let pid = idle_worker(&mut capped);
        assert_state(&mut capped, "SELECT pg_background_launch('SELECT 1')", "53400");
        assert_eq!(run_on(&mut capped, pid, "SELECT 1", "i int"), "1");
        detach(&mut capped, pid);
        wait_until_gone(witness, pid);
        assert_eq!(run(&mut capped, "SELECT 2", "i int"), "2");
    });
}

#[test]
fn a_result_outlives_its_worker() {
    check(|client, witness| {
        let pid = idle_worker(client);
        hand_over(client, pid, FLOOD);
        assert!(wait(client, pid));
        rows(witness, &format!("SELECT pg_terminate_backend({pid})"));
        wait_until_gone(witness, pid);
        assert!(!cancel_job(client, pid, 1));
        wait_until_listed(client, pid, "state = 'completed' AND rows = 100000");
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
        assert_eq!(rows(client, &read), "100000|5000050000");
        let after = error(client, &format!("SELECT pg_background_run({pid}, 'SELECT 1')"));
        assert!(["42704", "08006"].contains(&code(&after)), "{after:?}");
    });
}

#[test]
fn a_lost_worker_is_listed_and_can_be_given_up() {
    check(|client, witness| {
        let lost = [idle_worker(client), idle_worker(client)];
        for pid in lost {
            rows(witness, &format!("SELECT pg_terminate_backend({pid})"));
            wait_until_gone(witness, pid);
            wait_until_listed(client, pid, "state = 'lost' AND persistent");
            assert!(!cancel_job(client, pid, 1));
            assert!(wait(client, pid));
        }
        assert_state(client, &format!("SELECT pg_background_run({}, 'SELECT 1')", lost[0]), "08006");
        detach(client, lost[1]);
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "0");
    });
}

#[test]
fn a_cancel_that_comes_too_late_holds_nobody_up() {
    check(|client, witness| {
        let pid = idle_worker(client);
        // The end of its messages does not fit into the queue, so it waits with its work done.
        hand_over(client, pid, "SELECT * FROM generate_series(1, 100000)");
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        hand_over_nothing_but_cancel(client, witness, pid);
        // Dropping a database waits until every process has closed its files.
        witness.batch_execute("CREATE DATABASE short_lived TEMPLATE template0").unwrap();
        witness.batch_execute("DROP DATABASE short_lived").unwrap();
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
    });
}

/// Cancel twice: the command, and then the worker that waits to say so.
fn hand_over_nothing_but_cancel(client: &mut Client, witness: &mut Client, pid: i32) {
    cancel(witness, pid);
    wait_until_listed(client, pid, "state = 'failed'");
    cancel(witness, pid);
}

#[test]
fn a_failure_drops_temporary_replication_slots() {
    check(|_, witness| {
        let pid = idle_worker(witness);
        let slot = "SELECT pg_create_logical_replication_slot('passing', 'pgoutput', true) IS NOT NULL";
        assert_eq!(run_on(witness, pid, slot, "made bool"), "t");
        assert_eq!(rows(witness, "SELECT count(*) FROM pg_replication_slots"), "1");
        assert_eq!(code(&run_on_error(witness, pid, "SELECT 1/0", "i int")), "22012");
        assert_eq!(rows(witness, "SELECT count(*) FROM pg_replication_slots"), "0");
        detach(witness, pid);
    });
}

#[test]
fn an_idle_worker_waits_for_nobody_to_read_its_notices() {
    check(|client, witness| {
        client.batch_execute("SET client_min_messages = debug5").unwrap();
        let sql = "SELECT pg_background_launch('SELECT 1', 1024, true)";
        let pid: i32 = client.query_one(sql, &[]).unwrap().get(0);
        assert_eq!(result(client, pid, "i int"), "1");
        // So much changes in the catalogs that the idle worker is asked to catch up, which it says with many notices.
        witness
            .batch_execute(
                "DO $$BEGIN FOR i IN 1..1500 LOOP EXECUTE 'CREATE TEMP TABLE passing(i int)'; DROP TABLE passing;
                 END LOOP; END$$",
            )
            .unwrap();
        wait_for(witness, pid, "IPC", "MessageQueueReceive");
        let long = format!("SELECT 4 -- {}", "x".repeat(100_000));
        assert_eq!(run_on(client, pid, &long, "i int"), "4");
    });
}

#[test]
fn warnings_of_a_connection_do_not_hold_the_launch_up() {
    check(|client, witness| {
        let role = rows(client, "SELECT current_user");
        let nowhere = "x".repeat(1500);
        witness.batch_execute(&format!("ALTER ROLE {role} SET default_tablespace = '{nowhere}'")).unwrap();
        let mut again = another_session(client, witness);
        assert_eq!(run(&mut again, "SELECT 1", "i int"), "1");
        let pid = launch_with_queue(&mut again, "SELECT 2", 1024);
        assert_eq!(result(&mut again, pid, "i int"), "2");
        witness.batch_execute(&format!("ALTER ROLE {role} RESET default_tablespace")).unwrap();
    });
}

#[test]
fn a_read_only_command_may_choose_its_isolation() {
    check(|client, _| {
        client.batch_execute("BEGIN READ ONLY").unwrap();
        let sql = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SHOW transaction_isolation";
        let pid = launch(client, sql);
        client.batch_execute("COMMIT").unwrap();
        assert_eq!(result(client, pid, "level text"), "repeatable read");
    });
}
