//! What the server can say in the course of a query.

use bytes::Bytes;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{ErrorFields, RowDescriptionBody};

/// One thing the server said, in the order it said it.
#[derive(Debug, Clone)]
pub enum Event {
    /// A result with rows begins.
    Columns(Vec<Column>),
    /// The next row of that result.
    Row(Row),
    /// A statement ended with this command tag.
    Complete(String),
    /// The statement was empty.
    Empty,
    /// NoticeResponse: a warning or a remark, after which the query goes on.
    Notice(ServerMessage),
    /// ErrorResponse: the rest of the query string is skipped up to [`Event::Ready`].
    Error(ServerMessage),
    /// NotificationResponse: somebody notified a channel that this session listens on.
    Notification(Notification),
    /// The server waits for COPY data from us.
    CopyIn(CopyFormat),
    /// The server is about to send COPY data.
    CopyOut,
    /// One row of COPY TO STDOUT in COPY's format, newline included in text and CSV.
    CopyData(Bytes),
    /// The COPY data are all here; [`Event::Complete`] follows.
    CopyDone,
    /// The query string is finished; nothing follows until the next one.
    Ready(TransactionStatus),
}

/// How COPY data are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyFormat {
    /// Text and CSV: lines, which a line of `\\.` may end.
    Lines,
    /// PostgreSQL's binary form, which has its own end.
    Binary,
}

impl CopyFormat {
    /// From the byte that stands for it in CopyInResponse.
    pub(super) fn from_byte(format: u8) -> Self {
        if format == 0 { Self::Lines } else { Self::Binary }
    }
}

/// Where the session stands, as the server reports it after each query string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// Outside a transaction block (`I` in ReadyForQuery).
    Idle,
    /// In a transaction block that can go on (`T`).
    InTransaction,
    /// In a transaction block where an error happened: statements are refused until it ends (`E`).
    Failed,
}

impl TransactionStatus {
    pub(super) fn from_byte(status: u8) -> Self {
        match status {
            b'T' => Self::InTransaction,
            b'E' => Self::Failed,
            _ => Self::Idle,
        }
    }
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the query names it, which need not be unique.
    pub name: String,
    /// Oid of its type in `pg_type`.
    pub type_oid: u32,
    /// What narrows the type, such as the length of a varchar (`pg_attribute.atttypmod`); -1 for nothing.
    pub type_modifier: i32,
    /// Oid of the table it comes from, 0 if from none.
    pub table_oid: u32,
}

/// NOTIFY as it reached this session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Name given to LISTEN and NOTIFY.
    pub channel: String,
    /// Text sent along, empty where there was none.
    pub payload: String,
    /// Process id of the notifying backend.
    pub pid: i32,
}

/// A row as it came: its values are found when asked for, so that a large result costs no allocation per value.
#[derive(Debug, Clone)]
pub struct Row {
    data: Bytes,
}

impl Row {
    /// `data` is the body of a DataRow message behind its column count.
    pub(super) fn new(data: Bytes) -> Self {
        Self { data }
    }

    /// A row from its bytes, as [`Row::bytes`] gave them.
    pub(crate) fn copied_from(bytes: &[u8]) -> Self {
        Self { data: Bytes::copy_from_slice(bytes) }
    }

    /// The values in text form, left to right; `None` is NULL.
    pub fn values(&self) -> Values<'_> {
        Self::values_in(&self.data)
    }

    /// The values in a row's bytes.
    pub(crate) fn values_in(bytes: &[u8]) -> Values<'_> {
        Values { rest: bytes }
    }

    /// The row as it came, values with their lengths.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// Size of the row in bytes, as it came.
    pub fn size(&self) -> usize {
        self.data.len()
    }
}

/// Iterator over the values of a [`Row`].
#[derive(Debug, Clone)]
pub struct Values<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Values<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.rest.split_first_chunk::<4>()?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.rest = rest;
            return Some(None);
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Some(value))
    }
}

/// An error or a notice with all its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerMessage {
    /// As the server words it: `ERROR`, `FATAL`, `NOTICE`, ..
    pub severity: String,
    /// Five characters of the manual's appendix "PostgreSQL Error Codes".
    pub sqlstate: String,
    /// The primary text, usually one line.
    pub message: String,
    /// Further facts of this case, perhaps in several lines.
    pub detail: Option<String>,
    /// Advice on what to do, which may not fit.
    pub hint: Option<String>,
    /// Position in the query string, in characters, from 1.
    pub position: Option<usize>,
    /// Position in `internal_query`, in characters, from 1.
    pub internal_position: Option<usize>,
    /// Text of a failed statement that the session did not send, such as one within a PL/pgSQL function.
    pub internal_query: Option<String>,
    /// Where it happened: the calls, innermost first, an entry a line.
    pub context: Option<String>,
    /// Schema of the object concerned.
    pub schema: Option<String>,
    /// Table concerned; its schema is in `schema`.
    pub table: Option<String>,
    /// Column concerned; its table is in `table`.
    pub column: Option<String>,
    /// Data type concerned; its schema is in `schema`.
    pub data_type: Option<String>,
    /// Constraint concerned, indexes included; its table or domain is in the fields above.
    pub constraint: Option<String>,
    /// Source file of the server.
    pub file: Option<String>,
    /// Line in `file`.
    pub line: Option<String>,
    /// Function of the server.
    pub routine: Option<String>,
}

impl ServerMessage {
    /// The bytes of its longest texts together.
    pub fn size(&self) -> usize {
        let parts = [&self.detail, &self.hint, &self.context, &self.internal_query];
        self.message.len() + parts.into_iter().flatten().map(String::len).sum::<usize>()
    }

    pub(super) fn from_fields(mut fields: ErrorFields<'_>) -> Self {
        let mut message = Self::default();
        while let Ok(Some(field)) = fields.next() {
            message.set(field.type_(), String::from_utf8_lossy(field.value_bytes()).into_owned());
        }
        message
    }

    /// The letters are those of the protocol's "Error and Notice Message Fields".
    fn set(&mut self, field: u8, value: String) {
        match field {
            b'S' => self.severity = value,
            b'C' => self.sqlstate = value,
            b'M' => self.message = value,
            b'D' => self.detail = Some(value),
            b'H' => self.hint = Some(value),
            b'P' => self.position = value.parse().ok(),
            b'p' => self.internal_position = value.parse().ok(),
            b'q' => self.internal_query = Some(value),
            b'W' => self.context = Some(value),
            b's' => self.schema = Some(value),
            b't' => self.table = Some(value),
            b'c' => self.column = Some(value),
            b'd' => self.data_type = Some(value),
            b'n' => self.constraint = Some(value),
            b'F' => self.file = Some(value),
            b'L' => self.line = Some(value),
            b'R' => self.routine = Some(value),
            _ => {}
        }
    }
}

pub(super) fn columns(description: &RowDescriptionBody) -> std::io::Result<Vec<Column>> {
    let column = |field: postgres_protocol::message::backend::Field<'_>| {
        Ok(Column {
            name: field.name().to_owned(),
            type_oid: field.type_oid(),
            type_modifier: field.type_modifier(),
            table_oid: field.table_oid(),
        })
    };
    description.fields().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_row() {
        let row = Row::new(Bytes::from_static(b"\0\0\0\x02ab\xff\xff\xff\xff\0\0\0\0"));
        assert_eq!(row.values().collect::<Vec<_>>(), [Some(&b"ab"[..]), None, Some(&b""[..])]);
    }

    #[test]
    fn a_short_row_ends_early() {
        let row = Row::new(Bytes::from_static(b"\0\0\0\x09ab"));
        assert_eq!(row.values().count(), 0);
    }
}
