//! Who started a job, and whose dblink connection a backend serves. The server's views do not say; the system does.
//!
//! A job shares segments of dynamic shared memory with the session that launched it, and a connection has two ends: both
//! stand in proc(5). Where that cannot be read, nobody's parent is known.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use super::process::{Kind, Process};

/// Looks at a process that are made before what is not known of it is taken to be unknown: it may only just have begun.
const MOST_LOOKS: u32 = 10;

/// Segments that a session shares with a job whose result it still wants.
const BONDS: usize = 2;

/// The inodes of a process's segments.
type Marks = BTreeSet<u64>;

/// What has been found out. A process is known by its pid and its start.
#[derive(Debug, Default)]
pub(super) struct Kin {
    known: HashMap<(i32, u64), Found>,
}

#[derive(Debug, Clone, Default)]
struct Found {
    parent: Option<i32>,
    /// The segments that the two share: the session's, and the queue of a job's result until it is detached.
    bonds: Vec<u64>,
    looks: u32,
}

impl Kin {
    /// Sets the parents of jobs, of other workers and of dblink's backends.
    pub(super) fn find(&mut self, processes: &mut [Process]) {
        let here: Vec<(i32, u64)> = processes.iter().map(key).collect();
        self.known.retain(|key, _| here.contains(key));
        let mut segments = Segments::default();
        for index in 0..processes.len() {
            let process = &processes[index];
            let found = self.look_at(process, processes, &mut segments);
            let is_there = |pid: &i32| processes.iter().any(|other| other.pid == *pid);
            let parent = found.parent.filter(is_there);
            let mut held = |parent| found.bonds.iter().filter(|bond| segments.of(parent).contains(bond)).count();
            let is_detached = process.kind == Kind::Job && parent.is_some_and(|parent| held(parent) < BONDS);
            processes[index].parent = parent;
            processes[index].is_detached = is_detached;
        }
    }

    fn look_at(&mut self, process: &Process, all: &[Process], segments: &mut Segments) -> Found {
        let is_job = matches!(process.kind, Kind::Job | Kind::Worker(_));
        let is_served = process.kind == Kind::Client && process.client_port.is_some();
        let found = self.known.entry(key(process)).or_default();
        let is_settled = found.parent.is_some() && (found.bonds.len() >= BONDS || !is_job);
        if (is_job || is_served) && !is_settled && found.looks < MOST_LOOKS {
            found.looks += 1;
            if is_job {
                (found.parent, found.bonds) = segments.launcher(process, all);
            } else {
                found.parent = client_of(process, all);
            }
        }
        found.clone()
    }
}

fn key(process: &Process) -> (i32, u64) {
    (process.pid, process.started.to_bits())
}

/// The segments of processes, read once a look.
#[derive(Debug, Default)]
struct Segments(HashMap<i32, Marks>);

impl Segments {
    fn of(&mut self, pid: i32) -> &Marks {
        self.0.entry(pid).or_insert_with(|| segments_of(pid))
    }

    /// The process that launched `job`: of those that began before it and share a segment with it, the one that shares
    /// the rarest. With what the two share.
    fn launcher(&mut self, job: &Process, all: &[Process]) -> (Option<i32>, Vec<u64>) {
        let shared = self.shared(job, all);
        let Some((_, parent, _)) = shared.iter().min().copied() else { return (None, Vec::new()) };
        let bonds = shared.iter().map(|(_, _, segment)| *segment).filter(|segment| self.of(parent).contains(segment));
        (Some(parent), bonds.collect())
    }

    /// How many processes map each of the job's segments, with the oldest of them that began before it. What the
    /// tutor's own sessions map too is the server's.
    fn shared(&mut self, job: &Process, all: &[Process]) -> Vec<(usize, i32, u64)> {
        let mine: Vec<u64> = self.of(job.pid).iter().copied().collect();
        let mut shared = Vec::new();
        for segment in mine {
            let sharers: Vec<&Process> = all.iter().filter(|other| self.of(other.pid).contains(&segment)).collect();
            if sharers.iter().any(|sharer| is_nobodys(sharer)) {
                continue;
            }
            let oldest = sharers.iter().find(|sharer| sharer.pid != job.pid && sharer.started <= job.started);
            shared.extend(oldest.map(|oldest| (sharers.len(), oldest.pid, segment)));
        }
        shared
    }
}

/// Whether a process launches no jobs: the tutor's own sessions and the server's own processes.
fn is_nobodys(process: &Process) -> bool {
    matches!(process.kind, Kind::Auxiliary(_)) || process.is_overseer()
}

/// The inodes of the segments of dynamic shared memory that a process maps.
fn segments_of(pid: i32) -> Marks {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let is_segment =
        |line: &&str| line.contains("/PostgreSQL.") || line.contains("/pg_dynshmem/") || line.contains("/SYSV");
    maps.lines().filter(is_segment).filter_map(|line| line.split_ascii_whitespace().nth(4)?.parse().ok()).collect()
}

/// The backend at the other end of a backend's TCP connection.
fn client_of(served: &Process, all: &[Process]) -> Option<i32> {
    let inode = socket_at(&fs::read_to_string("/proc/self/net/tcp").ok()?, served.client_port?)?;
    let holds = |pid: i32| {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
        let links = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
        let wanted = format!("socket:[{inode}]");
        links.into_iter().any(|link| link.to_str() == Some(&wanted)).then_some(pid)
    };
    all.iter().filter(|other| other.pid != served.pid).find_map(|other| holds(other.pid))
}

/// The inode of the established connection whose own end is that port, in the table of `/proc/net/tcp`.
fn socket_at(table: &str, port: u16) -> Option<u64> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (_, own) = fields.get(1)?.rsplit_once(':')?;
        let is_it = u16::from_str_radix(own, 16) == Ok(port) && fields.get(3) == Some(&"01");
        fields.get(9).filter(|_| is_it)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_found_by_its_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:E9C2 0100007F:8153 01 00000000:00000000 00:00000000 00000000   101        0 3688168 1\n   \
                     1: 0100007F:8153 0100007F:E9C2 01 00000000:00000000 00:00000000 00000000   101        0 3688169 1\n";
        assert_eq!(socket_at(table, 59842), Some(3_688_168));
        assert_eq!(socket_at(table, 1), None);
    }
}
