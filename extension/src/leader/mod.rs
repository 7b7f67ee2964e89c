//! The leader's side: a session that launches workers, steers them, and reads what they say.

pub(crate) mod cancel;
pub(crate) mod detach;
mod inbox;
mod jobs;
pub(crate) mod launch;
pub(crate) mod list;
pub(crate) mod result;
mod rowset;
pub(crate) mod run;
mod spool;
pub(crate) mod wait;
