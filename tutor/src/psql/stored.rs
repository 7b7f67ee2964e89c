//! The rows of a result, kept in bounded memory while they arrive and read when they are printed.

use std::borrow::Cow;
use std::io;

use super::confined::ResultRoom;
use super::print::width::{bytes_size, size};
use super::print::{Cell, Extents, Rows};
use crate::spool::Spool;
use crate::wire::Row;

/// The rows of one result.
#[derive(Debug)]
pub(super) struct StoredRows {
    spool: Spool,
    columns: usize,
    count: usize,
    extents: Extents,
    /// What stands for NULL, and its size.
    null: String,
    null_size: (usize, usize),
}

impl StoredRows {
    /// No rows yet, of so many columns; `null` is printed for NULL.
    pub(super) fn new(columns: usize, null: &str, room: ResultRoom) -> Self {
        Self {
            spool: Spool::new(room.memory).with_most(room.total),
            columns,
            count: 0,
            extents: Extents::new(columns),
            null: null.to_owned(),
            null_size: size(null),
        }
    }

    /// Takes the next row. An error is that of the temporary file, or says that there is no more room.
    pub(super) fn push(&mut self, row: &Row) -> io::Result<()> {
        let null = self.null_size;
        self.extents.take_row(row.values().map(|value| value.map_or(null, bytes_size)));
        self.count += 1;
        self.spool.push(row.bytes())
    }

    /// Calls `each` with one row after another as long as it returns true.
    pub(super) fn for_each_row(&self, each: &mut dyn FnMut(&Row) -> bool) -> io::Result<()> {
        let mut reader = self.spool.reader(0);
        while let Some(record) = reader.next()? {
            if !each(&Row::copied_from(record)) {
                break;
            }
        }
        Ok(())
    }

    /// The first row.
    pub(super) fn first(&self) -> io::Result<Option<Row>> {
        Ok(self.spool.reader(0).next()?.map(Row::copied_from))
    }
}

impl Rows for StoredRows {
    fn count(&self) -> usize {
        self.count
    }

    fn extents(&self) -> &Extents {
        &self.extents
    }

    fn for_each(&mut self, each: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>) -> io::Result<()> {
        if self.columns == 0 {
            return Ok(());
        }
        let mut reader = self.spool.reader(0);
        let mut room = Vec::with_capacity(self.columns);
        while let Some(record) = reader.next()? {
            let mut cells = emptied(room);
            cells.extend(Row::values_in(record).take(self.columns).map(|value| match value {
                Some(value) => text_in(value),
                None => Cow::Borrowed(self.null.as_str()),
            }));
            each(&cells)?;
            room = emptied(cells);
        }
        Ok(())
    }
}

/// A value's text. Nearly all are UTF-8, which is proved faster than it is mended.
fn text_in(value: &[u8]) -> Cell<'_> {
    std::str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed)
}

/// The same vector without its cells, for those of another row: collecting in place keeps the allocation.
fn emptied<'b>(mut cells: Vec<Cell<'_>>) -> Vec<Cell<'b>> {
    cells.clear();
    cells.into_iter().map(|_| Cow::Borrowed("")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[Option<&str>]) -> Row {
        let mut data = Vec::new();
        for value in values {
            let length = value.map_or(-1, |value| i32::try_from(value.len()).expect("short"));
            data.extend(length.to_be_bytes());
            data.extend(value.unwrap_or_default().as_bytes());
        }
        Row::copied_from(&data)
    }

    #[test]
    fn rows_beyond_the_bound_are_read_again() {
        let mut rows = StoredRows::new(2, "(null)", ResultRoom { memory: 100, total: u64::MAX });
        for number in 0..1_000 {
            rows.push(&row(&[Some(&number.to_string()), None])).expect("room");
        }
        for _ in 0..2 {
            let mut texts = Vec::new();
            let mut each = |cells: &[Cell<'_>]| {
                texts.push(cells.join("|"));
                Ok(())
            };
            rows.for_each(&mut each).expect("readable");
            assert_eq!(texts.len(), 1_000);
            assert_eq!(texts[999], "999|(null)");
        }
        assert_eq!(rows.first().expect("readable").map(|row| row.values().count()), Some(2));
    }

    #[test]
    fn sizes_are_gathered_on_arrival() {
        let mut rows = StoredRows::new(2, "-", ResultRoom { memory: 100, total: u64::MAX });
        rows.push(&row(&[Some("中文"), None])).expect("room");
        rows.push(&row(&[Some("a\nbcdef\n"), Some("x\ny")])).expect("room");
        let expected = Extents { widths: vec![5, 1], height: 3, extra_lines: 2 };
        assert_eq!(rows.extents(), &expected);
    }
}
