//! All of it at random: several sessions launch, run, read, wait, cancel, detach and end, and every answer is checked
//! against what the operation allows.
//!
//! `PG_BACKGROUND_SOAK_SECONDS` says for how long, `PG_BACKGROUND_SOAK_SEED` gives the choices of an earlier run again. What
//! the choices meet depends on the answers before, and on who was faster.

mod command;
mod session;

use super::*;
use session::Session;
use std::time::{Duration, Instant};

const SECONDS: u64 = 15;

const SESSIONS: u64 = 4;

/// Slots for the workers of all sessions; fewer than they ask for, so that launches are refused too.
const SLOTS: usize = 20;

fn number_from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

#[test]
fn many_sessions_do_everything_at_random() {
    let seconds = number_from_environment("PG_BACKGROUND_SOAK_SECONDS").unwrap_or(SECONDS);
    let seed = number_from_environment("PG_BACKGROUND_SOAK_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.expect("a clock after 1970").as_nanos() as u64
    });
    eprintln!("soak: PG_BACKGROUND_SOAK_SEED={seed} for {seconds} s");
    let server = support::server_with_segments_in_files(&[("max_worker_processes", SLOTS.to_string())]);
    let segments = server.count_segments();
    check_on(&server, |first, witness| {
        let free = count_free_slots(first);
        let end = Instant::now() + Duration::from_secs(seconds);
        let survivors: Vec<(i32, u64, u64, Session)> = std::thread::scope(|scope| {
            let server = &server;
            let threads: Vec<_> = (0..SESSIONS).map(|name| scope.spawn(move || act(server, name, seed, end))).collect();
            threads.into_iter().map(|thread| thread.join().expect("every answer is right")).collect()
        });
        let steps: u64 = survivors.iter().map(|(_, _, _, session)| session.steps).sum();
        eprintln!("soak: {steps} steps");
        for (pid, early, late, _) in &survivors {
            // Memory is not given back at once, but a leak would grow with the steps.
            assert!(*late < early + 48 * 1024, "session {pid} grew from {early} to {late} kB in {steps} steps");
        }
        drop(survivors);
        support::wait_until(witness, NO_WORKER);
        assert_eq!(count_free_slots(first), free, "slots that can be launched into");
    });
    server.wait_for_segments(segments);
}

/// One session's part. Session 0 never ends before the others; the rest come and go. Returns its process, its memory
/// early on and at the end, and the session itself.
fn act(server: &TestServer, name: u64, seed: u64, end: Instant) -> (i32, u64, u64, Session) {
    let begin = |seed: u64| {
        let mut session = Session::new(name, server.connect(), seed);
        session.client.batch_execute("SET client_min_messages = error; SET work_mem = '256kB'").expect("settings");
        session
    };
    let mut session = begin(seed);
    let (mut early, mut steps) = (None, 0);
    while Instant::now() < end {
        session.step();
        if session.steps == 300 {
            early = Some(private_memory_kb(pid_of(&mut session.client)));
        }
        if name > 0 && session.random.one_in(150) {
            // It leaves everything as it is: running, unread, idle.
            steps += session.steps;
            let next = session.random.next();
            session = begin(next);
            early = None;
        }
    }
    session.settle();
    let pid = pid_of(&mut session.client);
    let late = private_memory_kb(pid);
    session.steps += steps;
    (pid, early.unwrap_or(late), late, session)
}

/// How many workers can be launched now. They are ended again.
fn count_free_slots(client: &mut Client) -> usize {
    let mut pids = Vec::new();
    loop {
        match client.query_one("SELECT pg_background_launch('SELECT 1 FROM pg_sleep(1000)')", &[]) {
            Ok(row) => pids.push(row.get::<_, i32>(0)),
            Err(error) => {
                assert_eq!(error.code().map(|code| code.code()), Some("53000"), "{error:?}");
                break;
            }
        }
    }
    for pid in &pids {
        assert!(cancel_job(client, *pid, 0));
        assert_eq!(code(&result_error(client, *pid, "i int")), "57014");
    }
    pids.len()
}
