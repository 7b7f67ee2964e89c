//! Slots, segments, memory and disk space of many jobs and of large ones.

use super::*;

/// Launch 1,000 jobs, each as soon as there is a slot for it; their numbers and pids go to the table `pids`. `sql` is an
/// expression with the number `i` in it.
#[track_caller]
fn launch_a_thousand(client: &mut Client, sql: &str) {
    let launch = format!(
        "CREATE TEMP TABLE pids(n int, pid int);
         DO $$BEGIN FOR i IN 1..1000 LOOP
             LOOP
                 BEGIN
                     INSERT INTO pids VALUES (i, pg_background_launch({sql}));
                     EXIT;
                 EXCEPTION WHEN insufficient_resources THEN NULL;
                 END;
             END LOOP;
         END LOOP; END$$"
    );
    client.batch_execute(&launch).unwrap();
}

#[test]
fn a_thousand_unread_jobs_hold_no_slot_and_no_segment() {
    check(|client, witness| {
        launch_a_thousand(client, "format('SELECT %s', i)");
        support::wait_until(witness, NO_WORKER);
        assert_eq!(run(client, "SELECT 0", "i int"), "0");
        let sum = "SELECT count(*), sum(i), bool_and(i = n) FROM pids, LATERAL pg_background_result(pid) AS (i int)";
        assert_eq!(rows(client, sum), "1000|500500|t");
    });
}

#[test]
fn a_thousand_unread_jobs_are_bounded() {
    let server = support::server_with_segments_in_files(&[]);
    let before = server.count_segments();
    check_on(&server, |client, witness| {
        let session = pid_of(client);
        let own = segments_of_session(&server, client, witness);
        assert!(own - before <= 2, "a session without jobs has {own} segments, {before} were there before");
        let memory = private_memory_kb(session);
        launch_a_thousand(
            client,
            "CASE WHEN i % 5 = 0 THEN 'SELECT 1/0' ELSE format('SELECT %s, repeat(''x'', 500)', i) END",
        );
        support::wait_until(witness, NO_WORKER);
        // A look takes over what finished commands have left in their segments.
        assert_eq!(
            rows(client, "SELECT count(*) FROM pg_background_list() WHERE state IN ('completed', 'failed')"),
            "1000"
        );
        assert_eq!(rows(client, "SELECT bool_and(pg_background_wait(pid)), count(DISTINCT pid) FROM pids"), "t|1000");
        server.wait_for_segments(own);
        let grown = private_memory_kb(session).saturating_sub(memory);
        assert!(grown < 64 * 1024, "1,000 unread jobs take {grown} kB");
        let slots: usize = rows(client, "SHOW max_worker_processes").parse().unwrap();
        // Every slot but that of logical replication is free.
        let all: Vec<i32> = (1..slots).map(|_| launch(client, "SELECT 1 FROM pg_sleep(1000)")).collect();
        for pid in all {
            assert!(cancel_job(client, pid, 0));
            assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        }
        let sum = "SELECT count(*), sum(i), bool_and(i = n AND length(t) = 500)
                   FROM (SELECT * FROM pids WHERE n % 5 <> 0) p, LATERAL pg_background_result(pid) AS (i int, t text)";
        assert_eq!(rows(client, sum), "800|400000|t");
        client.batch_execute("SELECT pg_background_detach(pid) FROM pids WHERE n % 5 = 0").unwrap();
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "0");
        let grown = private_memory_kb(session).saturating_sub(memory);
        assert!(grown < 64 * 1024, "1,000 jobs leave {grown} kB behind");
    });
    server.wait_for_segments(before);
}

/// How many segments there are when the session has launched and read a job: those that it keeps for good, whatever
/// the number of its jobs, as a session with parallel queries does.
fn segments_of_session(server: &TestServer, client: &mut Client, witness: &mut Client) -> usize {
    assert_eq!(run(client, "SELECT 0", "i int"), "0");
    support::wait_until(witness, NO_WORKER);
    server.count_segments()
}

#[test]
fn ways_to_end_a_job_leave_no_segment() {
    let server = support::server_with_segments_in_files(&[]);
    let before = server.count_segments();
    check_on(&server, |client, witness| {
        let own = segments_of_session(&server, client, witness);
        assert_eq!(run(client, "SELECT 1", "i int"), "1");
        server.wait_for_segments(own);
        assert_eq!(code(&run_error(client, "SELECT 1/0", "i int")), "22012");
        server.wait_for_segments(own);
        let pid = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        detach(client, pid);
        cancel(witness, pid);
        wait_until_gone(witness, pid);
        let pid = launch(client, FLOOD);
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        assert!(cancel_job(client, pid, 0));
        assert_eq!(code(&result_error(client, pid, "i int")), "57014");
        let pid = launch(client, STUBBORN);
        wait_for(witness, pid, "Timeout", "PgSleep");
        assert!(cancel_job(client, pid, 1));
        assert_eq!(code(&result_error(client, pid, "tag text")), "57P01");
        for pid in [idle_worker(client), launch_persistent(client, FLOOD)] {
            detach(client, pid);
            wait_until_gone(witness, pid);
        }
        server.wait_for_segments(own);
        assert_state(client, "SELECT pg_background_launch('SELECT 1', 1)", "22023");
        // A launch in a transaction that fails at once.
        let fails = "DO $$BEGIN PERFORM pg_background_launch('SELECT 1'); RAISE 'no'; END$$";
        assert_state(client, fails, "P0001");
        client
            .batch_execute("SELECT pg_background_detach(pid) FROM pg_background_list() WHERE state <> 'detached'")
            .unwrap();
        server.wait_for_segments(own);
    });
    server.wait_for_segments(before);
}

#[test]
fn large_rows_are_read_in_bounded_memory_while_other_workers_are_tracked() {
    check(|client, witness| {
        client
            .batch_execute(
                "CREATE TABLE big(t text);
                 ALTER TABLE big ALTER t SET STORAGE EXTERNAL;
                 INSERT INTO big SELECT repeat('x', 5000000) FROM generate_series(1, 50)",
            )
            .unwrap();
        lock(witness, 4790);
        let mut others: Vec<i32> =
            (0..4).map(|i| launch(client, &format!("SELECT {i} FROM pg_advisory_xact_lock_shared(4790)"))).collect();
        others.push(idle_worker(client));
        let session = pid_of(client);
        let before = private_memory_kb(session);
        let pid = launch(client, "SELECT t FROM big");
        let read = format!("SELECT count(*), sum(length(t)) FROM pg_background_result({pid}) AS (t text)");
        let peak = peak_while(session, || assert_eq!(rows(client, &read), "50|250000000"));
        let grown = peak.saturating_sub(before);
        assert!(grown < 64 * 1024, "reading 250 MB took {grown} kB");
        unlock(witness, 4790);
        let idle = others.pop().expect("the idle one");
        detach(client, idle);
        for (i, pid) in others.into_iter().enumerate() {
            assert_eq!(result(client, pid, "i int"), i.to_string());
        }
    });
}

#[test]
fn a_long_result_is_read_in_bounded_memory() {
    check(|client, _| {
        let session = pid_of(client);
        let pid = launch(client, "SELECT i, repeat('x', 1000) FROM generate_series(1, 300000) i");
        let before = private_memory_kb(session);
        let read = format!("SELECT count(*), sum(length(t)) FROM pg_background_result({pid}) AS (i int, t text)");
        let peak = peak_while(session, || assert_eq!(rows(client, &read), "300000|300000000"));
        let grown = peak.saturating_sub(before);
        // work_mem (4 MB), the queue, and 32 MB.
        assert!(grown < 40 * 1024, "reading 300 MB took {grown} kB");
    });
}

/// The most memory that a process has had to itself while `work` ran, as far as looks now and then can tell.
fn peak_while(pid: i32, work: impl FnOnce()) -> u64 {
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                peak = peak.max(private_memory_kb(pid));
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            peak
        });
        // The watch has to end even if the work fails.
        let end = Ended(&done);
        work();
        drop(end);
        watch.join().expect("the watch")
    })
}

/// Says so when it goes.
struct Ended<'a>(&'a std::sync::atomic::AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn a_toasted_value_of_100_mb_passes() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE big(t text);
                 ALTER TABLE big ALTER t SET STORAGE EXTERNAL;
                 INSERT INTO big SELECT repeat('0123456789', 10000000)",
            )
            .unwrap();
        let right = "SELECT length(t), t = repeat('0123456789', 10000000) FROM";
        let pid = launch_with_queue(client, "SELECT t FROM big", 1024);
        assert_eq!(rows(client, &format!("{right} pg_background_result({pid}) AS (t text)")), "100000000|t");
        let pid = idle_worker(client);
        hand_over(client, pid, "SELECT t FROM big");
        assert!(wait(client, pid));
        assert_eq!(rows(client, &format!("{right} pg_background_result({pid}) AS (t text)")), "100000000|t");
        detach(client, pid);
    });
}

#[test]
fn two_hundred_thousand_wide_rows_pass() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE wide AS SELECT i, repeat(chr(97 + i % 26), 200) AS t FROM generate_series(1, 200000) i",
            )
            .unwrap();
        let pid = launch(client, "SELECT * FROM wide");
        let read = format!(
            "SELECT count(*), sum(i), bool_and(t = repeat(chr(97 + i % 26), 200)) \
             FROM pg_background_result({pid}) AS (i int, t text)"
        );
        assert_eq!(rows(client, &read), "200000|20000100000|t");
    });
}

#[test]
fn failed_unread_jobs_with_long_errors_hold_no_slot() {
    check(|client, witness| {
        let slots: usize = rows(client, "SHOW max_worker_processes").parse().unwrap();
        let raise = "DO $$BEGIN RAISE '%', repeat('x', 20000); END$$";
        let pids: Vec<i32> = (0..2 * slots)
            .map(|_| {
                let pid = launch_with_queue(client, raise, 1024);
                wait_until_listed(client, pid, "state = 'failed'");
                pid
            })
            .collect();
        for pid in pids {
            assert_eq!(result_error(client, pid, "tag text").message().len(), 20_000);
        }
        support::wait_until(witness, NO_WORKER);
    });
}

#[test]
fn many_statements_in_one_command_take_no_more_memory_than_in_a_session() {
    check(|client, _| {
        let statement = "SELECT count(*) FROM pg_class a JOIN pg_class b USING (oid) JOIN pg_class c USING (oid);";
        let sql = statement.repeat(2000) + "SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts";
        let bytes: i64 = run(client, &sql, "bytes bigint").parse().unwrap();
        assert!(bytes < 32 * 1024 * 1024, "{bytes} bytes after 2,000 statements");
    });
}
