//! Program text and output, as it is; SQL lightly coloured.

use maud::{Markup, html};

use crate::check::{Part, parts};
use crate::visible::visible_in_documents;

/// A block of SQL: comments stand back, strings and quoted names have a colour of their own.
pub(super) fn sql(label: &str, sql: &str) -> Markup {
    let sql = visible_in_documents(sql);
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
        pre tabindex="0" role="region" aria-label=(label) { samp { (visible_in_documents(output).trim_end()) } }
    }
}
