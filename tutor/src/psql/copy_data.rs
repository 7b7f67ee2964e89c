//! The data of COPY: where they are read and where they go.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use super::shell::{Shell, Streams};
use crate::wire::CopyFormat;

/// Bytes of COPY data sent at once.
const COPY_CHUNK: usize = 64 * 1024;

/// The file of a `\copy`.
#[derive(Debug)]
pub(super) enum CopyFile {
    Read(BufReader<File>),
    Write(File),
}

/// A line of text as [`Streams::lines`] takes it.
pub fn data_line(line: &str) -> Vec<u8> {
    format!("{line}\n").into_bytes()
}

/// Whether a line is `\.`, which ends the data.
fn is_end_of_data(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line) == b"\\."
}

/// What follows a NUL, the end of the line included, is lost, as in psql.
fn cut_at_nul(line: &mut Vec<u8>) {
    if let Some(end) = line.iter().position(|&byte| byte == 0) {
        line.truncate(end);
    }
}

impl Shell {
    /// Sends the lines up to `\.`, in binary form all that is left, as COPY data. A copy that the server has given up
    /// is read to its end all the same.
    pub(super) fn send_copy_data(&mut self, format: CopyFormat, io: &mut Streams<'_>) -> io::Result<()> {
        if self.is_interactive && self.copy_file.is_none() && !self.is_quiet() {
            writeln!(
                io.out,
                "Enter data to be copied followed by a newline.\n\
                 End with a backslash and a period on a line by itself, or an EOF signal."
            )?;
        }
        io.out.flush()?;
        let mut chunk = Vec::new();
        while let Some(mut line) = self.next_copy_line(format, io) {
            if format == CopyFormat::Lines {
                if is_end_of_data(&line) {
                    break;
                }
                cut_at_nul(&mut line);
            }
            chunk.extend_from_slice(&line);
            // A lost connection shows when the events are read on.
            if chunk.len() >= COPY_CHUNK {
                let _ = self.connection.copy_data(&chunk);
                chunk.clear();
            }
        }
        if self.connection.canceller().is_pressed() {
            let _ = self.connection.copy_fail("canceled by user");
        } else {
            let _ = self.connection.copy_data(&chunk);
            let _ = self.connection.copy_done();
        }
        Ok(())
    }

    /// The next line of COPY data, with its newline: from the file of `\copy`, else from the input.
    fn next_copy_line(&mut self, format: CopyFormat, io: &mut Streams<'_>) -> Option<Vec<u8>> {
        if let Some(CopyFile::Read(file)) = &mut self.copy_file {
            let mut line = Vec::new();
            let length = file.read_until(b'\n', &mut line).unwrap_or(0);
            return (length > 0).then_some(line);
        }
        self.input.take_data(format).or_else(|| (io.lines)())
    }

    /// Passes over the data of a COPY that failed before it took any.
    pub(super) fn skip_copy_data(&mut self, io: &mut Streams<'_>) {
        while let Some(line) = self.input.take_data(CopyFormat::Lines).or_else(|| (io.lines)()) {
            if is_end_of_data(&line) {
                break;
            }
        }
    }

    /// Writes data of COPY TO STDOUT to the file of `\copy`, else where results go.
    pub(super) fn write_copy_data(&mut self, data: &[u8], io: &mut Streams<'_>) -> io::Result<()> {
        match &mut self.copy_file {
            Some(CopyFile::Write(file)) => file.write_all(data),
            _ => self.write_to_go_file(io, &mut |shell, io| Self::result_target(&mut shell.output, io).write_all(data)),
        }
    }
}
