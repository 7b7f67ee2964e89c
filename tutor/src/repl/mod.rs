//! The tutor's prompt: lines in, words out.
//!
//! ```text
//! Terminal | Script ──LineSource──> Desk ──Item──> lab::Stage ──> Verdict
//!                                    │  walks through Lab, keeps Progress
//!                                    └─view, prose, text, style──> output, long results ──pager──> the reader
//! ```

mod commands;
mod desk;
mod free;
mod highlight;
mod listen;
mod pager;
mod prompt;
mod prose;
mod room;
mod source;
mod style;
mod text;
mod view;

pub use commands::{COMMANDS, CommandEntry, Group};
pub use desk::{Desk, DeskError, Ended, Output};
pub use free::{FreeError, FreePlay, play};
pub use pager::TerminalPager;
pub use source::{Line, LineSource, Printer, Script, Terminal};
pub use style::Paint;
pub use view::Look;
