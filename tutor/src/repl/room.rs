//! What the prompt needs of the place that it works in, with a lab or without one, and the commands that both have.

use std::io;
use std::sync::atomic::AtomicBool;

use super::commands::{self, RoomCommand};
use super::complete::Surroundings;
use super::edit::{self, BufferCommand};
use super::listen::hear;
use super::processes::{list_sessions, show_processes, show_timeline, show_why};
use super::source::LineSource;
use super::view::Look;
use super::{Output, text};
use crate::lab::session_options;
use crate::psql::{Performed, Shell, Streams};
use crate::server::{Role, Server};
use crate::sessions::{Left, Sessions};
use crate::wire::ConnectOptions;

/// The database that the observer looks from.
pub(super) const OBSERVED_FROM: &str = "postgres";

/// A place with sessions.
pub(super) trait Room {
    /// The student's sessions.
    fn sessions(&mut self) -> &mut Sessions;

    /// Switches to the session of that name, which is opened if it is not there. The error is what is to be said.
    fn switch_session(&mut self, name: &str) -> Result<(), String>;

    /// Waits for what the current session was left running; nothing if it is not busy.
    fn rejoin(&mut self, streams: &mut Streams<'_>) -> io::Result<Option<Performed>>;

    /// The private server, where there is one, for sessions of the observer's. From the database [`OBSERVED_FROM`]
    /// they are not counted by lessons.
    fn server(&self) -> Option<&Server>;

    /// Becomes true when Ctrl-C is pressed.
    fn interrupt(&self) -> &AtomicBool;

    /// Whether a lab is played here.
    fn is_lab(&self) -> bool;
}

/// Performs a command that works in every room.
pub(super) fn run_command(room: &mut dyn Room, command: RoomCommand, output: &mut Output<'_>) -> io::Result<()> {
    match command {
        RoomCommand::Session(name) if name.is_empty() => list_sessions(room, output),
        RoomCommand::Session(name) => match room.switch_session(&name) {
            Ok(()) => list_sessions(room, output),
            Err(error) => output.complain(&error),
        },
        RoomCommand::Sessions => list_sessions(room, output),
        RoomCommand::Transcript(argument) => output.transcript(&argument),
        RoomCommand::Ps(argument) => show_processes(room, &argument, output),
        RoomCommand::Timeline(argument) => show_timeline(room, &argument, output),
        RoomCommand::Why(statement) => show_why(room, &statement, output),
        RoomCommand::Help => {
            let help = commands::help(room.is_lab());
            room.sessions().show_text(&help, output.out)
        }
    }
}

/// Prints what the servers said while nothing was waited for. Whether one of them has ended a session.
pub(super) fn show_arrivals(room: &mut dyn Room, output: &mut Output<'_>) -> io::Result<bool> {
    let heard = hear(room.sessions());
    heard.texts.iter().try_for_each(|text| write!(output.out, "{text}"))?;
    Ok(heard.has_lost)
}

/// Says that a statement is left running, to a person.
pub(super) fn tell_left(room: &mut dyn Room, why: Left, output: &mut Output<'_>) -> io::Result<()> {
    let name = room.sessions().current_name();
    write!(output.out, "{}", Look::for_stdout().words(&text::left_running(name, why)))
}

/// Says what the current session runs, to a person who typed something else for it.
pub(super) fn refuse(room: &mut dyn Room, output: &mut Output<'_>) -> io::Result<()> {
    let sessions = room.sessions();
    let running = sessions.current().and_then(|session| session.running());
    let statement = running.map(|running| running.statement.as_str()).unwrap_or_default();
    let said = text::busy(sessions.current_name(), statement);
    output.complain(Look::for_stdout().words(&said).trim_end())
}

/// Cancels what the current session runs.
pub(super) fn cancel_current(room: &mut dyn Room) {
    if let Some(session) = room.sessions().current() {
        // If the request does not get through, the student presses again.
        let _ = session.canceller().cancel();
    }
}

/// What is to be done with a line while the current session runs a statement.
pub(super) enum WhileBusy {
    /// A command that needs no session of its own.
    Command(RoomCommand),
    /// `\\q`.
    Quit,
    /// Anything else, which the session cannot take now.
    Refused,
}

impl WhileBusy {
    /// What `line` asks for.
    pub(super) fn of(line: &str) -> WhileBusy {
        let Some(command) = line.trim().strip_prefix('\\') else { return WhileBusy::Refused };
        let end = command.find(char::is_whitespace).unwrap_or(command.len());
        let (name, argument) = command.split_at(end);
        match RoomCommand::parse(name, argument) {
            Some(command) => WhileBusy::Command(command),
            None if matches!(name, "q" | "quit") => WhileBusy::Quit,
            None => WhileBusy::Refused,
        }
    }
}

/// The name of the sessions that look for completion, in `pg_stat_activity`.
const COMPLETION_NAME: &str = "tutor completion";

/// What the person knows who types the next line. `places` can be gone to.
pub(super) fn surroundings(room: &mut dyn Room, places: Vec<String>) -> Surroundings {
    let sessions = room.sessions().iter().map(|(name, _)| name.to_owned()).collect();
    let Some(shell) = room.sessions().shell() else { return Surroundings { sessions, places, ..Default::default() } };
    let database = shell.options().database.clone();
    let earlier = if shell.is_mid_statement() { format!("{}\n", shell.query_text()) } else { String::new() };
    let variables = shell.variables().iter().map(|(name, _)| name.to_owned()).collect();
    let keyword_case = shell.variables().get("COMP_KEYWORD_CASE").unwrap_or_default().to_owned();
    let observer = room.server().map(|server| {
        let options = session_options(server, Role::Observer, &database);
        ConnectOptions { application_name: COMPLETION_NAME.to_owned(), ..options }
    });
    Surroundings { earlier, variables, keyword_case, sessions, places, observer, ..Default::default() }
}

/// Performs a command about the text that is typed. What was edited and is to be run, if there is something.
pub(super) fn run_buffer_command(
    shell: &mut Shell,
    command: &BufferCommand,
    source: &dyn LineSource,
    output: &mut Output<'_>,
) -> io::Result<Option<String>> {
    let (file, line) = match command {
        // A script has no history, of which psql is silent.
        BufferCommand::History(_) if !source.is_interactive() => return Ok(None),
        BufferCommand::History(file) => {
            if let Err(error) = edit::show_history(source, file.as_deref(), output.out) {
                output.complain(&format!("\\s: {error}"))?;
            }
            return Ok(None);
        }
        BufferCommand::Edit { file, line } => (file.as_deref(), *line),
    };
    if !source.is_interactive() {
        output.complain(text::NO_EDITOR_IN_SCRIPT)?;
        return Ok(None);
    }
    output.out.flush()?;
    match edit::edit(shell.query_text(), shell.is_mid_statement(), file, line) {
        Ok(edited) => {
            shell.clear_buffer();
            // Shown, because what does not end with a semicolon waits for one.
            edited.iter().try_for_each(|edited| writeln!(output.out, "{edited}"))?;
            Ok(edited.filter(|edited| !edited.trim().is_empty()))
        }
        Err(error) => {
            output.complain(&format!("\\e: {error}"))?;
            Ok(None)
        }
    }
}
