//! How long a table becomes, counted as psql counts for its pager.

use super::aligned;
use super::rows::Rows;
use super::settings::{Expanded, Format, PrintSettings};
use super::table::Table;
use super::width::size;

/// The size of a printed table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// psql's count of lines: headers, rows and footers, without rule, title and `(n rows)`.
    pub lines: usize,
    /// Whether lines are longer than the output is wide; aligned format only.
    pub is_too_wide: bool,
}

impl Length {
    /// Of `rows` below the headers of `table`.
    pub fn of(table: &Table<'_>, rows: &dyn Rows, settings: &PrintSettings) -> Self {
        let is_aligned = settings.format == Format::Aligned;
        let is_expanded = match settings.expanded {
            Expanded::Auto => is_aligned && aligned::is_expanded(table, rows, settings),
            expanded => expanded == Expanded::On,
        };
        let body = match (is_expanded, is_aligned) {
            (true, _) => (table.headers.len() + 1) * rows.count(),
            (false, true) => rows.count() + 1 + rows.extents().extra_lines + header_height(table) - 1,
            (false, false) => rows.count() + 1,
        };
        let footers = if settings.tuples_only { 0 } else { table.footers.len() };
        let is_too_wide = is_aligned && !is_expanded && aligned::is_too_wide(table, rows, settings);
        Self { lines: body + footers, is_too_wide }
    }
}

fn header_height(table: &Table<'_>) -> usize {
    table.headers.iter().map(|header| size(header).1).max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(cells: &[&'static str], settings: &PrintSettings) -> Length {
        let table = Table {
            headers: vec!["a".into(), "b".into()],
            cells: cells.iter().map(|&cell| cell.into()).collect(),
            row_count: cells.len() / 2,
            footers: vec!["a footer".to_owned()],
            ..Table::default()
        };
        Length::of(&table, &table.rows(), settings)
    }

    #[test]
    fn lines_are_counted_as_psql_counts() {
        let cells = ["1", "x", "2", "y\nz", "3\n3\n3", "w\nv"];
        let plain = PrintSettings { terminal_columns: Some(80), ..PrintSettings::default() };
        assert_eq!(length(&cells, &plain), Length { lines: 4 + 3 + 1, is_too_wide: false });
        let expanded = PrintSettings { expanded: Expanded::On, ..plain.clone() };
        assert_eq!(length(&cells, &expanded).lines, 9 + 1);
        let bare = PrintSettings { tuples_only: true, format: Format::Unaligned, ..plain };
        assert_eq!(length(&cells, &bare).lines, 4);
    }

    #[test]
    fn wide_tables_are_long_whatever_their_rows() {
        let narrow = PrintSettings { terminal_columns: Some(5), ..PrintSettings::default() };
        assert!(length(&["123", "456"], &narrow).is_too_wide);
        let auto = PrintSettings { expanded: Expanded::Auto, ..narrow };
        assert_eq!(length(&["123", "456"], &auto), Length { lines: 3 + 1, is_too_wide: false });
    }
}
