//! Colours for what is being typed.

use std::borrow::Cow;

use owo_colors::OwoColorize;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::{Completer, Helper, Hinter, Validator};

/// Words that are set in bold; PostgreSQL's most used key words (SQL Key Words, appendix C of its manual).
const KEYWORDS: [&str; 72] = [
    "all",
    "alter",
    "analyze",
    "and",
    "any",
    "as",
    "asc",
    "begin",
    "between",
    "by",
    "call",
    "case",
    "cast",
    "commit",
    "concurrently",
    "create",
    "cross",
    "database",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "exists",
    "explain",
    "extension",
    "false",
    "for",
    "from",
    "full",
    "function",
    "group",
    "having",
    "if",
    "in",
    "index",
    "insert",
    "into",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "lock",
    "materialized",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "procedure",
    "reset",
    "returning",
    "rollback",
    "select",
    "set",
    "show",
    "skip",
    "table",
    "then",
    "true",
    "truncate",
    "union",
    "update",
    "using",
    "vacuum",
    "values",
    "when",
    "where",
];

/// Colours a line as it is typed.
#[derive(Helper, Completer, Hinter, Validator)]
pub(super) struct Painter {
    colours: bool,
}

impl Painter {
    pub(super) fn new(colours: bool) -> Painter {
        Painter { colours }
    }
}

impl Highlighter for Painter {
    fn highlight<'l>(&self, line: &'l str, _position: usize) -> Cow<'l, str> {
        if self.colours { Cow::Owned(paint(line)) } else { Cow::Borrowed(line) }
    }

    fn highlight_char(&self, _line: &str, _position: usize, _kind: CmdKind) -> bool {
        self.colours
    }
}

fn paint(line: &str) -> String {
    let mut painted = String::with_capacity(line.len() * 2);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at(length);
        let piece = match first {
            '\'' => token.green().to_string(),
            '-' if token.starts_with("--") => token.dimmed().to_string(),
            '\\' => token.magenta().to_string(),
            ':' if length > 1 => token.cyan().to_string(),
            _ if KEYWORDS.binary_search(&token.to_lowercase().as_str()).is_ok() => token.bold().to_string(),
            _ => token.to_owned(),
        };
        painted.push_str(&piece);
        rest = after;
    }
    painted
}

/// The length in bytes of the token that `text`, which begins with `first`, begins with.
fn token_length(text: &str, first: char) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word_from = |start: usize| text[start..].find(|c| !is_word(c)).map_or(text.len(), |end| start + end);
    match first {
        '\'' => text[1..].find('\'').map_or(text.len(), |end| end + 2),
        '-' if text.starts_with("--") => text.len(),
        '\\' | ':' => word_from(1),
        _ if is_word(first) => word_from(0),
        _ => first.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_for_the_search() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn only_colours_are_added() {
        let line = "SELECT 'it', x::int FROM \"Ю\" WHERE a = :'v' \\gx -- end";
        let mut plain = String::new();
        let painted = paint(line);
        let mut rest = painted.as_str();
        while let Some(start) = rest.find('\u{1b}') {
            plain.push_str(&rest[..start]);
            rest = rest[start..].split_once('m').map_or("", |(_, after)| after);
        }
        assert_eq!(plain + rest, line);
    }
}
