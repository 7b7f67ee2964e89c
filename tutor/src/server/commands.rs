//! What `tutor server` does: keep a server, stop it, tell of it, and name the way into it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::slot::{self, Slot};
use super::{
    Address, Endpoint, Lifetime, PLAY_DATABASE, PidFile, Postmaster, Role, Server, ServerError, SocketDir, StopMode,
    Via, endpoint,
};
use crate::home::Home;
use crate::provision::Realm;
use crate::provision::tools::on_path;

/// A server that stays until it is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    directory: PathBuf,
    address: Address,
    /// Whether it ran before.
    pub was_running: bool,
}

/// What a slot's server is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not running.
    Stopped,
    /// Running.
    Running {
        /// The postmaster.
        pid: i32,
        /// Its loopback port.
        port: u16,
        /// Whether it outlives its lab.
        kept: bool,
    },
}

/// One line of `tutor server status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The server's directory.
    pub directory: PathBuf,
    /// Its version line.
    pub version: String,
    /// What it is doing.
    pub state: State,
    /// Whether a lab, a test or a grading job uses it.
    pub in_use: bool,
}

/// What became of a server that was to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// It has stopped.
    Now(PathBuf),
    /// A lab uses it; it stops with that lab.
    WithItsLab(PathBuf),
}

/// Makes sure that a kept server runs. `tutor server start`.
pub fn start(realm: &Realm) -> Result<Kept, ServerError> {
    if let Some(kept) = find_kept(realm) {
        return Ok(kept);
    }
    let before: Vec<PathBuf> = running(realm).into_iter().map(|(directory, _)| directory).collect();
    let server = Server::acquire(realm, Lifetime::Kept)?;
    server.play_database()?;
    let directory = server.directory().to_owned();
    let was_running = before.contains(&directory);
    Ok(Kept { directory, address: server.inner.address.clone(), was_running })
}

impl Kept {
    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What a connection needs.
    pub fn endpoint(&self, role: Role) -> Result<Endpoint, ServerError> {
        Ok(endpoint(&self.address, &slot::passwords_in(&self.directory)?, role))
    }
}

/// A URI that psql takes; the server is started if it is down. `tutor server url`.
pub fn url(realm: &Realm, role: Role, database: Option<&str>, via: Via) -> Result<String, ServerError> {
    Ok(start(realm)?.endpoint(role)?.uri(database.unwrap_or(PLAY_DATABASE), via))
}

/// A psql that is connected; the password goes through its environment. `tutor server psql`.
pub fn psql(realm: &Realm, role: Role, database: Option<&str>) -> Result<Command, ServerError> {
    let endpoint = start(realm)?.endpoint(role)?;
    let beside = realm.system_program("psql");
    let program = if beside.is_file() { Some(beside) } else { on_path("psql") };
    let mut command = Command::new(program.unwrap_or_else(|| PathBuf::from("psql")));
    command.arg("-h").arg(&endpoint.socket_dir).arg("-p").arg(endpoint.port.to_string()).args(["-U", endpoint.user]);
    command.arg(database.unwrap_or(PLAY_DATABASE)).env("PGPASSWORD", &endpoint.password);
    Ok(command)
}

/// Stops all servers that no lab uses, and lets the others stop with their lab. `tutor server stop`.
pub fn stop(home: &Home) -> Result<Vec<Stopped>, ServerError> {
    let mut told = Vec::new();
    for realm in Realm::all(home) {
        slot::sweep_hidden(&realm.servers());
        for (directory, _) in running(&realm) {
            slot::release(&directory);
            match Slot::take(&directory) {
                Some(slot) => {
                    if let Some((server, file)) = slot.running() {
                        server.stop(StopMode::Fast)?;
                        SocketDir::remove_left(&file.sockets);
                    }
                    told.push(Stopped::Now(directory));
                }
                None => told.push(Stopped::WithItsLab(directory)),
            }
        }
    }
    Ok(told)
}

/// All servers of a home. `tutor server status`.
pub fn status(home: &Home) -> Vec<Status> {
    let of_realm = |realm: &Realm| -> Vec<Status> {
        let (servers, mut directories) = (realm.servers(), Slot::directories(&realm.servers()));
        directories.extend(Slot::hidden_directories(&servers));
        directories.into_iter().map(|directory| status_of(realm, directory)).collect()
    };
    Realm::all(home).iter().flat_map(of_realm).collect()
}

fn status_of(realm: &Realm, directory: PathBuf) -> Status {
    let state = match Postmaster::find(&directory.join("data")) {
        Some((_, file)) => State::Running { pid: file.pid, port: file.port, kept: slot::is_kept(&directory) },
        None => State::Stopped,
    };
    let in_use = Slot::take(&directory).is_none();
    Status { version: realm.version().to_owned(), state, in_use, directory }
}

fn running(realm: &Realm) -> Vec<(PathBuf, PidFile)> {
    let look = |directory: PathBuf| Postmaster::find(&directory.join("data")).map(|(_, file)| (directory, file));
    Slot::directories(&realm.servers()).into_iter().filter_map(look).collect()
}

fn find_kept(realm: &Realm) -> Option<Kept> {
    let (directory, file) = running(realm).into_iter().find(|(directory, _)| slot::is_kept(directory))?;
    Some(Kept { directory, address: Address::local(&file.sockets, file.port), was_running: true })
}
