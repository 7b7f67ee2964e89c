//! The session that a tutor drives: input, connection, variables and settings together.

use std::fs::File;
use std::io::{self, Write};

use super::copy_data::CopyFile;
use super::execute::notification_text;
use super::execution::Execution;
use super::go_file::GoFile;
use super::input::{Command, Input, Item, Remarks, line_text};
use super::message::format_message;
use super::notified::Notified;
use super::paging::Paging;
use super::print::PrintSettings;
use super::scan::PromptState;
use super::variables::Variables;
use crate::wire::{Canceller, ConnectError, ConnectOptions, Connection, Event, Lost, ServerMessage, TransactionStatus};

/// Where output goes and where data of COPY come from.
pub struct Streams<'a> {
    /// Results, tags, `\echo`.
    pub out: &'a mut dyn Write,
    /// Messages of the server and complaints.
    pub err: &'a mut dyn Write,
    /// The next line with its newline, as it stands in the input, for COPY FROM STDIN; `None` ends the data. Lines
    /// already pushed are taken first.
    pub lines: &'a mut dyn FnMut() -> Option<Vec<u8>>,
}

/// libpq's words for a broken connection.
pub(super) const LOST_TEXT: &str = "server closed the connection unexpectedly\n\
                                    \tThis probably means the server terminated abnormally\n\
                                    \tbefore or while processing the request.\n";

/// What became of an item.
#[derive(Debug)]
pub enum Performed {
    /// Statements ran, each well or with an error.
    Executed(Vec<Execution>),
    /// A command was done.
    Done,
    /// A command failed and said why.
    Failed,
    /// No command known here; nothing was printed. The rest of its line belongs to it.
    Unknown(Command),
    /// `\c` opened another session.
    Reconnected,
    /// The connection broke, after these statements; what the server said is printed.
    Lost(Vec<Execution>),
    /// `\q`.
    Quit,
}

impl Performed {
    /// The same as a failure: its result could not be written.
    pub(super) fn failed(mut self) -> Self {
        if let Self::Executed(executions) = &mut self {
            executions.iter_mut().for_each(|execution| execution.has_failed = true);
        }
        self
    }

    /// Whether something failed, in the sense of `ON_ERROR_STOP`.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Executed(executions) => executions.iter().any(|execution| execution.has_failed),
            Self::Failed | Self::Lost(_) => true,
            Self::Done | Self::Unknown(_) | Self::Reconnected | Self::Quit => false,
        }
    }
}

/// The last error, for `\errverbose`.
#[derive(Debug, Clone)]
pub(super) struct LastError {
    pub(super) message: ServerMessage,
    pub(super) query: String,
}

/// psql's state.
#[derive(Debug)]
pub struct Shell {
    pub(super) connection: Connection,
    pub(super) is_connected: bool,
    pub(super) options: ConnectOptions,
    pub(super) variables: Variables,
    pub(super) settings: PrintSettings,
    pub(super) shows_timing: bool,
    pub(super) input: Input,
    pub(super) remarks: Remarks,
    /// The file of `\o`.
    pub(super) output: Option<File>,
    pub(super) copy_file: Option<CopyFile>,
    pub(super) go_file: Option<GoFile>,
    /// What shows long output, at a terminal.
    pub(super) pager: Option<Box<dyn Paging>>,
    pub(super) last_error: Option<LastError>,
    /// Notifications that were not printed yet.
    pub(super) notified: Notified,
    /// Whether a person types the lines; a script is skipped to the end of COPY data that nobody takes.
    pub(super) is_interactive: bool,
    /// How many included files are open.
    pub(super) include_depth: usize,
    /// Whether it reaches nothing but its own server.
    pub(super) is_confined: bool,
}

impl Shell {
    /// A fresh session: psql's defaults, variables about the connection set.
    pub fn new(connection: Connection, options: ConnectOptions) -> Self {
        let mut shell = Self {
            connection,
            is_connected: true,
            options,
            variables: Variables::default(),
            settings: PrintSettings::default(),
            shows_timing: false,
            input: Input::new(None),
            remarks: Remarks::default(),
            output: None,
            copy_file: None,
            go_file: None,
            pager: None,
            last_error: None,
            notified: Notified::default(),
            is_interactive: false,
            include_depth: 0,
            is_confined: false,
        };
        shell.set_connection_variables();
        shell
    }

    /// Takes one line of input, without its newline.
    pub fn push_line(&mut self, line: &str) {
        self.input.push_line(line);
    }

    /// Says that no more lines come, so that an unterminated last statement runs.
    pub fn finish_input(&mut self) {
        self.input.finish();
    }

    /// The next complete item; `None` means that more lines are needed. Variables are replaced now, so an item is to
    /// be performed before the next one is asked for.
    pub fn next_item(&mut self) -> Option<Item> {
        let standard = self.connection.parameter("standard_conforming_strings") != Some("off");
        self.input.next_item(&self.variables, standard, &mut self.remarks)
    }

    /// Whether a statement has begun and not ended.
    pub fn is_mid_statement(&self) -> bool {
        self.prompt_state() != PromptState::Ready
    }

    /// What the next line continues.
    pub fn prompt_state(&self) -> PromptState {
        self.input.prompt()
    }

    /// Whether lines or parts of one wait to be pulled.
    pub fn has_pending_text(&self) -> bool {
        self.input.has_pending_text()
    }

    /// Drops the statement begun and all waiting lines: Ctrl-C at the prompt.
    pub fn clear_buffer(&mut self) {
        self.input.clear();
    }

    /// Drops the same, but `\if` blocks stay open: what an editor made takes its place.
    pub fn drop_statement(&mut self) {
        self.input.drop_statement();
    }

    /// The statement begun, or the last one when none is: what `\e` and `\p` show.
    pub fn query_text(&self) -> &str {
        if self.input.buffer.is_empty() { &self.input.previous } else { &self.input.buffer }
    }

    /// Goes on reading at `tail`, what a caller's own command has left of its line.
    pub fn continue_with(&mut self, tail: &str) {
        self.input.continue_with(tail);
    }

    /// Does what an item says. `watch` is called at least every 20 ms while a statement runs and its rows are printed.
    /// An error means that output could not be written.
    pub fn perform(&mut self, item: Item, io: &mut Streams<'_>, watch: &mut dyn FnMut()) -> io::Result<Performed> {
        self.print_remarks(io)?;
        self.connection.canceller().forget();
        let performed = match item {
            Item::Statement(statement) => self.perform_statement(&statement, io, watch),
            Item::Command(command) => self.perform_command(command, io, watch),
        }?;
        let performed = match performed {
            Performed::Done | Performed::Failed if self.connection.is_lost() => {
                self.report(LOST_TEXT, io)?;
                Performed::Lost(Vec::new())
            }
            performed => performed,
        };
        io.out.flush()?;
        io.err.flush()?;
        Ok(performed)
    }

    /// Ends the session's input: prints what is left to be said. False when a `\if` was not ended.
    pub fn close_input(&mut self, io: &mut Streams<'_>) -> io::Result<bool> {
        self.print_remarks(io)?;
        let is_balanced = self.input.conditions.is_empty();
        if !is_balanced && !self.is_interactive {
            self.complain("reached EOF without finding closing \\endif(s)", io)?;
        }
        io.out.flush()?;
        io.err.flush()?;
        Ok(is_balanced)
    }

    /// Notices and notifications that arrived while the session was idle; nothing is printed. An error means that
    /// the server has ended the session.
    pub fn poll_idle(&mut self) -> Result<Vec<Event>, Lost> {
        self.connection.poll_idle()
    }

    /// What psql prints for a notice, an error or a notification that came while the session was idle.
    pub fn event_text(&self, event: &Event) -> Option<String> {
        let style = self.variables.message_style();
        match event {
            Event::Notice(message) => Some(format_message(message, "", false, style)),
            Event::Error(message) => Some(format_message(message, "", true, style)),
            Event::Notification(notification) => Some(notification_text(notification)),
            _ => None,
        }
    }

    /// Opens a new session in place of the present one. Variables and settings stay.
    pub fn reconnect(&mut self, options: ConnectOptions) -> Result<(), ConnectError> {
        let connection = Connection::connect(&options)?;
        self.adopt(connection, options);
        Ok(())
    }

    /// Names the commands that the caller performs itself, without backslash.
    pub fn set_own_commands(&mut self, names: &[&str]) {
        self.input.own_commands = names.iter().map(|&name| name.to_owned()).collect();
    }

    /// Says whether a person types the lines (the default is a script).
    pub fn set_interactive(&mut self, is_interactive: bool) {
        self.is_interactive = is_interactive;
    }

    /// Shows long output with `pager`, as far as `\pset pager` allows.
    pub fn set_pager(&mut self, pager: Option<Box<dyn Paging>>) {
        self.pager = pager;
    }

    /// What `\set` lists.
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    /// For a caller that sets variables itself.
    pub fn variables_mut(&mut self) -> &mut Variables {
        &mut self.variables
    }

    /// What `\pset` lists.
    pub fn settings(&self) -> &PrintSettings {
        &self.settings
    }

    /// The same for changing, without psql's announcement.
    pub fn settings_mut(&mut self) -> &mut PrintSettings {
        &mut self.settings
    }

    /// Where the present session is connected; `\c` changes it.
    pub fn options(&self) -> &ConnectOptions {
        &self.options
    }

    /// Whether there is a session: a script's `\c` that fails leaves none.
    pub fn is_connected(&self) -> bool {
        self.is_connected
    }

    /// Process id of the session's backend.
    pub fn pid(&self) -> i32 {
        self.connection.pid()
    }

    /// Where the session stood at the end of the last query string.
    pub fn transaction(&self) -> TransactionStatus {
        self.connection.transaction()
    }

    /// Whether the session has the rights of a superuser now, as the server reported it last.
    pub fn is_superuser(&self) -> bool {
        self.connection.parameter("is_superuser") == Some("on")
    }

    /// A handle that cancels the running statement from another thread, and ends a `\watch`.
    pub fn canceller(&self) -> Canceller {
        self.connection.canceller()
    }

    /// The connection itself, for what the shell does not do.
    pub fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.variables.is_on("QUIET")
    }

    /// Prints one of psql's own complaints; within an included file with the place.
    pub(super) fn complain(&self, text: &str, io: &mut Streams<'_>) -> io::Result<()> {
        io.out.flush()?;
        writeln!(io.err, "{}{text}", self.place("error: "))
    }

    /// Prints a message of the server.
    pub(super) fn report(&self, text: &str, io: &mut Streams<'_>) -> io::Result<()> {
        io.out.flush()?;
        write!(io.err, "{}{text}", self.place(""))
    }

    /// The place in an included file that psql puts before a message.
    pub(super) fn place(&self, level: &str) -> String {
        match &self.input.file {
            Some(file) => format!("psql:{file}:{}: {level}", self.input.line_number()),
            None => String::new(),
        }
    }

    pub(super) fn print_remarks(&mut self, io: &mut Streams<'_>) -> io::Result<()> {
        for line in std::mem::take(&mut self.remarks.echoed) {
            writeln!(io.out, "{line}")?;
        }
        for warning in std::mem::take(&mut self.remarks.warnings) {
            io.out.flush()?;
            writeln!(io.err, "{}{warning}", self.place("warning: "))?;
        }
        Ok(())
    }

    /// A line of the input that is neither SQL nor COPY data, without its newline.
    pub(super) fn next_line(&mut self, io: &mut Streams<'_>) -> Option<String> {
        self.input.take_line().or_else(|| (io.lines)().map(|line| line_text(&line)))
    }

    /// Writes where results go: to the file of `\o`, else to the output.
    pub(super) fn result_target<'a>(output: &'a mut Option<File>, io: &'a mut Streams<'_>) -> &'a mut dyn Write {
        match output {
            Some(file) => file,
            None => io.out,
        }
    }

    /// Goes on with another session.
    pub(super) fn adopt(&mut self, connection: Connection, options: ConnectOptions) {
        self.connection = connection;
        self.confine_connection();
        self.is_connected = true;
        self.options = options;
        self.set_connection_variables();
    }

    fn set_connection_variables(&mut self) {
        let host = match &self.options.host {
            crate::wire::Host::Tcp(name) => name.clone(),
            crate::wire::Host::Socket(directory) => directory.display().to_string(),
        };
        let version = self.connection.parameter("server_version").unwrap_or_default().to_owned();
        let number = version_number(&version).to_string();
        for (name, value) in [
            ("DBNAME", self.options.database.as_str()),
            ("USER", self.options.user.as_str()),
            ("HOST", host.as_str()),
            ("PORT", &self.options.port.to_string()),
            ("ENCODING", "UTF8"),
            ("SERVER_VERSION_NAME", version.as_str()),
            ("SERVER_VERSION_NUM", number.as_str()),
        ] {
            self.variables.set_unchecked(name, value);
        }
    }
}

/// `150020` for `15.20 (Debian ..)`.
pub(super) fn version_number(version: &str) -> u32 {
    let mut parts = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    parts.next().unwrap_or(0) * 10_000 + parts.next().unwrap_or(0)
}
