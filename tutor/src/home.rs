//! Where the tutor keeps what it makes: the private installation, its servers, their sockets.
//!
//! Nothing here starts anything. [`Home`] holds one path and derives the others from it; the checks say whether the
//! place can be used, and if not, what would make it usable.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::server::Account;

/// The variable that names the home.
pub const HOME_VARIABLE: &str = "TUTOR_HOME";

/// Where root keeps the home: its own directory is closed to the user that the server runs as.
const ROOT_HOME: &str = "/var/lib/tutor";

/// Where root keeps the home when `/var/lib` cannot be written, as in containers with a read-only root.
const ROOT_FALLBACK: &str = "/var/tmp/tutor-0";

/// What is wrong with the place, and what helps.
#[derive(Debug, Error)]
pub enum HomeError {
    /// Neither `TUTOR_HOME` nor `XDG_DATA_HOME` nor `HOME` is set.
    #[error(
        "there is no place for the tutor's server\nneither TUTOR_HOME nor HOME is set\nset TUTOR_HOME to a directory of yours"
    )]
    Unknown,
    /// The directory, or one above it, does not let us write.
    #[error(
        "cannot write to {path}\n{cause}\nmake it writable, or set TUTOR_HOME to a directory on a local disk that is"
    )]
    NotWritable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The path names something that is no directory.
    #[error(
        "{path} is not a directory\nthe tutor keeps its server there\nmove it away, or set TUTOR_HOME to a directory"
    )]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// Somebody else owns the directory; a server and its passwords must not lie there.
    #[error(
        "{path} belongs to another user (uid {owner})\nthe tutor keeps passwords there\nset TUTOR_HOME to a directory of your own"
    )]
    NotOurs {
        /// The directory.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// Programs on that file system cannot be run.
    #[error(
        "programs in {path} cannot be run\nits file system is mounted noexec\nset TUTOR_HOME to a directory on another file system"
    )]
    NoExec {
        /// The directory.
        path: PathBuf,
    },
    /// The user that the server runs as cannot get there.
    #[error(
        "the server's user {user} cannot reach {home}\n{closed} is closed to it, and a server does not run as root\nrun `chmod o+x {closed}`, or set TUTOR_HOME to a directory that all users can reach"
    )]
    Unreachable {
        /// The home.
        home: PathBuf,
        /// The first directory on the way that is closed.
        closed: PathBuf,
        /// The user's name.
        user: String,
    },
    /// Anything else the file system says.
    #[error("cannot use {path}\n{cause}\nfree the path or some space, or set TUTOR_HOME to another directory")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// The directory that holds everything the tutor makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

impl Home {
    /// `$TUTOR_HOME`, else root's place, else the XDG data directory.
    pub fn from_environment() -> Result<Home, HomeError> {
        let is_root = nix::unistd::geteuid().is_root();
        let root_place = || {
            if can_make(Path::new(ROOT_HOME)) { ROOT_HOME } else { ROOT_FALLBACK }
        };
        let path = locate(|name| std::env::var_os(name), is_root.then(|| PathBuf::from(root_place())))?;
        Home::at(path)
    }

    /// The home at a path that the caller chose; a relative one is taken from the current directory.
    pub fn at(path: impl AsRef<Path>) -> Result<Home, HomeError> {
        let path = path.as_ref();
        let root = std::path::absolute(path).map_err(|cause| HomeError::Io { path: path.to_owned(), cause })?;
        Ok(Home { root })
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The lock that lets one tutor provision at a time.
    pub fn provision_lock(&self) -> PathBuf {
        self.root.join("provision.lock")
    }

    /// What each `pg_config` said when it was asked last.
    pub fn pg_config_cache(&self) -> PathBuf {
        self.root.join("pg_config.json")
    }

    /// What cargo said when it built the extension last.
    pub fn build_log(&self) -> PathBuf {
        self.root.join("build.log")
    }

    /// Where the extension is built when the clone cannot be written.
    pub fn target_dir(&self, major: u16) -> PathBuf {
        self.root.join(format!("target/pg{major}"))
    }

    /// The finished realm of a server major and a digest.
    pub fn realm(&self, major: u16, digest: &str) -> PathBuf {
        self.root.join(format!("pg{major}-{digest}"))
    }

    /// A realm in the making. It is renamed to its real name when it is complete. No two have the same name, because
    /// an `initdb` that a killed tutor left behind may still be writing to its own.
    pub fn new_realm(&self, major: u16, digest: &str) -> PathBuf {
        self.root.join(format!("{NEW}pg{major}-{digest}-{}", crate::server::random_hex(6)))
    }

    /// Directories in the home whose name starts with `prefix`, sorted.
    pub fn entries(&self, prefix: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.root) else {
            return Vec::new();
        };
        let mut found: Vec<PathBuf> = entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect();
        found.sort();
        found
    }

    /// Makes the directory and proves that a server can live in it under `account`.
    pub fn prepare(&self, account: &Account) -> Result<(), HomeError> {
        self.make()?;
        self.check_writable()?;
        if mounted_noexec(&self.root) {
            return Err(HomeError::NoExec { path: self.root.clone() });
        }
        self.check_reachable(account)
    }

    /// An error if the home is there and is somebody else's.
    pub fn check_ours(&self) -> Result<(), HomeError> {
        fs::metadata(&self.root).map_or(Ok(()), |found| self.check_owner(found.uid()))
    }

    fn make(&self) -> Result<(), HomeError> {
        let mode = if nix::unistd::geteuid().is_root() { 0o755 } else { 0o700 };
        match fs::metadata(&self.root) {
            Ok(found) if !found.is_dir() => Err(HomeError::NotADirectory { path: self.root.clone() }),
            Ok(found) => self.check_owner(found.uid()),
            Err(_) => make_dir(&self.root, mode)
                .map_err(|cause| HomeError::NotWritable { path: existing_part(&self.root), cause }),
        }
    }

    fn check_owner(&self, owner: u32) -> Result<(), HomeError> {
        match owner == nix::unistd::geteuid().as_raw() {
            true => Ok(()),
            false => Err(HomeError::NotOurs { path: self.root.clone(), owner }),
        }
    }

    fn check_writable(&self) -> Result<(), HomeError> {
        let lock = self.provision_lock();
        File::options()
            .create(true)
            .append(true)
            .open(lock)
            .map(drop)
            .map_err(|cause| HomeError::NotWritable { path: self.root.clone(), cause })
    }

    fn check_reachable(&self, account: &Account) -> Result<(), HomeError> {
        let Some((name, uid, gid)) = account.other_user() else {
            return Ok(());
        };
        match first_closed(&self.root, uid, gid) {
            None => Ok(()),
            Some(closed) => Err(HomeError::Unreachable { home: self.root.clone(), closed, user: name.to_owned() }),
        }
    }
}

/// The prefix of directories in the making.
pub const NEW: &str = "new-";

/// The prefix of directories on their way out.
pub const OLD: &str = "old-";

/// Makes a directory, and those above it that are missing, with a mode that does not depend on the umask.
pub fn make_dir(path: &Path, mode: u32) -> io::Result<()> {
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty() && !above.exists()) {
        make_dir(above, mode)?;
    }
    match DirBuilder::new().mode(mode).create(path) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => Err(cause),
        _ => fs::set_permissions(path, fs::Permissions::from_mode(mode)),
    }
}

/// Whether programs in `path` cannot be run.
pub fn mounted_noexec(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::statvfs::{FsFlags, statvfs};
        statvfs(path).is_ok_and(|found| found.flags().contains(FsFlags::ST_NOEXEC))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        false
    }
}

/// The first directory from the top down to `path` that the user cannot pass through.
fn first_closed(path: &Path, uid: u32, gid: u32) -> Option<PathBuf> {
    let mut above: Vec<&Path> = path.ancestors().collect();
    above.reverse();
    above.into_iter().find(|directory| !passable(directory, uid, gid)).map(Path::to_owned)
}

fn passable(directory: &Path, uid: u32, gid: u32) -> bool {
    let Ok(found) = fs::metadata(directory) else {
        return true;
    };
    may_pass(found.mode(), found.uid(), found.gid(), uid, gid)
}

/// The file system's rule for passing through a directory; access lists are left out.
fn may_pass(mode: u32, owner: u32, group: u32, uid: u32, gid: u32) -> bool {
    let bit = match () {
        () if owner == uid => 0o100,
        () if group == gid => 0o010,
        () => 0o001,
    };
    mode & bit != 0
}

/// The longest part of `path` that exists.
fn existing_part(path: &Path) -> PathBuf {
    path.ancestors().find(|part| part.exists()).unwrap_or(path).to_owned()
}

/// Whether the directory exists, or could be made.
fn can_make(path: &Path) -> bool {
    let part = existing_part(path);
    nix::unistd::access(&part, nix::unistd::AccessFlags::W_OK).is_ok()
}

/// The rule of the module's first paragraph, as a function of the environment.
fn locate(variable: impl Fn(&str) -> Option<OsString>, roots: Option<PathBuf>) -> Result<PathBuf, HomeError> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(chosen) = set(HOME_VARIABLE) {
        return Ok(chosen);
    }
    if let Some(place) = roots {
        return Ok(place);
    }
    match (set("XDG_DATA_HOME").filter(|path| path.is_absolute()), set("HOME")) {
        (Some(shared), _) => Ok(shared.join("tutor")),
        (None, Some(home)) => Ok(home.join(".local/share/tutor")),
        (None, None) => Err(HomeError::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(pairs: &[(&str, &str)], roots: Option<&str>) -> Option<PathBuf> {
        let find = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
        locate(find, roots.map(PathBuf::from)).ok()
    }

    #[test]
    fn tutor_home_comes_first() {
        let all = [("TUTOR_HOME", "/t"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(located(&all, Some("/var/lib/tutor")), Some("/t".into()));
        assert_eq!(located(&all[1..], Some("/var/lib/tutor")), Some("/var/lib/tutor".into()));
        assert_eq!(located(&all[1..], None), Some("/x/tutor".into()));
        assert_eq!(located(&all[2..], None), Some("/h/.local/share/tutor".into()));
        assert_eq!(located(&[], None), None);
    }

    #[test]
    fn an_empty_or_relative_variable_does_not_count() {
        let found = located(&[("TUTOR_HOME", ""), ("XDG_DATA_HOME", "x"), ("HOME", "/h")], None);
        assert_eq!(found, Some("/h/.local/share/tutor".into()));
    }

    #[test]
    fn passing_follows_owner_then_group_then_others() {
        assert!(may_pass(0o700, 5, 5, 5, 9));
        assert!(!may_pass(0o077, 5, 5, 5, 5));
        assert!(may_pass(0o710, 0, 7, 5, 7));
        assert!(!may_pass(0o710, 0, 7, 5, 8));
        assert!(may_pass(0o711, 0, 7, 5, 8));
    }

    #[test]
    fn a_closed_directory_on_the_way_is_named() -> io::Result<()> {
        let top = tempfile::tempdir()?;
        let closed = top.path().join("closed");
        make_dir(&closed, 0o700)?;
        fs::set_permissions(top.path(), fs::Permissions::from_mode(0o755))?;
        let stranger = 4_000_000;
        assert_eq!(first_closed(&closed.join("home"), stranger, stranger), Some(closed));
        Ok(())
    }
}
