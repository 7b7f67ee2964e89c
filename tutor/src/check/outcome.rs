//! What an attempt comes to under an exercise's rules: plain lines that can be compared, recorded and shown.

use std::fmt;

use super::Normaliser;
use super::plan;
use crate::course::{Check, Compare, Order};
use crate::psql::{Execution, ResultSet};
use crate::wire::Column;

/// How a NULL is written in an outcome; it cannot be taken for a text.
pub(super) const NULL: &str = "<null>";

/// PostgreSQL's type `integer`, in which process ids come (`pg_type.dat`).
pub(super) const INT4_OID: u32 = 23;

/// One thing that a statement showed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Item {
    /// Rows, a line each, values between `|`; before them the column names if they count.
    Rows(Vec<String>),
    /// The tree of a plan.
    Plan(Vec<String>),
    /// An error's SQLSTATE.
    Error(String),
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, lines) = match self {
            Item::Rows(lines) => ("rows", lines),
            Item::Plan(lines) => ("plan", lines),
            Item::Error(sqlstate) => return writeln!(f, "error {sqlstate}"),
        };
        writeln!(f, "{title}")?;
        lines.iter().try_for_each(|line| writeln!(f, "{}", format!("| {line}").trim_end()))
    }
}

impl Item {
    /// The bytes of its text.
    pub(super) fn size(&self) -> usize {
        match self {
            Item::Rows(lines) | Item::Plan(lines) => lines.iter().map(String::len).sum(),
            Item::Error(sqlstate) => sqlstate.len(),
        }
    }

    /// Whether a check of this kind looks at such a thing. An error always counts: it is not what was asked for.
    pub(super) fn counts_for(&self, compare: Compare) -> bool {
        match (self, compare) {
            (Item::Rows(_), Compare::Rows) | (Item::Plan(_), Compare::Plan | Compare::Rows) => true,
            (Item::Error(_), Compare::Rows | Compare::Plan | Compare::Error) => true,
            (Item::Rows(_) | Item::Plan(_), Compare::Error) => true,
            (Item::Rows(_), Compare::Plan) | (_, Compare::State) => false,
        }
    }
}

/// What an attempt showed, and which of the exercise's other conditions it misses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many statements there were.
    pub statements: usize,
    /// The things shown, in order.
    pub shown: Vec<Item>,
    /// The conditions that fail, in words.
    pub fails: Vec<String>,
}

/// The things that a statement showed.
pub(super) fn items(execution: &Execution, check: &Check, names: &mut Normaliser) -> Vec<Item> {
    let results = execution.results.iter().filter(|result| execution.shown && !result.columns.is_empty());
    let mut items: Vec<Item> = results.map(|result| item(result, check, names)).collect();
    items.extend(execution.error.iter().map(|error| Item::Error(error.sqlstate.clone())));
    items
}

fn item(result: &ResultSet, check: &Check, names: &mut Normaliser) -> Item {
    if let Some(lines) = plan::lines(result) {
        return Item::Plan(plan::normalise(&lines));
    }
    let mut lines: Vec<String> = result.rows.iter().map(|row| line(&result.columns, row, names)).collect();
    if check.order == Order::Any {
        lines.sort();
    }
    if check.columns {
        let header = result.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join("|");
        lines.insert(0, header);
    }
    Item::Rows(lines)
}

fn line(columns: &[Column], row: &[Option<String>], names: &mut Normaliser) -> String {
    let cell = |(column, value): (&Column, &Option<String>)| match value {
        None => NULL.to_owned(),
        // A value with the separator in it is not two values.
        Some(value) => {
            names.cell(&column.name, column.type_oid == INT4_OID, value).replace('\n', "\\n").replace('|', "\\|")
        }
    };
    columns.iter().zip(row).map(cell).collect::<Vec<_>>().join("|")
}

/// The values of a line that stands for a row.
pub(super) fn values(line: &str) -> Vec<&str> {
    let mut values = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (at, byte) in line.bytes().enumerate() {
        if byte == b'|' && !is_escaped {
            values.push(&line[start..at]);
            start = at + 1;
        }
        is_escaped = byte == b'\\';
    }
    values.push(&line[start..]);
    values
}

/// A statement's messages and error as psql prints them, one after the other.
pub(super) fn messages(execution: &Execution, names: &mut Normaliser) -> String {
    let mut text = String::new();
    for message in execution.notices.iter().chain(&execution.error) {
        text.push_str(&format!("{}:  {}\n", message.severity, message.message));
        for (name, part) in [("DETAIL", &message.detail), ("HINT", &message.hint), ("CONTEXT", &message.context)] {
            if let Some(part) = part {
                text.push_str(&format!("{name}:  {part}\n"));
            }
        }
    }
    names.text(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_within_a_value_separates_nothing() {
        assert_eq!(values("a\\|b|<null>||"), ["a\\|b", "<null>", "", ""]);
    }

    #[test]
    fn an_item_prints_as_it_is_recorded() {
        assert_eq!(Item::Rows(vec!["1|<null>".into(), String::new()]).to_string(), "rows\n| 1|<null>\n|\n");
        assert_eq!(Item::Error("22012".into()).to_string(), "error 22012\n");
    }
}
