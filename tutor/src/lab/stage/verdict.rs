//! Looking at what was done: outcome, conditions on state, verdict.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::super::portable::{Portable, portable};
use super::super::scene::{ask_unfooled, run_script, volatile_texts};
use super::{Builds, QUIET_LIMIT, Scene, Stage};
use crate::check::{
    Expected, Look, Normaliser, Outcome, Quiet, StateError, Stillness, Verdict, begins_answer, judge, shows_answer,
};
use crate::course::{Exercise, StateCheck, StateRole, When};
use crate::server::Role;
use crate::sessions::Session;
use crate::wire::TransactionStatus;

/// The pause between two looks at the state.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long replication may bring nothing new before nothing more is expected of it.
const REPLICATION_LIMIT: Duration = Duration::from_secs(5);

/// Why an exercise with a crate is not graded everywhere.
const BUILDS_NOT_HERE: &str = "its crate is built at the prompt only, because building runs the code in it";

/// How long a glance waits for what a statement has set going: a job that it launched, a change that is replicated.
const GLANCE_LIMIT: Duration = Duration::from_millis(200);

/// How long everything in the sandbox must have waited for another process before a glance goes on without it.
const GLANCE_STUCK_FOR: Duration = Duration::from_millis(60);

/// What a trial cannot outlast.
const TRIAL_LIMITS: &str = "SET statement_timeout = '10s'; SET lock_timeout = '5s';";

/// The conditions on state that do not hold.
struct Failing {
    names: Vec<String>,
    /// It might still change: something works in the sandbox, but it was not waited for any longer.
    is_open: bool,
}

impl Stage<'_> {
    /// Looks after a statement, nearly without waiting: a verdict only when it is certain.
    pub fn glance(&mut self) -> Option<Verdict> {
        let verdict = self.peek();
        if verdict.is_some() {
            self.restart_attempt();
        }
        verdict
    }

    /// The verdict that a glance would give, without giving it.
    pub fn peek(&mut self) -> Option<Verdict> {
        self.settle();
        let is_idle = self.shell().is_some_and(|shell| shell.transaction() == TransactionStatus::Idle);
        if !self.has_attempt() || !is_idle {
            return None;
        }
        self.look_nearly_at_once().unwrap_or_else(|fault| Some(Verdict::CheckerFault(fault)))
    }

    /// Judges what was done: waits for conditions on state as long as something still works in the sandbox.
    pub fn judge(&mut self) -> Verdict {
        let builds = self.exercise().is_some_and(|exercise| exercise.check.build.is_some());
        if builds && self.usage.builds == Builds::Never {
            return Verdict::NotGraded(BUILDS_NOT_HERE.to_owned());
        }
        self.judge_with_outcome().1
    }

    /// The same, with what the attempt came to.
    pub fn judge_with_outcome(&mut self) -> (Outcome, Verdict) {
        self.usage.interrupt.store(false, Ordering::Relaxed);
        self.wait_for_sessions();
        if !self.has_attempt() {
            return (Outcome::default(), Verdict::NotAttempted);
        }
        let judged = self.look_finally().unwrap_or_else(|fault| (Outcome::default(), Verdict::CheckerFault(fault)));
        self.restart_attempt();
        judged
    }

    /// Waits for statements that were left running, unless they wait for the student.
    fn wait_for_sessions(&mut self) {
        let start = Instant::now();
        let mut still = Stillness::default();
        loop {
            self.settle();
            let Ok(activity) = self.probe.activity() else { return };
            let is_stuck = activity.is_stuck();
            let is_over = still.lasts(activity) && is_stuck || start.elapsed() > QUIET_LIMIT;
            if self.sessions.running_name().is_none() || is_over || self.usage.interrupt.load(Ordering::Relaxed) {
                return;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Whether every condition holds now; false where none is open.
    ///
    /// # Errors
    /// The state cannot be looked at.
    pub fn holds_already(&mut self) -> Result<bool, StateError> {
        let Some(exercise) = self.exercise() else { return Ok(false) };
        let failing = self.wait_for_states(exercise)?;
        Ok(self.outcome_with(exercise, &failing.names).fails.is_empty())
    }

    /// A normaliser that knows this sandbox.
    pub fn normaliser(&self) -> Normaliser {
        Normaliser::new(volatile_texts(self.server, &self.sandbox))
    }

    /// What was typed for the open exercise, so that it runs again elsewhere; `None` if it does as it is.
    pub fn portable(&self, answer: &str) -> Option<Portable> {
        let showed = self.scene.as_ref().map_or(&[][..], |scene| scene.shown.showed());
        let portable = portable(answer, showed, &volatile_texts(self.server, &self.sandbox));
        (portable.text != answer || !portable.notes.is_empty()).then_some(portable)
    }

    /// Whether something was done for the task since it was opened or since the last verdict.
    fn has_attempt(&self) -> bool {
        self.on_task && self.scene.as_ref().is_some_and(|scene| !scene.attempt.is_untouched())
    }

    /// Whether the latest statement showed something that is neither right nor a step of a right answer.
    pub fn has_odd_result(&self) -> bool {
        let Some(exercise) = self.exercise().filter(|_| self.has_fresh_result()) else { return false };
        let outcome = self.outcome_with(exercise, &[]);
        self.expected().is_ok_and(|expected| {
            !begins_answer(exercise, expected, &outcome) && !shows_answer(exercise, expected, &outcome)
        })
    }

    fn has_fresh_result(&self) -> bool {
        self.on_task && self.scene.as_ref().is_some_and(|scene| scene.attempt.is_fresh())
    }

    /// Whether there is something to judge: a result that counts, or where only states count, any statement.
    pub fn has_something_to_judge(&self) -> bool {
        self.on_task && self.scene.as_ref().is_some_and(|scene| scene.attempt.is_something(&scene.exercise.check))
    }

    fn restart_attempt(&mut self) {
        if let Some(scene) = &mut self.scene {
            scene.attempt.restart();
        }
    }

    fn look_nearly_at_once(&mut self) -> Result<Option<Verdict>, String> {
        let Some(exercise) = self.exercise() else { return Ok(None) };
        let start = Instant::now();
        let (mut quiet, mut still) = (Quiet::default(), Stillness::of(GLANCE_STUCK_FOR));
        loop {
            self.settle();
            // Looked at before the states: what became quiet in between has its effect in them.
            let activity = self.probe.activity().map_err(|error| error.to_string())?;
            let (settled, replicates) = (activity.is_quiet(), activity.replicates());
            // What waits for the student, such as a worker with a full queue, waits until the next statement.
            let is_held = activity.is_held() && !replicates;
            let is_stuck = still.lasts(activity) && is_held;
            let stays_settled = quiet.lasts(settled);
            let failing = self.failing_states(exercise).map_err(|error| error.to_string())?;
            let outcome = self.outcome_with(exercise, &failing);
            let look = Look::Glance { settled, fresh: self.has_fresh_result() };
            let verdict = judge(exercise, self.expected()?, &outcome, look);
            let is_certain = match verdict {
                _ if failing.is_empty() => true,
                Some(Verdict::Wrong(_)) => stays_settled,
                Some(_) => true,
                None => settled && !replicates,
            };
            if is_certain {
                return Ok(verdict);
            }
            if is_stuck || start.elapsed() > GLANCE_LIMIT {
                return Ok(None);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn look_finally(&mut self) -> Result<(Outcome, Verdict), String> {
        let Some(exercise) = self.exercise() else { return Ok((Outcome::default(), Verdict::NotAttempted)) };
        let failing = self.wait_for_states(exercise).map_err(|error| error.to_string())?;
        let outcome = self.outcome_with(exercise, &failing.names);
        let verdict = match self.expected() {
            Ok(expected) => judge(exercise, expected, &outcome, Look::Final),
            Err(fault) => Some(Verdict::CheckerFault(fault)),
        };
        Ok((outcome, verdict.filter(|_| !failing.is_open).unwrap_or(Verdict::TimedOut)))
    }

    fn expected(&self) -> Result<&Expected, String> {
        match self.scene.as_ref().map(|scene| &scene.expected) {
            Some(Ok(expected)) => Ok(expected),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("no exercise is open".to_owned()),
        }
    }

    /// Whether what was shown is right; where nothing recorded says so, it may be.
    fn shows_answer(&self, exercise: &Exercise) -> bool {
        self.expected().map_or(true, |expected| shows_answer(exercise, expected, &self.outcome_with(exercise, &[])))
    }

    fn outcome_with(&self, exercise: &Exercise, failing_states: &[String]) -> Outcome {
        let attempt = self.scene.as_ref().map(|scene| &scene.attempt);
        attempt.map(|attempt| attempt.outcome(&exercise.check, failing_states)).unwrap_or_default()
    }

    /// The names of the conditions on state that do not hold now.
    fn failing_states(&mut self, exercise: &Exercise) -> Result<Vec<String>, StateError> {
        if let Some(failure) = self.scene.as_mut().and_then(|scene| scene.failure.take()) {
            return Err(failure);
        }
        let mut failing = self.unseen_states(exercise);
        let imposters = self.probe.imposters(self.home())?;
        failing.extend(
            imposters.iter().map(|name| format!("{name} is the function of the extension, not one of your own")),
        );
        for state in exercise.check.state.iter().filter(|state| state.when == When::After) {
            let holds = match state.role {
                StateRole::Trial if !failing.is_empty() || !self.shows_it_by_the_rules(exercise) => break,
                StateRole::Trial => self.tries_out(state),
                StateRole::Student => self.student_sees(state),
                StateRole::Observer | StateRole::Checker => {
                    let student_pid = self.student_pid();
                    self.probe.holds(state, student_pid, self.home())?
                }
            };
            if !holds {
                failing.push(state.name.clone());
            }
        }
        Ok(failing)
    }

    /// Whether what was shown is right, and was come by as the exercise asks.
    fn shows_it_by_the_rules(&self, exercise: &Exercise) -> bool {
        self.shows_answer(exercise) && self.outcome_with(exercise, &[]).fails.is_empty()
    }

    /// Whether a trial succeeds, or has succeeded since the latest statement.
    fn tries_out(&mut self, state: &StateCheck) -> bool {
        let is_known = |scene: &Scene<'_>| scene.succeeded_trials.contains(&state.name);
        if self.scene.as_ref().is_some_and(is_known) {
            return true;
        }
        let succeeds = self.try_out(state);
        if let Some(scene) = self.scene.as_mut().filter(|_| succeeds) {
            scene.succeeded_trials.push(state.name.clone());
        }
        succeeds
    }

    /// Tries what the student has made. A trial that fails, for whatever reason, says that it is not what was asked.
    fn try_out(&self, state: &StateCheck) -> bool {
        let home = state.database.as_deref().or(self.home());
        let Ok(mut shell) = self.connect(Role::Student, self.sandbox.database_of(home)) else { return false };
        let script = self.probe.sql(state, shell.pid(), self.home());
        let tried = run_script(&mut shell, TRIAL_LIMITS).and_then(|_| run_script(&mut shell, &script));
        tried.is_ok_and(|answer| answer.as_deref() == Some("t"))
    }

    /// A session in a failed transaction, or one that is busy or gone, answers nothing: then the state does not hold.
    fn student_sees(&mut self, state: &StateCheck) -> bool {
        let sql = self.probe.sql(state, self.student_pid(), self.home());
        let Some(shell) = self.shell() else { return false };
        ask_unfooled(shell, &sql).is_ok_and(|answer| answer.as_deref() == Some("t"))
    }

    fn student_pid(&self) -> i32 {
        self.sessions.current().map_or(0, Session::pid)
    }

    /// The names of the states that should have held while a statement ran, and did not.
    fn unseen_states(&self, exercise: &Exercise) -> Vec<String> {
        self.scene.as_ref().map(|scene| scene.attempt.unseen_states(&exercise.check)).unwrap_or_default()
    }

    /// Waits while a condition does not hold that may still come true; Ctrl-C ends the wait.
    fn wait_for_states(&mut self, exercise: &Exercise) -> Result<Failing, StateError> {
        let start = Instant::now();
        let (mut quiet, mut still) = (Quiet::default(), Stillness::default());
        let mut last_change = (Instant::now(), Vec::new());
        loop {
            self.settle();
            // Looked at before the states: what became quiet in between has its effect in them.
            let activity = self.probe.activity()?;
            // A worker that waits for the student to read or to end a transaction waits for ever.
            let (is_quiet, waits_for_others) = (quiet.lasts(activity.is_quiet()), activity.waits_for_others());
            let (replicates, lasts) = (activity.replicates(), still.lasts(activity));
            // What was committed a moment ago may not have been sent yet.
            let names = self.failing_states(exercise)?;
            if last_change.1 != names {
                last_change = (Instant::now(), names.clone());
            }
            // A worker that cannot apply what it gets ends and is started again and again.
            let is_in_vain = replicates && last_change.0.elapsed() > REPLICATION_LIMIT;
            let is_over = is_quiet && !replicates || lasts && (is_quiet || waits_for_others) || is_in_vain;
            // What should have held while a statement ran does not come true afterwards, and what was shown stays.
            let may_change = names.len() > self.unseen_states(exercise).len() && self.shows_answer(exercise);
            if !may_change || is_over {
                return Ok(Failing { names, is_open: false });
            }
            if start.elapsed() > QUIET_LIMIT || self.usage.interrupt.swap(false, Ordering::Relaxed) {
                return Ok(Failing { names, is_open: true });
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}
