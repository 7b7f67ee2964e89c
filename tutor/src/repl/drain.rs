//! Throwing away what was typed or pasted and could not be read.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

/// How long nothing may come for the end of a paste to be believed, in milliseconds.
const QUIET_MS: u8 = 100;

/// Reads standard input, a terminal, until nothing comes any more, and forgets it. A paste is long: what is left of it
/// must not be taken for keys.
pub(super) fn drain() -> io::Result<()> {
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let before = tcgetattr(&input)?;
    let mut raw = before.clone();
    raw.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
    tcsetattr(&input, SetArg::TCSANOW, &raw)?;
    let drained = read_all(&mut input);
    tcsetattr(&input, SetArg::TCSANOW, &before)?;
    drained
}

fn read_all(input: &mut File) -> io::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        let mut ready = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
        if poll(&mut ready, PollTimeout::from(QUIET_MS))? == 0 || input.read(&mut bytes)? == 0 {
            return Ok(());
        }
    }
}
