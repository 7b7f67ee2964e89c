//! Why a plan is not parallel, or why it has so many workers and no more: measured, not guessed.
//!
//! ```text
//! statement ──EXPLAIN──> Plan ─┬─ serial: causes that may play a part, all taken away at once, then put back one by one
//!                              │          as long as the plan stays parallel ──> the causes that are needed
//!                              └─ parallel: the rule of sizes, the limits, and who had the slots
//! ```
//!
//! The statement is never run. It is explained in the student's own session, because its settings count, within a
//! transaction or savepoint that is rolled back.

mod cause;
mod plan;
mod session;
mod statement;
mod text;

use cause::{Function, TableFacts};
use session::Asked;
use statement::{Part, Statement};

use crate::wire::{Connection, TransactionStatus};

/// What is known of the last time that the statement ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastRun {
    /// Workers that the plan shown by EXPLAIN ANALYZE had planned, and those that were launched.
    pub workers: Option<(usize, usize)>,
    /// The most workers that were seen at a time, if it was looked at while it ran.
    pub seen: Option<usize>,
}

impl LastRun {
    /// Takes what the statement showed, if that is a plan that was run.
    pub fn showed(&mut self, shown: &str) {
        self.workers = plan::workers_of(shown);
    }

    /// How many workers it got; the plan that was run knows better than who looked at it.
    fn launched(&self, planned: usize) -> Option<usize> {
        self.workers.map(|(_, launched)| launched).or(self.seen).filter(|launched| *launched < planned)
    }
}

/// Whether a statement, with EXPLAIN in front of it or not, is one that may have workers.
pub fn may_have_workers(sql: &str) -> bool {
    let statement = Statement::of(sql);
    statement.has_plan() || ["create", "reindex", "vacuum"].iter().any(|word| statement.starts_with(word))
}

/// The slots of the server for background workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    /// `max_worker_processes`.
    pub all: usize,
    /// Those taken now, by what: `background job`, and how many.
    pub taken: Vec<(String, usize)>,
    /// The most that others had taken when the statement ran, if it was looked at.
    pub taken_then: Option<usize>,
}

impl Slots {
    /// How many others had taken when the statement ran, as far as is known.
    fn of_others(&self) -> usize {
        self.taken_then.unwrap_or_else(|| self.taken.iter().map(|(_, number)| number).sum())
    }

    fn free(&self) -> usize {
        self.all.saturating_sub(self.of_others())
    }
}

/// Settings of the session that decide over workers, in their own units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Settings {
    per_gather: Option<i64>,
    max_parallel_workers: Option<i64>,
    /// Pages from which on a table, or an index, is worth a worker.
    table_pages: Option<i64>,
    index_pages: Option<i64>,
}

const SETTINGS: &str = "
    SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('max_parallel_workers_per_gather',
        'max_parallel_workers', 'min_parallel_table_scan_size', 'min_parallel_index_scan_size')";

/// Why the statement's plan has no workers, or so many and no more, in sentences.
///
/// # Errors
/// Why that cannot be told.
pub fn why(connection: &mut Connection, sql: &str, last: &LastRun, slots: &Slots) -> Result<String, String> {
    let mut asked = Asked(connection);
    let statement = Statement::of(sql);
    if asked.transaction() == TransactionStatus::Failed {
        return Err(text::FAILED_TRANSACTION.to_owned());
    }
    if !statement.has_plan() {
        return Ok(text::no_plan(statement.first(), last, slots));
    }
    let plan = asked.plan(&[], &statement.text).map_err(|error| text::not_explained(&error))?;
    let settings = settings(&mut asked)?;
    let tables = cause::tables(&mut asked, &plan);
    if plan.is_parallel() {
        let unlimited = asked.plan(&["SET LOCAL max_parallel_workers_per_gather = 1024".to_owned()], &statement.text);
        let unlimited = unlimited.map_or(plan.planned, |plan| plan.planned);
        return Ok(text::parallel(&plan, unlimited, &tables, &settings, last, slots));
    }
    let functions = cause::functions(&mut asked, &statement, &plan);
    let candidates = cause::candidates(&asked, &statement, &functions, &tables, settings.per_gather);
    Ok(match cause::reduce(&mut asked, &statement, candidates) {
        Some((causes, plan)) => text::serial(&causes, &plan, &tables, &settings),
        None => text::serial_by_rule(
            &rules(&statement, &functions, &tables),
            asked.transaction() != TransactionStatus::Idle,
        ),
    })
}

/// What keeps workers away, but cannot be taken away to try it out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Writes,
    Part(Part),
    Temporary(String),
    Function(Function),
    NoTable,
}

fn rules(statement: &Statement, functions: &[Function], tables: &[TableFacts]) -> Vec<Rule> {
    let mut rules = Vec::new();
    rules.extend(statement.writes().then_some(Rule::Writes));
    let parts = [Part::WritingCte, Part::RowLocks, Part::Cursor];
    rules.extend(parts.into_iter().filter(|part| statement.without(*part).is_some()).map(Rule::Part));
    rules.extend(functions.iter().cloned().map(Rule::Function));
    let temporary = tables.iter().filter(|table| table.is_temporary);
    rules.extend(temporary.map(|table| Rule::Temporary(table.name.clone())));
    rules.extend(tables.is_empty().then_some(Rule::NoTable));
    rules
}

fn settings(asked: &mut Asked<'_>) -> Result<Settings, String> {
    let rows = asked.aside(&[], SETTINGS)?;
    let value = |name: &str| rows.iter().find(|row| row[0] == name).and_then(|row| row.get(1)?.parse().ok());
    Ok(Settings {
        per_gather: value("max_parallel_workers_per_gather"),
        max_parallel_workers: value("max_parallel_workers"),
        table_pages: value("min_parallel_table_scan_size"),
        index_pages: value("min_parallel_index_scan_size"),
    })
}

/// How many workers a table, or an index, of so many pages is worth: one from `least` pages on, one more whenever it is
/// three times as large (How Parallel Query Works, chapter 15; `min_parallel_table_scan_size`).
fn workers_by_size(pages: u64, least: u64) -> usize {
    let limits = std::iter::successors(Some(least.max(1)), |limit| limit.checked_mul(3));
    limits.take_while(|limit| pages >= *limit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_more_whenever_the_table_is_three_times_as_large() {
        let pages = [1023, 1024, 3071, 3072, 9215, 9216, 27648];
        assert_eq!(pages.map(|pages| workers_by_size(pages, 1024)), [0, 1, 1, 2, 2, 3, 4]);
        assert_eq!(workers_by_size(u64::MAX, 0), 41);
    }
}
