//! Waiting for the first of several commands.

use super::*;

#[track_caller]
fn first_of(client: &mut Client, pids: &[i32]) -> Option<i32> {
    client.query_one("SELECT pg_background_wait_any($1)", &[&pids]).expect("wait_any").get(0)
}

#[track_caller]
fn first_within(client: &mut Client, pids: &[i32], timeout_ms: i32) -> Option<i32> {
    client.query_one("SELECT pg_background_wait_any($1, $2)", &[&pids, &timeout_ms]).expect("wait_any").get(0)
}

#[test]
fn the_first_to_finish_is_returned() {
    check(|client, witness| {
        let keys: Vec<i32> = (4740..4745).collect();
        let mut running = Vec::new();
        for key in &keys {
            lock(witness, *key);
            running.push(launch(client, &format!("SELECT {key} FROM pg_advisory_xact_lock({key})")));
        }
        assert_eq!(first_within(client, &running, 0), None);
        assert_eq!(first_within(client, &running, 20), None);
        // Neither the order of the launches nor that of the array decides.
        for i in [2, 0, 4, 3, 1] {
            let (pid, key) = (
                value::<i32>(
                    client,
                    &format!("SELECT pid FROM pg_background_list() WHERE sql LIKE 'SELECT {}%'", keys[i]),
                ),
                keys[i],
            );
            unlock(witness, key);
            assert_eq!(first_of(client, &running), Some(pid));
            assert_eq!(first_within(client, &running, 0), Some(pid));
            assert_eq!(result(client, pid, "i int"), key.to_string());
            running.retain(|other| *other != pid);
        }
        assert_eq!(first_of(client, &running), None);
    });
}

#[test]
fn of_several_that_have_ended_the_first_is_returned() {
    check(|client, witness| {
        lock(witness, 4746);
        let late = launch(client, "SELECT 1 FROM pg_advisory_xact_lock(4746)");
        let early = launch(client, "SELECT 2");
        wait_until_gone(witness, early);
        unlock(witness, 4746);
        wait_until_gone(witness, late);
        for pids in [[late, early], [early, late]] {
            assert_eq!(first_of(client, &pids), Some(early));
            assert_eq!(first_within(client, &pids, 0), Some(early));
        }
        assert_eq!(first_of(client, &[late]), Some(late));
        assert_eq!(first_of(client, &[late, late, late]), Some(late));
        assert_eq!(result(client, early, "i int"), "2");
        assert_eq!(first_of(client, &[late]), Some(late));
        assert_eq!(result(client, late, "i int"), "1");
    });
}

#[test]
fn a_failed_and_an_idle_worker_have_ended() {
    check(|client, _| {
        let running = launch(client, "SELECT 1 FROM pg_sleep(1000)");
        let failed = launch(client, "SELECT 1/0");
        assert_eq!(first_of(client, &[running, failed]), Some(failed));
        assert_eq!(code(&result_error(client, failed, "i int")), "22012");
        let idle = idle_worker(client);
        assert_eq!(first_of(client, &[running, idle]), Some(idle));
        detach(client, idle);
        assert!(cancel_job(client, running, 0));
        assert_eq!(first_of(client, &[running]), Some(running));
        assert_eq!(code(&result_error(client, running, "i int")), "57014");
    });
}

#[test]
fn full_queues_do_not_block_each_other() {
    check(|client, witness| {
        let mut pids: Vec<i32> = (0..5).map(|_| launch_with_queue(client, FLOOD, 1024)).collect();
        for pid in &pids {
            wait_for(witness, *pid, "IPC", "MessageQueuePutMessage");
        }
        while !pids.is_empty() {
            let pid = first_of(client, &pids).expect("one of them ends");
            assert!(pids.contains(&pid));
            let read = format!("SELECT count(*), sum(i) FROM pg_background_result({pid}) AS (i int)");
            assert_eq!(rows(client, &read), "100000|5000050000");
            pids.retain(|other| *other != pid);
        }
    });
}

#[test]
fn all_are_read_with_a_loop_of_the_lesson() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE t(i int);
                 DO $$DECLARE running int[]; pid int; n int; BEGIN
                     FOR i IN 1..5 LOOP
                         running := running || pg_background_launch(format('SELECT %s * count(*)::int FROM generate_series(1, 1000)', i));
                     END LOOP;
                     LOOP
                         pid := pg_background_wait_any(running);
                         EXIT WHEN pid IS NULL;
                         SELECT i INTO n FROM pg_background_result(pid) AS (i int);
                         INSERT INTO t VALUES (n);
                         running := array_remove(running, pid);
                     END LOOP;
                 END$$",
            )
            .unwrap();
        assert_eq!(rows(client, "SELECT count(*), sum(i) FROM t"), "5|15000");
    });
}

#[test]
fn a_wait_for_any_that_is_cancelled_can_be_made_again() {
    check(|client, witness| {
        lock(witness, 4747);
        let sql = "SELECT * FROM generate_series(1, 50000) UNION ALL SELECT 0 FROM pg_advisory_xact_lock(4747)";
        let pids = [launch(client, sql), launch(client, "SELECT 1 FROM pg_sleep(1000)")];
        client.batch_execute("SET statement_timeout = '300ms'").unwrap();
        let call = format!("SELECT pg_background_wait_any(ARRAY[{}, {}])", pids[0], pids[1]);
        assert_state(client, &call, "57014");
        assert_state(client, &call, "57014");
        client.batch_execute("RESET statement_timeout").unwrap();
        unlock(witness, 4747);
        assert_eq!(first_of(client, &pids), Some(pids[0]));
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({}) AS (i int)", pids[0]);
        assert_eq!(rows(client, &read), "50001|1250025000");
        assert!(cancel_job(client, pids[1], 0));
        assert_eq!(code(&result_error(client, pids[1], "i int")), "57014");
    });
}

#[test]
fn odd_arrays_are_refused() {
    check(|client, witness| {
        let pid = launch(client, "SELECT 1");
        assert!(wait(client, pid));
        for (array, sqlstate) in [
            ("NULL".to_owned(), "22004"),
            (format!("ARRAY[{pid}, NULL]"), "22004"),
            (format!("ARRAY[NULL, {pid}]"), "22004"),
            ("ARRAY[NULL]::int[]".to_owned(), "22004"),
            (format!("ARRAY[{pid}, 0]"), "42704"),
            (format!("ARRAY[-1, {pid}]"), "42704"),
            (format!("ARRAY[{pid}, {}]", i32::MAX), "42704"),
            (format!("ARRAY[{pid}, {}]", pid_of(client)), "42704"),
            (format!("ARRAY[{pid}, {}]", pid_of(witness)), "42704"),
        ] {
            assert_state(client, &format!("SELECT pg_background_wait_any({array})"), sqlstate);
            assert_state(client, &format!("SELECT pg_background_wait_any({array}, 0)"), sqlstate);
        }
        for limit in [-1, i32::MIN] {
            assert_state(client, &format!("SELECT pg_background_wait_any(ARRAY[{pid}], {limit})"), "22023");
        }
        assert_eq!(first_of(client, &[]), None);
        assert_eq!(first_within(client, &[], i32::MAX), None);
        assert_eq!(rows(client, &format!("SELECT pg_background_wait_any(ARRAY[{pid}], NULL)")), pid.to_string());
        // Bounds other than 1 and more dimensions hold the same elements.
        assert_eq!(rows(client, &format!("SELECT pg_background_wait_any('[0:0]={{{pid}}}'::int[])")), pid.to_string());
        assert_eq!(rows(client, &format!("SELECT pg_background_wait_any(ARRAY[[{pid}], [{pid}]])")), pid.to_string());
        assert_eq!(result(client, pid, "i int"), "1");
    });
}
