//! What is said about a difference, as Markdown.

use std::borrow::Cow;

use crate::check::{Cell, Column, Other, Remark, Renamed, Rows, Spelling};
use crate::words::count;

/// Longer values are cut: the difference below shows all of them.
const LONGEST_VALUE: usize = 48;

/// How NULL stands in outcomes.
const NULL: &str = "<null>";

/// The names of errors that lessons make happen (PostgreSQL Error Codes, appendix A of its manual).
const CONDITIONS: [(&str, &str); 40] = [
    ("08000", "connection_exception"),
    ("08001", "sqlclient_unable_to_establish_sqlconnection"),
    ("08003", "connection_does_not_exist"),
    ("08006", "connection_failure"),
    ("0A000", "feature_not_supported"),
    ("21000", "cardinality_violation"),
    ("22003", "numeric_value_out_of_range"),
    ("22012", "division_by_zero"),
    ("22023", "invalid_parameter_value"),
    ("22P02", "invalid_text_representation"),
    ("23502", "not_null_violation"),
    ("23503", "foreign_key_violation"),
    ("23505", "unique_violation"),
    ("23514", "check_violation"),
    ("25001", "active_sql_transaction"),
    ("25006", "read_only_sql_transaction"),
    ("25P02", "in_failed_sql_transaction"),
    ("26000", "invalid_sql_statement_name"),
    ("2BP01", "dependent_objects_still_exist"),
    ("34000", "invalid_cursor_name"),
    ("3D000", "invalid_catalog_name"),
    ("40001", "serialization_failure"),
    ("40P01", "deadlock_detected"),
    ("42501", "insufficient_privilege"),
    ("42601", "syntax_error"),
    ("42701", "duplicate_column"),
    ("42703", "undefined_column"),
    ("42704", "undefined_object"),
    ("42710", "duplicate_object"),
    ("42804", "datatype_mismatch"),
    ("42883", "undefined_function"),
    ("42P01", "undefined_table"),
    ("42P07", "duplicate_table"),
    ("53000", "insufficient_resources"),
    ("53300", "too_many_connections"),
    ("53400", "configuration_limit_exceeded"),
    ("55000", "object_not_in_prerequisite_state"),
    ("55006", "object_in_use"),
    ("55P03", "lock_not_available"),
    ("57014", "query_canceled"),
];

/// The sentence for a difference.
pub(crate) fn remark(remark: &Remark) -> String {
    match remark {
        Remark::NothingShown => "Nothing was shown that could be compared.".to_owned(),
        Remark::NoRows => "Not a single row was shown.".to_owned(),
        Remark::NoError => "An error was asked for, but nothing failed.".to_owned(),
        Remark::Failed(sqlstate) => format!("The statement failed, with the error {}.", error(sqlstate)),
        Remark::OtherError(other) => other_error(other),
        Remark::NoPlan => "A result was shown, but a plan was asked for.".to_owned(),
        Remark::OnlyPlan => "A plan was shown, but the result of the query was asked for.".to_owned(),
        Remark::NotLast => {
            "You have shown what was asked for, but then something else: what was shown last counts.".to_owned()
        }
        Remark::Parts { came, of } => parts(*came, *of),
        Remark::ColumnCount { expected, shown } => {
            let (expected, shown) = (count(*expected, "column"), count(*shown, "column"));
            format!("The result should have {expected}, and has {shown}.")
        }
        Remark::ColumnNames(renamed) => {
            let names = renamed_columns(renamed);
            format!("The right values, under other column names: {names}.")
        }
        Remark::SwappedNames(renamed) => {
            let names = renamed_columns(renamed);
            format!("The right values and the right names, but the names stand over each other's columns: {names}.")
        }
        Remark::ColumnOrder => "The right columns, in another order.".to_owned(),
        Remark::WrongOrder => "The right rows, in the wrong order.".to_owned(),
        Remark::Spelling { kind, first } => spelling(*kind, first),
        Remark::OneValue(cell) => format!("One value is different: {}.", place_and_values(cell)),
        Remark::OneColumn { wrong, first } => {
            let wrong = count(*wrong, "value");
            format!("One column is different, {wrong} of it. The first: {}.", place_and_values(first))
        }
        Remark::MissingRows(rows) => missing_rows(rows),
        Remark::ExtraRows(rows) => extra_rows(rows),
        Remark::RepeatedRows(rows) => repeated_rows(rows),
        Remark::OtherRows { right, missing, extra } => {
            let (right, missing, extra) = (count(*right, "right row"), count(*missing, "row"), count(*extra, "row"));
            format!("There are {right}, but {missing} missing, and {extra} that should not be there.")
        }
        Remark::NotParallel => "This plan is not parallel: there is no `Gather` in it.".to_owned(),
        Remark::Parallel => "This plan is parallel, but a plan without workers was asked for.".to_owned(),
        Remark::NotExecuted => "This plan was not executed: there are no actual rows in it.".to_owned(),
        Remark::Executed => "This plan was executed, but a plan without execution was asked for.".to_owned(),
        Remark::Property { name, values } => {
            let (expected, shown) = (value(&values.expected), value(&values.shown));
            format!("The plan is right but for one line: {name} should be {expected}, and is {shown}.")
        }
        Remark::OtherNode(nodes) => {
            let (expected, shown) = (value(&nodes.expected), value(&nodes.shown));
            format!("The plan is right but for one node: in place of {expected} there is {shown}.")
        }
        Remark::OtherCounts { node, values } => {
            let (node, expected, shown) = (value(node), value(&values.expected), value(&values.shown));
            format!("The right plan, but it did something else: {node} should have {expected}, and has {shown}.")
        }
    }
}

fn other_error(other: &Other) -> String {
    let (expected, shown) = (error(&other.expected), error(&other.shown));
    if other.expected.get(..2) == other.shown.get(..2) {
        format!("An error of the right class, but another one: {expected} was asked for, {shown} came.")
    } else {
        format!("An error, but another one: {expected} was asked for, {shown} came.")
    }
}

fn error(sqlstate: &str) -> String {
    match CONDITIONS.iter().find(|(known, _)| *known == sqlstate) {
        Some((_, name)) => format!("{sqlstate} (`{name}`)"),
        None => sqlstate.to_owned(),
    }
}

fn parts(came: usize, of: usize) -> String {
    match came {
        0 => format!("{of} results are asked for, in this order. None of them came."),
        1 => format!("{of} results are asked for, in this order. One of them came."),
        _ => format!("{of} results are asked for, in this order. {came} of them came."),
    }
}

fn renamed_columns(renamed: &[Renamed]) -> String {
    let column = |renamed: &Renamed| {
        let (number, expected, shown) = (renamed.column, value(&renamed.names.expected), value(&renamed.names.shown));
        format!("column {number} should be called {expected}, not {shown}")
    };
    renamed.iter().map(column).collect::<Vec<_>>().join("; ")
}

fn spelling(kind: Spelling, first: &Cell) -> String {
    let place = place_and_values(first);
    match kind {
        Spelling::Spaces => format!("The right values, but for spaces at their beginning or end: {place}."),
        Spelling::Case => format!("The right values, but for capital and small letters: {place}."),
        Spelling::NullOrEmpty => format!("The right values, but NULL is not the same as an empty text: {place}."),
        Spelling::Number => format!("The right numbers, but in another form: {place}. Is it another data type?"),
        Spelling::Boolean => {
            format!("The right truth values, but as text and not as boolean, or the reverse: {place}.")
        }
    }
}

fn place_and_values(cell: &Cell) -> String {
    let (expected, shown) = (value(&cell.values.expected), value(&cell.values.shown));
    match (cell.row, &cell.column) {
        (Some(row), Column::Named(name)) => {
            let name = value(name);
            format!("row {row}, column {name}, should be {expected}, and is {shown}")
        }
        (Some(row), Column::Number(column)) => {
            format!("row {row}, column {column}, should be {expected}, and is {shown}")
        }
        (Some(row), Column::Only) => format!("row {row} should be {expected}, and is {shown}"),
        (None, Column::Named(name)) => {
            let name = value(name);
            format!("in column {name}, it should be {expected}, and is {shown}")
        }
        (None, Column::Number(column)) => format!("in column {column}, it should be {expected}, and is {shown}"),
        (None, Column::Only) => format!("it should be {expected}, and is {shown}"),
    }
}

fn missing_rows(rows: &Rows) -> String {
    let (number, first) = (rows.count, value(&rows.first));
    match number {
        1 => format!("One row is missing: {first}."),
        _ => format!("{number} rows are missing; the first is {first}."),
    }
}

fn extra_rows(rows: &Rows) -> String {
    let (number, first) = (rows.count, value(&rows.first));
    match number {
        1 => format!("All rows are there, and one more: {first}."),
        _ => format!("All rows are there, and {number} more; the first is {first}."),
    }
}

fn repeated_rows(rows: &Rows) -> String {
    let (number, first) = (rows.count, value(&rows.first));
    match number {
        1 => format!("All rows are there, but one comes too often: {first}."),
        _ => format!("All rows are there, but {number} come too often; the first is {first}."),
    }
}

/// A value within a sentence: as code, whatever stands in it.
fn value(value: &str) -> Cow<'static, str> {
    match value {
        NULL => return Cow::Borrowed("NULL"),
        "" => return Cow::Borrowed("empty"),
        _ => {}
    }
    let mut text: String = value.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if let Some((cut, _)) = text.char_indices().nth(LONGEST_VALUE) {
        text.truncate(cut);
        text.push_str("...");
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let needs_room = text.starts_with([' ', '`']) || text.ends_with([' ', '`']);
    let room = if needs_room { " " } else { "" };
    Cow::Owned(format!("{fence}{room}{text}{room}{fence}"))
}

/// How many `wanted` stand in a row in `text`, at most.
pub(in super::super) fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|c| c != wanted).map(str::len).max().unwrap_or(0) / wanted.len_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_is_one_piece_of_code() {
        assert_eq!(value("a"), "`a`");
        assert_eq!(value("a "), "` a  `");
        assert_eq!(value("a`b"), "``a`b``");
        assert_eq!(value("<null>"), "NULL");
        assert!(value(&"x".repeat(100)).len() < 60);
    }

    #[test]
    fn names_are_told_column_by_column() {
        let names = |expected: &str, shown: &str| Other { expected: expected.into(), shown: shown.into() };
        let renamed = vec![Renamed { column: 2, names: names("total", "sum") }];
        assert_eq!(
            remark(&Remark::ColumnNames(renamed)),
            "The right values, under other column names: column 2 should be called `total`, not `sum`."
        );
    }

    #[test]
    fn errors_of_one_class_are_told_so() {
        let errors = Other { expected: "42P01".into(), shown: "42703".into() };
        assert!(remark(&Remark::OtherError(errors)).starts_with("An error of the right class"));
    }
}
