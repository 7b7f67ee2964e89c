//! The formats for programs: unaligned and CSV.

use std::borrow::Cow;
use std::io::{self, Write};

use super::rows::{Cell, Rows};
use super::settings::PrintSettings;
use super::table::Table;

/// Puts a separator between what is written, and an end after it.
struct Records<'a> {
    separator: &'a str,
    has_begun: bool,
}

impl Records<'_> {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.has_begun, true) { out.write_all(self.separator.as_bytes()) } else { Ok(()) }
    }

    fn end(self, out: &mut dyn Write) -> io::Result<()> {
        // After the last record stands a newline whatever divides them, except a NUL.
        let end = if self.separator == "\0" { "\0" } else { "\n" };
        if self.has_begun { out.write_all(end.as_bytes()) } else { Ok(()) }
    }
}

/// One record a line, fields divided by the separator.
pub(super) fn print(
    table: &Table<'_>,
    rows: &mut dyn Rows,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut records = Records { separator: &settings.record_separator, has_begun: false };
    if !settings.tuples_only {
        if let Some(title) = &table.title {
            records.begin(out)?;
            write!(out, "{title}")?;
        }
        records.begin(out)?;
        print_fields(&table.headers, &settings.field_separator, out)?;
    }
    rows.for_each(&mut |row| {
        records.begin(out)?;
        print_fields(row, &settings.field_separator, out)
    })?;
    if !settings.tuples_only {
        for footer in table.footers_or_count(rows.count(), settings).iter() {
            records.begin(out)?;
            write!(out, "{footer}")?;
        }
    }
    records.end(out)
}

fn print_fields(fields: &[Cell<'_>], separator: &str, out: &mut dyn Write) -> io::Result<()> {
    for (number, field) in fields.iter().enumerate() {
        if number > 0 {
            out.write_all(separator.as_bytes())?;
        }
        out.write_all(field.as_bytes())?;
    }
    Ok(())
}

/// One field a line, records divided by two separators.
pub(super) fn print_vertical(
    table: &Table<'_>,
    rows: &mut dyn Rows,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    let separator = settings.record_separator.as_str();
    let mut wants_separator = false;
    if let Some(title) = table.title.as_ref().filter(|_| !settings.tuples_only) {
        write!(out, "{title}")?;
        wants_separator = true;
    }
    rows.for_each(&mut |row| {
        if std::mem::replace(&mut wants_separator, true) {
            write!(out, "{separator}{separator}")?;
        }
        for (number, (header, cell)) in table.headers.iter().zip(row).enumerate() {
            let before = if number > 0 { separator } else { "" };
            for part in [before, header, &settings.field_separator, cell] {
                out.write_all(part.as_bytes())?;
            }
        }
        Ok(())
    })?;
    if !settings.tuples_only && !table.footers.is_empty() {
        write!(out, "{separator}")?;
        for footer in &table.footers {
            write!(out, "{separator}{footer}")?;
        }
    }
    if wants_separator { writeln!(out) } else { Ok(()) }
}

/// Comma-separated values with a header line.
pub(super) fn print_csv(
    table: &Table<'_>,
    rows: &mut dyn Rows,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !settings.tuples_only {
        print_csv_record(&table.headers, &settings.csv_separator, out)?;
    }
    rows.for_each(&mut |row| print_csv_record(row, &settings.csv_separator, out))
}

/// A line of two values for each cell: header and cell.
pub(super) fn print_csv_vertical(
    table: &Table<'_>,
    rows: &mut dyn Rows,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    rows.for_each(&mut |row| {
        let mut fields = table.headers.iter().zip(row);
        fields.try_for_each(|(header, cell)| {
            let pair = [Cow::Borrowed(header.as_ref()), Cow::Borrowed(cell.as_ref())];
            print_csv_record(&pair, &settings.csv_separator, out)
        })
    })
}

fn print_csv_record(values: &[Cell<'_>], separator: &str, out: &mut dyn Write) -> io::Result<()> {
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            out.write_all(separator.as_bytes())?;
        }
        out.write_all(csv_value(value, separator).as_bytes())?;
    }
    writeln!(out)
}

fn csv_value<'a>(value: &'a str, separator: &str) -> Cow<'a, str> {
    let needs_quotes = value.contains(separator) || value.contains(['"', '\n', '\r']) || value == "\\.";
    if needs_quotes { Cow::Owned(format!("\"{}\"", value.replace('"', "\"\""))) } else { Cow::Borrowed(value) }
}
