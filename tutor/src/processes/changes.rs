//! What is new and what has just gone, from one look to the next.

use std::collections::BTreeSet;
use std::time::Duration;

use super::cast::Cast;
use super::process::{Process, Snapshot};
use super::text;
use super::tree::doing;

/// How long a process is marked as new, or shown after its end.
const MARKED_FOR: Duration = Duration::from_secs(2);

/// Follows the processes from one look to the next.
#[derive(Debug, Default)]
pub struct Changes {
    before: Option<Snapshot>,
    /// With the times when they were seen first.
    fresh: Vec<(i32, Duration)>,
    /// With the times when they were missed.
    gone: Vec<(Process, Duration)>,
}

/// The processes of a moment with those that have just gone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moment {
    /// All of them.
    pub snapshot: Snapshot,
    /// Those that were not there a moment ago.
    pub fresh: BTreeSet<i32>,
    /// Those that are not there any more.
    pub gone: BTreeSet<i32>,
}

impl Changes {
    /// Takes a look, so long after the first.
    pub fn take(&mut self, now: Snapshot, at: Duration) -> Moment {
        self.fresh.retain(|(_, since)| at < *since + MARKED_FOR);
        self.gone.retain(|(process, since)| at < *since + MARKED_FOR && now.get(process.pid).is_none());
        if let Some(before) = &self.before {
            let is_new = |process: &&Process| before.get(process.pid).is_none();
            self.fresh.extend(now.processes.iter().filter(is_new).map(|process| (process.pid, at)));
            let is_gone = |process: &&Process| now.get(process.pid).is_none();
            self.gone.extend(before.processes.iter().filter(is_gone).map(|process| (process.clone(), at)));
        }
        let mut snapshot = now.clone();
        snapshot.processes.extend(self.gone.iter().map(|(process, _)| process.clone()));
        snapshot.processes.sort_by(|left, right| left.started.total_cmp(&right.started));
        self.before = Some(now);
        Moment {
            snapshot,
            fresh: self.fresh.iter().map(|(pid, _)| *pid).collect(),
            gone: self.gone.iter().map(|(process, _)| process.pid).collect(),
        }
    }
}

/// What is different in `now`, a line a process: for terminals that cannot redraw.
pub fn news(before: &Cast<'_>, now: &Cast<'_>, all: bool) -> Vec<String> {
    let shown = |cast: &Cast<'_>| -> Vec<(i32, String, String)> {
        let processes = cast.snapshot.processes.iter().filter(|process| cast.is_shown(process, all));
        processes.map(|process| (process.pid, cast.mention(process.pid), doing(cast, process))).collect()
    };
    let (old, new) = (shown(before), shown(now));
    let of = |list: &[(i32, String, String)], pid: i32| list.iter().find(|entry| entry.0 == pid).cloned();
    let ended = old.iter().filter(|entry| of(&new, entry.0).is_none()).map(|entry| text::has_ended(&entry.1));
    let others = new.iter().filter_map(|(pid, name, doing)| match of(&old, *pid) {
        None => Some(text::is_new(name, doing)),
        Some((_, _, before)) if before != *doing => Some(text::does_now(name, doing)),
        Some(_) => None,
    });
    ended.chain(others).collect()
}
