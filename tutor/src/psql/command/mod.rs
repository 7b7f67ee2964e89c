//! The backslash commands: arguments read, the right method called.

mod connect;
mod copy;
mod include;
mod output;
mod session;

use std::io;

pub use output::file_complaint;
pub(super) use output::reason;

use super::condition::is_branching;
use super::input::Command;
use super::shell::{Performed, Shell, Streams};
use super::variables::Variables;
use super::words::{Word, WordError, WordKind, Words};

/// A command being performed: its name and the arguments not read yet.
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) words: Words<'a>,
}

impl Call<'_> {
    /// The next argument's text.
    pub(super) fn next(&mut self, variables: &Variables) -> Result<Option<String>, WordError> {
        Ok(self.next_word(variables)?.map(|word| word.text))
    }

    /// The next argument's text, unquoted semicolons at its end taken away.
    pub(super) fn next_name(&mut self, variables: &Variables) -> Result<Option<String>, WordError> {
        Ok(self.words.next_word(WordKind::Normal, true, variables)?.map(|word| word.text))
    }

    pub(super) fn next_word(&mut self, variables: &Variables) -> Result<Option<Word>, WordError> {
        self.words.next_word(WordKind::Normal, false, variables)
    }

    /// All arguments that are left.
    pub(super) fn all(&mut self, variables: &Variables) -> Result<Vec<Word>, WordError> {
        std::iter::from_fn(|| self.next_word(variables).transpose()).collect()
    }
}

/// Why a command did not do what it says.
#[derive(Debug, thiserror::Error)]
pub(in crate::psql) enum CommandError {
    #[error("{0}")]
    Output(#[from] io::Error),
    #[error("{0}")]
    Word(#[from] WordError),
    /// psql's complaint, to be printed.
    #[error("{0}")]
    Complaint(String),
    /// It failed and everything is said.
    #[error("the command failed")]
    Said,
}

pub(super) type CommandResult = Result<Performed, CommandError>;

impl Shell {
    /// Performs a command and goes on reading behind it.
    pub(super) fn perform_command(
        &mut self,
        command: Command,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Performed> {
        if !self.input.conditions.is_active() && !is_branching(&command.name) {
            self.complain(&format!("invalid command \\{}", command.name), io)?;
            return Ok(Performed::Failed);
        }
        let mut call = Call { name: &command.name, words: command.words() };
        let text = match self.dispatch(&mut call, io, watch) {
            Ok(Performed::Unknown(_)) => return Ok(Performed::Unknown(command)),
            Ok(performed) => {
                self.warn_of_extra(&mut call, io)?;
                let tail = call.words.end().to_owned();
                self.input.continue_with(&tail);
                return Ok(performed);
            }
            // psql drops the rest of the line after a command that failed.
            Err(CommandError::Output(error)) => return Err(error),
            Err(CommandError::Said) => return Ok(Performed::Failed),
            Err(CommandError::Word(error)) => error.to_string(),
            Err(CommandError::Complaint(text)) => text,
        };
        self.complain(&text, io)?;
        Ok(Performed::Failed)
    }

    fn dispatch(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>, watch: &mut dyn FnMut()) -> CommandResult {
        self.refuse_outside(call.name)?;
        match call.name {
            "q" | "quit" => Ok(Performed::Quit),
            "a" | "C" | "f" | "pset" | "t" | "T" | "x" => self.change_settings(call, io),
            "timing" => self.switch_timing(call, io),
            "echo" | "qecho" | "warn" => self.echo(call, io),
            "o" | "out" => self.redirect(call),
            "p" | "print" => self.print_buffer(io),
            "r" | "reset" => self.reset_buffer(io),
            "w" | "write" => self.write_buffer(call),
            "set" => self.set_variable(call, io),
            "unset" => self.unset_variable(call),
            "getenv" => self.get_environment(call),
            "prompt" => self.prompt(call, io),
            "copyright" => self.print_copyright(io),
            "h" | "help" => self.help(call, io),
            "errverbose" => self.print_last_error(io),
            "encoding" => self.print_encoding(call, io),
            "c" | "connect" => self.change_connection(call, io),
            "conninfo" => self.print_connection(io),
            "i" | "include" | "ir" | "include_relative" => self.include(call, io, watch),
            // Mistakes in the arguments of commands that send the statement end here.
            "g" | "gx" | "gset" | "gdesc" | "gexec" | "watch" | "bg" => {
                super::input::ending(call.name, &mut call.words, &self.variables)?;
                Ok(Performed::Done)
            }
            "if" | "elif" | "else" | "endif" => self.branch(call, io),
            "copy" => self.copy(call, io, watch),
            "sf" | "sf+" | "sv" | "sv+" => self.show_source(call, io, watch),
            name if name.starts_with('d') || name.starts_with('l') => self.describe(call, io, watch),
            _ => Ok(unknown()),
        }
    }

    fn warn_of_extra(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> io::Result<()> {
        while let Ok(Some(word)) = call.next_word(&self.variables) {
            io.out.flush()?;
            let place = self.place("warning: ");
            writeln!(io.err, "{place}\\{}: extra argument \"{}\" ignored", call.name, word.text)?;
        }
        Ok(())
    }
}

/// Stands for "not ours" until the command itself is given back.
pub(super) fn unknown() -> Performed {
    Performed::Unknown(Command { name: String::new(), rest: String::new() })
}
