//! Judging an answer: from what the server showed to a verdict.
//!
//! ```text
//! statements as they ran ──> Attempt ──Normaliser──> Outcome ─┐
//! expected/<exercise>.snap ────────────────────────> Expected ┴─judge──> Verdict
//! the server's state ──StateProbe──> names of conditions that fail ──> Outcome
//! ```
//!
//! All of it but [`StateProbe`] are functions of values. The prompt, grading, the tests and the book judge by the
//! same [`judge`] over the same expectations.

mod attempt;
mod difference;
mod expected;
mod judge;
mod normalise;
mod outcome;
mod plan;
mod state;
mod tokens;

pub use attempt::Attempt;
pub use difference::{Cell, Column, Difference, Other, Remark, Renamed, Rows, Spelling};
pub use expected::{Expected, ExpectedError};
pub(crate) use expected::{record_for, variant};
pub(crate) use judge::is_mistake;
pub use judge::{Feedback, Look, Verdict, begins_answer, judge, shows_answer};
pub use normalise::{Normaliser, Volatile};
pub use outcome::{Item, Outcome};
pub(crate) use plan::normalise as plan_tree;
pub use state::{Activity, Databases, Eyes, Quiet, StateError, StateProbe, Stillness};
pub(crate) use tokens::{Part, Token, parts, tokens};
