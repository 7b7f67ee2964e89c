//! What the prompt needs of the place that it works in, with a lab or without one, and the commands that both have.

use std::io;
use std::path::Path;
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

/// What a command about the text that is typed has brought.
pub(super) enum Buffered {
    /// Edited, and to be run.
    Text(String),
    /// Nothing to run.
    Nothing,
    /// It failed, which was said.
    Failed,
}

/// Performs a command about the text that is typed.
pub(super) fn run_buffer_command(
    shell: &mut Shell,
    command: &BufferCommand,
    source: &dyn LineSource,
    output: &mut Output<'_>,
) -> io::Result<Buffered> {
    match command {
        BufferCommand::History(file) => show_history(file.as_deref(), source, output),
        BufferCommand::Edit { .. } if !source.is_interactive() && edit::named_editor().is_none() => {
            output.complain(text::NO_EDITOR_IN_SCRIPT)?;
            Ok(Buffered::Failed)
        }
        BufferCommand::Edit { file, line, extra } => {
            output.out.flush()?;
            let line = line.as_deref().map(edit::line_number).transpose();
            let is_begun = shell.is_mid_statement();
            match line.and_then(|line| edit::edit(shell.query_text(), is_begun, file.as_deref(), line)) {
                Ok(edited) => {
                    extra.iter().try_for_each(|word| output.complain(&text::extra_argument("e", word)))?;
                    shell.drop_statement();
                    take_edited(edited, source.is_interactive(), output)
                }
                Err(error) => {
                    output.complain(&error.to_string())?;
                    Ok(Buffered::Failed)
                }
            }
        }
    }
}

fn take_edited(edited: Option<String>, is_shown: bool, output: &mut Output<'_>) -> io::Result<Buffered> {
    let Some(edited) = edited else { return Ok(Buffered::Nothing) };
    // Shown to a person, because what does not end with a semicolon waits for one.
    if is_shown {
        writeln!(output.out, "{edited}")?;
    }
    Ok(if edited.trim().is_empty() { Buffered::Nothing } else { Buffered::Text(edited) })
}

/// `\s`. A script has no history, and psql then fails without a word.
fn show_history(file: Option<&Path>, source: &dyn LineSource, output: &mut Output<'_>) -> io::Result<Buffered> {
    if !source.is_interactive() {
        if file.is_none() {
            writeln!(output.out)?;
        }
        return Ok(Buffered::Failed);
    }
    match edit::show_history(source, file, output.out) {
        Ok(()) => Ok(Buffered::Nothing),
        Err(error) => {
            output.complain(&format!("\\s: {error}"))?;
            Ok(Buffered::Failed)
        }
    }
}
