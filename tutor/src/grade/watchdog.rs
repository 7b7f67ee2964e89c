//! The watchdog of a grading job: it sees time and disk, and ends what goes beyond them.
//!
//! ```text
//! limit reached ──cancel──> 4 s ──terminate the student's processes──> 4 s ──stop the server at once──
//! ```
//!
//! A statement can catch a cancel, and one in the server's lexer sees neither a cancel nor a termination, so each step
//! has another behind it. Whatever waits for the server then fails, and the job goes on with a new server.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::limits::{DISK_BYTES, TIME_TO_CANCEL, TIME_TO_TERMINATE};
use crate::server::{Role, Server, StopMode};

/// The pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The pause between two looks at the disk.
const MEASURE_EVERY: Duration = Duration::from_millis(500);

/// The processes of the student's, and those that look at its tables and may be held there.
const TERMINATE: &str = "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
    WHERE datname ~ '^lab_' AND backend_type <> 'autovacuum worker'";

/// A limit that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// The time of an exercise, or what was left of the submission's.
    Time,
    /// The disk.
    Disk,
}

/// What has been done against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Measure {
    Nothing,
    Cancelled,
    Terminated,
    Stopped,
}

/// Watches one exercise after another, on a thread of its own.
pub(super) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    watch: Mutex<Watch>,
    ended: Condvar,
    /// Stops the statement that runs.
    interrupt: Arc<AtomicBool>,
    /// Becomes true when grading is to stop: then the time is over for whatever runs.
    stop: Arc<AtomicBool>,
    server: Server,
}

struct Watch {
    /// While something is watched.
    deadline: Option<Instant>,
    reached: Option<(Limit, Instant)>,
    measure: Measure,
    is_over: bool,
}

impl Watchdog {
    /// A watchdog for what runs on `server`; `interrupt` stops the statement that runs.
    pub(super) fn new(server: &Server, interrupt: Arc<AtomicBool>, stop: Arc<AtomicBool>) -> Watchdog {
        let watch = Watch { deadline: None, reached: None, measure: Measure::Nothing, is_over: false };
        let shared = Arc::new(Shared {
            watch: Mutex::new(watch),
            ended: Condvar::new(),
            interrupt,
            stop,
            server: server.clone(),
        });
        let watched = Arc::clone(&shared);
        Watchdog { shared, thread: Some(thread::spawn(move || watched.run())) }
    }

    /// From now on, something is watched that may take until `deadline`.
    pub(super) fn begin(&self, deadline: Instant) {
        let mut watch = self.shared.lock();
        *watch = Watch { deadline: Some(deadline), reached: None, measure: Measure::Nothing, is_over: false };
    }

    /// The limit that was reached, so far.
    pub(super) fn reached(&self) -> Option<Limit> {
        self.shared.lock().reached.map(|(limit, _)| limit)
    }

    /// Nothing is watched any more; the limit that was reached, and whether the server had to be stopped for it.
    pub(super) fn end(&self) -> (Option<Limit>, bool) {
        let mut watch = self.shared.lock();
        watch.deadline = None;
        (watch.reached.map(|(limit, _)| limit), watch.measure == Measure::Stopped)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.ended.notify_all();
        if let Some(thread) = self.thread.take() {
            // A watchdog that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        // While the lesson's sandbox is made, so that nothing waits for it.
        let size_before = size_of(self.server.directory());
        let mut measured = Instant::now();
        let mut is_full = false;
        loop {
            let watch = self.lock();
            let (watch, _) = self.ended.wait_timeout(watch, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner);
            if watch.is_over {
                return;
            }
            let is_watched = watch.deadline.is_some();
            drop(watch);
            if is_watched && measured.elapsed() >= MEASURE_EVERY {
                is_full = size_of(self.server.directory()).saturating_sub(size_before) > DISK_BYTES;
                measured = Instant::now();
            }
            if let Some(measure) = self.next_measure(is_full) {
                self.take(measure);
            }
        }
    }

    /// What is to be done now, if anything is.
    fn next_measure(&self, is_full: bool) -> Option<Measure> {
        let mut watch = self.lock();
        let deadline = watch.deadline?;
        if watch.reached.is_none() {
            let limit = if is_full { Limit::Disk } else { Limit::Time };
            let is_over = Instant::now() > deadline || self.stop.load(Ordering::Relaxed);
            watch.reached = (is_full || is_over).then(|| (limit, Instant::now()));
        }
        let (_, since) = watch.reached?;
        let due = match since.elapsed() {
            short if short < TIME_TO_CANCEL => Measure::Cancelled,
            longer if longer < TIME_TO_CANCEL + TIME_TO_TERMINATE => Measure::Terminated,
            _ => Measure::Stopped,
        };
        let is_new = watch.measure < due;
        watch.measure = watch.measure.max(due);
        // A cancel is repeated: the statement after the one that was cancelled is to end too.
        (is_new || due == Measure::Cancelled).then_some(due)
    }

    fn take(&self, measure: Measure) {
        match measure {
            Measure::Nothing => {}
            Measure::Cancelled => self.interrupt.store(true, Ordering::Relaxed),
            Measure::Terminated => {
                // Without success, the next measure ends the server.
                let admin = self.server.connect(Role::Admin, "postgres");
                let _ = admin.map(|mut admin| admin.batch_execute(TERMINATE));
            }
            Measure::Stopped => {
                // Without success, the job finds that its server does not answer, and makes another.
                let _ = self.server.restart(StopMode::Immediate, &[]);
            }
        }
    }
}

/// The bytes of all files in a directory. What vanishes while it is looked at does not count.
fn size_of(directory: &Path) -> u64 {
    let mut sum = 0;
    let mut directories: Vec<PathBuf> = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => directories.push(entry.path()),
                Ok(found) => sum += found.len(),
                Err(_) => {}
            }
        }
    }
    sum
}
