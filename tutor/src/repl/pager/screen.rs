//! The built-in pager: a page of the printed lines on the terminal's other screen, until its reader leaves.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use super::keys::{Key, take_key};
use super::lines::Lines;
use super::terminal::{Mode, has_key, read_keys, size};
use super::view::View;
use crate::psql::Pages;
use crate::repl::style::Paint;

/// How often the terminal's size is looked at while no key is pressed.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How long the rest of a key may take that is several bytes.
const REST_OF_KEY: Duration = Duration::from_millis(50);

/// To the other screen, and back from it.
const ENTER: &str = "\x1b[?1049h";
const LEAVE: &str = "\x1b[?1049l";

/// A pager on the terminal.
pub(super) struct Screen {
    /// The terminal itself: standard output may be locked by whoever prints.
    terminal: File,
    /// How it was before; `None` once the reader has left.
    before: Option<Mode>,
    keys: Vec<u8>,
    lines: Lines,
    view: View,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn open() -> io::Result<Screen> {
        let size = size().ok_or(ErrorKind::NotConnected)?;
        let mut terminal = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let before = Mode::present()?;
        before.for_keys().restore()?;
        let before = Some(before);
        terminal.write_all(ENTER.as_bytes())?;
        let view = View::new(size, Paint::for_stdout());
        Ok(Screen { terminal, before, keys: Vec::new(), lines: Lines::new(), view })
    }

    /// Shows what the reader wants to see until that takes lines that have not come, or until they leave.
    fn show(&mut self, is_all: bool) -> io::Result<()> {
        let mut is_drawn = false;
        while self.view.settle(&self.lines, is_all)? {
            is_drawn &= !size().is_some_and(|size| self.view.fit(size));
            if !is_drawn {
                self.terminal.write_all(self.view.draw(&self.lines, is_all)?.as_bytes())?;
                is_drawn = true;
            }
            if let Some(key) = self.key(LOOK_AGAIN)? {
                is_drawn = false;
                if self.view.press(key) {
                    return self.leave();
                }
            }
        }
        Ok(())
    }

    /// The next key, if one is pressed within that time.
    fn key(&mut self, wait: Duration) -> io::Result<Option<Key>> {
        if self.keys.is_empty() && has_key(wait)? {
            self.read_keys()?;
        }
        if let Some(key) = take_key(&mut self.keys, false) {
            return Ok(Some(key));
        }
        if !self.keys.is_empty() && has_key(REST_OF_KEY)? {
            self.read_keys()?;
        }
        Ok(take_key(&mut self.keys, true))
    }

    fn read_keys(&mut self) -> io::Result<()> {
        let mut bytes = [0; 64];
        match read_keys(&mut bytes)? {
            0 => Err(ErrorKind::BrokenPipe.into()),
            length => {
                self.keys.extend_from_slice(&bytes[..length]);
                Ok(())
            }
        }
    }

    /// Gives the terminal back. The page that was read last stays above the next prompt.
    fn leave(&mut self) -> io::Result<()> {
        let Some(before) = self.before.take() else { return Ok(()) };
        self.view.begin_lines();
        let page: String = self.view.page_lines(&self.lines)?.iter().map(|line| format!("{line}\r\n")).collect();
        let written = self.terminal.write_all(format!("{LEAVE}{page}").as_bytes());
        before.restore().and(written)
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.before.is_none() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        self.lines.push(bytes)?;
        // Who waits for lines that are far away may change their mind.
        if has_key(Duration::ZERO)? {
            self.view.give_up();
        }
        if self.lines.count() >= self.view.needs(self.lines.count()) {
            self.show(false)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Pages for Screen {
    fn close(mut self: Box<Self>) -> io::Result<()> {
        if self.before.is_none() {
            return Ok(());
        }
        self.lines.finish()?;
        self.show(true)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // An error has its own way to the user.
        let _ = self.leave();
    }
}
