//! The page of the class.

use maud::{Markup, html};

use super::page::{class_of, name};
use super::{chart, code, markdown, page, plain};
use crate::grade::statistics::{ExerciseStatistics, MistakeCount};
use crate::grade::{Graded, Report, Similar, Statistics, Status, statistics};
use crate::words::count;

/// How many exercises and mistakes are shown at first.
const FIRST: usize = 10;

/// The page; `pages` holds the paths of the students' pages in the order of the submissions.
pub(super) fn page(report: &Report, statistics: &Statistics, pages: &[String]) -> Markup {
    let sections = sections(report, statistics, pages);
    let body = html! {
        header {
            p.kicker { "Lab " (report.lab_number) ", " (count(report.submissions.len(), "submission")) }
            h1 { (plain::line(&report.lab_title)) }
            nav aria-label="On this page" {
                ul { @for section in &sections { li { a href={ "#" (section.id) } { (section.title) } } } }
            }
        }
        main #content {
            @for section in &sections {
                section aria-labelledby=(section.id) { h2 #(section.id) { (section.title) } (section.body) }
            }
        }
        (page::footer(report))
    };
    page::page(&format!("{}: the class", report.lab_title), &body)
}

struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// The sections of which there is something to say.
fn sections(report: &Report, statistics: &Statistics, pages: &[String]) -> Vec<Section> {
    let section = |id, title, body: Option<Markup>| body.map(|body| Section { id, title, body });
    let all = [
        section("scores", "Scores", Some(scores(statistics))),
        section("exercises", "Hardest exercises", exercises(statistics)),
        section("mistakes", "Commonest mistakes", mistakes(&statistics.mistakes)),
        section("similar", "Answers that are alike", similar(&report.similar)),
        section("odd", "What was odd", odd(report, pages)),
        section("students", "Students", students(report, pages)),
    ];
    all.into_iter().flatten().collect()
}

fn scores(statistics: &Statistics) -> Markup {
    let Some(scores) = &statistics.scores else {
        return html! { p { "There is no submission of which anything counts." } };
    };
    let [lowest, low, median, high, highest] = scores.five_numbers.map(plain::percent);
    html! {
        dl.figures {
            div { dt { "Mean" } dd { (plain::percent(scores.mean)) } }
            div { dt { "Median" } dd { (median) } }
            div { dt { "Middle half" } dd { (low) " to " (high) } }
            div { dt { "All" } dd { (lowest) " to " (highest) } }
        }
        (chart::distribution(scores))
    }
}

fn exercises(statistics: &Statistics) -> Option<Markup> {
    let hardest = statistics.hardest();
    (!hardest.is_empty()).then(|| {
        let first = hardest.len().min(FIRST);
        html! {
            p.note {
                "By the share of students who passed. “With the rest” says how an exercise goes with the other points, "
                "from −1 to 1: near 0, it tells something else than the lab does."
            }
            (exercise_table("The hardest exercises", &hardest[..first]))
            (folded(hardest.len() - first, "exercise", exercise_table("Further exercises", &hardest[first..])))
        }
    })
}

/// What is not shown at first.
fn folded(number: usize, noun: &str, body: Markup) -> Markup {
    html! { @if number > 0 { details { summary { (count(number, noun)) " more" } (body) } } }
}

fn exercise_table(caption: &str, exercises: &[&ExerciseStatistics]) -> Markup {
    let statuses = [Status::Wrong, Status::NotAttempted, Status::TimedOut, Status::CheckerError];
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.sortable {
                thead {
                    tr {
                        (column("exercise", "Exercise", false))
                        (column("passed", "Passed", true))
                        @for status in statuses { (column(class_of(status), capitalised(plain::words(status)), true)) }
                        (column("rest", "With the rest", true))
                    }
                }
                tbody { @for exercise in exercises { (exercise_row(exercise, &statuses)) } }
            }
        }
    }
}

fn exercise_row(exercise: &ExerciseStatistics, statuses: &[Status]) -> Markup {
    let share = exercise.share_passed.unwrap_or(0.0) * 100.0;
    let rest = exercise.discrimination.map(|rest| plain::rounded(rest, 2));
    html! {
        tr {
            th scope="row" { (plain::line(&exercise.title)) small { (plain::line(&exercise.lesson)) } }
            td.number data-value=(share) { (plain::percent(share)) (meter(share)) }
            @for status in statuses { (number(exercise.count(*status))) }
            td.number data-value=[rest.as_ref()] { (rest.as_deref().unwrap_or("–")) }
        }
    }
}

/// A bar as long as a share; the figure beside it says the same.
fn meter(percent: f64) -> Markup {
    html! {
        svg.meter viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
            rect.track width="100" height="4" {}
            rect.bar width=(plain::rounded(percent.clamp(0.0, 100.0), 1)) height="4" {}
        }
    }
}

/// A count; none is easy to overlook, as it should be.
fn number(number: usize) -> Markup {
    html! { td.number.none[number == 0] data-value=(number) { (number) } }
}

/// The head of a column that can be sorted.
fn column(key: &str, title: &str, is_number: bool) -> Markup {
    html! { th.number[is_number] scope="col" data-key=(key) { (title) } }
}

fn capitalised(words: &str) -> &str {
    match words {
        "wrong" => "Wrong",
        "not attempted" => "Not attempted",
        "timed out" => "Timed out",
        "checker error" => "Checker error",
        other => other,
    }
}

fn mistakes(mistakes: &[MistakeCount]) -> Option<Markup> {
    (!mistakes.is_empty()).then(|| {
        let first = mistakes.len().min(FIRST);
        html! {
            (mistake_list(&mistakes[..first]))
            (folded(mistakes.len() - first, "mistake", mistake_list(&mistakes[first..])))
        }
    })
}

fn mistake_list(mistakes: &[MistakeCount]) -> Markup {
    html! {
        ul.entries {
            @for mistake in mistakes {
                li {
                    p.lead { b { (count(mistake.count, "time")) } " in " (plain::line(&mistake.title))
                        small { "mistake " (mistake.mistake) " of " (plain::line(&mistake.exercise)) } }
                    (markdown::render(&mistake.feedback))
                }
            }
        }
    }
}

fn similar(groups: &[Similar]) -> Option<Markup> {
    (!groups.is_empty()).then(|| {
        html! {
            p.note {
                "These answers are equal but for comments, blanks and letter case. There are many good reasons for that: "
                "working in pairs, the same book, or only one natural way to say it. Look before you conclude anything."
            }
            ul.entries {
                @for group in groups {
                    li {
                        p.lead {
                            b { (plain::line(&group.exercise)) } ": "
                            @for (index, one) in group.names.iter().enumerate() { @if index > 0 { ", " } (name(one)) }
                        }
                        details { summary { "The answer" } (code::sql("The answer", &group.answer)) }
                    }
                }
            }
        }
    })
}

fn odd(report: &Report, pages: &[String]) -> Option<Markup> {
    let odd: Vec<_> = report.submissions.iter().zip(pages).filter(|(graded, _)| is_odd(graded)).collect();
    (!odd.is_empty()).then(|| {
        html! {
            ul.entries {
                @for (graded, path) in odd {
                    li {
                        p.lead { a href=(path) { (name(&graded.name)) } small { (plain::line(&graded.source)) } }
                        @for problem in &graded.problems { p { (plain::line(problem)) } }
                        @for status in [Status::TimedOut, Status::CheckerError] { (ids_of(graded, status)) }
                    }
                }
            }
        }
    })
}

/// What an instructor may want to look at, whatever the score.
fn is_odd(graded: &Graded) -> bool {
    let unusual = |status| matches!(status, Status::TimedOut | Status::CheckerError);
    !graded.problems.is_empty() || graded.exercises.iter().any(|result| unusual(result.status))
}

fn ids_of(graded: &Graded, status: Status) -> Markup {
    let results = graded.exercises.iter().filter(|result| result.status == status);
    let ids = results.map(|result| plain::line(&result.id)).collect::<Vec<_>>();
    html! { @if !ids.is_empty() { p { (page::status(status)) " " (ids.join(", ")) } } }
}

fn students(report: &Report, pages: &[String]) -> Option<Markup> {
    (!report.submissions.is_empty()).then(|| {
        html! {
            (filter())
            div.scroll tabindex="0" role="region" aria-label="All students" {
                table.sortable.filtered {
                    thead {
                        tr {
                            (column("name", "Student", false))
                            (column("score", "Score", true))
                            (column("percent", "Percent", true))
                            (column("passed", "Passed", true))
                            (column("wrong", "Wrong", true))
                            (column("untouched", "Not attempted", true))
                            th.strip scope="col" { "Exercises" }
                            (column("odd", "Odd", true))
                        }
                    }
                    tbody { @for (graded, path) in report.submissions.iter().zip(pages) { (student_row(graded, path)) } }
                }
            }
            (legend())
        }
    })
}

/// Shown by the script only, because it does nothing without.
fn filter() -> Markup {
    html! {
        form.filter role="search" aria-label="Find students" hidden {
            label { "Find " input type="search" name="filter" autocomplete="off" spellcheck="false"; }
            label {
                "Show "
                select name="show" {
                    option value="" { "everybody" }
                    option value="full" { "full marks" }
                    option value="low" { "below half" }
                    option value="odd" { "something odd" }
                }
            }
            output aria-live="polite" {}
        }
    }
}

fn student_row(graded: &Graded, path: &str) -> Markup {
    let of = |status: Status| graded.exercises.iter().filter(|result| result.status == status).count();
    let percent = statistics::percent(graded);
    let odd = graded.problems.len() + of(Status::TimedOut) + of(Status::CheckerError);
    html! {
        tr {
            th scope="row" data-value=(plain::line(&graded.name)) {
                a href=(path) { (name(&graded.name)) }
                @for detail in [&graded.id, &graded.email].into_iter().flatten() { small { (plain::line(detail)) } }
            }
            td.number data-value=(graded.score) { (plain::points(graded.score)) "/" (plain::points(graded.max_score)) }
            td.number data-value=[percent] { (percent.map_or_else(|| "–".to_owned(), plain::percent)) }
            (number(of(Status::Passed))) (number(of(Status::Wrong))) (number(of(Status::NotAttempted)))
            td.strip aria-hidden="true" { (strip(graded)) }
            (number(odd))
        }
    }
}

/// A sign for each exercise; neighbours of the same status share an element, so that a large class stays light.
fn strip(graded: &Graded) -> Markup {
    html! {
        @for run in graded.exercises.chunk_by(|left, right| left.status == right.status) {
            span class=(class_of(run[0].status)) { (sign(run[0].status).repeat(run.len())) }
        }
    }
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::Passed => "●",
        Status::Wrong => "×",
        Status::NotAttempted => "·",
        Status::TimedOut => "◷",
        Status::NotGraded => "–",
        Status::CheckerError => "?",
    }
}

fn legend() -> Markup {
    html! {
        p.note.strip aria-hidden="true" {
            @for status in Status::ALL {
                span.key { span class=(class_of(status)) { (sign(status)) } " " (plain::words(status)) } " "
            }
        }
    }
}
