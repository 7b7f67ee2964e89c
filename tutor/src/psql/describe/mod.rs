//! Questions to the catalogue: `\d` and its family, `\l`, `\sf`, `\gdesc`.
//!
//! The queries are those that psql 15 sends, so that the answers are its answers.

mod functions;
mod lists;
mod pattern;
mod relation;
mod relation_constraints;
mod relation_footers;
mod relation_rules;
mod source;

use std::borrow::Cow;
use std::io;
use std::time::Instant;

use super::command::{Call, CommandError, CommandResult, unknown};
use super::execution::text_of;
use super::message::format_message;
use super::print::{Align, Expanded, PrintSettings, Table};
use super::shell::{Performed, Shell, Streams, version_number};
use super::variables::{parse_bool, quote_literal};
use crate::wire::{Column, Event};

/// The rows of a query that the shell itself asks.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Option<String>>>,
}

/// An answer's value as text, NULL as nothing.
pub(super) fn text(row: &[Option<String>], column: usize) -> &str {
    row.get(column).and_then(Option::as_deref).unwrap_or_default()
}

/// Whether an answer's Boolean is true.
pub(super) fn is_true(row: &[Option<String>], column: usize) -> bool {
    text(row, column) == "t"
}

/// What a command of the family works with.
pub(super) struct Asking<'a, 'b> {
    pub(super) shell: &'a mut Shell,
    pub(super) io: &'a mut Streams<'b>,
    pub(super) watch: &'a mut dyn FnMut(),
}

impl Asking<'_, '_> {
    /// Asks the server; an error of it is printed and ends the command.
    pub(super) fn ask(&mut self, sql: &str) -> Result<Answer, CommandError> {
        self.shell.ask(sql, true, self.io, self.watch)?.ok_or(CommandError::Said)
    }

    pub(super) fn server_version(&self) -> u32 {
        version_number(self.shell.connection.parameter("server_version").unwrap_or_default())
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.shell.is_quiet()
    }

    /// Prints psql's complaint about nothing found, which is no failure.
    pub(super) fn say_nothing_found(&mut self, what: &str, named: &str, pattern: Option<&str>) -> CommandResult {
        if !self.is_quiet() {
            let text = match pattern {
                Some(pattern) => format!("Did not find any {named} named \"{pattern}\"."),
                None => format!("Did not find any {what}."),
            };
            self.shell.complain(&text, self.io)?;
        }
        Ok(Performed::Done)
    }

    /// Prints an answer under a title.
    pub(super) fn print_answer(&mut self, answer: &Answer, title: &str) -> CommandResult {
        self.print_answer_with(answer, title, Vec::new(), true)
    }

    /// Prints an answer under a title and above footers.
    pub(super) fn print_answer_with(
        &mut self,
        answer: &Answer,
        title: &str,
        footers: Vec<String>,
        counts_rows: bool,
    ) -> CommandResult {
        let mut cells = Vec::new();
        for row in &answer.rows {
            cells.extend(row.iter().map(|value| Cow::Borrowed(value.as_deref().unwrap_or_default())));
        }
        let table = Table {
            title: Some(title.to_owned()),
            headers: answer.columns.iter().map(|column| Cow::Borrowed(column.name.as_str())).collect(),
            aligns: answer.columns.iter().map(|column| Align::of_type(column.type_oid)).collect(),
            cells,
            row_count: answer.rows.len(),
            footers,
            counts_rows,
        };
        self.print(&table)
    }

    /// Prints a table that psql never expands, because it would be hard to read.
    pub(super) fn print_unexpanded(&mut self, table: &Table<'_>) -> CommandResult {
        let settings = PrintSettings { expanded: Expanded::Off, ..self.shell.settings.clone() };
        self.shell.show_rows(table, &mut table.rows(), &settings, self.io, self.watch)?;
        Ok(Performed::Done)
    }

    pub(super) fn print(&mut self, table: &Table<'_>) -> CommandResult {
        let settings = self.shell.settings.clone();
        self.shell.show_rows(table, &mut table.rows(), &settings, self.io, self.watch)?;
        Ok(Performed::Done)
    }
}

impl Shell {
    /// `\d..` and `\l..`.
    pub(super) fn describe(
        &mut self,
        call: &mut Call<'_>,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> CommandResult {
        let name = call.name;
        let pattern = call.next_name(&self.variables)?;
        let pattern = pattern.as_deref();
        let mut arguments = Vec::new();
        while name.starts_with("df")
            && let Some(argument) = call.next_name(&self.variables)?
        {
            arguments.push(argument);
        }
        let verbose = name.contains('+');
        let system = name.contains('S');
        let mut asking = Asking { shell: self, io, watch };
        if name.starts_with('l') {
            return match name {
                "l" | "l+" | "list" | "list+" => asking.list_databases(pattern, verbose),
                _ => Ok(unknown()),
            };
        }
        match name.as_bytes().get(1) {
            None | Some(b'+' | b'S') => match pattern {
                Some(_) => asking.describe_relations(pattern, verbose, system),
                None => asking.list_relations("tvmsE", None, verbose, system),
            },
            Some(b't' | b'v' | b'm' | b'i' | b's' | b'E') => {
                asking.list_relations(&name[1..], pattern, verbose, system)
            }
            Some(b'f') if name[2..].starts_with(|letter| !"anptwS+".contains(letter)) => Ok(unknown()),
            Some(b'f') => asking.list_functions(&name[2..], pattern, &arguments, verbose, system),
            Some(b'n') => asking.list_schemas(pattern, verbose, system),
            Some(b'u' | b'g') => asking.list_roles(pattern, verbose, system),
            Some(b'x') if verbose => asking.list_extension_contents(pattern),
            Some(b'x') => asking.list_extensions(pattern),
            _ => Ok(unknown()),
        }
    }

    /// Rows of a query of the shell's own; `None` when it failed, which is printed.
    pub(super) fn catalog_rows(
        &mut self,
        sql: &str,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Option<Vec<Vec<Option<String>>>>> {
        Ok(self.ask(sql, true, io, watch)?.map(|answer| answer.rows))
    }

    /// Sends a query of the shell's own and takes its rows. An error is printed, in full or in one line.
    pub(super) fn ask(
        &mut self,
        sql: &str,
        is_full: bool,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Option<Answer>> {
        if let Some(echo) = self.variables.get("ECHO_HIDDEN").filter(|echo| parse_bool(echo) != Some(false)) {
            writeln!(io.out, "********* QUERY **********\n{sql}\n**************************\n")?;
            if echo.eq_ignore_ascii_case("noexec") {
                return Ok(None);
            }
        }
        if self.connection.start_query(sql).is_err() {
            return Ok(None);
        }
        let (mut answer, mut has_failed, mut last_watch) = (Answer::default(), false, Instant::now());
        loop {
            match self.wait(&mut last_watch, watch) {
                Ok(Event::Columns(columns)) => answer.columns = columns,
                Ok(Event::Row(row)) => answer.rows.push(row.values().map(|value| value.map(text_of)).collect()),
                Ok(Event::Error(error)) => {
                    has_failed = true;
                    let message = if is_full {
                        format_message(&error, sql, true, self.variables.message_style())
                    } else {
                        format!("{}:  {}\n", error.severity, error.message)
                    };
                    self.report(&message, io)?;
                }
                Ok(Event::Notice(notice)) => {
                    let message = format_message(&notice, sql, false, self.variables.message_style());
                    self.report(&message, io)?;
                }
                Ok(Event::Notification(notification)) => self.notified.push(notification),
                Ok(Event::Ready(_)) => return Ok((!has_failed).then_some(answer)),
                Ok(_) => {}
                Err(_) => return Ok(None),
            }
        }
    }

    /// `\gdesc`: names and types of a result's columns.
    pub(super) fn describe_result(
        &mut self,
        sql: &str,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Performed> {
        let mut columns = Vec::new();
        let mut last_watch = Instant::now();
        let mut has_failed = self.connection.start_describe(sql).is_err();
        loop {
            match self.wait(&mut last_watch, watch) {
                Ok(Event::Columns(found)) => columns = found,
                Ok(Event::Error(error)) => {
                    has_failed = true;
                    let message = format_message(&error, sql, true, self.variables.message_style());
                    self.report(&message, io)?;
                }
                Ok(Event::Ready(_)) => break,
                Ok(_) => {}
                Err(_) => return Ok(Performed::Lost(Vec::new())),
            }
        }
        if has_failed {
            return Ok(Performed::Failed);
        }
        if columns.is_empty() {
            writeln!(
                Self::result_target(&mut self.output, io),
                "The command has no result, or the result has no columns."
            )?;
            return Ok(Performed::Done);
        }
        let values: Vec<String> = columns
            .iter()
            .map(|column| {
                format!(
                    "({}, '{}'::pg_catalog.oid, {})",
                    quote_literal(&column.name),
                    column.type_oid,
                    column.type_modifier
                )
            })
            .collect();
        let question = format!(
            "SELECT name AS \"Column\", pg_catalog.format_type(tp, tpm) AS \"Type\"\n\
             FROM (VALUES {}) s(name, tp, tpm)",
            values.join(",")
        );
        let settings = self.settings.clone();
        let ran = self.run(&question, super::execution::Take::Print, &settings, io, watch)?;
        Ok(if ran.is_lost { Performed::Lost(Vec::new()) } else { Performed::Done })
    }
}
