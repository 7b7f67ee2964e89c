//! Long output page by page: psql decides what is long, the caller knows the screen.

use std::fmt::Debug;
use std::io::{self, Write};

/// The size of the terminal that results go to, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenSize {
    /// Lines from top to bottom.
    pub rows: usize,
    /// Characters in a line.
    pub columns: usize,
}

/// Where long output can be looked at. A shell without one prints everything at once.
pub trait Paging: Debug + Send {
    /// The present size; `None` when nobody sees the output.
    fn screen(&self) -> Option<ScreenSize>;

    /// Opens a pager for one piece of output. `None` when there is none to be had: then the output is not paged.
    /// Everything written before is on the screen.
    fn open(&mut self) -> Option<Box<dyn Pages>>;
}

/// One piece of output in a pager. Writing fails with [`io::ErrorKind::BrokenPipe`] once its reader has left.
pub trait Pages: Write + Send {
    /// Ends the output and waits until its reader has left.
    fn close(self: Box<Self>) -> io::Result<()>;
}
