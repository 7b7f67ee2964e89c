//! A plan in place of another.

use super::{Other, Remark};

/// What stands in front of a node below another.
const ARROW: &str = "->  ";

/// What stands behind the nodes of an executed plan.
const ACTUAL: &str = " (actual ";

/// The nodes that collect what workers bring.
const PARALLEL: [&str; 2] = ["Gather", "Gather Merge"];

/// A line of a plan.
struct Line<'a> {
    depth: usize,
    /// The node or property, without what it did.
    label: &'a str,
    /// What it did, in an executed plan.
    actual: Option<&'a str>,
    is_node: bool,
}

impl<'a> Line<'a> {
    fn new(index: usize, line: &'a str) -> Line<'a> {
        let text = line.trim_start();
        let (is_node, text) = match text.strip_prefix(ARROW) {
            Some(node) => (true, node),
            None => (index == 0, text),
        };
        let (label, actual) = match text.split_once(ACTUAL) {
            Some((label, actual)) => (label, Some(actual.trim_end_matches(')'))),
            None => (text, text.strip_suffix("(never executed)").map(|_| "never executed")),
        };
        let label = label.trim_end_matches("(never executed)").trim_end();
        Line { depth: line.len() - line.trim_start().len(), label, actual, is_node }
    }

    fn is_same(&self, other: &Line<'_>) -> bool {
        (self.depth, self.label, self.actual) == (other.depth, other.label, other.actual)
    }
}

/// What can be said about the plan `shown` in place of `wanted`.
pub(super) fn remark(wanted: &[String], shown: &[String]) -> Option<Remark> {
    let wanted: Vec<Line<'_>> = wanted.iter().enumerate().map(|(index, line)| Line::new(index, line)).collect();
    let shown: Vec<Line<'_>> = shown.iter().enumerate().map(|(index, line)| Line::new(index, line)).collect();
    let is_executed = |lines: &[Line<'_>]| lines.iter().any(|line| line.actual.is_some());
    let is_parallel = |lines: &[Line<'_>]| lines.iter().any(|line| line.is_node && PARALLEL.contains(&line.label));
    match (is_parallel(&wanted), is_parallel(&shown)) {
        (true, false) => return Some(Remark::NotParallel),
        (false, true) => return Some(Remark::Parallel),
        _ => {}
    }
    match (is_executed(&wanted), is_executed(&shown)) {
        (true, false) => return Some(Remark::NotExecuted),
        (false, true) => return Some(Remark::Executed),
        _ => {}
    }
    if wanted.len() != shown.len() {
        return None;
    }
    let differing: Vec<(&Line<'_>, &Line<'_>)> =
        wanted.iter().zip(&shown).filter(|(wanted, shown)| !wanted.is_same(shown)).collect();
    let (first, other) = differing.first()?;
    if differing.iter().all(|(wanted, shown)| wanted.depth == shown.depth && wanted.label == shown.label) {
        let values = Other::new(first.actual?, other.actual?);
        return Some(Remark::OtherCounts { node: first.label.to_owned(), values });
    }
    if differing.len() > 1 || first.depth != other.depth || first.is_node != other.is_node {
        return None;
    }
    if first.is_node {
        return Some(Remark::OtherNode(Other::new(first.label, other.label)));
    }
    let ((name, expected), (other_name, given)) = (first.label.split_once(": ")?, other.label.split_once(": ")?);
    (name == other_name).then(|| Remark::Property { name: name.to_owned(), values: Other::new(expected, given) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "Aggregate\n  ->  Gather\n        Workers Planned: 1\n        ->  Parallel Seq Scan on m";

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn remark_of(shown: &str) -> Option<Remark> {
        remark(&lines(PLAN), &lines(shown))
    }

    #[test]
    fn one_property_or_node_is_named() {
        let values = Other::new("1", "2");
        let property = Remark::Property { name: "Workers Planned".into(), values };
        assert_eq!(remark_of(&PLAN.replace("Planned: 1", "Planned: 2")), Some(property));
        let node = Remark::OtherNode(Other::new("Parallel Seq Scan on m", "Index Scan using i on m"));
        assert_eq!(remark_of(&PLAN.replace("Parallel Seq Scan on m", "Index Scan using i on m")), Some(node));
        assert_eq!(remark_of("Aggregate\n  ->  Seq Scan on m"), Some(Remark::NotParallel));
        assert_eq!(remark(&lines("Result"), &lines(PLAN)), Some(Remark::Parallel));
        assert_eq!(remark(&lines("Result"), &lines("Aggregate\n  ->  Result")), None);
    }

    #[test]
    fn executed_and_planned_are_told_apart() {
        assert_eq!(remark(&lines("Result"), &lines("Result (actual rows=1 loops=1)")), Some(Remark::Executed));
        let executed = lines("Aggregate (actual rows=1 loops=1)\n  ->  Seq Scan on m (actual rows=9 loops=1)");
        assert_eq!(remark(&executed, &lines("Aggregate\n  ->  Seq Scan on m")), Some(Remark::NotExecuted));
        let other = lines("Aggregate (actual rows=1 loops=1)\n  ->  Seq Scan on m (actual rows=9 loops=3)");
        let values = Other::new("rows=9 loops=1", "rows=9 loops=3");
        let counts = Remark::OtherCounts { node: "Seq Scan on m".into(), values };
        assert_eq!(remark(&executed, &other), Some(counts));
    }
}
