//! How far a command says it is.

use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32, AtomicUsize, Ordering};

/// Bytes of a progress message, at most.
pub(crate) const MESSAGE_SIZE: usize = 255;

/// A report.
#[derive(Clone)]
pub(crate) struct Progress {
    /// From 0 to 100.
    pub(crate) percent: i32,
    /// In the server's encoding.
    pub(crate) message: Option<Vec<u8>>,
}

/// The last report: written by the worker, read by the leader at any time.
///
/// A sequence lock: the count is odd while the worker writes, and a reader that finds it odd or changed looks again.
#[repr(C)]
pub(crate) struct ProgressCell {
    count: AtomicU32,
    /// -1 before the first report.
    percent: AtomicI32,
    has_message: AtomicBool,
    len: AtomicUsize,
    message: [AtomicU8; MESSAGE_SIZE],
}

impl Default for ProgressCell {
    fn default() -> Self {
        ProgressCell {
            count: AtomicU32::new(0),
            percent: AtomicI32::new(-1),
            has_message: AtomicBool::new(false),
            len: AtomicUsize::new(0),
            message: [const { AtomicU8::new(0) }; MESSAGE_SIZE],
        }
    }
}

impl ProgressCell {
    /// How often a reader looks again, before it takes the writer for dead in the middle of a change.
    const ATTEMPTS: usize = 1000;

    /// Worker: report. Of the message, `MESSAGE_SIZE` bytes at most.
    pub(crate) fn write(&self, percent: i32, message: Option<&[u8]>) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.percent.store(percent, Ordering::SeqCst);
        self.has_message.store(message.is_some(), Ordering::SeqCst);
        let message = message.unwrap_or_default();
        self.len.store(message.len().min(MESSAGE_SIZE), Ordering::SeqCst);
        for (to, from) in self.message.iter().zip(message) {
            to.store(*from, Ordering::SeqCst);
        }
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    /// Leader: the last report, if there is one.
    pub(crate) fn read(&self) -> Option<Progress> {
        for _ in 0..Self::ATTEMPTS {
            let before = self.count.load(Ordering::SeqCst);
            let percent = self.percent.load(Ordering::SeqCst);
            let message = self.has_message.load(Ordering::SeqCst).then(|| self.bytes());
            if before.is_multiple_of(2) && self.count.load(Ordering::SeqCst) == before {
                return (percent >= 0).then_some(Progress { percent, message });
            }
            core::hint::spin_loop();
        }
        None
    }

    fn bytes(&self) -> Vec<u8> {
        let len = self.len.load(Ordering::SeqCst).min(MESSAGE_SIZE);
        self.message[..len].iter().map(|byte| byte.load(Ordering::SeqCst)).collect()
    }

    /// Leader, while the worker has nothing to do: there is no report.
    pub(crate) fn clear(&self) {
        self.percent.store(-1, Ordering::SeqCst);
    }
}
