//! Asking the student's own session, whose settings count, without leaving a trace in it.

use std::time::Duration;

use super::plan::Plan;
use crate::wire::{Connection, Event, TransactionStatus};

/// How long one wait for an answer lasts; waiting goes on after it.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// What no question may outlast.
const LIMITS: &str = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '1s'";

/// The name of the savepoint within the student's transaction.
const SAVEPOINT: &str = "tutor_why";

/// Rows of text; NULL is empty.
pub(super) type Rows = Vec<Vec<String>>;

/// A session that can be asked.
pub(super) struct Asked<'a>(pub(super) &'a mut Connection);

impl Asked<'_> {
    pub(super) fn transaction(&self) -> TransactionStatus {
        self.0.transaction()
    }

    /// The plan of a statement after some commands, of which nothing stays: all of it is rolled back.
    ///
    /// # Errors
    /// What the server said against it.
    pub(super) fn plan(&mut self, commands: &[String], statement: &str) -> Result<Plan, String> {
        let rows = self.aside(commands, &format!("EXPLAIN (VERBOSE, FORMAT JSON) {statement}"))?;
        let lines: Vec<String> = rows.into_iter().flatten().collect();
        Plan::parse(&lines.join("\n")).ok_or_else(|| super::text::NO_PLAN.to_owned())
    }

    /// The rows of a question after some commands, of which nothing stays.
    ///
    /// # Errors
    /// What the server said against it.
    pub(super) fn aside(&mut self, commands: &[String], question: &str) -> Result<Rows, String> {
        let (begin, end) = match self.transaction() {
            TransactionStatus::Idle => ("BEGIN".to_owned(), "ROLLBACK".to_owned()),
            _ => (
                format!("SAVEPOINT {SAVEPOINT}"),
                format!("ROLLBACK TO SAVEPOINT {SAVEPOINT}; RELEASE SAVEPOINT {SAVEPOINT}"),
            ),
        };
        self.rows(&begin)?;
        let answer = self.asked(commands, question);
        self.rows(&end)?;
        answer
    }

    fn asked(&mut self, commands: &[String], question: &str) -> Result<Rows, String> {
        self.rows(LIMITS)?;
        for command in commands {
            self.rows(command)?;
        }
        self.rows(question)
    }

    fn rows(&mut self, sql: &str) -> Result<Rows, String> {
        self.0.start_query(sql).map_err(|lost| lost.to_string())?;
        let (mut rows, mut error) = (Rows::new(), None);
        loop {
            match self.0.next_event(ASK_AGAIN).map_err(|lost| lost.to_string())? {
                Some(Event::Ready(_)) => break,
                Some(Event::Row(row)) => {
                    let text = |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
                    rows.push(row.values().map(text).collect());
                }
                Some(Event::Error(message)) => error = Some(message.message),
                _ => {}
            }
        }
        error.map_or(Ok(rows), Err)
    }
}
