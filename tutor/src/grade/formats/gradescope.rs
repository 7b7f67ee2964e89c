//! Gradescope's `results.json`, by its autograder specification
//! (<https://gradescope-autograders.readthedocs.io/en/latest/specs/>).
//!
//! A file is about one submission, as Gradescope grades one at a time. What is not graded, or failed by the checker's
//! fault, is shown without points and without a status, so that it neither costs nor gives anything.

use std::io::{self, Write};

use serde::Serialize;

use super::{TakeFile, WriteError, file_stems, plain};
use crate::grade::{ExerciseResult, Graded, Report, Status};
use crate::visible::visible_in_documents;

#[derive(Serialize)]
struct Results {
    score: f64,
    /// In seconds.
    execution_time: f64,
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
    output_format: &'static str,
    visibility: &'static str,
    tests: Vec<Test>,
}

#[derive(Serialize)]
struct Test {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    name: String,
    name_format: &'static str,
    number: String,
    output: String,
    output_format: &'static str,
    tags: Vec<String>,
    visibility: &'static str,
}

/// Plain text, which Gradescope escapes: what a student wrote is never HTML or Markdown there.
const TEXT: &str = "text";

/// The feedback is written for the student.
const VISIBLE: &str = "visible";

/// Writes the file about one submission.
pub(super) fn write(graded: &Graded, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &results(graded))?;
    writeln!(out)
}

/// A folder with a `results.json` for each submission.
pub(super) fn write_class(report: &Report, take: &mut TakeFile<'_>) -> Result<(), WriteError> {
    for (graded, stem) in report.submissions.iter().zip(file_stems(&report.submissions)) {
        let mut bytes = Vec::new();
        write(graded, &mut bytes)?;
        take(&format!("{stem}/results.json"), &bytes)?;
    }
    Ok(())
}

fn results(graded: &Graded) -> Results {
    Results {
        score: graded.score,
        execution_time: graded.seconds,
        output: visible_in_documents(&graded.problems.join("\n")).into_owned(),
        output_format: TEXT,
        visibility: VISIBLE,
        tests: graded.exercises.iter().enumerate().map(|(index, result)| test(index, result)).collect(),
    }
}

fn test(index: usize, result: &ExerciseResult) -> Test {
    let counts = result.status.counts();
    Test {
        score: counts.then_some(result.score),
        max_score: counts.then_some(result.max_score),
        status: counts.then(|| if result.status == Status::Passed { "passed" } else { "failed" }),
        name: plain::line(&result.title),
        name_format: TEXT,
        number: (index + 1).to_string(),
        output: visible_in_documents(&output(result)).into_owned(),
        output_format: TEXT,
        tags: vec![plain::line(&result.lesson), plain::line(&result.id)],
        visibility: VISIBLE,
    }
}

/// What became of it in words, what is to be said, and what was printed.
fn output(result: &ExerciseResult) -> String {
    let mut status = plain::words(result.status).to_owned();
    status[..1].make_ascii_uppercase();
    let difference = result.difference.as_ref().map(plain::difference).unwrap_or_default();
    let printed = if result.output.is_empty() { String::new() } else { format!("Output:\n{}", result.output) };
    let said = [format!("{status}."), result.feedback.clone(), difference, printed];
    said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    #[test]
    fn statuses_and_points_are_those_of_the_specification() {
        let class = class();
        let anna = class.submissions.iter().find(|graded| graded.name == "Anna Schmidt").expect("Anna");
        let json = serde_json::to_value(results(anna)).expect("JSON");
        assert_eq!(json["score"], 10.0);
        assert_eq!(json["tests"][0]["status"], "passed");
        assert_eq!(json["tests"][0]["output"], "Passed.\n\nOutput:\nSET\n");
        assert_eq!(json["tests"][3]["name"], "A worker of your own");
        assert!(json["tests"][3].get("score").is_none() && json["tests"][3].get("status").is_none(), "{json:#}");
        for graded in &class.submissions {
            let all = results(graded).tests.into_iter();
            let sum = |of: fn(&Test) -> Option<f64>| all.as_slice().iter().filter_map(of).sum::<f64>();
            assert_eq!((sum(|test| test.score), sum(|test| test.max_score)), (graded.score, graded.max_score));
        }
    }

    #[test]
    fn each_of_several_has_a_folder() {
        let mut paths = Vec::new();
        let mut take = |path: &str, _: &[u8]| {
            paths.push(path.to_owned());
            Ok(())
        };
        write_class(&class(), &mut take).expect("files");
        assert!(paths.contains(&"4-anna-schmidt/results.json".to_owned()), "{paths:?}");
    }
}
