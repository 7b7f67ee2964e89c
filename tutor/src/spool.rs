//! Records that are written once and read often, with a bound on the memory they take.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

/// Bytes of records that stay in memory; beyond them all go to a temporary file.
pub(crate) const SPOOL_MEMORY: usize = 16 * 1024 * 1024;
/// Bytes written to the file, and read from it, at once.
const PIECE: usize = 256 * 1024;
/// A record's length stands before it.
const HEAD: usize = size_of::<u32>();

/// Records in the order in which they came. The file has no name, so nothing is left of it whatever happens.
#[derive(Debug)]
pub(crate) struct Spool {
    /// Records behind those in the file.
    memory: Vec<u8>,
    /// Bytes of `memory` from which on it goes to the file.
    bound: usize,
    /// Bytes that memory and file hold together at most.
    most: u64,
    file: Option<File>,
    /// Bytes in the file: whole records only.
    in_file: u64,
}

impl Spool {
    /// Without records; keeps up to `bound` bytes in memory.
    pub(crate) fn new(bound: usize) -> Self {
        Self { memory: Vec::new(), bound, most: u64::MAX, file: None, in_file: 0 }
    }

    /// The same, which takes no more than `most` bytes of records.
    pub(crate) fn with_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Where the next record will begin.
    pub(crate) fn end(&self) -> u64 {
        self.in_file + self.memory.len() as u64
    }

    /// Appends a record of up to 4 GB. The error is the file's: that it cannot be made, or has no room; or it is
    /// [`FileTooLarge`](io::ErrorKind::FileTooLarge), because there would be more than the spool takes.
    pub(crate) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let length = u32::try_from(record.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        if self.end() + (HEAD + record.len()) as u64 > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.memory.extend_from_slice(&length.to_ne_bytes());
        self.memory.extend_from_slice(record);
        if self.memory.len() > self.bound { self.write_out() } else { Ok(()) }
    }

    /// Reads records, beginning with the one at `at`: 0, or what [`Spool::end`] was when it was pushed.
    pub(crate) fn reader(&self, at: u64) -> Reader<'_> {
        Reader { spool: self, at, buffer: Vec::new(), begin: 0 }
    }

    fn write_out(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.memory)?;
        self.in_file += self.memory.len() as u64;
        // From now on every record reaches the file sooner or later, so a small buffer does as well as a large one.
        self.bound = self.bound.min(PIECE);
        self.memory.clear();
        self.memory.shrink_to(self.bound * 2);
        Ok(())
    }
}

/// Reads the records of a [`Spool`] one after another.
pub(crate) struct Reader<'a> {
    spool: &'a Spool,
    /// Place of the next record.
    at: u64,
    /// A part of the file; from `begin` on it has not been returned.
    buffer: Vec<u8>,
    begin: usize,
}

impl Reader<'_> {
    /// The next record; `None` after the last.
    pub(crate) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        match self.at.checked_sub(self.spool.in_file) {
            Some(at) => Ok(self.next_in_memory(usize::try_from(at).unwrap_or(usize::MAX))),
            None => self.next_in_file().map(Some),
        }
    }

    fn next_in_memory(&mut self, at: usize) -> Option<&[u8]> {
        let (head, rest) = self.spool.memory.get(at..)?.split_first_chunk::<HEAD>()?;
        let length = u32::from_ne_bytes(*head) as usize;
        self.at += (HEAD + length) as u64;
        rest.get(..length)
    }

    fn next_in_file(&mut self) -> io::Result<&[u8]> {
        self.fill(HEAD)?;
        let head = self.buffer[self.begin..].first_chunk::<HEAD>().copied().unwrap_or_default();
        let length = u32::from_ne_bytes(head) as usize;
        self.fill(HEAD + length)?;
        let record = self.begin + HEAD..self.begin + HEAD + length;
        self.begin = record.end;
        self.at += (HEAD + length) as u64;
        self.buffer.get(record).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Makes sure that `count` bytes stand in the buffer from `begin` on.
    fn fill(&mut self, count: usize) -> io::Result<()> {
        let ready = self.buffer.len() - self.begin;
        let Some(file) = self.spool.file.as_ref().filter(|_| ready < count) else { return Ok(()) };
        self.buffer.drain(..self.begin);
        self.begin = 0;
        let from = self.at + ready as u64;
        let left = usize::try_from(self.spool.in_file - from).unwrap_or(usize::MAX);
        let wanted = count.max(PIECE).min(ready + left);
        self.buffer.resize(wanted, 0);
        file.read_exact_at(&mut self.buffer[ready..], from)?;
        if wanted < count { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(spool: &Spool, at: u64) -> Vec<Vec<u8>> {
        let mut reader = spool.reader(at);
        std::iter::from_fn(|| reader.next().expect("readable").map(<[u8]>::to_vec)).collect()
    }

    #[test]
    fn what_goes_in_comes_out_with_and_without_a_file() {
        let all: Vec<Vec<u8>> = (0..5_000_usize).map(|number| vec![number as u8; number % 700]).collect();
        for bound in [0, 1, 1_000, SPOOL_MEMORY] {
            let mut spool = Spool::new(bound);
            all.iter().for_each(|record| spool.push(record).expect("room"));
            assert_eq!(spool.file.is_some(), bound < SPOOL_MEMORY);
            assert!(records(&spool, 0) == all, "bound {bound}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut spool = Spool::new(10_000);
        for _ in 0..10_000 {
            spool.push(&[7; 100]).expect("room");
            assert!(spool.memory.capacity() <= 20_000 + 1_000, "{}", spool.memory.capacity());
        }
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let mut spool = Spool::new(10).with_most(1_000);
        let taken = (0..100).take_while(|_| spool.push(&[7; 96]).is_ok()).count();
        assert_eq!((taken, records(&spool, 0).len()), (10, 10));
    }

    #[test]
    fn reading_begins_at_any_record() {
        let mut spool = Spool::new(100);
        let places: Vec<u64> = (0..100_u8)
            .map(|number| {
                let place = spool.end();
                spool.push(&[number; 9]).expect("room");
                place
            })
            .collect();
        assert_eq!(records(&spool, places[42])[0], [42; 9]);
        assert_eq!(records(&spool, places[99]), [[99; 9]]);
        assert!(records(&spool, spool.end()).is_empty());
    }

    #[test]
    fn a_record_larger_than_a_piece() {
        let mut spool = Spool::new(10);
        spool.push(b"small").expect("room");
        spool.push(&vec![1; 3 * PIECE]).expect("room");
        spool.push(b"last").expect("room");
        let lengths: Vec<usize> = records(&spool, 0).iter().map(Vec::len).collect();
        assert_eq!(lengths, [5, 3 * PIECE, 4]);
    }
}
