//! Rules of PostgreSQL's lexer that all who read SQL text share. Each is linear in the length of the text.

/// Whether a name can begin with the character: a letter, `_`, or anything beyond ASCII.
pub(crate) fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// Whether a name that has begun can go on with the character.
pub(crate) fn continues_name(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit() || c == '$'
}

/// The opening tag, with its dollars, of the dollar quote that `text` begins with. A tag is empty or a name without
/// dollars: `$1$` is none, but a parameter and a dollar.
pub(crate) fn dollar_tag(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let length = name.find(|c| !(begins_name(c) || c.is_ascii_digit()))?;
    let is_tag = name[length..].starts_with('$') && !name.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..length + 2])
}

/// The length of the dollar quote that `text` begins with, its tags included; all of it when the quote is never closed.
pub(crate) fn dollar_quote_length(text: &str) -> Option<usize> {
    let tag = dollar_tag(text)?;
    let body = &text[tag.len()..];
    Some(body.find(tag).map_or(text.len(), |end| tag.len() + end + tag.len()))
}

/// The length of the comment that `text` begins with (`/*`), which may hold others; all of it when it is never closed.
pub(crate) fn block_comment_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth = depth.saturating_sub(1),
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_names() {
        assert_eq!(dollar_tag("$$ x $$"), Some("$$"));
        assert_eq!(dollar_tag("$a1$ x $a1$"), Some("$a1$"));
        assert_eq!(dollar_tag("$€ж$ x"), Some("$€ж$"));
        for none in ["$1$ x $1$", "$1", "$", "$a", "$a b$", "$-$", "a$b$"] {
            assert_eq!(dollar_tag(none), None, "{none}");
        }
    }

    #[test]
    fn dollar_quotes_end_with_their_own_tag() {
        assert_eq!(dollar_quote_length("$a$ $$ $b$ $a$ rest"), Some("$a$ $$ $b$ $a$".len()));
        assert_eq!(dollar_quote_length("$a$ open $b$"), Some("$a$ open $b$".len()));
    }

    #[test]
    fn comments_hold_comments() {
        assert_eq!(block_comment_length("/* a /* b */ c */ d"), "/* a /* b */ c */".len());
        assert_eq!(block_comment_length("/*/ a */ b"), "/*/ a */".len());
        assert_eq!(block_comment_length("/**/ b"), "/**/".len());
        assert_eq!(block_comment_length("/* /* a */ b"), "/* /* a */ b".len());
    }
}
