//! The usual format: a table with aligned columns.

use std::io::{self, Write};

use super::rows::{Cell, Rows};
use super::settings::{Expanded, PrintSettings};
use super::style::{LineStyle, Rule};
use super::table::{Align, Table};
use super::width::{Line, lines, simple_width, size, text_width};

/// What stays the same for all lines of a table.
struct Printer<'a> {
    table: &'a Table<'a>,
    style: &'static LineStyle,
    border: u16,
    widths: Vec<usize>,
}

/// Prints a table.
pub(super) fn print(
    table: &Table<'_>,
    rows: &mut dyn Rows,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    let printer = Printer::new(table, rows, settings);
    if !settings.tuples_only {
        printer.print_head(out)?;
    }
    let (mut line, mut cell_widths) = (Vec::new(), Vec::new());
    rows.for_each(&mut |row| {
        cell_widths.clear();
        cell_widths.extend(row.iter().map_while(|cell| simple_width(cell)));
        if cell_widths.len() < row.len() {
            return printer.print_row(row, out);
        }
        line.clear();
        printer.push_simple_row(row, &cell_widths, &mut line);
        out.write_all(&line)
    })?;
    printer.print_foot(rows.count(), settings, out)
}

/// Whether the rows become records: always, or in expanded auto mode those that are too wide.
pub(super) fn is_expanded(table: &Table<'_>, rows: &dyn Rows, settings: &PrintSettings) -> bool {
    match settings.expanded {
        Expanded::Auto => table.headers.len() > 1 && is_too_wide(table, rows, settings),
        expanded => expanded == Expanded::On,
    }
}

/// Whether lines are longer than the output is wide.
pub(super) fn is_too_wide(table: &Table<'_>, rows: &dyn Rows, settings: &PrintSettings) -> bool {
    let width = Printer::new(table, rows, settings).total_width();
    settings.output_columns().is_some_and(|columns| columns > 0 && columns < width)
}

fn column_widths(table: &Table<'_>, rows: &dyn Rows) -> Vec<usize> {
    let widths = table.headers.iter().zip(&rows.extents().widths);
    widths.map(|(header, &width)| size(header).0.max(width)).collect()
}

/// Writes `count` spaces.
pub(super) fn pad(out: &mut dyn Write, mut count: usize) -> io::Result<()> {
    const SPACES: &[u8] = &[b' '; 64];
    while count > 0 {
        let chunk = count.min(SPACES.len());
        out.write_all(&SPACES[..chunk])?;
        count -= chunk;
    }
    Ok(())
}

fn push_spaces(line: &mut Vec<u8>, count: usize) {
    line.resize(line.len() + count, b' ');
}

impl<'a> Printer<'a> {
    fn new(table: &'a Table<'a>, rows: &dyn Rows, settings: &PrintSettings) -> Self {
        Self {
            table,
            style: LineStyle::named(settings.line_style),
            border: settings.border.min(2),
            widths: column_widths(table, rows),
        }
    }

    /// Width of all columns with what stands between them.
    fn total_width(&self) -> usize {
        let columns = self.widths.len();
        let frame = match self.border {
            0 => columns,
            1 => (columns * 3).saturating_sub(1),
            _ => columns * 3 + 1,
        };
        frame + self.widths.iter().sum::<usize>()
    }

    fn is_last(&self, column: usize) -> bool {
        column + 1 == self.widths.len()
    }

    fn print_head(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(title) = &self.table.title {
            let width = title.split('\n').map(text_width).max().unwrap_or(0);
            pad(out, self.total_width().saturating_sub(width) / 2)?;
            writeln!(out, "{title}")?;
        }
        if self.border == 2 {
            self.print_rule(&self.style.top, out)?;
        }
        self.print_headers(out)?;
        self.print_rule(&self.style.between, out)
    }

    fn print_headers(&self, out: &mut dyn Write) -> io::Result<()> {
        let headers: Vec<Vec<Line<'_>>> = self.table.headers.iter().map(|header| lines(header)).collect();
        let height = headers.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            if self.border == 2 {
                write!(out, "{}", self.style.data.left)?;
            }
            for (column, header) in headers.iter().enumerate() {
                self.print_header_line(column, header, number, out)?;
            }
            if self.border == 2 {
                write!(out, "{}", self.style.data.right)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn print_header_line(
        &self,
        column: usize,
        header: &[Line<'_>],
        number: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.border != 0 || (!self.style.marks_right && column > 0) {
            write!(out, "{}", if number > 0 { self.style.header_newline_left } else { " " })?;
        }
        match header.get(number) {
            Some(line) => {
                let space = self.widths[column] - line.width;
                pad(out, space / 2)?;
                write!(out, "{}", line.text)?;
                pad(out, space.div_ceil(2))?;
            }
            None => pad(out, self.widths[column])?,
        }
        if self.border != 0 || self.style.marks_right {
            write!(out, "{}", if number + 1 < header.len() { self.style.header_newline_right } else { " " })?;
        }
        if self.border != 0 && !self.is_last(column) {
            write!(out, "{}", self.style.data.middle)?;
        }
        Ok(())
    }

    fn print_rule(&self, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
        let columns: Vec<String> = self.widths.iter().map(|&width| rule.horizontal.repeat(width)).collect();
        let (horizontal, middle) = (rule.horizontal, rule.middle);
        match self.border {
            0 => writeln!(out, "{}", columns.join(" ")),
            1 => {
                writeln!(out, "{horizontal}{}{horizontal}", columns.join(&format!("{horizontal}{middle}{horizontal}")))
            }
            _ => writeln!(
                out,
                "{}{horizontal}{}{horizontal}{}",
                rule.left,
                columns.join(&format!("{horizontal}{middle}{horizontal}")),
                rule.right
            ),
        }
    }

    /// A row whose cells are single lines shown as they are: the usual case, so it takes the short way.
    fn push_simple_row(&self, row: &[Cell<'_>], cell_widths: &[usize], line: &mut Vec<u8>) {
        if self.border == 2 {
            line.extend_from_slice(self.style.data.left.as_bytes());
        }
        for (column, cell) in row.iter().enumerate() {
            let space = self.widths[column] - cell_widths[column];
            let last = self.is_last(column);
            if self.border != 0 {
                line.push(b' ');
            }
            if self.table.aligns[column] == Align::Right {
                push_spaces(line, space);
                line.extend_from_slice(cell.as_bytes());
            } else {
                line.extend_from_slice(cell.as_bytes());
                push_spaces(line, if self.border == 2 || !last { space } else { 0 });
            }
            if self.border == 2 || !last {
                line.push(b' ');
            }
            if self.border != 0 && !last {
                line.extend_from_slice(self.style.data.middle.as_bytes());
            }
        }
        if self.border == 2 {
            line.extend_from_slice(self.style.data.right.as_bytes());
        }
        line.push(b'\n');
    }

    fn print_row(&self, row: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        let cells: Vec<Vec<Line<'_>>> = row.iter().map(|cell| lines(cell)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            if self.border == 2 {
                write!(out, "{}", self.style.data.left)?;
            }
            for column in 0..cells.len() {
                self.print_cell_line(column, &cells, number, out)?;
            }
            if self.border == 2 {
                write!(out, "{}", self.style.data.right)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn print_cell_line(
        &self,
        column: usize,
        cells: &[Vec<Line<'_>>],
        number: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (cell, last) = (&cells[column], self.is_last(column));
        let fills = self.border == 2 || !last;
        let continues = number + 1 < cell.len();
        if self.border != 0 {
            let is_continuation = number > 0 && number < cell.len();
            write!(out, "{}", if is_continuation { self.style.newline_left } else { " " })?;
        }
        match cell.get(number) {
            None => pad(out, if fills { self.widths[column] } else { 0 })?,
            Some(line) => {
                let space = self.widths[column] - line.width;
                if self.table.aligns[column] == Align::Right {
                    pad(out, space)?;
                    write!(out, "{}", line.text)?;
                } else {
                    write!(out, "{}", line.text)?;
                    pad(out, if fills || continues { space } else { 0 })?;
                }
            }
        }
        if continues {
            write!(out, "{}", self.style.newline_right)?;
        } else if fills {
            write!(out, " ")?;
        }
        if self.border != 0 && !last {
            write!(out, "{}", self.divider(&cells[column + 1], number))?;
        }
        Ok(())
    }

    /// The divider before `next`, which tells whether that cell goes on in this line.
    fn divider(&self, next: &[Line<'_>], number: usize) -> &'static str {
        if number >= next.len() {
            self.style.middle_blank
        } else if number > 0 {
            self.style.middle_newline
        } else {
            self.style.data.middle
        }
    }

    fn print_foot(&self, row_count: usize, settings: &PrintSettings, out: &mut dyn Write) -> io::Result<()> {
        if self.border == 2 {
            self.print_rule(&self.style.bottom, out)?;
        }
        if !settings.tuples_only {
            for footer in self.table.footers_or_count(row_count, settings).iter() {
                writeln!(out, "{footer}")?;
            }
        }
        writeln!(out)
    }
}
