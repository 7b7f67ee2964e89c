//! Where the server listens: a socket directory with a short path, and a free port.

use std::fs::{self, DirBuilder};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{Account, ServerError, random_hex};
use crate::home::make_dir;

/// The longest path of a socket that the system takes, in bytes: `sun_path` has 108 with its end mark, 104 on macOS.
const LONGEST_SOCKET_PATH: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

/// The longest name that PostgreSQL gives a socket.
const SOCKET_NAME: &str = ".s.PGSQL.65535";

/// How the directories begin that lie outside the home because its path is too long.
const OUTSIDE_PREFIX: &str = "tutor-";

/// The directory that holds a server's socket. Only the server's user can enter it.
#[derive(Debug)]
pub(crate) struct SocketDir {
    path: PathBuf,
}

impl SocketDir {
    /// Makes `above/socket`, or a directory elsewhere if that path would be too long.
    pub(crate) fn make(above: &Path, account: &Account) -> Result<SocketDir, ServerError> {
        let inside = above.join("socket");
        let path = if fits(&inside) { inside } else { outside(account)? };
        let made = if path.starts_with(above) {
            make_dir(&path, 0o700)
        } else {
            // Must not exist: in a public directory somebody else could have made it.
            DirBuilder::new().mode(0o700).create(&path)
        };
        made.and_then(|()| account.own(&path)).map_err(|cause| ServerError::File { path: path.clone(), cause })?;
        Ok(SocketDir { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it, with the socket of a killed server.
    pub(crate) fn remove(self) {
        fs::remove_dir_all(&self.path).unwrap_or_default();
    }

    /// Removes a directory that a killed server left, if it is one of ours outside the home.
    pub(crate) fn remove_left(path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(OUTSIDE_PREFIX) && path.is_absolute() && !path.is_symlink() {
            fs::remove_dir_all(path).unwrap_or_default();
        }
    }
}

fn fits(directory: &Path) -> bool {
    directory.join(SOCKET_NAME).as_os_str().len() <= LONGEST_SOCKET_PATH
}

/// In the user's own runtime directory, else in the public temporary one.
fn outside(account: &Account) -> Result<PathBuf, ServerError> {
    let name = format!("{OUTSIDE_PREFIX}{}", random_hex(8));
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    // The server's own user, if it is another, cannot enter root's runtime directory.
    let runtime = runtime.filter(|_| *account == Account::Same);
    let places = runtime.into_iter().chain([PathBuf::from("/tmp")]);
    let mut paths = places.map(|place| place.join(&name));
    paths.find(|path| fits(path)).ok_or_else(|| ServerError::File {
        path: PathBuf::from("/tmp"),
        cause: io::Error::other("no directory has a path short enough for a socket"),
    })
}

/// A port that is free now. It may be taken before the server has it; then the start says so and another is tried.
pub(crate) fn free_port() -> Result<u16, ServerError> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|cause| ServerError::NoPort { cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_the_sockets_name() {
        let room = LONGEST_SOCKET_PATH - SOCKET_NAME.len() - 1;
        assert!(fits(Path::new(&format!("/{}", "a".repeat(room - 1)))));
        assert!(!fits(Path::new(&format!("/{}", "a".repeat(room)))));
    }

    #[test]
    fn a_long_home_gets_a_directory_elsewhere() -> Result<(), Box<dyn std::error::Error>> {
        let top = tempfile::tempdir()?;
        let above = top.path().join("a".repeat(100));
        let sockets = SocketDir::make(&above, &Account::Same)?;
        assert!(!sockets.path().starts_with(&above) && sockets.path().is_dir());
        let path = sockets.path().to_owned();
        SocketDir::remove_left(&path);
        assert!(!path.exists());
        Ok(())
    }
}
