//! From a verdict to points and words.

use super::limits::{DIFFERENCE_LINE_CHARACTERS, DIFFERENCE_LINES};
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
    let said = veiled(said, lesson, &played.verdict);
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

/// What an exercise came to that passed, once an instructor's further check of it has its verdict: all has to pass.
/// `partial` of that check says what the answer is still worth if it does not.
pub(super) fn checked_further(
    rules: &Rules<'_>,
    (lesson, check): (&Lesson, &Exercise),
    passed: ExerciseResult,
    verdict: &Verdict,
    limit: Option<Limit>,
) -> ExerciseResult {
    if *verdict == Verdict::Passed {
        return passed;
    }
    let (status, said) = said(check, verdict, limit.map(|limit| text::limit(limit, rules.exercise_time)));
    let said = veiled(said, lesson, verdict);
    let share = if status == Status::Wrong { check.check.partial } else { 0.0 };
    let max_score = if status.counts() { passed.max_score } else { 0.0 };
    let feedback = match verdict {
        Verdict::Wrong(Feedback::Missing(_)) => said.feedback.replacen(lead(check), text::FURTHER_STATE, 1),
        Verdict::Wrong(Feedback::Difference(_)) => text::FURTHER.to_owned(),
        _ => said.feedback,
    };
    // The lab's own mistakes come first.
    let own = rules.lab.exercises().find(|(_, own)| own.id == check.id).map_or(0, |(_, own)| own.wrongs.len());
    let mistake = said.mistake.map(|mistake| own + mistake);
    ExerciseResult {
        status,
        score: max_score * share,
        max_score,
        feedback,
        difference: said.difference,
        mistake,
        ..passed
    }
}

/// What may be said of an exercise that is kept from students: not what was expected, unless the instructor wants it,
/// and nothing of its set-up.
fn veiled(said: Said, lesson: &Lesson, verdict: &Verdict) -> Said {
    match (&lesson.hidden, verdict) {
        (None, _) => said,
        (Some(_), Verdict::CheckerFault(_)) => {
            Said { feedback: format!("{}{}", text::CHECKER_FAULT, text::HIDDEN_FAULT), ..Said::default() }
        }
        (Some(hidden), _) => Said { difference: said.difference.filter(|_| hidden.show_expected), ..said },
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

fn lead(exercise: &Exercise) -> &'static str {
    if exercise.check.compare == Compare::State { text::MISSING_STATE } else { text::MISSING }
}

fn said_of(exercise: &Exercise, feedback: &Feedback) -> Said {
    match feedback {
        Feedback::Recorded(words) => {
            let mistake = exercise.wrongs.iter().position(|wrong| wrong.feedback == *words).map(|index| index + 1);
            Said { feedback: words.clone(), difference: None, mistake }
        }
        Feedback::Missing(conditions) => {
            let lines: String = conditions.iter().map(|condition| format!("\n- {condition}")).collect();
            Said { feedback: format!("{}{lines}", lead(exercise)), ..Said::default() }
        }
        Feedback::Difference(difference) => Said {
            feedback: text::DIFFERENT.to_owned(),
            difference: Some(Difference {
                remark: difference.remark.as_ref().map(difference_in_words).unwrap_or_default(),
                expected: kept_lines(&difference.expected),
                shown: kept_lines(&difference.shown),
            }),
            mistake: None,
        },
    }
}

/// Lines of a difference, within bounds.
fn kept_lines(lines: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = lines.iter().take(DIFFERENCE_LINES).map(|line| kept_line(line)).collect();
    if lines.len() > DIFFERENCE_LINES {
        kept.push(text::further_lines(lines.len() - DIFFERENCE_LINES));
    }
    kept
}

fn kept_line(line: &str) -> String {
    match line.char_indices().nth(DIFFERENCE_LINE_CHARACTERS) {
        Some((end, _)) => format!("{}{}", visible(&line[..end]), text::CUT_LINE),
        None => visible(line).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_difference_the_beginning_is_kept_in_words() {
        let lines = vec!["x".repeat(5_000); DIFFERENCE_LINES + 3];
        let kept = kept_lines(&lines);
        assert_eq!(kept.len(), DIFFERENCE_LINES + 1);
        assert_eq!(kept[0].len(), DIFFERENCE_LINE_CHARACTERS + text::CUT_LINE.len());
        assert_eq!(kept[DIFFERENCE_LINES], ".. (3 more lines are left out)");
        assert_eq!(kept_lines(&["short".to_owned()]), ["short"]);
    }
}
