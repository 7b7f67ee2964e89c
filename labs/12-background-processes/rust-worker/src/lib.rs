//! A background worker that runs the jobs of the table rust_jobs, one after the other.
//!
//! Two processes use this library. A session calls the SQL function `rust_worker_launch`, which asks the postmaster for a
//! worker. The worker is a new process: it loads the library too and calls `rust_worker_main`.
#![allow(unused)] // As long as there are gaps.

use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, SignalWakeFlags};
use pgrx::prelude::*;
use std::time::Duration;

pgrx::pg_module_magic!();

/// How long the worker sleeps when there is no job.
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
        // TODO 1: two more lines. The function that the new process calls is "rust_worker_main", and the worker needs
        // access to a database through SPI.
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
    // TODO 2: let signals in. SIGTERM is to wake the worker, and to be remembered.

    // Once, and for good: a worker cannot change to another database.
    let (database, role) = BackgroundWorker::get_extra().split_once('\n').expect("launch has put two lines there");
    // TODO 3: connect to that database as that role.

    // TODO 4: a loop, as long as `wait_latch` says `true`. In each round, run `run_next_job` in a transaction of its own.
    // When there was a job, look for the next one at once (wait for Duration::ZERO), else wait for PAUSE.

    // To return is to exit: the process ends, and its slot is free.
    log!("rust_worker was told to end");
}

/// Run the next job that is not done; `false` if there is none. An error rolls the transaction back and ends the worker.
fn run_next_job() -> bool {
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

        // TODO 5: run the SQL of the job with `client.update`, as it is done above. Then take out of the rows
        // `rows.len()`, the number of rows, and `rows.first().get_one::<String>().ok().flatten()`, the text in the
        // first column of the first row, if it is one. The result is that text, or else "rows: " and the number.
        let result = String::new();

        // In the same transaction: the job and its mark are committed together, or not at all.
        let mark = "UPDATE rust_jobs SET done = true, result = $2, pid = pg_backend_pid() WHERE id = $1";
        client.update(mark, None, &[id.into(), result.into()])?;
        Ok(true)
    })
}
