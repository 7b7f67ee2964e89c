//! What the built-in pager shows, and what keys change in it. Pure: it is given lines and keys, and gives text.

use std::fmt::Write;
use std::io;

use super::keys::Key;
use super::lines::Lines;
use crate::psql::ScreenSize;
use crate::psql::print::width::{char_width, push_escaped};
use crate::repl::style::Paint;
use crate::repl::text;

/// Tabs go to the next multiple of this.
const TAB_WIDTH: usize = 8;
/// Screens narrower than this are treated as that wide.
const LEAST_COLUMNS: usize = 10;

/// What the reader wants to see next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// What is shown.
    Nothing,
    /// A page whose first line has this number.
    Top(usize),
    /// The last page.
    End,
    /// The next line with the pattern, from this number on.
    Match(usize),
}

/// A page of lines, and how it came to be chosen.
#[derive(Debug)]
pub(super) struct View {
    size: ScreenSize,
    paint: Paint,
    top: usize,
    left: usize,
    wish: Wish,
    /// The pattern that is being typed.
    typed: Option<String>,
    pattern: String,
    found: Option<usize>,
    message: Option<&'static str>,
}

impl View {
    /// The first page.
    pub(super) fn new(size: ScreenSize, paint: Paint) -> View {
        let (typed, pattern) = (None, String::new());
        View { size, paint, top: 0, left: 0, wish: Wish::Top(0), typed, pattern, found: None, message: None }
    }

    /// Takes the terminal's size; whether it is another.
    pub(super) fn fit(&mut self, size: ScreenSize) -> bool {
        std::mem::replace(&mut self.size, size) != size
    }

    /// Lines that must be there before the page that is wanted can be shown; `have` are.
    pub(super) fn needs(&self, have: usize) -> usize {
        match self.wish {
            Wish::Nothing => self.top + self.page(),
            Wish::Top(top) => top + self.page(),
            Wish::End => usize::MAX,
            Wish::Match(_) => have + 1,
        }
    }

    /// Shows the beginning of lines again.
    pub(super) fn begin_lines(&mut self) {
        self.left = 0;
    }

    /// Stays where it is.
    pub(super) fn give_up(&mut self) {
        self.wish = Wish::Nothing;
    }

    /// Goes where the reader wants to be; false when more lines are needed for that. `is_all` says that none come.
    pub(super) fn settle(&mut self, lines: &Lines, is_all: bool) -> io::Result<bool> {
        if let Wish::Match(from) = self.wish {
            match self.find(lines, from)? {
                Some(number) => {
                    self.found = Some(number);
                    self.wish = Wish::Top(number);
                }
                None if is_all => {
                    self.message = Some(text::NOT_FOUND);
                    self.wish = Wish::Nothing;
                }
                None => self.wish = Wish::Match(lines.count()),
            }
        }
        let last_top = lines.count().saturating_sub(self.page());
        match self.wish {
            Wish::Nothing => {}
            Wish::Top(top) if is_all || top <= last_top => self.top = top.min(last_top),
            Wish::End if is_all => self.top = last_top,
            _ => return Ok(false),
        }
        self.wish = Wish::Nothing;
        Ok(true)
    }

    /// Takes a key; true when it is the one to leave with.
    pub(super) fn press(&mut self, key: Key) -> bool {
        self.message = None;
        if let Some(typed) = self.typed.take() {
            self.type_pattern(typed, key);
            return false;
        }
        let (page, shift) = (self.page(), self.columns() / 2);
        match key {
            Key::Char('q' | 'Q') | Key::Interrupt => return true,
            Key::Char(' ' | 'f') | Key::PageDown => self.wish = Wish::Top(self.top + page),
            Key::Char('b') | Key::PageUp => self.wish = Wish::Top(self.top.saturating_sub(page)),
            Key::Char('j') | Key::Enter | Key::Down => self.wish = Wish::Top(self.top + 1),
            Key::Char('k') | Key::Up => self.wish = Wish::Top(self.top.saturating_sub(1)),
            Key::Char('d') => self.wish = Wish::Top(self.top + page.div_ceil(2)),
            Key::Char('u') => self.wish = Wish::Top(self.top.saturating_sub(page.div_ceil(2))),
            Key::Char('g' | '<') | Key::Home => self.wish = Wish::Top(0),
            Key::Char('G' | '>') | Key::End => self.wish = Wish::End,
            Key::Right => self.left += shift,
            Key::Left => self.left = self.left.saturating_sub(shift),
            Key::Char('/') => self.typed = Some(String::new()),
            Key::Char('n') if !self.pattern.is_empty() => self.wish = Wish::Match(self.search_start()),
            _ => {}
        }
        false
    }

    fn type_pattern(&mut self, mut typed: String, key: Key) {
        match key {
            Key::Enter => {
                if !typed.is_empty() {
                    self.pattern = typed;
                    self.found = None;
                }
                if !self.pattern.is_empty() {
                    self.wish = Wish::Match(self.search_start());
                }
                return;
            }
            Key::Escape | Key::Interrupt => return,
            Key::Backspace if typed.pop().is_none() => return,
            Key::Char(c) => typed.push(c),
            _ => {}
        }
        self.typed = Some(typed);
    }

    /// Behind the match on the page, else at its first line.
    fn search_start(&self) -> usize {
        let on_page = self.top..self.top + self.page();
        self.found.filter(|found| on_page.contains(found)).map_or(self.top, |found| found + 1)
    }

    /// The first line from `from` on with the pattern; capitals count only in patterns that have some.
    fn find(&self, lines: &Lines, from: usize) -> io::Result<Option<usize>> {
        let has_capitals = self.pattern.chars().any(char::is_uppercase);
        let mut found = None;
        lines.for_each(from, &mut |number, line| {
            let holds =
                if has_capitals { line.contains(&self.pattern) } else { line.to_lowercase().contains(&self.pattern) };
            found = holds.then_some(number);
            !holds
        })?;
        Ok(found)
    }

    /// Lines on a page: all but the last of the screen.
    fn page(&self) -> usize {
        self.size.rows.saturating_sub(1).max(1)
    }

    fn columns(&self) -> usize {
        self.size.columns.max(LEAST_COLUMNS)
    }

    /// The lines of the page as they are shown.
    pub(super) fn page_lines(&self, lines: &Lines) -> io::Result<Vec<String>> {
        let mut shown = Vec::new();
        lines.for_each(self.top, &mut |number, line| {
            if shown.len() < self.page() {
                let part = part_of(line, self.left, self.columns());
                shown.push(if self.found == Some(number) { self.paint.strong(&part) } else { part });
            }
            shown.len() < self.page()
        })?;
        Ok(shown)
    }

    /// Draws the screen; the cursor ends on its last line.
    pub(super) fn draw(&self, lines: &Lines, is_all: bool) -> io::Result<String> {
        let shown = self.page_lines(lines)?;
        let mut out = String::from("\x1b[H");
        for number in 0..self.page() {
            let line = shown.get(number).map_or("", String::as_str);
            // Writing to a String cannot fail.
            let _ = write!(out, "{line}\x1b[K\r\n");
        }
        let status = match (&self.typed, self.message) {
            (Some(typed), _) => format!("/{typed}"),
            (None, Some(message)) => message.to_owned(),
            (None, None) => {
                let is_end = is_all && self.top + shown.len() >= lines.count();
                let all = is_all.then_some(lines.count());
                let place = text::pager_place(self.top + 1, self.top + shown.len(), all, is_end);
                self.paint.aside(&part_of(&place, 0, self.columns() - 1))
            }
        };
        let _ = write!(out, "{status}\x1b[K");
        Ok(out)
    }
}

/// The part of a line between two columns, with what has no picture escaped.
fn part_of(line: &str, left: usize, columns: usize) -> String {
    let (mut part, mut column) = (String::new(), 0);
    let mut shown = String::new();
    for c in line.chars() {
        shown.clear();
        let width = match char_width(c) {
            Some(width) => {
                shown.push(c);
                width
            }
            None if c == '\t' => {
                let width = TAB_WIDTH - column % TAB_WIDTH;
                shown.extend(std::iter::repeat_n(' ', width));
                width
            }
            None => {
                push_escaped(&mut shown, c);
                shown.len()
            }
        };
        if column + width > left + columns {
            break;
        }
        if column >= left {
            part.push_str(&shown);
        } else if column + width > left {
            // The half of a character that is wider than the edge.
            part.extend(std::iter::repeat_n(' ', column + width - left));
        }
        column += width;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Lines {
        let mut lines = Lines::new();
        let text: String = (1..=count).map(|number| format!("Line {number}\n")).collect();
        lines.push(text.as_bytes()).expect("room");
        lines
    }

    fn view() -> View {
        View::new(ScreenSize { rows: 11, columns: 40 }, Paint::PLAIN)
    }

    fn first_line(view: &View, lines: &Lines) -> String {
        view.page_lines(lines).expect("readable")[0].clone()
    }

    #[test]
    fn keys_move_the_page() {
        let (mut view, lines) = (view(), lines(25));
        assert!(view.settle(&lines, true).expect("readable"));
        for (key, line) in [
            (Key::Char(' '), "Line 11"),
            (Key::Enter, "Line 12"),
            (Key::PageDown, "Line 16"),
            (Key::Up, "Line 15"),
            (Key::Char('b'), "Line 5"),
            (Key::Char('G'), "Line 16"),
            (Key::Home, "Line 1"),
        ] {
            assert!(!view.press(key));
            assert!(view.settle(&lines, true).expect("readable"));
            assert_eq!(first_line(&view, &lines), line);
        }
        assert!(view.press(Key::Char('q')));
    }

    #[test]
    fn lines_that_have_not_come_are_waited_for() {
        let (mut view, lines) = (view(), lines(15));
        assert!(view.settle(&lines, false).expect("readable"));
        view.press(Key::Char(' '));
        assert!(!view.settle(&lines, false).expect("readable"));
        assert_eq!(view.needs(15), 20);
        view.press(Key::End);
        assert_eq!(view.needs(15), usize::MAX);
        assert!(view.settle(&lines, true).expect("readable"));
        assert_eq!(first_line(&view, &lines), "Line 6");
    }

    #[test]
    fn a_pattern_is_found_again_and_again() {
        let (mut view, lines) = (view(), lines(200));
        assert!(view.settle(&lines, true).expect("readable"));
        for key in [Key::Char('/'), Key::Char('e'), Key::Char(' '), Key::Char('7'), Key::Char('x'), Key::Backspace] {
            view.press(key);
        }
        assert!(view.draw(&lines, true).expect("readable").contains("/e 7"));
        for (key, line) in [(Key::Enter, "Line 7"), (Key::Char('n'), "Line 70"), (Key::Char('n'), "Line 71")] {
            view.press(key);
            assert!(view.settle(&lines, true).expect("readable"));
            assert_eq!(first_line(&view, &lines), line);
        }
        "/nowhere".chars().for_each(|c| assert!(!view.press(Key::Char(c))));
        view.press(Key::Enter);
        assert!(view.settle(&lines, true).expect("readable"));
        assert!(view.draw(&lines, true).expect("readable").contains(text::NOT_FOUND));
    }

    #[test]
    fn wide_lines_are_shown_in_part() {
        assert_eq!(part_of("abcdef", 2, 3), "cde");
        assert_eq!(part_of("中文字", 1, 3), " 文");
        assert_eq!(part_of("a\tb\u{1b}", 0, 20), "a       b\\x1B");
    }
}
