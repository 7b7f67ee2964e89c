//! What all pages have in common.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::plain;
use crate::grade::{Report, Status};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A page of that title.
pub(super) fn page(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (plain::line(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                (body)
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Nothing is loaded, and nothing runs or is styled but by what stands in this page.
fn policy() -> String {
    let [style, script] = [STYLE, SCRIPT].map(|text| STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

/// Where a report comes from, at the end of each page.
pub(super) fn footer(report: &Report) -> Markup {
    let digest: String = report.lab_digest.chars().take(12).collect();
    html! {
        footer {
            p {
                "Graded by tutor " (plain::line(&report.kit)) " on PostgreSQL " (plain::line(&report.postgres))
                " against lessons " code { (plain::line(&digest)) } "."
            }
        }
    }
}

/// Somebody's name, whose direction of writing does not reach what is around it.
pub(super) fn name(name: &str) -> Markup {
    let shown = plain::line(name);
    html! { bdi { @if shown.is_empty() { "(no name)" } @else { (shown) } } }
}

/// A status as a word and a colour.
pub(super) fn status(status: Status) -> Markup {
    html! { span class={ "status " (class_of(status)) } { (plain::words(status)) } }
}

/// The class that colours a status.
pub(super) fn class_of(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Wrong => "wrong",
        Status::NotAttempted => "untouched",
        Status::TimedOut => "late",
        Status::NotGraded | Status::CheckerError => "apart",
    }
}
