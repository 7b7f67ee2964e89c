//! Many small commands from PL/pgSQL, timed inside the server.

use std::sync::Barrier;
use std::thread;

use anyhow::{Context, anyhow, ensure};
use postgres::Client;

use crate::measure::{Entrant, Sampler};
use crate::server::BenchServer;
use crate::work::{DBLINK, EXECUTE, OURS};

/// Calls in a sample that starts a process for each.
const LAUNCHES: i32 = 300;

/// Calls in a sample whose worker or connection is there already.
const RUNS: i32 = 3000;

/// The sessions of the row that has several.
pub(crate) const SESSIONS_AT_ONCE: usize = 4;

/// Nothing is faster from PL/pgSQL.
const PLAIN: &str = "EXECUTE 'SELECT 1' INTO answer";

/// The worker that a session keeps; its pid is left where the timed function finds it.
const KEEP_WORKER: &str = "
    SELECT pg_catalog.set_config('bench.worker', pg_background_launch('SELECT 1', 65536, true)::text, false);
    SELECT * FROM pg_background_result(pg_catalog.current_setting('bench.worker')::int4) AS (answer int4)";

const RUN: &str = "
    PERFORM pg_background_run(worker, 'SELECT 1');
    SELECT r.answer INTO answer FROM pg_background_result(worker) AS r (answer int4)";

/// What one contender does.
#[derive(Debug, Clone)]
struct Calls {
    /// SQL that each session runs once.
    open: String,
    /// PL/pgSQL that sets `answer` to 1.
    call: String,
    /// How often it does so in a sample.
    calls: i32,
    /// How many sessions do so at the same time.
    sessions: usize,
}

/// A new worker or connection for each command.
pub(crate) fn launch(server: &BenchServer) -> Vec<Entrant<'_>> {
    let dblink = format!(
        "SELECT r.answer INTO answer FROM dblink({}, 'SELECT 1') AS r (answer int4)",
        server.connection_string()
    );
    let ours = "SELECT r.answer INTO answer
                FROM pg_background_result(pg_background_launch('SELECT 1')) AS r (answer int4)";
    let calls = |call: &str| Calls { open: String::new(), call: call.to_owned(), calls: LAUNCHES, sessions: 1 };
    vec![
        entrant(server, OURS, calls(ours)),
        entrant(server, DBLINK, calls(&dblink)),
        entrant(server, EXECUTE, calls(PLAIN)),
    ]
}

/// One worker or connection for all commands of a session.
pub(crate) fn run(server: &BenchServer, sessions: usize) -> Vec<Entrant<'_>> {
    let connect = format!("SELECT dblink_connect('kept', {})", server.connection_string());
    let dblink = "SELECT r.answer INTO answer FROM dblink('kept', 'SELECT 1') AS r (answer int4)";
    let calls = |open: &str, call: &str| Calls { open: open.to_owned(), call: call.to_owned(), calls: RUNS, sessions };
    vec![
        entrant(server, OURS, calls(KEEP_WORKER, RUN)),
        entrant(server, DBLINK, calls(&connect, dblink)),
        entrant(server, EXECUTE, calls("", PLAIN)),
    ]
}

fn entrant<'a>(server: &'a BenchServer, name: &'static str, calls: Calls) -> Entrant<'a> {
    Entrant { name, open: Box::new(move || open(server, &calls)) }
}

fn open<'a>(server: &BenchServer, calls: &Calls) -> anyhow::Result<Sampler<'a>> {
    let mut clients = Vec::new();
    for _ in 0..calls.sessions {
        let mut client = server.connect()?;
        client.batch_execute(&calls.open)?;
        client.batch_execute(&timed_function(&calls.call))?;
        clients.push(client);
    }
    let calls = calls.calls;
    Ok(Box::new(move || sample(&mut clients, calls)))
}

/// Times the calls where they happen, in seconds of the server's clock.
fn timed_function(call: &str) -> String {
    format!(
        "CREATE FUNCTION pg_temp.sample(calls int4, OUT started float8, OUT ended float8, OUT answer int4)
         LANGUAGE plpgsql AS $bench$
         DECLARE
             worker int4 := NULLIF(pg_catalog.current_setting('bench.worker', true), '');
         BEGIN
             started := extract(epoch FROM pg_catalog.clock_timestamp());
             FOR i IN 1..calls LOOP
                 {call};
             END LOOP;
             ended := extract(epoch FROM pg_catalog.clock_timestamp());
         END
         $bench$"
    )
}

/// Microseconds for each call of a session, from the first session's start to the last one's end.
fn sample(clients: &mut [Client], calls: i32) -> anyhow::Result<f64> {
    let together = Barrier::new(clients.len());
    let spans = thread::scope(|scope| {
        let start = |client| scope.spawn(|| span(client, calls, &together));
        let threads: Vec<_> = clients.iter_mut().map(start).collect();
        let ended = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a session's thread panicked")));
        ended.map(Result::flatten).collect::<anyhow::Result<Vec<_>>>()
    })?;
    let begin = spans.iter().map(|span| span.0).min_by(f64::total_cmp).context("no session")?;
    let end = spans.iter().map(|span| span.1).max_by(f64::total_cmp).context("no session")?;
    Ok((end - begin) * 1e6 / f64::from(calls))
}

fn span(client: &mut Client, calls: i32, together: &Barrier) -> anyhow::Result<(f64, f64)> {
    together.wait();
    let row = client.query_one("SELECT started, ended, answer FROM pg_temp.sample($1)", &[&calls])?;
    ensure!(row.get::<_, Option<i32>>(2) == Some(1), "the answer was not 1");
    Ok((row.get(0), row.get(1)))
}
