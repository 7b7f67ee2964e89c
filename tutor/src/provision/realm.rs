//! A realm: one private installation with its template and the servers copied from it.
//!
//! ```text
//! pg15-3f2a.../  realm.json  lock  install/  template/  servers/1/{data,lock,secrets,log}  servers/2/...
//! ```
//!
//! It is complete from the moment that it has its name. Whoever uses it holds its lock in shared mode, so that nobody
//! removes it meanwhile.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cargo::{self, Compiler};
use super::data;
use super::postgres::library_suffix;
use super::progress::{Failure, Progress};
use crate::course::DataSet;
use crate::home::{Home, OLD};
use crate::server::{Account, AccountError, stop_orphans};

/// The file that says what the realm is made of.
const FACTS: &str = "realm.json";

/// The file whose lock says that the realm is in use.
const LOCK: &str = "lock";

/// What a realm is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The server's major version.
    pub(crate) major: u16,
    /// The version line of its `pg_config`.
    pub(crate) version: String,
    /// The installation that it was copied from.
    pub(crate) system_bindir: PathBuf,
    /// The programs, relative to `install`.
    pub(crate) bin: PathBuf,
    /// The names of the fixtures that the template holds.
    pub(crate) fixtures: Vec<String>,
    /// Who runs its servers.
    pub(crate) account: Account,
    /// The course that it was made for.
    pub(crate) course: PathBuf,
    /// Which data its fixtures hold.
    #[serde(default)]
    pub(crate) data: DataSet,
    /// The settings that these data were made with.
    #[serde(default)]
    pub(crate) data_settings: Vec<(String, String)>,
}

/// A realm that can be used, held for as long as the value or a clone of it lives.
#[derive(Debug, Clone)]
pub struct Realm {
    directory: PathBuf,
    facts: Facts,
    /// What compiles further libraries for it. Of the clone that uses it now, which may not be the one that made it.
    compiler: Option<Compiler>,
    _held: Arc<File>,
}

impl Realm {
    /// The realm in that directory, if it is complete.
    pub(crate) fn open(directory: &Path) -> Option<Realm> {
        let held = File::options().read(true).open(directory.join(LOCK)).ok()?;
        held.try_lock_shared().ok()?;
        // Only now: before the lock was held, somebody may have been removing it.
        let facts = read_facts(directory)?;
        Some(Realm { directory: directory.to_owned(), facts, compiler: None, _held: Arc::new(held) })
    }

    /// The same, with what compiles further libraries for it.
    pub(super) fn compiled_with(self, compiler: Compiler) -> Realm {
        Realm { compiler: Some(compiler), ..self }
    }

    /// All realms of a home, for `tutor server status` and `stop`.
    pub fn all(home: &Home) -> Vec<Realm> {
        home.entries("pg").iter().filter_map(|directory| Realm::open(directory)).collect()
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The server's major version.
    pub fn major(&self) -> u16 {
        self.facts.major
    }

    /// The version line, for example `PostgreSQL 15.20 (Debian 15.20-0+deb12u1)`.
    pub fn version(&self) -> &str {
        &self.facts.version
    }

    /// The names that a sandbox can be cloned from.
    pub fn fixtures(&self) -> &[String] {
        &self.facts.fixtures
    }

    /// Which data its fixtures hold.
    pub fn data(&self) -> DataSet {
        self.facts.data
    }

    /// The statements that make the settings of its data in a session, for set-ups; empty for the lessons' data.
    pub(crate) fn data_settings(&self) -> String {
        data::statements(&self.facts.data_settings)
    }

    /// A program of the private installation: `postgres`, `initdb` or `pg_ctl`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join("install").join(&self.facts.bin).join(name)
    }

    /// A client program of the installation that was copied, such as `psql`; its path may lead nowhere.
    pub fn system_program(&self, name: &str) -> PathBuf {
        self.facts.system_bindir.join(name)
    }

    /// Compiles a crate for its servers, as the extension was; the compiler's words go to `log`. Returns the library.
    pub(crate) fn compile(
        &self,
        dir: &Path,
        package: &str,
        log: &Path,
        progress: &mut dyn Progress,
    ) -> Result<PathBuf, Failure> {
        let unknown =
            || Failure { command: "cargo".to_owned(), tail: "  it is not known what compiles for it".to_owned() };
        cargo::build(dir, package, self.compiler.as_ref().ok_or_else(unknown)?, Some(log), progress)
    }

    /// The ending of the names of libraries that its servers load.
    pub(crate) fn library_suffix(&self) -> &'static str {
        library_suffix(self.major())
    }

    /// The stopped data directory that servers are copied from.
    pub(crate) fn template(&self) -> PathBuf {
        self.directory.join("template")
    }

    /// The directory of its servers.
    pub(crate) fn servers(&self) -> PathBuf {
        self.directory.join("servers")
    }

    /// Who runs its servers.
    pub fn account(&self) -> &Account {
        &self.facts.account
    }

    /// An error if the user whom the files belong to is gone.
    pub(crate) fn check_account(&self) -> Result<(), AccountError> {
        match self.account().still_exists() {
            true => Ok(()),
            false => {
                Err(AccountError::Gone { name: self.account().name(), home: self.directory.display().to_string() })
            }
        }
    }
}

fn read_facts(directory: &Path) -> Option<Facts> {
    serde_json::from_slice(&fs::read(directory.join(FACTS)).ok()?).ok()
}

/// Writes the last parts of a realm in the making; then it may get its name.
pub(crate) fn complete(directory: &Path, facts: &Facts) -> io::Result<()> {
    File::create(directory.join(LOCK))?;
    fs::write(directory.join(FACTS), serde_json::to_vec_pretty(facts)?)
}

/// Removes the realms of the same major that nobody uses: earlier ones of this course, and those of courses that are
/// gone. What cannot be removed now stays for the next time.
pub(crate) fn remove_others(home: &Home, ours: &Realm) {
    let others = home.entries(&format!("pg{}-", ours.major()));
    for directory in others.into_iter().filter(|directory| *directory != ours.directory) {
        let facts = read_facts(&directory);
        if facts.is_some_and(|facts| facts.course != ours.facts.course && facts.course.is_dir()) {
            continue;
        }
        // The lock is held until the directory is gone, so that nobody opens it meanwhile.
        let lock = File::options().read(true).open(directory.join(LOCK)).ok();
        let idle = lock.as_ref().is_none_or(|lock| lock.try_lock().is_ok());
        if idle && stop_orphans(&directory.join("servers")) {
            remove(home, &directory);
        }
    }
}

/// Renames first, so that a half-removed realm is never taken for one.
pub(crate) fn remove(home: &Home, directory: &Path) {
    let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let old = home.root().join(format!("{OLD}{name}-{}", std::process::id()));
    if fs::rename(directory, &old).is_ok() {
        fs::remove_dir_all(old).unwrap_or_default();
    }
}
