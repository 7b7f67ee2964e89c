//! The worker's way to its leader: messages into the queue, and at the end one outcome into the segment.
//!
//! The outcome does not go through the queue, so a command that fails, is cancelled or terminated while the queue is
//! full leaves at once, and still says why.

use crate::backend;
use crate::bytes::Writer;
use crate::message::{Batch, Column, Ending, Kind, encode_columns};
use crate::report::Report;
use crate::shm::queue::{QueueWriter, Sent};
use crate::shm::segment::Segment;
use crate::worker::execute::Completion;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// How many ERRORs are remembered. A command may catch one, raise and catch others, and then raise the first again.
const REMEMBERED_ERRORS: usize = 16;

/// What a worker has to say, and where it says it.
pub(crate) struct Outbox {
    segment: Rc<Segment>,
    writer: RefCell<QueueWriter>,
    /// Whether a command runs, so that the leader may be expected to read.
    in_command: Cell<bool>,
    /// The ERRORs raised last, the newest first.
    errors: RefCell<VecDeque<Report>>,
}

impl Outbox {
    pub(crate) fn new(segment: Segment) -> Self {
        let segment = Rc::new(segment);
        // SAFETY: the leader has set the queue up, and this worker is its only writer.
        let writer = RefCell::new(unsafe { QueueWriter::attach(segment.results(), &segment) });
        Outbox { segment, writer, in_command: Cell::new(false), errors: RefCell::default() }
    }

    pub(crate) fn segment(&self) -> &Rc<Segment> {
        &self.segment
    }

    pub(crate) fn send_description(&self, columns: &[Column]) -> Sent {
        self.send(Kind::Description, encode_columns(columns).as_bytes())
    }

    /// Send rows.
    pub(crate) fn send_rows(&self, batch: &Batch) -> Sent {
        self.segment.command().count_rows(batch.rows());
        self.send(Kind::Rows, batch.bytes())
    }

    /// Send a row that does not fit a batch.
    pub(crate) fn send_row(&self, tuple: &[u8]) -> Sent {
        self.segment.command().count_rows(1);
        self.send(Kind::Rows, tuple)
    }

    /// A command begins.
    pub(crate) fn begin_command(&self) {
        self.in_command.set(true);
    }

    /// Send a notice. One that is raised while another message is being sent is dropped: the queue has no room
    /// between two halves of a message. So is one that belongs to no command any more. It waits for the leader to read only
    /// while a command runs, since a leader waits for its worker to connect, and where something may interrupt that: not in
    /// the middle of a commit, say.
    pub(crate) fn send_notice(&self, report: &Report) {
        if self.segment.command().outcome().is_some() {
            return;
        }
        let mut body = Writer::default();
        report.write(&mut body);
        let (head, body) = (Kind::Notice.head(), body.as_bytes());
        match self.writer.try_borrow_mut() {
            Ok(mut writer) if self.in_command.get() && backend::may_be_interrupted() => {
                let _ = writer.send(&head, body);
            }
            Ok(mut writer) => writer.send_at_leisure(&head, body),
            Err(_) => {}
        }
    }

    /// Send what could not be sent when it was its turn; may wait for the leader to read.
    pub(crate) fn send_unsent(&self) {
        self.writer.borrow_mut().send_unsent();
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
    pub(crate) fn complete(&self, completion: &Completion) {
        self.in_command.set(false);
        let ending = Ending::completed(backend::now(), &completion.tag(), completion.rows());
        self.segment.command().set_outcome(ending.as_bytes());
    }

    /// Say that the command has failed. Never waits.
    pub(crate) fn fail(&self, report: &Report) {
        self.in_command.set(false);
        let short = report.shortened();
        let fitting = short.as_ref().unwrap_or(report);
        self.segment.command().set_outcome(Ending::failed(backend::now(), fitting).as_bytes());
    }

    /// Say that there will be no more about the current command; may wait for the leader to read.
    pub(crate) fn send_end(&self) -> Sent {
        self.errors.borrow_mut().clear();
        self.send(Kind::End, &[])
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
