//! Seeing processes: who is there, what each does, who waits for whom, and why a plan is not parallel.
//!
//! ```text
//! pg_stat_activity, pg_locks, proc(5) ──Look──> Snapshot ─┬─Cast, tree──> \ps
//!                                                         ├─Changes─────> \ps watch
//!                                                         └─Sampler──> Recording ──> Timeline ──> \timeline: text, SVG
//! EXPLAIN in the student's session, under changed circumstances ──why──> \why
//! ```
//!
//! Everything but `look`, `kin`, `machine` and `sampler` is a function of values.

mod cast;
mod changes;
mod kin;
mod look;
mod machine;
mod process;
mod recording;
mod sampler;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod timeline_svg;
mod timeline_text;
mod tree;
mod wait;
pub mod why;

pub use cast::Cast;
pub use changes::{Changes, Moment, news};
pub use look::{LockWait, Look, LookError};
pub use process::{Kind, Machine, Process, Snapshot, State};
pub use recording::{MOST_SAMPLES, Recording};
pub use sampler::Sampler;
pub use timeline::{Span, Timeline, TimelineRow};
pub(crate) use tree::wrap;
pub use tree::{Scene, Style};
pub use wait::{Class, Wait};
