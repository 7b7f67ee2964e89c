//! How wide text is on a terminal, and how psql shows characters that have no picture.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;

use super::width_tables::{WIDE, ZERO_WIDTH};

/// Tabs in a cell go to the next multiple of this.
const TAB_WIDTH: usize = 8;

/// One display line of a cell, with what cannot be shown already escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) width: usize,
}

/// Columns that a character takes on a terminal; `None` for control characters.
pub(crate) fn char_width(c: char) -> Option<usize> {
    let code = u32::from(c);
    match code {
        0x20..=0x7e => Some(1),
        0 => Some(0),
        _ if code < 0xa0 => None,
        _ if contains(&ZERO_WIDTH, code) => Some(0),
        _ if contains(&WIDE, code) => Some(2),
        _ => Some(1),
    }
}

/// Columns that text takes in one line, control characters counting nothing.
pub(super) fn text_width(text: &str) -> usize {
    text.chars().filter_map(char_width).sum()
}

/// Whether text is shown as it is, one column for each byte.
pub(super) fn is_plain(text: &str) -> bool {
    bytes_are_plain(text.as_bytes())
}

/// Eight bytes at a time: most of what is printed passes here twice, also in builds without optimisation.
fn bytes_are_plain(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    words.iter().all(|&word| is_plain_word(word)) && rest.iter().all(|byte| matches!(byte, 0x20..0x7f))
}

fn is_plain_word(bytes: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_ne_bytes(bytes);
    // The highest bit of a byte is set in the first where it is below a space, in the second where it is above a tilde.
    let below = word.wrapping_sub(ONES * 0x20) & !word;
    let above = word.wrapping_add(ONES) | word;
    (below | above) & (ONES * 0x80) == 0
}

/// Width of the widest line of a cell, and the number of its lines.
pub(crate) fn size(text: &str) -> (usize, usize) {
    if is_plain(text) {
        return (text.len(), 1);
    }
    let (mut widest, mut width, mut height) = (0, 0, 1);
    for c in text.chars() {
        if c == '\n' {
            widest = widest.max(width);
            width = 0;
            height += 1;
        } else {
            width += shown_width(c, width);
        }
    }
    (widest.max(width), height)
}

/// The same of text in bytes.
pub(crate) fn bytes_size(bytes: &[u8]) -> (usize, usize) {
    if bytes_are_plain(bytes) { (bytes.len(), 1) } else { size(&String::from_utf8_lossy(bytes)) }
}

/// Width of text that is one line and shown as it is; `None` of any other.
pub(super) fn simple_width(text: &str) -> Option<usize> {
    if is_plain(text) { Some(text.len()) } else { text.chars().map(char_width).sum() }
}

/// The display lines of a cell.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    text.split('\n').map(line).collect()
}

fn line(text: &str) -> Line<'_> {
    if is_plain(text) {
        return Line { text: Cow::Borrowed(text), width: text.len() };
    }
    let mut shown = String::with_capacity(text.len());
    let mut width = 0;
    for c in text.chars() {
        let columns = shown_width(c, width);
        match c {
            '\r' => shown.push_str("\\r"),
            '\t' => shown.extend(std::iter::repeat_n(' ', columns)),
            _ if char_width(c).is_some() => shown.push(c),
            _ => push_escaped(&mut shown, c),
        }
        width += columns;
    }
    Line { text: Cow::Owned(shown), width }
}

/// Appends a control character as psql writes it in a cell: `\x1B`, or `\u0085` outside ASCII.
pub(crate) fn push_escaped(out: &mut String, c: char) {
    let code = u32::from(c);
    // Writing to a String cannot fail.
    let _ = if c.is_ascii() { write!(out, "\\x{code:02X}") } else { write!(out, "\\u{code:04X}") };
}

/// Columns of a character that begins at column `at` of a cell.
fn shown_width(c: char, at: usize) -> usize {
    match c {
        '\r' => 2,
        '\t' => TAB_WIDTH - at % TAB_WIDTH,
        _ => char_width(c).unwrap_or(if c.is_ascii() { 4 } else { 6 }),
    }
}

fn contains(ranges: &[(u32, u32)], code: u32) -> bool {
    let place = |&(first, last): &(u32, u32)| {
        if code < first {
            Ordering::Greater
        } else if code > last {
            Ordering::Less
        } else {
            Ordering::Equal
        }
    };
    ranges.binary_search_by(place).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_server() {
        assert_eq!(text_width("Привет"), 6);
        assert_eq!(text_width("中文"), 4);
        assert_eq!(text_width("e\u{301}"), 1);
        assert_eq!(char_width('\u{85}'), None);
    }

    #[test]
    fn plain_text_is_printable_ascii() {
        for byte in 0..=255_u8 {
            let text = [b"plain text ".as_slice(), &[byte], b" and more"].concat();
            assert_eq!(bytes_are_plain(&text), (0x20..0x7f).contains(&byte), "{byte}");
            assert_eq!(bytes_are_plain(&[byte]), (0x20..0x7f).contains(&byte), "{byte}");
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        let shown = lines("a\tb\r\u{1b}\n\u{85}");
        assert_eq!(shown[0].text, "a       b\\r\\x1B");
        assert_eq!(shown[0].width, 15);
        assert_eq!(shown[1].text, "\\u0085");
        assert_eq!(size("a\tb\r\u{1b}\n\u{85}"), (15, 2));
    }
}
