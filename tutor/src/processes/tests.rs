//! Trees, timelines and news of processes that nobody has seen.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::repl::Paint;

const PLAIN: Style = Style { paint: Paint::PLAIN, width: 80, is_ascii: false };

fn process(pid: i32, backend_type: &str, above: Option<i32>, wait: Option<(&str, &str)>) -> Process {
    let kind = Kind::of(backend_type);
    Process {
        pid,
        leader: above.filter(|_| kind == Kind::ParallelWorker),
        parent: above.filter(|_| kind != Kind::ParallelWorker),
        kind,
        started: f64::from(pid),
        is_detached: false,
        user: "student".to_owned(),
        application: "tutor".to_owned(),
        database: "play".to_owned(),
        client_port: None,
        state: State::Active,
        wait: wait.map(|(kind, event)| Wait::new(kind, event)),
        query: "SELECT count(*)\n  FROM mail_messages".to_owned(),
        since: Duration::from_millis(2300),
        blockers: Vec::new(),
        machine: None,
    }
}

/// A leader with a worker that waits for a lock of the tutor's, a job, and a process of the server's own.
fn busy() -> Snapshot {
    let mut worker = process(11, "parallel worker", Some(10), Some(("Lock", "relation")));
    worker.blockers = vec![30];
    let mut gate = process(30, "client backend", None, None);
    gate.state = State::InTransaction;
    let leader = process(10, "client backend", None, None);
    let job = process(12, "pg_background", Some(10), Some(("IPC", "MessageQueuePutMessage")));
    Snapshot { processes: vec![process(1, "checkpointer", None, None), leader, worker, job, gate] }
}

fn lines(snapshot: &Snapshot, style: &Style, all: bool, gone: &[i32]) -> Vec<String> {
    let sessions = [("main".to_owned(), 10)];
    let cast = Cast { snapshot, sessions: &sessions, current: Some(10) };
    let (fresh, gone) = (BTreeSet::from([12]), gone.iter().copied().collect());
    Scene { cast, postmaster: Some(9), all, fresh: &fresh, gone: &gone }.lines(style)
}

#[test]
fn workers_and_jobs_stand_below_their_session() {
    let expected = [
        "postmaster (9)",
        "├─ session main (10, you are here): runs, 2.3 s",
        "│  │  SELECT count(*) FROM mail_messages",
        "│  ├─ parallel worker (11): waits for a lock on a table (Lock/relation), held",
        "│  │     by the tutor's session 30, 2.3 s",
        "│  └─ background job (12) [new]: waits for its reader: the queue is full",
        "│        (IPC/MessageQueuePutMessage), 2.3 s",
        "│        SELECT count(*) FROM mail_messages",
        "└─ the tutor's session (30): idle in a transaction, 2.3 s",
    ];
    assert_eq!(lines(&busy(), &PLAIN, false, &[]), expected);
}

#[test]
fn a_tree_fits_forty_columns_and_needs_nothing_but_ascii() {
    let narrow = Style { width: 40, is_ascii: true, ..PLAIN };
    let lines = lines(&busy(), &narrow, true, &[11]);
    assert!(lines.iter().all(|line| line.is_ascii() && line.len() <= 40), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("parallel worker (11): has")), "{lines:#?}");
}

#[test]
fn processes_that_point_at_each_other_are_still_shown() {
    let snapshot = Snapshot {
        processes: vec![process(10, "pg_background", Some(11), None), process(11, "pg_background", Some(10), None)],
    };
    assert_eq!(lines(&snapshot, &PLAIN, false, &[]).iter().filter(|line| line.contains("job (1")).count(), 2);
}

#[test]
fn what_has_gone_is_shown_for_a_moment() {
    let mut changes = Changes::default();
    let at = Duration::from_secs;
    assert_eq!(changes.take(Snapshot::default(), at(0)).snapshot, Snapshot::default());
    let moment = changes.take(busy(), at(1));
    assert!(moment.fresh.contains(&12) && moment.gone.is_empty());
    let moment = changes.take(Snapshot::default(), at(2));
    assert!(moment.gone.contains(&12) && moment.snapshot.get(12).is_some());
    assert_eq!(changes.take(Snapshot::default(), at(9)), Moment::default());
}

#[test]
fn news_are_told_of_what_differs() {
    let sessions = [("main".to_owned(), 10)];
    let (before, mut after) = (busy(), busy());
    after.processes.retain(|process| process.pid != 12);
    after.processes[2].wait = None;
    let of = |snapshot| Cast { snapshot, sessions: &sessions, current: None };
    let told = news(&of(&before), &of(&after), false);
    assert_eq!(told, ["ended: background job 12", "parallel worker 11: runs"]);
}

/// A statement of four seconds whose worker waits for the first of them.
fn recording() -> Recording {
    let mut recording = Recording::begin("main", 10, "SELECT count(*)\nFROM mail_messages");
    let mut snapshot = busy();
    recording.add_at(Duration::from_secs(0), &snapshot);
    snapshot.processes[2].wait = None;
    snapshot.processes.retain(|process| process.pid != 12);
    (1..4).for_each(|second| recording.add_at(Duration::from_secs(second), &snapshot));
    recording.end_after(Duration::from_secs(4));
    recording
}

#[test]
fn a_timeline_has_a_row_for_each_process() {
    let timeline = Timeline::of(&recording(), &[]);
    let expected = "\
session main ran 4.0 s: SELECT count(*) FROM mail_messages
                                     0                  2.0 s             4.0 s
session main 10                      ██████████████████████████████████████████
                                     100% running
  parallel worker 11                 LLLLLLLLLLL███████████████████████████████
                                     75% running, 25% lock
  background job 12                  FFFFFFFFFFF
                                     100% queue full
the tutor's session 30 (waited for)  ··········································
                                     100% idle

█  runs
L  waits for a lock (Lock/relation)
F  waits for its reader: the queue is full (IPC/MessageQueuePutMessage)
·  idle
";
    assert_eq!(timeline.text(&PLAIN), expected);
}

#[test]
fn a_timeline_fits_forty_columns() {
    let narrow = Style { width: 40, is_ascii: true, ..PLAIN };
    let text = Timeline::of(&recording(), &[]).text(&narrow);
    text.lines().for_each(|line| assert!(line.is_ascii() && line.len() <= 40, "{line}"));
}

#[test]
fn a_statement_that_nobody_saw_says_so() {
    let mut recording = Recording::begin("main", 10, "SELECT 1");
    recording.end_after(Duration::from_millis(3));
    let text = Timeline::of(&recording, &[]).text(&PLAIN);
    assert!(text.contains("It took 3 ms, and had ended before anybody looked at it."), "{text}");
    assert!(Timeline::of(&recording, &[]).svg().ends_with("</svg>\n"));
}
