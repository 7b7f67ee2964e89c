//! The verdict over an outcome.

use super::difference::{self, Difference, counting};
use super::{Expected, Item, Outcome};
use crate::course::{Check, Compare, Exercise, Shown};

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The answer is right.
    Passed,
    /// The answer is wrong.
    Wrong(Feedback),
    /// Nothing was done.
    NotAttempted,
    /// It took longer than the checker waits.
    TimedOut,
    /// It cannot be graded here, with the reason; left out of the maximum.
    NotGraded(String),
    /// The checker itself failed. Never the student's fault.
    CheckerFault(String),
}

/// What to say about a wrong answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feedback {
    /// A mistake that people make: the lesson has words for it (Markdown).
    Recorded(String),
    /// What was shown is right, but these conditions do not hold.
    Missing(Vec<String>),
    /// What was expected beside what was shown.
    Difference(Difference),
}

/// How the judge looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// After a statement, when more may follow.
    Glance {
        /// Nothing goes on in the sandbox any more, so no condition on state will change by itself.
        settled: bool,
        /// The statement showed something: without it, what was shown before is not judged again.
        fresh: bool,
    },
    /// The student asks, or the input has ended.
    Final,
}

/// Judges `outcome`. A glance gives a verdict only when it is certain; a final look always gives one.
pub fn judge(exercise: &Exercise, expected: &Expected, outcome: &Outcome, look: Look) -> Option<Verdict> {
    let check = &exercise.check;
    let shows_it = shows_answer(exercise, expected, outcome);
    let is_judged_again = matches!(look, Look::Glance { fresh: false, .. }) && check.compare != Compare::State;
    if shows_it && outcome.fails.is_empty() && !is_judged_again {
        return Some(Verdict::Passed);
    }
    match look {
        Look::Glance { settled, fresh } => {
            let may_go_on = begins_answer(exercise, expected, outcome);
            let mistake =
                recorded_mistake(exercise, expected, outcome, look).filter(|_| settled && fresh && !may_go_on);
            mistake.map(|feedback| Verdict::Wrong(Feedback::Recorded(feedback)))
        }
        Look::Final => {
            let recorded = recorded_mistake(exercise, expected, outcome, look).map(Feedback::Recorded);
            let feedback = recorded.unwrap_or_else(|| match shows_it {
                true => Feedback::Missing(outcome.fails.clone()),
                false => feedback_on_difference(check, expected, outcome),
            });
            Some(Verdict::Wrong(feedback))
        }
    }
}

/// Whether `outcome` is what the exercise's wrong answer number `index` shows.
pub(crate) fn is_mistake(check: &Check, wrong: &Outcome, outcome: &Outcome, look: Look) -> bool {
    if wrong.fails != outcome.fails {
        return false;
    }
    match (look, check.compare) {
        (Look::Final, Compare::State) => true,
        (Look::Glance { .. }, Compare::State) => {
            wrong.shown.last().is_some_and(|last| outcome.shown.last() == Some(last))
        }
        (_, compare) => {
            let wrong = counting(compare, &wrong.shown);
            let shown = counting(compare, &outcome.shown);
            match check.shown {
                Shown::Last => wrong.last().is_some_and(|last| shown.last() == Some(last)),
                Shown::Sequence => !wrong.is_empty() && shown.ends_with(&wrong),
            }
        }
    }
}

fn recorded_mistake(exercise: &Exercise, expected: &Expected, outcome: &Outcome, look: Look) -> Option<String> {
    // A first look, such as the plan before a setting is changed, may show what a mistake shows. It is none as long as
    // less was done than the mistake takes.
    let is_enough = |wrong: &Outcome| look == Look::Final || outcome.statements >= wrong.statements;
    let mistakes = exercise.wrongs.iter().zip(&expected.wrongs).filter(|(_, wrong)| is_enough(wrong));
    let (alike, _) = mistakes
        .filter(|(_, recorded)| is_mistake(&exercise.check, recorded, outcome, look))
        .max_by_key(|(_, recorded)| recorded.shown == outcome.shown)?;
    Some(alike.feedback.clone())
}

/// Whether what was shown may become what one of the answers shows, when more statements follow.
pub fn begins_answer(exercise: &Exercise, expected: &Expected, outcome: &Outcome) -> bool {
    expected.answers.iter().any(|answer| is_beginning(&exercise.check, outcome, answer))
}

/// Whether what was shown is what one of the answers shows, whatever else does not hold.
pub fn shows_answer(exercise: &Exercise, expected: &Expected, outcome: &Outcome) -> bool {
    expected.answers.iter().any(|answer| shows(&exercise.check, &answer.shown, &outcome.shown))
}

/// Whether what was shown is what `answer` shows, as far as it counts.
fn shows(check: &Check, answer: &[Item], shown: &[Item]) -> bool {
    let answer = counting(check.compare, answer);
    let shown = counting(check.compare, shown);
    match check.shown {
        _ if check.compare == Compare::State => true,
        Shown::Last => answer.last().is_some_and(|last| shown.last() == Some(last)),
        Shown::Sequence => answer.last() == shown.last() && is_subsequence(&answer, &shown),
    }
}

fn is_subsequence(short: &[&Item], long: &[&Item]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|item| rest.any(|other| other == item))
}

/// Whether `outcome` may become what `answer` shows when more statements follow.
fn is_beginning(check: &Check, outcome: &Outcome, answer: &Outcome) -> bool {
    let answer = counting_or_all(check.compare, &answer.shown);
    let shown = counting_or_all(check.compare, &outcome.shown);
    // Whatever was shown before: the answer may begin with the last things.
    let tail_lengths = 1..answer.len().min(shown.len() + 1);
    tail_lengths.rev().any(|length| answer.starts_with(&shown[shown.len() - length..]))
}

fn counting_or_all(compare: Compare, items: &[Item]) -> Vec<&Item> {
    if compare == Compare::State { items.iter().collect() } else { counting(compare, items) }
}

/// What was shown beside what the answer shows that is most like it.
fn feedback_on_difference(check: &Check, expected: &Expected, outcome: &Outcome) -> Feedback {
    if check.compare == Compare::State {
        return Feedback::Missing(outcome.fails.clone());
    }
    let answers: Vec<&[Item]> = expected.answers.iter().map(|answer| answer.shown.as_slice()).collect();
    Feedback::Difference(difference::difference(check, &answers, &outcome.shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Step, parse_lesson};

    fn exercise(check: &str) -> Exercise {
        let text = format!(
            "# T\n\n## E {{#e .exercise}}\n\n```toml,check\n{check}\n```\n\n```sql,answer\nA\n```\n\n\
             ```sql,wrong\nW\n```\n> You did W.\n"
        );
        let body = parse_lesson(std::path::Path::new("t.md"), &text).unwrap();
        match body.steps.into_iter().next() {
            Some(Step::Exercise(exercise)) => *exercise,
            other => panic!("{other:?}"),
        }
    }

    fn outcome(text: &str) -> Outcome {
        Expected::parse(&format!("answer 1\n{text}")).unwrap().answers.remove(0)
    }

    fn verdict(check: &str, expected: &str, got: &str, look: Look) -> Option<Verdict> {
        judge(&exercise(check), &Expected::parse(expected).unwrap(), &outcome(got), look)
    }

    const GLANCE: Look = Look::Glance { settled: true, fresh: true };
    const ROWS: &str = "answer 1\nrows\n| 4\n\nwrong 1\nrows\n| 5\n";

    #[test]
    fn the_last_thing_shown_decides() {
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 5\nrows\n| 4\n", GLANCE), Some(Verdict::Passed));
        let recorded = Some(Verdict::Wrong(Feedback::Recorded("You did W.".into())));
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 4\nrows\n| 5\n", GLANCE), recorded);
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 6\n", GLANCE), None);
        assert_eq!(verdict("compare = 'rows'", ROWS, "", GLANCE), None);
    }

    #[test]
    fn a_mistake_is_only_certain_when_the_sandbox_has_settled() {
        let busy = Look::Glance { settled: false, fresh: true };
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 5\n", busy), None);
    }

    #[test]
    fn what_was_shown_before_is_not_judged_again() {
        let quiet = Look::Glance { settled: true, fresh: false };
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 5\n", quiet), None);
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 4\n", quiet), None);
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 4\n", Look::Final), Some(Verdict::Passed));
    }

    #[test]
    fn right_rows_with_a_failing_condition_do_not_pass() {
        let missing = Verdict::Wrong(Feedback::Missing(vec!["`x` is not used".into()]));
        assert_eq!(verdict("compare = 'rows'", ROWS, "rows\n| 4\nfails: `x` is not used", Look::Final), Some(missing));
    }

    #[test]
    fn the_first_step_of_a_right_answer_is_no_mistake() {
        let expected = "answer 1\nrows\n| <pid:1>\nrows\n| 4\n\nwrong 1\nrows\n| <pid:1>\n";
        assert_eq!(verdict("compare = 'rows'", expected, "rows\n| <pid:1>\n", GLANCE), None);
    }

    #[test]
    fn a_right_answer_may_begin_after_other_things() {
        let expected = "answer 1\nrows\n| <pid:1>\nrows\n| 4\n\nwrong 1\nrows\n| <pid:1>\n";
        assert_eq!(verdict("compare = 'rows'", expected, "rows\n| 7\nrows\n| 8\nrows\n| <pid:1>\n", GLANCE), None);
    }

    #[test]
    fn a_sequence_needs_all_its_parts() {
        let check = "compare = 'error'\nshown = 'sequence'";
        let expected = "answer 1\nrows\n| 1\nerror 42704\n\nwrong 1\nerror 42883\n";
        assert_eq!(verdict(check, expected, "rows\n| 0\nrows\n| 1\nerror 42704\n", GLANCE), Some(Verdict::Passed));
        assert_eq!(verdict(check, expected, "error 42704\n", GLANCE), None);
    }

    #[test]
    fn states_alone_decide_where_nothing_shown_counts() {
        let expected = "answer 1\nrows\n| 4\n\nwrong 1\nrows\n| 4\nfails: workers\n";
        assert_eq!(verdict("compare = 'state'", expected, "rows\n| 9\n", GLANCE), Some(Verdict::Passed));
        let recorded = Some(Verdict::Wrong(Feedback::Recorded("You did W.".into())));
        assert_eq!(verdict("compare = 'state'", expected, "rows\n| 4\nfails: workers", GLANCE), recorded);
        assert_eq!(verdict("compare = 'state'", expected, "rows\n| 8\nfails: workers", GLANCE), None);
        assert_eq!(verdict("compare = 'state'", expected, "rows\n| 8\nfails: workers", Look::Final), recorded);
    }
}
