//! What can go wrong by the caller's doing or the server's state, each with what the user can do about it.

use crate::report::Report;
use core::ffi::CStr;
use core::fmt;
use pgrx::PgSqlErrorCode;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use std::ffi::CString;

/// Why a function of the extension does not answer.
pub(crate) enum Failure {
    /// Something is wrong with the call itself.
    Refused(Error),
    /// The background command failed; its error is raised as it was, without loss.
    Background { report: Box<Report>, pid: i32, sql: CString },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Refused(error)
    }
}

/// One cause that a user can act on.
pub(crate) enum Error {
    NullArgument { name: &'static str },
    QueueSizeOutOfRange { min: i32, max: i32 },
    InParallelWorker,
    InRecovery,
    NoWorkerSlot,
    CapReached { cap: i32 },
    NotStarted,
    UnknownPid { pid: i32 },
    ForeignJob { pid: i32 },
    NoColumnList,
    ColumnMismatch { detail: String },
    NegativeTime { name: &'static str },
    NotPersistent { pid: i32 },
    StillRunning { pid: i32 },
    Unread { pid: i32 },
    NothingToRead { pid: i32 },
    NotInBackground,
    PercentOutOfRange,
    RowsLost { pid: i32 },
    WorkerLost { pid: i32 },
}

impl Error {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Error::NullArgument { .. } => PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            Error::QueueSizeOutOfRange { .. } | Error::NegativeTime { .. } | Error::PercentOutOfRange => {
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE
            }
            Error::InParallelWorker | Error::InRecovery | Error::NoColumnList => {
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED
            }
            Error::NoWorkerSlot | Error::NotStarted => PgSqlErrorCode::ERRCODE_INSUFFICIENT_RESOURCES,
            Error::CapReached { .. } => PgSqlErrorCode::ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
            Error::UnknownPid { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            Error::ForeignJob { .. } => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            Error::ColumnMismatch { .. } => PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
            Error::NotPersistent { .. }
            | Error::NothingToRead { .. }
            | Error::NotInBackground
            | Error::RowsLost { .. } => PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            Error::StillRunning { .. } | Error::Unread { .. } => PgSqlErrorCode::ERRCODE_OBJECT_IN_USE,
            Error::WorkerLost { .. } => PgSqlErrorCode::ERRCODE_CONNECTION_FAILURE,
        }
    }

    fn detail(&self) -> Option<&str> {
        match self {
            Error::ColumnMismatch { detail } => Some(detail),
            Error::UnknownPid { .. } => {
                Some("A result can be read once, and only in the session that launched its command.")
            }
            _ => None,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Error::NoWorkerSlot => Some("You may need to increase max_worker_processes."),
            Error::CapReached { .. } => Some("Wait for a running command, or raise pg_background.max_workers."),
            Error::NegativeTime { .. } => Some("It is in milliseconds."),
            Error::NotPersistent { .. } => {
                Some("Launch the worker with persistent => true, or launch another one for this command.")
            }
            Error::StillRunning { .. } => Some(
                "Read the result with pg_background_result, or cancel the command with pg_background_cancel, first.",
            ),
            Error::Unread { .. } => Some("Read the result with pg_background_result first."),
            Error::NothingToRead { .. } => Some("Hand it a command with pg_background_run first."),
            Error::NotInBackground => {
                Some("Call it in the SQL that pg_background_launch or pg_background_run is given.")
            }
            Error::NotStarted | Error::WorkerLost { .. } => Some("More details may be available in the server log."),
            Error::UnknownPid { .. } => Some("Use the number that pg_background_launch returned in this session."),
            Error::ForeignJob { .. } => {
                Some("Only the role that launched the command, or a member of it, may do this.")
            }
            Error::NoColumnList => {
                Some("Write SELECT ... FROM pg_background_result(pid) AS (column_name type_name, ...).")
            }
            Error::ColumnMismatch { .. } => Some("The result is still there: call again with a matching column list."),
            Error::RowsLost { .. } => {
                Some("Launch the command again, or give the result up with pg_background_detach.")
            }
            _ => None,
        }
    }

    /// Raise this as an ERROR of the server.
    pub(crate) fn raise(self) -> ! {
        let mut report = ErrorReport::new(self.sqlstate(), self.to_string(), "pg_background");
        if let Some(detail) = self.detail() {
            report = report.set_detail(detail);
        }
        if let Some(hint) = self.hint() {
            report = report.set_hint(hint);
        }
        report.report(pgrx::PgLogLevel::ERROR);
        unreachable!("an ERROR does not return")
    }
}

/// A name in the database as part of a message of ours. Our messages are UTF-8, and the server does not convert them: in
/// a database of another encoding they have to be ASCII.
pub(crate) fn name_in_message(name: &CStr) -> String {
    // SAFETY: this reads a variable.
    let encoding = unsafe { pg_sys::GetDatabaseEncoding() };
    if encoding == pg_sys::pg_enc::PG_UTF8 as i32 {
        return name.to_string_lossy().into_owned();
    }
    name.to_bytes().iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NullArgument { name } => write!(f, "{name} must not be null"),
            Error::QueueSizeOutOfRange { min, max } => write!(f, "queue_size must be between {min} and {max} bytes"),
            Error::InParallelWorker => f.write_str("cannot use background commands in a parallel worker"),
            Error::InRecovery => f.write_str("cannot use background commands during recovery"),
            Error::NoWorkerSlot => f.write_str("could not register background process"),
            Error::CapReached { cap } => write!(f, "this session already runs {cap} background workers"),
            Error::NotStarted => f.write_str("could not start background process"),
            Error::UnknownPid { pid } => write!(f, "no background command with PID {pid} in this session"),
            Error::ForeignJob { pid } => write!(f, "permission denied for the background command with PID {pid}"),
            Error::NoColumnList => f.write_str("pg_background_result needs a column definition list"),
            Error::ColumnMismatch { .. } => {
                f.write_str("the column list does not match the result of the background command")
            }
            Error::NegativeTime { name } => write!(f, "{name} must not be negative"),
            Error::NotPersistent { pid } => {
                write!(f, "the background worker with PID {pid} was launched for one command only")
            }
            Error::StillRunning { pid } => write!(f, "the background worker with PID {pid} is still running a command"),
            Error::Unread { pid } => {
                write!(f, "the last result of the background worker with PID {pid} has not been read")
            }
            Error::NothingToRead { pid } => {
                write!(f, "the background worker with PID {pid} has no command whose result could be read")
            }
            Error::NotInBackground => f.write_str("there is no background command to report the progress of"),
            Error::PercentOutOfRange => f.write_str("percent must be between 0 and 100"),
            Error::RowsLost { pid } => {
                write!(f, "rows of the background command with PID {pid} were lost when reading it failed")
            }
            Error::WorkerLost { pid } => write!(f, "lost connection to the background worker with PID {pid}"),
        }
    }
}
