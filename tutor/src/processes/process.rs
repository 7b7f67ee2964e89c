//! One process of the server at one moment.

use std::time::Duration;

use super::wait::{Class, Wait};
use crate::server::{APPLICATION_NAME, Role};

/// The roles that only the tutor connects as.
const OVERSEERS: [Role; 3] = [Role::Observer, Role::Checker, Role::Admin];

/// What a process is for, by its `backend_type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Serves a client, which may be another backend (dblink).
    Client,
    /// Helps a leader with a query or an index.
    ParallelWorker,
    /// Runs a job of pg_background.
    Job,
    /// Sends changes to a subscriber or a standby.
    WalSender,
    /// Applies, or first copies, what a subscription brings.
    Apply,
    /// Vacuums or analyzes a table by itself.
    AutovacuumWorker,
    /// A background worker of another extension, with its own type.
    Worker(String),
    /// One of those that every server has, with its type.
    Auxiliary(String),
}

/// The processes that are there whether anybody works or not (`backend_type` of the view pg_stat_activity).
const AUXILIARY: [&str; 13] = [
    "archiver",
    "autovacuum launcher",
    "background writer",
    "checkpointer",
    "io worker",
    "logger",
    "logical replication launcher",
    "slotsync worker",
    "startup",
    "syslogger",
    "walreceiver",
    "walsummarizer",
    "walwriter",
];

impl Kind {
    /// The kind that `backend_type` means.
    pub fn of(backend_type: &str) -> Kind {
        match backend_type {
            "client backend" => Kind::Client,
            "parallel worker" => Kind::ParallelWorker,
            "pg_background" => Kind::Job,
            "walsender" => Kind::WalSender,
            "autovacuum worker" => Kind::AutovacuumWorker,
            name if AUXILIARY.contains(&name) => Kind::Auxiliary(name.to_owned()),
            name if name.starts_with("logical replication") => Kind::Apply,
            name => Kind::Worker(name.to_owned()),
        }
    }

    /// Whether it takes one of the slots of `max_worker_processes`; of the auxiliary ones, one does.
    pub fn takes_slot(&self) -> bool {
        match self {
            Kind::ParallelWorker | Kind::Job | Kind::Apply | Kind::Worker(_) => true,
            Kind::Auxiliary(name) => name == "logical replication launcher",
            Kind::Client | Kind::WalSender | Kind::AutovacuumWorker => false,
        }
    }
}

/// Where a session stands, by the column `state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It runs a statement.
    Active,
    /// It waits for the next statement.
    Idle,
    /// The same, within a transaction.
    InTransaction,
    /// The same, within a transaction that failed.
    Failed,
    /// It reports none.
    Unknown,
}

impl State {
    /// The state that the view's column means.
    pub fn of(column: &str) -> State {
        match column {
            "active" | "fastpath function call" => State::Active,
            "idle" => State::Idle,
            "idle in transaction" => State::InTransaction,
            "idle in transaction (aborted)" => State::Failed,
            _ => State::Unknown,
        }
    }
}

/// What the system says of a process, where it can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// It is on a processor, or ready for one.
    pub is_running: bool,
    /// Processor time that it has used since it began.
    pub cpu: Duration,
}

/// One process of the server at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// Its process id.
    pub pid: i32,
    /// What it is for.
    pub kind: Kind,
    /// When it began, in seconds since 1970: with the pid, it tells processes apart for ever.
    pub started: f64,
    /// The process that it helps.
    pub leader: Option<i32>,
    /// The process that started it or connected it, if that is known.
    pub parent: Option<i32>,
    /// A job whose session does not care for it any more.
    pub is_detached: bool,
    /// Its role.
    pub user: String,
    /// The name that it gave itself.
    pub application: String,
    /// Its database, or nothing.
    pub database: String,
    /// The TCP port that its client has.
    pub client_port: Option<u16>,
    /// Where it stands.
    pub state: State,
    /// What it waits for.
    pub wait: Option<Wait>,
    /// Its statement, or its last one.
    pub query: String,
    /// How long it has been in its state; a running statement, since it began.
    pub since: Duration,
    /// Who holds, or waits before it for, the lock that it waits for.
    pub blockers: Vec<i32>,
    /// What the system says of it.
    pub machine: Option<Machine>,
}

impl Process {
    /// What it does, for pictures and totals.
    pub fn class(&self) -> Class {
        match (self.state, &self.wait) {
            (State::Idle | State::InTransaction | State::Failed, _) => Class::Idle,
            (_, Some(wait)) => wait.class(),
            (_, None) if self.machine.is_some_and(|machine| !machine.is_running) => Class::Off,
            (_, None) => Class::Runs,
        }
    }

    /// The process above it: its leader, else whoever started it.
    pub fn above(&self) -> Option<i32> {
        self.leader.or(self.parent)
    }

    /// Whether it is one of the tutor's sessions in a role that only the tutor connects as.
    pub fn is_overseer(&self) -> bool {
        self.is_tutors() && OVERSEERS.iter().any(|role| role.name() == self.user)
    }

    /// Whether the tutor opened it, for the student or for itself. Some of its names say more, such as what completion
    /// looks from.
    pub fn is_tutors(&self) -> bool {
        self.kind == Kind::Client && self.application.starts_with(APPLICATION_NAME)
    }

    /// Its statement in one line.
    pub fn statement(&self) -> String {
        self.query.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// All processes of the server at one moment, but for the one that looked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// In the order in which they began.
    pub processes: Vec<Process>,
}

impl Snapshot {
    /// The process of that id.
    pub fn get(&self, pid: i32) -> Option<&Process> {
        self.processes.iter().find(|process| process.pid == pid)
    }

    /// How many slots of `max_worker_processes` are taken.
    pub fn slots_taken(&self) -> usize {
        self.processes.iter().filter(|process| process.kind.takes_slot()).count()
    }

    /// Whether `pid` is `ancestor` or stands somewhere below it.
    pub fn is_below(&self, pid: i32, ancestor: i32) -> bool {
        let mut at = Some(pid);
        // A chain is no longer than there are processes; pids that point at each other end it too.
        for _ in 0..=self.processes.len() {
            match at {
                Some(here) if here == ancestor => return true,
                Some(here) => at = self.get(here).and_then(Process::above),
                None => return false,
            }
        }
        false
    }
}
