//! The expanded format: one small table for each row.

use std::io::{self, Write};

use super::aligned::pad;
use super::rows::{Extents, Rows};
use super::settings::{LineStyleName, PrintSettings};
use super::style::{LineStyle, Rule};
use super::table::Table;
use super::width::{Line, lines, simple_width, size};

/// What stays the same for all records of a table.
struct Printer {
    style: &'static LineStyle,
    is_old: bool,
    border: u16,
    header_width: usize,
    header_is_multiline: bool,
    data_width: usize,
    data_is_multiline: bool,
}

/// Prints every row as a record.
pub(super) fn print(
    table: &Table<'_>,
    rows: &mut dyn Rows,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    if rows.count() == 0 || table.headers.is_empty() {
        if !settings.tuples_only {
            print_footers(&table.footers_or_count(rows.count(), settings), out)?;
        }
        return writeln!(out);
    }
    let printer = Printer::new(table, rows, settings);
    if let Some(title) = table.title.as_ref().filter(|_| !settings.tuples_only) {
        writeln!(out, "{title}")?;
    }
    let headers: Vec<Vec<Line<'_>>> = table.headers.iter().map(|header| lines(header)).collect();
    let starts = printer.simple_starts(&headers);
    let mut number = 0;
    rows.for_each(&mut |row| {
        let rule = if number == 0 { &printer.style.top } else { &printer.style.between };
        if !settings.tuples_only {
            printer.print_rule(Some(number + 1), rule, out)?;
        } else if number > 0 || printer.border == 2 {
            printer.print_rule(None, rule, out)?;
        }
        number += 1;
        for (column, (header, cell)) in headers.iter().zip(row).enumerate() {
            match starts.get(column).filter(|_| simple_width(cell).is_some()) {
                Some(start) => {
                    for part in [start.as_bytes(), cell.as_bytes(), b"\n"] {
                        out.write_all(part)?;
                    }
                }
                None => printer.print_field(header, &lines(cell), out)?,
            }
        }
        Ok(())
    })?;
    if printer.border == 2 {
        printer.print_rule(None, &printer.style.bottom, out)?;
    }
    if !settings.tuples_only && !table.footers.is_empty() {
        if printer.border < 2 {
            writeln!(out)?;
        }
        print_footers(&table.footers, out)?;
    }
    writeln!(out)
}

fn print_footers(footers: &[String], out: &mut dyn Write) -> io::Result<()> {
    footers.iter().try_for_each(|footer| writeln!(out, "{footer}"))
}

impl Printer {
    fn new(table: &Table<'_>, rows: &dyn Rows, settings: &PrintSettings) -> Self {
        let mut headers = Extents::new(1);
        table.headers.iter().for_each(|header| headers.take_row(std::iter::once(size(header))));
        let (header_width, data_width) = (headers.widest(), rows.extents().widest());
        let mut printer = Self {
            style: LineStyle::named(settings.line_style),
            is_old: settings.line_style == LineStyleName::OldAscii,
            border: settings.border.min(2),
            header_width,
            header_is_multiline: headers.height > 1,
            data_width,
            data_is_multiline: rows.extents().height > 1,
        };
        // The record's head line may be wider than the fields.
        let frame = printer.frame_width();
        let head = if settings.tuples_only { 0 } else { printer.head_width(rows.count()) };
        printer.data_width = (header_width + frame + data_width).max(head) - header_width - frame;
        printer
    }

    /// Columns that are neither header nor data.
    fn frame_width(&self) -> usize {
        let data_mark = usize::from(self.data_is_multiline && self.border < 2 && !self.is_old);
        let frame = match self.border {
            0 => 1 + usize::from(self.header_is_multiline),
            1 => 3 + usize::from(self.header_is_multiline && self.is_old),
            _ => 7,
        };
        frame + data_mark
    }

    /// Width of the widest `-[ RECORD n ]-`.
    fn head_width(&self, row_count: usize) -> usize {
        let digits = row_count.checked_ilog10().map_or(0, |log| log as usize + 1);
        digits
            + match self.border {
                0 => 9,
                1 => 12,
                _ => 15,
            }
    }

    /// The line above a record, with its number, or a plain one.
    fn print_rule(&self, record: Option<usize>, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
        let horizontal = if self.border > 0 { rule.horizontal } else { " " };
        match self.border {
            0 => {}
            1 => write!(out, "{horizontal}")?,
            _ => write!(out, "{}{horizontal}", rule.left)?,
        }
        let label = match record {
            None => String::new(),
            Some(number) if self.border == 0 => format!("* Record {number}"),
            Some(number) => format!("[ RECORD {number} ]"),
        };
        write!(out, "{label}")?;
        let header_width = self.header_width + usize::from(self.border < 2 && self.header_is_multiline && self.is_old);
        let used = label.len() + usize::from(self.border != 2);
        write!(out, "{}", horizontal.repeat(header_width.saturating_sub(used)))?;
        // What the label takes beyond the header's width is missing from the divider and the data's width.
        let over = used.saturating_sub(header_width);
        let divider: &[&str] = if self.border > 0 { &[horizontal, rule.middle, horizontal] } else { &[horizontal] };
        for part in divider.iter().skip(over) {
            write!(out, "{part}")?;
        }
        let over = over.saturating_sub(divider.len());
        write!(out, "{}", horizontal.repeat(self.data_width.saturating_sub(over)))?;
        if self.border == 2 {
            write!(out, "{horizontal}{}", rule.right)?;
        }
        writeln!(out)
    }

    /// What stands before a value that is one line shown as it is, for each header: the usual case, so it takes the
    /// short way. Nothing where headers have several lines or fields a frame.
    fn simple_starts(&self, headers: &[Vec<Line<'_>>]) -> Vec<String> {
        if self.border == 2 || self.header_is_multiline {
            return Vec::new();
        }
        let divider = if self.border > 0 { format!(" {}", self.style.data.middle) } else { String::new() };
        let start = |line: &Line<'_>| {
            let space = " ".repeat(self.header_width - line.width);
            format!("{}{space}{divider} ", line.text)
        };
        headers.iter().flatten().map(start).collect()
    }

    fn print_field(&self, header: &[Line<'_>], data: &[Line<'_>], out: &mut dyn Write) -> io::Result<()> {
        for number in 0..header.len().max(data.len()) {
            if self.border == 2 {
                write!(out, "{}", self.style.data.left)?;
            }
            match header.get(number) {
                Some(line) => self.print_header_line(line, number, number + 1 < header.len(), out)?,
                None => self.print_header_space(out)?,
            }
            if self.border > 0 {
                write!(out, "{}", self.divider(data, number))?;
            }
            match data.get(number) {
                Some(line) => self.print_data_line(line, number + 1 < data.len(), out)?,
                None if self.border == 2 => {
                    pad(out, self.data_width)?;
                    write!(out, "  {}", self.style.data.right)?;
                }
                None => {}
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn divider(&self, data: &[Line<'_>], number: usize) -> &'static str {
        let last = data.len() - 1;
        if number > last && !data[last].text.is_empty() {
            self.style.middle_wrap
        } else if number.min(last) == 0 {
            self.style.data.middle
        } else {
            self.style.middle_newline
        }
    }

    fn print_header_line(
        &self,
        line: &Line<'_>,
        number: usize,
        continues: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.border == 2 || (self.header_is_multiline && self.is_old) {
            write!(out, "{}", if number > 0 { self.style.header_newline_left } else { " " })?;
        }
        write!(out, "{}", line.text)?;
        pad(out, self.header_width - line.width)?;
        if self.border > 0 || (self.header_is_multiline && !self.is_old) {
            write!(out, "{}", if continues { self.style.header_newline_right } else { " " })?;
        }
        Ok(())
    }

    /// The place of a header that has fewer lines than its data.
    fn print_header_space(&self, out: &mut dyn Write) -> io::Result<()> {
        let mark = (self.border < 2 && self.is_old) || (self.border == 0 && !self.is_old);
        let width = self.header_width + usize::from(self.border) + usize::from(mark && self.header_is_multiline);
        pad(out, width.max(1))
    }

    fn print_data_line(&self, line: &Line<'_>, continues: bool, out: &mut dyn Write) -> io::Result<()> {
        write!(out, " {}", line.text)?;
        let space = self.data_width - line.width;
        if continues {
            if self.border > 1 || (self.data_is_multiline && !self.is_old) {
                pad(out, space)?;
                write!(out, "{}", self.style.newline_right)?;
            }
        } else if self.border > 1 {
            pad(out, space)?;
            write!(out, " ")?;
        }
        if self.border == 2 {
            write!(out, "{}", self.style.data.right)?;
        }
        Ok(())
    }
}
