//! Causes of a serial plan, each with the change that would take it away.

use super::plan::Plan;
use super::session::{Asked, Rows};
use super::statement::{Part, Statement, functions_in};
use crate::server::{quote_ident, quote_literal};
use crate::wire::TransactionStatus;

/// A cause that can be tried out: with the change, the plan is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// `max_parallel_workers_per_gather` is 0.
    PerGather,
    /// A function, by its signature, that is marked so.
    Function { signature: String, is_unsafe: bool },
    /// A part of the statement.
    Part(Part),
    /// The table's own setting `parallel_workers` is 0.
    Storage(String),
    /// Tables are smaller than the settings ask for.
    Size,
    /// Workers cost more than they save.
    Cost,
}

/// A function that workers cannot call, or only the leader can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) signature: String,
    /// PARALLEL UNSAFE; otherwise RESTRICTED.
    pub(super) is_unsafe: bool,
    /// The student may change its mark.
    is_own: bool,
}

/// A table that a statement reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableFacts {
    /// As SQL names it.
    pub(super) name: String,
    /// Its main fork, in pages.
    pub(super) pages: u64,
    pub(super) is_temporary: bool,
    /// The storage parameter `parallel_workers`.
    pub(super) workers: Option<usize>,
    pub(super) is_shared: bool,
    pub(super) through_index: bool,
}

/// Functions of those names that are not PARALLEL SAFE, with whether the student owns them.
const FUNCTIONS: &str = "
    SELECT p.oid::pg_catalog.regprocedure, p.proparallel, p.prokind = 'f' AND pg_catalog.pg_has_role(p.proowner, 'USAGE')
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname = ANY (ARRAY[{names}]::text[]) AND p.proparallel <> 's' AND p.prokind <> 'p'
        AND (pg_catalog.pg_function_is_visible(p.oid) OR n.nspname NOT IN ('pg_catalog', 'information_schema'))
    ORDER BY 1";

/// Size in pages, persistence and own number of workers of a table.
const TABLE: &str = "
    SELECT c.oid::pg_catalog.regclass, pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint,
        c.relpersistence = 't',
        (SELECT option_value FROM pg_catalog.pg_options_to_table(c.reloptions) WHERE option_name = 'parallel_workers')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = {name}
        AND n.oid = CASE {schema} WHEN '\"pg_temp\"' THEN pg_catalog.pg_my_temp_schema() ELSE pg_catalog.to_regnamespace({schema})::oid END";

impl Cause {
    /// What takes it away: commands of the transaction, or another statement.
    pub(super) fn commands(&self) -> Vec<String> {
        match self {
            Cause::PerGather => vec!["SET LOCAL max_parallel_workers_per_gather = 2".to_owned()],
            Cause::Function { signature, .. } => vec![format!("ALTER FUNCTION {signature} PARALLEL SAFE")],
            Cause::Part(_) => Vec::new(),
            Cause::Storage(table) => vec![format!("ALTER TABLE {table} RESET (parallel_workers)")],
            Cause::Size => ["min_parallel_table_scan_size", "min_parallel_index_scan_size"]
                .map(|name| format!("SET LOCAL {name} = 0"))
                .to_vec(),
            Cause::Cost => {
                ["parallel_setup_cost", "parallel_tuple_cost"].map(|name| format!("SET LOCAL {name} = 0")).to_vec()
            }
        }
    }
}

/// All causes that may play a part, those first that one would rather speak of.
pub(super) fn candidates(
    asked: &Asked<'_>,
    statement: &Statement,
    functions: &[Function],
    tables: &[TableFacts],
    per_gather: Option<i64>,
) -> Vec<Cause> {
    let mut causes = Vec::new();
    causes.extend((per_gather == Some(0)).then_some(Cause::PerGather));
    let parts = [Part::Cursor, Part::Insert, Part::WritingCte, Part::RowLocks];
    causes.extend(parts.into_iter().filter(|part| statement.without(*part).is_some()).map(Cause::Part));
    // What is altered is locked to the end of the student's transaction, so this is done outside of one only.
    if asked.transaction() == TransactionStatus::Idle {
        let own = functions.iter().filter(|function| function.is_own);
        causes.extend(own.map(|own| Cause::Function { signature: own.signature.clone(), is_unsafe: own.is_unsafe }));
        let never = tables.iter().filter(|table| table.workers == Some(0));
        causes.extend(never.map(|table| Cause::Storage(table.name.clone())));
    }
    causes.extend([Cause::Size, Cause::Cost]);
    causes
}

/// The plan that there would be without those causes; `None` if the server refuses the attempt.
pub(super) fn plan_without(asked: &mut Asked<'_>, statement: &Statement, causes: &[Cause]) -> Option<Plan> {
    let without = |statement: Statement, cause: &Cause| match cause {
        Cause::Part(part) => statement.without(*part).unwrap_or(statement),
        _ => statement,
    };
    let statement = causes.iter().fold(statement.clone(), without);
    let commands: Vec<String> = causes.iter().flat_map(Cause::commands).collect();
    asked.plan(&commands, &statement.text).ok()
}

/// The causes that are needed to explain why the plan is serial: each of them alone is enough to keep workers away, and
/// without all of them the plan is the one returned. `None` if not even that helps.
pub(super) fn reduce(asked: &mut Asked<'_>, statement: &Statement, all: Vec<Cause>) -> Option<(Vec<Cause>, Plan)> {
    let mut causes = attempt_all(asked, statement, all)?;
    let mut plan = plan_without(asked, statement, &causes)?;
    let mut index = causes.len();
    while index > 0 && plan.is_parallel() {
        index -= 1;
        let mut fewer = causes.clone();
        fewer.remove(index);
        if let Some(without) = plan_without(asked, statement, &fewer).filter(Plan::is_parallel) {
            (causes, plan) = (fewer, without);
        }
    }
    plan.is_parallel().then_some((causes, plan))
}

/// All causes that can be tried together: a change that the server refuses is left out.
fn attempt_all(asked: &mut Asked<'_>, statement: &Statement, all: Vec<Cause>) -> Option<Vec<Cause>> {
    if plan_without(asked, statement, &all).is_some() {
        return Some(all);
    }
    let mut accepted: Vec<Cause> = Vec::new();
    for cause in all {
        accepted.push(cause);
        if plan_without(asked, statement, &accepted).is_none() {
            accepted.pop();
        }
    }
    Some(accepted)
}

/// The functions of a statement, and of its plan, that are not PARALLEL SAFE.
pub(super) fn functions(asked: &mut Asked<'_>, statement: &Statement, plan: &Plan) -> Vec<Function> {
    let mut names = statement.functions();
    names.extend(plan.expressions.iter().flat_map(|expression| functions_in(expression)));
    names.sort_unstable();
    names.dedup();
    let quoted: Vec<String> = names.iter().map(|name| quote_literal(name)).collect();
    let rows = asked.aside(&[], &FUNCTIONS.replace("{names}", &quoted.join(", "))).unwrap_or_default();
    rows.iter().filter_map(|row| function(row)).collect()
}

fn function(row: &[String]) -> Option<Function> {
    let [signature, mark, is_own] = row else { return None };
    Some(Function { signature: signature.clone(), is_unsafe: mark == "u", is_own: is_own == "t" })
}

/// The tables of a plan. One that cannot be looked at is left out.
pub(super) fn tables(asked: &mut Asked<'_>, plan: &Plan) -> Vec<TableFacts> {
    let mut found: Vec<TableFacts> = Vec::new();
    for table in &plan.tables {
        let question = TABLE
            .replace("{schema}", &quote_literal(&quote_ident(&table.schema)))
            .replace("{name}", &quote_literal(&table.name));
        let rows: Rows = asked.aside(&[], &question).unwrap_or_default();
        let Some([name, pages, is_temporary, workers]) = rows.first().map(Vec::as_slice) else { continue };
        if found.iter().any(|other| other.name == *name) {
            continue;
        }
        found.push(TableFacts {
            name: name.clone(),
            pages: pages.parse().unwrap_or(0),
            is_temporary: is_temporary == "t",
            workers: workers.parse().ok(),
            is_shared: table.is_shared,
            through_index: table.through_index,
        });
    }
    found
}
