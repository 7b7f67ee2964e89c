//! What the server exports and pgrx does not bind.
//!
//! Functions that can raise an ERROR stand behind pgrx's boundary, which turns the server's `siglongjmp` into a
//! panic. The block at the end is unguarded on purpose; its documentation says who may call it.

use core::ffi::{c_char, c_int};
use pgrx::pg_sys;
pub(crate) use pgrx::pg_sys::ffi::pg_guard_ffi_boundary;

/// `STATEMENT_TIMEOUT` of `utils/timeout.h`, the same number from 15 to 18.
pub(crate) const STATEMENT_TIMEOUT: c_int = 3;

/// Where a backend's protocol messages go: `PQcommMethods` of `libpq/libpq.h`.
#[repr(C)]
pub(crate) struct PqCommMethods {
    pub(crate) comm_reset: extern "C" fn(),
    pub(crate) flush: extern "C" fn() -> c_int,
    pub(crate) flush_if_writable: extern "C" fn() -> c_int,
    pub(crate) is_send_pending: extern "C" fn() -> bool,
    pub(crate) putmessage: extern "C" fn(kind: c_char, body: *const c_char, len: usize) -> c_int,
    pub(crate) putmessage_noblock: extern "C" fn(kind: c_char, body: *const c_char, len: usize),
}

mod server {
    use super::*;

    unsafe extern "C-unwind" {
        pub(super) static mut PqCommMethods: *const super::PqCommMethods;
        pub(super) fn enable_timeout_after(id: c_int, delay_ms: c_int);
        pub(super) fn disable_timeout(id: c_int, keep_indicator: bool);
        pub(super) fn get_timeout_active(id: c_int) -> bool;
        pub(super) fn disable_all_timeouts(keep_indicators: bool);
        pub(super) fn GetSessionDsmHandle() -> pg_sys::dsm_handle;
        pub(super) fn AttachSession(handle: pg_sys::dsm_handle);
    }
}

/// Let every protocol message of this process go to `methods`.
pub(crate) fn redirect_protocol(methods: &'static PqCommMethods) {
    // SAFETY: the server reads this pointer on its only thread, and the table lives as long as the process.
    unsafe { server::PqCommMethods = methods }
}

/// Arm the statement timeout, in milliseconds. Its handler was registered when the process connected to its database.
pub(crate) fn enable_statement_timeout(delay_ms: c_int) {
    // SAFETY: behind the boundary below.
    let enable = || unsafe { server::enable_timeout_after(STATEMENT_TIMEOUT, delay_ms) };
    // SAFETY: on the process's only thread; the closure owns nothing.
    unsafe { pg_guard_ffi_boundary(enable) }
}

/// Disarm the statement timeout, if it is armed.
pub(crate) fn disable_statement_timeout() {
    // SAFETY: behind the boundary below.
    let disable = || unsafe { server::disable_timeout(STATEMENT_TIMEOUT, false) };
    // SAFETY: on the process's only thread; the closure owns nothing.
    unsafe { pg_guard_ffi_boundary(disable) }
}

/// Disarm every timeout.
pub(crate) fn disable_all_timeouts() {
    // SAFETY: behind the boundary below.
    let disable = || unsafe { server::disable_all_timeouts(false) };
    // SAFETY: on the process's only thread; the closure owns nothing.
    unsafe { pg_guard_ffi_boundary(disable) }
}

/// Whether the statement timeout is armed.
pub(crate) fn statement_timeout_is_active() -> bool {
    // SAFETY: behind the boundary below.
    let ask = || unsafe { server::get_timeout_active(STATEMENT_TIMEOUT) };
    // SAFETY: on the process's only thread; the closure owns nothing.
    unsafe { pg_guard_ffi_boundary(ask) }
}

/// The segment that this session shares with its parallel workers, created if need be; in it are the columns of its
/// anonymous row types. `None` if there are too many segments.
pub(crate) fn session_segment() -> Option<pg_sys::dsm_handle> {
    // SAFETY: behind the boundary below.
    let get = || unsafe { server::GetSessionDsmHandle() };
    // SAFETY: on the process's only thread; the closure owns nothing.
    let handle = unsafe { pg_guard_ffi_boundary(get) };
    Some(handle).filter(|handle| *handle != 0)
}

/// Share another session's row types. This process must not have any of its own yet.
pub(crate) fn attach_session(handle: pg_sys::dsm_handle) {
    // SAFETY: behind the boundary below.
    let attach = || unsafe { server::AttachSession(handle) };
    // SAFETY: on the process's only thread; the closure owns nothing.
    unsafe { pg_guard_ffi_boundary(attach) }
}

/// The lock of the server's array of processes.
pub(crate) fn proc_array_lock() -> *mut pg_sys::LWLock {
    /// `ProcArrayLock` of `storage/lwlocknames.h`, the same number from 15 to 18.
    const PROC_ARRAY_LOCK: usize = 4;
    // SAFETY: set before the first process was started.
    let locks = unsafe { pg_sys::MainLWLockArray };
    // SAFETY: the array begins with the server's named locks.
    let lock = unsafe { locks.add(PROC_ARRAY_LOCK) };
    // SAFETY: this computes an address.
    unsafe { &raw mut (*lock).lock }
}

/// Send SIGINT to `pid` and to the processes that it has started.
pub(crate) fn interrupt_process_group(pid: i32) {
    // SAFETY: plain system calls. Without a group of its own, the process alone is meant.
    if unsafe { libc::kill(-pid, libc::SIGINT) } < 0 {
        // SAFETY: as above.
        unsafe { libc::kill(pid, libc::SIGINT) };
    }
}

/// Server functions without pgrx's boundary.
///
/// An ERROR raised here jumps straight to the server's handler. That is sound only from a frame that owns nothing to
/// be dropped, up to the next boundary. There are two uses: to raise an ERROR whole, where the boundary would drop
/// all fields but message, detail and hint; and to pay one boundary for a batch of rows instead of one for each.
pub(crate) mod unguarded {
    use super::c_int;
    use super::pg_sys::{ErrorData, MinimalTuple, TupleTableSlot, Tuplestorestate};

    unsafe extern "C-unwind" {
        pub(crate) fn ThrowErrorData(edata: *mut ErrorData);
        pub(crate) fn ExecStoreMinimalTuple(
            tuple: MinimalTuple,
            slot: *mut TupleTableSlot,
            should_free: bool,
        ) -> *mut TupleTableSlot;
        pub(crate) fn tuplestore_puttupleslot(store: *mut Tuplestorestate, slot: *mut TupleTableSlot);
        pub(crate) fn ExecFetchSlotMinimalTuple(slot: *mut TupleTableSlot, should_free: *mut bool) -> MinimalTuple;
        /// The server's handler for SIGTERM, to be installed, not called.
        pub(crate) fn die(signal: c_int);
        pub(crate) fn pfree(pointer: *mut core::ffi::c_void);
    }
}
