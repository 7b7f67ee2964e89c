//! Many rows of one command, counted by the session that reads them.
//!
//! Timed at the client, around one statement: PL/pgSQL would run the `Gather` without its worker.

use std::time::Instant;

use anyhow::{Context, ensure};
use postgres::{Client, SimpleQueryMessage};
use serde_json::Value;
use tutor::server::quote_literal;

use crate::measure::{Entrant, Sampler, Unavailable};
use crate::server::BenchServer;
use crate::work::{DBLINK, GATHER, OURS};

const INTEGERS: i64 = 1_000_000;
const WIDE_ROWS: i64 = 200_000;

/// One worker gets all of a query's rows and the leader none: what reaches the count came through that worker's tuple
/// queue. Two are planned, because the plan with one costs as much as the plan without; the second does not start.
const ONE_WORKER: &str = "
    SET max_parallel_workers_per_gather = 2;
    SET max_parallel_workers = 1;
    SET parallel_leader_participation = off;
    SET min_parallel_table_scan_size = 0;
    SET parallel_setup_cost = 0;
    SET parallel_tuple_cost = 0";

/// `count(column)` without a combine function. PostgreSQL's own would count in the worker, and one row would pass.
const COUNT_IN_LEADER: &str = "
    CREATE AGGREGATE pg_temp.count_passed(\"any\") (
        SFUNC = pg_catalog.int8inc_any, STYPE = int8, INITCOND = '0', PARALLEL = SAFE)";

/// One row's work.
#[derive(Debug, Clone, Copy)]
struct Bulk {
    /// What the worker, or dblink's server, runs.
    sql: &'static str,
    column_type: &'static str,
    rows: i64,
    /// A query with the same rows in a column `c`, of which a part can be given to a worker.
    parallel: &'static str,
}

/// Small rows, from a function.
pub(crate) fn integers(server: &BenchServer) -> Vec<Entrant<'_>> {
    entrants(
        server,
        Bulk {
            sql: "SELECT * FROM generate_series(1,1000000)",
            column_type: "int4",
            rows: INTEGERS,
            // A function is scanned as a whole. One arm of a parallel append may be given to a worker as a whole.
            parallel: "SELECT * FROM generate_series(1,1000000) c UNION ALL SELECT * FROM generate_series(1,0)",
        },
    )
}

/// Wide rows, from a table.
pub(crate) fn wide(server: &BenchServer) -> Vec<Entrant<'_>> {
    entrants(
        server,
        Bulk {
            sql: "SELECT line FROM wide",
            column_type: "text",
            rows: WIDE_ROWS,
            parallel: "SELECT line AS c FROM wide",
        },
    )
}

fn entrants(server: &BenchServer, bulk: Bulk) -> Vec<Entrant<'_>> {
    let Bulk { column_type, rows, parallel, .. } = bulk;
    let sql = quote_literal(bulk.sql);
    let ours = format!("SELECT count(*) FROM pg_background_result(pg_background_launch({sql})) AS (c {column_type})");
    let connect = format!("SELECT dblink_connect('kept', {})", server.connection_string());
    let dblink = format!("SELECT count(*) FROM dblink('kept', {sql}) AS r (c {column_type})");
    let gather = format!("SELECT pg_temp.count_passed(c) FROM ({parallel}) AS r (c)");
    let open = move |open: String, query: String| move || counting(server.connect()?, &open, query, rows);
    vec![
        Entrant { name: OURS, open: Box::new(open(String::new(), ours)) },
        Entrant { name: DBLINK, open: Box::new(open(connect, dblink)) },
        Entrant { name: GATHER, open: Box::new(move || gathering(server.connect()?, gather, rows)) },
    ]
}

fn counting<'a>(mut client: Client, open: &str, query: String, rows: i64) -> anyhow::Result<Sampler<'a>> {
    client.batch_execute(open)?;
    Ok(Box::new(move || milliseconds(&mut client, &query, rows)))
}

fn gathering<'a>(mut client: Client, query: String, rows: i64) -> anyhow::Result<Sampler<'a>> {
    client.batch_execute(ONE_WORKER)?;
    client.batch_execute(COUNT_IN_LEADER)?;
    check_plan(&mut client, &query, rows)?;
    counting(client, "", query, rows)
}

fn milliseconds(client: &mut Client, query: &str, rows: i64) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let counted = first_value(client, query)?;
    let elapsed = begin.elapsed();
    ensure!(counted == rows.to_string(), "counted {counted} rows instead of {rows}");
    Ok(elapsed.as_secs_f64() * 1e3)
}

fn first_value(client: &mut Client, query: &str) -> anyhow::Result<String> {
    let messages = client.simple_query(query)?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    rows.map(str::to_owned).next().context("no row")
}

/// Makes sure that every row passes through a `Gather` from one worker, and is counted above it.
fn check_plan(client: &mut Client, query: &str, rows: i64) -> anyhow::Result<()> {
    let text = first_value(client, &format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}"))?;
    let explained: Value = serde_json::from_str(&text)?;
    let (top, below) = (&explained[0]["Plan"], &explained[0]["Plan"]["Plans"][0]);
    let passed = below["Actual Rows"].as_f64().map(|rows| rows as i64);
    let as_said = top["Node Type"] == "Aggregate"
        && top["Partial Mode"] == "Simple"
        && below["Node Type"] == "Gather"
        && below["Workers Launched"] == 1
        && passed == Some(rows);
    match as_said {
        true => Ok(()),
        false => {
            Err(Unavailable(format!("the plan is another: {} over {}", top["Node Type"], below["Node Type"])).into())
        }
    }
}
