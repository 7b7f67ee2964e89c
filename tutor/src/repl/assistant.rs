//! What the line editor asks while somebody types: colours, candidates. Nothing here waits but the Tab key, a moment,
//! for the first look at the catalogue, and a finished line until nobody looks.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::{Context, Helper, Validator};

use super::complete::{self, Input, Snapshots, Surroundings};
use super::highlight::paint;
use super::lex::{Open, open_after};
use super::paste::EDITED_BYTES;

/// Helps the person who types.
#[derive(Helper, Validator)]
pub(super) struct Assistant {
    colours: bool,
    surroundings: Surroundings,
    /// What is open where the line begins.
    open: Open,
    snapshots: Snapshots,
    /// Whether the bracket at the cursor is shown with the one that belongs to it: not in a line that is finished.
    shows_brackets: AtomicBool,
    /// The line and the cursor as they were last seen, to go on with after a key that could not be read.
    seen: Mutex<(String, usize)>,
}

impl Assistant {
    pub(super) fn new(colours: bool) -> Assistant {
        let (surroundings, snapshots) = (Surroundings::default(), Snapshots::default());
        let (shows_brackets, seen) = (AtomicBool::new(true), Mutex::default());
        Assistant { colours, surroundings, open: Open::Nothing, snapshots, shows_brackets, seen }
    }

    /// Says where a line is about to be typed.
    pub(super) fn set_surroundings(&mut self, surroundings: Surroundings) {
        self.open = open_after(&surroundings.earlier, Open::Nothing);
        self.surroundings = surroundings;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Default::default();
    }

    /// Takes the first look at a database, or at what a statement has changed, if there is none that is true.
    pub(super) fn prepare(&self) {
        if let Some(options) = &self.surroundings.observer
            && !self.snapshots.is_true_to(&options.database)
        {
            self.snapshots.look(options);
        }
    }

    /// Waits, not for long, until nobody looks: the line that was typed is alone with the server.
    pub(super) fn finish(&self) {
        self.snapshots.wait_for_end();
    }

    /// Says that a statement may have changed the catalogue.
    pub(super) fn outdate(&self) {
        self.snapshots.outdate();
    }

    /// What was typed before and after the cursor.
    pub(super) fn seen(&self) -> (String, String) {
        let (line, position) = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (before, after) = line.split_at_checked(position).unwrap_or((&line, ""));
        (before.to_owned(), after.to_owned())
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        let cursor = self.shows_brackets.load(Ordering::Relaxed).then_some(position);
        if self.colours { paint(line, &self.open, cursor) } else { Cow::Borrowed(line) }
    }

    /// A key changes the colour of what stands before it; moving, only the brackets.
    fn highlight_char(&self, line: &str, position: usize, kind: CmdKind) -> bool {
        self.shows_brackets.store(kind != CmdKind::ForcedRefresh, Ordering::Relaxed);
        let is_near = |place: Option<usize>| {
            place.and_then(|place| line.as_bytes().get(place)).is_some_and(|byte| b"()[]".contains(byte))
        };
        self.colours
            && match kind {
                CmdKind::MoveCursor => is_near(Some(position)) || is_near(position.checked_sub(1)),
                CmdKind::Other => true,
                CmdKind::ForcedRefresh => false,
            }
    }
}

impl Hinter for Assistant {
    type Hint = String;

    /// Gives no hints: it is the place where every change of the line comes by.
    fn hint(&self, line: &str, position: usize, _context: &Context<'_>) -> Option<String> {
        if line.len() <= 2 * EDITED_BYTES {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            line.clone_into(&mut seen.0);
            seen.1 = position;
        }
        if !line.is_empty() {
            self.prepare();
        }
        None
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        self.prepare();
        let database = self.surroundings.observer.as_ref().map_or("", |options| options.database.as_str());
        let catalogue = self.snapshots.first_catalogue(database);
        let found = complete::complete(Input {
            line,
            position,
            catalogue: &catalogue,
            surroundings: &self.surroundings,
            files: &complete::files,
        });
        // For the next time: what is there now is used now.
        if let Some(options) = &self.surroundings.observer {
            self.snapshots.look(options);
        }
        Ok((found.start, found.candidates))
    }
}
