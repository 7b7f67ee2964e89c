//! What there is beside the command line: variables that the tutor reads, and how its commands end.

use crate::commands::PROGRESS_VARIABLE;
use crate::home::HOME_VARIABLE;
use crate::provision::packages::INSTALL_VARIABLE;
use crate::provision::postgres::PG_CONFIG_VARIABLE;

/// A variable of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name, or several that are looked at in this order.
    pub names: &'static [&'static str],
    /// What it decides.
    pub about: &'static str,
}

/// How a command may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitStatus {
    /// What a shell sees.
    pub status: u8,
    /// What it means.
    pub about: &'static str,
}

/// The variables, those of the tutor's own first.
pub const VARIABLES: &[Variable] = &[
    variable(&[HOME_VARIABLE], "where the tutor keeps its servers, passwords, progress and histories: a local folder"),
    variable(&[PROGRESS_VARIABLE], "where progress and histories lie instead, for students who share an account"),
    variable(&[PG_CONFIG_VARIABLE], "the pg_config of the PostgreSQL to use, 15 to 18"),
    variable(&[INSTALL_VARIABLE], "0: never install a package; say what is missing"),
    variable(&["XDG_DATA_HOME", "HOME"], "where the folder of the tutor lies if TUTOR_HOME is not set"),
    variable(&["PSQL_EDITOR", "EDITOR", "VISUAL"], "the editor of \\e; vi if none is set"),
    variable(&["PSQL_EDITOR_LINENUMBER_ARG"], "what that editor wants before a line's number; + if it is not set"),
    variable(&["PSQL_PAGER", "PAGER"], "the pager for long results; blank: none; not set: the tutor's own"),
    variable(&["NO_COLOR"], "set to anything: no colours"),
    variable(&["TERM"], "dumb: plain lines without colours and drawings, for a screen reader"),
    variable(&["LIBCLANG_PATH"], "the folder of libclang, if it is not found when the extension is built"),
];

/// The exit statuses.
pub const EXIT_STATUSES: &[ExitStatus] = &[
    exit(0, "done; in a script, everything that was attempted has passed"),
    exit(1, "something did not pass: an answer, or the proof of a lab"),
    exit(2, "wrong usage: the command line asks for what there is not"),
    exit(3, "the server, a file or a check itself failed"),
    exit(130, "ended by Ctrl-C"),
];

const fn variable(names: &'static [&'static str], about: &'static str) -> Variable {
    Variable { names, about }
}

const fn exit(status: u8, about: &'static str) -> ExitStatus {
    ExitStatus { status, about }
}

/// Both lists, for the end of `tutor --help`.
pub(super) fn help() -> String {
    let variables = VARIABLES.iter().map(|each| format!("  {}\n          {}\n", each.names.join(", "), each.about));
    let statuses = EXIT_STATUSES.iter().map(|each| format!("  {:>3}  {}\n", each.status, each.about));
    format!("Environment:\n{}\nExit status:\n{}", variables.collect::<String>(), statuses.collect::<String>())
}
