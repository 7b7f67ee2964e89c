//! A pager whose output is noted for the transcript.

use std::io::{self, Write};

use super::super::output::Record;
use crate::psql::Pages;

pub(super) struct Noted {
    pub(super) pages: Box<dyn Pages>,
    pub(super) record: Record,
}

impl Write for Noted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.pages.write(bytes)?;
        self.record.overheard(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pages.flush()
    }
}

impl Pages for Noted {
    fn close(self: Box<Self>) -> io::Result<()> {
        self.pages.close()
    }
}
