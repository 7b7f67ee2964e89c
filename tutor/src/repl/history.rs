//! What the arrow keys bring back: whole statements, each as one entry, kept by lab.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use rustyline::history::{FileHistory, History, SearchDirection};

use super::paste::EDITED_BYTES;

/// How many statements are kept.
pub(super) const ENTRIES: usize = 2_000;

/// A password that is written out: it is not for a file.
static SECRET: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)password\s*(=\s*'?[^\s':=]|\s(e|u&)?'[^'])").ok());

/// Whether an entry is to be kept.
fn is_kept(entry: &str) -> bool {
    let is_secret = SECRET.as_ref().is_some_and(|secret| secret.is_match(entry));
    entry.len() <= EDITED_BYTES && !is_secret
}

/// Lines become entries: those of one statement are one.
#[derive(Debug)]
pub(super) struct Entries {
    file: PathBuf,
    /// The lines of the statement that is being typed.
    lines: Vec<String>,
    /// Whether something could not be written, and whether that was told.
    is_lost: bool,
    is_told: bool,
}

impl Entries {
    /// Entries that are kept in `file`.
    pub(super) fn new(file: &Path) -> Entries {
        Entries { file: file.to_owned(), lines: Vec::new(), is_lost: false, is_told: false }
    }

    /// Takes a line, or what was edited as one.
    pub(super) fn take(&mut self, lines: &str) {
        // What comes out of the editor stands in place of what went into it.
        if self.lines.last().is_some_and(|line| opens_editor(line)) {
            self.lines.clear();
        }
        self.lines.push(lines.to_owned());
    }

    /// Drops the lines of a statement that was dropped itself.
    pub(super) fn forget(&mut self) {
        self.lines.clear();
    }

    /// The statement is complete: it becomes an entry.
    pub(super) fn close(&mut self, history: &mut FileHistory) {
        let entry = std::mem::take(&mut self.lines).join("\n");
        let entry = entry.trim_end();
        if entry.is_empty() || !is_kept(entry) {
            return;
        }
        let kept = history.add(entry).and_then(|_| history.append(&self.file));
        self.is_lost |= kept.is_err();
    }

    /// Whether it is to be said, for the first time, that nothing can be kept for later.
    pub(super) fn has_become_lost(&mut self) -> bool {
        self.is_lost && !std::mem::replace(&mut self.is_told, true)
    }
}

/// Whether a line ends with `\e` and its arguments.
fn opens_editor(line: &str) -> bool {
    let command = line.rfind('\\').map(|at| &line[at + 1..]);
    command.and_then(|command| command.split_whitespace().next()).is_some_and(|name| matches!(name, "e" | "edit"))
}

/// All entries, the oldest first.
pub(super) fn all(history: &FileHistory) -> Vec<String> {
    let entry =
        |place| history.get(place, SearchDirection::Forward).ok().flatten().map(|found| found.entry.into_owned());
    (0..history.len()).filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_kept() {
        assert!(!is_kept("CREATE ROLE r PASSWORD 'secret'"));
        assert!(!is_kept("SELECT dblink_connect('host=x password=secret')"));
        assert!(is_kept("SELECT dblink_connect('password=' || :'password')"));
        assert!(is_kept("ALTER ROLE r PASSWORD NULL"));
        assert!(is_kept("SELECT password FROM logins"));
    }

    #[test]
    fn lines_of_a_statement_are_one_entry() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut entries = Entries::new(&folder.path().join("history"));
        let mut history = FileHistory::new();
        entries.take("SELECT 1,");
        entries.take("  2;");
        entries.close(&mut history);
        entries.close(&mut history);
        assert_eq!(all(&history), ["SELECT 1,\n  2;"]);
        assert!(!entries.has_become_lost());
    }

    #[test]
    fn what_was_edited_is_an_entry_without_the_command() {
        let mut entries = Entries::new(Path::new("/proc/there/is/none"));
        let mut history = FileHistory::new();
        ["SELECT 1", "\\e 1", "SELECT 2;"].iter().for_each(|line| entries.take(line));
        entries.close(&mut history);
        assert_eq!(all(&history), ["SELECT 2;"]);
    }

    #[test]
    fn a_loss_is_told_once() {
        let mut entries = Entries::new(Path::new("/proc/there/is/none"));
        let mut history = FileHistory::new();
        entries.take("SELECT 1;");
        entries.close(&mut history);
        assert!(entries.has_become_lost() && !entries.has_become_lost());
    }
}
