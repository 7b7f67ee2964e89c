//! Building the book without mdBook's own program.

use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;

use super::settings::ANSWERS;
use super::{Answers, Tutor};

/// What is to differ from `book.toml`.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The folder to write to.
    pub out: Option<PathBuf>,
    /// Whether the book has answers.
    pub answers: Option<Answers>,
}

/// Builds the book in the folder `book`; returns the folder of its pages.
///
/// # Errors
/// A chapter has mistakes, a record is missing, or a file cannot be read or written.
pub fn build(book: &Path, wanted: &Wanted) -> anyhow::Result<PathBuf> {
    let mut config = Config::from_disk(book.join("book.toml"))?;
    if let Some(answers) = wanted.answers {
        config.set(ANSWERS, answers)?;
    }
    if let Some(out) = &wanted.out {
        config.build.build_dir = std::path::absolute(out)?;
    }
    let mut mdbook = MDBook::load_with_config(book, config)?;
    // In the place of the command that `book.toml` names for mdBook.
    mdbook.with_preprocessor(Tutor);
    mdbook.build()?;
    Ok(mdbook.build_dir_for("html"))
}
