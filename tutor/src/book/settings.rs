//! What `book.toml` says in `[preprocessor.tutor]`.

use anyhow::Context;
use mdbook_preprocessor::config::Config;
use serde::{Deserialize, Serialize};

/// The key of the setting in `book.toml`.
pub(super) const ANSWERS: &str = "preprocessor.tutor.answers";

/// Whether the book has the answers of exercises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// Folded below each exercise, with common mistakes.
    Fold,
    /// They are nowhere in the book.
    #[default]
    Hide,
}

impl Answers {
    /// The setting; without one, answers are hidden.
    ///
    /// # Errors
    /// It is neither `fold` nor `hide`.
    pub(super) fn of(config: &Config) -> anyhow::Result<Answers> {
        let set = config.get(ANSWERS).with_context(|| format!("{ANSWERS} in book.toml"))?;
        Ok(set.unwrap_or_default())
    }
}
