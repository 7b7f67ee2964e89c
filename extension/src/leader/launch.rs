//! `pg_background_launch`: describe the job in a segment, ask for a worker, and let it go ahead once its process id is
//! known.

use crate::backend::{self, Woken};
use crate::compat;
use crate::error::Error;
use crate::identity::Identity;
use crate::leader::inbox::Inbox;
use crate::leader::jobs::{self, Command, Job, Recruit, WorkerHandle};
use crate::settings;
use crate::shm::queue::{QueueReader, QueueWriter};
use crate::shm::segment::{Decision, Segment};
use core::ffi::{CStr, c_char};
use core::ptr::NonNull;
use pgrx::memcxt::PgMemoryContexts;
use pgrx::pg_sys;
use std::rc::Rc;
use std::time::{Duration, Instant};

pub(crate) const DEFAULT_QUEUE_SIZE: i32 = 65_536;
const SMALLEST_QUEUE_SIZE: i32 = 1024;
/// The largest block that the server allocates in one piece.
const LARGEST_QUEUE_SIZE: i32 = 0x3fff_ffff;

/// How long a launch waits for the slots of workers that have nothing more to do.
const SLOT_WAIT: Duration = Duration::from_millis(100);

/// How long the worker stays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// Until its command has ended.
    OneCommand,
    /// Until its leader lets go of it.
    Persistent,
}

/// Start a worker for `sql` and return its process id.
pub(crate) fn launch(sql: &CStr, queue_size: i32, persistence: Persistence) -> Result<i32, Error> {
    if !(SMALLEST_QUEUE_SIZE..=LARGEST_QUEUE_SIZE).contains(&queue_size) {
        return Err(Error::QueueSizeOutOfRange { min: SMALLEST_QUEUE_SIZE, max: LARGEST_QUEUE_SIZE });
    }
    jobs::give_up_at_exit();
    jobs::tidy();
    respect_cap()?;
    loop {
        let start = start_worker(sql, queue_size, persistence)?;
        // A finished, unread job keeps its process id for this session, even if the system has given it away again.
        if !jobs::is_tracked(start.pid) {
            return Ok(start.run(sql));
        }
    }
}

fn respect_cap() -> Result<(), Error> {
    match settings::MAX_WORKERS.get() {
        0 => Ok(()),
        cap if jobs::count_occupied() < cap as usize => Ok(()),
        cap => Err(Error::CapReached { cap }),
    }
}

/// A worker that waits for the leader's decision. Dropping it dismisses the worker.
struct Start {
    pid: i32,
    queue_size: i32,
    results: QueueReader,
    commands: Option<QueueWriter>,
    worker: Recruit,
    identity: Identity,
}

impl Start {
    /// Let the worker go ahead, and take the job into the registry.
    fn run(self, sql: &CStr) -> i32 {
        let Start { pid, queue_size, results, commands, worker, identity } = self;
        let command = Some(Command::begin(sql));
        results.segment().decide(Decision::Run);
        // Last: up to here an ERROR has unmapped the segment, and so dismissed the worker.
        results.segment().pin_mapping();
        let (owner, inbox, worker) = (identity.current_user(), Inbox::new(results), worker.into_worker());
        let persistent = commands.is_some();
        jobs::add(Job { pid, owner, queue_size, inbox, persistent, commands, command, worker });
        pid
    }
}

fn start_worker(sql: &CStr, queue_size: i32, persistence: Persistence) -> Result<Start, Error> {
    let identity = Identity::of_this_session();
    let persistent = persistence == Persistence::Persistent;
    let segment = Rc::new(Segment::create(identity, sql, queue_size as usize, persistent));
    segment.abandon_on_detach();
    // SAFETY: the queue was set up with the segment.
    let mut results = unsafe { QueueReader::attach(segment.results(), &segment) };
    // SAFETY: the queue was set up with the segment.
    let commands = segment.commands().map(|queue| unsafe { QueueWriter::attach(queue, &segment) });
    let worker = Recruit::new(register(segment.handle())?);
    results.set_worker(worker.as_ptr());
    let pid = await_worker(&segment, &worker)?;
    Ok(Start { pid, queue_size, results, commands, worker, identity })
}

/// Wait until the worker has connected. The segment lives from then on, even if this session ends, and the worker can
/// be cancelled at once: before it has connected, the server would not know its process id.
fn await_worker(segment: &Segment, worker: &WorkerHandle) -> Result<i32, Error> {
    loop {
        // In this order: a worker that has stopped may have connected before.
        let stopped = worker.is_stopped();
        if let Some(pid) = segment.worker_pid() {
            return Ok(pid);
        }
        if stopped {
            return Err(Error::NotStarted);
        }
        backend::wait(compat::WAIT_FOR_STARTUP, None);
        pgrx::check_for_interrupts!();
    }
}

/// Ask the postmaster for a worker. If there is no slot, wait for those of this session's workers that are going.
fn register(segment: pg_sys::dsm_handle) -> Result<WorkerHandle, Error> {
    let deadline = Instant::now() + SLOT_WAIT;
    loop {
        // In this order: a slot that becomes free after the question is found by the attempt.
        let some_are_leaving = jobs::some_worker_is_leaving();
        if let Some(worker) = try_register(segment) {
            return Ok(worker);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if !some_are_leaving || left.is_zero() {
            return Err(Error::NoWorkerSlot);
        }
        // One that has failed may still have to say why in full. The postmaster signals this process when one has gone.
        jobs::tidy();
        let _: Woken = backend::wait(compat::WAIT_FOR_SHUTDOWN, Some(left.as_millis() as i64 + 1));
        pgrx::check_for_interrupts!();
    }
}

fn try_register(segment: pg_sys::dsm_handle) -> Option<WorkerHandle> {
    let mut worker = description_of_worker(segment);
    let mut handle = core::ptr::null_mut();
    let in_top_context = |_: &mut PgMemoryContexts| {
        // SAFETY: the description is complete, and the handle a local.
        unsafe { pg_sys::RegisterDynamicBackgroundWorker(&mut worker, &mut handle) }
    };
    // SAFETY: the top context lives as long as the session.
    let registered = unsafe { PgMemoryContexts::TopMemoryContext.switch_to(in_top_context) };
    let handle = NonNull::new(handle).filter(|_| registered)?;
    // SAFETY: just registered, in a context that is never reset.
    Some(unsafe { WorkerHandle::new(handle) })
}

fn description_of_worker(segment: pg_sys::dsm_handle) -> pg_sys::BackgroundWorker {
    let mut worker = pg_sys::BackgroundWorker {
        bgw_flags: (pg_sys::BGWORKER_SHMEM_ACCESS | pg_sys::BGWORKER_BACKEND_DATABASE_CONNECTION) as i32,
        bgw_start_time: pg_sys::BgWorkerStartTime::BgWorkerStart_RecoveryFinished,
        bgw_restart_time: pg_sys::BGW_NEVER_RESTART,
        bgw_main_arg: pg_sys::Datum::from(segment),
        bgw_notify_pid: backend::my_pid(),
        ..Default::default()
    };
    let name = format!("pg_background for PID {}", backend::my_pid());
    copy_text(&mut worker.bgw_name, name.as_bytes());
    copy_text(&mut worker.bgw_type, b"pg_background");
    copy_text(&mut worker.bgw_library_name, b"$libdir/pg_background");
    copy_text(&mut worker.bgw_function_name, b"pg_background_main");
    worker
}

/// Copy a text that is shorter than `field`, which is zero so far.
fn copy_text(field: &mut [c_char], text: &[u8]) {
    for (to, from) in field.iter_mut().zip(text) {
        *to = *from as c_char;
    }
}
