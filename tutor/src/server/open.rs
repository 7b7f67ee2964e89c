//! Bringing a slot's server up, into the state that a lab expects.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use postgres::Client;
use postgres::error::SqlState;

use super::slot::{self, Slot};
use super::{
    Address, Inner, Launch, Lifetime, Limits, MAINTENANCE_DATABASE, PidFile, Postmaster, ProcessError, Role, Server,
    ServerError, SocketDir, StopMode, free_port, own_settings, sandbox, stop,
};
use crate::provision::Realm;

/// How often a start is tried when its port was taken meanwhile.
const ATTEMPTS: usize = 4;

/// Why a slot cannot be used.
pub(super) enum Unusable {
    /// Its server does not know its own admin, so another is made.
    Damaged(Slot, ServerError),
    /// Somebody works on its server, and has background workers there.
    Busy(Slot),
    Error(ServerError),
}

impl Unusable {
    /// For a slot that was made for one purpose: it goes, and the error stays.
    pub(super) fn give_up(self) -> ServerError {
        match self {
            Unusable::Error(error) => error,
            Unusable::Damaged(slot, error) => {
                slot.remove();
                error
            }
            Unusable::Busy(slot) => {
                let what = format!("be used alone in {}", slot.directory().display());
                ServerError::Refused { what, cause: "somebody works there".to_owned() }
            }
        }
    }
}

/// A slot that nobody uses; one whose server runs comes first, because it is there at once.
pub(super) fn free_slot(realm: &Realm) -> Option<Slot> {
    let directories = Slot::directories(&realm.servers());
    let (running, stopped): (Vec<&PathBuf>, Vec<&PathBuf>) =
        directories.iter().partition(|directory| PidFile::read(&directory.join("data")).is_some());
    running.into_iter().chain(stopped).find_map(|directory| Slot::take(directory))
}

/// Brings the slot's server up and into the state that a lab expects.
pub(super) fn open(realm: &Realm, slot: Slot, lifetime: Lifetime, limits: Limits) -> Result<Server, Unusable> {
    let passwords = match slot.passwords() {
        Ok(passwords) => passwords,
        Err(error) => return Err(Unusable::Damaged(slot, error)),
    };
    let (postmaster, address) = bring_up(realm, &slot, limits).map_err(Unusable::Error)?;
    let mut admin = match address.connect(Role::Admin, passwords.of(Role::Admin), MAINTENANCE_DATABASE) {
        Ok(client) => client,
        Err(cause) => {
            let error = ServerError::connect(Role::Admin, MAINTENANCE_DATABASE, &cause, slot.directory());
            stop(Some(postmaster), &address);
            // One that is up and cannot be reached has lost its socket.
            let damaged = cause.code().is_none()
                || cause.code() == Some(&SqlState::INVALID_PASSWORD)
                || cause.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
            return Err(if damaged { Unusable::Damaged(slot, error) } else { Unusable::Error(error) });
        }
    };
    if lifetime == Lifetime::Session && has_workers_of_others(&mut admin) {
        return Err(Unusable::Busy(slot));
    }
    if lifetime == Lifetime::Kept {
        slot.keep().map_err(Unusable::Error)?;
    }
    let inner = Inner {
        realm: realm.clone(),
        directory: slot.directory().to_owned(),
        slot: Mutex::new(Some(slot)),
        passwords,
        address,
        limits,
        postmaster: Mutex::new(Some(postmaster)),
        admin: Mutex::new(admin),
    };
    let server = Server { inner: Arc::new(inner) };
    // A statement that no shutdown but the immediate one can end may still hold an orphaned sandbox.
    sandbox::tidy(&server)
        .or_else(|_| server.restart(StopMode::Immediate, &[]).and_then(|()| sandbox::tidy(&server)))
        .map_err(Unusable::Error)?;
    Ok(server)
}

/// Whether background workers run outside of sandboxes, which somebody has started who works on a kept server: they
/// hold slots, which lessons count.
fn has_workers_of_others(admin: &mut Client) -> bool {
    let found = admin.query_one(
        "SELECT EXISTS (
             SELECT FROM pg_catalog.pg_stat_activity
             WHERE datname !~ '^(lab|spare)_'
               AND backend_type NOT IN ('client backend', 'autovacuum worker', 'walsender'))",
        &[],
    );
    found.is_ok_and(|row| row.get(0))
}

/// Adopts the server that runs in the slot, or starts it.
fn bring_up(realm: &Realm, slot: &Slot, limits: Limits) -> Result<(Postmaster, Address), ServerError> {
    let leftover = PidFile::read(&slot.data());
    let changed = slot.reset_system_settings();
    match slot.running() {
        Some((postmaster, file)) if !changed => return Ok((postmaster, Address::local(&file.sockets, file.port))),
        Some((postmaster, _)) => postmaster.stop(StopMode::Fast)?,
        // A mark that outlived its server, after a restart of the machine, keeps nothing.
        None => slot::release(slot.directory()),
    }
    if let Some(file) = leftover {
        SocketDir::remove_left(&file.sockets);
    }
    let sockets = SocketDir::make(slot.directory(), realm.account())?;
    let mut attempts = ATTEMPTS;
    loop {
        attempts -= 1;
        let address = Address::local(sockets.path(), free_port()?);
        match start(realm, slot, &address, limits) {
            Ok(postmaster) => return Ok((postmaster, address)),
            Err(ProcessError::PortTaken { .. }) if attempts > 0 => {}
            Err(error) => {
                sockets.remove();
                return Err(error.into());
            }
        }
    }
}

fn start(realm: &Realm, slot: &Slot, address: &Address, limits: Limits) -> Result<Postmaster, ProcessError> {
    let settings = own_settings(slot.directory());
    Postmaster::start(&Launch {
        program: &realm.program("postgres"),
        data: &slot.data(),
        log: &slot.log(),
        sockets: &address.socket_dir,
        port: address.port,
        account: realm.account(),
        settings: &settings,
        limits,
    })
}
