//! `\c` and `\conninfo`.

use super::{Call, CommandError, CommandResult};
use crate::psql::shell::{Performed, Shell, Streams};
use crate::wire::{ConnectError, ConnectOptions, Connection, Host};

impl Shell {
    /// `\c [database [user [host [port]]]]`; `-` keeps what there is.
    pub(super) fn change_connection(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>) -> CommandResult {
        let mut given = Vec::new();
        while given.len() < 4
            && let Some(word) = call.next_name(&self.variables)?
        {
            given.push(Some(word).filter(|text| text != "-"));
        }
        let mut given = given.into_iter();
        let mut next = || given.next().flatten();
        let mut options = self.options.clone();
        if let Some(database) = next() {
            options.database = database;
        }
        if let Some(user) = next() {
            // A password belongs to a user.
            if user != options.user {
                options.password = None;
            }
            options.user = user;
        }
        if let Some(host) = next() {
            options.host = if host.starts_with('/') { Host::Socket(host.into()) } else { Host::Tcp(host) };
        }
        if let Some(port) = next() {
            options.port = port.parse().map_err(|_| {
                CommandError::Complaint(format!(
                    "\\connect: invalid integer value \"{port}\" for connection option \"port\""
                ))
            })?;
        }
        let connection = Connection::connect(&options).map_err(|error| failure(&options, &error))?;
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

fn failure(options: &ConnectOptions, error: &ConnectError) -> CommandError {
    CommandError::Complaint(format!("\\connect: connection to server {} failed: {error}", place(options)))
}

/// A server's place in libpq's words.
fn place(options: &ConnectOptions) -> String {
    match &options.host {
        Host::Socket(directory) => format!("on socket \"{}/.s.PGSQL.{}\"", directory.display(), options.port),
        Host::Tcp(name) => format!("at \"{name}\", port {}", options.port),
    }
}
