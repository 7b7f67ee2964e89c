//! The words of SQL text, for checks that a statement's output cannot decide.

use crate::psql::lexis::{begins_name, block_comment_length, continues_name, dollar_quote_length};

/// A word or a sign of the code itself: not in comments, strings and dollar quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// A word in lower case, a quoted name without its quotes, or one sign.
    pub(crate) text: String,
    is_quoted: bool,
    /// Bytes of the text before it.
    pub(crate) start: usize,
    /// Bytes of the text before what follows it.
    pub(crate) end: usize,
    /// How many parentheses it stands in; one itself stands outside.
    pub(crate) depth: usize,
}

impl Token {
    /// Whether it is that key word, in lower case, or that sign.
    pub(crate) fn is(&self, text: &str) -> bool {
        !self.is_quoted && self.text == text
    }

    /// Whether it could be a name.
    pub(crate) fn is_name(&self) -> bool {
        self.is_quoted || self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The words and signs of `sql`, in order.
pub(crate) fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut depth) = (0, 0_usize);
    while at < sql.len() {
        let (part, length) = next_part(&sql[at..]);
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let rest = &sql[at..];
        let length = match part {
            Part::Code if rest.starts_with(is_word) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => length,
        };
        let text = &rest[..length];
        let is_shown = matches!(part, Part::QuotedName) || part == Part::Code && !text.trim().is_empty();
        if text == ")" {
            depth = depth.saturating_sub(1);
        }
        if is_shown {
            let is_quoted = part == Part::QuotedName;
            let text = if is_quoted { text.trim_matches('"').replace("\"\"", "\"") } else { text.to_lowercase() };
            tokens.push(Token { text, is_quoted, start: at, end: at + length, depth });
        }
        if text == "(" {
            depth += 1;
        }
        at += length;
    }
    tokens
}

/// The identifiers and keywords anywhere in `sql`, in lower case and in order: comments are left out, the contents of
/// strings, quoted names and dollar quotes count. Linear in the length of the text, as all functions here.
pub(super) fn all_words(sql: &str) -> Vec<String> {
    words(&without(sql, &[Part::Comment]))
}

/// The same for what the statement itself does: strings are left out too, and so are aliases after `AS`. Dollar quotes
/// count: the code of functions and blocks stands in them.
pub(super) fn used_words(sql: &str) -> Vec<String> {
    let words = words(&without(sql, &[Part::Comment, Part::String]));
    let is_alias = |index: usize| index > 0 && words[index - 1] == "as";
    (0..words.len()).filter(|index| !is_alias(*index)).map(|index| words[index].clone()).collect()
}

fn words(code: &str) -> Vec<String> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .flat_map(|word| word.split('$'))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .map(str::to_lowercase)
        .collect()
}

/// Whether the words of `phrase` stand next to each other in `words`.
pub(super) fn contains(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<String> = phrase.split_whitespace().map(str::to_lowercase).collect();
    words.windows(phrase.len().max(1)).any(|window| window == phrase)
}

/// What a piece of SQL text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A comment with its marks.
    Comment,
    /// A string with its quotes.
    String,
    /// A name with its quotes.
    QuotedName,
    /// A dollar quote with its tags.
    DollarQuote,
    /// Anything else.
    Code,
}

/// The pieces of `sql` in order; together they are the whole text, and no two pieces of code are neighbours.
pub(crate) fn parts(sql: &str) -> Vec<(Part, &str)> {
    let mut parts = Vec::new();
    let (mut code, mut at) = (0, 0);
    while at < sql.len() {
        let (part, length) = next_part(&sql[at..]);
        if part != Part::Code {
            parts.extend((code < at).then(|| (Part::Code, &sql[code..at])));
            parts.push((part, &sql[at..at + length]));
            code = at + length;
        }
        at += length;
    }
    parts.extend((code < at).then(|| (Part::Code, &sql[code..])));
    parts
}

/// `sql` without those parts, each replaced by a blank.
fn without(sql: &str, left_out: &[Part]) -> String {
    let mut kept = String::with_capacity(sql.len());
    let mut rest = sql;
    while !rest.is_empty() {
        let (part, length) = next_part(rest);
        match part {
            _ if left_out.contains(&part) => kept.push(' '),
            // Code within the code, but the strings in it may be code too: EXECUTE.
            Part::DollarQuote => {
                kept.push_str(&without_comments(&rest[..length]));
            }
            _ => kept.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    kept
}

/// The same for a dollar quote and the code in it, whose own dollar quotes are not looked into: the text is read twice
/// at most.
fn without_comments(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while !rest.is_empty() {
        let (part, length) = if rest.starts_with('$') { (Part::Code, 1) } else { next_part(rest) };
        kept.push_str(if part == Part::Comment { " " } else { &rest[..length] });
        rest = &rest[length..];
    }
    kept
}

/// What `text`, which is not empty, begins with, and how long it is.
fn next_part(text: &str) -> (Part, usize) {
    let first = text.chars().next().unwrap_or(' ');
    match first {
        '-' if text.starts_with("--") => (Part::Comment, text.find('\n').unwrap_or(text.len())),
        '/' if text.starts_with("/*") => (Part::Comment, block_comment_length(text)),
        '\'' => (Part::String, quoted_length(text, first)),
        '"' => (Part::QuotedName, quoted_length(text, first)),
        '$' => dollar_quote_length(text).map_or((Part::Code, 1), |length| (Part::DollarQuote, length)),
        _ if begins_name(first) => (Part::Code, text.find(|c| !continues_name(c)).unwrap_or(text.len())),
        _ => (Part::Code, first.len_utf8()),
    }
}

/// The length of the quoted text that `text` starts with; all of it when the quote is never closed.
fn quoted_length(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_count_and_strings_do() {
        let sql = "SELECT /* a /* b */ c */ 'run -- this' -- not\n FROM pg_background_launch($x$VACUUM$x$)";
        assert_eq!(all_words(sql), ["select", "run", "this", "from", "pg_background_launch", "x", "vacuum", "x"]);
    }

    #[test]
    fn what_is_only_named_is_not_used() {
        let sql = "SELECT 1 AS alias, 'text', \"name\" FROM f($$ EXECUTE 'inner' $$) -- AS";
        assert_eq!(used_words(sql), ["select", "as", "name", "from", "f", "execute", "inner"]);
    }

    #[test]
    fn comments_in_dollar_quotes_do_not_count() {
        let sql = "DO $do$ BEGIN -- WHEN OTHERS\n PERFORM f('-- text'); /* x */ END $do$; SELECT $$a$$";
        assert_eq!(used_words(sql), ["do", "do", "begin", "perform", "f", "text", "end", "do", "select", "a"]);
    }

    #[test]
    fn parts_are_the_whole_text() {
        let sql = "SELECT 'a' -- b\n FROM \"c\", f($x$d$x$, 'open";
        let found = parts(sql);
        assert_eq!(found.iter().map(|(_, text)| *text).collect::<String>(), sql);
        let kinds: Vec<Part> = found.iter().map(|(part, _)| *part).collect();
        let [code, string, comment] = [Part::Code, Part::String, Part::Comment];
        let [name, dollars] = [Part::QuotedName, Part::DollarQuote];
        assert_eq!(kinds, [code, string, code, comment, code, name, code, dollars, code, string]);
    }

    #[test]
    fn a_dollar_within_a_name_opens_nothing() {
        assert_eq!(parts("SELECT a$b$ FROM c$b$"), [(Part::Code, "SELECT a$b$ FROM c$b$")]);
        assert_eq!(parts("$1$"), [(Part::Code, "$1$")]);
    }

    #[test]
    fn phrases_are_neighbours() {
        let found = all_words("SELECT 1 FOR\n  UPDATE");
        assert!(contains(&found, "for update"));
        assert!(!contains(&found, "select update"));
    }
}
