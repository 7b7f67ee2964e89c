//! Running a query string: its events become printed results, in psql's order.

use std::borrow::Cow;
use std::io;
use std::time::Instant;

use super::command::reason;
use super::execution::{Collected, Ran, Run, Take, texts_of};
use super::message::format_message;
use super::print::{Align, PrintSettings, Rows, Table};
use super::shell::{LOST_TEXT, LastError, Shell, Streams};
use super::show::WATCH_INTERVAL;
use super::stored::StoredRows;
use crate::wire::{Column, Event, Lost, Notification, ServerMessage};

impl Shell {
    /// Sends a query string and deals with everything it brings.
    pub(super) fn run(
        &mut self,
        sql: &str,
        take: Take<'_>,
        settings: &PrintSettings,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Ran> {
        let started = Instant::now();
        let mut run = Run::new(sql, take, settings, self.result_room(), started);
        if let Err(lost) = self.connection.start_query(sql) {
            return self.lose(&lost, run, started, io, watch);
        }
        loop {
            match self.wait(&mut run.last_watch, watch) {
                Ok(Event::Ready(status)) => {
                    run.ran.execution.transaction = status;
                    break;
                }
                Ok(event) => self.take_event(event, &mut run, io, watch)?,
                Err(lost) => return self.lose(&lost, run, started, io, watch),
            }
        }
        run.ran.execution.elapsed = started.elapsed();
        if let Some(last) = run.previous.take() {
            self.finish_result(last, true, &mut run, io, watch)?;
        }
        Ok(run.ran)
    }

    /// The next event, the watcher being called meanwhile.
    pub(super) fn wait(&mut self, last_watch: &mut Instant, watch: &mut dyn FnMut()) -> Result<Event, Lost> {
        loop {
            if last_watch.elapsed() >= WATCH_INTERVAL {
                watch();
                *last_watch = Instant::now();
            }
            if let Some(event) = self.connection.next_event(WATCH_INTERVAL)? {
                return Ok(event);
            }
        }
    }

    fn take_event(
        &mut self,
        event: Event,
        run: &mut Run<'_>,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<()> {
        match event {
            Event::Columns(columns) => {
                // A rule's SELECT ends without a tag where the next result begins.
                if let Some(done) = run.current.take() {
                    self.complete(done, run, io, watch)?;
                }
                run.current = Some(Collected::new(Some(columns), &run.settings.null, run.room));
            }
            Event::Row(row) => {
                if let Some(current) = run.current.as_mut().filter(|current| !current.is_dropped)
                    && let Err(error) = current.rows.push(&row)
                {
                    current.drop_rows();
                    self.give_up(&error, run, io)?;
                }
            }
            Event::Complete(tag) => {
                let mut done = run.current.take().unwrap_or_else(|| Collected::new(None, "", run.room));
                done.tag = tag;
                done.is_copy_shown = std::mem::take(&mut run.copied_to_output);
                self.complete(done, run, io, watch)?;
            }
            Event::Empty => self.complete(Collected::new(None, "", run.room), run, io, watch)?,
            Event::Notice(notice) => {
                let text = format_message(&notice, &run.ran.execution.sql, false, self.variables.message_style());
                self.report(&text, io)?;
                run.keep_notice(notice);
            }
            Event::Error(error) => {
                run.current = None;
                if let Some(previous) = run.previous.take() {
                    self.finish_result(previous, false, run, io, watch)?;
                }
                self.take_error(error, run, io)?;
            }
            Event::Notification(notification) => self.notified.push(notification),
            Event::CopyIn(format) => {
                run.ran.copies_read += 1;
                if let Some(previous) = run.previous.take() {
                    self.finish_result(previous, false, run, io, watch)?;
                }
                self.send_copy_data(format, io)?;
            }
            Event::CopyOut => {
                if let Some(previous) = run.previous.take() {
                    self.finish_result(previous, false, run, io, watch)?;
                }
                run.copied_to_output = self.copy_file.is_none() && self.go_file.is_none();
            }
            Event::CopyData(data) => self.write_copy_data(&data, io)?,
            Event::CopyDone | Event::Ready(_) => {}
        }
        Ok(())
    }

    /// There is no room for a result's rows: says so and stops the statement.
    fn give_up(&mut self, error: &io::Error, run: &mut Run<'_>, io: &mut Streams<'_>) -> io::Result<()> {
        let why = match error.kind() {
            io::ErrorKind::FileTooLarge => format!("has more than {} MB", run.room.total / 1024 / 1024),
            _ => format!("does not fit into {}: {}", std::env::temp_dir().display(), reason(error)),
        };
        self.complain(&format!("the result {why}; its statement is cancelled"), io)?;
        run.ran.execution.has_failed = true;
        // If the request does not get through, the rest of the rows comes and is dropped.
        let _ = self.connection.canceller().cancel();
        Ok(())
    }

    /// A result is complete, so the one before it is printed.
    fn complete(
        &mut self,
        done: Collected,
        run: &mut Run<'_>,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<()> {
        match run.previous.replace(done) {
            Some(previous) => self.finish_result(previous, false, run, io, watch),
            None => Ok(()),
        }
    }

    fn take_error(&mut self, error: ServerMessage, run: &mut Run<'_>, io: &mut Streams<'_>) -> io::Result<()> {
        let sql = run.ran.execution.sql.clone();
        let text = format_message(&error, &sql, true, self.variables.message_style());
        self.report(&text, io)?;
        for (name, value) in [
            ("ERROR", "true"),
            ("SQLSTATE", error.sqlstate.as_str()),
            ("ROW_COUNT", "0"),
            ("LAST_ERROR_SQLSTATE", error.sqlstate.as_str()),
            ("LAST_ERROR_MESSAGE", error.message.as_str()),
        ] {
            self.variables.set_unchecked(name, value);
        }
        self.last_error = Some(LastError { message: error.clone(), query: sql });
        run.ran.execution.error = Some(error);
        run.ran.execution.has_failed = true;
        Ok(())
    }

    /// Prints or takes a result and keeps it.
    fn finish_result(
        &mut self,
        mut result: Collected,
        is_last: bool,
        run: &mut Run<'_>,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<()> {
        if result.is_dropped {
            return Ok(());
        }
        let is_shown = is_last || self.variables.is_on("SHOW_ALL_RESULTS");
        match (&result.columns, run.take) {
            (Some(columns), Take::Set(prefix)) if is_last => {
                run.ran.execution.shown = false;
                run.ran.execution.has_failed |= !self.set_from_row(columns, &result.rows, prefix, io)?;
            }
            (Some(_), Take::Execute) if is_last => {
                let mut has_room = true;
                result.rows.for_each_row(&mut |row| {
                    has_room = row.values().flatten().all(|value| run.ran.find(value));
                    has_room
                })?;
                if !has_room {
                    self.complain("\\gexec: these are too many statements; the last of them are left out", io)?;
                }
            }
            (Some(columns), _) if is_shown => {
                let table = result_table(columns, run.settings);
                let rows = &mut result.rows;
                self.write_to_go_file(io, &mut |shell, io| shell.show_rows(&table, rows, run.settings, io, watch))?;
                if ["INSERT", "UPDATE", "DELETE"].iter().any(|word| result.tag.starts_with(word)) {
                    self.print_tag(&result.tag, io)?;
                }
            }
            (None, _) if is_shown && !result.tag.is_empty() && !result.is_copy_shown => {
                self.print_tag(&result.tag, io)?;
            }
            _ => {}
        }
        if is_last && !run.ran.execution.has_failed {
            self.variables.set_unchecked("ERROR", "false");
            self.variables.set_unchecked("SQLSTATE", "00000");
            self.variables.set_unchecked("ROW_COUNT", tag_count(&result.tag));
        }
        run.keep(result)
    }

    pub(super) fn print_tag(&mut self, tag: &str, io: &mut Streams<'_>) -> io::Result<()> {
        // Rows have had no oids since PostgreSQL 12.
        self.variables.set_unchecked("LASTOID", "0");
        if self.is_quiet() { Ok(()) } else { writeln!(Self::result_target(&mut self.output, io), "{tag}") }
    }

    /// `\gset`: false when the result is not one row.
    fn set_from_row(
        &mut self,
        columns: &[Column],
        rows: &StoredRows,
        prefix: &str,
        io: &mut Streams<'_>,
    ) -> io::Result<bool> {
        let text = match rows.count() {
            0 => "no rows returned for \\gset",
            1 => "",
            _ => "more than one row returned for \\gset",
        };
        if !text.is_empty() {
            self.complain(text, io)?;
            return Ok(false);
        }
        let values = rows.first()?.map(|row| texts_of(&row)).unwrap_or_default();
        for (column, value) in columns.iter().zip(values) {
            let name = format!("{prefix}{}", column.name);
            if super::variables::Variables::is_special(&name) {
                let text = format!("attempt to \\gset into specially treated variable \"{name}\" ignored");
                io.out.flush()?;
                writeln!(io.err, "{}{text}", self.place("warning: "))?;
                continue;
            }
            let set = match value {
                Some(value) => self.variables.set(&name, &value),
                None => {
                    self.variables.unset(&name);
                    Ok(())
                }
            };
            if let Err(text) = set {
                self.complain(&text, io)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Prints the notifications that came since the last time.
    pub(super) fn print_notifications(&mut self, io: &mut Streams<'_>) -> io::Result<()> {
        let notified = std::mem::take(&mut self.notified);
        let target = Self::result_target(&mut self.output, io);
        notified.print(target)
    }

    /// The connection broke: says so as psql does and ends the run.
    fn lose(
        &mut self,
        lost: &Lost,
        mut run: Run<'_>,
        started: Instant,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Ran> {
        if let Some(previous) = run.previous.take() {
            self.finish_result(previous, false, &mut run, io, watch)?;
        }
        if lost.is_too_long() {
            self.complain("a message of the server is too long; the connection is closed", io)?;
        } else {
            self.report(LOST_TEXT, io)?;
        }
        run.ran.execution.elapsed = started.elapsed();
        run.ran.execution.has_failed = true;
        run.ran.is_lost = true;
        Ok(run.ran)
    }
}

/// What stands around a result's rows.
fn result_table<'a>(columns: &'a [Column], settings: &PrintSettings) -> Table<'a> {
    Table {
        title: settings.title.clone(),
        headers: columns.iter().map(|column| Cow::Borrowed(column.name.as_str())).collect(),
        aligns: columns.iter().map(|column| Align::of_type(column.type_oid)).collect(),
        counts_rows: true,
        ..Table::default()
    }
}

/// The line that psql prints for a notification.
pub(super) fn notification_text(notification: &Notification) -> String {
    let payload = match notification.payload.as_str() {
        "" => String::new(),
        payload => format!(" with payload \"{payload}\""),
    };
    format!(
        "Asynchronous notification \"{}\"{payload} received from server process with PID {}.\n",
        notification.channel, notification.pid
    )
}

/// The number of rows in a command tag, as libpq's `PQcmdTuples` finds it; `0` where there is none.
fn tag_count(tag: &str) -> &str {
    let counts = ["INSERT", "SELECT", "UPDATE", "DELETE", "FETCH", "MERGE", "MOVE", "COPY"];
    let mut words = tag.split(' ');
    let known = words.next().is_some_and(|word| counts.contains(&word));
    words.next_back().filter(|_| known).unwrap_or("0")
}
