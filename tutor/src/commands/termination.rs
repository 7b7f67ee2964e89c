//! SIGTERM: the tutor ends, and its server with it.

use std::io::stdin;
use std::process::exit;
use std::thread;

use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};
use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

use super::Failure;
use crate::server::Server;

/// The exit status of a program that a signal ended, as shells have it, without the signal's number.
const BY_SIGNAL: i32 = 128;

/// From now on SIGTERM stops the server, puts the terminal back as it is now, and ends the tutor. A statement that runs
/// ends with the server; progress is kept after every pass anyway.
pub(super) fn end_in_order(server: &Server) -> Result<(), Failure> {
    let close = server.closer();
    let terminal = tcgetattr(stdin()).ok();
    let mut signals = Signals::new([SIGTERM])?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            close();
            if let Some(terminal) = terminal {
                // A terminal that is gone needs nothing.
                let _ = tcsetattr(stdin(), SetArg::TCSANOW, &terminal);
            }
            exit(BY_SIGNAL + SIGTERM);
        }
    });
    Ok(())
}
