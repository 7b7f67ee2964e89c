//! What counts: which exercises, and how much.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::limits::SUBMISSION_EXERCISES;
use crate::course::{Exercise, Lab, Lesson};

/// What a run of grading counts.
pub struct Rules<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// Ids of lessons and exercises that are graded; empty for all.
    pub only: Vec<String>,
    /// The instructor's points.
    pub points: Points,
    /// How long one exercise may take.
    pub exercise_time: Duration,
    /// Whether answers have to be right over the second data set too, where the exercise says so.
    pub second_data: bool,
}

/// Points in place of those of the lab's files, from a file of the instructor's (TOML).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Points {
    /// What an exercise counts, by its id.
    pub exercises: BTreeMap<String, f64>,
    /// What the points of a lesson's exercises are multiplied with, by the lesson's id.
    pub weights: BTreeMap<String, f64>,
}

impl Rules<'_> {
    /// Whether an exercise is graded.
    pub fn wants(&self, lesson: &Lesson, exercise: &Exercise) -> bool {
        self.only.is_empty() || self.only.iter().any(|id| *id == lesson.id || *id == exercise.id)
    }

    /// Whether some of what is graded has to be right over the second data set too.
    pub fn want_second_data(&self) -> bool {
        let has_one = |lesson: &Lesson| lesson.second_data_exercises().any(|exercise| self.wants(lesson, exercise));
        self.second_data && self.lab.lessons.iter().any(has_one)
    }

    /// How long a whole submission may take, over each data set.
    pub fn submission_time(&self) -> Duration {
        self.exercise_time * SUBMISSION_EXERCISES
    }

    /// What an exercise counts.
    pub fn points(&self, lesson: &Lesson, exercise: &Exercise) -> f64 {
        let own = self.points.exercises.get(&exercise.id).copied();
        let weight = self.points.weights.get(&lesson.id).copied().unwrap_or(1.0);
        own.unwrap_or_else(|| f64::from(exercise.check.points)) * weight
    }
}
