//! The journal of a run: what is graded is kept at once, so that an interrupted run loses and repeats nothing.
//!
//! A file of JSON lines: first what was graded against, then a line for each submission, in the order they were done. A
//! last line that was cut off by an interruption counts as not written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Graded, Paper};

/// What a journal was begun with. Results that came from something else do not go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The lab's id.
    pub lab: String,
    /// A digest of what is graded against.
    pub lab_digest: String,
    /// The kit's version.
    pub kit: String,
    /// The server's major version.
    pub postgres_major: u16,
}

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be used.
    #[error("cannot use the journal {}: {cause}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It belongs to another run.
    #[error(
        "{} was begun with another lab, other points or another kit\n  grade into a new file, or remove this one", .0.display()
    )]
    Other(PathBuf),
    /// It is something else.
    #[error("{} is no journal of a grading run, and is left as it is\n  name another file", .0.display())]
    Unknown(PathBuf),
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// What was graded before, by source and digest.
    done: Done,
}

impl Journal {
    /// Opens or begins the journal in `path`.
    pub fn open(path: &Path, header: &Header) -> Result<Journal, JournalError> {
        let fault = |cause| JournalError::File { file: path.to_owned(), cause };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
            Err(cause) => return Err(fault(cause)),
        };
        let (whole, done) = read(&text, header, path)?;
        let mut file = File::options().create(true).write(true).truncate(false).open(path).map_err(fault)?;
        // What was cut off is written over.
        file.set_len(whole as u64).map_err(fault)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(fault)?;
        let mut journal = Journal { path: path.to_owned(), file, done };
        if whole == 0 {
            journal.write(header)?;
        }
        Ok(journal)
    }

    /// What became of a submission before, if it was graded as it is now.
    pub fn take(&mut self, paper: &Paper) -> Option<Graded> {
        self.done.remove(&(paper.source.clone(), paper.digest.clone()))
    }

    /// Keeps what became of a submission.
    pub fn keep(&mut self, graded: &Graded) -> Result<(), JournalError> {
        self.write(graded)
    }

    fn write(&mut self, value: &impl Serialize) -> Result<(), JournalError> {
        let line = serde_json::to_string(value).map_err(io::Error::other).map(|line| line + "\n");
        let written = line.and_then(|line| self.file.write_all(line.as_bytes())).and_then(|()| self.file.sync_data());
        written.map_err(|cause| JournalError::File { file: self.path.clone(), cause })
    }
}

/// Results by the source and the digest of their submissions.
type Done = BTreeMap<(String, String), Graded>;

/// The bytes of whole lines, and the results in them.
fn read(text: &str, header: &Header, path: &Path) -> Result<(usize, Done), JournalError> {
    let mut done = BTreeMap::new();
    let mut whole = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if !line.ends_with('\n') {
            break;
        }
        if number == 0 {
            match serde_json::from_str::<Header>(line) {
                Ok(found) if found == *header => {}
                Ok(_) => return Err(JournalError::Other(path.to_owned())),
                Err(_) => return Err(JournalError::Unknown(path.to_owned())),
            }
        } else {
            let graded: Graded = serde_json::from_str(line).map_err(|_| JournalError::Unknown(path.to_owned()))?;
            done.insert((graded.source.clone(), graded.digest.clone()), graded);
        }
        whole += line.len();
    }
    if whole == 0 && !text.is_empty() {
        return Err(JournalError::Unknown(path.to_owned()));
    }
    Ok((whole, done))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(digest: &str) -> Header {
        Header { lab: "l".into(), lab_digest: digest.into(), kit: "1".into(), postgres_major: 15 }
    }

    fn graded(source: &str) -> Graded {
        Graded {
            name: source.into(),
            id: None,
            email: None,
            source: source.into(),
            digest: "d".into(),
            score: 1.0,
            max_score: 2.0,
            seconds: 0.5,
            problems: Vec::new(),
            exercises: Vec::new(),
        }
    }

    fn submission(source: &str) -> Paper {
        Paper { source: source.into(), digest: "d".into(), ..Paper::default() }
    }

    #[test]
    fn what_was_graded_is_found_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("journal");
        let mut journal = Journal::open(&path, &header("a")).expect("a new journal");
        journal.keep(&graded("one.sql")).expect("kept");
        drop(journal);
        let mut journal = Journal::open(&path, &header("a")).expect("the journal");
        assert_eq!(journal.take(&submission("one.sql")), Some(graded("one.sql")));
        assert_eq!(journal.take(&submission("two.sql")), None);
        assert!(matches!(Journal::open(&path, &header("b")), Err(JournalError::Other(_))));
    }

    #[test]
    fn a_line_that_was_cut_off_is_graded_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("journal");
        let mut journal = Journal::open(&path, &header("a")).expect("a new journal");
        journal.keep(&graded("one.sql")).expect("kept");
        journal.keep(&graded("two.sql")).expect("kept");
        drop(journal);
        let text = fs::read_to_string(&path).expect("text");
        fs::write(&path, &text[..text.len() - 5]).expect("written");
        let mut journal = Journal::open(&path, &header("a")).expect("the journal");
        assert_eq!(journal.take(&submission("two.sql")), None);
        journal.keep(&graded("two.sql")).expect("kept");
        drop(journal);
        assert_eq!(fs::read_to_string(&path).expect("text"), text);
    }

    #[test]
    fn another_file_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("notes.txt");
        for text in ["some notes\n", "no newline"] {
            fs::write(&path, text).expect("written");
            assert!(matches!(Journal::open(&path, &header("a")), Err(JournalError::Unknown(_))));
            assert_eq!(fs::read_to_string(&path).expect("text"), text);
        }
    }
}
