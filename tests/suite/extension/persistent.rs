//! Workers that take one command after another.

use super::*;

#[test]
fn one_worker_runs_many_commands() {
    check(|client, _| {
        let pid = launch_persistent(client, "SELECT pg_backend_pid()");
        assert_eq!(result(client, pid, "pid int"), pid.to_string());
        for i in 1..=50 {
            let sql = format!("SELECT pg_backend_pid(), {i}");
            assert_eq!(run_on(client, pid, &sql, "pid int, i int"), format!("{pid}|{i}"));
        }
        detach(client, pid);
    });
}

#[test]
fn each_command_has_a_result_of_its_own_shape() {
    check(|client, _| {
        let pid = launch_persistent(client, "CREATE TABLE t(i int)");
        assert_eq!(result(client, pid, "tag text"), "CREATE TABLE");
        assert_eq!(run_on(client, pid, "INSERT INTO t SELECT generate_series(1, 3)", "tag text"), "INSERT 0 3");
        assert_eq!(
            run_on(client, pid, "SELECT i, i::text, NULL::date FROM t", "i int, t text, d date").lines().count(),
            3
        );
        assert_eq!(run_on(client, pid, "SELECT 'a' AS t; SELECT 2", "i int"), "2");
        assert_eq!(run_on(client, pid, "", "tag text"), "");
        assert_eq!(run_on(client, pid, "SELECT FROM t", "tag text"), "SELECT 3");
        detach(client, pid);
    });
}

#[test]
fn top_level_commands_work_in_every_run() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE t(i int);
                 CREATE PROCEDURE p() LANGUAGE plpgsql AS
                 $$BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); ROLLBACK; END$$",
            )
            .unwrap();
        let pid = idle_worker(client);
        assert_eq!(run_on(client, pid, "VACUUM t", "tag text"), "VACUUM");
        assert_eq!(run_on(client, pid, "CALL p()", "tag text"), "CALL");
        assert_eq!(rows(client, "SELECT i FROM t"), "1");
        hand_over(client, pid, "CREATE INDEX CONCURRENTLY ON t(i)");
        // While a statement of ours waits, the index build would wait for its snapshot.
        wait_until_listed(client, pid, "state = 'completed'");
        assert_eq!(result(client, pid, "tag text"), "CREATE INDEX");
        for sql in ["BEGIN", "COMMIT", "SELECT 1; ROLLBACK", "SAVEPOINT a", "COPY t TO STDOUT"] {
            assert_eq!(code(&run_on_error(client, pid, sql, "tag text")), "0A000", "{sql}");
        }
        assert_eq!(run_on(client, pid, "SELECT count(*) FROM t", "n bigint"), "1");
        detach(client, pid);
    });
}

#[test]
fn each_run_is_a_transaction_of_its_own() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        let pid = idle_worker(client);
        client.batch_execute("BEGIN").unwrap();
        assert_eq!(run_on(client, pid, "INSERT INTO t VALUES (1)", "tag text"), "INSERT 0 1");
        client.batch_execute("ROLLBACK").unwrap();
        assert_eq!(code(&run_on_error(client, pid, "INSERT INTO t VALUES (2); SELECT 1/0", "i int")), "22012");
        assert_eq!(rows(client, "SELECT i FROM t"), "1");
        detach(client, pid);
    });
}

#[test]
fn settings_are_those_of_the_launch_and_of_earlier_commands() {
    check(|client, _| {
        client.batch_execute("SET work_mem = '7MB'; SET my.own = 'at launch'").unwrap();
        let pid = idle_worker(client);
        client.batch_execute("SET work_mem = '9MB'; SET my.own = 'later'").unwrap();
        let show = "SELECT current_setting('work_mem'), current_setting('my.own')";
        assert_eq!(run_on(client, pid, show, "a text, b text"), "7MB|at launch");
        assert_eq!(run_on(client, pid, "SET my.own = 'by the worker'", "tag text"), "SET");
        assert_eq!(run_on(client, pid, show, "a text, b text"), "7MB|by the worker");
        assert_eq!(code(&run_on_error(client, pid, "SET my.own = 'rolled back'; SELECT 1/0", "i int")), "22012");
        assert_eq!(run_on(client, pid, "SET LOCAL work_mem = '1MB'; SELECT 1", "i int"), "1");
        assert_eq!(run_on(client, pid, show, "a text, b text"), "7MB|by the worker");
        assert_eq!(rows(client, "SHOW my.own"), "later");
        detach(client, pid);
    });
}

#[test]
fn a_failing_command_leaves_the_worker_alive() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int CONSTRAINT positive CHECK (i > 0))").unwrap();
        let pid = launch_persistent(client, "SELECT 1/0");
        assert_eq!(code(&result_error(client, pid, "i int")), "22012");
        for _ in 0..20 {
            let error = run_on_error(client, pid, "INSERT INTO t VALUES (-1)", "tag text");
            assert_eq!((code(&error), error.table(), error.constraint()), ("23514", Some("t"), Some("positive")));
            assert_eq!(error.where_(), Some(format!("background worker, pid {pid}").as_str()));
            assert_eq!(run_on(client, pid, "SELECT pg_backend_pid()", "pid int"), pid.to_string());
        }
        match run_on_error(client, pid, "SELECT 1 FROM nowhere", "i int").position() {
            Some(ErrorPosition::Internal { position, query }) => {
                assert_eq!((*position, query.as_str()), (15, "SELECT 1 FROM nowhere"));
            }
            other => panic!("{other:?}"),
        }
        detach(client, pid);
    });
}

#[test]
fn run_says_why_it_cannot() {
    check(|client, witness| {
        let once = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        assert_state(client, &format!("SELECT pg_background_run({once}, 'SELECT 2')"), "55000");
        assert!(cancel_job(client, once, 0));
        assert!(wait(client, once));
        assert_state(client, &format!("SELECT pg_background_run({once}, 'SELECT 2')"), "55000");
        assert_eq!(code(&result_error(client, once, "i int")), "57014");

        lock(witness, 4720);
        let pid = launch_persistent(client, "SELECT 1 FROM pg_advisory_xact_lock(4720)");
        let run = format!("SELECT pg_background_run({pid}, 'SELECT 2')");
        assert_state(client, &run, "55006");
        unlock(witness, 4720);
        assert!(wait(client, pid));
        assert_state(client, &run, "55006");
        assert_eq!(result(client, pid, "i int"), "1");
        assert_state(client, &format!("SELECT * FROM pg_background_result({pid}) AS (i int)"), "55000");
        assert_state(client, &format!("SELECT pg_background_run({pid}, NULL)"), "22004");
        assert_state(client, "SELECT pg_background_run(NULL, 'SELECT 2')", "22004");
        assert_eq!(run_on(client, pid, "SELECT 2", "i int"), "2");
        detach(client, pid);
        assert_state(client, "SELECT pg_background_launch('SELECT 1', persistent => NULL)", "22004");
    });
}

#[test]
fn a_worker_that_was_terminated_while_idle_is_forgotten() {
    check(|client, witness| {
        let pid = idle_worker(client);
        rows(witness, &format!("SELECT pg_terminate_backend({pid})"));
        wait_until_gone(witness, pid);
        let run = format!("SELECT pg_background_run({pid}, 'SELECT 1')");
        let refused = error(client, &run);
        assert_eq!(code(&refused), "08006", "{refused:?}");
        assert_state(client, &run, "42704");
        assert_state(client, &format!("SELECT * FROM pg_background_result({pid}) AS (i int)"), "42704");
        assert_eq!(rows(client, &format!("SELECT count(*) FROM pg_background_list() WHERE pid = {pid}")), "0");
    });
}

#[test]
fn a_worker_that_was_terminated_at_work_says_so() {
    check(|client, witness| {
        let pid = idle_worker(client);
        hand_over(client, pid, "SELECT 1 FROM pg_sleep(1000)");
        wait_for(witness, pid, "Timeout", "PgSleep");
        rows(witness, &format!("SELECT pg_terminate_backend({pid})"));
        assert_eq!(code(&result_error(client, pid, "i int")), "57P01");
        let after = error(client, &format!("SELECT pg_background_run({pid}, 'SELECT 1')"));
        assert!(["42704", "08006"].contains(&code(&after)), "{after:?}");
    });
}

#[test]
fn long_commands_pass() {
    check(|client, _| {
        for queue_size in [1024, 65536] {
            let first = format!("SELECT length('{}')", "x".repeat(200_000));
            let sql = "SELECT pg_background_launch($1, $2, persistent => true)";
            let pid: i32 = client.query_one(sql, &[&first, &queue_size]).unwrap().get(0);
            assert_eq!(result(client, pid, "n int"), "200000");
            for length in [200_000, 1, 300_000, 65_000, 66_000, 200_000] {
                let text: String = ('a'..='z').cycle().take(length).collect();
                let sql = format!(
                    "SELECT length('{text}'), '{text}' = rpad('', {length}, '{}')",
                    ('a'..='z').collect::<String>()
                );
                assert_eq!(run_on(client, pid, &sql, "n int, same bool"), format!("{length}|t"));
            }
            detach(client, pid);
        }
    });
}

#[test]
fn results_larger_than_the_queue_pass() {
    check(|client, witness| {
        let pid = idle_worker(client);
        for _ in 0..3 {
            hand_over(client, pid, FLOOD);
            wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
            let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
            assert_eq!(rows(client, &read), "100000|5000050000");
            assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
        }
        detach(client, pid);
    });
}

#[test]
fn notices_arrive_with_the_command_that_raised_them() {
    check(|client, witness| {
        let (mut client, notices) = listening_session(client, witness);
        let pid = idle_worker(&mut client);
        for round in 0..3 {
            taken(&notices);
            let noise = format!("DO $$BEGIN FOR i IN 1..2000 LOOP RAISE NOTICE '{round} %', i; END LOOP; END$$");
            assert_eq!(run_on(&mut client, pid, &noise, "tag text"), "DO");
            assert_eq!(taken(&notices), (1..=2000).map(|i| format!("{round} {i}")).collect::<Vec<_>>());
            assert_eq!(run_on(&mut client, pid, "SELECT 1", "i int"), "1");
            assert_eq!(taken(&notices), Vec::<String>::new());
        }
        detach(&mut client, pid);
    });
}

#[test]
fn a_wrong_column_list_leaves_each_result_readable() {
    check(|client, _| {
        let pid = idle_worker(client);
        for _ in 0..3 {
            hand_over(client, pid, "SELECT i, 'a'::varchar(10) FROM generate_series(1, 30000) i");
            for wrong in ["i int", "i bigint, v varchar(10)", "i int, v varchar(11)", "i int, v text"] {
                assert_eq!(code(&result_error(client, pid, wrong)), "42804", "{wrong}");
            }
            let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int, v varchar)");
            assert_eq!(rows(client, &read), "30000|450015000");
        }
        detach(client, pid);
    });
}

#[test]
fn an_idle_worker_shows_as_idle() {
    check(|client, witness| {
        let pid = idle_worker(client);
        for sql in ["SELECT 1", "SELECT 1 /* ä */"] {
            assert_eq!(run_on(client, pid, sql, "i int"), "1");
            wait_for(witness, pid, "IPC", "MessageQueueReceive");
            let shown = format!("SELECT backend_type, state, query FROM pg_stat_activity WHERE pid = {pid}");
            support::wait_until(witness, &format!("SELECT state = 'idle' FROM pg_stat_activity WHERE pid = {pid}"));
            assert_eq!(rows(witness, &shown), format!("pg_background|idle|{sql}"));
        }
        detach(client, pid);
    });
}

#[test]
fn an_idle_worker_holds_nothing_back() {
    check(|client, witness| {
        let pid = idle_worker(client);
        assert_eq!(run_on(client, pid, "CREATE TABLE t(i int)", "tag text"), "CREATE TABLE");
        assert_eq!(run_on(client, pid, "INSERT INTO t VALUES (1)", "tag text"), "INSERT 0 1");
        wait_for(witness, pid, "IPC", "MessageQueueReceive");
        // A snapshot, a transaction or a lock that it kept would hold back vacuum, or this very statement.
        let held = format!(
            "SELECT count(backend_xid) + count(backend_xmin) + count(xact_start) + \
             (SELECT count(*) FROM pg_locks WHERE pid = {pid}) FROM pg_stat_activity WHERE pid = {pid}"
        );
        assert_eq!(rows(witness, &held), "0");
        client.batch_execute("DROP TABLE t; CREATE TABLE t(i text)").unwrap();
        assert_eq!(run_on(client, pid, "INSERT INTO t VALUES ('a') RETURNING i", "i text"), "a");
        detach(client, pid);
    });
}

#[test]
fn the_transaction_that_calls_run_decides_whether_the_command_may_write() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE t(i int);
                 CREATE PROCEDURE leave() LANGUAGE plpgsql AS
                 $$BEGIN COMMIT; SET TRANSACTION READ WRITE; INSERT INTO t VALUES (1); END$$",
            )
            .unwrap();
        let pid = idle_worker(client);
        for (sql, sqlstate) in [
            ("INSERT INTO t VALUES (1)", "25006"),
            ("SET TRANSACTION READ WRITE; INSERT INTO t VALUES (1)", "25001"),
            ("SET transaction_read_only = off; INSERT INTO t VALUES (1)", "25001"),
            ("CALL leave()", "2D000"),
        ] {
            client.batch_execute("BEGIN READ ONLY").unwrap();
            hand_over(client, pid, sql);
            client.batch_execute("COMMIT").unwrap();
            assert_eq!(code(&result_error(client, pid, "tag text")), sqlstate, "{sql}");
            assert_eq!(run_on(client, pid, "INSERT INTO t VALUES (2)", "tag text"), "INSERT 0 1", "after {sql}");
        }
        assert_eq!(rows(client, "SELECT DISTINCT i FROM t"), "2");
        detach(client, pid);
    });
}

#[test]
fn a_worker_launched_read_only_refuses_to_write() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        client.batch_execute("BEGIN READ ONLY").unwrap();
        let pid = launch_persistent(client, "INSERT INTO t VALUES (1)");
        assert_eq!(code(&result_error(client, pid, "tag text")), "25006");
        client.batch_execute("ROLLBACK").unwrap();
        detach(client, pid);
        assert_eq!(rows(client, "SELECT count(*) FROM t"), "0");
    });
}

#[test]
fn a_statement_timeout_is_for_each_run() {
    check(|client, _| {
        client.batch_execute("SET statement_timeout = '3s'").unwrap();
        let pid = idle_worker(client);
        client.batch_execute("RESET statement_timeout").unwrap();
        // Together they are longer than the limit, so none may inherit the clock of the one before.
        for _ in 0..4 {
            assert_eq!(run_on(client, pid, "SELECT 1 FROM pg_sleep(1)", "i int"), "1");
        }
        let error = run_on_error(client, pid, "SELECT 1 FROM pg_sleep(1000)", "i int");
        assert_eq!(code(&error), "57014");
        assert!(error.message().contains("statement timeout"), "{error:?}");
        assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
        detach(client, pid);
    });
}

#[test]
fn a_lock_timeout_is_for_each_run() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int); SET lock_timeout = '100ms'").unwrap();
        let pid = idle_worker(client);
        for _ in 0..2 {
            witness.batch_execute("BEGIN; LOCK TABLE t").unwrap();
            assert_eq!(code(&run_on_error(client, pid, "SELECT i FROM t", "i int")), "55P03");
            witness.batch_execute("ROLLBACK").unwrap();
            assert_eq!(run_on(client, pid, "SELECT count(*) FROM t", "n bigint"), "0");
        }
        detach(client, pid);
    });
}

#[test]
fn a_worker_of_a_security_definer_function_stays_its_owners() {
    check(|client, witness| {
        let role = format!("owner_{}", pid_of(client));
        witness
            .batch_execute(&format!(
                "CREATE ROLE {role} NOLOGIN;
                 GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
                 CREATE FUNCTION hire() RETURNS int LANGUAGE sql SECURITY DEFINER AS
                 $$SELECT pg_background_launch('SELECT 0', persistent => true)$$;
                 CREATE FUNCTION ask(worker int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS
                 $$DECLARE answer text; BEGIN
                     PERFORM * FROM pg_background_result(worker) AS (i int);
                     PERFORM pg_background_run(worker, 'SELECT current_user::text');
                     SELECT t INTO answer FROM pg_background_result(worker) AS (t text);
                     PERFORM pg_background_detach(worker);
                     RETURN answer;
                 END$$;
                 ALTER FUNCTION hire() OWNER TO {role};
                 ALTER FUNCTION ask(int) OWNER TO {role};"
            ))
            .unwrap();
        let pid: i32 = value(client, "SELECT hire()");
        assert_state(client, &format!("SELECT * FROM pg_background_result({pid}) AS (i int)"), "42501");
        assert_state(client, &format!("SELECT pg_background_run({pid}, 'SELECT 1')"), "42501");
        assert_eq!(rows(client, &format!("SELECT ask({pid})")), role);
        let clean = "DROP FUNCTION hire(); DROP FUNCTION ask(int);";
        witness.batch_execute(&format!("{clean} DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
    });
}
