//! A background worker that runs the jobs of the table rust_jobs, one after the other.
//!
//! Two processes use this library. A session calls the SQL function `rust_worker_launch`, which asks the postmaster for a
//! worker. The worker is a new process: it loads the library too and calls `rust_worker_main`.

use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, SignalWakeFlags};
use pgrx::prelude::*;
use pgrx::spi::SpiTupleTable;
use std::time::Duration;

pgrx::pg_module_magic!();

/// How long the worker sleeps before it looks for the next job.
const PAUSE: Duration = Duration::from_millis(100);

/// In the session: register a worker for `database` and return its process id.
#[pg_extern]
fn rust_worker_launch(database: &str) -> i32 {
    // The role whose rights the worker gets, and the process that waits for its start.
    let (role, session) = Spi::get_two::<String, i32>("SELECT current_user::text, pg_catalog.pg_backend_pid()")
        .expect("a SELECT without a table");
    let worker = BackgroundWorkerBuilder::new("rust_worker")
        .set_type("rust_worker")
        .set_library("rust_worker")
        .set_function("rust_worker_main")
        .enable_spi_access()
        .set_extra(&format!("{database}\n{}", role.expect("a session has a role")))
        .set_notify_pid(session.expect("a session has a process id"))
        .load_dynamic();
    match worker.map(|worker| worker.wait_for_startup()) {
        Ok(Ok(pid)) => pid,
        Ok(Err(status)) => error!("the worker did not start: {status:?}"),
        Err(_) => error!("there is no free slot for a background worker"),
    }
}

/// In the worker: all that the new process does. The server finds the function by its name.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn rust_worker_main(_argument: pg_sys::Datum) {
    // From now on SIGTERM wakes the worker and is remembered; it does not end the process by itself.
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGTERM);

    // Once, and for good: a worker cannot change to another database.
    let (database, role) = BackgroundWorker::get_extra().split_once('\n').expect("launch has put two lines there");
    BackgroundWorker::connect_worker_to_spi(Some(database), Some(role));

    // Wrong: the transaction is around the loop, so the first commit comes with the SIGTERM. Until then nobody sees that
    // a job is done, and the worker sleeps with its transaction open.
    BackgroundWorker::transaction(|| {
        while BackgroundWorker::wait_latch(Some(PAUSE)) {
            run_next_job();
        }
    });

    // To return is to exit: the process ends, and its slot is free.
    log!("rust_worker_main returns");
}

/// Run the next job that is not done; `false` if there is none. An error rolls the transaction back and ends the worker.
fn run_next_job() -> bool {
    check_place();
    try_next_job().unwrap_or_else(|error| error!("{error}"))
}

fn try_next_job() -> spi::Result<bool> {
    Spi::connect_mut(|client| {
        let next = "SELECT id, sql FROM rust_jobs WHERE NOT done ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
        let job = client.update(next, None, &[])?;
        if job.is_empty() {
            return Ok(false);
        }
        let (id, sql) = job.first().get_two::<i32, String>()?;
        let sql = sql.expect("the column is NOT NULL");

        let rows = client.update(&sql, None, &[])?;
        let result = result_of(rows);

        // In the same transaction: the job and its mark are committed together, or not at all.
        let mark = "UPDATE rust_jobs SET done = true, result = $2, pid = pg_backend_pid() WHERE id = $1";
        client.update(mark, None, &[id.into(), result.into()])?;
        Ok(true)
    })
}

/// The text that a job returns in its first row and column, or if it returns something else, the number of its rows.
fn result_of(rows: SpiTupleTable) -> String {
    let count = rows.len();
    let text = rows.first().get_one::<String>().ok().flatten();
    text.unwrap_or_else(|| format!("rows: {count}"))
}

/// An ERROR for what SPI does not survive: without a database or a transaction, it would crash the server.
fn check_place() {
    // SAFETY: both only look at variables of this process.
    let (database, in_transaction) = unsafe { (pg_sys::MyDatabaseId, pg_sys::IsTransactionState()) };
    if database == pg_sys::InvalidOid {
        error!("the worker is not connected to a database: gap 3");
    }
    if !in_transaction {
        error!("run_next_job was called outside of a transaction: gap 4");
    }
}
