//! Reports of parts of a class become one.

use std::collections::BTreeMap;

use super::{Foreseen, Graded, Report, similar};

/// Why reports do not go together.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MergeError {
    /// No report was given.
    #[error("there is no report to merge")]
    Nothing,
    /// They were not made in the same way.
    #[error(
        "{file} was graded with {what} {found}, {first} with {wanted}: grade the parts in the same way, then merge them"
    )]
    Differs {
        /// What differs, in words.
        what: &'static str,
        /// The file that differs from the first.
        file: String,
        /// What it says.
        found: String,
        /// The first file.
        first: String,
        /// What that one says.
        wanted: String,
    },
    /// The same submission came out differently.
    #[error("{source_of} is in {first} and in {second}, and they do not say the same about it: leave one of them out")]
    Contradiction {
        /// Where the submission came from.
        source_of: String,
        /// The file that has it first.
        first: String,
        /// The other file.
        second: String,
    },
}

/// The parts, each with the name of its file, as one report: sorted by name, each submission once, similar answers
/// looked for anew in the whole class. The order of the parts does not matter.
pub fn merge(parts: Vec<(String, Report)>, foreseen: &Foreseen) -> Result<Report, MergeError> {
    let first = parts.first().ok_or(MergeError::Nothing)?;
    parts.iter().skip(1).try_for_each(|part| go_together(first, part))?;
    // Minor versions may differ between machines; they grade alike.
    let postgres = parts.iter().map(|(_, report)| report.postgres.clone()).min().unwrap_or_default();
    let head = Report { submissions: Vec::new(), similar: Vec::new(), postgres, ..first.1.clone() };
    let submissions = every_submission_once(parts)?;
    let similar = similar(&submissions, foreseen);
    Ok(Report { submissions, similar, ..head })
}

fn go_together((first, wanted): &(String, Report), (file, found): &(String, Report)) -> Result<(), MergeError> {
    let pairs = [
        ("lab", wanted.lab.as_str(), found.lab.as_str()),
        ("lessons and points of digest", &wanted.lab_digest, &found.lab_digest),
        ("kit", &wanted.kit, &found.kit),
        ("PostgreSQL", major(&wanted.postgres), major(&found.postgres)),
    ];
    match pairs.into_iter().find(|(_, wanted, found)| wanted != found) {
        None => Ok(()),
        Some((what, wanted, found)) => Err(MergeError::Differs {
            what,
            file: file.clone(),
            found: found.to_owned(),
            first: first.clone(),
            wanted: wanted.to_owned(),
        }),
    }
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

fn every_submission_once(parts: Vec<(String, Report)>) -> Result<Vec<Graded>, MergeError> {
    let mut seen: BTreeMap<String, (String, Graded)> = BTreeMap::new();
    for (file, report) in parts {
        for graded in report.submissions {
            match seen.get(&graded.source) {
                None => {
                    seen.insert(graded.source.clone(), (file.clone(), graded));
                }
                Some((_, known)) if are_equal(known, &graded) => {}
                Some((first, _)) => {
                    let (first, second) = (first.clone(), file);
                    return Err(MergeError::Contradiction { source_of: graded.source, first, second });
                }
            }
        }
    }
    let mut submissions: Vec<Graded> = seen.into_values().map(|(_, graded)| graded).collect();
    // Stable: the same name twice stays in the order of the sources.
    submissions.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(submissions)
}

/// How long it took is no part of a grade.
fn are_equal(left: &Graded, right: &Graded) -> bool {
    *left == Graded { seconds: left.seconds, ..right.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    fn part(file: &str, submissions: &[Graded]) -> (String, Report) {
        (file.to_owned(), Report { submissions: submissions.to_vec(), similar: Vec::new(), ..class() })
    }

    #[test]
    fn parts_become_the_whole_in_any_order() {
        let whole = class();
        let (left, right) = whole.submissions.split_at(2);
        let overlap = whole.submissions[1..].iter().map(|graded| Graded { seconds: 99.0, ..graded.clone() });
        let overlap: Vec<Graded> = overlap.collect();
        let merged = |parts| merge(parts, &Foreseen::default()).expect("a report");
        assert_eq!(merged(vec![part("1", left), part("2", right)]), whole);
        assert_eq!(merged(vec![part("2", right), part("1", left)]), whole);
        assert_eq!(merged(vec![part("1", &whole.submissions), part("2", &overlap)]), whole);
    }

    #[test]
    fn what_was_graded_differently_does_not_go_together() {
        let first = part("one.json", &[]);
        let other = |report: Report| {
            merge(vec![first.clone(), ("two.json".into(), report)], &Foreseen::default()).expect_err("a refusal")
        };
        let words = [
            other(Report { lab: "other".into(), ..class() }),
            other(Report { lab_digest: "other".into(), ..class() }),
            other(Report { kit: "other".into(), ..class() }),
            other(Report { postgres: "18.1".into(), ..class() }),
        ]
        .map(|error| error.to_string());
        assert!(words.iter().all(|words| words.contains("one.json") && words.contains("two.json")), "{words:#?}");
        assert!(words[3].contains("PostgreSQL 18"), "{words:#?}");
        assert_eq!(merge(Vec::new(), &Foreseen::default()), Err(MergeError::Nothing));
    }

    #[test]
    fn minor_versions_go_together() {
        let newer = ("two".to_owned(), Report { postgres: "15.19".into(), ..class() });
        assert!(merge(vec![part("one", &[]), newer], &Foreseen::default()).is_ok());
    }

    #[test]
    fn contradictions_are_named() {
        let mut changed = class().submissions;
        changed[0].digest = "other".into();
        let error = merge(vec![part("one", &class().submissions), part("two", &changed)], &Foreseen::default());
        let source_of = changed[0].source.clone();
        assert_eq!(error, Err(MergeError::Contradiction { source_of, first: "one".into(), second: "two".into() }));
    }
}
