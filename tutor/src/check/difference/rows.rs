//! Rows in place of other rows.

use std::collections::BTreeMap;

use super::{Cell, Column, Other, Remark, Renamed, Rows, Spelling};
use crate::check::outcome::{NULL, values};
use crate::course::{Check, Order};

/// A result as far as it counts.
struct Table<'a> {
    /// The names of the columns, where they count.
    names: Option<Vec<&'a str>>,
    rows: &'a [String],
    cells: Vec<Vec<&'a str>>,
}

impl<'a> Table<'a> {
    fn new(check: &Check, lines: &'a [String]) -> Table<'a> {
        let (header, rows) = if check.columns { lines.split_at(lines.len().min(1)) } else { lines.split_at(0) };
        let names = check.columns.then(|| header.first().map(|header| values(header)).unwrap_or_default());
        Table { names, rows, cells: rows.iter().map(|row| values(row)).collect() }
    }

    /// The number of columns, where it is known and the same for all rows.
    fn columns(&self) -> Option<usize> {
        let known = self.names.as_ref().map(Vec::len).or_else(|| self.cells.first().map(Vec::len))?;
        self.cells.iter().all(|row| row.len() == known).then_some(known)
    }

    fn column(&self, index: usize) -> Column {
        match (&self.names, self.columns()) {
            (Some(names), _) if names.get(index).is_some() => Column::Named(names[index].to_owned()),
            (_, Some(1)) => Column::Only,
            _ => Column::Number(index + 1),
        }
    }
}

pub(super) fn remark(check: &Check, wanted: &[String], shown: &[String]) -> Option<Remark> {
    let (wanted, shown) = (Table::new(check, wanted), Table::new(check, shown));
    if shown.rows.is_empty() && !wanted.rows.is_empty() {
        return Some(Remark::NoRows);
    }
    if let (Some(expected), Some(shown)) = (wanted.columns(), shown.columns())
        && expected != shown
    {
        return Some(Remark::ColumnCount { expected, shown });
    }
    let ordered = check.order == Order::Exact;
    if wanted.names != shown.names {
        return names(&wanted, &shown, ordered);
    }
    if column_order(&wanted, &shown, ordered) {
        return Some(Remark::ColumnOrder);
    }
    if sorted(wanted.rows) == sorted(shown.rows) {
        return Some(Remark::WrongOrder);
    }
    spelling(&wanted, &shown, ordered)
        .or_else(|| cells(&wanted, &shown, ordered))
        .or_else(|| bags(wanted.rows, shown.rows))
}

/// What can be said where the names of columns differ; nothing where the values differ too.
fn names(wanted: &Table<'_>, shown: &Table<'_>, ordered: bool) -> Option<Remark> {
    let (expected, given) = (wanted.names.as_ref()?, shown.names.as_ref()?);
    if wanted.rows == shown.rows {
        let renamed: Vec<Renamed> = expected
            .iter()
            .zip(given)
            .enumerate()
            .filter(|(_, (expected, given))| expected != given)
            .map(|(index, (expected, given))| Renamed { column: index + 1, names: Other::new(expected, given) })
            .collect();
        let is_swapped = sorted(expected) == sorted(given);
        return Some(if is_swapped { Remark::SwappedNames(renamed) } else { Remark::ColumnNames(renamed) });
    }
    // Each column under its own name, but elsewhere.
    let places: Vec<usize> =
        expected.iter().map(|name| given.iter().position(|other| other == name)).collect::<Option<_>>()?;
    is_moved(wanted, shown, &places, ordered).then_some(Remark::ColumnOrder)
}

/// Whether the columns are the expected ones in another order, where names do not tell.
fn column_order(wanted: &Table<'_>, shown: &Table<'_>, ordered: bool) -> bool {
    if wanted.names.is_some() || wanted.rows.len() != shown.rows.len() {
        return false;
    }
    let Some(count) = wanted.columns().filter(|count| *count > 1) else { return false };
    let column = |table: &Table<'_>, index: usize| -> Vec<String> {
        let mut values: Vec<String> = table.cells.iter().map(|row| row[index].to_owned()).collect();
        if !ordered {
            values.sort();
        }
        values
    };
    let given: Vec<Vec<String>> = (0..count).map(|index| column(shown, index)).collect();
    let mut places: Vec<usize> = Vec::new();
    for index in 0..count {
        let wanted = column(wanted, index);
        let Some(place) = (0..count).find(|place| !places.contains(place) && given[*place] == wanted) else {
            return false;
        };
        places.push(place);
    }
    !places.is_sorted() && is_moved(wanted, shown, &places, ordered)
}

/// Whether the shown rows, with column `places[n]` as column n, are the expected ones.
fn is_moved(wanted: &Table<'_>, shown: &Table<'_>, places: &[usize], ordered: bool) -> bool {
    let mut distinct = places.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() != places.len() || shown.columns() != Some(places.len()) || wanted.columns() != shown.columns() {
        return false;
    }
    let mut moved: Vec<Vec<&str>> =
        shown.cells.iter().map(|row| places.iter().map(|place| row[*place]).collect()).collect();
    let mut expected = wanted.cells.clone();
    if !ordered {
        moved.sort();
        expected.sort();
    }
    moved == expected
}

/// One way of writing values for another.
type Rewrite = fn(&str) -> String;

const SPELLINGS: [(Spelling, Rewrite); 5] = [
    (Spelling::Spaces, |value| value.trim_matches(' ').to_owned()),
    (Spelling::Case, str::to_lowercase),
    (Spelling::NullOrEmpty, |value| if value == NULL { String::new() } else { value.to_owned() }),
    (Spelling::Number, |value| plain_number(value).unwrap_or_else(|| value.to_owned())),
    (Spelling::Boolean, |value| {
        match value {
            "true" => "t",
            "false" => "f",
            other => other,
        }
        .to_owned()
    }),
];

/// A decimal number without zeros that say nothing.
fn plain_number(value: &str) -> Option<String> {
    let (sign, digits) = value.strip_prefix('-').map_or(("", value), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !is_number {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let sign = if whole.is_empty() && fraction.is_empty() { "" } else { sign };
    Some(format!("{sign}{whole}.{fraction}"))
}

/// The rows are right, once their values are written in one way.
fn spelling(wanted: &Table<'_>, shown: &Table<'_>, ordered: bool) -> Option<Remark> {
    if wanted.rows.len() != shown.rows.len() {
        return None;
    }
    SPELLINGS.iter().find_map(|(kind, rewrite)| {
        let rewritten = |row: &Vec<&str>| -> Vec<String> { row.iter().map(|value| rewrite(value)).collect() };
        let (mut missing, mut extra) =
            if ordered { differing(wanted, shown) } else { unmatched(wanted.rows, shown.rows) };
        if !ordered {
            missing.sort_by_cached_key(|index| rewritten(&wanted.cells[*index]));
            extra.sort_by_cached_key(|index| rewritten(&shown.cells[*index]));
        }
        let pairs: Vec<Pair<'_, '_>> = missing
            .iter()
            .zip(&extra)
            .map(|(m, e)| (ordered.then_some(m + 1), &wanted.cells[*m], &shown.cells[*e]))
            .collect();
        let is_all = pairs.iter().all(|(_, wanted, shown)| rewritten(wanted) == rewritten(shown));
        let (_, first) = is_all.then(|| wrong_cells(wanted, &pairs).into_iter().next()).flatten()?;
        Some(Remark::Spelling { kind: *kind, first })
    })
}

/// The indices of the rows that differ in their places.
fn differing(wanted: &Table<'_>, shown: &Table<'_>) -> (Vec<usize>, Vec<usize>) {
    let places: Vec<usize> = (0..wanted.rows.len()).filter(|index| wanted.rows[*index] != shown.rows[*index]).collect();
    (places.clone(), places)
}

/// The rows are right but for one value, or for one column.
fn cells(wanted: &Table<'_>, shown: &Table<'_>, ordered: bool) -> Option<Remark> {
    let pairs = pairs(wanted, shown, ordered)?;
    if pairs.iter().any(|(_, wanted, shown)| wanted.len() != shown.len()) {
        return None;
    }
    let count = wanted.columns()?;
    let wrong = wrong_cells(wanted, &pairs);
    let first = wrong.first()?.clone();
    // Where there is one column, or nothing in common, it is another row and no other value.
    match wrong.len() {
        1 if count > 1 || wanted.rows.len() == 1 => Some(Remark::OneValue(first.1)),
        1.. if count > 1 && wrong.iter().all(|(column, _)| *column == first.0) => {
            Some(Remark::OneColumn { wrong: wrong.len(), first: first.1 })
        }
        1 if ordered => Some(Remark::OneValue(first.1)),
        _ => None,
    }
}

/// Rows that stand for each other, with their number where it counts.
type Pair<'t, 'a> = (Option<usize>, &'t Vec<&'a str>, &'t Vec<&'a str>);

/// Each expected row with the shown one in its place. Without an order there is no choice only if one row is wrong.
fn pairs<'t, 'a>(wanted: &'t Table<'a>, shown: &'t Table<'a>, ordered: bool) -> Option<Vec<Pair<'t, 'a>>> {
    if wanted.rows.len() != shown.rows.len() {
        return None;
    }
    if ordered {
        let pairs = wanted.cells.iter().zip(&shown.cells).enumerate();
        return Some(pairs.map(|(index, (wanted, shown))| (Some(index + 1), wanted, shown)).collect());
    }
    match unmatched(wanted.rows, shown.rows) {
        (missing, extra) if missing.len() == 1 => Some(vec![(None, &wanted.cells[missing[0]], &shown.cells[extra[0]])]),
        _ => None,
    }
}

fn wrong_cells(wanted: &Table<'_>, pairs: &[Pair<'_, '_>]) -> Vec<(usize, Cell)> {
    let mut wrong = Vec::new();
    for (row, expected, given) in pairs {
        for (index, (one, other)) in expected.iter().zip(*given).enumerate() {
            if one != other {
                let values = Other::new(one, other);
                wrong.push((index, Cell { row: *row, column: wanted.column(index), values }));
            }
        }
    }
    wrong
}

/// What bags of rows have in common.
fn bags(wanted: &[String], shown: &[String]) -> Option<Remark> {
    let (missing, extra) = unmatched(wanted, shown);
    let rows = |indices: &[usize], of: &[String]| Rows { count: indices.len(), first: of[indices[0]].clone() };
    let right = wanted.len() - missing.len();
    Some(match (missing.len(), extra.len()) {
        (1.., 0) => Remark::MissingRows(rows(&missing, wanted)),
        (0, 1..) if extra.iter().all(|index| wanted.contains(&shown[*index])) => {
            Remark::RepeatedRows(rows(&extra, shown))
        }
        (0, 1..) => Remark::ExtraRows(rows(&extra, shown)),
        (missing, extra) if right > 0 => Remark::OtherRows { right, missing, extra },
        _ => return None,
    })
}

/// The indices of the rows that are in one bag only: of the expected ones, and of the shown ones.
fn unmatched(wanted: &[String], shown: &[String]) -> (Vec<usize>, Vec<usize>) {
    let mut left: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, row) in wanted.iter().enumerate().rev() {
        left.entry(row).or_default().push(index);
    }
    let is_extra = |row: &String| left.get_mut(row.as_str()).and_then(Vec::pop).is_none();
    let mut is_extra = is_extra;
    let extra = shown.iter().enumerate().filter(|(_, row)| is_extra(row)).map(|(index, _)| index).collect();
    let mut missing: Vec<usize> = left.into_values().flatten().collect();
    missing.sort_unstable();
    (missing, extra)
}

fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort();
    items
}

#[cfg(test)]
mod tests {
    use super::super::tests::remark_of;
    use super::*;

    const ROWS: &str = "compare = 'rows'";
    const NAMED: &str = "compare = 'rows'\ncolumns = true";
    const ANY: &str = "compare = 'rows'\norder = 'any'";

    fn table(rows: &[&str]) -> String {
        format!("rows\n{}", rows.iter().map(|row| format!("| {row}\n")).collect::<String>())
    }

    fn remark(check: &str, wanted: &[&str], shown: &[&str]) -> Option<Remark> {
        remark_of(check, &table(wanted), &table(shown))
    }

    fn cell(row: Option<usize>, column: Column, expected: &str, shown: &str) -> Cell {
        Cell { row, column, values: Other::new(expected, shown) }
    }

    fn rows(count: usize, first: &str) -> Rows {
        Rows { count, first: first.to_owned() }
    }

    #[test]
    fn order_and_number_of_rows() {
        assert_eq!(remark(ROWS, &["1", "2"], &["2", "1"]), Some(Remark::WrongOrder));
        assert_eq!(remark(ROWS, &["1", "2"], &["1"]), Some(Remark::MissingRows(rows(1, "2"))));
        assert_eq!(remark(ROWS, &["1", "2"], &["1", "2", "3", "4"]), Some(Remark::ExtraRows(rows(2, "3"))));
        assert_eq!(remark(ROWS, &["1", "2"], &["1", "2", "2"]), Some(Remark::RepeatedRows(rows(1, "2"))));
        assert_eq!(remark(ROWS, &["1"], &[]), Some(Remark::NoRows));
        assert_eq!(remark(NAMED, &["n", "1"], &["n"]), Some(Remark::NoRows));
        let other = Some(Remark::OtherRows { right: 1, missing: 2, extra: 1 });
        assert_eq!(remark(ROWS, &["1", "2", "3"], &["1", "9"]), other);
        assert_eq!(remark(ROWS, &["1", "2"], &["8", "9"]), None);
    }

    #[test]
    fn names_of_columns() {
        let renamed = |column, expected, shown| Renamed { column, names: Other::new(expected, shown) };
        let names = Some(Remark::ColumnNames(vec![renamed(2, "b", "c")]));
        assert_eq!(remark(NAMED, &["a|b", "1|2"], &["a|c", "1|2"]), names);
        let swapped = Some(Remark::SwappedNames(vec![renamed(1, "a", "b"), renamed(2, "b", "a")]));
        assert_eq!(remark(NAMED, &["a|b", "1|2"], &["b|a", "1|2"]), swapped);
        assert_eq!(remark(NAMED, &["a|b", "1|2"], &["b|a", "2|1"]), Some(Remark::ColumnOrder));
        assert_eq!(remark(NAMED, &["a|b", "1|2"], &["c|d", "3|4"]), None);
    }

    #[test]
    fn columns_without_names() {
        assert_eq!(remark(ROWS, &["1|x", "2|y"], &["x|1", "y|2"]), Some(Remark::ColumnOrder));
        assert_eq!(remark(ANY, &["1|x", "2|a"], &["a|2", "x|1"]), Some(Remark::ColumnOrder));
        // The columns' values are the same, but not row by row.
        assert_ne!(remark(ANY, &["1|2", "2|1"], &["1|1", "2|2"]), Some(Remark::ColumnOrder));
        let count = Some(Remark::ColumnCount { expected: 2, shown: 1 });
        assert_eq!(remark(ROWS, &["1|x"], &["1"]), count);
    }

    #[test]
    fn one_value_or_one_column() {
        let one = Some(Remark::OneValue(cell(Some(2), Column::Named("b".into()), "4", "5")));
        assert_eq!(remark(NAMED, &["a|b", "1|2", "3|4"], &["a|b", "1|2", "3|5"]), one);
        let unordered = Some(Remark::OneValue(cell(None, Column::Number(2), "4", "5")));
        assert_eq!(remark(ANY, &["1|2", "3|4"], &["1|2", "3|5"]), unordered);
        let only = Some(Remark::OneValue(cell(Some(1), Column::Only, "4", "5")));
        assert_eq!(remark(ROWS, &["4"], &["5"]), only);
        let first = cell(Some(1), Column::Number(2), "2", "8");
        let column = Some(Remark::OneColumn { wrong: 2, first });
        assert_eq!(remark(ROWS, &["1|2", "3|4"], &["1|8", "3|9"]), column);
        assert_eq!(remark(ROWS, &["1|2", "3|4"], &["5|6", "7|8"]), None);
    }

    #[test]
    fn values_written_otherwise() {
        let spelling = |wanted: &str, shown: &str| match remark(ROWS, &[wanted], &[shown]) {
            Some(Remark::Spelling { kind, .. }) => Some(kind),
            _ => None,
        };
        assert_eq!(spelling("a", "a "), Some(Spelling::Spaces));
        assert_eq!(spelling("Oak", "oak"), Some(Spelling::Case));
        assert_eq!(spelling("<null>", ""), Some(Spelling::NullOrEmpty));
        assert_eq!(spelling("4", "4.00"), Some(Spelling::Number));
        assert_eq!(spelling("-0.5", "-0.50"), Some(Spelling::Number));
        assert_eq!(spelling("t", "true"), Some(Spelling::Boolean));
        assert_eq!(spelling("4", "40"), None);
        assert_eq!(spelling("1.5", "15"), None);
        let first = cell(None, Column::Number(2), "b", "B");
        let unordered = Some(Remark::Spelling { kind: Spelling::Case, first });
        assert_eq!(remark(ANY, &["1|b", "2|c"], &["1|B", "2|C"]), unordered);
    }

    #[test]
    fn numbers_without_zeros_that_say_nothing() {
        assert_eq!(plain_number("0040.500").as_deref(), Some("40.5"));
        assert_eq!(plain_number("-0.0"), plain_number("0"));
        assert_eq!(plain_number("1.2.3"), None);
        assert_eq!(plain_number(""), None);
        assert_eq!(plain_number("-"), None);
    }
}
