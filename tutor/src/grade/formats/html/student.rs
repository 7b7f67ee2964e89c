//! The page of one student.

use ::similar::{Algorithm, DiffOp, capture_diff_slices};
use maud::{Markup, html};

use super::page::{name, status};
use super::{code, markdown, page, plain};
use crate::grade::{Difference, ExerciseResult, Graded, Report, statistics};
use crate::visible::visible_in_documents;

/// Of longer texts, so many lines are compared and shown.
const MOST_LINES: usize = 400;

/// The page.
pub(super) fn page(report: &Report, graded: &Graded) -> Markup {
    let body = html! {
        header {
            p.kicker { a href="../index.html" { "Lab " (report.lab_number) ", " (plain::line(&report.lab_title)) } }
            h1 { (name(&graded.name)) }
            (figures(graded))
        }
        main #content {
            (problems(graded))
            (overview(graded))
            @for lesson in lessons(graded) {
                section {
                    h2 { (plain::line(&lesson[0].1.lesson)) }
                    @for (index, result) in lesson { (exercise(index, result)) }
                }
            }
        }
        (page::footer(report))
    };
    page::page(&format!("{}: {}", graded.name, report.lab_title), &body)
}

fn figures(graded: &Graded) -> Markup {
    let percent = statistics::percent(graded).map_or_else(|| "–".to_owned(), plain::percent);
    html! {
        dl.figures {
            div { dt { "Score" } dd { (plain::points(graded.score)) " of " (plain::points(graded.max_score)) } }
            div { dt { "Percent" } dd { (percent) } }
            @for (term, value) in [("Id", &graded.id), ("Email", &graded.email), ("File", &Some(graded.source.clone()))] {
                @if let Some(value) = value { div { dt { (term) } dd { bdi { (plain::line(value)) } } } }
            }
        }
    }
}

fn problems(graded: &Graded) -> Markup {
    html! {
        @if !graded.problems.is_empty() {
            section.callout aria-labelledby="odd" {
                h2 #odd { "What was odd" }
                @for problem in &graded.problems { p { (plain::line(problem)) } }
            }
        }
    }
}

fn overview(graded: &Graded) -> Markup {
    html! {
        section aria-labelledby="overview" {
            h2 #overview { "Overview" }
            table.overview {
                thead {
                    tr { th scope="col" { "Exercise" } th scope="col" { "Status" } th.number scope="col" { "Points" } }
                }
                tbody {
                    @for (index, result) in graded.exercises.iter().enumerate() {
                        tr {
                            th scope="row" { a href={ "#exercise-" (index + 1) } { (plain::line(&result.title)) } }
                            td { (status(result.status)) }
                            td.number { (points(result)) }
                        }
                    }
                }
            }
        }
    }
}

/// The exercises with their numbers, those of a lesson together.
fn lessons(graded: &Graded) -> Vec<Vec<(usize, &ExerciseResult)>> {
    let numbered: Vec<_> = graded.exercises.iter().enumerate().map(|(index, result)| (index + 1, result)).collect();
    numbered.chunk_by(|left, right| left.1.lesson == right.1.lesson).map(<[_]>::to_vec).collect()
}

fn points(result: &ExerciseResult) -> String {
    if !result.status.counts() {
        return "–".to_owned();
    }
    format!("{}/{}", plain::points(result.score), plain::points(result.max_score))
}

fn exercise(number: usize, result: &ExerciseResult) -> Markup {
    html! {
        article aria-labelledby={ "exercise-" (number) } {
            h3 #{ "exercise-" (number) } { (plain::line(&result.title)) }
            p.lead {
                (status(result.status)) " "
                @if result.status.counts() { (points(result)) " points" }
                small { (plain::line(&result.id)) }
            }
            @if !result.feedback.is_empty() { div.feedback { (markdown::render(&result.feedback)) } }
            @if let Some(found) = &result.difference { (difference(found)) }
            @if !result.answer.trim().is_empty() {
                h4 { "What was written" }
                (code::sql(&format!("What was written for {}", plain::line(&result.title)), &result.answer))
            }
            @if !result.output.trim().is_empty() {
                details {
                    summary { "What it printed" }
                    (code::output(&format!("What {} printed", plain::line(&result.title)), &result.output))
                }
            }
        }
    }
}

/// What was expected beside what was shown, equal lines at the same height.
fn difference(difference: &Difference) -> Markup {
    let [expected, shown] =
        [&difference.expected, &difference.shown].map(|lines| &lines[..lines.len().min(MOST_LINES)]);
    let left_out = difference.expected.len().max(difference.shown.len()).saturating_sub(MOST_LINES);
    html! {
        @if !difference.remark.is_empty() { p { (plain::line(&difference.remark)) } }
        div.scroll tabindex="0" role="region" aria-label="What was expected beside what was shown" {
            table.difference {
                thead { tr { th scope="col" { "Expected" } th scope="col" { "Shown" } } }
                tbody { @for (left, right) in beside(expected, shown) { (line(left, right)) } }
            }
        }
        @if left_out > 0 { p.note { "The rest, up to " (left_out) " lines, is left out." } }
    }
}

fn line(left: Option<&str>, right: Option<&str>) -> Markup {
    let differs = left != right;
    html! {
        tr.differs[differs] {
            td { @if let Some(text) = left { (side(differs, "−", "expected: ", text)) } }
            td { @if let Some(text) = right { (side(differs, "+", "shown: ", text)) } }
        }
    }
}

fn side(differs: bool, sign: &str, word: &str, text: &str) -> Markup {
    html! {
        span.sign aria-hidden="true" { (if differs { sign } else { " " }) }
        @if differs { span.unseen { (word) } }
        (visible_in_documents(text))
    }
}

/// A line that was expected and the one that was shown in its place; one of them may be missing.
type Pair<'a> = (Option<&'a str>, Option<&'a str>);

/// The lines in pairs, equal ones together.
fn beside<'a>(expected: &'a [String], shown: &'a [String]) -> Vec<Pair<'a>> {
    let ops = capture_diff_slices(Algorithm::Myers, expected, shown);
    ops.iter().flat_map(|op| pairs(op, expected, shown)).collect()
}

fn pairs<'a>(op: &DiffOp, expected: &'a [String], shown: &'a [String]) -> Vec<Pair<'a>> {
    let (expected, shown) = (&expected[op.old_range()], &shown[op.new_range()]);
    let at = |lines: &'a [String], index: usize| lines.get(index).map(String::as_str);
    (0..expected.len().max(shown.len())).map(|index| (at(expected, index), at(shown, index))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_stand_beside_each_other() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (expected, shown) = (lines("a b c"), lines("a x c d"));
        let pairs = beside(&expected, &shown);
        assert_eq!(pairs, [(Some("a"), Some("a")), (Some("b"), Some("x")), (Some("c"), Some("c")), (None, Some("d"))]);
    }
}
