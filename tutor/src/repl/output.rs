//! Where words and results go: to the terminal, and into the transcript of the sitting.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::text;
use super::transcript::Transcript;
use super::view::Look;

/// Where the words go.
pub struct Output<'a> {
    /// Results and the tutor's words.
    pub out: &'a mut dyn Write,
    /// Errors of statements.
    pub err: &'a mut dyn Write,
    /// What was printed through both.
    pub record: Record,
}

impl Output<'_> {
    /// Writes a line to standard error, after everything that was written before.
    pub(super) fn complain(&mut self, line: &str) -> io::Result<()> {
        self.out.flush()?;
        writeln!(self.err, "{line}")
    }

    /// Says something that belongs into a transcript, where it stands as `markdown`. It stands apart on a terminal.
    pub(super) fn tell(&mut self, markdown: &str, shown: &str) -> io::Result<()> {
        self.out.flush()?;
        self.record.lock().transcript.say(markdown);
        self.unrecorded(shown, true)
    }

    /// Says something by the way, that belongs into no transcript.
    pub(super) fn mention(&mut self, shown: &str) -> io::Result<()> {
        self.unrecorded(shown, false)
    }

    /// The same, apart from what is above it.
    pub(super) fn mention_apart(&mut self, shown: &str) -> io::Result<()> {
        self.unrecorded(shown, true)
    }

    fn unrecorded(&mut self, shown: &str, is_apart: bool) -> io::Result<()> {
        self.out.flush()?;
        let is_close = is_apart && self.record.lock().is_close();
        self.record.lock().is_paused = true;
        let written = if is_close { writeln!(self.out) } else { Ok(()) };
        let written = written.and_then(|()| write!(self.out, "{shown}")).and_then(|()| self.out.flush());
        self.record.lock().is_paused = false;
        written
    }

    /// Before a prompt: all is on the screen, and it is said if the transcript has ended.
    pub(super) fn before_prompt(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.record.lock().transcript.settle_output();
        let trouble = self.record.lock().transcript.take_trouble();
        match trouble {
            Some(trouble) => self.complain(&format!("tutor: {trouble}")),
            None => Ok(()),
        }
    }

    /// `\transcript`: begins to write one, ends it, or tells where it is written.
    pub(super) fn transcript(&mut self, argument: &str) -> io::Result<()> {
        self.out.flush()?;
        let argument = unquoted(argument);
        let mut recorder = self.record.lock();
        let said = match argument.as_str() {
            "" => match recorder.transcript.path() {
                Some(path) => text::transcript_goes_to(path),
                None => text::TRANSCRIPT_USAGE.to_owned(),
            },
            "off" => match recorder.transcript.stop() {
                Some(path) => text::transcript_ended(&path),
                None => text::NO_TRANSCRIPT.to_owned(),
            },
            file => match recorder.transcript.start(Path::new(file)) {
                Ok(()) => text::transcript_begun(Path::new(file)),
                Err(error) => {
                    drop(recorder);
                    return self.complain(&format!("tutor: {error}"));
                }
            },
        };
        drop(recorder);
        self.mention(&Look::for_stdout().words(&said))
    }
}

/// A file name as psql takes them: with or without single quotes, `~/` for the home folder.
fn unquoted(argument: &str) -> String {
    let argument = argument.trim().trim_end_matches(';').trim_end();
    if let Some(quoted) = argument.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return quoted.replace("''", "'");
    }
    match (argument.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => argument.to_owned(),
    }
}

/// What is printed and typed in a sitting. Clones are the same record.
#[derive(Debug, Clone, Default)]
pub struct Record(Arc<Mutex<Recorder>>);

#[derive(Debug, Default)]
struct Recorder {
    transcript: Transcript,
    is_paused: bool,
    /// How many newlines end what is on the screen, up to two.
    newlines: usize,
    /// Whether blank lines set things apart: for a person at a terminal.
    is_spacious: bool,
}

impl Recorder {
    /// Whether what comes next would stand close to what is on the screen.
    fn is_close(&self) -> bool {
        self.is_spacious && self.newlines < 2
    }

    fn take(&mut self, bytes: &[u8]) {
        if !self.is_paused {
            self.transcript.print(bytes);
        }
        let trailing = bytes.iter().rev().take(2).take_while(|byte| **byte == b'\n').count();
        self.newlines = match trailing {
            count if count == bytes.len() => (self.newlines + count).min(2),
            count => count,
        };
    }
}

impl Record {
    /// A stream whose bytes are recorded on their way to `to`.
    pub fn through<W: Write>(&self, to: W) -> Recorded<W> {
        Recorded { to, record: self.clone() }
    }

    /// What stands at the top of a transcript, and whether a person reads.
    pub(super) fn begin(&self, title: &str, is_interactive: bool) {
        let mut recorder = self.lock();
        recorder.transcript.set_title(title);
        recorder.is_spacious = is_interactive;
    }

    /// Statements or psql commands were typed, or a demo's are run.
    pub(super) fn typed(&self, text: &str) {
        self.lock().transcript.type_text(text);
    }

    /// A line was read, and the cursor stands below it.
    pub(super) fn line_read(&self) {
        self.lock().newlines = 1;
    }

    /// Something was shown past the streams: in a pager, or while a line was typed.
    pub(super) fn overheard(&self, bytes: &[u8]) {
        self.lock().transcript.print(bytes);
    }

    /// The width in columns of the widest line that was printed for what was typed last, as far as it is kept.
    pub(super) fn printed_width(&self) -> usize {
        self.lock().transcript.printed_width()
    }

    fn lock(&self) -> MutexGuard<'_, Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that is recorded.
#[derive(Debug)]
pub struct Recorded<W> {
    to: W,
    record: Record,
}

impl<W: Write> Write for Recorded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.record.lock().take(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_apart_from_what_is_above_them() {
        let record = Record::default();
        record.begin("a test", true);
        let (mut bytes, mut errors) = (Vec::new(), Vec::new());
        let (mut out, mut err) = (record.through(&mut bytes), record.through(&mut errors));
        let mut output = Output { out: &mut out, err: &mut err, record: record.clone() };
        output.tell("", "first\n").expect("words");
        output.mention("close\n").expect("words");
        output.tell("", "apart\n").expect("words");
        writeln!(output.out, "(1 row)\n").expect("a result");
        output.tell("", "no wider\n").expect("words");
        record.line_read();
        output.tell("", "below a prompt\n").expect("words");
        let shown = String::from_utf8(bytes).expect("text");
        assert_eq!(shown, "\nfirst\nclose\n\napart\n(1 row)\n\nno wider\n\nbelow a prompt\n");
    }

    #[test]
    fn names_of_files_are_taken_as_psql_takes_them() {
        assert_eq!(unquoted(" 'it''s here.md' ;"), "it's here.md");
        assert_eq!(unquoted(" notes.md"), "notes.md");
    }
}
