//! Proving a lesson: right answers pass, wrong ones fail with their own feedback, demos show what they showed.

mod demos;
mod script;
mod second;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use demos::{OddLine, Piece, parse_demos};
pub use second::prove_second;

use super::{Builds, Stage, StageError, Usage};
use crate::check::{Expected, Feedback, Item, Outcome, Verdict, record_for, variant};
use crate::course::{Compare, Exercise, Lab, Lesson};
use crate::provision::postgres::MAJORS;
use crate::server::Server;
use script::{Typescript, run};

/// What proving one exercise, or a lesson's demos, brought to light.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The exercise's id, with `.second` over the second data set; or `<lesson>.demos`.
    pub id: String,
    /// What was shown this time, as it is recorded.
    pub shown: String,
    /// Where the record stands that holds for the server's major version.
    pub file: PathBuf,
    /// Where a new record goes.
    home: RecordHome,
    /// The lesson file.
    pub source: PathBuf,
    /// Whether the lesson is a draft, whose faults are work to be done.
    pub is_draft: bool,
    /// What is wrong with the lesson; none if it is proved. A record that differs is not among them.
    pub faults: Vec<String>,
}

impl Proof {
    /// The text of the record; `None` if nothing was recorded yet.
    pub fn recorded(&self) -> Option<String> {
        text_of(&self.file)
    }

    /// Whether the record says what was shown this time.
    pub fn is_current(&self) -> bool {
        self.recorded().is_some_and(|recorded| recorded.trim_end() == self.shown.trim_end())
    }

    /// Writes what was shown this time as the record: whole, or not at all. A major version after the oldest one gets a
    /// record of its own only if it shows something else.
    pub fn record(&self) -> io::Result<()> {
        let RecordHome { plain, major } = &self.home;
        let variant = variant(plain, *major);
        if major == MAJORS.start() || !plain.is_file() {
            return self.write(plain);
        }
        if text_of(plain).is_some_and(|plain| plain.trim_end() == self.shown.trim_end()) {
            return if variant.is_file() { fs::remove_file(variant) } else { Ok(()) };
        }
        self.write(&variant)
    }

    fn write(&self, file: &Path) -> io::Result<()> {
        let dir = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(dir)?;
        let source = self.source.file_name().unwrap_or_default().to_string_lossy();
        let text = format!("---\nsource: {source}\nexpression: {}\n---\n{}\n", self.id, self.shown.trim_end());
        let new = tempfile::NamedTempFile::new_in(dir)?;
        fs::write(new.path(), text)?;
        let mut permissions = fs::metadata(new.path())?.permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
        fs::set_permissions(new.path(), permissions)?;
        new.persist(file)?;
        Ok(())
    }
}

/// What is wrong where there is nothing to give a verdict by.
const NOTHING_RECORDED: &str = "nothing is recorded yet";

/// Where the records of an exercise go.
#[derive(Debug, Clone)]
struct RecordHome {
    /// The record of the oldest major version.
    plain: PathBuf,
    /// The server's major version.
    major: u16,
}

/// The text of a record, without its header.
pub(crate) fn text_of(file: &Path) -> Option<String> {
    let snapshot = insta::Snapshot::from_file(file).ok()?;
    Some(snapshot.as_text()?.to_string())
}

/// Proves the exercises of `lesson` that `wanted` names, and its demos, each on a fresh stage of `server`.
/// Verdicts are given by the records as they are now; `report` hears of every proof as it is done.
///
/// # Errors
/// The lesson cannot be played at all.
pub fn prove(
    server: &Server,
    lab: &Lab,
    lesson: &Lesson,
    wanted: &dyn Fn(&str) -> bool,
    report: &mut dyn FnMut(Proof),
) -> Result<(), StageError> {
    let place = tempfile::tempdir().map_err(StageError::NoRoom)?;
    let mut stage = Stage::open(server, lab, lesson, Usage::script(Builds::Below(place.path().to_owned())))?;
    for exercise in lesson.exercises().filter(|exercise| wanted(&exercise.id)) {
        report(prove_exercise(&mut stage, lab, exercise));
    }
    let demos = format!("{}.demos", lesson.id);
    if lesson.demos().next().is_some() && wanted(&demos) {
        // A fresh one: what answers have left is not to be seen in the demos.
        drop(stage);
        report(replay(server, lab, lesson, &demos)?);
    }
    Ok(())
}

/// Plays nothing but the demos of `lesson`, on a fresh stage of `server`; `id` names their record in `lab`.
///
/// # Errors
/// The lesson cannot be played at all.
pub fn replay(server: &Server, lab: &Lab, lesson: &Lesson, id: &str) -> Result<Proof, StageError> {
    let mut stage = Stage::open(server, lab, lesson, Usage::script(Builds::Never))?;
    demos::prove(&mut stage, id.to_owned())
}

fn prove_exercise<'a>(stage: &mut Stage<'a>, lab: &Lab, exercise: &'a Exercise) -> Proof {
    let (answers, mut faults) = play_answers(stage, exercise);
    let mut expected = Expected { answers, wrongs: Vec::new() };
    for (index, wrong) in exercise.wrongs.iter().enumerate() {
        let played = play(stage, exercise, &wrong.sql);
        faults
            .extend(wrong_fault(&played, &wrong.feedback).map(|fault| format!("wrong answer {}: {fault}", index + 1)));
        expected.wrongs.push(played.outcome);
    }
    // Without a record there is nothing to give a verdict by.
    if !record_for(&stage.lesson().record(&exercise.id), stage.major()).is_file() {
        faults = vec![NOTHING_RECORDED.to_owned()];
    }
    faults.extend(nothing_fault(stage, exercise));
    faults.extend(likeness_faults(exercise, &expected));
    faults.extend(difference_faults(lab, stage.lesson(), exercise, &expected));
    if exercise.hints.is_empty() && stage.lesson().hidden.is_none() {
        faults.push("there is no hint".to_owned());
    }
    faults.extend(stage.leave().err().map(|error| error.to_string()));
    proof(stage, exercise.id.clone(), expected.render(), faults)
}

/// What each answer comes to, and what is wrong with that.
fn play_answers<'a>(stage: &mut Stage<'a>, exercise: &'a Exercise) -> (Vec<Outcome>, Vec<String>) {
    let (mut outcomes, mut faults) = (Vec::new(), Vec::new());
    for (index, answer) in exercise.answers.iter().enumerate() {
        let played = play(stage, exercise, answer);
        if matches!(exercise.check.compare, Compare::Rows | Compare::Plan)
            && matches!(played.outcome.shown.last(), Some(Item::Error(_)))
        {
            faults.push(format!("answer {}: ends in an error", index + 1));
        }
        faults.extend(answer_faults(&played).into_iter().map(|fault| format!("answer {}: {fault}", index + 1)));
        outcomes.push(played.outcome);
    }
    (outcomes, faults)
}

fn proof(stage: &Stage<'_>, id: String, shown: String, faults: Vec<String>) -> Proof {
    let home = RecordHome { plain: stage.lesson().record(&id), major: stage.major() };
    let file = record_for(&home.plain, home.major);
    let Lesson { file: source, is_draft, .. } = stage.lesson();
    Proof { id, shown, file, home, source: source.clone(), is_draft: *is_draft, faults }
}

/// A script played as an attempt.
struct Played {
    outcome: Outcome,
    /// What the student would have typescript before the end, after some statement.
    early: Option<Verdict>,
    verdict: Verdict,
}

fn play<'a>(stage: &mut Stage<'a>, exercise: &'a Exercise, script: &str) -> Played {
    let failed = |why: String| Played { outcome: Outcome::default(), early: None, verdict: Verdict::CheckerFault(why) };
    if let Err(error) = stage.enter(exercise) {
        return failed(error.to_string());
    }
    let mut early = None;
    let ran = run(stage, script, &mut Typescript::default(), &mut |stage| {
        if early.is_none() {
            early = stage.peek();
        }
    });
    if let Err(command) = ran {
        return failed(format!("the command \\{command} is unknown or fails"));
    }
    let (outcome, verdict) = stage.judge_with_outcome();
    Played { outcome, early, verdict }
}

fn answer_faults(played: &Played) -> Vec<String> {
    let mut faults = Vec::new();
    if played.verdict != Verdict::Passed {
        faults.push(format!("does not pass: {}", describe(&played.verdict)));
    }
    match &played.early {
        None | Some(Verdict::Passed) => {}
        Some(early) => faults.push(format!("is stopped before its end: {}", describe(early))),
    }
    faults
}

fn wrong_fault(played: &Played, feedback: &str) -> Option<String> {
    if played.early == Some(Verdict::Passed) {
        return Some("passes after one of its statements".to_owned());
    }
    match &played.verdict {
        Verdict::Wrong(Feedback::Recorded(said)) if said == feedback => None,
        Verdict::Wrong(Feedback::Recorded(said)) => Some(format!("gets the feedback of another: {said}")),
        other => Some(format!("does not get its feedback: {}", describe(other))),
    }
}

fn describe(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed => "it passes".to_owned(),
        Verdict::Wrong(Feedback::Recorded(said)) => format!("feedback {said:?}"),
        Verdict::Wrong(Feedback::Missing(conditions)) => conditions.join("; "),
        Verdict::Wrong(Feedback::Difference(difference)) => {
            format!("expected {:?}, shown {:?}", difference.expected, difference.shown)
        }
        other => format!("{other:?}"),
    }
}

/// Doing nothing must count as not attempted, and must not already be what is asked for.
fn nothing_fault<'a>(stage: &mut Stage<'a>, exercise: &'a Exercise) -> Option<String> {
    if let Err(error) = stage.enter(exercise) {
        return Some(error.to_string());
    }
    if stage.judge() != Verdict::NotAttempted {
        return Some("doing nothing is not `not attempted`".to_owned());
    }
    if exercise.check.compare != Compare::State {
        return None;
    }
    match stage.holds_already() {
        Ok(true) => Some("every condition holds before anything is done".to_owned()),
        Ok(false) => None,
        Err(error) => Some(error.to_string()),
    }
}

fn likeness_faults(exercise: &Exercise, expected: &Expected) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, wrong) in expected.wrongs.iter().enumerate() {
        let earlier = expected.wrongs[..index].iter().position(|other| looks_like(exercise, other, wrong));
        if let Some(earlier) = earlier {
            faults.push(format!("wrong answers {} and {} look the same", earlier + 1, index + 1));
        }
    }
    faults
}

/// Answers of the lab's own that are not all right under a further check, which has to say then which of them are.
fn difference_faults(lab: &Lab, lesson: &Lesson, exercise: &Exercise, expected: &Expected) -> Vec<String> {
    let mut checked = lab.exercises().filter(|(own, other)| own.hidden.is_none() && other.id == exercise.id);
    if lesson.hidden.is_none() || checked.all(|(_, own)| own.answers != exercise.answers) {
        return Vec::new();
    }
    let first = Expected { answers: expected.answers.iter().take(1).cloned().collect(), wrongs: Vec::new() };
    let others = expected.answers.iter().enumerate().skip(1);
    let different = others.filter(|(_, outcome)| !crate::check::shows_answer(exercise, &first, outcome));
    let say = |index: usize| {
        format!("the lab's answers 1 and {} do not show the same here: write as `sql,answer` which is right", index + 1)
    };
    different.map(|(index, _)| say(index)).collect()
}

fn looks_like(exercise: &Exercise, one: &Outcome, other: &Outcome) -> bool {
    let look = crate::check::Look::Final;
    crate::check::is_mistake(&exercise.check, one, other, look) && one.shown == other.shown
}
