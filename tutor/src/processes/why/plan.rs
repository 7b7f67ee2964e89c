//! What a plan in JSON says about workers.

use serde_json::Value;

use crate::check::plan_tree;

/// A plan, as EXPLAIN (VERBOSE, FORMAT JSON) shows it.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    json: String,
    /// Workers of all its Gather nodes.
    pub(super) planned: usize,
    /// The tables that it reads, with schemas.
    pub(super) tables: Vec<Table>,
    /// Texts of its expressions.
    pub(super) expressions: Vec<String>,
}

/// A table that a plan reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
    /// Processes share its reading.
    pub(super) is_shared: bool,
    /// It is read through an index.
    pub(super) through_index: bool,
}

/// Properties of nodes that hold expressions.
const EXPRESSIONS: [&str; 9] = [
    "Filter",
    "Output",
    "Index Cond",
    "Recheck Cond",
    "Join Filter",
    "Hash Cond",
    "Merge Cond",
    "Function Call",
    "Sort Key",
];

impl Plan {
    pub(super) fn parse(json: &str) -> Option<Plan> {
        let plans: Value = serde_json::from_str(json).ok()?;
        let mut plan = Plan { json: json.to_owned(), ..Plan::default() };
        plan.read(plans.get(0)?.get("Plan")?);
        Some(plan)
    }

    /// Whether it has workers at all.
    pub(super) fn is_parallel(&self) -> bool {
        self.planned > 0
    }

    /// Its tree, a line a node, without costs.
    pub(super) fn tree(&self) -> Vec<String> {
        plan_tree(std::slice::from_ref(&self.json))
    }

    fn read(&mut self, node: &Value) {
        let text = |name: &str| node[name].as_str().unwrap_or_default();
        if text("Node Type").starts_with("Gather") {
            let planned = node["Workers Planned"].as_u64().and_then(|planned| usize::try_from(planned).ok());
            self.planned += planned.unwrap_or(0);
        }
        if !text("Relation Name").is_empty() {
            self.tables.push(Table {
                schema: text("Schema").to_owned(),
                name: text("Relation Name").to_owned(),
                is_shared: node["Parallel Aware"] == Value::Bool(true),
                through_index: text("Node Type").contains("Index"),
            });
        }
        for name in EXPRESSIONS {
            match &node[name] {
                Value::String(expression) => self.expressions.push(expression.clone()),
                Value::Array(several) => {
                    self.expressions.extend(several.iter().filter_map(Value::as_str).map(str::to_owned))
                }
                _ => {}
            }
        }
        node["Plans"].as_array().into_iter().flatten().for_each(|child| self.read(child));
    }
}

/// How many workers a plan that was run planned and launched, from the text or JSON that EXPLAIN ANALYZE showed.
pub(super) fn workers_of(shown: &str) -> Option<(usize, usize)> {
    let sum = |name: &str| {
        let numbers = shown.lines().filter_map(|line| {
            let (label, number) = line.trim().trim_end_matches(',').split_once(':')?;
            (label.trim_matches('"') == name).then(|| number.trim().parse::<usize>().ok())?
        });
        let numbers: Vec<usize> = numbers.collect();
        (!numbers.is_empty()).then(|| numbers.iter().sum())
    };
    Some((sum("Workers Planned")?, sum("Workers Launched")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_and_tables_are_found() {
        let json = r#"[{"Plan": {"Node Type": "Gather", "Workers Planned": 2, "Plans": [{"Node Type": "Seq Scan",
            "Parallel Aware": true, "Schema": "public", "Relation Name": "m", "Alias": "m", "Filter": "(f(m.id) > 0)"}]}}]"#;
        let plan = Plan::parse(json).expect("a plan");
        assert_eq!((plan.planned, plan.tables.len(), plan.expressions.len()), (2, 1, 1));
        assert!(plan.tables[0].is_shared && plan.is_parallel());
    }

    #[test]
    fn what_was_launched_is_read_in_both_formats() {
        let text = "Gather (actual rows=3)\n  Workers Planned: 2\n  Workers Launched: 1\n";
        assert_eq!(workers_of(text), Some((2, 1)));
        assert_eq!(workers_of("\"Workers Planned\": 2,\n \"Workers Launched\": 0,\n"), Some((2, 0)));
        assert_eq!(workers_of("Workers Planned: 2"), None);
    }
}
