//! The pager as a statement on its thread has it: it asks whoever waits for the statement, who has the terminal.
//!
//! Every piece that is written is answered, so the thread is never ahead of the reader. Where nobody waits nobody
//! answers: then nothing is paged, and a pager that was open has been left.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};

use super::said::Said;
use crate::psql::{Pages, Paging, ScreenSize};

/// The pager on the thread's side.
#[derive(Debug)]
pub(super) struct FarPager {
    said: SyncSender<Said>,
    screen: ScreenSize,
}

impl FarPager {
    /// Of a terminal that has that size now.
    pub(super) fn new(said: SyncSender<Said>, screen: ScreenSize) -> FarPager {
        FarPager { said, screen }
    }
}

impl Paging for FarPager {
    fn screen(&self) -> Option<ScreenSize> {
        Some(self.screen)
    }

    fn open(&mut self) -> Option<Box<dyn Pages>> {
        let (answer, answers) = channel();
        let pages = FarPages { said: self.said.clone(), answers };
        pages.ask(Said::OpenPages(answer)).ok()?;
        Some(Box::new(pages))
    }
}

struct FarPages {
    said: SyncSender<Said>,
    answers: Receiver<io::Result<()>>,
}

impl FarPages {
    fn ask(&self, said: Said) -> io::Result<()> {
        let gone = || io::Error::from(ErrorKind::BrokenPipe);
        self.said.send(said).map_err(|_| gone())?;
        self.answers.recv().unwrap_or_else(|_| Err(gone()))
    }
}

impl Write for FarPages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.ask(Said::Page(bytes.to_vec())).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Pages for FarPages {
    fn close(self: Box<Self>) -> io::Result<()> {
        self.ask(Said::EndPages)
    }
}

/// The pager on the side of whoever waits.
pub(super) struct NearPages {
    pages: Box<dyn Pages>,
    answer: Sender<io::Result<()>>,
}

impl NearPages {
    /// Opens a pager for a thread; the answer tells it that there is one.
    pub(super) fn open(pager: &mut dyn Paging, answer: Sender<io::Result<()>>) -> Option<NearPages> {
        let pages = pager.open()?;
        answer.send(Ok(())).ok()?;
        Some(NearPages { pages, answer })
    }

    /// Shows a piece.
    pub(super) fn show(&mut self, bytes: &[u8]) {
        let written = self.pages.write_all(bytes);
        // A thread that is gone needs no answer.
        let _ = self.answer.send(written);
    }

    /// Waits for the reader.
    pub(super) fn close(self) {
        let closed = self.pages.close();
        let _ = self.answer.send(closed);
    }
}
