//! How much memory a session takes that reads far more than it.

use std::fs;
use std::thread;
use std::time::Duration;

use anyhow::{anyhow, ensure};
use postgres::Client;

use crate::measure::{Entrant, Unavailable};
use crate::server::BenchServer;
use crate::work::OURS;

/// `work_mem`, the queue of 64 kB, and 32 MB for the session itself.
pub(crate) const LIMIT_MB: f64 = 4.0 + 64.0 / 1024.0 + 32.0;

/// Rows of 1 kB in a gigabyte.
const ROWS_PER_GB: i64 = 1024 * 1024;

/// The pause between two looks at the session's memory.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// What the session's own memory is made of; the rest of its pages are the server's code and files.
const PARTS: [&str; 2] = ["RssAnon:", "RssShmem:"];

/// Reads that many gigabytes through `result`.
pub(crate) fn reading(server: &BenchServer, gigabytes: u32) -> Vec<Entrant<'_>> {
    let rows = ROWS_PER_GB * i64::from(gigabytes);
    let take = move || peak(server.connect()?, rows);
    vec![Entrant { name: OURS, open: Box::new(move || Ok(Box::new(take))) }]
}

/// The most megabytes that the session had while it read.
fn peak(mut client: Client, rows: i64) -> anyhow::Result<f64> {
    let pid: i32 = client.query_one("SELECT pg_catalog.pg_backend_pid()", &[])?.get(0);
    let mut most = resident_kb(pid)?;
    thread::scope(|scope| {
        let reader = scope.spawn(move || read(&mut client, rows));
        while !reader.is_finished() {
            // Once the reader has ended, its session may be gone.
            most = most.max(resident_kb(pid).unwrap_or_default());
            thread::sleep(LOOK_AGAIN);
        }
        reader.join().map_err(|_| anyhow!("the reader's thread panicked"))?
    })?;
    Ok(most as f64 / 1024.0)
}

fn read(client: &mut Client, rows: i64) -> anyhow::Result<()> {
    let counted: i64 = client
        .query_one(
            "SELECT pg_catalog.count(line) FROM pg_background_result(pg_background_launch(pg_catalog.format(
                 'SELECT pg_catalog.repeat(''x'', 1000) FROM pg_catalog.generate_series(1, %s)', $1::int8))) AS (line text)",
            &[&rows],
        )?
        .get(0);
    ensure!(counted == rows, "counted {counted} rows instead of {rows}");
    Ok(())
}

/// Private and shared memory of a process, without its files.
fn resident_kb(pid: i32) -> anyhow::Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).map_err(|cause| Unavailable(format!("{path}: {cause}")))?;
    let lines = status.lines().filter(|line| PARTS.iter().any(|part| line.starts_with(part)));
    let sizes = lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    Ok(sizes.sum())
}
