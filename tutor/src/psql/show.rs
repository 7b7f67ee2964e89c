//! Putting tables and texts where the user sees them: page by page when they are long, and only until Ctrl-C.

use std::io::{self, ErrorKind, Write};
use std::time::{Duration, Instant};

use super::paging::{Pages, Paging, ScreenSize};
use super::print::{Cell, Extents, Length, PrintSettings, Rows, Table, print_rows};
use super::shell::{Shell, Streams};
use crate::wire::Canceller;

/// How often the watcher is called, and so the longest time until an interrupt is seen.
pub(super) const WATCH_INTERVAL: Duration = Duration::from_millis(20);
/// Rows printed between two looks at the clock.
const ROWS_AT_ONCE: usize = 128;
/// What stands below a page whose printing was interrupted.
const INTERRUPTED_TEXT: &str = "Interrupted\n";

/// Rows whose reading an interrupt ends, with an error of the kind [`ErrorKind::Interrupted`].
struct Interruptible<'a> {
    rows: &'a mut dyn Rows,
    canceller: Canceller,
    watch: &'a mut dyn FnMut(),
    printed: usize,
}

impl Rows for Interruptible<'_> {
    fn count(&self) -> usize {
        self.rows.count()
    }

    fn extents(&self) -> &Extents {
        self.rows.extents()
    }

    fn for_each(&mut self, each: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>) -> io::Result<()> {
        let Self { rows, canceller, watch, printed } = self;
        let mut last_watch = Instant::now();
        rows.for_each(&mut |row| {
            if printed.is_multiple_of(ROWS_AT_ONCE) {
                if last_watch.elapsed() >= WATCH_INTERVAL {
                    watch();
                    last_watch = Instant::now();
                }
                if canceller.is_pressed() {
                    return Err(ErrorKind::Interrupted.into());
                }
            }
            *printed += 1;
            each(row)
        })
    }
}

impl Shell {
    /// Prints rows below the headers of `table`, where results go. An interrupt ends that, and says so.
    pub(super) fn show_rows(
        &mut self,
        table: &Table<'_>,
        rows: &mut dyn Rows,
        settings: &PrintSettings,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<()> {
        let mut settings = settings.clone();
        let screen = self.screen();
        settings.terminal_columns = screen.map(|screen| screen.columns).or(settings.terminal_columns);
        let length = Length::of(table, rows, &settings);
        let canceller = self.connection.canceller();
        let mut rows = Interruptible { rows, canceller, watch, printed: 0 };
        let pager = self.pager.as_deref_mut().filter(|_| self.output.is_none());
        let printed = match pages(pager, length, &settings, io.out)? {
            Some(pages) => show_in(pages, &mut |pages| print_rows(table, &mut rows, &settings, pages)),
            None => print_rows(table, &mut rows, &settings, Self::result_target(&mut self.output, io)),
        };
        match printed {
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                let (printed, count) = (rows.printed, rows.count());
                self.report(&format!("Printing was stopped after {printed} of {count} rows.\n"), io)
            }
            printed => printed,
        }
    }

    /// Prints text where results go, page by page when it is long.
    pub(super) fn show_text(&mut self, text: &str, io: &mut Streams<'_>) -> io::Result<()> {
        match &mut self.output {
            Some(file) => file.write_all(text.as_bytes()),
            None => show_text(text, self.pager.as_deref_mut(), &self.settings, io.out),
        }
    }

    /// The terminal, when results go there.
    fn screen(&self) -> Option<ScreenSize> {
        self.pager.as_ref().filter(|_| self.output.is_none())?.screen()
    }
}

/// Prints text of the caller's own as a shell prints its: page by page when it is long.
pub fn show_text(
    text: &str,
    pager: Option<&mut (dyn Paging + 'static)>,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    let length = Length { lines: text.lines().count(), is_too_wide: false };
    match pages(pager, length, settings, out)? {
        Some(pages) => show_in(pages, &mut |pages| pages.write_all(text.as_bytes())),
        None => out.write_all(text.as_bytes()),
    }
}

/// A pager, if output of that length wants one by psql's rules and there is one.
fn pages(
    pager: Option<&mut (dyn Paging + 'static)>,
    length: Length,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<Option<Box<dyn Pages>>> {
    let wants = |pager: &&mut (dyn Paging + 'static)| {
        pager.screen().is_some_and(|screen| wants_pager(length, screen, settings))
    };
    let Some(pager) = pager.filter(wants) else { return Ok(None) };
    out.flush()?;
    Ok(pager.open())
}

/// psql's rule: what reaches the last line of the screen, which is the next prompt's, or goes beyond its right edge.
fn wants_pager(length: Length, screen: ScreenSize, settings: &PrintSettings) -> bool {
    let is_long = length.lines >= screen.rows && length.lines >= settings.pager_min_lines as usize;
    match settings.pager {
        0 => false,
        1 => is_long || length.is_too_wide,
        _ => true,
    }
}

/// Writes into a pager and waits for its reader, who may leave before the end.
fn show_in(mut pages: Box<dyn Pages>, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut written = write(&mut pages);
    if written.as_ref().is_err_and(|error| error.kind() == ErrorKind::Interrupted) {
        // A pager that the interrupt has ended too does not take this.
        let _ = pages.write_all(INTERRUPTED_TEXT.as_bytes());
    }
    if written.as_ref().is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        written = Ok(());
    }
    let closed = pages.close();
    written.and(closed.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: ScreenSize = ScreenSize { rows: 24, columns: 80 };

    #[test]
    fn the_pager_is_for_what_does_not_fit() {
        let settings = PrintSettings::default();
        let length = |lines| Length { lines, is_too_wide: false };
        assert!(!wants_pager(length(23), SCREEN, &settings));
        assert!(wants_pager(length(24), SCREEN, &settings));
        assert!(wants_pager(Length { lines: 2, is_too_wide: true }, SCREEN, &settings));
        let patient = PrintSettings { pager_min_lines: 100, ..settings.clone() };
        assert!(!wants_pager(length(99), SCREEN, &patient));
        let always = PrintSettings { pager: 2, ..settings.clone() };
        assert!(wants_pager(length(1), SCREEN, &always));
        let off = PrintSettings { pager: 0, ..settings };
        assert!(!wants_pager(length(1_000), SCREEN, &off));
    }
}
