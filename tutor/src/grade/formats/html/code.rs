//! Program text and output, as it is; SQL lightly coloured.

use maud::{Markup, html};

use super::plain;
use crate::check::{Part, parts};

/// A block of SQL: comments stand back, strings and quoted names have a colour of their own.
pub(super) fn sql(label: &str, sql: &str) -> Markup {
    let sql = plain::visible(sql);
    html! {
        // It scrolls sideways, so the keyboard has to reach it.
        pre tabindex="0" role="region" aria-label=(label) {
            code { @for (part, text) in parts(sql.trim_matches('\n').trim_end()) { (piece(part, text)) } }
        }
    }
}

fn piece(part: Part, text: &str) -> Markup {
    match part {
        Part::Comment => html! { span.comment { (text) } },
        Part::String | Part::QuotedName => html! { span.literal { (text) } },
        Part::DollarQuote | Part::Code => html! { (text) },
    }
}

/// A block of output.
pub(super) fn output(label: &str, output: &str) -> Markup {
    html! {
        pre tabindex="0" role="region" aria-label=(label) { samp { (plain::visible(output).trim_end()) } }
    }
}
