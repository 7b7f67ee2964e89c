//! `\build`: the crate that the student completes for an exercise.

use super::super::source::{Line, LineSource};
use super::super::text;
use super::{Desk, DeskError};
use crate::lab::{StageError, WorkshopError};
use crate::provision::progress;

impl Desk<'_> {
    /// Builds the open exercise's crate, after one question: building runs what is in it.
    pub(super) fn build(&mut self, source: &mut dyn LineSource) -> Result<(), DeskError> {
        let Some(workshop) = self.stage_mut().workshop() else {
            self.output.mention(&self.look.words(text::NOTHING_TO_BUILD))?;
            return Ok(());
        };
        if !self.agreed_to_build && !self.agrees(source, &workshop.source().display().to_string())? {
            return Ok(());
        }
        self.agreed_to_build = true;
        self.output.out.flush()?;
        match self.stage_mut().build(&mut *progress::on_standard_error()) {
            Ok(()) => {
                let log = self.stage_mut().server_log().display().to_string();
                self.say(&text::built(&log))?;
            }
            Err(StageError::Workshop(error @ WorkshopError::Source { .. })) => self.complain(&error.to_string())?,
            Err(error) => self.complain(&format!("tutor: {error}"))?,
        }
        Ok(())
    }

    fn agrees(&mut self, source: &mut dyn LineSource, file: &str) -> Result<bool, DeskError> {
        self.output.mention(&self.look.words(&text::build_runs_code(file)))?;
        let answer = source.read(text::BUILD_QUESTION)?;
        Ok(matches!(answer, Line::Text(text) if matches!(text.trim(), "y" | "Y" | "yes")))
    }

    /// Says where the source is that the open exercise is about, and makes it.
    pub(super) fn show_workshop(&mut self) -> Result<(), DeskError> {
        let Some(workshop) = self.stage_mut().workshop() else { return Ok(()) };
        match workshop.open() {
            Ok(()) => {
                let words = self.look.words(&text::your_source(&workshop.source().display().to_string()));
                self.output.mention_apart(&words)?;
            }
            Err(error) => self.complain(&format!("tutor: {error}"))?,
        }
        Ok(())
    }
}
