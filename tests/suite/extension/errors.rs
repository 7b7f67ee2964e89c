//! Errors and notices of the worker, as the session sees them.

use super::*;

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
fn names_in_messages_fit_the_databases_encoding() {
    let server = support::server();
    let mut witness = server.witness();
    witness.client().batch_execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0").unwrap();
    let mut client = support::with_usual_names(
        server.server().connect(Role::Admin, "latin").expect("a session in the new database"),
    );
    client.batch_execute("CREATE EXTENSION pg_background; CREATE TYPE größe AS (i int)").unwrap();
    let pid = launch(&mut client, "SELECT NULL::größe");
    let error = result_error(&mut client, pid, "i int");
    assert_eq!(error.detail(), Some("Column 1 is \"gr??e\" in the result, integer in the list."));
    assert_eq!(result(&mut client, pid, "g größe"), "NULL");
    let pid = launch(&mut client, "SELECT 1");
    let error = result_error(&mut client, pid, "g größe");
    assert_eq!(error.detail(), Some("Column 1 is integer in the result, \"gr??e\" in the list."));
    detach(&mut client, pid);
    let leader = pid_of(&mut client);
    drop(client);
    wait_until_gone(witness.client(), leader);
    support::wait_until(witness.client(), NO_WORKER);
    witness.client().batch_execute("DROP DATABASE latin").unwrap();
    witness.assert_no_restart();
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
fn notices_keep_their_fields_and_order() {
    check(|client, witness| {
        let (mut client, notices) = listening_session(client, witness);
        let sql = "DO $$BEGIN RAISE NOTICE 'a'; RAISE WARNING 'b'; RAISE INFO 'c'; RAISE DEBUG 'd'; RAISE LOG 'e'; \
                   RAISE NOTICE '%', repeat('ä', 50000); END$$";
        assert_eq!(run(&mut client, sql, "tag text"), "DO");
        let arrived = taken(&notices);
        assert_eq!(arrived[..3], ["a", "b", "c"]);
        assert_eq!((arrived.len(), arrived[3].as_str()), (4, "ä".repeat(50_000).as_str()));
        // Notices come before the error that ended the command.
        let sql = "DO $$BEGIN RAISE NOTICE 'before'; RAISE 'then'; END$$";
        assert_eq!(code(&run_error(&mut client, sql, "tag text")), "P0001");
        assert_eq!(taken(&notices), ["before"]);
    });
}

#[test]
fn a_notice_of_a_nested_worker_comes_through() {
    check(|client, witness| {
        let (mut client, notices) = listening_session(client, witness);
        let sql = "SELECT t FROM pg_background_result(pg_background_launch('DO $$BEGIN RAISE NOTICE ''deep''; END$$')) AS (t text)";
        assert_eq!(run(&mut client, sql, "t text"), "DO");
        assert_eq!(taken(&notices), ["deep"]);
    });
}

#[test]
fn a_fatal_end_says_so() {
    check(|client, witness| {
        // A worker that was told to go while it waited for a lock goes the way every backend does.
        client.batch_execute("CREATE TABLE t(i int)").unwrap();
        witness.batch_execute("BEGIN; LOCK TABLE t").unwrap();
        let pid = launch(client, "SELECT i FROM t");
        wait_for(witness, pid, "Lock", "relation");
        rows(witness, &format!("SELECT pg_terminate_backend({pid})"));
        let error = result_error(client, pid, "i int");
        assert_eq!(code(&error), "57P01");
        assert_eq!(error.where_().unwrap_or_default().matches("background worker").count(), 1, "{error:?}");
        witness.batch_execute("ROLLBACK").unwrap();
    });
}
