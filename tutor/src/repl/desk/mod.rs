//! The student's desk: one loop that reads lines, runs what they hold, and walks through the lab.

mod task;
mod walk;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::commands::{self, TutorCommand};
use super::prompt::{COPY_PROMPT, prompt_end};
use super::source::{Line, LineSource};
use super::text;
use super::view::Look;
use crate::course::{CourseError, Exercise, Lab, Lesson, Place, Step};
use crate::lab::{Stage, StageError};
use crate::progress::{Progress, ProgressError};
use crate::psql::{Command, Item, Performed, Shell, Streams};
use crate::server::Server;

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

/// How a lab ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// Exercises that something was done for.
    pub attempted: usize,
    /// Those that passed.
    pub passed: usize,
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

/// What becomes of an exercise while it is open.
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
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    interrupt: Arc<AtomicBool>,
    position: Position,
    stage: Option<Stage<'a>>,
    playing: bool,
    /// Lines typed for the open exercise since the last verdict.
    typed: String,
    attempted: Attempted,
    interactive: bool,
    history_lost: bool,
    ended: Ended,
}

/// Where the words go.
pub struct Output<'a> {
    /// Results and the tutor's words.
    pub out: &'a mut dyn Write,
    /// Errors of statements.
    pub err: &'a mut dyn Write,
}

impl<'a> Desk<'a> {
    /// A desk for `lab`. `interrupt` becomes true when the student presses Ctrl-C while a statement runs.
    pub fn new(
        lab: &'a Lab,
        server: &'a Server,
        progress: Progress,
        look: Look,
        output: Output<'a>,
        interrupt: Arc<AtomicBool>,
    ) -> Desk<'a> {
        Desk {
            lab,
            server,
            progress,
            look,
            out: output.out,
            err: output.err,
            interrupt,
            position: Position { lesson: 0, step: 0 },
            stage: None,
            playing: false,
            typed: String::new(),
            attempted: Attempted::Not,
            interactive: true,
            history_lost: false,
            ended: Ended::default(),
        }
    }

    /// Plays from `start`, or from where the student left, until the lines end.
    pub fn run(mut self, source: &mut dyn LineSource, start: Option<Place<'_>>) -> Result<Ended, DeskError> {
        self.interactive = source.is_interactive();
        self.position = match start {
            Some(place) => self.position_of(place),
            None if self.interactive => self.saved_position(),
            None => self.first_exercise_of(0),
        };
        self.arrive()?;
        self.read_lines(source)?;
        self.finish_exercise()?;
        if let Some(stage) = &mut self.stage {
            stage.leave();
        }
        if self.interactive {
            writeln!(self.out, "{}", text::KEPT)?;
        } else {
            writeln!(self.out, "{}", text::script_summary(self.ended.passed, self.ended.attempted))?;
        }
        Ok(self.ended)
    }

    fn read_lines(&mut self, source: &mut dyn LineSource) -> Result<(), DeskError> {
        loop {
            self.show_arrivals()?;
            let prompt = self.prompt();
            self.out.flush()?;
            let flow = match source.read(&prompt)? {
                Line::Text(text) => self.read_text(source, &text)?,
                Line::Interrupted => self.interrupted()?,
                Line::End => {
                    self.shell_mut().finish_input();
                    self.run_items(source)?;
                    Flow::Leave
                }
            };
            if matches!(flow, Flow::Leave) {
                return Ok(());
            }
        }
    }

    fn interrupted(&mut self) -> Result<Flow, DeskError> {
        let shell = self.shell_mut();
        if shell.is_mid_statement() {
            shell.clear_buffer();
        } else {
            writeln!(self.out, "{}", text::LEAVE_WITH)?;
        }
        Ok(Flow::GoOn)
    }

    /// What was read at one prompt: a line, or several when they were pasted or suggested.
    fn read_text(&mut self, source: &mut dyn LineSource, text: &str) -> Result<Flow, DeskError> {
        if text.trim().is_empty() && !self.shell_mut().is_mid_statement() {
            return if self.interactive { self.enter_pressed(source) } else { Ok(Flow::GoOn) };
        }
        self.remember(source, text)?;
        for line in text.split('\n') {
            let flow = self.read_line(source, line)?;
            if matches!(flow, Flow::Leave) {
                return Ok(flow);
            }
        }
        Ok(Flow::GoOn)
    }

    /// Keeps a line in the history; says once when that fails, and goes on.
    fn remember(&mut self, source: &mut dyn LineSource, line: &str) -> io::Result<()> {
        if source.remember(line).is_err() && !std::mem::replace(&mut self.history_lost, true) {
            writeln!(self.err, "{}", text::HISTORY_LOST)?;
        }
        Ok(())
    }

    fn read_line(&mut self, source: &mut dyn LineSource, line: &str) -> Result<Flow, DeskError> {
        if let Some(id) = marker(line) {
            return self.at_marker(source, id);
        }
        self.typed.push_str(line);
        self.typed.push('\n');
        self.shell_mut().push_line(line);
        self.run_items(source)
    }

    fn run_items(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        while let Some(item) = self.shell_mut().next_item() {
            let flow = match item {
                Item::Command(command) => self.run_command(source, command)?,
                statement => self.run_item(source, statement)?,
            };
            self.out.flush()?;
            if matches!(flow, Flow::Leave) {
                return Ok(flow);
            }
        }
        Ok(Flow::GoOn)
    }

    fn run_command(&mut self, source: &mut dyn LineSource, command: Command) -> Result<Flow, DeskError> {
        match TutorCommand::parse(&command.name, &command.rest) {
            Some(own) => {
                self.typed.clear();
                self.run_own(source, own)
            }
            None => self.run_item(source, Item::Command(command)),
        }
    }

    fn run_item(&mut self, source: &mut dyn LineSource, item: Item) -> Result<Flow, DeskError> {
        match self.perform(source, item)? {
            Performed::Quit => return Ok(Flow::Leave),
            Performed::Executed(_) if !self.playing => self.glance()?,
            Performed::Unknown(command) => {
                let nearest = commands::nearest(&command.name);
                writeln!(self.err, "{}", text::unknown_command(&command.name, nearest))?;
            }
            Performed::Lost(_) => self.reconnect()?,
            _ => {}
        }
        Ok(Flow::GoOn)
    }

    /// Prints what the server said while nothing ran: notifications, and that the session has ended.
    fn show_arrivals(&mut self) -> Result<(), DeskError> {
        let shell = self.shell_mut();
        let Ok(events) = shell.poll_idle() else { return self.reconnect() };
        let texts: Vec<String> = events.iter().filter_map(|event| shell.event_text(event)).collect();
        texts.iter().try_for_each(|text| write!(self.out, "{text}"))?;
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), DeskError> {
        self.out.flush()?;
        writeln!(self.err, "{}", text::LOST)?;
        self.stage_mut().reconnect()?;
        writeln!(self.err, "{}", text::RECONNECTED)?;
        Ok(())
    }

    fn perform(&mut self, source: &mut dyn LineSource, item: Item) -> io::Result<Performed> {
        let stage = self.stage.as_mut().expect("a lesson is open");
        let mut lines = || match source.read(COPY_PROMPT) {
            Ok(Line::Text(line)) => Some(line),
            _ => None,
        };
        stage.perform(item, &mut Streams { out: self.out, err: self.err, lines: &mut lines })
    }

    fn run_own(&mut self, source: &mut dyn LineSource, command: TutorCommand) -> Result<Flow, DeskError> {
        match command {
            TutorCommand::Task => self.show_task()?,
            TutorCommand::Hint => self.show_hint()?,
            TutorCommand::Check => self.check()?,
            TutorCommand::Solution => self.show_solution(source)?,
            TutorCommand::Reset => self.reset()?,
            TutorCommand::Next => self.next()?,
            TutorCommand::Skip => self.skip()?,
            TutorCommand::Back => self.back()?,
            TutorCommand::Goto(id) => self.goto(&id)?,
            TutorCommand::Progress => {
                let progress = self.lab_progress();
                let open = self.lesson().id.clone();
                write!(self.out, "{}", self.look.progress(self.lab, &progress, Some(&open)))?;
            }
            TutorCommand::Play => {
                self.playing = true;
                writeln!(self.out, "{}", text::PLAYING)?;
            }
            TutorCommand::Session(name) => self.switch_session(&name)?,
            TutorCommand::Help => write!(self.out, "{}", text::HELP)?,
        }
        Ok(Flow::GoOn)
    }

    fn complain(&mut self, error: &CourseError) -> io::Result<()> {
        writeln!(self.err, "tutor: {error}")
    }

    fn switch_session(&mut self, name: &str) -> Result<(), DeskError> {
        if !name.is_empty() {
            self.stage_mut().switch_session(name)?;
        }
        let stage = self.stage_mut();
        let current = stage.session().to_owned();
        let names: Vec<(&str, bool)> = stage.sessions().map(|name| (name, name == current)).collect();
        let list = text::sessions(&names);
        write!(self.out, "{list}")?;
        Ok(())
    }

    /// A script's `-- exercise: ID` line: the exercise so far is judged, the next one opened.
    fn at_marker(&mut self, source: &mut dyn LineSource, id: &str) -> Result<Flow, DeskError> {
        self.shell_mut().finish_input();
        self.run_items(source)?;
        self.finish_exercise()?;
        match self.lab.place(id) {
            Ok(place) if place.exercise.is_some() => {
                self.position = self.position_of(place);
                self.arrive()?;
            }
            Ok(_) => {
                self.complain(&CourseError::UnknownPlace { asked: id.to_owned(), lab: self.lab.number, nearest: None })?
            }
            Err(error) => self.complain(&error)?,
        }
        Ok(Flow::GoOn)
    }

    fn prompt(&mut self) -> String {
        let name = if self.playing { "play".to_owned() } else { self.lesson().id.clone() };
        let stage = self.stage_mut();
        let session = match stage.session() {
            "main" => String::new(),
            session => format!("[{session}]"),
        };
        format!("{name}{session}{} ", prompt_end(stage.shell()))
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
        self.stage.as_mut().expect("a lesson is open")
    }

    fn shell_mut(&mut self) -> &mut Shell {
        self.stage_mut().shell()
    }
}

/// The id in a script's `-- exercise: ID` line.
fn marker(line: &str) -> Option<&str> {
    let id = line.trim().strip_prefix("--")?.trim_start().strip_prefix("exercise:")?.trim();
    (!id.is_empty() && !id.contains(char::is_whitespace)).then_some(id)
}
