//! Grading: files of a class become a report.
//!
//! ```text
//! files, folders, archives ──intake──> Submission { name, text } ──parts──> exercise id, script
//!                                           │ runner: a server for each job, a sandbox for each lesson, limits
//!                                           v
//!                         Report { Graded { Result } } ──formats──> text, JSON, JUnit, CSV, Gradescope, HTML
//! ```

pub mod intake;
mod report;
pub mod script;
pub mod submission;

pub use report::{Difference, ExerciseResult, Graded, Report, Similar, Status};
