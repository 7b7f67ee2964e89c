//! Where the benchmark runs.

use std::fs;
use std::thread::available_parallelism;

use speed_report::Machine;

use crate::server::BenchServer;

/// What is said of something that the system does not tell.
const UNKNOWN: &str = "unknown";

/// Reads the machine's facts at the start of a run.
pub(crate) fn facts(server: &BenchServer, rounds: usize) -> anyhow::Result<Machine> {
    let row = server.connect()?.query_one(
        "SELECT pg_catalog.current_setting('server_version'),
                (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pg_background'),
                pg_catalog.to_char(pg_catalog.now(), 'YYYY-MM-DD')",
        &[],
    )?;
    Ok(Machine {
        cpus: available_parallelism().map_or(1, usize::from),
        cpu: processor(&file("/proc/cpuinfo")),
        kernel: ["ostype", "osrelease"].map(|name| first_word(&file(&format!("/proc/sys/kernel/{name}")))).join(" "),
        load: first_word(&file("/proc/loadavg")),
        postgres: first_word(row.get(0)),
        extension: row.get(1),
        rounds,
        date: row.get(2),
    })
}

/// Nothing where there is no such file.
fn file(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or(UNKNOWN).to_owned()
}

fn processor(cpuinfo: &str) -> String {
    let lines = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let mut names = lines.filter(|(name, _)| name.trim() == "model name").map(|(_, value)| value.trim().to_owned());
    names.next().unwrap_or_else(|| UNKNOWN.to_owned())
}
