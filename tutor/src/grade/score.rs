//! From a verdict to points and words.

use super::player::Played;
use super::rules::Rules;
use super::text;
use super::watchdog::Limit;
use super::{Difference, ExerciseResult, Status};
use crate::check::{Feedback, Verdict};
use crate::course::{Compare, Exercise, Lesson};
use crate::repl::difference_in_words;
use crate::visible::visible;

/// What an exercise came to. `limit` is the limit that it reached, if it did.
pub(super) fn result(
    rules: &Rules<'_>,
    lesson: &Lesson,
    exercise: &Exercise,
    answer: &str,
    played: Played,
    limit: Option<Limit>,
) -> ExerciseResult {
    let (status, said) = said(exercise, &played.verdict, limit.map(|limit| text::limit(limit, rules.exercise_time)));
    let points = rules.points(lesson, exercise);
    let max_score = if status.counts() { points } else { 0.0 };
    ExerciseResult {
        id: exercise.id.clone(),
        title: exercise.title.clone(),
        lesson: lesson.id.clone(),
        status,
        score: max_score * share(exercise, &played.verdict),
        max_score,
        feedback: said.feedback,
        difference: said.difference,
        mistake: said.mistake,
        answer: answer.to_owned(),
        output: visible(&played.output).into_owned(),
    }
}

/// Which share of the points a verdict is worth.
fn share(exercise: &Exercise, verdict: &Verdict) -> f64 {
    match verdict {
        Verdict::Passed => 1.0,
        Verdict::Wrong(Feedback::Missing(_)) if exercise.check.compare != Compare::State => exercise.check.partial,
        _ => 0.0,
    }
}

#[derive(Default)]
struct Said {
    feedback: String,
    difference: Option<Difference>,
    mistake: Option<usize>,
}

fn said(exercise: &Exercise, verdict: &Verdict, limit: Option<String>) -> (Status, Said) {
    let only = |feedback: String| Said { feedback, ..Said::default() };
    match verdict {
        Verdict::Passed => (Status::Passed, Said::default()),
        Verdict::NotAttempted => (Status::NotAttempted, Said::default()),
        Verdict::TimedOut => (Status::TimedOut, only(limit.unwrap_or_else(|| text::TOO_LONG.to_owned()))),
        Verdict::NotGraded(why) => (Status::NotGraded, only(format!("{}{why}.", text::NOT_GRADED))),
        Verdict::CheckerFault(why) => (Status::CheckerError, only(format!("{}{why}", text::CHECKER_FAULT))),
        Verdict::Wrong(feedback) => (Status::Wrong, said_of(exercise, feedback)),
    }
}

fn said_of(exercise: &Exercise, feedback: &Feedback) -> Said {
    match feedback {
        Feedback::Recorded(words) => {
            let mistake = exercise.wrongs.iter().position(|wrong| wrong.feedback == *words).map(|index| index + 1);
            Said { feedback: words.clone(), difference: None, mistake }
        }
        Feedback::Missing(conditions) => {
            let lead = if exercise.check.compare == Compare::State { text::MISSING_STATE } else { text::MISSING };
            let lines: String = conditions.iter().map(|condition| format!("\n- {condition}")).collect();
            Said { feedback: format!("{lead}{lines}"), ..Said::default() }
        }
        Feedback::Difference(difference) => {
            let visible_lines = |lines: &[String]| lines.iter().map(|line| visible(line).into_owned()).collect();
            Said {
                feedback: text::DIFFERENT.to_owned(),
                difference: Some(Difference {
                    remark: difference.remark.as_ref().map(difference_in_words).unwrap_or_default(),
                    expected: visible_lines(&difference.expected),
                    shown: visible_lines(&difference.shown),
                }),
                mistake: None,
            }
        }
    }
}
