//! The open task: showing it, judging what was done for it, helping.

use super::super::source::LineSource;
use super::super::text;
use super::{Attempted, Desk, DeskError, Flow};
use crate::check::Verdict;
use crate::course::{Compare, Exercise, Step};
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
            None => self.hint_at_check(),
        }
    }

    /// What is neither right nor a known mistake gets no words; once in each exercise that is said.
    fn hint_at_check(&mut self) -> Result<(), DeskError> {
        let words = match self.exercise() {
            // Only the state counts, and a statement need not show anything.
            Some(exercise) if exercise.check.compare == Compare::State && self.stage_mut().is_on_task() => {
                text::CHECK_TELLS
            }
            _ if self.stage_mut().has_odd_result() => text::CHECK_COMPARES,
            _ => return Ok(()),
        };
        if self.interactive && !std::mem::replace(&mut self.hinted_at_check, true) {
            writeln!(self.output.out, "{}", self.look.paint.aside(words))?;
        }
        Ok(())
    }

    /// A verdict because the student asks for it.
    pub(super) fn check(&mut self) -> Result<(), DeskError> {
        if !self.stage_mut().is_on_task() {
            writeln!(self.output.out, "{}", text::PLAYING)?;
            return Ok(());
        }
        if self.open_exercise_or_say()?.is_none() {
            return Ok(());
        }
        let verdict = self.stage_mut().judge();
        self.announce(&verdict)
    }

    /// The exercise that is open; where there is none, that is said.
    fn open_exercise_or_say(&mut self) -> Result<Option<&'a Exercise>, DeskError> {
        let exercise = self.exercise();
        if exercise.is_none() {
            writeln!(self.output.out, "{}", text::NO_EXERCISE)?;
        }
        Ok(exercise)
    }

    /// Says and keeps a verdict over the open exercise; after a pass, the lesson goes on where somebody reads it.
    pub(super) fn announce(&mut self, verdict: &Verdict) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise() else { return Ok(()) };
        let tries = self.keep_verdict(exercise, verdict)?;
        if self.interactive {
            let gap = if self.after_result { "" } else { "\n" };
            write!(self.output.out, "{gap}{}", self.look.verdict(exercise, verdict))?;
            if *verdict == Verdict::Passed {
                writeln!(self.output.out)?;
            }
        } else {
            write!(self.output.out, "{}", self.script_verdict(exercise, verdict))?;
        }
        match verdict {
            Verdict::Passed if self.interactive => self.advance()?,
            Verdict::Wrong(_) if self.interactive && tries % NUDGE_EVERY == 0 => {
                writeln!(self.output.out, "{}", text::NUDGE)?
            }
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
        let answer = self.answer.text.clone();
        let mut tries = 0;
        let passed = *verdict == Verdict::Passed;
        self.attempted = match verdict {
            Verdict::Passed => Attempted::Passed,
            Verdict::Wrong(_) | Verdict::TimedOut => Attempted::Wrong,
            Verdict::CheckerFault(_) => {
                self.ended.faults += 1;
                return Ok(tries);
            }
            Verdict::NotAttempted | Verdict::NotGraded(_) => return Ok(tries),
        };
        self.update(&exercise.id, |kept| {
            if passed {
                kept.status = Status::Passed;
                kept.answer = Some(answer);
            } else {
                kept.tries += 1;
            }
            tries = kept.tries;
        })?;
        Ok(tries)
    }

    /// The task again; free play ends.
    pub(super) fn back_to_task(&mut self) -> Result<(), DeskError> {
        if !self.stage_mut().is_on_task() {
            self.stage_mut().set_on_task(true);
            writeln!(self.output.out, "{}", text::BACK_AT_TASK)?;
        }
        self.show_task()
    }

    pub(super) fn show_task(&mut self) -> Result<(), DeskError> {
        match self.step() {
            Some(Step::Exercise(exercise)) => {
                let task = self.look.task(exercise, self.number_of(exercise));
                write!(self.output.out, "{task}")?;
                self.show_workshop()?;
            }
            Some(Step::Demo(demo)) => {
                write!(self.output.out, "{}\n{}\n", self.look.code(&demo.sql), self.look.paint.aside(text::RUN_DEMO))?;
            }
            Some(Step::Quiz(quiz)) => write!(self.output.out, "{}", self.look.quiz(quiz))?,
            Some(Step::Text(markdown)) => writeln!(self.output.out, "{}", self.look.prose(markdown))?,
            Some(Step::Figure(drawing)) => writeln!(self.output.out, "{}", self.look.figure(drawing))?,
            None => writeln!(self.output.out, "{}", text::LAB_DONE)?,
        }
        Ok(())
    }

    pub(super) fn show_hint(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.open_exercise_or_say()? else { return Ok(()) };
        let shown = self.kept(&exercise.id).hints;
        match exercise.hints.get(shown) {
            Some(hint) => {
                write!(self.output.out, "{}", self.look.hint(shown + 1, exercise.hints.len(), hint))?;
                self.update(&exercise.id, |kept| kept.hints = shown + 1)?;
            }
            None => {
                for (index, hint) in exercise.hints.iter().enumerate() {
                    write!(self.output.out, "{}", self.look.hint(index + 1, exercise.hints.len(), hint))?;
                }
                writeln!(self.output.out, "{}", text::NO_MORE_HINTS)?;
            }
        }
        Ok(())
    }

    pub(super) fn show_solution(&mut self, source: &mut dyn LineSource) -> Result<(), DeskError> {
        let Some(exercise) = self.open_exercise_or_say()? else { return Ok(()) };
        let kept = self.kept(&exercise.id);
        let tries_left = exercise.check.solution_after.saturating_sub(kept.tries);
        if kept.status != Status::Passed && tries_left > 0 {
            writeln!(self.output.out, "{}", text::solution_locked(tries_left))?;
            return Ok(());
        }
        let Some(solution) = exercise.answers.first().map(|answer| answer.trim_end()) else {
            writeln!(self.output.out, "{}", text::WITHHELD)?;
            return Ok(());
        };
        if let Some(file) = answer_source(solution) {
            let folder = self.lab.dir.join(exercise.check.build.as_deref().unwrap_or_default());
            writeln!(self.output.out, "{}", text::answer_source(&folder.join(file).display().to_string()))?;
        }
        if source.is_interactive() {
            source.suggest(solution);
        } else {
            write!(self.output.out, "{}", self.look.code(solution))?;
        }
        Ok(())
    }

    /// The exercise from its beginning, in a new copy of the lesson's database.
    pub(super) fn reset(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.open_exercise_or_say()? else { return Ok(()) };
        self.reopen_lesson()?;
        self.open_exercise(exercise)?;
        writeln!(self.output.out, "{}", text::RESET_DONE)?;
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
            _ if !self.stage_mut().is_on_task() => {}
            Some(Step::Demo(demo)) => {
                let flow = self.run_demo(source, &demo.sql)?;
                if matches!(flow, Flow::Leave) {
                    return Ok(flow);
                }
                self.advance()?;
            }
            Some(Step::Exercise(_)) => writeln!(self.output.out, "{}", text::AT_EXERCISE)?,
            Some(Step::Quiz(quiz)) => self.tell_quiz(quiz)?,
            Some(Step::Text(_) | Step::Figure(_)) => self.advance()?,
            None => writeln!(self.output.out, "{}", text::LAB_DONE)?,
        }
        Ok(Flow::GoOn)
    }

    fn run_demo(&mut self, source: &mut dyn LineSource, script: &str) -> Result<Flow, DeskError> {
        self.moved = false;
        if let Some(shell) = self.shell() {
            script.lines().for_each(|line| shell.push_line(line));
        }
        self.end_input(source)
    }
}

/// The file of the crate's folder that an answer builds.
fn answer_source(answer: &str) -> Option<&str> {
    answer.lines().find_map(|line| line.trim().strip_prefix("\\build ")).map(str::trim)
}
