//! What each `pg_config` says, asked once.
//!
//! Asking runs a program five times. The answers are kept in the home for as long as the program and the server beside it
//! stay the same files.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::postgres::Installed;

/// Why an installation is not known after asking.
pub(super) enum Refusal {
    CannotRun(io::Error),
    Nonsense(String),
}

/// What each `pg_config` said, and of which files it said it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Answers {
    entries: Vec<Answer>,
    #[serde(skip)]
    changed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    asked: Stamp,
    server: Option<Stamp>,
    installed: Installed,
}

/// What changes when a file is replaced: modification time and size.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp(i64, i64, u64);

impl Stamp {
    fn of(path: &Path) -> Option<Stamp> {
        fs::metadata(path).ok().map(|found| Stamp(found.mtime(), found.mtime_nsec(), found.size()))
    }
}

impl Answers {
    /// A cache that cannot be read is an empty one.
    pub(super) fn load(path: &Path) -> Answers {
        fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// A cache that cannot be written is only slower.
    pub(super) fn save(&self, path: &Path) {
        if self.changed
            && let Some(text) = serde_json::to_vec_pretty(self).ok().filter(|_| path.parent().is_some_and(Path::exists))
        {
            let new = path.with_extension(format!("new.{}", std::process::id()));
            if fs::write(&new, text).and_then(|()| fs::rename(&new, path)).is_err() {
                fs::remove_file(&new).unwrap_or_default();
            }
        }
    }

    pub(super) fn ask(&mut self, pg_config: &Path) -> Result<Installed, Refusal> {
        if let Some(known) = self.entries.iter().find(|answer| answer.installed.pg_config == pg_config)
            && Stamp::of(pg_config).as_ref() == Some(&known.asked)
            && Stamp::of(&known.installed.bindir.join("postgres")) == known.server
        {
            return Ok(known.installed.clone());
        }
        let installed = run(pg_config)?;
        self.remember(&installed);
        Ok(installed)
    }

    fn remember(&mut self, installed: &Installed) {
        let Some(asked) = Stamp::of(&installed.pg_config) else {
            return;
        };
        let server = Stamp::of(&installed.bindir.join("postgres"));
        self.entries.retain(|answer| answer.installed.pg_config != installed.pg_config);
        self.entries.push(Answer { asked, server, installed: installed.clone() });
        self.changed = true;
    }
}

/// Asks a `pg_config`; each answer is one line, in the order of the options.
fn run(pg_config: &Path) -> Result<Installed, Refusal> {
    let options = ["--version", "--bindir", "--pkglibdir", "--sharedir", "--includedir-server"];
    let mut lines = Vec::new();
    for option in options {
        let asked = Command::new(pg_config).arg(option).stdin(Stdio::null()).output().map_err(Refusal::CannotRun)?;
        lines.push(String::from_utf8_lossy(&asked.stdout).trim().to_owned());
    }
    let [version, bindir, pkglibdir, sharedir, include_server] = &lines[..] else {
        return Err(Refusal::Nonsense("it said nothing".to_owned()));
    };
    let major = major_of(version)
        .ok_or_else(|| Refusal::Nonsense(format!("it says \"{}\"", version.lines().next().unwrap_or_default())))?;
    Ok(Installed {
        pg_config: pg_config.to_owned(),
        version: version.clone(),
        major,
        bindir: bindir.into(),
        pkglibdir: pkglibdir.into(),
        sharedir: sharedir.into(),
        include_server: include_server.into(),
    })
}

/// `PostgreSQL 15.20 (Debian ...)`, `PostgreSQL 18beta1`: the number that begins the second word.
fn major_of(version: &str) -> Option<u16> {
    let number = version.strip_prefix("PostgreSQL ")?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major_of("PostgreSQL 15.20 (Debian 15.20-0+deb12u1)"), Some(15));
        assert_eq!(major_of("PostgreSQL 18beta1"), Some(18));
        assert_eq!(major_of("Python 3.11"), None);
    }

    #[test]
    fn an_answer_holds_until_the_program_changes() -> io::Result<()> {
        let place = tempfile::tempdir()?;
        let (program, cache) = (place.path().join("pg_config"), place.path().join("cache.json"));
        let write = |version: &str| {
            let script = format!("#!/bin/sh\ncase $1 in --version) echo {version};; *) echo /nowhere;; esac\n");
            fs::write(&program, script)?;
            fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        };
        let ask = || {
            let mut answers = Answers::load(&cache);
            let version = answers.ask(&program).map(|installed| installed.version).unwrap_or_default();
            answers.save(&cache);
            (version, answers.changed)
        };
        write("PostgreSQL 15.1")?;
        assert_eq!(ask(), ("PostgreSQL 15.1".to_owned(), true));
        assert_eq!(ask(), ("PostgreSQL 15.1".to_owned(), false));
        write("PostgreSQL 15.20")?;
        assert_eq!(ask(), ("PostgreSQL 15.20".to_owned(), true));
        Ok(())
    }
}
