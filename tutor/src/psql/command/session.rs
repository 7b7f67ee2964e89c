//! Commands about the session's state: variables, the last error, the encoding.

use super::{Call, CommandError, CommandResult};
use crate::psql::message::{MessageStyle, ShowContext, Verbosity, format_message};
use crate::psql::shell::{Performed, Shell, Streams};
use crate::psql::sql_help::sql_help;
use crate::psql::variables::{Variables, parse_bool};
use crate::psql::words::WordKind;

/// What `\copyright` shows.
const COPYRIGHT: &str = include_str!("../copyright.txt");

impl Shell {
    /// `\set`: lists, or sets a variable to its values put together.
    pub(super) fn set_variable(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let Some(name) = call.next(&self.variables)? else {
            for (name, value) in self.variables.iter() {
                writeln!(io.out, "{name} = '{value}'")?;
            }
            return Ok(Performed::Done);
        };
        let value: String = call.all(&self.variables)?.into_iter().map(|word| word.text).collect();
        self.variables.set(&name, &value).map_err(CommandError::Complaint)?;
        Ok(Performed::Done)
    }

    pub(super) fn unset_variable(&mut self, call: &mut Call<'_>) -> CommandResult {
        let Some(name) = call.next(&self.variables)? else {
            return Err(CommandError::Complaint(format!("\\{}: missing required argument", call.name)));
        };
        self.variables.unset(&name);
        Ok(Performed::Done)
    }

    pub(super) fn print_last_error(&mut self, io: &mut Streams<'_>) -> CommandResult {
        match &self.last_error {
            Some(last) => {
                let style = MessageStyle { verbosity: Verbosity::Verbose, show_context: ShowContext::Always };
                let text = format_message(&last.message, &last.query, true, style);
                self.report(&text, io)?;
            }
            None => writeln!(io.out, "There is no previous error.")?,
        }
        Ok(Performed::Done)
    }

    /// `\if`, `\elif`, `\else`, `\endif`.
    pub(super) fn branch(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let mut holds = false;
        if self.input.conditions.needs_expression(call.name) {
            let words: Vec<String> = call.all(&self.variables)?.into_iter().map(|word| word.text).collect();
            let expression = words.join(" ");
            match parse_bool(&expression) {
                Some(value) => holds = value,
                None => {
                    let text = format!(
                        "unrecognized value \"{expression}\" for \"\\{} expression\": Boolean expected",
                        call.name
                    );
                    self.complain(&text, io)?;
                }
            }
        } else if matches!(call.name, "if" | "elif") {
            call.all(&Variables::none())?;
        }
        self.input.branch(call.name, holds).map_err(CommandError::Complaint)?;
        Ok(Performed::Done)
    }

    /// `\getenv`: a variable of the environment becomes one of psql's.
    pub(super) fn get_environment(&mut self, call: &mut Call<'_>) -> CommandResult {
        let (name, source) = (call.next(&self.variables)?, call.next(&self.variables)?);
        let (Some(name), Some(source)) = (name, source) else {
            return Err(CommandError::Complaint(format!("\\{}: missing required argument", call.name)));
        };
        if let Ok(value) = std::env::var(source) {
            self.variables.set(&name, &value).map_err(CommandError::Complaint)?;
        }
        Ok(Performed::Done)
    }

    /// `\prompt [TEXT] NAME`: the next line becomes the variable's value.
    pub(super) fn prompt(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let Some(first) = call.next(&self.variables)? else {
            return Err(CommandError::Complaint(format!("\\{}: missing required argument", call.name)));
        };
        let name = match call.next(&self.variables)? {
            Some(name) => {
                write!(io.out, "{first}")?;
                io.out.flush()?;
                name
            }
            None => first,
        };
        let value = self.next_line(io).unwrap_or_default();
        self.variables.set(&name, &value).map_err(CommandError::Complaint)?;
        Ok(Performed::Done)
    }

    pub(super) fn print_copyright(&mut self, io: &mut Streams<'_>) -> CommandResult {
        write!(io.out, "{COPYRIGHT}")?;
        Ok(Performed::Done)
    }

    /// `\h`.
    pub(super) fn help(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let topic = call.words.next_word(WordKind::WholeLine, true, &self.variables)?;
        let topic = topic.map(|word| word.text).unwrap_or_default();
        write!(io.out, "{}", sql_help(&topic, self.settings.terminal_columns))?;
        Ok(Performed::Done)
    }

    /// `\encoding`: the client's is UTF8 and stays so.
    pub(super) fn print_encoding(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        match call.next(&self.variables)? {
            None => writeln!(io.out, "UTF8")?,
            Some(name) if matches!(name.to_ascii_lowercase().as_str(), "utf8" | "utf-8") => {}
            Some(name) => {
                return Err(CommandError::Complaint(format!(
                    "{name}: invalid encoding name or conversion procedure not found"
                )));
            }
        }
        Ok(Performed::Done)
    }
}
