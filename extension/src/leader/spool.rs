//! Messages that have been taken out of a queue and wait to be read: in memory, and past a limit in a temporary file.
//!
//! They outlive the statement that took them out, so the file is none of a transaction's.

use crate::backend::{self, HeldOff};
use crate::compat;
use core::cell::Cell;
use pgrx::PgLogLevel;
use pgrx::PgSqlErrorCode;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use std::collections::VecDeque;

thread_local! {
    /// Bytes of messages that all spools of this session keep in memory; `work_mem` at most.
    static IN_MEMORY: Cell<usize> = const { Cell::new(0) };
}

/// Messages in the order in which they came.
#[derive(Default)]
pub(crate) struct Spool {
    in_memory: VecDeque<Message>,
    /// What came after `in_memory` was full.
    in_file: Option<SpoolFile>,
    current: Message,
}

impl Spool {
    /// Keep a message of two parts. After an ERROR (no room on the disk, say) it is as if the call had not been made.
    pub(crate) fn push(&mut self, head: &[u8], body: &[u8]) {
        let len = head.len() + body.len();
        let fits = IN_MEMORY.get() + len <= backend::work_mem();
        if self.in_file.is_none() && fits {
            self.in_memory.push_back(Message::of_parts(head, body));
            IN_MEMORY.set(IN_MEMORY.get() + len);
        } else {
            self.in_file.get_or_insert_with(SpoolFile::create).push(head, body);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.in_memory.is_empty() && self.in_file.as_ref().is_none_or(SpoolFile::is_empty)
    }

    /// Take the next message out. Once there is none, nothing is held any more, neither memory nor a file.
    pub(crate) fn pop(&mut self) -> Option<&[u8]> {
        if let Some(message) = self.in_memory.pop_front() {
            IN_MEMORY.set(IN_MEMORY.get() - message.len);
            self.current = message;
        } else if let Some(file) = self.in_file.as_mut().filter(|file| !file.is_empty()) {
            file.pop(&mut self.current);
        } else {
            *self = Spool::default();
            return None;
        }
        Some(self.current.bytes())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let len: usize = self.in_memory.iter().map(|message| message.len).sum();
        IN_MEMORY.set(IN_MEMORY.get() - len);
    }
}

/// A message outside of its queue, at the server's alignment.
#[derive(Default)]
struct Message {
    words: Vec<u64>,
    len: usize,
}

impl Message {
    fn of_parts(head: &[u8], body: &[u8]) -> Self {
        let mut message = Message::default();
        let bytes = message.resize(head.len() + body.len());
        let (first, second) = bytes.split_at_mut(head.len());
        first.copy_from_slice(head);
        second.copy_from_slice(body);
        message
    }

    /// Make it `len` bytes long, whatever they are. A message may have a gigabyte, and to run out of memory has to be an
    /// ERROR, not the end of the process.
    fn resize(&mut self, len: usize) -> &mut [u8] {
        let words = len.div_ceil(size_of::<u64>());
        if self.words.try_reserve_exact(words.saturating_sub(self.words.len())).is_err() {
            backend::out_of_memory();
        }
        self.words.resize(words, 0);
        self.len = len;
        // SAFETY: the words have at least this many bytes.
        unsafe { core::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), len) }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the words have at least this many bytes.
        unsafe { core::slice::from_raw_parts(self.words.as_ptr().cast(), self.len) }
    }
}

/// Messages in a temporary file of the server's: it counts against `temp_file_limit` and goes when it is closed.
struct SpoolFile {
    file: pg_sys::File,
    read_at: u64,
    written_to: u64,
}

/// Each message in the file comes after its length.
const LEN_SIZE: usize = size_of::<u64>();

impl SpoolFile {
    fn create() -> Self {
        let across_transactions = true;
        // SAFETY: an ERROR is raised if there can be no such file.
        let file = unsafe { pg_sys::OpenTemporaryFile(across_transactions) };
        SpoolFile { file, read_at: 0, written_to: 0 }
    }

    fn is_empty(&self) -> bool {
        self.read_at == self.written_to
    }

    fn push(&mut self, head: &[u8], body: &[u8]) {
        let len = (head.len() + body.len()) as u64;
        let mut end = self.written_to;
        for part in [&len.to_ne_bytes(), head, body] {
            self.write(part, end);
            end += part.len() as u64;
        }
        self.written_to = end;
    }

    fn pop(&mut self, message: &mut Message) {
        let mut len = [0; LEN_SIZE];
        self.read(&mut len, self.read_at);
        let body = message.resize(u64::from_ne_bytes(len) as usize);
        let start = self.read_at + LEN_SIZE as u64;
        self.read(body, start);
        self.read_at = start + body.len() as u64;
    }

    fn write(&self, mut bytes: &[u8], mut offset: u64) {
        while !bytes.is_empty() {
            match compat::write_file(self.file, bytes, offset) {
                Some(written) => {
                    bytes = &bytes[written..];
                    offset += written as u64;
                }
                None => fail("write to"),
            }
        }
    }

    fn read(&self, mut bytes: &mut [u8], mut offset: u64) {
        while !bytes.is_empty() {
            match compat::read_file(self.file, bytes, offset) {
                Some(read) if read > 0 => {
                    bytes = &mut bytes[read..];
                    offset += read as u64;
                }
                _ => fail("read from"),
            }
        }
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        // The server may report the file's size or a failure to close it.
        let _held = HeldOff::interrupts();
        // SAFETY: opened in `create`, closed once.
        unsafe { pg_sys::FileClose(self.file) }
    }
}

fn fail(what: &str) -> ! {
    let cause = std::io::Error::last_os_error();
    let sqlstate = match cause.raw_os_error() {
        Some(libc::ENOSPC) => PgSqlErrorCode::ERRCODE_DISK_FULL,
        _ => PgSqlErrorCode::ERRCODE_IO_ERROR,
    };
    let message = format!("could not {what} the temporary file of a background command's result: {cause}");
    ErrorReport::new(sqlstate, message, "pg_background").report(PgLogLevel::ERROR);
    unreachable!("an ERROR does not return")
}
