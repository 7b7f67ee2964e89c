//! The tutor's own session beside the student's: it holds a lock or a gate while a statement runs.

use super::scene::{ScriptError, run_script};
use crate::psql::Shell;

/// The sidecar does not wait for a lock that the student's open transaction holds.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '500ms';";

/// A session that holds what the exercise's `sidecar` says, or nothing.
pub(super) struct Sidecar {
    shell: Shell,
    hold: String,
    release: String,
    armed: bool,
}

impl Sidecar {
    /// A sidecar in a session of its own that holds nothing yet.
    pub(super) fn new(mut shell: Shell, hold: &str, release: Option<&str>) -> Result<Sidecar, ScriptError> {
        run_script(&mut shell, LOCK_TIMEOUT)?;
        let release = release.unwrap_or("ROLLBACK;").to_owned();
        Ok(Sidecar { shell, hold: hold.to_owned(), release, armed: false })
    }

    /// The process id of its session.
    pub(super) fn pid(&self) -> i32 {
        self.shell.pid()
    }

    /// Takes hold. Without success when the student holds the same lock: then the statement runs without it.
    pub(super) fn arm(&mut self) {
        if !self.armed {
            self.armed = run_script(&mut self.shell, &self.hold).is_ok();
            if !self.armed {
                self.roll_back();
            }
        }
    }

    /// Lets go.
    pub(super) fn release(&mut self) {
        if std::mem::take(&mut self.armed) && run_script(&mut self.shell, &self.release).is_err() {
            self.roll_back();
        }
    }

    fn roll_back(&mut self) {
        // A session that cannot even roll back is gone, and holds nothing.
        let _ = run_script(&mut self.shell, "ROLLBACK;");
    }
}
