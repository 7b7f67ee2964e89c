//! Printing tables as psql does: a [`Table`] and [`PrintSettings`] in, text out.

mod aligned;
mod pset;
mod settings;
mod style;
mod table;
mod unaligned;
mod vertical;
pub(crate) mod width;
mod width_tables;

pub use settings::{Expanded, Format, LineStyleName, PrintSettings};
pub use table::{Align, Table};

use std::io::{self, Write};

/// Prints a table in the format that the settings ask for.
pub fn print_table(table: &Table<'_>, settings: &PrintSettings, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(64 * 1024, out);
    match settings.format {
        Format::Unaligned if settings.expanded == Expanded::On => unaligned::print_vertical(table, settings, &mut out),
        Format::Unaligned => unaligned::print(table, settings, &mut out),
        Format::Csv if settings.expanded == Expanded::On => unaligned::print_csv_vertical(table, settings, &mut out),
        Format::Csv => unaligned::print_csv(table, settings, &mut out),
        Format::Aligned if settings.expanded == Expanded::On => vertical::print(table, settings, &mut out),
        Format::Aligned => aligned::print(table, settings, &mut out),
    }?;
    out.flush()
}
