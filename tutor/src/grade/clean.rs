//! Proving that a submission left nothing on a job's server.

use crate::server::{Role, Server, said};

/// What a server as good as new has nothing of: each row is something that is left.
const LEFT: &str = "
    SELECT 'database ' || datname FROM pg_catalog.pg_database
    WHERE datname !~ '^(template_.*|template[01]|postgres|spare_.*)$'
    UNION ALL SELECT 'role ' || rolname FROM pg_catalog.pg_roles
    WHERE rolname !~ '^pg_' AND rolname NOT IN ('admin', 'student', 'observer', 'checker')
    UNION ALL SELECT 'rights of student' FROM pg_catalog.pg_roles
    WHERE rolname = 'student'
      AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolvaliduntil IS NOT NULL)
    UNION ALL SELECT 'membership in ' || r.rolname FROM pg_catalog.pg_auth_members m
    JOIN pg_catalog.pg_roles r ON r.oid = m.roleid JOIN pg_catalog.pg_roles s ON s.oid = m.member
    WHERE s.rolname = 'student' AND r.rolname <> 'pg_read_all_stats'
    UNION ALL SELECT 'setting' FROM pg_catalog.pg_db_role_setting s
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
    WHERE (r.rolname IS NULL OR r.rolname NOT IN ('observer', 'checker')) AND s.setrole <> 0
    UNION ALL SELECT 'tablespace ' || spcname FROM pg_catalog.pg_tablespace WHERE spcname !~ '^pg_'
    UNION ALL SELECT 'prepared transaction' FROM pg_catalog.pg_prepared_xacts
    UNION ALL SELECT 'replication slot ' || slot_name FROM pg_catalog.pg_replication_slots
    UNION ALL SELECT 'subscription ' || subname FROM pg_catalog.pg_subscription
    UNION ALL SELECT 'process of ' || datname FROM pg_catalog.pg_stat_activity WHERE datname ~ '^lab_'
    UNION ALL SELECT 'advisory lock' FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND a.usename = 'student'";

/// Whether nothing is left of what was graded. A server that does not answer is not clean.
pub(super) fn is_clean(server: &Server) -> bool {
    left(server).is_ok_and(|left| left.is_empty())
}

/// What is left, in words.
pub(super) fn left(server: &Server) -> Result<Vec<String>, String> {
    let mut admin = server.connect(Role::Admin, "postgres").map_err(|error| error.to_string())?;
    let rows = admin.query(LEFT, &[]).map_err(|error| said(&error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
