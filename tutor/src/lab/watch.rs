//! What the tutor looks at while a statement of the student's runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::sidecar::Sidecar;
use crate::check::{Activity, Attempt, StateError, StateProbe};
use crate::course::{Exercise, StateCheck, When};
use crate::wire::Canceller;

/// The pause between two looks at the state.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long everything must have stood still before the sidecar lets go without having seen the state.
const SETTLED_FOR: Duration = Duration::from_secs(1);

/// Looks at the exercise's `during` states, lets the sidecar go, and passes Ctrl-C on.
pub(super) struct Watch<'a> {
    pub(super) probe: &'a mut StateProbe,
    pub(super) attempt: &'a mut Attempt,
    pub(super) sidecar: Option<&'a mut Sidecar>,
    pub(super) exercise: Option<&'a Exercise>,
    pub(super) student_pid: i32,
    pub(super) canceller: Canceller,
    pub(super) interrupt: Arc<AtomicBool>,
    /// Processes of the sandbox that were seen at work.
    pub(super) pids: Vec<i32>,
    pub(super) failure: Option<StateError>,
    last_look: Option<Instant>,
    still: Option<(Instant, Activity)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        probe: &'a mut StateProbe,
        attempt: &'a mut Attempt,
        sidecar: Option<&'a mut Sidecar>,
        exercise: Option<&'a Exercise>,
        student_pid: i32,
        canceller: Canceller,
        interrupt: Arc<AtomicBool>,
    ) -> Watch<'a> {
        Watch {
            probe,
            attempt,
            sidecar,
            exercise,
            student_pid,
            canceller,
            interrupt,
            pids: Vec::new(),
            failure: None,
            last_look: None,
            still: None,
        }
    }

    /// Called again and again while the statement runs.
    pub(super) fn tick(&mut self) {
        if self.interrupt.swap(false, Ordering::Relaxed) {
            // If the request does not get through, the student presses again.
            let _ = self.canceller.cancel();
        }
        if self.failure.is_some() || self.last_look.is_some_and(|last| last.elapsed() < LOOK_EVERY) {
            return;
        }
        if self.exercise.is_some_and(has_during_states)
            && let Err(error) = self.look()
        {
            self.failure = Some(error);
        }
        self.last_look = Some(Instant::now());
    }

    fn look(&mut self) -> Result<(), StateError> {
        let waiting_for: Vec<&StateCheck> = self
            .exercise
            .into_iter()
            .flat_map(during_states)
            .filter(|state| !self.attempt.has_seen(&state.name))
            .collect();
        for state in &waiting_for {
            if self.probe.holds(state, self.student_pid)? {
                self.attempt.saw_state(&state.name);
            }
        }
        let activity = self.probe.activity()?;
        self.pids.extend(activity.processes().iter().map(|process| process.pid));
        if waiting_for.iter().all(|state| self.attempt.has_seen(&state.name)) || self.has_settled(activity) {
            self.let_go();
        }
        Ok(())
    }

    fn has_settled(&mut self, now: Activity) -> bool {
        match &self.still {
            Some((since, before)) if *before == now => since.elapsed() >= SETTLED_FOR && now.is_stuck(),
            _ => {
                self.still = Some((Instant::now(), now));
                false
            }
        }
    }

    fn let_go(&mut self) {
        if let Some(sidecar) = &mut self.sidecar
            && sidecar.is_armed()
        {
            sidecar.release();
        }
    }
}

/// The states that have to hold while a statement runs.
pub(super) fn during_states(exercise: &Exercise) -> impl Iterator<Item = &StateCheck> {
    exercise.check.state.iter().filter(|state| state.when == When::During)
}

/// Whether there are any.
pub(super) fn has_during_states(exercise: &Exercise) -> bool {
    during_states(exercise).next().is_some()
}
