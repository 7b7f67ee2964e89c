//! What psql puts around a statement: BEGIN without autocommit, savepoints for `ON_ERROR_ROLLBACK`.

use std::io;

use super::execution::Execution;
use super::lexis::block_comment_length;
use super::shell::{Shell, Streams};
use crate::wire::TransactionStatus;

/// What was put before a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Nothing,
    Savepoint,
}

impl Shell {
    /// Sends what goes before a statement; `None` when it failed, which is printed.
    pub(super) fn begin_bracket(
        &mut self,
        sql: &str,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<Option<Bracket>> {
        let is_idle = self.connection.transaction() == TransactionStatus::Idle;
        if is_idle
            && !self.variables.is_on("AUTOCOMMIT")
            && !refuses_begin(sql)
            && self.ask("BEGIN", true, io, watch)?.is_none()
        {
            return Ok(None);
        }
        let saves = match self.variables.get("ON_ERROR_ROLLBACK") {
            Some(value) if value.eq_ignore_ascii_case("interactive") => self.is_interactive,
            _ => self.variables.is_on("ON_ERROR_ROLLBACK"),
        };
        if !saves || self.connection.transaction() != TransactionStatus::InTransaction {
            return Ok(Some(Bracket::Nothing));
        }
        let saved = self.ask("SAVEPOINT pg_psql_temporary_savepoint", true, io, watch)?;
        Ok(saved.map(|_| Bracket::Savepoint))
    }

    /// Releases or goes back to the savepoint and tells how the session stands.
    pub(super) fn end_bracket(
        &mut self,
        bracket: Bracket,
        execution: &Execution,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> io::Result<TransactionStatus> {
        // A statement that deals with savepoints or ends the transaction has taken ours with it.
        let is_gone = || {
            let tags = execution.results.iter().map(|result| result.tag.as_str());
            tags.into_iter().any(|tag| matches!(tag, "COMMIT" | "SAVEPOINT" | "RELEASE" | "ROLLBACK"))
        };
        let sql = match (bracket, self.connection.transaction()) {
            (Bracket::Savepoint, TransactionStatus::Failed) => Some("ROLLBACK TO pg_psql_temporary_savepoint"),
            (Bracket::Savepoint, TransactionStatus::InTransaction) if !is_gone() => {
                Some("RELEASE pg_psql_temporary_savepoint")
            }
            _ => None,
        };
        if let Some(sql) = sql {
            self.ask(sql, true, io, watch)?;
        }
        Ok(self.connection.transaction())
    }
}

/// Whether a statement begins or ends transactions itself, or cannot run within one.
fn refuses_begin(sql: &str) -> bool {
    let words = first_words(sql);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["abort" | "begin" | "start" | "commit" | "end" | "rollback" | "vacuum", ..]
            | ["prepare", "transaction", ..]
            | ["discard", "all", ..]
            | ["cluster"]
            | ["create" | "drop", "database" | "tablespace", ..]
            | ["create", "unique", "index", "concurrently", ..]
            | ["create" | "drop" | "reindex", "index", "concurrently", ..]
            | ["reindex", "table" | "schema", "concurrently", ..]
            | ["reindex", "database" | "system", ..]
            | ["alter", "system", ..]
    )
}

/// The first words of a statement in lower case, comments left out, up to anything that is no word.
fn first_words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sql;
    while words.len() < 4 {
        rest = skip_space(rest);
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        words.push(rest[..end].to_ascii_lowercase());
        rest = &rest[end..];
    }
    words
}

/// What follows white space, comments and, at the very beginning, semicolons.
fn skip_space(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
        } else if rest.starts_with("/*") {
            rest = &rest[block_comment_length(rest)..];
        } else {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_statements_take_no_begin() {
        assert!(refuses_begin("/* a /* b */ */ -- c\n Vacuum t"));
        assert!(refuses_begin("create unique index concurrently i on t (a)"));
        assert!(!refuses_begin("create table t ()"));
        assert!(!refuses_begin("cluster t"));
        assert!(!refuses_begin(""));
    }
}
