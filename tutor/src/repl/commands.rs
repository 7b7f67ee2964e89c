//! The table of all backslash commands: what `\?` shows, what completion offers, what an unknown name may have meant,
//! and what the manual lists.

/// A command of the prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandEntry {
    /// Its names, the usual one first, without backslash.
    pub names: &'static [&'static str],
    /// Its arguments in psql's notation: `[NAME]` may be left out; empty for none.
    pub arguments: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// Where it stands in lists.
    pub group: Group,
}

/// What commands are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Walking through a lab; not in free play.
    Lesson,
    /// Several sessions, and what the processes do.
    Processes,
    /// The tutor's own, with and without a lab.
    Notes,
    /// Ways to run a statement, as in psql.
    Queries,
    /// The text being typed, as in psql.
    Buffer,
    /// Where input comes from and output goes, as in psql.
    Files,
    /// How results are shown, as in psql.
    Results,
    /// Variables and conditions, as in psql.
    Variables,
    /// Describing what there is, as in psql.
    Objects,
    /// The connection, as in psql.
    Connection,
    /// Leaving and help, as in psql.
    Help,
}

impl Group {
    /// All of them, in the order of lists.
    pub const ALL: [Group; 11] = [
        Group::Lesson,
        Group::Processes,
        Group::Notes,
        Group::Queries,
        Group::Buffer,
        Group::Files,
        Group::Results,
        Group::Variables,
        Group::Objects,
        Group::Connection,
        Group::Help,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Lesson => "The lesson",
            Group::Processes => "Sessions and processes",
            Group::Notes => "Notes",
            Group::Queries => "Running statements",
            Group::Buffer => "The text being typed",
            Group::Files => "Files",
            Group::Results => "How results are shown",
            Group::Variables => "Variables and conditions",
            Group::Objects => "What there is (S: with system objects, +: with more detail)",
            Group::Connection => "The connection",
            Group::Help => "Help and leaving",
        }
    }

    /// Whether its commands are the tutor's own; the others are psql's.
    pub fn is_own(self) -> bool {
        matches!(self, Group::Lesson | Group::Processes | Group::Notes)
    }
}

const fn entry(
    group: Group,
    names: &'static [&'static str],
    arguments: &'static str,
    about: &'static str,
) -> CommandEntry {
    CommandEntry { names, arguments, about, group }
}

/// Every command, group by group.
pub const COMMANDS: &[CommandEntry] = &[
    entry(Group::Lesson, &["task"], "", "show the task again; ends free play"),
    entry(Group::Lesson, &["hint"], "", "show the next hint"),
    entry(Group::Lesson, &["check"], "", "check what you have done so far"),
    entry(Group::Lesson, &["build"], "", "compile and load your own code, where an exercise asks for it"),
    entry(Group::Lesson, &["solution"], "", "put the solution on the prompt (after passing or some tries)"),
    entry(Group::Lesson, &["reset"], "", "start the exercise afresh"),
    entry(Group::Lesson, &["next"], "", "go on to the next step"),
    entry(Group::Lesson, &["skip"], "", "leave this exercise for later"),
    entry(Group::Lesson, &["back"], "", "go back one step"),
    entry(Group::Lesson, &["goto"], "ID", "go to a lesson or an exercise"),
    entry(Group::Lesson, &["progress"], "", "show how far you are"),
    entry(Group::Lesson, &["review"], "[ID]", "show your earlier answers, or one of them with the solution"),
    entry(Group::Lesson, &["play"], "", "free play, until \\task"),
    entry(Group::Processes, &["session"], "NAME", "switch to another session of yours, or open it"),
    entry(Group::Processes, &["sessions"], "", "list your sessions, and who waits for whom"),
    entry(Group::Processes, &["ps"], "[all] [watch]", "show the tree of processes; watch: until a key is pressed"),
    entry(Group::Processes, &["timeline"], "[NAME] [FILE.svg]", "show what each process did during the last statement"),
    entry(Group::Processes, &["why"], "[STATEMENT]", "explain why the last statement's plan is not parallel"),
    entry(Group::Processes, &["bg"], "", "run the statement and give the prompt back at once"),
    entry(Group::Notes, &["transcript"], "FILE | off", "write this sitting to a file, as Markdown"),
    entry(Group::Queries, &["g"], "[(OPTIONS)] [FILE]", "run the statement; `;` does the same"),
    entry(Group::Queries, &["gx"], "[(OPTIONS)] [FILE]", "the same, with the result in expanded form"),
    entry(Group::Queries, &["gset"], "[PREFIX]", "run it and keep the row's values in variables"),
    entry(Group::Queries, &["gdesc"], "", "describe the result's columns without running it"),
    entry(Group::Queries, &["gexec"], "", "run it, then run each value of its result"),
    entry(Group::Queries, &["watch"], "[SECONDS]", "run it again and again, until Ctrl-C"),
    entry(Group::Queries, &["timing"], "[on|off]", "show how long statements take"),
    entry(Group::Queries, &["errverbose"], "", "show the last error with all its fields"),
    entry(Group::Buffer, &["e", "edit"], "[FILE] [LINE]", "edit the statement, or a file, in $EDITOR"),
    entry(Group::Buffer, &["p", "print"], "", "print the statement"),
    entry(Group::Buffer, &["r", "reset"], "", "drop the statement (in a lab only as \\r)"),
    entry(Group::Buffer, &["s"], "[FILE]", "show the history, or write it to a file"),
    entry(Group::Buffer, &["w", "write"], "FILE", "write the statement to a file"),
    entry(Group::Files, &["i", "include"], "FILE", "run a script"),
    entry(Group::Files, &["ir", "include_relative"], "FILE", "the same, relative to the script it stands in"),
    entry(Group::Files, &["o", "out"], "[FILE]", "send results to a file, or back to the screen"),
    entry(Group::Files, &["copy"], "...", "COPY with a file of yours"),
    entry(Group::Files, &["echo"], "[-n] [TEXT]", "write text"),
    entry(Group::Files, &["qecho"], "[-n] [TEXT]", "write text where results go"),
    entry(Group::Files, &["warn"], "[-n] [TEXT]", "write text where errors go"),
    entry(Group::Results, &["x"], "[on|off|auto]", "expanded form, a line for each column"),
    entry(Group::Results, &["a"], "", "aligned or unaligned columns"),
    entry(Group::Results, &["t"], "[on|off]", "rows only, without headings"),
    entry(Group::Results, &["f"], "[TEXT]", "what divides unaligned columns"),
    entry(Group::Results, &["C"], "[TEXT]", "a title above results"),
    entry(Group::Results, &["pset"], "[NAME [VALUE]]", "set one of the settings, or list them"),
    entry(Group::Results, &["encoding"], "", "show the client's encoding"),
    entry(Group::Variables, &["set"], "[NAME [VALUE]]", "set a variable, or list them; :name :'name' :\"name\" use it"),
    entry(Group::Variables, &["unset"], "NAME", "forget a variable"),
    entry(Group::Variables, &["getenv"], "NAME VARIABLE", "take a variable of the environment"),
    entry(Group::Variables, &["prompt"], "[TEXT] NAME", "ask for a variable's value"),
    entry(Group::Variables, &["if"], "EXPRESSION", "begin lines that run under a condition"),
    entry(Group::Variables, &["elif"], "EXPRESSION", "otherwise, under another"),
    entry(Group::Variables, &["else"], "", "otherwise"),
    entry(Group::Variables, &["endif"], "", "end them"),
    entry(Group::Objects, &["d"], "[S+] [PATTERN]", "tables, views and sequences, or one of them"),
    entry(Group::Objects, &["dt"], "[S+] [PATTERN]", "tables"),
    entry(Group::Objects, &["di"], "[S+] [PATTERN]", "indexes"),
    entry(Group::Objects, &["dv"], "[S+] [PATTERN]", "views"),
    entry(Group::Objects, &["ds"], "[S+] [PATTERN]", "sequences"),
    entry(Group::Objects, &["dm"], "[S+] [PATTERN]", "materialized views"),
    entry(Group::Objects, &["df"], "[S+] [PATTERN]", "functions"),
    entry(Group::Objects, &["dn"], "[S+] [PATTERN]", "schemas"),
    entry(Group::Objects, &["dx"], "[+] [PATTERN]", "extensions"),
    entry(Group::Objects, &["du", "dg"], "[S+] [PATTERN]", "roles"),
    entry(Group::Objects, &["l", "list"], "[+] [PATTERN]", "databases"),
    entry(Group::Objects, &["sf"], "[+] FUNCTION", "the source of a function"),
    entry(Group::Objects, &["sv"], "[+] VIEW", "the definition of a view"),
    entry(Group::Connection, &["c", "connect"], "[DATABASE [ROLE]]", "a new session in place of this one"),
    entry(Group::Connection, &["conninfo"], "", "where you are connected"),
    entry(Group::Help, &["?"], "", "this list"),
    entry(Group::Help, &["h", "help"], "[STATEMENT]", "the syntax of SQL statements"),
    entry(Group::Help, &["copyright"], "", "PostgreSQL's licence"),
    entry(Group::Help, &["q", "quit"], "", "leave"),
];

/// What psql has and this prompt deliberately has not, with the command that comes nearest.
pub const MISSING: &[(&str, &str)] = &[
    ("!", "q"),
    ("cd", "i"),
    ("password", "conninfo"),
    ("setenv", "set"),
    ("ef", "sf"),
    ("ev", "sv"),
    ("lo_export", "copy"),
    ("lo_import", "copy"),
    ("lo_list", "d"),
    ("lo_unlink", "d"),
    ("H", "pset"),
    ("crosstabview", "gx"),
];

/// psql's lists that are not here, without `S` and `+`: what they show is asked for with SELECT.
pub const MISSING_LISTS: &[&str] = &[
    "da", "dA", "dAc", "dAf", "dAo", "dAp", "db", "dc", "dC", "dconfig", "dd", "dD", "ddp", "des", "det", "deu", "dew",
    "dF", "dFd", "dFp", "dFt", "dl", "dL", "do", "dO", "dp", "dP", "dPi", "dPn", "dPt", "drds", "dRp", "dRs", "dT",
    "dX", "dy", "z",
];

/// What there is to say about a name that is no command here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoCommand {
    /// psql has it, this prompt deliberately not; the command that comes nearest.
    Missing(&'static str),
    /// What was probably meant.
    Meant(&'static str),
    /// Nothing is like it.
    Unlike,
}

/// What there is to say about `name`. Commands of a lab are thought of only `in_lab`.
pub(super) fn no_command(name: &str, in_lab: bool) -> NoCommand {
    if let Some((_, nearest)) = MISSING.iter().find(|(missing, _)| *missing == name) {
        return NoCommand::Missing(nearest);
    }
    if MISSING_LISTS.contains(&name.trim_end_matches(['S', '+'])) {
        return NoCommand::Missing("d");
    }
    if name == "exit" {
        return NoCommand::Meant("q");
    }
    let names = COMMANDS.iter().filter(|entry| in_lab || entry.group != Group::Lesson).map(|entry| entry.names[0]);
    crate::words::nearest(name, names).map_or(NoCommand::Unlike, NoCommand::Meant)
}

/// The names of the tutor's own commands: those of its groups, and `\?`, `\e` and `\s`, which psql's core leaves to it.
pub(super) const OWN_NAMES: [&str; 24] = [
    "task",
    "hint",
    "check",
    "build",
    "solution",
    "reset",
    "next",
    "skip",
    "back",
    "goto",
    "progress",
    "review",
    "play",
    "transcript",
    "session",
    "sessions",
    "ps",
    "timeline",
    "why",
    "bg",
    "?",
    "e",
    "edit",
    "s",
];

/// Those of them that work without a lab.
pub(super) const ROOM_NAMES: [&str; 11] =
    ["session", "sessions", "ps", "timeline", "why", "bg", "transcript", "?", "e", "edit", "s"];

/// The list of commands, `in_lab` or without one.
pub(super) fn help(in_lab: bool) -> String {
    let groups = Group::ALL.into_iter().filter(|group| in_lab || *group != Group::Lesson);
    groups.map(help_of).collect()
}

fn help_of(group: Group) -> String {
    let entries = COMMANDS.iter().filter(|entry| entry.group == group);
    let lines = entries.map(|entry| {
        let call = format!("\\{} {}", entry.names[0], entry.arguments);
        format!("  {call:<27} {}\n", entry.about)
    });
    format!("{}\n{}", group.title(), lines.collect::<String>())
}

/// A command of the lab's, with its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LessonCommand {
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
    Review(String),
    Play,
}

impl LessonCommand {
    /// The command of that name, if it is one of the lab's.
    pub(super) fn parse(name: &str, argument: &str) -> Option<LessonCommand> {
        Some(match name {
            "task" => LessonCommand::Task,
            "hint" => LessonCommand::Hint,
            "check" => LessonCommand::Check,
            "build" => LessonCommand::Build,
            "solution" => LessonCommand::Solution,
            "reset" => LessonCommand::Reset,
            "next" => LessonCommand::Next,
            "skip" => LessonCommand::Skip,
            "back" => LessonCommand::Back,
            "goto" => LessonCommand::Goto(without_semicolon(argument)),
            "progress" => LessonCommand::Progress,
            "review" => LessonCommand::Review(without_semicolon(argument)),
            "play" => LessonCommand::Play,
            _ => return None,
        })
    }
}

/// A command that works with and without a lab, with its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RoomCommand {
    Session(String),
    Sessions,
    Transcript(String),
    Ps(String),
    Timeline(String),
    Why(String),
    Help,
}

impl RoomCommand {
    /// The command of that name, if it is one of these.
    pub(super) fn parse(name: &str, argument: &str) -> Option<RoomCommand> {
        Some(match name {
            "session" => RoomCommand::Session(without_semicolon(argument)),
            "sessions" => RoomCommand::Sessions,
            "transcript" => RoomCommand::Transcript(argument.to_owned()),
            "ps" => RoomCommand::Ps(without_semicolon(argument)),
            "timeline" => RoomCommand::Timeline(without_semicolon(argument)),
            "why" => RoomCommand::Why(without_semicolon(argument)),
            "?" => RoomCommand::Help,
            _ => return None,
        })
    }

    /// Whether it is about the notes of a sitting, and not about what is done in it.
    pub(super) fn is_note(&self) -> bool {
        matches!(self, RoomCommand::Transcript(_) | RoomCommand::Help)
    }
}

fn without_semicolon(argument: &str) -> String {
    argument.trim().trim_end_matches(';').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_own_command_is_in_the_table() {
        for name in OWN_NAMES {
            assert!(COMMANDS.iter().any(|entry| entry.names.contains(&name)), "{name} is missing");
        }
        let own = COMMANDS.iter().filter(|entry| entry.group.is_own());
        own.for_each(|entry| assert!(OWN_NAMES.contains(&entry.names[0]), "{:?} is nobody's", entry.names));
    }

    #[test]
    fn the_list_fits_a_terminal() {
        help(true).lines().for_each(|line| assert!(line.chars().count() <= 100, "{line}"));
    }

    #[test]
    fn unknown_names_lead_somewhere() {
        assert_eq!(no_command("!", true), NoCommand::Missing("q"));
        assert_eq!(no_command("hnit", true), NoCommand::Meant("hint"));
        assert_ne!(no_command("hint", false), NoCommand::Meant("hint"));
        assert_eq!(no_command("xyzzy", true), NoCommand::Unlike);
    }
}
