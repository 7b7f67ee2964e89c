//! The thread that looks at the processes while statements run.
//!
//! ```text
//! prompt ──begin, end──> Sampler ──Recording──> thread: sleep until a look is due ──Look──> every Recording that runs
//! ```

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::look::Look;
use super::recording::Recording;
use crate::psql::Execution;
use crate::server::Server;

/// Statements that have ended and can still be looked back at.
const MOST_FINISHED: usize = 8;

/// Looks at the processes while statements run. Its session is opened with the first look, so not for statements that
/// end before it. Clones share the thread, which ends with the last of them.
#[derive(Debug, Clone)]
pub struct Sampler {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    server: Server,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Inner").field("server", &self.server).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<Recordings>,
    changed: Condvar,
}

#[derive(Default)]
struct Recordings {
    running: Vec<Recording>,
    finished: Vec<Recording>,
    /// The session is to be opened before there is anything to look at.
    is_prepared: bool,
    is_closing: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, Recordings> {
        // What a panic leaves are whole recordings.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sampler {
    /// One that rests.
    pub fn new(server: &Server) -> Sampler {
        let inner = Inner { shared: Arc::default(), thread: Mutex::default(), server: server.clone() };
        Sampler { inner: Arc::new(inner) }
    }

    /// Opens its session now, so that the first statement is looked at in time.
    pub fn prepare(&self) {
        self.inner.shared.state().is_prepared = true;
        self.inner.wake();
    }

    /// A session begins to run a statement.
    pub fn begin(&self, session: &str, pid: i32, statement: &str) {
        let recording = Recording::begin(session, pid, statement);
        let mut state = self.inner.shared.state();
        // One whose end nobody told.
        state.finish(pid, &[]);
        state.running.push(recording);
        drop(state);
        self.inner.wake();
    }

    /// The statement of the session with that backend has ended.
    pub fn end(&self, pid: i32, executions: &[Execution]) {
        self.inner.shared.state().finish(pid, executions);
    }

    /// What was seen while statements ran of the session with that backend, the latest first.
    pub fn recordings(&self, pid: i32) -> Vec<Recording> {
        let state = self.inner.shared.state();
        let latest_first = state.running.iter().chain(state.finished.iter().rev());
        latest_first.filter(|recording| recording.leader == pid).cloned().collect()
    }
}

impl Inner {
    fn wake(&self) {
        self.shared.changed.notify_one();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let (shared, look) = (Arc::clone(&self.shared), Look::new(Some(&self.server)));
            // Without a thread, nothing is seen, and nothing else is amiss.
            *thread = thread::Builder::new().name("sampler".to_owned()).spawn(move || sample(&shared, look)).ok();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.state().is_closing = true;
        self.shared.changed.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // One that panicked has nothing to tell.
            let _ = thread.join();
        }
    }
}

impl Recordings {
    fn finish(&mut self, pid: i32, executions: &[Execution]) {
        let Some(index) = self.running.iter().position(|recording| recording.leader == pid) else { return };
        let mut recording = self.running.remove(index);
        recording.end(executions);
        self.finished.push(recording);
        if self.finished.len() > MOST_FINISHED {
            self.finished.remove(0);
        }
    }
}

fn sample(shared: &Shared, mut look: Look) {
    let mut state = shared.state();
    while !state.is_closing {
        if std::mem::take(&mut state.is_prepared) {
            drop(state);
            // Without a server there is nothing to be prepared for.
            let _ = look.snapshot();
            state = shared.state();
            continue;
        }
        let Some(pause) = state.running.iter().map(Recording::due_in).min() else {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        if !pause.is_zero() {
            state = shared.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0;
            continue;
        }
        let awaited: Vec<i32> = state.running.iter().map(|recording| recording.leader).collect();
        drop(state);
        // A server that is not there for the moment is seen to do nothing.
        let snapshot = look.snapshot().unwrap_or_default();
        state = shared.state();
        for recording in state.running.iter_mut().filter(|recording| awaited.contains(&recording.leader)) {
            recording.add(&snapshot);
        }
    }
}
