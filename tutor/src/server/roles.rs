//! Who connects: the four roles of every server, their passwords, and how each reaches a database.

pub use postgres_protocol::escape::{escape_identifier as quote_ident, escape_literal as quote_literal};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::{Client, Config, NoTls};
use serde::{Deserialize, Serialize};

use super::scram;

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The name that the tutor's own connections have in `pg_stat_activity`.
pub const APPLICATION_NAME: &str = "tutor";

/// What a lesson that played with settings must not change for the admin. Names mean PostgreSQL's own objects.
const ADMIN_OPTIONS: &str = "-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off \
                             -c search_path=pg_catalog,pg_temp";

/// A student's operator or function must not run with the rights of those who look.
const EYES_OPTIONS: &str = "-c search_path=pg_catalog,pg_temp";

/// The loopback address that every server listens on.
pub const HOST: &str = "127.0.0.1";

/// The length of a password in hexadecimal digits.
const PASSWORD_DIGITS: usize = 32;

/// A role of the private server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The student: owns the sandbox and what is in it, sees other roles' activity, has no further rights.
    Student,
    /// Reads system views for checks.
    Observer,
    /// Reads the student's tables for checks, and nothing can make it write.
    Checker,
    /// The superuser of provisioning and of `setup` blocks.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 4] = [Role::Student, Role::Observer, Role::Checker, Role::Admin];

    /// The role's name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Role::Student => "student",
            Role::Observer => "observer",
            Role::Checker => "checker",
            Role::Admin => "admin",
        }
    }

    /// The role of that name, for command lines.
    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The statements that make the roles on a new server, whose superuser is the admin already.
    pub(crate) fn definitions() -> String {
        let mut sql = String::from(
            "CREATE ROLE student LOGIN;
             GRANT pg_read_all_stats TO student;
             CREATE ROLE observer LOGIN;
             GRANT pg_monitor TO observer;
             ALTER ROLE observer SET default_transaction_read_only = on;
             CREATE ROLE checker LOGIN BYPASSRLS;
             GRANT pg_read_all_data TO checker;
             ALTER ROLE checker SET default_transaction_read_only = on;",
        );
        for database in ["postgres", "template1"] {
            // A string takes what is written to it.
            write!(sql, "REVOKE ALL ON DATABASE {database} FROM PUBLIC;").unwrap_or_default();
        }
        sql.push_str("GRANT CONNECT ON DATABASE postgres TO observer, checker;");
        sql
    }
}

/// Gives the student back what it had: a lesson may have granted more, and the student may have changed its own
/// settings or password. It may have so many sessions at a time.
pub(crate) fn restore_student(password: &str, sessions: Option<u16>) -> String {
    let sessions = sessions.map_or(-1, i32::from);
    format!(
        "ALTER ROLE student WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS \
         CONNECTION LIMIT {sessions} PASSWORD {}; ALTER ROLE student RESET ALL; ALTER ROLE admin RESET ALL; ALTER ROLE ALL RESET ALL; \
         DO $$ BEGIN REVOKE {SUBSCRIBER} FROM student; EXCEPTION WHEN undefined_object THEN NULL; END $$",
        quote_literal(password)
    )
}

/// The role whose members may subscribe (PostgreSQL 16, chapter 22.5).
const SUBSCRIBER: &str = "pg_create_subscription";

/// Lets the student publish, make replication slots and subscribe. Before PostgreSQL 16 only a superuser subscribes.
pub(crate) fn allow_replication(major: u16) -> String {
    if major < 16 {
        return "ALTER ROLE student SUPERUSER;".to_owned();
    }
    format!("ALTER ROLE student REPLICATION; GRANT {SUBSCRIBER} TO student;")
}

/// The passwords of one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passwords {
    student: String,
    observer: String,
    checker: String,
    admin: String,
}

impl Passwords {
    pub(crate) fn random() -> Passwords {
        Passwords {
            student: random_password(),
            observer: random_password(),
            checker: random_password(),
            admin: random_password(),
        }
    }

    pub(crate) fn of(&self, role: Role) -> &str {
        match role {
            Role::Student => &self.student,
            Role::Observer => &self.observer,
            Role::Checker => &self.checker,
            Role::Admin => &self.admin,
        }
    }

    /// What the server keeps of a password. The student's costs what a password costs anywhere: lessons compare ways to
    /// connect. The tutor's own connections are quicker.
    fn kept(&self, role: Role) -> String {
        let password = self.of(role);
        let verifier = if role == Role::Student { None } else { scram::verifier(password) };
        verifier.unwrap_or_else(|| password.to_owned())
    }

    /// One statement per line, as a server in single-user mode reads them.
    pub(crate) fn statements(&self) -> String {
        let statement =
            |role: Role| format!("ALTER ROLE {} PASSWORD {};\n", role.name(), quote_literal(&self.kept(role)));
        Role::ALL.into_iter().map(statement).collect()
    }
}

/// A password that needs no quoting anywhere.
pub(crate) fn random_password() -> String {
    random_hex(PASSWORD_DIGITS)
}

/// Random hexadecimal digits. Without the system's source of randomness there is no server to protect either.
pub(crate) fn random_hex(digits: usize) -> String {
    let mut bytes = vec![0_u8; digits.div_ceil(2)];
    if getrandom::fill(&mut bytes).is_err() {
        let from_hasher = || std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0_u8);
        bytes = (0..digits).flat_map(|_| from_hasher().to_ne_bytes()).take(bytes.len()).collect();
    }
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text[..digits].to_owned()
}

/// Where one server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) socket_dir: PathBuf,
    pub(crate) port: u16,
}

impl Address {
    pub(crate) fn local(socket_dir: &Path, port: u16) -> Address {
        Address { socket_dir: socket_dir.to_owned(), port }
    }

    /// Connects through the socket.
    pub(crate) fn connect(&self, role: Role, password: &str, database: &str) -> Result<Client, postgres::Error> {
        let mut config = Config::new();
        config.host_path(&self.socket_dir).port(self.port).user(role.name()).password(password).dbname(database);
        config.application_name(APPLICATION_NAME).connect_timeout(CONNECT_LIMIT);
        match role {
            Role::Student => &mut config,
            Role::Observer | Role::Checker => config.options(EYES_OPTIONS),
            Role::Admin => config.options(ADMIN_OPTIONS),
        };
        config.connect(NoTls)
    }
}

/// Everything that a connection of the caller's own making needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The loopback address.
    pub host: &'static str,
    /// The port, of the socket too.
    pub port: u16,
    /// The directory of the socket.
    pub socket_dir: PathBuf,
    /// The role's name.
    pub user: &'static str,
    /// The role's password on this server.
    pub password: String,
}

/// The way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The socket; the student needs no password there.
    Socket,
    /// Loopback TCP, with SCRAM.
    Tcp,
}

impl Endpoint {
    /// A connection URI that psql takes, password included.
    pub fn uri(&self, database: &str, via: Via) -> String {
        let Endpoint { host, port, user, password, socket_dir } = self;
        let database = percent_encoded(database);
        match via {
            Via::Tcp => format!("postgresql://{user}:{password}@{host}:{port}/{database}"),
            Via::Socket => {
                let directory = percent_encoded(&socket_dir.to_string_lossy());
                format!("postgresql://{user}:{password}@/{database}?host={directory}&port={port}")
            }
        }
    }
}

fn percent_encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What an error of the `postgres` crate says, in one line: its own text leaves the server's message out.
pub fn said(error: &postgres::Error) -> String {
    let Some(server) = error.as_db_error() else {
        let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
        let text = error.to_string();
        return if text.contains(source.trim_start_matches(": ")) { text } else { text + &source };
    };
    let detail = server.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
    format!("{}: {}{detail}", server.severity(), server.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_what_psql_takes() {
        let endpoint = Endpoint {
            host: HOST,
            port: 54321,
            socket_dir: "/home/a b/socket".into(),
            user: "student",
            password: "00ff".into(),
        };
        assert_eq!(endpoint.uri("play", Via::Tcp), "postgresql://student:00ff@127.0.0.1:54321/play");
        let socket = "postgresql://student:00ff@/lab%201?host=/home/a%20b/socket&port=54321";
        assert_eq!(endpoint.uri("lab 1", Via::Socket), socket);
    }

    #[test]
    fn quoting_doubles_the_quote() {
        assert_eq!(quote_ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(quote_literal("a'b"), "'a''b'");
    }

    #[test]
    fn passwords_differ_and_need_no_quoting() {
        let passwords = Passwords::random();
        assert_ne!(passwords.of(Role::Student), passwords.of(Role::Admin));
        assert_eq!(passwords.of(Role::Admin).len(), PASSWORD_DIGITS);
        assert!(passwords.statements().lines().count() == Role::ALL.len());
    }

    #[test]
    fn roles_are_found_by_name() {
        assert!(Role::ALL.into_iter().all(|role| Role::named(role.name()) == Some(role)));
        assert_eq!(Role::named("postgres"), None);
    }
}
