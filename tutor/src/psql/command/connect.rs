//! `\c` and `\conninfo`.

use std::io;

use super::output::reason;
use super::{Call, CommandError, CommandResult};
use crate::psql::connection_string::{is_connection_string, parse_connection_string};
use crate::psql::shell::{Performed, Shell, Streams};
use crate::psql::words::{WordError, WordKind};
use crate::wire::{ConnectError, ConnectOptions, Connection, Host};

impl Shell {
    /// `\c [database [user [host [port]]]]`, where `-` keeps what there is, or `\c` and a connection string.
    pub(super) fn change_connection(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let given = self.connection_words(call)?;
        let options = wanted_options(&self.options, &given).map_err(CommandError::Complaint)?;
        self.refuse_elsewhere(&options)?;
        let connection = match Connection::connect(&options) {
            Ok(connection) => connection,
            Err(error) => {
                // A person keeps the session; a script ends without one.
                self.is_connected = self.is_interactive;
                return Err(CommandError::Complaint(failure(&options, &error)));
            }
        };
        self.adopt(connection, options);
        if !self.is_quiet() {
            writeln!(
                io.out,
                "You are now connected to database \"{}\" as user \"{}\".",
                self.options.database, self.options.user
            )?;
        }
        Ok(Performed::Reconnected)
    }

    /// The arguments without their double quotes; `None` for `-`.
    fn connection_words(&self, call: &mut Call<'_>) -> Result<Vec<Option<String>>, WordError> {
        let mut given = Vec::new();
        while given.len() < 4
            && let Some(word) = call.words.next_word(WordKind::Name, true, &self.variables)?
        {
            given.push(Some(word.text).filter(|text| text != "-" && !text.is_empty()));
        }
        Ok(given)
    }

    pub(super) fn print_connection(&mut self, io: &mut Streams<'_>) -> CommandResult {
        let options = &self.options;
        let place = match &options.host {
            Host::Socket(directory) => format!("via socket in \"{}\"", directory.display()),
            Host::Tcp(name) => format!("on host \"{name}\""),
        };
        writeln!(
            io.out,
            "You are connected to database \"{}\" as user \"{}\" {place} at port \"{}\".",
            options.database, options.user, options.port
        )?;
        Ok(Performed::Done)
    }
}

/// What to connect to: the present place with what is given changed.
fn wanted_options(present: &ConnectOptions, given: &[Option<String>]) -> Result<ConnectOptions, String> {
    let mut given = given.iter();
    let mut next = || given.next().and_then(Option::as_deref);
    let mut options = present.clone();
    match next() {
        Some(text) if is_connection_string(text) => {
            options = parse_connection_string(text, present)?;
        }
        Some(database) => database.clone_into(&mut options.database),
        None => {}
    }
    if let Some(user) = next() {
        // A password belongs to a user.
        options.password = options.password.filter(|_| user == options.user);
        user.clone_into(&mut options.user);
    }
    if let Some(host) = next() {
        options.host = if host.starts_with('/') { Host::Socket(host.into()) } else { Host::Tcp(host.to_owned()) };
    }
    if let Some(port) = next() {
        options.port = port
            .parse()
            .map_err(|_| format!("\\connect: invalid integer value \"{port}\" for connection option \"port\""))?;
    }
    Ok(options)
}

/// libpq's words for a connection that could not be made.
fn failure(options: &ConnectOptions, error: &ConnectError) -> String {
    let (place, nobody) = match &options.host {
        Host::Socket(directory) => (
            format!("on socket \"{}/.s.PGSQL.{}\"", directory.display(), options.port),
            "\n\tIs the server running locally and accepting connections on that socket?",
        ),
        Host::Tcp(name) => (
            format!("at \"{name}\", port {}", options.port),
            "\n\tIs the server running on that host and accepting TCP/IP connections?",
        ),
    };
    let cause = match error {
        ConnectError::Io(cause) if is_nobody(cause) => format!("{}{nobody}", reason(cause)),
        ConnectError::Io(cause) => reason(cause),
        other => other.to_string(),
    };
    format!("\\connect: connection to server {place} failed: {cause}")
}

fn is_nobody(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}
