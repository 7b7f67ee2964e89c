//! The rows of a table, read from the first to the last as often as needed, and how much room they take.

use std::borrow::Cow;
use std::io;

use super::width::size;

/// The text of one cell.
pub type Cell<'a> = Cow<'a, str>;

/// Rows that need not all be in memory.
pub trait Rows {
    /// How many there are.
    fn count(&self) -> usize;

    /// How much room they take.
    fn extents(&self) -> &Extents;

    /// Calls `each` with the cells of one row after another until it fails. Rows without cells are left out.
    fn for_each(&mut self, each: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>) -> io::Result<()>;
}

/// How much room cells take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extents {
    /// For each column the width of its widest line.
    pub widths: Vec<usize>,
    /// Lines of the tallest cell.
    pub height: usize,
    /// Lines of all rows beyond one for each.
    pub extra_lines: usize,
}

impl Extents {
    /// Of no rows.
    pub fn new(columns: usize) -> Self {
        Self { widths: vec![0; columns], height: 1, extra_lines: 0 }
    }

    /// Takes the sizes of a row's cells, each its width and its lines.
    pub fn take_row(&mut self, sizes: impl Iterator<Item = (usize, usize)>) {
        let mut tallest = 1;
        for (widest, (width, height)) in self.widths.iter_mut().zip(sizes) {
            *widest = (*widest).max(width);
            tallest = tallest.max(height);
        }
        self.height = self.height.max(tallest);
        self.extra_lines += tallest - 1;
    }

    /// Width of the widest cell.
    pub(super) fn widest(&self) -> usize {
        self.widths.iter().copied().max().unwrap_or(0)
    }
}

/// Rows of cells that are in memory.
#[derive(Debug)]
pub struct CellRows<'a> {
    cells: &'a [Cell<'a>],
    columns: usize,
    count: usize,
    extents: Extents,
}

impl<'a> CellRows<'a> {
    /// `count` rows of `columns` cells each.
    pub fn new(cells: &'a [Cell<'a>], columns: usize, count: usize) -> Self {
        let mut extents = Extents::new(columns);
        for row in cells.chunks(columns.max(1)) {
            extents.take_row(row.iter().map(|cell| size(cell)));
        }
        Self { cells, columns, count, extents }
    }
}

impl Rows for CellRows<'_> {
    fn count(&self) -> usize {
        self.count
    }

    fn extents(&self) -> &Extents {
        &self.extents
    }

    fn for_each(&mut self, each: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>) -> io::Result<()> {
        self.cells.chunks(self.columns.max(1)).try_for_each(each)
    }
}
