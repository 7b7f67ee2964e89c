//! What can be wrong with a course, in words for its author or its student.

use std::fmt;
use std::path::PathBuf;

use crate::words::did_you_mean;

/// A mistake in a lesson file, with the place to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// The file, as it was named to the parser.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Why a course, a lab, a lesson or an exercise cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    /// No folder with `labs/` and `fixtures/` was found.
    #[error(
        "no course found in {} or above it: a course is a folder with `labs` and `fixtures` in it\n  \
         go to the folder of your clone, or name it with --course DIR",
        .0.display()
    )]
    NoCourse(PathBuf),
    /// A file of the course cannot be read.
    #[error("cannot read {}: {cause}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Lesson or lab files with mistakes, each with its file and line.
    #[error("{}", list(.0))]
    Broken(Vec<SourceError>),
    /// No lab of that number or id.
    #[error("there is no lab {asked:?}: this course has {}", .known.join(", "))]
    UnknownLab {
        /// What was asked for.
        asked: String,
        /// Numbers and ids of the labs there are.
        known: Vec<String>,
    },
    /// What is to be kept from students is where they get it.
    #[error(
        "{} is in the folder of the labs, which students get\n  keep it outside, its folder `expected` with it", .0.display()
    )]
    HiddenInCourse(PathBuf),
    /// Neither a lesson nor an exercise of the lab has that id.
    #[error("there is no lesson or exercise {asked:?} in lab {lab}{}\n  `cargo tutor list` shows all ids", did_you_mean(.nearest.as_deref()))]
    UnknownPlace {
        /// What was asked for.
        asked: String,
        /// The lab's number.
        lab: u32,
        /// The id that looks most like it.
        nearest: Option<String>,
    },
}

fn list(errors: &[SourceError]) -> String {
    let lines: Vec<String> = errors.iter().map(SourceError::to_string).collect();
    format!("the course has mistakes:\n  {}", lines.join("\n  "))
}
