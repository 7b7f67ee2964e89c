//! The dynamic shared memory segment of one worker: what it is to do, and how far it has come.
//!
//! ```text
//! +--------+-----------------------+------------------------+----------+----------------------+
//! | Header | queue of results,     | queue of commands,     | SQL, NUL | settings             |
//! |        | from worker to leader | from leader to worker, |          |                      |
//! |        |                       | persistent worker only |          |                      |
//! +--------+-----------------------+------------------------+----------+----------------------+
//! ```
//!
//! The leader writes everything before it registers the worker; later only the header's atomics, the outcome and the
//! queues change. What the header says about the command, the leader clears before it hands over the next one: the
//! worker has nothing to do then, so each field has one writer at a time.

use crate::backend::{self, HeldOff};
use crate::identity::Identity;
use crate::shm::command::CommandState;
use crate::shm::queue;
use core::ffi::{CStr, c_char, c_void};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};
use pgrx::pg_sys;

/// The size of a persistent worker's queue of commands. A longer command passes in pieces, as the worker reads them.
const COMMAND_QUEUE_SIZE: usize = 16 * 1024;

/// What the leader has decided about a worker whose process id it did not know when it asked for one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Pending,
    Run,
    Dismiss,
}

impl Decision {
    fn from_u32(value: u32) -> Self {
        match value {
            1 => Decision::Run,
            2 => Decision::Dismiss,
            _ => Decision::Pending,
        }
    }
}

/// Begins every segment. The last byte counts the layouts: a worker whose library is not the leader's, because it was
/// replaced in between, keeps its hands off.
const MAGIC: u64 = u64::from_be_bytes(*b"pg_bckg\x02");

#[repr(C)]
struct Header {
    magic: u64,
    identity: Identity,
    leader: *mut pg_sys::PGPROC,
    persistent: bool,
    queue_size: usize,
    sql_len: usize,
    /// Set by the worker as soon as it has attached.
    worker: AtomicPtr<pg_sys::PGPROC>,
    worker_pid: AtomicI32,
    /// Set when other sessions can see and signal the worker.
    connected: AtomicBool,
    /// A `Decision`, taken once by the leader.
    decision: AtomicU32,
    /// Set when the leader gives the job up, at the latest when it lets go of the segment: nobody will read how the
    /// command ends.
    abandoned: AtomicBool,
    /// Set when the worker has let go of the segment, whichever way it ended.
    finished: AtomicBool,
    command: CommandState,
}

/// Why a worker cannot have its segment.
pub(crate) enum AttachError {
    /// The leader has given it up already.
    Gone,
    /// The leader has loaded another version of this library.
    OtherVersion,
}

/// A mapped segment; unmapped on drop.
pub(crate) struct Segment {
    seg: NonNull<pg_sys::dsm_segment>,
    header: NonNull<Header>,
}

impl Segment {
    /// Create the segment of a job and fill in what the worker needs. Raises an ERROR if there is no room for it.
    pub(crate) fn create(identity: Identity, sql: &CStr, queue_size: usize, persistent: bool) -> Self {
        let queue_size = maxalign(queue_size);
        let sql = sql.to_bytes_with_nul();
        // SAFETY: this only adds up the sizes of the current settings.
        let settings_size = unsafe { pg_sys::EstimateGUCStateSpace() };
        let size = sql_offset(queue_size, persistent) + maxalign(sql.len()) + settings_size;
        // SAFETY: a plain allocation; without room for it an ERROR is raised.
        let seg = unsafe { pg_sys::dsm_create(size, 0) };
        let segment = Segment::of(NonNull::new(seg).expect("dsm_create raises an ERROR rather than return null"));

        let header = Header {
            magic: MAGIC,
            identity,
            leader: backend::my_proc(),
            persistent,
            queue_size,
            sql_len: sql.len(),
            worker: AtomicPtr::new(core::ptr::null_mut()),
            worker_pid: AtomicI32::new(0),
            connected: AtomicBool::new(false),
            decision: AtomicU32::new(Decision::Pending as u32),
            abandoned: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            command: CommandState::default(),
        };
        // SAFETY: the segment is larger than a header, page-aligned, and known to no other process yet.
        unsafe { segment.header.write(header) };
        let sql_start = segment.at(segment.sql_offset());
        // SAFETY: `size` has room for the text at this offset, and no other process knows the segment yet.
        unsafe { core::ptr::copy_nonoverlapping(sql.as_ptr(), sql_start.cast(), sql.len()) };
        // SAFETY: `size` has this much room for the settings at the end of the segment.
        unsafe { pg_sys::SerializeGUCState(settings_size, segment.settings()) };
        // SAFETY: this many bytes are set aside there.
        unsafe { queue::create(segment.results(), queue_size) };
        if let Some(commands) = segment.commands() {
            // SAFETY: this many bytes are set aside there.
            unsafe { queue::create(commands, COMMAND_QUEUE_SIZE) };
        }
        segment
    }

    /// Map the segment that a leader made for this worker.
    pub(crate) fn attach(handle: pg_sys::dsm_handle) -> Result<Self, AttachError> {
        // SAFETY: attaching to a segment that is gone returns null.
        let seg = unsafe { pg_sys::dsm_attach(handle) };
        let segment = Segment::of(NonNull::new(seg).ok_or(AttachError::Gone)?);
        // SAFETY: every version begins a segment with its magic; this reads nothing else of the header.
        let magic = unsafe { (*segment.header.as_ptr()).magic };
        if magic == MAGIC { Ok(segment) } else { Err(AttachError::OtherVersion) }
    }

    fn of(seg: NonNull<pg_sys::dsm_segment>) -> Self {
        // SAFETY: the segment is mapped.
        let address = unsafe { pg_sys::dsm_segment_address(seg.as_ptr()) };
        Segment { seg, header: NonNull::new(address.cast()).expect("a mapped segment has an address") }
    }

    fn header(&self) -> &Header {
        // SAFETY: the header was written before any other process could know the segment, it stays mapped as long as
        // `self` lives, and what changes later is atomic or in a cell.
        unsafe { self.header.as_ref() }
    }

    pub(crate) fn handle(&self) -> pg_sys::dsm_handle {
        // SAFETY: the segment is mapped.
        unsafe { pg_sys::dsm_segment_handle(self.seg.as_ptr()) }
    }

    pub(crate) fn as_ptr(&self) -> *mut pg_sys::dsm_segment {
        self.seg.as_ptr()
    }

    /// Keep the mapping past the end of the transaction.
    pub(crate) fn pin_mapping(&self) {
        // SAFETY: the segment is mapped and has not been pinned before.
        unsafe { pg_sys::dsm_pin_mapping(self.seg.as_ptr()) }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.header().identity
    }

    pub(crate) fn sql(&self) -> &CStr {
        let start = self.at(self.sql_offset()) as *const u8;
        // SAFETY: `create` has put this many bytes there, and nobody changes them.
        let bytes = unsafe { core::slice::from_raw_parts(start, self.header().sql_len) };
        CStr::from_bytes_with_nul(bytes).expect("the text was copied together with its end")
    }

    /// The leader's settings as `SerializeGUCState` wrote them.
    pub(crate) fn settings(&self) -> *mut c_char {
        self.at(self.sql_offset() + maxalign(self.header().sql_len)).cast()
    }

    /// How far the current command has come.
    pub(crate) fn command(&self) -> &CommandState {
        &self.header().command
    }

    pub(crate) fn is_persistent(&self) -> bool {
        self.header().persistent
    }

    /// Where the queue of results lies.
    pub(crate) fn results(&self) -> *mut c_void {
        self.at(RESULTS_OFFSET)
    }

    /// Where the queue of commands lies; only a persistent worker has one.
    pub(crate) fn commands(&self) -> Option<*mut c_void> {
        self.is_persistent().then(|| self.at(RESULTS_OFFSET + self.queue_size()))
    }

    /// The size of the queue of results, in bytes.
    pub(crate) fn queue_size(&self) -> usize {
        self.header().queue_size
    }

    fn sql_offset(&self) -> usize {
        sql_offset(self.queue_size(), self.is_persistent())
    }

    fn at(&self, offset: usize) -> *mut c_void {
        // SAFETY: every caller's offset lies inside the segment by the layout that `create` allocated.
        unsafe { self.header.as_ptr().cast::<c_void>().byte_add(offset) }
    }
}

/// The handshake at the start.
impl Segment {
    /// Worker: make this process known to the leader.
    pub(crate) fn introduce_worker(&self) {
        let header = self.header();
        header.worker.store(backend::my_proc(), Ordering::Relaxed);
        header.worker_pid.store(backend::my_pid(), Ordering::Release);
    }

    /// Worker: tell the leader that this process can be seen in `pg_stat_activity` and be signalled.
    pub(crate) fn announce_connection(&self) {
        self.header().connected.store(true, Ordering::Release);
        self.wake_leader();
    }

    /// Leader: the worker's process id, once it has connected or has failed to.
    pub(crate) fn worker_pid(&self) -> Option<i32> {
        let header = self.header();
        let settled = header.connected.load(Ordering::Acquire) || header.finished.load(Ordering::Acquire);
        match header.worker_pid.load(Ordering::Acquire) {
            pid if pid != 0 && settled => Some(pid),
            _ => None,
        }
    }

    /// Leader: ask the worker to cancel its command. Returns whether there still is a worker.
    pub(crate) fn cancel(&self) -> bool {
        let header = self.header();
        header.command.ask_to_cancel();
        backend::cancel(header.worker.load(Ordering::Acquire), header.worker_pid.load(Ordering::Acquire))
    }

    fn wake_leader(&self) {
        // SAFETY: the leader has put its own entry there.
        unsafe { backend::wake(self.header().leader) };
    }

    /// Leader: decide about the worker. The first decision counts.
    pub(crate) fn decide(&self, decision: Decision) {
        let header = self.header();
        let pending = Decision::Pending as u32;
        let first =
            header.decision.compare_exchange(pending, decision as u32, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if first {
            // SAFETY: the worker has put its own entry there, or it is still null.
            unsafe { backend::wake(header.worker.load(Ordering::Acquire)) };
        }
    }

    /// Worker: what the leader has decided.
    pub(crate) fn decision(&self) -> Decision {
        Decision::from_u32(self.header().decision.load(Ordering::Acquire))
    }

    /// Leader: whichever way this process lets go of the segment, let the worker know. One that the leader had not
    /// decided about yet, because of an ERROR or because the session ended, is dismissed.
    pub(crate) fn abandon_on_detach(&self) {
        // SAFETY: the callback is for a segment that has a header.
        unsafe { pg_sys::on_dsm_detach(self.seg.as_ptr(), Some(mark_abandoned), pg_sys::Datum::null()) }
    }
}

/// The end.
impl Segment {
    /// Worker: whichever way this process ends, let the leader know that it has.
    pub(crate) fn finish_on_detach(&self) {
        // SAFETY: the callback is for a segment that has a header.
        unsafe { pg_sys::on_dsm_detach(self.seg.as_ptr(), Some(mark_finished), pg_sys::Datum::null()) }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.header().finished.load(Ordering::Acquire)
    }

    /// Leader: give the job up. Returns how the command has ended if it is up to this side to log that.
    ///
    /// Leader and worker each write before they look at what the other one writes, the leader `abandoned`, the worker
    /// the outcome. So at least one of them sees both; if both do, the first to ask logs.
    pub(crate) fn abandon(&self) -> Option<&[u8]> {
        self.header().abandoned.store(true, Ordering::SeqCst);
        self.command().outcome().filter(|_| self.command().is_first_to_log())
    }

    /// Worker, after it has put the outcome down: whether nobody will read it, and it is up to this side to log it.
    pub(crate) fn is_left_to_worker(&self) -> bool {
        self.header().abandoned.load(Ordering::SeqCst) && self.command().is_first_to_log()
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // The server may warn of a failure to unmap.
        let _held = HeldOff::interrupts();
        // SAFETY: mapped by `create` or `attach`, unmapped only here. None of our callbacks raises an ERROR, so this is
        // safe while a panic unwinds.
        unsafe { pg_sys::dsm_detach(self.seg.as_ptr()) }
    }
}

/// # Safety
///
/// Called by the server for a segment that `Segment::create` made.
#[pgrx::pg_guard]
unsafe extern "C-unwind" fn mark_abandoned(seg: *mut pg_sys::dsm_segment, _arg: pg_sys::Datum) {
    look_at(seg, |segment| {
        segment.header().abandoned.store(true, Ordering::SeqCst);
        segment.decide(Decision::Dismiss);
    });
}

/// # Safety
///
/// Called by the server for a segment that `Segment::create` made.
#[pgrx::pg_guard]
unsafe extern "C-unwind" fn mark_finished(seg: *mut pg_sys::dsm_segment, _arg: pg_sys::Datum) {
    look_at(seg, |segment| {
        segment.header().finished.store(true, Ordering::Release);
        segment.wake_leader();
    });
}

/// Look at a segment that is about to be unmapped by somebody else.
fn look_at(seg: *mut pg_sys::dsm_segment, look: impl FnOnce(&Segment)) {
    if let Some(seg) = NonNull::new(seg) {
        // Not dropped: the server is unmapping it already.
        let segment = core::mem::ManuallyDrop::new(Segment::of(seg));
        look(&segment);
    }
}

const RESULTS_OFFSET: usize = maxalign(size_of::<Header>());

const fn sql_offset(queue_size: usize, persistent: bool) -> usize {
    let commands = if persistent { COMMAND_QUEUE_SIZE } else { 0 };
    RESULTS_OFFSET + queue_size + commands
}

/// Round up to the alignment that the server gives every allocation.
pub(crate) const fn maxalign(size: usize) -> usize {
    size.next_multiple_of(pg_sys::MAXIMUM_ALIGNOF as usize)
}
