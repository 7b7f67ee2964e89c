//! The parts of the book that are written from one source each, so that they cannot be older than what they describe.
//!
//! ```text
//! repl::COMMANDS, Group ───────────────────────> commands ──┐
//! cli::Cli, cli::environment ──────────────────> options ───┼─> Markdown, in place of a directive of a chapter
//! extension/sql/*.sql, src/settings.rs ────────> extension ─┤
//! book/src/figures/speed.json (cargo bench) ───> speed ─────┘
//! ```
//!
//! The Markdown begins with second-level headings, each with an id to link to, or has none.

mod commands;
mod extension;
pub mod figures;
mod markdown;
mod options;
mod speed;

use std::path::Path;

use crate::course::CourseError;

/// A part of the book that is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The commands of the prompt.
    Commands,
    /// The commands and options of `tutor`.
    Options,
    /// The functions, settings and errors of the extension.
    Extension,
    /// What the benchmarks have measured.
    Speed,
}

impl Reference {
    /// All of them.
    pub const ALL: [Reference; 4] = [Reference::Commands, Reference::Options, Reference::Extension, Reference::Speed];

    /// The word that stands for it in a chapter.
    pub fn name(self) -> &'static str {
        match self {
            Reference::Commands => "commands",
            Reference::Options => "options",
            Reference::Extension => "extension",
            Reference::Speed => "speed",
        }
    }

    /// The one that `name` stands for.
    pub fn named(name: &str) -> Option<Reference> {
        Reference::ALL.into_iter().find(|reference| reference.name() == name)
    }

    /// Its text. `root` is the folder of the course, in which sources are found.
    ///
    /// # Errors
    ///
    /// A source that cannot be read, or that leaves something undescribed.
    pub fn markdown(self, root: &Path) -> Result<String, CourseError> {
        match self {
            Reference::Commands => Ok(commands::markdown()),
            Reference::Options => Ok(options::markdown()),
            Reference::Extension => extension::markdown(root),
            Reference::Speed => speed::markdown(root),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        Reference::ALL.into_iter().for_each(|each| assert_eq!(Reference::named(each.name()), Some(each)));
        assert_eq!(Reference::named("glossary"), None);
    }
}
