//! The prompt beside psql: both read a script from a pipe, and both talk to the tutor's server.
//!
//! Timed at the pipe, from the script's first byte to the line that ends it, so that starting is no part of it.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, bail};

use crate::measure::{Entrant, Sampler, Unavailable};
use crate::work::{PSQL, TUTOR};

/// How much longer than in psql a statement may take. It is compared with all of its time, which is stricter.
pub(crate) const STATEMENT_LIMIT_US: f64 = 5000.0;

/// What a prompt may take to print any number of rows.
pub(crate) const MEMORY_LIMIT_MB: f64 = 64.0;

/// Statements in a sample.
const STATEMENTS: usize = 2000;

/// A prompt in the first exercise of a lab, where statements are looked at.
const LAB: [&str; 4] = ["lab", "12", "--at", "118708-x-3"];
const IN_LAB: &str = "tutor lab";

/// The last line of every script's output.
const END: &str = "the end of a sample";

/// Columns as results have them: numbers, text, times, NULL, wide characters.
const TABLE: &str = "
    CREATE TEMPORARY TABLE printed AS
    SELECT i AS id, 'line ' || i AS line, CASE WHEN i % 3 <> 0 THEN i * 1.25 END AS amount,
           timestamp '2026-01-01' + i * interval '1 minute' AS at,
           CASE WHEN i % 10 = 0 THEN 'Привет 中文' ELSE 'plain' END AS word
    FROM generate_series(1, 100000) i;
    VACUUM (FREEZE, ANALYZE) printed;\n";

const MANY_ROWS: &str = "SELECT i, i % 7 FROM generate_series(1, 10000000) i";

/// How rows are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout {
    Aligned,
    Expanded,
    Unaligned,
}

impl Layout {
    fn command(self) -> &'static str {
        match self {
            Layout::Aligned => "\\pset format aligned",
            Layout::Expanded => "\\x on",
            Layout::Unaligned => "\\pset format unaligned",
        }
    }
}

/// One statement after another, each a round trip.
pub(crate) fn statements<'a>() -> Vec<Entrant<'a>> {
    let script = "SELECT 1;\n".repeat(STATEMENTS);
    let sampler = move |mut prompt: Prompt| -> anyhow::Result<Sampler<'a>> {
        prompt.run("\\t on\n\\pset format unaligned\n")?;
        let script = script.clone();
        Ok(Box::new(move || Ok(prompt.milliseconds(&script)? * 1e3 / STATEMENTS as f64)))
    };
    let mut entrants = beside_psql(sampler.clone());
    let lab = Entrant { name: IN_LAB, open: Box::new(move || sampler(Prompt::tutor(&LAB)?)) };
    entrants.insert(1, lab);
    entrants
}

/// The same rows again and again, into a file that takes everything.
pub(crate) fn rows<'a>(layout: Layout) -> Vec<Entrant<'a>> {
    beside_psql(move |mut prompt| {
        prompt.run(TABLE)?;
        prompt.run(&format!("{}\n", layout.command()))?;
        let script = into_nothing("TABLE printed");
        Ok(Box::new(move || prompt.milliseconds(&script)))
    })
}

/// The most memory that the prompt took for a result of ten million rows.
pub(crate) fn memory<'a>() -> Vec<Entrant<'a>> {
    let open = || -> anyhow::Result<Sampler<'a>> {
        let mut prompt = Prompt::tutor(&["play"])?;
        Ok(Box::new(move || {
            prompt.run(&into_nothing(MANY_ROWS))?;
            prompt.peak_mb()
        }))
    };
    vec![Entrant { name: TUTOR, open: Box::new(open) }]
}

fn into_nothing(query: &str) -> String {
    format!("\\o /dev/null\n{query};\n\\o\n")
}

/// The tutor, and psql at the tutor's server.
fn beside_psql<'a>(sampler: impl Fn(Prompt) -> anyhow::Result<Sampler<'a>> + Clone + 'a) -> Vec<Entrant<'a>> {
    let address = Rc::new(RefCell::new(Vec::new()));
    let (told, same) = (Rc::clone(&address), sampler.clone());
    let tutor = move || {
        let mut prompt = Prompt::tutor(&["play"])?;
        *told.borrow_mut() = prompt.address()?;
        same(prompt)
    };
    let psql = move || sampler(Prompt::psql(&address.borrow())?);
    vec![Entrant { name: TUTOR, open: Box::new(tutor) }, Entrant { name: PSQL, open: Box::new(psql) }]
}

/// A prompt that reads its script from a pipe.
struct Prompt {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Prompt {
    fn tutor(arguments: &[&str]) -> anyhow::Result<Prompt> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tutor-under-test"));
        Prompt::start(command.args(arguments))
    }

    /// `address` is psql's own arguments.
    fn psql(address: &[String]) -> anyhow::Result<Prompt> {
        let mut command = Command::new("psql");
        Prompt::start(command.args(["-X", "-q"]).args(address))
    }

    fn start(command: &mut Command) -> anyhow::Result<Prompt> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|cause| {
            Unavailable(format!("{} does not start: {cause}", command.get_program().to_string_lossy()))
        })?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("a process without standard output")?;
        Ok(Prompt { child, input, output: BufReader::new(output) })
    }

    /// Runs a script and returns what it printed.
    fn run(&mut self, script: &str) -> anyhow::Result<String> {
        let input = self.input.as_mut().context("a process without standard input")?;
        writeln!(input, "{script}SELECT '{END}';")?;
        input.flush()?;
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                bail!("a prompt ended early; it printed {printed:?}");
            }
            if line.contains(END) {
                return Ok(printed);
            }
            printed += &line;
        }
    }

    fn milliseconds(&mut self, script: &str) -> anyhow::Result<f64> {
        let begin = Instant::now();
        self.run(script)?;
        Ok(begin.elapsed().as_secs_f64() * 1e3)
    }

    /// Where this prompt is connected.
    fn address(&mut self) -> anyhow::Result<Vec<String>> {
        let told = self.run("\\echo host=:HOST port=:PORT user=:USER dbname=:DBNAME\n")?;
        let line = told.lines().find(|line| line.starts_with("host=")).context("the tutor did not tell its server")?;
        Ok(vec!["-d".to_owned(), line.to_owned()])
    }

    /// The most megabytes that the process has had.
    fn peak_mb(&self) -> anyhow::Result<f64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).map_err(|cause| Unavailable(format!("{path}: {cause}")))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        let kilobytes: f64 = peak.context("no peak in the status of a process")?;
        Ok(kilobytes / 1024.0)
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        drop(self.input.take());
        // It ends with its script.
        let _ = self.child.wait();
    }
}
