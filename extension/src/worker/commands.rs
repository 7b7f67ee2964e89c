//! How a persistent worker gets its next command.

use crate::backend::{self, HeldOff};
use crate::compat;
use crate::message::Command;
use crate::shm::queue::{Found, QueueReader, Sent};
use crate::shm::segment::Segment;
use crate::worker::outbox::Outbox;
use crate::worker::{attempt, execute};
use core::ffi::c_long;
use pgrx::pg_sys;
use std::rc::Rc;

/// The commands that the leader hands over.
pub(crate) struct Commands {
    queue: QueueReader,
}

impl Commands {
    /// The commands for this worker, if it is a persistent one.
    pub(crate) fn of(segment: &Rc<Segment>) -> Option<Self> {
        // SAFETY: the leader has set the queue up, and this worker is its only reader.
        segment.commands().map(|queue| Commands { queue: unsafe { QueueReader::attach(queue, segment) } })
    }

    /// Say that the last command is done with, and wait for the next one. `None` once the leader has let go of this
    /// worker.
    pub(crate) fn next(&mut self, outbox: &Outbox) -> Option<Command> {
        let mut next = None;
        let waited = attempt(outbox, || {
            // There is nothing to cancel: a request that comes too late must not hit the next command.
            let _held = HeldOff::cancel();
            if outbox.send_end() == Sent::Whole {
                show_idle();
                next = self.receive();
                backend::forget_cancel();
            }
        });
        // The leader may have cancelled the command after it was handed over and before the request was forgotten.
        if next.is_some() && outbox.segment().command().is_cancelled() {
            backend::request_cancel();
        }
        waited.ok().and(next)
    }

    fn receive(&mut self) -> Option<Command> {
        let mut idle = Idle::new();
        loop {
            match self.queue.look_patiently() {
                Found::Message => return Command::decode(self.queue.message()).ok(),
                Found::Detached => return None,
                Found::Nothing => idle.sleep(),
            }
        }
    }
}

fn show_idle() {
    execute::reset_message_context();
    // SAFETY: connected; the command that is shown stays.
    unsafe { pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_IDLE, core::ptr::null()) };
    compat::set_ps_display(c"idle");
}

/// A worker that waits: what it has counted goes to the server's statistics in due time.
struct Idle {
    statistics_due: Option<c_long>,
}

impl Idle {
    fn new() -> Self {
        // SAFETY: in no transaction.
        let due_ms = unsafe { pg_sys::pgstat_report_stat(false) };
        Idle { statistics_due: Some(due_ms).filter(|due_ms| *due_ms > 0) }
    }

    fn sleep(&mut self) {
        // SAFETY: a flag that a signal handler of this process sets.
        if unsafe { pg_sys::catchupInterruptPending } != 0 {
            // SAFETY: in no transaction. This process would miss what has changed in the catalogs, and have to forget all.
            unsafe { pg_sys::ProcessCatchupInterrupt() };
        }
        let woken = backend::wait(compat::WAIT_TO_RECEIVE, self.statistics_due);
        if woken == backend::Woken::ByTimeout && self.statistics_due.take().is_some() {
            // SAFETY: in no transaction.
            unsafe { pg_sys::pgstat_report_stat(true) };
        }
        pgrx::check_for_interrupts!();
    }
}
