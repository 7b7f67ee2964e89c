//! What is different for a script: parts for several exercises, a final verdict on each, a summary.

use super::super::source::LineSource;
use super::super::text;
use super::{Attempted, Desk, DeskError};
use crate::check::Verdict;
use crate::course::{CourseError, Place, marker};
use crate::lab::Stage;
use crate::psql::{Performed, Streams};

/// What the lines of a script belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The lesson's exercises, divided by markers; the one that is open was not named.
    Lesson,
    /// An exercise that a marker named.
    Marked,
    /// One exercise, to the end of the script: markers mean nothing.
    Whole,
    /// A marker named what there is not: its lines are left out.
    Unknown,
}

impl Part {
    pub(super) fn of(start: Option<Place<'_>>) -> Part {
        if start.is_some_and(|place| place.exercise.is_some()) { Part::Whole } else { Part::Lesson }
    }
}

impl Desk<'_> {
    /// Whether a script's line is a marker, or is left out.
    pub(super) fn takes_line(&mut self, source: &mut dyn LineSource, line: &str) -> Result<bool, DeskError> {
        match marker(line).filter(|_| self.part != Part::Whole) {
            Some(id) => {
                self.rejoin(source)?;
                self.end_input(source)?;
                self.at_marker(id)?;
                Ok(true)
            }
            None => Ok(self.part == Part::Unknown),
        }
    }

    /// A `-- exercise: ID` line: the exercise so far is judged, the next one opened.
    fn at_marker(&mut self, id: &str) -> Result<(), DeskError> {
        match self.lab.place(id) {
            Ok(place) if place.exercise.is_some() => {
                self.move_to(self.position_of(place))?;
                self.part = Part::Marked;
            }
            Ok(_) => self.skip_part(&text::marker_names_lesson(id))?,
            Err(error) => self.skip_part(&format!("tutor: {error}"))?,
        }
        Ok(())
    }

    fn skip_part(&mut self, complaint: &str) -> Result<(), DeskError> {
        self.finish_exercise()?;
        self.complain(complaint)?;
        self.ended.attempted += 1;
        self.part = Part::Unknown;
        Ok(())
    }

    /// Says that a marker or `\goto` names what there is not.
    pub(super) fn complain_of(&mut self, error: &CourseError) -> Result<(), DeskError> {
        Ok(self.complain(&format!("tutor: {error}"))?)
    }

    /// The end of an exercise's part: a final verdict if there is none that stands. Nothing at a terminal.
    pub(super) fn finish_exercise(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise().filter(|_| !self.interactive && self.part != Part::Unknown) else {
            return Ok(());
        };
        let stands = match self.attempted {
            Attempted::Not => false,
            // Statements that showed nothing are no new try.
            Attempted::Wrong => !self.stage_mut().has_something_to_judge(),
            Attempted::Passed => true,
        };
        if !stands {
            match self.stage_mut().judge() {
                Verdict::NotAttempted if self.part == Part::Lesson => {}
                Verdict::NotAttempted => write!(self.output.out, "{}", text::script_not_attempted(&exercise.id))?,
                verdict => self.announce(&verdict)?,
            }
        }
        self.ended.attempted += usize::from(self.attempted != Attempted::Not);
        self.ended.passed += usize::from(self.attempted == Attempted::Passed);
        self.attempted = Attempted::Not;
        Ok(())
    }

    /// Whether psql would end a script here: at Ctrl-C, and at a failure with `ON_ERROR_STOP`.
    pub(super) fn stops_script(&mut self, performed: &Performed) -> bool {
        if self.interactive {
            return false;
        }
        self.ended.interrupted |= self.stage_mut().take_interrupted();
        let stops_at_errors = self.shell().is_some_and(|shell| shell.variables().is_on("ON_ERROR_STOP"));
        self.ended.interrupted || performed.is_failure() && stops_at_errors
    }

    /// The end of a script: what psql says there, and the summary.
    pub(super) fn close_script(&mut self) -> Result<(), DeskError> {
        let shell = self.stage.as_mut().and_then(Stage::shell);
        if let Some(shell) = shell {
            let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut || None };
            shell.close_input(&mut streams)?;
        }
        writeln!(self.output.out, "{}", text::script_summary(self.ended.passed, self.ended.attempted))?;
        Ok(())
    }
}
