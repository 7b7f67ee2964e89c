//! Colours for what is being typed, and the bracket that belongs to the one at the cursor.

use std::borrow::Cow;
use std::fmt::Write;

use super::lex::{Kind, Lexer, Open, Token};
use super::paste::EDITED_BYTES;

const BOLD: &str = "\u{1b}[1m";
const GREEN: &str = "\u{1b}[32m";
const MAGENTA: &str = "\u{1b}[35m";
const CYAN: &str = "\u{1b}[36m";
const DIM: &str = "\u{1b}[2m";
const MATCHING: &str = "\u{1b}[1;4m";
const PLAIN: &str = "\u{1b}[0m";

/// Paints a line that begins within `open`; the cursor is at byte `cursor`, if it is still there. A line too long to be read stays as it is.
pub(super) fn paint<'l>(line: &'l str, open: &Open, cursor: Option<usize>) -> Cow<'l, str> {
    if line.len() > 2 * EDITED_BYTES {
        return Cow::Borrowed(line);
    }
    let tokens: Vec<Token<'_>> = Lexer::new(line, open.clone()).collect();
    let brackets = cursor.and_then(|cursor| matching_brackets(&tokens, cursor));
    let mut painted = String::with_capacity(line.len() * 2);
    for token in &tokens {
        let style = if brackets.is_some_and(|pair| pair.contains(&token.start)) { MATCHING } else { style(token.kind) };
        if style.is_empty() {
            painted.push_str(token.text);
        } else {
            // A string takes what is written to it.
            write!(painted, "{style}{}{PLAIN}", token.text).unwrap_or_default();
        }
    }
    Cow::Owned(painted)
}

fn style(kind: Kind) -> &'static str {
    match kind {
        Kind::Keyword => BOLD,
        Kind::Text => GREEN,
        Kind::Comment => DIM,
        Kind::Command => MAGENTA,
        Kind::Variable | Kind::Number => CYAN,
        Kind::Space | Kind::Name | Kind::QuotedName | Kind::Sign => "",
    }
}

/// Where the bracket at the cursor, or just before it, and the one that belongs to it stand.
fn matching_brackets(tokens: &[Token<'_>], cursor: usize) -> Option<[usize; 2]> {
    let is_bracket = |token: &&Token<'_>| token.kind == Kind::Sign && "()[]".contains(token.text);
    let brackets: Vec<&Token<'_>> = tokens.iter().filter(is_bracket).collect();
    let at = |place: usize| brackets.iter().position(|bracket| bracket.start == place);
    let here = at(cursor).or_else(|| at(cursor.checked_sub(1)?))?;
    let opens = |bracket: &Token<'_>| matches!(bracket.text, "(" | "[");
    let forward = opens(brackets[here]);
    let mut depth = 0_usize;
    let mut closes = |bracket: &&&Token<'_>| {
        if opens(bracket) == forward {
            depth += 1
        } else {
            depth -= 1
        }
        depth == 0
    };
    let other = match forward {
        true => brackets[here..].iter().find(&mut closes),
        false => brackets[..=here].iter().rev().find(&mut closes),
    };
    other.map(|other| [brackets[here].start, other.start])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpainted(painted: &str) -> String {
        let mut plain = String::new();
        let mut rest = painted;
        while let Some(start) = rest.find('\u{1b}') {
            plain.push_str(&rest[..start]);
            rest = rest[start..].split_once('m').map_or("", |(_, after)| after);
        }
        plain + rest
    }

    #[test]
    fn only_colours_are_added() {
        let line = "SELECT 'it', x::int FROM \"Ю\" WHERE a = :'v' AND f((1), $$ \\ $$) \\gx -- end";
        for cursor in 0..=line.len() {
            assert_eq!(unpainted(&paint(line, &Open::Nothing, Some(cursor))), line);
        }
    }

    #[test]
    fn a_string_goes_on_from_the_line_before() {
        let painted = paint("FROM' FROM", &Open::Text { escapes: false }, None);
        assert_eq!(painted, format!("{GREEN}FROM'{PLAIN} {BOLD}FROM{PLAIN}"));
    }

    #[test]
    fn the_other_bracket_is_marked() {
        let tokens: Vec<Token<'_>> = Lexer::new("f((a), ')')", Open::Nothing).collect();
        assert_eq!(matching_brackets(&tokens, 1), Some([1, 10]));
        assert_eq!(matching_brackets(&tokens, 11), Some([10, 1]));
        assert_eq!(matching_brackets(&tokens, 2), Some([2, 4]));
        assert_eq!(matching_brackets(&tokens, 0), None);
    }
}
