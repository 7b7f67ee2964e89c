//! Hints: sentences, and statements as they stand. They are plain text, in which only `code` has a face of its own.

use maud::{Markup, html};

use crate::repl::{Open, is_code, tokens, unbroken};

pub(super) fn hint(text: &str) -> Markup {
    let lines = lines(text);
    let groups = lines.chunk_by(|(one_is_code, one), (other_is_code, _)| {
        one_is_code == other_is_code && (*one_is_code || !one.is_empty())
    });
    html! {
        @for group in groups {
            @if group[0].0 {
                pre { code.nohighlight { (group.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n")) } }
            } @else if !group[0].1.is_empty() {
                p {
                    @for (index, (_, line)) in group.iter().filter(|(_, line)| !line.is_empty()).enumerate() {
                        @if index > 0 { br; }
                        (sentence(line))
                    }
                }
            }
        }
    }
}

/// The lines, and whether each is code: it begins like it, is indented, or is within a string that an earlier one opened.
fn lines(text: &str) -> Vec<(bool, String)> {
    let mut open = Open::Nothing;
    let line = |line: String| {
        let is_code = open != Open::Nothing || is_code(&line) || line.starts_with(' ');
        if is_code {
            tokens(&line, &mut open);
        }
        (is_code, line)
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
