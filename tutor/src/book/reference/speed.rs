//! What `cargo bench` has measured, from the figures that the book's chart is drawn from.

use std::path::Path;

use serde::Deserialize;

use super::figures::{number, ratio};
use super::markdown::table;
use crate::course::{CourseError, SourceError, read};

/// Where the figures lie in the course.
const FILE: &str = "book/src/figures/speed.json";

/// The figures, as the benchmark writes them.
#[derive(Debug, Deserialize)]
struct Report {
    machine: Machine,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Machine {
    cpus: usize,
    cpu: String,
    kernel: String,
    postgres: String,
    extension: String,
    rounds: usize,
    date: String,
}

#[derive(Debug, Deserialize)]
struct Row {
    title: String,
    unit: String,
    /// The ratio that the first contender is meant not to exceed.
    bar: f64,
    /// What a ratio of 1 is: a contender's name, or `limit`.
    ratio_to: String,
    reference: Option<f64>,
    contenders: Vec<Contender>,
}

#[derive(Debug, Deserialize)]
struct Contender {
    name: String,
    median: Option<f64>,
    ratio: Option<f64>,
    not_available: Option<String>,
}

/// The table of all rows, and a line that says where it was measured.
pub(super) fn markdown(root: &Path) -> Result<String, CourseError> {
    let file = root.join(FILE);
    let text = read(&file)?;
    render(&text).map_err(|error| {
        let message = format!("these are no figures of a benchmark: {error}");
        CourseError::Broken(vec![SourceError { file, line: error.line(), message }])
    })
}

/// The same, of the text of `speed.json`.
fn render(json: &str) -> Result<String, serde_json::Error> {
    let report: Report = serde_json::from_str(json)?;
    let rows: Vec<[String; 5]> = report.rows.iter().flat_map(lines).collect();
    let table = table(["work", "by", "median", "ratio", "bar"], &rows);
    Ok(format!("{table}{}\n\n", machine(&report.machine)))
}

/// A line for each contender of a row; the first one says what the work is.
fn lines(row: &Row) -> impl Iterator<Item = [String; 5]> {
    row.contenders.iter().enumerate().map(|(number, contender)| {
        let is_first = number == 0;
        let first = |text: String| if is_first { text } else { String::new() };
        [
            first(row.title.clone()),
            contender.name.clone(),
            median(row, contender),
            times(row, contender),
            first(bar(row)),
        ]
    })
}

fn median(row: &Row, contender: &Contender) -> String {
    match (contender.median, &contender.not_available) {
        (Some(median), _) => format!("{} {}", number(median), row.unit),
        (None, Some(reason)) => format!("not available: {reason}"),
        (None, None) => "not available".to_owned(),
    }
}

fn times(row: &Row, contender: &Contender) -> String {
    let times = contender.ratio.map(ratio).unwrap_or_default();
    match (row.ratio_to.as_str(), row.reference) {
        ("limit", Some(limit)) if contender.ratio.is_some() => {
            format!("{times} of {} {}", number(limit), row.unit)
        }
        _ => times,
    }
}

fn bar(row: &Row) -> String {
    ratio(row.bar)
}

fn machine(machine: &Machine) -> String {
    let Machine { cpus, cpu, kernel, postgres, extension, rounds, date } = machine;
    format!(
        "pg_background {extension} on PostgreSQL {postgres}, {cpus} processors ({cpu}), {kernel}; medians of {rounds} \
         rounds, {date}. A ratio is taken to the time of dblink, or to the limit that is named."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: &str = r#"{
        "machine": {"cpus": 2, "cpu": "a processor", "kernel": "Linux 6.1", "load": "0.10", "postgres": "15.20",
            "extension": "1.1", "rounds": 3, "date": "2025-11-20"},
        "rows": [
            {"name": "a", "title": "launch", "unit": "us", "bar": 1.0, "ratio_to": "dblink", "reference": 2047.0,
             "contenders": [
                {"name": "pg_background", "median": 2091.6, "min": 1.0, "max": 2.0, "ratio": 1.0218, "samples": [1.0]},
                {"name": "Gather", "not_available": "no worker"}]},
            {"name": "b", "title": "memory", "unit": "MB", "bar": 1.0, "ratio_to": "limit", "reference": 36.06,
             "contenders": [{"name": "pg_background", "median": 10.98, "ratio": 0.3045, "samples": []}]}]}"#;

    #[test]
    fn every_contender_is_a_line() {
        let text = render(FIGURES).expect("figures");
        assert!(text.contains("| launch | pg_background | 2092 us | 1.02 | 1.00 |\n"), "{text}");
        assert!(text.contains("|  | Gather | not available: no worker |  |  |\n"), "{text}");
        assert!(text.contains("| memory | pg_background | 11.0 MB | 0.30 of 36.1 MB | 1.00 |\n"), "{text}");
        assert!(
            text.contains("pg_background 1.1 on PostgreSQL 15.20, 2 processors (a processor), Linux 6.1"),
            "{text}"
        );
    }

    #[test]
    fn other_figures_are_refused() {
        assert!(render("{}").is_err());
    }
}
