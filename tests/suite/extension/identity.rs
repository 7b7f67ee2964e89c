//! Who a worker is, and who may reach it.

use super::*;

#[test]
fn another_session_cannot_reach_a_job() {
    let server = support::server();
    let mut witness = server.witness();
    let mut client = server.connect();
    let pid = launch(&mut client, "SELECT 1");
    assert_state(witness.client(), &format!("SELECT pg_background_detach({pid})"), "42704");
    assert_state(witness.client(), &format!("SELECT * FROM pg_background_result({pid}) AS (i int)"), "42704");
    assert_eq!(result(&mut client, pid, "i int"), "1");
    witness.assert_no_restart();
}

#[test]
fn another_role_cannot_reach_a_job() {
    check(|client, witness| {
        let role = format!("stranger_{}", pid_of(client));
        witness.batch_execute(&format!("CREATE ROLE {role}; GRANT {role} TO CURRENT_USER")).unwrap();
        let student = rows(client, "SELECT current_user");
        witness.batch_execute(&format!("GRANT {role} TO {student}; ALTER ROLE {role} NOINHERIT")).unwrap();
        let pid = launch(client, "SELECT current_user::text");
        client.batch_execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC").ok();
        witness.batch_execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC").unwrap();
        client.batch_execute(&format!("SET ROLE {role}")).unwrap();
        assert_state(client, &format!("SELECT pg_background_detach({pid})"), "42501");
        assert_state(client, &format!("SELECT * FROM pg_background_result({pid}) AS (t text)"), "42501");
        // A job runs as the current user, not as the session's.
        assert_eq!(run(client, "SELECT current_user::text", "t text"), role);
        client.batch_execute("RESET ROLE").unwrap();
        assert_eq!(result(client, pid, "t text"), student);
        witness.batch_execute(&format!("DROP ROLE {role}")).unwrap();
    });
}

#[test]
fn execute_is_not_granted_to_everybody() {
    check(|_, witness| {
        let public = "SELECT count(*) FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a \
                      WHERE proname LIKE '%background%launch' OR proname LIKE 'pg\\_background\\_%' \
                      GROUP BY grantee HAVING grantee = 0";
        assert_eq!(rows(witness, public), "");
    });
}

#[test]
fn a_role_that_the_catalogs_would_refuse_passes() {
    check(|client, witness| {
        let student = rows(client, "SELECT current_user");
        witness
            .batch_execute(&format!(
                "CREATE ROLE lent; GRANT lent TO {student}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO lent"
            ))
            .unwrap();
        client.batch_execute("SET ROLE lent").unwrap();
        witness.batch_execute(&format!("REVOKE lent FROM {student}")).unwrap();
        let who = "SELECT session_user::text, current_user::text, current_setting('role')";
        let columns = "s text, c text, r text";
        assert_eq!(run(client, who, columns), format!("{student}|lent|lent"));
        client.batch_execute("RESET ROLE").unwrap();
        assert_eq!(run(client, who, columns), format!("{student}|{student}|none"));

        // Nobody else knows a role yet that an open transaction has created.
        witness.batch_execute("BEGIN; CREATE ROLE unborn SUPERUSER; SET LOCAL ROLE unborn").unwrap();
        assert_eq!(run(witness, "SELECT session_user::text", "s text"), rows(witness, "SELECT session_user"));
        witness.batch_execute("ROLLBACK").unwrap();

        // The session's user is not the one that logged in.
        witness.batch_execute(&format!("SET SESSION AUTHORIZATION {student}")).unwrap();
        assert_eq!(run(witness, who, columns), format!("{student}|{student}|none"));
        witness.batch_execute("RESET SESSION AUTHORIZATION; DROP OWNED BY lent; DROP ROLE lent").unwrap();
    });
}

#[test]
fn a_security_definer_owner_without_login_can_launch() {
    check(|client, witness| {
        let role = format!("owner_{}", pid_of(client));
        witness
            .batch_execute(&format!(
                "CREATE ROLE {role} NOLOGIN;
                 GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
                 CREATE FUNCTION whoami() RETURNS text LANGUAGE sql SECURITY DEFINER AS
                 $$SELECT t FROM pg_background_result(pg_background_launch('SELECT current_user::text')) AS (t text)$$;
                 ALTER FUNCTION whoami() OWNER TO {role};"
            ))
            .unwrap();
        assert_eq!(rows(client, "SELECT whoami()"), role);
        witness.batch_execute(&format!("DROP FUNCTION whoami(); DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
    });
}

#[test]
fn nobody_but_the_extensions_owner_may_execute() {
    check(|client, witness| {
        let executable_by_all =
            "SELECT count(*) FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
             WHERE a.grantee = 0 AND p.oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass
                 AND refclassid = 'pg_extension'::regclass AND deptype = 'e'
                 AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_background'))";
        assert_eq!(rows(witness, executable_by_all), "0");
        let functions =
            "SELECT p.oid::regprocedure, has_function_privilege(p.oid, 'execute') FROM pg_proc p, pg_depend d
             WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_extension'::regclass
               AND d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_background')
             ORDER BY proname";
        assert_eq!(
            rows(client, functions),
            "background_launch(text)|t\n\
             pg_background_cancel(integer,integer)|t\n\
             pg_background_detach(integer)|t\n\
             pg_background_launch(text,integer,boolean)|t\n\
             pg_background_list()|t\n\
             pg_background_progress(integer,text)|t\n\
             pg_background_result(integer)|t\n\
             pg_background_run(integer,text)|t\n\
             pg_background_wait(integer,integer)|t\n\
             pg_background_wait_any(integer[],integer)|t"
        );
        let stranger = format!("stranger_{}", pid_of(client));
        witness.batch_execute(&format!("CREATE ROLE {stranger}; SET ROLE {stranger}")).unwrap();
        for call in [
            "pg_background_launch('SELECT 1')",
            "background_launch('SELECT 1')",
            "pg_background_detach(1)",
            "pg_background_run(1, 'SELECT 1')",
            "pg_background_cancel(1)",
            "pg_background_wait(1)",
            "pg_background_wait_any(ARRAY[1])",
            "pg_background_list()",
            "pg_background_progress(1)",
        ] {
            assert_state(witness, &format!("SELECT {call}"), "42501");
        }
        assert_state(witness, "SELECT * FROM pg_background_result(1) AS (i int)", "42501");
        witness.batch_execute(&format!("RESET ROLE; DROP ROLE {stranger}")).unwrap();
    });
}

#[test]
fn the_student_who_creates_the_extension_can_use_every_function() {
    check(|client, _| {
        let pid = launch_persistent(client, "SELECT pg_background_progress(1)");
        assert!(wait(client, pid));
        assert_eq!(rows(client, "SELECT count(*) FROM pg_background_list()"), "1");
        assert_eq!(rows(client, &format!("SELECT pg_background_wait_any(ARRAY[{pid}])")), pid.to_string());
        assert_eq!(result(client, pid, "v text"), "");
        assert_eq!(run_on(client, pid, "SELECT 1", "i int"), "1");
        assert!(!cancel_job(client, pid, 0));
        detach(client, pid);
        assert_eq!(rows(client, "SELECT * FROM pg_background_result(background_launch('SELECT 1')) AS (i int)"), "1");
    });
}

#[test]
fn functions_are_unsafe_in_parallel_and_see_nulls() {
    check(|_, witness| {
        let wrong = "SELECT p.oid::regprocedure FROM pg_proc p, pg_depend d
             WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_extension'::regclass
               AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_background')
               AND (proparallel <> 'u' OR proisstrict OR provolatile <> 'v' OR prosecdef)";
        assert_eq!(rows(witness, wrong), "");
    });
}

#[test]
fn every_object_is_described() {
    check(|client, witness| {
        let silent = "SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend
             WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
               AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_background')
               AND coalesce(obj_description(objid, classid::regclass::name), '') = ''";
        assert_eq!(rows(witness, silent), "");
        let extension =
            "SELECT obj_description(oid, 'pg_extension') <> '' FROM pg_extension WHERE extname = 'pg_background'";
        assert_eq!(rows(witness, extension), "t");
        assert_eq!(run(client, "SELECT 1", "i int"), "1");
        let setting = "SELECT setting, context, min_val, short_desc <> '' FROM pg_settings WHERE name = 'pg_background.max_workers'";
        assert_eq!(rows(client, setting), "0|superuser|0|t");
    });
}

#[test]
fn the_role_of_a_session_may_change_while_jobs_are_unread() {
    check(|client, witness| {
        let tag = pid_of(client);
        witness.batch_execute(&format!("CREATE ROLE a_{tag}; CREATE ROLE b_{tag}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO a_{tag}, b_{tag}")).unwrap();
        let pids = ["a", "b"].map(|role| {
            witness.batch_execute(&format!("SET ROLE {role}_{tag}")).unwrap();
            launch(witness, "SELECT current_user::text")
        });
        witness.batch_execute("RESET ROLE").unwrap();
        for (role, pid) in ["a", "b"].iter().zip(pids) {
            assert_eq!(result(witness, pid, "t text"), format!("{role}_{tag}"));
        }
        // A role that is gone owns its jobs no longer, and the superuser can still give them up.
        witness.batch_execute(&format!("SET ROLE a_{tag}")).unwrap();
        let orphan = launch(witness, "SELECT 1");
        assert!(wait(witness, orphan));
        witness
            .batch_execute(&format!("RESET ROLE; DROP OWNED BY a_{tag}, b_{tag}; DROP ROLE a_{tag}, b_{tag}"))
            .unwrap();
        assert_eq!(result(witness, orphan, "i int"), "1");
    });
}

#[test]
fn a_persistent_worker_cannot_leave_its_security_definer_context() {
    check(|client, witness| {
        let owner = format!("owner_{}", pid_of(client));
        let student = rows(client, "SELECT current_user");
        witness
            .batch_execute(&format!(
                "CREATE ROLE {owner} NOLOGIN;
                 GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {owner};
                 CREATE FUNCTION hire() RETURNS int LANGUAGE sql SECURITY DEFINER AS
                 $$SELECT pg_background_launch('SELECT current_user::text', persistent => true)$$;
                 CREATE FUNCTION answer(worker int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS
                 $$DECLARE answer text; BEGIN
                     SELECT t INTO answer FROM pg_background_result(worker) AS (t text);
                     RETURN answer;
                 EXCEPTION WHEN others THEN RETURN SQLSTATE;
                 END$$;
                 CREATE FUNCTION next(worker int, sql text) RETURNS void LANGUAGE sql SECURITY DEFINER AS
                 $$SELECT pg_background_run(worker, sql)$$;
                 CREATE FUNCTION dismiss(worker int) RETURNS void LANGUAGE sql SECURITY DEFINER AS
                 $$SELECT pg_background_detach(worker)$$;
                 ALTER FUNCTION hire() OWNER TO {owner};
                 ALTER FUNCTION answer(int) OWNER TO {owner};
                 ALTER FUNCTION next(int, text) OWNER TO {owner};
                 ALTER FUNCTION dismiss(int) OWNER TO {owner}"
            ))
            .unwrap();
        let pid: i32 = value(client, "SELECT hire()");
        let answer = |client: &mut Client| rows(client, &format!("SELECT answer({pid})"));
        assert_eq!(answer(client), owner);
        for sql in [
            "SELECT 1/0".to_owned(),
            "RESET ROLE".to_owned(),
            "SET SESSION AUTHORIZATION DEFAULT".to_owned(),
            "SET ROLE NONE".to_owned(),
            format!("SET ROLE {student}"),
            "DISCARD ALL".to_owned(),
        ] {
            client.execute("SELECT next($1, $2)", &[&pid, &sql]).unwrap();
            answer(client);
            client.execute("SELECT next($1, 'SELECT current_user::text')", &[&pid]).unwrap();
            assert_eq!(answer(client), owner, "after {sql}");
        }
        rows(client, &format!("SELECT dismiss({pid})"));
        let functions = "DROP FUNCTION hire(), answer(int), next(int, text), dismiss(int);";
        witness.batch_execute(&format!("{functions} DROP OWNED BY {owner}; DROP ROLE {owner}")).unwrap();
    });
}
