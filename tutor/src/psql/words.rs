//! The arguments of a backslash command, taken one after another as psql does.

use super::scan::{Reference, reference};
use super::variables::{Variables, quote_identifier, quote_literal};

/// How an argument is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// Up to the next unquoted space.
    Normal,
    /// The same, then folded as an SQL identifier: lower case, double quotes taken away.
    Identifier,
    /// The same without folding: double quotes taken away.
    Name,
    /// The same as normal, except that `|` takes the whole rest of the line.
    FileOrPipe,
    /// The whole rest of the line, as it is.
    WholeLine,
}

/// An argument, and the last kind of quote it had (`'`, `"`, `:` for a variable).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Single quotes resolved, variables replaced, except in a whole line; double quotes stay, except in an identifier.
    pub text: String,
    /// `None` if nothing in it was quoted or replaced, and for a whole line.
    pub quote: Option<char>,
}

/// Why an argument cannot be read; the text is psql's where psql has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// A single or double quote is not closed on the line.
    #[error("unterminated quoted string")]
    Unterminated,
    /// psql would run the command within; here nothing runs.
    #[error("commands in backquotes are not supported here")]
    Backquote,
    /// A setting in `\g (name=value)` is wrong.
    #[error("{0}")]
    Setting(String),
}

/// The arguments that are left.
#[derive(Debug)]
pub struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    /// The arguments in `text`, which is what follows the command's name.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What is not read yet.
    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next argument. With `strips_semicolons`, unquoted semicolons at its end do not belong to it.
    pub fn next_word(
        &mut self,
        kind: WordKind,
        strips_semicolons: bool,
        variables: &Variables,
    ) -> Result<Option<Word>, WordError> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_space).len();
        if kind == WordKind::WholeLine || (kind == WordKind::FileOrPipe && self.rest().starts_with('|')) {
            return Ok(self.whole_line(strips_semicolons));
        }
        let mut reader = WordReader::default();
        while let Some(c) = self.rest().chars().next() {
            if is_space(c) || c == '\\' {
                break;
            }
            self.at += c.len_utf8();
            match c {
                '\'' => self.quoted(&mut reader)?,
                '"' => self.double_quoted(&mut reader)?,
                '`' => {
                    self.at = self.text.len();
                    return Err(WordError::Backquote);
                }
                ':' => self.variable(&mut reader, variables),
                _ => reader.push_unquoted(c),
            }
        }
        Ok(reader.finish(kind, strips_semicolons))
    }

    /// Ends the command: takes the separator `\\` with it and returns what follows on the line.
    pub(super) fn end(self) -> &'a str {
        let rest = self.rest();
        rest.strip_prefix("\\\\").unwrap_or(rest)
    }

    fn whole_line(&mut self, strips_semicolons: bool) -> Option<Word> {
        let mut text = self.rest();
        self.at = self.text.len();
        if strips_semicolons {
            text = text.trim_end_matches(|c| c == ';' || is_space(c));
        }
        (!text.is_empty()).then(|| Word { text: text.to_owned(), quote: None })
    }

    fn quoted(&mut self, reader: &mut WordReader) -> Result<(), WordError> {
        reader.begin_quote('\'');
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else {
                return Err(WordError::Unterminated);
            };
            if rest.starts_with("''") {
                self.at += 2;
                reader.text.push('\'');
            } else if c == '\'' {
                self.at += 1;
                return Ok(());
            } else if c == '\\' && rest.len() > 1 {
                let (length, escaped) = escape(&rest[1..]);
                self.at += 1 + length;
                reader.text.push(escaped);
            } else {
                self.at += c.len_utf8();
                reader.text.push(c);
            }
        }
    }

    /// Double quotes stay; only identifiers lose them later.
    fn double_quoted(&mut self, reader: &mut WordReader) -> Result<(), WordError> {
        reader.begin_quote('"');
        let rest = self.rest();
        let Some(end) = rest.find('"') else {
            self.at = self.text.len();
            return Err(WordError::Unterminated);
        };
        reader.text.push('"');
        reader.text.push_str(&rest[..=end]);
        self.at += end + 1;
        Ok(())
    }

    fn variable(&mut self, reader: &mut WordReader, variables: &Variables) {
        let text = &self.text[self.at - 1..];
        let Some((length, reference)) = reference(text) else {
            reader.push_unquoted(':');
            return;
        };
        let value = match &reference {
            Reference::Plain(name) => variables.replacement(name).map(str::to_owned),
            Reference::Literal(name) => variables.replacement(name).map(quote_literal),
            Reference::Identifier(name) => variables.replacement(name).map(quote_identifier),
            Reference::IsSet(name) => Some(if variables.get(name).is_some() { "TRUE" } else { "FALSE" }.to_owned()),
        };
        reader.begin_quote(':');
        reader.text.push_str(value.as_deref().unwrap_or(&text[..length]));
        self.at += length - 1;
    }
}

/// An argument being read.
#[derive(Debug, Default)]
struct WordReader {
    text: String,
    quote: Option<char>,
    /// Unquoted characters at its end.
    unquoted: usize,
}

impl WordReader {
    fn begin_quote(&mut self, quote: char) {
        self.quote = Some(quote);
        self.unquoted = 0;
    }

    fn push_unquoted(&mut self, c: char) {
        self.text.push(c);
        self.unquoted += 1;
    }

    fn finish(mut self, kind: WordKind, strips_semicolons: bool) -> Option<Word> {
        while strips_semicolons && self.unquoted > 0 && self.text.ends_with(';') {
            self.text.pop();
            self.unquoted -= 1;
        }
        if self.text.is_empty() && self.quote.is_none() {
            return None;
        }
        let text = match kind {
            WordKind::Identifier => unquoted(&self.text, |c| c.to_ascii_lowercase()),
            WordKind::Name => unquoted(&self.text, |c| c),
            _ => self.text,
        };
        Some(Word { text, quote: self.quote })
    }
}

/// Double quotes taken away, what stands outside them folded.
fn unquoted(text: &str, fold: impl Fn(char) -> char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                out.push('"');
            }
            '"' => quoted = !quoted,
            _ if quoted => out.push(c),
            _ => out.push(fold(c)),
        }
    }
    out
}

/// What stands behind a backslash within single quotes: its length and the character it means.
fn escape(text: &str) -> (usize, char) {
    let digits = |text: &str, radix: u32, most: usize| {
        let length = text.chars().take(most).take_while(|c| c.is_digit(radix)).count();
        u8::from_str_radix(&text[..length], radix).ok().filter(|_| length > 0).map(|code| (length, char::from(code)))
    };
    if let Some(found) = digits(text, 8, 3) {
        return found;
    }
    if let Some((length, c)) = text.strip_prefix('x').and_then(|hex| digits(hex, 16, 2)) {
        return (length + 1, c);
    }
    let c = text.chars().next().unwrap_or('\\');
    let meant = match c {
        'n' => '\n',
        't' => '\t',
        'b' => '\u{8}',
        'r' => '\r',
        'f' => '\u{c}',
        other => other,
    };
    (c.len_utf8(), meant)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, kind: WordKind) -> Vec<String> {
        let mut variables = Variables::default();
        variables.set_unchecked("v", "a b");
        let mut words = Words::new(text);
        let mut found = Vec::new();
        while let Ok(Some(word)) = words.next_word(kind, true, &variables) {
            found.push(word.text);
        }
        found
    }

    #[test]
    fn words_and_quotes() {
        assert_eq!(words(" a 'b c' d'e''f'g; :v :'v' \\echo", WordKind::Normal), ["a", "b c", "de'fg", "a b", "'a b'"]);
        assert_eq!(
            words("'x\\ty\\101\\x42' \"A b\"", WordKind::Normal),
            ["x\ty", "\"A b\""].map(|s| s.replace('y', "yAB"))
        );
        assert_eq!(words("Ab.\"Cd\"", WordKind::Identifier), ["ab.Cd"]);
        assert_eq!(words(" a \\ b ;; ", WordKind::WholeLine), ["a \\ b"]);
    }

    #[test]
    fn a_quote_must_end() {
        let variables = Variables::default();
        assert_eq!(Words::new(" 'a").next_word(WordKind::Normal, false, &variables), Err(WordError::Unterminated));
    }
}
