//! `cargo bench`: the extension beside dblink and the prompt beside psql, in one run on one machine. It reports and
//! asserts nothing, so a slow machine never fails.
//!
//! ```text
//! Options ─> work::ALL, or what --only names ──┐
//! server:  a private server, trust, dblink ────┼─> calls, bulk, memory: entrants ─┐
//! prompt:  tutor and psql on one server ───────┴─> statements, rows: entrants ────┴─measure─> samples
//!                                                                                                │
//!                      standard output, target/bench/{speed,prompt}.{json,svg} <─ speed_report ──┘
//! ```
//!
//! The contenders of a row take turns (A B C A B C ...), so that whatever else the machine does meets all of them.

mod bulk;
mod calls;
mod machine;
mod measure;
mod memory;
mod options;
mod prompt;
mod server;
mod work;

use std::fs;
use std::io::{self, Write};

use anyhow::Context;
use clap::Parser;
use speed_report::{Report, chart, json, table};
use tutor::course::Course;

use options::Options;
use server::BenchServer;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    run(&options, &mut io::stdout())
}

fn run(options: &Options, out: &mut dyn Write) -> anyhow::Result<()> {
    let course = Course::find(None)?;
    let mut server = BenchServer::start(&course)?;
    let machine = machine::facts(&server, options.rounds)?;
    table::write_heading(out, &machine)?;
    let mut reports = work::SUBJECTS.map(|subject| Report { subject, machine: machine.clone(), rows: Vec::new() });
    for work in options.chosen() {
        let row = measure::row(work, &mut server, options)?;
        table::write_row(out, &row)?;
        out.flush()?;
        reports
            .iter_mut()
            .filter(|report| report.subject == work.subject)
            .for_each(|report| report.rows.push(row.clone()));
    }
    writeln!(out)?;
    let directory = options.out_dir(course.root());
    reports.iter().filter(|report| !report.rows.is_empty()).try_for_each(|report| write_files(report, &directory, out))
}

fn write_files(report: &Report, directory: &std::path::Path, out: &mut dyn Write) -> anyhow::Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    for (ending, text) in [("json", json::render(report)), ("svg", chart::render(report))] {
        let path = directory.join(report.subject.file).with_extension(ending);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "wrote {}", path.display())?;
    }
    Ok(())
}
