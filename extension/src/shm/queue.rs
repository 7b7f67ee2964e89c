//! The two ends of a job's queue.
//!
//! Each end owns the segment that the queue lies in, so neither can outlive the mapping.

use crate::backend;
use crate::compat;
use crate::shm::segment::Segment;
use core::ffi::c_char;
use core::ptr::NonNull;
use pgrx::memcxt::PgMemoryContexts;
use pgrx::pg_sys;
use pgrx::pg_sys::shm_mq_result::{SHM_MQ_DETACHED, SHM_MQ_SUCCESS};
use std::rc::Rc;

/// What a look into the queue found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A whole message, see `QueueReader::message`.
    Message,
    /// Nothing yet; this process's latch is set when there is.
    Nothing,
    /// Everything has been read, and the writer is gone.
    Detached,
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Sent {
    Whole,
    /// The reader is gone and will never see it.
    Detached,
}

/// The leader's end.
pub(crate) struct QueueReader {
    queue: NonNull<pg_sys::shm_mq_handle>,
    /// The message found last, in the queue itself or in the server's buffer.
    message: *const [u8],
    segment: Segment,
}

impl QueueReader {
    /// Set the queue up in a new segment, with this process as its reader.
    pub(crate) fn create(segment: Segment) -> Self {
        // SAFETY: `queue_size` bytes are set aside at this address, which is aligned as the server wants it.
        let queue = unsafe { pg_sys::shm_mq_create(segment.queue(), segment.queue_size()) };
        // SAFETY: the queue is new and has no reader.
        unsafe { pg_sys::shm_mq_set_receiver(queue, backend::my_proc()) };
        let message = core::ptr::slice_from_raw_parts(NonNull::dangling().as_ptr(), 0);
        QueueReader { queue: attach(queue, &segment), message, segment }
    }

    /// Tell the queue which worker writes to it, so that a reader does not wait for one that never starts.
    pub(crate) fn set_worker(&mut self, worker: *mut pg_sys::BackgroundWorkerHandle) {
        // SAFETY: the handle lives as long as the job that owns both.
        unsafe { pg_sys::shm_mq_set_handle(self.queue.as_ptr(), worker) }
    }

    pub(crate) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Look for the next message, without waiting for one.
    pub(crate) fn look(&mut self) -> Found {
        let mut len: pg_sys::Size = 0;
        let mut data = core::ptr::null_mut();
        // SAFETY: the queue is mapped, and this process is its reader.
        let result = unsafe { pg_sys::shm_mq_receive(self.queue.as_ptr(), &mut len, &mut data, true) };
        match result {
            SHM_MQ_SUCCESS => {
                self.message = core::ptr::slice_from_raw_parts(data.cast(), len);
                Found::Message
            }
            SHM_MQ_DETACHED => Found::Detached,
            _ => Found::Nothing,
        }
    }

    /// The message found last, after `look` has returned `Found::Message`.
    pub(crate) fn message(&self) -> &[u8] {
        // SAFETY: the server keeps the bytes until the next receive, and `look` needs `self` mutably for that.
        unsafe { &*self.message }
    }
}

impl Drop for QueueReader {
    fn drop(&mut self) {
        detach(self.queue);
    }
}

/// The worker's end.
pub(crate) struct QueueWriter {
    queue: NonNull<pg_sys::shm_mq_handle>,
    /// A message that an interrupt has left half sent; the queue takes nothing else until it is whole.
    unsent: Option<Vec<u8>>,
    reader_is_gone: bool,
    /// Held so that the mapping outlives the handle.
    _segment: Rc<Segment>,
}

impl QueueWriter {
    /// Take the writing end of the queue in a segment.
    pub(crate) fn attach(segment: Rc<Segment>) -> Self {
        let queue = segment.queue().cast();
        // SAFETY: the leader has set the queue up there, and this worker is its only writer.
        unsafe { pg_sys::shm_mq_set_sender(queue, backend::my_proc()) };
        QueueWriter { queue: attach(queue, &segment), unsent: None, reader_is_gone: false, _segment: segment }
    }

    /// Send a message of two parts, and wait while the queue is full. An interrupt may leave the message half sent; the
    /// rest goes ahead of the next one then, because a command may catch the interrupt's ERROR and go on.
    pub(crate) fn send(&mut self, head: &[u8], body: &[u8]) -> Sent {
        if let Some(unsent) = self.unsent.take() {
            let _ = self.push(&unsent, &[]);
        }
        self.push(head, body)
    }

    /// Whether an interrupt has left a message half sent.
    pub(crate) fn has_unsent(&self) -> bool {
        self.unsent.is_some()
    }

    fn push(&mut self, head: &[u8], body: &[u8]) -> Sent {
        let mut parts = [part(head), part(body)];
        while !self.reader_is_gone {
            let (queue, parts) = (self.queue.as_ptr(), parts.as_mut_ptr());
            // SAFETY: the parts are borrowed for the whole loop, and a call after `WOULD_BLOCK` repeats the same bytes:
            // in this loop, or from `unsent` in the next call of `send`.
            match unsafe { pg_sys::shm_mq_sendv(queue, parts, 2, true, true) } {
                SHM_MQ_SUCCESS => return Sent::Whole,
                SHM_MQ_DETACHED => self.reader_is_gone = true,
                _ => {
                    backend::wait(compat::WAIT_TO_PUT_MESSAGE, None);
                    self.honour_interrupts(head, body);
                }
            }
        }
        Sent::Detached
    }

    /// Let an interrupt raise its ERROR without losing the message that is half sent.
    fn honour_interrupts(&mut self, head: &[u8], body: &[u8]) {
        if backend::interrupt_is_pending() {
            self.unsent = Some([head, body].concat());
            pgrx::check_for_interrupts!();
            // Still here: the caller goes on sending it.
            self.unsent = None;
        }
    }
}

impl Drop for QueueWriter {
    fn drop(&mut self) {
        detach(self.queue);
    }
}

fn attach(queue: *mut pg_sys::shm_mq, segment: &Segment) -> NonNull<pg_sys::shm_mq_handle> {
    let in_top_context = |_: &mut PgMemoryContexts| {
        // SAFETY: the queue lies in this segment, and this process is one of its ends.
        unsafe { pg_sys::shm_mq_attach(queue, segment.as_ptr(), core::ptr::null_mut()) }
    };
    // SAFETY: the top context lives as long as the process, hence longer than the handle.
    let handle = unsafe { PgMemoryContexts::TopMemoryContext.switch_to(in_top_context) };
    NonNull::new(handle).expect("shm_mq_attach raises an ERROR rather than return null")
}

fn detach(queue: NonNull<pg_sys::shm_mq_handle>) {
    // SAFETY: attached once, detached once, and the segment is still mapped. It sets a flag, wakes the other end and
    // frees memory; it does not raise an ERROR.
    unsafe { pg_sys::shm_mq_detach(queue.as_ptr()) }
}

fn part(bytes: &[u8]) -> pg_sys::shm_mq_iovec {
    pg_sys::shm_mq_iovec { data: bytes.as_ptr().cast::<c_char>(), len: bytes.len() }
}
