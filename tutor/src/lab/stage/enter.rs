//! Entering an exercise: nothing of what was before works on, and its starting state is made.

use std::time::Instant;

use super::super::scene::run_script;
use super::super::sidecar::Sidecar;
use super::{FIRST_SESSION, LOOK_AGAIN, QUIET_LIMIT, Scene, Stage, StageError};
use crate::check::{Attempt, Expected};
use crate::course::{Exercise, Setup, SetupRole};
use crate::server::Role;

/// Ends the listed processes, if they are still the sandbox's.
const END_PROCESSES: &str = "
    SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = $1 AND a.pid <> pg_catalog.pg_backend_pid() AND a.pid = ANY ($2)";

impl<'a> Stage<'a> {
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

    pub(super) fn set_up(&mut self, setups: &[Setup]) -> Result<(), StageError> {
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

    fn open_sidecar(&mut self, exercise: &Exercise, hold: &str) -> Result<Sidecar, StageError> {
        let shell = self.connect(Role::Student)?;
        let sidecar = Sidecar::new(shell, hold, exercise.release.as_deref()).map_err(StageError::Sidecar)?;
        self.probe.ignore_pid(sidecar.pid());
        Ok(sidecar)
    }
}
