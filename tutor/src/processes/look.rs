//! Looking at the server's processes from a session of the tutor's own, in the database `postgres`: lessons count the
//! sessions of the student's.

use std::collections::HashMap;
use std::time::Duration;

use postgres::{Client, Row, Statement};

use super::kin::Kin;
use super::machine;
use super::process::{Kind, Process, Snapshot, State};
use super::wait::Wait;
use crate::server::{Role, Server, ServerError, said};

/// Where the looking session is.
const DATABASE: &str = "postgres";

/// All processes, the one that looks among them.
const PROCESSES: &str = "
    SELECT a.pid, coalesce(a.backend_type, ''), a.leader_pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),
        coalesce(a.datname, ''), a.client_port, coalesce(a.state, ''), a.wait_event_type, a.wait_event,
        coalesce(pg_catalog.left(a.query, 2000), ''),
        pg_catalog.date_part('epoch', coalesce(a.backend_start, '-infinity')),
        pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()
            - coalesce(CASE a.state WHEN 'active' THEN a.query_start ELSE a.state_change END, a.backend_start)),
        CASE a.wait_event_type WHEN 'Lock' THEN pg_catalog.pg_blocking_pids(a.pid) ELSE '{}' END
    FROM pg_catalog.pg_stat_activity a
    ORDER BY a.backend_start, a.pid";

/// What waiting processes wait for, with those who hold it. Columns that do not apply to a type of lock are NULL.
const LOCKS: &str = "
    SELECT w.pid, w.locktype, w.mode, coalesce(d.datname, ''), coalesce(w.relation, 0), h.pid, h.mode
    FROM pg_catalog.pg_locks w
    JOIN pg_catalog.pg_locks h ON h.granted AND h.pid <> w.pid
        AND (h.locktype, h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid, h.classid, h.objid, h.objsubid)
            IS NOT DISTINCT FROM
            (w.locktype, w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid, w.objid, w.objsubid)
    LEFT JOIN pg_catalog.pg_database d ON d.oid = w.database
    WHERE NOT w.granted
    ORDER BY w.pid, h.pid";

/// The name of a table or index.
const RELATION: &str = "SELECT c.relname::text FROM pg_catalog.pg_class c WHERE c.oid = $1";

/// The value of a setting.
const SETTING: &str = "SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = $1";

/// Why the processes cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// There is no session to look from.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The server is not the tutor's own.
    #[error("processes are looked at on the tutor's own server only")]
    Foreign,
    /// The session failed.
    #[error("the server's processes cannot be looked at: {}", said(.0))]
    Session(#[from] postgres::Error),
}

/// A lock that a process waits for and another one holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWait {
    /// Who waits.
    pub pid: i32,
    /// What for: `relation`, `transactionid`, ..
    pub locktype: String,
    /// In which mode.
    pub mode: String,
    /// The table's or index's name; empty for other types of locks.
    pub relation: String,
    /// Who holds it.
    pub holder: i32,
    /// In which mode.
    pub held: String,
}

/// A session that looks. It is opened with the first look.
pub struct Look {
    server: Option<Server>,
    session: Option<Session>,
    kin: Kin,
    relations: HashMap<(String, u32), String>,
}

impl Look {
    /// One that has not looked yet. Without a server of the tutor's own, every look is an error.
    pub fn new(server: Option<&Server>) -> Look {
        Look { server: server.cloned(), session: None, kin: Kin::default(), relations: HashMap::new() }
    }

    /// All processes now.
    ///
    /// # Errors
    /// The server is not there; the next look opens another session.
    pub fn snapshot(&mut self) -> Result<Snapshot, LookError> {
        let (rows, own) = self.ask(|session| Ok((session.client.query(&session.processes, &[])?, session.pid)))?;
        let mut processes: Vec<Process> = rows.iter().map(process).collect();
        self.kin.find(&mut processes);
        processes.retain(|process| process.pid != own);
        for process in &mut processes {
            process.machine = machine::of(process.pid);
        }
        Ok(Snapshot { processes })
    }

    /// Who waits for which lock.
    ///
    /// # Errors
    /// As for [`Look::snapshot`].
    pub fn lock_waits(&mut self) -> Result<Vec<LockWait>, LookError> {
        let rows = self.ask(|session| session.client.query(LOCKS, &[]))?;
        Ok(rows.iter().map(|row| self.lock_wait(row)).collect())
    }

    fn lock_wait(&mut self, row: &Row) -> LockWait {
        LockWait {
            pid: row.get(0),
            locktype: row.get(1),
            mode: row.get(2),
            relation: self.relation(row.get(3), row.get(4)),
            holder: row.get(5),
            held: row.get(6),
        }
    }

    /// The name of a relation, which only a session in its database knows. One that cannot be found has none.
    fn relation(&mut self, database: String, oid: u32) -> String {
        if oid == 0 || database.is_empty() {
            return String::new();
        }
        let Some(server) = &self.server else { return String::new() };
        let find = |(database, oid): &(String, u32)| relation_name(server, database, *oid).unwrap_or_default();
        self.relations.entry((database, oid)).or_insert_with_key(find).clone()
    }

    /// The value that new sessions have of a setting, if it is a number.
    ///
    /// # Errors
    /// As for [`Look::snapshot`].
    pub fn number(&mut self, setting: &str) -> Result<Option<i64>, LookError> {
        let row = self.ask(|session| session.client.query_opt(SETTING, &[&setting]))?;
        Ok(row.and_then(|row| row.get::<_, String>(0).parse().ok()))
    }

    /// Asks something in the session, which is opened if it is not there, and given up if it fails.
    fn ask<T>(&mut self, question: impl FnOnce(&mut Session) -> Result<T, postgres::Error>) -> Result<T, LookError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => Session::open(self.server.as_ref().ok_or(LookError::Foreign)?)?,
        };
        let answer = question(self.session.insert(session));
        if answer.is_err() {
            self.session = None;
        }
        Ok(answer?)
    }
}

/// An open session.
struct Session {
    client: Client,
    pid: i32,
    processes: Statement,
}

impl Session {
    fn open(server: &Server) -> Result<Session, LookError> {
        let mut client = server.connect(Role::Observer, DATABASE)?;
        let pid = client.query_one("SELECT pg_catalog.pg_backend_pid()", &[])?.get(0);
        let processes = client.prepare(PROCESSES)?;
        Ok(Session { client, pid, processes })
    }
}

/// Asks in the relation's own database, in a session that is closed at once.
fn relation_name(server: &Server, database: &str, oid: u32) -> Option<String> {
    let mut client = server.connect(Role::Observer, database).ok()?;
    client.query_opt(RELATION, &[&oid]).ok()??.get(0)
}

/// A process that several members of a parallel query wait for is told several times.
fn once(mut pids: Vec<i32>) -> Vec<i32> {
    pids.sort_unstable();
    pids.dedup();
    pids
}

fn process(row: &Row) -> Process {
    let wait = row.get::<_, Option<&str>>(8).zip(row.get::<_, Option<&str>>(9));
    Process {
        pid: row.get(0),
        kind: Kind::of(row.get(1)),
        leader: row.get(2),
        user: row.get(3),
        application: row.get(4),
        database: row.get(5),
        client_port: row.get::<_, Option<i32>>(6).and_then(|port| u16::try_from(port).ok()),
        state: State::of(row.get(7)),
        wait: wait.map(|(kind, event)| Wait::new(kind, event)),
        query: row.get(10),
        started: row.get(11),
        // The clock may have been set meanwhile.
        since: Duration::try_from_secs_f64(row.get::<_, Option<f64>>(12).unwrap_or_default()).unwrap_or_default(),
        blockers: once(row.get(13)),
        parent: None,
        is_detached: false,
        machine: None,
    }
}
