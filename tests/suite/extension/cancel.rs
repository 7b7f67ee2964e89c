//! Cancelling.

use super::*;

#[test]
fn a_cancelled_job_leaves_no_trace() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        for _ in 0..50 {
            let pid = launch(client, "INSERT INTO t SELECT 1 FROM pg_sleep(1000)");
            assert_eq!(rows(client, &format!("SELECT pg_cancel_backend({pid})")), "t");
            assert_eq!(result_error(client, pid, "tag text").code().code(), "57014");
        }
        assert_eq!(rows(client, "SELECT count(*) FROM t"), "0");
    });
}

#[test]
fn a_job_cancelled_while_its_queue_is_full_says_so() {
    check(|client, witness| {
        let pid = launch(client, "SELECT * FROM generate_series(1,100000)");
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        assert_eq!(rows(client, &format!("SELECT pg_cancel_backend({pid})")), "t");
        wait_until_gone(witness, pid);
        assert_eq!(result_error(client, pid, "i int").code().code(), "57014");
    });
}

#[test]
fn a_command_that_catches_its_cancel_loses_no_rows() {
    check(|client, witness| {
        client
            .batch_execute(
                "CREATE FUNCTION noisy() RETURNS int LANGUAGE plpgsql AS
                 $$BEGIN FOR i IN 1..1000 LOOP RAISE NOTICE 'n %', i; END LOOP; RETURN 0;
                   EXCEPTION WHEN query_canceled THEN SET application_name = 'caught'; RETURN 1; END$$",
            )
            .unwrap();
        let pid = launch_with_queue(client, "SELECT noisy() UNION ALL SELECT * FROM generate_series(2, 1000)", 1024);
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        cancel(witness, pid);
        let caught = format!(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid} AND application_name = 'caught' \
             AND wait_event = 'MessageQueuePutMessage')"
        );
        support::wait_until(witness, &caught);
        let read = format!("SELECT count(*), min(i), sum(i) FROM pg_background_result({pid}) AS (i int)");
        assert_eq!(rows(client, &read), "1000|1|500500");
    });
}

#[test]
fn cancel_says_whether_the_command_still_ran() {
    check(|client, witness| {
        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        wait_for(witness, pid, "Timeout", "PgSleep");
        assert!(cancel_job(client, pid, 0));
        let error = result_error(client, pid, "i int");
        assert_eq!(code(&error), "57014");
        assert_eq!(error.message(), "canceling statement due to user request");

        let pid = launch(client, "SELECT 1");
        assert!(wait(client, pid));
        assert!(!cancel_job(client, pid, 0));
        assert!(!cancel_job(client, pid, 1));
        assert_eq!(result(client, pid, "i int"), "1");

        let pid = launch(client, "SELECT 1/0");
        assert!(wait(client, pid));
        assert!(!cancel_job(client, pid, 1));
        assert_eq!(code(&result_error(client, pid, "i int")), "22012");
    });
}

#[test]
fn an_idle_worker_cannot_be_cancelled_and_stays() {
    check(|client, witness| {
        let pid = idle_worker(client);
        for grace in [0, 1] {
            assert!(!cancel_job(client, pid, grace));
            wait_for(witness, pid, "IPC", "MessageQueueReceive");
            assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
        }
        detach(client, pid);
    });
}

#[test]
fn two_hundred_commands_are_cancelled_right_after_their_launch() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        for round in 0..200 {
            let grace = if round % 4 == 3 { 60_000 } else { 0 };
            let pid = launch(client, "INSERT INTO t SELECT 1 FROM pg_sleep(1000)");
            assert!(cancel_job(client, pid, grace), "round {round}");
            assert_eq!(code(&result_error(client, pid, "tag text")), "57014", "round {round}");
        }
        assert_eq!(rows(client, "SELECT count(*) FROM t"), "0");
    });
}

#[test]
fn two_hundred_commands_are_cancelled_inside_the_statement_that_launches_them() {
    check(|client, _| {
        let cancelled = "DO $$DECLARE pid int; caught int := 0; BEGIN FOR i IN 1..200 LOOP
                 LOOP
                     BEGIN
                         pid := pg_background_launch('SELECT 1 FROM pg_sleep(1000)');
                         EXIT;
                     EXCEPTION WHEN insufficient_resources THEN NULL;
                     END;
                 END LOOP;
                 PERFORM pg_background_cancel(pid);
                 BEGIN
                     PERFORM * FROM pg_background_result(pid) AS (i int);
                 EXCEPTION WHEN query_canceled THEN caught := caught + 1;
                 END;
             END LOOP;
             IF caught <> 200 THEN RAISE 'only % were cancelled', caught; END IF; END$$";
        client.batch_execute(cancelled).unwrap();
    });
}

#[test]
fn a_command_that_ignores_its_cancel_is_terminated_after_the_grace() {
    check(|client, witness| {
        let pid = launch(client, STUBBORN);
        wait_for(witness, pid, "Timeout", "PgSleep");
        assert!(cancel_job(client, pid, 0));
        // Without a grace it goes on.
        wait_for(witness, pid, "Timeout", "PgSleep");
        assert!(cancel_job(client, pid, 100));
        assert_eq!(code(&result_error(client, pid, "tag text")), "57P01");
        wait_until_gone(witness, pid);

        let pid = idle_worker(client);
        hand_over(client, pid, STUBBORN);
        wait_for(witness, pid, "Timeout", "PgSleep");
        assert!(cancel_job(client, pid, 100));
        assert_eq!(code(&result_error(client, pid, "tag text")), "57P01");
        wait_until_gone(witness, pid);
    });
}

#[test]
fn a_command_that_obeys_within_the_grace_is_only_cancelled() {
    check(|client, witness| {
        let pid = idle_worker(client);
        for _ in 0..5 {
            hand_over(client, pid, "SELECT 1 FROM pg_sleep(1000)");
            wait_for(witness, pid, "Timeout", "PgSleep");
            assert!(cancel_job(client, pid, i32::MAX));
            assert_eq!(code(&result_error(client, pid, "i int")), "57014");
            assert_eq!(run_on(client, pid, "SELECT pg_backend_pid()", "pid int"), pid.to_string());
        }
        detach(client, pid);
    });
}

#[test]
fn a_command_cancelled_with_a_full_queue_says_so() {
    check(|client, witness| {
        for grace in [0, 60_000] {
            let pid = launch(client, FLOOD);
            wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
            assert!(cancel_job(client, pid, grace));
            assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        }
        let pid = idle_worker(client);
        hand_over(client, pid, FLOOD);
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        assert!(cancel_job(client, pid, 0));
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
        detach(client, pid);
    });
}

#[test]
fn a_command_that_waits_for_a_lock_is_cancelled() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        witness.batch_execute("BEGIN; LOCK TABLE t").unwrap();
        let pid = launch(client, "SELECT i FROM t");
        wait_for(witness, pid, "Lock", "relation");
        assert!(cancel_job(client, pid, 0));
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        witness.batch_execute("ROLLBACK").unwrap();
    });
}

#[test]
fn a_program_that_the_command_waits_for_ends_with_the_cancel() {
    check(|_, witness| {
        // Only a superuser may run programs, so the witness launches; the wait has a limit, for nobody else would end it.
        witness.batch_execute("CREATE TABLE t(i int)").unwrap();
        let copy = "COPY t FROM PROGRAM 'exec sleep 1000'";
        let pid = launch(witness, copy);
        let program = program_of(pid);
        assert!(cancel_job(witness, pid, 0));
        let ended: bool = value(witness, &format!("SELECT pg_background_wait({pid}, 30000)"));
        if !ended {
            // It would outlive the test otherwise.
            std::process::Command::new("kill").arg(program.to_string()).status().expect("kill runs");
        }
        assert!(ended, "the cancel did not reach the program");
        // Which one COPY sees first, the cancel or that the program has failed, is PostgreSQL's own affair.
        let error = result_error(witness, pid, "tag text");
        assert!(["57014", "38000"].contains(&code(&error)), "{error:?}");
    });
}

/// The process that a backend has started, as soon as it is the program itself.
fn program_of(backend: i32) -> i32 {
    let parent = format!("\nPPid:\t{backend}\n");
    let is_program = |pid: &i32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.starts_with("Name:\tsleep\n") && status.contains(&parent)
    };
    support::wait_for("the program starts", || processes().into_iter().find(is_program))
}

fn processes() -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").expect("the list of processes");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

#[test]
fn a_cancel_from_outside_reaches_an_idle_worker_without_harm() {
    check(|client, witness| {
        let pid = idle_worker(client);
        wait_for(witness, pid, "IPC", "MessageQueueReceive");
        for _ in 0..20 {
            cancel(witness, pid);
        }
        assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
        detach(client, pid);
    });
}

#[test]
fn odd_graces_are_refused() {
    check(|client, _| {
        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        assert_state(client, &format!("SELECT pg_background_cancel({pid}, NULL)"), "22004");
        assert_state(client, "SELECT pg_background_cancel(NULL, 0)", "22004");
        for grace in [-1, i32::MIN] {
            assert_state(client, &format!("SELECT pg_background_cancel({pid}, {grace})"), "22023");
        }
        assert!(cancel_job(client, pid, i32::MAX));
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        assert_state(client, &format!("SELECT pg_background_cancel({pid})"), "42704");
    });
}

#[test]
fn the_session_can_be_cancelled_during_the_grace() {
    check(|client, witness| {
        let pid = launch(client, STUBBORN);
        wait_for(witness, pid, "Timeout", "PgSleep");
        client.batch_execute("SET statement_timeout = '300ms'").unwrap();
        assert_state(client, &format!("SELECT pg_background_cancel({pid}, {})", i32::MAX), "57014");
        client.batch_execute("RESET statement_timeout").unwrap();
        assert!(cancel_job(client, pid, 1));
        assert_eq!(code(&result_error(client, pid, "tag text")), "57P01");
    });
}
