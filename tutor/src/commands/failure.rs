//! Why a command ends, and with which exit status.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::course::CourseError;
use crate::grade::MergeError;
use crate::grade::formats::WriteError;
use crate::grade::intake::IntakeError;
use crate::grade::journal::JournalError;
use crate::home::HomeError;
use crate::lab::StageError;
use crate::progress::ProgressError;
use crate::provision::ProvisionError;
use crate::repl::{DeskError, FreeError};
use crate::server::ServerError;
use crate::wire::ConnectError;

/// Why a command ends early.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for what there is not: exit status 2.
    Usage(String),
    /// The server, files or the terminal fail: exit status 3.
    Environment(String),
    /// Whoever read our output has gone away.
    ClosedPipe,
}

impl Failure {
    /// The exit status.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Usage(_) => ExitCode::from(2),
            Failure::Environment(_) => ExitCode::from(3),
            Failure::ClosedPipe => ExitCode::SUCCESS,
        }
    }

    /// Whether it is no failure at all: `tutor list | head`.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::ClosedPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(message) | Failure::Environment(message) => f.write_str(message),
            Failure::ClosedPipe => f.write_str("the output was closed"),
        }
    }
}

impl From<CourseError> for Failure {
    fn from(error: CourseError) -> Failure {
        match error {
            CourseError::NoCourse(_)
            | CourseError::UnknownLab { .. }
            | CourseError::UnknownPlace { .. }
            | CourseError::HiddenInCourse(_) => Failure::Usage(error.to_string()),
            CourseError::Unreadable { .. } | CourseError::Broken(_) => Failure::Environment(error.to_string()),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Failure {
        match error {
            WriteError::Stream(error) => error.into(),
            WriteError::NeedsFolder { .. } => Failure::Usage(error.to_string()),
            WriteError::File { .. } => Failure::Environment(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::ClosedPipe;
        }
        Failure::Environment(format!("cannot read or write: {error}"))
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Failure {
        match error {
            DeskError::Io(error) => error.into(),
            other => Failure::Environment(other.to_string()),
        }
    }
}

impl From<FreeError> for Failure {
    fn from(error: FreeError) -> Failure {
        match error {
            FreeError::Io(error) => error.into(),
            FreeError::Connect(error) => error.into(),
        }
    }
}

macro_rules! environment {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::Environment(error.to_string())
            }
        })*
    };
}

macro_rules! usage {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::Usage(error.to_string())
            }
        })*
    };
}

usage!(IntakeError, JournalError, MergeError);

environment!(
    HomeError,
    ProgressError,
    ProvisionError,
    ServerError,
    StageError,
    ConnectError,
    rustyline::error::ReadlineError
);
