//! The worker's destination for rows: it collects minimal tuples into batches and sends each batch as one message.

use crate::backend;
use crate::compat;
use crate::error::name_in_message;
use crate::ffi::unguarded;
use crate::identity::Identity;
use crate::message::{Batch, Column, HEAD_SIZE, tuple_bytes};
use crate::shm::queue::Sent;
use crate::worker::outbox::Outbox;
use core::ffi::{CStr, c_int, c_void};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{self, DestReceiver, MinimalTuple, Oid, TupleDesc, TupleTableSlot};
use pgrx::{PgLogLevel, PgSqlErrorCode, PgTupleDesc};

/// A small queue has smaller batches, so that it holds several.
const BATCHES_IN_QUEUE: usize = 4;
/// The server refuses larger messages.
const LARGEST_TUPLE: usize = 0x3fff_ffff - HEAD_SIZE;

/// What has to be done to a column's values before they can leave the process.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passage {
    /// The value passes as it is, unless it is toasted out of line.
    AsIs { varlena: bool },
    /// A pseudo-type such as `void`, which no column list can name: the value passes as text.
    AsText { output: Oid },
}

/// Receives rows from the executor. The server knows it by its first field.
#[repr(C)]
pub(crate) struct RowSender<'a> {
    receiver: DestReceiver,
    outbox: &'a Outbox,
    batch: Batch,
    columns: Vec<Passage>,
    tuple_desc: TupleDesc,
    /// Whether every row has to be formed anew.
    converts: bool,
    /// Set once nobody can read the rows; the command goes on, they are dropped.
    discards: bool,
    row_context: pg_sys::MemoryContext,
}

impl<'a> RowSender<'a> {
    /// Boxed, because the server keeps its address.
    pub(crate) fn new(outbox: &'a Outbox) -> Box<Self> {
        let batch_size = Batch::SIZE.min(outbox.segment().queue_size() / BATCHES_IN_QUEUE);
        Box::new(RowSender {
            receiver: DestReceiver {
                receiveSlot: Some(receive_slot),
                rStartup: Some(start_up),
                rShutdown: Some(shut_down),
                rDestroy: Some(shut_down),
                mydest: pg_sys::CommandDest::DestNone,
            },
            outbox,
            batch: Batch::new(batch_size),
            columns: Vec::new(),
            tuple_desc: core::ptr::null_mut(),
            converts: false,
            discards: false,
            row_context: new_row_context(),
        })
    }

    /// Announce the columns, and return the receiver for such rows.
    pub(crate) fn receiver_for(&mut self, columns: TupleDesc) -> *mut DestReceiver {
        if columns.is_null() {
            // A command without rows of its own; those of a rule that it sets off have no place in its result.
            // SAFETY: this receiver needs no set-up and throws every row away.
            return unsafe { pg_sys::CreateDestReceiver(pg_sys::CommandDest::DestNone) };
        }
        self.describe(columns);
        core::ptr::from_mut(self).cast()
    }

    fn describe(&mut self, columns: TupleDesc) {
        // SAFETY: the portal's description of its rows.
        let tuple_desc = unsafe { PgTupleDesc::from_pg_unchecked(columns) };
        if tuple_desc.is_empty() {
            // `SELECT FROM t`: no column list can be empty, so this passes for a command without rows.
            self.discards = true;
            return;
        }
        let mut described = Vec::with_capacity(tuple_desc.len());
        for attribute in tuple_desc.iter() {
            let passage = passage_of(attribute, self.outbox.segment().identity());
            let (type_oid, typmod) = match passage {
                Passage::AsIs { .. } => (attribute.atttypid, attribute.atttypmod),
                Passage::AsText { .. } => (pg_sys::TEXTOID, -1),
            };
            described.push(Column { name: name_of(attribute).to_owned(), type_oid, typmod });
            self.columns.push(passage);
        }
        self.converts = self.columns.iter().any(|passage| matches!(passage, Passage::AsText { .. }));
        self.tuple_desc = if self.converts { description_of(&described) } else { columns };
        self.discards = self.outbox.send_description(&described) == Sent::Detached;
    }

    /// Send what has been collected.
    pub(crate) fn flush(&mut self) {
        if !self.batch.is_empty() && !self.discards {
            self.discards = self.outbox.send_rows(&self.batch) == Sent::Detached;
        }
        self.batch.clear();
    }

    /// Take a row that does not simply fit the batch.
    fn take(&mut self, slot: *mut TupleTableSlot, tuple: MinimalTuple) {
        let stays_here = self.converts || has_external(tuple);
        let tuple = if stays_here { self.form(slot) } else { tuple };
        // SAFETY: the tuple lives until the row context is reset below, or until the caller frees it.
        let bytes = unsafe { tuple_bytes(tuple) };
        if bytes.len() > LARGEST_TUPLE {
            ErrorReport::new(PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED, "row is too large", "pg_background")
                .set_detail(format!("The row has {} bytes, the limit is {LARGEST_TUPLE}.", bytes.len()))
                .report(PgLogLevel::ERROR);
        }
        if !self.batch.append(bytes) {
            self.flush();
            if !self.batch.append(bytes) && !self.discards {
                self.discards = self.outbox.send_row(bytes) == Sent::Detached;
            }
        }
        if stays_here {
            // SAFETY: nothing of this row is needed any more.
            unsafe { pg_sys::MemoryContextReset(self.row_context) };
        }
    }

    /// Form the row anew from values that mean something outside of this process.
    fn form(&self, slot: *mut TupleTableSlot) -> MinimalTuple {
        // SAFETY: the context was made for this.
        let outer = unsafe { pg_sys::MemoryContextSwitchTo(self.row_context) };
        let count = self.columns.len();
        // SAFETY: the executor has filled the slot.
        let taken_apart = unsafe { (*slot).tts_nvalid };
        if (taken_apart as usize) < count {
            // SAFETY: the slot has this many columns, and not all of them have been taken apart.
            unsafe { pg_sys::slot_getsomeattrs_int(slot, count as c_int) };
        }
        // SAFETY: the slot stays as it is while its row is taken.
        let slot = unsafe { &*slot };
        // SAFETY: the slot has this many values.
        let values = unsafe { core::slice::from_raw_parts(slot.tts_values, count) };
        // SAFETY: the slot has this many flags.
        let nulls = unsafe { core::slice::from_raw_parts(slot.tts_isnull, count) };
        let mut nulls = nulls.to_vec();
        let mut values: Vec<_> = values
            .iter()
            .zip(&nulls)
            .zip(&self.columns)
            .map(|((value, null), passage)| if *null { *value } else { passage.take(*value) })
            .collect();
        // SAFETY: the values are of the types that were announced.
        let tuple = unsafe { compat::form_minimal_tuple(self.tuple_desc, &mut values, &mut nulls) };
        // SAFETY: the context that was current before.
        unsafe { pg_sys::MemoryContextSwitchTo(outer) };
        tuple
    }
}

impl Passage {
    /// The value as it passes; memory comes from the current context.
    fn take(self, value: pg_sys::Datum) -> pg_sys::Datum {
        match self {
            Passage::AsIs { varlena: false } => value,
            Passage::AsIs { varlena: true } => {
                // SAFETY: a value of a variable-length type; what is in line already comes back as it is.
                unsafe { pg_sys::detoast_external_attr(value.cast_mut_ptr()) }.into()
            }
            Passage::AsText { output } => {
                // SAFETY: the output function of the value's type.
                let text = unsafe { pg_sys::OidOutputFunctionCall(output, value) };
                // SAFETY: the text ends in NUL.
                unsafe { pg_sys::cstring_to_text(text) }.into()
            }
        }
    }
}

/// The executor's call for each row. It owns nothing that would have to be dropped: an ERROR out of an unguarded
/// function jumps over this frame.
///
/// # Safety
///
/// Called by the server; `receiver` is the first field of a `RowSender`, and `slot` holds a row of its columns.
unsafe extern "C-unwind" fn receive_slot(slot: *mut TupleTableSlot, receiver: *mut DestReceiver) -> bool {
    // SAFETY: the server passes the receiver that `receiver_for` gave it.
    let sender = unsafe { &mut *receiver.cast::<RowSender>() };
    if sender.discards {
        return true;
    }
    let mut is_copy = false;
    // SAFETY: nothing here has to be dropped; the slot holds a row.
    let tuple = unsafe { unguarded::ExecFetchSlotMinimalTuple(slot, &mut is_copy) };
    // SAFETY: the tuple lives until it is freed below.
    let bytes = unsafe { tuple_bytes(tuple) };
    if sender.converts || has_external(tuple) || !sender.batch.append(bytes) {
        // SAFETY: the same sender and row as here.
        unsafe { take_row(receiver, slot, tuple) };
    }
    if is_copy {
        // SAFETY: the server made the copy for this function to free.
        unsafe { unguarded::pfree(tuple.cast::<c_void>()) };
    }
    true
}

/// # Safety
///
/// As for `receive_slot`; `tuple` is the slot's row.
#[pgrx::pg_guard]
unsafe extern "C-unwind" fn take_row(receiver: *mut DestReceiver, slot: *mut TupleTableSlot, tuple: MinimalTuple) {
    // SAFETY: the caller's own reference is not used while this function runs.
    let sender = unsafe { &mut *receiver.cast::<RowSender>() };
    sender.take(slot, tuple);
}

unsafe extern "C-unwind" fn start_up(_: *mut DestReceiver, _: c_int, _: TupleDesc) {}

unsafe extern "C-unwind" fn shut_down(_: *mut DestReceiver) {}

fn has_external(tuple: MinimalTuple) -> bool {
    // SAFETY: the server has just formed the tuple.
    let infomask = unsafe { (*tuple).t_infomask };
    u32::from(infomask) & pg_sys::HEAP_HASEXTERNAL != 0
}

fn passage_of(attribute: &pg_sys::FormData_pg_attribute, leader: &Identity) -> Passage {
    let type_oid = attribute.atttypid;
    if type_oid == pg_sys::RECORDOID || type_oid == pg_sys::RECORDARRAYOID {
        if !leader.shares_row_types() {
            refuse_record(name_of(attribute));
        }
        return Passage::AsIs { varlena: true };
    }
    // SAFETY: this looks the type up in the catalog.
    let kind = unsafe { pg_sys::get_typtype(type_oid) };
    if kind as u8 != pg_sys::TYPTYPE_PSEUDO {
        return Passage::AsIs { varlena: attribute.attlen == -1 };
    }
    let (mut output, mut is_varlena) = (Oid::INVALID, false);
    // SAFETY: both pointers are to locals.
    unsafe { pg_sys::getTypeOutputInfo(type_oid, &mut output, &mut is_varlena) };
    Passage::AsText { output }
}

/// The columns of an anonymous row type are known to the process that made it only, if there is no place to share them.
fn refuse_record(column: &CStr) {
    let message = format!("column \"{}\" of the background command has an anonymous row type", name_in_message(column));
    ErrorReport::new(PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED, message, "pg_background")
        .set_detail("The server had no dynamic shared memory segment left to share the type's columns.")
        .set_hint("Select the fields as columns of their own, or cast the row to a named composite type or to text.")
        .report(PgLogLevel::ERROR);
}

fn name_of(attribute: &pg_sys::FormData_pg_attribute) -> &CStr {
    // SAFETY: a name in the catalog ends in NUL.
    unsafe { CStr::from_ptr(attribute.attname.data.as_ptr()) }
}

/// The server's own description of such columns, in the current context.
fn description_of(columns: &[Column]) -> TupleDesc {
    // SAFETY: a plain allocation.
    let tuple_desc = unsafe { pg_sys::CreateTemplateTupleDesc(columns.len() as c_int) };
    for (index, column) in columns.iter().enumerate() {
        let (number, name) = (index as i16 + 1, column.name.as_ptr());
        // SAFETY: the description has room for this many columns.
        unsafe { pg_sys::TupleDescInitEntry(tuple_desc, number, name, column.type_oid, column.typmod, 0) };
    }
    tuple_desc
}

/// A context that goes with the command's own.
fn new_row_context() -> pg_sys::MemoryContext {
    // SAFETY: created before the first command.
    let parent = unsafe { pg_sys::MessageContext };
    backend::new_memory_context(parent, c"pg_background row")
}
