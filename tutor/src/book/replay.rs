//! Playing the demos of a chapter.

use std::path::Path;

use super::Chapter;
use crate::lab::{self, Proof, StageError};
use crate::server::Server;

/// Plays the demos of a chapter of the book in the folder `book`, on a fresh sandbox of `server`. The proof has no
/// faults of its own but commands that fail: it is current, or is to be recorded.
///
/// # Errors
/// The chapter cannot be played at all.
pub fn replay(server: &Server, book: &Path, chapter: &Chapter) -> Result<Proof, StageError> {
    lab::replay(server, &Chapter::home(book), &chapter.lesson, &chapter.id)
}
