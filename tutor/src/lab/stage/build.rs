//! Building the crate that an exercise asks for.

use super::super::workshop::Workshop;
use super::{Builds, Stage, StageError};
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
    /// none.
    ///
    /// # Errors
    /// The source does not compile, or the server does not take it.
    pub fn build(&self, progress: &mut dyn Progress) -> Result<(), StageError> {
        let (Some(workshop), Some(exercise)) = (self.workshop(), self.exercise()) else { return Ok(()) };
        workshop.open()?;
        let install = workshop.build(self.server, progress)?;
        self.run_as(Role::Admin, exercise.check.database.as_deref(), &install, exercise.line)
    }
}
