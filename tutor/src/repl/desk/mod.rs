//! The student's desk: one loop that reads lines, runs what they hold, and walks through the lab.

mod build;
mod quiz;
mod review;
mod script;
mod task;
mod walk;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::commands::{self, LessonCommand, RoomCommand};
use super::edit::BufferCommand;
use super::listen::listen_while;
use super::output::Output;
use super::prompt::prompt_end;
use super::room::{self, Room, WhileBusy};
use super::source::{Line, LineSource, copy_line};
use super::text;
use super::transcript::escaped;
use super::view::Look;
use crate::course::{Exercise, Lab, Lesson, Place, Step};
use crate::lab::{Stage, StageError};
use crate::processes::Sampler;
use crate::progress::{Progress, ProgressError};
use crate::psql::{Command, Execution, Expanded, Item, Performed, Shell, Streams};
use crate::server::Server;
use crate::sessions::{Ran, Sessions, session_asked_for};
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

/// What was typed for the open exercise.
#[derive(Default)]
struct Answer {
    text: String,
    /// The length of the part that was performed; the rest may still be thrown away with Ctrl-C.
    performed: usize,
    /// The length of the part that was judged wrong.
    judged: usize,
    /// What was typed last was judged wrong.
    is_judged: bool,
}

impl Answer {
    fn push_line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn drop_pending(&mut self) {
        self.text.truncate(self.performed);
    }

    /// All of it was performed.
    fn settle(&mut self) {
        self.performed = self.text.len();
        if std::mem::take(&mut self.is_judged) {
            self.judged = self.performed;
        }
    }
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

    fn read_lines(&mut self, source: &mut dyn LineSource) -> Result<(), DeskError> {
        loop {
            self.show_arrivals()?;
            let prompt = self.prompt();
            self.output.before_prompt()?;
            let line = self.read_line(source, &prompt)?;
            self.output.record.line_read();
            self.fit();
            // Whatever was pressed before was meant for what ran before.
            self.interrupt.store(false, Ordering::Relaxed);
            let flow = match line {
                Line::Text(text) => self.read_text(source, &text)?,
                Line::Interrupted => self.interrupted()?,
                Line::End => {
                    if !self.interactive {
                        self.rejoin(source)?;
                    }
                    self.end_input(source)?;
                    Flow::Leave
                }
            };
            if matches!(flow, Flow::Leave) {
                return Ok(());
            }
        }
    }

    fn read_line(&mut self, source: &mut dyn LineSource, prompt: &str) -> io::Result<Line> {
        if self.interactive {
            let places = self.places();
            source.set_surroundings(room::surroundings(self.stage_mut(), places));
        }
        match source.printer() {
            Some(printer) => {
                let record = self.output.record.clone();
                listen_while(self.stage_mut().sessions_mut(), &printer, &record, || source.read(prompt))
            }
            None => source.read(prompt),
        }
    }

    fn interrupted(&mut self) -> Result<Flow, DeskError> {
        self.answer.drop_pending();
        match self.shell() {
            None => room::cancel_current(self.stage_mut()),
            Some(shell) if shell.is_mid_statement() => shell.clear_buffer(),
            Some(_) => self.output.mention(&self.look.words(text::LEAVE_WITH))?,
        }
        Ok(Flow::GoOn)
    }

    /// No more lines come for what is unfinished: it runs.
    fn end_input(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        if let Some(shell) = self.shell() {
            shell.finish_input();
        }
        self.run_items(source)
    }

    /// What was read at one prompt: a line, or several when they were pasted or suggested.
    fn read_text(&mut self, source: &mut dyn LineSource, lines: &str) -> Result<Flow, DeskError> {
        if self.stage_mut().sessions().is_busy()
            && let Some(flow) = self.read_while_busy(source, lines)?
        {
            return Ok(flow);
        }
        let is_blank = lines.trim().is_empty();
        if is_blank && !self.is_mid_statement() {
            return if self.interactive { self.enter_pressed(source) } else { Ok(Flow::GoOn) };
        }
        if !self.interactive && self.takes_line(source, lines)? {
            return Ok(Flow::GoOn);
        }
        if is_blank && self.interactive {
            self.output.mention(&self.look.aside(text::UNFINISHED))?;
        }
        if self.answers_quiz(lines)? {
            return Ok(Flow::GoOn);
        }
        self.take_text(source, lines)
    }

    fn take_text(&mut self, source: &mut dyn LineSource, lines: &str) -> Result<Flow, DeskError> {
        if source.remember(lines).is_err() {
            self.complain(text::HISTORY_LOST)?;
        }
        self.moved = false;
        if !is_own_command(lines) {
            self.output.record.typed(lines);
        }
        // All of it before any of it runs: data of COPY may follow their statement.
        for line in lines.split('\n') {
            self.note_line(line);
            if let Some(shell) = self.shell() {
                shell.push_line(line);
            }
        }
        self.run_items(source)
    }

    /// A line that comes while the current session runs a statement; `None` when the session can take it after all.
    fn read_while_busy(&mut self, source: &mut dyn LineSource, line: &str) -> Result<Option<Flow>, DeskError> {
        if let Some(name) = session_asked_for(line) {
            self.note_line(line);
            self.answer.performed = self.answer.text.len();
            self.run_room_command(RoomCommand::Session(name.to_owned()))?;
            return Ok(Some(Flow::GoOn));
        }
        if !self.interactive {
            return Ok(Some(self.rejoin(source)?).filter(|flow| matches!(flow, Flow::Leave)));
        }
        match WhileBusy::of(line) {
            WhileBusy::Command(command) => self.run_room_command(command)?,
            WhileBusy::Quit => return Ok(Some(Flow::Leave)),
            WhileBusy::Refused => room::refuse(self.stage.as_mut().expect(OPEN), &mut self.output)?,
        }
        Ok(Some(Flow::GoOn))
    }

    /// Waits for what the current session runs, if it is busy.
    fn rejoin(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        let stage = self.stage.as_mut().expect(OPEN);
        let mut lines = || copy_line(source);
        let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut lines };
        match stage.rejoin(&mut streams)? {
            Some(performed) => self.after(performed),
            None => Ok(Flow::GoOn),
        }
    }

    /// Keeps a line for the answer, unless it is no answer.
    fn note_line(&mut self, line: &str) {
        if self.stage_mut().is_on_task() {
            self.answer.push_line(line);
        }
    }

    fn run_items(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        while let Some(item) = self.shell().and_then(Shell::next_item) {
            let flow = match item {
                Item::Command(command) => self.run_command(source, command)?,
                statement => self.run_item(source, statement)?,
            };
            self.output.out.flush()?;
            if matches!(flow, Flow::Leave) {
                return Ok(flow);
            }
            if self.moved && self.interactive {
                if let Some(shell) = self.shell() {
                    shell.clear_buffer();
                }
                break;
            }
        }
        if !self.is_mid_statement() {
            self.answer.settle();
        }
        Ok(Flow::GoOn)
    }

    fn run_command(&mut self, source: &mut dyn LineSource, command: Command) -> Result<Flow, DeskError> {
        if let Some(own) = LessonCommand::parse(&command.name, &command.rest) {
            self.answer.drop_pending();
            self.run_lesson_command(source, own)?;
        } else if let Some(own) = RoomCommand::parse(&command.name, &command.rest) {
            // Which session a statement runs in is part of an answer.
            if !matches!(own, RoomCommand::Session(_)) {
                self.answer.drop_pending();
            }
            self.run_room_command(own)?;
        } else if let Some(own) = self.buffer_command(&command) {
            return self.run_buffer_command(source, &own);
        } else {
            return self.run_item(source, Item::Command(command));
        }
        Ok(Flow::GoOn)
    }

    fn buffer_command(&mut self, command: &Command) -> Option<BufferCommand> {
        let shell = self.shell()?;
        BufferCommand::parse(&command.name, &command.rest, shell.variables())
    }

    fn run_buffer_command(&mut self, source: &mut dyn LineSource, command: &BufferCommand) -> Result<Flow, DeskError> {
        self.answer.drop_pending();
        let Some(shell) = self.stage.as_mut().expect(OPEN).shell() else { return Ok(Flow::GoOn) };
        let edited = room::run_buffer_command(shell, command, source, &mut self.output)?;
        // Ctrl-C in the editor was meant for the editor.
        self.interrupt.store(false, Ordering::Relaxed);
        edited.map_or(Ok(Flow::GoOn), |edited| self.take_text(source, &edited))
    }

    fn run_item(&mut self, source: &mut dyn LineSource, item: Item) -> Result<Flow, DeskError> {
        match self.perform(source, item)? {
            Ran::Ended(performed) => self.after(performed),
            Ran::RunsOn(why) => {
                if self.interactive {
                    room::tell_left(self.stage.as_mut().expect(OPEN), why, &mut self.output)?;
                }
                Ok(Flow::GoOn)
            }
        }
    }

    /// What follows from what became of an item.
    fn after(&mut self, performed: Performed) -> Result<Flow, DeskError> {
        if self.stops_script(&performed) {
            return Ok(Flow::Leave);
        }
        match performed {
            Performed::Quit => return Ok(Flow::Leave),
            Performed::Executed(executions) => {
                self.has_failed = executions.last().is_some_and(|last| last.error.is_some());
                self.suggest_x_auto(&executions)?;
                self.glance()?;
            }
            Performed::Unknown(command) => {
                let instead = commands::no_command(&command.name, true);
                self.complain(&text::no_command(&command.name, instead))?;
            }
            Performed::Lost(_) => self.reconnect()?,
            Performed::Done | Performed::Failed | Performed::Reconnected => {}
        }
        Ok(Flow::GoOn)
    }

    fn perform(&mut self, source: &mut dyn LineSource, item: Item) -> io::Result<Ran> {
        let stage = self.stage.as_mut().expect(OPEN);
        let mut lines = || copy_line(source);
        stage.perform(item, &mut Streams { out: self.output.out, err: self.output.err, lines: &mut lines })
    }

    /// Shows what the servers said while nothing was waited for: notifications, what has finished, and that a session
    /// has ended. What has finished may have settled the exercise.
    fn show_arrivals(&mut self) -> Result<(), DeskError> {
        if room::show_arrivals(self.stage.as_mut().expect(OPEN), &mut self.output)? {
            self.reconnect()?;
        }
        match self.stage_mut().take_finished().is_empty() {
            true => Ok(()),
            false => self.glance(),
        }
    }

    fn reconnect(&mut self) -> Result<(), DeskError> {
        self.complain(text::LOST)?;
        self.stage_mut().reconnect()?;
        self.complain(text::RECONNECTED)?;
        Ok(())
    }

    fn run_lesson_command(&mut self, source: &mut dyn LineSource, command: LessonCommand) -> Result<(), DeskError> {
        match command {
            LessonCommand::Task => self.back_to_task()?,
            LessonCommand::Hint => self.show_hint()?,
            LessonCommand::Check => self.check()?,
            LessonCommand::Build => self.build(source)?,
            LessonCommand::Solution => self.show_solution(source)?,
            LessonCommand::Reset => self.reset()?,
            LessonCommand::Next => self.next()?,
            LessonCommand::Skip => self.skip()?,
            LessonCommand::Back => self.back()?,
            LessonCommand::Goto(id) => self.goto(&id)?,
            LessonCommand::Progress => self.show_progress()?,
            LessonCommand::Review(id) => self.review(&id)?,
            LessonCommand::Play => {
                self.stage_mut().set_on_task(false);
                self.say(text::PLAYING)?;
            }
        }
        Ok(())
    }

    /// Says a sentence or two that belong into a transcript.
    fn say(&mut self, words: &str) -> io::Result<()> {
        self.output.tell(&escaped(words), &self.look.words(words))
    }

    /// Says, once, how results that are wider than the terminal can be shown.
    fn suggest_x_auto(&mut self, executions: &[Execution]) -> Result<(), DeskError> {
        if !self.interactive || self.suggested_x_auto || !executions.iter().any(has_columns) {
            return Ok(());
        }
        self.output.out.flush()?;
        let is_wide = self.output.record.printed_width() > self.look.width;
        if is_wide && self.shell().is_some_and(|shell| shell.settings().expanded == Expanded::Off) {
            self.suggested_x_auto = true;
            self.output.mention(&self.look.aside(text::TRY_X_AUTO))?;
        }
        Ok(())
    }

    /// Takes the terminal's present width, for words and for `\\x auto`.
    fn fit(&mut self) {
        self.look.fit();
        let columns = self.interactive.then_some(self.look.width);
        if let Some(shell) = self.shell() {
            shell.settings_mut().terminal_columns = columns;
        }
    }

    fn run_room_command(&mut self, command: RoomCommand) -> Result<(), DeskError> {
        Ok(room::run_command(self.stage.as_mut().expect(OPEN), command, &mut self.output)?)
    }

    /// Writes to standard error: a line for a program, as many as it takes for a person.
    fn complain(&mut self, line: &str) -> io::Result<()> {
        match self.interactive {
            true => self.output.complain(self.look.words(line).trim_end()),
            false => self.output.complain(line),
        }
    }

    fn prompt(&mut self) -> String {
        let lesson = self.lesson().id.clone();
        let stage = self.stage_mut();
        let name = if stage.is_on_task() { lesson } else { text::PLAY_PROMPT.to_owned() };
        let session = stage.other_session().map(|session| format!("[{session}]")).unwrap_or_default();
        let database = stage.other_database().map(|database| format!(":{database}")).unwrap_or_default();
        format!("{name}{session}{database}{} ", prompt_end(stage.shell().as_deref()))
    }

    /// The lessons and exercises that can be gone to.
    fn places(&self) -> Vec<String> {
        let exercises = |lesson: &'a Lesson| lesson.exercises().map(|exercise| exercise.id.clone());
        self.lab.lessons.iter().flat_map(|lesson| std::iter::once(lesson.id.clone()).chain(exercises(lesson))).collect()
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

/// Whether a statement showed a result of several columns.
fn has_columns(execution: &Execution) -> bool {
    execution.shown && execution.results.iter().any(|result| result.columns.len() > 1)
}

/// Whether a line is a command of the tutor's, which stands in no transcript.
fn is_own_command(line: &str) -> bool {
    let Some(command) = line.trim().strip_prefix('\\').filter(|command| !command.contains('\n')) else { return false };
    let end = command.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(command.len());
    let (name, argument) = command.split_at(end);
    LessonCommand::parse(name, argument).is_some() || RoomCommand::parse(name, argument).is_some_and(|c| c.is_note())
}

impl Room for Stage<'_> {
    fn sessions(&mut self) -> &mut Sessions {
        self.sessions_mut()
    }

    fn switch_session(&mut self, name: &str) -> Result<(), String> {
        Stage::switch_session(self, name).map_err(|error| format!("tutor: {error}"))
    }

    fn rejoin(&mut self, streams: &mut Streams<'_>) -> io::Result<Option<Performed>> {
        Stage::rejoin(self, streams)
    }

    fn server(&self) -> Option<&Server> {
        Some(Stage::server(self))
    }

    fn interrupt(&self) -> &AtomicBool {
        Stage::interrupt(self)
    }

    fn is_lab(&self) -> bool {
        true
    }
}
