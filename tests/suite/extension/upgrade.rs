//! The install scripts: an older database works with the newer library, and an upgrade ends where a new one begins.

use super::*;
use ::tutor::provision::EMPTY_FIXTURE;
use ::tutor::server::Sandbox;

/// All that the scripts decide about an object, one line for each.
const OBJECTS: &str = "
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid), obj_description(d.objid, d.classid::regclass::name),
           pg_get_functiondef(p.oid), p.proowner::regrole,
           (SELECT string_agg(g, ' ' ORDER BY g) FROM (SELECT a::text FROM unnest(p.proacl) a) AS grants(g))
    FROM pg_depend d LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
      AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_background')
    ORDER BY 1";

const VERSION: &str = "SELECT extversion FROM pg_extension WHERE extname = 'pg_background'";

#[test]
fn a_new_database_gets_version_1_1() {
    check(|client, _| {
        assert_eq!(rows(client, VERSION), "1.1");
        let ways = "SELECT source, target, path FROM pg_extension_update_paths('pg_background') WHERE path IS NOT NULL";
        assert_eq!(rows(client, ways), "1.0|1.1|1.0--1.1");
    });
}

#[test]
fn version_1_0_works_with_the_new_library() {
    check(|client, _| {
        client.batch_execute("DROP EXTENSION pg_background; CREATE EXTENSION pg_background VERSION '1.0'").unwrap();
        assert_eq!(rows(client, VERSION), "1.0");
        let (first, second) = (launch(client, "SELECT 1"), launch_with_queue(client, FLOOD, 1024));
        assert_eq!(result(client, first, "i int"), "1");
        let read = format!("SELECT count(*), sum(i) FROM pg_background_result({second}) AS (i int)");
        assert_eq!(rows(client, &read), "100000|5000050000");
        assert_eq!(rows(client, "SELECT * FROM pg_background_result(background_launch('SELECT 2')) AS (i int)"), "2");
        assert_eq!(code(&run_error(client, "SELECT 1/0", "i int")), "22012");
        let pid = launch(client, "SELECT 3");
        detach(client, pid);
        assert_state(client, "SELECT pg_background_launch(NULL)", "22004");
        assert_state(client, "SELECT pg_background_launch('SELECT 1', NULL)", "22004");
        assert_state(client, "SELECT pg_background_launch('SELECT 1', 1)", "22023");
    });
}

#[test]
fn an_upgrade_keeps_the_jobs_of_the_session() {
    check(|client, witness| {
        client.batch_execute("DROP EXTENSION pg_background; CREATE EXTENSION pg_background VERSION '1.0'").unwrap();
        let unread = launch(client, "SELECT 1");
        wait_until_gone(witness, unread);
        let running = launch(client, "SELECT 2 FROM pg_sleep(1000)");
        client.batch_execute("ALTER EXTENSION pg_background UPDATE").unwrap();
        assert_eq!(rows(client, VERSION), "1.1");
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "2");
        assert!(cancel_job(client, running, 0));
        assert_eq!(code(&result_error(client, running, "i int")), "57014");
        assert_eq!(result(client, unread, "i int"), "1");
        let pid = idle_worker(client);
        assert_eq!(run_on(client, pid, "SELECT 3", "i int"), "3");
        detach(client, pid);
    });
}

#[test]
fn an_upgraded_database_equals_a_new_one() {
    let server = support::server();
    let other = Sandbox::create(server.server(), EMPTY_FIXTURE).expect("another sandbox");
    let mut upgraded = server.server().connect(Role::Student, other.database()).expect("the student");
    upgraded
        .batch_execute("CREATE EXTENSION pg_background VERSION '1.0'; ALTER EXTENSION pg_background UPDATE TO '1.1'")
        .unwrap();
    check_on(&server, |client, _| {
        let expected = rows(client, OBJECTS);
        assert_eq!(expected.lines().filter(|line| line.starts_with("function ")).count(), 10, "{expected}");
        assert_eq!(rows(&mut upgraded, OBJECTS), expected);
        let settings = "SELECT extversion, extrelocatable, extconfig, extowner::regrole FROM pg_extension WHERE extname = 'pg_background'";
        assert_eq!(rows(&mut upgraded, settings), rows(client, settings));
        assert_eq!(run(&mut upgraded, "SELECT 1", "i int"), "1");
        drop(upgraded);
    });
    drop(other);
}

#[test]
fn an_upgrade_by_a_superuser_leaves_the_functions_to_the_creator() {
    check(|client, witness| {
        client.batch_execute("DROP EXTENSION pg_background; CREATE EXTENSION pg_background VERSION '1.0'").unwrap();
        witness.batch_execute("ALTER EXTENSION pg_background UPDATE").unwrap();
        assert_eq!(run(client, "SELECT 1", "i int"), "1");
        let pid = idle_worker(client);
        assert_eq!(run_on(client, pid, "SELECT 2", "i int"), "2");
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "1");
        assert!(!cancel_job(client, pid, 0));
        detach(client, pid);
    });
}

#[test]
fn the_extension_can_be_dropped_and_made_again_while_jobs_are_unread() {
    check(|client, _| {
        let pid = launch(client, "SELECT 1");
        assert!(wait(client, pid));
        client.batch_execute("DROP EXTENSION pg_background").unwrap();
        assert_state(client, "SELECT pg_background_list()", "42883");
        client.batch_execute("CREATE EXTENSION pg_background").unwrap();
        assert_eq!(result(client, pid, "i int"), "1");
    });
}
