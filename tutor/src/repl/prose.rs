//! A lesson's Markdown as text for a terminal.

mod plain;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;

use self::plain::{Words, wrap};
pub(super) use self::plain::{fill, render_hint};
#[cfg(feature = "book")]
pub(crate) use self::plain::{is_code, unbroken};
use super::style::{Layout, Paint};

/// Lines longer than this are hard to read, however wide the terminal is.
const WIDEST: usize = 96;

/// Narrower terminals get lines that are too long.
const NARROWEST: usize = 20;

/// The indentation of code.
const CODE_INDENT: &str = "    ";

/// What text is set on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    /// The width in columns.
    pub(super) width: usize,
    pub(super) paint: Paint,
    pub(super) layout: Layout,
}

/// `markdown` as lines of at most `width` columns; code is never broken. Ends with a newline.
pub(super) fn render(markdown: &str, page: Page) -> String {
    render_after("", "", markdown, page)
}

/// The same with words before it that are painted already; `plain` is what they are without paint.
pub(super) fn render_after(plain: &str, painted: &str, markdown: &str, page: Page) -> String {
    let mut writer = Writer::new(page);
    if !plain.is_empty() {
        writer.push(plain, painted, false);
        writer.is_led = true;
    }
    let options = Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_TABLES;
    for event in Parser::new_ext(markdown, options) {
        writer.event(event);
    }
    writer.out
}

/// How a piece of a sentence is set.
#[derive(Clone, Copy, PartialEq)]
enum Face {
    Plain,
    Strong,
    Emphasis,
    Heading,
}

/// The cells of a table's row.
type Row = Vec<Words>;

struct Writer {
    width: usize,
    paint: Paint,
    layout: Layout,
    out: String,
    /// The current paragraph.
    words: Words,
    /// The next piece of text belongs to the last word.
    glued: bool,
    face: Face,
    in_code: bool,
    link: Option<String>,
    /// The markers of the lists we are in: the next number, or a dash.
    lists: Vec<Option<u64>>,
    marker: Option<String>,
    indent: Vec<usize>,
    /// The rows of a table, cells as words.
    table: Option<Vec<Row>>,
    /// The first paragraph goes on behind words that stand there already.
    is_led: bool,
}

impl Writer {
    fn new(page: Page) -> Writer {
        Writer {
            width: page.width.clamp(NARROWEST, WIDEST),
            paint: page.paint,
            layout: page.layout,
            out: String::new(),
            words: Vec::new(),
            glued: false,
            face: Face::Plain,
            in_code: false,
            link: None,
            lists: Vec::new(),
            marker: None,
            indent: Vec::new(),
            table: None,
            is_led: false,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code_block(&text),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.inline_code(&code),
            Event::SoftBreak | Event::HardBreak => self.glued = false,
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.gap();
                self.face = Face::Heading;
            }
            Tag::Paragraph if std::mem::take(&mut self.is_led) => {}
            Tag::Paragraph if self.marker.is_none() => self.gap(),
            Tag::BlockQuote(_) => self.indent.push(2),
            Tag::CodeBlock(_) => {
                self.flush();
                self.gap();
                self.in_code = true;
            }
            Tag::List(first) => {
                self.flush();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Strong => self.face = Face::Strong,
            Tag::Emphasis => self.face = Face::Emphasis,
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.to_string()),
            Tag::Table(_) => {
                self.gap();
                self.table = Some(Vec::new());
            }
            Tag::TableHead | Tag::TableRow => self.table.iter_mut().for_each(|rows| rows.push(Vec::new())),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::Heading(_) => {
                self.flush();
                self.face = Face::Plain;
            }
            TagEnd::Item => {
                self.flush();
                self.indent.pop();
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.indent.pop();
            }
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::Strong | TagEnd::Emphasis => self.face = Face::Plain,
            TagEnd::Link => {
                if let Some(url) = self.link.take() {
                    self.push(&format!("<{url}>"), &format!("<{url}>"), false);
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.words);
                self.glued = false;
                if let Some(row) = self.table.as_mut().and_then(|rows| rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.write_table(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.flush();
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        self.indent.push(marker.len());
        self.marker = Some(marker);
    }

    fn text(&mut self, text: &str) {
        let starts_word = text.starts_with(char::is_whitespace);
        for (index, word) in text.split_whitespace().enumerate() {
            let painted = match self.face {
                Face::Plain => word.to_owned(),
                Face::Strong => self.paint.strong(word),
                Face::Emphasis => self.paint.emphasis(word),
                Face::Heading => self.paint.heading(word),
            };
            self.push(word, &painted, index == 0 && self.glued && !starts_word);
        }
        self.glued = !text.ends_with(char::is_whitespace);
    }

    /// Code within a sentence is one word, so that it is never broken.
    fn inline_code(&mut self, code: &str) {
        let painted = if self.face == Face::Heading { self.paint.heading(code) } else { self.paint.code(code) };
        let plain = if self.paint.has_colours() { code.to_owned() } else { painted.clone() };
        self.push(&plain, &painted, self.glued);
        self.glued = true;
    }

    fn push(&mut self, plain: &str, painted: &str, glue: bool) {
        match self.words.last_mut() {
            Some((word, width)) if glue => {
                word.push_str(painted);
                *width += plain.width();
            }
            _ => self.words.push((painted.to_owned(), plain.width())),
        }
    }

    /// Writes the collected words as a paragraph.
    fn flush(&mut self) {
        let indent = " ".repeat(self.indent.iter().sum());
        let first = match self.marker.take() {
            Some(marker) => format!("{}{marker}", &indent[..indent.len() - marker.len()]),
            None if self.words.is_empty() => return,
            None => indent.clone(),
        };
        let words = std::mem::take(&mut self.words);
        self.out.push_str(&wrap(&words, &first, &indent, self.width));
        self.glued = false;
    }

    fn code_block(&mut self, code: &str) {
        for line in code.lines() {
            self.out.push_str(&format!("{CODE_INDENT}{}\n", self.paint.code_line(line)));
        }
    }

    fn write_table(&mut self) {
        let rows = self.table.take().unwrap_or_default();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell_width(cell)).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let is_wide = widths.iter().map(|width| width + 2).sum::<usize>() > self.width;
        if is_wide || self.layout == Layout::Aloud {
            self.write_records(&rows)
        } else {
            self.write_columns(&rows, &widths)
        }
    }

    fn write_columns(&mut self, rows: &[Row], widths: &[usize]) {
        for (index, row) in rows.iter().enumerate() {
            let cells = row.iter().zip(widths).map(|(cell, width)| {
                let padding = " ".repeat(width - cell_width(cell));
                format!("{}{padding}", cell_text(cell))
            });
            self.out.push_str(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end());
            self.out.push('\n');
            if index == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                self.out.push_str(&format!("  {}\n", rules.join("  ")));
            }
        }
    }

    /// A table row by row, each value behind the name of its column.
    fn write_records(&mut self, rows: &[Row]) {
        let Some((header, rows)) = rows.split_first() else { return };
        for row in rows {
            for (index, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let mut words = header.get(index).cloned().unwrap_or_default();
                if let Some((word, width)) = words.last_mut() {
                    word.push(':');
                    *width += 1;
                }
                words.extend(cell.iter().cloned());
                let first = if index == 0 { "- " } else { "  " };
                self.out.push_str(&wrap(&words, first, "    ", self.width));
            }
        }
    }

    /// An empty line between blocks.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

fn cell_text(cell: &[(String, usize)]) -> String {
    cell.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
}

fn cell_width(cell: &[(String, usize)]) -> usize {
    cell.iter().map(|(_, width)| width + 1).sum::<usize>().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::plain::plain_width;
    use super::*;

    fn page(width: usize) -> Page {
        Page { width, paint: Paint::PLAIN, layout: Layout::Seen }
    }

    #[test]
    fn paragraphs_are_wrapped_and_code_is_not() {
        let text = "## A *section* {#s}\n\nSome words, `a b c` and **more**.\n\n```sql\nSELECT a_very_long_name_indeed;\n```\n";
        assert_eq!(
            render(text, page(20)),
            "A section\n\nSome words, `a b c`\nand more.\n\n    SELECT a_very_long_name_indeed;\n"
        );
    }

    #[test]
    fn lists_hang() {
        let text = "Look:\n\n- one two three fourth\n- five\n\n1. a\n2. b\n";
        assert_eq!(render(text, page(20)), "Look:\n\n- one two three\n  fourth\n- five\n\n1. a\n2. b\n");
    }

    #[test]
    fn tables_are_aligned_without_their_colours() {
        let text = "| a | b |\n|---|---|\n| `x` | longer |\n";
        assert_eq!(render(text, page(40)), "  a    b\n  ---  ------\n  `x`  longer\n");
        assert_eq!(plain_width("\u{1b}[36mabc\u{1b}[0m"), 3);
    }

    #[test]
    fn tables_that_are_too_wide_are_told_row_by_row() {
        let text = "| name | use |\n|---|---|\n| `x` | longer than fits |\n| y | short |\n";
        let told = "- name: `x`\n  use: longer than\n    fits\n- name: y\n  use: short\n";
        assert_eq!(render(text, page(20)), told);
        let aloud = Page { layout: Layout::Aloud, ..page(80) };
        assert_eq!(render(text, aloud), "- name: `x`\n  use: longer than fits\n- name: y\n  use: short\n");
    }

    #[test]
    fn words_before_a_paragraph_count_for_its_width() {
        assert_eq!(
            render_after("Not yet.", "Not yet.", "One two three four.", page(20)),
            "Not yet. One two\nthree four.\n"
        );
    }

    #[test]
    fn punctuation_stays_with_its_word() {
        assert_eq!(render("Use `x`, (**y**) and [z](u).", page(60)), "Use `x`, (y) and z <u>.\n");
    }
}
