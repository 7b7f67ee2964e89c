//! Who is who: processes by the names that the student knows them by.

use super::look::LockWait;
use super::process::{Kind, Process, Snapshot};
use super::text;
use super::tree::doing;

/// The processes of a moment, and the student's sessions among them.
#[derive(Debug, Clone, Copy)]
pub struct Cast<'a> {
    /// The processes.
    pub snapshot: &'a Snapshot,
    /// The names of the student's sessions, with the process ids of their backends.
    pub sessions: &'a [(String, i32)],
    /// The backend of the session at the prompt.
    pub current: Option<i32>,
}

impl Cast<'_> {
    /// The name of the student's session with that backend.
    pub fn session(&self, pid: i32) -> Option<&str> {
        self.sessions.iter().find(|(_, backend)| *backend == pid).map(|(name, _)| name.as_str())
    }

    /// Whether it is a session of the tutor's own: not the student's, and no connection of theirs.
    pub fn is_tutors(&self, process: &Process) -> bool {
        process.is_tutors() && process.parent.is_none() && self.session(process.pid).is_none()
    }

    /// Whether the student is shown it: the tutor's own sessions only while somebody waits for them.
    pub fn is_shown(&self, process: &Process, all: bool) -> bool {
        let is_auxiliary = matches!(process.kind, Kind::Auxiliary(_));
        all || !is_auxiliary && (!self.is_tutors(process) || self.blocks(process.pid))
    }

    fn blocks(&self, pid: i32) -> bool {
        self.snapshot.processes.iter().any(|other| other.blockers.contains(&pid))
    }

    /// What a process is called, without its pid.
    pub fn title(&self, process: &Process) -> String {
        match &process.kind {
            _ if self.is_tutors(process) => text::TUTORS_SESSION.to_owned(),
            Kind::Client => match self.session(process.pid) {
                Some(name) => text::session(name),
                None if process.parent.is_some() => text::DBLINK_CONNECTION.to_owned(),
                None if process.application.is_empty() => text::OTHER_SESSION.to_owned(),
                None => text::session_of(&process.application),
            },
            Kind::ParallelWorker => text::PARALLEL_WORKER.to_owned(),
            Kind::Job if process.is_detached => text::DETACHED_JOB.to_owned(),
            Kind::Job => text::JOB.to_owned(),
            Kind::WalSender => text::WAL_SENDER.to_owned(),
            Kind::Apply => text::APPLY_WORKER.to_owned(),
            Kind::AutovacuumWorker => text::AUTOVACUUM_WORKER.to_owned(),
            Kind::Worker(name) => text::worker(name),
            Kind::Auxiliary(name) => name.clone(),
        }
    }

    /// What a process is called where another one is spoken of: `session b`, `background job 4711`.
    pub fn mention(&self, pid: i32) -> String {
        match self.snapshot.get(pid) {
            // A prepared transaction holds locks without a process.
            None if pid == 0 => text::PREPARED_TRANSACTION.to_owned(),
            None => text::process(pid),
            Some(_) if self.session(pid).is_some() => text::session(self.session(pid).unwrap_or_default()),
            Some(process) => format!("{} {pid}", self.title(process)),
        }
    }

    /// What a session does, and whom it waits for: `: idle, 2.3 s`.
    pub fn sentence(&self, process: &Process, locks: &[LockWait]) -> String {
        let does = match self.waits_for(process, locks) {
            Some(others) => text::waits_for(&others),
            None => doing(self, process),
        };
        format!(": {does}, {}", text::duration(process.since))
    }

    /// Those whom a process waits for, by name; nothing if there are none.
    pub fn blockers(&self, process: &Process) -> Option<String> {
        let names: Vec<String> = process.blockers.iter().map(|pid| self.mention(*pid)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Whom a process waits for, and what they hold: `session b (holds RowExclusiveLock on t)`.
    pub fn waits_for(&self, process: &Process, locks: &[LockWait]) -> Option<String> {
        let name = |pid: &i32| {
            let lock = locks.iter().find(|lock| lock.pid == process.pid && lock.holder == *pid);
            match lock {
                Some(lock) => format!("{} ({})", self.mention(*pid), text::holds(lock)),
                // One that waits for the same, and before it.
                None => self.mention(*pid),
            }
        };
        let names: Vec<String> = process.blockers.iter().map(name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}
