//! `\i` and `\ir`: a file's lines in place of the terminal's.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::output::{complaint_of_file, reason};
use super::{Call, CommandError, CommandResult};
use crate::psql::execution::Execution;
use crate::psql::input::Input;
use crate::psql::shell::{Performed, Shell, Streams};

/// How deep files may include each other.
const MOST_INCLUDES: usize = 64;

impl Shell {
    pub(super) fn include(
        &mut self,
        call: &mut Call<'_>,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> CommandResult {
        let Some(name) = call.next_name(&self.variables)? else {
            return Err(CommandError::Complaint(format!("\\{}: missing required argument", call.name)));
        };
        let path = if matches!(call.name, "ir" | "include_relative") { self.beside_file(&name) } else { name.into() };
        let shown = path.display().to_string();
        if self.include_depth >= MOST_INCLUDES {
            return Err(CommandError::Complaint(format!("{shown}: files include each other too deeply")));
        }
        let mut file = File::open(&path).map_err(|error| complaint_of_file(&shown, &error))?;
        let mut bytes = Vec::new();
        if let Err(error) = file.read_to_end(&mut bytes) {
            io.out.flush()?;
            writeln!(io.err, "psql:{shown}: error: could not read from input file: {}", reason(&error))?;
            return Err(CommandError::Said);
        }
        let mut input = Input::new(Some(shown));
        input.push_file(&bytes);
        input.own_commands.clone_from(&self.input.own_commands);
        let outer = std::mem::replace(&mut self.input, input);
        self.include_depth += 1;
        let performed = self.perform_all(io, watch);
        self.include_depth -= 1;
        self.input = outer;
        Ok(performed?)
    }

    /// `\ir`: names are relative to the file that includes.
    fn beside_file(&self, name: &str) -> PathBuf {
        let directory = self.input.file.as_ref().and_then(|file| Path::new(file).parent());
        match directory {
            Some(directory) if Path::new(name).is_relative() => directory.join(name),
            _ => name.into(),
        }
    }

    /// Performs the items of the present input up to its end.
    fn perform_all(&mut self, io: &mut Streams<'_>, watch: &mut dyn FnMut()) -> io::Result<Performed> {
        let mut executions: Vec<Execution> = Vec::new();
        let mut has_failed = false;
        // A change of ON_ERROR_STOP counts from the next line on.
        let (mut line, mut stops) = (0, false);
        while let Some(item) = self.next_item() {
            if line != self.input.line_number() {
                (line, stops) = (self.input.line_number(), self.variables.is_on("ON_ERROR_STOP"));
            }
            let mut no_lines = || None;
            let mut inner = Streams { out: io.out, err: io.err, lines: &mut no_lines };
            let performed = self.perform(item, &mut inner, watch)?;
            let mut is_failure = performed.is_failure();
            match performed {
                Performed::Executed(done) => executions.extend(done),
                Performed::Lost(done) => {
                    executions.extend(done);
                    return Ok(Performed::Lost(executions));
                }
                // In a file `\q` ends the file.
                Performed::Quit => break,
                Performed::Unknown(command) => {
                    self.complain(&format!("invalid command \\{}", command.name), io)?;
                    is_failure = true;
                }
                Performed::Done | Performed::Failed | Performed::Reconnected => {}
            }
            if is_failure && stops || !self.is_connected {
                has_failed = true;
                break;
            }
        }
        has_failed |= !self.close_input(io)? && stops;
        Ok(match (executions.is_empty(), has_failed) {
            (false, _) => Performed::Executed(executions),
            (true, true) => Performed::Failed,
            (true, false) => Performed::Done,
        })
    }
}
