//! Feedback as HTML. Lessons are its authors, but it may repeat what a student wrote.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::visible::visible_in_documents;

/// `markdown` without raw HTML, pictures, and links but to pages; headings are paragraphs, because the page has its own.
pub(super) fn render(markdown: &str) -> Markup {
    let markdown = visible_in_documents(markdown);
    let mut rendered = String::new();
    let mut links = Vec::new();
    let events = Parser::new_ext(&markdown, Options::ENABLE_TABLES).filter_map(|event| tame(event, &mut links));
    html::push_html(&mut rendered, events);
    PreEscaped(rendered)
}

/// The event as it may stand; `links` says of each open link whether it was kept.
fn tame<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) | Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) | Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Paragraph)),
        // What stands for the picture stays as text.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            links.push(is_page(dest_url));
            links.last().copied().unwrap_or(false).then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        _ => Some(event),
    }
}

fn is_page(url: &CowStr<'_>) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_markup_is_left() {
        let rendered = |markdown: &str| render(markdown).into_string();
        assert_eq!(rendered("**a** `b`"), "<p><strong>a</strong> <code>b</code></p>\n");
        assert_eq!(rendered("<b>a</b>"), "<p>&lt;b&gt;a&lt;/b&gt;</p>\n");
        assert_eq!(rendered("# a"), "<p>a</p>\n");
        assert_eq!(rendered("[a](javascript:b) ![c](http://d/e.png)"), "<p>a c</p>\n");
        assert_eq!(rendered("[a](https://b/?c=\"d)"), "<p><a href=\"https://b/?c=%22d\">a</a></p>\n");
        assert!(!rendered("<div>\n<script>a</script>\n</div>").contains("<script"));
    }
}
