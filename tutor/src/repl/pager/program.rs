//! The user's pager: a command of the shell that reads what is printed.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::terminal::Mode;
use crate::psql::Pages;

/// A running pager.
pub(super) struct Program {
    child: Child,
    /// `None` once the output has ended.
    input: Option<ChildStdin>,
    /// How the terminal was before: a pager that is killed leaves it as it likes.
    mode: Option<Mode>,
}

impl Program {
    /// Starts a command through the shell, as psql does.
    pub(super) fn start(command: &OsStr) -> io::Result<Program> {
        let mode = Mode::present().ok();
        let mut child = Command::new("sh").arg("-c").arg(command).stdin(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        Ok(Program { child, input, mode })
    }

    fn end(&mut self) -> io::Result<()> {
        drop(self.input.take());
        let ended = self.child.wait();
        if let Some(mode) = self.mode.take() {
            mode.restore()?;
        }
        ended.map(drop)
    }
}

impl Write for Program {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.input {
            Some(input) => input.write(bytes),
            None => Err(ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Pages for Program {
    fn close(mut self: Box<Self>) -> io::Result<()> {
        self.end()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // After `close` there is nothing left to wait for.
        let _ = self.end();
    }
}
