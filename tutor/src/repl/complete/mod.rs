//! What may stand at the cursor: a function of the text and of what is known, so that it can be tested without a
//! terminal or a server.
//!
//! ```text
//! text before the cursor --lex--> words --rules, clauses--> offers --catalogue--> candidates
//!                              \-- a backslash command --arguments--/
//! ```

mod candidates;
pub(super) mod catalogue;
mod command;
mod context;
mod files;
mod rules;
mod snapshot;
mod sources;
mod statement;

pub(super) use catalogue::Catalogue;
pub(super) use files::files;
pub(super) use snapshot::Snapshots;

use super::lex::{Kind, Lexer, Open, Token};
use crate::wire::ConnectOptions;

/// What is known where a line is typed, besides the catalogue.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The statement begun on earlier lines, its last newline included.
    pub earlier: String,
    /// The names of psql's variables.
    pub variables: Vec<String>,
    /// psql's `COMP_KEYWORD_CASE`.
    pub keyword_case: String,
    /// The student's sessions.
    pub sessions: Vec<String>,
    /// The lessons and exercises that can be gone to; empty without a lab.
    pub places: Vec<String>,
    /// Who looks at the catalogue, and from where; nobody where there is none to be seen.
    pub observer: Option<ConnectOptions>,
    /// Names that were typed as those of channels.
    pub(super) channels: Vec<String>,
    /// Names that were typed as those of prepared statements.
    pub(super) prepared: Vec<String>,
}

/// The files and folders that begin with a path, folders with a slash at their end.
pub(super) type Files<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// What completion begins with.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) line: &'a str,
    /// The cursor, in bytes.
    pub(super) position: usize,
    pub(super) catalogue: &'a Catalogue,
    pub(super) surroundings: &'a Surroundings,
    pub(super) files: Files<'a>,
}

/// What may stand in place of the word at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Completion {
    /// Where that word begins in the line, in bytes.
    pub(super) start: usize,
    /// The candidates in their order, each once.
    pub(super) candidates: Vec<String>,
}

/// How much text before the cursor is looked at, in bytes, and how much after it. A longer statement is seen in part.
const SEEN_BEFORE: usize = 32 * 1024;
const SEEN_AFTER: usize = 4 * 1024;

/// The candidates for the word at the cursor.
pub(super) fn complete(input: Input<'_>) -> Completion {
    let Input { line, position, surroundings, .. } = input;
    let Some((before, after)) = line.split_at_checked(position) else { return Completion::default() };
    let text = format!("{}{before}", surroundings.earlier);
    let text = last_part(&text, SEEN_BEFORE);
    let tokens: Vec<Token<'_>> = Lexer::new(text, Open::Nothing).collect();
    // Text and line have the same end, so what is found in the one is found in the other.
    let place = |start: usize| (before.len() + start).saturating_sub(text.len());
    let found = match command::split(&tokens) {
        Some((name, arguments)) => command::complete(&input, text, name, arguments),
        None => context::complete(&input, text, &tokens, first_part(after, SEEN_AFTER)),
    };
    found.into_completion(place, after)
}

/// The tokens that mean something.
fn significant<'t>(tokens: &[Token<'t>]) -> Vec<Token<'t>> {
    tokens.iter().filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment)).copied().collect()
}

fn last_part(text: &str, length: usize) -> &str {
    let least = text.len().saturating_sub(length);
    let start = (least..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    &text[start..]
}

fn first_part(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
    &text[..end]
}

#[cfg(test)]
mod tests;
