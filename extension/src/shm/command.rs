//! How far a worker's current command has come.

use crate::shm::progress::ProgressCell;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Bytes kept for the outcome of a command; a longer error report is shortened to fit.
const OUTCOME_SIZE: usize = 8192;

/// The part of a segment that is about the current command. The worker writes it, but for two fields, and the leader clears
/// it before it hands over the next command, while the worker has nothing to do.
#[derive(Default)]
#[repr(C)]
pub(crate) struct CommandState {
    /// Set when the leader wants the command cancelled.
    cancelled: AtomicBool,
    /// Set by the side that logs a failure which nobody will read.
    logs_failure: AtomicBool,
    /// Rows handed over so far.
    rows: AtomicU64,
    progress: ProgressCell,
    /// Bytes of `outcome` in use; stored after the bytes themselves.
    outcome_len: AtomicUsize,
    outcome: OutcomeCell,
}

#[repr(C)]
struct OutcomeCell(UnsafeCell<[u8; OUTCOME_SIZE]>);

impl Default for OutcomeCell {
    fn default() -> Self {
        OutcomeCell(UnsafeCell::new([0; OUTCOME_SIZE]))
    }
}

impl CommandState {
    /// Leader: forget the last command.
    pub(crate) fn clear(&self) {
        self.cancelled.store(false, Ordering::SeqCst);
        self.logs_failure.store(false, Ordering::SeqCst);
        self.rows.store(0, Ordering::SeqCst);
        self.progress.clear();
        self.outcome_len.store(0, Ordering::SeqCst);
    }

    /// Leader: have it said that the command is to be cancelled.
    pub(super) fn ask_to_cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    /// Worker: whether the leader wants the command cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// Worker: so many more rows have been handed over.
    pub(crate) fn count_rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Rows that the worker has handed over so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// What the command has said about its progress.
    pub(crate) fn progress(&self) -> &ProgressCell {
        &self.progress
    }

    /// Worker: put down how the command ended. The first outcome counts.
    pub(crate) fn set_outcome(&self, outcome: &[u8]) {
        if outcome.len() > OUTCOME_SIZE || self.outcome_len.load(Ordering::Relaxed) != 0 {
            return;
        }
        let room = self.outcome.0.get();
        // SAFETY: the length was checked, and no reader looks here before the length is stored.
        unsafe { core::ptr::copy_nonoverlapping(outcome.as_ptr(), room.cast(), outcome.len()) };
        self.outcome_len.store(outcome.len(), Ordering::SeqCst);
    }

    /// Leader: how the command ended, if the worker has put it down.
    pub(crate) fn outcome(&self) -> Option<&[u8]> {
        match self.outcome_len.load(Ordering::SeqCst) {
            0 => None,
            len => {
                // SAFETY: written before its length was, and not changed before the leader forgets the command.
                unsafe { &*self.outcome.0.get() }.get(..len)
            }
        }
    }

    /// Whether the caller is the first of both sides to ask.
    pub(super) fn is_first_to_log(&self) -> bool {
        !self.logs_failure.swap(true, Ordering::AcqRel)
    }
}
