//! Makes everything that a lab needs and is not there yet, and nothing that is.
//!
//! ```text
//! sources + pg_config ──digest──> realm ready? ──yes──> Realm          (a few milliseconds)
//!                                    │ no
//!    packages ─> extension (cargo) ─> installation ─> template ─rename─> Realm
//! ```
//!
//! A realm is made under a temporary name and renamed when it is complete, so that a tutor killed at any moment leaves
//! either no realm or a whole one. What it leaves besides is swept away by the next provisioning.

mod answers;
mod cargo;
mod data;
mod digest;
mod extension;
mod ingredients;
mod installation;
pub mod packages;
pub mod postgres;
pub mod progress;
mod realm;
mod template;
pub mod tools;

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

#[cfg(not(feature = "book"))]
pub(crate) use cargo::program as cargo;
pub(crate) use digest::{feed, files_below};
pub use extension::ExtensionError;
#[cfg(not(feature = "book"))]
pub(crate) use ingredients::kit_of;
pub use packages::{Consent, PackagesError};
pub use postgres::PostgresError;
pub use progress::Progress;
pub use realm::Realm;
pub use template::{EMPTY_FIXTURE, TemplateError};
pub(crate) use template::{database_settings, template_database};

use crate::course::DataSet;
use crate::home::{Home, HomeError, NEW, OLD, make_dir};
use crate::server::{Account, AccountError, Postmaster, ProcessError, ServerError, StopMode};
use digest::Sources;
use ingredients::Ingredients;
use installation::Layout;
use postgres::{Candidate, Installed, Missing};
use realm::Facts;

/// Where the servers lie that apt installs.
const PACKAGED: &str = "/usr/lib/postgresql";

/// What a caller can choose.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether packages may be installed.
    pub consent: Consent,
    /// Which data the realm's fixtures hold.
    pub data: DataSet,
}

/// Why there is no realm. Each message has three parts on lines of their own: what happened, why, what to do.
#[derive(Debug, Error)]
pub enum ProvisionError {
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// `TUTOR_PG_CONFIG` names something unusable.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// Something has to be installed first.
    #[error(transparent)]
    Packages(#[from] PackagesError),
    /// The extension does not compile.
    #[error(transparent)]
    Extension(#[from] ExtensionError),
    /// The template could not be made.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// There is no user to run the server as.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The server for the template did not start.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The server for the template has no place for its socket, or no port.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The PostgreSQL that the user named lacks parts.
    #[error(
        "{pg_config} belongs to an installation without {missing}\nTUTOR_PG_CONFIG names it, so no other is used\ninstall what is missing, or unset TUTOR_PG_CONFIG"
    )]
    Incomplete {
        /// The `pg_config` named.
        pg_config: PathBuf,
        /// The missing parts.
        missing: String,
    },
    /// The settings of the second data set cannot be had.
    #[error(
        "{file}: {why}\nexercises of this course ask for a second data set, and this file says in what it differs\nmend or write that file: a setting a line, such as `pages = 13`"
    )]
    SecondData {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The disk is full.
    #[error(
        "the disk with {path} is full\nthe private server needs about 300 MB, the extension's build 400 MB\nfree some space, or set TUTOR_HOME to a directory on another disk"
    )]
    DiskFull {
        /// The file that could not be written.
        path: PathBuf,
    },
    /// The file system said no.
    #[error("cannot use {path}\n{cause}\nmake it readable and writable and start again")]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Turns what the system says of a path into an error.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> ProvisionError {
    let path = path.into();
    move |cause| match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ProvisionError::DiskFull { path },
        _ => ProvisionError::File { path, cause },
    }
}

/// Makes sure that there is a realm for the course in `course_root`, and returns it.
pub fn provision(
    course_root: &Path,
    home: &Home,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Realm, ProvisionError> {
    let made = find_or_make(&Ingredients::of(course_root, options.data), home, options, progress);
    match &made {
        Ok(_) => progress.end(),
        Err(_) => progress.fail(),
    }
    made
}

fn find_or_make(
    ingredients: &Ingredients,
    home: &Home,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Realm, ProvisionError> {
    home.check_ours()?;
    let sources = Sources::read(ingredients).map_err(|(path, cause)| at(path)(cause))?;
    let candidates = postgres::candidates(&home.pg_config_cache())?;
    if let Some(realm) = ready(ingredients, home, &sources, &candidates) {
        return Ok(realm);
    }
    let installed = complete_installation(candidates, options, progress)?;
    let account = Account::ensure()?;
    home.prepare(&account)?;
    let _one_at_a_time = lock(home, progress)?;
    if let Some(realm) = ready(ingredients, home, &sources, &postgres::candidates(&home.pg_config_cache())?) {
        return Ok(realm);
    }
    sweep(home);
    let work = Work { ingredients, home, installed: &installed, account, digest: sources.digest(&installed) };
    let realm = work.make(progress)?;
    realm::remove_others(home, &realm);
    Ok(realm)
}

/// The realm of the first candidate that has one.
fn ready(ingredients: &Ingredients, home: &Home, sources: &Sources, candidates: &[Candidate]) -> Option<Realm> {
    candidates.iter().find_map(|candidate| {
        let installed = &candidate.installed;
        let realm = Realm::open(&home.realm(installed.major, &sources.digest(installed)))?;
        Some(realm.compiled_with(extension::compiler(&ingredients.kit, home, installed)))
    })
}

/// An installation with all parts, after installing packages if that is needed and agreed.
fn complete_installation(
    candidates: Vec<Candidate>,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Installed, ProvisionError> {
    let weighed = weigh(candidates);
    if let Some(candidate) = postgres::choose(&weighed) {
        return Ok(candidate.installed.clone());
    }
    let (missing, major) = match postgres::nearest(&weighed) {
        Some((candidate, missing)) => (missing.clone(), Some(candidate.installed.major)),
        None => missing_without_candidate(),
    };
    if let Some((candidate, missing)) = postgres::nearest(&weighed).filter(|_| named_by_user())
        && !candidate.installed.bindir.starts_with(PACKAGED)
    {
        return Err(incomplete(candidate, missing));
    }
    let packages = packages::install(&missing, major, options.consent, progress)?;
    let again = weigh(postgres::candidates(Path::new(""))?);
    match (postgres::choose(&again), postgres::nearest(&again)) {
        (Some(candidate), _) => Ok(candidate.installed.clone()),
        (None, Some((candidate, missing))) if named_by_user() => Err(incomplete(candidate, missing)),
        (None, nearest) => {
            let missing = nearest.map_or(vec![Missing::Server], |(_, missing)| missing.clone());
            Err(PackagesError::StillMissing { missing: packages::parts(&missing), packages }.into())
        }
    }
}

/// Packages cannot complete an installation that the user named, unless it came from a package.
fn incomplete(candidate: &Candidate, missing: &[Missing]) -> ProvisionError {
    ProvisionError::Incomplete { pg_config: candidate.installed.pg_config.clone(), missing: packages::parts(missing) }
}

fn named_by_user() -> bool {
    std::env::var_os(postgres::PG_CONFIG_VARIABLE).is_some_and(|value| !value.is_empty())
}

fn weigh(candidates: Vec<Candidate>) -> Vec<(Candidate, Vec<Missing>)> {
    candidates
        .into_iter()
        .map(|candidate| {
            let missing = postgres::missing(&candidate.installed);
            (candidate, missing)
        })
        .collect()
}

/// Not even a `pg_config`: perhaps a bare server, whose version the headers must match.
fn missing_without_candidate() -> (Vec<Missing>, Option<u16>) {
    let bare = postgres::bare_servers();
    let mut missing = match bare.is_empty() {
        true => vec![Missing::Server, Missing::Headers],
        false => vec![Missing::Headers],
    };
    missing.extend(tools::missing());
    (missing, bare.first().copied())
}

/// Waits until no other tutor provisions in this home.
fn lock(home: &Home, progress: &mut dyn Progress) -> Result<File, ProvisionError> {
    let path = home.provision_lock();
    let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(at(&path))?;
    if file.try_lock().is_err() {
        let mut holder = String::new();
        file.read_to_string(&mut holder).map_err(at(&path))?;
        progress.begin(&format!("waiting for another tutor (pid {})", holder.trim()));
        file.lock().map_err(at(&path))?;
        progress.end();
    }
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
    written.map_err(at(&path))?;
    Ok(file)
}

/// Removes what killed tutors left. Called with the lock held, so nothing here is in the making.
fn sweep(home: &Home) {
    for directory in home.entries(NEW).into_iter().chain(home.entries(OLD)) {
        if let Some((server, _)) = Postmaster::find(&directory.join("template")) {
            server.stop(StopMode::Immediate).unwrap_or_default();
        }
        fs::remove_dir_all(directory).unwrap_or_default();
    }
}

/// All that making a realm needs.
struct Work<'a> {
    ingredients: &'a Ingredients,
    home: &'a Home,
    installed: &'a Installed,
    account: Account,
    digest: String,
}

impl Work<'_> {
    fn make(&self, progress: &mut dyn Progress) -> Result<Realm, ProvisionError> {
        // A mistake in it comes out before anything long is done.
        let data_settings = data::read(self.ingredients)?;
        let library = extension::build(&self.ingredients.kit, self.home, self.installed, progress)?;
        let new = self.home.new_realm(self.installed.major, &self.digest);
        let filled = self.fill(&new, &library, data_settings, progress);
        if filled.is_err() {
            fs::remove_dir_all(&new).unwrap_or_default();
        }
        filled?;
        let directory = self.home.realm(self.installed.major, &self.digest);
        if directory.exists() {
            // It has the right name and could not be opened, so it was damaged by hand.
            realm::remove(self.home, &directory);
        }
        fs::rename(&new, &directory).map_err(at(&directory))?;
        let missing = || at(&directory)(io::Error::other("it was removed while it was made"));
        let realm = Realm::open(&directory).ok_or_else(missing)?;
        Ok(realm.compiled_with(extension::compiler(&self.ingredients.kit, self.home, self.installed)))
    }

    fn fill(
        &self,
        new: &Path,
        library: &Path,
        data_settings: Vec<(String, String)>,
        progress: &mut dyn Progress,
    ) -> Result<(), ProvisionError> {
        // Root's realm is entered by the server's user; nobody else gets into an ordinary user's home anyway.
        make_dir(new, 0o755).map_err(at(new))?;
        let install = new.join("install");
        installation::make(&install, self.installed, &self.ingredients.extension(), library)?;
        let bin = Layout::new(self.installed).bin();
        let recipe = template::Recipe {
            bin: &install.join(&bin),
            data: &new.join("template"),
            fixtures: &self.ingredients.fixtures(),
            data_settings: &data::statements(&data_settings),
            account: &self.account,
        };
        let fixtures = template::make(&recipe, progress)?;
        let servers = new.join("servers");
        make_dir(&servers, 0o755).map_err(at(&servers))?;
        let facts = Facts {
            major: self.installed.major,
            version: self.installed.version.clone(),
            system_bindir: self.installed.bindir.clone(),
            bin,
            fixtures,
            account: self.account.clone(),
            course: self.ingredients.course.clone(),
            data: self.ingredients.data,
            data_settings,
        };
        realm::complete(new, &facts).map_err(at(new))
    }
}
