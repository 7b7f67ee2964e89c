//! How a script without a lab ends: as `psql -X -q` ends with one on its standard input.

use super::commands::{self, NoCommand};
use super::text;
use crate::psql::Command;

/// Why the prompt without a lab ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The input came to its end or to `\q`, whatever the statements did.
    Done,
    /// The connection broke, or `\c` opened none.
    Lost,
    /// Something failed with `ON_ERROR_STOP`, or Ctrl-C stopped the script.
    Stopped,
}

impl End {
    /// psql's exit status.
    pub fn status(self) -> u8 {
        match self {
            End::Done => 0,
            End::Lost => 2,
            End::Stopped => 3,
        }
    }
}

/// What a script is told about a command that is not here: psql's words where psql has it neither.
pub(super) fn no_command(command: &Command) -> String {
    match commands::no_command(&command.name, false) {
        missing @ NoCommand::Missing(_) => text::no_command(&command.name, missing),
        _ => text::invalid_command(&command.name),
    }
}
