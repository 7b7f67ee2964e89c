//! `pg_background_wait` and `pg_background_wait_any`: wait for commands to end without reading their results.

use crate::backend;
use crate::compat;
use crate::error::Error;
use crate::leader::jobs::{self, Borrowed, Job, State};
use std::time::{Duration, Instant};

/// Whether the command of the worker `pid` has ended before `timeout` was over.
pub(crate) fn wait(pid: i32, timeout: Option<Duration>) -> Result<bool, Error> {
    let mut job = jobs::borrow(pid)?;
    Ok(wait_for_one_of(core::slice::from_mut(&mut job), timeout).is_some())
}

/// The first of `pids` whose command has ended, if that was before `timeout` was over.
pub(crate) fn wait_any(mut pids: Vec<i32>, timeout: Option<Duration>) -> Result<Option<i32>, Error> {
    pids.sort_unstable();
    pids.dedup();
    let mut jobs = pids.into_iter().map(jobs::borrow).collect::<Result<Vec<Borrowed>, Error>>()?;
    Ok(wait_for_one_of(&mut jobs, timeout))
}

/// Wait until a worker has nothing to do; returns its process id. Meanwhile what the workers say is taken over, because
/// one whose queue is full would not end before somebody makes room.
pub(crate) fn wait_for_one_of(jobs: &mut [Borrowed], timeout: Option<Duration>) -> Option<i32> {
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    loop {
        let mut more = false;
        for job in &mut *jobs {
            more |= job.inbox.take_over();
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let ended = jobs.iter().filter(|job| !job.is_running()).min_by_key(|job| ended_at(job)).map(|job| job.pid);
        if ended.is_some() || jobs.is_empty() || left.is_some_and(|left| left.is_zero()) {
            return ended;
        }
        if !more {
            backend::wait(compat::WAIT_TO_RECEIVE, left.map(|left| left.as_millis() as i64 + 1));
        }
        pgrx::check_for_interrupts!();
    }
}

/// When the command ended, as the server counts time; one that ended unseen counts as the earliest.
fn ended_at(job: &Job) -> i64 {
    match job.state() {
        State::Ended(ending) => ending.at,
        _ => i64::MIN,
    }
}
