//! What a statement on its thread says to whoever waits for it.

use std::io::{self, Write};
use std::sync::mpsc::{Sender, SyncSender};

use crate::psql::{Performed, Shell};

/// Bytes of output that are handed over at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// What is said in place of output that is left out.
const LEFT_OUT: &str = "\n.. (the rest of the output is left out)\n";

/// Keeps output up to `most` bytes, and says once that more is left out.
pub(crate) fn keep_output(kept: &mut Vec<u8>, bytes: &[u8], most: usize) {
    let room = most.saturating_sub(kept.len());
    if room > 0 {
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room {
            kept.extend_from_slice(LEFT_OUT.as_bytes());
        }
    }
}

/// One thing that a thread says.
pub(super) enum Said {
    /// For the output.
    Out(Vec<u8>),
    /// For the errors.
    Err(Vec<u8>),
    /// It needs a line of data for COPY.
    WantsLine,
    /// It has something for a pager, and hears here what becomes of this and of each piece.
    OpenPages(Sender<io::Result<()>>),
    /// A piece for the pager.
    Page(Vec<u8>),
    /// That was all for the pager.
    EndPages,
    /// The item is done; here is the shell again.
    Done(Box<Shell>, io::Result<Performed>),
}

/// One of the two streams, on the thread's side.
pub(super) struct Voice {
    said: SyncSender<Said>,
    wrap: fn(Vec<u8>) -> Said,
    pending: Vec<u8>,
}

impl Voice {
    pub(super) fn new(said: SyncSender<Said>, wrap: fn(Vec<u8>) -> Said) -> Voice {
        Voice { said, wrap, pending: Vec::new() }
    }
}

impl Write for Voice {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::take(&mut self.pending);
        self.said.send((self.wrap)(chunk)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
