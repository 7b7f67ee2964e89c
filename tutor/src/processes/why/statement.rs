//! What can be told from a statement's text: what it is, and the same statement without one of its parts.

use crate::check::{Token, tokens};

/// A statement, without EXPLAIN in front of it and the semicolon behind it.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) text: String,
    tokens: Vec<Token>,
}

/// A part of a statement that keeps workers away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// DECLARE .. CURSOR FOR.
    Cursor,
    /// INSERT INTO, in front of a query.
    Insert,
    /// WITH .. AS (INSERT, UPDATE, DELETE or MERGE).
    WritingCte,
    /// FOR UPDATE and its kin.
    RowLocks,
}

/// What EXPLAIN takes (EXPLAIN, in the manual's part VI).
const EXPLAINED: [&str; 9] = ["select", "with", "values", "table", "insert", "update", "delete", "merge", "declare"];

/// What writes.
const WRITES: [&str; 4] = ["insert", "update", "delete", "merge"];

/// How queries begin.
const QUERIES: [&str; 4] = ["select", "with", "values", "table"];

impl Statement {
    pub(super) fn of(sql: &str) -> Statement {
        let text = sql.trim().trim_end_matches(';').trim_end();
        Statement::whole(without_explain(text))
    }

    fn whole(text: &str) -> Statement {
        Statement { text: text.to_owned(), tokens: tokens(text) }
    }

    /// Whether EXPLAIN can show a plan of it.
    pub(super) fn has_plan(&self) -> bool {
        let is_create = self.starts_with("create") && self.word_at_top("as").is_some() && !self.is_routine();
        self.first().is_some_and(|first| EXPLAINED.contains(&first) || first == "(" || first == "execute") || is_create
    }

    fn is_routine(&self) -> bool {
        self.tokens.iter().take(5).any(|token| token.is("function") || token.is("procedure") || token.is("view"))
            && !self.tokens.iter().take(5).any(|token| token.is("materialized"))
    }

    /// The first word.
    pub(super) fn first(&self) -> Option<&str> {
        self.tokens.first().map(|token| token.text.as_str())
    }

    pub(super) fn starts_with(&self, word: &str) -> bool {
        self.first() == Some(word)
    }

    /// Whether the statement itself, not a part of it, writes.
    pub(super) fn writes(&self) -> bool {
        let main =
            self.tokens.iter().find(|token| token.depth == 0 && is_any(token, &[&WRITES[..], &["select"]].concat()));
        main.is_some_and(|token| is_any(token, &WRITES))
    }

    /// The statement without that part, if it has it. What EXPLAIN makes of it is another matter.
    pub(super) fn without(&self, part: Part) -> Option<Statement> {
        let text = match part {
            Part::Cursor => self.query_of_cursor(),
            Part::Insert => self.query_of_insert(),
            Part::WritingCte => self.with_reading_cte(),
            Part::RowLocks => self.without_row_locks(),
        }?;
        Some(Statement::whole(&text))
    }

    /// The names of functions that it calls, in lower case unless quoted.
    pub(super) fn functions(&self) -> Vec<String> {
        called(&self.tokens)
    }

    fn query_of_cursor(&self) -> Option<String> {
        if !self.starts_with("declare") {
            return None;
        }
        let cursor = self.word_at_top("cursor")?;
        let begin = self.tokens[cursor..].iter().find(|token| token.is("for"))?;
        Some(self.text[begin.end..].trim().to_owned())
    }

    fn query_of_insert(&self) -> Option<String> {
        if !self.starts_with("insert") {
            return None;
        }
        let begin = self.tokens.iter().find(|token| token.depth == 0 && is_any(token, &QUERIES))?;
        let returning = self.tokens.iter().find(|token| token.depth == 0 && (token.is("returning") || token.is("on")));
        let end = returning.map_or(self.text.len(), |token| token.start).max(begin.start);
        Some(self.text[begin.start..end].trim().to_owned())
    }

    /// Each part of WITH that writes reads its table instead.
    fn with_reading_cte(&self) -> Option<String> {
        let mut text = String::new();
        let mut at = 0;
        for (index, token) in self.tokens.iter().enumerate() {
            let is_body = is_any(token, &WRITES) && index > 1 && self.tokens[index - 1].is("(");
            if !is_body
                || !(self.tokens[index - 2].is("as") || self.tokens[index - 2].is("materialized"))
                || token.start < at
            {
                continue;
            }
            let end = self.tokens[index..].iter().find(|other| other.depth < token.depth)?;
            text.push_str(&self.text[at..token.start]);
            text.push_str(&format!("SELECT * FROM {}", self.target(index)?));
            at = end.start;
        }
        (at > 0).then(|| text + &self.text[at..])
    }

    /// The name of the table that the statement at that token writes to.
    fn target(&self, verb: usize) -> Option<&str> {
        let skipped = ["into", "from", "only"];
        let begin = self.tokens[verb + 1..].iter().find(|token| !is_any(token, &skipped))?;
        let index = self.tokens.iter().position(|token| token.start == begin.start)?;
        let is_dotted = |index: usize| self.tokens.get(index).is_some_and(|token| token.is("."));
        let last = if is_dotted(index + 1) { index + 2 } else { index };
        Some(&self.text[begin.start..self.tokens.get(last)?.end])
    }

    fn without_row_locks(&self) -> Option<String> {
        let is_lock = |index: &usize| {
            let follows = self.tokens.get(index + 1);
            let strengths = ["update", "share", "no", "key"];
            self.tokens[*index].depth == 0
                && self.tokens[*index].is("for")
                && follows.is_some_and(|next| is_any(next, &strengths))
        };
        let first = (0..self.tokens.len()).find(is_lock)?;
        Some(self.text[..self.tokens[first].start].trim_end().to_owned())
    }

    fn word_at_top(&self, word: &str) -> Option<usize> {
        self.tokens.iter().position(|token| token.depth == 0 && token.is(word))
    }
}

/// The names of functions that are called in an expression.
pub(super) fn functions_in(expression: &str) -> Vec<String> {
    called(&tokens(expression))
}

fn called(tokens: &[Token]) -> Vec<String> {
    let calls = tokens.windows(2).filter(|pair| pair[0].is_name() && pair[1].is("("));
    calls.map(|pair| pair[0].text.clone()).collect()
}

fn is_any(token: &Token, words: &[&str]) -> bool {
    words.iter().any(|word| token.is(word))
}

/// `EXPLAIN (..)` or `EXPLAIN ANALYZE VERBOSE` goes.
fn without_explain(text: &str) -> &str {
    let tokens = tokens(text);
    if !tokens.first().is_some_and(|first| first.is("explain")) {
        return text;
    }
    let mut rest = &tokens[1..];
    // A query may begin with a parenthesis too; then a query follows it.
    if rest.first().is_some_and(|token| token.is("(")) && !rest.get(1).is_some_and(|token| is_any(token, &QUERIES)) {
        let after = rest.iter().position(|token| token.is(")") && token.depth == 0).map_or(rest.len(), |end| end + 1);
        rest = &rest[after..];
    } else {
        let is_option = |token: &&Token| is_any(token, &["analyze", "analyse", "verbose"]);
        rest = &rest[rest.iter().take_while(is_option).count()..];
    }
    rest.first().map_or("", |first| &text[first.start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(sql: &str, part: Part) -> Option<String> {
        Statement::of(sql).without(part).map(|statement| statement.text)
    }

    #[test]
    fn explain_goes_with_its_options() {
        let texts = [
            "EXPLAIN SELECT 1;",
            "explain analyze verbose SELECT 1",
            "EXPLAIN (ANALYZE, COSTS (off)) /* x */ SELECT 1 ;",
        ];
        texts.iter().for_each(|sql| assert_eq!(Statement::of(sql).text, "SELECT 1", "{sql}"));
        assert_eq!(Statement::of("EXPLAIN (SELECT 1)").text, "(SELECT 1)");
        assert_eq!(Statement::of("EXPLAIN").text, "");
    }

    #[test]
    fn parts_are_taken_away() {
        assert_eq!(without("DECLARE c CURSOR WITH HOLD FOR SELECT 1", Part::Cursor).as_deref(), Some("SELECT 1"));
        assert_eq!(
            without("INSERT INTO t (a) SELECT b FROM u RETURNING a", Part::Insert).as_deref(),
            Some("SELECT b FROM u")
        );
        assert_eq!(
            without("WITH w AS (DELETE FROM s.t WHERE a = (1) RETURNING *) SELECT 1 FROM w", Part::WritingCte)
                .as_deref(),
            Some("WITH w AS (SELECT * FROM s.t) SELECT 1 FROM w")
        );
        assert_eq!(without("SELECT 1 FROM t FOR NO KEY UPDATE", Part::RowLocks).as_deref(), Some("SELECT 1 FROM t"));
        assert_eq!(without("SELECT substring('a' for 2)", Part::RowLocks), None);
        assert_eq!(without("SELECT 'FOR UPDATE'", Part::RowLocks), None);
    }

    #[test]
    fn what_writes_is_told_from_what_reads() {
        assert!(Statement::of("WITH w AS (SELECT 1) UPDATE t SET a = 1").writes());
        assert!(!Statement::of("WITH w AS (UPDATE t SET a = 1 RETURNING a) SELECT a FROM w").writes());
        assert!(Statement::of("CREATE TABLE t AS SELECT 1").has_plan());
        assert!(!Statement::of("CREATE INDEX ON t (a)").has_plan());
        assert_eq!(Statement::of("SELECT s.f(1), \"G\"(2) FROM t").functions(), ["f", "G"]);
    }
}
