//! What the terminal learns from the lines that were typed.

use super::lex::{Lexer, Open, Token};

/// How much of a line is looked at, in bytes.
const SEEN_BYTES: usize = 64 * 1024;

/// How many names of a kind are kept.
const MOST: usize = 100;

/// Names that only the session knows.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Of channels that were listened to or notified.
    pub(super) channels: Vec<String>,
    /// Of statements that were prepared.
    pub(super) prepared: Vec<String>,
}

impl Heard {
    /// Takes the names that `line` gives.
    pub(super) fn hear(&mut self, line: &str) {
        let tokens: Vec<Token<'_>> = tokens(line).collect();
        let pairs = tokens.windows(2).filter(|pair| pair[1].is_name());
        for pair in pairs {
            let names = match &pair[0] {
                word if word.is("listen") || word.is("notify") => &mut self.channels,
                word if word.is("prepare") => &mut self.prepared,
                _ => continue,
            };
            let name = pair[1].name();
            if !names.contains(&name) && names.len() < MOST {
                names.push(name);
            }
        }
    }
}

/// Words of statements that change what there is, or that may run such a statement.
const CHANGES: [&str; 12] =
    ["create", "alter", "drop", "into", "import", "rename", "call", "do", "commit", "end", "execute", "rollback"];

/// Functions, by the beginnings of their names, that run statements elsewhere; and commands that do so here.
const RUNS: [&str; 4] = ["pg_background", "dblink", "\\i", "\\g"];

/// Whether what was typed may change the catalogue. A look too many costs some milliseconds.
pub(super) fn may_change_catalogue(line: &str) -> bool {
    tokens(line).any(|token| {
        CHANGES.iter().any(|word| token.is(word))
            || RUNS
                .iter()
                .any(|start| token.text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start)))
    })
}

fn tokens(line: &str) -> impl Iterator<Item = Token<'_>> {
    let end = (0..=SEEN_BYTES.min(line.len())).rev().find(|&end| line.is_char_boundary(end)).unwrap_or_default();
    Lexer::new(&line[..end], Open::Nothing).filter(|token| !token.text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_heard_once() {
        let mut heard = Heard::default();
        heard.hear("LISTEN \"News\"; notify tidings, 'x'; LISTEN tidings; PREPARE p AS SELECT 1;");
        assert_eq!(heard.channels, ["News", "tidings"]);
        assert_eq!(heard.prepared, ["p"]);
    }

    #[test]
    fn what_changes_the_catalogue_is_told_from_what_does_not() {
        for line in ["create table t ();", "SELECT 1 INTO t;", "SELECT pg_background_launch('x')", "\\i file"] {
            assert!(may_change_catalogue(line), "{line}");
        }
        for line in ["SELECT 'create'", "\\d t", "UPDATE t SET a = 1", "é"] {
            assert!(!may_change_catalogue(line), "{line}");
        }
    }
}
