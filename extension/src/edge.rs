//! The edge to SQL: functions that the server calls by name.
//!
//! Each body is Rust and returns a `Result`; only here a failure becomes an ERROR of the server.

use crate::detach::detach;
use crate::error::{Error, Failure};
use crate::launch::{self, launch};
use crate::result::result;
use core::ffi::CStr;
use pgrx::fcinfo::pg_getarg_datum;
use pgrx::pg_sys::{self, Datum, ErrorData, FunctionCallInfo};
use std::ffi::CString;

/// A call's arguments, by number.
struct Call(FunctionCallInfo);

impl Call {
    fn datum(&self, number: usize, name: &'static str) -> Result<Datum, Error> {
        // SAFETY: the install script declares as many arguments as the bodies below ask for.
        unsafe { pg_getarg_datum(self.0, number) }.ok_or(Error::NullArgument { name })
    }

    fn int4(&self, number: usize, name: &'static str) -> Result<i32, Error> {
        Ok(self.datum(number, name)?.value() as i32)
    }

    /// The exact text, whether its header is short, long, compressed or toasted.
    fn text(&self, number: usize, name: &'static str) -> Result<CString, Error> {
        let datum = self.datum(number, name)?;
        // SAFETY: the install script declares a text here.
        let text = unsafe { pg_sys::text_to_cstring(datum.cast_mut_ptr()) };
        // SAFETY: the server's texts have no NUL but the one at the end.
        Ok(unsafe { CStr::from_ptr(text) }.to_owned())
    }
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
    Ok(launch(&sql, queue_size)?.into())
}

fn background_launch_body(call: Call) -> Result<Datum, Failure> {
    let sql = call.text(0, "sql")?;
    Ok(launch(&sql, launch::DEFAULT_QUEUE_SIZE)?.into())
}

fn pg_background_result_body(call: Call) -> Result<Datum, Failure> {
    let pid = call.int4(0, "pid")?;
    // SAFETY: this is the call that the server is making.
    unsafe { result(call.0, pid) }?;
    Ok(Datum::null())
}

fn pg_background_detach_body(call: Call) -> Result<Datum, Failure> {
    let pid = call.int4(0, "pid")?;
    detach(pid)?;
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
}
