//! A submission ready to be graded: whose it is, and what it has for each exercise.

use std::collections::BTreeMap;

/// What one student handed in, divided.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Whose it is.
    pub name: String,
    /// The student's id at the learning platform or in the roster.
    pub id: Option<String>,
    /// The student's address in the roster.
    pub email: Option<String>,
    /// Where it came from.
    pub source: String,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// What is odd about it.
    pub problems: Vec<String>,
    /// The script for each exercise, by its id.
    pub parts: BTreeMap<String, String>,
}

impl Paper {
    /// The script for an exercise, if it has one.
    pub fn part(&self, exercise: &str) -> Option<&str> {
        self.parts.get(exercise).map(String::as_str)
    }
}
