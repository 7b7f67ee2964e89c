//! Performing a statement by what ended it.

use std::io;
use std::time::{Duration, Instant};

use super::execution::{Execution, Ran, Take};
use super::go_file::GoFile;
use super::input::{Ending, Statement};
use super::print::{Expanded, PrintSettings};
use super::shell::{Performed, Shell, Streams};

impl Shell {
    pub(super) fn perform_statement(
        &mut self,
        statement: &Statement,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Performed> {
        let settings = self.settings.clone();
        let sql = statement.text.as_str();
        match &statement.ending {
            Ending::Semicolon | Ending::EndOfInput | Ending::Background => {
                self.send(sql, Take::Print, &settings, statement.copies_in, io, watch)
            }
            Ending::Go { target: Some(target), .. } if target.starts_with('|') => {
                self.complain("\\g: programs do not run here; \\g FILE writes a file", io)?;
                Ok(Performed::Failed)
            }
            Ending::Go { target: Some(_), .. } if self.is_confined => {
                self.complain("\\g: nothing outside the server is reached from here", io)?;
                Ok(Performed::Failed)
            }
            Ending::Go { expanded, settings: changes, target } => {
                let mut settings = settings;
                if *expanded {
                    settings.expanded = Expanded::On;
                }
                for (name, value) in changes {
                    if let Err(text) = settings.set(name, value.as_deref()) {
                        self.complain(&text, io)?;
                        return Ok(Performed::Failed);
                    }
                }
                self.go_file = target.clone().map(GoFile::Named);
                let performed = self.send(sql, Take::Print, &settings, statement.copies_in, io, watch);
                match self.go_file.take() {
                    Some(GoFile::Failed) => Ok(performed?.failed()),
                    _ => performed,
                }
            }
            Ending::Set { prefix } => self.send(sql, Take::Set(prefix), &settings, 0, io, watch),
            Ending::Describe => {
                let started = Instant::now();
                let Some(bracket) = self.begin_bracket(sql, io, watch)? else { return Ok(Performed::Failed) };
                let performed = self.describe_result(sql, io, watch)?;
                let nothing = Execution::new(sql, self.connection.transaction());
                self.end_bracket(bracket, &nothing, io, watch)?;
                if !matches!(performed, Performed::Lost(_)) {
                    self.end_query(started.elapsed(), io)?;
                }
                Ok(performed)
            }
            Ending::Execute => self.execute_values(sql, &settings, io, watch),
            Ending::Watch { seconds } => self.repeat(sql, *seconds, &settings, io, watch),
        }
    }

    /// psql's `SendQuery`: what stands around a query string.
    pub(super) fn send(
        &mut self,
        sql: &str,
        take: Take<'_>,
        settings: &PrintSettings,
        copies_in: usize,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Performed> {
        let ran = self.send_one(sql, take, settings, io, watch)?;
        if ran.execution.has_failed && !self.is_interactive {
            (ran.copies_read..copies_in).for_each(|_| self.skip_copy_data(io));
        }
        Ok(performed(vec![ran.execution], ran.is_lost))
    }

    fn send_one(
        &mut self,
        sql: &str,
        take: Take<'_>,
        settings: &PrintSettings,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Ran> {
        let ran = self.run_in_bracket(sql, take, settings, io, watch)?;
        if !ran.is_lost {
            self.end_query(ran.execution.elapsed, io)?;
        }
        Ok(ran)
    }

    fn run_in_bracket(
        &mut self,
        sql: &str,
        take: Take<'_>,
        settings: &PrintSettings,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Ran> {
        if self.variables.get("ECHO") == Some("queries") {
            writeln!(io.out, "{sql}")?;
        }
        let Some(bracket) = self.begin_bracket(sql, io, watch)? else {
            return Ok(Ran::not_run(sql, self.connection.transaction()));
        };
        let mut ran = self.run(sql, take, settings, io, watch)?;
        if !ran.is_lost {
            ran.execution.transaction = self.end_bracket(bracket, &ran.execution, io, watch)?;
        }
        if ran.execution.has_failed && self.variables.get("ECHO") == Some("errors") {
            self.report(&format!("STATEMENT:  {sql}\n"), io)?;
        }
        Ok(ran)
    }

    /// What stands behind everything that a query brought: its time, and who was notified meanwhile.
    fn end_query(&mut self, elapsed: Duration, io: &mut Streams<'_>) -> io::Result<()> {
        self.print_timing(elapsed, io)?;
        self.print_notifications(io)
    }

    fn print_timing(&mut self, elapsed: Duration, io: &mut Streams<'_>) -> io::Result<()> {
        if self.shows_timing { writeln!(io.out, "{}", timing_text(elapsed)) } else { Ok(()) }
    }

    /// `\gexec`.
    fn execute_values(
        &mut self,
        sql: &str,
        settings: &PrintSettings,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Performed> {
        let first = self.run_in_bracket(sql, Take::Execute, settings, io, watch)?;
        let (mut is_lost, elapsed) = (first.is_lost, first.execution.elapsed);
        let mut executions = vec![first.execution];
        for statement in first.found {
            if is_lost || (self.variables.is_on("ON_ERROR_STOP") && executions.iter().any(|done| done.has_failed)) {
                break;
            }
            let ran = self.send_one(&statement, Take::Print, settings, io, watch)?;
            executions.push(ran.execution);
            if let Some(past) = executions.len().checked_sub(KEPT_EXECUTIONS + 1) {
                executions[past].forget();
            }
            is_lost = ran.is_lost;
        }
        if !is_lost {
            self.end_query(elapsed, io)?;
        }
        Ok(performed(executions, is_lost))
    }

    /// `\watch`: until it is cancelled or fails. Only the last execution is kept.
    fn repeat(
        &mut self,
        sql: &str,
        seconds: f64,
        settings: &PrintSettings,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Performed> {
        if sql.is_empty() {
            self.complain("\\watch cannot be used with an empty query", io)?;
            return Ok(Performed::Failed);
        }
        let user_title = settings.title.clone().map(|title| format!("{title}\t")).unwrap_or_default();
        let canceller = self.connection.canceller();
        // As in psql, what comes again and again is not paged.
        let mut settings = PrintSettings { pager: 0, ..settings.clone() };
        loop {
            let now = self.clock(io, watch)?;
            settings.title = Some(format!("{user_title}{now} (every {}s)\n", short_number(seconds)));
            let ran = self.run(sql, Take::Print, &settings, io, watch)?;
            io.out.flush()?;
            if ran.is_lost {
                return Ok(Performed::Lost(vec![ran.execution]));
            }
            self.print_timing(ran.execution.elapsed, io)?;
            // A script hears of them with its next statement, as in psql.
            if self.is_interactive {
                self.print_notifications(io)?;
            }
            if ran.execution.has_failed || canceller.is_pressed() {
                writeln!(io.out)?;
                return Ok(Performed::Executed(vec![ran.execution]));
            }
            let until = Instant::now() + Duration::from_secs_f64(seconds.min(MOST_WATCH_SECONDS));
            while Instant::now() < until && !canceller.is_pressed() {
                std::thread::sleep(until.saturating_duration_since(Instant::now()).min(WATCH_NAP));
                watch();
            }
            if canceller.is_pressed() {
                writeln!(io.out)?;
                return Ok(Performed::Executed(vec![ran.execution]));
            }
        }
    }

    /// The time of day in psql's words (`%c` of the C locale).
    fn clock(&mut self, io: &mut Streams<'_>, watch: &mut dyn FnMut()) -> io::Result<String> {
        let sql = "SELECT pg_catalog.to_char(pg_catalog.clock_timestamp(), 'Dy Mon DD HH24:MI:SS YYYY')";
        let rows = self.catalog_rows(sql, io, watch)?.unwrap_or_default();
        Ok(rows.first().and_then(|row| row.first().cloned().flatten()).unwrap_or_default())
    }
}

fn performed(executions: Vec<Execution>, is_lost: bool) -> Performed {
    if is_lost { Performed::Lost(executions) } else { Performed::Executed(executions) }
}

/// How many of the statements of a `\gexec` keep what they brought, the last ones.
const KEPT_EXECUTIONS: usize = 4;
/// Longest sleep between two looks at the interrupt.
const WATCH_NAP: Duration = Duration::from_millis(20);
/// A day: longer intervals would overflow the clock.
const MOST_WATCH_SECONDS: f64 = 86_400.0;

/// A number as C's `%g` prints it, for the usual ones.
fn short_number(number: f64) -> String {
    let text = format!("{number:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The line of `\timing`.
fn timing_text(elapsed: Duration) -> String {
    let milliseconds = elapsed.as_secs_f64() * 1000.0;
    let total = elapsed.as_secs();
    let seconds = elapsed.as_secs_f64() - (total - total % 60) as f64;
    let (minutes, hours, days) = (total / 60 % 60, total / 3600 % 24, total / 86_400);
    if milliseconds < 1000.0 {
        format!("Time: {milliseconds:.3} ms")
    } else if total < 3600 {
        format!("Time: {milliseconds:.3} ms ({minutes:02}:{seconds:06.3})")
    } else if days == 0 {
        format!("Time: {milliseconds:.3} ms ({hours:02}:{minutes:02}:{seconds:06.3})")
    } else {
        format!("Time: {milliseconds:.3} ms ({days} d {hours:02}:{minutes:02}:{seconds:06.3})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timing_in_words() {
        assert_eq!(timing_text(Duration::from_micros(12_345)), "Time: 12.345 ms");
        assert_eq!(timing_text(Duration::from_millis(61_500)), "Time: 61500.000 ms (01:01.500)");
    }

    #[test]
    fn intervals_are_short() {
        assert_eq!(short_number(2.0), "2");
        assert_eq!(short_number(0.5), "0.5");
    }
}
