//! `tutor play`: the prompt without a lab.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Context, Failure, interrupt_flag, line_source, recorded_output, termination};
use crate::lab::session_options;
use crate::psql::{is_connection_string, parse_connection_string};
use crate::repl::{self, FreePlay, Look, Output, Record};
use crate::server::{APPLICATION_NAME, Lifetime, PLAY_DATABASE, Role, Server};
use crate::wire::{ConnectOptions, Host};

/// Opens the prompt in `database` as `role`, or where a connection string in place of the name says.
pub(super) fn run(context: &Context, database: &str, role: Role) -> Result<ExitCode, Failure> {
    if is_connection_string(database) {
        let options = parse_connection_string(database, &somewhere(role)).map_err(Failure::Usage)?;
        return play(context, None, options);
    }
    let course = context.course()?;
    let home = context.home()?;
    let realm = context.realm(&course, &home)?;
    let server = Server::acquire(&realm, Lifetime::Session)?;
    if database == PLAY_DATABASE {
        server.play_database()?;
    }
    termination::end_in_order(&server)?;
    let options = session_options(&server, role, database);
    play(context, Some(&server), options)
}

/// What a connection string leaves open.
fn somewhere(role: Role) -> ConnectOptions {
    ConnectOptions {
        host: Host::Socket(PathBuf::from("/var/run/postgresql")),
        port: 5432,
        user: role.name().to_owned(),
        password: None,
        database: PLAY_DATABASE.to_owned(),
        application_name: APPLICATION_NAME.to_owned(),
    }
}

fn play(context: &Context, server: Option<&Server>, options: ConnectOptions) -> Result<ExitCode, Failure> {
    let mut source = line_source(&context.home()?, "play", Look::for_stdout().paint)?;
    let record = Record::default();
    let (mut out, mut err) = (recorded_output(&record), record.through(io::stderr()));
    let play = FreePlay { server, options, interrupt: interrupt_flag()? };
    let end = repl::play(play, &mut *source, Output { out: &mut out, err: &mut err, record })?;
    Ok(ExitCode::from(end.status()))
}
