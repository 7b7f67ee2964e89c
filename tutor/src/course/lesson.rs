//! A lesson as a value: its steps in reading order.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Check, Hidden, Quiz};

/// One lesson: a Markdown file, read from top to bottom.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// Its number within the lab's course text (lesson 7 is 7 in every lab list).
    pub number: u32,
    /// Its id, stable over renames of the file.
    pub id: String,
    /// The text of its only `#` heading.
    pub title: String,
    /// How long a student is expected to need.
    pub minutes: u32,
    /// The template database that its sandbox is cloned from.
    pub fixture: String,
    /// What it calls its further, empty databases.
    pub databases: Vec<String>,
    /// What the student may do in it beyond owning the sandbox.
    pub needs: Option<Needs>,
    /// Whether its author is not done with it: it plays, and proving it fails nothing.
    pub is_draft: bool,
    /// The file it was read from.
    pub file: PathBuf,
    /// The folder of what its answers show.
    pub records: PathBuf,
    /// What an instructor says about it who keeps it from students; of the lab's own lessons, nothing.
    pub hidden: Option<Hidden>,
    /// What is run once when the lesson's sandbox is made.
    pub setup: Vec<Setup>,
    /// What the student meets, in order.
    pub steps: Vec<Step>,
}

impl Lesson {
    /// The exercises in order.
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.steps.iter().filter_map(|step| match step {
            Step::Exercise(exercise) => Some(&**exercise),
            _ => None,
        })
    }

    /// The exercises whose answers have to be right over the second data set too, in order.
    pub fn second_data_exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.exercises().filter(|exercise| exercise.check.second_data)
    }

    /// The exercise of that id.
    pub fn exercise(&self, id: &str) -> Option<&Exercise> {
        self.exercises().find(|exercise| exercise.id == id)
    }

    /// The file of what the answers and wrong answers of that exercise show; of its demos, under the id `<lesson>.demos`.
    pub fn record(&self, id: &str) -> PathBuf {
        self.records.join(format!("{id}.snap"))
    }

    /// The place of that exercise among the steps.
    pub fn step_of(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| matches!(step, Step::Exercise(exercise) if exercise.id == id))
    }

    /// The walk-throughs in order.
    pub fn demos(&self) -> impl Iterator<Item = &Demo> {
        self.steps.iter().filter_map(|step| match step {
            Step::Demo(demo) => Some(demo),
            _ => None,
        })
    }
}

/// What the student may do in a lesson beyond owning the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// Make replication slots and subscriptions. On PostgreSQL 15 that takes a superuser.
    Replication,
}

/// One thing a student meets in a lesson.
#[derive(Debug, Clone)]
pub enum Step {
    /// Prose, as Markdown; a section starts with its heading.
    Text(String),
    /// A drawing in plain text.
    Figure(String),
    /// Statements that the student runs with Enter.
    Demo(Demo),
    /// A question with choices. It does not count.
    Quiz(Quiz),
    /// Something to do, with an answer that is checked.
    Exercise(Box<Exercise>),
}

/// Statements and psql commands that are shown and then run as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The script.
    pub sql: String,
    /// Its line in the lesson file.
    pub line: usize,
}

/// Something to do, with an answer that is checked.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// Its id, unique within the lab and stable.
    pub id: String,
    /// The text of its heading.
    pub title: String,
    /// What to do, as Markdown.
    pub prompt: String,
    /// How an answer is judged.
    pub check: Check,
    /// What is run when it is entered, on `\reset` and before a graded attempt.
    pub setup: Vec<Setup>,
    /// What the tutor's own session holds while a statement of the student's runs.
    pub sidecar: Option<String>,
    /// How that session lets go; a rollback if the lesson does not say.
    pub release: Option<String>,
    /// What is run in the student's session when the exercise is left.
    pub cleanup: Option<String>,
    /// Help, from a nudge to nearly all.
    pub hints: Vec<String>,
    /// Right answers; the first is the one shown. None where they are withheld.
    pub answers: Vec<String>,
    /// Mistakes that people make, each with what to say about it.
    pub wrongs: Vec<Wrong>,
    /// The line of its heading in the lesson file.
    pub line: usize,
}

/// A mistake that people make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The script that makes it.
    pub sql: String,
    /// What to say about it, as Markdown.
    pub feedback: String,
}

/// SQL that prepares a lesson or an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The script: SQL only, no psql commands.
    pub sql: String,
    /// Who runs it.
    pub role: SetupRole,
    /// Where it runs, one of the lesson's further databases; the exercise's database if it names none.
    pub database: Option<String>,
    /// Its line in the lesson file.
    pub line: usize,
}

/// Who runs a set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupRole {
    /// The student, who owns the sandbox: nothing of a superuser's touches objects a student made.
    Student,
    /// The superuser, for what a student may not do (`sql,setup,as=admin`).
    Admin,
}
