//! Hints: sentences, and statements as they stand. They are plain text, in which only `code` has a face of its own.

use maud::{Markup, html};

use crate::repl::{Open, is_code, open_after, unbroken};

pub(super) fn hint(text: &str) -> Markup {
    let lines = lines(text);
    let parts = lines.chunk_by(|one, other| match (one, other) {
        (Line::Code(_), Line::Code(_)) => true,
        (Line::Sentence(one), Line::Sentence(other)) => !one.is_empty() && !other.is_empty(),
        _ => false,
    });
    html! {
        @for part in parts {
            @match &part[0] {
                Line::Code(_) => pre { code.nohighlight { (part.iter().map(Line::text).collect::<Vec<_>>().join("\n")) } },
                Line::Sentence(first) if first.is_empty() => {},
                Line::Sentence(_) => p {
                    @for (index, line) in part.iter().enumerate() {
                        @if index > 0 { br; }
                        (sentence(line.text()))
                    }
                },
            }
        }
    }
}

enum Line {
    Sentence(String),
    /// It begins as statements do, is indented, or is within a string that an earlier line has opened.
    Code(String),
}

impl Line {
    fn text(&self) -> &str {
        match self {
            Line::Sentence(text) | Line::Code(text) => text,
        }
    }
}

fn lines(text: &str) -> Vec<Line> {
    let mut open = Open::Nothing;
    let line = |line: String| {
        if open == Open::Nothing && !is_code(&line) && !line.starts_with(' ') {
            return Line::Sentence(line);
        }
        open = open_after(&line, std::mem::take(&mut open));
        Line::Code(line)
    };
    unbroken(text.trim()).into_iter().map(line).collect()
}

fn sentence(line: &str) -> Markup {
    html! {
        @for (index, part) in line.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_no_markdown() {
        assert_eq!(
            hint("Take 16*1024*1024 <b> of `a`.\nThen go on.").0,
            "<p>Take 16*1024*1024 &lt;b&gt; of <code>a</code>.<br>Then go on.</p>"
        );
    }

    #[test]
    fn statements_stay_whole() {
        let html = hint("Like this:\nDO $$\nBEGIN\nEXCEPTION\n    WHEN others THEN\nEND\n$$;\n\nAnd that is all.").0;
        assert!(html.contains("DO $$\nBEGIN\nEXCEPTION\n    WHEN others THEN\nEND\n$$;</code></pre><p>And"), "{html}");
    }
}
