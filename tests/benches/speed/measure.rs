//! Contenders take turns.

use std::fmt;

use anyhow::Context;
use postgres::error::SqlState;
use speed_report::{Contender, Outcome, Row};
use tutor::server::said;

use crate::options::Options;
use crate::server::BenchServer;
use crate::work::{Repeat, Work};

/// Takes one sample.
pub(crate) type Sampler<'a> = Box<dyn FnMut() -> anyhow::Result<f64> + 'a>;

/// A contender that has not begun.
pub(crate) struct Entrant<'a> {
    pub(crate) name: &'static str,
    /// Opens its sessions.
    pub(crate) open: Box<dyn FnOnce() -> anyhow::Result<Sampler<'a>> + 'a>,
}

/// Why a contender cannot do a row's work on this machine. Its line says so, and the others go on.
#[derive(Debug)]
pub(crate) struct Unavailable(pub(crate) String);

impl fmt::Display for Unavailable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// Measures one row.
pub(crate) fn row(work: &Work, server: &mut BenchServer, options: &Options) -> anyhow::Result<Row> {
    server.load(work.library)?;
    let mut runners = Vec::new();
    for entrant in (work.entrants)(server, options) {
        runners.push(Runner::open(entrant)?);
    }
    let (warm_up, rounds) = match work.repeat {
        Repeat::Rounds => (1, options.rounds),
        Repeat::Once => (0, 1),
    };
    for round in 0..warm_up + rounds {
        for runner in &mut runners {
            runner.take(round >= warm_up).with_context(|| format!("{} in the row {}", runner.name, work.name))?;
        }
    }
    Ok(Row {
        name: work.name,
        title: (work.title)(options),
        unit: work.unit,
        scale: work.scale,
        bar: work.bar,
        contenders: runners.into_iter().map(Runner::end).collect(),
    })
}

/// A contender on its way.
struct Runner<'a> {
    name: &'static str,
    state: Result<(Sampler<'a>, Vec<f64>), String>,
}

impl<'a> Runner<'a> {
    fn open(entrant: Entrant<'a>) -> anyhow::Result<Runner<'a>> {
        let state = match (entrant.open)() {
            Ok(sampler) => Ok((sampler, Vec::new())),
            Err(error) => Err(reason(error)?),
        };
        Ok(Runner { name: entrant.name, state })
    }

    fn take(&mut self, counts: bool) -> anyhow::Result<()> {
        let Ok((sampler, samples)) = &mut self.state else { return Ok(()) };
        match sampler() {
            Ok(sample) if counts => samples.push(sample),
            Ok(_) => {}
            Err(error) => self.state = Err(reason(error)?),
        }
        Ok(())
    }

    fn end(self) -> Contender {
        let outcome = match self.state {
            Ok((_, samples)) => Outcome::Samples(samples),
            Err(reason) => Outcome::NotAvailable(reason),
        };
        Contender { name: self.name, outcome }
    }
}

/// Why it is not available, if that is what the error says. An extension older than the benchmark lacks a function; that
/// is no reason to leave the other rows out.
fn reason(error: anyhow::Error) -> anyhow::Result<String> {
    if let Some(unavailable) = error.downcast_ref::<Unavailable>() {
        return Ok(unavailable.to_string());
    }
    match error.downcast_ref::<postgres::Error>() {
        Some(cause) if cause.code() == Some(&SqlState::UNDEFINED_FUNCTION) => Ok(said(cause)),
        _ => Err(error),
    }
}
