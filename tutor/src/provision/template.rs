//! The template: a stopped data directory that servers are copied from, with roles and the fixtures' databases in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use postgres::Client;
use postgres::error::{ErrorPosition, SqlState};
use thiserror::Error;

use super::progress::{Failure, Progress, run};
use super::{ProvisionError, at};
use crate::home::make_dir;
use crate::server::{
    Account, Address, Launch, Limits, Postmaster, Role, SocketDir, StopMode, free_port, quote_ident, random_password,
    said, shared_memory_type,
};

/// What every server has on top of PostgreSQL's defaults. Worker limits stay as they are, because lessons count slots.
/// Nothing is synced to disk: after a power failure a server is thrown away, and the template is copied again.
const SETTINGS: &str = "
# What the labs need on top of PostgreSQL's defaults.
listen_addresses = '127.0.0.1'
unix_socket_permissions = 0700
shared_preload_libraries = 'pg_background'
wal_level = logical
fsync = off
full_page_writes = off
max_wal_size = 128MB
min_wal_size = 32MB
max_slot_wal_keep_size = 1GB
wal_retrieve_retry_interval = 200ms
checkpoint_warning = 0
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
logging_collector = off
cluster_name = 'tutor'
lc_messages = 'C'
timezone = 'UTC'
log_timezone = 'UTC'
";

/// Only the student comes in without a password, and only through the socket, as itself. There is no line for
/// replication.
const CLIENT_AUTHENTICATION: &str = "\
# type  database  user     address       method
local   all       student                trust
local   all       all                    scram-sha-256
host    all       all      127.0.0.1/32  scram-sha-256
";

/// Settings for the time of loading only: rows of tables made in the same transaction then need no WAL.
const LOADING: [(&str, &str); 4] =
    [("wal_level", "minimal"), ("max_wal_senders", "0"), ("autovacuum", "off"), ("max_wal_size", "2GB")];

/// Settings of databases in which lessons play: without them, plans and the order of rows differ from run to run.
pub(crate) const DATABASE_SETTINGS: [(&str, &str); 2] = [("jit", "off"), ("synchronize_seqscans", "off")];

/// The locales to try, in this order. Both sort by bytes, so that every machine gives the same order.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// The template database without fixture objects.
pub const EMPTY_FIXTURE: &str = "empty";

/// Why there is no template.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// `initdb` failed.
    #[error("initdb failed\n{tail}\nrun `cargo tutor doctor`. The command was\n  {command}")]
    Initdb {
        /// The command.
        command: String,
        /// The end of its output.
        tail: String,
    },
    /// A fixture does not load.
    #[error("{place}: {message}\nthe fixture could not be loaded\nmend that file, or get it again")]
    Fixture {
        /// The file, and the line if the server named one.
        place: String,
        /// What the server said.
        message: String,
    },
    /// The new server did not accept a statement.
    #[error("the new server refused to {what}\n{cause}\nrun `cargo tutor doctor`")]
    Refused {
        /// What was to be done.
        what: &'static str,
        /// What it said.
        cause: String,
    },
}

/// What the template is made of.
pub(crate) struct Recipe<'a> {
    /// The private installation's programs.
    pub(crate) bin: &'a Path,
    /// The directory that the template is made in; it becomes a data directory.
    pub(crate) data: &'a Path,
    /// The course's `fixtures`.
    pub(crate) fixtures: &'a Path,
    /// Statements that come before each fixture: they make the settings of the second data set.
    pub(crate) data_settings: &'a str,
    /// Who runs the server.
    pub(crate) account: &'a Account,
}

/// Makes the template. Returns the names of the fixtures in it.
pub(crate) fn make(recipe: &Recipe, progress: &mut dyn Progress) -> Result<Vec<String>, ProvisionError> {
    progress.begin("creating the private server");
    let password = random_password();
    initdb(recipe, &password, progress)?;
    configure(recipe.data)?;
    let above = recipe.data.parent().unwrap_or(recipe.data);
    let sockets = SocketDir::make(above, recipe.account)?;
    let address = Address::local(sockets.path(), free_port()?);
    let server = start(recipe, &address, above)?;
    let loaded = fill(recipe, &address, &password, progress);
    // The directory must be at rest before it can be copied; after an error it is thrown away, but nothing may run in it.
    let mode = if loaded.is_ok() { StopMode::Fast } else { StopMode::Immediate };
    let stopped = server.stop(mode);
    sockets.remove();
    let names = loaded?;
    stopped?;
    fs::remove_file(above.join("log")).unwrap_or_default();
    progress.end();
    Ok(names)
}

fn initdb(recipe: &Recipe, password: &str, progress: &mut dyn Progress) -> Result<(), ProvisionError> {
    let above = recipe.data.parent().unwrap_or(recipe.data);
    let password_file = above.join("password");
    fs::write(&password_file, password).map_err(at(&password_file))?;
    fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600)).map_err(at(&password_file))?;
    recipe.account.own(&password_file).map_err(at(&password_file))?;
    let mut outcome = Ok(());
    for locale in LOCALES {
        outcome = initdb_with(recipe, locale, &password_file, progress);
        if outcome.is_ok() {
            break;
        }
    }
    fs::remove_file(&password_file).map_err(at(&password_file))?;
    outcome.map_err(|failure| TemplateError::Initdb { command: failure.command, tail: failure.tail }.into())
}

fn initdb_with(
    recipe: &Recipe,
    locale: &str,
    password_file: &Path,
    progress: &mut dyn Progress,
) -> Result<(), Failure> {
    let data = recipe.data;
    let again = |cause: std::io::Error| Failure { command: data.display().to_string(), tail: format!("  {cause}") };
    if data.exists() {
        fs::remove_dir_all(data).map_err(again)?;
    }
    make_dir(data, 0o700).and_then(|()| recipe.account.own(data)).map_err(again)?;
    let mut command = recipe.account.command(&recipe.bin.join("initdb"), data);
    command.arg("-D").arg(data).args(["-U", Role::Admin.name(), "-E", "UTF8", "-A", "scram-sha-256", "--no-sync"]);
    command.arg(format!("--locale={locale}")).arg(format!("--pwfile={}", password_file.display()));
    run(&mut command, None, progress).map(drop)
}

fn configure(data: &Path) -> Result<(), ProvisionError> {
    let settings = data.join("postgresql.conf");
    let text = fs::read_to_string(&settings).map_err(at(&settings))?;
    fs::write(&settings, text + SETTINGS).map_err(at(&settings))?;
    let authentication = data.join("pg_hba.conf");
    fs::write(&authentication, CLIENT_AUTHENTICATION).map_err(at(&authentication))
}

fn start(recipe: &Recipe, address: &Address, above: &Path) -> Result<Postmaster, ProvisionError> {
    let mut settings: Vec<(&str, String)> = LOADING.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    settings.extend(shared_memory_type());
    let launch = Launch {
        program: &recipe.bin.join("postgres"),
        data: recipe.data,
        log: &above.join("log"),
        sockets: &address.socket_dir,
        port: address.port,
        account: recipe.account,
        settings: &settings,
        limits: Limits::default(),
    };
    Ok(Postmaster::start(&launch)?)
}

/// Roles, then one template database per fixture.
fn fill(
    recipe: &Recipe,
    address: &Address,
    password: &str,
    progress: &mut dyn Progress,
) -> Result<Vec<String>, ProvisionError> {
    let connect = |database: &str| address.connect(Role::Admin, password, database);
    let refused = |what| move |cause| ProvisionError::from(TemplateError::Refused { what, cause: said(&cause) });
    let mut admin = connect("postgres").map_err(refused("accept a connection"))?;
    admin.batch_execute(&Role::definitions()).map_err(refused("make its roles"))?;
    let mut names = Vec::new();
    for file in fixture_files(recipe.fixtures)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        progress.begin(&format!("loading the fixture {name}"));
        load(&mut admin, address, password, &name, Some((&file, recipe.data_settings)))?;
        names.push(name);
    }
    if !names.iter().any(|name| name == EMPTY_FIXTURE) {
        load(&mut admin, address, password, EMPTY_FIXTURE, None)?;
        names.push(EMPTY_FIXTURE.to_owned());
    }
    progress.begin("storing the private server");
    admin.batch_execute("CHECKPOINT").map_err(refused("write its files"))?;
    Ok(names)
}

/// The template database of a fixture.
pub(crate) fn template_database(fixture: &str) -> String {
    format!("template_{fixture}")
}

/// Loads a file, after the statements that its data depend on, as the student, so that its objects are the student's;
/// afterwards nobody can connect to the database.
fn load(
    admin: &mut Client,
    address: &Address,
    password: &str,
    name: &str,
    fixture: Option<(&Path, &str)>,
) -> Result<(), ProvisionError> {
    let refused = |what| move |cause| ProvisionError::from(TemplateError::Refused { what, cause: said(&cause) });
    let database = template_database(name);
    let quoted = quote_ident(&database);
    admin.batch_execute(&format!("CREATE DATABASE {quoted} OWNER student")).map_err(refused("make a database"))?;
    if let Some((file, data_settings)) = fixture {
        let sql = fs::read_to_string(file).map_err(at(file))?;
        let mut student = address.connect(Role::Student, "", &database).map_err(refused("let the student in"))?;
        student.batch_execute(data_settings).map_err(refused("take settings"))?;
        student.batch_execute(&sql).map_err(|cause| fixture_error(file, &sql, &cause, &address.socket_dir))?;
    }
    let mut inside = address.connect(Role::Admin, password, &database).map_err(refused("accept a connection"))?;
    inside.batch_execute("VACUUM (FREEZE, ANALYZE)").map_err(refused("vacuum a database"))?;
    drop(inside);
    let settings = database_settings(&database);
    let close = format!(
        "{settings} ALTER DATABASE {quoted} OWNER TO admin; REVOKE ALL ON DATABASE {quoted} FROM PUBLIC; \
         ALTER DATABASE {quoted} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"
    );
    admin.batch_execute(&close).map_err(refused("close a template"))
}

/// `ALTER DATABASE ... SET` for [`DATABASE_SETTINGS`]. They are not copied with a database, so each clone needs them.
pub(crate) fn database_settings(database: &str) -> String {
    let statement =
        |(name, value): &(&str, &str)| format!("ALTER DATABASE {} SET {name} = '{value}';", quote_ident(database));
    DATABASE_SETTINGS.iter().map(statement).collect()
}

fn fixture_files(directory: &Path) -> Result<Vec<PathBuf>, ProvisionError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let path = entry.map_err(at(directory))?.path();
        if path.extension().is_some_and(|suffix| suffix == "sql") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn fixture_error(file: &Path, sql: &str, cause: &postgres::Error, data: &Path) -> ProvisionError {
    if cause.code() == Some(&SqlState::DISK_FULL) {
        return ProvisionError::DiskFull { path: data.to_owned() };
    }
    bad_fixture(file, sql, cause).into()
}

fn bad_fixture(file: &Path, sql: &str, cause: &postgres::Error) -> TemplateError {
    let Some(server) = cause.as_db_error() else {
        return TemplateError::Fixture { place: file.display().to_string(), message: cause.to_string() };
    };
    let line = match server.position() {
        Some(ErrorPosition::Original(position)) => format!(":{}", line_of(sql, *position)),
        _ => String::new(),
    };
    let detail = server.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
    TemplateError::Fixture {
        place: format!("{}{line}", file.display()),
        message: format!("{}{detail}", server.message()),
    }
}

/// The line of a character position, both counted from 1.
fn line_of(text: &str, position: u32) -> usize {
    1 + text.chars().take(position.saturating_sub(1) as usize).filter(|c| *c == '\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_told_as_a_line() {
        assert_eq!(line_of("a\nb\nc", 1), 1);
        assert_eq!(line_of("a\nb\nc", 3), 2);
        assert_eq!(line_of("ä\nb", 3), 2);
    }

    #[test]
    fn clones_get_their_settings_by_name() {
        let sql = database_settings("lab_1");
        assert_eq!(
            sql,
            "ALTER DATABASE \"lab_1\" SET jit = 'off';ALTER DATABASE \"lab_1\" SET synchronize_seqscans = 'off';"
        );
    }
}
