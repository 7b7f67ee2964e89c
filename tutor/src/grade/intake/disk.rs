//! Files and folders that were named, and what is below them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use super::archive;
use super::limits::{ARCHIVE_BYTES, DEPTH, MEMBERS, NESTED_ARCHIVE_BYTES};
use super::member::{Content, Kind, Member, Tray, kind, read_at_most};

/// Everything below a folder, in the order of names. What cannot be read is noted or refused; the rest goes on.
pub(super) fn walk(folder: &Path, tray: &mut Tray) -> Vec<Member> {
    let mut walk = Walk { members: Vec::new(), seen: 0, tray };
    walk.folder(folder, &mut Vec::new());
    walk.members
}

struct Walk<'a> {
    members: Vec<Member>,
    seen: usize,
    tray: &'a mut Tray,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, names: &mut Vec<String>) {
        let mut found: Vec<_> = match fs::read_dir(folder) {
            Ok(entries) => entries.flatten().take(MEMBERS + 1).map(|entry| entry.path()).collect(),
            Err(error) => return self.tray.note(format!("{} cannot be read: {error}", shown(folder))),
        };
        found.sort();
        for path in found {
            self.seen += 1;
            if self.seen > MEMBERS {
                return self.tray.note(format!("there are more than {MEMBERS} files; {} is left out", shown(&path)));
            }
            names.push(file_name(&path));
            if kind(names) != Kind::Junk {
                self.entry(&path, names);
            }
            names.pop();
        }
    }

    fn entry(&mut self, path: &Path, names: &mut Vec<String>) {
        let Ok(about) = fs::symlink_metadata(path) else {
            return self.tray.note(format!("{} cannot be looked at", shown(path)));
        };
        match () {
            () if about.is_symlink() => self.link(path, names),
            () if about.is_dir() && names.len() >= DEPTH => {
                self.tray.note(format!("{} is deeper than {DEPTH} folders, and left out", shown(path)));
            }
            () if about.is_dir() => self.folder(path, names),
            () if about.is_file() => self.file(path, names),
            () => self.tray.note(format!("{} is no file, and left out", shown(path))),
        }
    }

    /// A link is followed to a file below the folder that it is in, and nowhere else: neither out of what was named,
    /// nor to what a neighbour has handed in.
    fn link(&mut self, path: &Path, names: &[String]) {
        let is_near = |target: &Path| {
            path.parent().and_then(|here| here.canonicalize().ok()).is_some_and(|here| target.starts_with(here))
        };
        match path.canonicalize() {
            Ok(target) if is_near(&target) && target.is_file() => self.file(&target, names),
            Ok(target) if is_near(&target) => {
                self.tray.note(format!("{} is a link to a folder, and not followed", shown(path)));
            }
            _ => {
                let why = "it is a link that leads out of its folder, and is not followed".to_owned();
                self.tray.note(format!("{}: {why}", shown(path)));
                if matches!(kind(names), Kind::Answer | Kind::Archive) {
                    self.members.push(Member { path: names.to_vec(), content: Content::Refused(why), changed: 0 });
                }
            }
        }
    }

    fn file(&mut self, path: &Path, names: &[String]) {
        self.members.extend(read(path, names, self.tray));
    }
}

/// A file below a folder: one member, or those of a student's archive.
fn read(path: &Path, names: &[String], tray: &mut Tray) -> Vec<Member> {
    let changed = changed(path);
    let member = |content| vec![Member { path: names.to_vec(), content, changed }];
    let refused = |error: io::Error| Content::Refused(format!("it cannot be read: {error}"));
    match kind(names) {
        Kind::Answer | Kind::Metadata => {
            member(File::open(path).map_or_else(refused, |mut file| tray.answer(names, None, &mut file, &mut 0)))
        }
        Kind::Archive => {
            let bytes =
                File::open(path).and_then(|mut file| read_at_most(&mut file, NESTED_ARCHIVE_BYTES as u64, &mut 0));
            match bytes {
                Ok(Some(bytes)) => archive::read_nested(bytes, names, changed, tray),
                Ok(None) => member(Content::Refused(archive::nested_too_large())),
                Err(error) => member(refused(error)),
            }
        }
        Kind::Other => member(Content::Other),
        Kind::Junk => Vec::new(),
    }
}

/// A file that was named itself: an answer, whatever it is called.
pub(super) fn named_file(path: &Path, tray: &mut Tray) -> Member {
    let name = file_name(path);
    let content = match File::open(path) {
        Ok(mut file) => tray.answer(std::slice::from_ref(&name), None, &mut file, &mut 0),
        Err(error) => Content::Refused(format!("it cannot be read: {error}")),
    };
    Member { path: vec![name], content, changed: changed(path) }
}

/// The members of an archive that was named itself.
pub(super) fn named_archive(path: &Path, tray: &mut Tray) -> Result<Vec<Member>, String> {
    let file = File::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    if length > ARCHIVE_BYTES {
        return Err(format!("it is larger than {} MB: unpack it, and name the folder", ARCHIVE_BYTES / 1024 / 1024));
    }
    archive::read(io::BufReader::new(file), tray)
}

/// A path's last name, its letters and accents together.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().nfc().collect()
}

fn changed(path: &Path) -> i64 {
    let time = fs::metadata(path).and_then(|about| about.modified()).ok();
    time.and_then(|time| Timestamp::try_from(time).ok()).map_or(0, |time| time.as_second())
}

fn shown(path: &Path) -> String {
    format!("{:?}", archive::shortened(&path.display().to_string()))
}
