//! Seeing when a statement waits for a lock.

use std::time::{Duration, Instant};

use super::{Left, Wait};

/// How long a statement may wait for a lock before it is left running.
const BLOCKED_FOR: Duration = Duration::from_millis(1000);

/// The pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Says that a statement is to be left running once it has waited for a lock for a second.
#[derive(Debug)]
pub struct BlockWatch {
    last_look: Instant,
    blocked_since: Option<Instant>,
}

impl Default for BlockWatch {
    fn default() -> BlockWatch {
        BlockWatch { last_look: Instant::now(), blocked_since: None }
    }
}

impl BlockWatch {
    /// Called again and again while the statement runs; asks `is_blocked` now and then.
    pub fn tick(&mut self, is_blocked: impl FnOnce() -> bool) -> Wait {
        if self.last_look.elapsed() >= LOOK_EVERY {
            self.last_look = Instant::now();
            self.blocked_since = is_blocked().then(|| self.blocked_since.unwrap_or(self.last_look));
        }
        let is_long = self.blocked_since.is_some_and(|since| since.elapsed() >= BLOCKED_FOR);
        if is_long { Wait::Leave(Left::Blocked) } else { Wait::GoOn }
    }
}
