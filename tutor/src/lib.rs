//! The tutor of the background-process lab kit: lessons on a private PostgreSQL server, answers checked.
//!
//! ```text
//! labs/*.md ──course──> Lab ─┬─> repl      a student's desk: step -> line -> session -> verdict -> progress
//!                            ├─> commands  `tutor check`, `list`, `progress`: the same lab, other readers
//!                            ├─> book      the course text: recorded outputs under what shows them
//!                            └─> the crate `tests`: the same lab, expectations recorded by insta
//!
//! extension/, fixtures/ ──provision──> Realm ──server──> Server ──clone──> Sandbox
//! lines ──psql──> statements ──wire──> events ──psql──> output
//!                                        └──check──> Outcome ──judge──> Verdict        (played on a lab::Stage)
//! ```
//!
//! `course`, `check` (but for looking at the server's state), `psql`'s scanner and printers, `progress` and the views
//! of `repl` are functions of values. Files, processes, sockets and the terminal live at the rim: `home`, `provision`,
//! `server`, `wire`, `lab` and `commands`.

#![warn(missing_docs)]

#[cfg(feature = "book")]
pub mod book;
pub mod check;
pub mod cli;
pub mod commands;
pub mod course;
pub mod grade;
pub mod home;
pub mod lab;
pub mod processes;
pub mod progress;
pub mod provision;
pub mod psql;
pub mod repl;
pub mod server;
pub mod sessions;
mod spool;
mod visible;
pub mod wire;
mod words;
