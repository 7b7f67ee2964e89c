//! One session: a shell that is idle, or on a thread with what it performs.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Finished;
use super::pages::{FarPager, NearPages};
use super::said::{Said, Voice, keep_output};
use crate::psql::{Item, Paging, Performed, ScreenSize, Shell, Streams};
use crate::wire::{Canceller, ConnectError, ConnectOptions, Event, Lost};

/// How many pieces of output may wait to be taken: what is printed after an interrupt.
const MOST_WAITING: usize = 4;

/// Bytes of output that are kept of a statement that nobody waits for.
const MOST_KEPT_BYTES: usize = 1024 * 1024;

/// A session of the student's.
#[derive(Debug)]
pub struct Session {
    pid: i32,
    canceller: Canceller,
    state: State,
}

#[derive(Debug)]
enum State {
    Idle(Box<Shell>),
    Running(Running),
    /// Its output could not be written, or its thread is gone.
    Gone,
}

/// What a session runs.
pub struct Running {
    /// The statement or command, as it was typed.
    pub statement: String,
    /// When it began.
    pub since: Instant,
    said: Receiver<Said>,
    lines: Sender<Option<Vec<u8>>>,
    /// The pager that it writes to.
    pages: Option<NearPages>,
    /// What it said while nobody waited for it.
    kept: Vec<u8>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Running").field("statement", &self.statement).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(shell: Shell) -> Session {
        Session { pid: shell.pid(), canceller: shell.canceller(), state: State::Idle(Box::new(shell)) }
    }

    /// Process id of its backend.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// A handle that cancels what it runs.
    pub fn canceller(&self) -> &Canceller {
        &self.canceller
    }

    /// Its shell; `None` while it runs something.
    pub fn shell(&self) -> Option<&Shell> {
        match &self.state {
            State::Idle(shell) => Some(shell),
            State::Running(_) | State::Gone => None,
        }
    }

    /// The same, for changing.
    pub fn shell_mut(&mut self) -> Option<&mut Shell> {
        match &mut self.state {
            State::Idle(shell) => Some(shell),
            State::Running(_) | State::Gone => None,
        }
    }

    /// What it runs.
    pub fn running(&self) -> Option<&Running> {
        match &self.state {
            State::Running(running) => Some(running),
            State::Idle(_) | State::Gone => None,
        }
    }

    /// Begins to perform an item, whose output may be paged on a screen of that size. Nothing if the session is busy or
    /// gone.
    pub(super) fn start(&mut self, item: Item, screen: Option<ScreenSize>) {
        self.state = match std::mem::replace(&mut self.state, State::Gone) {
            State::Idle(shell) => State::Running(start(shell, item, screen)),
            other => other,
        };
    }

    /// Waits for the next things that are said, no longer than `wait` for each, and passes them on. What became of the
    /// item, once it is done.
    pub(super) fn pump(
        &mut self,
        wait: Duration,
        streams: &mut Streams<'_>,
        pager: Option<&mut (dyn Paging + 'static)>,
    ) -> io::Result<Option<Performed>> {
        let State::Running(running) = &mut self.state else { return Ok(Some(Performed::Failed)) };
        let said = match running.said.try_recv() {
            Err(TryRecvError::Empty) => {
                // Nothing follows for a moment, so what there is is shown.
                streams.out.flush()?;
                running.said.recv_timeout(wait)
            }
            said => said.map_err(|_| RecvTimeoutError::Disconnected),
        };
        match said {
            Ok(Said::Done(shell, performed)) => {
                self.rest(shell);
                performed.map(Some)
            }
            Ok(said) => self.pass_on(said, streams, pager).map(|()| None),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                self.state = State::Gone;
                Ok(Some(Performed::Failed))
            }
        }
    }

    fn pass_on(
        &mut self,
        said: Said,
        streams: &mut Streams<'_>,
        pager: Option<&mut (dyn Paging + 'static)>,
    ) -> io::Result<()> {
        let State::Running(running) = &mut self.state else { return Ok(()) };
        let written = match said {
            Said::Out(bytes) => streams.out.write_all(&bytes),
            Said::Err(bytes) => streams.out.flush().and_then(|()| streams.err.write_all(&bytes)),
            Said::WantsLine => {
                // The thread does not end before it has heard.
                let _ = running.lines.send((streams.lines)());
                Ok(())
            }
            Said::OpenPages(answer) => {
                let flushed = streams.out.flush();
                running.pages = pager.and_then(|pager| NearPages::open(pager, answer));
                flushed
            }
            Said::Page(bytes) => {
                running.pages.iter_mut().for_each(|pages| pages.show(&bytes));
                Ok(())
            }
            Said::EndPages => {
                if let Some(pages) = running.pages.take() {
                    pages.close();
                }
                Ok(())
            }
            Said::Done(..) => Ok(()),
        };
        if written.is_err() {
            self.abandon();
        }
        written
    }

    /// Takes the terminal back from what it runs, which is not waited for any longer.
    pub(super) fn leave_pages(&mut self) {
        if let State::Running(running) = &mut self.state {
            running.pages = None;
        }
    }

    /// Hears what a statement says that nobody waits for, without waiting; what there is to tell once it has ended.
    pub(super) fn listen(&mut self, name: &str) -> Option<Finished> {
        loop {
            let State::Running(running) = &mut self.state else { return None };
            match running.said.try_recv().ok()? {
                Said::Out(bytes) | Said::Err(bytes) => running.keep(&bytes),
                Said::WantsLine => drop(running.lines.send(None)),
                Said::OpenPages(_) | Said::Page(_) | Said::EndPages => {}
                Said::Done(shell, performed) => {
                    let output = String::from_utf8_lossy(&running.kept).into_owned();
                    let statement = std::mem::take(&mut running.statement);
                    self.rest(shell);
                    let performed = performed.unwrap_or(Performed::Failed);
                    let (session, pid) = (name.to_owned(), self.pid);
                    return Some(Finished { session, pid, statement, output, performed, is_told: false });
                }
            }
        }
    }

    /// Has the shell again; `\c` may have changed its backend.
    fn rest(&mut self, shell: Box<Shell>) {
        (self.pid, self.canceller) = (shell.pid(), shell.canceller());
        self.state = State::Idle(shell);
    }

    /// Opens its connection again, unless it runs something.
    ///
    /// # Errors
    /// There is no connection.
    pub fn reconnect(&mut self, options: ConnectOptions) -> Result<(), ConnectError> {
        if let State::Idle(shell) = &mut self.state {
            shell.reconnect(options)?;
            (self.pid, self.canceller) = (shell.pid(), shell.canceller());
        }
        Ok(())
    }

    /// What its server said while it was idle. An error means that the server has ended it.
    pub fn poll_idle(&mut self) -> Result<Vec<Event>, Lost> {
        self.shell_mut().map_or(Ok(Vec::new()), Shell::poll_idle)
    }

    fn abandon(&mut self) {
        if let State::Running(_) = std::mem::replace(&mut self.state, State::Gone) {
            // The server may be gone already, and the statement with it.
            let _ = self.canceller.cancel();
        }
    }
}

impl Drop for Session {
    /// A statement that runs is cancelled; its thread ends with it.
    fn drop(&mut self) {
        self.abandon();
    }
}

impl Running {
    fn keep(&mut self, bytes: &[u8]) {
        keep_output(&mut self.kept, bytes, MOST_KEPT_BYTES);
    }
}

fn start(mut shell: Box<Shell>, item: Item, screen: Option<ScreenSize>) -> Running {
    let statement = match &item {
        Item::Statement(statement) if !statement.raw.is_empty() => statement.raw.clone(),
        Item::Statement(statement) => statement.text.clone(),
        Item::Command(command) => format!("\\{}{}", command.name, command.rest),
    };
    let (say, said) = sync_channel(MOST_WAITING);
    let (lines, answers) = channel();
    shell.set_pager(screen.map(|screen| Box::new(FarPager::new(say.clone(), screen)) as Box<dyn Paging>));
    thread::spawn(move || {
        let mut out = Voice::new(say.clone(), Said::Out);
        let mut err = Voice::new(say.clone(), Said::Err);
        let mut next_line = || {
            say.send(Said::WantsLine).ok()?;
            answers.recv().ok().flatten()
        };
        let mut streams = Streams { out: &mut out, err: &mut Flushed(&mut err), lines: &mut next_line };
        let performed = shell.perform(item, &mut streams, &mut || {});
        shell.set_pager(None);
        // Nobody may be listening any more.
        let _ = io::Write::flush(&mut out);
        let _ = say.send(Said::Done(shell, performed));
    });
    Running { statement, since: Instant::now(), said, lines, pages: None, kept: Vec::new() }
}

/// Errors are not held back.
struct Flushed<'a>(&'a mut Voice);

impl io::Write for Flushed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.0.flush()?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
