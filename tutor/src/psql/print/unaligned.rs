//! The formats for programs: unaligned and CSV.

use std::borrow::Cow;
use std::io::{self, Write};

use super::settings::PrintSettings;
use super::table::Table;

/// One record a line, fields divided by the separator.
pub(super) fn print(table: &Table<'_>, settings: &PrintSettings, out: &mut dyn Write) -> io::Result<()> {
    let mut records = Vec::with_capacity(table.row_count + 2);
    if !settings.tuples_only {
        records.extend(table.title.clone());
        records.push(table.headers.join(&settings.field_separator));
    }
    for row in table.rows() {
        records.push(row.join(&settings.field_separator));
    }
    if !settings.tuples_only {
        records.extend(table.footers_or_count(settings).iter().cloned());
    }
    if records.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", records.join(&settings.record_separator))
}

/// One field a line, records divided by two separators.
pub(super) fn print_vertical(table: &Table<'_>, settings: &PrintSettings, out: &mut dyn Write) -> io::Result<()> {
    let separator = settings.record_separator.as_str();
    let mut wants_separator = false;
    if let Some(title) = table.title.as_ref().filter(|_| !settings.tuples_only) {
        write!(out, "{title}")?;
        wants_separator = true;
    }
    for row in table.rows() {
        if wants_separator {
            write!(out, "{separator}{separator}")?;
        }
        for (number, (header, cell)) in table.headers.iter().zip(row).enumerate() {
            let before = if number > 0 { separator } else { "" };
            write!(out, "{before}{header}{}{cell}", settings.field_separator)?;
        }
        wants_separator = true;
    }
    if !settings.tuples_only && !table.footers.is_empty() {
        write!(out, "{separator}")?;
        for footer in &table.footers {
            write!(out, "{separator}{footer}")?;
        }
    }
    if wants_separator { writeln!(out) } else { Ok(()) }
}

/// Comma-separated values with a header line.
pub(super) fn print_csv(table: &Table<'_>, settings: &PrintSettings, out: &mut dyn Write) -> io::Result<()> {
    if !settings.tuples_only {
        print_csv_record(&table.headers, &settings.csv_separator, out)?;
    }
    table.rows().try_for_each(|row| print_csv_record(row, &settings.csv_separator, out))
}

/// A line of two values for each cell: header and cell.
pub(super) fn print_csv_vertical(table: &Table<'_>, settings: &PrintSettings, out: &mut dyn Write) -> io::Result<()> {
    for row in table.rows() {
        for (header, cell) in table.headers.iter().zip(row) {
            print_csv_record(&[header.clone(), cell.clone()], &settings.csv_separator, out)?;
        }
    }
    Ok(())
}

fn print_csv_record(values: &[Cow<'_, str>], separator: &str, out: &mut dyn Write) -> io::Result<()> {
    let quoted: Vec<Cow<'_, str>> = values.iter().map(|value| csv_value(value, separator)).collect();
    writeln!(out, "{}", quoted.join(separator))
}

fn csv_value<'a>(value: &'a str, separator: &str) -> Cow<'a, str> {
    let needs_quotes = value.contains(separator) || value.contains(['"', '\n', '\r']) || value == "\\.";
    if needs_quotes { Cow::Owned(format!("\"{}\"", value.replace('"', "\"\""))) } else { Cow::Borrowed(value) }
}
