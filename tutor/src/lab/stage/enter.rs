//! Entering an exercise: nothing of what was before works on, and its starting state is made.

use std::time::{Duration, Instant};

use super::super::portable::ShownLog;
use super::super::scene::run_script;
use super::super::sidecar::Sidecar;
use super::{FIRST_SESSION, Scene, Stage, StageError, eyes};
use crate::check::{Attempt, Expected};
use crate::course::{Exercise, Setup, SetupRole};
use crate::server::{Role, StopMode};

/// Ends the listed processes, if they are still the sandbox's. A worker of the student's own that does not listen to the
/// one signal may listen to the other.
const END_PROCESSES: &str = "
    SELECT pg_catalog.pg_terminate_backend(a.pid), pg_catalog.pg_cancel_backend(a.pid) FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = ANY ($1) AND a.pid = ANY ($2)";

/// How long processes may take to end. A worker of the student's own may not listen at all.
const TERMINATION_LIMIT: Duration = Duration::from_secs(10);

/// The pause between two looks at processes that are to end.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

impl<'a> Stage<'a> {
    /// Makes the starting state of `exercise`: nothing of the student's earlier doing works on, what the exercise
    /// creates is gone, its set-up has run, and the session is new.
    ///
    /// # Errors
    /// What the student left is in the way, such as a table of the fixture that is gone: a new stage helps.
    pub fn enter(&mut self, exercise: &'a Exercise) -> Result<(), StageError> {
        // A new stage has nothing that works on.
        if !std::mem::take(&mut self.is_new) {
            self.clear()?;
        }
        let made = self.make_scene(exercise);
        // In the exercise's database, which is known now; whatever went wrong, there is a session.
        self.open_session(FIRST_SESSION)?;
        made
    }

    fn make_scene(&mut self, exercise: &'a Exercise) -> Result<(), StageError> {
        self.restore_earlier(exercise)?;
        self.remove_created(exercise)?;
        self.set_up(&exercise.setup, exercise.check.database.as_deref())?;
        let sidecar = exercise.sidecar.as_ref().map(|hold| self.open_sidecar(exercise, hold)).transpose()?;
        let record = self.server.realm().data().record_id(&exercise.id);
        let expected = Expected::read(&self.lesson.record(&record), self.server.major());
        let attempt = Attempt::new(self.normaliser());
        let (shown, succeeded_trials) = (ShownLog::default(), Vec::new());
        self.scene = Some(Scene { exercise, expected, sidecar, attempt, shown, succeeded_trials, failure: None });
        self.on_task = true;
        Ok(())
    }

    /// Leaves the current exercise, if there is one: what it left is cleared away, and the session is new.
    pub fn leave(&mut self) -> Result<(), StageError> {
        if self.scene.is_none() {
            return Ok(());
        }
        self.clear()?;
        self.open_session(FIRST_SESSION)
    }

    /// Ends the scene, every session and process of the student's, and takes back what is set for later sessions.
    fn clear(&mut self) -> Result<(), StageError> {
        let left = self.scene.take().map(|scene| scene.exercise);
        self.probe.ignore_sidecar(None);
        self.keep_settings();
        self.sessions.clear();
        self.sandbox.stop_replication()?;
        self.end_processes()?;
        self.sandbox.restore_settings()?;
        if let Some((cleanup, exercise)) = left.and_then(|left| Some((left.cleanup.as_deref()?, left))) {
            let database = self.sandbox.database_of(exercise.check.database.as_deref());
            // What the clean-up means to take back may not be there any more.
            let _ = run_script(&mut self.connect(Role::Student, database)?, cleanup);
        }
        Ok(())
    }

    /// Ends the sandbox's processes; with the whole server, if one of them cannot be ended otherwise.
    pub(super) fn end_processes(&mut self) -> Result<(), StageError> {
        if !self.terminate_processes()? {
            self.server.restart(StopMode::Immediate, &[])?;
            (self.probe, self.admin) = eyes(self.server, &self.sandbox)?;
        }
        Ok(())
    }

    /// Whether all of them have ended in time.
    fn terminate_processes(&mut self) -> Result<bool, StageError> {
        let start = Instant::now();
        loop {
            let pids: Vec<i32> = self.probe.activity()?.processes().iter().map(|process| process.pid).collect();
            if pids.is_empty() || start.elapsed() > TERMINATION_LIMIT {
                return Ok(pids.is_empty());
            }
            let databases: Vec<&str> = self.sandbox.databases().collect();
            self.admin.execute(END_PROCESSES, &[&databases, &pids])?;
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Runs the reference answers that `exercise` builds on; where they are withheld, the student's own.
    fn restore_earlier(&mut self, exercise: &Exercise) -> Result<(), StageError> {
        for id in &exercise.check.after {
            // A hidden exercise may build on one of the lab's lesson.
            let Some((_, earlier)) = self.lab.exercises().find(|(_, earlier)| earlier.id == *id) else { continue };
            let home = earlier.check.database.as_deref();
            self.remove_created(earlier)?;
            self.set_up(&earlier.setup, home)?;
            let answer = earlier.answers.first().or_else(|| self.own_answers.get(id));
            let answer = answer.ok_or_else(|| StageError::Earlier(id.clone()))?;
            self.run_as(Role::Student, home, answer, earlier.line)?;
        }
        Ok(())
    }

    fn remove_created(&mut self, exercise: &Exercise) -> Result<(), StageError> {
        let drops: Vec<String> = exercise.check.creates.iter().map(|created| created.drop_statement() + ";").collect();
        if drops.is_empty() {
            return Ok(());
        }
        self.run_as(Role::Student, exercise.check.database.as_deref(), &drops.join("\n"), exercise.line)
    }

    /// Runs set-ups, those that name no database in `home`.
    pub(super) fn set_up(&mut self, setups: &[Setup], home: Option<&str>) -> Result<(), StageError> {
        for setup in setups {
            let role = match setup.role {
                SetupRole::Student => Role::Student,
                SetupRole::Admin => Role::Admin,
            };
            self.run_as(role, setup.database.as_deref().or(home), &setup.sql, setup.line)?;
        }
        Ok(())
    }

    /// Runs a script in a session of its own, in the database that the lesson calls `home`, with the settings that the
    /// data of the second data set are made with.
    pub(super) fn run_as(&self, role: Role, home: Option<&str>, script: &str, line: usize) -> Result<(), StageError> {
        let place = format!("{}:{line}", self.lesson.file.display());
        let mut shell = self.connect(role, self.sandbox.database_of(home))?;
        // The student's objects must not be taken for PostgreSQL's own by a superuser.
        let path = if role == Role::Admin { "SET search_path = pg_catalog, pg_temp;" } else { "" };
        let before = self.server.realm().data_settings() + path;
        let ran = run_script(&mut shell, &before).and_then(|_| run_script(&mut shell, script));
        ran.map(drop).map_err(|cause| StageError::Setup { place, cause })
    }

    pub(super) fn open_sidecar(&mut self, exercise: &Exercise, hold: &str) -> Result<Sidecar, StageError> {
        let database = self.sandbox.database_of(exercise.check.database.as_deref());
        let shell = self.connect(Role::Student, database)?;
        let sidecar = Sidecar::new(shell, hold, exercise.release.as_deref()).map_err(StageError::Sidecar)?;
        self.probe.ignore_sidecar(Some(sidecar.pid()));
        Ok(sidecar)
    }
}
