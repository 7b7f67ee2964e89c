//! A lab at work: one lesson's sandbox, the student's sessions in it, and the eyes that look at them.
//!
//! ```text
//!                    Server ──clone──> Sandbox (one database)
//!   lines ──> Shell (student) ───────────┤ statements
//!             sidecar (student) ─────────┤ holds a lock or a gate while a statement runs
//!             StateProbe ────────────────┤ looks at the state
//!                                        v
//!             Stage ── Attempt ── judge ──> Verdict
//! ```
//!
//! The prompt, `tutor check` and grading all play exercises on a [`Stage`].

mod portable;
mod proof;
mod scene;
mod sidecar;
mod stage;
mod watch;
mod workshop;

pub use portable::{Portable, Showed, ShownPids, portable};
#[cfg(feature = "book")]
pub(crate) use proof::text_of;
pub use proof::{OddLine, Piece, Proof, parse_demos, prove, prove_second, replay};
pub use scene::{ScriptError, session_options, session_variables, volatile_texts};
pub use stage::{Builds, Stage, StageError, Usage};
pub use workshop::{CRATE_SOURCE, Workshop, WorkshopError};
