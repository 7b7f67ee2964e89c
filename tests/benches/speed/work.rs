//! The rows: what is done, by whom, and how good the extension is meant to be at it.

use speed_report::Scale;

use crate::measure::Entrant;
use crate::options::Options;
use crate::server::{BenchServer, Library};
use crate::{bulk, calls, memory};

/// The contenders' names.
pub(crate) const OURS: &str = "pg_background";
pub(crate) const DBLINK: &str = "dblink";
pub(crate) const GATHER: &str = "Gather";
pub(crate) const EXECUTE: &str = "EXECUTE";

/// One row to measure.
pub(crate) struct Work {
    /// The word for `--only`.
    pub(crate) name: &'static str,
    pub(crate) title: fn(&Options) -> String,
    pub(crate) unit: &'static str,
    pub(crate) scale: Scale,
    /// The ratio that the extension is meant not to exceed.
    pub(crate) bar: f64,
    pub(crate) library: Library,
    pub(crate) repeat: Repeat,
    pub(crate) entrants: for<'a> fn(&'a BenchServer, &Options) -> Vec<Entrant<'a>>,
}

/// How often a row is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// In all rounds, after one that does not count.
    Rounds,
    /// Once: it takes long and hardly varies.
    Once,
}

/// What most rows have in common.
const ROW: Work = Work {
    name: "",
    title: |_| String::new(),
    unit: "ms",
    scale: Scale::Contender(DBLINK),
    bar: 1.0,
    library: Library::Preloaded,
    repeat: Repeat::Rounds,
    entrants: |_, _| Vec::new(),
};

/// All rows, in the order of the report.
pub(crate) const ALL: [Work; 7] = [
    Work {
        name: "launch",
        title: |_| "launch + result of SELECT 1, preloaded library".to_owned(),
        unit: "us",
        entrants: |server, _| calls::launch(server),
        ..ROW
    },
    Work {
        name: "launch-on-use",
        title: |_| "launch + result of SELECT 1, loaded on use".to_owned(),
        unit: "us",
        library: Library::LoadedOnUse,
        entrants: |server, _| calls::launch(server),
        ..ROW
    },
    Work {
        name: "run",
        title: |_| "run + result of SELECT 1 on a live worker".to_owned(),
        unit: "us",
        bar: 0.35,
        entrants: |server, _| calls::run(server, 1),
        ..ROW
    },
    Work {
        name: "run-at-once",
        title: |_| format!("run + result, {} sessions at once", calls::SESSIONS_AT_ONCE),
        unit: "us",
        bar: 1.1,
        entrants: |server, _| calls::run(server, calls::SESSIONS_AT_ONCE),
        ..ROW
    },
    Work {
        name: "integers",
        title: |_| "count(*) over 1,000,000 integers".to_owned(),
        bar: 0.6,
        entrants: |server, _| bulk::integers(server),
        ..ROW
    },
    Work {
        name: "wide",
        title: |_| "count(*) over 200,000 rows of 200 bytes".to_owned(),
        bar: 0.75,
        entrants: |server, _| bulk::wide(server),
        ..ROW
    },
    Work {
        name: "memory",
        title: |options| format!("memory of a session that reads {} GB", options.memory_gb),
        unit: "MB",
        scale: Scale::Limit(memory::LIMIT_MB),
        repeat: Repeat::Once,
        entrants: |server, options| memory::reading(server, options.memory_gb),
        ..ROW
    },
];
