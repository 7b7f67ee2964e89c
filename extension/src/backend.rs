//! This process as a backend: its latch, its interrupts, its place in shared memory.

use crate::ffi;
use core::ffi::{CStr, c_long};
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{PgLogLevel, PgSqlErrorCode};

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

/// Whether `check_for_interrupts` may raise an ERROR. It does not, as long as there is nothing but a cancel request that is
/// put off; other things to do may have come with that.
pub(crate) fn interrupt_may_raise() -> bool {
    // SAFETY: a flag that signal handlers of this process set.
    let pending = (unsafe { pg_sys::InterruptPending }) != 0;
    pending && !a_put_off_cancel_is_pending()
}

fn a_put_off_cancel_is_pending() -> bool {
    // SAFETY: a counter that only this thread changes.
    let put_off = (unsafe { pg_sys::QueryCancelHoldoffCount }) > 0;
    // SAFETY: a flag that a signal handler of this process sets.
    let ends = (unsafe { pg_sys::ProcDiePending }) != 0;
    put_off && !ends && cancel_is_pending()
}

/// Whether `check_for_interrupts` does anything here: it does not while the server holds interrupts off.
pub(crate) fn may_be_interrupted() -> bool {
    // SAFETY: a counter that only this thread changes.
    let held_off = unsafe { pg_sys::InterruptHoldoffCount };
    // SAFETY: a counter that only this thread changes.
    let critical = unsafe { pg_sys::CritSectionCount };
    held_off == 0 && critical == 0
}

/// Forget a cancel request that came while there was nothing to cancel.
pub(crate) fn forget_cancel() {
    // SAFETY: a flag that a signal handler of this process sets.
    unsafe { pg_sys::QueryCancelPending = 0 }
}

/// Act as if a cancel request had come just now.
pub(crate) fn request_cancel() {
    // SAFETY: a flag that a signal handler of this process sets as well.
    unsafe { pg_sys::QueryCancelPending = 1 };
    // SAFETY: a flag that signal handlers of this process set as well.
    unsafe { pg_sys::InterruptPending = 1 };
}

/// Ask another process to cancel what it is doing, if `pid` still is the process of this entry. Returns whether it is.
///
/// As long as the lock is held, the process cannot leave the array; so its number cannot be another's, however late the
/// request comes.
pub(crate) fn cancel(process: *mut pg_sys::PGPROC, pid: i32) -> bool {
    let lock = ffi::proc_array_lock();
    // SAFETY: one of the server's own locks, released below; nothing in between raises an ERROR.
    unsafe { pg_sys::LWLockAcquire(lock, pg_sys::LWLockMode::LW_SHARED) };
    // SAFETY: the lock is held.
    let is_there = !process.is_null() && unsafe { pg_sys::BackendPidGetProcWithLock(pid) } == process;
    if is_there {
        // As the server does: to the whole group, so that a program that the command runs hears of it as well.
        ffi::interrupt_process_group(pid);
    }
    // SAFETY: acquired above.
    unsafe { pg_sys::LWLockRelease(lock) };
    is_there
}

/// Give the processor to another process that wants it.
pub(crate) fn let_others_run() {
    std::thread::yield_now();
}

/// The time, as the server counts it.
pub(crate) fn now() -> pg_sys::TimestampTz {
    // SAFETY: this reads a clock.
    unsafe { pg_sys::GetCurrentTimestamp() }
}

/// The memory for a working step, in bytes: `work_mem`.
pub(crate) fn work_mem() -> usize {
    // SAFETY: a setting, read on the process's only thread.
    (unsafe { pg_sys::work_mem }) as usize * 1024
}

/// Raise the ERROR that the server raises when an allocation fails.
pub(crate) fn out_of_memory() -> ! {
    ErrorReport::new(PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY, "out of memory", "pg_background").report(PgLogLevel::ERROR);
    unreachable!("an ERROR does not return")
}

/// A memory context of the usual sizes.
pub(crate) fn new_memory_context(parent: pg_sys::MemoryContext, name: &'static CStr) -> pg_sys::MemoryContext {
    let (min, init, max) =
        (pg_sys::ALLOCSET_DEFAULT_MINSIZE, pg_sys::ALLOCSET_DEFAULT_INITSIZE, pg_sys::ALLOCSET_DEFAULT_MAXSIZE);
    // SAFETY: the parent is alive, and the name is static.
    unsafe { pg_sys::AllocSetContextCreateInternal(parent, name.as_ptr(), min as usize, init as usize, max as usize) }
}

/// Puts something off until the value is dropped, as the server's `HOLD_INTERRUPTS` and its like do.
pub(crate) struct HeldOff {
    counter: *mut u32,
}

impl HeldOff {
    /// Put off every interrupt. Whatever a `Drop` calls in the server needs it, if it may report something: a report of
    /// any level looks for interrupts, and a cancel is an ERROR.
    pub(crate) fn interrupts() -> Self {
        HeldOff::count(&raw mut pg_sys::InterruptHoldoffCount)
    }

    /// Put off a cancel request.
    pub(crate) fn cancel() -> Self {
        HeldOff::count(&raw mut pg_sys::QueryCancelHoldoffCount)
    }

    fn count(counter: *mut u32) -> Self {
        // SAFETY: one of the server's counters, which only this thread changes.
        unsafe { *counter += 1 };
        HeldOff { counter }
    }
}

impl Drop for HeldOff {
    fn drop(&mut self) {
        // SAFETY: one of the server's counters, which only this thread changes.
        let held = unsafe { *self.counter };
        // An ERROR has set the counter to zero by the time its panic unwinds to here.
        let released = held.saturating_sub(1);
        // SAFETY: as above.
        unsafe { *self.counter = released };
    }
}
