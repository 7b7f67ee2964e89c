//! `tutor doctor`: looks for whatever is known to stand in a lab's way, and names the way out.
//!
//! Findings are values; the command prints them. Nothing is changed, started or installed.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use nix::unistd::geteuid;

use super::Account;
use super::commands::{self, State};
use super::shared_memory::{self, mebibytes};
use crate::home::{Home, mounted_noexec};
use crate::provision::postgres::{self, MAJORS};
use crate::provision::tools;

/// The space that the extension's build, the private installation and two servers take, in MiB.
const SPACE_MB: u64 = 1024;

/// The lowest user id that systemd treats as a person's, not the system's.
const FIRST_PERSON: u32 = 1000;

/// The kernel's number for CIFS, which nix does not name.
#[cfg(target_os = "linux")]
const CIFS_MAGIC: i64 = 0xff53_4d42;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Works, with a limit worth knowing.
    Note,
    /// A lab does not work like this.
    Trouble,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What was found.
    pub what: String,
    /// Why it matters; empty if all is well.
    pub why: String,
    /// The way out; empty if none is needed.
    pub what_to_do: String,
}

impl Finding {
    fn good(what: impl Into<String>) -> Finding {
        Finding { level: Level::Good, what: what.into(), why: String::new(), what_to_do: String::new() }
    }

    fn new(level: Level, what: impl Into<String>, why: &str, what_to_do: impl Into<String>) -> Finding {
        Finding { level, what: what.into(), why: why.to_owned(), what_to_do: what_to_do.into() }
    }
}

/// The plain form: `trouble: what`, then why and what to do on lines of their own.
impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Good => "good",
            Level::Note => "note",
            Level::Trouble => "trouble",
        };
        write!(out, "{level}: {}", self.what)?;
        for line in [&self.why, &self.what_to_do].into_iter().filter(|line| !line.is_empty()) {
            write!(out, "\n  {line}")?;
        }
        Ok(())
    }
}

/// Looks at everything.
pub fn examine(home: &Home) -> Vec<Finding> {
    let mut findings = vec![account(), place(home), space(home), shared_memory()];
    findings.extend(file_system(home));
    findings.extend(installations(home));
    findings.extend(build_tools());
    findings.extend(removed_with_the_login());
    findings.extend(servers(home));
    findings
}

fn account() -> Finding {
    let found = if geteuid().is_root() { Account::existing() } else { Account::ensure().ok() };
    match found {
        Some(Account::Same) => Finding::good(format!("servers run as {}", Account::Same.name())),
        Some(other) => Finding::good(format!("servers run as {}, because the tutor runs as root", other.name())),
        None if geteuid().is_root() => Finding::new(
            Level::Note,
            "there is no user postgres or tutor yet",
            "a server does not run as root",
            "the first lab makes a user tutor; `useradd --system tutor` does it by hand",
        ),
        None => Finding::new(
            Level::Trouble,
            format!("the user with uid {} has no name", geteuid()),
            "PostgreSQL's initdb needs one",
            "add an entry to /etc/passwd, or run the container as a user that has one",
        ),
    }
}

fn place(home: &Home) -> Finding {
    let root = home.root();
    let part = existing(root);
    let writable = nix::unistd::access(&part, nix::unistd::AccessFlags::W_OK).is_ok();
    match () {
        () if mounted_noexec(&part) => Finding::new(
            Level::Trouble,
            format!("programs in {} cannot be run", root.display()),
            "its file system is mounted noexec, and the private server's programs lie there",
            "set TUTOR_HOME to a directory on another file system",
        ),
        () if !writable => Finding::new(
            Level::Trouble,
            format!("{} cannot be written", part.display()),
            "the private server lives there",
            "make it writable, or set TUTOR_HOME to a directory that is",
        ),
        () => Finding::good(format!("the private server lives in {}", root.display())),
    }
}

fn space(home: &Home) -> Finding {
    let part = existing(home.root());
    let Ok(found) = statvfs(&part) else {
        return Finding::new(Level::Note, "the free space is unknown", "the file system does not tell", "");
    };
    let free_mb = mebibytes(found.blocks_available() as f64 * found.fragment_size() as f64);
    if free_mb >= SPACE_MB {
        return Finding::good(format!("{free_mb} MB are free there"));
    }
    Finding::new(
        Level::Trouble,
        format!("only {free_mb} MB are free in {}", part.display()),
        "the private installation, its template and two servers take up to 1 GB",
        "free some space, or set TUTOR_HOME to a directory on another disk; a quota counts too: see `quota -s`",
    )
}

fn shared_memory() -> Finding {
    match shared_memory::size_mb() {
        Some(size) if size >= shared_memory::ENOUGH_MB => Finding::good(format!("/dev/shm has {size} MB")),
        Some(size) => Finding::new(
            Level::Note,
            format!("/dev/shm has only {size} MB"),
            "parallel queries would run out of it, so servers keep shared memory in files instead, a little slower",
            "to avoid that in a container, start it with `--shm-size=1g`",
        ),
        None => Finding::good("no /dev/shm on this system; none is needed"),
    }
}

/// Networks and layered file systems under the home.
#[cfg(target_os = "linux")]
fn file_system(home: &Home) -> Option<Finding> {
    use nix::sys::statfs::{FUSE_SUPER_MAGIC, FsType, NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, statfs};
    let kind = statfs(&existing(home.root())).ok()?.filesystem_type();
    let network = [NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, FsType(CIFS_MAGIC), FUSE_SUPER_MAGIC].contains(&kind);
    network.then(|| {
        Finding::new(
            Level::Trouble,
            format!("{} is on a network or user-space file system", home.root().display()),
            "locks and sockets are unreliable there, and a database is slow",
            "set TUTOR_HOME to a directory on a local disk, such as /var/tmp/tutor-you",
        )
    })
}

#[cfg(not(target_os = "linux"))]
fn file_system(_: &Home) -> Option<Finding> {
    None
}

fn installations(home: &Home) -> Vec<Finding> {
    let supported = format!("PostgreSQL {} to {}", MAJORS.start(), MAJORS.end());
    let candidates = match postgres::candidates(&home.pg_config_cache()) {
        Ok(candidates) => candidates,
        Err(error) => {
            let text = error.to_string();
            let mut lines = text.lines().map(str::to_owned);
            let mut next = || lines.next().unwrap_or_default();
            let (what, why, what_to_do) = (next(), next(), next());
            return vec![Finding { level: Level::Trouble, what, why, what_to_do }];
        }
    };
    if candidates.is_empty() {
        return vec![Finding::new(
            Level::Note,
            format!("no pg_config of {supported} found"),
            "the private server is copied from an installed one",
            "`cargo tutor lab` names the packages, and installs them where it may",
        )];
    }
    candidates.iter().map(|candidate| installation(&candidate.installed)).collect()
}

fn installation(installed: &postgres::Installed) -> Finding {
    let missing = installed.missing();
    let what = format!("{} in {}", installed.version, installed.bindir.display());
    match missing.is_empty() {
        true => Finding::good(what),
        false => {
            let names: Vec<&str> = missing.iter().map(|part| part.name()).collect();
            let what_to_do = "`cargo tutor lab` names the packages, and installs them where it may";
            Finding::new(
                Level::Note,
                format!("{what} lacks {}", names.join(", ")),
                "it cannot be used like this",
                what_to_do,
            )
        }
    }
}

fn build_tools() -> Vec<Finding> {
    let missing = tools::missing();
    if missing.is_empty() {
        let place = tools::libclang().unwrap_or_default();
        return vec![Finding::good(format!("libclang is {}", place.display()))];
    }
    let found = |part: &postgres::Missing| {
        let what_to_do = "`cargo tutor lab` names the packages, and installs them where it may";
        Finding::new(Level::Note, format!("{} not found", part.name()), "the extension is built with it", what_to_do)
    };
    missing.iter().map(found).collect()
}

/// logind removes the shared memory of a person's processes when their last login ends, under a server that is kept.
fn removed_with_the_login() -> Option<Finding> {
    let person = geteuid().as_raw() >= FIRST_PERSON;
    let logind = Path::new("/run/systemd/seats").exists() || Path::new("/run/systemd/sessions").exists();
    if !person || !logind || remove_ipc_is_off(&logind_settings()) {
        return None;
    }
    Some(Finding::new(
        Level::Note,
        "logind may remove a kept server's shared memory when you log out (RemoveIPC)",
        "a server started by `tutor server start` then fails; one started by a lab stops before",
        "run `loginctl enable-linger`, or set RemoveIPC=no in /etc/systemd/logind.conf",
    ))
}

fn logind_settings() -> String {
    let drop_ins = fs::read_dir("/etc/systemd/logind.conf.d").into_iter().flatten().flatten().map(|entry| entry.path());
    let files = std::iter::once(PathBuf::from("/etc/systemd/logind.conf")).chain(drop_ins);
    files.filter_map(|file| fs::read_to_string(file).ok()).collect::<Vec<_>>().join("\n")
}

/// The last setting counts.
fn remove_ipc_is_off(settings: &str) -> bool {
    let mut values = settings.lines().filter_map(|line| line.trim().strip_prefix("RemoveIPC="));
    values.next_back().is_some_and(|value| matches!(value.trim(), "no" | "false" | "0" | "off"))
}

fn servers(home: &Home) -> Vec<Finding> {
    let told = commands::status(home).into_iter().filter_map(|status| match status.state {
        State::Stopped => None,
        State::Running { pid, port, kept } => {
            let how = match (kept, status.in_use) {
                (_, true) => "used by a lab",
                (true, false) => "kept until `cargo tutor server stop`",
                (false, false) => "left by a tutor that was killed; the next lab takes it over",
            };
            let place = status.directory.display();
            Some(Finding::good(format!("a server runs in {place} (pid {pid}, port {port}): {how}")))
        }
    });
    told.collect()
}

fn existing(path: &Path) -> PathBuf {
    path.ancestors().find(|part| part.exists()).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_setting_of_remove_ipc_counts() {
        assert!(!remove_ipc_is_off("#RemoveIPC=no\n"));
        assert!(remove_ipc_is_off("[Login]\nRemoveIPC=no\n"));
        assert!(!remove_ipc_is_off("RemoveIPC=no\nRemoveIPC=yes"));
    }

    #[test]
    fn a_finding_is_printed_with_its_way_out() {
        let finding = Finding::new(Level::Note, "a", "b", "c");
        assert_eq!(finding.to_string(), "note: a\n  b\n  c");
        assert_eq!(Finding::good("a").to_string(), "good: a");
    }
}
