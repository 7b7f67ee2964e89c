//! A key pressed while something is shown again and again.

use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{FlushArg, LocalFlags, SetArg, Termios, tcflush, tcgetattr, tcsetattr};

/// The terminal on standard input, giving each key at once and echoing none, until the value is dropped. Ctrl-C stays a
/// signal.
pub(super) struct Keys {
    before: Termios,
}

impl Keys {
    /// `None` where standard input is no terminal.
    pub(super) fn listen() -> Option<Keys> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let before = tcgetattr(stdin.as_fd()).ok()?;
        let mut now = before.clone();
        now.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
        tcsetattr(stdin.as_fd(), SetArg::TCSADRAIN, &now).ok()?;
        Some(Keys { before })
    }

    /// Whether a key is pressed within that time, or the terminal is gone. A signal ends the wait early.
    pub(super) fn pressed_within(&self, wait: Duration) -> bool {
        let stdin = io::stdin();
        let mut asked = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX);
        matches!(poll(&mut asked, timeout), Ok(1..))
    }

    /// Takes what was pressed, all the bytes of a key among it.
    fn swallow(&self) {
        let mut stdin = io::stdin();
        if self.pressed_within(Duration::ZERO) {
            let _ = stdin.read(&mut [0; 1]);
        }
        let _ = tcflush(stdin.as_fd(), FlushArg::TCIFLUSH);
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.swallow();
        // A terminal that is gone needs no restoring.
        let _ = tcsetattr(io::stdin().as_fd(), SetArg::TCSADRAIN, &self.before);
    }
}
