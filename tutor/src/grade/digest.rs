//! A digest of what is graded against.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::rules::Rules;
use crate::provision::{feed, files_below};

/// How many hexadecimal digits it has.
const DIGITS: usize = 16;

/// Changes with the lab's files, the fixtures, and what the instructor counts. Reports with different ones do not go
/// together.
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
    feed(
        &mut state,
        format!("{:?} {:?} {:?} {:?}", rules.only, rules.points, rules.exercise_time, rules.second_data).as_bytes(),
    );
    let digits: String = state.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits[..DIGITS].to_owned())
}
