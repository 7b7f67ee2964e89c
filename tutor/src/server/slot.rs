//! The places of a realm's servers: `servers/1`, `servers/2`, ..., each with a lock that says who uses it.
//!
//! A slot is copied from the template under a hidden name, its lock already held, and renamed to the first free number.
//! One for a single use keeps the hidden name: nobody adopts it, and when a killed tutor has left it, the next one that
//! comes by removes it with its server.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::process::{PidFile, Postmaster, StopMode};
use super::{Passwords, ServerError, SocketDir, last_lines, random_hex};
use crate::home::make_dir;
use crate::provision::Realm;

/// The prefix of slots that are being made or removed.
const HIDDEN: &str = ".";

/// The most servers of one realm.
const MOST_SLOTS: usize = 999;

/// Slots with a higher number are removed with their last lab; each takes 120 to 200 MB.
const SLOTS_THAT_STAY: usize = 4;

/// The file whose presence says that the server outlives the lab.
const KEPT: &str = "kept";

/// The size from which a log is begun anew, in bytes.
const LOG_LIMIT: u64 = 4 * 1024 * 1024;

/// How many lines of a failed program's output an error quotes.
const QUOTED_LINES: usize = 8;

/// A server's directory, used by this tutor alone for as long as the value lives.
#[derive(Debug)]
pub(crate) struct Slot {
    directory: PathBuf,
    _lock: File,
}

impl Slot {
    /// The numbered directories of a realm, whoever uses them.
    pub(crate) fn directories(servers: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(servers).into_iter().flatten().flatten();
        let mut numbers: Vec<usize> =
            entries.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok())).collect();
        numbers.sort_unstable();
        numbers.into_iter().map(|number| servers.join(number.to_string())).collect()
    }

    /// The directories under hidden names, whoever uses them.
    pub(crate) fn hidden_directories(servers: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(servers).into_iter().flatten().flatten();
        let hidden = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(HIDDEN));
        hidden.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    }

    /// Takes the slot if nobody uses it.
    pub(crate) fn take(directory: &Path) -> Option<Slot> {
        let lock = File::options().read(true).open(directory.join("lock")).ok()?;
        lock.try_lock().ok()?;
        // It may have been removed between opening and locking.
        directory.join("lock").exists().then(|| Slot { directory: directory.to_owned(), _lock: lock })
    }

    /// Makes a new slot from the realm's template, with passwords of its own.
    pub(crate) fn make(realm: &Realm) -> Result<Slot, ServerError> {
        let Slot { directory: hidden, _lock: lock } = Slot::make_for_once(realm)?;
        let servers = realm.servers();
        for number in 1..=MOST_SLOTS {
            let directory = servers.join(number.to_string());
            // Renaming onto an existing directory fails unless it is empty.
            if !directory.exists() && fs::rename(&hidden, &directory).is_ok() {
                return Ok(Slot { directory, _lock: lock });
            }
        }
        let cause = io::Error::other("it cannot be renamed to a number");
        Err(ServerError::File { path: hidden, cause })
    }

    /// The same, for a single use: nobody adopts it.
    pub(crate) fn make_for_once(realm: &Realm) -> Result<Slot, ServerError> {
        let (directory, lock) = begin(&realm.servers())?;
        if let Err(error) = fill(realm, &directory) {
            fs::remove_dir_all(&directory).unwrap_or_default();
            return Err(error);
        }
        Ok(Slot { directory, _lock: lock })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The server's log, begun anew when it has grown long.
    pub(crate) fn log(&self) -> PathBuf {
        let log = self.directory.join("log");
        if fs::metadata(&log).is_ok_and(|found| found.len() > LOG_LIMIT) {
            fs::remove_file(&log).unwrap_or_default();
        }
        log
    }

    pub(crate) fn passwords(&self) -> Result<Passwords, ServerError> {
        passwords_in(&self.directory)
    }

    /// Adds settings that its server starts with from now on.
    pub(crate) fn add_settings(&self, settings: &[(&str, String)]) -> Result<(), ServerError> {
        let path = self.data().join("postgresql.conf");
        let lines: String = settings.iter().map(|(name, value)| format!("{name} = '{value}'\n")).collect();
        let written = File::options().append(true).open(&path).and_then(|mut file| file.write_all(lines.as_bytes()));
        written.map_err(|cause| ServerError::File { path, cause })
    }

    pub(crate) fn running(&self) -> Option<(Postmaster, PidFile)> {
        Postmaster::find(&self.data())
    }

    pub(crate) fn is_kept(&self) -> bool {
        is_kept(&self.directory)
    }

    pub(crate) fn keep(&self) -> Result<(), ServerError> {
        let path = self.directory.join(KEPT);
        File::create(&path).map(drop).map_err(|cause| ServerError::File { path, cause })
    }

    /// Removes the slot; its server has stopped.
    pub(crate) fn remove(self) {
        let above = self.directory.parent().unwrap_or(&self.directory);
        let hidden = above.join(format!("{HIDDEN}{}", random_hex(8)));
        if fs::rename(&self.directory, &hidden).is_ok() {
            fs::remove_dir_all(&hidden).unwrap_or_default();
        }
    }

    /// After its last lab: what was made for once, or what many tests at a time have needed, does not stay on the disk.
    pub(crate) fn retire(self) {
        let number = self.directory.file_name().and_then(|name| name.to_str()?.parse().ok());
        if number.is_none_or(|number: usize| number > SLOTS_THAT_STAY) {
            self.remove();
        }
    }

    /// What `ALTER SYSTEM` wrote, for a lesson that needed it; true if there was anything.
    pub(crate) fn reset_system_settings(&self) -> bool {
        let path = self.data().join("postgresql.auto.conf");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let changed = text.lines().any(|line| !line.trim().is_empty() && !line.starts_with('#'));
        changed && fs::write(&path, "").is_ok()
    }
}

/// The passwords of the server in that directory.
pub(crate) fn passwords_in(directory: &Path) -> Result<Passwords, ServerError> {
    let path = directory.join("secrets");
    let read = fs::read(&path).and_then(|text| serde_json::from_slice(&text).map_err(io::Error::other));
    read.map_err(|cause| ServerError::File { path, cause })
}

pub(crate) fn is_kept(directory: &Path) -> bool {
    directory.join(KEPT).exists()
}

/// The server is to stop with its last lab again.
pub(crate) fn release(directory: &Path) {
    fs::remove_file(directory.join(KEPT)).unwrap_or_default();
}

/// A hidden directory whose lock we hold. The lock of `servers` closes the gap between making and locking it.
fn begin(servers: &Path) -> Result<(PathBuf, File), ServerError> {
    let fault = |path: &Path| {
        let path = path.to_owned();
        move |cause| ServerError::File { path, cause }
    };
    let _gate = gate(servers)?;
    sweep(servers);
    let hidden = servers.join(format!("{HIDDEN}{}", random_hex(8)));
    make_dir(&hidden, 0o755).map_err(fault(&hidden))?;
    let lock_path = hidden.join("lock");
    let lock = File::create(&lock_path).map_err(fault(&lock_path))?;
    lock.lock().map_err(fault(&lock_path))?;
    Ok((hidden, lock))
}

/// While the value lives, nobody else makes or removes hidden directories.
fn gate(servers: &Path) -> Result<File, ServerError> {
    let path = servers.join(".lock");
    let gate = File::options().create(true).append(true).open(&path).and_then(|gate| gate.lock().map(|()| gate));
    gate.map_err(|cause| ServerError::File { path, cause })
}

/// Removes hidden directories whose maker is gone, with their servers.
fn sweep(servers: &Path) {
    for path in Slot::hidden_directories(servers) {
        let free = match File::open(path.join("lock")) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => true,
        };
        if free {
            let file = PidFile::read(&path.join("data"));
            if let Some((server, _)) = Postmaster::find(&path.join("data")) {
                server.stop(StopMode::Immediate).unwrap_or_default();
            }
            file.iter().for_each(|file| SocketDir::remove_left(&file.sockets));
            fs::remove_dir_all(path).unwrap_or_default();
        }
    }
}

fn fill(realm: &Realm, hidden: &Path) -> Result<(), ServerError> {
    let data = hidden.join("data");
    copy_tree(realm, &realm.template(), &data)?;
    let passwords = Passwords::random();
    set_passwords(realm, &data, &passwords)?;
    let path = hidden.join("secrets");
    let written = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(&serde_json::to_vec(&passwords)?));
    written.map_err(|cause| ServerError::File { path, cause })
}

/// Copies the stopped data directory. Where the file system can share blocks between files, `fs::copy` lets it.
fn copy_tree(realm: &Realm, from: &Path, to: &Path) -> Result<(), ServerError> {
    let fault = |path: &Path| {
        let path = path.to_owned();
        move |cause| ServerError::from_copy(path, cause)
    };
    make_dir(to, 0o700).and_then(|()| realm.account().own(to)).map_err(fault(to))?;
    for entry in fs::read_dir(from).map_err(fault(from))? {
        let entry = entry.map_err(fault(from))?;
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().map_err(fault(&source))?.is_dir() {
            copy_tree(realm, &source, &copy)?;
        } else {
            fs::copy(&source, &copy).and_then(|_| realm.account().own(&copy)).map_err(fault(&copy))?;
        }
    }
    Ok(())
}

/// Sets all passwords before the server ever listens, in PostgreSQL's single-user mode.
fn set_passwords(realm: &Realm, data: &Path, passwords: &Passwords) -> Result<(), ServerError> {
    let program = realm.program("postgres");
    let mut command = realm.account().command(&program, data);
    command
        .args(["--single", "-c", "shared_preload_libraries=", "-c", "wal_level=replica", "-D"])
        .arg(data)
        .arg("postgres");
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let ran = spawned.and_then(|mut child| {
        if let Some(mut input) = child.stdin.take() {
            input.write_all(passwords.statements().as_bytes())?;
        }
        child.wait_with_output()
    });
    let output = ran.map_err(|cause| ServerError::File { path: program, cause })?;
    let text = String::from_utf8_lossy(&output.stderr);
    match output.status.success() && !text.contains("ERROR:") && !text.contains("FATAL:") {
        true => Ok(()),
        false => Err(ServerError::Passwords { tail: last_lines(&text, QUOTED_LINES) }),
    }
}

/// Ends servers that a killed tutor left in these slots. False if one is kept, in use, or does not stop.
pub(crate) fn stop_orphans(servers: &Path) -> bool {
    sweep_hidden(servers);
    let ended: Vec<bool> = Slot::directories(servers).iter().map(|directory| stop_orphan(directory)).collect();
    ended.iter().all(|ended| *ended)
}

/// Removes what a killed tutor left under hidden names.
pub(crate) fn sweep_hidden(servers: &Path) {
    // Where there is no gate, nothing was ever made.
    if let Ok(_gate) = gate(servers) {
        sweep(servers);
    }
}

fn stop_orphan(directory: &Path) -> bool {
    match Slot::take(directory) {
        None => false,
        Some(slot) => match slot.running() {
            None => true,
            Some(_) if slot.is_kept() => false,
            Some((server, file)) => {
                let stopped = server.stop(StopMode::Fast).is_ok();
                SocketDir::remove_left(&file.sockets);
                stopped
            }
        },
    }
}
