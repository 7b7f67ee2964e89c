//! Text, numbers and statuses as every format writes them.

use crate::grade::{Difference, Status};
use crate::visible::visible_in_documents;

/// Text of others in a single line, all of it to be seen.
pub(super) fn line(text: &str) -> String {
    visible_in_documents(text).split_whitespace().collect::<Vec<_>>().join(" ")
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
    fn lines_are_single() {
        assert_eq!(line(" a\n\tb\u{1b} "), "a b\\x1B");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([7.0, 7.5, 1.0 / 3.0, 100.0, -0.001].map(points), ["7", "7.5", "0.33", "100", "0"]);
        assert_eq!(percent(99.96), "100 %");
    }
}
