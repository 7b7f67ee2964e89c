//! Archives, read in memory: nothing is ever unpacked to disk.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::limits::{MEMBERS, NAME_BYTES, NESTED_ARCHIVE_BYTES, NESTED_MEMBERS, NESTED_UNPACKED_BYTES, UNPACKED_BYTES};
use super::member::{Content, Kind, Member, Tray, clean_path, kind, read_at_most};

/// Every member of a ZIP's directory begins with this.
const ZIP_DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// How many of these an archive may have for each member that it may have.
const SIGNATURES_PER_MEMBER: usize = 5;

/// What an archive may have.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    members: usize,
    unpacked: u64,
    /// Whether archives in it are read too.
    is_outer: bool,
}

const OUTER: Bounds = Bounds { members: MEMBERS, unpacked: UNPACKED_BYTES, is_outer: true };
const NESTED: Bounds = Bounds { members: NESTED_MEMBERS, unpacked: NESTED_UNPACKED_BYTES, is_outer: false };

/// Reading one archive.
struct Unpacking<'a> {
    bounds: Bounds,
    /// Before the names of the members.
    folder: &'a [String],
    members: Vec<Member>,
    tray: &'a mut Tray,
    /// Bytes that came out so far.
    unpacked: u64,
}

/// The members of an archive that was named. What is wrong with it as a whole is the error.
pub(super) fn read(archive: impl Read + Seek, tray: &mut Tray) -> Result<Vec<Member>, String> {
    unpack(archive, OUTER, &[], tray)
}

/// The members of a student's archive, below the folder that it stands for. One that cannot be read is a member that
/// was refused.
pub(super) fn read_nested(bytes: Vec<u8>, path: &[String], changed: i64, tray: &mut Tray) -> Vec<Member> {
    unpack(Cursor::new(bytes), NESTED, path, tray)
        .unwrap_or_else(|why| vec![Member { path: path.to_vec(), content: Content::Refused(why), changed }])
}

fn unpack(
    mut archive: impl Read + Seek,
    bounds: Bounds,
    folder: &[String],
    tray: &mut Tray,
) -> Result<Vec<Member>, String> {
    let mut unpacking = Unpacking { bounds, folder, members: Vec::new(), tray, unpacked: 0 };
    let mut magic = [0; 4];
    let length = read_fully(&mut archive, &mut magic).map_err(|error| damaged(&error))?;
    archive.seek(SeekFrom::Start(0)).map_err(|error| damaged(&error))?;
    // By what is in it: students call a ZIP anything.
    match &magic[..length] {
        [0x1F, 0x8B, ..] => unpacking.tar(MultiGzDecoder::new(archive)),
        [b'P', b'K', ..] => unpacking.zip(archive),
        _ => unpacking.tar(archive),
    }?;
    let members = unpacking.members;
    if members.is_empty() { Err("there is nothing in it".to_owned()) } else { Ok(members) }
}

fn read_fully(reader: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < into.len() {
        match reader.read(&mut into[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}

/// What an archive says of a member.
struct Entry {
    path: Vec<String>,
    changed: i64,
    packed: Option<u64>,
}

impl Unpacking<'_> {
    fn zip(&mut self, mut archive: impl Read + Seek) -> Result<(), String> {
        // Before its directory is read into memory; those of archives in it are counted, too.
        let most = self.bounds.members * SIGNATURES_PER_MEMBER;
        if count_zip_members(&mut archive, most).map_err(|error| damaged(&error))? > most {
            return Err(self.too_many());
        }
        let mut archive = ZipArchive::new(archive).map_err(|error| damaged(&error))?;
        if archive.len() > self.bounds.members {
            return Err(self.too_many());
        }
        if archive.has_overlapping_entries().map_err(|error| damaged(&error))? {
            return Err("its members overlap".to_owned());
        }
        for index in 0..archive.len() {
            let file = match archive.by_index_raw(index) {
                Ok(file) => file,
                Err(error) => {
                    self.tray.note(damaged(&error));
                    continue;
                }
            };
            let name = file.name().map_or_else(|_| lossy(file.name_raw()), |name| name.into_owned());
            if file.is_dir() {
                continue;
            }
            let Some(path) = self.path(&name) else { continue };
            let entry = Entry { path, changed: zip_time(file.last_modified()), packed: Some(file.compressed_size()) };
            let refused = match () {
                () if file.encrypted() => Some("it is encrypted".to_owned()),
                () if file.is_symlink() => Some(is_a_link()),
                () => None,
            };
            drop(file);
            match refused {
                Some(why) => self.refuse(entry, why),
                None => match archive.by_index(index) {
                    Ok(mut file) => self.take(entry, &mut file),
                    Err(error) => self.refuse(entry, damaged(&error)),
                },
            }
        }
        Ok(())
    }

    /// A tar archive, as a stream: what is skipped has to be read, too.
    fn tar(&mut self, reader: impl Read) -> Result<(), String> {
        let mut archive = tar::Archive::new(reader.take(self.bounds.unpacked));
        let mut long_name = None;
        let mut count = 0;
        // Raw, so that long names are read within bounds.
        for entry in archive.entries().map_err(|error| damaged(&error))?.raw(true) {
            let mut entry = match entry {
                Ok(entry) => entry,
                // What came before it is there.
                Err(error) if count > 0 => {
                    self.tray.note(format!("an archive ends early: {error}"));
                    return Ok(());
                }
                Err(error) => return Err(damaged(&error)),
            };
            count += 1;
            if count > self.bounds.members {
                return Err(self.too_many());
            }
            let kind = entry.header().entry_type();
            if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
                long_name = self.long_name(&mut entry, kind.is_gnu_longname()).or(long_name);
                continue;
            }
            let name = long_name.take().unwrap_or_else(|| lossy(&entry.header().path_bytes()));
            let is_special = kind.is_symlink() || kind.is_hard_link();
            let is_device = kind.is_block_special() || kind.is_character_special() || kind.is_fifo();
            if !(kind.is_file() || kind.is_contiguous() || is_special || is_device) {
                continue;
            }
            let Some(path) = self.path(&name) else { continue };
            let changed = entry.header().mtime().ok().and_then(|time| i64::try_from(time).ok()).unwrap_or(0);
            let about = Entry { path, changed, packed: None };
            match () {
                () if is_special => self.refuse(about, is_a_link()),
                () if is_device => self.refuse(about, "it is a device".to_owned()),
                () => self.take(about, &mut entry),
            }
        }
        Ok(())
    }

    /// The name in the entry before a member whose name is long.
    fn long_name(&mut self, entry: &mut impl Read, is_gnu: bool) -> Option<String> {
        let bytes = read_at_most(entry, NAME_BYTES as u64 * 4, &mut self.unpacked).ok()??;
        if is_gnu {
            return Some(lossy(&bytes).trim_end_matches('\0').to_owned());
        }
        bytes.split(|byte| *byte == b'\n').find_map(|line| {
            let value = line.iter().position(|byte| *byte == b' ').map(|at| &line[at + 1..])?;
            value.strip_prefix(b"path=").map(lossy)
        })
    }

    /// The clean path of a member; junk and what names nothing has none.
    fn path(&mut self, name: &str) -> Option<Vec<String>> {
        let Some((path, is_dirty)) = clean_path(name) else {
            self.tray.note(format!("a member with the name {:?} is left out", shortened(name)));
            return None;
        };
        if kind(&path) == Kind::Junk {
            return None;
        }
        if is_dirty {
            self.tray.note(format!("{:?} names a place outside the archive; only its name matters", shortened(name)));
        }
        Some([self.folder, &path].concat())
    }

    fn take(&mut self, entry: Entry, reader: &mut dyn Read) {
        let Entry { path, changed, packed } = entry;
        let content = match kind(&path) {
            Kind::Other | Kind::Junk => Content::Other,
            _ if self.unpacked > self.bounds.unpacked => {
                Content::Refused(format!("its archive unpacks to more than {} MB", self.bounds.unpacked / 1024 / 1024))
            }
            Kind::Answer | Kind::Metadata => self.tray.answer(&path, packed, reader, &mut self.unpacked),
            Kind::Archive if !self.bounds.is_outer => {
                Content::Refused("it is an archive within an archive within an archive".to_owned())
            }
            Kind::Archive => match read_at_most(reader, NESTED_ARCHIVE_BYTES as u64, &mut self.unpacked) {
                Ok(Some(bytes)) => {
                    self.members.extend(read_nested(bytes, &path, changed, self.tray));
                    return;
                }
                Ok(None) => Content::Refused(nested_too_large()),
                Err(error) => Content::Refused(damaged(&error)),
            },
        };
        self.members.push(Member { path, content, changed });
    }

    fn refuse(&mut self, entry: Entry, why: String) {
        match kind(&entry.path) {
            Kind::Answer | Kind::Archive => {
                let Entry { path, changed, .. } = entry;
                self.members.push(Member { path, content: Content::Refused(why), changed });
            }
            _ => self.tray.note(format!("{:?} is left out: {why}", shortened(&entry.path.join("/")))),
        }
    }

    fn too_many(&self) -> String {
        format!("it has more than {} members", self.bounds.members)
    }
}

/// How many members the directory of a ZIP has at most, counted without trusting what it says; no further than just
/// beyond `most`.
fn count_zip_members(archive: &mut (impl Read + Seek), most: usize) -> io::Result<usize> {
    let mut count = 0;
    let mut window = Vec::new();
    let mut block = vec![0; 64 * 1024];
    while count <= most {
        let length = archive.read(&mut block)?;
        if length == 0 {
            break;
        }
        window.extend_from_slice(&block[..length]);
        count += memchr::memmem::find_iter(&window, ZIP_DIRECTORY_ENTRY).count();
        // A signature may lie across two blocks.
        window.drain(..window.len().saturating_sub(ZIP_DIRECTORY_ENTRY.len() - 1));
    }
    archive.seek(SeekFrom::Start(0))?;
    Ok(count)
}

/// ZIP has the time of a clock on a wall; it is taken for UTC.
fn zip_time(time: Option<zip::DateTime>) -> i64 {
    let civil = time.and_then(|time| {
        let part = |number: u8| i8::try_from(number).ok();
        let (month, day) = (part(time.month())?, part(time.day())?);
        let (hour, minute, second) = (part(time.hour())?, part(time.minute())?, part(time.second())?);
        jiff::civil::DateTime::new(i16::try_from(time.year()).ok()?, month, day, hour, minute, second, 0).ok()
    });
    civil.map_or(0, super::names::seconds)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The beginning of a name that may be of any length.
pub(super) fn shortened(name: &str) -> String {
    const SHOWN: usize = 200;
    if name.chars().nth(SHOWN).is_some() {
        name.chars().take(SHOWN).chain("...".chars()).collect()
    } else {
        name.to_owned()
    }
}

fn damaged(error: &impl std::fmt::Display) -> String {
    format!("it cannot be unpacked: {error}")
}

pub(super) fn is_a_link() -> String {
    "it is a link, which is not followed".to_owned()
}

pub(super) fn nested_too_large() -> String {
    format!("it is an archive of more than {} MB", NESTED_ARCHIVE_BYTES / 1024 / 1024)
}
