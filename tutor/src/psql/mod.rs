//! psql's behaviour without its terminal: lines in, items out, performed one at a time.
//!
//! ```text
//! line --push_line--> Shell --next_item--> Item::Statement --perform--> results, tags, messages, Execution
//!                       |                  Item::Command   --perform--> \d, \set, .. or Unknown: the caller's
//!                       |                                                     rows: StoredRows --> out or Paging
//!                       +-- Scanner, Variables, PrintSettings, Connection
//! ```
//!
//! The tutor in front pulls: it sees every item before it is performed and every [`Execution`] after. Output equals
//! that of psql 15 with one wanted difference, see [`message`].

mod command;
mod condition;
mod confined;
mod connection_string;
mod copy_data;
mod describe;
mod execute;
mod execution;
mod go_file;
mod input;
pub(crate) mod lexis;
pub mod message;
mod notified;
mod paging;
pub mod print;
mod query;
mod scan;
#[cfg(test)]
mod scan_tests;
mod shell;
mod show;
mod sql_help;
mod stored;
mod transaction;
mod variables;
mod words;

pub use command::file_complaint;
pub use connection_string::{is_connection_string, parse_connection_string};
pub use copy_data::data_line;
pub use execution::{Execution, KEPT_BYTES, KEPT_NOTICES, KEPT_ROWS, ResultSet};
pub use input::{Command, Ending, Item, Statement};
pub use paging::{Pages, Paging, ScreenSize};
pub use print::{Expanded, Format, PrintSettings};
pub use scan::PromptState;
pub use shell::{Performed, Shell, Streams};
pub use show::show_text;
pub use sql_help::help_topics;
pub use variables::{Variables, quote_identifier, quote_literal};
pub use words::{Word, WordError, WordKind, Words};
