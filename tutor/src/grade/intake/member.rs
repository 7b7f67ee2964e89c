//! What is found below a path: members of folders and archives, with clean names.

use std::collections::HashMap;
use std::io::{self, Read};

use unicode_normalization::UnicodeNormalization;

use super::limits::{DEPTH, FREE_OF_RATIO_BYTES, NAME_BYTES, NOTES, RATIO, SUBMISSION_BYTES, TOTAL_BYTES};

/// A file below a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The names of its folders and its own, clean: no `..`, nothing empty.
    pub(super) path: Vec<String>,
    pub(super) content: Content,
    /// When it was changed, in seconds since 1970; 0 if nobody knows.
    pub(super) changed: i64,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// An answer.
    Bytes(Vec<u8>),
    /// It would be an answer, but is not read; why not.
    Refused(String),
    /// Something else, such as a PDF.
    Other,
}

/// What an intake has taken so far, and what is to be said about what it found.
#[derive(Debug, Default)]
pub(super) struct Tray {
    notes: Vec<String>,
    untold: usize,
    /// Bytes of text, all in all and for each folder below the path that is being read.
    total: usize,
    by_folder: HashMap<Vec<String>, usize>,
}

impl Tray {
    /// Another path is read.
    pub(super) fn begin_path(&mut self) {
        self.by_folder.clear();
    }

    pub(super) fn note(&mut self, note: String) {
        match () {
            () if self.notes.contains(&note) => {}
            () if self.notes.len() < NOTES => self.notes.push(note),
            () => self.untold += 1,
        }
    }

    /// Reads an answer within bounds. When its folder has brought more than a submission may have, no more of it is
    /// read. `packed` is its size in an archive; what was read is added to `unpacked`.
    pub(super) fn answer(
        &mut self,
        path: &[String],
        packed: Option<u64>,
        reader: &mut dyn Read,
        unpacked: &mut u64,
    ) -> Content {
        let folder = path.split_last().map_or(&[][..], |(_, folder)| folder);
        let taken = self.by_folder.entry(folder.to_vec()).or_default();
        match () {
            () if !folder.is_empty() && *taken > SUBMISSION_BYTES => return Content::Refused(too_large()),
            () if self.total > TOTAL_BYTES => {
                let most = TOTAL_BYTES / 1024 / 1024;
                return Content::Refused(format!(
                    "all submissions together are larger than {most} MB: grade them in parts"
                ));
            }
            () => {}
        }
        let content = read_answer(reader, packed, unpacked);
        if let Content::Bytes(bytes) = &content {
            self.total += bytes.len();
            *taken += bytes.len();
        }
        content
    }

    pub(super) fn into_notes(mut self) -> Vec<String> {
        if self.untold > 0 {
            self.notes.push(format!("and {} more of this kind", self.untold));
        }
        self.notes
    }
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Answer,
    Archive,
    /// Where Gradescope says who has submitted what.
    Metadata,
    Other,
    /// What systems and version control leave behind.
    Junk,
}

/// The name of Gradescope's list.
pub(super) const METADATA: &str = "submission_metadata.yml";

pub(super) fn kind(path: &[String]) -> Kind {
    let is_junk = |name: &String| {
        let lower = name.to_lowercase();
        name.starts_with('.') || ["__macosx", "thumbs.db", "desktop.ini", "readme.txt"].contains(&lower.as_str())
    };
    let Some(name) = path.last().map(|name| name.to_lowercase()) else { return Kind::Junk };
    match () {
        () if path.iter().any(is_junk) => Kind::Junk,
        () if name == METADATA => Kind::Metadata,
        () if [".sql", ".psql", ".pgsql", ".txt"].iter().any(|suffix| name.ends_with(suffix)) => Kind::Answer,
        () if archive_suffix(&name).is_some() => Kind::Archive,
        () => Kind::Other,
    }
}

fn archive_suffix(name: &str) -> Option<&'static str> {
    [".zip", ".tar.gz", ".tgz", ".tar"].into_iter().find(|suffix| name.to_lowercase().ends_with(suffix))
}

/// A file's name without what says that it is an answer or an archive.
pub(super) fn stem(name: &str) -> &str {
    let suffix =
        archive_suffix(name).map(str::len).or_else(|| name.rfind('.').filter(|at| *at > 0).map(|at| name.len() - at));
    suffix.map_or(name, |length| name.get(..name.len() - length).unwrap_or(name))
}

/// The clean path that a name in an archive means, and whether it was dirty: absolute, or climbing. Nothing is ever
/// written, so a dirty name is odd and no danger. `None` if it names nothing, or too much.
pub(super) fn clean_path(name: &str) -> Option<(Vec<String>, bool)> {
    let is_drive = |part: &str| part.len() == 2 && part.ends_with(':');
    let mut is_dirty = name.starts_with(['/', '\\']);
    let mut path = Vec::new();
    for part in name.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." || is_drive(part) {
            is_dirty = true;
        } else {
            // macOS writes letters and their accents apart.
            path.push(part.nfc().collect());
        }
    }
    (!path.is_empty() && path.len() <= DEPTH && name.len() <= NAME_BYTES).then_some((path, is_dirty))
}

/// Reads an answer, no more of it than is taken. `packed` is its size in an archive. Adds what was read to `unpacked`.
fn read_answer(reader: &mut dyn Read, packed: Option<u64>, unpacked: &mut u64) -> Content {
    let most = SUBMISSION_BYTES as u64;
    let by_ratio = packed.map_or(u64::MAX, |packed| packed.saturating_mul(RATIO).max(FREE_OF_RATIO_BYTES));
    match read_at_most(reader, most.min(by_ratio), unpacked) {
        Ok(Some(bytes)) => Content::Bytes(bytes),
        Ok(None) if by_ratio < most => Content::Refused(format!("it unpacks to more than {RATIO} times its size")),
        Ok(None) => Content::Refused(too_large()),
        Err(error) => Content::Refused(format!("it cannot be read: {error}")),
    }
}

/// All that a reader has, `None` if it is more than `most` bytes.
pub(super) fn read_at_most(reader: &mut dyn Read, most: u64, unpacked: &mut u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = reader.take(most.saturating_add(1)).read_to_end(&mut bytes);
    *unpacked = unpacked.saturating_add(bytes.len() as u64);
    read?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

pub(super) fn too_large() -> String {
    format!("it is larger than {} MB", SUBMISSION_BYTES / 1024 / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> Vec<String> {
        name.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn names_are_cleaned() {
        let clean = |name: &str| clean_path(name).map(|(path, is_dirty)| (path.join("/"), is_dirty));
        assert_eq!(clean("a/./b.sql"), Some(("a/b.sql".to_owned(), false)));
        assert_eq!(clean("../../etc/b.sql"), Some(("etc/b.sql".to_owned(), true)));
        assert_eq!(clean("/etc/b.sql"), Some(("etc/b.sql".to_owned(), true)));
        assert_eq!(clean("C:\\a\\b.sql"), Some(("a/b.sql".to_owned(), true)));
        assert_eq!(clean("../.."), None);
        assert_eq!(clean(&"a/".repeat(100)), None);
        assert_eq!(clean("e\u{301}.sql"), Some(("\u{e9}.sql".to_owned(), false)));
    }

    #[test]
    fn files_are_known_by_their_names() {
        for (name, expected) in [
            ("a.SQL", Kind::Answer),
            ("a/b.txt", Kind::Answer),
            ("__MACOSX/a.sql", Kind::Junk),
            ("a/._b.sql", Kind::Junk),
            ("a/.git/b.sql", Kind::Junk),
            (".DS_Store", Kind::Junk),
            ("a.tar.gz", Kind::Archive),
            ("a.pdf", Kind::Other),
            ("sql", Kind::Other),
        ] {
            assert_eq!(kind(&path(name)), expected, "{name}");
        }
        assert_eq!((stem("a.b.sql"), stem("a.TAR.GZ"), stem("a"), stem(".sql")), ("a.b", "a", "a", ".sql"));
    }

    #[test]
    fn no_more_is_read_than_is_taken() {
        let mut unpacked = 0;
        let endless = read_answer(&mut io::repeat(b'x'), None, &mut unpacked);
        assert_eq!((endless, unpacked), (Content::Refused(too_large()), SUBMISSION_BYTES as u64 + 1));
        let bomb = read_answer(&mut io::repeat(b'x'), Some(1000), &mut unpacked);
        assert!(matches!(bomb, Content::Refused(why) if why.contains("times its size")));
    }
}
