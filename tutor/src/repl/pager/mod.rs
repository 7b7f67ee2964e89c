//! Long results page by page: the user's own pager, else a small one of ours.
//!
//! ```text
//! sessions (who waits) ──Paging──> TerminalPager ─┬─ $PSQL_PAGER, $PAGER ──> Program   a process that reads a pipe
//!                                                 └─ neither set ──────────> Screen    Lines + View, keys from the terminal
//! ```
//!
//! Both stand in the way of the rows that are written to them, so a result of millions of rows is printed only as far
//! as somebody looks. What gets into a pager gets into the transcript.

mod keys;
mod lines;
mod noted;
mod program;
mod screen;
mod terminal;
mod view;

use std::io::{self, IsTerminal};

use noted::Noted;
use program::Program;
use screen::Screen;

use super::output::Record;
use crate::psql::{Pages, Paging, ScreenSize};

/// The variables that name the user's pager, the first one first, as in psql.
const PAGER_VARIABLES: [&str; 2] = ["PSQL_PAGER", "PAGER"];

/// The pager of a person at a terminal.
#[derive(Debug)]
pub struct TerminalPager {
    record: Record,
}

impl TerminalPager {
    /// One that notes in `record` what it shows. None where nobody reads page by page: in scripts, pipes, and terminals
    /// that cannot move their cursor.
    pub fn noted_in(record: &Record) -> Option<Box<dyn Paging>> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let has_person = io::stdin().is_terminal() && io::stdout().is_terminal();
        (has_person && !is_dumb).then(|| Box::new(TerminalPager { record: record.clone() }) as Box<dyn Paging>)
    }
}

impl Paging for TerminalPager {
    fn screen(&self) -> Option<ScreenSize> {
        terminal::size()
    }

    fn open(&mut self) -> Option<Box<dyn Pages>> {
        Some(Box::new(Noted { pages: open_chosen()?, record: self.record.clone() }))
    }
}

/// The user's pager, else ours.
fn open_chosen() -> Option<Box<dyn Pages>> {
    match PAGER_VARIABLES.iter().find_map(std::env::var_os) {
        // As in psql, a name of nothing but space turns the pager off.
        Some(command) if command.to_string_lossy().trim().is_empty() => None,
        Some(command) => Program::start(&command).ok().map(|program| Box::new(program) as Box<dyn Pages>),
        None => Screen::open().ok().map(|screen| Box::new(screen) as Box<dyn Pages>),
    }
}
