//! The stage that exercises are played on.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::scene::{ScriptError, ask, connection_variables, run_script, session_options, volatile_texts};
use super::sidecar::Sidecar;
use super::watch::{Watch, during_states};
use crate::check::{
    Attempt, Expected, ExpectedError, Look, Normaliser, Outcome, StateError, StateProbe, Verdict, judge, query_error,
    state_sql,
};
use crate::course::{Exercise, Lab, Lesson, Setup, SetupRole, StateCheck, StateRole, When};
use crate::psql::{Execution, Item, Performed, Shell, Streams};
use crate::server::{Role, Sandbox, Server, ServerError};
use crate::wire::{ConnectError, Connection, TransactionStatus};

/// The session that a student starts in.
const FIRST_SESSION: &str = "main";

/// How long a final look waits for the sandbox to become quiet, and a fresh stage for old workers to end.
const QUIET_LIMIT: Duration = Duration::from_secs(30);

/// The pause between two looks at the state.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Ends every process of a sandbox but the listed ones.
const END_PROCESSES: &str = "
    SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = $1 AND a.pid <> pg_catalog.pg_backend_pid() AND a.pid = ANY ($2)";

/// Why a lesson cannot be played. Never the student's fault.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The sandbox cannot be made or reached.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A session of the student's cannot be opened.
    #[error("cannot open a session in the sandbox: {0}")]
    Connect(#[from] ConnectError),
    /// A session of the tutor's own failed.
    #[error("the tutor's own session failed: {0}")]
    Own(#[from] postgres::Error),
    /// A set-up failed.
    #[error("{place}: the set-up failed: {cause}")]
    Setup {
        /// File and line.
        place: String,
        /// The statement and the server's message.
        cause: ScriptError,
    },
    /// A sidecar cannot be opened.
    #[error("the sidecar cannot be opened: {0}")]
    Sidecar(ScriptError),
    /// The state of the server cannot be looked at.
    #[error(transparent)]
    State(#[from] StateError),
    /// Workers of an earlier exercise do not end.
    #[error("processes of the sandbox do not end: {0:?}")]
    Restless(Vec<i32>),
}

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

    /// Makes the starting state of `exercise`: nothing of the student's earlier doing works on, what the exercise
    /// creates is gone, its set-up has run, the session is new.
    pub fn enter(&mut self, exercise: &'a Exercise) -> Result<(), StageError> {
        self.leave();
        self.clear_processes()?;
        self.restore_earlier(exercise)?;
        self.remove_created(exercise)?;
        self.set_up(&exercise.setup)?;
        self.open_session(FIRST_SESSION)?;
        let sidecar = exercise.sidecar.as_ref().map(|hold| self.open_sidecar(exercise, hold)).transpose()?;
        let expected = Expected::read(&self.lab.expected_file(&exercise.id), self.server.major().into());
        self.scene = Some(Scene { exercise, expected, sidecar });
        self.attempt = Attempt::default();
        Ok(())
    }

    /// Ends the current exercise, if there is one: its clean-up runs, the sidecar lets go.
    pub fn leave(&mut self) {
        let Some(scene) = self.scene.take() else { return };
        if let Some(cleanup) = &scene.exercise.cleanup {
            let shell = self.shell();
            shell.clear_buffer();
            // What the clean-up means to remove may not be there; the next exercise starts afresh anyway.
            let _ = run_script(shell, cleanup);
        }
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

    /// Looks once, without waiting: a verdict only when it is certain.
    pub fn glance(&mut self) -> Option<Verdict> {
        let verdict = self.peek();
        if verdict.is_some() {
            self.attempt.judged();
        }
        verdict
    }

    /// The verdict that a glance would give, without giving it.
    pub fn peek(&mut self) -> Option<Verdict> {
        if self.scene.is_none() || self.attempt.is_untouched() || self.shell().transaction() != TransactionStatus::Idle
        {
            return None;
        }
        self.look_once().unwrap_or_else(|fault| Some(Verdict::CheckerFault(fault)))
    }

    /// Judges what was done: waits for conditions on state as long as something still works in the sandbox.
    pub fn judge(&mut self) -> Verdict {
        if self.attempt.is_untouched() {
            return Verdict::NotAttempted;
        }
        let verdict = self.look_finally().unwrap_or_else(Verdict::CheckerFault);
        self.attempt.judged();
        verdict
    }

    /// What the attempt comes to so far; waits until the sandbox is quiet or every condition holds.
    ///
    /// # Errors
    /// The state cannot be looked at.
    pub fn outcome(&mut self) -> Result<Outcome, StateError> {
        let Some(exercise) = self.exercise() else {
            return Ok(Outcome::default());
        };
        let failing = self.wait_for_states(exercise)?;
        Ok(self.outcome_with(exercise, &failing))
    }

    /// The statements of the exercise so far, as they were sent.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// A normaliser that knows this sandbox.
    pub fn normaliser(&self) -> Normaliser {
        let mut names = Normaliser::new(volatile_texts(self.server, self.database()));
        self.known_pids.iter().for_each(|pid| names.know_pid(*pid));
        names
    }

    fn look_once(&mut self) -> Result<Option<Verdict>, String> {
        let Some(exercise) = self.exercise() else {
            return Ok(None);
        };
        let failing = self.failing_states(exercise).map_err(|error| error.to_string())?;
        let settled = self.probe.activity().map_err(|error| error.to_string())?.is_quiet();
        let outcome = self.outcome_with(exercise, &failing);
        Ok(judge(exercise, self.expected()?, &outcome, Look::Glance { settled }))
    }

    fn look_finally(&mut self) -> Result<Verdict, String> {
        let Some(exercise) = self.exercise() else {
            return Ok(Verdict::NotAttempted);
        };
        let outcome = self.outcome().map_err(|error| error.to_string())?;
        let verdict = judge(exercise, self.expected()?, &outcome, Look::Final);
        Ok(verdict.unwrap_or(Verdict::TimedOut))
    }

    fn expected(&self) -> Result<&Expected, String> {
        match self.scene.as_ref().map(|scene| &scene.expected) {
            Some(Ok(expected)) => Ok(expected),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("no exercise is open".to_owned()),
        }
    }

    fn outcome_with(&self, exercise: &Exercise, failing_states: &[String]) -> Outcome {
        Outcome::of(&self.attempt, &exercise.check, failing_states, &mut self.normaliser())
    }

    /// The names of the conditions on state that do not hold now.
    fn failing_states(&mut self, exercise: &Exercise) -> Result<Vec<String>, StateError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let unseen = during_states(exercise).filter(|state| !self.attempt.has_seen(&state.name));
        let mut failing: Vec<String> = unseen.map(|state| state.name.clone()).collect();
        for state in exercise.check.state.iter().filter(|state| state.when == When::After) {
            if !self.holds(state)? {
                failing.push(state.name.clone());
            }
        }
        Ok(failing)
    }

    fn holds(&mut self, state: &StateCheck) -> Result<bool, StateError> {
        let student_pid = self.shell().pid();
        if state.role != StateRole::Student {
            return self.probe.holds(state, student_pid);
        }
        let sql = state_sql(state, student_pid, self.sandbox.database());
        let answer = ask(self.shell(), &sql).map_err(|cause| query_error(state, cause))?;
        Ok(answer.as_deref() == Some("t"))
    }

    fn wait_for_states(&mut self, exercise: &Exercise) -> Result<Vec<String>, StateError> {
        let start = Instant::now();
        loop {
            // Looked at before the states: what became quiet in between has its effect in them.
            let is_quiet = self.probe.activity()?.is_quiet();
            let failing = self.failing_states(exercise)?;
            if failing.is_empty() || is_quiet || start.elapsed() > QUIET_LIMIT {
                return Ok(failing);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
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

    fn open_sidecar(&mut self, exercise: &Exercise, hold: &str) -> Result<Sidecar, StageError> {
        let shell = self.connect(Role::Student)?;
        let sidecar = Sidecar::new(shell, hold, exercise.release.as_deref()).map_err(StageError::Sidecar)?;
        self.probe.ignore_pid(sidecar.pid());
        Ok(sidecar)
    }

    /// Ends every process of the sandbox but the tutor's own, and the other sessions of the student's.
    fn clear_processes(&mut self) -> Result<(), StageError> {
        self.sessions.retain(|name, _| name == FIRST_SESSION);
        FIRST_SESSION.clone_into(&mut self.current);
        let start = Instant::now();
        loop {
            let pids: Vec<i32> = self.probe.activity()?.processes().iter().map(|process| process.pid).collect();
            if pids.is_empty() {
                return Ok(());
            }
            if start.elapsed() > QUIET_LIMIT {
                return Err(StageError::Restless(pids));
            }
            self.admin.execute(END_PROCESSES, &[&self.sandbox.database(), &pids])?;
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Runs the reference answers that `exercise` builds on.
    fn restore_earlier(&mut self, exercise: &Exercise) -> Result<(), StageError> {
        for id in &exercise.check.after {
            let Some(earlier) = self.lesson.exercise(id) else {
                continue;
            };
            self.remove_created(earlier)?;
            self.set_up(&earlier.setup)?;
            let answer = earlier.answers.first().map(String::as_str).unwrap_or_default();
            self.run_as(Role::Student, answer, earlier.line)?;
        }
        Ok(())
    }

    fn remove_created(&mut self, exercise: &Exercise) -> Result<(), StageError> {
        let drops: Vec<String> = exercise.check.creates.iter().map(|created| created.drop_statement() + ";").collect();
        if drops.is_empty() { Ok(()) } else { self.run_as(Role::Student, &drops.join("\n"), exercise.line) }
    }

    fn set_up(&mut self, setups: &[Setup]) -> Result<(), StageError> {
        for setup in setups {
            let role = match setup.role {
                SetupRole::Student => Role::Student,
                SetupRole::Admin => Role::Admin,
            };
            self.run_as(role, &setup.sql, setup.line)?;
        }
        Ok(())
    }

    /// Runs a script in a session of its own.
    fn run_as(&self, role: Role, script: &str, line: usize) -> Result<(), StageError> {
        let mut shell = self.connect(role)?;
        let place = format!("{}:{line}", self.lesson.file.display());
        run_script(&mut shell, script).map_err(|cause| StageError::Setup { place, cause })
    }
}
