//! The course: labs, lessons and exercises as values, read from files.
//!
//! ```text
//! labs/12-background-processes/lab.toml   number, id, title, the lessons in order     -> Lab
//!                              02-*.md    one lesson, a valid mdBook chapter          -> Lesson
//!                              expected/  what answers and wrong answers show         -> check::Expected
//! elsewhere/hidden.md, expected/          an instructor's further exercises and checks, for grading only -> Hidden
//! ```
//!
//! # The lesson format
//!
//! One `#` heading is the title. Text, lists, tables and plain code blocks are prose. `## Title {#id .exercise}` begins
//! an exercise, which ends at the next `##`; its text is the task. Everything else stands in fenced blocks:
//!
//! | info string | where | what |
//! |---|---|---|
//! | `sql,demo` | outside exercises | shown, and run with Enter |
//! | `figure` | outside exercises | a drawing in plain text |
//! | `quiz` | outside exercises | a question with choices, see [`Quiz`] |
//! | `sql,setup` | before the first `##`, or in an exercise | run as the student when the sandbox is made, or at the exercise's entry; `sql,setup,as=admin` as the superuser, `sql,setup,database=pub` in a further database of the lesson |
//! | `toml,check` | exercise, once | how an answer is judged: the fields of [`Check`] |
//! | `sql,answer` | exercise | a right answer; the first is the solution |
//! | `sql,wrong` and a quote right below it | exercise | a mistake that people make, and what to say about it |
//! | `hint` | exercise | help, in order |
//! | `sql,sidecar`, `sql,release` | exercise | what the tutor's own session holds while a statement of the student's runs, and how it lets go (default: a rollback) |
//! | `sql,cleanup` | exercise | run as the student when the exercise is left |
//! | `toml,hidden` | before the first `##`, in a file that `--hidden` names | what is kept from students: the fields of [`Hidden`] |
//!
//! # The second data set
//!
//! Where the same statement would show something else over other data, `second_data = true` in the check block says so.
//! Grading then plays an answer that has passed again over the second data set, in a fresh sandbox, and it passes only if
//! it is right there too: `SELECT 356124` is not. A fixture or a set-up takes what differs from settings, with the
//! lesson's own value where there is none, and `fixtures/second.toml` has the other value:
//!
//! ```text
//! INSERT INTO pages SELECT generate_series(1, coalesce(current_setting('lab.pages', true), '10')::int);
//! pages = 13                                                          # in fixtures/second.toml
//! ```
//!
//! What is not marked may depend on the lesson's numbers; set-ups have to work over both. `tutor check --record` records
//! what the answers show over the second data set beside the first (`expected/<exercise>.second.snap`), and
//! `tutor check` proves that every answer passes over both and that what it shows differs. Students get neither the
//! records nor `second.toml`.
//!
//! Parsing is a function of the text: [`parse_lesson`] touches no file. Mistakes of an author come out as
//! [`SourceError`]s with file and line, all of a lesson at once.

mod check;
mod data_set;
mod error;
mod hidden;
mod lab;
mod lesson;
mod markdown;
mod marker;
mod quiz;
pub mod skeleton;
mod withhold;

pub use check::{Check, Compare, Created, Order, Shown, StateCheck, StateRole, When};
pub use data_set::{DataSet, SECOND_DATA, SECOND_RECORD, data_settings};
pub use error::{CourseError, SourceError};
pub use hidden::Hidden;
#[cfg(feature = "book")]
pub(crate) use lab::read;
pub use lab::{Answers, Course, Lab, Place, WITHHELD_MARK};
pub use lesson::{Demo, Exercise, Lesson, Needs, Setup, SetupRole, Step, Wrong};
#[cfg(feature = "book")]
pub(crate) use markdown::{BlockKind, blocks, setup_of};
pub use markdown::{LessonBody, parse_lesson};
pub use marker::{marker, marker_line};
pub use quiz::{Choice, Quiz, QuizError};
pub use withhold::without_answers;
