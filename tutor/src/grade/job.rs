//! A grading job: one private server, one submission after another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::clean::is_clean;
use super::hidden::check_further;
use super::limits::{ADDRESS_SPACE_BYTES, STUDENT_SESSIONS, TEMPORARY_FILES};
use super::player::{Played, play};
use super::rules::Rules;
use super::score::{checked_further, result};
use super::text;
use super::watchdog::{Limit, Watchdog};
use super::{ExerciseResult, Graded, Paper};
use crate::check::Verdict;
use crate::course::{DataSet, Exercise, Lesson, Needs};
use crate::lab::{Builds, Stage, Usage};
use crate::provision::Realm;
use crate::server::{Limits, Server, ServerError};

/// How often an exercise is tried on a new server when the tutor's own sessions fail.
const ATTEMPTS: usize = 2;

/// Grades submissions on a server that nobody else uses. The server is thrown away when it is not as clean as new, and
/// with the job.
pub(super) struct Job<'a> {
    realm: &'a Realm,
    rules: &'a Rules<'a>,
    /// Becomes true when grading is to stop.
    stop: &'a Arc<AtomicBool>,
    server: Option<Server>,
}

impl<'a> Job<'a> {
    pub(super) fn new(realm: &'a Realm, rules: &'a Rules<'a>, stop: &'a Arc<AtomicBool>) -> Job<'a> {
        Job { realm, rules, stop, server: None }
    }

    /// Grades one submission. Whatever it does, there is a report; only when grading is to stop, there is none.
    pub(super) fn grade(&mut self, paper: &Paper) -> Option<Graded> {
        let start = Instant::now();
        let deadline = start + self.rules.submission_time();
        let mut results: BTreeMap<&str, ExerciseResult> = BTreeMap::new();
        for lesson in &self.rules.lab.lessons {
            let wanted = lesson.exercises().filter(|exercise| self.rules.wants(lesson, exercise));
            let (tried, untouched): (Vec<&Exercise>, Vec<&Exercise>) =
                wanted.partition(|exercise| paper.part(&exercise.id).is_some());
            for exercise in untouched {
                let verdict = self.ungraded(lesson, exercise).unwrap_or(Verdict::NotAttempted);
                let played = Played { verdict, output: String::new() };
                results.insert(&exercise.id, result(self.rules, lesson, exercise, "", played, None));
            }
            self.grade_lesson(lesson, &tried, paper, deadline, &mut results);
        }
        self.clear_up();
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let in_order = self.rules.lab.exercises().filter_map(|(_, exercise)| results.remove(exercise.id.as_str()));
        let exercises: Vec<ExerciseResult> = in_order.collect();
        Some(Graded {
            name: paper.name.clone(),
            id: paper.id.clone(),
            email: paper.email.clone(),
            source: paper.source.clone(),
            digest: paper.digest.clone(),
            score: exercises.iter().map(|exercise| exercise.score).sum(),
            max_score: exercises.iter().map(|exercise| exercise.max_score).sum(),
            seconds: start.elapsed().as_secs_f64(),
            problems: paper.problems.clone(),
            exercises,
        })
    }

    /// Why an exercise cannot be graded here, if it cannot.
    fn ungraded(&self, lesson: &Lesson, exercise: &Exercise) -> Option<Verdict> {
        let needs_superuser = lesson.needs == Some(Needs::Replication) && self.realm.major() < 16;
        let why = match () {
            () if needs_superuser => text::NEEDS_SUPERUSER,
            () if exercise.check.build.is_some() => text::BUILDS_CODE,
            () => return None,
        };
        Some(Verdict::NotGraded(why.to_owned()))
    }

    fn grade_lesson<'r>(
        &mut self,
        lesson: &'r Lesson,
        exercises: &[&'r Exercise],
        paper: &Paper,
        deadline: Instant,
        results: &mut BTreeMap<&'r str, ExerciseResult>,
    ) where
        'a: 'r,
    {
        let mut left = exercises.iter().peekable();
        let mut attempts = ATTEMPTS;
        while left.peek().is_some() && !self.stop.load(Ordering::Relaxed) {
            let failure = match self.server() {
                Ok(server) => {
                    let session = LessonSession { rules: self.rules, lesson, paper, deadline, stop: self.stop };
                    session.play(&server, &mut left, &|exercise| self.ungraded(lesson, exercise), results)
                }
                Err(error) => Err(error.to_string()),
            };
            let Err(failure) = failure else { return };
            // The server is not what it was; what the tutor itself could not do is tried on another.
            self.discard();
            attempts -= 1;
            if attempts == 0
                && let Some(exercise) = left.next()
            {
                let script = paper.part(&exercise.id).unwrap_or_default();
                let played = Played { verdict: Verdict::CheckerFault(failure), output: String::new() };
                results.insert(&exercise.id, result(self.rules, lesson, exercise, script, played, None));
                attempts = ATTEMPTS;
            }
        }
    }

    fn server(&mut self) -> Result<Server, ServerError> {
        if let Some(server) = &self.server {
            return Ok(server.clone());
        }
        let settings = [("temp_file_limit", TEMPORARY_FILES.to_owned())];
        let limits =
            Limits { address_space_bytes: Some(ADDRESS_SPACE_BYTES), student_sessions: Some(STUDENT_SESSIONS) };
        let server = Server::make(self.realm, &settings, limits)?;
        self.server = Some(server.clone());
        Ok(server)
    }

    /// After a submission: the server stays only if nothing of it is left there.
    fn clear_up(&mut self) {
        if self.server.as_ref().is_some_and(|server| !is_clean(server)) {
            self.discard();
        }
    }

    fn discard(&mut self) {
        if let Some(server) = self.server.take() {
            // What cannot be stopped is nobody's server any more; the next start of the kit removes it.
            let _ = server.discard();
        }
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.discard();
    }
}

/// The part of a submission that belongs to one lesson.
struct LessonSession<'s, 'a> {
    rules: &'s Rules<'a>,
    lesson: &'s Lesson,
    paper: &'s Paper,
    deadline: Instant,
    stop: &'s Arc<AtomicBool>,
}

impl LessonSession<'_, '_> {
    /// Plays what is left of the exercises, each from its own starting state. An error leaves the exercise that it met.
    fn play<'r>(
        &self,
        server: &Server,
        left: &mut std::iter::Peekable<std::slice::Iter<'_, &'r Exercise>>,
        ungraded: &dyn Fn(&Exercise) -> Option<Verdict>,
        results: &mut BTreeMap<&'r str, ExerciseResult>,
    ) -> Result<(), String> {
        let interrupt = Arc::new(AtomicBool::new(false));
        let watchdog = Watchdog::new(server, Arc::clone(&interrupt), Arc::clone(self.stop));
        let usage = Usage { interrupt, is_confined: true, ..Usage::script(Builds::Never) };
        let mut stage: Option<Stage<'_>> = None;
        while let Some(&&exercise) = left.peek()
            && !self.stop.load(Ordering::Relaxed)
        {
            let script = self.paper.part(&exercise.id).unwrap_or_default();
            let further = self.further_check(exercise, server.realm().data());
            let silent = |verdict| (Played { verdict, output: String::new() }, None);
            let ((played, further_verdict), limit) = match ungraded(exercise) {
                Some(verdict) => (silent(verdict), None),
                None if self.is_over() => (silent(Verdict::TimedOut), Some(Limit::Time)),
                None => {
                    watchdog.begin(self.deadline.min(Instant::now() + self.rules.exercise_time));
                    let played = self.play_exercise(server, &mut stage, exercise, further, &usage, &watchdog);
                    let (limit, was_stopped) = watchdog.end();
                    if was_stopped {
                        stage = None;
                    }
                    match (played, limit) {
                        (Ok(played), limit) => (played, limit),
                        // The server went because of what the submission did.
                        (Err(_), Some(limit)) => (silent(Verdict::TimedOut), Some(limit)),
                        (Err(error), None) => return Err(error),
                    }
                }
            };
            let mut result = result(self.rules, self.lesson, exercise, script, played, limit);
            if let (Some(check), Some(verdict)) = (further, further_verdict) {
                result = checked_further(self.rules, check, result, &verdict, limit);
            }
            results.insert(&exercise.id, result);
            left.next();
        }
        Ok(())
    }

    /// Plays an exercise on the lesson's stage, which is opened if it is not, and the further check of what has passed.
    fn play_exercise<'l>(
        &'l self,
        server: &'l Server,
        stage: &mut Option<Stage<'l>>,
        exercise: &'l Exercise,
        further: Option<(&Lesson, &Exercise)>,
        usage: &Usage,
        watchdog: &Watchdog,
    ) -> Result<(Played, Option<Verdict>), String> {
        let script = self.paper.part(&exercise.id).unwrap_or_default();
        let open = match stage {
            Some(open) => open,
            None => {
                let opened = Stage::open(server, self.rules.lab, self.lesson, usage.clone());
                stage.insert(opened.map_err(|error| error.to_string())?)
            }
        };
        let played = play(open, exercise, script, watchdog).map_err(|error| error.to_string())?;
        let further_verdict = match (&played.verdict, further) {
            (Verdict::Passed, Some(check)) => {
                Some(check_further(open, self.rules.lab, check, script, usage, watchdog)?)
            }
            _ => None,
        };
        Ok((played, further_verdict))
    }

    /// The instructor's further check of an exercise of the lab's own. It is about the lesson's data, and has no record
    /// of what is right over others.
    fn further_check(&self, exercise: &Exercise, data: DataSet) -> Option<(&Lesson, &Exercise)> {
        let applies = self.lesson.hidden.is_none() && data == DataSet::First;
        self.rules.lab.further_check(&exercise.id).filter(|_| applies)
    }

    fn is_over(&self) -> bool {
        self.deadline.saturating_duration_since(Instant::now()) == Duration::ZERO
    }
}
