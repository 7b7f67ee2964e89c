//! The worker's way to its leader: messages into the queue, and at the end one outcome into the segment.
//!
//! The outcome does not go through the queue, so a command that fails, is cancelled or terminated while the queue is
//! full leaves at once, and still says why.

use crate::bytes::Writer;
use crate::message::{Column, Kind, Outcome, encode_columns};
use crate::report::Report;
use crate::shm::queue::{QueueWriter, Sent};
use crate::shm::segment::Segment;
use core::ffi::CStr;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// How many ERRORs are remembered. A command may catch one, raise and catch others, and then raise the first again.
const REMEMBERED_ERRORS: usize = 16;

/// What a worker has to say, and where it says it.
pub(crate) struct Outbox {
    segment: Rc<Segment>,
    writer: RefCell<QueueWriter>,
    /// The ERRORs raised last, the newest first.
    errors: RefCell<VecDeque<Report>>,
}

impl Outbox {
    pub(crate) fn new(segment: Segment) -> Self {
        let segment = Rc::new(segment);
        let writer = RefCell::new(QueueWriter::attach(Rc::clone(&segment)));
        Outbox { segment, writer, errors: RefCell::default() }
    }

    pub(crate) fn segment(&self) -> &Segment {
        &self.segment
    }

    pub(crate) fn send_description(&self, columns: &[Column]) -> Sent {
        self.send(Kind::Description, encode_columns(columns).as_bytes())
    }

    /// Send a batch of minimal tuples, each padded to the server's alignment.
    pub(crate) fn send_rows(&self, tuples: &[u8]) -> Sent {
        self.send(Kind::Rows, tuples)
    }

    /// Send a notice. One that is raised while another message is being sent is dropped: the queue has no room
    /// between two halves of a message.
    pub(crate) fn send_notice(&self, report: &Report) {
        let mut body = Writer::default();
        report.write(&mut body);
        if let Ok(mut writer) = self.writer.try_borrow_mut() {
            let _ = writer.send(&Kind::Notice.head(), body.as_bytes());
        }
    }

    /// Remember an ERROR as it is raised: of what the server throws, pgrx keeps only a part.
    pub(crate) fn remember_error(&self, report: Report) {
        let mut errors = self.errors.borrow_mut();
        errors.truncate(REMEMBERED_ERRORS - 1);
        errors.push_front(report);
    }

    /// The newest ERROR that is the wanted one.
    pub(crate) fn recall_error(&self, is_wanted: impl Fn(&Report) -> bool) -> Option<Report> {
        self.errors.borrow().iter().find(|report| is_wanted(report)).cloned()
    }

    /// Say that the command has been completed, and committed.
    pub(crate) fn complete(&self, tag: &CStr) {
        self.segment.set_outcome(Outcome::encode_completed(tag).as_bytes());
    }

    /// Say that the command has failed. Never waits.
    pub(crate) fn fail(&self, report: &Report) {
        let short = report.shortened();
        let fitting = short.as_ref().unwrap_or(report);
        self.segment.set_outcome(Outcome::encode_failed(fitting).as_bytes());
    }

    /// Send a report whole that the outcome has only in short; may wait for the leader to read. A command that was
    /// interrupted while the queue was full leaves at once instead: the short report has to do.
    pub(crate) fn send_long_error(&self, report: &Report) {
        if report.shortened().is_some() && !self.writer.borrow().has_unsent() {
            let mut body = Writer::default();
            report.write(&mut body);
            let _ = self.send(Kind::Error, body.as_bytes());
        }
    }

    fn send(&self, kind: Kind, body: &[u8]) -> Sent {
        self.writer.borrow_mut().send(&kind.head(), body)
    }
}
