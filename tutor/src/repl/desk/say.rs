//! How the desk speaks: the prompt, sentences for a person or a program, and the width they have.

use std::io;

use super::super::text;
use super::super::transcript::escaped;
use super::{Desk, DeskError};
use crate::psql::{Execution, Expanded};

impl Desk<'_> {
    /// Says a sentence or two that belong into a transcript.
    pub(super) fn say(&mut self, words: &str) -> io::Result<()> {
        self.output.tell(&escaped(words), &self.look.words(words))
    }

    /// Writes to standard error: a line for a program, as many as it takes for a person.
    pub(super) fn complain(&mut self, line: &str) -> io::Result<()> {
        match self.interactive {
            true => self.output.complain(self.look.words(line).trim_end()),
            false => self.output.complain(line),
        }
    }

    pub(super) fn prompt(&mut self) -> String {
        let lesson = self.lesson().id.clone();
        let stage = self.stage_mut();
        let name = if stage.is_on_task() { lesson } else { text::PLAY_PROMPT.to_owned() };
        format!("{name}{} ", stage.prompt())
    }

    /// Says, once, how results that are wider than the terminal can be shown.
    pub(super) fn suggest_x_auto(&mut self, executions: &[Execution]) -> Result<(), DeskError> {
        if !self.interactive || self.suggested_x_auto || !executions.iter().any(has_columns) {
            return Ok(());
        }
        self.output.out.flush()?;
        let is_wide = self.output.record.printed_width() > self.look.width;
        if is_wide && self.shell().is_some_and(|shell| shell.settings().expanded == Expanded::Off) {
            self.suggested_x_auto = true;
            self.output.mention(&self.look.aside(text::TRY_X_AUTO))?;
        }
        Ok(())
    }

    /// Takes the terminal's present width, for words and for `\\x auto`.
    pub(super) fn fit(&mut self) {
        self.look.fit();
        let columns = self.interactive.then_some(self.look.width);
        if let Some(shell) = self.shell() {
            shell.settings_mut().terminal_columns = columns;
        }
    }
}

/// Whether a statement showed a result of several columns.
fn has_columns(execution: &Execution) -> bool {
    execution.shown && execution.results.iter().any(|result| result.columns.len() > 1)
}
