//! What an exercise's answers and wrong answers show: recorded, one file an exercise.
//!
//! The file is an insta snapshot (`labs/<lab>/expected/<exercise>.snap`, recorded on the oldest major of PostgreSQL that
//! the kit knows, and `<exercise>@<major>.snap` where a later one shows something else). Its text:
//!
//! ```text
//! answer 1
//! statements: 1
//! rows
//! | 4
//!
//! wrong 1
//! statements: 1
//! error 42601
//! fails: `pg_background_launch` is not used
//! ```

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Item, Outcome};

/// The recorded outcomes of an exercise, in the order of its answers and wrong answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// What the right answers show.
    pub answers: Vec<Outcome>,
    /// What the wrong answers show.
    pub wrongs: Vec<Outcome>,
}

/// Why there is no expectation to judge by. Never the student's fault.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedError {
    /// Nothing was recorded yet.
    #[error("{} is missing: `cargo tutor check LAB --record` writes it", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read as an expectation.
    #[error("{}: {why}", .file.display())]
    Broken {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Expected {
    /// Reads the expectation at `file`, or the variant of that file for PostgreSQL's `major` version.
    pub fn read(file: &Path, major: u16) -> Result<Expected, ExpectedError> {
        let file = record_for(file, major);
        if !file.is_file() {
            return Err(ExpectedError::Missing(file));
        }
        let broken = |why: String| ExpectedError::Broken { file: file.clone(), why };
        let snapshot = insta::Snapshot::from_file(&file).map_err(|error| broken(error.to_string()))?;
        let text = snapshot.as_text().ok_or_else(|| broken("is no text snapshot".to_owned()))?.to_string();
        Expected::parse(&text).map_err(broken)
    }

    /// Reads the text of a snapshot.
    pub fn parse(text: &str) -> Result<Expected, String> {
        let mut expected = Expected::default();
        let mut current: Option<&mut Outcome> = None;
        for line in text.lines().filter(|line| !line.is_empty()) {
            if line.starts_with("answer ") || line.starts_with("wrong ") {
                let list = if line.starts_with("answer ") { &mut expected.answers } else { &mut expected.wrongs };
                list.push(Outcome::default());
                current = list.last_mut();
                continue;
            }
            let outcome = current.as_mut().ok_or_else(|| format!("{line:?} stands before the first `answer 1`"))?;
            read_line(line, outcome)?;
        }
        if expected.answers.is_empty() {
            return Err("no `answer 1` in it; is its `---` header missing?".to_owned());
        }
        Ok(expected)
    }

    /// The text of a snapshot.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (title, outcomes) in [("answer", &self.answers), ("wrong", &self.wrongs)] {
            for (index, outcome) in outcomes.iter().enumerate() {
                let gap = if text.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{gap}{title} {}", index + 1);
                let _ = writeln!(text, "statements: {}", outcome.statements);
                outcome.shown.iter().for_each(|item| text.push_str(&item.to_string()));
                outcome.fails.iter().for_each(|fail| text.push_str(&format!("fails: {fail}\n")));
            }
        }
        text
    }
}

/// The record that holds for a major version: its variant of `file` if there is one, else `file`.
pub(crate) fn record_for(file: &Path, major: u16) -> PathBuf {
    let variant = variant(file, major);
    if variant.is_file() { variant } else { file.to_owned() }
}

/// Where the variant of a record for one major version stands.
pub(crate) fn variant(file: &Path, major: u16) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}@{major}.snap"))
}

fn read_line(line: &str, outcome: &mut Outcome) -> Result<(), String> {
    if let Some(text) = line.strip_prefix('|') {
        let text = text.strip_prefix(' ').unwrap_or(text).to_owned();
        match outcome.shown.last_mut() {
            Some(Item::Rows(lines) | Item::Plan(lines)) => lines.push(text),
            _ => return Err(format!("{line:?} belongs to no `rows` or `plan`")),
        }
    } else if let Some(number) = line.strip_prefix("statements: ") {
        outcome.statements = number.parse().map_err(|_| format!("{line:?} has no number"))?;
    } else if let Some(fail) = line.strip_prefix("fails: ") {
        outcome.fails.push(fail.to_owned());
    } else {
        outcome.shown.push(match line.split_once(' ') {
            None if line == "rows" => Item::Rows(Vec::new()),
            None if line == "plan" => Item::Plan(Vec::new()),
            Some(("error", sqlstate)) => Item::Error(sqlstate.to_owned()),
            _ => {
                return Err(format!(
                    "{line:?} is none of `statements: N`, `rows`, `plan`, `error SQLSTATE`, `fails: ...`"
                ));
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rendered_can_be_read() {
        let expected = Expected {
            answers: vec![Outcome {
                statements: 2,
                shown: vec![Item::Rows(vec!["4".into(), String::new()])],
                fails: vec![],
            }],
            wrongs: vec![
                Outcome {
                    statements: 1,
                    shown: vec![Item::Error("42601".into())],
                    fails: vec!["`x` is not used".into()],
                },
                Outcome {
                    statements: 1,
                    shown: vec![Item::Plan(vec!["Gather".into(), "  ->  Seq Scan".into()])],
                    fails: vec![],
                },
                Outcome::default(),
            ],
        };
        assert_eq!(Expected::parse(&expected.render()), Ok(expected));
    }

    #[test]
    fn a_file_without_answers_is_refused() {
        assert!(Expected::parse("").is_err());
    }
}
