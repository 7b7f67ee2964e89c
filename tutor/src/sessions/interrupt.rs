//! Ctrl-C while a statement runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Left, Wait};
use crate::wire::Canceller;

/// How long a statement has for ending after it was cancelled, before another Ctrl-C gives the prompt back.
const TIME_TO_END: Duration = Duration::from_secs(1);

/// Cancels the statement at Ctrl-C. A second one, at a statement that does not listen, leaves it running.
#[derive(Debug)]
pub struct InterruptWatch<'a> {
    pressed: &'a AtomicBool,
    canceller: Canceller,
    cancelled: Option<Instant>,
}

impl<'a> InterruptWatch<'a> {
    /// For a statement that `canceller` stops; `pressed` becomes true at Ctrl-C.
    pub fn new(pressed: &'a AtomicBool, canceller: Canceller) -> InterruptWatch<'a> {
        InterruptWatch { pressed, canceller, cancelled: None }
    }

    /// Called again and again while the statement runs.
    pub fn tick(&mut self) -> Wait {
        if !self.pressed.swap(false, Ordering::Relaxed) {
            return Wait::GoOn;
        }
        let is_deaf = self.cancelled.is_some_and(|first| first.elapsed() > TIME_TO_END);
        self.cancelled.get_or_insert_with(Instant::now);
        // If the request does not get through, the student presses again.
        let _ = self.canceller.cancel();
        if is_deaf { Wait::Leave(Left::Deaf) } else { Wait::GoOn }
    }

    /// Whether Ctrl-C was pressed.
    pub fn was_pressed(&self) -> bool {
        self.cancelled.is_some()
    }
}
