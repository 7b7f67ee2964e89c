//! Rows in a tuplestore: the one that `pg_background_result` returns, and the one that keeps rows for a second call
//! when the first was cancelled half-way.

use crate::ffi::{pg_guard_ffi_boundary, unguarded};
use crate::shm::segment::maxalign;
use core::ffi::CStr;
use core::ptr::NonNull;
use pgrx::memcxt::PgMemoryContexts;
use pgrx::pg_sys::{self, MinimalTuple, TupleDesc, TupleTableSlot, Tuplestorestate};

/// Rows that outlive the statement that read them.
pub(crate) struct KeptRows(NonNull<Tuplestorestate>);

impl KeptRows {
    fn new() -> Self {
        // SAFETY: a setting, read on the session's only thread.
        let memory_kb = unsafe { pg_sys::work_mem };
        let in_top_context = |_: &mut PgMemoryContexts| {
            let (random_access, across_transactions) = (false, true);
            // SAFETY: a plain allocation; a file is opened only if the rows outgrow the memory.
            unsafe { pg_sys::tuplestore_begin_heap(random_access, across_transactions, memory_kb) }
        };
        // SAFETY: the top context lives as long as the session.
        let store = unsafe { PgMemoryContexts::TopMemoryContext.switch_to(in_top_context) };
        KeptRows(NonNull::new(store).expect("tuplestore_begin_heap raises an ERROR rather than return null"))
    }
}

impl Drop for KeptRows {
    fn drop(&mut self) {
        // SAFETY: made in `new` and not used again. Closing a file and freeing memory raise no ERROR.
        unsafe { pg_sys::tuplestore_end(self.0.as_ptr()) }
    }
}

/// The rows of one call of `pg_background_result`; the server owns the tuplestore and drops it with the statement.
pub(crate) struct ReturnedRows {
    store: *mut Tuplestorestate,
    tuple_desc: TupleDesc,
    slot: *mut TupleTableSlot,
}

impl ReturnedRows {
    /// Set up the result of a call in materialize mode.
    ///
    /// # Safety
    ///
    /// `fcinfo` is a call that expects a set, accepts a materialized one, and has a column list.
    pub(crate) unsafe fn of_call(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        // SAFETY: the caller vouches for the call.
        unsafe { pg_sys::InitMaterializedSRF(fcinfo, pg_sys::MAT_SRF_USE_EXPECTED_DESC) };
        // SAFETY: the caller vouches for the call.
        let info = unsafe { (*fcinfo).resultinfo };
        // SAFETY: a call that expects a set has such a node, and it was filled in above.
        let info = unsafe { &*info.cast::<pg_sys::ReturnSetInfo>() };
        // SAFETY: the slot is freed with the statement.
        let slot = unsafe { pg_sys::MakeSingleTupleTableSlot(info.setDesc, &raw const pg_sys::TTSOpsMinimalTuple) };
        ReturnedRows { store: info.setResult, tuple_desc: info.setDesc, slot }
    }

    pub(crate) fn tuple_desc(&self) -> TupleDesc {
        self.tuple_desc
    }

    /// Add a batch of minimal tuples, each padded to the server's alignment.
    pub(crate) fn add(&mut self, batch: &[u8]) {
        let (store, slot, mut rest) = (self.store, self.slot, batch);
        // SAFETY: the batch holds whole tuples of our columns.
        let add = || unsafe { add_tuples(store, slot, &mut rest) };
        // SAFETY: the closure owns nothing that has to be dropped.
        unsafe { pg_guard_ffi_boundary(add) }
    }

    /// Add the one row of a command that has none of its own.
    pub(crate) fn add_text(&mut self, text: &CStr) {
        // SAFETY: the text ends in NUL.
        let value = unsafe { pg_sys::cstring_to_text(text.as_ptr()) };
        let (mut values, mut nulls) = ([value.into()], [false]);
        // SAFETY: the column list was found to be a single text.
        unsafe { pg_sys::tuplestore_putvalues(self.store, self.tuple_desc, values.as_mut_ptr(), nulls.as_mut_ptr()) }
    }

    /// Copy the rows to where they outlive this call.
    pub(crate) fn keep(&mut self) -> KeptRows {
        let kept = KeptRows::new();
        // The rows have been read before if an earlier request to cancel was withdrawn.
        // SAFETY: the store is valid.
        unsafe { pg_sys::tuplestore_rescan(self.store) };
        // SAFETY: both stores are valid.
        unsafe { copy_rows(self.store, kept.0.as_ptr(), self.slot) };
        kept
    }

    /// Add rows that an earlier call has kept.
    pub(crate) fn add_kept(&mut self, kept: KeptRows) {
        // SAFETY: both stores are valid, and the columns are those of the earlier call.
        unsafe { copy_rows(kept.0.as_ptr(), self.store, self.slot) };
    }
}

/// # Safety
///
/// `rest` holds whole, aligned minimal tuples that fit `slot`. An ERROR jumps over this frame.
unsafe fn add_tuples(store: *mut Tuplestorestate, slot: *mut TupleTableSlot, rest: &mut &[u8]) {
    while !rest.is_empty() {
        let tuple: MinimalTuple = rest.as_ptr().cast_mut().cast();
        // SAFETY: a minimal tuple begins with its length.
        let len = unsafe { (*tuple).t_len } as usize;
        // SAFETY: the slot only looks at the tuple.
        unsafe { unguarded::ExecStoreMinimalTuple(tuple, slot, false) };
        // SAFETY: the slot holds a row; the store makes its own copy.
        unsafe { unguarded::tuplestore_puttupleslot(store, slot) };
        *rest = rest.get(maxalign(len)..).unwrap_or_default();
    }
}

/// # Safety
///
/// Both stores are valid, and `slot` fits their rows.
unsafe fn copy_rows(from: *mut Tuplestorestate, to: *mut Tuplestorestate, slot: *mut TupleTableSlot) {
    // SAFETY: the caller vouches for the stores and the slot.
    while unsafe { pg_sys::tuplestore_gettupleslot(from, true, false, slot) } {
        // SAFETY: the slot holds the row just read.
        unsafe { pg_sys::tuplestore_puttupleslot(to, slot) };
    }
}
