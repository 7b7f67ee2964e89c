//! Building the crate that an exercise asks for.

use std::path::PathBuf;

use super::super::workshop::Workshop;
use super::{Builds, FIRST_SESSION, Stage, StageError};
use crate::provision::Progress;
use crate::server::Role;

impl Stage<'_> {
    /// The open exercise's crate, if it asks for one and crates are built here.
    pub fn workshop(&self) -> Option<Workshop> {
        let name = self.exercise()?.check.build.as_ref()?;
        match &self.usage.builds {
            Builds::Never => None,
            Builds::Below(place) => Some(Workshop::new(&self.lab.dir.join(name), place)),
        }
    }

    /// Compiles the open exercise's crate and makes its SQL functions in the exercise's database; nothing if it asks for
    /// none. Processes that have loaded an earlier build are ended, and the session is new.
    ///
    /// # Errors
    /// The source does not compile, or the server does not take it.
    pub fn build(&mut self, progress: &mut dyn Progress) -> Result<(), StageError> {
        let (Some(workshop), Some(exercise)) = (self.workshop(), self.exercise()) else { return Ok(()) };
        workshop.open()?;
        let install = workshop.build(self.server, progress)?;
        self.keep_settings();
        self.sessions.clear();
        let ended = self.end_processes();
        self.open_session(FIRST_SESSION)?;
        ended?;
        self.run_as(Role::Admin, exercise.check.database.as_deref(), &install, exercise.line)
    }

    /// Where the server writes why a process has ended.
    pub fn server_log(&self) -> PathBuf {
        self.server.directory().join("log")
    }
}
