//! SQL that runs SQL in a background worker.
//!
//! ```text
//!    leader (a session)                   segment                     worker (a process of its own)
//!
//!    pg_background_launch(sql)
//!      | creates the segment ......> header: identity,
//!      |                               decision, outcome
//!      |                             queue of results
//!      |                             queue of commands
//!      |                             SQL, settings
//!      | asks for a worker ------------- postmaster ------- forks ------> |
//!      |                                                                  | attaches, connects to the database
//!      | <......................... its process id <......................|
//!      | decides: run ............> decision ............................>| takes over the leader's settings, user
//!      v                                                                  | and row types
//!    returns the process id                                               |
//!                                                                         | runs the SQL, a transaction of its own:
//!    pg_background_result(pid)                                            |
//!      | <......................... queue of results <....................|   rows in batches, notices
//!      | fills a tuplestore                                               |   (waits while the queue is full)
//!      |                                                                  | commits
//!      | <......................... outcome <.............................| says how it ended
//!      v returns the rows, or                                             |
//!        raises the error                                                 v exits, or if it is persistent:
//!
//!    pg_background_run(pid, sql)                                          |
//!      | .........................> queue of commands ...................>| runs the next command, and so on
//!      v
//! ```
//!
//! The life of one job: it is *launched* as soon as the leader knows the worker's process id and has decided to let it
//! run. It is *running* until the worker puts the outcome into the segment, *completed* or *failed* from then on, and
//! over when `pg_background_result` has read it to the end. A worker for one command exits then, and the leader takes what
//! it has not read yet out of the segment and gives that back; a persistent worker is *idle* until the next command.
//! `pg_background_detach`, or the end of the session, lets go of the segment: the worker finds that nobody reads, drops
//! its rows, and still runs its command to the end and commits. A failure that nobody will read goes to the server's log,
//! from whichever side is the last to know.
//!
//! Leave `RUST_BACKTRACE` out of the server's environment: with it, pgrx adds a backtrace to the DETAIL of every ERROR
//! that passes through this library.
//!
//! Where to look, in this order:
//!
//! - [`edge`]: the functions that SQL calls.
//! - [`leader`]: the session's side. `launch`, `run`, `result`, `wait`, `cancel`, `detach` and `list` each answer the
//!   function of that name; `jobs` is what a session knows of its workers, `inbox` and `spool` hold what they say until it
//!   is read, `rowset` is what a call returns.
//! - [`worker`]: the other process. The module itself is its life; `settings` and `encoding` make it like its leader,
//!   `execute` runs a command as a session would, `rows` receives the executor's rows, `capture` the server's reports,
//!   `outbox` sends both, `progress` says how far the command is; `commands` waits for the next one.
//! - [`shm`]: what both have in common, the `segment` with the state of its `command` and `progress`, and the ends of a
//!   `queue`, with all the pointers that takes; `patience` is how long a wait looks again before it sleeps.
//! - [`message`], [`report`], [`bytes`]: what passes through the queues.
//! - [`identity`], [`settings`], [`backend`], [`error`]: what the server knows about a process, in terms of this library.
//! - [`ffi`], [`compat`]: what pgrx does not bind, and what differs between the server's versions.
#![allow(unsafe_code)]
// The reading order is for those who read the source: `cargo doc --document-private-items`.
#![allow(rustdoc::private_intra_doc_links)]

mod backend;
mod bytes;
mod compat;
mod edge;
mod error;
mod ffi;
mod identity;
mod leader;
mod message;
mod report;
mod settings;
mod shm;
mod worker;

pgrx::pg_module_magic!();

/// Called by the server when it loads the library, at its start or at the first use.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    settings::define();
}
