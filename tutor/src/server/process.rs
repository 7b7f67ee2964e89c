//! The postmaster: starting it, finding one that runs, waiting for it, stopping it.
//!
//! The server writes `postmaster.pid` into its data directory: process id, port, socket directory, and in its eighth
//! line whether it is ready. That file is all that the tutor reads, so a server that a killed tutor left behind is found
//! the same way as one just started.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use thiserror::Error;

use super::{Account, Limits};

/// How long a server may take until it accepts connections; crash recovery counts.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a fast shutdown may take before the immediate one. A statement can hold a fast shutdown up for ever.
const FAST_LIMIT: Duration = Duration::from_secs(5);

/// How long an immediate shutdown may take; the postmaster kills its children itself after five seconds.
const IMMEDIATE_LIMIT: Duration = Duration::from_secs(10);

/// The pause between two looks at `postmaster.pid`.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

/// How much of the log's end goes into an error.
const LOG_TAIL_LINES: usize = 12;

/// How much of the log is read for it, in bytes.
const LOG_TAIL_BYTES: u64 = 16 * 1024;

/// Why a server did not start or stop.
#[derive(Debug, Error)]
pub enum ProcessError {
    /// The program could not be run at all.
    #[error(
        "cannot run {program}\n{cause}\nrun `cargo tutor doctor`; if the file is gone, remove {home} and start again"
    )]
    Spawn {
        /// The server program.
        program: PathBuf,
        /// What the system said.
        cause: io::Error,
        /// The realm to throw away.
        home: PathBuf,
    },
    /// The port was free a moment ago and is not now.
    #[error("port {port} on 127.0.0.1 was taken by another program\nthe server needs one for dblink\ntry again")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// No space is left.
    #[error("the disk with {data} is full\n{tail}\nfree some space, or set TUTOR_HOME to a directory on another disk")]
    DiskFull {
        /// The data directory.
        data: PathBuf,
        /// The log's end.
        tail: String,
    },
    /// The data directory was made by another version.
    #[error("the server in {data} has an older layout\n{tail}\nremove {data} and start again")]
    OldLayout {
        /// The data directory.
        data: PathBuf,
        /// The log's end.
        tail: String,
    },
    /// Anything else: the log says why.
    #[error(
        "the server in {data} did not start\n{tail}\nrun `cargo tutor doctor`; if it finds nothing, remove {data} and start again"
    )]
    Failed {
        /// The data directory.
        data: PathBuf,
        /// The log's end.
        tail: String,
    },
    /// It neither became ready nor ended.
    #[error("the server in {data} was not ready after {} seconds\n{tail}\nstop the process {pid} and start again", START_LIMIT.as_secs())]
    TooSlow {
        /// The data directory.
        data: PathBuf,
        /// The postmaster's process id.
        pid: i32,
        /// The log's end.
        tail: String,
    },
    /// It did not go away.
    #[error(
        "the server with process id {pid} does not stop\nit ignored a fast and an immediate shutdown\nend the process by hand: `kill -9 {pid}`"
    )]
    DoesNotStop {
        /// The postmaster's process id.
        pid: i32,
    },
    /// A file beside the data directory could not be used.
    #[error("cannot use {path}\n{cause}\nmake it readable and writable, or remove it")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Everything a start needs.
#[derive(Debug)]
pub(crate) struct Launch<'a> {
    /// The server program of the private installation.
    pub(crate) program: &'a Path,
    /// The data directory.
    pub(crate) data: &'a Path,
    /// The file that takes what the server says.
    pub(crate) log: &'a Path,
    /// The directory for its socket.
    pub(crate) sockets: &'a Path,
    /// Its loopback port.
    pub(crate) port: u16,
    /// Who runs it.
    pub(crate) account: &'a Account,
    /// Settings on top of `postgresql.conf`.
    pub(crate) settings: &'a [(&'a str, String)],
    /// What the system allows each of its processes.
    pub(crate) limits: Limits,
}

/// How a server is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// Transactions are rolled back, the data directory is left clean; if that takes too long, as `Immediate`.
    Fast,
    /// At once. The next start recovers.
    Immediate,
}

/// What the server says of itself in `postmaster.pid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFile {
    /// The postmaster.
    pub(crate) pid: i32,
    /// Its port.
    pub(crate) port: u16,
    /// Its socket directory.
    pub(crate) sockets: PathBuf,
    /// Where it is on its way up or down.
    pub(crate) phase: Phase,
}

/// The phases that a postmaster writes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Starting,
    Ready,
    Stopping,
}

/// A running postmaster.
#[derive(Debug)]
pub(crate) struct Postmaster {
    pid: Pid,
    data: PathBuf,
    /// Present if this very process started it: then it has to be waited for, or it stays a zombie.
    child: Option<Child>,
}

impl Postmaster {
    /// Starts a server and waits until it accepts connections.
    pub(crate) fn start(launch: &Launch) -> Result<Postmaster, ProcessError> {
        clear_stale_pid_file(launch.data)?;
        let log = File::options().create(true).append(true).open(launch.log);
        let log = log.map_err(|cause| ProcessError::File { path: launch.log.to_owned(), cause })?;
        let before = log.metadata().map_or(0, |found| found.len());
        let child = spawn(launch, log)?;
        let pid = Pid::from_raw(child.id() as i32);
        let mut postmaster = Postmaster { pid, data: launch.data.to_owned(), child: Some(child) };
        match postmaster.wait_until_ready() {
            Readiness::Ready => Ok(postmaster),
            Readiness::Gone => Err(diagnose(launch, &tail(launch.log, before))),
            Readiness::TooSlow => {
                let pid = pid.as_raw();
                // The error below says more than a failure to stop would.
                drop(postmaster.stop(StopMode::Immediate));
                Err(ProcessError::TooSlow { data: launch.data.to_owned(), pid, tail: tail(launch.log, before) })
            }
        }
    }

    /// The server that runs on a data directory, if one does and stays up.
    pub(crate) fn find(data: &Path) -> Option<(Postmaster, PidFile)> {
        let file = PidFile::read(data)?;
        if !is_postmaster(file.pid, data) {
            return None;
        }
        let mut found = Postmaster { pid: Pid::from_raw(file.pid), data: data.to_owned(), child: None };
        match file.phase {
            Phase::Ready => Some((found, file)),
            Phase::Starting => match found.wait_until_ready() {
                Readiness::Ready => Some((found, PidFile::read(data)?)),
                _ => None,
            },
            Phase::Stopping => {
                found.wait_until_gone(FAST_LIMIT);
                None
            }
        }
    }

    /// The postmaster's process id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Ends the server; returns when it is gone.
    pub(crate) fn stop(mut self, mode: StopMode) -> Result<(), ProcessError> {
        let steps: &[(Signal, Duration)] = match mode {
            StopMode::Fast => &[(Signal::SIGINT, FAST_LIMIT), (Signal::SIGQUIT, IMMEDIATE_LIMIT)],
            StopMode::Immediate => &[(Signal::SIGQUIT, IMMEDIATE_LIMIT)],
        };
        for (signal, limit) in steps {
            if kill(self.pid, *signal) == Err(Errno::ESRCH) || self.wait_until_gone(*limit) {
                return Ok(());
            }
        }
        Err(ProcessError::DoesNotStop { pid: self.pid.as_raw() })
    }

    /// Whether the postmaster's process is there.
    pub(crate) fn is_up(&mut self) -> bool {
        !self.is_gone()
    }

    fn is_gone(&mut self) -> bool {
        match &mut self.child {
            Some(child) => !matches!(child.try_wait(), Ok(None)),
            None => !is_postmaster(self.pid.as_raw(), &self.data),
        }
    }

    fn wait_until_gone(&mut self, limit: Duration) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < limit {
            if self.is_gone() {
                return true;
            }
            sleep(LOOK_AGAIN);
        }
        self.is_gone()
    }

    fn wait_until_ready(&mut self) -> Readiness {
        let begin = Instant::now();
        while begin.elapsed() < START_LIMIT {
            let ours = PidFile::read(&self.data).filter(|file| file.pid == self.pid.as_raw());
            match ours.map(|file| file.phase) {
                Some(Phase::Ready) => return Readiness::Ready,
                _ if self.is_gone() => return Readiness::Gone,
                _ => sleep(LOOK_AGAIN),
            }
        }
        Readiness::TooSlow
    }
}

enum Readiness {
    Ready,
    Gone,
    TooSlow,
}

impl PidFile {
    pub(crate) fn read(data: &Path) -> Option<PidFile> {
        PidFile::parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    /// Lines: process id, data directory, start time, port, socket directory, address, shared memory, phase. A server
    /// that has only just begun has written the first ones only.
    fn parse(text: &str) -> Option<PidFile> {
        let line = |number: usize| text.lines().nth(number - 1).map(str::trim);
        Some(PidFile {
            pid: line(1)?.parse().ok().filter(|pid| *pid > 0)?,
            port: line(4).and_then(|port| port.parse().ok()).unwrap_or(0),
            sockets: PathBuf::from(line(5).unwrap_or_default()),
            phase: match line(8) {
                Some("ready") => Phase::Ready,
                Some("stopping") => Phase::Stopping,
                _ => Phase::Starting,
            },
        })
    }
}

fn spawn(launch: &Launch, log: File) -> Result<Child, ProcessError> {
    let also = log.try_clone().map_err(|cause| ProcessError::File { path: launch.log.to_owned(), cause })?;
    let mut command = limited(launch);
    command.arg("-D").arg(launch.data).arg("-p").arg(launch.port.to_string()).arg("-k").arg(launch.sockets);
    for (name, value) in launch.settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.envs(library_path(launch.program));
    // A group of its own: Ctrl-C at the tutor's prompt must not reach the server.
    command.process_group(0).stdout(also).stderr(log);
    command.spawn().map_err(|cause| ProcessError::Spawn {
        program: launch.program.to_owned(),
        cause,
        home: launch.data.to_owned(),
    })
}

/// The server program, behind a shell where it has limits: a process may lower its own limits, but in a container not
/// even root may lower those of another user's process.
fn limited(launch: &Launch) -> Command {
    let Some(bytes) = launch.limits.address_space_bytes else {
        return launch.account.command(launch.program, launch.data);
    };
    let mut command = launch.account.command(Path::new("/bin/sh"), launch.data);
    let kilobytes = (bytes / 1024).to_string();
    command.args(["-c", r#"ulimit -v "$0" && exec "$@""#, &kilobytes]).arg(launch.program);
    command
}

/// The loader's variable for an installation that brings its own libpq: `dblink` must not get the system's, which may
/// be older than the server.
fn library_path(program: &Path) -> Option<(&'static str, PathBuf)> {
    let beside = program.parent()?.parent()?.join("lib");
    beside.join("libpq.so.5").exists().then_some(("LD_LIBRARY_PATH", beside))
}

/// Removes a `postmaster.pid` whose process is gone or is something else. The server does that itself except when the
/// number now belongs to another process of the same user, as it often does after a container's restart.
fn clear_stale_pid_file(data: &Path) -> Result<(), ProcessError> {
    let path = data.join("postmaster.pid");
    match PidFile::read(data) {
        Some(file) if is_postmaster(file.pid, data) => Ok(()),
        _ => match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(ProcessError::File { path, cause }),
            _ => Ok(()),
        },
    }
}

/// Whether the process is the postmaster of that data directory. A postmaster's working directory is its data directory.
fn is_postmaster(pid: i32, data: &Path) -> bool {
    if kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH) || is_zombie(pid) {
        return false;
    }
    match (fs::read_link(format!("/proc/{pid}/cwd")), fs::canonicalize(data)) {
        (Ok(works_in), Ok(data)) => works_in == data,
        _ => !Path::new("/proc/self/stat").exists(),
    }
}

/// A dead process whose parent has not asked for its status, as under a container's idle first process.
fn is_zombie(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
}

/// The last lines that the log got after `from`.
fn tail(log: &Path, from: u64) -> String {
    let read = || -> io::Result<String> {
        let mut file = File::open(log)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(from.max(end.saturating_sub(LOG_TAIL_BYTES))))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    last_lines(&read().unwrap_or_default(), LOG_TAIL_LINES)
}

/// The last lines of a text, each set in by two spaces; shared by all errors that quote a program.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let kept = &lines[lines.len().saturating_sub(count)..];
    match kept {
        [] => "  (it said nothing)".to_owned(),
        _ => kept.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
    }
}

fn diagnose(launch: &Launch, tail: &str) -> ProcessError {
    let (data, tail) = (launch.data.to_owned(), tail.to_owned());
    let says = |text: &str| tail.contains(text);
    match () {
        () if says("Address already in use") || says("could not bind") => ProcessError::PortTaken { port: launch.port },
        () if says("No space left on device") || says("Disk quota exceeded") => ProcessError::DiskFull { data, tail },
        () if says("incompatible with server") || says("not compatible with this version") => {
            ProcessError::OldLayout { data, tail }
        }
        () => ProcessError::Failed { data, tail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_pid_file_is_read() {
        let text = "4711\n/d\n1700000000\n54321\n/s\n127.0.0.1\n  123 4\nready   \n";
        let expected = PidFile { pid: 4711, port: 54321, sockets: "/s".into(), phase: Phase::Ready };
        assert_eq!(PidFile::parse(text), Some(expected));
    }

    #[test]
    fn an_incomplete_pid_file_means_starting() {
        assert_eq!(PidFile::parse("4711\n/d\n").map(|file| file.phase), Some(Phase::Starting));
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("-4711\n"), None);
    }

    #[test]
    fn our_own_process_is_no_postmaster_of_the_root() {
        assert!(!is_postmaster(std::process::id() as i32, Path::new("/nonexistent")));
        assert!(!is_zombie(std::process::id() as i32));
    }

    #[test]
    fn what_the_log_says_becomes_a_cause() {
        let launch = Launch {
            program: Path::new("/bin/postgres"),
            data: Path::new("/d"),
            log: Path::new("/l"),
            sockets: Path::new("/s"),
            port: 5432,
            account: &Account::Same,
            settings: &[],
            limits: Limits::default(),
        };
        let taken = "LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use";
        assert!(matches!(diagnose(&launch, taken), ProcessError::PortTaken { port: 5432 }));
        let full = "FATAL:  could not write lock file \"postmaster.pid\": No space left on device";
        assert!(matches!(diagnose(&launch, full), ProcessError::DiskFull { .. }));
        let old = "FATAL:  database files are incompatible with server";
        assert!(matches!(diagnose(&launch, old), ProcessError::OldLayout { .. }));
        assert!(matches!(diagnose(&launch, "FATAL:  boo"), ProcessError::Failed { .. }));
    }

    #[test]
    fn last_lines_are_set_in() {
        assert_eq!(last_lines("a\n\nb\nc\n", 2), "  b\n  c");
        assert_eq!(last_lines("", 2), "  (it said nothing)");
    }
}
