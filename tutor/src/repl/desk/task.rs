//! The open task: showing it, judging what was done for it, helping.

use super::super::source::LineSource;
use super::super::text;
use super::{Attempted, Desk, DeskError, Flow};
use crate::check::Verdict;
use crate::course::{Exercise, Step};
use crate::progress::{ExerciseProgress, LabProgress, Status};

/// After every so many failures in a row the prompt reminds of hints.
const NUDGE_EVERY: u32 = 3;

impl<'a> Desk<'a> {
    /// After a statement: a verdict, if it is certain.
    pub(super) fn glance(&mut self) -> Result<(), DeskError> {
        if self.attempted == Attempted::Passed {
            return Ok(());
        }
        match self.stage_mut().glance() {
            Some(verdict) => self.announce(&verdict),
            None => Ok(()),
        }
    }

    pub(super) fn check(&mut self) -> Result<(), DeskError> {
        if self.exercise().is_none() {
            writeln!(self.out, "{}", text::NO_EXERCISE)?;
            return Ok(());
        }
        let verdict = self.stage_mut().judge();
        self.announce(&verdict)
    }

    /// Says and keeps a verdict over the open exercise; after a pass, the lesson goes on where somebody reads it.
    pub(super) fn announce(&mut self, verdict: &Verdict) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise() else { return Ok(()) };
        let tries = self.keep_verdict(exercise, verdict)?;
        if self.interactive {
            write!(self.out, "\n{}", self.look.verdict(exercise, verdict))?;
        } else {
            write!(self.out, "{}", self.script_verdict(exercise, verdict))?;
        }
        match verdict {
            Verdict::Passed if self.interactive => self.advance()?,
            Verdict::Wrong(_) if self.interactive && tries % NUDGE_EVERY == 0 => writeln!(self.out, "{}", text::NUDGE)?,
            _ => {}
        }
        Ok(())
    }

    /// A verdict in a script: a line that a program can look for, and what is to be said about a failure.
    fn script_verdict(&self, exercise: &Exercise, verdict: &Verdict) -> String {
        let said = self.look.verdict(exercise, verdict);
        match verdict {
            Verdict::Passed => text::script_passed(&exercise.id),
            Verdict::Wrong(_) | Verdict::TimedOut => text::script_wrong(&exercise.id) + &said,
            Verdict::NotAttempted | Verdict::NotGraded(_) | Verdict::CheckerFault(_) => said,
        }
    }

    /// Keeps what a verdict means for progress; returns the number of tries so far.
    fn keep_verdict(&mut self, exercise: &Exercise, verdict: &Verdict) -> Result<u32, DeskError> {
        let typed = std::mem::take(&mut self.typed);
        let mut tries = 0;
        let passed = *verdict == Verdict::Passed;
        self.attempted = match verdict {
            Verdict::Passed => Attempted::Passed,
            Verdict::Wrong(_) | Verdict::TimedOut => Attempted::Wrong,
            Verdict::NotAttempted | Verdict::NotGraded(_) | Verdict::CheckerFault(_) => return Ok(tries),
        };
        self.update(&exercise.id, |kept| {
            if passed {
                kept.status = Status::Passed;
                kept.answer = Some(typed);
            } else {
                kept.tries += 1;
            }
            tries = kept.tries;
        })?;
        Ok(tries)
    }

    pub(super) fn show_task(&mut self) -> Result<(), DeskError> {
        if std::mem::take(&mut self.playing) {
            writeln!(self.out, "{}", text::BACK_AT_TASK)?;
        }
        match self.step() {
            Some(Step::Exercise(exercise)) => {
                let task = self.look.task(exercise, self.number_of(exercise));
                write!(self.out, "{task}")?;
            }
            Some(Step::Demo(demo)) => {
                write!(self.out, "{}\n{}\n", self.look.code(&demo.sql), self.look.paint.aside(text::RUN_DEMO))?;
            }
            Some(Step::Text(markdown)) => writeln!(self.out, "{}", self.look.prose(markdown))?,
            Some(Step::Figure(drawing)) => writeln!(self.out, "{}", self.look.figure(drawing))?,
            None => writeln!(self.out, "{}", text::LAB_DONE)?,
        }
        Ok(())
    }

    pub(super) fn show_hint(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise() else {
            writeln!(self.out, "{}", text::NO_EXERCISE)?;
            return Ok(());
        };
        let shown = self.kept(&exercise.id).hints;
        match exercise.hints.get(shown) {
            Some(hint) => {
                write!(self.out, "{}", self.look.hint(shown + 1, exercise.hints.len(), hint))?;
                self.update(&exercise.id, |kept| kept.hints = shown + 1)?;
            }
            None => {
                for (index, hint) in exercise.hints.iter().enumerate() {
                    write!(self.out, "{}", self.look.hint(index + 1, exercise.hints.len(), hint))?;
                }
                writeln!(self.out, "{}", text::NO_MORE_HINTS)?;
            }
        }
        Ok(())
    }

    pub(super) fn show_solution(&mut self, source: &mut dyn LineSource) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise() else {
            writeln!(self.out, "{}", text::NO_EXERCISE)?;
            return Ok(());
        };
        let kept = self.kept(&exercise.id);
        let tries_left = exercise.check.solution_after.saturating_sub(kept.tries);
        if kept.status != Status::Passed && tries_left > 0 {
            writeln!(self.out, "{}", text::solution_locked(tries_left))?;
            return Ok(());
        }
        let solution = exercise.answers.first().map(|answer| answer.trim_end()).unwrap_or_default();
        if source.is_interactive() {
            source.suggest(solution);
        } else {
            write!(self.out, "{}", self.look.code(solution))?;
        }
        Ok(())
    }

    pub(super) fn reset(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise() else {
            writeln!(self.out, "{}", text::NO_EXERCISE)?;
            return Ok(());
        };
        self.stage_mut().enter(exercise)?;
        self.typed.clear();
        writeln!(self.out, "{}", text::RESET_DONE)?;
        Ok(())
    }

    /// In a script, the end of an exercise's part: a final verdict if there is none that stands.
    pub(super) fn finish_exercise(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise().filter(|_| !self.interactive) else {
            return Ok(());
        };
        if self.attempted != Attempted::Passed {
            match self.stage_mut().judge() {
                Verdict::NotAttempted if self.attempted == Attempted::Wrong => {}
                Verdict::NotAttempted => write!(self.out, "{}", text::script_not_attempted(&exercise.id))?,
                verdict => self.announce(&verdict)?,
            }
        }
        self.ended.attempted += usize::from(self.attempted != Attempted::Not);
        self.ended.passed += usize::from(self.attempted == Attempted::Passed);
        self.attempted = Attempted::Not;
        Ok(())
    }

    pub(super) fn update(
        &mut self,
        exercise: &str,
        change: impl FnOnce(&mut ExerciseProgress),
    ) -> Result<(), DeskError> {
        self.progress.update(&self.lab.id, |lab| change(lab.exercises.entry(exercise.to_owned()).or_default()))?;
        Ok(())
    }

    pub(super) fn kept(&self, exercise: &str) -> ExerciseProgress {
        self.lab_progress().exercises.get(exercise).cloned().unwrap_or_default()
    }

    pub(super) fn lab_progress(&self) -> LabProgress {
        self.progress.lab(&self.lab.id)
    }

    /// The number of an exercise in its lesson, and how many there are.
    fn number_of(&self, exercise: &Exercise) -> (usize, usize) {
        let mut ids = self.lesson().exercises().map(|other| &other.id);
        let of = self.lesson().exercises().count();
        (ids.position(|id| *id == exercise.id).unwrap_or(0) + 1, of)
    }

    /// Enter on an empty line: runs a demo, goes on from prose, and reminds at an exercise.
    pub(super) fn enter_pressed(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        match self.step() {
            _ if self.playing => {}
            Some(Step::Demo(demo)) => {
                let flow = self.run_demo(source, &demo.sql)?;
                if matches!(flow, Flow::Leave) {
                    return Ok(flow);
                }
                self.advance()?;
            }
            Some(Step::Exercise(_)) => writeln!(self.out, "{}", text::AT_EXERCISE)?,
            Some(Step::Text(_) | Step::Figure(_)) => self.advance()?,
            None => writeln!(self.out, "{}", text::LAB_DONE)?,
        }
        Ok(Flow::GoOn)
    }

    fn run_demo(&mut self, source: &mut dyn LineSource, script: &str) -> Result<Flow, DeskError> {
        for line in script.lines() {
            self.shell_mut().push_line(line);
            if let Flow::Leave = self.run_items(source)? {
                return Ok(Flow::Leave);
            }
        }
        self.shell_mut().finish_input();
        self.run_items(source)
    }
}
