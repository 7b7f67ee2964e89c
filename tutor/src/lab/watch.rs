//! What the tutor looks at while a statement of the student's runs.

use std::time::{Duration, Instant};

use super::sidecar::Sidecar;
use crate::check::{Attempt, StateError, StateProbe, Stillness};
use crate::course::{Exercise, StateCheck, When};
use crate::sessions::{BlockWatch, InterruptWatch, Wait};

/// The pause between two looks at the state.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Passes Ctrl-C on, looks at the task's states if there is a task, and sees when the statement is blocked.
pub(super) struct Watch<'a> {
    pub(super) interrupt: InterruptWatch<'a>,
    pub(super) student_pid: i32,
    pub(super) probe: &'a mut StateProbe,
    pub(super) task: Option<TaskWatch<'a>>,
    pub(super) block: BlockWatch,
}

impl Watch<'_> {
    /// Called again and again while the statement runs; whether it is still waited for.
    pub(super) fn tick(&mut self) -> Wait {
        if let wait @ Wait::Leave(_) = self.interrupt.tick() {
            return wait;
        }
        if let Some(task) = &mut self.task {
            task.tick(self.probe);
        }
        // A look that fails says nothing; the next one may.
        self.block.tick(|| self.probe.is_blocked(self.student_pid).unwrap_or(false))
    }
}

/// Looks at an exercise's `during` states, and lets the sidecar go.
pub(super) struct TaskWatch<'a> {
    exercise: &'a Exercise,
    attempt: &'a mut Attempt,
    sidecar: Option<&'a mut Sidecar>,
    student_pid: i32,
    last_look: Option<Instant>,
    still: Stillness,
    failure: Option<StateError>,
}

impl<'a> TaskWatch<'a> {
    pub(super) fn new(
        exercise: &'a Exercise,
        attempt: &'a mut Attempt,
        sidecar: Option<&'a mut Sidecar>,
        student_pid: i32,
    ) -> TaskWatch<'a> {
        let still = Stillness::default();
        TaskWatch { exercise, attempt, sidecar, student_pid, last_look: None, still, failure: None }
    }

    /// The statement has ended: the sidecar lets go. Returns why looking failed, if it did.
    pub(super) fn end(mut self) -> Option<StateError> {
        self.let_go();
        self.failure
    }

    /// Called before the statement is sent, and again and again while it runs.
    pub(super) fn tick(&mut self, probe: &mut StateProbe) {
        let is_early = self.last_look.is_some_and(|last| last.elapsed() < LOOK_EVERY);
        if is_early || self.failure.is_some() || during_states(self.exercise).next().is_none() {
            return;
        }
        self.failure = self.look(probe).err();
        self.last_look = Some(Instant::now());
    }

    fn look(&mut self, probe: &mut StateProbe) -> Result<(), StateError> {
        let mut all_seen = true;
        for state in during_states(self.exercise) {
            if !self.attempt.has_seen(&state.name)
                && probe.holds(state, self.student_pid, self.exercise.check.database.as_deref())?
            {
                self.attempt.saw_state(&state.name);
            }
            all_seen &= self.attempt.has_seen(&state.name);
        }
        let activity = probe.activity()?;
        activity.processes().iter().for_each(|process| self.attempt.know_pid(process.pid));
        let is_stuck = activity.is_stuck();
        if all_seen || self.still.lasts(activity) && is_stuck {
            self.let_go();
        }
        Ok(())
    }

    fn let_go(&mut self) {
        if let Some(sidecar) = &mut self.sidecar {
            sidecar.release();
        }
    }
}

/// The states that have to hold while a statement runs.
pub(super) fn during_states(exercise: &Exercise) -> impl Iterator<Item = &StateCheck> {
    exercise.check.state.iter().filter(|state| state.when == When::During)
}
