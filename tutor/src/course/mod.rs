//! The course: labs, lessons and exercises as values, read from files.
//!
//! ```text
//! labs/12-background-processes/lab.toml   number, id, title, the lessons in order     -> Lab
//!                              02-*.md    one lesson, a valid mdBook chapter          -> Lesson
//!                              expected/  what answers and wrong answers show         -> check::Expected
//! ```
//!
//! Parsing is a function of the text: [`parse_lesson`] touches no file. Mistakes of an author come out as
//! [`SourceError`]s with file and line, all of a lesson at once.

mod check;
mod error;
mod lab;
mod lesson;
mod markdown;

pub use check::{Check, Compare, Created, Order, Shown, StateCheck, StateRole, When};
pub use error::{CourseError, SourceError};
pub use lab::{Course, Lab, Place};
pub use lesson::{Demo, Exercise, Lesson, Setup, SetupRole, Step, Wrong};
pub use markdown::{LessonBody, parse_lesson};
