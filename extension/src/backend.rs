//! This process as a backend: its latch, its interrupts, its place in shared memory.

use core::ffi::c_long;
use pgrx::pg_sys;

/// How a wait ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    ByLatch,
    ByTimeout,
}

/// This process's entry in the server's process array.
pub(crate) fn my_proc() -> *mut pg_sys::PGPROC {
    // SAFETY: set once when the process starts, read on its only thread.
    unsafe { pg_sys::MyProc }
}

/// This process's id.
pub(crate) fn my_pid() -> i32 {
    // SAFETY: set once when the process starts, read on its only thread.
    unsafe { pg_sys::MyProcPid }
}

/// Sleep until this process's latch is set, and reset it. `wait_event` is what `pg_stat_activity` shows meanwhile.
///
/// The caller looks at what it waits for before it sleeps and after it wakes, so that no wake-up is lost.
pub(crate) fn wait(wait_event: u32, timeout_ms: Option<c_long>) -> Woken {
    let mut events = pg_sys::WL_LATCH_SET | pg_sys::WL_EXIT_ON_PM_DEATH;
    if timeout_ms.is_some() {
        events |= pg_sys::WL_TIMEOUT;
    }
    // SAFETY: set once when the process starts, read on its only thread.
    let latch = unsafe { pg_sys::MyLatch };
    // SAFETY: the latch is this process's own.
    let happened = unsafe { pg_sys::WaitLatch(latch, events as i32, timeout_ms.unwrap_or(-1), wait_event) };
    // SAFETY: the latch is this process's own.
    unsafe { pg_sys::ResetLatch(latch) };
    if happened as u32 & pg_sys::WL_LATCH_SET != 0 { Woken::ByLatch } else { Woken::ByTimeout }
}

/// Wake another process.
///
/// # Safety
///
/// `process` is null or an entry of the server's process array. Entries are never unmapped; one that serves another
/// process by now suffers a wake-up without a reason, which every wait tolerates.
pub(crate) unsafe fn wake(process: *mut pg_sys::PGPROC) {
    if process.is_null() {
        return;
    }
    // SAFETY: the caller vouches for the entry; this computes an address and reads nothing.
    let latch = unsafe { &raw mut (*process).procLatch };
    // SAFETY: the latch of a process array entry is initialised for as long as the server runs.
    unsafe { pg_sys::SetLatch(latch) };
}

/// Whether the user asked for the current command to stop, and the request has not been honoured yet.
pub(crate) fn cancel_is_pending() -> bool {
    // SAFETY: a flag that a signal handler of this process sets.
    (unsafe { pg_sys::QueryCancelPending }) != 0
}

/// Whether `check_for_interrupts` has something to do, which may be to raise an ERROR.
pub(crate) fn interrupt_is_pending() -> bool {
    // SAFETY: a flag that signal handlers of this process set.
    (unsafe { pg_sys::InterruptPending }) != 0
}

/// Put off a cancel request until the value is dropped.
pub(crate) struct CancelHeldOff;

impl CancelHeldOff {
    pub(crate) fn new() -> Self {
        // SAFETY: a counter that only this thread changes.
        unsafe { pg_sys::QueryCancelHoldoffCount += 1 };
        CancelHeldOff
    }
}

impl Drop for CancelHeldOff {
    fn drop(&mut self) {
        // SAFETY: a counter that only this thread changes.
        let held = unsafe { pg_sys::QueryCancelHoldoffCount };
        // An ERROR has set the counter to zero by the time its panic unwinds to here.
        let released = held.saturating_sub(1);
        // SAFETY: a counter that only this thread changes.
        unsafe { pg_sys::QueryCancelHoldoffCount = released };
    }
}
