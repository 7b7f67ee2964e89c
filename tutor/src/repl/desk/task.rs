//! The open task: showing it, judging what was done for it, helping.

use super::super::lex::{Open, count_statements, open_after};
use super::super::source::LineSource;
use super::super::text;
use super::super::transcript::{deeper, escaped, fenced};
use super::super::view::Look;
use super::{Attempted, Desk, DeskError, Flow};
use crate::check::Verdict;
use crate::course::{Compare, Exercise, Quiz, Step};
use crate::progress::{ExerciseProgress, LabProgress, Status, Try};

/// How much deeper than in its file a heading of a lesson stands in a transcript.
const PROSE_DEPTH: usize = 1;

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
            // That an error is not what was asked for needs no words.
            Some(exercise) if self.has_failed && exercise.check.compare != Compare::Error => return Ok(()),
            _ if self.stage_mut().has_odd_result() => text::CHECK_COMPARES,
            _ => return Ok(()),
        };
        if self.interactive && !std::mem::replace(&mut self.hinted_at_check, true) {
            self.output.mention(&self.look.aside(words))?;
        }
        Ok(())
    }

    /// A verdict because the student asks for it.
    pub(super) fn check(&mut self) -> Result<(), DeskError> {
        if !self.stage_mut().is_on_task() {
            return Ok(self.output.mention(&self.look.words(text::PLAYING))?);
        }
        if self.open_exercise_or_say()?.is_none() {
            return Ok(());
        }
        if self.interactive && self.attempted == Attempted::Passed {
            return Ok(self.output.mention(&self.look.words(text::PASSED_ALREADY))?);
        }
        let verdict = self.stage_mut().judge();
        self.announce(&verdict)
    }

    /// The exercise that is open; where there is none, that is said.
    fn open_exercise_or_say(&mut self) -> Result<Option<&'a Exercise>, DeskError> {
        let exercise = self.exercise();
        if exercise.is_none() {
            self.output.mention(&self.look.words(text::NO_EXERCISE))?;
        }
        Ok(exercise)
    }

    /// Says and keeps a verdict over the open exercise. After a pass the student may look around where it happened.
    pub(super) fn announce(&mut self, verdict: &Verdict) -> Result<(), DeskError> {
        let Some(exercise) = self.exercise() else { return Ok(()) };
        let tries = self.keep_verdict(exercise, verdict)?;
        if !self.interactive {
            write!(self.output.out, "{}", self.script_verdict(exercise, verdict))?;
            return Ok(());
        }
        let shown = self.look.verdict(exercise, verdict);
        self.output.tell(&self.look.verdict_markdown(exercise, verdict), &shown)?;
        match verdict {
            Verdict::Passed => self.rest()?,
            Verdict::Wrong(_) if tries % NUDGE_EVERY == 0 => self.output.mention(&self.look.words(text::NUDGE))?,
            _ => {}
        }
        Ok(())
    }

    /// After a pass: everything stays as it is until Enter, but whoever leaves now has done this exercise.
    fn rest(&mut self) -> Result<(), DeskError> {
        self.moved = true;
        self.keep_place_at(self.following())?;
        Ok(self.output.mention(&self.look.aside(text::PASSED_GO_ON))?)
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
        let passed_from = self.answer.judged;
        let mut tries = 0;
        let passed = *verdict == Verdict::Passed;
        let portable = if passed { self.stage_mut().portable(&answer) } else { None };
        self.attempted = match verdict {
            Verdict::Passed => Attempted::Passed,
            Verdict::Wrong(_) | Verdict::TimedOut => Attempted::Wrong,
            Verdict::CheckerFault(_) => {
                self.ended.faults += 1;
                return Ok(tries);
            }
            Verdict::NotAttempted | Verdict::NotGraded(_) => return Ok(tries),
        };
        let said = Look::on_paper().verdict_in_words(exercise, verdict);
        self.update(&exercise.id, |kept| {
            if passed {
                kept.status = Status::Passed;
                kept.answer = Some(answer);
                kept.passed_from = passed_from;
                kept.portable = portable;
            } else {
                kept.tries += 1;
                kept.last_try = Some(Try::new(&answer, &said));
            }
            tries = kept.tries;
        })?;
        self.answer.is_judged = !passed;
        Ok(tries)
    }

    /// The task again; free play ends.
    pub(super) fn back_to_task(&mut self) -> Result<(), DeskError> {
        if !self.stage_mut().is_on_task() {
            self.stage_mut().set_on_task(true);
            self.output.mention(&self.look.words(text::BACK_AT_TASK))?;
        }
        self.show_task()
    }

    pub(super) fn show_task(&mut self) -> Result<(), DeskError> {
        match self.step() {
            Some(Step::Exercise(exercise)) => {
                let place = self.number_of(exercise);
                self.output.tell(&transcript_task(exercise, place), &self.look.task(exercise, place))?;
                self.show_workshop()?;
                self.output.mention_apart("")?;
            }
            Some(Step::Demo(demo)) => {
                // It is noted when it is run.
                self.output.tell("", &self.look.sql(&demo.sql))?;
                self.output.mention_apart(&self.look.aside(text::RUN_DEMO))?;
            }
            Some(Step::Quiz(quiz)) => self.output.tell(&transcript_quiz(quiz), &self.look.quiz(quiz))?,
            Some(Step::Text(markdown)) => {
                self.output.tell(&deeper(markdown, PROSE_DEPTH), &self.look.prose(markdown))?;
            }
            Some(Step::Figure(drawing)) => {
                self.output.tell(&fenced("text", drawing), &self.look.figure(drawing))?;
            }
            None => self.show_lab_summary()?,
        }
        Ok(())
    }

    fn show_lab_summary(&mut self) -> Result<(), DeskError> {
        let summary = self.look.lab_summary(self.lab, &self.lab_progress());
        let on_paper = Look::on_paper().lab_summary(self.lab, &self.lab_progress());
        Ok(self.output.tell(&fenced("text", &on_paper), &summary)?)
    }

    pub(super) fn show_progress(&mut self) -> Result<(), DeskError> {
        let shown = self.look.progress(self.lab, &self.lab_progress(), Some(&self.lesson().id));
        Ok(self.output.mention(&shown)?)
    }

    pub(super) fn show_hint(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.open_exercise_or_say()? else { return Ok(()) };
        let (before, of) = (self.kept(&exercise.id).hints, exercise.hints.len());
        // When all are known, all are shown again.
        let shown = if before < of { before..before + 1 } else { 0..of };
        for (index, hint) in exercise.hints.iter().enumerate().skip(shown.start).take(shown.len()) {
            let title = text::led_in_transcript(&text::hint_title(index + 1, of), "");
            let markdown = format!("{title}\n\n{}", fenced("text", hint));
            self.output.tell(&markdown, &self.look.hint(index + 1, of, hint))?;
        }
        match before < of {
            true => self.update(&exercise.id, |kept| kept.hints = before + 1),
            false => Ok(self.output.mention(&self.look.words(text::NO_MORE_HINTS))?),
        }
    }

    pub(super) fn show_solution(&mut self, source: &mut dyn LineSource) -> Result<(), DeskError> {
        let Some(exercise) = self.open_exercise_or_say()? else { return Ok(()) };
        let kept = self.kept(&exercise.id);
        let tries_left = exercise.check.solution_after.saturating_sub(kept.tries);
        if kept.status != Status::Passed && tries_left > 0 {
            return Ok(self.output.mention(&self.look.words(&text::solution_locked(tries_left)))?);
        }
        let Some(solution) = exercise.answers.first().map(|answer| answer.trim_end()) else {
            return Ok(self.output.mention(&self.look.words(text::WITHHELD))?);
        };
        if let Some(file) = answer_source(solution) {
            let folder = self.lab.dir.join(exercise.check.build.as_deref().unwrap_or_default());
            let source = folder.join(file).display().to_string();
            self.output.mention(&self.look.words(&text::answer_source(&source)))?;
        }
        if source.is_interactive() {
            source.suggest(solution);
        } else {
            self.output.mention(&self.look.sql(solution))?;
        }
        Ok(())
    }

    /// The exercise from its beginning, in a new copy of the lesson's database.
    pub(super) fn reset(&mut self) -> Result<(), DeskError> {
        let Some(exercise) = self.open_exercise_or_say()? else { return Ok(()) };
        self.reopen_lesson()?;
        self.open_exercise(exercise)?;
        Ok(self.say(text::RESET_DONE)?)
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
            Some(Step::Exercise(_)) if self.attempted == Attempted::Passed => self.advance()?,
            Some(Step::Exercise(_)) => self.output.mention(&self.look.words(text::AT_EXERCISE))?,
            Some(Step::Quiz(quiz)) => self.tell_quiz(quiz)?,
            Some(Step::Text(_) | Step::Figure(_)) => self.advance()?,
            None => self.show_lab_summary()?,
        }
        Ok(Flow::GoOn)
    }

    /// As if it were typed: where there are several statements, each stands above what it shows.
    fn run_demo(&mut self, source: &mut dyn LineSource, script: &str) -> Result<Flow, DeskError> {
        self.moved = false;
        let is_typed = self.interactive && count_statements(script) > 1;
        let mut open = Open::Nothing;
        for line in script.lines() {
            self.rejoin(source)?;
            if is_typed {
                let prompt = self.prompt();
                let shown = self.look.typed(&prompt, line, &open);
                self.output.mention(&shown)?;
                open = open_after(line, open);
            }
            self.output.record.typed(line);
            if let Some(shell) = self.shell() {
                shell.push_line(line);
            }
            if matches!(self.run_items(source)?, Flow::Leave) {
                return Ok(Flow::Leave);
            }
        }
        self.end_input(source)
    }
}

/// The file of the crate's folder that an answer builds.
fn answer_source(answer: &str) -> Option<&str> {
    answer.lines().find_map(|line| line.trim().strip_prefix("\\build ")).map(str::trim)
}

/// A question with its choices in a transcript.
fn transcript_quiz(quiz: &Quiz) -> String {
    let choices = quiz.choices.iter().enumerate();
    let choices: String =
        choices.map(|(index, choice)| format!("\n- {}) {}", Quiz::letter(index), choice.text.trim_end())).collect();
    format!("{}\n{choices}", quiz.question.trim_end())
}

/// An exercise's task in a transcript.
fn transcript_task(exercise: &Exercise, (number, of): (usize, usize)) -> String {
    let title = escaped(&text::exercise_title(number, of, &exercise.title));
    format!("### {title}\n\n{}", deeper(&exercise.prompt, PROSE_DEPTH))
}
