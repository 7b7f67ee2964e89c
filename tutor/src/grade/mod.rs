//! Grading: files of a class become a report.
//!
//! ```text
//! files, folders, archives ──intake──> Submission { name, text } ──parts──> exercise id, script
//!                                           │ runner: a server for each job, a sandbox for each lesson, limits
//!                                           │ second: what has passed, over other data, where the exercise says so
//!                                           v
//!                         Report { Graded { Result } } ──formats──> text, JSON, JUnit, CSV, Gradescope, HTML
//! reports of parts ──merge──────────────^  ├──statistics──> scores, hardest exercises, commonest mistakes
//!                                          └──similar──> groups of equal answers
//! ```

mod clean;
mod digest;
pub mod formats;
mod hidden;
pub mod intake;
mod job;
pub mod journal;
pub mod limits;
mod merge;
mod paper;
mod partition;
mod player;
mod report;
mod rules;
mod run;
mod score;
pub mod script;
mod second;
mod similar;
pub mod statistics;
pub mod submission;
mod text;
mod watchdog;

pub use self::similar::{Foreseen, similar};
pub use digest::lab_digest;
pub use merge::{MergeError, merge};
pub use paper::Paper;
pub use partition::{Partition, PartitionError};
pub use report::{Difference, ExerciseResult, Graded, Report, Similar, Status};
pub use rules::{Points, Rules};
pub use run::{Realms, Step, grade_all};
pub use statistics::Statistics;
