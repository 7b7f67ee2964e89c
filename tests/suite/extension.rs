//! The extension from the client's side: what it promises, and what it must survive.
//!
//! Every test has a server of its own, and a witness, a connection that notices if the server has restarted.

use crate::support;
use ::tutor::server::Role;
use postgres::error::{DbError, ErrorPosition};
use postgres::{Client, NoTls, SimpleQueryMessage};

/// Run `body` with a fresh session, then make sure that the server has survived it and that no worker is left.
fn check(body: impl FnOnce(&mut Client, &mut Client)) {
    let server = support::server();
    let mut client = server.connect();
    let mut witness = server.witness();
    support::wait_until(witness.client(), NO_WORKER);
    body(&mut client, witness.client());
    drop(client);
    support::wait_until(witness.client(), NO_WORKER);
    witness.assert_no_restart();
}

const NO_WORKER: &str = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'pg_background')";

#[track_caller]
fn launch(client: &mut Client, sql: &str) -> i32 {
    client.query_one("SELECT pg_background_launch($1)", &[&sql]).expect("launch").get(0)
}

#[track_caller]
fn launch_with_queue(client: &mut Client, sql: &str, queue_size: i32) -> i32 {
    client.query_one("SELECT pg_background_launch($1, $2)", &[&sql, &queue_size]).expect("launch").get(0)
}

/// The rows of a result as psql -At would print them.
#[track_caller]
fn result(client: &mut Client, pid: i32, columns: &str) -> String {
    rows(client, &format!("SELECT * FROM pg_background_result({pid}) AS ({columns})"))
}

#[track_caller]
fn run(client: &mut Client, sql: &str, columns: &str) -> String {
    let pid = launch(client, sql);
    result(client, pid, columns)
}

#[track_caller]
fn rows(client: &mut Client, sql: &str) -> String {
    let messages = client.simple_query(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|i| row.get(i).unwrap_or("NULL")).collect::<Vec<_>>().join("|"))
        }
        _ => None,
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn error(client: &mut Client, sql: &str) -> DbError {
    match client.simple_query(sql) {
        Ok(_) => panic!("no error: {sql}"),
        Err(error) => error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error:?}")).clone(),
    }
}

#[track_caller]
fn result_error(client: &mut Client, pid: i32, columns: &str) -> DbError {
    error(client, &format!("SELECT * FROM pg_background_result({pid}) AS ({columns})"))
}

#[track_caller]
fn run_error(client: &mut Client, sql: &str, columns: &str) -> DbError {
    let pid = launch(client, sql);
    result_error(client, pid, columns)
}

#[track_caller]
fn assert_state(client: &mut Client, sql: &str, sqlstate: &str) {
    let error = error(client, sql);
    assert_eq!(error.code().code(), sqlstate, "{sql}: {error:?}");
}

fn wait_for(witness: &mut Client, pid: i32, event_type: &str, event: &str) {
    let sql = format!(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid} AND wait_event_type = '{event_type}' \
         AND wait_event = '{event}')"
    );
    support::wait_until(witness, &sql);
}

fn wait_until_gone(witness: &mut Client, pid: i32) {
    support::wait_until(witness, &format!("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid})"));
}

fn cancel(witness: &mut Client, pid: i32) {
    rows(witness, &format!("SELECT pg_cancel_backend({pid})"));
}

fn pid_of(client: &mut Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).expect("a query").get(0)
}

#[test]
fn result_returns_the_rows() {
    check(|client, _| {
        assert_eq!(run(client, "SELECT 2+2", "r int"), "4");
        assert_eq!(run(client, "VALUES (1, 'a'), (2, NULL)", "i int, t text"), "1|a\n2|NULL");
        assert_eq!(rows(client, "SELECT * FROM pg_background_result(background_launch('SELECT 1')) AS (i int)"), "1");
    });
}

#[test]
fn a_command_without_rows_returns_its_tag() {
    check(|client, _| {
        assert_eq!(run(client, "CREATE TABLE t(i int)", "tag text"), "CREATE TABLE");
        assert_eq!(run(client, "INSERT INTO t SELECT generate_series(1,5)", "tag text"), "INSERT 0 5");
        assert_eq!(run(client, "UPDATE t SET i = i WHERE i > 3", "tag text"), "UPDATE 2");
        assert_eq!(run(client, "INSERT INTO t VALUES (6) RETURNING i", "i int"), "6");
        assert_eq!(run(client, "VACUUM t", "tag text"), "VACUUM");
        assert_eq!(run(client, "DO 'BEGIN END'", "tag text"), "DO");
        assert_eq!(run(client, "EXPLAIN (COSTS OFF) SELECT 1", "plan text"), "Result");
        assert_eq!(run(client, "", "tag text"), "");
        // No column list can be empty, so a result without columns is a command without rows.
        assert_eq!(run(client, "SELECT FROM generate_series(1, 3)", "tag text"), "SELECT 3");
    });
}

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
fn errors_keep_their_fields() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int CONSTRAINT positive CHECK (i > 0))").unwrap();
        let pid = launch(client, "INSERT INTO t VALUES (-1)");
        let error = result_error(client, pid, "tag text");
        assert_eq!(error.code().code(), "23514");
        assert_eq!((error.table(), error.constraint()), (Some("t"), Some("positive")));
        assert_eq!(error.detail(), Some("Failing row contains (-1)."));
        assert_eq!(error.where_(), Some(format!("background worker, pid {pid}").as_str()));

        let raise = "DO $$BEGIN RAISE 'm' USING ERRCODE = 'AB123', DETAIL = 'd', HINT = 'h', COLUMN = 'c'; END$$";
        let error = run_error(client, raise, "tag text");
        assert_eq!((error.code().code(), error.message()), ("AB123", "m"));
        assert_eq!((error.detail(), error.hint(), error.column()), (Some("d"), Some("h"), Some("c")));
        assert_eq!(error.where_().unwrap().matches("background worker").count(), 1);
    });
}

#[test]
fn an_error_raised_again_keeps_its_fields() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int CONSTRAINT once UNIQUE); INSERT INTO t VALUES (1)").unwrap();
        let again = "DO $$BEGIN INSERT INTO t VALUES (1);
                     EXCEPTION WHEN unique_violation THEN
                         BEGIN RAISE 'another'; EXCEPTION WHEN raise_exception THEN END;
                         RAISE;
                     END$$";
        let error = run_error(client, again, "tag text");
        assert_eq!((error.code().code(), error.table(), error.constraint()), ("23505", Some("t"), Some("once")));

        let alike = "DO $$BEGIN RAISE 'm' USING DETAIL = 'first', CONSTRAINT = 'a';
                     EXCEPTION WHEN others THEN
                         BEGIN RAISE 'm' USING DETAIL = 'second', CONSTRAINT = 'b'; EXCEPTION WHEN others THEN END;
                         RAISE;
                     END$$";
        let error = run_error(client, alike, "tag text");
        assert_eq!((error.detail(), error.constraint()), (Some("first"), Some("a")));
    });
}

#[test]
fn a_long_error_arrives_whole() {
    check(|client, _| {
        let raise = "DO $$BEGIN RAISE '%', repeat('x', 300000) USING DETAIL = repeat('d', 5000); END$$";
        let error = run_error(client, raise, "tag text");
        assert_eq!((error.message().len(), error.detail().map(str::len)), (300_000, Some(5000)));
    });
}

#[test]
fn a_deferred_constraint_fails_the_job() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t(i int CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED)").unwrap();
        let error = run_error(client, "INSERT INTO t VALUES (1), (1)", "tag text");
        assert_eq!((error.code().code(), error.constraint()), ("23505", Some("once")));
    });
}

#[test]
fn a_syntax_error_points_into_the_launched_sql() {
    check(|client, _| {
        for (sql, position) in [("SELEKT 1", 1), ("SELECT 1 FROM nowhere", 15)] {
            match run_error(client, sql, "i int").position() {
                Some(ErrorPosition::Internal { position: at, query }) => {
                    assert_eq!((*at, query.as_str()), (position, sql));
                }
                other => panic!("{sql}: {other:?}"),
            }
        }
    });
}

#[test]
fn notices_arrive_with_the_result() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    // PL/pgSQL cannot catch a notice, so a flood of them has to leave the queue by itself for the result to come.
    let flood = "DO $$BEGIN FOR i IN 1..2000 LOOP RAISE NOTICE 'n %', i; END LOOP; END$$";
    assert_eq!(run(&mut client, flood, "tag text"), "DO");
    witness.assert_no_restart();
}

#[test]
fn notices_leave_no_memory_behind() {
    check(|_, witness| {
        // The whole result is read before the first row comes out, and with it the memory that reading has taken.
        let used = "SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts";
        witness.batch_execute(&format!("CREATE FUNCTION used() RETURNS bigint LANGUAGE sql AS '{used}'")).unwrap();
        let pid = launch(witness, "DO $$BEGIN FOR i IN 1..20000 LOOP RAISE NOTICE 'n %', i; END LOOP; END$$");
        witness.batch_execute("SET client_min_messages = error").unwrap();
        let before: i64 = witness.query_one(used, &[]).unwrap().get(0);
        let read = format!("SELECT used() FROM pg_background_result({pid}) AS (tag text)");
        let during: i64 = witness.query_one(&read, &[]).unwrap().get(0);
        assert!(during - before < 2_000_000, "{before} bytes before, {during} after 20,000 notices");
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
fn a_wrong_column_list_leaves_the_result_readable() {
    check(|client, _| {
        let pid = launch(client, "SELECT 1, 'a'::varchar(10)");
        for wrong in
            ["i int", "i bigint, v varchar(10)", "i int, v varchar(11)", "i int, v text", "a int, b int, c int"]
        {
            assert_eq!(result_error(client, pid, wrong).code().code(), "42804", "{wrong}");
        }
        assert_eq!(result(client, pid, "i int, v varchar"), "1|a");

        let pid = launch(client, "CREATE TABLE t()");
        assert_eq!(result_error(client, pid, "i int").code().code(), "42804");
        assert_eq!(result(client, pid, "tag text"), "CREATE TABLE");
    });
}

#[test]
fn a_result_is_read_once() {
    check(|client, _| {
        let pid = launch(client, "SELECT 1");
        assert_eq!(result(client, pid, "i int"), "1");
        assert_eq!(result_error(client, pid, "i int").code().code(), "42704");
        assert_state(client, &format!("SELECT pg_background_detach({pid})"), "42704");
    });
}

#[test]
fn odd_arguments_are_refused() {
    check(|client, witness| {
        for sql in ["SELECT pg_background_launch(NULL)", "SELECT background_launch(NULL)"] {
            assert_state(client, sql, "22004");
        }
        assert_state(client, "SELECT pg_background_detach(NULL)", "22004");
        assert_state(client, "SELECT * FROM pg_background_result(NULL) AS (i int)", "22004");
        for size in ["0", "-1", "1023", "2147483647"] {
            assert_state(client, &format!("SELECT pg_background_launch('SELECT 1', {size})"), "22023");
        }
        let pids = [
            "0".into(),
            "-1".into(),
            "2147483647".into(),
            "-2147483648".into(),
            pid_of(client).to_string(),
            pid_of(witness).to_string(),
        ];
        for pid in pids {
            assert_state(client, &format!("SELECT pg_background_detach({pid})"), "42704");
            assert_state(client, &format!("SELECT * FROM pg_background_result({pid}) AS (i int)"), "42704");
        }
        let pid = launch(client, "SELECT 1");
        assert_state(client, &format!("SELECT pg_background_result({pid})"), "0A000");
        assert_eq!(result(client, pid, "i int"), "1");
    });
}

#[test]
fn another_session_cannot_reach_a_job() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    let pid = launch(&mut client, "SELECT 1");
    assert_state(witness.client(), &format!("SELECT pg_background_detach({pid})"), "42704");
    assert_state(witness.client(), &format!("SELECT * FROM pg_background_result({pid}) AS (i int)"), "42704");
    assert_eq!(result(&mut client, pid, "i int"), "1");
    witness.assert_no_restart();
}

#[test]
fn another_role_cannot_reach_a_job() {
    check(|client, witness| {
        let role = format!("stranger_{}", pid_of(client));
        witness.batch_execute(&format!("CREATE ROLE {role}; GRANT {role} TO CURRENT_USER")).unwrap();
        let student = rows(client, "SELECT current_user");
        witness.batch_execute(&format!("GRANT {role} TO {student}; ALTER ROLE {role} NOINHERIT")).unwrap();
        let pid = launch(client, "SELECT current_user::text");
        client.batch_execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC").ok();
        witness.batch_execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC").unwrap();
        client.batch_execute(&format!("SET ROLE {role}")).unwrap();
        assert_state(client, &format!("SELECT pg_background_detach({pid})"), "42501");
        assert_state(client, &format!("SELECT * FROM pg_background_result({pid}) AS (t text)"), "42501");
        // A job runs as the current user, not as the session's.
        assert_eq!(run(client, "SELECT current_user::text", "t text"), role);
        client.batch_execute("RESET ROLE").unwrap();
        assert_eq!(result(client, pid, "t text"), student);
        witness.batch_execute(&format!("DROP ROLE {role}")).unwrap();
    });
}

#[test]
fn execute_is_not_granted_to_everybody() {
    check(|_, witness| {
        let public = "SELECT count(*) FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a \
                      WHERE proname LIKE '%background%launch' OR proname LIKE 'pg\\_background\\_%' \
                      GROUP BY grantee HAVING grantee = 0";
        assert_eq!(rows(witness, public), "");
    });
}

#[test]
fn a_role_that_the_catalogs_would_refuse_passes() {
    check(|client, witness| {
        let student = rows(client, "SELECT current_user");
        witness
            .batch_execute(&format!(
                "CREATE ROLE lent; GRANT lent TO {student}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO lent"
            ))
            .unwrap();
        client.batch_execute("SET ROLE lent").unwrap();
        witness.batch_execute(&format!("REVOKE lent FROM {student}")).unwrap();
        let who = "SELECT session_user::text, current_user::text, current_setting('role')";
        let columns = "s text, c text, r text";
        assert_eq!(run(client, who, columns), format!("{student}|lent|lent"));
        client.batch_execute("RESET ROLE").unwrap();
        assert_eq!(run(client, who, columns), format!("{student}|{student}|none"));

        // Nobody else knows a role yet that an open transaction has created.
        witness.batch_execute("BEGIN; CREATE ROLE unborn SUPERUSER; SET LOCAL ROLE unborn").unwrap();
        assert_eq!(run(witness, "SELECT session_user::text", "s text"), rows(witness, "SELECT session_user"));
        witness.batch_execute("ROLLBACK").unwrap();

        // The session's user is not the one that logged in.
        witness.batch_execute(&format!("SET SESSION AUTHORIZATION {student}")).unwrap();
        assert_eq!(run(witness, who, columns), format!("{student}|{student}|none"));
        witness.batch_execute("RESET SESSION AUTHORIZATION; DROP OWNED BY lent; DROP ROLE lent").unwrap();
    });
}

#[test]
fn a_security_definer_owner_without_login_can_launch() {
    check(|client, witness| {
        let role = format!("owner_{}", pid_of(client));
        witness
            .batch_execute(&format!(
                "CREATE ROLE {role} NOLOGIN;
                 GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
                 CREATE FUNCTION whoami() RETURNS text LANGUAGE sql SECURITY DEFINER AS
                 $$SELECT t FROM pg_background_result(pg_background_launch('SELECT current_user::text')) AS (t text)$$;
                 ALTER FUNCTION whoami() OWNER TO {role};"
            ))
            .unwrap();
        assert_eq!(rows(client, "SELECT whoami()"), role);
        witness.batch_execute(&format!("DROP FUNCTION whoami(); DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
    });
}

#[test]
fn settings_travel_with_the_job() {
    check(|client, _| {
        client
            .batch_execute("SET work_mem = '7MB'; SET my.own = 'x y'; SET application_name = 'learner'; SET search_path = pg_catalog, public")
            .unwrap();
        let show = "SELECT current_setting('work_mem'), current_setting('my.own'), current_setting('application_name'), \
                    current_setting('search_path')";
        let columns = "a text, b text, c text, d text";
        assert_eq!(run(client, show, columns), "7MB|x y|learner|pg_catalog, public");
        client.batch_execute("SET statement_timeout = '200ms'").unwrap();
        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        client.batch_execute("RESET statement_timeout").unwrap();
        let error = result_error(client, pid, "i int");
        assert_eq!(error.code().code(), "57014");
        assert!(error.message().contains("statement timeout"), "{error:?}");
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
fn a_parallel_worker_is_refused() {
    check(|client, witness| {
        witness
            .batch_execute(
                "DO $$BEGIN PERFORM set_config(name, 'on', false) FROM pg_settings
                     WHERE name IN ('force_parallel_mode', 'debug_parallel_query'); END$$",
            )
            .unwrap();
        for (number, call) in [
            "pg_background_launch('SELECT 1')",
            "background_launch('SELECT 1')",
            "pg_background_detach(1)",
            "(SELECT count(*) FROM pg_background_result(1) AS (i int))",
        ]
        .iter()
        .enumerate()
        {
            // The label is a lie, so the server takes the function for one that a parallel worker may call.
            let create = format!(
                "CREATE FUNCTION lie{number}() RETURNS void PARALLEL SAFE LANGUAGE plpgsql AS
                 $$BEGIN PERFORM {call}; END$$"
            );
            witness.batch_execute(&create).unwrap();
            assert_state(witness, &format!("SELECT lie{number}()"), "0A000");
        }
        assert_eq!(run(client, "SELECT 1", "i int"), "1");
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
fn a_full_queue_holds_the_worker_and_detach_lets_it_go() {
    check(|client, witness| {
        let pid = launch(client, "SELECT * FROM generate_series(1,100000)");
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        assert_eq!(rows(client, &format!("SELECT count(*) FROM pg_background_result({pid}) AS (i int)")), "100000");

        let pid = launch(client, "SELECT * FROM generate_series(1,100000)");
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        client.batch_execute(&format!("SELECT pg_background_detach({pid})")).unwrap();
        wait_until_gone(witness, pid);

        client.batch_execute("SET search_path = public").unwrap();
        let sql = "SELECT pg_background_launch('SELECT * FROM generate_series(1,100000)', 16*1024*1024)";
        let pid: i32 = client.query_one(sql, &[]).unwrap().get(0);
        wait_until_gone(witness, pid);
        assert_eq!(rows(client, &format!("SELECT sum(i) FROM pg_background_result({pid}) AS (i int)")), "5000050000");
    });
}

#[test]
fn rows_are_handed_over_before_the_commit() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int, filler text)").unwrap();
        let insert = |count: i32| {
            format!("INSERT INTO t SELECT i, repeat('x', 180) FROM generate_series(1, {count}) i RETURNING i, filler")
        };
        let gone_or_waiting = |pid: i32| {
            format!(
                "SELECT NOT EXISTS (SELECT FROM pg_stat_activity \
                 WHERE pid = {pid} AND wait_event IS DISTINCT FROM 'MessageQueuePutMessage')"
            )
        };
        // Every row is a message of its own, and the first number of rows that do not fit waits with the very last.
        let too_many = (1..=20).find(|count| {
            let pid = launch_with_queue(client, &insert(*count), 1024);
            support::wait_until(witness, &gone_or_waiting(pid));
            cancel(witness, pid);
            wait_until_gone(witness, pid);
            let read = format!("SELECT count(*) FROM pg_background_result({pid}) AS (i int, filler text)");
            let cancelled = match client.simple_query(&read) {
                Ok(_) => false,
                Err(error) => {
                    assert_eq!(error.code().map(|code| code.code()), Some("57014"), "{error:?}");
                    true
                }
            };
            let written = if cancelled { 0 } else { *count };
            assert_eq!(rows(witness, "SELECT count(*) FROM t"), written.to_string(), "after {count} rows");
            witness.batch_execute("TRUNCATE t").unwrap();
            cancelled
        });
        let too_many = too_many.expect("a queue of 1024 bytes has no room for that many rows");

        let pid = launch_with_queue(client, &insert(too_many), 1024);
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        client.batch_execute(&format!("SELECT pg_background_detach({pid})")).unwrap();
        wait_until_gone(witness, pid);
        assert_eq!(rows(witness, "SELECT count(*) FROM t"), too_many.to_string());
    });
}

#[test]
fn small_queues_pass_everything() {
    check(|client, _| {
        for size in [1024, 1025, 5000] {
            let sql = format!(
                "SELECT count(*), sum(length(t)) FROM pg_background_result(pg_background_launch(\
                 'SELECT repeat(''x'', i) FROM generate_series(1, 2000) i', {size})) AS (t text)"
            );
            assert_eq!(rows(client, &sql), "2000|2001000");
        }
    });
}

#[test]
fn a_reader_waits_in_message_queue_receive_and_survives_a_cancel() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    let reader = pid_of(&mut client);
    // The rows come first, so the cancelled call has read all of them but the end.
    client
        .batch_execute(
            "CREATE FUNCTION gate() RETURNS int LANGUAGE sql AS 'SELECT pg_advisory_xact_lock(4711); SELECT 0'",
        )
        .unwrap();
    witness.client().batch_execute("SELECT pg_advisory_lock(4711)").unwrap();
    let pid = launch(&mut client, "SELECT * FROM generate_series(1, 50000) UNION ALL SELECT gate()");
    let cancel = client.cancel_token();
    let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
    let (client, outcome) = std::thread::scope(|scope| {
        let read = &read;
        let handle = scope.spawn(move || {
            let mut client = client;
            let outcome = client.simple_query(read).err().and_then(|error| error.code().cloned());
            (client, outcome)
        });
        wait_for(witness.client(), reader, "IPC", "MessageQueueReceive");
        wait_for(witness.client(), pid, "Lock", "advisory");
        cancel.cancel_query(NoTls).unwrap();
        handle.join().unwrap()
    });
    let mut client = client;
    assert_eq!(outcome.expect("the call was cancelled").code(), "57014");
    let wrong = format!("SELECT count(*) FROM pg_background_result({pid}) AS (i text)");
    assert_state(&mut client, &wrong, "42804");
    witness.client().batch_execute("SELECT pg_advisory_unlock(4711)").unwrap();
    assert_eq!(rows(&mut client, &read), "50001|1250025000");
    witness.assert_no_restart();
}

#[test]
fn detach_at_once_loses_no_job() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        client
            .batch_execute(
                "DO $$DECLARE pid int; BEGIN FOR i IN 1..50 LOOP
                     LOOP
                         BEGIN
                             pid := pg_background_launch(format('INSERT INTO t VALUES (%s)', i));
                             EXIT;
                         EXCEPTION WHEN insufficient_resources THEN NULL;
                         END;
                     END LOOP;
                     PERFORM pg_background_detach(pid);
                 END LOOP; END$$",
            )
            .unwrap();
        support::wait_until(witness, NO_WORKER);
        assert_eq!(rows(client, "SELECT count(DISTINCT i) FROM t"), "50");
    });
}

#[test]
fn a_job_outlives_its_session() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    client.batch_execute("CREATE TABLE t(i int)").unwrap();
    witness.client().batch_execute("SELECT pg_advisory_lock(4712)").unwrap();
    launch(&mut client, "INSERT INTO t SELECT 1 FROM pg_advisory_xact_lock(4712)");
    launch(&mut client, "INSERT INTO t SELECT 2");
    launch(&mut client, "INSERT INTO t SELECT i FROM generate_series(3, 100000) i RETURNING i");
    drop(client);
    witness.client().batch_execute("SELECT pg_advisory_unlock(4712)").unwrap();
    support::wait_until(witness.client(), NO_WORKER);
    assert_eq!(rows(witness.client(), "SELECT count(*) FROM t"), "100000");
    witness.assert_no_restart();
}

#[test]
fn a_job_outlives_its_launchers_rollback() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        client.batch_execute("BEGIN").unwrap();
        let pid = launch(client, "INSERT INTO t VALUES (1)");
        client.batch_execute("ROLLBACK").unwrap();
        wait_until_gone(witness, pid);
        assert_eq!(result(client, pid, "tag text"), "INSERT 0 1");
    });
}

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
fn a_failure_that_nobody_reads_is_logged_once() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    let leader = pid_of(&mut client);
    let log = server.server().directory().join("log").display().to_string();
    // Other tests may have had this server before.
    let already_there = rows(witness.client(), &format!("SELECT size FROM pg_stat_file('{log}')"));
    let entries = |witness: &mut Client, text: &str| {
        let entry = format!("LOG: +unread background command failed: {text}");
        let new = format!("pg_read_file('{log}', {already_there}, 100 * 1024 * 1024)");
        rows(witness, &format!("SELECT count(*) FROM regexp_matches({new}, '{entry}', 'g')"))
    };
    let fail = |text: &str| format!("DO $$BEGIN RAISE '{text}'; END$$");
    let fail_later =
        |text: &str| format!("DO $$BEGIN PERFORM pg_advisory_xact_lock_shared(4714); RAISE '{text}'; END$$");
    witness.client().batch_execute("SELECT pg_advisory_lock(4714)").unwrap();

    let read = launch(&mut client, &fail("was read"));
    assert_eq!(result_error(&mut client, read, "tag text").code().code(), "P0001");
    let later = launch(&mut client, &fail_later("after detach"));
    client.batch_execute(&format!("SELECT pg_background_detach({later})")).unwrap();
    let taken_over = launch(&mut client, &fail("before detach, taken over"));
    wait_until_gone(witness.client(), taken_over);
    // A launch takes over what finished commands have left in their segments.
    launch(&mut client, &fail_later("after exit"));
    client.batch_execute(&format!("SELECT pg_background_detach({taken_over})")).unwrap();
    let in_segment = launch(&mut client, &fail("before detach, in the segment"));
    wait_until_gone(witness.client(), in_segment);
    client.batch_execute(&format!("SELECT pg_background_detach({in_segment})")).unwrap();
    let unread = launch(&mut client, &fail("before exit"));
    wait_until_gone(witness.client(), unread);
    drop(client);
    wait_until_gone(witness.client(), leader);
    witness.client().batch_execute("SELECT pg_advisory_unlock(4714)").unwrap();
    support::wait_until(witness.client(), NO_WORKER);

    let texts =
        ["after detach", "before detach, taken over", "before detach, in the segment", "before exit", "after exit"];
    for text in texts {
        assert_eq!(entries(witness.client(), text), "1", "{text}");
    }
    assert_eq!(entries(witness.client(), "was read"), "0");
    witness.assert_no_restart();
}

#[test]
fn a_terminated_job_says_so() {
    check(|client, witness| {
        for sql in ["SELECT 1 FROM pg_sleep(1000)", "SELECT * FROM generate_series(1,100000)"] {
            let pid = launch(client, sql);
            support::wait_until(
                witness,
                &format!(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid} AND wait_event IN ('PgSleep', 'MessageQueuePutMessage'))"
                ),
            );
            witness.query_one("SELECT pg_terminate_backend($1)", &[&pid]).unwrap();
            assert_eq!(result_error(client, pid, "i int").code().code(), "57P01", "{sql}");
        }
    });
}

#[test]
fn a_failure_while_connecting_comes_out_of_result() {
    check(|client, witness| {
        let role = rows(client, "SELECT current_user");
        let limit = rows(witness, &format!("SELECT rolconnlimit FROM pg_roles WHERE rolname = '{role}'"));
        witness.batch_execute(&format!("ALTER ROLE {role} CONNECTION LIMIT 0")).unwrap();
        let pid = launch(client, "SELECT 1");
        let error = client.simple_query(&format!("SELECT * FROM pg_background_result({pid}) AS (i int)"));
        witness.batch_execute(&format!("ALTER ROLE {role} CONNECTION LIMIT {limit}")).unwrap();
        // Whether a worker counts against a role's limit depends on the server's version.
        if let Err(error) = error {
            assert_eq!(error.code().map(|code| code.code()), Some("53300"));
        }
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
fn values_pass_unchanged() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);
                 CREATE TYPE pair AS (a int, b text);
                 CREATE TYPE mood AS ENUM ('sad', 'happy')",
            )
            .unwrap();
        let sql = "SELECT 2::even, ROW(1, 'x')::pair, ARRAY[ROW(1, NULL)::pair, NULL], NULL::text, 'happy'::mood, \
                   '{\"k\": [1]}'::jsonb, int4range(1, 5), ARRAY[[1,2],[3,4]], 1.50::numeric(10,2), 'a=r/a'::text";
        let columns =
            "a even, b pair, c pair[], d text, e mood, f jsonb, g int4range, h int[], i numeric(10,2), j text";
        let expected = rows(client, sql);
        assert_eq!(run(client, sql, columns), expected);
        // No column list can name void, so it travels as text.
        assert_eq!(run(client, "SELECT pg_sleep(0)", "v text"), "");
        assert_eq!(
            run(client, "SELECT current_user, ARRAY[1, 2] || 3", "u name, a int[]"),
            rows(client, "SELECT current_user, '{1,2,3}'")
        );
    });
}

#[test]
fn toasted_and_large_values_pass() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE big(n int, t text);
                 ALTER TABLE big ALTER t SET STORAGE EXTERNAL;
                 INSERT INTO big SELECT n, repeat(n::text, 100000) FROM generate_series(1, 9) n;
                 ALTER TABLE big ADD COLUMN later int DEFAULT 7",
            )
            .unwrap();
        let pid = launch(client, "SELECT * FROM big");
        let read = format!(
            "SELECT count(*), bool_and(t = repeat(n::text, 100000)), sum(later) \
             FROM pg_background_result({pid}) AS (n int, t text, later int)"
        );
        assert_eq!(rows(client, &read), "9|t|63");
        let pid = launch(client, "SELECT repeat('x', 100000000)");
        assert_eq!(
            rows(client, &format!("SELECT length(t) FROM pg_background_result({pid}) AS (t text)")),
            "100000000"
        );
    });
}

#[test]
fn text_that_the_client_cannot_show_passes() {
    check(|client, _| {
        if rows(client, "SHOW server_encoding") != "UTF8" {
            return;
        }
        let sql =
            "SELECT ascii(t) FROM pg_background_result(pg_background_launch('SELECT chr(8364) || ''x''')) AS (t text)";
        client.batch_execute("SET client_encoding = 'LATIN1'").ok();
        assert_eq!(rows(client, sql), "8364");
    });
}

#[test]
fn names_in_messages_fit_the_databases_encoding() {
    let server = support::server();
    let mut witness = server.witness();
    witness.client().batch_execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0").unwrap();
    let mut client = server.server().connect(Role::Admin, "latin").expect("a session in the new database");
    client.batch_execute("CREATE EXTENSION pg_background; CREATE TYPE größe AS (i int)").unwrap();
    let pid = launch(&mut client, "SELECT NULL::größe");
    let error = result_error(&mut client, pid, "i int");
    assert_eq!(error.detail(), Some("Column 1 is \"gr??e\" in the result, integer in the list."));
    assert_eq!(result(&mut client, pid, "g größe"), "NULL");
    let error = run_error(&mut client, "SELECT ROW(1) AS größe", "r int");
    assert!(error.message().contains("\"gr??e\""), "{error:?}");
    let leader = pid_of(&mut client);
    drop(client);
    wait_until_gone(witness.client(), leader);
    support::wait_until(witness.client(), NO_WORKER);
    witness.client().batch_execute("DROP DATABASE latin").unwrap();
    witness.assert_no_restart();
}

#[test]
fn an_anonymous_row_is_refused_clearly() {
    check(|client, _| {
        let error = run_error(client, "SELECT ROW(1, 2) AS r", "r record");
        assert_eq!(error.code().code(), "0A000");
        assert!(error.hint().is_some());
        assert_eq!(run(client, "SELECT ROW(1, 2)::text", "r text"), "(1,2)");
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

/// A session like that of `client`, with `pg_background.max_workers` at 1.
fn with_a_cap_of_one(client: &mut Client, witness: &mut Client) -> Client {
    let role = rows(client, "SELECT current_user");
    let database = rows(client, "SELECT current_database()");
    witness
        .batch_execute(&format!("ALTER ROLE {role} IN DATABASE \"{database}\" SET pg_background.max_workers = 1"))
        .unwrap();
    postgres_again(client, witness)
}

/// The session of `client` as it would be after logging in again.
fn postgres_again(client: &mut Client, witness: &mut Client) -> Client {
    let ask = |client: &mut Client, sql: &str| rows(client, sql);
    let directory = ask(witness, "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
    let port = ask(witness, "SHOW port");
    let role = ask(client, "SELECT current_user");
    let database = ask(client, "SELECT current_database()");
    let parameters = format!("host='{directory}' port={port} user='{role}' dbname='{database}'");
    Client::connect(&parameters, NoTls).expect("log in again")
}

#[test]
fn a_thousand_unread_jobs_hold_no_slot_and_no_segment() {
    check(|client, witness| {
        client
            .batch_execute(
                "CREATE TEMP TABLE pids(n int, pid int);
                 DO $$BEGIN FOR i IN 1..1000 LOOP
                     LOOP
                         BEGIN
                             INSERT INTO pids VALUES (i, pg_background_launch(format('SELECT %s', i)));
                             EXIT;
                         EXCEPTION WHEN insufficient_resources THEN NULL;
                         END;
                     END LOOP;
                 END LOOP; END$$",
            )
            .unwrap();
        support::wait_until(witness, NO_WORKER);
        assert_eq!(run(client, "SELECT 0", "i int"), "0");
        let sum = "SELECT count(*), sum(i), bool_and(i = n) FROM pids, LATERAL pg_background_result(pid) AS (i int)";
        assert_eq!(rows(client, sum), "1000|500500|t");
    });
}
