//! Walking through the lab: which step is next, and what opens with it.

use std::sync::Arc;

use super::super::commands::OWN_NAMES;
use super::super::pager::TerminalPager;
use super::super::text;
use super::super::transcript::escaped;
use super::super::view::Look;
use super::{Answer, Attempted, Desk, DeskError, Position};
use crate::course::{Exercise, Lesson, Place, Step};
use crate::lab::{Builds, Stage, StageError, Usage};
use crate::progress::{SavedPlace, Status};

impl<'a> Desk<'a> {
    pub(super) fn next(&mut self) -> Result<(), DeskError> {
        match self.exercise() {
            Some(exercise) if self.kept(&exercise.id).status != Status::Passed => {
                Ok(self.output.mention(&self.look.words(&text::not_passed(&exercise.id)))?)
            }
            _ => self.advance(),
        }
    }

    pub(super) fn skip(&mut self) -> Result<(), DeskError> {
        if let Some(exercise) = self.exercise()
            && self.kept(&exercise.id).status != Status::Passed
        {
            self.update(&exercise.id, |kept| kept.status = Status::Skipped)?;
            self.say(&text::skipped(&exercise.id))?;
        }
        self.advance()
    }

    /// Back to the step that waited before this one, with the prose that leads to it.
    pub(super) fn back(&mut self) -> Result<(), DeskError> {
        let Position { lesson, step } = self.position;
        let position = match (lesson, waiting_before(self.lesson(), step)) {
            (_, Some(earlier)) => Position { lesson, step: screen_start(self.lesson(), earlier) },
            (0, None) => {
                return Ok(self.output.mention(&self.look.words(text::AT_START))?);
            }
            (_, None) => {
                let before = &self.lab.lessons[lesson - 1];
                let last = waiting_before(before, before.steps.len()).unwrap_or(0);
                Position { lesson: lesson - 1, step: screen_start(before, last) }
            }
        };
        self.move_to(position)
    }

    /// To the lesson or exercise of that id.
    pub(super) fn goto(&mut self, id: &str) -> Result<(), DeskError> {
        match self.lab.place(id) {
            Ok(place) => self.move_to(self.position_of(place)),
            Err(error) => self.complain_of(&error),
        }
    }

    /// To the next step, or the next lesson.
    pub(super) fn advance(&mut self) -> Result<(), DeskError> {
        let following = self.following();
        if self.interactive && following.lesson != self.position.lesson {
            let summary = |look: &Look| look.lesson_summary(self.lesson(), &self.lab_progress());
            let (markdown, shown) = (escaped(&summary(&Look::on_paper())), summary(&self.look));
            self.output.tell(&markdown, &shown)?;
        }
        self.move_to(following)
    }

    /// The next step, or the first one of the next lesson; after the last one, the end.
    pub(super) fn following(&self) -> Position {
        let Position { lesson, step } = self.position;
        match step + 1 < self.lesson().steps.len() {
            true => Position { lesson, step: step + 1 },
            false if lesson + 1 < self.lab.lessons.len() => Position { lesson: lesson + 1, step: 0 },
            false => Position { lesson, step: self.lesson().steps.len() },
        }
    }

    /// Ends what is open here and opens what is there.
    pub(super) fn move_to(&mut self, position: Position) -> Result<(), DeskError> {
        self.finish_exercise()?;
        self.position = position;
        self.moved = true;
        self.arrive()
    }

    /// Opens what is at the place, shows it, and goes on to the first step that waits for the student.
    pub(super) fn arrive(&mut self) -> Result<(), DeskError> {
        self.open_lesson()?;
        self.stage_mut().set_on_task(true);
        self.keep_place()?;
        match self.step() {
            Some(Step::Exercise(exercise)) => self.open_exercise(exercise)?,
            _ => self.stage_mut().leave()?,
        }
        if self.interactive {
            self.show_task()?;
            if !waits(self.lesson(), self.position.step) {
                return self.advance();
            }
            self.say_how_to_go_on()?;
        }
        Ok(())
    }

    fn say_how_to_go_on(&mut self) -> Result<(), DeskError> {
        match self.step() {
            Some(Step::Text(_) | Step::Figure(_)) => {
                self.output.mention_apart(&self.look.aside(text::GO_ON))?;
            }
            Some(Step::Exercise(exercise)) if self.kept(&exercise.id).status == Status::Passed => {
                self.output.mention_apart(&self.look.aside(&text::passed_before(&exercise.id)))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn open_lesson(&mut self) -> Result<(), DeskError> {
        let lesson = self.lesson();
        let is_open = self.stage.as_ref().is_some_and(|stage| stage.lesson().id == lesson.id);
        if !is_open {
            self.reopen_lesson()?;
        }
        if self.interactive && (!is_open || self.position.step == 0) {
            let title = escaped(&text::lesson_title(lesson.number, &lesson.title));
            self.output.tell(&format!("## {title}"), &self.look.lesson_head(self.lab, lesson))?;
        }
        Ok(())
    }

    /// The lesson in a new copy of its database.
    pub(super) fn reopen_lesson(&mut self) -> Result<(), DeskError> {
        let usage = Usage {
            interrupt: Arc::clone(&self.interrupt),
            is_interactive: self.interactive,
            own_commands: &OWN_NAMES,
            columns: self.interactive.then_some(self.look.width),
            is_confined: false,
            builds: if self.interactive { Builds::Below(self.workshops.clone()) } else { Builds::Never },
        };
        self.stage = None;
        let mut stage = Stage::open(self.server, self.lab, self.lesson(), usage)?;
        stage.sessions_mut().set_sampler(self.sampler.clone());
        stage.sessions_mut().set_pager(TerminalPager::noted_in(&self.output.record));
        self.stage = Some(stage);
        Ok(())
    }

    /// Makes the exercise's starting state; in a new copy of the database if what the student left is in the way.
    pub(super) fn open_exercise(&mut self, exercise: &'a Exercise) -> Result<(), DeskError> {
        self.attempted = Attempted::Not;
        self.answer = Answer::default();
        self.hinted_at_check = false;
        match self.enter(exercise) {
            Err(StageError::Setup { .. }) => {
                self.reopen_lesson()?;
                Ok(self.enter(exercise)?)
            }
            Err(error @ StageError::Earlier(_)) => Ok(self.complain(&format!("tutor: {error}"))?),
            entered => Ok(entered?),
        }
    }

    fn enter(&mut self, exercise: &'a Exercise) -> Result<(), StageError> {
        for id in &exercise.check.after {
            if let Some(answer) = self.kept(id).answer {
                self.stage_mut().know_answer(id, answer);
            }
        }
        self.stage_mut().enter(exercise)
    }

    pub(super) fn position_of(&self, place: Place<'_>) -> Position {
        let lesson = &self.lab.lessons[place.lesson];
        match place.exercise {
            Some(id) => Position { lesson: place.lesson, step: lesson.step_of(id).unwrap_or(0) },
            None if self.interactive => Position { lesson: place.lesson, step: 0 },
            None => self.first_exercise_of(place.lesson),
        }
    }

    pub(super) fn first_exercise_of(&self, lesson: usize) -> Position {
        let steps = &self.lab.lessons[lesson].steps;
        let step = steps.iter().position(|step| matches!(step, Step::Exercise(_))).unwrap_or(0);
        Position { lesson, step }
    }

    pub(super) fn saved_position(&self) -> Position {
        let found = self.lab_progress().place.and_then(|place| {
            let lesson = self.lab.lessons.iter().position(|lesson| lesson.id == place.lesson)?;
            let exercise = place.exercise.and_then(|id| self.lab.lessons[lesson].step_of(&id));
            let step = exercise.unwrap_or(place.step);
            Some(Position { lesson, step: screen_start(&self.lab.lessons[lesson], step) })
        });
        found.unwrap_or(Position { lesson: 0, step: 0 })
    }

    fn keep_place(&mut self) -> Result<(), DeskError> {
        if self.interactive { self.keep_place_at(self.position) } else { Ok(()) }
    }

    /// The lab goes on there the next time.
    pub(super) fn keep_place_at(&mut self, position: Position) -> Result<(), DeskError> {
        let lesson = &self.lab.lessons[position.lesson];
        let exercise = match lesson.steps.get(position.step) {
            Some(Step::Exercise(exercise)) => Some(exercise.id.clone()),
            _ => None,
        };
        let place = SavedPlace { lesson: lesson.id.clone(), exercise, step: position.step };
        Ok(self.progress.update(&self.lab.id, |lab| lab.place = Some(place))?)
    }

    /// The lessons and exercises that can be gone to.
    pub(super) fn places(&self) -> Vec<String> {
        let exercises = |lesson: &'a Lesson| lesson.exercises().map(|exercise| exercise.id.clone());
        self.lab.lessons.iter().flat_map(|lesson| std::iter::once(lesson.id.clone()).chain(exercises(lesson))).collect()
    }
}

/// Whether a step waits for the student. Prose does not when what it speaks of comes right after it.
fn waits(lesson: &Lesson, step: usize) -> bool {
    match (lesson.steps.get(step), lesson.steps.get(step + 1)) {
        (None | Some(Step::Demo(_) | Step::Quiz(_) | Step::Exercise(_)), _) => true,
        (Some(Step::Text(_) | Step::Figure(_)), next) => matches!(next, None | Some(Step::Text(_))),
    }
}

/// The last step before `step` that waits.
fn waiting_before(lesson: &Lesson, step: usize) -> Option<usize> {
    (0..step.min(lesson.steps.len())).rev().find(|earlier| waits(lesson, *earlier))
}

/// The first of the steps that are shown together with `step`.
fn screen_start(lesson: &Lesson, step: usize) -> usize {
    waiting_before(lesson, step).map_or(0, |earlier| earlier + 1)
}
