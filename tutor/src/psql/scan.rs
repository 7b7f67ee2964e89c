//! Finding the ends of statements by psql's rules, in one pass over the input.
//!
//! Lines come one after another; the scanner keeps what a line leaves open (a quote, a comment, a parenthesis) and
//! copies the statement's text with variables replaced into the caller's buffer.

use super::lexis::{begins_name, dollar_tag};
use super::variables::{Variables, quote_identifier, quote_literal};

/// Why the scanner stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A statement is complete, its semicolon included.
    Semicolon,
    /// A backslash command begins; [`Scanner::take_rest`] has the text behind the backslash.
    Backslash,
    /// The line is used up.
    EndOfLine,
}

/// What the next input line continues, for prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptState {
    /// A new statement begins.
    Ready,
    /// A statement goes on.
    Continue,
    /// A `/*` comment is open (`*` in psql's prompt).
    Comment,
    /// A string is open (`'` in psql's prompt).
    SingleQuote,
    /// A quoted identifier is open (`"` in psql's prompt).
    DoubleQuote,
    /// A dollar-quoted string is open (`$` in psql's prompt).
    DollarQuote,
    /// A parenthesis is open (`(` in psql's prompt).
    Parenthesis,
}

/// What the scanner is in the middle of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// A string; with `escapes`, a backslash takes the next character with it.
    Quote {
        escapes: bool,
    },
    Identifier,
    /// A dollar-quoted string; the tag with its dollars.
    Dollar(String),
    /// A comment and how many enclose it.
    Comment(usize),
}

/// How much of COPY .. FROM STDIN the statement has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyWords {
    None,
    Copy,
    From,
}

/// What is said when variables have replaced as much as they may.
const USED_UP: &str = "variables have replaced too much text; the rest stays as it is written";

/// Text being scanned: the line, or the value of a variable within it.
#[derive(Debug)]
struct Source {
    text: String,
    at: usize,
    /// Name of the variable whose value this is.
    variable: Option<String>,
}

/// The state between two lines.
#[derive(Debug)]
pub(super) struct Scanner {
    inside: Inside,
    parentheses: usize,
    /// How many BEGIN and CASE of a function's body are open.
    begins: usize,
    /// First letters of the keywords that the statement begins with, and the number of its identifiers so far.
    keywords: [u8; 4],
    identifiers: usize,
    copy: CopyWords,
    /// How many COPY FROM STDIN have gone by, whose data may follow in the input.
    copies_in: usize,
    sources: Vec<Source>,
    /// The input as it was typed, since the last [`Scanner::take_raw`].
    raw: String,
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self {
            inside: Inside::Nothing,
            parentheses: 0,
            begins: 0,
            keywords: [0; 4],
            identifiers: 0,
            copy: CopyWords::None,
            copies_in: 0,
            sources: Vec::new(),
            raw: String::new(),
        }
    }

    /// Begins a new line.
    pub(super) fn set_line(&mut self, line: String) {
        if !self.raw.is_empty() {
            self.raw.push('\n');
        }
        self.continue_with(line);
    }

    /// Goes on with what a command has left of its line.
    pub(super) fn continue_with(&mut self, line: String) {
        self.sources.clear();
        self.sources.push(Source { text: line, at: 0, variable: None });
    }

    /// Forgets what is open, as after Ctrl-C or `\r`; the rest of the line stays.
    pub(super) fn reset(&mut self) {
        self.inside = Inside::Nothing;
        self.parentheses = 0;
        self.begins = 0;
        self.identifiers = 0;
        self.copies_in = 0;
    }

    /// The statement as it was typed, without variables replaced.
    pub(super) fn take_raw(&mut self) -> String {
        std::mem::take(&mut self.raw).trim().to_owned()
    }

    /// How many COPY FROM STDIN the statement has in it; asking forgets them.
    pub(super) fn take_copies_in(&mut self) -> usize {
        std::mem::take(&mut self.copies_in)
    }

    pub(super) fn has_line(&self) -> bool {
        !self.sources.is_empty()
    }

    /// Whether an empty line has a meaning, being part of a string or a comment.
    pub(super) fn is_in_quote(&self) -> bool {
        self.inside != Inside::Nothing
    }

    /// Whether a function's body is open.
    pub(super) fn is_in_body(&self) -> bool {
        self.begins > 0
    }

    /// How many parentheses are open.
    pub(super) fn parentheses(&self) -> usize {
        self.parentheses
    }

    /// Goes back to a number of open parentheses, when text is taken back.
    pub(super) fn set_parentheses(&mut self, parentheses: usize) {
        self.parentheses = parentheses;
    }

    /// Takes what is left of the line.
    pub(super) fn take_rest(&mut self) -> String {
        let mut rest = String::new();
        while let Some(source) = self.sources.pop() {
            rest.push_str(&source.text[source.at..]);
        }
        rest
    }

    pub(super) fn prompt(&self, buffer_is_empty: bool) -> PromptState {
        match &self.inside {
            Inside::Quote { .. } => PromptState::SingleQuote,
            Inside::Identifier => PromptState::DoubleQuote,
            Inside::Dollar(_) => PromptState::DollarQuote,
            Inside::Comment(_) => PromptState::Comment,
            Inside::Nothing if self.parentheses > 0 => PromptState::Parenthesis,
            Inside::Nothing if self.begins > 0 || !buffer_is_empty => PromptState::Continue,
            Inside::Nothing => PromptState::Ready,
        }
    }

    /// Scans on from where the last call stopped, appending to `out`. `warnings` takes what psql would complain about.
    pub(super) fn scan(
        &mut self,
        variables: &Variables,
        standard_strings: bool,
        out: &mut String,
        warnings: &mut Vec<String>,
    ) -> Stop {
        while let Some(mut source) = self.sources.pop() {
            while source.at < source.text.len() {
                let step = match self.inside {
                    Inside::Nothing => self.step(&source, standard_strings, out),
                    _ => self.step_inside(&source, out),
                };
                if let (None, Some(length)) = (&source.variable, step.length()) {
                    self.raw.push_str(&source.text[source.at..source.at + length]);
                }
                match step {
                    Step::Copied(length) => source.at += length,
                    Step::Stopped(length, stop) => {
                        source.at += length;
                        self.sources.push(source);
                        return stop;
                    }
                    Step::Variable(length, reference) => {
                        let whole = source.text[source.at..source.at + length].to_owned();
                        source.at += length;
                        if let Some(pushed) = self.expand(&whole, reference, &source, variables, out, warnings) {
                            self.sources.push(source);
                            source = pushed;
                        }
                    }
                }
            }
        }
        Stop::EndOfLine
    }

    /// Replaces a reference to a variable; the plain form is scanned in its turn.
    fn expand(
        &self,
        whole: &str,
        reference: Reference,
        source: &Source,
        variables: &Variables,
        out: &mut String,
        warnings: &mut Vec<String>,
    ) -> Option<Source> {
        let replaced = match &reference {
            Reference::Plain(name) => {
                let Some(value) = variables.replacement(name) else {
                    if variables.is_used_up() && !warnings.iter().any(|warning| warning == USED_UP) {
                        warnings.push(USED_UP.to_owned());
                    }
                    out.push_str(whole);
                    return None;
                };
                let is_current = |source: &Source| source.variable.as_ref() == Some(name);
                if is_current(source) || self.sources.iter().any(is_current) {
                    warnings.push(format!("skipping recursive expansion of variable \"{name}\""));
                    out.push_str(whole);
                    return None;
                }
                return Some(Source { text: value.to_owned(), at: 0, variable: Some(name.clone()) });
            }
            Reference::Literal(name) => variables.replacement(name).map(quote_literal),
            Reference::Identifier(name) => variables.replacement(name).map(quote_identifier),
            Reference::IsSet(name) => Some(if variables.get(name).is_some() { "TRUE" } else { "FALSE" }.to_owned()),
        };
        out.push_str(replaced.as_deref().unwrap_or(whole));
        None
    }

    /// One token outside quotes and comments.
    fn step(&mut self, source: &Source, standard_strings: bool, out: &mut String) -> Step {
        let rest = &source.text[source.at..];
        let bytes = rest.as_bytes();
        let next = bytes.get(1).copied();
        let length = match bytes[0] {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => {
                return skip_or_copy(out, rest, run(bytes, |b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')));
            }
            b'-' if next == Some(b'-') => {
                return skip_or_copy(out, rest, run(bytes, |b| !matches!(b, b'\n' | b'\r')));
            }
            b'/' if next == Some(b'*') => {
                self.inside = Inside::Comment(0);
                2
            }
            b'\'' => {
                self.inside = Inside::Quote { escapes: !standard_strings };
                1
            }
            b'e' | b'E' if next == Some(b'\'') => {
                self.inside = Inside::Quote { escapes: true };
                2
            }
            b'b' | b'B' | b'x' | b'X' if next == Some(b'\'') => {
                self.inside = Inside::Quote { escapes: false };
                2
            }
            b'"' => {
                self.inside = Inside::Identifier;
                1
            }
            b'$' => self.dollar(rest),
            b'(' => {
                self.parentheses += 1;
                1
            }
            b')' => {
                self.parentheses = self.parentheses.saturating_sub(1);
                1
            }
            b';' => {
                out.push(';');
                if self.parentheses > 0 || self.begins > 0 {
                    return Step::Copied(1);
                }
                self.identifiers = 0;
                return Step::Stopped(1, Stop::Semicolon);
            }
            b'\\' => return self.backslash(next, out),
            b':' => match reference(rest) {
                Some((length, reference)) => return Step::Variable(length, reference),
                None if matches!(next, Some(b':' | b'=')) => 2,
                None => 1,
            },
            b'0'..=b'9' => {
                let digits = run(bytes, |b| b.is_ascii_digit());
                let letter = rest[digits..].chars().next().filter(|&c| begins_name(c));
                digits + letter.map_or(0, char::len_utf8)
            }
            b if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => {
                let length = run(bytes, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80);
                self.identifier(&rest[..length]);
                length
            }
            _ => 1,
        };
        out.push_str(&rest[..length]);
        Step::Copied(length)
    }

    fn backslash(&mut self, next: Option<u8>, out: &mut String) -> Step {
        match next {
            Some(b';') => {
                out.push(';');
                self.identifiers = 0;
                Step::Copied(2)
            }
            Some(b':') => {
                out.push(':');
                Step::Copied(2)
            }
            _ => Step::Stopped(1, Stop::Backslash),
        }
    }

    /// Length of a dollar quote's opening tag, which it enters, or of something else that begins with a dollar.
    fn dollar(&mut self, rest: &str) -> usize {
        if let Some(tag) = dollar_tag(rest) {
            self.inside = Inside::Dollar(tag.to_owned());
            return tag.len();
        }
        1 + run(&rest.as_bytes()[1..], |b| b.is_ascii_digit())
    }

    /// Follows BEGIN .. END of a function's body, by the same rule of thumb as psql.
    fn identifier(&mut self, word: &str) {
        if self.identifiers == 0 {
            self.keywords = [0; 4];
        }
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        if ["create", "function", "procedure", "or", "replace"].into_iter().any(is)
            && let Some(letter) = self.keywords.get_mut(self.identifiers)
        {
            *letter = word.as_bytes()[0].to_ascii_lowercase();
        }
        self.copy = match (self.identifiers, self.copy) {
            (0, _) if is("copy") => CopyWords::Copy,
            (0, _) => CopyWords::None,
            (_, CopyWords::Copy) if is("from") && self.parentheses == 0 => CopyWords::From,
            (_, CopyWords::From) => {
                self.copies_in += usize::from(is("stdin") || is("stdout"));
                CopyWords::Copy
            }
            (_, copy) => copy,
        };
        self.identifiers += 1;
        let is_routine =
            matches!(self.keywords, [b'c', b'f' | b'p', ..] | [b'c', b'o', b'r', b'f' | b'p']) && self.parentheses == 0;
        if !is_routine {
            return;
        }
        if is("begin") || (is("case") && self.begins > 0) {
            self.begins += 1;
        } else if is("end") {
            self.begins = self.begins.saturating_sub(1);
        }
    }

    /// One piece of what is inside quotes or a comment.
    fn step_inside(&mut self, source: &Source, out: &mut String) -> Step {
        let rest = &source.text[source.at..];
        let length = match &mut self.inside {
            Inside::Nothing => 0,
            Inside::Quote { escapes } => {
                let escapes = *escapes;
                let length = run(rest.as_bytes(), |b| b != b'\'' && !(escapes && b == b'\\'));
                match rest.as_bytes().get(length) {
                    Some(b'\'') if rest.as_bytes().get(length + 1) == Some(&b'\'') => length + 2,
                    Some(b'\'') => {
                        self.inside = Inside::Nothing;
                        length + 1
                    }
                    Some(_) => length + 1 + rest[length + 1..].chars().next().map_or(0, char::len_utf8),
                    None => length,
                }
            }
            Inside::Identifier => match rest.find('"') {
                Some(end) => {
                    self.inside = Inside::Nothing;
                    end + 1
                }
                None => rest.len(),
            },
            Inside::Dollar(tag) => match rest.find(tag.as_str()) {
                Some(start) => {
                    let end = start + tag.len();
                    self.inside = Inside::Nothing;
                    end
                }
                None => rest.len(),
            },
            Inside::Comment(depth) => {
                let length = run(rest.as_bytes(), |b| b != b'/' && b != b'*');
                if rest[length..].starts_with("/*") {
                    *depth += 1;
                    length + 2
                } else if rest[length..].starts_with("*/") {
                    match depth.checked_sub(1) {
                        Some(less) => *depth = less,
                        None => self.inside = Inside::Nothing,
                    }
                    length + 2
                } else {
                    rest.len().min(length + 1)
                }
            }
        };
        out.push_str(&rest[..length]);
        Step::Copied(length)
    }
}

/// What a token asks for.
enum Step {
    Copied(usize),
    Stopped(usize, Stop),
    Variable(usize, Reference),
}

impl Step {
    /// Length of what is part of the statement as it was typed.
    fn length(&self) -> Option<usize> {
        match self {
            Self::Copied(length) | Self::Stopped(length, Stop::Semicolon) | Self::Variable(length, _) => Some(*length),
            Self::Stopped(..) => None,
        }
    }
}

/// A reference to a variable, by its form.
pub(super) enum Reference {
    Plain(String),
    Literal(String),
    Identifier(String),
    IsSet(String),
}

/// The reference to a variable that `text` (which begins with a colon) begins with, and its length.
pub(super) fn reference(text: &str) -> Option<(usize, Reference)> {
    let body = text.get(1..)?;
    let name_length = |text: &str| run(text.as_bytes(), |b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80);
    let plain = name_length(body);
    if plain > 0 {
        return Some((1 + plain, Reference::Plain(body[..plain].to_owned())));
    }
    let enclosed = |open: &str, close: char| {
        let inner = body.strip_prefix(open)?;
        let length = name_length(inner);
        let is_closed = length > 0 && inner[length..].starts_with(close);
        is_closed.then(|| (1 + open.len() + length + 1, inner[..length].to_owned()))
    };
    enclosed("'", '\'')
        .map(|(length, name)| (length, Reference::Literal(name)))
        .or_else(|| enclosed("\"", '"').map(|(length, name)| (length, Reference::Identifier(name))))
        .or_else(|| enclosed("{?", '}').map(|(length, name)| (length, Reference::IsSet(name))))
}

/// Length of the longest beginning whose bytes all fit.
fn run(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&b| !fits(b)).unwrap_or(bytes.len())
}

/// White space and `--` comments are not sent where a statement begins.
fn skip_or_copy(out: &mut String, rest: &str, length: usize) -> Step {
    if !out.is_empty() {
        out.push_str(&rest[..length]);
    }
    Step::Copied(length)
}
