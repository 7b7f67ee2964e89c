//! What a confined session does not reach: the files, the environment and the network of whoever runs it; and how much
//! of their memory and disk it takes.

use super::command::CommandError;
use super::shell::Shell;
use crate::spool::SPOOL_MEMORY;
use crate::wire::ConnectOptions;

/// Commands that do nothing else than reach outside.
const OUTSIDE: [&str; 9] = ["i", "include", "ir", "include_relative", "o", "out", "w", "write", "getenv"];

/// Bytes of one result that a confined session takes. Far more than anybody reads, and a statement without an end does
/// not fill the disk.
const RESULT_BYTES: u64 = 256 * 1024 * 1024;

/// Bytes of it that stay in memory.
const RESULT_MEMORY: usize = 1024 * 1024;

/// Bytes of one message of the server, such as a row, that a confined session takes.
const MESSAGE_BYTES: usize = 32 * 1024 * 1024;

/// Bytes that the variables of a confined session take together.
const VARIABLE_BYTES: usize = 1024 * 1024;

/// How much of a result is taken, and how much of that stays in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct ResultRoom {
    /// In bytes.
    pub(super) memory: usize,
    /// In bytes, those in memory included.
    pub(super) total: u64,
}

impl Shell {
    /// From now on the session reaches nothing but its own server: a script of somebody else's is run here.
    pub fn confine(&mut self) {
        self.is_confined = true;
        self.connection.set_most_unread(MESSAGE_BYTES);
        self.variables.set_most_bytes(VARIABLE_BYTES);
    }

    /// How much of a result this session takes.
    pub(super) fn result_room(&self) -> ResultRoom {
        match self.is_confined {
            true => ResultRoom { memory: RESULT_MEMORY, total: RESULT_BYTES },
            false => ResultRoom { memory: SPOOL_MEMORY, total: u64::MAX },
        }
    }

    /// The same limits for a connection in place of another.
    pub(super) fn confine_connection(&mut self) {
        if self.is_confined {
            self.connection.set_most_unread(MESSAGE_BYTES);
        }
    }

    /// Refuses a command that reaches outside.
    pub(super) fn refuse_outside(&self, command: &str) -> Result<(), CommandError> {
        self.refuse_outside_if(OUTSIDE.contains(&command), command)
    }

    /// Refuses a command because of an argument that reaches outside.
    pub(super) fn refuse_outside_if(&self, reaches_outside: bool, command: &str) -> Result<(), CommandError> {
        if self.is_confined && reaches_outside {
            return Err(CommandError::Complaint(format!(
                "\\{command}: nothing outside the server is reached from here"
            )));
        }
        Ok(())
    }

    /// Refuses a connection to another server.
    pub(super) fn refuse_elsewhere(&self, wanted: &ConnectOptions) -> Result<(), CommandError> {
        let is_elsewhere = wanted.host != self.options.host || wanted.port != self.options.port;
        self.refuse_outside_if(is_elsewhere, "connect")
    }
}
