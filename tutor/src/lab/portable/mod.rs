//! Answers that run again elsewhere: what was typed as it appeared on the screen becomes the variable it came from.
//!
//! ```text
//! SELECT pg_background_launch('SELECT 1');                   SELECT pg_background_launch('SELECT 1') \gset pid1_
//!  pg_background_launch                                 ->
//! ----------------------
//!                  4711
//! SELECT * FROM pg_background_result(4711) AS (x int);       SELECT * FROM pg_background_result(:pid1_pg_background_launch) ..
//! ```
//!
//! A function of values: the answer, what its statements [`Showed`], and the texts that are another's elsewhere.

mod code;
mod log;
mod pids;
mod strings;

use serde::{Deserialize, Serialize};

pub(super) use log::ShownLog;

use crate::check::Volatile;
use code::{Piece, pieces};

/// What one statement showed, as far as it matters when the answer runs again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showed {
    /// The statement as it was typed.
    pub statement: String,
    /// The process ids on the screen.
    pub pids: ShownPids,
}

/// Process ids that a statement showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownPids {
    /// In a result of one row: all its columns, and beside those that show a process id, that id.
    Row(Vec<(String, Option<String>)>),
    /// In several rows or results: they cannot be taken from there again.
    Scattered(Vec<String>),
}

/// An answer that runs again elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portable {
    /// The answer.
    pub text: String,
    /// What in it will not mean the same elsewhere, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Makes an answer portable. Process ids that its statements showed in one row, and that it has as numbers after that,
/// become variables; so do whole connection strings, and the names of databases in strings.
pub fn portable(answer: &str, showed: &[Showed], volatile: &[Volatile]) -> Portable {
    let pieces = pieces(answer);
    let mut edits = Edits::default();
    pids::rewrite(answer, &pieces, showed, &mut edits);
    strings::rewrite(answer, &pieces, volatile, &mut edits);
    note_commands(answer, &pieces, &mut edits);
    edits.apply(answer)
}

/// Files of the student's own are not elsewhere, and not everything that this prompt knows is known to psql.
fn note_commands(answer: &str, pieces: &[Piece], edits: &mut Edits) {
    for name in pieces.iter().filter_map(|piece| piece.command(answer)) {
        match name {
            "i" | "ir" | "include" | "include_relative" => {
                edits.note("it includes a file with \\i, which is not part of it".to_owned());
            }
            "session" | "bg" => edits.note(format!("psql cannot run it, because it has no \\{name}; the tutor can")),
            _ => {}
        }
    }
}

/// Replacements in a text, and what is to be said about it.
#[derive(Debug, Default)]
struct Edits {
    replaced: Vec<(std::ops::Range<usize>, String)>,
    notes: Vec<String>,
}

impl Edits {
    fn replace(&mut self, range: std::ops::Range<usize>, instead: String) {
        self.replaced.push((range, instead));
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Of two that overlap, the first is made.
    fn apply(mut self, text: &str) -> Portable {
        self.replaced.sort_by_key(|(range, _)| range.start);
        let mut edited = String::with_capacity(text.len());
        let mut at = 0;
        for (range, instead) in self.replaced {
            if range.start < at {
                continue;
            }
            edited.push_str(&text[at..range.start]);
            edited.push_str(&instead);
            at = range.end;
        }
        edited.push_str(&text[at..]);
        Portable { text: edited, notes: self.notes }
    }
}

#[cfg(test)]
mod tests;
