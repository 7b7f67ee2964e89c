//! What leader and worker say to each other.
//!
//! The worker puts messages into the queue of results while a command runs, and the outcome into the segment when it has
//! ended. The leader of a persistent worker puts commands into the other queue.
//!
//! A message of results is a kind, padding to the server's alignment, and a body, so that the tuples of a batch lie aligned in
//! the queue itself and are stored from there without another copy.

use crate::bytes::{Malformed, Reader, Writer};
use crate::report::Report;
use crate::shm::segment::maxalign;
use core::ffi::CStr;
use pgrx::pg_sys::{MinimalTuple, Oid, TimestampTz};
use std::ffi::CString;

/// Bytes before the body of a message.
pub(crate) const HEAD_SIZE: usize = maxalign(1);

/// The first byte of a message.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Kind {
    Description = b'T',
    Rows = b'D',
    Notice = b'N',
    Error = b'E',
    /// A persistent worker's last message about a command: the outcome is in the segment.
    End = b'Z',
}

impl Kind {
    /// The head of a message of this kind.
    pub(crate) fn head(self) -> [u8; HEAD_SIZE] {
        let mut head = [0; HEAD_SIZE];
        head[0] = self as u8;
        head
    }
}

/// Whether a message says that there will be no more about its command.
pub(crate) fn is_end(message: &[u8]) -> bool {
    message.first() == Some(&(Kind::End as u8))
}

/// A message, taken apart.
pub(crate) enum Message<'a> {
    /// The columns of the rows that follow.
    Description(Vec<Column>),
    /// Minimal tuples, each at the server's alignment.
    Rows(&'a [u8]),
    /// To be reported and forgotten.
    Notice(Report),
    /// The whole of an error report that the outcome has only in short.
    Error(Report),
}

impl<'a> Message<'a> {
    pub(crate) fn decode(message: &'a [u8]) -> Result<Self, Malformed> {
        let (head, body) = message.split_at_checked(HEAD_SIZE).ok_or(Malformed)?;
        let mut input = Reader::new(body);
        match head[0] {
            b'T' => decode_columns(&mut input).map(Message::Description),
            b'D' => Ok(Message::Rows(body)),
            b'N' => Report::read(&mut input).map(Message::Notice),
            b'E' => Report::read(&mut input).map(Message::Error),
            // `End` is for the inbox, which does not pass it on.
            _ => Err(Malformed),
        }
    }
}

/// A column of a result.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: CString,
    pub(crate) type_oid: Oid,
    /// -1 if the type has no modifier.
    pub(crate) typmod: i32,
}

pub(crate) fn encode_columns(columns: &[Column]) -> Writer {
    let mut out = Writer::default();
    out.u32(columns.len() as u32);
    for column in columns {
        out.u32(column.type_oid.to_u32());
        out.i32(column.typmod);
        out.text(&column.name);
    }
    out
}

fn decode_columns(input: &mut Reader<'_>) -> Result<Vec<Column>, Malformed> {
    let count = input.u32()?;
    (0..count)
        .map(|_| {
            let type_oid = Oid::from_u32(input.u32()?);
            Ok(Column { type_oid, typmod: input.i32()?, name: input.text()?.to_owned() })
        })
        .collect()
}

/// Minimal tuples on their way: each padded to the server's alignment, so that they can be used where they lie.
pub(crate) struct Batch {
    bytes: Vec<u8>,
    rows: u64,
}

impl Batch {
    /// Bytes of a batch, at most.
    pub(crate) const SIZE: usize = 16 * 1024;

    /// An empty batch with room for `size` bytes.
    pub(crate) fn new(size: usize) -> Self {
        Batch { bytes: Vec::with_capacity(size), rows: 0 }
    }

    /// Append a tuple if there is room for it. Neither allocates nor panics.
    pub(crate) fn append(&mut self, tuple: &[u8]) -> bool {
        let padded = maxalign(tuple.len());
        let used = self.bytes.len();
        if padded > self.bytes.capacity() - used {
            return false;
        }
        let spare = self.bytes.spare_capacity_mut().as_mut_ptr();
        // SAFETY: there is room for `padded` bytes, and the tuple is not part of the batch.
        unsafe { core::ptr::copy_nonoverlapping(tuple.as_ptr(), spare.cast(), tuple.len()) };
        // SAFETY: the padding follows the tuple and lies within the room as well.
        let padding = unsafe { spare.add(tuple.len()) };
        // SAFETY: there is room for `padded` bytes.
        unsafe { padding.write_bytes(0, padded - tuple.len()) };
        // SAFETY: these bytes were written just now.
        unsafe { self.bytes.set_len(used + padded) };
        self.rows += 1;
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.rows = 0;
    }
}

/// # Safety
///
/// `tuple` is a whole tuple that lives as long as the result is used.
pub(crate) unsafe fn tuple_bytes<'a>(tuple: MinimalTuple) -> &'a [u8] {
    // SAFETY: a minimal tuple begins with its length.
    let len = unsafe { (*tuple).t_len };
    // SAFETY: the length is that of the whole tuple, and the caller vouches for its life.
    unsafe { core::slice::from_raw_parts(tuple.cast(), len as usize) }
}

/// The last that there is to know about a command.
#[derive(Clone)]
pub(crate) struct Ending {
    /// When it ended, as the server counts time.
    pub(crate) at: TimestampTz,
    pub(crate) outcome: Outcome,
}

/// How a command ended.
#[derive(Clone)]
pub(crate) enum Outcome {
    Completed {
        /// The command's tag, such as `INSERT 0 5`.
        tag: CString,
        /// How many rows it has processed, if it is a command that counts them.
        rows: Option<u64>,
    },
    Failed(Report),
}

impl Ending {
    pub(crate) fn completed(at: TimestampTz, tag: &CStr, rows: Option<u64>) -> Writer {
        let mut out = Writer::default();
        out.i64(at);
        out.u8(0);
        out.text(tag);
        out.u8(u8::from(rows.is_some()));
        out.i64(rows.unwrap_or_default() as i64);
        out
    }

    pub(crate) fn failed(at: TimestampTz, report: &Report) -> Writer {
        let mut out = Writer::default();
        out.i64(at);
        out.u8(1);
        report.write(&mut out);
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut input = Reader::new(bytes);
        let at = input.i64()?;
        let outcome = match input.u8()? {
            0 => {
                let tag = input.text()?.to_owned();
                let (counts, rows) = (input.u8()? != 0, input.i64()? as u64);
                Outcome::Completed { tag, rows: counts.then_some(rows) }
            }
            1 => Outcome::Failed(Report::read(&mut input)?),
            _ => return Err(Malformed),
        };
        Ok(Ending { at, outcome })
    }
}

/// What a persistent worker is to do next: a head, and the SQL with its NUL.
pub(crate) struct Command {
    pub(crate) sql: CString,
    /// Whether the transaction that hands it over is read-only: the command must not write then.
    pub(crate) read_only: bool,
}

/// What comes before the SQL of a command.
pub(crate) fn command_head(read_only: bool) -> [u8; 1] {
    [u8::from(read_only)]
}

impl Command {
    pub(crate) fn decode(message: &[u8]) -> Result<Self, Malformed> {
        let mut input = Reader::new(message);
        Ok(Command { read_only: input.u8()? != 0, sql: input.text()?.to_owned() })
    }
}
