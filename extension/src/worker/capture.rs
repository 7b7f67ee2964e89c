//! How the worker gets hold of the server's reports with all their fields.
//!
//! The server calls its error context callbacks for every report before it throws or prints it, the outermost one
//! last, when the report is complete. Ours is the outermost: it copies ERRORs, passes notices on, and for a FATAL one,
//! after which the process ends without coming back to us, it puts the outcome down. The server's own way, protocol
//! messages, would convert every text to the client's encoding and lose those that have no place in it.

use crate::ffi::{self, PqCommMethods};
use crate::report::Report;
use crate::worker::outbox::Outbox;
use core::ffi::{c_char, c_int, c_void};
use pgrx::memcxt::PgMemoryContexts;
use pgrx::pg_sys;

/// Run `body` while every report of the server goes to `outbox`. `body` must not panic.
pub(crate) fn with_reports_to<R>(outbox: &Outbox, body: impl FnOnce() -> R) -> R {
    // SAFETY: read on the process's only thread.
    let previous = unsafe { pg_sys::error_context_stack };
    let arg = core::ptr::from_ref(outbox).cast_mut().cast::<c_void>();
    let mut callback = pg_sys::ErrorContextCallback { previous, callback: Some(on_report), arg };
    // SAFETY: the callback stays in this frame until it is taken off the stack below.
    unsafe { pg_sys::error_context_stack = &raw mut callback };
    let result = body();
    // SAFETY: whatever `body` has put on the stack it has taken off again.
    unsafe { pg_sys::error_context_stack = previous };
    result
}

/// Let the server report to a client, so that it makes notices at all, but throw away the protocol messages.
pub(crate) fn pretend_to_have_a_client() {
    static NOWHERE: PqCommMethods = PqCommMethods {
        comm_reset: nothing,
        flush: done,
        flush_if_writable: done,
        is_send_pending: nothing_pending,
        putmessage: swallow,
        putmessage_noblock: swallow_at_once,
    };
    ffi::redirect_protocol(&NOWHERE);
    // SAFETY: written on the process's only thread.
    unsafe { pg_sys::whereToSendOutput = pg_sys::CommandDest::DestRemote };
}

/// # Safety
///
/// Called by the server while it makes a report; `arg` is an `Outbox`.
#[pgrx::pg_guard]
unsafe extern "C-unwind" fn on_report(arg: *mut c_void) {
    // SAFETY: `with_reports_to` has put it there and is still running.
    let outbox = unsafe { &*arg.cast::<Outbox>() };
    let (report, for_client) = current_report();
    if report.level >= pg_sys::FATAL as c_int {
        outbox.fail(&report);
    } else if report.level >= pg_sys::PGERROR as c_int {
        outbox.remember_error(report);
    } else if for_client {
        outbox.send_notice(&report);
    }
}

/// The report that is being made, and whether a client would see it.
fn current_report() -> (Report, bool) {
    let copy = |_: &mut PgMemoryContexts| {
        // SAFETY: a report is being made, and this is not the error context.
        unsafe { pg_sys::CopyErrorData() }
    };
    // SAFETY: the top context is as good as any other one; the copy is freed below.
    let edata = unsafe { PgMemoryContexts::TopMemoryContext.switch_to(copy) };
    // SAFETY: just copied, and known to nobody else.
    let fields = unsafe { &mut *edata };
    let result = (Report::from_server(fields), fields.output_to_client);
    // SAFETY: copied above and not used again.
    unsafe { pg_sys::FreeErrorData(edata) };
    result
}

extern "C" fn nothing() {}

extern "C" fn done() -> c_int {
    0
}

extern "C" fn nothing_pending() -> bool {
    false
}

extern "C" fn swallow(_: c_char, _: *const c_char, _: usize) -> c_int {
    0
}

extern "C" fn swallow_at_once(_: c_char, _: *const c_char, _: usize) {}
