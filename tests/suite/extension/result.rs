//! Reading a result: its rows, its column list, its values.

use super::*;

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
fn an_anonymous_row_passes() {
    check(|client, witness| {
        assert_eq!(run(client, "SELECT ROW(1, 2) AS r", "r record"), "(1,2)");
        assert_eq!(run(client, "SELECT ROW(1, 2)::text", "r text"), "(1,2)");
        for sql in [
            "SELECT ROW(1, ROW('a', NULL, 1.5), ARRAY[ROW(2, 'b')])",
            "SELECT ROW(i, repeat('x', i)) FROM generate_series(1, 500) i",
            "SELECT CASE i % 3 WHEN 0 THEN ROW(i) WHEN 1 THEN ROW(i, 'a') ELSE NULL END FROM generate_series(1, 30) i",
        ] {
            let expected = rows(client, sql);
            let pid = launch_with_queue(client, sql, 1024);
            assert!(wait(client, pid));
            wait_until_gone(witness, pid);
            // The worker that has made the row types is gone when they are read.
            assert_eq!(result(client, pid, "r record"), expected, "{sql}");
        }
        let sql = "SELECT ARRAY[ROW(1, 'a'), ROW(2, NULL)]";
        let expected = rows(client, sql);
        assert_eq!(run(client, sql, "r record[]"), expected);
        let pid = launch(client, "SELECT ROW(1, 2)");
        assert_eq!(code(&result_error(client, pid, "i int")), "42804");
        assert_eq!(result(client, pid, "r record"), "(1,2)");
    });
}

#[test]
fn row_types_of_several_workers_do_not_mix() {
    check(|client, _| {
        // Each worker makes the types in another order, and the session has some of its own already.
        rows(client, "SELECT ROW(1, 2, 3, 'own')");
        let queries =
            ["SELECT ROW(1, 'a'), ROW(2.5)", "SELECT ROW(2.5), ROW(1, 'a')", "SELECT ROW(true), ROW(now() IS NULL, 1)"];
        let pids = queries.map(|sql| launch_persistent(client, sql));
        for (pid, sql) in pids.iter().zip(queries) {
            let expected = rows(client, sql);
            assert_eq!(result(client, *pid, "a record, b record"), expected);
        }
        for (pid, sql) in pids.iter().rev().zip(queries) {
            let expected = rows(client, sql);
            assert_eq!(run_on(client, *pid, sql, "a record, b record"), expected);
            detach(client, *pid);
        }
        let inner = "SELECT r FROM pg_background_result(pg_background_launch('SELECT ROW(7, ROW(8))')) AS (r record)";
        assert_eq!(run(client, inner, "r record"), "(7,\"(8)\")");
    });
}

#[test]
fn a_parallel_plan_in_a_worker_passes_rows() {
    check(|client, witness| {
        client
            .batch_execute(
                "CREATE TABLE t AS SELECT i FROM generate_series(1, 20000) i; ALTER TABLE t SET (parallel_workers = 2);
                 ANALYZE t;
                 SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0",
            )
            .unwrap();
        let sql = "SELECT count(*), count(DISTINCT r::text) FROM (SELECT ROW(i, 'a', ROW(i)) AS r FROM t OFFSET 0) s";
        assert_eq!(run(client, sql, "n bigint, d bigint"), "20000|20000");
        let pid = launch(client, "SELECT ROW(i, 'a', ROW(i)) FROM t");
        let read =
            format!("SELECT count(DISTINCT r::text), max(r::text) FROM pg_background_result({pid}) AS (r record)");
        assert_eq!(rows(client, &read), "20000|(9999,a,\"(9999)\")");
        // A worker that has outlived its session makes row types and parallel workers of its own.
        lock(witness, 4800);
        client.batch_execute("CREATE TABLE kept(r text)").unwrap();
        let pid = launch(
            client,
            "SELECT pg_advisory_lock(4800); SELECT pg_advisory_unlock(4800);
             INSERT INTO kept SELECT ROW(i, 1.5, ROW(i))::text FROM t",
        );
        wait_for(witness, pid, "Lock", "advisory");
        let mut other = another_session(client, witness);
        std::mem::swap(client, &mut other);
        let leader = pid_of(&mut other);
        drop(other);
        wait_until_gone(witness, leader);
        unlock(witness, 4800);
        wait_until_gone(witness, pid);
        assert_eq!(rows(client, "SELECT count(DISTINCT r) FROM kept"), "20000");
    });
}

#[test]
fn types_without_a_binary_form_pass() {
    check(|client, _| {
        let sql =
            "SELECT 'admin=r/admin'::aclitem, '<a/>'::text::xml, 'a b'::tsvector, '(1,2)'::tid, '1 2'::int2vector";
        let columns = "a aclitem, x xml, v tsvector, t tid, i int2vector";
        let expected = rows(client, sql);
        assert_eq!(run(client, sql, columns), expected);
        let sql = "SELECT 'a & b'::tsquery, '1.5'::money, '12:00+02'::timetz, '1 day'::interval, B'101'::bit(3), '\\x00ff'::bytea, 'pg_class'::regclass";
        let columns = "q tsquery, m money, z timetz, i interval, b bit(3), y bytea, r regclass";
        assert_eq!(run(client, sql, columns), rows(client, sql));
    });
}

#[test]
fn nested_values_pass() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TYPE pair AS (a int, b text);
                 CREATE TYPE nest AS (p pair, more pair[]);
                 CREATE DOMAIN pairs AS pair[];
                 CREATE TABLE big(t text, p pair);
                 ALTER TABLE big ALTER t SET STORAGE EXTERNAL, ALTER p SET STORAGE EXTERNAL;
                 INSERT INTO big VALUES (repeat('x', 100000), ROW(1, repeat('y', 100000)));
                 ALTER TABLE big DROP COLUMN t; ALTER TABLE big ADD COLUMN t text DEFAULT 'late'",
            )
            .unwrap();
        let sql = "SELECT ROW(ROW(1, 'x')::pair, ARRAY[ROW(2, NULL)::pair, NULL])::nest, ARRAY[ROW(3, 'z')::pair]::pairs, \
                   NULL::nest, ARRAY[ARRAY[ROW(4, 'w')::pair]], b FROM big b";
        let columns = "n nest, p pairs, e nest, m pair[], b big";
        let expected = rows(client, sql);
        assert_eq!(run(client, sql, columns), expected);
        // Values that lie outside of their row lie in a table that is gone when the result is read.
        let pid = launch(client, "SELECT b, p FROM big b");
        assert!(wait(client, pid));
        let wanted = rows(client, "SELECT md5(b::text), md5(p::text) FROM big b");
        client.batch_execute("ALTER TABLE big RENAME TO gone; CREATE TABLE kept(LIKE gone)").unwrap();
        let read = format!("SELECT md5(b::text), md5(p::text) FROM pg_background_result({pid}) AS (b gone, p pair)");
        assert_eq!(rows(client, &read), wanted);
    });
}

#[test]
fn a_type_modifier_has_to_be_equal_or_absent() {
    check(|client, _| {
        for (sql, right, wrong) in [
            ("SELECT 1.5::numeric(10,2)", ["v numeric(10,2)", "v numeric"], "v numeric(10,3)"),
            ("SELECT 'a'::varchar(3)", ["v varchar(3)", "v varchar"], "v varchar(4)"),
            ("SELECT 'a'::char(3)", ["v char(3)", "v bpchar"], "v char(4)"),
            ("SELECT now()::timestamp(3)", ["v timestamp(3)", "v timestamp"], "v timestamp(2)"),
        ] {
            for list in right {
                let pid = launch(client, sql);
                assert_eq!(code(&result_error(client, pid, wrong)), "42804", "{sql}");
                result(client, pid, list);
            }
        }
        // A value without a modifier fits no list that has one.
        let pid = launch(client, "SELECT 'a'::varchar");
        assert_eq!(code(&result_error(client, pid, "v varchar(3)")), "42804");
        assert_eq!(result(client, pid, "v varchar"), "a");
    });
}

#[test]
fn a_domain_is_not_its_base_type() {
    check(|client, _| {
        client.batch_execute("CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0)").unwrap();
        let pid = launch(client, "SELECT 2::even");
        assert_eq!(code(&result_error(client, pid, "i int")), "42804");
        assert_eq!(result(client, pid, "i even"), "2");
        let pid = launch(client, "SELECT 3");
        assert_eq!(code(&result_error(client, pid, "i even")), "42804");
        assert_eq!(result(client, pid, "i int"), "3");
    });
}

#[test]
fn rows_of_many_columns_pass() {
    check(|client, _| {
        let list = |item: &dyn Fn(usize) -> String| (1..=1600).map(item).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {}", list(&|i| if i % 7 == 0 { "NULL::int".into() } else { i.to_string() }));
        let columns = list(&|i| format!("c{i} int"));
        let expected = rows(client, &sql);
        assert_eq!(run(client, &sql, &columns), expected);
    });
}

#[test]
fn rows_of_a_rule_are_not_the_commands() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE TABLE t(i int); CREATE RULE also AS ON INSERT TO t DO ALSO SELECT 1073741820 AS x;
                 CREATE TABLE u(i int); CREATE RULE instead AS ON INSERT TO u DO INSTEAD SELECT 1073741820 AS x",
            )
            .unwrap();
        let insert = "INSERT INTO t VALUES (1)";
        // Taken for a text, the rule's number would be a length.
        assert_eq!(run(client, insert, "tag text"), "INSERT 0 1");
        let pid = launch(client, insert);
        assert_eq!(code(&result_error(client, pid, "x int")), "42804");
        assert_eq!(result(client, pid, "tag text"), "INSERT 0 1");
        assert_eq!(run(client, "PREPARE p AS INSERT INTO t VALUES (2); EXECUTE p", "tag text"), "INSERT 0 1");
        assert_eq!(run(client, "INSERT INTO u VALUES (1)", "tag text"), "INSERT 0 0");
        assert_eq!(run(client, "INSERT INTO t VALUES (3) RETURNING i", "i int"), "3");
    });
}
