//! Printing tables as psql does: a [`Table`], its [`Rows`] and [`PrintSettings`] in, text out.

mod aligned;
mod length;
mod pset;
mod rows;
mod settings;
mod style;
mod table;
mod unaligned;
mod vertical;
pub(crate) mod width;
mod width_tables;

pub use length::Length;
pub use rows::{Cell, CellRows, Extents, Rows};
pub use settings::{Expanded, Format, LineStyleName, PrintSettings};
pub use table::{Align, Table};

use std::io::{self, Write};

/// Bytes that are written at once.
const WRITE_SIZE: usize = 64 * 1024;

/// Prints a table that is in memory.
pub fn print_table(table: &Table<'_>, settings: &PrintSettings, out: &mut dyn Write) -> io::Result<()> {
    print_rows(table, &mut table.rows(), settings, out)
}

/// Prints `rows` below the headers of `table`, in the format that the settings ask for.
pub fn print_rows(
    table: &Table<'_>,
    rows: &mut dyn Rows,
    settings: &PrintSettings,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(WRITE_SIZE, out);
    let is_expanded = settings.expanded == Expanded::On;
    let printed = match settings.format {
        Format::Unaligned if is_expanded => unaligned::print_vertical(table, rows, settings, &mut out),
        Format::Unaligned => unaligned::print(table, rows, settings, &mut out),
        Format::Csv if is_expanded => unaligned::print_csv_vertical(table, rows, settings, &mut out),
        Format::Csv => unaligned::print_csv(table, rows, settings, &mut out),
        Format::Aligned if aligned::is_expanded(table, rows, settings) => {
            vertical::print(table, rows, settings, &mut out)
        }
        Format::Aligned => aligned::print(table, rows, settings, &mut out),
    };
    // Of a table that was interrupted, what is printed stays.
    out.flush().and(printed)
}
