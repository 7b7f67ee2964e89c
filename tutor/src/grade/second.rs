//! The second data set: what has passed is played again over other data, so that a computed result is told from a typed
//! one.
//!
//! ```text
//! Graded ──passed and `second_data`──> the lessons' parts up to there ──another sandbox, other data──> Graded
//!    ^──────────────── passed stays passed; anything else does not ───────────────────────────────────────┘
//! ```
//!
//! Verdicts on exercises that are not marked stay as the first run gave them.

use std::collections::BTreeMap;

use super::job::Job;
use super::{ExerciseResult, Graded, Paper, Status, text};
use crate::course::{Exercise, Lab, Lesson};

/// Plays again what of `paper` has to be right over the second data set too, on a job whose servers have it. None when
/// grading is to stop.
pub(super) fn grade_again(job: &mut Job<'_>, lab: &Lab, paper: &Paper, graded: Graded) -> Option<Graded> {
    let Some(paper) = to_be_played(lab, paper, &graded) else { return Some(graded) };
    let again = job.grade(&paper)?;
    Some(settle(lab, graded, &again))
}

/// What of a submission is played again: in each lesson everything up to the last exercise that is due. What stands
/// before it may have made what it uses, such as a function of the student's own. None if nothing is due.
fn to_be_played(lab: &Lab, paper: &Paper, graded: &Graded) -> Option<Paper> {
    let due: Vec<&str> = due(lab, graded).collect();
    let is_due = |exercise: &&Exercise| due.contains(&exercise.id.as_str());
    let up_to_the_last = |lesson: &Lesson| -> Vec<String> {
        let exercises: Vec<&Exercise> = lesson.exercises().collect();
        let end = exercises.iter().rposition(is_due).map_or(0, |last| last + 1);
        exercises[..end].iter().map(|exercise| exercise.id.clone()).collect()
    };
    let ids = lab.lessons.iter().flat_map(up_to_the_last);
    let part = |id: String| paper.part(&id).map(str::to_owned).map(|part| (id, part));
    let parts: BTreeMap<String, String> = ids.filter_map(part).collect();
    (!parts.is_empty()).then(|| Paper { parts, ..paper.clone() })
}

/// The exercises that have passed and have to pass over the second data set too.
fn due<'a>(lab: &'a Lab, graded: &'a Graded) -> impl Iterator<Item = &'a str> {
    let marked = lab.lessons.iter().flat_map(Lesson::second_data_exercises);
    let has_passed =
        |id: &str| graded.exercises.iter().any(|result| result.id == id && result.status == Status::Passed);
    marked.map(|exercise| exercise.id.as_str()).filter(move |id| has_passed(id))
}

/// Takes into `graded` what came of it.
fn settle(lab: &Lab, mut graded: Graded, again: &Graded) -> Graded {
    let due: Vec<String> = due(lab, &graded).map(str::to_owned).collect();
    for result in graded.exercises.iter_mut().filter(|result| due.contains(&result.id)) {
        if let Some(again) = again.exercises.iter().find(|again| again.id == result.id) {
            settle_exercise(result, again);
        }
    }
    graded.seconds += again.seconds;
    graded.add_up();
    graded
}

fn settle_exercise(result: &mut ExerciseResult, again: &ExerciseResult) {
    let (status, feedback) = match again.status {
        Status::Passed => return,
        Status::TimedOut => (Status::TimedOut, format!("{}{}", text::OVER_OTHER_DATA, again.feedback)),
        Status::CheckerError | Status::NotGraded => (again.status, again.feedback.clone()),
        // What was expected there, or shown, is not told: it would be the next thing to be typed.
        Status::Wrong | Status::NotAttempted => (Status::Wrong, text::ONLY_THESE_DATA.to_owned()),
    };
    result.status = status;
    result.feedback = feedback;
    result.score = 0.0;
    if !status.counts() {
        result.max_score = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Course;

    const MARKED: &str = "no-gaps-no-overlaps";
    const BEFORE: &str = "fan-out";
    const AFTER: &str = "they-really-run-at-the-same-time";
    const ELSEWHERE: &str = "read-once";

    fn lab() -> Lab {
        Course::find(None).expect("the clone is a course").lab("12").expect("lab 12")
    }

    fn graded(statuses: &[(&str, Status)]) -> Graded {
        let result = |&(id, status): &(&str, Status)| ExerciseResult {
            id: id.to_owned(),
            title: String::new(),
            lesson: String::new(),
            status,
            score: if status == Status::Passed { 2.0 } else { 0.0 },
            max_score: 2.0,
            feedback: String::new(),
            difference: None,
            mistake: None,
            answer: String::new(),
            output: String::new(),
        };
        let mut graded = Graded { exercises: statuses.iter().map(result).collect(), ..Graded::default() };
        graded.add_up();
        graded
    }

    fn paper(ids: &[&str]) -> Paper {
        let parts = ids.iter().map(|id| ((*id).to_owned(), format!("{id};"))).collect();
        Paper { parts, ..Paper::default() }
    }

    #[test]
    fn a_lesson_is_played_again_up_to_what_has_passed_and_is_marked() {
        let paper = paper(&[BEFORE, MARKED, AFTER, ELSEWHERE]);
        let passed = graded(&[(BEFORE, Status::Wrong), (MARKED, Status::Passed), (AFTER, Status::Passed)]);
        let again = to_be_played(&lab(), &paper, &passed).expect("something to play");
        assert_eq!(again.parts.keys().collect::<Vec<_>>(), [BEFORE, MARKED]);
        let failed = graded(&[(BEFORE, Status::Passed), (MARKED, Status::Wrong), (AFTER, Status::Passed)]);
        assert!(to_be_played(&lab(), &paper, &failed).is_none());
    }

    #[test]
    fn only_what_is_marked_loses_its_points() {
        let first = || graded(&[(BEFORE, Status::Passed), (MARKED, Status::Passed)]);
        let over = |status| settle(&lab(), first(), &graded(&[(BEFORE, Status::Wrong), (MARKED, status)]));
        assert_eq!(over(Status::Passed), first());
        let wrong = over(Status::Wrong);
        assert_eq!((wrong.score, wrong.max_score), (2.0, 4.0));
        assert_eq!(
            (wrong.exercises[1].status, wrong.exercises[1].feedback.as_str()),
            (Status::Wrong, text::ONLY_THESE_DATA)
        );
        assert_eq!(over(Status::TimedOut).exercises[1].status, Status::TimedOut);
        let fault = over(Status::CheckerError);
        assert_eq!((fault.score, fault.max_score), (2.0, 2.0));
    }
}
