//! HTML within Markdown.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{Options, Parser};

/// HTML as a block of its own. It is one line, so that Markdown finds no end of it within.
pub(super) fn block(markup: &Markup) -> String {
    markup.0.replace('\n', "&#10;")
}

/// Markdown as HTML.
pub(super) fn markdown(text: &str) -> Markup {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(text, Options::ENABLE_TABLES));
    PreEscaped(html.trim_end().to_owned())
}

/// The same, where there is no room for paragraphs: a single one is taken out of its element.
pub(super) fn phrase(text: &str) -> Markup {
    let PreEscaped(html) = markdown(text);
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    match inner.filter(|inner| !inner.contains("<p>")) {
        Some(inner) => PreEscaped(inner.to_owned()),
        None => PreEscaped(html),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_paragraph_is_a_phrase() {
        assert_eq!(phrase("Use `a`.").0, "Use <code>a</code>.");
        assert_eq!(phrase("One.\n\nTwo.").0, "<p>One.</p>\n<p>Two.</p>");
    }

    #[test]
    fn a_block_has_no_blank_line() {
        assert_eq!(block(&maud::html! { pre { "a\n\nb" } }), "<pre>a&#10;&#10;b</pre>");
    }
}
