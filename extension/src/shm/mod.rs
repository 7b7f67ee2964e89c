//! Shared memory: one segment for each worker, in it the queue of results to the leader, and for a persistent worker the
//! queue of commands from the leader.
//!
//! All pointer work on segments and queues is in here.

mod command;
mod patience;
pub(crate) mod progress;
pub(crate) mod queue;
pub(crate) mod segment;
