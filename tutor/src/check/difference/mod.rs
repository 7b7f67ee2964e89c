//! What was shown beside what was expected, and what can be said about it in a sentence.
//!
//! ```text
//! expected items ─┐            ┌─ rows ─┐
//!                 ├─ one pair ─┤        ├──> Remark
//! shown items ────┘            └─ plan ─┘
//! ```

mod plan;
mod rows;

use similar::{Algorithm, DiffOp, TextDiff, capture_diff_slices};

use super::Item;
use crate::course::{Check, Compare, Shown};

/// What was expected beside what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The lines that were expected.
    pub expected: Vec<String>,
    /// The lines that were shown.
    pub shown: Vec<String>,
    /// What is wrong, where it can be said in a sentence.
    pub remark: Option<Remark>,
}

/// A difference that can be said in a sentence. Rows and columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Nothing was shown.
    NothingShown,
    /// What was shown has no rows.
    NoRows,
    /// An error was asked for, nothing failed.
    NoError,
    /// Something failed that should not, with this SQLSTATE.
    Failed(String),
    /// Another error came than was asked for.
    OtherError(Other),
    /// A result was shown, not a plan.
    NoPlan,
    /// A plan was shown, not a result.
    OnlyPlan,
    /// What was asked for was shown, and then something else.
    NotLast,
    /// Of so many things that were to be shown in this order, some were.
    Parts {
        /// How many of them came, in their order.
        came: usize,
        /// How many there are.
        of: usize,
    },
    /// The number of columns is another.
    ColumnCount {
        /// How many were expected.
        expected: usize,
        /// How many were shown.
        shown: usize,
    },
    /// The values are right, some columns have other names.
    ColumnNames(Vec<Renamed>),
    /// The values are right, and so are the names, but they stand over each other's columns.
    SwappedNames(Vec<Renamed>),
    /// The columns are right, their order is not.
    ColumnOrder,
    /// The rows are right, their order is not.
    WrongOrder,
    /// Values are right but for how they are written.
    Spelling {
        /// What is different.
        kind: Spelling,
        /// The first of them.
        first: Cell,
    },
    /// All is right but for one value.
    OneValue(Cell),
    /// All is right but for values of one column.
    OneColumn {
        /// How many values are wrong.
        wrong: usize,
        /// The first of them.
        first: Cell,
    },
    /// Some rows are missing, none is wrong.
    MissingRows(Rows),
    /// There are more rows than expected, none is missing.
    ExtraRows(Rows),
    /// The rows are right, but some come more often than expected.
    RepeatedRows(Rows),
    /// Some rows are right, some are missing, and there are others.
    OtherRows {
        /// How many are right.
        right: usize,
        /// How many are missing.
        missing: usize,
        /// How many were not expected.
        extra: usize,
    },
    /// The plan has no workers, but should have.
    NotParallel,
    /// The plan has workers, but should have none.
    Parallel,
    /// The plan was not executed.
    NotExecuted,
    /// The plan was executed, but was not to be.
    Executed,
    /// All is right but for one property of a node, such as `Workers Planned`.
    Property {
        /// Its name.
        name: String,
        /// The two values.
        values: Other,
    },
    /// All is right but for one node.
    OtherNode(Other),
    /// The nodes are right, what they did is not.
    OtherCounts {
        /// The first such node.
        node: String,
        /// What stands behind it.
        values: Other,
    },
}

/// One thing in place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// What was expected.
    pub expected: String,
    /// What was shown.
    pub shown: String,
}

impl Other {
    fn new(expected: &str, shown: &str) -> Other {
        Other { expected: expected.to_owned(), shown: shown.to_owned() }
    }
}

/// A column that should be called something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The column's number.
    pub column: usize,
    /// The two names.
    pub names: Other,
}

/// A value in place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The row's number, where the order of rows counts.
    pub row: Option<usize>,
    /// The column's name where names count, else its number.
    pub column: Column,
    /// The two values.
    pub values: Other,
}

/// What a column is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// By its name.
    Named(String),
    /// By its number.
    Number(usize),
    /// It is the only one.
    Only,
}

/// Some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// How many.
    pub count: usize,
    /// The first of them, as it is shown in a difference.
    pub first: String,
}

/// How a value can be written otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Spaces at its beginning or end.
    Spaces,
    /// Capital and small letters.
    Case,
    /// `NULL` and the empty text.
    NullOrEmpty,
    /// Numbers such as 4 and 4.0.
    Number,
    /// `t` and `true`.
    Boolean,
}

/// What was shown beside the answer that is most like it.
pub(super) fn difference(check: &Check, answers: &[&[Item]], shown: &[Item]) -> Difference {
    let shown_lines = lines(check, shown);
    let nearest = answers.iter().copied().reduce(|best, other| {
        let nearer = likeness(&lines(check, other), &shown_lines) > likeness(&lines(check, best), &shown_lines);
        if nearer { other } else { best }
    });
    let wanted = nearest.unwrap_or_default();
    let remark = remark(check, wanted, shown);
    Difference { expected: lines(check, wanted), shown: shown_lines, remark }
}

/// The things that count.
pub(super) fn counting(compare: Compare, items: &[Item]) -> Vec<&Item> {
    items.iter().filter(|item| item.counts_for(compare)).collect()
}

/// How much of two texts is the same, from 0 to 1.
fn likeness(one: &[String], other: &[String]) -> f32 {
    let one: Vec<&str> = one.iter().map(String::as_str).collect();
    let other: Vec<&str> = other.iter().map(String::as_str).collect();
    TextDiff::from_slices(&one, &other).ratio()
}

/// The lines that count of what was shown.
fn lines(check: &Check, items: &[Item]) -> Vec<String> {
    let items = counting(check.compare, items);
    let items = match check.shown {
        Shown::Last => &items[items.len().saturating_sub(1)..],
        Shown::Sequence => &items[..],
    };
    items
        .iter()
        .flat_map(|item| match item {
            Item::Rows(lines) | Item::Plan(lines) => lines.clone(),
            Item::Error(sqlstate) => vec![format!("error {sqlstate}")],
        })
        .collect()
}

fn remark(check: &Check, wanted: &[Item], shown: &[Item]) -> Option<Remark> {
    let wanted = counting(check.compare, wanted);
    let counted = counting(check.compare, shown);
    let Some(last) = counted.last() else {
        let shows_rows = shown.iter().any(|item| matches!(item, Item::Rows(_)));
        return Some(if check.compare == Compare::Plan && shows_rows { Remark::NoPlan } else { Remark::NothingShown });
    };
    let wanted_last = wanted.last()?;
    match check.shown {
        Shown::Last if counted.contains(wanted_last) => Some(Remark::NotLast),
        Shown::Sequence if wanted.len() > 1 => parts(check, &wanted, &counted),
        _ => pair(check, wanted_last, last),
    }
}

/// What is wrong with several things that were to be shown: with one of them, or with some.
fn parts(check: &Check, wanted: &[&Item], shown: &[&Item]) -> Option<Remark> {
    let operations = capture_diff_slices(Algorithm::Myers, wanted, shown);
    let changes: Vec<&DiffOp> = operations.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })).collect();
    if let [change] = changes[..]
        && let (1, 1) = (change.old_range().len(), change.new_range().len())
    {
        return pair(check, wanted[change.old_range().start], shown[change.new_range().start]);
    }
    let same = |op: &DiffOp| if let DiffOp::Equal { len, .. } = op { *len } else { 0 };
    let came = operations.iter().map(same).sum();
    Some(if came == wanted.len() { Remark::NotLast } else { Remark::Parts { came, of: wanted.len() } })
}

/// What is wrong with one thing in place of another.
fn pair(check: &Check, wanted: &Item, shown: &Item) -> Option<Remark> {
    match (wanted, shown) {
        (Item::Error(wanted), Item::Error(shown)) => Some(Remark::OtherError(Other::new(wanted, shown))),
        (Item::Error(_), _) => Some(Remark::NoError),
        (_, Item::Error(sqlstate)) => Some(Remark::Failed(sqlstate.clone())),
        (Item::Plan(_), Item::Rows(_)) => Some(Remark::NoPlan),
        (Item::Rows(_), Item::Plan(_)) => Some(Remark::OnlyPlan),
        (Item::Plan(wanted), Item::Plan(shown)) => plan::remark(wanted, shown),
        (Item::Rows(wanted), Item::Rows(shown)) => rows::remark(check, wanted, shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Vec<Item> {
        super::super::Expected::parse(&format!("answer 1\n{text}")).expect("an outcome").answers.remove(0).shown
    }

    pub(super) fn remark_of(check: &str, wanted: &str, shown: &str) -> Option<Remark> {
        let check: Check = toml::from_str(check).expect("a check");
        difference(&check, &[&items(wanted)], &items(shown)).remark
    }

    #[test]
    fn errors_and_results_are_told_apart() {
        let error = "compare = 'error'";
        assert_eq!(remark_of(error, "error 42P01\n", "rows\n| 1\n"), Some(Remark::NoError));
        let other = Some(Remark::OtherError(Other::new("42P01", "42703")));
        assert_eq!(remark_of(error, "error 42P01\n", "error 42703\n"), other);
        let failed = Some(Remark::Failed("42601".into()));
        assert_eq!(remark_of("compare = 'rows'", "rows\n| 1\n", "error 42601\n"), failed);
        assert_eq!(remark_of("compare = 'plan'", "plan\n| Result\n", "rows\n| 1\n"), Some(Remark::NoPlan));
        assert_eq!(remark_of("compare = 'rows'", "rows\n| 1\n", "plan\n| Result\n"), Some(Remark::OnlyPlan));
        assert_eq!(remark_of("compare = 'rows'", "rows\n| 1\n", ""), Some(Remark::NothingShown));
    }

    #[test]
    fn what_was_right_before_something_else_is_seen() {
        assert_eq!(remark_of("compare = 'rows'", "rows\n| 1\n", "rows\n| 1\nrows\n| 2\n"), Some(Remark::NotLast));
    }

    #[test]
    fn the_parts_of_a_sequence_are_counted() {
        let check = "compare = 'rows'\nshown = 'sequence'";
        let wanted = "rows\n| 1\nrows\n| 2\nrows\n| 3\n";
        assert_eq!(remark_of(check, wanted, "rows\n| 1\nrows\n| 3\n"), Some(Remark::Parts { came: 2, of: 3 }));
        assert_eq!(remark_of(check, wanted, &format!("{wanted}rows\n| 9\n")), Some(Remark::NotLast));
        let cell = Cell { row: Some(1), column: Column::Only, values: Other::new("2", "7") };
        let one = remark_of(check, wanted, "rows\n| 1\nrows\n| 7\nrows\n| 3\n");
        assert_eq!(one, Some(Remark::OneValue(cell)));
    }

    #[test]
    fn the_nearest_of_several_answers_is_taken() {
        let check: Check = toml::from_str("compare = 'rows'").expect("a check");
        let (one, two) = (items("rows\n| 1\n| 2\n"), items("rows\n| 8\n| 9\n"));
        let found = difference(&check, &[&one, &two], &items("rows\n| 8\n"));
        assert_eq!(found.expected, ["8", "9"]);
    }
}
