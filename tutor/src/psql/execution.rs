//! What running a query string brings, and what is kept of it.

use std::io;
use std::time::{Duration, Instant};

use super::confined::ResultRoom;
use super::print::{PrintSettings, Rows};
use super::stored::StoredRows;
use crate::wire::{Column, Row, ServerMessage, TransactionStatus};

/// Rows that an [`Execution`] keeps of all its results together.
pub const KEPT_ROWS: usize = 10_000;
/// Bytes that an [`Execution`] keeps of all its results together.
pub const KEPT_BYTES: usize = 8 * 1024 * 1024;
/// Notices that an [`Execution`] keeps, as far as [`KEPT_BYTES`] go.
pub const KEPT_NOTICES: usize = 1_000;
/// Results that an [`Execution`] keeps.
pub(super) const KEPT_RESULTS: usize = 10_000;
/// Bytes that a statement found by `\gexec` takes besides its text.
const FOUND_STATEMENT_SIZE: usize = 256;

/// What a query string brought.
#[derive(Debug, Clone)]
pub struct Execution {
    /// The query string, variables replaced.
    pub sql: String,
    /// One for each statement that ended well, rows or not, within [`KEPT_ROWS`] and [`KEPT_BYTES`].
    pub results: Vec<ResultSet>,
    /// False when the result was not printed, because `\gset` took it.
    pub shown: bool,
    /// In the order of arrival, the first [`KEPT_NOTICES`] of them.
    pub notices: Vec<ServerMessage>,
    /// The server's error, at which the rest of the query string was skipped.
    pub error: Option<ServerMessage>,
    /// Whether it counts as failed: by an error of the server or because its result could not be used.
    pub has_failed: bool,
    /// Whether rows or notices beyond the bounds were left out here (they were printed).
    pub truncated: bool,
    /// How the session stood afterwards.
    pub transaction: TransactionStatus,
    /// From sending to the end of the answer, as `\timing` shows it; zero if nothing was sent.
    pub elapsed: Duration,
}

impl Execution {
    /// Of `sql`, which has not brought anything yet.
    pub(crate) fn new(sql: &str, transaction: TransactionStatus) -> Self {
        Execution {
            sql: sql.to_owned(),
            results: Vec::new(),
            shown: true,
            notices: Vec::new(),
            error: None,
            has_failed: false,
            truncated: false,
            transaction,
            elapsed: Duration::ZERO,
        }
    }

    /// Forgets what it brought, but for its error.
    pub(super) fn forget(&mut self) {
        self.truncated |= !self.results.is_empty() || !self.notices.is_empty();
        (self.results, self.notices) = Default::default();
    }
}

/// One result of an [`Execution`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultSet {
    /// Empty for a statement that returns no rows.
    pub columns: Vec<Column>,
    /// Row after row the values in text form, as many as `columns`; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Command tag, such as `INSERT 0 1`; empty for an empty statement.
    pub tag: String,
}

/// What happens with the last result with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take<'a> {
    Print,
    /// `\gset` with its prefix.
    Set(&'a str),
    /// `\gexec`: its values are kept for running.
    Execute,
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) execution: Execution,
    pub(super) is_lost: bool,
    /// How many times data of COPY were read from the input.
    pub(super) copies_read: usize,
    /// The statements that `\gexec` found.
    pub(super) found: Vec<String>,
    /// Bytes that they take.
    found_bytes: usize,
}

/// A result as it arrives.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) columns: Option<Vec<Column>>,
    pub(super) rows: StoredRows,
    pub(super) tag: String,
    pub(super) is_copy_shown: bool,
    /// There was no room for its rows, which was said; so it is not shown.
    pub(super) is_dropped: bool,
}

/// A run in progress.
pub(super) struct Run<'a> {
    pub(super) ran: Ran,
    pub(super) take: Take<'a>,
    pub(super) settings: &'a PrintSettings,
    pub(super) room: ResultRoom,
    pub(super) current: Option<Collected>,
    /// The last complete result, printed when the next one is complete, as psql does.
    pub(super) previous: Option<Collected>,
    pub(super) kept_rows: usize,
    pub(super) kept_bytes: usize,
    pub(super) notice_bytes: usize,
    pub(super) copied_to_output: bool,
    pub(super) last_watch: Instant,
}

impl Ran {
    pub(super) fn new(sql: &str, transaction: TransactionStatus) -> Self {
        let execution = Execution::new(sql, transaction);
        Self { execution, is_lost: false, copies_read: 0, found: Vec::new(), found_bytes: 0 }
    }

    /// For a query string that was not sent, because what should go before it failed.
    pub(super) fn not_run(sql: &str, transaction: TransactionStatus) -> Self {
        let mut ran = Self::new(sql, transaction);
        ran.execution.has_failed = true;
        ran
    }

    /// Takes a value for `\gexec`; false when there is no more room.
    pub(super) fn find(&mut self, statement: &[u8]) -> bool {
        self.found_bytes += statement.len() + FOUND_STATEMENT_SIZE;
        let has_room = self.found_bytes <= KEPT_BYTES;
        if has_room {
            self.found.push(text_of(statement));
        }
        has_room
    }
}

impl Collected {
    /// Without rows yet; `null` is printed for NULL.
    pub(super) fn new(columns: Option<Vec<Column>>, null: &str, room: ResultRoom) -> Self {
        let rows = StoredRows::new(columns.as_ref().map_or(0, Vec::len), null, room);
        Self { columns, rows, tag: String::new(), is_copy_shown: false, is_dropped: false }
    }

    /// Forgets all rows, and takes no more.
    pub(super) fn drop_rows(&mut self) {
        self.rows = StoredRows::new(0, "", ResultRoom { memory: 0, total: 0 });
        self.is_dropped = true;
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(
        sql: &str,
        take: Take<'a>,
        settings: &'a PrintSettings,
        room: ResultRoom,
        started: Instant,
    ) -> Self {
        Self {
            ran: Ran::new(sql, TransactionStatus::Idle),
            take,
            settings,
            room,
            current: None,
            previous: None,
            kept_rows: 0,
            kept_bytes: 0,
            notice_bytes: 0,
            copied_to_output: false,
            last_watch: started,
        }
    }

    pub(super) fn keep_notice(&mut self, notice: ServerMessage) {
        self.notice_bytes += notice.size();
        if self.ran.execution.notices.len() < KEPT_NOTICES && self.notice_bytes <= KEPT_BYTES {
            self.ran.execution.notices.push(notice);
        } else {
            self.ran.execution.truncated = true;
        }
    }

    /// Keeps a result within the bounds.
    pub(super) fn keep(&mut self, result: Collected) -> io::Result<()> {
        let mut rows = Vec::new();
        let mut keep = |row: &Row| {
            self.kept_rows += 1;
            self.kept_bytes += row.size();
            let has_room = self.kept_rows <= KEPT_ROWS && self.kept_bytes <= KEPT_BYTES;
            if has_room {
                rows.push(texts_of(row));
            }
            has_room
        };
        result.rows.for_each_row(&mut keep)?;
        self.ran.execution.truncated |= rows.len() < result.rows.count();
        let columns = result.columns.unwrap_or_default();
        if self.ran.execution.results.len() < KEPT_RESULTS {
            self.ran.execution.results.push(ResultSet { columns, rows, tag: result.tag });
        } else {
            self.ran.execution.truncated = true;
        }
        Ok(())
    }
}

/// A row's values; `None` is NULL.
pub(super) fn texts_of(row: &Row) -> Vec<Option<String>> {
    row.values().map(|value| value.map(text_of)).collect()
}

pub(super) fn text_of(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}
