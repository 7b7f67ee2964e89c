//! What was seen of the processes while one statement ran, within bounds.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::process::{Kind, Process, Snapshot};
use super::wait::{Class, Wait};
use super::why::LastRun;
use crate::psql::Execution;

/// Looks that are kept of one statement; where there are more, every second one is dropped.
pub const MOST_SAMPLES: usize = 1_200;

/// Processes that are kept of one statement.
const MOST_PEOPLE: usize = 200;

/// Characters of a statement that are kept.
const MOST_CHARACTERS: usize = 20_000;

/// When a statement is looked at for the first time: one that ends before pays nothing.
const FIRST_LOOK: Duration = Duration::from_millis(10);

/// The pause between two looks: at first, and after a while.
const SHORT_PAUSE: Duration = Duration::from_millis(20);
const LONG_PAUSE: Duration = Duration::from_millis(200);

/// The pause is this part of the time that the statement has run, within those bounds: a picture that is scaled to the
/// terminal has no use for more.
const PART: u32 = 50;

/// A process that was seen while the statement ran.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// As it was seen first.
    pub(super) first: Process,
    /// Processor time that it had used when it was seen last.
    pub(super) last_cpu: Option<Duration>,
    /// Whom it waited for at some time.
    pub(super) blockers: BTreeSet<i32>,
    /// What it was seen to do, in order of time.
    pub(super) sights: Vec<Sight>,
}

/// What a process did in one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    /// The number of the look.
    pub(super) look: usize,
    pub(super) class: Class,
    pub(super) wait: Option<Wait>,
}

/// What was seen of the processes while one statement ran.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The session's name.
    pub session: String,
    /// Process id of its backend.
    pub leader: i32,
    /// The statement, or its beginning.
    pub statement: String,
    /// The most parallel workers that helped at a time.
    pub most_workers: usize,
    /// The most slots of `max_worker_processes` that others had taken meanwhile.
    pub slots_of_others: usize,
    began: Instant,
    /// Until its end, once it has ended.
    total: Option<Duration>,
    last_run: LastRun,
    pub(super) looks: Vec<Duration>,
    pub(super) people: Vec<Person>,
}

impl Recording {
    /// Of a statement that begins now.
    pub fn begin(session: &str, leader: i32, statement: &str) -> Recording {
        Recording {
            session: session.to_owned(),
            leader,
            statement: statement.chars().take(MOST_CHARACTERS).collect(),
            most_workers: 0,
            slots_of_others: 0,
            began: Instant::now(),
            total: None,
            last_run: LastRun::default(),
            looks: Vec::new(),
            people: Vec::new(),
        }
    }

    /// The statement has ended with that.
    pub fn end(&mut self, executions: &[Execution]) {
        // Its output may have been read in a pager since.
        let total = match executions {
            [execution] if !execution.elapsed.is_zero() => execution.elapsed,
            _ => self.began.elapsed(),
        };
        self.cut_at(total);
        let plans = executions.iter().flat_map(|execution| &execution.results).filter(|result| result.tag == "EXPLAIN");
        let lines: Vec<&str> =
            plans.flat_map(|plan| plan.rows.iter().filter_map(|row| row.first()?.as_deref())).collect();
        self.last_run.showed(&lines.join("\n"));
    }

    /// The statement has ended, so long after its beginning.
    #[cfg(test)]
    pub(super) fn end_after(&mut self, total: Duration) {
        self.total = Some(total);
    }

    /// Nothing that was seen later belongs to the statement.
    fn cut_at(&mut self, total: Duration) {
        self.total = Some(total);
        self.looks.retain(|at| *at <= total);
        let looks = self.looks.len();
        self.people.iter_mut().for_each(|person| person.sights.retain(|sight| sight.look < looks));
        self.people.retain(|person| !person.sights.is_empty());
    }

    /// What is known of the workers that it got.
    pub fn last_run(&self) -> LastRun {
        LastRun { seen: (!self.looks.is_empty()).then_some(self.most_workers), ..self.last_run }
    }

    /// Whether it was looked at while it ran.
    pub fn was_seen(&self) -> bool {
        !self.looks.is_empty()
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        self.total.is_none()
    }

    /// How long it has run, to its end or until now.
    pub fn total(&self) -> Duration {
        self.total.unwrap_or_else(|| self.began.elapsed())
    }

    /// How long it takes until it is to be looked at again.
    pub(super) fn due_in(&self) -> Duration {
        due_after(self.looks.last().copied()).saturating_sub(self.began.elapsed())
    }

    /// Takes what was seen just now.
    pub(super) fn add(&mut self, snapshot: &Snapshot) {
        self.add_at(self.began.elapsed(), snapshot);
    }

    /// The same, for a look so long after the beginning.
    pub(super) fn add_at(&mut self, at: Duration, snapshot: &Snapshot) {
        if self.looks.len() >= MOST_SAMPLES {
            self.thin_out();
        }
        let look = self.looks.len();
        self.looks.push(at);
        let is_leader = |process: &Process| process.pid == self.leader;
        let is_nobodys = |process: &Process| matches!(process.kind, Kind::Auxiliary(_)) || process.is_overseer();
        let shown = |process: &&Process| is_leader(process) || !is_nobodys(process);
        let seen: Vec<&Process> = snapshot.processes.iter().filter(shown).collect();
        seen.into_iter().for_each(|process| self.see(look, process));
        let helps = |process: &&Process| process.kind == Kind::ParallelWorker && process.leader == Some(self.leader);
        let workers = snapshot.processes.iter().filter(helps).count();
        self.most_workers = self.most_workers.max(workers);
        self.slots_of_others = self.slots_of_others.max(snapshot.slots_taken() - workers);
    }

    fn see(&mut self, look: usize, process: &Process) {
        let is_same = |person: &Person| person.first.pid == process.pid && person.first.started == process.started;
        let index = self.people.iter().position(is_same).unwrap_or_else(|| {
            let (blockers, sights) = (BTreeSet::new(), Vec::new());
            self.people.push(Person { first: process.clone(), last_cpu: None, blockers, sights });
            self.people.len() - 1
        });
        if index >= MOST_PEOPLE {
            self.people.truncate(MOST_PEOPLE);
            return;
        }
        let person = &mut self.people[index];
        // Whoever started it may not have been known at once.
        person.first.leader = person.first.leader.or(process.leader);
        person.first.parent = person.first.parent.or(process.parent);
        // A job is that only if nobody ever cared for it.
        person.first.is_detached &= process.is_detached;
        person.last_cpu = process.machine.map(|machine| machine.cpu);
        person.blockers.extend(&process.blockers);
        person.sights.push(Sight { look, class: process.class(), wait: process.wait.clone() });
    }

    /// Drops every second look.
    fn thin_out(&mut self) {
        let mut number = 0;
        self.looks.retain(|_| {
            number += 1;
            number % 2 == 1
        });
        for person in &mut self.people {
            person.sights.retain(|sight| sight.look % 2 == 0);
            person.sights.iter_mut().for_each(|sight| sight.look /= 2);
        }
    }
}

/// When the look after the one at `last` is due, from the statement's beginning.
fn due_after(last: Option<Duration>) -> Duration {
    match last {
        None => FIRST_LOOK,
        Some(last) => last + (last / PART).clamp(SHORT_PAUSE, LONG_PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_become_rarer() {
        let after = |ms| due_after(Some(Duration::from_millis(ms))).as_millis() - u128::from(ms);
        assert_eq!(due_after(None), FIRST_LOOK);
        assert_eq!([after(10), after(1_000), after(5_000), after(60_000)], [20, 20, 100, 200]);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut recording = Recording::begin("main", 1, "SELECT 1");
        for ms in 0..10_000 {
            recording.add_at(Duration::from_millis(ms), &Snapshot::default());
        }
        assert!(recording.looks.len() <= MOST_SAMPLES);
        assert!(recording.looks.is_sorted());
        assert_eq!(recording.looks.first(), Some(&Duration::ZERO));
    }
}
