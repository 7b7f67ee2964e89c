//! Every sentence that grading says, in one place.

use std::time::Duration;

use super::watchdog::Limit;
use crate::grade::limits::{DISK_BYTES, NAMED_SESSIONS};

pub(super) const NEEDS_SUPERUSER: &str =
    "it needs rights that PostgreSQL gives only to a superuser before version 16, and no submission gets those";
pub(super) const BUILDS_CODE: &str = "it builds code, which grading does not run";
pub(super) const CHECKER_FAULT: &str = "The check itself failed. That is no fault of the answer: ";
pub(super) const NOT_GRADED: &str = "This exercise is not graded here: ";
pub(super) const MISSING: &str = "What is shown is right, but this does not hold:\n";
pub(super) const MISSING_STATE: &str = "This does not hold:\n";
pub(super) const FURTHER: &str = "The answer is right here, but not under a further check of your instructor's.";
pub(super) const FURTHER_STATE: &str = "The answer is right here, but this does not hold:\n";
pub(super) const HIDDEN_FAULT: &str = "`tutor check LAB --hidden FILE` says why.";
pub(super) const OVER_OTHER_DATA: &str = "It is right for the data of the lesson. Over other data: ";
pub(super) const ONLY_THESE_DATA: &str = "It is right for the data of the lesson only, and not over other data. Let the server work it out from the data that \
     are there, and do not write what it is for some of them.";
pub(super) const DIFFERENT: &str = "This is not what was expected.";

pub(super) fn limit(limit: Limit, exercise_time: Duration) -> String {
    match limit {
        Limit::Time => format!("It was stopped: an exercise may take {} seconds.", exercise_time.as_secs()),
        Limit::Disk => {
            format!("It was stopped: a submission may take {} GB of disk.", DISK_BYTES / (1024 * 1024 * 1024))
        }
    }
}

pub(super) fn too_many_sessions() -> String {
    format!("there are {NAMED_SESSIONS} sessions already, and no submission gets more\n")
}

/// In place of the lines of a difference that are left out.
pub(super) fn further_lines(count: usize) -> String {
    format!(".. ({count} more lines are left out)")
}

/// At the end of a line that is cut.
pub(super) const CUT_LINE: &str = ".. (the rest of the line is left out)";

pub(super) const TOO_LONG: &str = "It was stopped, because it took too long.";
