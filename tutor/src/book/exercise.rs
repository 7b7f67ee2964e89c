//! Exercises: the task, the command that opens it, hints, and answers where the book has them.

use maud::{Markup, html};

use super::hint::hint;
use super::html::{block, markdown};
use super::terminal::{command, script, terminal};
use super::text;
use crate::check::{Expected, Item, Outcome};
use crate::course::{CourseError, Exercise, Lab, read};
use crate::lab::CRATE_SOURCE;

/// An exercise as Markdown; `number` of `count` in its lesson. `expected` is there where the book has answers.
///
/// # Errors
/// The source that it begins with cannot be read.
pub(super) fn exercise(
    lab: &Lab,
    exercise: &Exercise,
    (number, count): (usize, usize),
    expected: Option<&Expected>,
) -> Result<String, CourseError> {
    let Exercise { id, title, prompt, .. } = exercise;
    let tag = block(&html! { p.number { (text::exercise_number(number, count)) } });
    let crate_folder = exercise.check.build.as_ref().map(|folder| lab.dir.join(folder));
    let source = crate_folder.map(|folder| read(&folder.join(CRATE_SOURCE))).transpose()?;
    let below = block(&html! {
        div.tools {
            p { (text::EXERCISE_OPEN) }
            (command(&text::open_command(lab.number, id)))
            @if let Some(source) = &source { (skeleton(source)) }
            @for (index, text) in exercise.hints.iter().enumerate() {
                details.hint {
                    summary { (text::hint_title(index + 1, exercise.hints.len())) }
                    (hint(text))
                }
            }
            @if let Some(expected) = expected { (answers(exercise, expected)) }
        }
    });
    Ok(format!(
        "<section class=\"exercise\" aria-labelledby=\"{id}\">\n\n{tag}\n\n## {title} {{#{id}}}\n\n{prompt}\n\n{below}\n\n</section>"
    ))
}

/// The source that an exercise about a crate begins with.
fn skeleton(source: &str) -> Markup {
    html! {
        details.skeleton {
            summary { (text::skeleton(CRATE_SOURCE)) }
            pre { code.language-rust { (source) } }
        }
    }
}

fn answers(exercise: &Exercise, expected: &Expected) -> Markup {
    let [answer, others @ ..] = &exercise.answers[..] else { return html! {} };
    let shown = |index: usize| expected.answers.get(index).map(showed).unwrap_or_default();
    html! {
        details.answer {
            summary { (text::ANSWER) }
            (terminal(&script(answer, shown(0))))
            @if !others.is_empty() {
                p { (text::OTHER_ANSWERS) }
                @for (index, other) in others.iter().enumerate() {
                    (terminal(&script(other, shown(index + 1))))
                }
            }
        }
        @if !exercise.wrongs.is_empty() {
            details.mistakes {
                summary { (text::MISTAKES) }
                @for wrong in &exercise.wrongs {
                    div.mistake {
                        (terminal(&script(&wrong.sql, String::new())))
                        (markdown(&wrong.feedback))
                    }
                }
            }
        }
    }
}

/// What an answer showed, as it is recorded: values between bars.
fn showed(outcome: &Outcome) -> String {
    let item = |item: &Item| match item {
        Item::Rows(lines) if lines.is_empty() => text::NO_ROWS.to_owned(),
        Item::Rows(lines) | Item::Plan(lines) => lines.join("\n"),
        Item::Error(sqlstate) => text::error_shown(sqlstate),
    };
    outcome.shown.iter().map(item).collect::<Vec<_>>().join("\n\n")
}
