//! Looking at the server's state from sessions of the tutor's own.

use std::time::{Duration, Instant};

use postgres::Client;

use crate::course::{StateCheck, StateRole};
use crate::server::{quote_literal, said};

/// Names in a state's query mean PostgreSQL's own objects, and it cannot hang. A query over the student's objects may
/// run the student's functions, which could change the session: so every look is a transaction that is rolled back.
const BEGIN_LOOK: &str = "BEGIN READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp; \
     SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '2s'";
const END_LOOK: &str = "ROLLBACK";

/// The processes of the sandbox that are not the tutor's own; the observer may look in for a moment at any time.
const ACTIVITY: &str = "
    SELECT a.pid, a.backend_type, coalesce(a.state, ''), coalesce(a.wait_event_type, ''), coalesce(a.wait_event, '')
    FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = ANY ($1) AND a.backend_type <> 'autovacuum worker' AND NOT a.pid = ANY ($2)
        AND a.usename IS DISTINCT FROM 'observer'
    ORDER BY a.pid";

/// Whether a process waits for a lock of another one that is not the tutor's own.
const IS_BLOCKED: &str = "
    SELECT EXISTS (SELECT FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1)) AS b (pid) WHERE NOT b.pid = ANY ($2))";

/// Functions of the student's own that are called like one of the extensions that lessons are about, the first of them.
const IMPOSTERS: &str = "
    SELECT DISTINCT p.proname::pg_catalog.text
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
    JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) p.proowner
    WHERE p.proname OPERATOR(pg_catalog.~) '^(pg_background_|dblink(_|$))'
      AND l.lanname OPERATOR(pg_catalog.<>) 'c' AND r.rolname OPERATOR(pg_catalog.=) 'student'
    ORDER BY 1 LIMIT 10";

/// How long the sandbox must have stood still before nothing more is expected of it.
const SETTLED_FOR: Duration = Duration::from_secs(1);

/// Whether a subscription of the sandbox is enabled.
const SUBSCRIBES: &str = "
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
        WHERE s.subenabled AND d.datname = ANY ($1))";

/// Where a process of logical replication waits that has nothing to do (PostgreSQL 17 spells the second one anew).
const IDLE_REPLICATION: [&str; 3] = ["LogicalApplyMain", "WalSenderWaitForWAL", "WalSenderWaitForWal"];

/// How long the sandbox must have been quiet before it counts as quiet: a process starts in less.
const QUIET_FOR: Duration = Duration::from_millis(150);

/// The wait events of these types end when another process does something, not by themselves.
const WAITS_FOR_OTHERS: [&str; 2] = ["IPC", "Lock"];

/// The wait event of a process whose client reads nothing, such as a connection of dblink.
const FULL_CLIENT: &str = "ClientWrite";

/// Two sessions that look at a database: one at system views, one at the student's tables.
pub struct Eyes {
    /// A session of the observer in the database.
    pub observer: Client,
    /// A session of the checker in the database.
    pub checker: Client,
}

/// The eyes in every database of a sandbox.
pub struct StateProbe {
    names: Databases,
    /// In the order of the names.
    eyes: Vec<Eyes>,
    own_pids: Vec<i32>,
    sidecar_pid: Option<i32>,
}

/// The names of a sandbox's databases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Databases {
    /// The sandbox itself.
    pub main: String,
    /// Further ones: what the lesson calls each, and its name.
    pub further: Vec<(String, String)>,
}

impl Databases {
    /// The place of the database that a lesson calls `name` among all of them; the first is the sandbox itself.
    fn place(&self, name: Option<&str>) -> usize {
        self.further.iter().position(|(called, _)| name == Some(called)).map_or(0, |place| place + 1)
    }

    fn all(&self) -> Vec<&str> {
        let further = self.further.iter().map(|(_, database)| database.as_str());
        std::iter::once(self.main.as_str()).chain(further).collect()
    }
}

/// Why the state could not be looked at. The checker's fault, or the lesson's; never the student's.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The query of a state failed.
    #[error("the state {name:?} cannot be looked at: {cause}")]
    Query {
        /// The state's name.
        name: String,
        /// What the server said.
        cause: String,
    },
    /// The session that looks is broken.
    #[error("the tutor's own session failed: {0}")]
    Session(#[from] postgres::Error),
}

/// One process of the sandbox at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its process id.
    pub pid: i32,
    backend_type: String,
    state: String,
    wait_event_type: String,
    wait_event: String,
}

impl Process {
    fn is_quiet(&self) -> bool {
        let is_idle = match self.backend_type.as_str() {
            "client backend" => self.state != "active",
            // A persistent one between two commands.
            "pg_background" => self.state == "idle",
            _ => false,
        };
        is_idle || self.is_replication() && IDLE_REPLICATION.contains(&self.wait_event.as_str())
    }

    /// It waits for another process, not for time or work of its own.
    fn waits_for_others(&self) -> bool {
        self.is_held() || self.is_other_worker() && self.wait_event_type == "Extension"
    }

    /// It waits until another process lets it go on.
    fn is_held(&self) -> bool {
        WAITS_FOR_OTHERS.contains(&self.wait_event_type.as_str()) || self.wait_event == FULL_CLIENT
    }

    /// A background worker of another extension. It reports no state; on its latch, it waits for something to do.
    fn is_other_worker(&self) -> bool {
        !matches!(self.backend_type.as_str(), "client backend" | "pg_background" | "parallel worker")
            && !self.is_replication()
    }

    /// A process that sends or applies changes; it stays when there is nothing to do.
    fn is_replication(&self) -> bool {
        self.backend_type == "walsender" || self.backend_type.starts_with("logical replication")
    }
}

/// What goes on in the sandbox at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    processes: Vec<Process>,
    /// Whether a subscription is enabled: its worker may not be there yet.
    subscribes: bool,
}

impl Activity {
    /// The processes.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// Nothing works in the sandbox: sessions are idle and no worker is left.
    pub fn is_quiet(&self) -> bool {
        self.processes.iter().all(Process::is_quiet)
    }

    /// Whether changes are replicated: what one process has committed comes to others a moment later.
    pub fn replicates(&self) -> bool {
        self.subscribes || self.processes.iter().any(Process::is_replication)
    }

    /// Everything that works waits for something, so nothing changes until somebody lets go.
    pub fn is_stuck(&self) -> bool {
        self.processes
            .iter()
            .filter(|process| process.state == "active")
            .all(|process| !process.wait_event_type.is_empty())
    }

    /// Something is not quiet, and all that is not waits until another process lets it go on.
    pub fn is_held(&self) -> bool {
        let mut restless = self.processes.iter().filter(|process| !process.is_quiet()).peekable();
        restless.peek().is_some() && restless.all(Process::is_held)
    }

    /// Everything that is not quiet waits for another process, such as a worker for somebody who reads its full queue.
    pub fn waits_for_others(&self) -> bool {
        let restless = self.processes.iter().filter(|process| !process.is_quiet());
        restless.into_iter().all(Process::waits_for_others)
    }
}

/// Notices that nothing changes in the sandbox any more.
#[derive(Debug)]
pub struct Stillness {
    since: Option<(Instant, Activity)>,
    lasts_for: Duration,
}

impl Default for Stillness {
    fn default() -> Stillness {
        Stillness::of(SETTLED_FOR)
    }
}

impl Stillness {
    /// Of what has been the same for so long.
    pub fn of(lasts_for: Duration) -> Stillness {
        Stillness { since: None, lasts_for }
    }

    /// Takes one more look; whether what is to be seen has been the same for a while.
    pub fn lasts(&mut self, now: Activity) -> bool {
        match &self.since {
            Some((since, before)) if *before == now => since.elapsed() >= self.lasts_for,
            _ => {
                self.since = Some((Instant::now(), now));
                false
            }
        }
    }
}

/// Notices that the sandbox is quiet and stays so: a worker that was launched a moment ago is not to be seen yet.
#[derive(Debug, Default)]
pub struct Quiet(Option<Instant>);

impl Quiet {
    /// Takes one more look; whether it has been quiet for long enough.
    pub fn lasts(&mut self, is_quiet: bool) -> bool {
        if !is_quiet {
            self.0 = None;
            return false;
        }
        self.0.get_or_insert_with(Instant::now).elapsed() >= QUIET_FOR
    }
}

impl StateProbe {
    /// A probe of a sandbox with those databases, with eyes in each of them, in their order.
    pub fn new(names: Databases, mut eyes: Vec<Eyes>) -> Result<StateProbe, StateError> {
        let mut own_pids = Vec::new();
        for Eyes { observer, checker } in &mut eyes {
            own_pids.extend([backend_pid(observer)?, backend_pid(checker)?]);
        }
        Ok(StateProbe { names, eyes, own_pids, sidecar_pid: None })
    }

    /// The session of the tutor's that does not count as activity of the sandbox.
    pub fn ignore_sidecar(&mut self, pid: Option<i32>) {
        self.sidecar_pid = pid;
    }

    /// Whether the state holds now, for the student's session of that process id in the database that the lesson calls
    /// `home`. A NULL counts as no, and so does an error of a query that reads the student's tables: they may not be
    /// there, or not be what they were. A state that only a session of the student role can see is not looked at here:
    /// see [`StateProbe::sql`].
    pub fn holds(&mut self, state: &StateCheck, student_pid: i32, home: Option<&str>) -> Result<bool, StateError> {
        let sql = self.sql(state, student_pid, home);
        let eyes = &mut self.eyes[self.names.place(state.database.as_deref().or(home))];
        let client = match state.role {
            StateRole::Checker => &mut eyes.checker,
            StateRole::Observer | StateRole::Student | StateRole::Trial => &mut eyes.observer,
        };
        client.batch_execute(BEGIN_LOOK)?;
        let answer = client.query_one(&sql, &[]).and_then(|row| row.try_get::<_, Option<bool>>(0));
        client.batch_execute(END_LOOK)?;
        match answer {
            Ok(holds) => Ok(holds.unwrap_or(false)),
            Err(error) if state.role == StateRole::Checker && error.as_db_error().is_some() => Ok(false),
            Err(error) => Err(StateError::Query { name: state.name.clone(), cause: said(&error) }),
        }
    }

    /// What the sandbox's processes do now.
    pub fn activity(&mut self) -> Result<Activity, StateError> {
        let own: Vec<i32> = self.own_pids.iter().copied().chain(self.sidecar_pid).collect();
        let rows = self.eyes[0].observer.query(ACTIVITY, &[&self.names.all(), &own])?;
        let process = |row: &postgres::Row| Process {
            pid: row.get(0),
            backend_type: row.get(1),
            state: row.get(2),
            wait_event_type: row.get(3),
            wait_event: row.get(4),
        };
        let processes = rows.iter().map(process).collect();
        // Only a lesson with further databases has another one to subscribe to.
        let subscribes =
            !self.names.further.is_empty() && self.eyes[0].observer.query_one(SUBSCRIBES, &[&self.names.all()])?.get(0);
        Ok(Activity { processes, subscribes })
    }

    /// The names of functions that pass themselves off as those of `pg_background` or `dblink`, in the database that the
    /// lesson calls `home`.
    pub fn imposters(&mut self, home: Option<&str>) -> Result<Vec<String>, StateError> {
        let eyes = &mut self.eyes[self.names.place(home)];
        Ok(eyes.observer.query(IMPOSTERS, &[])?.iter().map(|row| row.get(0)).collect())
    }

    /// Whether a process waits for a lock that somebody else than the tutor holds, or waits for before it.
    pub fn is_blocked(&mut self, pid: i32) -> Result<bool, StateError> {
        let own: Vec<i32> = self.own_pids.iter().copied().chain(self.sidecar_pid).collect();
        Ok(self.eyes[0].observer.query_one(IS_BLOCKED, &[&pid, &own])?.get(0))
    }

    /// The query of a state with the student's process id and the names of databases put in.
    pub fn sql(&self, state: &StateCheck, student_pid: i32, home: Option<&str>) -> String {
        let own = self.names.all()[self.names.place(home)];
        let sql = state.sql.replace(":student_pid", &student_pid.to_string());
        let sql = sql.replace(":'database'", &quote_literal(own));
        let further = self.names.further.iter();
        further.fold(sql, |sql, (name, database)| sql.replace(&format!(":'{name}'"), &quote_literal(database)))
    }
}

fn backend_pid(client: &mut Client) -> Result<i32, StateError> {
    Ok(client.query_one("SELECT pg_catalog.pg_backend_pid()", &[])?.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(backend_type: &str, state: &str, wait_event_type: &str) -> Process {
        let [backend_type, state, wait_event_type] = [backend_type, state, wait_event_type].map(str::to_owned);
        Process { pid: 1, backend_type, state, wait_event_type, wait_event: String::new() }
    }

    #[test]
    fn a_worker_with_a_full_queue_waits_for_its_reader_and_a_sleeping_one_does_not() {
        let reader = process("client backend", "idle", "Client");
        let activity = |processes| Activity { processes, subscribes: false };
        let full = activity(vec![reader.clone(), process("pg_background", "active", "IPC")]);
        assert!(!full.is_quiet() && full.waits_for_others());
        let asleep = activity(vec![reader, process("pg_background", "active", "Timeout")]);
        assert!(!asleep.waits_for_others());
    }

    #[test]
    fn one_look_is_no_stillness() {
        assert!(!Stillness::default().lasts(Activity::default()));
    }
}
