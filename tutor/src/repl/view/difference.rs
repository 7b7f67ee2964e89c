//! Expected lines and shown ones: beside each other, below each other, or in sentences.

use similar::{Algorithm, capture_diff_slices};
use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::check::Difference;
use crate::repl::style::{Layout, Paint};
use crate::repl::text;
use crate::visible::visible_cell;

/// More lines of a difference than these are counted, not shown.
const MOST_ROWS: usize = 40;

/// Of longer stretches of lines that are the same, the first and last few are shown.
const LONG_STRETCH: usize = 7;
const SHOWN_OF_STRETCH: usize = 2;

/// How much deeper the rest of a line stands than its beginning, and how much room it needs to make sense.
const DEEPER: usize = 4;
const LEAST_PIECE: usize = 12;

/// What stands between the two columns.
const BETWEEN: usize = 3;

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Row {
    /// The expected line and the shown one, with their numbers; at least one is there.
    Lines { expected: Option<(usize, String)>, shown: Option<(usize, String)> },
    /// So many lines that are the same.
    Same(usize),
    /// So many lines that are not shown any more.
    More(usize),
}

impl Row {
    fn is_same(&self) -> bool {
        match self {
            Row::Lines { expected, shown } => {
                expected.as_ref().map(|line| &line.1) == shown.as_ref().map(|line| &line.1)
            }
            Row::Same(_) | Row::More(_) => true,
        }
    }
}

impl Look {
    /// What was expected and what was shown, as it fits and can be read.
    pub(in crate::repl) fn difference(&self, difference: &Difference) -> String {
        let rows = rows(difference);
        if self.layout == Layout::Aloud {
            return self.sentences(&rows);
        }
        let width = |side: fn(&Row) -> &str| rows.iter().map(|row| side(row).width()).max().unwrap_or(0);
        let left = width(expected).max(text::EXPECTED.width());
        let right = width(shown).max(text::SHOWN.width());
        if 2 + left + BETWEEN + right <= self.width { self.beside(&rows, left) } else { self.below(&rows) }
    }

    fn beside(&self, rows: &[Row], width: usize) -> String {
        let cell = |text: &str| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
        let mut out = format!("  {}   {}\n", self.paint.aside(&cell(text::EXPECTED)), self.paint.aside(text::SHOWN));
        for row in rows {
            let mark = if row.is_same() { ' ' } else { '|' };
            out.push_str(&match row {
                Row::Lines { .. } => self.marked(row, &format!("  {} {mark} {}", cell(expected(row)), shown(row))),
                Row::Same(_) | Row::More(_) => self.between(row),
            });
        }
        out
    }

    fn below(&self, rows: &[Row]) -> String {
        let mut out = self.aside(text::DIFFERENCE_SIGNS);
        for row in rows {
            match row {
                Row::Lines { expected: Some((_, line)), .. } if row.is_same() => {
                    fold(&format!("    {line}"), self.width).iter().for_each(|line| out.push_str(&format!("{line}\n")));
                }
                Row::Lines { expected, shown } => {
                    for (sign, line) in [('-', expected), ('+', shown)] {
                        let Some((_, line)) = line else { continue };
                        for line in fold(&format!("  {sign} {line}"), self.width) {
                            out.push_str(&self.marked(row, &line));
                        }
                    }
                }
                Row::Same(_) | Row::More(_) => out.push_str(&self.between(row)),
            }
        }
        out
    }

    fn sentences(&self, rows: &[Row]) -> String {
        let mut same = 0;
        let mut out = String::new();
        for row in rows {
            let sentence = match row {
                Row::Same(number) => {
                    same += number;
                    continue;
                }
                _ if row.is_same() && matches!(row, Row::Lines { .. }) => {
                    same += 1;
                    continue;
                }
                Row::More(number) => text::more_lines_differ(*number),
                Row::Lines { expected: Some((number, expected)), shown: Some((_, shown)) } => {
                    text::line_differs(*number, spoken(expected), spoken(shown))
                }
                Row::Lines { expected: Some((number, expected)), .. } => text::line_missing(*number, spoken(expected)),
                Row::Lines { shown: Some((number, shown)), .. } => text::line_extra(*number, spoken(shown)),
                Row::Lines { .. } => continue,
            };
            out.push_str(&format!("{sentence}\n"));
        }
        if same > 0 {
            out.push_str(&self.words(&text::lines_same(same)));
        }
        out
    }

    fn between(&self, row: &Row) -> String {
        match row {
            Row::Same(number) => self.aside(&format!("  {}", text::lines_same(*number))),
            Row::More(number) => self.aside(&format!("  {}", text::more_lines_differ(*number))),
            Row::Lines { .. } => String::new(),
        }
    }

    fn marked(&self, row: &Row, line: &str) -> String {
        let paint =
            if row.is_same() { |_: Paint, line: &str| line.to_owned() } else { Paint::strong as fn(_, &str) -> _ };
        format!("{}\n", paint(self.paint, line.trim_end()))
    }
}

/// A line as it is read aloud: without what only draws.
fn spoken(line: &str) -> &str {
    line.trim().trim_start_matches("->  ")
}

fn expected(row: &Row) -> &str {
    match row {
        Row::Lines { expected: Some((_, line)), .. } => line,
        _ => "",
    }
}

fn shown(row: &Row) -> &str {
    match row {
        Row::Lines { shown: Some((_, line)), .. } => line,
        _ => "",
    }
}

/// A line in pieces of at most `width` columns; what follows the first stands deeper than it.
fn fold(line: &str, width: usize) -> Vec<String> {
    let start = 2;
    let text = line.get(start..).unwrap_or_default();
    let sign = text.len() - text.trim_start_matches(['+', '-']).len();
    let indent = start + sign + text[sign..].len() - text[sign..].trim_start().len() + DEEPER;
    if line.width() <= width || indent + LEAST_PIECE > width {
        return vec![line.to_owned()];
    }
    let mut pieces = vec![String::new()];
    let mut column = 0;
    for word in line.split_inclusive(' ') {
        let length = word.trim_end().width();
        if column + length > width && column > indent {
            pieces.push(" ".repeat(indent));
            column = indent;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(word);
        }
        column += word.width();
    }
    pieces
}

/// The rows of a difference, long stretches shortened.
fn rows(difference: &Difference) -> Vec<Row> {
    let all = aligned(&difference.expected, &difference.shown);
    let mut rows = Vec::new();
    for stretch in all.chunk_by(|one, other| one.is_same() == other.is_same()) {
        if stretch[0].is_same() && stretch.len() > LONG_STRETCH {
            rows.extend_from_slice(&stretch[..SHOWN_OF_STRETCH]);
            rows.push(Row::Same(stretch.len() - 2 * SHOWN_OF_STRETCH));
            rows.extend_from_slice(&stretch[stretch.len() - SHOWN_OF_STRETCH..]);
        } else {
            rows.extend_from_slice(stretch);
        }
    }
    if rows.len() > MOST_ROWS {
        let rest = rows.split_off(MOST_ROWS);
        let differing = rest.iter().filter(|row| !row.is_same()).count();
        if differing > 0 {
            rows.push(Row::More(differing));
        }
    }
    rows
}

/// Lines that are the same stand beside each other; a line that came in place of another stands beside it.
fn aligned(expected: &[String], shown: &[String]) -> Vec<Row> {
    let line = |lines: &[String], index: usize| (index + 1, visible_cell(&lines[index]).into_owned());
    let mut rows = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, expected, shown) {
        let (left, right) = (operation.old_range(), operation.new_range());
        for offset in 0..left.len().max(right.len()) {
            let expected = (offset < left.len()).then(|| line(expected, left.start + offset));
            let shown = (offset < right.len()).then(|| line(shown, right.start + offset));
            rows.push(Row::Lines { expected, shown });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { paint: Paint::PLAIN, width: 60, layout: Layout::Seen };

    fn difference(expected: &[&str], shown: &[&str]) -> Difference {
        let lines = |text: &[&str]| text.iter().map(|line| (*line).to_owned()).collect();
        Difference { expected: lines(expected), shown: lines(shown), remark: None }
    }

    #[test]
    fn a_difference_stands_side_by_side() {
        let shown = PLAIN.difference(&difference(&["a", "b", "c"], &["a", "x", "c"]));
        assert_eq!(shown, "  expected   shown\n  a          a\n  b        | x\n  c          c\n");
    }

    #[test]
    fn what_does_not_fit_stands_below_each_other() {
        let narrow = Look { width: 24, ..PLAIN };
        let shown = narrow.difference(&difference(&["a", "a longer line", "c"], &["a", "another line", "c"]));
        assert_eq!(shown, "- expected, + shown:\n    a\n  - a longer line\n  + another line\n    c\n");
    }

    #[test]
    fn long_lines_are_folded_at_words() {
        let line = "  -   ->  Seq Scan on m (actual rows=9 loops=3)";
        assert_eq!(fold(line, 30), ["  -   ->  Seq Scan on m ", "          (actual rows=9 ", "          loops=3)"]);
        assert_eq!(fold("  + one", 30), ["  + one"]);
        assert_eq!(fold(line, 12), [line]);
        assert_eq!(fold("", 0), [""]);
    }

    #[test]
    fn a_screen_reader_gets_sentences() {
        let aloud = Look { layout: Layout::Aloud, ..PLAIN };
        let shown = aloud.difference(&difference(&["a", "  b", "c", "d"], &["a", "x", "c", "d", "e"]));
        let sentences = "Line 2, expected: b; shown: x.\nLine 5 was not expected: e.\n3 other lines are the same.\n";
        assert_eq!(shown, sentences);
        let shown = aloud.difference(&difference(&["a", ""], &["a"]));
        assert_eq!(shown, "Line 2 is missing: an empty line.\n1 other line is the same.\n");
    }

    #[test]
    fn long_stretches_are_counted() {
        let lines: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let mut shown: Vec<&str> = lines.iter().map(String::as_str).collect();
        let expected = shown.clone();
        shown.push("x");
        let text = PLAIN.difference(&difference(&expected, &shown));
        assert!(text.contains("96 other lines are the same."), "{text}");
        assert!(text.lines().count() < 10, "{text}");
        let many = PLAIN.difference(&difference(&[], &expected));
        assert!(many.ends_with("60 more lines differ.\n"), "{many}");
    }

    #[test]
    fn the_terminal_obeys_no_value() {
        let text = PLAIN.difference(&difference(&["a"], &["\u{1b}[31mred"]));
        assert!(text.contains("\\x1B[31mred"), "{text:?}");
    }
}
