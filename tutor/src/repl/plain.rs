//! A terminal that shows lines and nothing else (`TERM=dumb`), as screen readers and editors have it: no key is
//! answered, nothing is redrawn.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::source::{Line, LineSource};
use super::text;

/// The pause between two looks whether Ctrl-C was pressed, in milliseconds.
const LOOK_AGAIN_MS: u16 = 50;

/// Bytes asked for in one read.
const READ_BYTES: usize = 64 * 1024;

/// Terminals that can do no more, by the value of `TERM`.
const KINDS: [&str; 3] = ["dumb", "cons25", "emacs"];

/// A person at a terminal that shows lines.
pub struct PlainTerminal {
    input: File,
    received: Vec<u8>,
    /// How much of it was looked through for the end of a line.
    searched: usize,
    suggestion: String,
    entries: Vec<String>,
    interrupted: Arc<AtomicBool>,
}

impl PlainTerminal {
    /// Whether the terminal is one of these.
    pub fn is_wanted() -> bool {
        std::env::var("TERM").is_ok_and(|term| KINDS.contains(&term.as_str()))
    }

    /// Reads from standard input.
    pub fn open() -> io::Result<PlainTerminal> {
        let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let interrupted = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupted))?;
        let (received, suggestion, entries) = (Vec::new(), String::new(), Vec::new());
        Ok(PlainTerminal { input, received, searched: 0, suggestion, entries, interrupted })
    }

    /// Waits for bytes; false when there will be none, or Ctrl-C was pressed.
    fn receive(&mut self) -> io::Result<bool> {
        loop {
            if self.interrupted.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let mut ready = [PollFd::new(self.input.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, PollTimeout::from(LOOK_AGAIN_MS)) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => break,
                Err(error) => return Err(error.into()),
            }
        }
        let filled = self.received.len();
        self.received.resize(filled + READ_BYTES, 0);
        let read = self.input.read(&mut self.received[filled..]);
        self.received.truncate(filled + *read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }

    /// The next line that has arrived.
    fn take_line(&mut self) -> Option<String> {
        let end = self.received[self.searched..].iter().position(|byte| *byte == b'\n');
        let Some(end) = end.map(|end| self.searched + end) else {
            self.searched = self.received.len();
            return None;
        };
        let line: Vec<u8> = self.received.drain(..=end).collect();
        self.searched = 0;
        let line = String::from_utf8_lossy(&line);
        Some(line.trim_end_matches(['\n', '\r']).to_owned())
    }
}

impl LineSource for PlainTerminal {
    fn read(&mut self, prompt: &str) -> io::Result<Line> {
        let suggestion = std::mem::take(&mut self.suggestion);
        let mut out = io::stdout().lock();
        if !suggestion.is_empty() {
            writeln!(out, "{suggestion}\n{}", text::ENTER_TAKES_IT)?;
        }
        write!(out, "{prompt}")?;
        out.flush()?;
        // Whatever was pressed before was meant for what ran before.
        self.interrupted.store(false, Ordering::Relaxed);
        loop {
            if let Some(line) = self.take_line() {
                let takes_it = line.is_empty() && !suggestion.is_empty();
                return Ok(Line::Text(if takes_it { suggestion } else { line }));
            }
            if self.receive()? {
                continue;
            }
            self.searched = 0;
            let rest = String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned();
            if self.interrupted.swap(false, Ordering::Relaxed) {
                writeln!(out)?;
                return Ok(Line::Interrupted { had_text: false });
            }
            return Ok(if rest.is_empty() { Line::End } else { Line::Text(rest) });
        }
    }

    fn suggest(&mut self, text: &str) {
        text.trim_end().clone_into(&mut self.suggestion);
    }

    fn is_interactive(&self) -> bool {
        true
    }

    fn remember(&mut self, entry: &str) -> io::Result<()> {
        self.entries.push(entry.to_owned());
        Ok(())
    }

    fn history(&self) -> Vec<String> {
        self.entries.clone()
    }
}
