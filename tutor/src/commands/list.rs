//! `cargo tutor list` and `tutor progress`: what there is, and how far the student is.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use super::{Context, Failure, standard_output};
use crate::course::{Exercise, Lab, Lesson};
use crate::progress::{LabProgress, Progress};
use crate::repl::Look;
use crate::words::count;

/// Lists labs, lessons and exercises with their ids.
pub(super) fn list(context: &Context, json: bool) -> Result<ExitCode, Failure> {
    let labs = context.course()?.labs()?;
    let progress = context.progress(&context.home()?)?;
    let mut out = standard_output();
    if json {
        return write_json(&mut out, &Listing { labs: labs.iter().map(|lab| LabRow::of(lab, &progress)).collect() });
    }
    for lab in &labs {
        write_lab(&mut out, lab, &progress.lab(&lab.id))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Shows how far the student is in each lab.
pub(super) fn progress(context: &Context, json: bool) -> Result<ExitCode, Failure> {
    let labs = context.course()?.labs()?;
    let progress = context.progress(&context.home()?)?;
    let mut out = standard_output();
    if json {
        return write_json(&mut out, &Tally { labs: labs.iter().map(|lab| LabTally::of(lab, &progress)).collect() });
    }
    for lab in &labs {
        let kept = progress.lab(&lab.id);
        let open = kept.place.as_ref().map(|place| place.lesson.as_str());
        writeln!(out, "Lab {}: {}\n", lab.number, lab.title)?;
        write!(out, "{}", Look::for_stdout().progress(lab, &kept, open))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn write_lab(out: &mut dyn Write, lab: &Lab, kept: &LabProgress) -> Result<(), Failure> {
    writeln!(out, "Lab {}: {}", lab.number, lab.title)?;
    for lesson in &lab.lessons {
        let exercises = count(lesson.exercises().count(), "exercise");
        let aside = format!("{exercises}, {} minutes", lesson.minutes);
        writeln!(out, "\n  {}  {} ({}): {aside}", lesson.number, lesson.title, lesson.id)?;
        for exercise in lesson.exercises() {
            let status = status(kept, &exercise.id).map(|status| format!("  {status}")).unwrap_or_default();
            writeln!(out, "     {:<44} {}{status}", exercise.id, exercise.title)?;
        }
    }
    writeln!(out, "\n`cargo tutor lab {} --at ID` opens a lesson or an exercise.", lab.number)?;
    Ok(())
}

fn status(kept: &LabProgress, id: &str) -> Option<&'static str> {
    kept.exercises.get(id).map(|exercise| exercise.status.word())
}

fn write_json(out: &mut dyn Write, value: &impl Serialize) -> Result<ExitCode, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::other)?;
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Listing<'a> {
    labs: Vec<LabRow<'a>>,
}

#[derive(Serialize)]
struct LabRow<'a> {
    number: u32,
    id: &'a str,
    title: &'a str,
    lessons: Vec<LessonRow<'a>>,
}

#[derive(Serialize)]
struct LessonRow<'a> {
    number: u32,
    id: &'a str,
    title: &'a str,
    minutes: u32,
    exercises: Vec<ExerciseRow<'a>>,
}

#[derive(Serialize)]
struct ExerciseRow<'a> {
    id: &'a str,
    title: &'a str,
    points: u32,
    status: &'static str,
    tries: u32,
}

impl<'a> LabRow<'a> {
    fn of(lab: &'a Lab, progress: &Progress) -> LabRow<'a> {
        let kept = progress.lab(&lab.id);
        let lessons = lab.lessons.iter().map(|lesson| LessonRow::of(lesson, &kept)).collect();
        LabRow { number: lab.number, id: &lab.id, title: &lab.title, lessons }
    }
}

impl<'a> LessonRow<'a> {
    fn of(lesson: &'a Lesson, kept: &LabProgress) -> LessonRow<'a> {
        let exercises = lesson.exercises().map(|exercise| ExerciseRow::of(exercise, kept)).collect();
        LessonRow { number: lesson.number, id: &lesson.id, title: &lesson.title, minutes: lesson.minutes, exercises }
    }
}

impl<'a> ExerciseRow<'a> {
    fn of(exercise: &'a Exercise, kept: &LabProgress) -> ExerciseRow<'a> {
        ExerciseRow {
            id: &exercise.id,
            title: &exercise.title,
            points: exercise.check.points,
            status: status(kept, &exercise.id).unwrap_or("not attempted"),
            tries: kept.exercises.get(&exercise.id).map_or(0, |exercise| exercise.tries),
        }
    }
}

#[derive(Serialize)]
struct Tally<'a> {
    labs: Vec<LabTally<'a>>,
}

#[derive(Serialize)]
struct LabTally<'a> {
    number: u32,
    id: &'a str,
    passed: usize,
    exercises: usize,
    place: Option<&'a str>,
    lessons: Vec<LessonTally<'a>>,
}

#[derive(Serialize)]
struct LessonTally<'a> {
    number: u32,
    id: &'a str,
    passed: usize,
    exercises: usize,
}

impl<'a> LabTally<'a> {
    fn of(lab: &'a Lab, progress: &Progress) -> LabTally<'a> {
        let kept = progress.lab(&lab.id);
        let lessons: Vec<LessonTally<'_>> = lab.lessons.iter().map(|lesson| LessonTally::of(lesson, &kept)).collect();
        let place =
            lab.lessons.iter().find(|lesson| kept.place.as_ref().is_some_and(|place| place.lesson == lesson.id));
        LabTally {
            number: lab.number,
            id: &lab.id,
            passed: lessons.iter().map(|lesson| lesson.passed).sum(),
            exercises: lessons.iter().map(|lesson| lesson.exercises).sum(),
            place: place.map(|lesson| lesson.id.as_str()),
            lessons,
        }
    }
}

impl<'a> LessonTally<'a> {
    fn of(lesson: &'a Lesson, kept: &LabProgress) -> LessonTally<'a> {
        let is_passed = |exercise: &&Exercise| status(kept, &exercise.id) == Some("passed");
        LessonTally {
            number: lesson.number,
            id: &lesson.id,
            passed: lesson.exercises().filter(is_passed).count(),
            exercises: lesson.exercises().count(),
        }
    }
}
