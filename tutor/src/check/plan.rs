//! A plan's tree without what changes from run to run.
//!
//! Costs, times, buffers, memory and row decimals go (EXPLAIN, chapter 14.1 of PostgreSQL's manual, says what each
//! line means); nodes, workers, rows and loops stay. `FORMAT JSON` becomes the same tree.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::psql::{Execution, ResultSet};

/// What only EXPLAIN returns: its command tag, which no query can fake.
const PLAN_TAG: &str = "EXPLAIN";

/// What stands in a plan that is not plain.
static ADDITIONS: LazyLock<Regex> = LazyLock::new(|| {
    let parts =
        r"\(cost=|actual time=|^\s*(Buffers|Planning|Planning Time|Execution Time|I/O Timings):|^\s*[\[{<-] *(\n|Plan)";
    Regex::new(&format!("(?m){parts}")).expect("the plan's patterns are valid")
});

/// The lines of a result if it is a plan.
pub(super) fn lines(result: &ResultSet) -> Option<Vec<String>> {
    let is_plan = result.tag == PLAN_TAG;
    is_plan.then(|| result.rows.iter().filter_map(|row| row.first().cloned().flatten()).collect())
}

/// Whether every plan that the statement showed is plain text without costs, times, buffers and summary.
pub(super) fn is_plain(execution: &Execution) -> bool {
    execution.results.iter().filter_map(lines).all(|lines| !ADDITIONS.is_match(&lines.join("\n")))
}

static VOLATILE_PARTS: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("the plan's patterns are valid");
    [
        (pattern(r" *\(cost=[^)]*\)"), ""),
        (pattern(r"\(actual time=\S+ rows="), "(actual rows="),
        (pattern(r"\brows=(\d+)\.\d+"), "rows=$1"),
        (pattern(r"\bon public\."), "on "),
    ]
});

/// How lines begin that say nothing about the tree.
const VOLATILE_LINES: [&str; 22] = [
    "Planning Time:",
    "Execution Time:",
    "Planning:",
    "Buffers:",
    "I/O Timings:",
    "WAL:",
    "JIT:",
    "Functions:",
    "Options:",
    "Timing:",
    "Sort Method:",
    "Buckets:",
    "Memory Usage:",
    "Memory:",
    "Peak Memory Usage:",
    "Batches:",
    "Worker ",
    "Query Identifier:",
    "Settings:",
    "Serialization:",
    "Output:",
    "Heap Fetches:",
];

/// The tree of a plan that EXPLAIN printed, a line a node or property.
pub(crate) fn normalise(lines: &[String]) -> Vec<String> {
    let whole = lines.join("\n");
    let tree = json_tree(&whole).unwrap_or_else(|| whole.lines().map(str::to_owned).collect());
    tree.iter()
        .filter(|line| !VOLATILE_LINES.iter().any(|start| line.trim_start().starts_with(start)))
        .map(|line| {
            VOLATILE_PARTS
                .iter()
                .fold(line.clone(), |line, (part, instead)| part.replace_all(&line, *instead).into_owned())
        })
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// The lines that the text format would print for a plan in JSON; `None` for text that is none.
fn json_tree(text: &str) -> Option<Vec<String>> {
    if !text.trim_start().starts_with('[') {
        return None;
    }
    let plans: Value = serde_json::from_str(text).ok()?;
    let mut lines = Vec::new();
    write_node(plans.get(0)?.get("Plan")?, 0, &mut lines);
    Some(lines)
}

fn write_node(node: &Value, depth: usize, lines: &mut Vec<String>) {
    let (arrow, properties) = if depth == 0 {
        (String::new(), "  ".to_owned())
    } else {
        (format!("{}->  ", " ".repeat(6 * depth - 4)), " ".repeat(6 * depth + 2))
    };
    lines.push(format!("{arrow}{}{}", label(node), actual(node)));
    for name in ["Workers Planned", "Workers Launched", "Index Cond", "Recheck Cond", "Filter"] {
        match &node[name] {
            Value::Null => {}
            Value::String(text) => lines.push(format!("{properties}{name}: {text}")),
            value => lines.push(format!("{properties}{name}: {value}")),
        }
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        write_node(child, depth + 1, lines);
    }
}

fn label(node: &Value) -> String {
    let text = |name: &str| node[name].as_str().unwrap_or_default();
    let partial = match text("Partial Mode") {
        "Partial" => "Partial ",
        "Finalize" => "Finalize ",
        _ => "",
    };
    let parallel = if node["Parallel Aware"] == Value::Bool(true) { "Parallel " } else { "" };
    let kind = match (text("Node Type"), text("Strategy")) {
        ("Aggregate", "Sorted") => "GroupAggregate",
        ("Aggregate", "Hashed") => "HashAggregate",
        ("Aggregate", "Mixed") => "MixedAggregate",
        (kind, _) => kind,
    };
    let relation = match (text("Relation Name"), text("Alias")) {
        ("", _) => String::new(),
        (relation, alias) if alias == relation || alias.is_empty() => format!(" on {relation}"),
        (relation, alias) => format!(" on {relation} {alias}"),
    };
    let index = node["Index Name"].as_str().map(|index| format!(" using {index}")).unwrap_or_default();
    format!("{partial}{parallel}{kind}{index}{relation}")
}

fn actual(node: &Value) -> String {
    match (&node["Actual Rows"], &node["Actual Loops"]) {
        (Value::Number(rows), Value::Number(loops)) => format!(" (actual rows={rows} loops={loops})"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn costs_and_times_go_and_the_tree_stays() {
        let plan = "\
Finalize Aggregate  (cost=9329.97..9329.98 rows=1 width=8) (actual time=32.1..33.5 rows=1.00 loops=1)
  Buffers: shared hit=6475
  ->  Gather  (cost=9329.76..9329.97 rows=2 width=8) (actual time=32.0..33.5 rows=3.00 loops=1)
        Workers Planned: 2
        ->  Partial Aggregate (actual rows=1 loops=3)
              ->  Parallel Seq Scan on public.mail_messages (actual rows=118708.33 loops=3)
Planning:
  Buffers: shared hit=3
Planning Time: 0.05 ms";
        assert_eq!(
            normalise(&lines(plan)),
            [
                "Finalize Aggregate (actual rows=1 loops=1)",
                "  ->  Gather (actual rows=3 loops=1)",
                "        Workers Planned: 2",
                "        ->  Partial Aggregate (actual rows=1 loops=3)",
                "              ->  Parallel Seq Scan on mail_messages (actual rows=118708 loops=3)",
            ]
        );
    }

    #[test]
    fn json_becomes_the_same_tree() {
        let plan = r#"[{"Plan": {"Node Type": "Aggregate", "Strategy": "Plain", "Partial Mode": "Finalize", "Parallel Aware": false,
            "Plans": [{"Node Type": "Gather", "Parallel Aware": false, "Workers Planned": 2,
              "Plans": [{"Node Type": "Aggregate", "Strategy": "Plain", "Partial Mode": "Partial",
                "Plans": [{"Node Type": "Seq Scan", "Parallel Aware": true, "Relation Name": "m", "Alias": "m"}]}]}]}}]"#;
        assert_eq!(
            normalise(&[plan.to_owned()]),
            [
                "Finalize Aggregate",
                "  ->  Gather",
                "        Workers Planned: 2",
                "        ->  Partial Aggregate",
                "              ->  Parallel Seq Scan on m",
            ]
        );
    }
}
