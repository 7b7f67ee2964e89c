//! The prompt without a lab: psql's behaviour, several sessions, and nothing that is checked.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::commands::{self, RoomCommand};
use super::edit::BufferCommand;
use super::listen::listen_while;
use super::pager::TerminalPager;
use super::room::{self, Buffered, OBSERVED_FROM, Room, WhileBusy};
use super::script::{self, End};
use super::source::{Line, LineSource, copy_line};
use super::{Output, text};
use crate::processes::Sampler;
use crate::psql::{Command, Item, Performed, Shell, Streams};
use crate::server::{Role, Server};
use crate::sessions::{BlockWatch, InterruptWatch, Ran, Sessions, Wait, prompt_end, session_asked_for};
use crate::wire::{ConnectError, ConnectOptions, Connection};

/// The session that one starts in.
const FIRST_SESSION: &str = "main";

/// Whether a process waits for a lock.
const IS_BLOCKED: &str = "SELECT pg_catalog.cardinality(pg_catalog.pg_blocking_pids($1)) > 0";

/// Why the prompt cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum FreeError {
    /// There is no connection.
    #[error("cannot connect: {0}")]
    Connect(#[from] ConnectError),
    /// The terminal, the script or the output failed.
    #[error("cannot read or write: {0}")]
    Io(#[from] io::Error),
}

/// Where to work freely, and as whom.
pub struct FreePlay<'a> {
    /// The private server, unless the user's own is worked on.
    pub server: Option<&'a Server>,
    /// Where sessions connect.
    pub options: ConnectOptions,
    /// Becomes true when Ctrl-C is pressed while a statement runs.
    pub interrupt: Arc<AtomicBool>,
}

/// Runs what `source` brings until it ends or `\q`. A script ends as psql's does.
///
/// # Errors
/// There is no connection, or reading or writing fails.
pub fn play(play: FreePlay<'_>, source: &mut dyn LineSource, output: Output<'_>) -> Result<End, FreeError> {
    let interactive = source.is_interactive();
    let mut room = FreeRoom { play, interactive, sessions: Sessions::default(), observer: None, is_interrupted: false };
    room.sessions.set_pager(TerminalPager::noted_in(&output.record));
    if let Some(sampler) = room.play.server.map(Sampler::new) {
        if interactive {
            sampler.prepare();
        }
        room.sessions.set_sampler(sampler);
    }
    room.open_session(FIRST_SESSION)?;
    output.record.begin(&text::transcript_of_play(&room.play.options.database), interactive);
    let mut table = Table { room, output, interactive, stops_on_error: false };
    table.read_lines(source)
}

/// What to do after a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    GoOn,
    Leave(End),
}

struct FreeRoom<'a> {
    play: FreePlay<'a>,
    interactive: bool,
    sessions: Sessions,
    observer: Option<postgres::Client>,
    /// Whether Ctrl-C was pressed while the last statement ran.
    is_interrupted: bool,
}

impl FreeRoom<'_> {
    fn open_session(&mut self, name: &str) -> Result<(), ConnectError> {
        let options = &self.play.options;
        let mut shell = Shell::new(Connection::connect(options)?, options.clone());
        if !self.interactive {
            shell.variables_mut().set_unchecked("QUIET", "on");
        }
        shell.set_interactive(self.interactive);
        shell.set_own_commands(&commands::ROOM_NAMES);
        if let Some(shown) = self.sessions.shell().map(|shell| shell.settings().clone()) {
            *shell.settings_mut() = shown;
        }
        self.sessions.open(name, shell);
        Ok(())
    }

    /// Runs something that is watched: Ctrl-C cancels it, and what waits for a lock is left running.
    fn watched(
        &mut self,
        run: impl FnOnce(&mut Sessions, &mut dyn FnMut() -> Wait) -> io::Result<Ran>,
    ) -> io::Result<Ran> {
        let FreeRoom { play, sessions, observer, is_interrupted, .. } = self;
        let Some(session) = sessions.current() else { return Ok(Ran::Ended(Performed::Failed)) };
        let (pid, canceller) = (session.pid(), session.canceller().clone());
        let mut interrupt = InterruptWatch::new(&play.interrupt, canceller);
        let mut block = BlockWatch::default();
        let ran = run(sessions, &mut || match interrupt.tick() {
            Wait::GoOn => block.tick(|| is_blocked(observer, play.server, pid)),
            leave => leave,
        });
        *is_interrupted = interrupt.was_pressed();
        ran
    }

    /// New connections in place of those that are lost.
    fn reconnect(&mut self) -> Result<(), ConnectError> {
        let options = self.play.options.clone();
        for (_, session) in self.sessions.iter_mut() {
            if session.poll_idle().is_err() {
                session.reconnect(options.clone())?;
            }
        }
        Ok(())
    }
}

/// A look that fails says nothing; the next one is made with a new session.
fn is_blocked(observer: &mut Option<postgres::Client>, server: Option<&Server>, pid: i32) -> bool {
    let Some(server) = server else { return false };
    if observer.is_none() {
        *observer = server.connect(Role::Observer, OBSERVED_FROM).ok();
    }
    let answer = observer.as_mut().map(|observer| observer.query_one(IS_BLOCKED, &[&pid]));
    match answer {
        Some(Ok(row)) => row.get(0),
        _ => {
            *observer = None;
            false
        }
    }
}

impl Room for FreeRoom<'_> {
    fn sessions(&mut self) -> &mut Sessions {
        &mut self.sessions
    }

    fn switch_session(&mut self, name: &str) -> Result<(), String> {
        if self.sessions.switch(name) {
            return Ok(());
        }
        self.open_session(name).map_err(|error| format!("tutor: {error}"))
    }

    fn rejoin(&mut self, streams: &mut Streams<'_>) -> io::Result<Option<Performed>> {
        while self.sessions.is_busy() {
            if let Ran::Ended(performed) = self.watched(|sessions, watch| sessions.wait(streams, watch))? {
                return Ok(Some(performed));
            }
        }
        Ok(None)
    }

    fn server(&self) -> Option<&Server> {
        self.play.server
    }

    fn interrupt(&self) -> &AtomicBool {
        &self.play.interrupt
    }

    fn is_lab(&self) -> bool {
        false
    }
}

struct Table<'p, 'o> {
    room: FreeRoom<'p>,
    output: Output<'o>,
    interactive: bool,
    /// `ON_ERROR_STOP` in a script, as it was when the line began.
    stops_on_error: bool,
}

impl Table<'_, '_> {
    fn read_lines(&mut self, source: &mut dyn LineSource) -> Result<End, FreeError> {
        loop {
            self.show_arrivals()?;
            self.output.before_prompt()?;
            let prompt = self.prompt();
            let line = self.read_line(source, &prompt)?;
            self.output.record.line_read();
            // Whatever was pressed before was meant for what ran before.
            self.room.play.interrupt.store(false, Ordering::Relaxed);
            let flow = match line {
                Line::Text(text) => self.read_text(source, &text)?,
                Line::Interrupted { .. } => self.interrupted(),
                Line::End => Flow::Leave(self.finish(source)?),
            };
            if let Flow::Leave(end) = flow {
                return Ok(end);
            }
        }
    }

    fn read_line(&mut self, source: &mut dyn LineSource, prompt: &str) -> io::Result<Line> {
        if self.interactive {
            source.set_surroundings(room::surroundings(&mut self.room, Vec::new()));
        }
        match source.printer() {
            Some(printer) => {
                listen_while(&mut self.room.sessions, &printer, &self.output.record, || source.read(prompt))
            }
            None => source.read(prompt),
        }
    }

    fn prompt(&mut self) -> String {
        let sessions = &mut self.room.sessions;
        let other = Some(sessions.current_name()).filter(|name| *name != FIRST_SESSION);
        let other = other.map(|name| format!("[{name}]")).unwrap_or_default();
        let shell = sessions.current().and_then(|session| session.shell());
        let database =
            shell.map_or(self.room.play.options.database.as_str(), |shell| shell.options().database.as_str());
        format!("{database}{other}{} ", prompt_end(shell))
    }

    fn interrupted(&mut self) -> Flow {
        match self.room.sessions.shell() {
            Some(shell) => shell.clear_buffer(),
            None => room::cancel_current(&mut self.room),
        }
        Flow::GoOn
    }

    fn read_text(&mut self, source: &mut dyn LineSource, text: &str) -> Result<Flow, FreeError> {
        if self.room.sessions.is_busy()
            && let Some(flow) = self.read_while_busy(source, text)?
        {
            return Ok(flow);
        }
        self.take_text(source, text)
    }

    fn take_text(&mut self, source: &mut dyn LineSource, text: &str) -> Result<Flow, FreeError> {
        if !text.trim().is_empty() && source.remember(text).is_err() {
            self.output.complain(text::HISTORY_LOST)?;
        }
        if !is_note(text) {
            self.output.record.typed(text);
        }
        if let Some(shell) = self.room.sessions.shell() {
            self.stops_on_error = !self.interactive && shell.variables().is_on("ON_ERROR_STOP");
            text.split('\n').for_each(|line| shell.push_line(line));
        }
        self.run_items(source)
    }

    /// A line that comes while the current session runs a statement; `None` when the session can take it after all.
    fn read_while_busy(&mut self, source: &mut dyn LineSource, line: &str) -> Result<Option<Flow>, FreeError> {
        if let Some(name) = session_asked_for(line) {
            self.run_command(RoomCommand::Session(name.to_owned()))?;
            return Ok(Some(Flow::GoOn));
        }
        if !self.interactive {
            return Ok(Some(self.rejoin(source)?).filter(|flow| *flow != Flow::GoOn));
        }
        match WhileBusy::of(line) {
            WhileBusy::Command(command) => self.run_command(command)?,
            WhileBusy::Quit => return Ok(Some(Flow::Leave(End::Done))),
            WhileBusy::Refused => room::refuse(&mut self.room, &mut self.output)?,
        }
        Ok(Some(Flow::GoOn))
    }

    /// Waits for what the current session runs.
    fn rejoin(&mut self, source: &mut dyn LineSource) -> Result<Flow, FreeError> {
        let mut lines = || copy_line(source);
        let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut lines };
        match self.room.rejoin(&mut streams)? {
            Some(performed) => self.after(performed),
            None => Ok(Flow::GoOn),
        }
    }

    fn run_items(&mut self, source: &mut dyn LineSource) -> Result<Flow, FreeError> {
        while let Some(item) = self.room.sessions.shell().and_then(Shell::next_item) {
            let flow = match item {
                Item::Command(Command { name, rest }) if RoomCommand::parse(&name, &rest).is_some() => {
                    RoomCommand::parse(&name, &rest).map_or(Ok(()), |command| self.run_command(command))?;
                    Flow::GoOn
                }
                Item::Command(command) => self.perform_command(source, command)?,
                item => self.perform(source, item)?,
            };
            if flow != Flow::GoOn {
                return Ok(flow);
            }
        }
        // psql, too, goes on to the end of the line without a connection.
        let is_connected = self.room.sessions.shell().is_none_or(|shell| shell.is_connected());
        Ok(if is_connected { Flow::GoOn } else { Flow::Leave(End::Lost) })
    }

    fn perform_command(&mut self, source: &mut dyn LineSource, command: Command) -> Result<Flow, FreeError> {
        let Some(shell) = self.room.sessions.shell() else { return Ok(Flow::GoOn) };
        let Some(own) = BufferCommand::parse(&command.name, &command.rest, shell.variables()) else {
            return self.perform(source, Item::Command(command));
        };
        let edited = room::run_buffer_command(shell, &own, source, &mut self.output)?;
        self.room.play.interrupt.store(false, Ordering::Relaxed);
        match edited {
            Buffered::Text(edited) => self.take_text(source, &edited),
            Buffered::Nothing => Ok(Flow::GoOn),
            Buffered::Failed => self.after(Performed::Failed),
        }
    }

    fn run_command(&mut self, command: RoomCommand) -> io::Result<()> {
        room::run_command(&mut self.room, command, &mut self.output)
    }

    fn perform(&mut self, source: &mut dyn LineSource, item: Item) -> Result<Flow, FreeError> {
        let mut lines = || copy_line(source);
        let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut lines };
        match self.room.watched(|sessions, watch| sessions.perform(item, &mut streams, watch))? {
            Ran::Ended(performed) => self.after(performed),
            Ran::RunsOn(why) if self.interactive => {
                room::tell_left(&mut self.room, why, &mut self.output)?;
                Ok(Flow::GoOn)
            }
            Ran::RunsOn(_) => Ok(Flow::GoOn),
        }
    }

    /// What follows from what became of an item.
    fn after(&mut self, performed: Performed) -> Result<Flow, FreeError> {
        let is_failure = performed.is_failure() || matches!(performed, Performed::Unknown(_));
        match performed {
            Performed::Quit => return Ok(Flow::Leave(End::Done)),
            Performed::Unknown(command) if !self.interactive => {
                self.output.complain(&script::no_command(&command))?;
            }
            Performed::Lost(_) if !self.interactive => {
                self.output.complain(text::LOST_IN_SCRIPT)?;
                return Ok(Flow::Leave(End::Lost));
            }
            Performed::Unknown(command) => {
                let instead = commands::no_command(&command.name, false);
                self.output.complain(&text::no_command(&command.name, instead))?;
            }
            Performed::Lost(_) => return self.reconnect(),
            _ => {}
        }
        let is_interrupted = std::mem::take(&mut self.room.is_interrupted);
        let stops = is_failure && self.stops_on_error || !self.interactive && is_interrupted;
        Ok(if stops { Flow::Leave(End::Stopped) } else { Flow::GoOn })
    }

    /// A script with one session hears with its next statement what the server said meanwhile, as in psql.
    fn listens(&self) -> bool {
        let sessions = &self.room.sessions;
        self.interactive || sessions.iter().count() > 1 || sessions.running_name().is_some()
    }

    /// Prints what the servers said while nothing ran.
    fn show_arrivals(&mut self) -> Result<(), FreeError> {
        if self.listens() && room::show_arrivals(&mut self.room, &mut self.output)? {
            self.reconnect()?;
        }
        self.room.sessions.take_finished();
        Ok(())
    }

    /// The end of the input: what is unfinished runs, what was left running is waited for.
    fn finish(&mut self, source: &mut dyn LineSource) -> Result<End, FreeError> {
        if self.interactive {
            return Ok(End::Done);
        }
        if let Flow::Leave(end) = self.rejoin(source)? {
            return Ok(end);
        }
        if let Some(shell) = self.room.sessions.shell() {
            shell.finish_input();
        }
        if let Flow::Leave(end) = self.run_items(source)? {
            return Ok(end);
        }
        while let Some(name) = self.room.sessions.running_name() {
            self.room.sessions.switch(&name);
            self.rejoin(source)?;
        }
        if let Some(shell) = self.room.sessions.shell() {
            let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut || None };
            let is_balanced = shell.close_input(&mut streams)?;
            return Ok(if is_balanced || !self.stops_on_error { End::Done } else { End::Stopped });
        }
        Ok(End::Done)
    }

    fn reconnect(&mut self) -> Result<Flow, FreeError> {
        self.output.complain(text::LOST)?;
        self.room.reconnect()?;
        self.output.complain(text::RECONNECTED)?;
        Ok(Flow::GoOn)
    }
}

/// Whether a line is a command about the notes of the sitting, which stands in no transcript.
fn is_note(line: &str) -> bool {
    matches!(WhileBusy::of(line), WhileBusy::Command(command) if command.is_note())
}
