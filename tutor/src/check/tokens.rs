//! The words of SQL text, for checks that a statement's output cannot decide.

/// The identifiers and keywords of `sql` in lower case and in order: comments are left out, the contents of strings,
/// quoted names and dollar quotes count (a job's SQL stands in them). Linear in the length of the text.
pub(super) fn words(sql: &str) -> Vec<String> {
    let code = without_comments(sql);
    code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .flat_map(|word| word.split('$'))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .map(str::to_lowercase)
        .collect()
}

/// Whether the words of `phrase` stand next to each other in `words`.
pub(super) fn contains(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<String> = phrase.split_whitespace().map(str::to_lowercase).collect();
    words.windows(phrase.len().max(1)).any(|window| window == phrase)
}

fn without_comments(sql: &str) -> String {
    let mut code = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if rest.starts_with("/*") {
            rest = after_block_comment(rest);
            code.push(' ');
        } else {
            let end = if first == '\'' || first == '"' { quoted_length(rest, first) } else { first.len_utf8() };
            code.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    code
}

/// The length of the quoted text that `text` starts with; all of it when the quote is never closed.
fn quoted_length(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// What follows the comment, which may hold others, that `text` starts with.
fn after_block_comment(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return &text[at..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_count_and_strings_do() {
        let found = words("SELECT /* a /* b */ c */ 'run -- this' -- not\n FROM pg_background_launch($x$VACUUM$x$)");
        assert_eq!(found, ["select", "run", "this", "from", "pg_background_launch", "x", "vacuum", "x"]);
    }

    #[test]
    fn phrases_are_neighbours() {
        let found = words("SELECT 1 FOR\n  UPDATE");
        assert!(contains(&found, "for update"));
        assert!(!contains(&found, "select update"));
    }
}
