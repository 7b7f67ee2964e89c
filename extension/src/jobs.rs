//! This session's jobs: launched here, and neither read to the end nor detached yet.

use crate::error::Error;
use crate::identity;
use crate::inbox::Inbox;
use crate::kept_rows::KeptRows;
use crate::message::{Column, Outcome};
use crate::report::Report;
use core::ffi::c_int;
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

    /// Nobody will read the result: leave a failure in the server's log, unless that is up to the worker.
    pub(crate) fn give_up(&self) {
        if let Some(Ok(Outcome::Failed(report))) = self.inbox.abandon().map(Outcome::decode)
            // The server logs what ends a process by itself.
            && report.level < pg_sys::FATAL as c_int
        {
            report.log_unread(self.pid, &self.sql);
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

#[derive(Default)]
struct Registry {
    jobs: Vec<Job>,
    /// Workers whose job was detached while it was running: nothing but the end of the process shows its end.
    detached: Vec<WorkerHandle>,
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

/// Whether this session has an unread job whose worker has, or had, this process id.
pub(crate) fn is_tracked(pid: i32) -> bool {
    with_registry(|registry| registry.jobs.iter().any(|job| job.pid == pid))
}

/// How many commands of this session are running, detached ones among them.
pub(crate) fn count_running() -> usize {
    with_registry(|registry| {
        let jobs = registry.jobs.iter().filter(|job| !job.is_finished()).count();
        let detached = registry.detached.iter().filter(|worker| !worker.is_stopped()).count();
        jobs + detached
    })
}

/// Free the shared memory of jobs that have finished, and forget processes that have gone.
pub(crate) fn tidy() {
    with_registry(|registry| {
        for job in registry.jobs.iter_mut().filter(|job| job.is_finished()) {
            job.inbox.take_over();
        }
        registry.detached.retain(|worker| !worker.is_stopped());
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
            let finished = job.is_finished();
            let Job { worker, inbox, .. } = job;
            drop(inbox);
            with_registry(|registry| {
                let workers = if finished { &mut registry.leaving } else { &mut registry.detached };
                workers.push(worker);
            });
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
