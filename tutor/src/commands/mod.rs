//! The commands, a file each.

mod book;
mod check;
mod doctor;
mod export;
mod failure;
mod grade;
mod grading_progress;
mod lab;
mod list;
mod new;
mod play;
mod server;
mod submit;
mod termination;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use failure::Failure;

use crate::cli::{Cli, Command, Common, RoleName};
use crate::course::{Course, DataSet};
use crate::home::Home;
use crate::progress::Progress;
use crate::provision::{self, Consent, Options, Realm};
use crate::repl::{LineSource, Paint, PlainTerminal, Record, Recorded, Script, Terminal};
use crate::server::Role;

/// The variable that names the folder of progress and histories.
pub(crate) const PROGRESS_VARIABLE: &str = "TUTOR_PROGRESS";

/// The exit status of what Ctrl-C ended, as shells have it: 128 and the signal's number.
const INTERRUPTED: u8 = 130;

/// Runs a command and says what went wrong. Exit status: 0 done, 1 a check failed, 2 wrong usage, 3 the environment.
pub fn run(cli: Cli) -> ExitCode {
    let context = Context { common: cli.common };
    let done = match cli.command {
        Command::Lab { lab, at } => lab::run(&context, &lab, at.as_deref()),
        Command::Play { database, role } => play::run(&context, &database, role.into()),
        Command::Submit { lab, output, all, name } => submit::run(&context, &submit::Wishes { lab, output, all, name }),
        Command::List { json } => list::list(&context, json),
        Command::Progress { json } => list::progress(&context, json),
        Command::Check { lab, only, record, repeat, jobs, hidden } => {
            check::run(&context, &check::Wishes { lab, only, record, repeat, jobs, hidden })
        }
        Command::Grade(arguments) => grade::run(&context, &arguments),
        Command::New { command } => new::run(&context, &command),
        Command::Export { student } => export::run(&context, &student),
        Command::Book(arguments) => book::run(&context, &arguments),
        Command::Server { command } => server::run(&context, &command),
        Command::Doctor => doctor::run(&context),
    };
    match done {
        Ok(code) => code,
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            // There may be no terminal any more to say it on.
            let _ = writeln!(io::stderr(), "tutor: {failure}");
            failure.exit_code()
        }
    }
}

/// What the commands share.
struct Context {
    common: Common,
}

impl Context {
    fn course(&self) -> Result<Course, Failure> {
        Ok(Course::find(self.common.course.as_deref())?)
    }

    fn home(&self) -> Result<Home, Failure> {
        Ok(Home::from_environment()?)
    }

    /// The private installation with its template; made now if it is not there.
    fn realm(&self, course: &Course, home: &Home) -> Result<Realm, Failure> {
        self.realm_with(DataSet::First, course, home)
    }

    /// The same with those data in it.
    fn realm_with(&self, data: DataSet, course: &Course, home: &Home) -> Result<Realm, Failure> {
        let options = Options { consent: Consent::from_environment(self.common.yes), data };
        let mut progress = provision::progress::on_standard_error();
        Ok(provision::provision(course.root(), home, &options, &mut *progress)?)
    }

    fn progress(&self, home: &Home) -> Result<Progress, Failure> {
        Ok(Progress::load(&progress_dir(home).join("progress.json"))?)
    }
}

/// The folder of progress and histories: the home, unless `TUTOR_PROGRESS` names another, for students who share one.
fn progress_dir(home: &Home) -> PathBuf {
    let named = std::env::var_os(PROGRESS_VARIABLE).filter(|dir| !dir.is_empty());
    named.map_or_else(|| home.root().to_owned(), PathBuf::from)
}

/// Where a command at the prompt reads its lines: a terminal, or the script on standard input.
fn line_source(home: &Home, history: &str, paint: Paint) -> Result<Box<dyn LineSource>, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(Box::new(Script::new(io::stdin().lock())));
    }
    if PlainTerminal::is_wanted() {
        return Ok(Box::new(PlainTerminal::open()?));
    }
    let file = progress_dir(home).join(format!("history-{history}"));
    Ok(Box::new(Terminal::open(&file, paint.has_colours())?))
}

/// Becomes true when Ctrl-C is pressed while a statement runs, and when the terminal is closed: then the statement is
/// cancelled, the next read fails, and the lab ends in order, its server with it.
fn interrupt_flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// How many processors there are to work on.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Standard output with a buffer: a result of many rows is many small writes.
fn standard_output() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// The same for a prompt, whose sitting is recorded.
fn recorded_output(record: &Record) -> BufWriter<Recorded<io::StdoutLock<'static>>> {
    BufWriter::new(record.through(io::stdout().lock()))
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Student => Role::Student,
            RoleName::Observer => Role::Observer,
            RoleName::Admin => Role::Admin,
        }
    }
}
