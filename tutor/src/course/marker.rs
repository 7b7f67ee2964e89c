//! The lines that divide a script: `-- exercise: ID`.

/// The id in a `-- exercise: ID` line. A marker is a line of the file, whatever the statement around it: one in the
/// middle of a string, a comment or data of COPY divides the script too.
pub fn marker(line: &str) -> Option<&str> {
    let id = line.trim().strip_prefix("--")?.trim_start().strip_prefix("exercise:")?.trim();
    (!id.is_empty() && !id.contains(char::is_whitespace)).then_some(id)
}

/// The line that begins an exercise's part, without its end.
pub fn marker_line(id: &str) -> String {
    format!("-- exercise: {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_a_comment_with_an_id() {
        assert_eq!(marker("-- exercise: read-once"), Some("read-once"));
        assert_eq!(marker("  --exercise:read-once  "), Some("read-once"));
        assert_eq!(marker("-- exercise: two words"), None);
        assert_eq!(marker("SELECT 1; -- exercise: x"), None);
        assert_eq!(marker(&marker_line("read-once")), Some("read-once"));
    }
}
