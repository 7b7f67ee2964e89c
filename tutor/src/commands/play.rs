//! `tutor play`: the prompt without a lab.

use std::io;
use std::process::ExitCode;

use super::{Context, Failure, interrupt_flag, line_source, standard_output};
use crate::lab::session_options;
use crate::psql::Shell;
use crate::repl::{self, Look, Output};
use crate::server::{Lifetime, PLAY_DATABASE, Role, Server};
use crate::wire::Connection;

/// Opens the prompt in `database` as `role`.
pub(super) fn run(context: &Context, database: &str, role: Role) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let home = context.home()?;
    let realm = context.realm(&course, &home)?;
    let server = Server::acquire(&realm, Lifetime::Session)?;
    if database == PLAY_DATABASE {
        server.play_database()?;
    }
    let options = session_options(&server, role, database);
    let mut shell = Shell::new(Connection::connect(&options)?, options);
    let mut source = line_source(&home, "play", Look::for_stdout().paint)?;
    let (mut out, mut err) = (standard_output(), io::stderr());
    repl::play(&mut shell, &mut *source, Output { out: &mut out, err: &mut err }, &interrupt_flag()?)?;
    Ok(ExitCode::SUCCESS)
}
