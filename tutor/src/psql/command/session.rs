//! Commands about the session's state: variables, the last error, the encoding.

use super::{Call, CommandError, CommandResult};
use crate::psql::message::{MessageStyle, ShowContext, Verbosity, format_message};
use crate::psql::shell::{Performed, Shell, Streams};
use crate::psql::variables::{Variables, parse_bool};

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
