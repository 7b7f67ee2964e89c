//! The rows that a call returns, in a tuplestore.

use crate::backend::HeldOff;
use crate::ffi::{pg_guard_ffi_boundary, unguarded};
use crate::leader::spool::Spool;
use crate::message::{Batch, Kind, tuple_bytes};
use crate::shm::segment::maxalign;
use core::ffi::CStr;
use pgrx::pg_sys::{self, Datum, MinimalTuple, TupleDesc, TupleTableSlot, Tuplestorestate};

/// The rows of one call; the server owns the tuplestore and drops it with the statement.
pub(crate) struct RowSet {
    store: *mut Tuplestorestate,
    tuple_desc: TupleDesc,
    slot: *mut TupleTableSlot,
}

impl RowSet {
    /// Set up the result of a call, with the columns of the call's column list.
    ///
    /// # Safety
    ///
    /// `fcinfo` is a call that expects a set, accepts a materialized one, and has a column list.
    pub(crate) unsafe fn with_listed_columns(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        // SAFETY: the caller vouches for the call.
        unsafe { Self::of_call(fcinfo, pg_sys::MAT_SRF_USE_EXPECTED_DESC) }
    }

    /// Set up the result of a call, with the columns that the function was declared with. Raises an ERROR where a set is
    /// not expected.
    ///
    /// # Safety
    ///
    /// `fcinfo` is the call that is being answered.
    pub(crate) unsafe fn with_declared_columns(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        // SAFETY: the caller vouches for the call.
        unsafe { Self::of_call(fcinfo, 0) }
    }

    unsafe fn of_call(fcinfo: pg_sys::FunctionCallInfo, flags: u32) -> Self {
        // SAFETY: the caller vouches for the call.
        unsafe { pg_sys::InitMaterializedSRF(fcinfo, flags) };
        // SAFETY: the caller vouches for the call.
        let info = unsafe { (*fcinfo).resultinfo };
        // SAFETY: a call that expects a set has such a node, and it was filled in above.
        let info = unsafe { &*info.cast::<pg_sys::ReturnSetInfo>() };
        // SAFETY: the slot is freed with the statement.
        let slot = unsafe { pg_sys::MakeSingleTupleTableSlot(info.setDesc, &raw const pg_sys::TTSOpsMinimalTuple) };
        RowSet { store: info.setResult, tuple_desc: info.setDesc, slot }
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
        self.add_values(&mut [Some(value.into())]);
    }

    /// Add a row of one value, or none, for each column.
    pub(crate) fn add_values(&mut self, row: &mut [Option<Datum>]) {
        let mut values: Vec<Datum> = row.iter().map(|value| value.unwrap_or(Datum::null())).collect();
        let mut nulls: Vec<bool> = row.iter().map(Option::is_none).collect();
        // SAFETY: the caller knows the columns.
        unsafe { pg_sys::tuplestore_putvalues(self.store, self.tuple_desc, values.as_mut_ptr(), nulls.as_mut_ptr()) }
    }

    /// Forget the rows.
    pub(crate) fn clear(&mut self) {
        // SAFETY: the store is valid.
        unsafe { pg_sys::tuplestore_clear(self.store) }
    }

    /// Copy the rows to where they outlive this call, as messages like those that they came in. A cancel has to wait
    /// meanwhile; the end of the session need not.
    pub(crate) fn as_messages(&mut self) -> Spool {
        let _held = HeldOff::cancel();
        let mut spool = Spool::default();
        let mut batch = Batch::new(Batch::SIZE);
        let mut send = |batch: &[u8]| spool.push(&Kind::Rows.head(), batch);
        // They have been read before if an earlier request to cancel was withdrawn.
        // SAFETY: the store is valid.
        unsafe { pg_sys::tuplestore_rescan(self.store) };
        // SAFETY: the store and the slot are valid and of the same columns.
        while unsafe { pg_sys::tuplestore_gettupleslot(self.store, true, false, self.slot) } {
            // SAFETY: the slot holds the row just read, as a minimal tuple, so nothing is copied.
            let tuple = unsafe { pg_sys::ExecFetchSlotMinimalTuple(self.slot, core::ptr::null_mut()) };
            // SAFETY: the tuple lives until the next one is read.
            let bytes = unsafe { tuple_bytes(tuple) };
            if !batch.append(bytes) {
                pgrx::check_for_interrupts!();
                send(batch.bytes());
                batch.clear();
                if !batch.append(bytes) {
                    send(bytes);
                }
            }
        }
        if !batch.is_empty() {
            send(batch.bytes());
        }
        spool
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
