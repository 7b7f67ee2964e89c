//! The background worker's life: attach, connect, hear the leader's decision, run the command, say how it ended; a
//! persistent worker then waits for the next command.

mod capture;
mod commands;
mod encoding;
mod execute;
mod outbox;
pub(crate) mod progress;
mod rows;
mod settings;

use crate::backend::{self, HeldOff};
use crate::compat;
use crate::ffi::{self, unguarded};
use crate::message::Command;
use crate::report::Report;
use crate::shm::segment::{AttachError, Decision, Segment};
use commands::Commands;
use core::ffi::{CStr, c_int};
use outbox::Outbox;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::{CaughtError, ErrorReport};
use pgrx::{PgLogLevel, PgSqlErrorCode, PgTryBuilder};
use std::panic::AssertUnwindSafe;

/// The worker's main function; `arg` is the handle of its segment.
///
/// # Safety
///
/// Called once by the server in a process that it has started as this extension's background worker.
#[unsafe(no_mangle)]
#[pgrx::pg_guard]
pub unsafe extern "C-unwind" fn pg_background_main(arg: pg_sys::Datum) {
    // The server's own handler interrupts a running query; pgrx's only sets a flag.
    compat::handle_signal(libc::SIGTERM, unguarded::die);
    // SAFETY: the handlers are in place.
    unsafe { pg_sys::BackgroundWorkerUnblockSignals() };

    exit_quickly();
    let segment = match Segment::attach(arg.value() as pg_sys::dsm_handle) {
        Ok(segment) => segment,
        Err(AttachError::Gone) => return, // The leader has changed its mind, and nobody knows this process.
        Err(AttachError::OtherVersion) => return log_other_version(),
    };
    segment.finish_on_detach();
    let outbox = Outbox::new(segment);
    progress::report_to(outbox.segment());
    capture::pretend_to_have_a_client();
    capture::with_reports_to(&outbox, || serve(&outbox));
    drop(outbox);
    // The leader may have been woken onto this processor; what this process has to do before it exits can wait.
    backend::let_others_run();
}

/// Leave out what the C library does at the end of a process, once the server and its extensions have done their part.
/// The libraries that a server is linked with, OpenSSL above all, take about half a millisecond there to free memory that
/// goes with the process anyway.
fn exit_quickly() {
    // SAFETY: the library stays loaded until the process ends.
    unsafe { pg_sys::on_proc_exit(Some(exit_now), pg_sys::Datum::null()) }
}

/// # Safety
///
/// Called by the server when the process ends, after whatever was registered later.
unsafe extern "C-unwind" fn exit_now(code: c_int, _arg: pg_sys::Datum) {
    // SAFETY: a system call that does not return.
    unsafe { libc::_exit(code) }
}

/// Do the worker's job. Does not panic.
fn serve(outbox: &Outbox) {
    let segment = outbox.segment();
    segment.introduce_worker();
    let mut decision = Decision::Dismiss;
    match attempt(outbox, || decision = prepare(segment)) {
        Ok(()) if decision == Decision::Run => serve_commands(outbox),
        Ok(()) => {}
        Err(report) => {
            let _ = fail(outbox, segment.sql(), &report);
        }
    }
}

/// Get ready for a command, and hear whether there is to be one. A cancel is for the command: it has to wait for that.
fn prepare(segment: &Segment) -> Decision {
    let _held = HeldOff::cancel();
    let identity = segment.identity();
    identity.connect();
    identity.share_row_types();
    segment.announce_connection();
    execute::create_message_context();
    // SAFETY: the leader has put its settings there.
    unsafe { settings::take_over(segment.settings(), identity) };
    encoding::keep_texts_as_they_are();
    let decision = await_decision(segment);
    if decision == Decision::Run {
        identity.assume();
    }
    decision
}

fn serve_commands(outbox: &Outbox) {
    let segment = outbox.segment();
    // Whatever a command sets, the worker stays as it was launched.
    let read_only = segment.identity().is_read_only();
    let mut command = Command { sql: segment.sql().to_owned(), read_only };
    let mut commands = Commands::of(segment);
    // An outcome that could not be cleaned up after is this process's last.
    while serve_command(outbox, &command).is_ok() {
        match commands.as_mut().and_then(|commands| commands.next(outbox)) {
            Some(next) => command = Command { read_only: next.read_only || read_only, ..next },
            None => return,
        }
    }
}

/// Run one command, and say how it ended.
fn serve_command(outbox: &Outbox, command: &Command) -> Result<(), Box<Report>> {
    let result = attempt(outbox, || run(outbox, command)).or_else(|report| fail(outbox, &command.sql, &report));
    // SAFETY: written on the process's only thread. The command's text is not going to last.
    unsafe { pg_sys::debug_query_string = core::ptr::null() };
    result
}

fn run(outbox: &Outbox, command: &Command) {
    outbox.begin_command();
    announce(&command.sql);
    let completion = execute::run(command, outbox);
    // From here on it is too late to cancel.
    let _held = HeldOff::cancel();
    outbox.complete(&completion);
    outbox.send_unsent();
}

fn await_decision(segment: &Segment) -> Decision {
    loop {
        match segment.decision() {
            Decision::Pending => {
                backend::wait(compat::WAIT_FOR_STARTUP, None);
                pgrx::check_for_interrupts!();
            }
            decided => return decided,
        }
    }
}

/// Show the command in `pg_stat_activity` and in the server's log lines.
fn announce(sql: &CStr) {
    // SAFETY: the text lives until `serve_command` makes the server forget it, or until the process ends.
    unsafe { pg_sys::debug_query_string = sql.as_ptr() };
    // SAFETY: connected, and the text ends in NUL.
    unsafe { pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, sql.as_ptr()) };
}

/// Put right what a failure has left, and say how the command ended. Only then has it ended: its locks are gone by the time
/// its leader hears of it.
fn fail(outbox: &Outbox, sql: &CStr, report: &Report) -> Result<(), Box<Report>> {
    // There is nothing left to cancel.
    let _held = HeldOff::cancel();
    let recovered = attempt(outbox, recover);
    outbox.fail(report);
    recovered?;
    attempt(outbox, || tell_more(outbox, sql, report))
}

/// What a session does after an ERROR, as in the server's `PostgresMain`.
fn recover() {
    ffi::disable_all_timeouts();
    // SAFETY: allowed in every state of a transaction, even without one.
    unsafe { pg_sys::AbortOutOfAnyTransaction() };
    // SAFETY: outside of a transaction, no portal is needed any more.
    unsafe { pg_sys::PortalErrorCleanup() };
    // SAFETY: this only resets counters.
    unsafe { pg_sys::jit_reset_after_error() };
    compat::release_replication_slots();
}

/// Log a failure that nobody will read, or send what the outcome has no room for.
fn tell_more(outbox: &Outbox, sql: &CStr, report: &Report) {
    if outbox.segment().is_left_to_worker() {
        report.log_unread(backend::my_pid(), sql);
    } else {
        outbox.send_long_error(report);
    }
}

/// The library was replaced while the leader's session was running.
fn log_other_version() {
    ErrorReport::new(
        PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        "the session that launches this worker has loaded another version of pg_background",
        "pg_background",
    )
    .set_hint("Connect again to launch with the version that is installed now.")
    .report(PgLogLevel::LOG);
}

/// Run `body`; an ERROR of the server or of ours comes back as a report.
fn attempt(outbox: &Outbox, body: impl FnOnce()) -> Result<(), Box<Report>> {
    let body = AssertUnwindSafe(body);
    let run = AssertUnwindSafe(|| {
        let AssertUnwindSafe(body) = body;
        body();
        None
    });
    match PgTryBuilder::new(run).catch_others(Some).execute() {
        None => Ok(()),
        Some(caught) => Err(Box::new(whole_report(outbox, &caught))),
    }
}

/// The report behind a caught panic. pgrx keeps a few fields of a server ERROR only; the outbox has all of them.
fn whole_report(outbox: &Outbox, caught: &CaughtError) -> Report {
    let (ereport, remembered) = match caught {
        CaughtError::PostgresError(ereport) => (ereport, outbox.recall_error(|report| report.is_behind(ereport))),
        CaughtError::ErrorReport(ereport) | CaughtError::RustPanic { ereport, .. } => (ereport, None),
    };
    remembered.unwrap_or_else(|| {
        Report::error(ereport.sql_error_code() as c_int, ereport.message(), ereport.detail(), ereport.hint())
    })
}
