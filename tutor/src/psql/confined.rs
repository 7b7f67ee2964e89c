//! What a confined session does not reach: the files, the environment and the network of whoever runs it.

use super::command::CommandError;
use super::shell::Shell;
use crate::wire::ConnectOptions;

/// Commands that do nothing else than reach outside.
const OUTSIDE: [&str; 9] = ["i", "include", "ir", "include_relative", "o", "out", "w", "write", "getenv"];

impl Shell {
    /// From now on the session reaches nothing but its own server: a script of somebody else's is run here.
    pub fn confine(&mut self) {
        self.is_confined = true;
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
