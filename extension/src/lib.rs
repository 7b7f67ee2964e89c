//! SQL that runs SQL in a background worker.
//!
//! ```text
//!    leader (a session)                                          worker (a process of its own)
//!
//!    pg_background_launch(sql)
//!      | creates ........................ segment
//!      |                                  | header: identity, decision, outcome
//!      |                                  | SQL and settings of the leader
//!      |                                  | queue ----.
//!      | registers a worker ---> postmaster --forks--------->  attaches, connects to the database
//!      | <-------------------------------------------------------' says its process id
//!      | decides: run -------------------------------------->  takes the leader's settings and user on
//!      v                                              |         runs the SQL in a transaction of its own
//!    returns the process id                           |           rows, in batches -> queue
//!                                                     |           notices ---------> queue
//!    pg_background_result(pid)                        |           (waits while the queue is full)
//!      | reads the queue <----------------------------'         commits
//!      | into a tuplestore                                      outcome -> header
//!      | until the worker has detached <------------------------ detaches, exits
//!      v reads the outcome: returns the rows, or raises the error
//! ```
//!
//! A job lives through these states: *launched* (the worker exists, the leader has not decided), *running*, *finished*
//! (what the queue holds and the outcome wait to be read; the process is gone), and *read* or *detached*, when the
//! leader forgets it. `pg_background_detach`, or the end of the session, lets go of the segment: the worker finds that
//! nobody reads, drops its rows, and still runs its command to the end and commits. A failure that nobody will read goes
//! to the server's log, from whichever side is the last to know.
//!
//! Leave `RUST_BACKTRACE` out of the server's environment: with it, pgrx adds a backtrace to the DETAIL of every ERROR
//! that passes through this library.
//!
//! Where to look: `edge` (what SQL calls), `launch`, `result`, `detach`, `jobs` and `inbox` (the leader's side);
//! `worker`, `execute`, `rows`, `capture`, `outbox` (the worker's side); `message`, `report`, `bytes`, `shm` (what lies
//! between them); `identity`, `settings`, `backend`, `ffi`, `compat` (the server).
#![allow(unsafe_code)]

mod backend;
mod bytes;
mod capture;
mod compat;
mod detach;
mod edge;
mod error;
mod execute;
mod ffi;
mod identity;
mod inbox;
mod jobs;
mod kept_rows;
mod launch;
mod message;
mod outbox;
mod report;
mod result;
mod rows;
mod settings;
mod shm;
mod worker;

pgrx::pg_module_magic!();

/// Called by the server when it loads the library, at its start or at the first use.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    settings::define();
}
