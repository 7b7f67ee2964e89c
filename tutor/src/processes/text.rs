//! What is said about processes, in one place. Wait events have their words in [`super::wait`], reasons for a plan in
//! [`super::why`].

use std::time::Duration;

use super::look::LockWait;

pub(super) const POSTMASTER: &str = "postmaster";
pub(super) const TUTORS_SESSION: &str = "the tutor's session";
pub(super) const DBLINK_CONNECTION: &str = "dblink connection";
pub(super) const OTHER_SESSION: &str = "session without a name";
pub(super) const PARALLEL_WORKER: &str = "parallel worker";
pub(super) const JOB: &str = "background job";
pub(super) const DETACHED_JOB: &str = "detached background job";
pub(super) const WAL_SENDER: &str = "walsender";
pub(super) const APPLY_WORKER: &str = "apply worker";
pub(super) const AUTOVACUUM_WORKER: &str = "autovacuum worker";
pub(super) const PREPARED_TRANSACTION: &str = "a prepared transaction";
pub(super) const RUNS: &str = "runs";
pub(super) const OFF_PROCESSOR: &str = "works, but is not on a processor";
pub(super) const IDLE: &str = "idle";
pub(super) const IN_TRANSACTION: &str = "idle in a transaction";
pub(super) const IN_FAILED_TRANSACTION: &str = "idle in a failed transaction";
pub(super) const WAITS_FOR_DBLINK: &str = "waits for its dblink connection";
pub(super) const HERE: &str = "you are here";
pub(super) const NEW: &str = "new";
pub(super) const ENDED: &str = "has ended";

pub(super) fn session(name: &str) -> String {
    format!("session {name}")
}

pub(super) fn session_of(application: &str) -> String {
    format!("session of {application}")
}

pub(super) fn worker(kind: &str) -> String {
    format!("worker \"{kind}\"")
}

pub(super) fn process(pid: i32) -> String {
    format!("process {pid}")
}

pub(super) fn held_by(names: &str) -> String {
    format!("held by {names}")
}

pub(super) fn holds(lock: &LockWait) -> String {
    match (lock.locktype.as_str(), lock.relation.as_str()) {
        ("transactionid", _) => "its transaction has not ended".to_owned(),
        ("virtualxid", _) => "it has not ended its transaction".to_owned(),
        ("advisory", _) => "holds the advisory lock".to_owned(),
        (_, "") => format!("holds {}", lock.held),
        (_, relation) => format!("holds {} on {relation}", lock.held),
    }
}

/// `340 ms`, `2.3 s`, `1 min 5 s`, `2 h 5 min`.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

pub(super) fn left_out(number: usize) -> String {
    let sessions = if number == 1 { "1 session".to_owned() } else { format!("{number} sessions") };
    format!("(without {sessions} of the tutor's own; \\ps all shows everything)")
}

pub(super) const BLOCKER: &str = " (waited for)";

pub(super) fn timeline_title(session: &str, total: Duration, is_running: bool) -> String {
    let ran = if is_running { "has run for" } else { "ran" };
    format!("{} {ran} {}", self::session(session), duration(total))
}

pub(super) fn not_sampled(total: Duration) -> String {
    format!("It took {}, and had ended before anybody looked at it.", duration(total))
}

pub(super) fn processor_time(cpu: Duration) -> String {
    format!("{} of processor time", duration(cpu))
}

pub(super) fn is_new(name: &str, doing: &str) -> String {
    format!("new: {name}: {doing}")
}

pub(super) fn has_ended(name: &str) -> String {
    format!("ended: {name}")
}

pub(super) fn does_now(name: &str, doing: &str) -> String {
    format!("{name}: {doing}")
}

pub(super) fn waits_for(others: &str) -> String {
    format!("waits for {others}")
}
