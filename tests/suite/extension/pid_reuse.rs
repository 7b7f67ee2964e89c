//! The system hands a pid out again: to a worker of this session, to another session, to any process.
//!
//! Linux takes the number in `/proc/sys/kernel/ns_last_pid` for the last one, so a test that runs as root can say which
//! comes next. Another process may take it first, so each attempt is repeated.

use super::*;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command};

const LAST_PID: &str = "/proc/sys/kernel/ns_last_pid";

/// How often a number is tried that other processes may take first.
const ATTEMPTS: usize = 200;

/// Make `pid` the next one that the system gives out; false where that is not allowed.
fn make_next(pid: i32) -> bool {
    std::fs::write(LAST_PID, (pid - 1).to_string()).is_ok()
}

/// Whether the test can be done here. If not, it says so.
fn pids_can_be_chosen() -> bool {
    let last = std::fs::read_to_string(LAST_PID).ok().and_then(|text| text.trim().parse::<i32>().ok());
    let can = last.is_some_and(|last| make_next(last + 1));
    if !can {
        eprintln!("not tested, because only root can write {LAST_PID}: pids that are given out again");
    }
    can
}

/// A job that has ended, whose process is gone and whose result is unread.
fn finished_job(client: &mut Client, sql: &str) -> i32 {
    let pid = launch(client, sql);
    assert!(wait(client, pid));
    support::wait_for("the process goes", || (!Path::new(&format!("/proc/{pid}")).exists()).then_some(()));
    pid
}

#[test]
fn a_new_worker_never_has_the_pid_of_an_unread_job() {
    if !pids_can_be_chosen() {
        return;
    }
    check(|client, _| {
        let mut met = 0;
        for round in 0..ATTEMPTS {
            let finished = finished_job(client, &format!("SELECT {round}"));
            assert!(make_next(finished));
            let new = launch(client, &format!("SELECT -{round}"));
            assert_ne!(new, finished, "round {round}");
            // The number next to it means that somebody has had the number itself: the worker that was dismissed.
            met += usize::from(new == finished + 1);
            assert_eq!(result(client, new, "i int"), format!("{}", -(round as i32)));
            assert_eq!(result(client, finished, "i int"), round.to_string());
            if met >= 10 {
                break;
            }
        }
        assert!(met > 0, "no worker ever got the pid of a finished job, so nothing was tested");
    });
}

#[test]
fn a_new_persistent_worker_never_has_the_pid_of_an_unread_job() {
    if !pids_can_be_chosen() {
        return;
    }
    check(|client, witness| {
        for round in 0..20 {
            let finished = finished_job(client, &format!("SELECT {round}"));
            assert!(make_next(finished));
            let new = launch_persistent(client, "SELECT pg_backend_pid()");
            assert_ne!(new, finished);
            assert_eq!(result(client, new, "pid int"), new.to_string());
            assert!(!cancel_job(client, finished, 1));
            assert_eq!(run_on(client, new, "SELECT pg_backend_pid()", "pid int"), new.to_string());
            assert_eq!(result(client, finished, "i int"), round.to_string());
            detach(client, new);
            wait_until_gone(witness, new);
        }
    });
}

#[test]
fn a_finished_job_whose_pid_another_sessions_worker_has_is_not_signalled() {
    if !pids_can_be_chosen() {
        return;
    }
    check(|client, witness| {
        let mut other = another_session(client, witness);
        let finished = finished_job(client, "SELECT 1");
        lock(witness, 4780);
        let running = (0..ATTEMPTS).find_map(|_| {
            make_next(finished);
            let pid = launch(&mut other, "SELECT 3 FROM pg_advisory_xact_lock(4780)");
            if pid == finished {
                return Some(pid);
            }
            assert!(cancel_job(&mut other, pid, 0));
            assert_eq!(code(&result_error(&mut other, pid, "i int")), "57014");
            None
        });
        let Some(running) = running else { panic!("no running worker of the other session got pid {finished}") };
        wait_for(witness, running, "Lock", "advisory");
        for grace in [0, 1] {
            assert!(!cancel_job(client, finished, grace));
        }
        assert!(wait(client, finished));
        assert_eq!(
            rows(client, &format!("SELECT state FROM pg_background_list() WHERE pid = {finished}")),
            "completed"
        );
        wait_for(witness, running, "Lock", "advisory");
        assert_eq!(result(client, finished, "i int"), "1");
        wait_for(witness, running, "Lock", "advisory");
        unlock(witness, 4780);
        assert_eq!(result(&mut other, running, "i int"), "3");
    });
}

#[test]
fn a_finished_job_whose_pid_a_session_has_is_not_signalled() {
    if !pids_can_be_chosen() {
        return;
    }
    check(|client, witness| {
        let finished = finished_job(client, "SELECT 1");
        let session = (0..ATTEMPTS).find_map(|_| {
            make_next(finished);
            let mut session = another_session(client, witness);
            (pid_of(&mut session) == finished).then_some(session)
        });
        let Some(mut session) = session else { panic!("no session got pid {finished}") };
        for grace in [0, 1] {
            assert!(!cancel_job(client, finished, grace));
        }
        assert_eq!(rows(&mut session, "SELECT 2 FROM pg_sleep(0.1)"), "2");
        detach(client, finished);
        assert_eq!(rows(&mut session, "SELECT 3"), "3");
    });
}

#[test]
fn a_finished_job_whose_pid_any_process_has_is_not_signalled() {
    if !pids_can_be_chosen() {
        return;
    }
    let server = support::server();
    // A signal has to be allowed for the test to mean anything, so the process is the server's user's.
    let owner = std::fs::metadata(server.server().directory().join("data")).expect("the data directory").uid();
    check_on(&server, |client, _| {
        let finished = finished_job(client, "SELECT 1");
        let Some(mut stranger) = process_with_pid(finished, owner) else { panic!("no process got pid {finished}") };
        let answers =
            [cancel_job(client, finished, 0), cancel_job(client, finished, 1), cancel_job(client, finished, 0)];
        let read = result(client, finished, "i int");
        let again = finished_signal(&mut stranger);
        assert_eq!(answers, [false; 3]);
        assert_eq!(read, "1");
        assert_eq!(again, Some(9), "the process got a signal that was not the test's own");
    });
}

/// A `sleep` with that very pid.
fn process_with_pid(pid: i32, owner: u32) -> Option<Child> {
    (0..ATTEMPTS).find_map(|_| {
        make_next(pid);
        let mut child = Command::new("sleep").arg("1000").uid(owner).spawn().expect("sleep runs");
        if child.id() as i32 == pid {
            return Some(child);
        }
        finished_signal(&mut child);
        None
    })
}

/// Ends the process by SIGKILL, and says which signal has ended it: an earlier one counts first.
fn finished_signal(child: &mut Child) -> Option<i32> {
    child.kill().expect("the process is ours");
    child.wait().expect("the process is ours").signal()
}
