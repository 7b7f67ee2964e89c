//! Starting a command: what runs, in which transaction, and when there is no room for it.

use super::*;

#[test]
fn several_statements_are_one_transaction_with_the_last_result() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        assert_eq!(run(client, "SELECT 'no'; INSERT INTO t VALUES (1); SELECT 2", "i int"), "2");
        assert_eq!(run(client, "SELECT 1; INSERT INTO t VALUES (2)", "tag text"), "INSERT 0 1");
        let error = run_error(client, "INSERT INTO t VALUES (3); SELECT 1/0", "i int");
        assert_eq!(error.code().code(), "22012");
        assert_eq!(rows(client, "SELECT i FROM t ORDER BY i"), "1\n2");
    });
}

#[test]
fn top_level_commands_work() {
    check(|client, witness| {
        client
            .batch_execute(
                "CREATE TABLE t(i int);
                 CREATE PROCEDURE p() LANGUAGE plpgsql AS
                 $$BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); ROLLBACK; END$$",
            )
            .unwrap();
        assert_eq!(run(client, "CALL p()", "tag text"), "CALL");
        assert_eq!(rows(client, "SELECT i FROM t"), "1");
        // While the result is being waited for, the index build would wait for the reader's own snapshot.
        let pid = launch(client, "CREATE INDEX CONCURRENTLY ON t(i)");
        wait_until_gone(witness, pid);
        assert_eq!(result(client, pid, "tag text"), "CREATE INDEX");
    });
}

#[test]
fn transaction_control_is_refused_before_anything_runs() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        for sql in ["BEGIN", "COMMIT", "INSERT INTO t VALUES (1); COMMIT", "SAVEPOINT a", "PREPARE TRANSACTION 'x'"] {
            assert_eq!(run_error(client, sql, "tag text").code().code(), "0A000", "{sql}");
        }
        assert_eq!(run_error(client, "COPY t TO STDOUT", "tag text").code().code(), "0A000");
        assert_eq!(run_error(client, "COPY t FROM STDIN", "tag text").code().code(), "0A000");
        assert_eq!(rows(client, "SELECT count(*) FROM t"), "0");
    });
}

#[test]
fn a_job_does_not_see_its_launchers_transaction() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        client.batch_execute("BEGIN; INSERT INTO t VALUES (1)").unwrap();
        assert_eq!(run(client, "SELECT count(*) FROM t", "n bigint"), "0");
        assert_eq!(run(client, "INSERT INTO t VALUES (2)", "tag text"), "INSERT 0 1");
        client.batch_execute("ROLLBACK").unwrap();
        assert_eq!(rows(client, "SELECT i FROM t"), "2");
    });
}

#[test]
fn the_worker_shows_in_pg_stat_activity() {
    check(|client, witness| {
        let sql = "SELECT 1 FROM pg_sleep(1000)";
        let pid = launch(client, sql);
        wait_for(witness, pid, "Timeout", "PgSleep");
        let shown = format!("SELECT backend_type, state, query FROM pg_stat_activity WHERE pid = {pid}");
        assert_eq!(rows(witness, &shown), format!("pg_background|active|{sql}"));
        assert_eq!(rows(client, &format!("SELECT pg_cancel_backend({pid})")), "t");
        assert_eq!(result_error(client, pid, "i int").code().code(), "57014");
    });
}

#[test]
fn sql_from_a_table_column_runs_as_written() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE queries(n int, q text);
                 INSERT INTO queries VALUES (1, 'SELECT 11'), (2, 'SELECT 22'),
                     (3, 'SELECT 33 -- ' || repeat('long ', 20000))",
            )
            .unwrap();
        let sql = "SELECT i FROM (SELECT n, pg_background_launch(q) AS pid FROM queries OFFSET 0) j, \
                   LATERAL pg_background_result(j.pid) AS (i int) ORDER BY n";
        assert_eq!(rows(client, sql), "11\n22\n33");
    });
}

#[test]
fn a_worker_launches_workers() {
    check(|client, _| {
        let inner = "SELECT i FROM pg_background_result(pg_background_launch('SELECT 42')) AS (i int)";
        assert_eq!(run(client, inner, "i int"), "42");
        let failing = "SELECT i FROM pg_background_result(pg_background_launch('SELECT 1/0')) AS (i int)";
        let error = run_error(client, failing, "i int");
        assert_eq!(error.code().code(), "22012");
        assert_eq!(error.where_().unwrap().matches("background worker").count(), 2);
    });
}

#[test]
fn out_of_slots_is_insufficient_resources() {
    check(|client, witness| {
        witness.batch_execute("SELECT pg_advisory_lock(4713)").unwrap();
        let slots: i32 = rows(client, "SHOW max_worker_processes").parse().unwrap();
        let mut pids = Vec::new();
        let refused = (0..=slots).find_map(|_| {
            match client
                .query_one("SELECT pg_background_launch('SELECT 1 FROM pg_advisory_xact_lock_shared(4713)')", &[])
            {
                Ok(row) => {
                    pids.push(row.get::<_, i32>(0));
                    None
                }
                Err(error) => error.as_db_error().cloned(),
            }
        });
        let error = refused.expect("there are no more slots than this");
        assert_eq!((error.code().code(), error.message()), ("53000", "could not register background process"));
        assert_eq!(error.hint(), Some("You may need to increase max_worker_processes."));
        let caught = "DO $$BEGIN PERFORM pg_background_launch('SELECT 1'); RAISE 'launched';
                      EXCEPTION WHEN insufficient_resources THEN NULL; END$$";
        client.batch_execute(caught).unwrap();
        witness.batch_execute("SELECT pg_advisory_unlock(4713)").unwrap();
        for pid in pids {
            assert_eq!(result(client, pid, "i int"), "1");
        }
        // The slots of workers that have just been read are waited for.
        for _ in 0..4 * slots {
            assert_eq!(run(client, "SELECT 1", "i int"), "1");
        }
    });
}

#[test]
fn the_cap_counts_running_commands_only() {
    check(|client, witness| {
        // The server knows the setting only once the library is loaded.
        assert_eq!(run(client, "SELECT 1", "i int"), "1");
        assert_state(client, "SET pg_background.max_workers = 1", "42501");
        let mut capped = with_a_cap_of_one(client, witness);
        let finished = launch(&mut capped, "SELECT 1");
        wait_until_gone(witness, finished);
        let running = launch(&mut capped, "SELECT 2 FROM pg_sleep(1000)");
        assert_state(&mut capped, "SELECT pg_background_launch('SELECT 3')", "53400");
        assert_eq!(result(&mut capped, finished, "i int"), "1");
        cancel(&mut capped, running);
        assert_eq!(result_error(&mut capped, running, "i int").code().code(), "57014");
        assert_eq!(run(&mut capped, "SELECT 3", "i int"), "3");
    });
}

#[test]
fn the_cap_counts_detached_commands() {
    check(|client, witness| {
        let mut capped = with_a_cap_of_one(client, witness);
        let detached = launch(&mut capped, "SELECT 1 FROM pg_sleep(1000)");
        capped.batch_execute(&format!("SELECT pg_background_detach({detached})")).unwrap();
        assert_state(&mut capped, "SELECT pg_background_launch('SELECT 2')", "53400");
        cancel(&mut capped, detached);
        capped
            .batch_execute(
                "CREATE FUNCTION may_launch() RETURNS bool LANGUAGE plpgsql AS
                 $$BEGIN PERFORM pg_background_launch('SELECT 2'); RETURN true;
                   EXCEPTION WHEN configuration_limit_exceeded THEN RETURN false; END$$",
            )
            .unwrap();
        support::wait_until(&mut capped, "SELECT may_launch()");
    });
}

#[test]
fn a_read_only_transaction_launches_a_read_only_job() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        client.batch_execute("BEGIN READ ONLY").unwrap();
        let pid = launch(client, "INSERT INTO t VALUES (1)");
        client.batch_execute("COMMIT").unwrap();
        assert_eq!(result_error(client, pid, "tag text").code().code(), "25006");
    });
}

#[test]
fn a_read_only_job_stays_read_only() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE t(i int);
                 CREATE PROCEDURE leave() LANGUAGE plpgsql AS
                 $$BEGIN COMMIT; SET TRANSACTION READ WRITE; INSERT INTO t VALUES (1); END$$",
            )
            .unwrap();
        client.batch_execute("BEGIN READ ONLY").unwrap();
        let jobs = [
            ("SET TRANSACTION READ WRITE; INSERT INTO t VALUES (1)", "25001"),
            ("SET transaction_read_only = off; INSERT INTO t VALUES (1)", "25001"),
            ("SELECT set_config('transaction_read_only', 'off', true); INSERT INTO t VALUES (1)", "25001"),
            ("SET default_transaction_read_only = off; INSERT INTO t VALUES (1)", "25006"),
            ("CALL leave()", "2D000"),
            ("DO 'BEGIN COMMIT; SET TRANSACTION READ WRITE; INSERT INTO t VALUES (1); END'", "2D000"),
        ];
        let launched = jobs.map(|(sql, sqlstate)| (launch(client, sql), sql, sqlstate));
        client.batch_execute("COMMIT").unwrap();
        for (pid, sql, sqlstate) in launched {
            assert_eq!(result_error(client, pid, "tag text").code().code(), sqlstate, "{sql}");
        }
        assert_eq!(rows(client, "SELECT count(*) FROM t"), "0");
    });
}

#[test]
fn the_launching_transaction_decides_whether_a_job_may_write() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int); SET default_transaction_read_only = on").unwrap();
        assert_eq!(run_error(client, "INSERT INTO t VALUES (1)", "tag text").code().code(), "25006");
        assert_eq!(run(client, "VACUUM t", "tag text"), "VACUUM");
        client.batch_execute("BEGIN READ WRITE").unwrap();
        assert_eq!(run(client, "INSERT INTO t VALUES (2)", "tag text"), "INSERT 0 1");
        client.batch_execute("COMMIT").unwrap();
        assert_eq!(rows(client, "SELECT i FROM t"), "2");
    });
}

#[test]
fn launch_returns_the_pid_of_a_worker_that_has_ended_already() {
    check(|client, _| {
        for i in 0..100 {
            let sql = format!("SELECT {i}, pg_backend_pid()");
            let pid = launch(client, &sql);
            assert_eq!(result(client, pid, "i int, pid int"), format!("{i}|{pid}"));
        }
    });
}

#[test]
fn arguments_can_be_named() {
    check(|client, _| {
        let launch = "SELECT pg_background_launch(sql => 'SELECT 1', queue_size => 2048, persistent => false)";
        let pid: i32 = value(client, launch);
        assert_eq!(rows(client, "SELECT queue_size, persistent FROM pg_background_list()"), "2048|f");
        assert!(value::<bool>(client, &format!("SELECT pg_background_wait(pid => {pid}, timeout_ms => NULL)")));
        assert_eq!(
            value::<i32>(client, &format!("SELECT pg_background_wait_any(pids => ARRAY[{pid}], timeout_ms => 0)")),
            pid
        );
        assert!(!value::<bool>(client, &format!("SELECT pg_background_cancel(pid => {pid}, grace_ms => 0)")));
        assert_eq!(rows(client, &format!("SELECT * FROM pg_background_result(pid => {pid}) AS (i int)")), "1");
        let pid: i32 = value(
            client,
            "SELECT pg_background_launch('SELECT pg_background_progress(percent => 1, message => NULL)', 65536, true)",
        );
        assert_eq!(result(client, pid, "v text"), "");
        rows(client, &format!("SELECT pg_background_run(pid => {pid}, sql => 'SELECT 2')"));
        assert_eq!(result(client, pid, "i int"), "2");
        rows(client, &format!("SELECT pg_background_detach(pid => {pid})"));
        let defaults = "SELECT pg_background_launch('SELECT 1', NULL)";
        assert_state(client, defaults, "22004");
    });
}

#[test]
fn the_cap_may_be_lifted_by_a_superuser_only() {
    check(|client, witness| {
        let mut capped = with_a_cap_of_one(client, witness);
        let pid = launch(&mut capped, "SELECT 1 FROM pg_sleep(1000)");
        let refused = error(&mut capped, "SELECT pg_background_launch('SELECT 1', persistent => true)");
        assert_eq!(code(&refused), "53400");
        assert!(refused.hint().is_some(), "{refused:?}");
        assert_state(&mut capped, "SET pg_background.max_workers = 2", "42501");
        assert_state(&mut capped, "RESET pg_background.max_workers", "42501");
        assert!(cancel_job(&mut capped, pid, 0));
        assert_eq!(code(&result_error(&mut capped, pid, "i int")), "57014");
        assert_eq!(run(witness, "SELECT 1", "i int"), "1");
        for refused in ["-1", "1000000000"] {
            assert_state(witness, &format!("SET pg_background.max_workers = {refused}"), "22023");
        }
        witness.batch_execute("SET pg_background.max_workers = 2").unwrap();
        let two = [launch(witness, "SELECT 1 FROM pg_sleep(1000)"), launch_persistent(witness, "SELECT 1")];
        assert_state(witness, "SELECT pg_background_launch('SELECT 1')", "53400");
        witness.batch_execute("SET pg_background.max_workers = 0").unwrap();
        assert_eq!(run(witness, "SELECT 1", "i int"), "1");
        assert!(cancel_job(witness, two[0], 0));
        two.into_iter().for_each(|pid| detach(witness, pid));
    });
}

#[test]
fn slots_of_finished_workers_are_waited_for() {
    check(|client, _| {
        // One more than there are slots, over and over, with nothing in between: every worker has just ended.
        let slots: i32 = rows(client, "SHOW max_worker_processes").parse().unwrap();
        for _ in 0..10 {
            for i in 0..=slots {
                assert_eq!(run(client, &format!("SELECT {i}"), "i int"), i.to_string());
            }
        }
    });
}
