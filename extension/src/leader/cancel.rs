//! `pg_background_cancel`: cancel a command, and if that does not help, end its worker.

use crate::error::Error;
use crate::leader::jobs;
use crate::leader::wait::wait_for_one_of;
use std::time::Duration;

/// Returns whether the command was still running. With a `grace`, its worker is terminated if the command has not ended
/// by the time it is over.
pub(crate) fn cancel(pid: i32, grace: Option<Duration>) -> Result<bool, Error> {
    let mut job = jobs::borrow(pid)?;
    let Some(segment) = job.inbox.segment().filter(|_| job.is_running()) else { return Ok(false) };
    if !segment.cancel() {
        return Ok(false);
    }
    if grace.is_some() && wait_for_one_of(core::slice::from_mut(&mut job), grace).is_none() {
        job.worker.terminate();
    }
    Ok(true)
}
