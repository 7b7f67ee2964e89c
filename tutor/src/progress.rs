//! A student's progress: one file, written whole or not at all.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::lab::Portable;

/// The version of the file's layout.
const VERSION: u32 = 1;

/// Everything that is kept between two starts.
#[derive(Debug, Default)]
pub struct Progress {
    file: PathBuf,
    content: Content,
}

/// Why progress cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum ProgressError {
    /// The file cannot be read.
    #[error("cannot read your progress in {}: {cause}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is no progress that this tutor knows. It is left as it is.
    #[error("{} is not progress that this tutor can read: {why}\n  move it away to start anew, or use the tutor that wrote it", .file.display())]
    Unknown {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The file cannot be written; what was there is still there.
    #[error("cannot keep your progress in {}: {cause}", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Content {
    version: u32,
    labs: BTreeMap<String, LabProgress>,
}

impl Default for Content {
    fn default() -> Content {
        Content { version: VERSION, labs: BTreeMap::new() }
    }
}

/// The progress in one lab.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LabProgress {
    /// Where the student left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<SavedPlace>,
    /// The exercises that were tried, by id.
    #[serde(default)]
    pub exercises: BTreeMap<String, ExerciseProgress>,
}

/// A place in a lab that outlives edits of the lesson: by ids as far as there are any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlace {
    /// The lesson's id.
    pub lesson: String,
    /// The exercise's id, at an exercise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<String>,
    /// The step's index in the lesson, elsewhere.
    pub step: usize,
}

/// The progress in one exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseProgress {
    /// Where it stands.
    pub status: Status,
    /// Verdicts so far that were not a pass.
    #[serde(default)]
    pub tries: u32,
    /// Hints shown.
    #[serde(default)]
    pub hints: usize,
    /// The accepted answer, as it was typed, with the tries before it: it may build on what they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Where in `answer` the try begins that passed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub passed_from: usize,
    /// The latest try that was not right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_try: Option<Try>,
    /// The accepted answer, so that it runs again elsewhere; none where `answer` does as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portable: Option<Portable>,
}

impl ExerciseProgress {
    /// The try that passed, without those before it.
    pub fn passing_try(&self) -> Option<&str> {
        let answer = self.answer.as_deref()?;
        Some(answer.get(self.passed_from..).filter(|part| !part.trim().is_empty()).unwrap_or(answer))
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A try that was not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// What was typed since the exercise was opened; the end of it, if it is long.
    pub text: String,
    /// What was said about it, as Markdown.
    #[serde(default)]
    pub said: String,
}

/// How much is kept of what was typed for a try, and of what was said about it.
const KEPT_TRY_BYTES: usize = 64 * 1024;
const KEPT_SAID_BYTES: usize = 4 * 1024;

impl Try {
    /// A try, with as much of it as is kept.
    pub fn new(text: &str, said: &str) -> Try {
        let start = text.len().saturating_sub(KEPT_TRY_BYTES);
        // From the beginning of a line, so that no statement begins in its middle.
        let start = if start == 0 {
            0
        } else {
            text.as_bytes()[start..].iter().position(|b| *b == b'\n').map_or(text.len(), |at| start + at + 1)
        };
        let end = (0..=said.len().min(KEPT_SAID_BYTES)).rev().find(|at| said.is_char_boundary(*at)).unwrap_or(0);
        Try { text: text[start..].to_owned(), said: said[..end].to_owned() }
    }
}

/// Where an exercise stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Opened, not passed.
    #[default]
    Open,
    /// Left without passing.
    Skipped,
    /// Passed.
    Passed,
}

impl Status {
    /// The status in a word, for people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Skipped => "skipped",
            Status::Passed => "passed",
        }
    }
}

impl Progress {
    /// The progress kept in `file`; none yet if there is no such file.
    pub fn load(file: &Path) -> Result<Progress, ProgressError> {
        let unknown = |why: String| ProgressError::Unknown { file: file.to_owned(), why };
        let content = match fs::read_to_string(file) {
            Ok(text) => serde_json::from_str::<Content>(&text).map_err(|error| unknown(error.to_string()))?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Content::default(),
            Err(cause) => {
                return Err(ProgressError::Unreadable { file: file.to_owned(), cause });
            }
        };
        if content.version != VERSION {
            return Err(unknown(format!("it has version {}, this tutor writes {VERSION}", content.version)));
        }
        Ok(Progress { file: file.to_owned(), content })
    }

    /// The progress in the lab of that id.
    pub fn lab(&self, id: &str) -> LabProgress {
        self.content.labs.get(id).cloned().unwrap_or_default()
    }

    /// Changes the progress in the lab of that id and keeps it. The file is read again first and written whole, to
    /// another name and then renamed: two tutors at once lose nothing of each other's, and at every moment the old
    /// or the new progress is there.
    pub fn update(&mut self, id: &str, change: impl FnOnce(&mut LabProgress)) -> Result<(), ProgressError> {
        let unwritable = |cause| ProgressError::Unwritable { file: self.file.clone(), cause };
        let _lock = self.lock().map_err(unwritable)?;
        let mut latest = Progress::load(&self.file)?;
        change(latest.content.labs.entry(id.to_owned()).or_default());
        latest.write().map_err(unwritable)?;
        self.content = latest.content;
        Ok(())
    }

    /// Nobody else changes the file until the lock is dropped.
    fn lock(&self) -> io::Result<fs::File> {
        fs::create_dir_all(self.dir())?;
        let lock = fs::File::create(self.file.with_extension("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    fn dir(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    fn write(&self) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(self.dir())?;
        serde_json::to_writer_pretty(&mut file, &self.content)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("new").join("progress.json");
        let mut progress = Progress::load(&file).unwrap();
        let pass = |lab: &mut LabProgress| lab.exercises.entry("one".to_owned()).or_default().status = Status::Passed;
        progress.update("background-processes", pass).unwrap();
        let again = Progress::load(&file).unwrap().lab("background-processes");
        assert_eq!(again.exercises["one"].status, Status::Passed);
    }

    #[test]
    fn older_files_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("progress.json");
        let old = r#"{"version": 1, "labs": {"a": {"exercises": {"one": {"status": "passed", "tries": 2, "hints": 1,
            "answer": "SELECT 1;\n"}}}}}"#;
        fs::write(&file, old).unwrap();
        let one = Progress::load(&file).unwrap().lab("a").exercises["one"].clone();
        assert_eq!((one.passing_try(), &one.last_try), (Some("SELECT 1;\n"), &None));
    }

    #[test]
    fn a_long_try_keeps_its_end_from_a_line_on() {
        let text = format!("{}\nSELECT 1;\n", "x".repeat(KEPT_TRY_BYTES));
        assert_eq!(Try::new(&text, "no").text, "SELECT 1;\n");
        assert_eq!(Try::new("SELECT 2;\n", "Ю").said, "Ю");
        assert!(Try::new("", &"Ю".repeat(KEPT_SAID_BYTES)).said.len() <= KEPT_SAID_BYTES);
    }

    #[test]
    fn the_passing_try_is_told_from_those_before() {
        let answer = Some("SELECT 2;\nSELECT 1;\n".to_owned());
        let kept = ExerciseProgress { answer, passed_from: 10, ..ExerciseProgress::default() };
        assert_eq!(kept.passing_try(), Some("SELECT 1;\n"));
        let odd = ExerciseProgress { passed_from: 99, ..kept };
        assert_eq!(odd.passing_try(), odd.answer.as_deref());
    }

    #[test]
    fn an_unknown_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("progress.json");
        fs::write(&file, "{\"version\": 99, \"labs\": {}}").unwrap();
        assert!(matches!(Progress::load(&file), Err(ProgressError::Unknown { .. })));
        assert!(fs::read_to_string(&file).unwrap().contains("99"));
    }
}
