//! One row for each student, for a gradebook.
//!
//! It begins with a byte order mark, because Excel takes a file without one to be in the code page of the machine and
//! spoils every name that is not ASCII. Moodle, Canvas, LibreOffice and pandas skip the mark; a program that does not is
//! better served by JSON.

use std::collections::HashSet;
use std::io::{self, Write};

use super::plain;
use crate::grade::{ExerciseResult, Graded, Report, statistics};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes it: who, what they reached, the points of each exercise, then what became of each. An exercise that does not
/// count for a student has no points, rather than none of some.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(BYTE_ORDER_MARK.as_bytes())?;
    let mut table = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    let ids = exercise_ids(&report.submissions);
    table.write_record(header(&ids))?;
    for graded in &report.submissions {
        table.write_record(row(graded, &ids))?;
    }
    table.flush()
}

/// The ids in the order in which they first appear.
fn exercise_ids(submissions: &[Graded]) -> Vec<&str> {
    let mut seen = HashSet::new();
    let all = submissions.iter().flat_map(|graded| &graded.exercises).map(|exercise| exercise.id.as_str());
    all.filter(|id| seen.insert(*id)).collect()
}

fn header(ids: &[&str]) -> Vec<String> {
    let who = ["name", "id", "email", "score", "max", "percent"].map(str::to_owned);
    let points = ids.iter().map(|id| text(id));
    let statuses = ids.iter().map(|id| text(&format!("{id} status")));
    who.into_iter().chain(points).chain(statuses).collect()
}

fn row(graded: &Graded, ids: &[&str]) -> Vec<String> {
    let mut row = vec![
        text(&graded.name),
        text(graded.id.as_deref().unwrap_or_default()),
        text(graded.email.as_deref().unwrap_or_default()),
        plain::points(graded.score),
        plain::points(graded.max_score),
        statistics::percent(graded).map_or_else(String::new, |percent| plain::rounded(percent, 2)),
    ];
    let results: Vec<Option<&ExerciseResult>> =
        ids.iter().map(|id| graded.exercises.iter().find(|result| result.id == *id)).collect();
    let points = |result: &ExerciseResult| result.status.counts().then(|| plain::points(result.score));
    row.extend(results.iter().map(|result| result.and_then(points).unwrap_or_default()));
    row.extend(results.iter().map(|result| result.map_or("", |result| plain::words(result.status)).to_owned()));
    row
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV Injection): blanks before the sign do not help it.
fn text(text: &str) -> String {
    let starts = |c: char| "=+-@\t\r\n＝＋－＠".contains(c);
    let is_formula = text.starts_with(starts) || text.trim_start().starts_with(starts);
    let guard = if is_formula { "'" } else { "" };
    format!("{guard}{}", plain::line(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    fn rows(report: &Report) -> Vec<Vec<String>> {
        let mut bytes = Vec::new();
        write(report, &mut bytes).expect("CSV");
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).expect("the mark");
        let mut table = ::csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
        table.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn every_student_is_a_row() {
        let rows = rows(&class());
        assert_eq!(rows.len(), 1 + class().submissions.len());
        assert_eq!(rows[0][..7], ["name", "id", "email", "score", "max", "percent", "exactly-one-worker"]);
        let anna = rows.iter().find(|row| row[0] == "Anna Schmidt").expect("Anna");
        assert_eq!(anna[1..6], ["1001", "anna@example.org", "10", "10", "100"]);
        assert_eq!(anna[6..], ["3", "2", "5", "", "passed", "passed", "passed", "not graded"]);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1"] {
            assert!(text(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(text("Ann-Marie"), "Ann-Marie");
        let all = rows(&class()).concat();
        assert!(all.iter().any(|cell| cell.starts_with("'=HYPERLINK")), "{all:#?}");
        assert!(!all.iter().any(|cell| cell.starts_with(['=', '+', '-', '@'])), "{all:#?}");
    }
}
