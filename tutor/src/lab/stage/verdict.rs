//! Looking at what was done: outcome, conditions on state, verdict.

use std::time::Instant;

use super::super::scene::{ask, volatile_texts};
use super::super::watch::during_states;
use super::{LOOK_AGAIN, QUIET_LIMIT, Stage};
use crate::check::{Attempt, Expected, Look, Normaliser, Outcome, StateError, Verdict, judge, query_error, state_sql};
use crate::course::{Exercise, StateCheck, StateRole, When};
use crate::wire::TransactionStatus;

impl<'a> Stage<'a> {
    /// Looks once, without waiting: a verdict only when it is certain.
    pub fn glance(&mut self) -> Option<Verdict> {
        let verdict = self.peek();
        if verdict.is_some() {
            self.attempt.judged();
        }
        verdict
    }

    /// The verdict that a glance would give, without giving it.
    pub fn peek(&mut self) -> Option<Verdict> {
        if self.scene.is_none() || self.attempt.is_untouched() || self.shell().transaction() != TransactionStatus::Idle
        {
            return None;
        }
        self.look_once().unwrap_or_else(|fault| Some(Verdict::CheckerFault(fault)))
    }

    /// Judges what was done: waits for conditions on state as long as something still works in the sandbox.
    pub fn judge(&mut self) -> Verdict {
        if self.attempt.is_untouched() {
            return Verdict::NotAttempted;
        }
        let verdict = self.look_finally().unwrap_or_else(Verdict::CheckerFault);
        self.attempt.judged();
        verdict
    }

    /// What the attempt comes to so far; waits until the sandbox is quiet or every condition holds.
    ///
    /// # Errors
    /// The state cannot be looked at.
    pub fn outcome(&mut self) -> Result<Outcome, StateError> {
        let Some(exercise) = self.exercise() else {
            return Ok(Outcome::default());
        };
        let failing = self.wait_for_states(exercise)?;
        Ok(self.outcome_with(exercise, &failing))
    }

    /// The statements of the exercise so far, as they were sent.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// A normaliser that knows this sandbox.
    pub fn normaliser(&self) -> Normaliser {
        let mut names = Normaliser::new(volatile_texts(self.server, self.database()));
        self.known_pids.iter().for_each(|pid| names.know_pid(*pid));
        names
    }

    fn look_once(&mut self) -> Result<Option<Verdict>, String> {
        let Some(exercise) = self.exercise() else {
            return Ok(None);
        };
        let failing = self.failing_states(exercise).map_err(|error| error.to_string())?;
        let settled = self.probe.activity().map_err(|error| error.to_string())?.is_quiet();
        let outcome = self.outcome_with(exercise, &failing);
        Ok(judge(exercise, self.expected()?, &outcome, Look::Glance { settled }))
    }

    fn look_finally(&mut self) -> Result<Verdict, String> {
        let Some(exercise) = self.exercise() else {
            return Ok(Verdict::NotAttempted);
        };
        let outcome = self.outcome().map_err(|error| error.to_string())?;
        let verdict = judge(exercise, self.expected()?, &outcome, Look::Final);
        Ok(verdict.unwrap_or(Verdict::TimedOut))
    }

    fn expected(&self) -> Result<&Expected, String> {
        match self.scene.as_ref().map(|scene| &scene.expected) {
            Some(Ok(expected)) => Ok(expected),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("no exercise is open".to_owned()),
        }
    }

    fn outcome_with(&self, exercise: &Exercise, failing_states: &[String]) -> Outcome {
        Outcome::of(&self.attempt, &exercise.check, failing_states, &mut self.normaliser())
    }

    /// The names of the conditions on state that do not hold now.
    fn failing_states(&mut self, exercise: &Exercise) -> Result<Vec<String>, StateError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let unseen = during_states(exercise).filter(|state| !self.attempt.has_seen(&state.name));
        let mut failing: Vec<String> = unseen.map(|state| state.name.clone()).collect();
        for state in exercise.check.state.iter().filter(|state| state.when == When::After) {
            if !self.holds(state)? {
                failing.push(state.name.clone());
            }
        }
        Ok(failing)
    }

    fn holds(&mut self, state: &StateCheck) -> Result<bool, StateError> {
        let student_pid = self.shell().pid();
        if state.role != StateRole::Student {
            return self.probe.holds(state, student_pid);
        }
        let sql = state_sql(state, student_pid, self.sandbox.database());
        let answer = ask(self.shell(), &sql).map_err(|cause| query_error(state, cause))?;
        Ok(answer.as_deref() == Some("t"))
    }

    fn wait_for_states(&mut self, exercise: &Exercise) -> Result<Vec<String>, StateError> {
        let start = Instant::now();
        loop {
            // Looked at before the states: what became quiet in between has its effect in them.
            let is_quiet = self.probe.activity()?.is_quiet();
            let failing = self.failing_states(exercise)?;
            if failing.is_empty() || is_quiet || start.elapsed() > QUIET_LIMIT {
                return Ok(failing);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}
