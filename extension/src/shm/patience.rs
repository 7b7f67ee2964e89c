//! How long a process looks again and again for what it waits for, before it goes to sleep.
//!
//! To sleep and be woken takes a pass through the kernel on both sides, 50 microseconds and more, where another look takes
//! a fraction of one. So a wait that is going to be short should not sleep; but one that does not sleep keeps a processor
//! from whoever is to end it. How long waits are going to be shows in how long they were: each end of a queue learns.

use crate::backend;
use std::time::{Duration, Instant};

/// The longest time without sleep: some times what sleeping and waking would take, and enough for a short command.
const LONGEST: Duration = Duration::from_micros(200);

/// After this many waits in a row that ended in sleep, one is given the longest time again: times may have changed.
const PROBE_AFTER: u32 = 32;

/// The time that a wait may take before it sleeps, as learned from earlier ones.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    limit: Duration,
    slept: u32,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Patience { limit: LONGEST, slept: 0 }
    }

    /// Look until there is something, patience ends, or the server wants something of this process.
    pub(crate) fn look<T>(&mut self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        if let Some(found) = look() {
            return Some(found);
        }
        let start = Instant::now();
        while start.elapsed() < self.limit && !backend::interrupt_may_raise() {
            backend::let_others_run();
            if let Some(found) = look() {
                self.was_short();
                return Some(found);
            }
        }
        self.was_long();
        None
    }

    fn was_short(&mut self) {
        self.limit = LONGEST;
        self.slept = 0;
    }

    fn was_long(&mut self) {
        self.slept += 1;
        self.limit = if self.slept.is_multiple_of(PROBE_AFTER) { LONGEST } else { self.limit / 2 };
    }
}
