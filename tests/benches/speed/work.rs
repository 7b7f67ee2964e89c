//! The rows: what is done, by whom, and how good ours is meant to be at it.

use speed_report::{Scale, Subject};

use crate::measure::Entrant;
use crate::options::Options;
use crate::prompt::{self, Layout};
use crate::server::{BenchServer, Library};
use crate::{bulk, calls, memory};

/// The contenders' names.
pub(crate) const OURS: &str = "pg_background";
pub(crate) const DBLINK: &str = "dblink";
pub(crate) const GATHER: &str = "Gather";
pub(crate) const EXECUTE: &str = "EXECUTE";

pub(crate) const TUTOR: &str = "tutor";
pub(crate) const PSQL: &str = "psql";

const EXTENSION: Subject = Subject { name: OURS, rival: DBLINK, file: "speed" };
const PROMPT: Subject = Subject { name: TUTOR, rival: PSQL, file: "prompt" };

/// Whom the reports are about.
pub(crate) const SUBJECTS: [Subject; 2] = [EXTENSION, PROMPT];

/// One row to measure.
pub(crate) struct Work {
    /// The report it belongs to.
    pub(crate) subject: Subject,
    /// The word for `--only`.
    pub(crate) name: &'static str,
    pub(crate) title: fn(&Options) -> String,
    pub(crate) unit: &'static str,
    pub(crate) scale: Scale,
    /// The ratio that ours is meant not to exceed.
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
    subject: EXTENSION,
    name: "",
    title: |_| String::new(),
    unit: "ms",
    scale: Scale::Contender(DBLINK),
    bar: 1.0,
    library: Library::Preloaded,
    repeat: Repeat::Rounds,
    entrants: |_, _| Vec::new(),
};

/// What the rows about printing have in common: they print the same rows in different layouts.
const ROWS: Work = Work { subject: PROMPT, scale: Scale::Contender(PSQL), bar: 1.1, ..ROW };

/// All rows, in the order of the report.
pub(crate) const ALL: [Work; 12] = [
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
    Work {
        name: "statement",
        title: |_| "SELECT 1; one after another".to_owned(),
        unit: "us",
        bar: 1.0,
        scale: Scale::Limit(prompt::STATEMENT_LIMIT_US),
        entrants: |_, _| prompt::statements(),
        ..ROWS
    },
    Work {
        name: "rows-aligned",
        title: |_| "100,000 rows printed, aligned".to_owned(),
        entrants: |_, _| prompt::rows(Layout::Aligned),
        ..ROWS
    },
    Work {
        name: "rows-expanded",
        title: |_| "100,000 rows printed, expanded".to_owned(),
        entrants: |_, _| prompt::rows(Layout::Expanded),
        ..ROWS
    },
    Work {
        name: "rows-unaligned",
        title: |_| "100,000 rows printed, unaligned".to_owned(),
        entrants: |_, _| prompt::rows(Layout::Unaligned),
        ..ROWS
    },
    Work {
        name: "rows-memory",
        title: |_| "memory of a prompt that prints 10,000,000 rows".to_owned(),
        unit: "MB",
        scale: Scale::Limit(prompt::MEMORY_LIMIT_MB),
        bar: 1.0,
        repeat: Repeat::Once,
        entrants: |_, _| prompt::memory(),
        ..ROWS
    },
];
