//! The user that the server's programs run as.
//!
//! PostgreSQL refuses to run as root. An ordinary user's server runs as that user; root's runs as `postgres`, which a
//! packaged server brings along, else as a user `tutor` that is made for it, else as `nobody`.

use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Users that root's server may run as, best first, and whether the tutor makes the user when it is missing.
const SERVER_USERS: [(&str, bool); 3] = [("postgres", false), ("tutor", true), (LAST_RESORT, false)];

/// The user that every system has.
const LAST_RESORT: &str = "nobody";

/// Variables that the server's programs get from the tutor's environment. All others stay outside: a `PGPASSWORD` of
/// the student's, say, would change what dblink does inside the server.
const KEPT_VARIABLES: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "NIX_LD_LIBRARY_PATH"];

/// Why there is nobody to run the server as.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The tutor's own user is not in the system's list of users, so `initdb` would refuse.
    #[error(
        "the user with uid {uid} has no name on this system\nPostgreSQL's initdb needs one\nadd an entry to /etc/passwd, or run the container as a user that has one"
    )]
    Nameless {
        /// The numeric user id.
        uid: u32,
    },
    /// The user that the server's files belong to is gone.
    #[error("the user {name} no longer exists\nthe tutor's server files belong to it\nremove {home} and start again")]
    Gone {
        /// The name.
        name: String,
        /// The directory with those files.
        home: String,
    },
    /// Root found none of the users.
    #[error(
        "there is no user that the server could run as\nPostgreSQL does not run as root, and useradd failed\nrun `useradd --system tutor`, or start the tutor as an ordinary user"
    )]
    Nobody,
}

/// Who runs the server's programs and owns its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Account {
    /// The tutor's own user.
    Same,
    /// Another user, because the tutor runs as root.
    Other {
        /// The user's name.
        name: String,
        /// Its number.
        uid: u32,
        /// The number of its group.
        gid: u32,
    },
}

impl Account {
    /// Finds the user, and makes one if root has none to use.
    pub fn ensure() -> Result<Account, AccountError> {
        if !geteuid().is_root() {
            return own_user();
        }
        SERVER_USERS
            .iter()
            .find_map(|(name, may_make)| named(name).or_else(|| if *may_make { make_user(name) } else { None }))
            .ok_or(AccountError::Nobody)
    }

    /// The user that root would use, without making one.
    pub(crate) fn existing() -> Option<Account> {
        SERVER_USERS.iter().filter(|(name, _)| *name != LAST_RESORT).find_map(|(name, _)| named(name))
    }

    /// The other user's name and numbers, if it is another.
    pub fn other_user(&self) -> Option<(&str, u32, u32)> {
        match self {
            Account::Same => None,
            Account::Other { name, uid, gid } => Some((name, *uid, *gid)),
        }
    }

    /// Whether the system still knows the user.
    pub(crate) fn still_exists(&self) -> bool {
        match self {
            Account::Same => true,
            Account::Other { name, .. } => named(name).as_ref() == Some(self),
        }
    }

    /// The name under which the server's processes appear.
    pub fn name(&self) -> String {
        match self {
            Account::Same => match User::from_uid(geteuid()) {
                Ok(Some(user)) => user.name,
                _ => geteuid().to_string(),
            },
            Account::Other { name, .. } => name.clone(),
        }
    }

    /// A command that runs as this user, in the C locale, with nothing of the tutor's environment that would change
    /// what a server does, and nothing to read from.
    pub fn command(&self, program: &Path, directory: &Path) -> Command {
        let mut command = Command::new(program);
        let kept = KEPT_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        command.env_clear().envs(kept).env("LC_ALL", "C").env("HOME", directory).current_dir(directory);
        command.stdin(Stdio::null());
        if let Account::Other { uid, gid, .. } = self {
            command.gid(*gid).uid(*uid);
        }
        command
    }

    /// Hands one file or directory to this user.
    pub fn own(&self, path: &Path) -> io::Result<()> {
        match self {
            Account::Same => Ok(()),
            Account::Other { uid, gid, .. } => chown(path, Some(*uid), Some(*gid)),
        }
    }
}

fn own_user() -> Result<Account, AccountError> {
    match User::from_uid(geteuid()) {
        Ok(Some(_)) => Ok(Account::Same),
        _ => Err(AccountError::Nameless { uid: geteuid().as_raw() }),
    }
}

fn named(name: &str) -> Option<Account> {
    let user = User::from_name(name).ok()??;
    Some(Account::Other { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() })
}

/// Makes a system user; BusyBox systems have `adduser` only.
fn make_user(name: &str) -> Option<Account> {
    let ways: [&[&str]; 2] = [
        &["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", name],
        &["adduser", "-S", "-H", name],
    ];
    ways.iter().find_map(|way| {
        let made = Command::new(way[0]).args(&way[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        made.ok().filter(|status| status.success()).and_then(|_| named(name))
    })
}
