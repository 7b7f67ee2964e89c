//! Everything that is proved against a real server, in one binary.
//!
//! ```text
//! support     a realm provisioned once, a server for each test, the tutor as a process, a screen
//! lessons     right answers pass, wrong ones fail with their own feedback; records are current
//! extension   pg_background from the client's side
//! server      the private server: kept, killed, adopted, shared by nobody
//! authoring   new labs and lessons, drafts, a copy for students
//! book        the course text: links, records, answers; its pages in a browser
//! commands    the tutor's commands and their errors
//! examples    the book's examples for batch systems
//! processes   what is shown of processes, and why a plan is not parallel
//! reference   what the book says of the extension and the tutor, held against both
//! report      reports of a class: their schema, their pages in a browser
//! sessions    several sessions at one prompt
//! results     long and large results: pagers, interrupts, no room
//! psql        scripts through the tutor and through psql, compared
//! grading     a class of ordinary, strange and hostile submissions
//! hidden      what an instructor keeps from students: further exercises and checks
//! interruption  grading that is stopped and goes on
//! second_data grading over other data: typed results are told from computed ones
//! script      a lab from standard input
//! submit      what students hand in
//! teaching    hints, differences in words, looking back, the transcript
//! terminal    a lab at a terminal: what is on the screen
//! ```

mod authoring;
mod book;
mod book_browser;
mod commands;
mod editor;
mod examples;
mod extension;
mod grading;
mod hidden;
mod interruption;
mod lessons;
mod processes;
mod psql;
mod reference;
mod report;
mod results;
mod script;
mod second_data;
mod server;
mod sessions;
mod submit;
mod support;
mod teaching;
mod terminal;
