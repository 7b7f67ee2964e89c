//! The student's desk: one loop that reads lines, runs what they hold, and walks through the lab.

mod answer;
mod build;
mod perform;
mod quiz;
mod read;
mod review;
mod room;
mod say;
mod script;
mod task;
mod walk;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::output::Output;
use super::source::LineSource;
use super::text;
use super::view::Look;
use crate::course::{Exercise, Lab, Lesson, Place, Step};
use crate::lab::{Stage, StageError};
use crate::processes::Sampler;
use crate::progress::{Progress, ProgressError};
use crate::psql::Shell;
use crate::server::Server;
use answer::Answer;
use script::Part;

/// A desk without an open lesson is never asked for one.
const OPEN: &str = "a lesson is open";

/// Why a lab cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The lesson cannot be played.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The terminal, the script or the output failed.
    #[error("cannot read or write: {0}")]
    Io(#[from] io::Error),
    /// Progress cannot be kept.
    #[error(transparent)]
    Progress(#[from] ProgressError),
}

/// How a lab ended. Counted for scripts only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// Exercises that something was done for.
    pub attempted: usize,
    /// Those that passed.
    pub passed: usize,
    /// Checks that failed themselves.
    pub faults: usize,
    /// Whether Ctrl-C ended the script.
    pub interrupted: bool,
}

/// What to do after a line.
enum Flow {
    GoOn,
    Leave,
}

/// The place in the lab: indices of the lesson and of the step in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    lesson: usize,
    step: usize,
}

/// What became of an exercise while it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempted {
    Not,
    Wrong,
    Passed,
}

/// One student's lab.
pub struct Desk<'a> {
    lab: &'a Lab,
    server: &'a Server,
    progress: Progress,
    look: Look,
    output: Output<'a>,
    interrupt: Arc<AtomicBool>,
    position: Position,
    stage: Option<Stage<'a>>,
    /// The exercise is passed or the place has changed, so the rest of what was typed for the old one is dropped.
    moved: bool,
    attempted: Attempted,
    answer: Answer,
    /// The latest statement failed.
    has_failed: bool,
    /// It was said how results that are wider than the terminal can be shown.
    suggested_x_auto: bool,
    interactive: bool,
    part: Part,
    /// It was said that nothing is said about what is neither right nor a known mistake.
    hinted_at_check: bool,
    /// Where crates are built, and whether the student has agreed to it.
    workshops: PathBuf,
    agreed_to_build: bool,
    ended: Ended,
    sampler: Sampler,
}

impl<'a> Desk<'a> {
    /// A desk for `lab`. `interrupt` becomes true when the student presses Ctrl-C while a statement runs; crates that
    /// the student completes are kept below `workshops`.
    pub fn new(
        lab: &'a Lab,
        server: &'a Server,
        progress: Progress,
        look: Look,
        output: Output<'a>,
        interrupt: Arc<AtomicBool>,
        workshops: PathBuf,
    ) -> Desk<'a> {
        Desk {
            lab,
            server,
            progress,
            look,
            output,
            interrupt,
            position: Position { lesson: 0, step: 0 },
            stage: None,
            moved: false,
            attempted: Attempted::Not,
            answer: Answer::default(),
            has_failed: false,
            suggested_x_auto: false,
            interactive: true,
            part: Part::Lesson,
            hinted_at_check: false,
            workshops,
            agreed_to_build: false,
            ended: Ended::default(),
            sampler: Sampler::new(server),
        }
    }

    /// Plays from `start`, or from where the student left, until the lines end.
    pub fn run(mut self, source: &mut dyn LineSource, start: Option<Place<'_>>) -> Result<Ended, DeskError> {
        self.interactive = source.is_interactive();
        self.part = Part::of(start);
        self.output.record.begin(&text::transcript_of_lab(self.lab.number, &self.lab.title), self.interactive);
        if self.interactive {
            self.sampler.prepare();
        }
        self.position = match start {
            Some(place) => self.position_of(place),
            None if self.interactive => self.saved_position(),
            None => self.first_exercise_of(0),
        };
        self.arrive()?;
        self.read_lines(source)?;
        self.finish_exercise()?;
        if self.interactive {
            self.output.mention(&self.look.words(text::KEPT))?;
        } else {
            self.close_script()?;
        }
        self.output.out.flush()?;
        Ok(self.ended)
    }

    fn lesson(&self) -> &'a Lesson {
        &self.lab.lessons[self.position.lesson]
    }

    fn step(&self) -> Option<&'a Step> {
        self.lesson().steps.get(self.position.step)
    }

    fn exercise(&self) -> Option<&'a Exercise> {
        match self.step() {
            Some(Step::Exercise(exercise)) => Some(exercise),
            _ => None,
        }
    }

    fn stage_mut(&mut self) -> &mut Stage<'a> {
        self.stage.as_mut().expect(OPEN)
    }

    /// The current session's shell; `None` while a statement runs there that is not waited for.
    fn shell(&mut self) -> Option<&mut Shell> {
        self.stage_mut().shell()
    }

    fn is_mid_statement(&mut self) -> bool {
        self.shell().is_some_and(|shell| shell.is_mid_statement())
    }
}
