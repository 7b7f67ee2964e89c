//! What is printed: titles, headers, cells, footers.

use std::borrow::Cow;

use super::rows::CellRows;
use super::settings::PrintSettings;

/// On which side the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left edge: text and all that is no number.
    Left,
    /// At the right edge, so that digits stand below each other.
    Right,
}

/// Type oids whose values stand on the right: int8, int2, int4, oid, xid, cid, float4, float8, money, numeric, xid8.
const RIGHT_ALIGNED: [u32; 11] = [20, 21, 23, 26, 28, 29, 700, 701, 790, 1700, 5069];

impl Align {
    /// Where psql puts values of a type.
    pub fn of_type(type_oid: u32) -> Self {
        if RIGHT_ALIGNED.contains(&type_oid) { Self::Right } else { Self::Left }
    }
}

/// What stands around rows: a table ready to be printed once it is told which.
#[derive(Debug, Clone, Default)]
pub struct Table<'a> {
    /// Printed above; CSV leaves it out.
    pub title: Option<String>,
    /// One for each column, left to right.
    pub headers: Vec<Cow<'a, str>>,
    /// One for each header; aligned format only, and not when expanded.
    pub aligns: Vec<Align>,
    /// Rows that are in memory, one after another, `headers.len()` cells in each.
    pub cells: Vec<Cow<'a, str>>,
    /// How many rows are in `cells`, since rows without columns have none.
    pub row_count: usize,
    /// Lines below the rows, such as the indexes in `\d`; they take the place of `(n rows)`.
    pub footers: Vec<String>,
    /// Whether `(n rows)` stands below when there are no footers.
    pub counts_rows: bool,
}

impl<'a> Table<'a> {
    /// The rows that are in memory.
    pub fn rows(&self) -> CellRows<'_> {
        CellRows::new(&self.cells, self.headers.len(), self.row_count)
    }

    /// The footers, or the row count where it takes their place.
    pub(super) fn footers_or_count(&self, row_count: usize, settings: &PrintSettings) -> Cow<'_, [String]> {
        if !self.footers.is_empty() || !self.counts_rows || !settings.footer {
            return Cow::Borrowed(&self.footers);
        }
        let plural = if row_count == 1 { "row" } else { "rows" };
        Cow::Owned(vec![format!("({row_count} {plural})")])
    }
}
