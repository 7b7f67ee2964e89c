//! Sentences that are no Markdown, hints among them, and the wrapping of words.

use unicode_width::UnicodeWidthStr;

use super::{NARROWEST, WIDEST};
use crate::repl::style::Paint;

/// Lines of hints end at about this column.
const FULL_LINE: usize = 75;

/// Words as they are printed, with their width in columns.
pub(super) type Words = Vec<(String, usize)>;

/// Sentences that are no Markdown, as lines of at most `width` columns: only `code` is set apart. Ends with a newline.
pub(in crate::repl) fn fill(text: &str, width: usize, paint: Paint) -> String {
    let width = width.clamp(NARROWEST, WIDEST);
    text.lines().map(|line| wrap(&words(line, paint), indentation(line), indentation(line), width)).collect()
}

/// A hint: sentences and code as the author typed them. Lines that the author broke because they were full are filled
/// anew; every other line break stays, so that statements keep their shape.
pub(in crate::repl) fn render_hint(title: &str, hint: &str, width: usize, paint: Paint) -> String {
    let width = width.clamp(NARROWEST, WIDEST);
    let lines = unbroken(hint);
    let is_short = matches!(&lines[..], [line] if !line.starts_with(' ') && !is_code(line));
    let mut out = String::new();
    let mut head: Words = title.split_whitespace().map(|word| (paint.strong(word), word.width())).collect();
    if is_short {
        head.extend(words(&lines[0], paint));
        return wrap(&head, "", "", width);
    }
    out.push_str(&wrap(&head, "", "", width));
    for line in lines {
        let indent = format!("  {}", indentation(&line));
        out.push_str(&wrap(&words(&line, paint), &indent, &format!("{indent}  "), width));
    }
    out
}

/// The lines of a text, with those put together that belong together.
pub(crate) fn unbroken(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut before = "";
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if is_full(before, line) => {
                last.push(' ');
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
        before = line;
    }
    lines
}

/// Whether `line` was broken only because the first word of the next one did not fit any more.
fn is_full(line: &str, next: &str) -> bool {
    let is_apart =
        next.trim().is_empty() || next.starts_with(' ') || line.starts_with(' ') || line.ends_with([':', ';']);
    let first = next.split_whitespace().next().unwrap_or_default();
    let is_long = line.len() + 1 + first.len() > FULL_LINE;
    !is_apart && is_long && !(is_code(line) && is_code(next))
}

/// Whether a line begins as statements and psql commands do.
pub(crate) fn is_code(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_key_word = first.len() > 1 && first.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b';');
    first.starts_with('\\') || is_key_word
}

/// The words of a line with their widths; `code` is one word.
fn words(line: &str, paint: Paint) -> Words {
    let mut words: Words = Vec::new();
    let mut glued = false;
    for (index, part) in line.split('`').enumerate() {
        let is_code = index % 2 == 1;
        let pieces: Vec<&str> = if is_code { vec![part] } else { part.split_whitespace().collect() };
        let starts_apart = !is_code && part.starts_with(char::is_whitespace);
        for (number, piece) in pieces.iter().enumerate() {
            let painted = if is_code { paint.code(piece) } else { (*piece).to_owned() };
            let width = plain_width(&painted);
            match words.last_mut() {
                Some((word, total)) if number == 0 && glued && !starts_apart => {
                    word.push_str(&painted);
                    *total += width;
                }
                _ => words.push((painted, width)),
            }
        }
        glued = is_code || !part.is_empty() && !part.ends_with(char::is_whitespace);
    }
    words
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// Words as lines of at most `width` columns, the first one behind `first`, the others behind `indent`.
pub(super) fn wrap(words: &[(String, usize)], first: &str, indent: &str, width: usize) -> String {
    let mut out = first.to_owned();
    let mut column = first.width();
    for (index, (word, length)) in words.iter().enumerate() {
        if index > 0 && column + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            column = indent.width();
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    out.push('\n');
    out
}

/// The width of a painted text without its escape sequences.
pub(super) fn plain_width(painted: &str) -> usize {
    let mut width = 0;
    let mut rest = painted;
    while let Some(start) = rest.find("\u{1b}[") {
        width += rest[..start].width();
        rest = rest[start..].split_once('m').map_or("", |(_, after)| after);
    }
    width + rest.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_keep_their_statements() {
        let hint = "One statement does all of it, and the name of the table stands behind the word\nFROM:\nSELECT count(*)\nFROM m;";
        assert_eq!(
            render_hint("Hint 1 of 2:", hint, 60, Paint::PLAIN),
            "Hint 1 of 2:\n  One statement does all of it, and the name of the table\n    stands behind the word FROM:\n  \
             SELECT count(*)\n  FROM m;\n"
        );
        assert_eq!(
            render_hint("Hint 1 of 1:", "Use count(*), or count(*).", 60, Paint::PLAIN),
            "Hint 1 of 1: Use count(*), or count(*).\n"
        );
        let code =
            "SELECT current_setting('max_worker_processes')::int - count(*) AS free_slots_now\nFROM pg_stat_activity;";
        assert_eq!(unbroken(code).len(), 2);
    }

    #[test]
    fn sentences_are_filled_and_code_in_them_is_one_word() {
        assert_eq!(
            fill("It says `a b c d`, and more.\n  two", 20, Paint::PLAIN),
            "It says `a b c d`,\nand more.\n  two\n"
        );
    }
}
