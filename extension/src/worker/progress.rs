//! `pg_background_progress`: a command says how far it is.

use crate::error::Error;
use crate::report::clip;
use crate::shm::progress::MESSAGE_SIZE;
use crate::shm::segment::Segment;
use core::ffi::CStr;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

thread_local! {
    /// The segment of this worker; nothing in a process that is none.
    static SEGMENT: RefCell<Weak<Segment>> = const { RefCell::new(Weak::new()) };
}

/// From here on the process is a worker.
pub(crate) fn report_to(segment: &Rc<Segment>) {
    SEGMENT.set(Rc::downgrade(segment));
}

pub(crate) fn progress(percent: i32, message: Option<&CStr>) -> Result<(), Error> {
    let Some(segment) = SEGMENT.with_borrow(Weak::upgrade) else { return Err(Error::NotInBackground) };
    if !(0..=100).contains(&percent) {
        return Err(Error::PercentOutOfRange);
    }
    let message = message.map(|message| clip(message, MESSAGE_SIZE));
    segment.command().progress().write(percent, message.as_ref().map(|message| message.to_bytes()));
    Ok(())
}
