//! Which PostgreSQL the private server is copied from, and what it lacks for that.
//!
//! `TUTOR_PG_CONFIG` alone counts if it is set. Otherwise the candidates are `pg_config` on PATH and in the usual
//! places.

use std::ffi::OsString;
use std::fs;
use std::ops::RangeInclusive;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::answers::{Answers, Refusal};
use super::tools::{self, expand, on_path};

/// The variable that names the `pg_config` to use.
pub const PG_CONFIG_VARIABLE: &str = "TUTOR_PG_CONFIG";

/// The server versions that the labs are written and tested for.
pub const MAJORS: RangeInclusive<u16> = 15..=18;

/// Directories of programs where distributions put a server; `*` stands for any text.
const USUAL_PLACES: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// What is wrong with the `pg_config` that the user named.
#[derive(Debug, Error)]
pub enum PostgresError {
    /// There is no such file.
    #[error(
        "TUTOR_PG_CONFIG points nowhere: {path}\nthere is no such file\nset it to the pg_config of PostgreSQL 15 to 18, or unset it to have one found"
    )]
    Nowhere {
        /// The value.
        path: PathBuf,
    },
    /// It cannot be run.
    #[error(
        "TUTOR_PG_CONFIG cannot be run: {path}\n{reason}\nset it to the pg_config of PostgreSQL 15 to 18, or unset it to have one found"
    )]
    NotExecutable {
        /// The value.
        path: PathBuf,
        /// What stands against it.
        reason: String,
    },
    /// It can be run, but is something else.
    #[error(
        "TUTOR_PG_CONFIG is no pg_config: {path}\n{reason}\nset it to the pg_config of PostgreSQL 15 to 18, or unset it to have one found"
    )]
    NotPgConfig {
        /// The value.
        path: PathBuf,
        /// What it said instead.
        reason: String,
    },
    /// It belongs to a version that the labs do not know.
    #[error(
        "TUTOR_PG_CONFIG is of {version}: {path}\nthe labs need PostgreSQL 15 to 18\nset it to the pg_config of one of those, or unset it to have one found"
    )]
    Unsupported {
        /// The value.
        path: PathBuf,
        /// The version that it names.
        version: String,
    },
}

/// What `pg_config` says of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The program that was asked.
    pub pg_config: PathBuf,
    /// Its version line, for example `PostgreSQL 15.20 (Debian 15.20-0+deb12u1)`.
    pub version: String,
    /// The number before the first dot.
    pub major: u16,
    /// Programs.
    pub bindir: PathBuf,
    /// Loadable modules.
    pub pkglibdir: PathBuf,
    /// Read-only files, among them `extension/`.
    pub sharedir: PathBuf,
    /// Headers for extensions.
    pub include_server: PathBuf,
}

/// An installation, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The installation.
    pub installed: Installed,
    /// Whether the user chose it: by `TUTOR_PG_CONFIG`, or as the first one on PATH.
    pub chosen: bool,
}

/// A part that is needed and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// `postgres`, `initdb` or `pg_ctl`.
    Server,
    /// `postgres.h`.
    Headers,
    /// The contrib module `dblink`.
    Dblink,
    /// The library that pgrx reads headers with.
    Libclang,
    /// A C compiler, which Rust links with too.
    Compiler,
}

impl Missing {
    /// The part, as a message names it.
    pub fn name(self) -> &'static str {
        match self {
            Missing::Server => "the PostgreSQL server",
            Missing::Headers => "the server's headers",
            Missing::Dblink => "the contrib module dblink",
            Missing::Libclang => "libclang",
            Missing::Compiler => "a C compiler",
        }
    }
}

impl Installed {
    /// The parts that lie in this installation itself.
    pub fn missing(&self) -> Vec<Missing> {
        let there = |path: PathBuf| path.exists();
        let programs = ["postgres", "initdb", "pg_ctl"];
        let dblink = there(self.pkglibdir.join(format!("dblink.{}", library_suffix(self.major))))
            && there(self.sharedir.join("extension/dblink.control"));
        let parts = [
            (programs.iter().all(|name| there(self.bindir.join(name))), Missing::Server),
            (there(self.include_server.join("postgres.h")), Missing::Headers),
            (dblink, Missing::Dblink),
        ];
        parts.into_iter().filter(|(present, _)| !present).map(|(_, part)| part).collect()
    }
}

/// How the server's modules end: on macOS the suffix changed with 16.
pub fn library_suffix(major: u16) -> &'static str {
    if cfg!(target_os = "macos") && major >= 16 { "dylib" } else { "so" }
}

/// Everything that stands between a candidate and a realm.
pub fn missing(installed: &Installed) -> Vec<Missing> {
    let mut parts = installed.missing();
    parts.extend(tools::missing());
    parts
}

/// The one to use: the user's choice if it is complete, else the newest complete one.
pub fn choose(candidates: &[(Candidate, Vec<Missing>)]) -> Option<&Candidate> {
    let complete = || candidates.iter().filter(|(_, missing)| missing.is_empty()).map(|(candidate, _)| candidate);
    complete().find(|candidate| candidate.chosen).or_else(|| complete().max_by_key(|found| found.installed.major))
}

/// The one to complete when none is complete: the least is missing, then the user's choice, then the newest.
pub fn nearest(candidates: &[(Candidate, Vec<Missing>)]) -> Option<&(Candidate, Vec<Missing>)> {
    candidates
        .iter()
        .min_by_key(|(found, missing)| (missing.len(), !found.chosen, std::cmp::Reverse(found.installed.major)))
}

/// All supported installations, the user's choice first, then newest first.
pub fn candidates(cache: &Path) -> Result<Vec<Candidate>, PostgresError> {
    let mut answers = Answers::load(cache);
    let found = match std::env::var_os(PG_CONFIG_VARIABLE).filter(|value| !value.is_empty()) {
        Some(value) => vec![Candidate { installed: named_by_user(value, &mut answers)?, chosen: true }],
        None => found_by_us(&mut answers),
    };
    answers.save(cache);
    Ok(found)
}

/// The versions of servers that have no `pg_config` beside them, newest first; their packages can be completed.
pub fn bare_servers() -> Vec<u16> {
    let has = |place: &Path, name: &str| place.join(name).exists();
    let bare = program_places().into_iter().filter(|place| has(place, "postgres") && !has(place, "pg_config"));
    let mut majors: Vec<u16> = bare.filter_map(|place| major_in_path(&place)).filter(supported).collect();
    majors.sort_by(|a, b| b.cmp(a));
    majors
}

fn supported(major: &u16) -> bool {
    MAJORS.contains(major)
}

fn named_by_user(value: OsString, answers: &mut Answers) -> Result<Installed, PostgresError> {
    let path = std::path::absolute(&value).unwrap_or_else(|_| PathBuf::from(&value));
    let reason = match fs::metadata(&path) {
        Err(_) => return Err(PostgresError::Nowhere { path }),
        Ok(found) if found.is_dir() => "it is a directory",
        Ok(found) if found.permissions().mode() & 0o111 == 0 => "it is not executable",
        Ok(_) => "",
    };
    if !reason.is_empty() {
        return Err(PostgresError::NotExecutable { path, reason: reason.to_owned() });
    }
    match answers.ask(&path) {
        Ok(installed) if supported(&installed.major) => Ok(installed),
        Ok(installed) => Err(PostgresError::Unsupported { path, version: installed.version }),
        Err(Refusal::CannotRun(cause)) => Err(PostgresError::NotExecutable { path, reason: cause.to_string() }),
        Err(Refusal::Nonsense(said)) => Err(PostgresError::NotPgConfig { path, reason: said }),
    }
}

fn found_by_us(answers: &mut Answers) -> Vec<Candidate> {
    let on_path = on_path("pg_config").map(|path| (path, true));
    let usual = program_places().into_iter().map(|place| (place.join("pg_config"), false));
    let mut found: Vec<Candidate> = Vec::new();
    for (path, chosen) in on_path.into_iter().chain(usual).filter(|(path, _)| path.exists()) {
        let Ok(installed) = answers.ask(&path) else { continue };
        let known = found.iter().any(|other| other.installed.bindir == installed.bindir);
        if supported(&installed.major) && !known {
            found.push(Candidate { installed, chosen });
        }
    }
    found.sort_by_key(|candidate| (!candidate.chosen, std::cmp::Reverse(candidate.installed.major)));
    found
}

fn program_places() -> Vec<PathBuf> {
    USUAL_PLACES.iter().flat_map(|pattern| expand(pattern)).collect()
}

/// The number in a path such as `/usr/lib/postgresql/15/bin` or `/usr/pgsql-16/bin`.
fn major_in_path(path: &Path) -> Option<u16> {
    path.iter().filter_map(|part| part.to_str()).find_map(|part| part.rsplit(['-', '@']).next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(major: u16, chosen: bool, missing: &[Missing]) -> (Candidate, Vec<Missing>) {
        let installed = Installed {
            pg_config: format!("/pg{major}/bin/pg_config").into(),
            version: format!("PostgreSQL {major}.1"),
            major,
            bindir: format!("/pg{major}/bin").into(),
            pkglibdir: format!("/pg{major}/lib").into(),
            sharedir: format!("/pg{major}/share").into(),
            include_server: format!("/pg{major}/include").into(),
        };
        (Candidate { installed, chosen }, missing.to_vec())
    }

    fn chosen_major(candidates: &[(Candidate, Vec<Missing>)]) -> Option<u16> {
        choose(candidates).map(|found| found.installed.major)
    }

    #[test]
    fn the_users_choice_wins_if_complete() {
        let all = [candidate(15, true, &[]), candidate(17, false, &[])];
        assert_eq!(chosen_major(&all), Some(15));
        let all = [candidate(15, true, &[Missing::Headers]), candidate(16, false, &[]), candidate(17, false, &[])];
        assert_eq!(chosen_major(&all), Some(17));
        assert_eq!(chosen_major(&[candidate(15, true, &[Missing::Headers])]), None);
    }

    #[test]
    fn the_nearest_lacks_least() {
        let both = [Missing::Headers, Missing::Libclang];
        let all = [candidate(18, false, &both), candidate(15, true, &both), candidate(16, false, &[Missing::Headers])];
        assert_eq!(nearest(&all).map(|(found, _)| found.installed.major), Some(16));
        assert_eq!(nearest(&all[..2]).map(|(found, _)| found.installed.major), Some(15));
    }

    #[test]
    fn the_version_is_in_the_path() {
        assert_eq!(major_in_path(Path::new("/usr/lib/postgresql/15/bin")), Some(15));
        assert_eq!(major_in_path(Path::new("/usr/pgsql-16/bin")), Some(16));
        assert_eq!(major_in_path(Path::new("/opt/homebrew/opt/postgresql@17/bin")), Some(17));
    }

    #[test]
    fn everything_missing_is_named() {
        let (found, _) = candidate(15, true, &[]);
        assert_eq!(found.installed.missing(), [Missing::Server, Missing::Headers, Missing::Dblink]);
    }
}
