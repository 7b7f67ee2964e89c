//! `pg_background_list`: this session's workers and what has become of their commands.

use crate::leader::jobs::{self, Command, Detached, Job, State};
use crate::leader::rowset::RowSet;
use crate::message::{Ending, Outcome};
use crate::report::Report;
use crate::shm::progress::Progress;
use pgrx::pg_sys::{self, Datum};

/// The columns as the install script declares them.
#[derive(Default)]
struct Row<'a> {
    pid: i32,
    state: &'static str,
    persistent: bool,
    queue_size: i32,
    command: Option<&'a Command>,
    ending: Option<Box<Ending>>,
    rows_so_far: Option<u64>,
    progress: Option<Progress>,
}

/// Return a row for each worker that the current user may see, in the order in which they got their commands.
///
/// # Safety
///
/// `fcinfo` is the call that is being answered.
pub(crate) unsafe fn list(fcinfo: pg_sys::FunctionCallInfo) {
    // SAFETY: the caller vouches for the call.
    let mut rows = unsafe { RowSet::with_declared_columns(fcinfo) };
    let mut listed = Vec::new();
    let launched_at = |command: Option<&Command>| command.map(|command| command.launched_at);
    jobs::for_each(|job| listed.push((launched_at(job.command.as_ref()), Row::of_job(job).values())));
    jobs::for_each_detached(|job| listed.push((Some(job.command.launched_at), Row::of_detached(job).values())));
    listed.sort_by_key(|(launched_at, _)| *launched_at);
    listed.iter_mut().for_each(|(_, row)| rows.add_values(row));
}

impl<'a> Row<'a> {
    fn of_job(job: &'a Job) -> Self {
        let (state, ending) = match job.state() {
            State::Idle => ("idle", None),
            State::Running => ("running", None),
            State::Lost => ("lost", None),
            State::Ended(ending) => (how(&ending.outcome), Some(ending)),
        };
        Row {
            pid: job.pid,
            state,
            persistent: job.persistent,
            queue_size: job.queue_size,
            command: job.command.as_ref(),
            ending,
            rows_so_far: job.inbox.segment().filter(|_| state == "running").map(|segment| segment.command().rows()),
            progress: job.command.as_ref().and_then(|_| job.inbox.progress()),
        }
    }

    fn of_detached(job: &'a Detached) -> Self {
        Row {
            pid: job.pid,
            state: "detached",
            persistent: job.persistent,
            queue_size: job.queue_size,
            command: Some(&job.command),
            ..Row::default()
        }
    }

    fn values(&self) -> [Option<Datum>; 13] {
        let report = match self.ending.as_ref().map(|ending| &ending.outcome) {
            Some(Outcome::Failed(report)) => Some(report),
            _ => None,
        };
        let completed = match self.ending.as_ref().map(|ending| &ending.outcome) {
            Some(Outcome::Completed { tag, rows }) => Some((tag, *rows)),
            _ => None,
        };
        let sqlstate = report.map(Report::sqlstate_text).or(completed.map(|_| "00000".to_owned()));
        let rows = completed.map_or(self.rows_so_far, |(_, rows)| rows);
        [
            Some(self.pid.into()),
            Some(text(self.state.as_bytes())),
            Some(self.persistent.into()),
            self.command.map(|command| text(command.sql.to_bytes())),
            Some(self.queue_size.into()),
            self.command.map(|command| command.launched_at.into()),
            self.ending.as_ref().map(|ending| ending.at.into()),
            completed.map(|(tag, _)| text(tag.to_bytes())),
            rows.map(|rows| (rows as i64).into()),
            sqlstate.map(|sqlstate| text(sqlstate.as_bytes())),
            report.and_then(Report::message).map(|message| text(message.to_bytes())),
            self.progress.as_ref().map(|progress| progress.percent.into()),
            self.progress.as_ref().and_then(|progress| progress.message.as_deref()).map(text),
        ]
    }
}

fn how(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Completed { .. } => "completed",
        Outcome::Failed(_) => "failed",
    }
}

fn text(bytes: &[u8]) -> Datum {
    // SAFETY: the bytes are copied into a text of the current context.
    unsafe { pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), bytes.len() as i32) }.into()
}
