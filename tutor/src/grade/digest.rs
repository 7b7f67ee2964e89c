//! A digest of what is graded against.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::rules::Rules;
use crate::check::variant;
use crate::course::{DataSet, Lab, Lesson};
use crate::provision::postgres::MAJORS;
use crate::provision::{feed, files_below};

/// How many hexadecimal digits it has.
const DIGITS: usize = 16;

/// Answers are recorded over each of them.
const DATA_SETS: [DataSet; 2] = [DataSet::First, DataSet::Second];

/// Changes with the lab's files, the fixtures, an instructor's further exercises and checks, and what the instructor
/// counts. Reports with different ones do not go together.
///
/// # Errors
/// A file cannot be read.
pub fn lab_digest(rules: &Rules<'_>, fixtures: &Path) -> Result<String, (PathBuf, io::Error)> {
    let mut state = Sha256::new();
    for folder in [rules.lab.dir.as_path(), fixtures] {
        for file in files_below(folder)? {
            let content = fs::read(&file).map_err(|cause| (file.clone(), cause))?;
            feed(&mut state, file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().as_bytes());
            feed(&mut state, &content);
        }
    }
    for file in hidden_files(rules.lab) {
        let content = fs::read(&file).map_err(|cause| (file.clone(), cause))?;
        feed(&mut state, file.file_name().unwrap_or_default().as_encoded_bytes());
        feed(&mut state, &content);
    }
    feed(
        &mut state,
        format!("{:?} {:?} {:?} {:?}", rules.only, rules.points, rules.exercise_time, rules.second_data).as_bytes(),
    );
    let digits: String = state.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits[..DIGITS].to_owned())
}

/// The files that an instructor keeps from students, and the records of what is in them, each once.
fn hidden_files(lab: &Lab) -> BTreeSet<PathBuf> {
    lab.hidden().flat_map(|lesson| records(lesson).chain([lesson.file.clone()])).collect()
}

fn records(lesson: &Lesson) -> impl Iterator<Item = PathBuf> {
    let ids = lesson.exercises().flat_map(|exercise| DATA_SETS.map(|data| data.record_id(&exercise.id)));
    let plain = ids.map(|id| lesson.record(&id));
    let all =
        plain.flat_map(|plain| MAJORS.map(|major| variant(&plain, major)).chain([plain.clone()]).collect::<Vec<_>>());
    all.filter(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Course;

    #[test]
    fn records_over_both_data_sets_count() {
        let lab = Course::find(None).expect("the clone is a course").lab("1").expect("lab 1");
        let lesson = lab.lessons.iter().find(|lesson| lesson.exercise("first-answer").is_some()).expect("a lesson");
        let found: Vec<PathBuf> = records(lesson).collect();
        for id in ["first-answer", "first-answer.second"] {
            assert!(found.contains(&lesson.record(id)), "{id}: {found:?}");
        }
    }
}
