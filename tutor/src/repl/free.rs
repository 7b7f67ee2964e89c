//! The prompt without a lab: psql's behaviour and nothing else.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::commands;
use super::prompt::prompt_end;
use super::source::{Line, LineSource, copy_line};
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
    let mut table = Table { shell, output, interrupt };
    loop {
        if !table.show_arrivals()? {
            return Ok(());
        }
        table.output.out.flush()?;
        let prompt = format!("{}{} ", table.shell.options().database, prompt_end(table.shell));
        let line = source.read(&prompt)?;
        // Whatever was pressed before was meant for what ran before.
        interrupt.store(false, Ordering::Relaxed);
        match line {
            Line::Text(text) => {
                if !text.trim().is_empty() && source.remember(&text).is_err() {
                    table.output.complain(super::text::HISTORY_LOST)?;
                }
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
}

impl Table<'_> {
    /// Whether to go on.
    fn run_items(&mut self, source: &mut dyn LineSource) -> io::Result<bool> {
        while let Some(item) = self.shell.next_item() {
            match self.perform(source, item)? {
                Performed::Quit => return Ok(false),
                Performed::Unknown(command) => {
                    let instead = commands::no_command(&command.name, false);
                    self.output.complain(&text::no_command(&command.name, instead))?;
                }
                Performed::Lost(_) => return self.reconnect(),
                _ => {}
            }
        }
        Ok(true)
    }

    fn perform(&mut self, source: &mut dyn LineSource, item: Item) -> io::Result<Performed> {
        let canceller = self.shell.canceller();
        let mut watch = || {
            if self.interrupt.swap(false, Ordering::Relaxed) {
                // If the request does not get through, the user presses again.
                let _ = canceller.cancel();
            }
        };
        let mut lines = || copy_line(source);
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
        self.output.complain(text::LOST)?;
        let options = self.shell.options().clone();
        match self.shell.reconnect(options) {
            Ok(()) => self.output.complain(text::RECONNECTED)?,
            Err(error) => {
                self.output.complain(&format!("tutor: {error}"))?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}
