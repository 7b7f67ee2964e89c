//! `cargo tutor server`: the private server by hand.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use super::{Context, Failure, standard_output};
use crate::cli::{ServerCommand, Target};
use crate::provision::Realm;
use crate::server::Via;
use crate::server::commands::{self, State, Stopped};

/// Does what is asked with the private server.
pub(super) fn run(context: &Context, command: &ServerCommand) -> Result<ExitCode, Failure> {
    match command {
        ServerCommand::Start => start(context),
        ServerCommand::Stop => stop(context),
        ServerCommand::Status => status(context),
        ServerCommand::Url(target) => url(context, target),
        ServerCommand::Psql(target) => psql(context, target),
    }
}

fn start(context: &Context) -> Result<ExitCode, Failure> {
    let kept = commands::start(&realm(context)?)?;
    let already = if kept.was_running { "already " } else { "" };
    say(&[format!("the server {already}runs; `cargo tutor server stop` stops it")])
}

fn stop(context: &Context) -> Result<ExitCode, Failure> {
    let stopped = commands::stop(&context.home()?)?;
    let lines: Vec<String> = stopped.iter().map(stopped_line).collect();
    say(&if lines.is_empty() { vec!["no server runs".to_owned()] } else { lines })
}

fn stopped_line(stopped: &Stopped) -> String {
    match stopped {
        Stopped::Now(directory) => format!("stopped the server in {}", directory.display()),
        Stopped::WithItsLab(directory) => {
            format!("the server in {} stops with the lab that uses it", directory.display())
        }
    }
}

fn status(context: &Context) -> Result<ExitCode, Failure> {
    let found = commands::status(&context.home()?);
    let lines: Vec<String> = found.iter().map(status_line).collect();
    say(&if lines.is_empty() {
        vec!["there is no server yet: `cargo tutor server start` makes one".to_owned()]
    } else {
        lines
    })
}

fn status_line(status: &commands::Status) -> String {
    let state = match status.state {
        State::Stopped => "stopped".to_owned(),
        State::Running { pid, port, kept } => {
            let until = if kept { "until `cargo tutor server stop`" } else { "as long as its lab" };
            format!("running (pid {pid}, port {port}), {until}")
        }
    };
    let in_use = if status.in_use { ", in use" } else { "" };
    format!("{}: {state}{in_use}; {}", status.directory.display(), status.version)
}

fn url(context: &Context, target: &Target) -> Result<ExitCode, Failure> {
    let realm = realm(context)?;
    say(&[commands::url(&realm, target.role.into(), Some(&target.database), Via::Tcp)?])
}

fn psql(context: &Context, target: &Target) -> Result<ExitCode, Failure> {
    let realm = realm(context)?;
    let mut psql = commands::psql(&realm, target.role.into(), Some(&target.database))?;
    let error = psql.exec();
    let program = psql.get_program().display();
    Err(Failure::Environment(format!(
        "cannot run {program}: {error}\nany other client takes the URI of `cargo tutor server url`"
    )))
}

fn realm(context: &Context) -> Result<Realm, Failure> {
    context.realm(&context.course()?, &context.home()?)
}

fn say(lines: &[String]) -> Result<ExitCode, Failure> {
    let mut out = standard_output();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
