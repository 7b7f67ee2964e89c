//! JUnit XML, as systems of continuous integration read it: a suite for each submission, a case for each exercise.
//!
//! What was not attempted is skipped, as everywhere in the kit a script is judged by what it attempts; the checker's own
//! fault is an error. How long an exercise took is not known; the suite's time is the submission's.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::plain;
use crate::grade::{ExerciseResult, Graded, Report, Status};
use crate::visible::visible_in_documents;

/// Writes it.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut junit = quick_junit::Report::new(plain::line(&report.lab_title));
    junit.add_test_suites(report.submissions.iter().map(suite));
    // The serializer names the cause in its source only.
    junit.serialize(out).map_err(io::Error::other)
}

fn suite(graded: &Graded) -> TestSuite {
    let mut suite = TestSuite::new(plain::line(&graded.name));
    suite.set_time(Duration::try_from_secs_f64(graded.seconds).unwrap_or_default());
    for (name, value) in properties(graded) {
        suite.add_property((name, plain::line(&value).as_str()));
    }
    suite.add_test_cases(graded.exercises.iter().map(case));
    if !graded.problems.is_empty() {
        suite.set_system_err(visible_in_documents(&graded.problems.join("\n")).as_ref());
    }
    suite
}

fn properties(graded: &Graded) -> Vec<(&'static str, String)> {
    let mut properties = vec![
        ("source", graded.source.clone()),
        ("score", plain::points(graded.score)),
        ("max_score", plain::points(graded.max_score)),
    ];
    properties.extend(graded.id.clone().map(|id| ("id", id)));
    properties
}

fn case(result: &ExerciseResult) -> TestCase {
    let mut case = TestCase::new(plain::line(&result.id), status(result));
    case.set_classname(plain::line(&result.lesson));
    if !result.output.is_empty() {
        case.set_system_out(visible_in_documents(&result.output).as_ref());
    }
    case
}

fn status(result: &ExerciseResult) -> TestCaseStatus {
    let mut status = match result.status {
        Status::Passed => return TestCaseStatus::success(),
        Status::Wrong | Status::TimedOut => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::CheckerError => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::NotAttempted | Status::NotGraded => TestCaseStatus::skipped(),
    };
    status.set_message(message(result));
    // What is skipped has no type.
    if matches!(result.status, Status::Wrong | Status::TimedOut | Status::CheckerError) {
        status.set_type(plain::words(result.status));
    }
    let text = description(result);
    if !text.is_empty() {
        status.set_description(visible_in_documents(&text).as_ref());
    }
    status
}

/// The status and the first line of what is said about it.
fn message(result: &ExerciseResult) -> String {
    let first = plain::line(result.feedback.trim().lines().next().unwrap_or_default());
    let words = plain::words(result.status);
    if first.is_empty() { words.to_owned() } else { format!("{words}: {first}") }
}

fn description(result: &ExerciseResult) -> String {
    let difference = result.difference.as_ref().map(plain::difference);
    let said = [Some(result.feedback.clone()), difference];
    said.into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    #[test]
    fn a_reader_of_junit_finds_every_exercise() {
        let mut bytes = Vec::new();
        write(&class(), &mut bytes).expect("XML");
        let read = quick_junit::Report::deserialize_from_str(&String::from_utf8(bytes).expect("UTF-8")).expect("JUnit");
        assert_eq!(read.test_suites.len(), class().submissions.len());
        let status = |status: Status| {
            let all = class().submissions.into_iter().flat_map(|graded| graded.exercises);
            all.filter(|result| result.status == status).count()
        };
        assert_eq!(read.tests, class().submissions.iter().map(|graded| graded.exercises.len()).sum::<usize>());
        assert_eq!(read.failures, status(Status::Wrong) + status(Status::TimedOut));
        assert_eq!(read.errors, status(Status::CheckerError));
        let case = &read.test_suites[0].test_cases[0];
        assert_eq!(case.classname.as_ref().expect("a lesson").as_str(), "parallel-count");
    }
}
