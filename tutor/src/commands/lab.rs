//! `tutor lab`: a student's lab, typed or from a script.

use std::io;
use std::process::ExitCode;

use super::{Context, Failure, INTERRUPTED, interrupt_flag, line_source, progress_dir, recorded_output, termination};
use crate::repl::{Desk, Ended, Look, Output, Record};
use crate::server::{Lifetime, Server};

/// Opens the lab; exit status 1 when an exercise that a script attempted did not pass, 3 when a check itself failed.
pub(super) fn run(context: &Context, asked: &str, at: Option<&str>) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let lab = course.lab(asked)?;
    let place = at.map(|id| lab.place(id)).transpose()?;
    let home = context.home()?;
    let progress = context.progress(&home)?;
    let realm = context.realm(&course, &home)?;
    let server = Server::acquire(&realm, Lifetime::Session)?;
    termination::end_in_order(&server)?;
    let look = Look::for_stdout();
    let mut source = line_source(&home, &format!("lab{}", lab.number), look.paint)?;
    let record = Record::default();
    let (mut out, mut err) = (recorded_output(&record), record.through(io::stderr()));
    let output = Output { out: &mut out, err: &mut err, record };
    let desk = Desk::new(&lab, &server, progress, look, output, interrupt_flag()?, progress_dir(&home));
    let ended = desk.run(&mut *source, place)?;
    Ok(match ended {
        Ended { interrupted: true, .. } => ExitCode::from(INTERRUPTED),
        Ended { faults: 1.., .. } => ExitCode::from(3),
        Ended { attempted, passed, .. } if passed < attempted => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    })
}
