//! The tree of processes as text.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use super::cast::Cast;
use super::process::{Kind, Process, State};
use super::text;
use super::wait::Class;
use crate::repl::Paint;

/// The least width that text is wrapped to beside the lines of the tree.
const LEAST_WIDTH: usize = 16;

/// A space at which no line is broken.
const GLUE: &str = "\u{a0}";

/// How the tree is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Colours.
    pub paint: Paint,
    /// Columns of the terminal.
    pub width: usize,
    /// No other characters than ASCII.
    pub is_ascii: bool,
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The processes.
    pub cast: Cast<'a>,
    /// The process id of the postmaster.
    pub postmaster: Option<i32>,
    /// Whether the server's own processes and the tutor's are shown too.
    pub all: bool,
    /// Those that were not there before.
    pub fresh: &'a BTreeSet<i32>,
    /// Those that are not there any more.
    pub gone: &'a BTreeSet<i32>,
}

/// The lines that lead to a process: for itself, and for what stands below it.
#[derive(Clone)]
struct Branch {
    first: String,
    rest: String,
}

impl Scene<'_> {
    /// The tree, line by line.
    pub fn lines(&self, style: &Style) -> Vec<String> {
        let pid = self.postmaster.map(|pid| format!(" ({pid})")).unwrap_or_default();
        let mut lines = vec![style.paint.strong(text::POSTMASTER) + &pid];
        let tops: Vec<&Process> = self.shown().filter(|process| self.above(process).is_none()).collect();
        self.draw(&tops, "", style, &mut lines);
        let left_out = self.cast.snapshot.processes.iter().filter(|process| self.is_left_out(process)).count();
        if left_out > 0 {
            lines.extend(wrap(&text::left_out(left_out), style.width).iter().map(|line| style.paint.aside(line)));
        }
        lines
    }

    fn is_left_out(&self, process: &Process) -> bool {
        self.cast.is_tutors(process) && !self.cast.is_shown(process, self.all)
    }

    fn shown(&self) -> impl Iterator<Item = &Process> {
        self.cast.snapshot.processes.iter().filter(|process| self.cast.is_shown(process, self.all))
    }

    /// The process that it stands below; pids that point at each other stand at the top.
    fn above(&self, process: &Process) -> Option<i32> {
        let above = process.above().filter(|above| self.shown().any(|other| other.pid == *above))?;
        (!self.cast.snapshot.is_below(above, process.pid)).then_some(above)
    }

    fn draw(&self, siblings: &[&Process], indent: &str, style: &Style, lines: &mut Vec<String>) {
        for (index, process) in siblings.iter().enumerate() {
            let is_last = index + 1 == siblings.len();
            let children: Vec<&Process> = self.shown().filter(|other| self.above(other) == Some(process.pid)).collect();
            let branch = style.branch(indent, is_last, !children.is_empty());
            lines.extend(self.entry(process, &branch, style));
            let (_, through) = style.signs(is_last);
            self.draw(&children, &format!("{indent}{through}"), style, lines);
        }
    }

    /// A process with what it does, and its statement.
    fn entry(&self, process: &Process, branch: &Branch, style: &Style) -> Vec<String> {
        let head = self.head(process);
        let does = self.does(process);
        let room = style.width.saturating_sub(branch.rest.width()).max(LEAST_WIDTH);
        let wrapped = wrap(&format!("{head}: {does}"), room);
        let mut lines = Vec::new();
        for (index, line) in wrapped.iter().enumerate() {
            let start = if index == 0 { &branch.first } else { &branch.rest };
            lines.push(format!("{start}{}", self.painted(process, line, &head, style)));
        }
        if let Some(statement) = self.statement(process) {
            let statement = style.paint.aside(&shorten(&statement, room, style.is_ascii));
            lines.push(format!("{}{statement}", branch.rest));
        }
        lines
    }

    fn head(&self, process: &Process) -> String {
        let here = if self.cast.current == Some(process.pid) { format!(", {}", text::HERE) } else { String::new() };
        let is_new = self.fresh.contains(&process.pid);
        let mark = if is_new { format!(" [{}]", text::NEW) } else { String::new() };
        format!("{} ({}{here}){mark}", self.cast.title(process), process.pid)
    }

    /// What it does, for how long.
    fn does(&self, process: &Process) -> String {
        if self.gone.contains(&process.pid) {
            return text::ENDED.to_owned();
        }
        let doing = doing(&self.cast, process);
        let is_timed = process.state != State::Unknown && !matches!(process.kind, Kind::Auxiliary(_));
        let since = text::duration(process.since).replace(' ', GLUE);
        if is_timed { format!("{doing}, {since}") } else { doing }
    }

    /// The statement that it runs, unless it is its leader's.
    fn statement(&self, process: &Process) -> Option<String> {
        let is_leaders = process.leader.is_some();
        let runs = process.state == State::Active || process.kind == Kind::AutovacuumWorker;
        (runs && !is_leaders && !process.query.is_empty()).then(|| process.statement())
    }

    fn painted(&self, process: &Process, line: &str, head: &str, style: &Style) -> String {
        let title = self.cast.title(process);
        let (bold, rest) = match line.strip_prefix(&title) {
            Some(rest) if head.starts_with(&title) => (style.paint.strong(&title), rest),
            _ => (String::new(), line),
        };
        let rest = match process.class() {
            _ if self.gone.contains(&process.pid) => style.paint.aside(rest),
            Class::Runs => style.paint.good(rest),
            Class::Lock | Class::Full => style.paint.bad(rest),
            Class::Idle => style.paint.aside(rest),
            _ => rest.to_owned(),
        };
        bold + &rest
    }
}

/// What a process does: `waits for a lock on a table (Lock/relation), held by session b`.
pub(super) fn doing(cast: &Cast<'_>, process: &Process) -> String {
    match (process.state, &process.wait) {
        (State::Idle, _) => text::IDLE.to_owned(),
        (State::InTransaction, _) => text::IN_TRANSACTION.to_owned(),
        (State::Failed, _) => text::IN_FAILED_TRANSACTION.to_owned(),
        (_, Some(wait)) if wait.kind == "Extension" && has_connection(cast, process.pid) => {
            format!("{} ({})", text::WAITS_FOR_DBLINK, wait.name())
        }
        (_, Some(wait)) => {
            let held = cast.blockers(process).map(|names| format!(", {}", text::held_by(&names))).unwrap_or_default();
            format!("{} ({}){held}", wait.words(), wait.name())
        }
        (_, None) if process.class() == Class::Off => text::OFF_PROCESSOR.to_owned(),
        (_, None) => text::RUNS.to_owned(),
    }
}

/// Whether a connection of dblink belongs to it. Before PostgreSQL 17, waits for one have no name of their own.
fn has_connection(cast: &Cast<'_>, pid: i32) -> bool {
    let mut others = cast.snapshot.processes.iter();
    others.any(|other| other.kind == Kind::Client && other.parent == Some(pid))
}

impl Style {
    /// What stands before a process, and before what is below it.
    fn signs(&self, is_last: bool) -> (&'static str, &'static str) {
        match (self.is_ascii, is_last) {
            (false, false) => ("├─ ", "│  "),
            (false, true) => ("└─ ", "   "),
            (true, false) => ("|- ", "|  "),
            (true, true) => ("`- ", "   "),
        }
    }

    fn branch(&self, indent: &str, is_last: bool, has_children: bool) -> Branch {
        let (sign, through) = self.signs(is_last);
        let below = match (has_children, self.is_ascii) {
            (false, _) => "   ",
            (true, false) => "│  ",
            (true, true) => "|  ",
        };
        Branch { first: format!("{indent}{sign}"), rest: format!("{indent}{through}{below}") }
    }
}

/// The text in lines of at most `width` columns, broken between words where that is possible. A space that does not
/// break becomes an ordinary one.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|line| line.replace(GLUE, " ")).collect()
}

/// The text, cut to at most `width` columns; control characters are left out.
pub(super) fn shorten(text: &str, width: usize, is_ascii: bool) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.width() <= width {
        return text;
    }
    let end = if is_ascii { "..." } else { "…" };
    let mut cut = String::new();
    for c in text.chars() {
        if cut.width() + c.to_string().width() + end.width() > width {
            break;
        }
        cut.push(c);
    }
    cut.trim_end().to_owned() + end
}
