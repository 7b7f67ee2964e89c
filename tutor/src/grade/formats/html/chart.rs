//! The distribution of scores as a drawing, with the same as a table for those who do not see it.

use maud::{Markup, html};

use crate::grade::statistics::{BINS, Scores};
use crate::words::count;

const BAR: usize = 40;
const GAP: usize = 3;
const TOP: usize = 16;
const HEIGHT: usize = 110;

/// The chart of a class's scores.
pub(super) fn distribution(scores: &Scores) -> Markup {
    let width = BAR * BINS + 20;
    let view = format!("-10 0 {width} {}", TOP + HEIGHT + 22);
    html! {
        figure {
            svg.chart role="img" aria-labelledby="chart-title chart-text" viewBox=(view) {
                title #chart-title { "Distribution of scores" }
                desc #chart-text { (in_words(scores)) }
                g aria-hidden="true" {
                    @for (index, number) in scores.bins.iter().enumerate() { (bar(index, *number, scores)) }
                    line.axis x1="0" x2=(BAR * BINS) y1=(TOP + HEIGHT) y2=(TOP + HEIGHT) {}
                    @for edge in 0..=BINS {
                        text x=(edge * BAR) y=(TOP + HEIGHT + 16) text-anchor="middle" { (edge * 100 / BINS) }
                    }
                }
            }
            figcaption { "Submissions by score in per cent." }
            (table(scores))
        }
    }
}

fn bar(index: usize, number: usize, scores: &Scores) -> Markup {
    let most = scores.bins.iter().copied().max().unwrap_or(1).max(1);
    // A single submission among thousands is still to be seen.
    let height = if number == 0 { 0 } else { (number * HEIGHT / most).max(2) };
    let (x, y) = (index * BAR, TOP + HEIGHT - height);
    html! {
        @if number > 0 {
            rect.bar x=(x + GAP) y=(y) width=(BAR - 2 * GAP) height=(height) {}
            text.number x=(x + BAR / 2) y=(y - 4) text-anchor="middle" { (number) }
        }
    }
}

fn table(scores: &Scores) -> Markup {
    html! {
        details {
            summary { "The same as a table" }
            table {
                thead { tr { th scope="col" { "Score" } th.number scope="col" { "Submissions" } } }
                tbody {
                    @for (index, number) in scores.bins.iter().enumerate() {
                        tr { th scope="row" { (range(index)) } td.number { (number) } }
                    }
                }
            }
        }
    }
}

fn in_words(scores: &Scores) -> String {
    let filled = scores.bins.iter().enumerate().filter(|(_, number)| **number > 0);
    let words = filled.map(|(index, number)| format!("{}: {}", range(index), count(*number, "submission")));
    words.collect::<Vec<_>>().join("; ")
}

fn range(index: usize) -> String {
    let (low, high) = (index * 100 / BINS, (index + 1) * 100 / BINS);
    if index + 1 == BINS { format!("{low} to {high} %") } else { format!("{low} to under {high} %") }
}
