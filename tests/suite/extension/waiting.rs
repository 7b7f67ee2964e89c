//! A full queue, and a reader that waits.

use super::*;

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
fn queue_sizes_have_bounds() {
    check(|client, _| {
        for size in [i32::MIN, -1, 0, 1, 1023, i32::MAX] {
            assert_state(client, &format!("SELECT pg_background_launch('SELECT 1', {size})"), "22023");
            assert_state(client, &format!("SELECT pg_background_launch('SELECT 1', {size}, true)"), "22023");
        }
        for size in [1024, 1_000_003, 64 * 1024 * 1024] {
            let pid = launch_with_queue(client, "SELECT repeat('x', 3000000)", size);
            let read = format!("SELECT length(t) FROM pg_background_result({pid}) AS (t text)");
            assert_eq!(rows(client, &read), "3000000");
        }
    });
}

#[test]
fn a_full_queue_waits_in_message_queue_put_message_for_notices_too() {
    check(|client, witness| {
        let flood = "DO $$BEGIN FOR i IN 1..20000 LOOP RAISE NOTICE 'n %', i; END LOOP; END$$";
        let pid = launch_with_queue(client, flood, 1024);
        wait_for(witness, pid, "IPC", "MessageQueuePutMessage");
        assert!(cancel_job(client, pid, 0));
        assert_eq!(code(&result_error(client, pid, "tag text")), "57014");
    });
}
