//! `tutor lab`: a student's lab, typed or from a script.

use std::io;
use std::process::ExitCode;

use super::{Context, Failure, interrupt_flag, line_source, look, standard_output};
use crate::repl::{Desk, Output};
use crate::server::{Lifetime, Server};

/// Opens the lab; exit status 1 when an exercise that a script attempted did not pass.
pub(super) fn run(context: &Context, asked: &str, at: Option<&str>) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let lab = course.lab(asked)?;
    let place = at.map(|id| lab.place(id)).transpose()?;
    let home = context.home()?;
    let progress = context.progress(&home)?;
    let realm = context.realm(&course, &home)?;
    let server = Server::acquire(&realm, Lifetime::Session)?;
    let look = look();
    let mut source = line_source(&home, &format!("lab{}", lab.number), look.paint)?;
    let (mut out, mut err) = (standard_output(), io::stderr());
    let output = Output { out: &mut out, err: &mut err };
    let desk = Desk::new(&lab, &server, progress, look, output, interrupt_flag()?);
    let is_script = !source.is_interactive();
    let ended = desk.run(&mut *source, place)?;
    Ok(if is_script && ended.passed < ended.attempted { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
