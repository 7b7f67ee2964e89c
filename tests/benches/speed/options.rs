//! What stands after `cargo bench --`.

use std::path::{Path, PathBuf};

use clap::Parser;
use clap::builder::PossibleValuesParser;

use crate::work::{self, Work};

/// Measures the extension beside dblink and the prompt beside psql.
#[derive(Debug, Parser)]
#[command(name = "cargo bench --", bin_name = "cargo bench --")]
pub(crate) struct Options {
    /// Samples of each contender
    #[arg(long, value_name = "N", default_value = "11", value_parser = rounds)]
    pub(crate) rounds: usize,

    /// Only this row; may be given several times
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(work::ALL.iter().map(|work| work.name)))]
    only: Vec<String>,

    /// Directory for speed.json, prompt.json and their drawings, relative to the clone
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    out: PathBuf,

    /// Gigabytes that the row `memory` reads; they pass through a temporary file
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) memory_gb: u32,

    /// What cargo itself passes
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// The rows to measure.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = &'static Work> {
        work::ALL.iter().filter(|work| self.only.is_empty() || self.only.iter().any(|name| name == work.name))
    }

    /// Cargo runs benchmarks in their package's directory, which is not where the command was typed.
    pub(crate) fn out_dir(&self, course: &Path) -> PathBuf {
        course.join(&self.out)
    }
}

fn rounds(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("not a number from 1 on".to_owned()),
        Ok(rounds) => Ok(rounds),
    }
}
