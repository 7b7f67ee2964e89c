//! What can go wrong with a server. Each message has three parts on lines of their own: what happened, why, what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{AccountError, ProcessError, Role, said};

/// Why there is no server, or it does not do what it should.
#[derive(Debug, Error)]
pub enum ServerError {
    /// It did not start or stop.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// There is nobody to run it.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The loopback interface has no port for it.
    #[error("no free port on 127.0.0.1\n{cause}\nmake sure that the loopback interface is up")]
    NoPort {
        /// What the system said.
        cause: io::Error,
    },
    /// The disk is full.
    #[error(
        "the disk with {path} is full\na server needs about 120 MB of its own\nfree some space, or set TUTOR_HOME to a directory on another disk"
    )]
    DiskFull {
        /// The file that could not be written.
        path: PathBuf,
    },
    /// The new server's passwords could not be set.
    #[error("a new server could not be prepared\n{tail}\nrun `cargo tutor doctor`")]
    Passwords {
        /// The end of the server's output.
        tail: String,
    },
    /// It does not let us in.
    #[error(
        "cannot connect to the private server as {role} (database {database})\n{cause}\nstart the command again; if that does not help, remove {home}"
    )]
    Connect {
        /// The role.
        role: &'static str,
        /// The database.
        database: String,
        /// What the server said.
        cause: String,
        /// The server's directory.
        home: PathBuf,
    },
    /// It refused a statement of the tutor's own.
    #[error(
        "the private server refused to {what}\n{cause}\nstart the command again; `cargo tutor doctor` looks for causes"
    )]
    Refused {
        /// What was to be done.
        what: String,
        /// What the server said.
        cause: String,
    },
    /// No fixture has that name.
    #[error("there is no fixture {name}\nthe course has {known}\ncorrect the lab's file")]
    UnknownFixture {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A file could not be used.
    #[error("cannot use {path}\n{cause}\nmake it readable and writable, or remove it and start again")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl ServerError {
    pub(super) fn from_copy(path: PathBuf, cause: io::Error) -> ServerError {
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ServerError::DiskFull { path },
            _ => ServerError::File { path, cause },
        }
    }

    pub(super) fn refused(what: impl Into<String>) -> impl FnOnce(postgres::Error) -> ServerError {
        let what = what.into();
        move |cause| ServerError::Refused { what, cause: said(&cause) }
    }

    pub(super) fn connect(role: Role, database: &str, cause: &postgres::Error, directory: &Path) -> ServerError {
        ServerError::Connect {
            role: role.name(),
            database: database.to_owned(),
            cause: said(cause),
            home: directory.to_owned(),
        }
    }
}
