//! The prompt without a lab: psql's behaviour and nothing else.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::commands::nearest;
use super::prompt::{COPY_PROMPT, prompt_end};
use super::source::{Line, LineSource};
use super::{Output, text};
use crate::psql::{Item, Performed, Shell, Streams};

/// Runs what `source` brings in `shell` until it ends or `\q`. `interrupt` becomes true when Ctrl-C is pressed while
/// a statement runs.
pub fn play<'a>(
    shell: &'a mut Shell,
    source: &mut dyn LineSource,
    output: Output<'a>,
    interrupt: &'a Arc<AtomicBool>,
) -> io::Result<()> {
    shell.set_interactive(source.is_interactive());
    let mut table = Table { shell, output, interrupt, history_lost: false };
    loop {
        if !table.show_arrivals()? {
            return Ok(());
        }
        table.output.out.flush()?;
        let prompt = format!("{}{} ", table.shell.options().database, prompt_end(table.shell));
        match source.read(&prompt)? {
            Line::Text(text) => {
                table.remember(source, &text)?;
                text.split('\n').for_each(|line| table.shell.push_line(line));
            }
            Line::Interrupted => table.shell.clear_buffer(),
            Line::End => {
                table.shell.finish_input();
                table.run_items(source)?;
                return table.close();
            }
        }
        if !table.run_items(source)? {
            return Ok(());
        }
    }
}

struct Table<'a> {
    shell: &'a mut Shell,
    output: Output<'a>,
    interrupt: &'a Arc<AtomicBool>,
    history_lost: bool,
}

impl Table<'_> {
    /// Keeps a line in the history; says once when that fails, and goes on.
    fn remember(&mut self, source: &mut dyn LineSource, line: &str) -> io::Result<()> {
        let is_blank = line.trim().is_empty();
        if !is_blank && source.remember(line).is_err() && !std::mem::replace(&mut self.history_lost, true) {
            writeln!(self.output.err, "{}", text::HISTORY_LOST)?;
        }
        Ok(())
    }

    /// Whether to go on.
    fn run_items(&mut self, source: &mut dyn LineSource) -> io::Result<bool> {
        while let Some(item) = self.shell.next_item() {
            match self.perform(source, item)? {
                Performed::Quit => return Ok(false),
                Performed::Unknown(command) => {
                    writeln!(
                        self.output.err,
                        "{}",
                        text::unknown_command(&command.name, nearest(&command.name, &["?"]))
                    )?;
                }
                Performed::Lost(_) => return self.reconnect(),
                _ => {}
            }
        }
        Ok(true)
    }

    fn perform(&mut self, source: &mut dyn LineSource, item: Item) -> io::Result<Performed> {
        self.interrupt.store(false, Ordering::Relaxed);
        let canceller = self.shell.canceller();
        let mut watch = || {
            if self.interrupt.swap(false, Ordering::Relaxed) {
                // If the request does not get through, the user presses again.
                let _ = canceller.cancel();
            }
        };
        let mut lines = || match source.read(COPY_PROMPT) {
            Ok(Line::Text(line)) => Some(line),
            _ => None,
        };
        let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut lines };
        self.shell.perform(item, &mut streams, &mut watch)
    }

    /// Prints what the server said while nothing ran; whether to go on.
    fn show_arrivals(&mut self) -> io::Result<bool> {
        let Ok(events) = self.shell.poll_idle() else { return self.reconnect() };
        for text in events.iter().filter_map(|event| self.shell.event_text(event)) {
            write!(self.output.out, "{text}")?;
        }
        Ok(true)
    }

    /// Says what is left to be said at the end of the input.
    fn close(self) -> io::Result<()> {
        let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut || None };
        self.shell.close_input(&mut streams).map(drop)
    }

    /// Whether the session could be opened again.
    fn reconnect(&mut self) -> io::Result<bool> {
        self.output.out.flush()?;
        writeln!(self.output.err, "{}", text::LOST)?;
        let options = self.shell.options().clone();
        match self.shell.reconnect(options) {
            Ok(()) => writeln!(self.output.err, "{}", text::RECONNECTED)?,
            Err(error) => {
                writeln!(self.output.err, "tutor: {error}")?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}
