//! The stage that exercises are played on.

mod build;
mod enter;
mod error;
mod verdict;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

pub use error::StageError;

use super::portable::ShownLog;
use super::scene::{session_options, session_variables};
use super::sidecar::Sidecar;
use super::watch::{TaskWatch, Watch};
use crate::check::{Attempt, Databases, Expected, ExpectedError, Eyes, StateError, StateProbe};
use crate::course::{Exercise, Lab, Lesson, Needs};
use crate::psql::{Execution, Item, Performed, PrintSettings, Shell, Streams};
use crate::server::{Role, Sandbox, Server};
use crate::sessions::{BlockWatch, Finished, InterruptWatch, Ran, Sessions, Wait, prompt_end};
use crate::wire::Connection;

/// The session that a student starts in.
const FIRST_SESSION: &str = "main";

/// How long a final look waits for the sandbox to become quiet.
const QUIET_LIMIT: Duration = Duration::from_secs(30);

/// How long a server that recovers from a crash is waited for.
const RECOVERY_LIMIT: Duration = Duration::from_secs(60);

/// The pause between two tries to connect to it.
const CONNECT_AGAIN: Duration = Duration::from_millis(50);

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
    /// Whether crates are built.
    pub builds: Builds,
    /// Whether sessions reach nothing but their own server.
    pub is_confined: bool,
}

/// Whether crates that exercises ask for are built: building runs their code, as the user who plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Builds {
    /// Not here: exercises that ask for one are not graded.
    Never,
    /// They are, in copies below this folder.
    Below(PathBuf),
}

impl Usage {
    /// A script that nobody watches.
    pub fn script(builds: Builds) -> Usage {
        let interrupt = Arc::new(AtomicBool::new(false));
        Usage { interrupt, is_interactive: false, own_commands: &[], columns: None, builds, is_confined: false }
    }
}

/// A lesson's sandbox with the student's sessions and the tutor's eyes.
pub struct Stage<'a> {
    server: &'a Server,
    lab: &'a Lab,
    lesson: &'a Lesson,
    scene: Option<Scene<'a>>,
    /// Whether what is done counts for the exercise; not in free play.
    on_task: bool,
    /// Whether it is as it was opened: no exercise was entered, and nothing was run.
    is_new: bool,
    sessions: Sessions,
    /// What was left running and has ended, not told yet.
    finished: Vec<Finished>,
    settings: PrintSettings,
    interrupted: bool,
    probe: StateProbe,
    admin: postgres::Client,
    usage: Usage,
    /// What the student has answered in exercises that others build on, by their ids.
    own_answers: BTreeMap<String, String>,
    // Last, so that the sandbox is dropped after every session in it is closed.
    sandbox: Sandbox,
}

/// The exercise that is being played.
struct Scene<'a> {
    exercise: &'a Exercise,
    expected: Result<Expected, ExpectedError>,
    sidecar: Option<Sidecar>,
    attempt: Attempt,
    shown: ShownLog,
    /// The names of the trials that have succeeded since the latest statement: they need not be repeated.
    succeeded_trials: Vec<String>,
    failure: Option<StateError>,
}

impl<'a> Stage<'a> {
    /// A stage for `lesson` with a fresh sandbox on `server`.
    pub fn open(server: &'a Server, lab: &'a Lab, lesson: &'a Lesson, usage: Usage) -> Result<Stage<'a>, StageError> {
        let mut sandbox = Sandbox::create(server, &lesson.fixture)?;
        lesson.databases.iter().try_for_each(|name| sandbox.add_database(name))?;
        if lesson.needs == Some(Needs::Replication) {
            sandbox.allow_replication()?;
        }
        let (probe, admin) = eyes(server, &sandbox)?;
        let mut stage = Stage {
            server,
            lab,
            lesson,
            scene: None,
            on_task: true,
            is_new: true,
            sessions: Sessions::default(),
            finished: Vec::new(),
            settings: PrintSettings { terminal_columns: usage.columns, ..PrintSettings::default() },
            interrupted: false,
            probe,
            admin,
            usage,
            own_answers: BTreeMap::new(),
            sandbox,
        };
        stage.set_up(&lesson.setup, None)?;
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

    /// The private server.
    pub fn server(&self) -> &'a Server {
        self.server
    }

    /// The server's major version.
    pub fn major(&self) -> u16 {
        self.server.major()
    }

    /// The sandbox's name.
    pub fn database(&self) -> &str {
        self.sandbox.database()
    }

    /// Whether what is done counts for the exercise, or is free play.
    pub fn set_on_task(&mut self, on_task: bool) {
        self.on_task = on_task;
    }

    /// Whether what is done counts for the exercise.
    pub fn is_on_task(&self) -> bool {
        self.on_task
    }

    /// What the student has answered in an exercise that others build on.
    pub fn know_answer(&mut self, exercise: &str, answer: String) {
        self.own_answers.insert(exercise.to_owned(), answer);
    }

    /// Whether Ctrl-C was pressed while something ran, since this was last asked.
    pub fn take_interrupted(&mut self) -> bool {
        std::mem::take(&mut self.interrupted)
    }

    /// The shell of the student's current session; `None` while a statement runs there that is not waited for.
    pub fn shell(&mut self) -> Option<&mut Shell> {
        self.sessions.shell()
    }

    /// The name of the current session if it is not the first.
    pub fn other_session(&self) -> Option<&str> {
        Some(self.sessions.current_name()).filter(|name| *name != FIRST_SESSION)
    }

    /// How the prompt of the current session ends, behind a name: the session and the database, where they are others
    /// than at the beginning, and psql's signs.
    pub fn prompt(&mut self) -> String {
        let session = self.other_session().map(|session| format!("[{session}]")).unwrap_or_default();
        let database = self.other_database().map(|database| format!(":{database}")).unwrap_or_default();
        format!("{session}{database}{}", prompt_end(self.shell().as_deref()))
    }

    /// What the lesson calls the database of the current session, or its name, if it is not the one that the exercise
    /// plays in.
    pub fn other_database(&self) -> Option<&str> {
        let connected = self.sessions.current()?.shell()?.options().database.as_str();
        let called = self.sandbox.further().find(|(_, database)| *database == connected).map(|(name, _)| name);
        (connected != self.home_database()).then(|| called.unwrap_or(connected))
    }

    /// The student's sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The same, for listening to them.
    pub fn sessions_mut(&mut self) -> &mut Sessions {
        &mut self.sessions
    }

    /// Becomes true when the student presses Ctrl-C.
    pub fn interrupt(&self) -> &AtomicBool {
        &self.usage.interrupt
    }

    /// Switches to the session of that name, which is opened if it is not there.
    pub fn switch_session(&mut self, name: &str) -> Result<(), StageError> {
        if self.sessions.switch(name) { Ok(()) } else { self.open_session(name) }
    }

    /// Statements that were left running and have ended, each once.
    pub fn take_finished(&mut self) -> Vec<Finished> {
        self.settle();
        std::mem::take(&mut self.finished)
    }

    /// New sessions in place of all that were lost; waits for a server that recovers from a crash.
    pub fn reconnect(&mut self) -> Result<(), StageError> {
        let start = Instant::now();
        (self.probe, self.admin) = loop {
            match eyes(self.server, &self.sandbox) {
                Ok(eyes) => break eyes,
                Err(error) if start.elapsed() > RECOVERY_LIMIT => return Err(error),
                Err(_) => std::thread::sleep(CONNECT_AGAIN),
            }
        };
        let options = session_options(self.server, Role::Student, self.home_database());
        for (_, session) in self.sessions.iter_mut() {
            if session.poll_idle().is_err() {
                session.reconnect(options.clone())?;
            }
        }
        if let Some(exercise) = self.exercise()
            && let Some(hold) = &exercise.sidecar
        {
            let sidecar = self.open_sidecar(exercise, hold)?;
            if let Some(scene) = &mut self.scene {
                scene.sidecar = Some(sidecar);
            }
        }
        Ok(())
    }

    /// Runs one statement or psql command in the student's current session, which must not be busy.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn perform(&mut self, item: Item, streams: &mut Streams<'_>) -> io::Result<Ran> {
        self.is_new = false;
        if let (Some(scene), Some(session)) = (&mut self.scene, self.sessions.current()) {
            scene.shown.begins(session.pid(), &item);
        }
        self.watched(|sessions, watch| sessions.perform(item, streams, watch))
    }

    /// Waits for the statement that was left running in the current session; nothing if it is not busy.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn rejoin(&mut self, streams: &mut Streams<'_>) -> io::Result<Option<Performed>> {
        while self.sessions.is_busy() {
            if let Ran::Ended(performed) = self.watched(|sessions, watch| sessions.wait(streams, watch))? {
                return Ok(Some(performed));
            }
        }
        Ok(None)
    }

    /// Has a statement run while the task's states are looked at, and takes it into the attempt when it has ended.
    fn watched(
        &mut self,
        run: impl FnOnce(&mut Sessions, &mut dyn FnMut() -> Wait) -> io::Result<Ran>,
    ) -> io::Result<Ran> {
        let Some((pid, canceller)) = self.sessions.current().map(|now| (now.pid(), now.canceller().clone())) else {
            return Ok(Ran::Ended(Performed::Failed));
        };
        let Stage { sessions, probe, scene, usage, .. } = self;
        let scene = scene.as_mut().filter(|_| self.on_task);
        let (mut failure, task) = match scene {
            None => (None, None),
            Some(Scene { exercise, sidecar, attempt, failure, .. }) => {
                sidecar.iter_mut().for_each(Sidecar::arm);
                let mut watch = TaskWatch::new(exercise, attempt, sidecar.as_mut(), pid);
                // What a short statement ends, such as the wait of a worker that it detaches, is seen before it.
                watch.tick(probe);
                (Some(failure), Some(watch))
            }
        };
        let mut watch = Watch {
            interrupt: InterruptWatch::new(&usage.interrupt, canceller),
            student_pid: pid,
            probe,
            task,
            block: BlockWatch::default(),
        };
        let ran = run(sessions, &mut || watch.tick());
        self.interrupted |= watch.interrupt.was_pressed();
        if let (Some(place), Some(error)) = (&mut failure, watch.task.and_then(TaskWatch::end)) {
            **place = Some(error);
        }
        if let Ok(Ran::Ended(Performed::Executed(executions) | Performed::Lost(executions))) = &ran {
            self.note(pid, executions);
        }
        ran
    }

    /// Takes what was left running and has ended into the attempt.
    fn settle(&mut self) {
        for finished in self.sessions.take_finished() {
            self.note(finished.pid, finished.executions());
            self.finished.push(finished);
        }
    }

    /// Takes statements of the session with that process id into the attempt.
    fn note(&mut self, pid: i32, executions: &[Execution]) {
        let Some(scene) = self.scene.as_mut().filter(|_| self.on_task) else { return };
        scene.attempt.know_pid(pid);
        if let Ok(activity) = self.probe.activity() {
            activity.processes().iter().for_each(|process| scene.attempt.know_pid(process.pid));
        }
        scene.shown.ended(pid, executions, &scene.attempt);
        scene.succeeded_trials.clear();
        executions.iter().for_each(|execution| scene.attempt.push(execution, &scene.exercise.check));
    }

    /// Opens a session of that name and makes it the current one. How results are shown stays as it was.
    fn open_session(&mut self, name: &str) -> Result<(), StageError> {
        self.keep_settings();
        let mut shell = self.connect(Role::Student, self.home_database())?;
        shell.set_interactive(self.usage.is_interactive);
        shell.set_own_commands(self.usage.own_commands);
        *shell.settings_mut() = self.settings.clone();
        self.sessions.open(name, shell);
        Ok(())
    }

    /// How results are shown outlives a session.
    fn keep_settings(&mut self) {
        if let Some(shell) = self.sessions.shell() {
            self.settings = shell.settings().clone();
        }
    }

    fn connect(&self, role: Role, database: &str) -> Result<Shell, StageError> {
        let options = session_options(self.server, role, database);
        let mut shell = Shell::new(Connection::connect(&options)?, options);
        for (name, value) in session_variables(self.server, &self.sandbox) {
            shell.variables_mut().set_unchecked(&name, &value);
        }
        // What the tutor runs as the student may run the student's functions.
        if self.usage.is_confined && role == Role::Student {
            shell.confine();
        }
        Ok(shell)
    }

    /// What the lesson calls the database that the open exercise plays in.
    fn home(&self) -> Option<&'a str> {
        self.exercise().and_then(|exercise| exercise.check.database.as_deref())
    }

    /// The database that the open exercise plays in.
    fn home_database(&self) -> &str {
        self.sandbox.database_of(self.home())
    }
}

/// The sessions of the tutor's own that look and clear up.
fn eyes(server: &Server, sandbox: &Sandbox) -> Result<(StateProbe, postgres::Client), StageError> {
    let look_into = |database: &str| -> Result<Eyes, StageError> {
        let observer = server.connect(Role::Observer, database)?;
        Ok(Eyes { observer, checker: server.connect(Role::Checker, database)? })
    };
    let eyes = sandbox.databases().map(look_into).collect::<Result<_, _>>()?;
    let further = sandbox.further().map(|(name, database)| (name.to_owned(), database.to_owned())).collect();
    let names = Databases { main: sandbox.database().to_owned(), further };
    let admin = server.connect(Role::Admin, "postgres")?;
    Ok((StateProbe::new(names, eyes)?, admin))
}
