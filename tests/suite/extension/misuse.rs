//! Calls that make no sense: a clear error, never a crash.

use super::*;

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
            "pg_background_launch('SELECT 1', 65536, true)",
            "pg_background_run(1, 'SELECT 1')",
            "pg_background_cancel(1)",
            "pg_background_wait(1)",
            "pg_background_wait_any(ARRAY[1])",
            "pg_background_wait_any('{}')",
            "(SELECT count(*) FROM pg_background_list())",
            "pg_background_progress(1)",
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

/// Every call that names a job, with `{}` for its pid.
pub(super) const CALLS: [&str; 9] = [
    "SELECT * FROM pg_background_result({}) AS (i int)",
    "SELECT pg_background_detach({})",
    "SELECT pg_background_run({}, 'SELECT 1')",
    "SELECT pg_background_cancel({})",
    "SELECT pg_background_cancel({}, 1)",
    "SELECT pg_background_wait({})",
    "SELECT pg_background_wait({}, 0)",
    "SELECT pg_background_wait_any(ARRAY[{}]::int[])",
    "SELECT pg_background_wait_any(ARRAY[{}]::int[], 0)",
];

/// Pids that no session has a job under.
fn strangers(client: &mut Client, witness: &mut Client) -> Vec<i32> {
    let postmaster = std::fs::read_to_string(format!("/proc/{}/status", pid_of(witness))).unwrap_or_default();
    let postmaster = postmaster.lines().find_map(|line| line.strip_prefix("PPid:")).map(str::trim);
    let postmaster = postmaster.and_then(|pid| pid.parse().ok()).unwrap_or(1);
    vec![0, -1, 1, 2, i32::MIN, i32::MAX, i32::MIN + 1, pid_of(client), pid_of(witness), postmaster]
}

/// The error has the SQLSTATE, and says what to do.
#[track_caller]
fn assert_refused(client: &mut Client, sql: &str, sqlstate: &str) {
    let error = error(client, sql);
    assert_eq!(code(&error), sqlstate, "{sql}: {error:?}");
    let says_null = error.message().contains("must not be null");
    assert!(says_null || error.hint().is_some(), "{sql}: no hint: {error:?}");
}

#[test]
fn every_call_refuses_every_odd_pid() {
    check(|client, witness| {
        let mut other = another_session(client, witness);
        let foreign = launch(&mut other, "SELECT 1 FROM pg_sleep(1000)");
        wait_for(witness, foreign, "Timeout", "PgSleep");
        let mut pids = strangers(client, witness);
        pids.push(foreign);
        // The session has jobs of its own meanwhile, running, unread and idle.
        let running = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        let unread = launch(client, "SELECT 1");
        let idle = idle_worker(client);
        for call in CALLS {
            assert_refused(client, &call.replace("{}", "NULL"), "22004");
            for pid in &pids {
                assert_refused(client, &call.replace("{}", &pid.to_string()), "42704");
            }
        }
        assert_eq!(result(client, unread, "i int"), "1");
        assert_eq!(run_on(client, idle, "SELECT 2", "i int"), "2");
        detach(client, idle);
        for (session, pid) in [(client, running), (&mut other, foreign)] {
            assert!(cancel_job(session, pid, 0));
            assert_eq!(code(&result_error(session, pid, "i int")), "57014");
        }
    });
}

#[test]
fn a_worker_reaches_no_job_of_its_launchers() {
    check(|client, witness| {
        let mine = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        wait_for(witness, mine, "Timeout", "PgSleep");
        let mut pids = strangers(client, witness);
        pids.push(mine);
        // One worker asks everything: a block for each call that notes what was answered.
        let ask = |sql: &str| {
            let perform = sql.replacen("SELECT", "PERFORM", 1).replace('\'', "''");
            format!(
                "DO 'BEGIN {perform}; RAISE ''no error''; EXCEPTION WHEN others THEN \
                 IF SQLSTATE <> ''42704'' THEN RAISE; END IF; END'"
            )
        };
        let calls: Vec<String> =
            CALLS.iter().flat_map(|call| pids.iter().map(|pid| ask(&call.replace("{}", &pid.to_string())))).collect();
        assert_eq!(run(client, &calls.join("; "), "tag text"), "DO");
        let own = "SELECT pg_background_wait(pg_backend_pid())";
        assert_eq!(code(&run_error(client, own, "b bool")), "42704");
        assert_eq!(run(client, "SELECT count(*) FROM pg_background_list()", "n bigint"), "0");
        assert!(cancel_job(client, mine, 0));
        assert_eq!(code(&result_error(client, mine, "i int")), "57014");
    });
}

#[test]
fn every_call_works_in_a_read_only_transaction() {
    check(|client, _| {
        client.batch_execute("BEGIN READ ONLY").unwrap();
        let pid = launch_persistent(client, "SELECT 1");
        assert!(wait(client, pid));
        assert_eq!(rows(client, &format!("SELECT pg_background_wait_any(ARRAY[{pid}])")), pid.to_string());
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "1");
        assert_eq!(result(client, pid, "i int"), "1");
        hand_over(client, pid, "SELECT 1 FROM pg_sleep(1000)");
        assert!(cancel_job(client, pid, 0));
        client.batch_execute("SAVEPOINT a").unwrap();
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        client.batch_execute("ROLLBACK TO a").unwrap();
        assert_eq!(run_on(client, pid, "SELECT pg_background_progress(3)", "v text"), "");
        detach(client, pid);
        client.batch_execute("COMMIT").unwrap();
    });
}

#[test]
fn every_call_works_in_every_kind_of_statement() {
    check(|client, _| {
        client.batch_execute("CREATE TABLE t AS SELECT g AS i FROM generate_series(1, 3) g").unwrap();
        // A cursor that is left half read, a function that runs its query in parts, a plan that is thrown away early.
        let pid = launch(client, "SELECT * FROM generate_series(1, 30000)");
        client
            .batch_execute(&format!(
                "BEGIN; DECLARE c CURSOR FOR SELECT * FROM pg_background_result({pid}) AS (i int); FETCH 2 FROM c; COMMIT"
            ))
            .unwrap();
        let pid = launch(client, "SELECT * FROM generate_series(1, 30000)");
        assert_eq!(rows(client, &format!("SELECT i FROM pg_background_result({pid}) AS (i int) LIMIT 1")), "1");
        let both = "SELECT sum(a.i + b.i) FROM pg_background_result(pg_background_launch('SELECT 1')) AS a(i int), \
                    pg_background_result(pg_background_launch('SELECT 2')) AS b(i int)";
        assert_eq!(rows(client, both), "3");
        let each =
            "SELECT sum(r.i) FROM t, LATERAL pg_background_result(pg_background_launch('SELECT ' || t.i)) AS r(i int)";
        assert_eq!(rows(client, each), "6");
        let pid = launch(client, "SELECT 1");
        client.batch_execute("EXPLAIN SELECT pg_background_launch('SELECT 1')").unwrap();
        client.batch_execute(&format!("EXPLAIN SELECT * FROM pg_background_result({pid}) AS (i int)")).unwrap();
        assert_eq!(result(client, pid, "i int"), "1");
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list() WHERE state <> 'detached'"), "0");
    });
}

#[test]
fn odd_commands_are_only_errors() {
    check(|client, _| {
        for sql in
            ["\\", "'", "\"", ";", "--", "/*", "$$", "\u{1F600}", "SELECT", "\n\n", "%s %n", "SELECT 1;;;SELECT 2;"]
        {
            let pid = launch(client, sql);
            assert!(wait(client, pid));
            match client.simple_query(&format!("SELECT * FROM pg_background_result({pid}) AS (i int)")) {
                Ok(_) => {}
                Err(error) => {
                    let code = error.code().expect("an error of the server").code().to_owned();
                    assert!(["42601", "42804"].contains(&code.as_str()), "{sql:?}: {error:?}");
                    detach_if_there(client, pid);
                }
            }
        }
        assert_eq!(run(client, "SELECT 1;;;SELECT 2;", "i int"), "2");
    });
}

fn detach_if_there(client: &mut Client, pid: i32) {
    if let Err(error) = client.simple_query(&format!("SELECT pg_background_detach({pid})")) {
        assert_eq!(error.code().map(|code| code.code()), Some("42704"));
    }
}
