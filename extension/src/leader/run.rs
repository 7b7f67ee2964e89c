//! `pg_background_run`: hand the next command to a persistent worker.

use crate::backend::HeldOff;
use crate::error::Error;
use crate::identity;
use crate::leader::jobs::{self, Command, Job, State};
use crate::message;
use crate::shm::queue::Sent;
use core::ffi::CStr;

pub(crate) fn run(pid: i32, sql: &CStr) -> Result<(), Error> {
    let mut job = jobs::borrow(pid)?;
    if !job.persistent {
        return Err(Error::NotPersistent { pid });
    }
    match job.state() {
        State::Idle => {}
        State::Running => return Err(Error::StillRunning { pid }),
        State::Lost if job.command.is_none() => {
            job.forget();
            return Err(Error::WorkerLost { pid });
        }
        State::Ended(_) | State::Lost => return Err(Error::Unread { pid }),
    }
    match hand_over(&mut job, sql) {
        Sent::Whole => Ok(()),
        Sent::Detached => {
            job.forget();
            Err(Error::WorkerLost { pid })
        }
    }
}

fn hand_over(job: &mut Job, sql: &CStr) -> Sent {
    let (Some(segment), Some(commands)) = (job.inbox.segment(), &mut job.commands) else { return Sent::Detached };
    segment.command().clear();
    job.inbox.begin_command();
    // The worker waits for the whole of it, so it passes without delay, and a cancel can wait until it has.
    let _held = HeldOff::cancel();
    job.command = Some(Command::begin(sql));
    commands.send(&message::command_head(identity::transaction_is_read_only()), sql.to_bytes_with_nul())
}
