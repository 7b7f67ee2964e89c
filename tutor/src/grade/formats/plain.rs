//! Text, numbers and statuses as every format writes them.

use std::borrow::Cow;

use crate::grade::{Difference, Status};
use crate::psql::print::width::{char_width, push_escaped};

/// Text whose characters are all to be seen: control characters but line feeds and tabs, marks that turn the direction
/// of what follows, and what XML forbids become `\x1B` and `\u202E`. Carriage returns before line feeds are left out.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_visible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        if is_visible(c) { shown.push(c) } else { push_escaped(&mut shown, c) }
    }
    Cow::Owned(shown)
}

fn is_visible(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => false,
        '\0' => false,
        _ => char_width(c).is_some(),
    }
}

/// The same in a single line.
pub(super) fn line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Points with two decimals at most: `7`, `7.5`, `0.33`.
pub(super) fn points(points: f64) -> String {
    rounded(points, 2)
}

/// Per cent with one decimal at most: `58.3 %`.
pub(super) fn percent(percent: f64) -> String {
    format!("{} %", rounded(percent, 1))
}

/// A number with so many decimals at most.
pub(super) fn rounded(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A status in words.
pub(super) fn words(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Wrong => "wrong",
        Status::NotAttempted => "not attempted",
        Status::TimedOut => "timed out",
        Status::NotGraded => "not graded",
        Status::CheckerError => "checker error",
    }
}

/// The remark and the lines of a difference as text: `-` before what was expected, `+` before what was shown.
pub(super) fn difference(difference: &Difference) -> String {
    let mut text = String::new();
    if !difference.remark.is_empty() {
        text = format!("{}\n", difference.remark);
    }
    for (mark, lines) in [('-', &difference.expected), ('+', &difference.shown)] {
        lines.iter().for_each(|line| text.push_str(&format!("{mark} {line}\n")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(visible("a\u{1b}[2J\u{202e}b\0\r\nc\r"), "a\\x1B[2J\\u202Eb\\x00\nc\\x0D");
        assert_eq!(visible("Zoë\t李\u{200d}"), "Zoë\t李\u{200d}");
        assert_eq!(line(" a\n\tb "), "a b");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([7.0, 7.5, 1.0 / 3.0, 100.0, -0.001].map(points), ["7", "7.5", "0.33", "100", "0"]);
        assert_eq!(percent(99.96), "100 %");
    }
}
