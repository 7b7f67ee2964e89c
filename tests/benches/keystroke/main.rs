//! `cargo bench --bench keystroke`: how long a key waits for its echo, with two thousand tables in the catalogue. It
//! reports and asserts nothing, so a slow machine never fails.
//!
//! A tutor at a real terminal is typed to: statements with Tabs, on one line and on several, and at the end of a long
//! one that was pasted. Every statement is typed just after the catalogue has changed, so it is read anew meanwhile.

mod typist;

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;

use typist::Typist;

/// How many tables there are, and how many columns each has.
const TABLES: usize = 2_000;
const COLUMNS: usize = 10;

/// The longest that a key may wait, in the 99th percentile.
const BAR: Duration = Duration::from_millis(10);

/// How often every statement is typed.
const ROUNDS: usize = 5;

/// What is typed. A Tab stands where somebody would press one; what it completes is awaited.
const STATEMENTS: [&str; 6] = [
    "SELECT * FROM catalogue_1234 c WHERE c.col\t7 = 42 ORDER BY c.column_3;",
    "SELECT count(*) FROM catalogue_1999\tWHERE column_2 BETWEEN 1 AND 10;",
    "SET enable_seqs\t= of\t;",
    "SELECT pg_size_pr\tpg_relation_size('catalogue_7'));",
    "INSERT INTO catalogue_1500 (column_1, col\t2) VALUES (1, 'a string with $$ and -- in it');",
    "\\d catalogue_421\t",
];

fn main() -> anyhow::Result<()> {
    let mut typist = Typist::sit_down().context("no tutor at a terminal")?;
    typist.make_tables(TABLES, COLUMNS)?;
    let mut keys = Vec::new();
    let mut tabs = Vec::new();
    for _ in 0..ROUNDS {
        for statement in STATEMENTS {
            typist.change_catalogue()?;
            typist.type_statement(statement, &mut keys, &mut tabs)?;
        }
        typist.change_catalogue()?;
        typist.paste(&long_statement())?;
        typist.type_statement(" AND column_1 IN (1, 2, 3)", &mut keys, &mut tabs)?;
    }
    typist.leave()?;
    let mut out = io::stdout();
    writeln!(out, "{TABLES} tables; from the key to its echo")?;
    write_line(&mut out, "characters", &mut keys)?;
    write_line(&mut out, "Tab", &mut tabs)?;
    keys.append(&mut tabs);
    write_line(&mut out, "all keys", &mut keys)?;
    Ok(writeln!(out, "bar: {} ms at the 99th percentile", BAR.as_millis())?)
}

/// A statement of some kilobytes in many lines.
fn long_statement() -> String {
    let columns: String =
        (0..120).map(|place| format!("    column_{} AS of_line_{place},\n", place % COLUMNS)).collect();
    format!("SELECT\n{columns}    1\nFROM catalogue_77 WHERE column_2 > 0")
}

fn write_line(out: &mut dyn Write, name: &str, samples: &mut [Duration]) -> io::Result<()> {
    samples.sort_unstable();
    let at = |share: f64| samples.get(((samples.len() as f64 * share) as usize).min(samples.len().saturating_sub(1)));
    let ms = |sample: Option<&Duration>| sample.map_or(0.0, |sample| sample.as_secs_f64() * 1000.0);
    let (median, late, worst) = (ms(at(0.5)), ms(at(0.99)), ms(samples.last()));
    writeln!(
        out,
        "{name:<11} {:>5} keys   median {median:6.2} ms   p99 {late:6.2} ms   longest {worst:6.2} ms",
        samples.len()
    )
}
