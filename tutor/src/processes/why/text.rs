//! The sentences of `\why`.

use super::cause::{Cause, Function, TableFacts};
use super::plan::Plan;
use super::statement::Part;
use super::{LastRun, Rule, Settings, Slots, workers_by_size};
use crate::words::count;

pub(super) const NO_PLAN: &str = "EXPLAIN showed no plan";
pub(super) const FAILED_TRANSACTION: &str =
    "The transaction has failed, so the session explains nothing: ROLLBACK first.";

const SERIAL: &str = "The plan is not parallel.";
const TOGETHER: &str = "Each of these alone keeps workers away. Without all of them, the plan would be:";
const ALONE: &str = "Tried out (nothing stays changed): without that, the plan would be:";
const UNTRIED: &str = "This is the manual's rule; it could not be tried out here.";
const IN_TRANSACTION: &str = "Outside a transaction, \\why also tries out functions and tables.";
const UNKNOWN: &str = "Neither settings nor costs nor functions nor the kind of statement are to blame: changing all of \
    them did not bring a worker. What is left is the plan itself, such as a scan that workers cannot share.";

pub(super) fn not_explained(error: &str) -> String {
    format!("The statement cannot be explained: {error}")
}

/// Statements without a plan.
pub(super) fn no_plan(first: Option<&str>, last: &LastRun, slots: &Slots) -> String {
    let seen = last.seen.map(|seen| format!("While it ran, {} were seen.\n", count(seen, "parallel worker")));
    match first {
        Some("create" | "reindex" | "vacuum") => format!(
            "EXPLAIN shows no plan of it. The building and vacuuming of indexes takes workers as well: as many as the size \
             of the table or of the indexes, max_parallel_maintenance_workers and the free slots allow.\n{}{}\n",
            seen.unwrap_or_default(),
            free_slots(slots)
        ),
        None => "There was no statement yet; \\why STATEMENT asks about one.\n".to_owned(),
        Some(_) => "It has no plan, so it has no workers.\n".to_owned(),
    }
}

/// A serial plan whose causes were found by trying.
pub(super) fn serial(causes: &[Cause], plan: &Plan, tables: &[TableFacts], settings: &Settings) -> String {
    let mut lines = vec![SERIAL.to_owned()];
    let bullet = if causes.len() > 1 { "- " } else { "" };
    lines.extend(causes.iter().map(|cause| format!("{bullet}{}", because(cause, tables, settings))));
    lines.push(if causes.len() > 1 { TOGETHER } else { ALONE }.to_owned());
    lines.extend(plan.tree().iter().map(|line| format!("    {line}")));
    let remedies: Vec<String> = causes.iter().map(remedy).collect();
    lines.extend(remedies);
    lines.join("\n") + "\n"
}

/// A serial plan that nothing that was tried makes parallel.
pub(super) fn serial_by_rule(rules: &[Rule], in_transaction: bool) -> String {
    let mut lines = vec![SERIAL.to_owned()];
    lines.extend(rules.iter().map(by_rule));
    lines.push(if rules.is_empty() { UNKNOWN } else { UNTRIED }.to_owned());
    lines.extend(in_transaction.then(|| IN_TRANSACTION.to_owned()));
    lines.join("\n") + "\n"
}

fn because(cause: &Cause, tables: &[TableFacts], settings: &Settings) -> String {
    match cause {
        Cause::PerGather => {
            "max_parallel_workers_per_gather is 0 in this session: no query may have workers.".to_owned()
        }
        Cause::Function { signature, is_unsafe } => function(signature, *is_unsafe),
        Cause::Part(part) => self::part(*part).to_owned(),
        Cause::Storage(table) => {
            format!("{table} has the storage parameter parallel_workers = 0: no worker may help to read it.")
        }
        Cause::Size => size(tables, settings),
        Cause::Cost => {
            "Workers would cost more than they save: starting them (parallel_setup_cost) and passing rows to \
            the leader (parallel_tuple_cost) is reckoned dearer than to do the work alone."
                .to_owned()
        }
    }
}

fn function(signature: &str, is_unsafe: bool) -> String {
    if is_unsafe {
        format!(
            "{signature} is PARALLEL UNSAFE (which is what functions are unless they say otherwise): a statement that calls it has no workers at all."
        )
    } else {
        format!(
            "{signature} is PARALLEL RESTRICTED: only the leader may call it, so no worker can do the part of the plan where it is called."
        )
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Cursor => "It declares a cursor, whose rows are fetched bit by bit: the plan of a cursor has no workers.",
        Part::Insert => "It writes: INSERT has no workers, and the query behind it none either.",
        Part::WritingCte => "A part of WITH writes: a statement that writes anywhere has no workers anywhere.",
        Part::RowLocks => "It locks rows (FOR UPDATE and the like), which is writing: such a statement has no workers.",
    }
}

fn size(tables: &[TableFacts], settings: &Settings) -> String {
    let too_small = |table: &&TableFacts| least(table, settings).is_some_and(|least| table.pages < least);
    let small: Vec<String> = tables
        .iter()
        .filter(too_small)
        .map(|table| format!("{} has {}", table.name, count_pages(table.pages)))
        .collect();
    let least = settings.table_pages.unwrap_or_default();
    let small = if small.is_empty() { "What is read is small".to_owned() } else { small.join(", ") };
    format!("{small}: less than min_parallel_table_scan_size, {least} pages, from which on one worker is thought of.")
}

/// What one can do about it for good; SQL stands on lines of its own.
fn remedy(cause: &Cause) -> String {
    let sql = |why: &str, statements: &[String]| {
        let lines: Vec<String> = statements.iter().map(|statement| format!("    {statement};")).collect();
        format!("{why}\n{}", lines.join("\n"))
    };
    match cause {
        Cause::PerGather => sql("To change it:", &["SET max_parallel_workers_per_gather = 2".to_owned()]),
        Cause::Function { signature, .. } => sql(
            "If the function only reads or calculates, say so:",
            &[format!("ALTER FUNCTION {signature} PARALLEL SAFE")],
        ),
        Cause::Part(Part::Cursor) => "To have workers, run the query without a cursor.".to_owned(),
        Cause::Part(Part::Insert) => "With CREATE TABLE .. AS, the same query may have workers.".to_owned(),
        Cause::Part(Part::WritingCte) => "To have workers, write in one statement and read in another.".to_owned(),
        Cause::Part(Part::RowLocks) => "To have workers, read without locking rows.".to_owned(),
        Cause::Storage(table) => sql("To change it:", &[format!("ALTER TABLE {table} RESET (parallel_workers)")]),
        Cause::Size => sql("To think of workers all the same:", &["SET min_parallel_table_scan_size = 0".to_owned()]),
        Cause::Cost => sql(
            "To have them all the same:",
            &["SET parallel_setup_cost = 0".to_owned(), "SET parallel_tuple_cost = 0".to_owned()],
        ),
    }
}

fn by_rule(rule: &Rule) -> String {
    match rule {
        Rule::Writes => "It writes: INSERT, UPDATE, DELETE and MERGE have no workers.".to_owned(),
        Rule::Part(part) => self::part(*part).to_owned(),
        Rule::Temporary(table) => {
            format!(
                "{table} is a temporary table: it lies in the memory of your own process, where no worker can see it."
            )
        }
        Rule::Function(Function { signature, is_unsafe, .. }) => function(signature, *is_unsafe),
        Rule::NoTable => "It reads no table, so there is nothing to share out.".to_owned(),
    }
}

/// A parallel plan: why so many workers, and whether it got them.
pub(super) fn parallel(
    plan: &Plan,
    unlimited: usize,
    tables: &[TableFacts],
    settings: &Settings,
    last: &LastRun,
    slots: &Slots,
) -> String {
    let mut lines = vec![format!("The plan is parallel: {} besides the leader.", count(plan.planned, "worker"))];
    lines.extend(tables.iter().filter(|table| table.is_shared).filter_map(|table| by_size(table, settings)));
    if unlimited > plan.planned {
        let limit = settings.per_gather.unwrap_or_default();
        lines.push(format!(
            "max_parallel_workers_per_gather = {limit} allows no more; tried out: without that limit, there would be {unlimited}."
        ));
    }
    lines.extend(shortage(plan.planned, settings, last, slots));
    lines.join("\n") + "\n"
}

/// How the size of a table leads to a number of workers.
fn by_size(table: &TableFacts, settings: &Settings) -> Option<String> {
    let (name, pages) = (&table.name, count_pages(table.pages));
    if let Some(workers) = table.workers {
        return Some(format!(
            "{name} has the storage parameter parallel_workers = {workers}, which stands for its size."
        ));
    }
    if table.through_index {
        return None;
    }
    let least = least(table, settings)?;
    let workers = workers_by_size(table.pages, least);
    let next = (0..workers).fold(least, |limit, _| limit.saturating_mul(3));
    Some(format!(
        "{name} has {pages}. The first worker comes at {least} pages (min_parallel_table_scan_size), one more whenever a \
         table is three times as large: its size is worth {}; {next} pages would be worth {}.",
        count(workers, "worker"),
        workers + 1
    ))
}

/// The pages from which on a table is worth a worker.
fn least(table: &TableFacts, settings: &Settings) -> Option<u64> {
    let pages = if table.through_index { settings.index_pages } else { settings.table_pages };
    pages.and_then(|pages| u64::try_from(pages).ok())
}

/// Whether the workers that are planned came, or would come.
fn shortage(planned: usize, settings: &Settings, last: &LastRun, slots: &Slots) -> Vec<String> {
    let limit = settings.max_parallel_workers.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let launched = last.launched(planned);
    let mut lines = Vec::new();
    if let Some(launched) = launched {
        lines.push(format!("But when it ran, it got {launched} of {planned}."));
    }
    if limit < planned {
        lines.push(format!(
            "max_parallel_workers = {limit} lets no more than {} run for all queries together; the planner does not look at it.",
            count(limit, "parallel worker")
        ));
    }
    if slots.free() < planned {
        let when = if launched.is_some() { "then" } else { "now" };
        lines.push(format!(
            "{}: of the {} slots of max_worker_processes, others had {} {when}. The leader does alone what workers that do \
             not come would have done.",
            if slots.free() == 0 { "No free worker" } else { "Too few free workers" },
            slots.all,
            slots.of_others()
        ));
    }
    if launched.is_some() || slots.free() < planned {
        lines.push(free_slots(slots));
    }
    lines
}

/// Who has the slots now.
fn free_slots(slots: &Slots) -> String {
    let taken: Vec<String> = slots.taken.iter().map(|(what, number)| count(*number, what)).collect();
    let used: usize = slots.taken.iter().map(|(_, number)| number).sum();
    let taken = if taken.is_empty() { "nobody".to_owned() } else { taken.join(", ") };
    format!("Slots now: {} of {} free; taken by {taken}.", slots.all.saturating_sub(used), slots.all)
}

fn count_pages(pages: u64) -> String {
    if pages == 1 { "1 page".to_owned() } else { format!("{pages} pages") }
}
