//! `pg_background_result`: read a job's messages to the end, and return its rows or raise its error.

use crate::backend::{self, CancelHeldOff};
use crate::compat;
use crate::error::{Error, Failure, name_in_message};
use crate::inbox::Received;
use crate::jobs::{self, Job};
use crate::kept_rows::ReturnedRows;
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
    // SAFETY: the call was checked above.
    let mut rows = unsafe { ReturnedRows::of_call(fcinfo) };
    read_to_the_end(&mut job, &mut rows)?;
    if let Some(Outcome::Completed { tag, .. }) = &job.progress.outcome
        && job.progress.columns.is_none()
    {
        let tag = tag.clone();
        compare_columns(&[tag_column()], rows.tuple_desc())?;
        rows.add_text(&tag);
    }
    let end = how_it_ended(&mut job);
    job.finish();
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

/// Read what there is, and wait for the rest. On return the outcome is known, unless the worker was lost.
fn read_to_the_end(job: &mut Job, rows: &mut ReturnedRows) -> Result<(), Error> {
    if job.progress.rows_at_risk {
        return Err(Error::RowsLost { pid: job.pid });
    }
    if let Some(columns) = &job.progress.columns {
        compare_columns(columns, rows.tuple_desc())?;
    }
    if let Some(kept) = job.progress.kept_rows.take() {
        job.progress.rows_at_risk = true;
        rows.add_kept(kept);
    }
    loop {
        honour_interrupts(job, rows);
        match job.inbox.receive() {
            Received::Message(bytes) => match Message::decode(bytes).expect("a worker of the same version") {
                Message::Description(columns) => {
                    let compared = compare_columns(&columns, rows.tuple_desc());
                    job.progress.columns = Some(columns);
                    compared?;
                }
                Message::Rows(batch) => {
                    job.progress.rows_at_risk = true;
                    rows.add(batch);
                }
                Message::Notice(report) => {
                    // A cancel has to wait until it is honoured where no rows are lost.
                    let _held = CancelHeldOff::new();
                    report.pass_on(job.pid, &job.sql);
                }
                Message::Error(report) => job.progress.long_error = Some(report),
            },
            Received::Nothing => {
                backend::wait(compat::WAIT_TO_RECEIVE, None);
            }
            Received::End => break,
        }
    }
    if job.progress.outcome.is_none() {
        job.progress.outcome = job.inbox.outcome().and_then(|bytes| Outcome::decode(bytes).ok());
    }
    Ok(())
}

/// Let the user cancel the call without losing the rows that it has read.
fn honour_interrupts(job: &mut Job, rows: &mut ReturnedRows) {
    if backend::cancel_is_pending() && job.progress.rows_at_risk {
        job.progress.kept_rows = Some(rows.keep());
        job.progress.rows_at_risk = false;
        pgrx::check_for_interrupts!();
        // Still here: the request was withdrawn, and `rows` has them all.
        job.progress.kept_rows = None;
        job.progress.rows_at_risk = true;
    }
    pgrx::check_for_interrupts!();
}

fn how_it_ended(job: &mut Job) -> Result<(), Failure> {
    let pid = job.pid;
    match job.progress.outcome.take() {
        Some(Outcome::Completed { .. }) => Ok(()),
        Some(Outcome::Failed(short)) => {
            let report = job.progress.long_error.take().unwrap_or(short);
            Err(Failure::Background { report: Box::new(report), pid, sql: job.sql.clone() })
        }
        None => Err(Error::WorkerLost { pid }.into()),
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
