//! `tutor play`: the prompt without a lab.

use std::io;
use std::process::ExitCode;

use super::{Context, Failure, interrupt_flag, line_source, recorded_output, termination};
use crate::repl::{self, FreePlay, Look, Output, Record};
use crate::server::{Lifetime, PLAY_DATABASE, Role, Server};

/// Opens the prompt in `database` as `role`.
pub(super) fn run(context: &Context, database: &str, role: Role) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let home = context.home()?;
    let realm = context.realm(&course, &home)?;
    let server = Server::acquire(&realm, Lifetime::Session)?;
    if database == PLAY_DATABASE {
        server.play_database()?;
    }
    termination::end_in_order(&server)?;
    let mut source = line_source(&home, "play", Look::for_stdout().paint)?;
    let record = Record::default();
    let (mut out, mut err) = (recorded_output(&record), record.through(io::stderr()));
    let play = FreePlay { server: &server, role, database, interrupt: interrupt_flag()? };
    repl::play(play, &mut *source, Output { out: &mut out, err: &mut err, record })?;
    Ok(ExitCode::SUCCESS)
}
