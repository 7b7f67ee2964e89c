//! The terminal itself: its size, its mode, keys as they are pressed.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{InputFlags, LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use terminal_size::{Height, Width, terminal_size_of};

use crate::psql::ScreenSize;

/// The present size.
pub(super) fn size() -> Option<ScreenSize> {
    let (Width(columns), Height(rows)) = terminal_size_of(io::stdout())?;
    Some(ScreenSize { rows: rows.into(), columns: columns.into() })
}

/// How the terminal treats what is typed.
pub(super) struct Mode(Termios);

impl Mode {
    /// As it is now.
    pub(super) fn present() -> io::Result<Mode> {
        Ok(Mode(tcgetattr(io::stdin())?))
    }

    /// Makes it so again.
    pub(super) fn restore(&self) -> io::Result<()> {
        Ok(tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.0)?)
    }

    /// Every key comes at once, without an echo, Ctrl-C and Ctrl-Z as keys like others.
    pub(super) fn for_keys(&self) -> Mode {
        let mut termios = self.0.clone();
        termios.local_flags &= !(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
        termios.input_flags &= !(InputFlags::ICRNL | InputFlags::IXON);
        Mode(termios)
    }
}

/// Whether a key can be read within that time.
pub(super) fn has_key(wait: Duration) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut terminal = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    let wait = PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX);
    match poll(&mut terminal, wait) {
        Ok(ready) => Ok(ready > 0),
        // The terminal's size may have changed.
        Err(nix::Error::EINTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Bytes of what was typed; none when the terminal is gone.
pub(super) fn read_keys(bytes: &mut [u8]) -> io::Result<usize> {
    // Not through `io::stdin`, which would take more than it gives.
    Ok(nix::unistd::read(io::stdin(), bytes)?)
}
