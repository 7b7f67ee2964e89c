//! The tutor's own backslash commands.

/// A command of the tutor's, with its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TutorCommand {
    Task,
    Hint,
    Check,
    Build,
    Solution,
    Reset,
    Next,
    Skip,
    Back,
    Goto(String),
    Progress,
    Play,
    Session(String),
    Help,
}

/// The names of the tutor's commands.
pub(super) const NAMES: [&str; 15] = [
    "task", "hint", "check", "build", "solution", "reset", "next", "skip", "back", "goto", "progress", "play",
    "session", "sessions", "?",
];

/// psql's commands that the prompt has, for finding out what was meant by an unknown one.
pub(super) const PSQL_NAMES: [&str; 24] = [
    "g", "gx", "gset", "gdesc", "x", "timing", "watch", "d", "dt", "di", "dv", "df", "dx", "dn", "du", "l", "c",
    "conninfo", "set", "unset", "echo", "i", "pset", "q",
];

impl TutorCommand {
    /// The command of that name, if it is one of the tutor's.
    pub(super) fn parse(name: &str, argument: &str) -> Option<TutorCommand> {
        let argument = argument.trim().trim_end_matches(';').to_owned();
        Some(match name {
            "task" => TutorCommand::Task,
            "hint" => TutorCommand::Hint,
            "check" => TutorCommand::Check,
            "build" => TutorCommand::Build,
            "solution" => TutorCommand::Solution,
            "reset" => TutorCommand::Reset,
            "next" => TutorCommand::Next,
            "skip" => TutorCommand::Skip,
            "back" => TutorCommand::Back,
            "goto" => TutorCommand::Goto(argument),
            "progress" => TutorCommand::Progress,
            "play" => TutorCommand::Play,
            "session" | "sessions" => TutorCommand::Session(argument),
            "?" => TutorCommand::Help,
            _ => return None,
        })
    }
}

/// The command that was probably meant by an unknown name: one of psql's, or one of `own`.
pub(super) fn nearest(name: &str, own: &[&'static str]) -> Option<&'static str> {
    match name {
        "!" | "quit" | "exit" => Some("q"),
        "help" => Some("?"),
        "h" | "e" => None,
        other => crate::words::nearest(other, own.iter().copied().chain(PSQL_NAMES)),
    }
}
