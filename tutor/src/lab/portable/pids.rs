//! Process ids that were typed as numbers.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::code::{Kind, Piece, pieces};
use super::{Edits, Showed, ShownPids};

/// A statement of the answer: its pieces, the one that sends it last.
struct Statement {
    pieces: Range<usize>,
    key: String,
}

/// Where a process id can be had from.
enum Origin {
    /// The statement with this index shows it in a column of this name.
    Column(usize, String),
    /// It was on the screen, but no variable can take it; why not.
    Nowhere(&'static str),
}

const IN_SEVERAL_ROWS: &str = "was one of several rows";
const IN_NAMELESS_COLUMN: &str = "was in a row whose columns have no names of their own";
const NOT_FOUND: &str = "was not shown by a statement of this answer";

pub(super) fn rewrite(answer: &str, pieces: &[Piece], showed: &[Showed], edits: &mut Edits) {
    let statements = statements(answer, pieces);
    let origins = origins(&statements, showed);
    let mut prefixes = Prefixes::new(answer);
    // Numbers that were typed before they were shown are something else.
    let mut typed_before: HashSet<&str> = HashSet::new();
    for (index, statement) in statements.iter().enumerate() {
        for piece in &pieces[statement.pieces.clone()] {
            let text = piece.text(answer);
            match piece.kind {
                Kind::Number if !typed_before.contains(text) => match origins.get(text) {
                    Some(Origin::Column(from, column)) if *from < index => {
                        edits.replace(piece.range.clone(), format!(":{}{column}", prefixes.of(*from)));
                    }
                    Some(Origin::Nowhere(why)) => edits.note(format!("the process id {text} stays a number: it {why}")),
                    Some(Origin::Column(..)) | None => drop(typed_before.insert(text)),
                },
                Kind::String | Kind::Quoted => note_numbers_in(text, &origins, index, edits),
                _ => {}
            }
        }
    }
    for (from, prefix) in prefixes.taken {
        take_result(answer, pieces, &statements[from], &prefix, edits);
    }
}

/// The statements of the answer, with what they are recognised by. What sends nothing belongs to the next one.
fn statements(answer: &str, pieces: &[Piece]) -> Vec<Statement> {
    let mut statements = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (index, piece) in pieces.iter().enumerate() {
        match piece.text(answer) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let sends = match piece.kind {
            Kind::Semicolon => depth == 0,
            Kind::Command => piece.command(answer).is_some_and(is_sending),
            _ => false,
        };
        if sends || index + 1 == pieces.len() {
            let follows_command = start > 0 && pieces[start - 1].kind == Kind::Command;
            let key = key(answer, &pieces[start..=index], follows_command);
            statements.push(Statement { pieces: start..index + 1, key });
            (start, depth) = (index + 1, 0);
        }
    }
    statements
}

/// Whether a backslash command sends the statement before it, or throws it away.
fn is_sending(name: &str) -> bool {
    matches!(name, "g" | "gx" | "gset" | "gdesc" | "gexec" | "watch" | "bg" | "r" | "reset" | "crosstabview")
}

/// What a statement is recognised by: its words, without gaps and what ends it. Commands on lines of their own before
/// it, such as `\x`, are no part of it, nor is the rest of a line that begins with a command's arguments.
fn key(text: &str, pieces: &[Piece], mut in_command: bool) -> String {
    let mut key = String::new();
    for piece in pieces {
        let words = piece.text(text);
        match piece.kind {
            Kind::Gap => in_command &= !words.contains('\n'),
            Kind::Command => in_command = true,
            Kind::Semicolon => {}
            _ if in_command => {}
            _ => {
                key.push_str(words);
                key.push(' ');
            }
        }
    }
    key
}

/// Where each process id that was shown comes from. The first statement of the answer that is the one that showed it,
/// in the order in which they ran.
fn origins(statements: &[Statement], showed: &[Showed]) -> HashMap<String, Origin> {
    let mut origins = HashMap::new();
    let mut left: Vec<usize> = (0..statements.len()).filter(|index| !statements[*index].key.is_empty()).collect();
    for shown in showed {
        let key = key(&shown.statement, &pieces(&shown.statement), false);
        let found = left.iter().position(|index| statements[*index].key == key).map(|at| left.remove(at));
        match &shown.pids {
            ShownPids::Row(columns) => {
                for (column, pid) in columns {
                    let Some(pid) = pid else { continue };
                    let is_better = !matches!(origins.get(pid), Some(Origin::Column(..)));
                    if is_better {
                        origins.insert(pid.clone(), origin(found, column, columns));
                    }
                }
            }
            ShownPids::Scattered(pids) => {
                for pid in pids {
                    origins.entry(pid.clone()).or_insert(Origin::Nowhere(IN_SEVERAL_ROWS));
                }
            }
        }
    }
    origins
}

fn origin(found: Option<usize>, column: &str, columns: &[(String, Option<String>)]) -> Origin {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_once = columns.iter().filter(|(name, _)| name == column).count() == 1;
    match found {
        // `\gset` stops at the first name that a variable cannot have.
        Some(_) if !is_once || !columns.iter().all(|(name, _)| is_name(name)) => Origin::Nowhere(IN_NAMELESS_COLUMN),
        Some(index) => Origin::Column(index, column.to_owned()),
        None => Origin::Nowhere(NOT_FOUND),
    }
}

/// psql replaces no variables inside strings and dollar quotes.
fn note_numbers_in(quoted: &str, origins: &HashMap<String, Origin>, index: usize, edits: &mut Edits) {
    let numbers = quoted.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
    for pid in numbers.filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        let is_shown = match origins.get(pid) {
            Some(Origin::Column(from, _)) => *from < index,
            Some(Origin::Nowhere(_)) => true,
            None => false,
        };
        if is_shown {
            edits.note(format!("the process id {pid} stays a number: it stands inside quotes"));
        }
    }
}

/// Prefixes of variables that the answer has not got.
struct Prefixes<'a> {
    answer: &'a str,
    taken: Vec<(usize, String)>,
    last: usize,
}

impl<'a> Prefixes<'a> {
    fn new(answer: &'a str) -> Prefixes<'a> {
        Prefixes { answer, taken: Vec::new(), last: 0 }
    }

    /// The prefix for the results of the statement with that index.
    fn of(&mut self, statement: usize) -> String {
        if let Some((_, prefix)) = self.taken.iter().find(|(index, _)| *index == statement) {
            return prefix.clone();
        }
        loop {
            self.last += 1;
            let prefix = format!("pid{}_", self.last);
            if !self.answer.contains(&prefix) {
                self.taken.push((statement, prefix.clone()));
                return prefix;
            }
        }
    }
}

/// Has the statement's result taken by `\gset` in place of what ends it, `\gset` being the last of its line.
fn take_result(answer: &str, pieces: &[Piece], statement: &Statement, prefix: &str, edits: &mut Edits) {
    let Some(last) = pieces[statement.pieces.clone()].last() else { return };
    let line_end = answer[last.range.end..].find('\n').map_or(answer.len(), |at| last.range.end + at);
    let start = answer[..last.range.start].trim_end_matches([' ', '\t']).len();
    // A `--` comment before it would swallow it.
    let before = if start == 0 || answer[..start].ends_with('\n') { "" } else { " " };
    let range = start..if last.kind == Kind::Command { line_end } else { last.range.end };
    let follows = last.kind == Kind::Semicolon && !answer[last.range.end..line_end].trim().is_empty();
    let after = if follows { "\n" } else { "" };
    edits.replace(range, format!("{before}\\gset {prefix}{after}"));
}
