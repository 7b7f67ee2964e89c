//! Everything that differs between the supported versions of the server (15 to 18).

use core::ffi::{CStr, c_int};
use pgrx::pg_sys;

#[cfg(any(feature = "pg17", feature = "pg18"))]
pub(crate) use pg_sys::WaitEventIPC::{
    WAIT_EVENT_BGWORKER_SHUTDOWN as WAIT_FOR_SHUTDOWN, WAIT_EVENT_BGWORKER_STARTUP as WAIT_FOR_STARTUP,
    WAIT_EVENT_MESSAGE_QUEUE_PUT_MESSAGE as WAIT_TO_PUT_MESSAGE, WAIT_EVENT_MESSAGE_QUEUE_RECEIVE as WAIT_TO_RECEIVE,
};
#[cfg(any(feature = "pg15", feature = "pg16"))]
pub(crate) use pg_sys::WaitEventIPC::{
    WAIT_EVENT_BGWORKER_SHUTDOWN as WAIT_FOR_SHUTDOWN, WAIT_EVENT_BGWORKER_STARTUP as WAIT_FOR_STARTUP,
    WAIT_EVENT_MQ_PUT_MESSAGE as WAIT_TO_PUT_MESSAGE, WAIT_EVENT_MQ_RECEIVE as WAIT_TO_RECEIVE,
};

/// Run `portal` to its end as a top-level command.
///
/// # Safety
///
/// `portal` has been started and `receiver` matches its rows.
pub(crate) unsafe fn run_portal(
    portal: pg_sys::Portal,
    receiver: *mut pg_sys::DestReceiver,
    completion: &mut pg_sys::QueryCompletion,
) {
    const ALL_ROWS: core::ffi::c_long = core::ffi::c_long::MAX;
    const TOP_LEVEL: bool = true;

    #[cfg(not(feature = "pg18"))]
    // SAFETY: the caller vouches for the portal and the receiver; `true` says that the portal runs only once.
    unsafe {
        pg_sys::PortalRun(portal, ALL_ROWS, TOP_LEVEL, true, receiver, receiver, completion)
    };
    #[cfg(feature = "pg18")]
    // SAFETY: the caller vouches for the portal and the receiver.
    unsafe {
        pg_sys::PortalRun(portal, ALL_ROWS, TOP_LEVEL, receiver, receiver, completion)
    };
}

/// Form a tuple of `values` for `tuple_desc`, in the current memory context.
///
/// # Safety
///
/// `values` and `nulls` have one entry for each column of `tuple_desc`, and each value is of its column's type.
pub(crate) unsafe fn form_minimal_tuple(
    tuple_desc: pg_sys::TupleDesc,
    values: &mut [pg_sys::Datum],
    nulls: &mut [bool],
) -> pg_sys::MinimalTuple {
    #[cfg(not(feature = "pg18"))]
    // SAFETY: the caller vouches for the arrays.
    unsafe {
        pg_sys::heap_form_minimal_tuple(tuple_desc, values.as_mut_ptr(), nulls.as_mut_ptr())
    }
    #[cfg(feature = "pg18")]
    // SAFETY: the caller vouches for the arrays; no extra room is wanted before the tuple.
    unsafe {
        pg_sys::heap_form_minimal_tuple(tuple_desc, values.as_ptr(), nulls.as_ptr(), 0)
    }
}

/// Install a signal handler of the server's own.
pub(crate) fn handle_signal(signal: c_int, handler: unsafe extern "C-unwind" fn(c_int)) {
    #[cfg(not(feature = "pg18"))]
    // SAFETY: the handler is one that the server installs for its own processes.
    unsafe {
        pg_sys::pqsignal(signal, Some(handler))
    };
    #[cfg(feature = "pg18")]
    // SAFETY: the handler is one that the server installs for its own processes.
    unsafe {
        pg_sys::pqsignal_be(signal, Some(handler))
    };
}

/// Write into a temporary file; `None` on failure, whose cause `errno` tells.
pub(crate) fn write_file(file: pg_sys::File, bytes: &[u8], offset: u64) -> Option<usize> {
    let wait_event = pg_sys::WaitEventIO::WAIT_EVENT_BUFFILE_WRITE;
    #[cfg(feature = "pg15")]
    // SAFETY: the server reads so many bytes; its older headers lack a `const`.
    let written = unsafe {
        let bytes_left = bytes.len().min(c_int::MAX as usize);
        pg_sys::FileWrite(file, bytes.as_ptr().cast_mut().cast(), bytes_left as c_int, offset as _, wait_event)
    };
    #[cfg(feature = "pg16")]
    // SAFETY: the server reads so many bytes.
    let written = unsafe { pg_sys::FileWrite(file, bytes.as_ptr().cast(), bytes.len(), offset as _, wait_event) };
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    // SAFETY: the server reads so many bytes and writes none, whatever the type says.
    let written = unsafe {
        let part = pg_sys::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
        pg_sys::FileWriteV(file, &part, 1, offset as _, wait_event)
    };
    usize::try_from(written).ok()
}

/// Read from a temporary file; `None` on failure, whose cause `errno` tells.
pub(crate) fn read_file(file: pg_sys::File, bytes: &mut [u8], offset: u64) -> Option<usize> {
    let wait_event = pg_sys::WaitEventIO::WAIT_EVENT_BUFFILE_READ;
    #[cfg(feature = "pg15")]
    // SAFETY: the server writes so many bytes.
    let read = unsafe {
        let room = bytes.len().min(c_int::MAX as usize);
        pg_sys::FileRead(file, bytes.as_mut_ptr().cast(), room as c_int, offset as _, wait_event)
    };
    #[cfg(feature = "pg16")]
    // SAFETY: the server writes so many bytes.
    let read = unsafe { pg_sys::FileRead(file, bytes.as_mut_ptr().cast(), bytes.len(), offset as _, wait_event) };
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    // SAFETY: the server writes so many bytes.
    let read = unsafe {
        let part = pg_sys::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
        pg_sys::FileReadV(file, &part, 1, offset as _, wait_event)
    };
    usize::try_from(read).ok()
}

/// Let `ps` show what this process is doing.
pub(crate) fn set_ps_display(activity: &CStr) {
    #[cfg(feature = "pg15")]
    // SAFETY: the text ends in NUL.
    unsafe {
        pg_sys::set_ps_display(activity.as_ptr())
    };
    #[cfg(not(feature = "pg15"))]
    // SAFETY: the text has this many bytes. The function of the older name is inline in newer headers.
    unsafe {
        pg_sys::set_ps_display_with_len(activity.as_ptr(), activity.count_bytes())
    };
}

/// Let the server count what comes now as another statement.
pub(crate) fn forget_query_id() {
    // SAFETY: this sets a field of this process's own entry.
    unsafe { pg_sys::pgstat_report_query_id(0, true) };
    #[cfg(feature = "pg18")]
    // SAFETY: as above.
    unsafe {
        pg_sys::pgstat_report_plan_id(0, true)
    };
}

/// Give back the replication slots that a session gives back after an ERROR: the one in use, and temporary ones.
pub(crate) fn release_replication_slots() {
    // SAFETY: read on the process's only thread.
    if unsafe { !pg_sys::MyReplicationSlot.is_null() } {
        // SAFETY: this process holds a slot.
        unsafe { pg_sys::ReplicationSlotRelease() };
    }
    #[cfg(any(feature = "pg15", feature = "pg16"))]
    // SAFETY: in no transaction, and with no slot in use.
    unsafe {
        pg_sys::ReplicationSlotCleanup()
    };
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    // SAFETY: in no transaction, and with no slot in use. All of this process's slots are meant, not only synchronized ones.
    unsafe {
        pg_sys::ReplicationSlotCleanup(false)
    };
}
