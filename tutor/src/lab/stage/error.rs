//! Why a lesson cannot be played.

use super::super::scene::ScriptError;
use super::super::workshop::WorkshopError;
use crate::check::StateError;
use crate::server::ServerError;
use crate::wire::ConnectError;

/// Why a lesson cannot be played. Never the student's fault.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The sandbox cannot be made or reached.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A session of the student's cannot be opened.
    #[error("cannot open a session in the sandbox: {0}")]
    Connect(#[from] ConnectError),
    /// A session of the tutor's own failed.
    #[error("the tutor's own session failed: {0}")]
    Own(#[from] postgres::Error),
    /// A set-up failed.
    #[error("{place}: the set-up failed: {cause}")]
    Setup {
        /// File and line.
        place: String,
        /// The statement and the server's message.
        cause: ScriptError,
    },
    /// A sidecar cannot be opened.
    #[error("the sidecar cannot be opened: {0}")]
    Sidecar(ScriptError),
    /// The state of the server cannot be looked at.
    #[error(transparent)]
    State(#[from] StateError),
    /// It builds on another exercise, whose answer is neither here nor the student's.
    #[error("this exercise builds on {0:?}: solve that one first")]
    Earlier(String),
    /// The exercise's crate is not built and loaded.
    #[error(transparent)]
    Workshop(#[from] WorkshopError),
    /// There is no place for copies of crates.
    #[error("cannot make a folder for temporary files: {0}")]
    NoRoom(std::io::Error),
}
