//! The private server: a copy of the realm's template that one lab, test or grading job has to itself.
//!
//! ```text
//! Realm ──acquire──> Server ──connect(role, database)──> Client
//!                      │ └───> Sandbox: a database cloned from a fixture's template, dropped with the value
//!                      └ drop: the server stops, unless it is kept
//! ```
//!
//! Lessons count worker slots and a crash takes every backend with it, so two labs never share a server. Each has a
//! slot with a file lock; who holds the lock starts and stops the server in it.

mod account;
pub mod commands;
pub mod doctor;
mod error;
mod libraries;
mod open;
mod process;
mod roles;
mod sandbox;
mod scram;
mod shared_memory;
mod slot;
mod sockets;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use postgres::Client;

pub use account::{Account, AccountError};
pub use error::ServerError;
pub(crate) use process::{Launch, PidFile, Postmaster, last_lines};
pub use process::{ProcessError, StopMode};
pub use roles::{APPLICATION_NAME, Endpoint, HOST, Role, Via, quote_ident, quote_literal, said};
pub(crate) use roles::{Address, Passwords, random_hex, random_password};
pub use sandbox::Sandbox;
pub(crate) use shared_memory::shared_memory_type;
pub(crate) use slot::stop_orphans;
pub(crate) use sockets::{SocketDir, free_port};

use crate::provision::{EMPTY_FIXTURE, Realm, database_settings, template_database};
use open::{Unusable, free_slot, open};
use slot::Slot;

/// The database that the admin connects to.
const MAINTENANCE_DATABASE: &str = "postgres";

/// The database of `tutor play`; it stays from one time to the next.
pub const PLAY_DATABASE: &str = "play";

/// The fixture that the play database is cloned from, if the course has it.
const PLAY_FIXTURE: &str = "mail";

/// How often another slot is tried when a server turns out to be damaged.
const ATTEMPTS: usize = 4;

/// How long a server may take to recover from the crash of a backend.
const RECOVERY_LIMIT: Duration = Duration::from_secs(20);

/// The pause between two attempts to connect to a recovering server.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How long a server lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Until the value and its sandboxes are dropped.
    Session,
    /// Until `tutor server stop`.
    Kept,
}

/// What limits the use of a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// The address space of each of its processes, which the system limits (`RLIMIT_AS`), without a limit if there is none.
    pub address_space_bytes: Option<u64>,
    /// How many sessions the student may have at a time, as many as there is room for if there is no limit. The server
    /// keeps it, and the tutor's own sessions find room.
    pub student_sessions: Option<u16>,
}

/// A running server that nobody else uses. Clones share it; the last one stops it.
#[derive(Debug, Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    realm: Realm,
    /// Taken out when the server is thrown away.
    slot: Mutex<Option<Slot>>,
    directory: PathBuf,
    passwords: Passwords,
    address: Address,
    limits: Limits,
    postmaster: Mutex<Option<Postmaster>>,
    /// The connection that makes, guards and drops sandboxes.
    admin: Mutex<Client>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Server").field("directory", &self.directory).field("address", &self.address).finish()
    }
}

/// A poisoned lock guards nothing that a panic could have left half-done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// A running server that nobody else uses: one that runs already, else a stopped one, else a new one. A kept one on
    /// which somebody's background workers run is left alone: lessons count slots.
    pub fn acquire(realm: &Realm, lifetime: Lifetime) -> Result<Server, ServerError> {
        realm.check_account()?;
        let mut attempts = ATTEMPTS;
        // Held meanwhile, so that another one is found.
        let mut busy = Vec::new();
        loop {
            let slot = match free_slot(realm) {
                Some(slot) => slot,
                None => Slot::make(realm)?,
            };
            match open(realm, slot, lifetime, Limits::default()) {
                Ok(server) => {
                    // What killed tutors left besides the one that was adopted.
                    stop_orphans(&realm.servers());
                    return Ok(server);
                }
                Err(Unusable::Busy(slot)) => busy.push(slot),
                Err(Unusable::Damaged(slot, _)) if attempts > 1 => {
                    attempts -= 1;
                    slot.remove();
                }
                Err(Unusable::Damaged(_, error) | Unusable::Error(error)) => return Err(error),
            }
        }
    }

    /// A new server with further settings and limits, for a grading job: [`Server::discard`] removes it.
    pub fn make(realm: &Realm, settings: &[(&str, String)], limits: Limits) -> Result<Server, ServerError> {
        realm.check_account()?;
        let slot = Slot::make_for_once(realm)?;
        slot.add_settings(settings)?;
        open(realm, slot, Lifetime::Session, limits).map_err(Unusable::give_up)
    }

    /// Connects through the socket.
    pub fn connect(&self, role: Role, database: &str) -> Result<Client, ServerError> {
        let inner = &self.inner;
        let connected = inner.address.connect(role, inner.passwords.of(role), database);
        connected.map_err(|cause| ServerError::connect(role, database, &cause, &inner.directory))
    }

    /// What a connection of the caller's own making needs.
    pub fn endpoint(&self, role: Role) -> Endpoint {
        endpoint(&self.inner.address, &self.inner.passwords, role)
    }

    /// A URI that psql takes.
    pub fn uri(&self, role: Role, database: &str, via: Via) -> String {
        self.endpoint(role).uri(database, via)
    }

    /// The realm that it was copied from.
    pub fn realm(&self) -> &Realm {
        &self.inner.realm
    }

    /// The server's major version.
    pub fn major(&self) -> u16 {
        self.inner.realm.major()
    }

    /// Its directory, with `data` and `log` in it.
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// The postmaster's process id, for limits that a grading job sets. None after a failed restart.
    pub fn pid(&self) -> Option<i32> {
        locked(&self.inner.postmaster).as_ref().map(Postmaster::pid)
    }

    /// Stops and starts it on the same port, with further settings until the next restart. Sandboxes stay.
    pub fn restart(&self, mode: StopMode, settings: &[(&str, String)]) -> Result<(), ServerError> {
        let mut postmaster = locked(&self.inner.postmaster);
        if let Some(running) = postmaster.take() {
            running.stop(mode)?;
        }
        let mut all = own_settings(&self.inner.directory);
        all.extend(settings.iter().map(|(name, value)| (*name, value.clone())));
        let (directory, realm) = (&self.inner.directory, &self.inner.realm);
        let launch = Launch {
            program: &realm.program("postgres"),
            data: &directory.join("data"),
            log: &directory.join("log"),
            sockets: &self.inner.address.socket_dir,
            port: self.inner.address.port,
            account: realm.account(),
            settings: &all,
            limits: self.inner.limits,
        };
        *postmaster = Some(Postmaster::start(&launch)?);
        Ok(())
    }

    /// Stops the server at once and removes it, for a grading job that cannot be proved clean.
    pub fn discard(self) -> Result<(), ServerError> {
        if let Some(running) = locked(&self.inner.postmaster).take() {
            running.stop(StopMode::Immediate)?;
        }
        if let Some(slot) = locked(&self.inner.slot).take() {
            slot.remove();
        }
        SocketDir::remove_left(&self.inner.address.socket_dir);
        Ok(())
    }

    /// Does at once what happens when the last clone is dropped: the server stops, unless it is kept. It does not keep
    /// the server itself.
    pub fn closer(&self) -> impl FnOnce() + Send + 'static {
        let inner = Arc::downgrade(&self.inner);
        move || {
            if let Some(inner) = inner.upgrade() {
                inner.close();
            }
        }
    }

    /// Makes sure that the play database is there, and returns its name.
    pub fn play_database(&self) -> Result<&'static str, ServerError> {
        self.inner.admin(|client| make_play(client, &self.inner.realm))?;
        Ok(PLAY_DATABASE)
    }
}

impl Inner {
    /// Runs something on the admin's connection. If the server has restarted meanwhile, because a lesson crashed a
    /// backend, the connection is made anew and the work is done once more.
    fn admin<T>(&self, mut work: impl FnMut(&mut Client) -> Result<T, ServerError>) -> Result<T, ServerError> {
        let mut client = locked(&self.admin);
        match work(&mut client) {
            Err(_) if client.simple_query("").is_err() => {
                *client = self.reconnect()?;
                sandbox::guard_all(&mut client)?;
                work(&mut client)
            }
            done => done,
        }
    }

    /// Connects as soon as the server has recovered.
    fn reconnect(&self) -> Result<Client, ServerError> {
        let begin = Instant::now();
        loop {
            match self.address.connect(Role::Admin, self.passwords.of(Role::Admin), MAINTENANCE_DATABASE) {
                Err(_) if begin.elapsed() < RECOVERY_LIMIT && self.is_up() => sleep(LOOK_AGAIN),
                done => {
                    return done.map_err(|cause| {
                        ServerError::connect(Role::Admin, MAINTENANCE_DATABASE, &cause, &self.directory)
                    });
                }
            }
        }
    }

    /// Whether there is a postmaster that could still recover.
    fn is_up(&self) -> bool {
        locked(&self.postmaster).as_mut().is_some_and(Postmaster::is_up)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

impl Inner {
    fn close(&self) {
        let Some(slot) = locked(&self.slot).take() else { return };
        let postmaster = locked(&self.postmaster).take();
        if !slot.is_kept() {
            stop(postmaster, &self.address);
            slot.retire();
            return;
        }
        // `tutor server stop` may take the mark away just now; it leaves the server to us while we hold the lock.
        drop(slot);
        if !slot::is_kept(&self.directory)
            && let Some(_slot) = Slot::take(&self.directory)
        {
            stop(postmaster, &self.address);
        }
    }
}

/// The settings with which every server starts, besides those of the template.
fn own_settings(directory: &Path) -> Vec<(&'static str, String)> {
    shared_memory_type().into_iter().chain([libraries::search_path(directory)]).collect()
}

/// Nobody is left to tell if it does not stop; the next tutor adopts it.
fn stop(postmaster: Option<Postmaster>, address: &Address) {
    if let Some(running) = postmaster {
        running.stop(StopMode::Fast).unwrap_or_default();
    }
    SocketDir::remove_left(&address.socket_dir);
}

fn endpoint(address: &Address, passwords: &Passwords, role: Role) -> Endpoint {
    Endpoint {
        host: HOST,
        port: address.port,
        socket_dir: address.socket_dir.clone(),
        user: role.name(),
        password: passwords.of(role).to_owned(),
    }
}

fn make_play(client: &mut Client, realm: &Realm) -> Result<(), ServerError> {
    let found = client.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&PLAY_DATABASE]);
    if !found.map_err(ServerError::refused("list its databases"))?.is_empty() {
        return Ok(());
    }
    let mail = realm.fixtures().iter().any(|name| name == PLAY_FIXTURE);
    let fixture = if mail { PLAY_FIXTURE } else { EMPTY_FIXTURE };
    let clone = sandbox::clone_statement(PLAY_DATABASE, fixture);
    client.batch_execute(&clone).map_err(ServerError::refused("make the play database"))?;
    let settings = database_settings(PLAY_DATABASE);
    client.batch_execute(&settings).map_err(ServerError::refused("make the play database"))
}
