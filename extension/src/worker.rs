//! The background worker's life: attach, connect, hear the leader's decision, run the command, say how it ended.

use crate::backend;
use crate::capture;
use crate::compat;
use crate::execute;
use crate::ffi::unguarded;
use crate::identity::Identity;
use crate::outbox::Outbox;
use crate::report::Report;
use crate::shm::segment::{Decision, Segment};
use core::ffi::{CStr, c_int};
use pgrx::PgTryBuilder;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
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
    compat::handle_signal(SIGTERM, unguarded::die);
    // SAFETY: the handlers are in place.
    unsafe { pg_sys::BackgroundWorkerUnblockSignals() };

    let Some(segment) = Segment::attach(arg.value() as pg_sys::dsm_handle) else {
        return; // The leader has changed its mind, and nobody knows this process.
    };
    segment.finish_on_detach();
    let outbox = Outbox::new(segment);
    capture::pretend_to_have_a_client();
    capture::with_reports_to(&outbox, || serve(&outbox));
}

/// `SIGTERM`, the same number on every system that the server runs on.
const SIGTERM: c_int = 15;

/// Run the job. Does not panic.
fn serve(outbox: &Outbox) {
    outbox.segment().introduce_worker();
    if let Err(report) = attempt(outbox, || run(outbox)) {
        // From here on the outcome stands, whatever else goes wrong.
        outbox.fail(&report);
        let _ = attempt(outbox, || clean_up(outbox, &report));
    }
}

fn run(outbox: &Outbox) {
    let segment = outbox.segment();
    let identity = segment.identity();
    identity.connect();
    segment.announce_connection();
    restore_settings(segment, identity);
    if await_decision(segment) == Decision::Dismiss {
        return;
    }
    identity.assume();
    let sql = segment.sql();
    announce(sql);
    let completion = execute::run(sql, outbox);
    outbox.complete(&completion.tag());
}

/// Take the leader's settings over.
fn restore_settings(segment: &Segment, identity: &Identity) {
    // SAFETY: connected, and in no transaction; looking settings up needs one.
    unsafe { pg_sys::StartTransactionCommand() };
    identity.with_roles_of_leader(|| {
        // SAFETY: `Segment::create` has serialized them there.
        unsafe { pg_sys::RestoreGUCState(segment.settings().cast()) }
    });
    // SAFETY: started above.
    unsafe { pg_sys::CommitTransactionCommand() };
    // SAFETY: this reads a variable.
    let encoding = unsafe { pg_sys::GetDatabaseEncoding() };
    // The worker's client is its leader, which wants texts as they are, as a parallel worker's leader does.
    // SAFETY: no conversion is needed for the database's own encoding, so this cannot fail.
    unsafe { pg_sys::SetClientEncoding(encoding) };
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
    // SAFETY: the text stays mapped until `Segment::finish_on_detach` makes the server forget it.
    unsafe { pg_sys::debug_query_string = sql.as_ptr() };
    // SAFETY: connected, and the text ends in NUL.
    unsafe { pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, sql.as_ptr()) };
}

/// After a failure: roll back, and tell those who want to know more.
fn clean_up(outbox: &Outbox, report: &Report) {
    crate::ffi::disable_statement_timeout();
    // SAFETY: allowed in every state of a transaction, even without one.
    unsafe { pg_sys::AbortOutOfAnyTransaction() };
    let segment = outbox.segment();
    if segment.is_left_to_worker() {
        report.log_unread(backend::my_pid(), segment.sql());
    } else {
        outbox.send_long_error(report);
    }
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
