//! What outlives what: sessions, rollbacks, killed workers, shutdowns.

use super::*;

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
fn a_job_outlives_its_sessions_termination() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    client.batch_execute("CREATE TABLE t(i int)").unwrap();
    lock(witness.client(), 4770);
    launch(&mut client, "INSERT INTO t SELECT 1 FROM pg_advisory_xact_lock(4770)");
    launch(&mut client, "INSERT INTO t SELECT i FROM generate_series(2, 100000) i RETURNING i");
    let unread = launch(&mut client, "SELECT repeat('x', 1000) FROM generate_series(1, 30000)");
    assert!(wait(&mut client, unread));
    let leader = pid_of(&mut client);
    rows(witness.client(), &format!("SELECT pg_terminate_backend({leader})"));
    wait_until_gone(witness.client(), leader);
    unlock(witness.client(), 4770);
    support::wait_until(witness.client(), NO_WORKER);
    assert_eq!(rows(witness.client(), "SELECT count(*) FROM t"), "100000");
    support::wait_until(witness.client(), "SELECT NOT EXISTS (SELECT FROM pg_ls_tmpdir())");
    witness.assert_no_restart();
}

#[test]
fn the_session_may_end_right_after_a_launch() {
    let server = support::server();
    let mut witness = server.witness();
    witness.client().batch_execute("CREATE TABLE t(i int); GRANT ALL ON t TO PUBLIC").unwrap();
    for i in 0..30 {
        let mut client = server.connect();
        launch(&mut client, &format!("INSERT INTO t VALUES ({i})"));
        drop(client);
        support::wait_until(witness.client(), NO_WORKER);
    }
    assert_eq!(rows(witness.client(), "SELECT count(DISTINCT i), count(*) FROM t"), "30|30");
    witness.assert_no_restart();
}

#[test]
fn a_launch_that_is_cancelled_starts_a_job_or_none() {
    check(|client, witness| {
        // The limit is for the statement that launches; the worker gets another setting.
        client
            .batch_execute(
                "CREATE TABLE t(i int);
                 CREATE FUNCTION hurried(n int) RETURNS int LANGUAGE sql SET statement_timeout = 0 AS
                 $$SELECT pg_background_launch(format('INSERT INTO t VALUES (%s)', n), persistent => n % 2 = 0)$$",
            )
            .unwrap();
        for n in 0..200 {
            client.batch_execute(&format!("SET statement_timeout = {}", 1 + n % 5)).unwrap();
            let launched = client.simple_query(&format!("SELECT hurried({n})"));
            client.batch_execute("RESET statement_timeout").ok();
            client.batch_execute("RESET statement_timeout").unwrap();
            if let Err(error) = launched {
                let code = error.code().map(|code| code.code());
                assert!([Some("57014"), Some("53000")].contains(&code), "{error:?}");
            }
            // A job that was launched is listed, whether its pid came back or not.
            let done = "SELECT coalesce(bool_and(pg_background_wait(pid)), true), count(pg_background_detach(pid)) \
                        FROM (SELECT pid FROM pg_background_list() WHERE state <> 'detached' OFFSET 0) l";
            let jobs = rows(client, done).trim_start_matches("t|").parse::<i32>().expect("a number");
            let count = format!("SELECT count(*) FROM t WHERE i = {n}");
            assert_eq!(rows(client, &count), jobs.to_string(), "round {n}");
        }
        support::wait_until(witness, NO_WORKER);
        assert_eq!(rows(client, "SELECT count(*) = count(DISTINCT i) FROM t"), "t");
    });
}

#[test]
fn a_launch_whose_worker_cannot_connect_can_be_cancelled() {
    check(|client, witness| {
        client.batch_execute("CREATE TABLE t(i int); SET statement_timeout = '300ms'").unwrap();
        for persistent in [false, true] {
            // No new process gets past this lock.
            witness.batch_execute("BEGIN; LOCK TABLE pg_database").unwrap();
            let launch = format!("SELECT pg_background_launch('INSERT INTO t VALUES (1)', 65536, {persistent})");
            assert_state(client, &launch, "57014");
            witness.batch_execute("ROLLBACK").unwrap();
            support::wait_until(witness, NO_WORKER);
        }
        client.batch_execute("RESET statement_timeout").unwrap();
        assert_eq!(rows(client, "SELECT count(*) FROM t"), "0");
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "0");
        assert_eq!(run(client, "SELECT 1", "i int"), "1");
    });
}

/// What the killed worker does.
#[derive(Debug, Clone, Copy)]
enum Work {
    Sleeping,
    FullQueue,
    Idle,
}

#[track_caller]
fn killed_worker_leaves_nothing(signal: &str) {
    let server = support::server_with_segments_in_files(&[]);
    let before = server.count_segments();
    for work in [Work::Sleeping, Work::FullQueue, Work::Idle] {
        let mut client = server.connect();
        let mut witness = server.witness();
        let unread = launch(&mut client, "SELECT 1");
        assert!(wait(&mut client, unread));
        let pid = match work {
            Work::Sleeping => launch(&mut client, "SELECT 1 FROM pg_sleep(1000)"),
            Work::FullQueue => launch(&mut client, FLOOD),
            Work::Idle => idle_worker(&mut client),
        };
        let event = match work {
            Work::Sleeping => ("Timeout", "PgSleep"),
            Work::FullQueue => ("IPC", "MessageQueuePutMessage"),
            Work::Idle => ("IPC", "MessageQueueReceive"),
        };
        wait_for(witness.client(), pid, event.0, event.1);
        let killed = std::process::Command::new("kill").args([signal, &pid.to_string()]).status().expect("kill runs");
        assert!(killed.success());
        // PostgreSQL ends every backend after a crash, these two as well.
        support::wait_until_closed(&mut client);
        support::wait_until_closed(witness.client());
        let (mut client, mut witness) = (server.connect_after_recovery(), server.witness());
        server.wait_for_segments(before);
        assert_eq!(run(&mut client, "SELECT 1", "i int"), "1", "{work:?}");
        let pid = idle_worker(&mut client);
        assert_eq!(run_on(&mut client, pid, "SELECT 2", "i int"), "2", "{work:?}");
        drop(client);
        support::wait_until(witness.client(), NO_WORKER);
        witness.assert_no_restart();
        server.wait_for_segments(before);
    }
}

#[test]
fn a_killed_worker_leaves_nothing_behind() {
    killed_worker_leaves_nothing("-KILL");
}

#[test]
fn a_crashed_worker_leaves_nothing_behind() {
    killed_worker_leaves_nothing("-SEGV");
}

#[test]
fn a_fast_shutdown_ends_every_worker() {
    let server = support::server();
    let mut client = server.connect();
    let mut witness = server.witness();
    let log = server.server().directory().join("log");
    let already_there = std::fs::metadata(&log).expect("the server's log").len() as usize;
    let sleeping = launch(&mut client, "SELECT 1 FROM pg_sleep(1000)");
    let full = launch(&mut client, FLOOD);
    let idle = idle_worker(&mut client);
    let stubborn = launch(&mut client, STUBBORN);
    let detached = launch(&mut client, "SELECT 1 FROM pg_sleep(1000)");
    detach(&mut client, detached);
    for (pid, kind, event) in [
        (sleeping, "Timeout", "PgSleep"),
        (full, "IPC", "MessageQueuePutMessage"),
        (idle, "IPC", "MessageQueueReceive"),
        (stubborn, "Timeout", "PgSleep"),
        (detached, "Timeout", "PgSleep"),
    ] {
        wait_for(witness.client(), pid, kind, event);
    }
    // A restart that a fast shutdown cannot end goes on with an immediate one, and the log tells.
    server.server().restart(StopMode::Fast, &[]).expect("the server restarts");
    let log = std::fs::read(&log).expect("the server's log");
    let said = String::from_utf8_lossy(&log[already_there.min(log.len())..]).into_owned();
    assert!(said.contains("received fast shutdown request"), "{said}");
    assert!(!said.contains("received immediate shutdown request"), "{said}");
    assert!(said.contains("database system is shut down"), "{said}");
    assert!(!said.contains("was terminated by signal"), "{said}");
    let (mut client, mut witness) = (server.connect_after_recovery(), server.witness());
    assert_eq!(run(&mut client, "SELECT 1", "i int"), "1");
    drop(client);
    support::wait_until(witness.client(), NO_WORKER);
    witness.assert_no_restart();
}

#[test]
fn a_server_in_recovery_refuses_every_call() {
    let server = support::server();
    let mut witness = server.witness();
    let database = rows(witness.client(), "SELECT current_database()");
    drop(witness);
    let standby = support::Standby::of(server.server());
    let mut witness = standby.connect(Role::Admin, &database);
    assert_eq!(rows(&mut witness, "SELECT pg_is_in_recovery()"), "t");
    let mut client = standby.connect(Role::Student, &database);
    let others = [
        "SELECT pg_background_launch('SELECT 1')",
        "SELECT pg_background_launch('SELECT 1', 65536, true)",
        "SELECT background_launch('SELECT 1')",
        "SELECT * FROM pg_background_list()",
        "SELECT pg_background_wait_any('{}')",
        "SELECT pg_background_progress(1)",
    ];
    let own = pid_of(&mut client).to_string();
    let calls = super::misuse::CALLS.iter().flat_map(|call| [call.replace("{}", "1"), call.replace("{}", &own)]);
    for sql in others.iter().map(ToString::to_string).chain(calls) {
        let refused = error(&mut client, &sql);
        assert_eq!(code(&refused), "0A000", "{sql}: {refused:?}");
        assert!(refused.message().contains("recovery"), "{sql}: {refused:?}");
    }
    assert_eq!(rows(&mut witness, "SELECT pg_is_in_recovery()"), "t");
}
