//! This session's jobs: launched here, and neither read to the end nor detached yet.

use crate::error::Error;
use crate::identity;
use crate::inbox::Inbox;
use crate::kept_rows::KeptRows;
use crate::message::{Column, Outcome};
use crate::report::Report;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use pgrx::pg_sys;
use pgrx::pg_sys::Oid;
use std::cell::RefCell;
use std::ffi::CString;
use std::mem::ManuallyDrop;

/// A launched command, as its leader sees it.
pub(crate) struct Job {
    pub(crate) pid: i32,
    pub(crate) sql: CString,
    /// The role that launched it.
    pub(crate) owner: Oid,
    pub(crate) inbox: Inbox,
    pub(crate) progress: Progress,
    pub(crate) worker: WorkerHandle,
}

/// What has been read of a job's messages, over all calls.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) columns: Option<Vec<Column>>,
    /// Rows that an interrupted call has read.
    pub(crate) kept_rows: Option<KeptRows>,
    /// Set while rows are only in the hands of a call that has not returned them yet.
    pub(crate) rows_at_risk: bool,
    /// The error in full length, if the outcome has it in short only.
    pub(crate) long_error: Option<Report>,
    pub(crate) outcome: Option<Outcome>,
}

impl Job {
    /// Whether the command has ended, one way or another.
    pub(crate) fn is_finished(&self) -> bool {
        self.inbox.is_finished() || self.worker.is_stopped()
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
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        // SAFETY: allocated by the server for this session, and not used again. Freeing raises no ERROR.
        unsafe { pg_sys::pfree(self.0.as_ptr().cast()) }
    }
}

#[derive(Default)]
struct Registry {
    jobs: Vec<Job>,
    /// Workers whose job is read or detached, as long as their process may still hold a slot.
    leaving: Vec<WorkerHandle>,
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

/// Whether this session has an unread job whose worker has, or had, this process id.
pub(crate) fn is_tracked(pid: i32) -> bool {
    with_registry(|registry| registry.jobs.iter().any(|job| job.pid == pid))
}

/// How many commands of this session are running.
pub(crate) fn count_running() -> usize {
    with_registry(|registry| registry.jobs.iter().filter(|job| !job.is_finished()).count())
}

/// Free the shared memory of jobs that have finished, and forget processes that have gone.
pub(crate) fn tidy() {
    with_registry(|registry| {
        for job in registry.jobs.iter_mut().filter(|job| job.is_finished()) {
            job.inbox.take_over();
        }
        registry.leaving.retain(|worker| !worker.is_stopped());
    });
}

/// Whether a process of this session that has nothing more to do may still hold a slot.
pub(crate) fn some_worker_is_leaving() -> bool {
    with_registry(|registry| {
        let finished = registry.jobs.iter().filter(|job| job.inbox.is_finished()).map(|job| &job.worker);
        finished.chain(&registry.leaving).any(|worker| !worker.is_stopped())
    })
}

/// Take the job of a worker out of the registry; dropping the result puts it back.
pub(crate) fn borrow(pid: i32) -> Result<Borrowed, Error> {
    with_registry(|registry| {
        let index = registry.jobs.iter().position(|job| job.pid == pid).ok_or(Error::UnknownPid { pid })?;
        // SAFETY: this looks role memberships up.
        if !unsafe { pg_sys::has_privs_of_role(identity::current_user(), registry.jobs[index].owner) } {
            return Err(Error::ForeignJob { pid });
        }
        Ok(Borrowed(Some(registry.jobs.swap_remove(index))))
    })
}

/// A job in use. An ERROR while it is used leaves it in the registry.
pub(crate) struct Borrowed(Option<Job>);

impl Borrowed {
    /// The job is done with: forget it.
    pub(crate) fn finish(mut self) {
        if let Some(job) = self.0.take() {
            let Job { worker, inbox, .. } = job;
            drop(inbox);
            with_registry(|registry| registry.leaving.push(worker));
        }
    }
}

impl Deref for Borrowed {
    type Target = Job;

    fn deref(&self) -> &Job {
        self.0.as_ref().expect("only `finish` and `drop` take the job out")
    }
}

impl DerefMut for Borrowed {
    fn deref_mut(&mut self) -> &mut Job {
        self.0.as_mut().expect("only `finish` and `drop` take the job out")
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(job) = self.0.take() {
            add(job);
        }
    }
}
