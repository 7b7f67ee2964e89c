//! Errors and notices of the server in psql's words.
//!
//! One difference is wanted: psql prints control characters of a message as they are, which lets a server's text
//! steer the terminal; here they are escaped as psql escapes them in table cells.

use std::fmt::Write as _;

use super::print::width::char_width;
use crate::visible::visible;
use crate::wire::ServerMessage;

/// Longest excerpt of a query line, in columns.
const EXCERPT_WIDTH: usize = 60;
/// Columns kept to the right of the error's place when the excerpt is cut there.
const RIGHT_MARGIN: usize = 10;

/// How much of a message is shown (`\set VERBOSITY`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// `terse`: severity, message and `at character n`, nothing below.
    Terse,
    /// `default`: also the query's line with a caret, DETAIL, HINT, QUERY and, by [`ShowContext`], CONTEXT.
    Default,
    /// `verbose`: also the SQLSTATE, the names of the objects concerned, and the place in the server's source.
    Verbose,
    /// `sqlstate`: severity and SQLSTATE only.
    Sqlstate,
}

/// For which messages CONTEXT is shown (`\set SHOW_CONTEXT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowContext {
    /// `never`: not shown.
    Never,
    /// `errors`: shown for errors, not for notices.
    Errors,
    /// `always`: shown for notices, too.
    Always,
}

/// How messages are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageStyle {
    /// psql's `VERBOSITY`.
    pub verbosity: Verbosity,
    /// psql's `SHOW_CONTEXT`; without effect where the verbosity is terse or sqlstate.
    pub show_context: ShowContext,
}

impl Default for MessageStyle {
    fn default() -> Self {
        Self { verbosity: Verbosity::Default, show_context: ShowContext::Errors }
    }
}

/// A message as psql prints it, ending with a newline. `query` is the query string that was sent.
pub fn format_message(message: &ServerMessage, query: &str, is_error: bool, style: MessageStyle) -> String {
    let mut out = format!("{}:  ", message.severity);
    if style.verbosity == Verbosity::Sqlstate && !message.sqlstate.is_empty() {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "{}", message.sqlstate);
        return out;
    }
    if style.verbosity == Verbosity::Verbose {
        let _ = write!(out, "{}: ", message.sqlstate);
    }
    out.push_str(&message.message);
    let excerpt = match (message.position, message.internal_position, &message.internal_query) {
        (Some(position), _, _) => Some((query, position)),
        (None, Some(position), Some(internal)) => Some((internal.as_str(), position)),
        _ => None,
    };
    match excerpt {
        Some((_, position)) if style.verbosity == Verbosity::Terse => {
            let _ = write!(out, " at character {position}");
        }
        Some((text, position)) => {
            out.push('\n');
            out.push_str(error_excerpt(text, position).trim_end_matches('\n'));
        }
        None => {}
    }
    out.push('\n');
    if style.verbosity != Verbosity::Terse {
        push_details(&mut out, message, is_error, style);
    }
    visible(&out).into_owned()
}

fn push_details(out: &mut String, message: &ServerMessage, is_error: bool, style: MessageStyle) {
    let shows_context = match style.show_context {
        ShowContext::Never => false,
        ShowContext::Errors => is_error,
        ShowContext::Always => true,
    };
    let is_verbose = style.verbosity == Verbosity::Verbose;
    let fields = [
        ("DETAIL", &message.detail, true),
        ("HINT", &message.hint, true),
        ("QUERY", &message.internal_query, true),
        ("CONTEXT", &message.context, shows_context),
        ("SCHEMA NAME", &message.schema, is_verbose),
        ("TABLE NAME", &message.table, is_verbose),
        ("COLUMN NAME", &message.column, is_verbose),
        ("DATATYPE NAME", &message.data_type, is_verbose),
        ("CONSTRAINT NAME", &message.constraint, is_verbose),
    ];
    for (name, value, is_shown) in fields {
        if let Some(value) = value.as_ref().filter(|_| is_shown) {
            let _ = writeln!(out, "{name}:  {value}");
        }
    }
    if is_verbose && (message.routine.is_some() || message.file.is_some()) {
        let routine = message.routine.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
        let place = message.file.as_ref().zip(message.line.as_ref());
        let place = place.map(|(file, line)| format!("{file}:{line}")).unwrap_or_default();
        let _ = writeln!(out, "LOCATION:  {routine}{place}");
    }
}

/// A character of the query line that an excerpt is cut from.
struct Cell {
    c: char,
    /// Column at which it begins.
    column: usize,
}

/// The query line that an error points into.
struct ErrorLine {
    /// From 1.
    number: usize,
    /// Its characters, and one more that stands for its end.
    cells: Vec<Cell>,
    /// Index of the error's place.
    place: usize,
}

/// `LINE n: ...` and the caret below it, or nothing when the position (in characters, from 1) is outside the query.
/// The rules are those of libpq's `reportErrorPosition`.
fn error_excerpt(query: &str, position: usize) -> String {
    let Some(line) = position.checked_sub(1).and_then(|place| error_line(query, place)) else {
        return String::new();
    };
    let column = |index: usize| line.cells[index].column;
    let (place, mut begin, mut end) = (line.place, 0, line.cells.len() - 1);
    let (mut cut_left, mut cut_right) = (false, false);
    if column(end) - column(begin) > EXCERPT_WIDTH {
        if column(begin) + EXCERPT_WIDTH >= column(place) + RIGHT_MARGIN {
            while column(end) - column(begin) > EXCERPT_WIDTH {
                end -= 1;
            }
            cut_right = true;
        } else {
            while column(place) + RIGHT_MARGIN < column(end) {
                end -= 1;
                cut_right = true;
            }
            while column(end) - column(begin) > EXCERPT_WIDTH {
                begin += 1;
                cut_left = true;
            }
        }
    }
    let prefix = format!("LINE {}: {}", line.number, if cut_left { "..." } else { "" });
    let text: String = line.cells[begin..end].iter().map(|cell| if cell.c == '\t' { ' ' } else { cell.c }).collect();
    let caret = " ".repeat(prefix.len() + column(place).saturating_sub(column(begin)));
    format!("{prefix}{text}{}\n{caret}^\n", if cut_right { "..." } else { "" })
}

fn error_line(query: &str, place: usize) -> Option<ErrorLine> {
    let (mut number, mut begin, mut column, mut last) = (1, 0, 0, '\0');
    let mut cells: Vec<Cell> = Vec::new();
    for (index, c) in query.chars().enumerate() {
        if c == '\r' || c == '\n' {
            if index >= place {
                break;
            }
            // A line break of two characters counts once.
            if c == '\r' || last != '\r' {
                number += 1;
            }
            cells.clear();
            (begin, column) = (index + 1, 0);
        } else {
            cells.push(Cell { c, column });
            column += char_width(c).filter(|&width| width > 0).unwrap_or(1);
        }
        last = c;
    }
    cells.push(Cell { c: '\0', column });
    let place = place - begin;
    (place < cells.len()).then_some(ErrorLine { number, cells, place })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(position: usize) -> ServerMessage {
        ServerMessage {
            severity: "ERROR".to_owned(),
            message: "wrong".to_owned(),
            position: Some(position),
            ..ServerMessage::default()
        }
    }

    #[test]
    fn the_caret_stands_below_the_place() {
        let text = format_message(&error(8), "select nosuch", true, MessageStyle::default());
        assert_eq!(text, "ERROR:  wrong\nLINE 1: select nosuch\n               ^\n");
    }

    #[test]
    fn wide_characters_count_two() {
        let text = format_message(&error(12), "select\n'中文', x", true, MessageStyle::default());
        assert_eq!(text, "ERROR:  wrong\nLINE 2: '中文', x\n              ^\n");
    }

    #[test]
    fn places_at_the_edges() {
        assert_eq!(error_excerpt("ab", 3), "LINE 1: ab\n          ^\n");
        assert_eq!(error_excerpt("ab", 4), "");
        assert_eq!(error_excerpt("ab", 0), "");
        assert_eq!(error_excerpt("a\r\nb\n", 4), "LINE 2: b\n        ^\n");
    }

    #[test]
    fn long_lines_are_cut_on_both_sides() {
        let query = format!("select {}nosuch{}", "1,".repeat(60), ",1".repeat(60));
        let text = error_excerpt(&query, 128);
        let line = text.lines().next().unwrap_or_default();
        assert!(line.starts_with("LINE 1: ...") && line.ends_with("..."), "{text}");
    }

    #[test]
    fn control_characters_are_escaped() {
        let mut message = error(1);
        message.position = None;
        message.message = "a\u{1b}[31mb".to_owned();
        assert_eq!(format_message(&message, "", true, MessageStyle::default()), "ERROR:  a\\x1B[31mb\n");
    }
}
