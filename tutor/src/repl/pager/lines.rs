//! The lines that were printed into the pager, in bounded memory.

use std::io;

use crate::spool::{SPOOL_MEMORY, Spool};

/// The place of every so many lines is known, that of others is found by reading on.
const STRIDE: usize = 256;

/// Lines in the order in which they came.
#[derive(Debug)]
pub(super) struct Lines {
    spool: Spool,
    places: Vec<u64>,
    count: usize,
    /// A line that has not ended.
    begun: Vec<u8>,
}

impl Lines {
    /// No lines.
    pub(super) fn new() -> Lines {
        Lines { spool: Spool::new(SPOOL_MEMORY), places: Vec::new(), count: 0, begun: Vec::new() }
    }

    /// How many have ended.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Takes more text.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut parts = bytes.split(|&byte| byte == b'\n');
        let last = parts.next_back().unwrap_or_default();
        for part in parts {
            self.begun.extend_from_slice(part);
            self.end_line()?;
        }
        self.begun.extend_from_slice(last);
        Ok(())
    }

    /// Ends the last line, if it was not.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if self.begun.is_empty() { Ok(()) } else { self.end_line() }
    }

    fn end_line(&mut self) -> io::Result<()> {
        if self.count.is_multiple_of(STRIDE) {
            self.places.push(self.spool.end());
        }
        self.spool.push(&self.begun)?;
        self.begun.clear();
        self.count += 1;
        Ok(())
    }

    /// Calls `each` with the lines from number `first` on, counted from 0, as long as it returns true.
    pub(super) fn for_each(&self, first: usize, each: &mut dyn FnMut(usize, &str) -> bool) -> io::Result<()> {
        let Some(&place) = self.places.get(first / STRIDE) else { return Ok(()) };
        let mut reader = self.spool.reader(place);
        let mut number = first / STRIDE * STRIDE;
        while let Some(record) = reader.next()? {
            if number >= first && !each(number, &String::from_utf8_lossy(record)) {
                break;
            }
            number += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_numbers() {
        let mut lines = Lines::new();
        let text: String = (0..1_000).map(|number| format!("line {number}\n")).collect();
        text.as_bytes().chunks(7).for_each(|chunk| lines.push(chunk).expect("room"));
        lines.push(b"the last").expect("room");
        assert_eq!(lines.count(), 1_000);
        lines.finish().expect("room");
        for first in [0, 255, 256, 700, 1_000] {
            let mut found = None;
            let mut each = |number: usize, line: &str| {
                found = Some((number, line.to_owned()));
                false
            };
            lines.for_each(first, &mut each).expect("readable");
            let line = if first == 1_000 { "the last".to_owned() } else { format!("line {first}") };
            assert_eq!(found, Some((first, line)));
        }
    }
}
