//! The two ends of a queue.
//!
//! Each end shares the segment that the queue lies in, so neither can outlive the mapping.

use crate::backend;
use crate::compat;
use crate::shm::patience::Patience;
use crate::shm::segment::Segment;
use core::ffi::{c_char, c_void};
use core::ptr::NonNull;
use pgrx::memcxt::PgMemoryContexts;
use pgrx::pg_sys;
use pgrx::pg_sys::shm_mq_result::{SHM_MQ_DETACHED, SHM_MQ_SUCCESS};
use std::collections::VecDeque;
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

/// The reading end.
pub(crate) struct QueueReader {
    queue: NonNull<pg_sys::shm_mq_handle>,
    /// The message found last, in the queue itself or in the server's buffer.
    message: *const [u8],
    patience: Patience,
    segment: Rc<Segment>,
}

impl QueueReader {
    /// Take the reading end of the queue at `queue`.
    ///
    /// # Safety
    ///
    /// A queue was set up there, in `segment`, and it has no reader yet.
    pub(crate) unsafe fn attach(queue: *mut c_void, segment: &Rc<Segment>) -> Self {
        // SAFETY: the caller vouches for the queue.
        unsafe { pg_sys::shm_mq_set_receiver(queue.cast(), backend::my_proc()) };
        let message = core::ptr::slice_from_raw_parts(NonNull::dangling().as_ptr(), 0);
        let queue = attach(queue.cast(), segment);
        QueueReader { queue, message, patience: Patience::new(), segment: Rc::clone(segment) }
    }

    /// Tell the queue which worker writes to it, so that a reader does not wait for one that never starts.
    pub(crate) fn set_worker(&mut self, worker: *mut pg_sys::BackgroundWorkerHandle) {
        // SAFETY: the handle lives as long as the job that owns both.
        unsafe { pg_sys::shm_mq_set_handle(self.queue.as_ptr(), worker) }
    }

    pub(crate) fn segment(&self) -> &Rc<Segment> {
        &self.segment
    }

    /// Look for the next message, for as long as it may be worth while before one goes to sleep.
    pub(crate) fn look_patiently(&mut self) -> Found {
        let mut patience = self.patience;
        let found = patience.look(|| Some(self.look()).filter(|found| *found != Found::Nothing));
        self.patience = patience;
        found.unwrap_or(Found::Nothing)
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

/// The writing end.
pub(crate) struct QueueWriter {
    queue: NonNull<pg_sys::shm_mq_handle>,
    /// Messages that could not be sent when it was their turn, in their order. The queue may have taken a part of the
    /// first one, and takes nothing else until that is whole.
    unsent: VecDeque<Vec<u8>>,
    reader_is_gone: bool,
    patience: Patience,
    /// Held so that the mapping outlives the handle.
    _segment: Rc<Segment>,
}

impl QueueWriter {
    /// Take the writing end of the queue at `queue`.
    ///
    /// # Safety
    ///
    /// A queue was set up there, in `segment`, and it has no writer yet.
    pub(crate) unsafe fn attach(queue: *mut c_void, segment: &Rc<Segment>) -> Self {
        // SAFETY: the caller vouches for the queue.
        unsafe { pg_sys::shm_mq_set_sender(queue.cast(), backend::my_proc()) };
        QueueWriter {
            queue: attach(queue.cast(), segment),
            unsent: VecDeque::new(),
            reader_is_gone: false,
            patience: Patience::new(),
            _segment: Rc::clone(segment),
        }
    }

    /// Send a message of two parts, and wait while the queue is full. An interrupt may leave the message half sent; the
    /// rest goes ahead of the next one then, because a command may catch the interrupt's ERROR and go on.
    pub(crate) fn send(&mut self, head: &[u8], body: &[u8]) -> Sent {
        self.send_unsent();
        self.push(head, body)
    }

    /// Send a message of two parts if that takes no waiting; otherwise it goes ahead of the next one.
    pub(crate) fn send_at_leisure(&mut self, head: &[u8], body: &[u8]) {
        let waits = !self.unsent.is_empty() || (!self.reader_is_gone && self.offer(head, body).is_none());
        if waits {
            self.unsent.push_back(concatenated(head, body));
        }
    }

    /// Send what could not be sent when it was its turn.
    pub(crate) fn send_unsent(&mut self) {
        while let Some(message) = self.unsent.pop_front() {
            let _ = self.push(&message, &[]);
        }
    }

    /// Whether something could not be sent when it was its turn.
    pub(crate) fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    fn push(&mut self, head: &[u8], body: &[u8]) -> Sent {
        while !self.reader_is_gone {
            match self.offer_patiently(head, body) {
                Some(sent) => return sent,
                None => {
                    backend::wait(compat::WAIT_TO_PUT_MESSAGE, None);
                    self.honour_interrupts(head, body);
                }
            }
        }
        Sent::Detached
    }

    /// As `offer`, for as long as it may be worth while before one goes to sleep.
    fn offer_patiently(&mut self, head: &[u8], body: &[u8]) -> Option<Sent> {
        let mut patience = self.patience;
        let sent = patience.look(|| self.offer(head, body));
        self.patience = patience;
        sent
    }

    /// Put as much of a message into the queue as has room. `None` if that is not all; no other message may be offered
    /// then before the same bytes have been offered again and taken.
    fn offer(&mut self, head: &[u8], body: &[u8]) -> Option<Sent> {
        let (queue, mut parts) = (self.queue.as_ptr(), [part(head), part(body)]);
        // SAFETY: the parts are borrowed for the whole call, and the server keeps only count of what it has taken.
        match unsafe { pg_sys::shm_mq_sendv(queue, parts.as_mut_ptr(), 2, true, true) } {
            SHM_MQ_SUCCESS => Some(Sent::Whole),
            SHM_MQ_DETACHED => {
                self.reader_is_gone = true;
                Some(Sent::Detached)
            }
            _ => None,
        }
    }

    /// Let an interrupt raise its ERROR without losing the message that is half sent.
    fn honour_interrupts(&mut self, head: &[u8], body: &[u8]) {
        if !backend::interrupt_may_raise() {
            pgrx::check_for_interrupts!();
            return;
        }
        self.unsent.push_front(concatenated(head, body));
        pgrx::check_for_interrupts!();
        // Still here: the caller goes on sending it.
        self.unsent.pop_front();
    }
}

impl Drop for QueueWriter {
    fn drop(&mut self) {
        detach(self.queue);
    }
}

/// Set up an empty queue of `size` bytes.
///
/// # Safety
///
/// So many bytes are set aside at `queue`, which is aligned as the server wants it, and nobody else knows them yet.
pub(crate) unsafe fn create(queue: *mut c_void, size: usize) {
    // SAFETY: the caller vouches for the room.
    unsafe { pg_sys::shm_mq_create(queue, size) };
}

/// Both parts of a message. A message may have a gigabyte, and to run out of memory has to be an ERROR, not the end of
/// the process.
fn concatenated(head: &[u8], body: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    if message.try_reserve_exact(head.len() + body.len()).is_err() {
        backend::out_of_memory();
    }
    message.extend_from_slice(head);
    message.extend_from_slice(body);
    message
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
