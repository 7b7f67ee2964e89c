//! Commands about what is printed and where: `\pset` and its short forms, `\echo`, `\o`, `\timing`.

use std::fs::File;
use std::io::Write;

use super::{Call, CommandError, CommandResult};
use crate::psql::print::Format;
use crate::psql::shell::{Performed, Shell, Streams};
use crate::psql::variables::parse_bool;
use crate::psql::words::WordKind;

impl Shell {
    /// `\pset`, `\a`, `\C`, `\f`, `\t`, `\x`.
    pub(super) fn change_settings(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let (name, value) = match call.name {
            "a" => (
                "format".to_owned(),
                Some(if self.settings.format == Format::Aligned { "unaligned" } else { "aligned" }.to_owned()),
            ),
            "C" => ("title".to_owned(), call.next(&self.variables)?),
            "T" => ("tableattr".to_owned(), call.next(&self.variables)?),
            "f" => ("fieldsep".to_owned(), call.next(&self.variables)?),
            "t" => ("tuples_only".to_owned(), call.next_name(&self.variables)?),
            "x" => ("expanded".to_owned(), call.next_name(&self.variables)?),
            _ => match call.next(&self.variables)? {
                Some(name) => (name, call.next(&self.variables)?),
                None => {
                    write!(io.out, "{}", self.settings.listing())?;
                    return Ok(Performed::Done);
                }
            },
        };
        self.settings.set(&name, value.as_deref()).map_err(CommandError::Complaint)?;
        // psql is silent about these when they are told what to be.
        let is_silent = value.is_some() && matches!(name.as_str(), "footer" | "t" | "tuples_only" | "numericlocale");
        let announcement = self.settings.announcement(&name);
        if !self.is_quiet() && !is_silent && !announcement.is_empty() {
            writeln!(io.out, "{announcement}")?;
        }
        Ok(Performed::Done)
    }

    pub(super) fn switch_timing(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let value = call.next(&self.variables)?;
        let wanted = value.as_deref().map_or(Some(!self.shows_timing), parse_bool);
        if wanted.is_none() {
            let value = value.unwrap_or_default();
            self.complain(&format!("unrecognized value \"{value}\" for \"\\timing\": Boolean expected"), io)?;
        }
        self.shows_timing = wanted.unwrap_or(self.shows_timing);
        if !self.is_quiet() {
            writeln!(io.out, "Timing is {}.", if self.shows_timing { "on" } else { "off" })?;
        }
        if wanted.is_none() { Err(CommandError::Said) } else { Ok(Performed::Done) }
    }

    /// `\echo`, `\qecho`, `\warn`.
    pub(super) fn echo(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        // After a mistake psql still prints what was read before it.
        let (mut words, mut failure) = (Vec::new(), None);
        loop {
            match call.next_word(&self.variables) {
                Ok(Some(word)) => words.push(word),
                Ok(None) => break,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        let omits_newline = words.first().is_some_and(|word| word.text == "-n" && word.quote.is_none());
        let texts: Vec<&str> = words.iter().skip(omits_newline.into()).map(|word| word.text.as_str()).collect();
        let target = Self::echo_target(call.name, &mut self.output, io)?;
        let end = if omits_newline { "" } else { "\n" };
        let Some(error) = failure else {
            write!(target, "{}{end}", texts.join(" "))?;
            return Ok(Performed::Done);
        };
        write!(target, "{}", texts.join(" "))?;
        self.complain(&error.to_string(), io)?;
        let target = Self::echo_target(call.name, &mut self.output, io)?;
        write!(target, "{end}")?;
        Ok(Performed::Done)
    }

    fn echo_target<'a>(
        name: &str,
        output: &'a mut Option<File>,
        io: &'a mut Streams<'_>,
    ) -> std::io::Result<&'a mut dyn Write> {
        Ok(match name {
            "echo" => io.out,
            "warn" => {
                io.out.flush()?;
                io.err
            }
            _ => Self::result_target(output, io),
        })
    }

    /// `\o`: results go to a file, or with no name back to the output.
    pub(super) fn redirect(&mut self, call: &mut Call<'_>) -> CommandResult {
        let name = call.words.next_word(WordKind::FileOrPipe, true, &self.variables)?;
        self.output = match name {
            None => None,
            Some(word) if word.text.starts_with('|') => {
                return Err(CommandError::Complaint(
                    "\\o: programs do not run here; \\o FILE writes a file".to_owned(),
                ));
            }
            Some(word) => Some(File::create(&word.text).map_err(|error| complaint_of_file(&word.text, &error))?),
        };
        Ok(Performed::Done)
    }

    pub(super) fn print_buffer(&mut self, io: &mut Streams<'_>) -> CommandResult {
        let text = self.query_text();
        if !text.is_empty() {
            writeln!(io.out, "{text}")?;
        } else if !self.is_quiet() {
            writeln!(io.out, "Query buffer is empty.")?;
        }
        Ok(Performed::Done)
    }

    pub(super) fn reset_buffer(&mut self, io: &mut Streams<'_>) -> CommandResult {
        self.input.reset_buffer();
        if !self.is_quiet() {
            writeln!(io.out, "Query buffer reset (cleared).")?;
        }
        Ok(Performed::Done)
    }

    pub(super) fn write_buffer(&mut self, call: &mut Call<'_>) -> CommandResult {
        let name = call.words.next_word(WordKind::FileOrPipe, true, &self.variables)?;
        let Some(name) = name else {
            return Err(CommandError::Complaint(format!("\\{}: missing required argument", call.name)));
        };
        if name.text.starts_with('|') {
            return Err(CommandError::Complaint("\\w: programs do not run here; \\w FILE writes a file".to_owned()));
        }
        let text = format!("{}\n", self.query_text());
        std::fs::write(&name.text, text).map_err(|error| complaint_of_file(&name.text, &error))?;
        Ok(Performed::Done)
    }
}

/// psql's words for a file that cannot be used.
pub fn file_complaint(name: &str, error: &std::io::Error) -> String {
    format!("{name}: {}", reason(error))
}

/// The same as a command's failure.
pub(super) fn complaint_of_file(name: &str, error: &std::io::Error) -> CommandError {
    CommandError::Complaint(file_complaint(name, error))
}

/// An error of the operating system without its number.
pub(in crate::psql) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
