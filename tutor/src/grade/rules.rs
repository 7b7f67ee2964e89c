//! What counts: which exercises, and how much.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::limits::SUBMISSION_EXERCISES;
use crate::course::{Exercise, Lab, Lesson};
use crate::words::{did_you_mean, nearest};

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

impl Points {
    /// Reads a file's text. The error names what the lab does not have, or what cannot be counted.
    pub fn parse(text: &str, lab: &Lab) -> Result<Points, String> {
        let points: Points = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let exercises: Vec<&str> = lab.exercises().map(|(_, exercise)| exercise.id.as_str()).collect();
        let lessons: Vec<&str> = lab.lessons.iter().map(|lesson| lesson.id.as_str()).collect();
        points.exercises.iter().try_for_each(|(id, value)| known("exercise", id, *value, &exercises))?;
        points.weights.iter().try_for_each(|(id, value)| known("lesson", id, *value, &lessons))?;
        Ok(points)
    }
}

fn known(what: &str, id: &str, value: f64, ids: &[&str]) -> Result<(), String> {
    if !ids.contains(&id) {
        let nearest = did_you_mean(nearest(id, ids.iter().copied()));
        return Err(format!("there is no {what} {id:?} in the lab{nearest}"));
    }
    let is_countable = value.is_finite() && value >= 0.0;
    if is_countable { Ok(()) } else { Err(format!("{id} = {value}: a number from 0 on is needed")) }
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
