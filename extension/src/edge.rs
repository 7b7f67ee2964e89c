//! The edge to SQL: functions that the server calls by name.
//!
//! Each body is Rust and returns a `Result`; only here a failure becomes an ERROR of the server.

use crate::error::{Error, Failure};
use crate::leader::cancel::cancel;
use crate::leader::detach::detach;
use crate::leader::launch::{self, Persistence, launch};
use crate::leader::list::list;
use crate::leader::result::result;
use crate::leader::run::run;
use crate::leader::wait::{wait, wait_any};
use crate::worker::progress::progress;
use core::ffi::CStr;
use pgrx::FromDatum;
use pgrx::fcinfo::pg_getarg_datum;
use pgrx::pg_sys::{self, Datum, ErrorData, FunctionCallInfo};
use std::ffi::CString;
use std::time::Duration;

/// A call's arguments, by number.
struct Call(FunctionCallInfo);

impl Call {
    fn datum(&self, number: usize, name: &'static str) -> Result<Datum, Error> {
        self.optional_datum(number).ok_or(Error::NullArgument { name })
    }

    /// An argument that may be NULL.
    fn optional_datum(&self, number: usize) -> Option<Datum> {
        // SAFETY: the install script declares as many arguments as the bodies below ask for.
        unsafe { pg_getarg_datum(self.0, number) }
    }

    /// Whether the function is declared with this argument: an older install script may not know it yet.
    fn is_declared(&self, number: usize) -> bool {
        // SAFETY: the server's own call.
        number < unsafe { (*self.0).nargs } as usize
    }

    /// Answer NULL.
    fn null(&self) -> Datum {
        // SAFETY: the server's own call.
        unsafe { pgrx::fcinfo::pg_return_null(self.0) }
    }

    fn int4(&self, number: usize, name: &'static str) -> Result<i32, Error> {
        Ok(self.datum(number, name)?.value() as i32)
    }

    fn bool(&self, number: usize, name: &'static str) -> Result<bool, Error> {
        Ok(self.datum(number, name)?.value() & 1 != 0)
    }

    /// A time in milliseconds.
    fn time_ms(&self, number: usize, name: &'static str) -> Result<Duration, Error> {
        let time_ms = self.int4(number, name)?;
        u64::try_from(time_ms).map(Duration::from_millis).map_err(|_| Error::NegativeTime { name })
    }

    /// A time in milliseconds, or NULL for no limit.
    fn optional_time_ms(&self, number: usize, name: &'static str) -> Result<Option<Duration>, Error> {
        self.optional_datum(number).map(|_| self.time_ms(number, name)).transpose()
    }

    /// The exact text, whether its header is short, long, compressed or toasted.
    fn text(&self, number: usize, name: &'static str) -> Result<CString, Error> {
        Ok(text_of(self.datum(number, name)?))
    }

    fn optional_text(&self, number: usize) -> Option<CString> {
        self.optional_datum(number).map(text_of)
    }

    /// The elements of an array of numbers, none of them NULL.
    fn int4_array(&self, number: usize, name: &'static str) -> Result<Vec<i32>, Error> {
        let datum = self.datum(number, name)?;
        // SAFETY: the install script declares an array of int4 here.
        let elements = unsafe { Vec::<Option<i32>>::from_polymorphic_datum(datum, false, pg_sys::INT4ARRAYOID) };
        elements.unwrap_or_default().into_iter().collect::<Option<Vec<i32>>>().ok_or(Error::NullArgument { name })
    }
}

fn text_of(datum: Datum) -> CString {
    // SAFETY: the install script declares a text here.
    let text = unsafe { pg_sys::text_to_cstring(datum.cast_mut_ptr()) };
    // SAFETY: the server's texts have no NUL but the one at the end.
    unsafe { CStr::from_ptr(text) }.to_owned()
}

/// A session's jobs are its own, not its parallel workers', and there is nobody to run them during recovery.
fn refuse_where_impossible() -> Result<(), Error> {
    // SAFETY: this reads a variable.
    if unsafe { pg_sys::IsInParallelMode() } {
        return Err(Error::InParallelWorker);
    }
    // SAFETY: this reads shared memory.
    if unsafe { pg_sys::RecoveryInProgress() } {
        return Err(Error::InRecovery);
    }
    Ok(())
}

fn pg_background_launch_body(call: Call) -> Result<Datum, Failure> {
    let sql = call.text(0, "sql")?;
    let queue_size = call.int4(1, "queue_size")?;
    let persistent = call.is_declared(2) && call.bool(2, "persistent")?;
    let persistence = if persistent { Persistence::Persistent } else { Persistence::OneCommand };
    Ok(launch(&sql, queue_size, persistence)?.into())
}

fn background_launch_body(call: Call) -> Result<Datum, Failure> {
    let sql = call.text(0, "sql")?;
    Ok(launch(&sql, launch::DEFAULT_QUEUE_SIZE, Persistence::OneCommand)?.into())
}

fn pg_background_result_body(call: Call) -> Result<Datum, Failure> {
    let pid = call.int4(0, "pid")?;
    // SAFETY: this is the call that the server is making.
    unsafe { result(call.0, pid) }?;
    Ok(Datum::null())
}

fn pg_background_detach_body(call: Call) -> Result<Datum, Failure> {
    detach(call.int4(0, "pid")?)?;
    Ok(Datum::null())
}

fn pg_background_run_body(call: Call) -> Result<Datum, Failure> {
    let pid = call.int4(0, "pid")?;
    run(pid, &call.text(1, "sql")?)?;
    Ok(Datum::null())
}

fn pg_background_cancel_body(call: Call) -> Result<Datum, Failure> {
    let pid = call.int4(0, "pid")?;
    let grace = call.time_ms(1, "grace_ms")?;
    Ok(cancel(pid, Some(grace).filter(|grace| !grace.is_zero()))?.into())
}

fn pg_background_wait_body(call: Call) -> Result<Datum, Failure> {
    let pid = call.int4(0, "pid")?;
    Ok(wait(pid, call.optional_time_ms(1, "timeout_ms")?)?.into())
}

fn pg_background_wait_any_body(call: Call) -> Result<Datum, Failure> {
    let pids = call.int4_array(0, "pids")?;
    match wait_any(pids, call.optional_time_ms(1, "timeout_ms")?)? {
        Some(pid) => Ok(pid.into()),
        None => Ok(call.null()),
    }
}

fn pg_background_list_body(call: Call) -> Result<Datum, Failure> {
    // SAFETY: this is the call that the server is making.
    unsafe { list(call.0) };
    Ok(Datum::null())
}

fn pg_background_progress_body(call: Call) -> Result<Datum, Failure> {
    let percent = call.int4(0, "percent")?;
    progress(percent, call.optional_text(1).as_deref())?;
    Ok(Datum::null())
}

/// What a body comes to, without anything to drop.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    value: Datum,
    /// An ERROR to raise instead, or null.
    error: *mut ErrorData,
}

fn answer(result: Result<Datum, Failure>) -> Answer {
    match result {
        Ok(value) => Answer { value, error: core::ptr::null_mut() },
        Err(Failure::Background { report, pid, sql }) => {
            Answer { value: Datum::null(), error: report.to_server(pid, &sql) }
        }
        Err(Failure::Refused(error)) => error.raise(),
    }
}

/// Export a body under the name that the install script uses.
///
/// The guard would keep only message, detail and hint of an ERROR that passes it, and a background command's error has
/// to come out whole. So the exported function has no guard of its own: the body runs under one, and afterwards, when
/// nothing is left to be dropped, the ERROR is raised from here.
macro_rules! export {
    ($($name:ident, $info:ident, $guarded:ident, $body:ident;)*) => {$(
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub(crate) extern "C" fn $info() -> &'static pg_sys::Pg_finfo_record {
            const VERSION_1: pg_sys::Pg_finfo_record = pg_sys::Pg_finfo_record { api_version: 1 };
            &VERSION_1
        }

        /// # Safety
        ///
        /// Called by the server.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C-unwind" fn $name(fcinfo: FunctionCallInfo) -> Datum {
            // SAFETY: the server's own call.
            let answer = unsafe { $guarded(fcinfo) };
            if !answer.error.is_null() {
                // SAFETY: this frame owns nothing, and the server called it, so the jump leaves no Rust frame out.
                unsafe { crate::ffi::unguarded::ThrowErrorData(answer.error) };
            }
            answer.value
        }

        #[pgrx::pg_guard]
        unsafe extern "C-unwind" fn $guarded(fcinfo: FunctionCallInfo) -> Answer {
            answer(refuse_where_impossible().map_err(Failure::from).and_then(|()| $body(Call(fcinfo))))
        }
    )*};
}

export! {
    pg_background_launch, pg_finfo_pg_background_launch, guarded_launch, pg_background_launch_body;
    background_launch, pg_finfo_background_launch, guarded_short_launch, background_launch_body;
    pg_background_result, pg_finfo_pg_background_result, guarded_result, pg_background_result_body;
    pg_background_detach, pg_finfo_pg_background_detach, guarded_detach, pg_background_detach_body;
    pg_background_run, pg_finfo_pg_background_run, guarded_run, pg_background_run_body;
    pg_background_cancel, pg_finfo_pg_background_cancel, guarded_cancel, pg_background_cancel_body;
    pg_background_wait, pg_finfo_pg_background_wait, guarded_wait, pg_background_wait_body;
    pg_background_wait_any, pg_finfo_pg_background_wait_any, guarded_wait_any, pg_background_wait_any_body;
    pg_background_list, pg_finfo_pg_background_list, guarded_list, pg_background_list_body;
    pg_background_progress, pg_finfo_pg_background_progress, guarded_progress, pg_background_progress_body;
}
