//! What was shown since an exercise was opened.

use std::collections::BTreeMap;

use super::{Showed, ShownPids};
use crate::check::Attempt;
use crate::psql::{Execution, Item};

/// How many statements of an exercise are remembered, the first of them.
const KEPT_STATEMENTS: usize = 2_000;

/// How many bytes of their text and of process ids are.
const KEPT_BYTES: usize = 512 * 1024;

/// What the statements of an exercise showed, in the order in which they ended.
#[derive(Debug, Default)]
pub(in crate::lab) struct ShownLog {
    /// What each session was given last, as it was typed.
    typed: BTreeMap<i32, String>,
    showed: Vec<Showed>,
    bytes: usize,
}

impl ShownLog {
    /// The session with that process id begins with this.
    pub(in crate::lab) fn begins(&mut self, session: i32, item: &Item) {
        let typed = match item {
            Item::Statement(statement) => statement.raw.clone(),
            Item::Command(_) => String::new(),
        };
        self.typed.insert(session, typed);
    }

    /// What the session was given has brought this.
    pub(in crate::lab) fn ended(&mut self, session: i32, executions: &[Execution], attempt: &Attempt) {
        let statement = self.typed.remove(&session).unwrap_or_default();
        let showed = Showed { statement, pids: shown_pids(executions, attempt) };
        self.bytes += size(&showed);
        if self.showed.len() < KEPT_STATEMENTS && self.bytes <= KEPT_BYTES {
            self.showed.push(showed);
        }
    }

    /// All of it.
    pub(in crate::lab) fn showed(&self) -> &[Showed] {
        &self.showed
    }
}

fn size(showed: &Showed) -> usize {
    let pids = match &showed.pids {
        ShownPids::Row(columns) => columns.iter().map(|(name, _)| name.len()).sum(),
        ShownPids::Scattered(pids) => pids.len() * 8,
    };
    showed.statement.len() + pids
}

fn shown_pids(executions: &[Execution], attempt: &Attempt) -> ShownPids {
    let results: Vec<_> = executions.iter().filter(|one| one.shown).flat_map(|one| &one.results).collect();
    let pid_of = |column: &crate::wire::Column, value: &Option<String>| {
        value.clone().filter(|value| attempt.is_pid(column, value))
    };
    if let ([result], [_]) = (&results[..], executions)
        && let [row] = &result.rows[..]
    {
        let cells = result.columns.iter().zip(row);
        return ShownPids::Row(cells.map(|(column, value)| (column.name.clone(), pid_of(column, value))).collect());
    }
    let cells = results.iter().flat_map(|result| result.rows.iter().flat_map(|row| result.columns.iter().zip(row)));
    ShownPids::Scattered(cells.filter_map(|(column, value)| pid_of(column, value)).take(KEPT_BYTES / 8).collect())
}
