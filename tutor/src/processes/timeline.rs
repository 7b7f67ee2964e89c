//! What each process did while a statement ran: spans of time, made from a recording.

use std::collections::BTreeSet;
use std::time::Duration;

use super::cast::Cast;
use super::process::{Process, Snapshot};
use super::recording::{Person, Recording};
use super::wait::{Class, Wait};

/// What each process did while a statement ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The session's name.
    pub session: String,
    /// The statement.
    pub statement: String,
    /// How long it has run.
    pub total: Duration,
    /// Whether it still runs.
    pub is_running: bool,
    /// How often it was looked at.
    pub looks: usize,
    /// A row for each process: the leader first, what it started below it, then those it waited for.
    pub rows: Vec<TimelineRow>,
}

/// One process of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineRow {
    /// Its process id.
    pub pid: i32,
    /// What it is called.
    pub title: String,
    /// How far below the leader it stands.
    pub depth: usize,
    /// It is here because another one waited for it.
    pub is_blocker: bool,
    /// What it did, in order of time.
    pub spans: Vec<Span>,
    /// Processor time that it used.
    pub cpu: Option<Duration>,
}

/// A time in which a process did one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// From, after the statement's beginning.
    pub from: Duration,
    /// Until.
    pub to: Duration,
    /// What it did.
    pub class: Class,
    /// What it waited for.
    pub wait: Option<Wait>,
}

impl Span {
    fn length(&self) -> Duration {
        self.to.saturating_sub(self.from)
    }
}

impl TimelineRow {
    /// The part of its time that it spent on each kind of doing, in percent, the longest first.
    pub fn shares(&self) -> Vec<(Class, u32)> {
        let whole: Duration = self.spans.iter().map(Span::length).sum();
        let share = |class: Class| {
            let of_class = self.spans.iter().filter(|span| span.class == class);
            let part = of_class.map(Span::length).sum::<Duration>().as_secs_f64() / whole.as_secs_f64();
            (class, (part * 100.0).round() as u32)
        };
        let mut shares: Vec<(Class, u32)> = Class::ALL.into_iter().map(share).filter(|(_, part)| *part > 0).collect();
        shares.sort_by_key(|(_, part)| std::cmp::Reverse(*part));
        shares
    }

    /// What it did during most of that time; `None` if it was not there.
    pub fn class_between(&self, from: Duration, to: Duration) -> Option<Class> {
        let overlap = |span: &Span| span.to.min(to).saturating_sub(span.from.max(from));
        let times = Class::ALL
            .into_iter()
            .map(|class| (self.spans.iter().filter(|span| span.class == class).map(overlap).sum::<Duration>(), class));
        let (time, class) = times.max_by_key(|(time, _)| *time)?;
        (!time.is_zero()).then_some(class)
    }
}

impl Timeline {
    /// The timeline of a recording. `sessions` are the names of the student's sessions with their process ids.
    pub fn of(recording: &Recording, sessions: &[(String, i32)]) -> Timeline {
        let people = Snapshot { processes: recording.people.iter().map(|person| person.first.clone()).collect() };
        let mut sessions = sessions.to_vec();
        // It may have been closed since.
        if !sessions.iter().any(|(_, pid)| *pid == recording.leader) {
            sessions.push((recording.session.clone(), recording.leader));
        }
        let cast = Cast { snapshot: &people, sessions: &sessions, current: None };
        let drawing = Drawing { recording, cast, total: recording.total() };
        Timeline {
            session: recording.session.clone(),
            statement: recording.statement.split_whitespace().collect::<Vec<_>>().join(" "),
            total: drawing.total,
            is_running: recording.is_running(),
            looks: recording.looks.len(),
            rows: drawing.rows(),
        }
    }

    /// What is in the picture, in the order of legends, with the wait events seen.
    pub fn legend(&self) -> Vec<(Class, Vec<String>)> {
        let spans = || self.rows.iter().flat_map(|row| &row.spans);
        let used = Class::ALL.into_iter().filter(|class| spans().any(|span| span.class == *class));
        let names = |class: Class| -> Vec<String> {
            let waits = spans().filter(|span| span.class == class && class != Class::Idle);
            waits.filter_map(|span| span.wait.as_ref().map(Wait::name)).collect::<BTreeSet<_>>().into_iter().collect()
        };
        used.map(|class| (class, names(class))).collect()
    }
}

struct Drawing<'a> {
    recording: &'a Recording,
    cast: Cast<'a>,
    total: Duration,
}

impl Drawing<'_> {
    fn rows(&self) -> Vec<TimelineRow> {
        let mut rows = Vec::new();
        if let Some(leader) = self.recording.people.iter().find(|person| person.first.pid == self.recording.leader) {
            self.add_family(leader, 0, &mut rows);
        }
        let family: BTreeSet<i32> = rows.iter().map(|row| row.pid).collect();
        let waited = self.recording.people.iter().filter(|person| family.contains(&person.first.pid));
        let blockers: BTreeSet<i32> = waited.flat_map(|person| &person.blockers).copied().collect();
        let outside = |person: &&Person| blockers.contains(&person.first.pid) && !family.contains(&person.first.pid);
        let blockers = self.recording.people.iter().filter(outside);
        rows.extend(blockers.map(|person| self.row(person, 0, true)));
        rows
    }

    fn add_family(&self, person: &Person, depth: usize, rows: &mut Vec<TimelineRow>) {
        rows.push(self.row(person, depth, false));
        let is_child = |other: &&Person| other.first.above() == Some(person.first.pid);
        for child in self.recording.people.iter().filter(is_child) {
            // A pid that came back is no ancestor of its own.
            if !rows.iter().any(|row| row.pid == child.first.pid) {
                self.add_family(child, depth + 1, rows);
            }
        }
    }

    fn row(&self, person: &Person, depth: usize, is_blocker: bool) -> TimelineRow {
        let used = |first: &Process| {
            let before = first.machine.filter(|_| self.was_there(person)).map_or(Duration::ZERO, |machine| machine.cpu);
            person.last_cpu.map(|last| last.saturating_sub(before))
        };
        TimelineRow {
            pid: person.first.pid,
            title: self.cast.title(&person.first),
            depth,
            is_blocker,
            spans: self.spans(person),
            cpu: used(&person.first),
        }
    }

    /// Whether it was there before the statement began: then its processor time is not all the statement's.
    fn was_there(&self, person: &Person) -> bool {
        person.sights.first().is_some_and(|sight| sight.look == 0)
    }

    /// Each sight lasts until the next look. What was there at the first look was there before, too.
    fn spans(&self, person: &Person) -> Vec<Span> {
        let looks = &self.recording.looks;
        let mut spans: Vec<Span> = Vec::new();
        for sight in &person.sights {
            let from = if sight.look == 0 { Duration::ZERO } else { looks[sight.look] };
            let to = looks.get(sight.look + 1).copied().unwrap_or(self.total).max(from);
            match spans.last_mut() {
                Some(last) if last.to == from && last.class == sight.class && last.wait == sight.wait => last.to = to,
                _ => spans.push(Span { from, to, class: sight.class, wait: sight.wait.clone() }),
            }
        }
        spans
    }
}
