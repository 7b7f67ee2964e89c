//! `pg_background_result`: read a job's messages to the end, and return its rows or raise its error.

use crate::backend::{self, HeldOff};
use crate::compat;
use crate::error::{Error, Failure, name_in_message};
use crate::leader::inbox::{Inbox, Received};
use crate::leader::jobs::{self, Command, Job};
use crate::leader::rowset::RowSet;
use crate::message::{Column, Message, Outcome};
use core::ffi::CStr;
use pgrx::PgTupleDesc;
use pgrx::pg_sys::{self, TupleDesc};

/// Read the result of the worker `pid` into the call's own result set.
///
/// # Safety
///
/// `fcinfo` is the call that is being answered.
pub(crate) unsafe fn result(fcinfo: pg_sys::FunctionCallInfo, pid: i32) -> Result<(), Failure> {
    // SAFETY: the caller vouches for the call.
    unsafe { require_column_list(fcinfo) }?;
    let mut job = jobs::borrow(pid)?;
    let Job { inbox, command, .. } = &mut *job;
    let Some(command) = command else { return Err(Error::NothingToRead { pid }.into()) };
    // SAFETY: the call was checked above.
    let rows = unsafe { RowSet::with_listed_columns(fcinfo) };
    let end = Reader { pid, inbox, command, rows }.read()?;
    job.finish_command();
    end
}

/// # Safety
///
/// `fcinfo` is the call that is being answered.
unsafe fn require_column_list(fcinfo: pg_sys::FunctionCallInfo) -> Result<(), Error> {
    // SAFETY: the caller vouches for the call.
    let info = unsafe { (*fcinfo).resultinfo };
    if info.is_null() {
        return Err(Error::NoColumnList);
    }
    // SAFETY: not null, so it is a node.
    if unsafe { (*info).type_ } != pg_sys::NodeTag::T_ReturnSetInfo {
        return Err(Error::NoColumnList);
    }
    // SAFETY: the tag says what the node is.
    let info = unsafe { &*info.cast::<pg_sys::ReturnSetInfo>() };
    let materialize = pg_sys::SetFunctionReturnMode::SFRM_Materialize as i32;
    if info.expectedDesc.is_null() || info.allowedModes & materialize == 0 {
        return Err(Error::NoColumnList);
    }
    Ok(())
}

/// A call in the middle of its work.
struct Reader<'a> {
    pid: i32,
    inbox: &'a mut Inbox,
    command: &'a mut Command,
    rows: RowSet,
}

impl Reader<'_> {
    /// Read all that there is to read, and say how the command ended. On failure it can be read again.
    fn read(mut self) -> Result<Result<(), Failure>, Error> {
        self.read_messages()?;
        match self.inbox.ending().map(|ending| ending.outcome) {
            Some(Outcome::Completed { tag, .. }) => {
                if self.command.reading.columns.is_none() {
                    compare_columns(&[tag_column()], self.rows.tuple_desc())?;
                    self.rows.add_text(&tag);
                }
                Ok(Ok(()))
            }
            Some(Outcome::Failed(short)) => {
                let report = Box::new(self.command.reading.long_error.take().unwrap_or(short));
                Ok(Err(Failure::Background { report, pid: self.pid, sql: self.command.sql.clone() }))
            }
            None => Ok(Err(Error::WorkerLost { pid: self.pid }.into())),
        }
    }

    fn read_messages(&mut self) -> Result<(), Error> {
        if self.command.reading.rows_at_risk {
            return Err(Error::RowsLost { pid: self.pid });
        }
        if let Some(columns) = &self.command.reading.columns {
            compare_columns(columns, self.rows.tuple_desc())?;
        }
        loop {
            self.honour_interrupts();
            match self.inbox.receive() {
                Received::Message(bytes) => {
                    let message = Message::decode(bytes).expect("a worker of the same version");
                    take(message, self.pid, self.command, &mut self.rows)?;
                }
                Received::Nothing => {
                    backend::wait(compat::WAIT_TO_RECEIVE, None);
                }
                Received::End => return Ok(()),
            }
        }
    }

    /// Let the user cancel the call without losing the rows that it has read.
    fn honour_interrupts(&mut self) {
        if backend::cancel_is_pending() && self.command.reading.rows_at_risk {
            self.inbox.put_back(self.rows.as_messages());
            self.command.reading.rows_at_risk = false;
            pgrx::check_for_interrupts!();
            // Still here: the request was withdrawn. The rows come out of the inbox again.
            self.rows.clear();
        }
        pgrx::check_for_interrupts!();
    }
}

fn take(message: Message<'_>, pid: i32, command: &mut Command, rows: &mut RowSet) -> Result<(), Error> {
    match message {
        Message::Description(columns) => {
            let compared = compare_columns(&columns, rows.tuple_desc());
            command.reading.columns = Some(columns);
            compared
        }
        Message::Rows(batch) => {
            // Without having been compared with the list, they must not be read as its columns.
            assert!(command.reading.columns.is_some(), "rows come after their description");
            command.reading.rows_at_risk = true;
            rows.add(batch);
            Ok(())
        }
        Message::Notice(report) => {
            // A cancel has to wait until it is honoured where no rows are lost.
            let _held = HeldOff::cancel();
            report.pass_on(pid, &command.sql);
            Ok(())
        }
        Message::Error(report) => {
            command.reading.long_error = Some(report);
            Ok(())
        }
    }
}

/// What a command without rows returns.
fn tag_column() -> Column {
    Column { name: c"command_tag".to_owned(), type_oid: pg_sys::TEXTOID, typmod: -1 }
}

/// Whether `list` may stand for `columns`: as many, of the same types, and with the same modifiers or without any.
fn compare_columns(columns: &[Column], list: TupleDesc) -> Result<(), Error> {
    // SAFETY: the call's own description, which outlives this function.
    let list = unsafe { PgTupleDesc::from_pg_unchecked(list) };
    if columns.len() != list.len() {
        let detail = format!("The result has {} columns, the list has {}.", columns.len(), list.len());
        return Err(Error::ColumnMismatch { detail });
    }
    for (number, (column, wanted)) in (1..).zip(columns.iter().zip(list.iter())) {
        let same_type = column.type_oid == wanted.atttypid;
        if !same_type || (wanted.atttypmod != -1 && wanted.atttypmod != column.typmod) {
            let found = type_name(column.type_oid, column.typmod);
            let wanted = type_name(wanted.atttypid, wanted.atttypmod);
            let detail = format!("Column {number} is {found} in the result, {wanted} in the list.");
            return Err(Error::ColumnMismatch { detail });
        }
    }
    Ok(())
}

fn type_name(type_oid: pg_sys::Oid, typmod: i32) -> String {
    let flags = (pg_sys::FORMAT_TYPE_TYPEMOD_GIVEN | pg_sys::FORMAT_TYPE_ALLOW_INVALID) as u16;
    // SAFETY: this looks the type up; an unknown one has a name too.
    let name = unsafe { pg_sys::format_type_extended(type_oid, typmod, flags) };
    // SAFETY: the name ends in NUL.
    name_in_message(unsafe { CStr::from_ptr(name) })
}
