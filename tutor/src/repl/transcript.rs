//! What happened in a sitting, as Markdown.
//!
//! Everything is kept in a temporary file from the start, so that `\transcript` can begin at any time with what was
//! before; memory holds the block that is being written only.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::text;

/// How much of one output is kept, its beginning.
const KEPT_OUTPUT_BYTES: usize = 32 * 1024;

/// How much of one typed text is kept.
const KEPT_TYPED_BYTES: usize = 256 * 1024;

/// How much of a sitting is kept.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;

/// Why a transcript cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum TranscriptError {
    /// The file is there, and this sitting has not written it.
    #[error("{} is there already, and this transcript has not written it: give another name", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("cannot write the transcript to {}: {cause}", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// What happened in a sitting, and where it is written.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    title: String,
    /// Everything so far; none before the first thing happens, or where none can be made.
    spool: Option<File>,
    spooled_bytes: u64,
    file: Option<(PathBuf, File)>,
    /// The files that this sitting has written.
    own: Vec<PathBuf>,
    typed: String,
    output: Excerpt,
    trouble: Option<TranscriptError>,
}

impl Transcript {
    /// What stands at the top, with the day.
    pub(super) fn set_title(&mut self, title: &str) {
        title.clone_into(&mut self.title);
    }

    /// Something was typed.
    pub(super) fn type_text(&mut self, text: &str) {
        if !self.output.is_empty() {
            self.settle();
        }
        let room = KEPT_TYPED_BYTES.saturating_sub(self.typed.len());
        let end = (0..=room.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        self.typed.push_str(&text[..end]);
        self.typed.push('\n');
    }

    /// Something was printed.
    pub(super) fn print(&mut self, bytes: &[u8]) {
        self.output.push(bytes);
    }

    /// The width in columns of the widest line that was printed for what was typed last, as far as it is kept.
    pub(super) fn printed_width(&self) -> usize {
        use unicode_width::UnicodeWidthStr;
        self.output.text().lines().map(UnicodeWidthStr::width).max().unwrap_or(0)
    }

    /// Something was said, as Markdown.
    pub(super) fn say(&mut self, markdown: &str) {
        self.settle();
        if !markdown.trim().is_empty() {
            self.write(&format!("{}\n\n", markdown.trim_end()));
        }
    }

    /// Ends the block that is being written, if something was printed.
    pub(super) fn settle_output(&mut self) {
        if !self.output.is_empty() {
            self.settle();
        }
    }

    /// From now on everything is written to `path` too, after all that was before.
    pub(super) fn start(&mut self, path: &Path) -> Result<(), TranscriptError> {
        self.settle();
        let unwritable = |cause| TranscriptError::Unwritable { file: path.to_owned(), cause };
        let mut options = OpenOptions::new();
        match self.own.iter().any(|own| own == path) {
            true => options.write(true).create(true).truncate(true),
            false => options.write(true).create_new(true),
        };
        let mut file = match options.open(path) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                return Err(TranscriptError::Exists(path.to_owned()));
            }
            opened => opened.map_err(unwritable)?,
        };
        file.write_all(text::transcript_head(&self.title, &today()).as_bytes()).map_err(unwritable)?;
        self.copy_spool(&mut file).map_err(unwritable)?;
        self.own.push(path.to_owned());
        self.file = Some((path.to_owned(), file));
        Ok(())
    }

    /// Nothing more is written to the file; its path, if there was one.
    pub(super) fn stop(&mut self) -> Option<PathBuf> {
        self.settle();
        self.file.take().map(|(path, _)| path)
    }

    /// Where it is written.
    pub(super) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// Why it is not written any more, once.
    pub(super) fn take_trouble(&mut self) -> Option<TranscriptError> {
        self.trouble.take()
    }

    /// Writes what was typed and what came of it.
    fn settle(&mut self) {
        let typed = mem::take(&mut self.typed);
        if !typed.trim().is_empty() {
            self.write(&format!("{}\n", fenced("sql", &typed)));
        }
        let output = mem::take(&mut self.output);
        if !output.is_empty() {
            self.write(&format!("{}\n", fenced("text", &output.text())));
            if output.left_out > 0 {
                self.write(&format!("{}\n\n", text::output_left_out(output.left_out)));
            }
        }
    }

    fn write(&mut self, markdown: &str) {
        if let Some((path, file)) = &mut self.file
            && let Err(cause) = file.write_all(markdown.as_bytes())
        {
            self.trouble = Some(TranscriptError::Unwritable { file: path.clone(), cause });
            self.file = None;
        }
        // Without a spool, a transcript begins where it is asked for.
        if self.spool.is_none() && self.spooled_bytes == 0 {
            self.spool = tempfile::tempfile().ok();
        }
        self.spooled_bytes += markdown.len() as u64;
        if self.spooled_bytes <= KEPT_BYTES
            && let Some(spool) = &mut self.spool
            && spool.write_all(markdown.as_bytes()).is_err()
        {
            self.spool = None;
        }
    }

    fn copy_spool(&mut self, to: &mut File) -> io::Result<()> {
        let Some(spool) = &mut self.spool else { return Ok(()) };
        spool.seek(SeekFrom::Start(0))?;
        io::copy(&mut Read::by_ref(spool).take(KEPT_BYTES), to)?;
        spool.seek(SeekFrom::End(0)).map(drop)
    }
}

impl Drop for Transcript {
    fn drop(&mut self) {
        self.settle();
    }
}

/// The beginning of an output.
#[derive(Debug, Default)]
struct Excerpt {
    kept: Vec<u8>,
    left_out: usize,
}

impl Excerpt {
    fn push(&mut self, bytes: &[u8]) {
        let room = KEPT_OUTPUT_BYTES.saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        self.left_out += bytes.len() - room;
    }

    fn is_empty(&self) -> bool {
        self.kept.iter().all(u8::is_ascii_whitespace)
    }

    /// Without colours, and without anything that a terminal obeys.
    fn text(&self) -> String {
        let plain = without_colours(&String::from_utf8_lossy(&self.kept));
        plain.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
    }
}

fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        let sequence = &rest[start + 2..];
        rest = match sequence.find(|c: char| c.is_ascii_alphabetic()) {
            Some(end) => &sequence[end + 1..],
            None => "",
        };
    }
    plain + rest
}

/// A block of code whose fence is longer than any in it.
pub(super) fn fenced(language: &str, code: &str) -> String {
    let fence = "`".repeat(text::longest_run(code, '`').max(2) + 1);
    let code = code.trim_matches('\n');
    format!("{fence}{language}\n{code}\n{fence}\n")
}

/// Plain text that Markdown does not change.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && "\\`*_{}[]<>#|~&!".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Markdown whose headings stand `levels` deeper, without the ids of headings.
pub(super) fn deeper(markdown: &str, levels: usize) -> String {
    let mut is_code = false;
    let mut out = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        is_code ^= line.trim_start().starts_with("```");
        match line.strip_prefix('#').filter(|_| !is_code) {
            Some(_) => {
                let heading = line.split_once(" {#").map_or(line, |(heading, _)| heading);
                out.push_str(&"#".repeat(levels));
                out.push_str(heading);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Today's date, as UTC has it.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(i64::try_from(seconds / 86_400).unwrap_or(0))
}

/// The date so many days after 1970-01-01 (Howard Hinnant's civil_from_days).
fn date(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(file: &Path) -> String {
        std::fs::read_to_string(file).expect("a transcript")
    }

    #[test]
    fn what_was_before_comes_first_and_what_follows_is_added() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("t.md");
        let mut transcript = Transcript::default();
        transcript.set_title("lab 1");
        transcript.say("## Lesson");
        transcript.type_text("SELECT 1;");
        transcript.print(b" ?column? \n----------\n        1\n(1 row)\n\n");
        transcript.start(&file).expect("a file");
        transcript.say("**Passed:** it");
        transcript.stop();
        transcript.say("not in the file");
        let text = written(&file);
        let (head, rest) = text.split_once("\n\n").expect("a title");
        assert_eq!(head, "# Transcript of lab 1");
        let (_, rest) = rest.split_once("\n\n").expect("a date");
        let expected = "## Lesson\n\n```sql\nSELECT 1;\n```\n\n```text\n ?column? \n----------\n        1\n(1 row)\n```\n\n\
                        **Passed:** it\n\n";
        assert_eq!(rest, expected);
        transcript.start(&file).expect("its own file");
        assert!(written(&file).ends_with("not in the file\n\n"));
    }

    #[test]
    fn a_file_of_others_is_not_overwritten() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let refused = Transcript::default().start(file.path());
        assert!(matches!(refused, Err(TranscriptError::Exists(_))), "{refused:?}");
    }

    #[test]
    fn a_long_output_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("t.md");
        let mut transcript = Transcript::default();
        transcript.type_text("SELECT long;");
        (0..1000).for_each(|_| transcript.print(&[b'x'; 1000]));
        transcript.start(&file).expect("a file");
        let text = written(&file);
        assert!(text.len() < 2 * KEPT_OUTPUT_BYTES, "{}", text.len());
        assert!(text.contains(&text::output_left_out(1_000_000 - KEPT_OUTPUT_BYTES)), "{}", &text[text.len() - 200..]);
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(fenced("text", "a\n````\nb"), "`````text\na\n````\nb\n`````\n");
        assert_eq!(fenced("sql", "SELECT 1;\n\n"), "```sql\nSELECT 1;\n```\n");
    }

    #[test]
    fn headings_go_deeper_and_code_does_not() {
        let markdown = "## The table {#t}\n\n```sh\n# no heading\n```\n";
        assert_eq!(deeper(markdown, 1), "### The table\n\n```sh\n# no heading\n```\n");
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_784), "2026-11-27");
    }

    #[test]
    fn colours_are_left_out() {
        let mut transcript = Transcript::default();
        transcript.print("\u{1b}[31mred\u{1b}[0m Ю\u{7}".as_bytes());
        assert_eq!(transcript.output.text(), "red Ю\u{fffd}");
        assert_eq!(transcript.printed_width(), 6);
    }
}
