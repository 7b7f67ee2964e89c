//! The leader's side of a worker's messages: still in the queue, or taken over from it.
//!
//! The session takes messages over for two reasons. A worker whose queue is full waits; to wait for the end of its
//! command, somebody has to make room. And the queue of a worker that has gone keeps a shared memory segment, of which a
//! server has a limited number, so the session takes over what is left in there and gives the segment back.

use crate::leader::spool::Spool;
use crate::message::{self, Ending};
use crate::shm::progress::Progress;
use crate::shm::queue::{Found, QueueReader};
use crate::shm::segment::Segment;
use std::collections::VecDeque;

/// How many messages are taken over before interrupts and time limits are looked at again.
const MESSAGES_AT_A_TIME: usize = 64;

/// What a look into the inbox found.
pub(crate) enum Received<'a> {
    Message(&'a [u8]),
    /// Nothing yet; this process's latch is set when there is.
    Nothing,
    /// There will not be any more about this command.
    End,
}

/// Where a worker's messages come from.
pub(crate) struct Inbox {
    /// Taken over, in the order in which they are to be read.
    spools: VecDeque<Spool>,
    /// Gone once everything has been taken out of it, and the worker has gone.
    queue: Option<QueueReader>,
    /// Whether the queue's current message could not be taken over, because of an ERROR, and has to be taken again.
    again: bool,
    /// Whether the end of the command's messages has been found.
    complete: bool,
    /// What the segment said about the command, if it has gone.
    ending: Option<Vec<u8>>,
    progress: Option<Progress>,
}

impl Inbox {
    pub(crate) fn new(queue: QueueReader) -> Self {
        Inbox {
            spools: VecDeque::new(),
            queue: Some(queue),
            again: false,
            complete: false,
            ending: None,
            progress: None,
        }
    }

    /// The next command's messages are going to come.
    pub(crate) fn begin_command(&mut self) {
        self.complete = false;
    }

    /// Take the next message, without going to sleep for one.
    pub(crate) fn receive(&mut self) -> Received<'_> {
        while self.spools.front().is_some_and(Spool::is_empty) {
            self.spools.pop_front();
        }
        if !self.spools.is_empty() {
            return self.spools[0].pop().map_or(Received::End, Received::Message);
        }
        let found = self.look(QueueReader::look_patiently);
        self.again = false;
        match (found, &self.queue) {
            (Found::Message, Some(queue)) => Received::Message(queue.message()),
            (Found::Nothing, _) => Received::Nothing,
            _ => Received::End,
        }
    }

    /// Take over some of what the queue holds, so that the worker can go on. Returns whether there may be more: a worker
    /// can be faster than this, and its leader has to look after other things in between.
    pub(crate) fn take_over(&mut self) -> bool {
        for _ in 0..MESSAGES_AT_A_TIME {
            if self.look(QueueReader::look) != Found::Message {
                return false;
            }
            let Some(queue) = &self.queue else { return false };
            // Up to the next look the message stays where it is: an ERROR loses nothing.
            self.again = true;
            if self.spools.is_empty() {
                self.spools.push_back(Spool::default());
            }
            if let Some(spool) = self.spools.back_mut() {
                spool.push(queue.message(), &[]);
            }
            self.again = false;
        }
        true
    }

    /// Put messages back in front of all others.
    pub(crate) fn put_back(&mut self, messages: Spool) {
        self.spools.push_front(messages);
    }

    /// Whether the worker has let go of its segment.
    pub(crate) fn is_worker_gone(&self) -> bool {
        self.segment().is_none_or(Segment::is_finished)
    }

    /// The segment, unless the worker has gone and all has been taken over.
    pub(crate) fn segment(&self) -> Option<&Segment> {
        self.queue.as_ref().map(|queue| &**queue.segment())
    }

    /// Whether the worker has said how its command ended.
    pub(crate) fn has_ending(&self) -> bool {
        self.ending_bytes().is_some()
    }

    /// How the worker says that its command ended.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ending_bytes().and_then(|bytes| Ending::decode(bytes).ok())
    }

    /// How far the command said last that it is.
    pub(crate) fn progress(&self) -> Option<Progress> {
        match &self.queue {
            Some(queue) => queue.segment().command().progress().read(),
            None => self.progress.clone(),
        }
    }

    /// Give the messages up. Returns how the command has ended if it is up to this side to log that.
    pub(crate) fn abandon(&self) -> Option<Ending> {
        let ending = match &self.queue {
            Some(queue) => queue.segment().abandon(),
            None => self.ending.as_deref(),
        };
        ending.and_then(|bytes| Ending::decode(bytes).ok())
    }

    fn ending_bytes(&self) -> Option<&[u8]> {
        match &self.queue {
            Some(queue) => queue.segment().command().outcome(),
            None => self.ending.as_deref(),
        }
    }

    /// Look into the queue. `Detached` stands for the end of the command's messages, however the worker says so.
    fn look(&mut self, look: impl FnOnce(&mut QueueReader) -> Found) -> Found {
        if self.again {
            return Found::Message;
        }
        let Some(queue) = self.queue.as_mut().filter(|_| !self.complete) else { return Found::Detached };
        match look(queue) {
            Found::Message if message::is_end(queue.message()) => {
                self.complete = true;
                Found::Detached
            }
            Found::Detached => {
                self.ending = queue.segment().command().outcome().map(<[u8]>::to_vec);
                self.progress = queue.segment().command().progress().read();
                self.queue = None;
                Found::Detached
            }
            found => found,
        }
    }
}
