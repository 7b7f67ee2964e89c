//! The pieces of psql input, with their places. Linear in the length of the text.

use std::ops::Range;

use crate::psql::lexis::{block_comment_length, dollar_quote_length};

/// What a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Blanks and comments.
    Gap,
    /// Digits alone.
    Number,
    /// A plain string, its quotes included.
    String,
    /// A string with escapes, a quoted name or a dollar quote.
    Quoted,
    /// A backslash command's name with its backslash.
    Command,
    /// `;`
    Semicolon,
    /// A name, an operator, anything else.
    Code,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

impl Piece {
    pub(super) fn text<'a>(&self, whole: &'a str) -> &'a str {
        &whole[self.range.clone()]
    }

    /// The name of the backslash command that it is.
    pub(super) fn command<'a>(&self, whole: &'a str) -> Option<&'a str> {
        (self.kind == Kind::Command).then(|| &whole[self.range.start + 1..self.range.end])
    }
}

/// The whole text in pieces.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (kind, length) = first_piece(&text[at..]);
        let end = at + length.max(1);
        pieces.push(Piece { kind, range: at..end });
        at = end;
    }
    pieces
}

/// What the text, which is not empty, begins with, and its length.
fn first_piece(text: &str) -> (Kind, usize) {
    let run = |fits: fn(char) -> bool| text.find(|c| !fits(c)).unwrap_or(text.len());
    let first = text.chars().next().unwrap_or(' ');
    match first {
        c if c.is_whitespace() => (Kind::Gap, run(char::is_whitespace)),
        '-' if text.starts_with("--") => (Kind::Gap, text.find('\n').unwrap_or(text.len())),
        '/' if text.starts_with("/*") => (Kind::Gap, block_comment_length(text)),
        'e' | 'E' if text[1..].starts_with('\'') => (Kind::Quoted, 1 + escaped_length(&text[1..])),
        '\'' => (Kind::String, quoted_length(text, '\'')),
        '"' => (Kind::Quoted, quoted_length(text, '"')),
        '$' => dollar_quote_length(text).map_or((Kind::Code, 1), |length| (Kind::Quoted, length)),
        ';' => (Kind::Semicolon, 1),
        '\\' => {
            (Kind::Command, 1 + text[1..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - 1))
        }
        c if c.is_ascii_digit() => number(text),
        c if is_word(c) => (Kind::Code, run(is_word)),
        c => (Kind::Code, c.len_utf8()),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// `4711` is a number here, `4711.5` and `4e3` are not.
fn number(text: &str) -> (Kind, usize) {
    let length = text.find(|c: char| !(is_word(c) || c == '.')).unwrap_or(text.len());
    let is_plain = text[..length].bytes().all(|byte| byte.is_ascii_digit());
    (if is_plain { Kind::Number } else { Kind::Code }, length)
}

/// To the closing quote, a doubled one being part of the text; all of it when the quote is never closed.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(quote) {
        at += found + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// The same for a string in which a backslash takes the next character with it.
fn escaped_length(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => drop(characters.next()),
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
