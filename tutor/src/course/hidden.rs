//! What an instructor keeps from students: further exercises and checks, in a file outside of the course.
//!
//! The file is a lesson in the kit's own format, its records stand in `expected/` beside it. An exercise that is called
//! like one of the lab's is a further check of that exercise; another is a further exercise of the lesson that the
//! file's `toml,hidden` block names. Whatever else stands in the file is for its author's eyes only.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::lab::{RECORDS, missing_answers, read, unknown_databases, unknown_earlier};
use super::{Check, CourseError, Exercise, Lab, Lesson, LessonBody, Setup, SourceError, Step, parse_lesson};
use crate::words::{did_you_mean, nearest};

/// What a file of further exercises and checks says about itself: the block `toml,hidden`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hidden {
    /// The lesson whose fixture, databases and set-up the further exercises use; without further ones, none.
    pub lesson: Option<String>,
    /// Whether reports show what was expected beside what was shown.
    pub show_expected: bool,
}

impl Lab {
    /// Adds what the file holds: further exercises to the lessons, behind the lesson that they play in, and further
    /// checks of the lab's own exercises to [`Lab::checks`].
    ///
    /// # Errors
    /// The file cannot be read, has mistakes, or is where students get it.
    pub fn add_hidden(&mut self, file: &Path) -> Result<(), CourseError> {
        if is_below(file, self.dir.parent().unwrap_or(&self.dir)) {
            return Err(CourseError::HiddenInCourse(file.to_owned()));
        }
        let body = parse_lesson(file, &read(file)?).map_err(CourseError::Broken)?;
        let mut reading = Reading::new(self, file, body);
        let (further, checks) = reading.lessons();
        if !reading.mistakes.is_empty() {
            reading.mistakes.sort_by_key(|mistake| mistake.line);
            return Err(CourseError::Broken(reading.mistakes));
        }
        self.checks.extend(checks);
        if let Some(lesson) = further {
            let place = self.lessons.iter().rposition(|known| known.id == lesson.id).map_or(0, |last| last + 1);
            self.lessons.insert(place, lesson);
        }
        Ok(())
    }

    /// The lessons that are kept from students.
    pub fn hidden(&self) -> impl Iterator<Item = &Lesson> {
        self.lessons.iter().chain(&self.checks).filter(|lesson| lesson.hidden.is_some())
    }

    /// The further check of the exercise of that id, if an instructor has one.
    pub fn further_check(&self, id: &str) -> Option<(&Lesson, &Exercise)> {
        self.checks.iter().find_map(|lesson| Some((lesson, lesson.exercise(id)?)))
    }

    /// The lab's own lesson and exercise of that id, or of that former id.
    fn own_exercise(&self, id: &str) -> Option<(usize, &Exercise)> {
        let lessons = self.lessons.iter().enumerate().filter(|(_, lesson)| lesson.hidden.is_none());
        let mut exercises = lessons.flat_map(|(index, lesson)| lesson.exercises().map(move |own| (index, own)));
        exercises.find(|(_, own)| own.id == id || own.check.former.iter().any(|former| former == id))
    }
}

fn is_below(file: &Path, folder: &Path) -> bool {
    // What is not there is told when it is read.
    file.canonicalize().is_ok_and(|file| folder.canonicalize().is_ok_and(|folder| file.starts_with(folder)))
}

/// A file that is being read.
struct Reading<'a> {
    lab: &'a Lab,
    file: &'a Path,
    hidden: Hidden,
    /// The line of the block that says so.
    line: usize,
    setup: Vec<Setup>,
    exercises: Vec<Exercise>,
    mistakes: Vec<SourceError>,
}

impl<'a> Reading<'a> {
    fn new(lab: &'a Lab, file: &'a Path, body: LessonBody) -> Reading<'a> {
        let (line, hidden) = body.hidden.unwrap_or((1, Hidden::default()));
        let exercises = body.steps.into_iter().filter_map(|step| match step {
            Step::Exercise(exercise) => Some(*exercise),
            _ => None,
        });
        Reading { lab, file, hidden, line, setup: body.setup, exercises: exercises.collect(), mistakes: Vec::new() }
    }

    /// The further exercises as one lesson, and the further checks as one for each lesson that has some.
    fn lessons(&mut self) -> (Option<Lesson>, Vec<Lesson>) {
        if self.exercises.is_empty() {
            self.mistake(self.line, "there is no exercise in it: `## Title {#some-id .exercise}`".to_owned());
        }
        let mut seen: Vec<String> = Vec::new();
        let mut further = Vec::new();
        let mut checks: BTreeMap<usize, Vec<Exercise>> = BTreeMap::new();
        for exercise in std::mem::take(&mut self.exercises) {
            if exercise.check.build.is_some() {
                self.mistake(exercise.line, "grading builds no crates: `build` has no use here".to_owned());
            }
            let lab = self.lab;
            let own = lab.own_exercise(&exercise.id);
            let id = own.map_or(&exercise.id, |(_, own)| &own.id).clone();
            self.refuse_double(&id, exercise.line, &seen);
            seen.push(id);
            match own {
                Some((lesson, own)) => checks.entry(lesson).or_default().push(self.check_of(own, exercise)),
                None => further.push(exercise),
            }
        }
        let checks = checks.into_iter().map(|(index, exercises)| self.lesson(&self.lab.lessons[index], exercises));
        let checks: Vec<Lesson> = checks.collect();
        let further = self.further(further);
        for lesson in checks.iter().chain(&further) {
            self.mistakes.extend(unknown_databases(lesson));
            let known: Vec<&str> = self.own_ids(&lesson.id);
            self.mistakes.extend(unknown_earlier(lesson, &known));
        }
        (further, checks)
    }

    fn further(&mut self, exercises: Vec<Exercise>) -> Option<Lesson> {
        let Some(named) = self.hidden.lesson.clone() else {
            for exercise in exercises {
                let (id, nearest) = (&exercise.id, did_you_mean(self.lab.nearest_id(&exercise.id).as_deref()));
                let message = format!(
                    "there is no exercise {id:?} in lab {} to check{nearest} (a further exercise needs a block \
                     `toml,hidden` before the first `##`, with `lesson = \"...\"`)",
                    self.lab.number
                );
                self.mistake(exercise.line, message);
            }
            return None;
        };
        let own = self.lab.lessons.iter().find(|lesson| lesson.hidden.is_none() && lesson.id == named);
        let Some(own) = own else {
            let nearest = did_you_mean(nearest(&named, self.lab.lessons.iter().map(|lesson| lesson.id.as_str())));
            self.mistake(self.line, format!("there is no lesson {named:?} in lab {}{nearest}", self.lab.number));
            return None;
        };
        let lesson = self.lesson(own, exercises);
        self.mistakes.extend(missing_answers(&lesson));
        (!lesson.steps.is_empty()).then_some(lesson)
    }

    /// A lesson that starts as `own` does.
    fn lesson(&self, own: &Lesson, exercises: Vec<Exercise>) -> Lesson {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        Lesson {
            file: self.file.to_owned(),
            records: folder.join(RECORDS),
            hidden: Some(self.hidden.clone()),
            is_draft: false,
            setup: [&own.setup[..], &self.setup].concat(),
            steps: exercises.into_iter().map(|exercise| Step::Exercise(Box::new(exercise))).collect(),
            ..own.clone()
        }
    }

    /// A further check of `own`: it starts as that one does, and has the same answers unless it says which are right.
    fn check_of(&mut self, own: &Exercise, check: Exercise) -> Exercise {
        if own.check.build.is_some() {
            let message = format!("{} builds a crate, which grading does not do: a check of it has no use", own.id);
            self.mistake(check.line, message);
        }
        if check.check.second_data {
            let message = "a further check is about the lesson's data: `second_data` has no use here".to_owned();
            self.mistake(check.line, message);
        }
        Exercise {
            id: own.id.clone(),
            title: own.title.clone(),
            check: Check {
                after: [&own.check.after[..], &check.check.after].concat(),
                creates: [&own.check.creates[..], &check.check.creates].concat(),
                database: check.check.database.or_else(|| own.check.database.clone()),
                ..check.check
            },
            setup: [&own.setup[..], &check.setup].concat(),
            release: if check.sidecar.is_some() { check.release } else { own.release.clone() },
            sidecar: check.sidecar.or_else(|| own.sidecar.clone()),
            cleanup: check.cleanup.or_else(|| own.cleanup.clone()),
            answers: if check.answers.is_empty() { own.answers.clone() } else { check.answers },
            ..check
        }
    }

    /// The ids of the lab's own exercises in a lesson.
    fn own_ids(&self, lesson: &str) -> Vec<&'a str> {
        let own = self.lab.lessons.iter().filter(|own| own.hidden.is_none() && own.id == lesson);
        own.flat_map(|own| own.exercises().map(|exercise| exercise.id.as_str())).collect()
    }

    fn refuse_double(&mut self, id: &str, line: usize, seen: &[String]) {
        let elsewhere = self.lab.hidden().find(|lesson| lesson.exercise(id).is_some());
        let message = match elsewhere {
            _ if seen.iter().any(|seen| seen == id) => format!("the id {id:?} is used twice in this file"),
            Some(lesson) => format!("the id {id:?} is used in {} already", lesson.file.display()),
            None if self.lab.lessons.iter().any(|lesson| lesson.id == id) => {
                format!("{id:?} is a lesson of the lab: an exercise has another id")
            }
            None => return,
        };
        self.mistake(line, message);
    }

    fn mistake(&mut self, line: usize, message: String) {
        self.mistakes.push(SourceError { file: self.file.to_owned(), line, message });
    }
}
