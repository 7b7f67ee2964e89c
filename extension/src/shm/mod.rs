//! Shared memory: one segment for each job, and in it one queue from the worker to its leader.
//!
//! All pointer work on segments and queues is in here.

pub(crate) mod queue;
pub(crate) mod segment;
