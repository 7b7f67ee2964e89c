//! The file of a `\g FILE`.

use std::fs::File;
use std::io;

use super::command::file_complaint;
use super::shell::{Shell, Streams};

/// Where the rows of one statement go instead of where results go.
#[derive(Debug)]
pub(super) enum GoFile {
    /// Not made yet: a statement that brings no rows makes none.
    Named(String),
    Open(File),
    /// It could not be made, which has been said.
    Failed,
}

impl Shell {
    /// Writes rows or data of COPY to the file of `\g`, if there is one, else where results go.
    pub(super) fn write_to_go_file(
        &mut self,
        io: &mut Streams<'_>,
        write: &mut dyn FnMut(&mut Self, &mut Streams<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let file = match self.go_file.take() {
            None => return write(self, io),
            Some(GoFile::Open(file)) => file,
            Some(GoFile::Failed) => {
                self.go_file = Some(GoFile::Failed);
                return Ok(());
            }
            Some(GoFile::Named(name)) => match File::create(&name) {
                Ok(file) => file,
                Err(error) => {
                    self.go_file = Some(GoFile::Failed);
                    return self.complain(&file_complaint(&name, &error), io);
                }
            },
        };
        let outer = self.output.replace(file);
        let written = write(self, io);
        self.go_file = std::mem::replace(&mut self.output, outer).map(GoFile::Open);
        written
    }
}
