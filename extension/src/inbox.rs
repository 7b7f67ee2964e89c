//! The leader's side of a job's messages: still in the queue, or taken over from it.
//!
//! A finished command's queue keeps a shared memory segment alive, and a server has a limited number of those. So the
//! session takes over what finished commands have left, at most a queue full each, and gives the segments back.

use crate::shm::queue::{Found, QueueReader};
use std::collections::VecDeque;

/// A message outside of its queue, at the server's alignment.
struct KeptMessage {
    words: Vec<u64>,
    len: usize,
}

impl KeptMessage {
    fn copy(message: &[u8]) -> Self {
        let mut words = vec![0u64; message.len().div_ceil(size_of::<u64>())];
        // SAFETY: `words` has at least this many bytes, and is not part of the queue.
        unsafe { core::ptr::copy_nonoverlapping(message.as_ptr(), words.as_mut_ptr().cast(), message.len()) };
        KeptMessage { words, len: message.len() }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: `copy` has written this many bytes.
        unsafe { core::slice::from_raw_parts(self.words.as_ptr().cast(), self.len) }
    }
}

/// What a look into the inbox found.
pub(crate) enum Received<'a> {
    Message(&'a [u8]),
    /// Nothing yet; this process's latch is set when there is.
    Nothing,
    /// There will not be any more.
    End,
}

/// Where a job's messages come from.
pub(crate) struct Inbox {
    kept: VecDeque<KeptMessage>,
    current: Option<KeptMessage>,
    /// Gone once everything has been taken out of it.
    queue: Option<QueueReader>,
    outcome: Option<Vec<u8>>,
}

impl Inbox {
    pub(crate) fn new(queue: QueueReader) -> Self {
        Inbox { kept: VecDeque::new(), current: None, queue: Some(queue), outcome: None }
    }

    /// Take the next message, without waiting for one.
    pub(crate) fn receive(&mut self) -> Received<'_> {
        if let Some(message) = self.kept.pop_front() {
            return Received::Message(self.current.insert(message).bytes());
        }
        self.current = None;
        match self.queue.as_mut().map(QueueReader::look) {
            Some(Found::Message) => {
                self.queue.as_ref().map_or(Received::End, |queue| Received::Message(queue.message()))
            }
            Some(Found::Nothing) => Received::Nothing,
            Some(Found::Detached) => {
                self.close();
                Received::End
            }
            None => Received::End,
        }
    }

    /// Whether the worker has let go of its segment.
    pub(crate) fn is_finished(&self) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.segment().is_finished())
    }

    /// Empty the queue of a finished command and give its segment back.
    pub(crate) fn take_over(&mut self) {
        while let Some(queue) = &mut self.queue {
            match queue.look() {
                Found::Message => self.kept.push_back(KeptMessage::copy(queue.message())),
                Found::Nothing => return,
                Found::Detached => self.close(),
            }
        }
    }

    /// How the worker says that its command ended, once everything has been received.
    pub(crate) fn outcome(&self) -> Option<&[u8]> {
        self.outcome.as_deref()
    }

    /// Give the messages up. Returns how the command has ended if it is up to this side to log that.
    pub(crate) fn abandon(&self) -> Option<&[u8]> {
        match &self.queue {
            Some(queue) => queue.segment().abandon(),
            None => self.outcome(),
        }
    }

    fn close(&mut self) {
        if let Some(queue) = self.queue.take() {
            self.outcome = queue.segment().outcome().map(<[u8]>::to_vec);
        }
    }
}
