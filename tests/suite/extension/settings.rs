//! A job has its launcher's settings, whatever the server would give a new session.

use super::*;

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

/// Every setting that a session may show, but for those that are a transaction's or a connection's.
const ALL: &str = "SELECT string_agg(name || '=' || setting, E'\\n' ORDER BY name) FROM pg_settings \
                   WHERE name <> 'client_encoding' AND name NOT LIKE 'transaction\\_%'";

#[track_caller]
fn assert_same_settings(client: &mut Client) {
    let (mine, jobs) = (rows(client, ALL), run(client, ALL, "settings text"));
    let different: Vec<_> = mine.lines().zip(jobs.lines()).filter(|(mine, jobs)| mine != jobs).collect();
    assert!(different.is_empty() && mine.lines().count() == jobs.lines().count(), "{different:?}");
}

#[test]
fn all_settings_are_the_same() {
    check(|client, _| {
        client
            .batch_execute(
                "SET TimeZone = 'Asia/Yekaterinburg'; SET DateStyle = 'German, DMY';
                 SET seq_page_cost = 1.0000000000000002; SET default_transaction_isolation = 'repeatable read';
                 SET temp_buffers = '9MB'; SET jit = off; SET extra_float_digits = 3; SET bytea_output = 'escape'",
            )
            .unwrap();
        assert_same_settings(client);
        client.batch_execute("RESET ALL; BEGIN; SET LOCAL work_mem = '65kB'").unwrap();
        assert_same_settings(client);
        client.batch_execute("ROLLBACK").unwrap();
    });
}

#[test]
fn settings_of_role_and_database_are_those_of_the_launchers_login() {
    check(|client, witness| {
        let role = rows(client, "SELECT current_user");
        let database = rows(client, "SELECT current_database()");
        let target = format!("ALTER ROLE {role} IN DATABASE \"{database}\"");
        let show = "SELECT current_setting('work_mem'), coalesce(current_setting('my.own', true), ''), \
                    current_setting('IntervalStyle')";
        let columns = "a text, b text, c text";
        let at_login = rows(client, show);
        // New sessions have settings that this one has at their defaults.
        witness
            .batch_execute(&format!("{target} SET work_mem = '77MB'; {target} SET IntervalStyle = 'iso_8601'"))
            .unwrap();
        assert_eq!(run(client, show, columns), at_login);

        let mut later = another_session(client, witness);
        assert_eq!(rows(&mut later, show), "77MB||iso_8601");
        assert_eq!(run(&mut later, show, columns), "77MB||iso_8601");
        // New sessions have other values than this one.
        witness.batch_execute(&format!("{target} SET work_mem = '88MB'; {target} SET my.own = 'theirs'")).unwrap();
        assert_eq!(run(&mut later, show, columns), "77MB||iso_8601");
        // New sessions have none of the settings that this one has.
        witness.batch_execute(&format!("{target} RESET ALL")).unwrap();
        assert_eq!(run(&mut later, show, columns), "77MB||iso_8601");
        later.batch_execute("SET work_mem = '4MB'").unwrap();
        assert_eq!(run(&mut later, show, columns), "4MB||iso_8601");
    });
}

#[test]
fn a_setting_of_a_function_travels_with_what_it_launches() {
    check(|client, _| {
        client
            .batch_execute(
                "CREATE FUNCTION started_with() RETURNS text LANGUAGE sql SET work_mem = '123kB' SET search_path = pg_catalog AS
                 $$SELECT t FROM public.pg_background_result(
                       public.pg_background_launch('SELECT current_setting(''work_mem'')')) AS (t text)$$",
            )
            .unwrap();
        assert_eq!(rows(client, "SELECT started_with()"), "123kB");
    });
}

#[test]
fn files_are_copied_in_the_launchers_encoding() {
    check(|_, witness| {
        if rows(witness, "SHOW server_encoding") != "UTF8" {
            return;
        }
        let file = format!("{}/copied", rows(witness, "SHOW data_directory"));
        // The driver knows one encoding only, so another is chosen by a function around the launch.
        witness
            .batch_execute(
                "CREATE TABLE t(s text); INSERT INTO t VALUES (U&'caf\\00e9');
                 CREATE FUNCTION in_latin1(sql text) RETURNS text LANGUAGE sql SET client_encoding = 'LATIN1' AS
                 'SELECT tag FROM pg_background_result(pg_background_launch(sql)) AS (tag text)'",
            )
            .unwrap();
        let write = format!("SELECT in_latin1($$COPY t TO '{file}'$$)");
        assert_eq!(rows(witness, &write), "COPY 1");
        assert_eq!(rows(witness, &format!("SELECT pg_read_binary_file('{file}')")), "\\x636166e90a");
        let read = format!("SELECT in_latin1($$COPY t FROM '{file}'$$)");
        assert_eq!(rows(witness, &read), "COPY 1");
        assert_eq!(rows(witness, "SELECT count(*), count(DISTINCT s) FROM t"), "2|1");
        witness.batch_execute(&format!("COPY (SELECT 1 WHERE false) TO '{file}'")).unwrap();
    });
}
