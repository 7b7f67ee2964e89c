//! This session's jobs: workers that it has started, and the commands whose results it has neither read to the end nor
//! given up.

use crate::backend;
use crate::error::Error;
use crate::identity;
use crate::leader::inbox::Inbox;
use crate::message::{Column, Ending, Outcome};
use crate::report::Report;
use crate::shm::queue::QueueWriter;
use core::ffi::c_int;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use pgrx::pg_sys;
use pgrx::pg_sys::{Oid, TimestampTz};
use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::mem::ManuallyDrop;

/// A worker and its command, as their leader sees them.
pub(crate) struct Job {
    pub(crate) pid: i32,
    /// The role that launched it.
    pub(crate) owner: Oid,
    /// Bytes of the queue of results.
    pub(crate) queue_size: i32,
    pub(crate) inbox: Inbox,
    pub(crate) persistent: bool,
    /// The way to a persistent worker, as long as there is one.
    pub(crate) commands: Option<QueueWriter>,
    /// The command that runs, or whose result waits to be read; a persistent worker may have none.
    pub(crate) command: Option<Command>,
    pub(crate) worker: WorkerHandle,
}

/// A command, as its leader sees it.
pub(crate) struct Command {
    pub(crate) sql: CString,
    /// When it was handed to the worker.
    pub(crate) launched_at: TimestampTz,
    pub(crate) reading: Reading,
}

/// What has been read of a command's messages, over all calls.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) columns: Option<Vec<Column>>,
    /// Set while rows are only in the hands of a call that has not returned them yet.
    pub(crate) rows_at_risk: bool,
    /// The error in full length, if the outcome has it in short only.
    pub(crate) long_error: Option<Report>,
}

/// What a job is doing.
pub(crate) enum State {
    /// A persistent worker without a command.
    Idle,
    Running,
    /// The result waits to be read.
    Ended(Box<Ending>),
    /// The worker has gone without saying how its command ended.
    Lost,
}

impl Command {
    /// A command that begins now.
    pub(crate) fn begin(sql: &CStr) -> Self {
        Command { sql: sql.to_owned(), launched_at: backend::now(), reading: Reading::default() }
    }
}

impl Job {
    pub(crate) fn state(&self) -> State {
        // In this order: a worker that has gone may have said something before.
        let gone = self.is_worker_gone();
        match (&self.command, self.inbox.ending()) {
            (Some(_), Some(ending)) => State::Ended(Box::new(ending)),
            (_, _) if gone => State::Lost,
            (Some(_), None) => State::Running,
            (None, _) => State::Idle,
        }
    }

    /// Whether there is a command that has not ended yet.
    pub(crate) fn is_running(&self) -> bool {
        let gone = self.is_worker_gone();
        self.command.is_some() && !self.inbox.has_ending() && !gone
    }

    /// Whether the worker has gone, or is about to without doing anything more.
    pub(crate) fn is_worker_gone(&self) -> bool {
        self.inbox.is_worker_gone() || self.worker.is_stopped()
    }

    /// Whether the worker is going to need its process for anything.
    fn is_occupied(&self) -> bool {
        if self.persistent { !self.is_worker_gone() } else { self.is_running() }
    }

    /// Nobody will read the result: leave a failure in the server's log, unless that is up to the worker.
    pub(crate) fn give_up(&self) {
        let Some(ending) = self.inbox.abandon() else { return };
        if let (Some(command), Outcome::Failed(report)) = (&self.command, ending.outcome)
            // The server logs what ends a process by itself.
            && report.level < pg_sys::FATAL as c_int
        {
            report.log_unread(self.pid, &command.sql);
        }
    }
}

/// The server's handle of a worker process: it tells a worker from a later process with the same id.
pub(crate) struct WorkerHandle(NonNull<pg_sys::BackgroundWorkerHandle>);

impl WorkerHandle {
    /// # Safety
    ///
    /// `handle` comes from `RegisterDynamicBackgroundWorker` and lives in a context that is never reset.
    pub(crate) unsafe fn new(handle: NonNull<pg_sys::BackgroundWorkerHandle>) -> Self {
        WorkerHandle(handle)
    }

    pub(crate) fn as_ptr(&self) -> *mut pg_sys::BackgroundWorkerHandle {
        self.0.as_ptr()
    }

    /// Whether the process has ended and its slot is free again.
    pub(crate) fn is_stopped(&self) -> bool {
        let mut pid = 0;
        // SAFETY: the handle is valid by the contract of `new`.
        let status = unsafe { pg_sys::GetBackgroundWorkerPid(self.0.as_ptr(), &mut pid) };
        status == pg_sys::BgwHandleStatus::BGWH_STOPPED
    }

    /// Ask the postmaster to end the process.
    pub(crate) fn terminate(&self) {
        // SAFETY: the handle is valid by the contract of `new`; for a worker that has gone this does nothing.
        unsafe { pg_sys::TerminateBackgroundWorker(self.0.as_ptr()) }
    }
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        // SAFETY: allocated by the server for this session, and not used again. Freeing raises no ERROR.
        unsafe { pg_sys::pfree(self.0.as_ptr().cast()) }
    }
}

/// A worker that has no job yet. Dropping it, because of an ERROR or because its process id will not do, leaves a
/// worker that is dismissed and still holds its slot for a moment.
pub(crate) struct Recruit(Option<WorkerHandle>);

impl Recruit {
    pub(crate) fn new(worker: WorkerHandle) -> Self {
        Recruit(Some(worker))
    }

    /// The worker has got its job.
    pub(crate) fn into_worker(mut self) -> WorkerHandle {
        self.0.take().expect("only this function and `drop` take the worker out")
    }
}

impl Deref for Recruit {
    type Target = WorkerHandle;

    fn deref(&self) -> &WorkerHandle {
        self.0.as_ref().expect("only `into_worker` and `drop` take the worker out")
    }
}

impl Drop for Recruit {
    fn drop(&mut self) {
        if let Some(worker) = self.0.take() {
            with_registry(|registry| registry.leaving.push(worker));
        }
    }
}

/// A job that was given up while it ran: nothing but the end of its process shows its end.
pub(crate) struct Detached {
    pub(crate) pid: i32,
    pub(crate) owner: Oid,
    pub(crate) queue_size: i32,
    pub(crate) persistent: bool,
    pub(crate) command: Command,
    worker: WorkerHandle,
}

#[derive(Default)]
struct Registry {
    jobs: Vec<Job>,
    detached: Vec<Detached>,
    /// Workers that have nothing more to do, as long as their process may still hold a slot.
    leaving: Vec<WorkerHandle>,
    gives_up_at_exit: bool,
}

thread_local! {
    /// Never dropped: when the process exits, the server has unmapped the segments before thread locals go.
    static REGISTRY: ManuallyDrop<RefCell<Registry>> = ManuallyDrop::new(RefCell::default());
}

fn with_registry<R>(body: impl FnOnce(&mut Registry) -> R) -> R {
    REGISTRY.with(|registry| body(&mut registry.borrow_mut()))
}

pub(crate) fn add(job: Job) {
    with_registry(|registry| registry.jobs.push(job));
}

/// Whether this session has a job whose worker has, or had, this process id.
pub(crate) fn is_tracked(pid: i32) -> bool {
    with_registry(|registry| registry.jobs.iter().any(|job| job.pid == pid))
}

/// How many workers of this session have something to do, or wait for something to do.
pub(crate) fn count_occupied() -> usize {
    with_registry(|registry| {
        let jobs = registry.jobs.iter().filter(|job| job.is_occupied()).count();
        let detached = registry.detached.iter().filter(|detached| !detached.worker.is_stopped()).count();
        jobs + detached
    })
}

/// Show each job that the current user may see.
pub(crate) fn for_each(show: impl FnMut(&Job)) {
    with_registry(|registry| registry.jobs.iter().filter(|job| may_use(job.owner)).for_each(show));
}

/// Show each detached job that the current user may see and whose process is still there.
pub(crate) fn for_each_detached(show: impl FnMut(&Detached)) {
    with_registry(|registry| {
        registry.detached.retain(|detached| !detached.worker.is_stopped());
        registry.detached.iter().filter(|detached| may_use(detached.owner)).for_each(show);
    });
}

/// Make room for workers that have ended their command and could not say everything yet, free the shared memory of those
/// that have gone, and forget processes that have.
pub(crate) fn tidy() {
    with_registry(|registry| {
        for job in registry.jobs.iter_mut().filter(|job| !job.is_running()) {
            while job.inbox.take_over() {}
            if job.is_worker_gone() {
                job.commands = None;
            }
        }
        registry.detached.retain(|detached| !detached.worker.is_stopped());
        registry.leaving.retain(|worker| !worker.is_stopped());
    });
}

/// Whether a process of this session that has nothing more to do may still hold a slot.
pub(crate) fn some_worker_is_leaving() -> bool {
    with_registry(|registry| {
        let finished = registry.jobs.iter().filter(|job| !job.is_occupied()).map(|job| &job.worker);
        finished.chain(&registry.leaving).any(|worker| !worker.is_stopped())
    })
}

/// When the session ends, give up what has not been read.
pub(crate) fn give_up_at_exit() {
    if !with_registry(|registry| core::mem::replace(&mut registry.gives_up_at_exit, true)) {
        // SAFETY: the library stays loaded until the process ends.
        unsafe { pg_sys::before_shmem_exit(Some(give_up_all), pg_sys::Datum::null()) }
    }
}

/// # Safety
///
/// Called by the server when the session ends.
#[pgrx::pg_guard]
unsafe extern "C-unwind" fn give_up_all(_code: c_int, _arg: pg_sys::Datum) {
    REGISTRY.with(|registry| {
        // In use only if the session ends in the middle of a change, and then its end has other reports.
        if let Ok(registry) = registry.try_borrow() {
            registry.jobs.iter().for_each(Job::give_up);
        }
    });
}

/// Whether the current user has the rights of `owner`.
fn may_use(owner: Oid) -> bool {
    // SAFETY: this looks role memberships up.
    unsafe { pg_sys::has_privs_of_role(identity::current_user(), owner) }
}

/// Take the job of a worker out of the registry; dropping the result puts it back.
pub(crate) fn borrow(pid: i32) -> Result<Borrowed, Error> {
    with_registry(|registry| {
        let index = registry.jobs.iter().position(|job| job.pid == pid).ok_or(Error::UnknownPid { pid })?;
        if !may_use(registry.jobs[index].owner) {
            return Err(Error::ForeignJob { pid });
        }
        Ok(Borrowed(Some(registry.jobs.swap_remove(index))))
    })
}

/// A job in use. An ERROR while it is used leaves it in the registry.
pub(crate) struct Borrowed(Option<Job>);

impl Borrowed {
    /// Its command is done with. A persistent worker stays, unless it has gone; any other is forgotten.
    pub(crate) fn finish_command(mut self) {
        if self.persistent && !self.is_worker_gone() {
            self.command = None;
        } else {
            self.forget();
        }
    }

    /// Have nothing more to do with the worker. It ends by itself when its command, if there is one, has ended.
    pub(crate) fn forget(mut self) {
        let Some(job) = self.0.take() else { return };
        let running = job.is_running();
        let Job { pid, owner, queue_size, persistent, command, worker, .. } = job;
        with_registry(|registry| match command.filter(|_| running) {
            Some(command) => {
                registry.detached.push(Detached { pid, owner, queue_size, persistent, command, worker });
            }
            None => registry.leaving.push(worker),
        });
    }
}

impl Deref for Borrowed {
    type Target = Job;

    fn deref(&self) -> &Job {
        self.0.as_ref().expect("only `forget` and `drop` take the job out")
    }
}

impl DerefMut for Borrowed {
    fn deref_mut(&mut self) -> &mut Job {
        self.0.as_mut().expect("only `forget` and `drop` take the job out")
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(job) = self.0.take() {
            add(job);
        }
    }
}
