//! What grading comes to: plain values that every format is written from, and that `--merge` and `--resume` read back.

use serde::{Deserialize, Serialize};

/// The outcome of grading a class, or a part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The lab's id.
    pub lab: String,
    /// The lab's number.
    pub lab_number: u32,
    /// The lab's title.
    pub lab_title: String,
    /// A digest of what was graded against: lessons, records, hidden checks, points. Reports with different ones do not
    /// go together.
    pub lab_digest: String,
    /// The kit's version.
    pub kit: String,
    /// The server's version, such as `15.18`.
    pub postgres: String,
    /// One for each submission, sorted by name.
    pub submissions: Vec<Graded>,
    /// Groups of answers that are equal after normalising, for the instructor's eye; sorted by exercise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<Similar>,
}

/// One submission, graded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Graded {
    /// Whose it is: from the roster, else from the file's name.
    pub name: String,
    /// The student's id at the learning platform or in the roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The student's address in the roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where it came from: a path, and within an archive `archive.zip/path`.
    pub source: String,
    /// SHA-256 of the submission's bytes, in hexadecimal digits; `--resume` recognises it by this.
    pub digest: String,
    /// Points reached.
    pub score: f64,
    /// Points that could be reached here.
    pub max_score: f64,
    /// How long grading took, by the clock.
    pub seconds: f64,
    /// What was odd about the submission as a whole, in sentences: markers that name nothing, text that is no UTF-8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// One for each exercise that counts, in the lab's order.
    pub exercises: Vec<ExerciseResult>,
}

impl Graded {
    /// Makes the points those of the exercises.
    pub(super) fn add_up(&mut self) {
        self.score = self.exercises.iter().map(|exercise| exercise.score).sum();
        self.max_score = self.exercises.iter().map(|exercise| exercise.max_score).sum();
    }
}

/// What became of one exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExerciseResult {
    /// The exercise's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The lesson's id.
    pub lesson: String,
    /// What became of it.
    pub status: Status,
    /// Points reached.
    pub score: f64,
    /// Points that could be reached; 0 if it was not graded.
    pub max_score: f64,
    /// What is to be said about it, as Markdown; empty where nothing is.
    pub feedback: String,
    /// What was expected beside what was shown, where that is all there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// The recorded mistake that was made, counted from 1 among the exercise's wrong answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistake: Option<usize>,
    /// What the student wrote for it.
    #[serde(default)]
    pub answer: String,
    /// What it printed, both streams in their order, cut where it was too long; control characters escaped.
    pub output: String,
}

/// What became of an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The answer is right.
    Passed,
    /// The answer is wrong.
    Wrong,
    /// Nothing was done for it.
    NotAttempted,
    /// It took longer than is allowed.
    TimedOut,
    /// It cannot be graded here; left out of the maximum.
    NotGraded,
    /// The checker itself failed, which is never the student's fault; left out of the maximum.
    CheckerError,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 6] = [
        Status::Passed,
        Status::Wrong,
        Status::NotAttempted,
        Status::TimedOut,
        Status::NotGraded,
        Status::CheckerError,
    ];

    /// Whether it is part of the maximum.
    pub fn counts(self) -> bool {
        !matches!(self, Status::NotGraded | Status::CheckerError)
    }
}

/// What was expected beside what was shown, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Difference {
    /// What is wrong, where it can be said in a sentence.
    pub remark: String,
    /// The lines that were expected.
    pub expected: Vec<String>,
    /// The lines that were shown.
    pub shown: Vec<String>,
}

/// Submissions whose answers to an exercise are equal after normalising. It says nothing about why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Similar {
    /// The exercise's id.
    pub exercise: String,
    /// The names, sorted.
    pub names: Vec<String>,
    /// One of the answers.
    pub answer: String,
}
