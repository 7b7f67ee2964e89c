//! What a worker says: messages in the queue while the command runs, the outcome in the segment when it has ended.
//!
//! A message is a kind, padding to the server's alignment, and a body, so that the tuples of a batch lie aligned in
//! the queue itself and are stored from there without another copy.

use crate::bytes::{Malformed, Reader, Writer};
use crate::report::Report;
use crate::shm::segment::maxalign;
use core::ffi::CStr;
use pgrx::pg_sys::Oid;
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
}

impl Kind {
    /// The head of a message of this kind.
    pub(crate) fn head(self) -> [u8; HEAD_SIZE] {
        let mut head = [0; HEAD_SIZE];
        head[0] = self as u8;
        head
    }
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
            Ok(Column { type_oid, typmod: input.i32()?, name: input.text()? })
        })
        .collect()
}

/// How a command ended.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// The command's tag, such as `INSERT 0 5`.
    Completed {
        tag: CString,
    },
    Failed(Report),
}

impl Outcome {
    pub(crate) fn encode_completed(tag: &CStr) -> Writer {
        let mut out = Writer::default();
        out.u8(0);
        out.text(tag);
        out
    }

    pub(crate) fn encode_failed(report: &Report) -> Writer {
        let mut out = Writer::default();
        out.u8(1);
        report.write(&mut out);
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut input = Reader::new(bytes);
        match input.u8()? {
            0 => input.text().map(|tag| Outcome::Completed { tag }),
            1 => Report::read(&mut input).map(Outcome::Failed),
            _ => Err(Malformed),
        }
    }
}
