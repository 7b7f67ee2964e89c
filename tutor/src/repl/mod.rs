//! The tutor's prompt: lines in, words out.
//!
//! ```text
//! Terminal | Script ──LineSource──> Desk ──Item──> lab::Stage ──> Verdict
//!                                    │  walks through Lab, keeps Progress
//!                                    └─view, prose, text, style──> Output, long results ──pager──> the reader
//!                                                                     └─Record──> Transcript
//! ```

mod assistant;
mod commands;
mod complete;
mod desk;
mod drain;
mod edit;
mod free;
mod heard;
mod highlight;
mod history;
mod keys;
mod keywords;
mod lex;
mod listen;
mod output;
mod pager;
mod paste;
mod plain;
mod processes;
mod prose;
mod room;
mod script;
mod source;
mod style;
mod text;
mod transcript;
mod view;

pub use commands::{COMMANDS, CommandEntry, Group, MISSING, MISSING_LISTS};
pub use complete::Surroundings;
pub use desk::{Desk, DeskError, Ended};
pub use free::{FreeError, FreePlay, play};
#[cfg(feature = "book")]
pub(crate) use lex::{Kind, Open, Token, ends_statement, open_after, tokens};
pub use output::{Output, Record, Recorded};
pub use pager::TerminalPager;
pub use plain::PlainTerminal;
#[cfg(feature = "book")]
pub(crate) use prose::{is_code, unbroken};
pub use script::End;
pub use source::{Line, LineSource, Printer, Script, Terminal};
pub use style::{Layout, Paint};
pub(crate) use text::remark as difference_in_words;
pub use view::Look;
