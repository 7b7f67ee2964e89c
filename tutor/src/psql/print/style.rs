//! The strings that psql draws tables with.

use super::settings::LineStyleName;

/// A horizontal rule or the verticals of a data line.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) horizontal: &'static str,
    pub(super) left: &'static str,
    pub(super) middle: &'static str,
    pub(super) right: &'static str,
}

/// One of psql's line styles.
#[derive(Debug)]
pub(super) struct LineStyle {
    pub(super) top: Rule,
    pub(super) between: Rule,
    pub(super) bottom: Rule,
    pub(super) data: Rule,
    /// Column divider before a cell that continues after a line break.
    pub(super) middle_newline: &'static str,
    /// Column divider before a cell that goes on because it is too wide, and, by an oddity of psql, in expanded
    /// format before a value that ends before its header does.
    pub(super) middle_wrap: &'static str,
    /// Column divider before a cell that has ended.
    pub(super) middle_blank: &'static str,
    pub(super) header_newline_left: &'static str,
    pub(super) header_newline_right: &'static str,
    pub(super) newline_left: &'static str,
    pub(super) newline_right: &'static str,
    /// False for the oldest style, which marks continuation lines on their left.
    pub(super) marks_right: bool,
}

const fn rule(horizontal: &'static str, left: &'static str, middle: &'static str, right: &'static str) -> Rule {
    Rule { horizontal, left, middle, right }
}

static ASCII: LineStyle = LineStyle {
    top: rule("-", "+", "+", "+"),
    between: rule("-", "+", "+", "+"),
    bottom: rule("-", "+", "+", "+"),
    data: rule("", "|", "|", "|"),
    middle_newline: "|",
    middle_wrap: "|",
    middle_blank: "|",
    header_newline_left: " ",
    header_newline_right: "+",
    newline_left: " ",
    newline_right: "+",
    marks_right: true,
};

static OLD_ASCII: LineStyle = LineStyle {
    top: rule("-", "+", "+", "+"),
    between: rule("-", "+", "+", "+"),
    bottom: rule("-", "+", "+", "+"),
    data: rule("", "|", "|", "|"),
    middle_newline: ":",
    middle_wrap: ";",
    middle_blank: " ",
    header_newline_left: "+",
    header_newline_right: " ",
    newline_left: " ",
    newline_right: " ",
    marks_right: false,
};

static UNICODE: LineStyle = LineStyle {
    top: rule("─", "┌", "┬", "┐"),
    between: rule("─", "├", "┼", "┤"),
    bottom: rule("─", "└", "┴", "┘"),
    data: rule("", "│", "│", "│"),
    middle_newline: "│",
    middle_wrap: "│",
    middle_blank: "│",
    header_newline_left: " ",
    header_newline_right: "↵",
    newline_left: " ",
    newline_right: "↵",
    marks_right: true,
};

impl LineStyle {
    pub(super) fn named(name: LineStyleName) -> &'static Self {
        match name {
            LineStyleName::Ascii => &ASCII,
            LineStyleName::OldAscii => &OLD_ASCII,
            LineStyleName::Unicode => &UNICODE,
        }
    }
}
