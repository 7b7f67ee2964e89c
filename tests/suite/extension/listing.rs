//! The list of the session's workers.

use super::*;

/// What the list says of a job, apart from its times.
fn listed(client: &mut Client, pid: i32) -> String {
    rows(
        client,
        &format!(
            "SELECT state, persistent, sql, queue_size, command_tag, rows, sqlstate, message, finished_at IS NOT NULL, \
             launched_at BETWEEN now() - interval '1 hour' AND clock_timestamp(), finished_at >= launched_at \
             FROM pg_background_list() WHERE pid = {pid}"
        ),
    )
}

#[test]
fn the_list_has_these_columns() {
    check(|client, _| {
        let statement = client.prepare("SELECT * FROM pg_background_list()").unwrap();
        let columns: Vec<String> =
            statement.columns().iter().map(|column| format!("{} {}", column.name(), column.type_().name())).collect();
        let expected = "pid int4, state text, persistent bool, sql text, queue_size int4, launched_at timestamptz, \
                        finished_at timestamptz, command_tag text, rows int8, sqlstate text, message text, \
                        progress int4, progress_message text";
        assert_eq!(columns.join(", "), expected);
        assert_eq!(rows(client, "SELECT * FROM pg_background_list()"), "");
    });
}

#[test]
fn a_job_is_running_then_completed_then_gone() {
    check(|client, witness| {
        lock(witness, 4760);
        let sql = "SELECT i FROM generate_series(1, 3) i, pg_advisory_xact_lock(4760)";
        let pid = launch_with_queue(client, sql, 5000);
        wait_for(witness, pid, "Lock", "advisory");
        assert_eq!(listed(client, pid), format!("running|f|{sql}|5000|NULL|0|NULL|NULL|f|t|NULL"));
        unlock(witness, 4760);
        wait_until_listed(client, pid, "state <> 'running'");
        assert_eq!(listed(client, pid), format!("completed|f|{sql}|5000|SELECT 3|3|00000|NULL|t|t|t"));
        assert!(wait(client, pid));
        assert_eq!(listed(client, pid), format!("completed|f|{sql}|5000|SELECT 3|3|00000|NULL|t|t|t"));
        assert_eq!(result(client, pid, "i int"), "1\n2\n3");
        assert_eq!(listed(client, pid), "");
    });
}

#[test]
fn tags_and_counts_are_those_of_the_command() {
    check(|client, _| {
        for (sql, tag, count) in [
            ("CREATE TABLE t(i int)", "CREATE TABLE", "0"),
            ("INSERT INTO t SELECT generate_series(1, 5)", "INSERT 0 5", "5"),
            ("UPDATE t SET i = i WHERE i > 3", "UPDATE 2", "2"),
            ("SELECT 1; DELETE FROM t WHERE i = 1", "DELETE 1", "1"),
            ("SELECT * FROM generate_series(1, 100000)", "SELECT 100000", "100000"),
        ] {
            let pid = launch(client, sql);
            assert!(wait(client, pid));
            let shown = format!("SELECT command_tag, coalesce(rows, 0) FROM pg_background_list() WHERE pid = {pid}");
            assert_eq!(rows(client, &shown), format!("{tag}|{count}"), "{sql}");
            detach(client, pid);
        }
        assert_eq!(rows(client, "SELECT * FROM pg_background_list()"), "");
    });
}

#[test]
fn the_list_alone_learns_of_the_end() {
    check(|client, witness| {
        // Nobody calls wait or result: the list has to find out by itself.
        let done = launch(client, "SELECT 1");
        let failed = launch(client, "SELECT 1/0");
        wait_until_gone(witness, done);
        wait_until_gone(witness, failed);
        assert_eq!(rows(client, &format!("SELECT state FROM pg_background_list() WHERE pid = {done}")), "completed");
        assert_eq!(rows(client, &format!("SELECT state FROM pg_background_list() WHERE pid = {failed}")), "failed");
        assert_eq!(code(&result_error(client, failed, "i int")), "22012");
        assert_eq!(result(client, done, "i int"), "1");
    });
}

#[test]
fn a_failed_job_says_why() {
    check(|client, witness| {
        let pid = launch(client, "SELECT 1/0");
        assert!(wait(client, pid));
        let shown = "SELECT state, sqlstate, message, finished_at >= launched_at FROM pg_background_list() WHERE pid =";
        assert_eq!(rows(client, &format!("{shown} {pid}")), "failed|22012|division by zero|t");
        assert_eq!(code(&result_error(client, pid, "i int")), "22012");

        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        assert!(cancel_job(client, pid, 0));
        wait_until_listed(client, pid, "state = 'failed' AND sqlstate = '57014'");
        detach(client, pid);

        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        wait_for(witness, pid, "Timeout", "PgSleep");
        rows(witness, &format!("SELECT pg_terminate_backend({pid})"));
        wait_until_listed(client, pid, "state = 'failed' AND sqlstate = '57P01'");
        assert_eq!(code(&result_error(client, pid, "i int")), "57P01");
        assert_eq!(rows(client, "SELECT * FROM pg_background_list()"), "");
    });
}

#[test]
fn a_persistent_worker_is_idle_between_its_commands() {
    check(|client, witness| {
        let pid = launch_persistent(client, "SELECT 1");
        assert!(wait(client, pid));
        assert_eq!(listed(client, pid), "completed|t|SELECT 1|65536|SELECT 1|1|00000|NULL|t|t|t");
        let launched: String = rows(client, "SELECT launched_at FROM pg_background_list()");
        assert_eq!(result(client, pid, "i int"), "1");
        let shown = format!("SELECT state, persistent, queue_size FROM pg_background_list() WHERE pid = {pid}");
        assert_eq!(rows(client, &shown), "idle|t|65536");

        lock(witness, 4761);
        hand_over(client, pid, "SELECT 2 FROM pg_advisory_xact_lock(4761)");
        wait_until_listed(client, pid, "state = 'running'");
        assert_eq!(
            listed(client, pid),
            "running|t|SELECT 2 FROM pg_advisory_xact_lock(4761)|65536|NULL|0|NULL|NULL|f|t|NULL"
        );
        // The time is that of the command, not of the worker.
        assert_eq!(rows(client, &format!("SELECT launched_at > '{launched}' FROM pg_background_list()")), "t");
        unlock(witness, 4761);
        assert_eq!(result(client, pid, "i int"), "2");
        assert_eq!(code(&run_on_error(client, pid, "SELECT 1/0", "i int")), "22012");
        assert_eq!(rows(client, &shown), "idle|t|65536");
        hand_over(client, pid, "SELECT 1/0");
        wait_until_listed(client, pid, "state = 'failed' AND sqlstate = '22012' AND message = 'division by zero'");
        detach(client, pid);
    });
}

#[test]
fn a_detached_job_is_listed_until_it_ends() {
    check(|client, witness| {
        lock(witness, 4762);
        let pid = launch(client, "SELECT 1 FROM pg_advisory_xact_lock(4762)");
        wait_for(witness, pid, "Lock", "advisory");
        detach(client, pid);
        let shown = format!("SELECT state, sql FROM pg_background_list() WHERE pid = {pid}");
        assert_eq!(rows(client, &shown), "detached|SELECT 1 FROM pg_advisory_xact_lock(4762)");
        assert_state(client, &format!("SELECT * FROM pg_background_result({pid}) AS (i int)"), "42704");
        unlock(witness, 4762);
        support::wait_until(client, "SELECT NOT EXISTS (SELECT FROM pg_background_list())");
    });
}

#[test]
fn rows_are_counted_while_they_are_handed_over() {
    check(|client, witness| {
        let pid = launch_with_queue(client, FLOOD, 1024);
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        wait_until_listed(client, pid, "state = 'running' AND rows BETWEEN 1 AND 99999");
        assert!(wait(client, pid));
        wait_until_listed(client, pid, "state = 'completed' AND rows = 100000");
        let read = format!("SELECT count(*) FROM pg_background_result({pid}) AS (i int)");
        assert_eq!(rows(client, &read), "100000");
    });
}

#[test]
fn several_jobs_are_several_rows() {
    check(|client, _| {
        let pids: Vec<i32> = (0..5).map(|i| launch(client, &format!("SELECT {i}"))).collect();
        for (i, pid) in pids.iter().enumerate() {
            assert!(wait(client, *pid));
            let shown = format!("SELECT sql FROM pg_background_list() WHERE pid = {pid}");
            assert_eq!(rows(client, &shown), format!("SELECT {i}"));
        }
        assert_eq!(rows(client, "SELECT count(*), count(DISTINCT pid) FROM pg_background_list()"), "5|5");
        // Reading inside the same statement as the list takes the jobs away under it.
        let both =
            "SELECT count(*), sum(i) FROM pg_background_list() l, LATERAL pg_background_result(l.pid) AS (i int)";
        assert_eq!(rows(client, both), "5|10");
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "0");
    });
}

#[test]
fn long_commands_are_listed_whole() {
    check(|client, _| {
        let sql = format!("SELECT 1 -- {}", "ä".repeat(100_000));
        let pid = launch(client, &sql);
        let same = client.query_one("SELECT sql = $1 FROM pg_background_list() WHERE pid = $2", &[&sql, &pid]).unwrap();
        assert!(same.get::<_, bool>(0));
        assert_eq!(result(client, pid, "i int"), "1");
    });
}

#[test]
fn the_list_can_be_called_in_any_place() {
    check(|client, _| {
        let pid = launch(client, "SELECT 1");
        assert!(wait(client, pid));
        for sql in [
            "SELECT count(*) FROM (SELECT pg_background_list()) AS l",
            "SELECT count((l).pid) FROM (SELECT pg_background_list() AS l) AS s",
            "SELECT count(*) FROM (SELECT pid FROM pg_background_list() LIMIT 1) AS l",
            "SELECT count(*) FROM pg_background_list() WITH ORDINALITY AS l",
            "SELECT count(*) FROM ROWS FROM (pg_background_list(), pg_background_list()) AS l",
            "SELECT count(a) FROM pg_background_list() AS l(a, b)",
            "WITH l AS MATERIALIZED (SELECT * FROM pg_background_list()) SELECT count(*) FROM l",
        ] {
            assert_eq!(rows(client, sql), "1", "{sql}");
        }
        for sql in [
            "SELECT * FROM pg_background_list() AS (pid int)",
            "SELECT * FROM pg_background_list() AS (pid text, state text)",
        ] {
            let refused = error(client, sql);
            assert!(["42601", "42804"].contains(&code(&refused)), "{sql}: {refused:?}");
        }
        assert_eq!(result(client, pid, "i int"), "1");
    });
}

#[test]
fn only_jobs_of_roles_one_has_the_privileges_of_are_listed() {
    check(|client, witness| {
        let tag = pid_of(client);
        witness
            .batch_execute(&format!(
                "CREATE ROLE launcher_{tag}; CREATE ROLE member_{tag}; CREATE ROLE stranger_{tag};
                 GRANT launcher_{tag} TO member_{tag};
                 GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public
                     TO launcher_{tag}, member_{tag}, stranger_{tag};
                 SET ROLE launcher_{tag}"
            ))
            .unwrap();
        let pid = launch_persistent(witness, "SELECT current_user::text");
        assert!(wait(witness, pid));
        let listed = "SELECT count(*) FROM pg_background_list()";
        for (role, sees) in [("launcher", "1"), ("member", "1"), ("stranger", "0")] {
            witness.batch_execute(&format!("SET ROLE {role}_{tag}")).unwrap();
            assert_eq!(rows(witness, listed), sees, "{role}");
        }
        for call in [
            format!("SELECT * FROM pg_background_result({pid}) AS (t text)"),
            format!("SELECT pg_background_run({pid}, 'SELECT 1')"),
            format!("SELECT pg_background_cancel({pid})"),
            format!("SELECT pg_background_cancel({pid}, 1)"),
            format!("SELECT pg_background_wait({pid})"),
            format!("SELECT pg_background_wait({pid}, 0)"),
            format!("SELECT pg_background_wait_any(ARRAY[{pid}])"),
            format!("SELECT pg_background_detach({pid})"),
        ] {
            assert_state(witness, &call, "42501");
        }
        // A member may do all that the launching role may; the command stays the launching role's.
        witness.batch_execute(&format!("SET ROLE member_{tag}")).unwrap();
        assert_eq!(result(witness, pid, "t text"), format!("launcher_{tag}"));
        assert_eq!(run_on(witness, pid, "SELECT current_user::text", "t text"), format!("launcher_{tag}"));
        detach(witness, pid);
        witness
            .batch_execute(&format!(
                "RESET ROLE; DROP OWNED BY launcher_{tag}, member_{tag}, stranger_{tag};
                 DROP ROLE launcher_{tag}, member_{tag}, stranger_{tag}"
            ))
            .unwrap();
    });
}

#[test]
fn another_sessions_jobs_are_not_listed() {
    check(|client, witness| {
        let pid = launch(client, "SELECT 1");
        assert!(wait(client, pid));
        assert_eq!(rows(witness, "SELECT count(*) FROM pg_background_list()"), "0");
        for call in ["pg_background_cancel({})", "pg_background_wait({})", "pg_background_run({}, 'SELECT 1')"] {
            assert_state(witness, &format!("SELECT {}", call.replace("{}", &pid.to_string())), "42704");
        }
        assert_state(witness, &format!("SELECT pg_background_wait_any(ARRAY[{pid}])"), "42704");
        assert_eq!(result(client, pid, "i int"), "1");
    });
}
