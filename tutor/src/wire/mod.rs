//! A small blocking client of PostgreSQL's simple query protocol: the student's session.
//!
//! ```text
//! ConnectOptions --connect--> Connection --start_query--> Event, Event, .. Event::Ready
//!                                 |                          (next_event waits with a limit and loses nothing)
//!                                 +--canceller--> Canceller  (another thread stops the statement)
//! ```
//!
//! The `postgres` crate drops what a psql-like prompt shows: command tags, transaction status, type oids, COPY, the
//! order of notices, notifications. Everything the server says arrives here as an [`Event`], in the server's order.

mod authentication;
mod cancel;
mod connection;
mod event;
mod socket;

pub use cancel::Canceller;
pub use connection::{ConnectError, ConnectOptions, Connection, Host, Lost};
pub use event::{Column, CopyFormat, Event, Notification, Row, ServerMessage, TransactionStatus};
