//! The stage that exercises are played on.

mod enter;
mod error;
mod verdict;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub use error::StageError;

use super::scene::{connection_variables, session_options};
use super::sidecar::Sidecar;
use super::watch::Watch;
use crate::check::{Attempt, Expected, ExpectedError, StateError, StateProbe};
use crate::course::{Exercise, Lab, Lesson};
use crate::psql::{Execution, Item, Performed, Shell, Streams};
use crate::server::{Role, Sandbox, Server};
use crate::wire::Connection;

/// The session that a student starts in.
const FIRST_SESSION: &str = "main";

/// How long a final look waits for the sandbox to become quiet, and a fresh stage for old workers to end.
const QUIET_LIMIT: Duration = Duration::from_secs(30);

/// The pause between two looks at the state.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How the student's sessions are used.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Becomes true when the student presses Ctrl-C while a statement runs.
    pub interrupt: Arc<AtomicBool>,
    /// Whether a person types.
    pub is_interactive: bool,
    /// The backslash commands that the caller knows besides psql's.
    pub own_commands: &'static [&'static str],
    /// The width of the terminal, for `\x auto`.
    pub columns: Option<usize>,
}

impl Usage {
    /// A script that nobody watches.
    pub fn script() -> Usage {
        let interrupt = Arc::new(AtomicBool::new(false));
        Usage { interrupt, is_interactive: false, own_commands: &[], columns: None }
    }

    fn apply(&self, shell: &mut Shell) {
        shell.set_interactive(self.is_interactive);
        shell.set_own_commands(self.own_commands);
        shell.settings_mut().terminal_columns = self.columns;
    }
}

/// A lesson's sandbox with the student's sessions and the tutor's eyes.
pub struct Stage<'a> {
    server: &'a Server,
    lab: &'a Lab,
    lesson: &'a Lesson,
    scene: Option<Scene<'a>>,
    sessions: BTreeMap<String, Shell>,
    current: String,
    attempt: Attempt,
    known_pids: Vec<i32>,
    failure: Option<StateError>,
    probe: StateProbe,
    admin: postgres::Client,
    usage: Usage,
    // Last, so that the sandbox is dropped after every session in it is closed.
    sandbox: Sandbox,
}

/// The exercise that is being played.
struct Scene<'a> {
    exercise: &'a Exercise,
    expected: Result<Expected, ExpectedError>,
    sidecar: Option<Sidecar>,
}

impl<'a> Stage<'a> {
    /// A stage for `lesson` with a fresh sandbox on `server`.
    pub fn open(server: &'a Server, lab: &'a Lab, lesson: &'a Lesson, usage: Usage) -> Result<Stage<'a>, StageError> {
        let sandbox = Sandbox::create(server, &lesson.fixture)?;
        let database = sandbox.database();
        let observer = server.connect(Role::Observer, database)?;
        let checker = server.connect(Role::Checker, database)?;
        let probe = StateProbe::new(observer, checker, database)?;
        let admin = server.connect(Role::Admin, "postgres")?;
        let mut stage = Stage {
            server,
            lab,
            lesson,
            scene: None,
            sessions: BTreeMap::new(),
            current: FIRST_SESSION.to_owned(),
            attempt: Attempt::default(),
            known_pids: Vec::new(),
            failure: None,
            probe,
            admin,
            usage,
            sandbox,
        };
        stage.set_up(&lesson.setup)?;
        stage.open_session(FIRST_SESSION)?;
        Ok(stage)
    }

    /// The lesson.
    pub fn lesson(&self) -> &'a Lesson {
        self.lesson
    }

    /// The exercise being played.
    pub fn exercise(&self) -> Option<&'a Exercise> {
        self.scene.as_ref().map(|scene| scene.exercise)
    }

    /// The sandbox's name.
    pub fn database(&self) -> &str {
        self.sandbox.database()
    }

    /// The student's current session.
    pub fn shell(&mut self) -> &mut Shell {
        self.sessions.get_mut(&self.current).expect("the current session is open")
    }

    /// The name of the current session.
    pub fn session(&self) -> &str {
        &self.current
    }

    /// The names of all open sessions.
    pub fn sessions(&self) -> impl Iterator<Item = &str> {
        self.sessions.keys().map(String::as_str)
    }

    /// Switches to the session of that name, which is opened if it is not there.
    pub fn switch_session(&mut self, name: &str) -> Result<(), StageError> {
        if !self.sessions.contains_key(name) {
            self.open_session(name)?;
        }
        name.clone_into(&mut self.current);
        Ok(())
    }

    /// A new session in place of the current one, which is lost.
    pub fn reconnect(&mut self) -> Result<(), StageError> {
        let name = self.current.clone();
        self.open_session(&name)
    }

    /// Runs one statement or psql command in the student's session.
    pub fn perform(&mut self, item: Item, streams: &mut Streams<'_>) -> io::Result<Performed> {
        let is_statement = matches!(item, Item::Statement(_));
        let Stage { sessions, current, probe, attempt, scene, usage, known_pids, .. } = self;
        let interrupt = &usage.interrupt;
        let shell = sessions.get_mut(current).expect("the current session is open");
        let exercise = scene.as_ref().map(|scene| scene.exercise);
        let mut sidecar = scene.as_mut().and_then(|scene| scene.sidecar.as_mut());
        if let Some(sidecar) = sidecar.as_deref_mut().filter(|_| is_statement) {
            sidecar.arm();
        }
        interrupt.store(false, Ordering::Relaxed);
        let (pid, canceller) = (shell.pid(), shell.canceller());
        let mut watch = Watch::new(probe, attempt, sidecar, exercise, pid, canceller, Arc::clone(interrupt));
        let performed = shell.perform(item, streams, &mut || watch.tick());
        let failure = watch.failure.take();
        known_pids.append(&mut watch.pids);
        if let Some(sidecar) = watch.sidecar {
            sidecar.release();
        }
        self.failure = failure.or(self.failure.take());
        if let Ok(Performed::Executed(executions)) = &performed {
            self.note(executions);
        }
        performed
    }

    fn note(&mut self, executions: &[Execution]) {
        executions.iter().for_each(|execution| self.attempt.push(execution.clone()));
        let pid = self.shell().pid();
        self.known_pids.push(pid);
        if let Ok(activity) = self.probe.activity() {
            self.known_pids.extend(activity.processes().iter().map(|process| process.pid));
        }
        self.known_pids.sort_unstable();
        self.known_pids.dedup();
    }

    fn open_session(&mut self, name: &str) -> Result<(), StageError> {
        match self.sessions.get_mut(name) {
            Some(shell) => shell.reconnect(session_options(self.server, Role::Student, self.sandbox.database()))?,
            None => {
                let mut shell = self.connect(Role::Student)?;
                self.usage.apply(&mut shell);
                self.sessions.insert(name.to_owned(), shell);
            }
        }
        name.clone_into(&mut self.current);
        Ok(())
    }

    fn connect(&self, role: Role) -> Result<Shell, StageError> {
        let options = session_options(self.server, role, self.sandbox.database());
        let mut shell = Shell::new(Connection::connect(&options)?, options);
        for (name, value) in connection_variables(self.server, self.sandbox.database()) {
            shell.variables_mut().set_unchecked(name, &value);
        }
        Ok(shell)
    }
}
