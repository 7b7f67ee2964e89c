//! What is typed, taken apart into tokens: for colours and for completion. Linear, and content with any text.

use super::keywords::is_keyword;

/// What a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// White space.
    Space,
    /// A key word.
    Keyword,
    /// A name that is not quoted.
    Name,
    /// A quoted name.
    QuotedName,
    /// A string, in quotes or dollars.
    Text,
    /// A comment of either kind.
    Comment,
    /// A number.
    Number,
    /// psql's variable in one of its forms, or a parameter such as `$1`.
    Variable,
    /// A backslash and the name of a command.
    Command,
    /// An operator, a bracket, a comma.
    Sign,
}

/// What is open where a text begins or ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// A string; with `escapes`, a backslash takes the next character with it.
    Text { escapes: bool },
    /// A quoted name.
    QuotedName,
    /// A dollar-quoted string; its tag with its dollars.
    Dollar(String),
    /// A comment, so many deep.
    Comment(usize),
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) text: &'t str,
    /// Where it begins, in bytes.
    pub(super) start: usize,
}

impl Token<'_> {
    /// Where it ends, in bytes.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this key word or name, in whatever case.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Keyword | Kind::Name | Kind::Sign) && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it can name something.
    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Name | Kind::QuotedName)
    }

    /// The name that it stands for: folded to lower case or without its quotes.
    pub(super) fn name(&self) -> String {
        let Some(inner) = self.text.strip_prefix('"') else { return self.text.to_lowercase() };
        inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"")
    }
}

/// The tokens of a line that begins within `open`, which becomes what is open after it.
pub(crate) fn tokens<'l>(line: &'l str, open: &mut Open) -> Vec<Token<'l>> {
    let mut lexer = Lexer::new(line, open.clone());
    let tokens = lexer.by_ref().collect();
    *open = lexer.open().clone();
    tokens
}

/// Whether a statement or a command ends with the line of these tokens, after which `open` is open. A blank line and a
/// comment neither begin nor end one.
pub(crate) fn ends_statement(tokens: &[Token<'_>], open: &Open) -> Option<bool> {
    let last = tokens.iter().rfind(|token| !matches!(token.kind, Kind::Space | Kind::Comment))?;
    let is_command = tokens.iter().any(|token| token.kind == Kind::Command);
    Some(*open == Open::Nothing && (is_command || last.text == ";"))
}

/// How many lines of a script end a statement or a command.
pub(super) fn count_statements(script: &str) -> usize {
    let mut open = Open::Nothing;
    script.lines().filter(|line| ends_statement(&tokens(line, &mut open), &open) == Some(true)).count()
}

/// The tokens of `text`, which begins with `open`. Asked for what is open after the last of them.
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    open: Open,
}

impl<'t> Lexer<'t> {
    /// A lexer of `text`, which begins within `open`.
    pub(crate) fn new(text: &'t str, open: Open) -> Lexer<'t> {
        Lexer { text, at: 0, open }
    }

    /// What is open where it stands.
    pub(crate) fn open(&self) -> &Open {
        &self.open
    }

    /// The length of the token that begins here, and its kind.
    fn measure(&mut self, rest: &str) -> (Kind, usize) {
        let mut characters = rest.chars();
        let first = characters.next().unwrap_or_default();
        let second = characters.next().unwrap_or_default();
        match first {
            '-' if second == '-' => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
            '/' if second == '*' => self.enter(Open::Comment(1), Kind::Comment, rest, 2),
            '\'' => self.enter(Open::Text { escapes: false }, Kind::Text, rest, 1),
            'e' | 'E' if second == '\'' => self.enter(Open::Text { escapes: true }, Kind::Text, rest, 2),
            '"' => self.enter(Open::QuotedName, Kind::QuotedName, rest, 1),
            '$' => self.dollar(rest),
            ':' => colon(rest, second),
            '\\' => (Kind::Command, command_length(rest)),
            _ if first.is_ascii_digit() => (Kind::Number, run(rest, |c| c.is_alphanumeric() || c == '.' || c == '_')),
            _ if is_name_start(first) => word(rest),
            _ if first.is_whitespace() => (Kind::Space, run(rest, char::is_whitespace)),
            _ => (Kind::Sign, first.len_utf8()),
        }
    }

    fn enter(&mut self, open: Open, kind: Kind, rest: &str, opening: usize) -> (Kind, usize) {
        self.open = open;
        (kind, opening + self.inside(&rest[opening..]))
    }

    fn dollar(&mut self, rest: &str) -> (Kind, usize) {
        let tag = 1 + run(&rest[1..], |c| is_name_start(c) || c.is_ascii_digit());
        let is_number = rest[1..].starts_with(|c: char| c.is_ascii_digit());
        match rest[tag..].starts_with('$') && !is_number {
            true => self.enter(Open::Dollar(rest[..=tag].to_owned()), Kind::Text, rest, tag + 1),
            false if is_number => (Kind::Variable, tag),
            false => (Kind::Sign, 1),
        }
    }

    /// The length of what is still inside of what is open; closes it if it ends here.
    fn inside(&mut self, rest: &str) -> usize {
        let end = match &mut self.open {
            Open::Nothing => return 0,
            Open::Text { escapes } => closing_quote(rest, '\'', *escapes),
            Open::QuotedName => closing_quote(rest, '"', false),
            Open::Dollar(tag) => rest.find(tag.as_str()).map(|at| at + tag.len()),
            Open::Comment(depth) => closing_comment(rest, depth),
        };
        if end.is_some() {
            self.open = Open::Nothing;
        }
        end.unwrap_or(rest.len())
    }

    fn kind_inside(&self) -> Kind {
        match self.open {
            Open::Nothing => Kind::Space,
            Open::Text { .. } | Open::Dollar(_) => Kind::Text,
            Open::QuotedName => Kind::QuotedName,
            Open::Comment(_) => Kind::Comment,
        }
    }
}

impl<'t> Iterator for Lexer<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let (kind, length) = match self.open {
            Open::Nothing => self.measure(rest),
            _ => (self.kind_inside(), self.inside(rest)),
        };
        let token = Token { kind, text: &rest[..length], start: self.at };
        self.at += length;
        Some(token)
    }
}

/// What is open at the end of `text`, which begins within `open`.
pub(crate) fn open_after(text: &str, open: Open) -> Open {
    let mut lexer = Lexer::new(text, open);
    while lexer.next().is_some() {}
    lexer.open
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn word(rest: &str) -> (Kind, usize) {
    let length = run(rest, |c| is_name_start(c) || c.is_ascii_digit() || c == '$');
    let kind = if is_keyword(&rest[..length]) { Kind::Keyword } else { Kind::Name };
    (kind, length)
}

/// `:name`, `:'name'`, `:"name"`, `:{?name}`, or `::` and `:=`.
fn colon(rest: &str, second: char) -> (Kind, usize) {
    let name = |start: usize| start + run(&rest[start..], |c| c.is_alphanumeric() || c == '_');
    match second {
        ':' | '=' => (Kind::Sign, 2),
        '\'' | '"' => {
            let end = name(2);
            (Kind::Variable, if rest[end..].starts_with(second) { end + 1 } else { end })
        }
        '{' if rest[2..].starts_with('?') => {
            let end = name(3);
            (Kind::Variable, if rest[end..].starts_with('}') { end + 1 } else { end })
        }
        _ if name(1) > 1 => (Kind::Variable, name(1)),
        _ => (Kind::Sign, 1),
    }
}

fn command_length(rest: &str) -> usize {
    let name = run(&rest[1..], |c| !c.is_whitespace() && !matches!(c, '\\' | ';' | '\'' | '"' | '('));
    // Two backslashes end the arguments of a command.
    if name == 0 && rest[1..].starts_with('\\') { 2 } else { 1 + name }
}

/// Where a string or a name that is open ends, its quote included; a doubled quote is part of it.
fn closing_quote(rest: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && escapes {
            characters.next();
        } else if c == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

fn closing_comment(rest: &str, depth: &mut usize) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') => *depth += 1,
            (b'*', b'/') if *depth <= 1 => return Some(at + 2),
            (b'*', b'/') => *depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    None
}

/// The length of the beginning whose characters all fit.
fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        let tokens = Lexer::new(text, Open::Nothing).filter(|token| token.kind != Kind::Space);
        tokens.map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn every_kind_is_told() {
        let text = "SELECT b.\"A \"\"b\", 1.5e3, E'it\\'s', $q$a'b$q$ /* a /* b */ c */ = :'v' -- end";
        let told: Vec<Kind> = kinds(text).into_iter().map(|(kind, _)| kind).collect();
        use Kind::*;
        let expected =
            [Keyword, Name, Sign, QuotedName, Sign, Number, Sign, Text, Sign, Text, Comment, Sign, Variable, Comment];
        assert_eq!(told, expected);
    }

    #[test]
    fn commands_and_casts_are_told() {
        assert_eq!(
            kinds("x::int \\gx"),
            [(Kind::Name, "x"), (Kind::Sign, "::"), (Kind::Name, "int"), (Kind::Command, "\\gx"),]
        );
        assert_eq!(kinds("\\d a \\\\ b")[2], (Kind::Command, "\\\\"));
    }

    #[test]
    fn what_is_open_goes_on() {
        for (text, open) in [
            ("'it", Open::Text { escapes: false }),
            ("\"it", Open::QuotedName),
            ("$a$ $b$", Open::Dollar("$a$".to_owned())),
            ("/* /* */", Open::Comment(1)),
            ("'it'", Open::Nothing),
        ] {
            assert_eq!(open_after(text, Open::Nothing), open, "{text}");
        }
        let mut lexer = Lexer::new("x' SELECT", Open::Text { escapes: false });
        assert_eq!(lexer.next().map(|token| (token.kind, token.text)), Some((Kind::Text, "x'")));
        assert_eq!(*lexer.open(), Open::Nothing);
    }

    #[test]
    fn any_text_is_put_together_again() {
        for text in ["$", "$1$", ":", ":{", ":'", "\\", "é$é$ é", "/*/", "1a.b_", "\u{0}\u{301}", "'\\", "E'\\"] {
            let whole: String = Lexer::new(text, Open::Nothing).map(|token| token.text).collect();
            assert_eq!(whole, text);
        }
    }
}
