//! Text of others made visible: what a terminal, a browser or a parser would obey or drop is shown as an escape, such
//! as `\x1B` or `\u0085`, the way psql shows it in table cells.

use std::borrow::Cow;

use crate::psql::print::width::{char_width, push_escaped};

/// For a terminal: control characters are escaped, line feeds and tabs stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escape(text, is_harmless)
}

/// For one cell of lines that stand side by side: tabs are escaped too, for they would move what stands beside.
pub(crate) fn visible_cell(text: &str) -> Cow<'_, str> {
    escape(text, |c| char_width(c).is_some() && c != '\0')
}

/// For documents and programs: marks that turn the direction of what follows, and what XML forbids, are escaped too.
/// Carriage returns before line feeds are left out.
pub(crate) fn visible_in_documents(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return Cow::Owned(visible_in_documents(&text.replace("\r\n", "\n")).into_owned());
    }
    escape(text, |c| is_harmless(c) && !is_treacherous(c))
}

fn is_harmless(c: char) -> bool {
    matches!(c, '\n' | '\t') || char_width(c).is_some() && c != '\0'
}

fn is_treacherous(c: char) -> bool {
    matches!(
        c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'
    )
}

fn escape(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(&stays) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) { shown.push(c) } else { push_escaped(&mut shown, c) }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_obey_nothing() {
        assert_eq!(visible("a\u{1b}[2J\u{7}\u{85}\n\tb"), "a\\x1B[2J\\x07\\u0085\n\tb");
        assert_eq!(visible_cell("a\tb\u{85}"), "a\\x09b\\u0085");
    }

    #[test]
    fn documents_are_stricter() {
        assert_eq!(visible_in_documents("a\u{1b}[2J\u{202e}b\0\r\nc\r"), "a\\x1B[2J\\u202Eb\\x00\nc\\x0D");
        assert_eq!(visible_in_documents("Zoë\t李\u{200d}"), "Zoë\t李\u{200d}");
    }
}
