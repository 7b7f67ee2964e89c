//! What a student did since an exercise was opened.

use crate::psql::Execution;

/// The statements of an attempt as they ran, and what was seen while they ran.
#[derive(Debug, Default)]
pub struct Attempt {
    executions: Vec<Execution>,
    judged: usize,
    states_seen: Vec<String>,
}

impl Attempt {
    /// One more statement ran.
    pub fn push(&mut self, execution: Execution) {
        self.executions.push(execution);
    }

    /// The state of that name held at some moment while a statement ran.
    pub fn saw_state(&mut self, name: &str) {
        if !self.has_seen(name) {
            self.states_seen.push(name.to_owned());
        }
    }

    /// Whether the state of that name held at some moment while a statement ran.
    pub fn has_seen(&self, name: &str) -> bool {
        self.states_seen.iter().any(|seen| seen == name)
    }

    /// A verdict was given: what is forbidden no longer counts for what was done before.
    pub fn judged(&mut self) {
        self.judged = self.executions.len();
        self.states_seen.clear();
    }

    /// Whether nothing was done since the last verdict.
    pub fn is_untouched(&self) -> bool {
        self.executions.len() == self.judged
    }

    /// All statements since the exercise was opened.
    pub fn executions(&self) -> &[Execution] {
        &self.executions
    }

    /// The statements since the last verdict.
    pub fn latest(&self) -> &[Execution] {
        &self.executions[self.judged..]
    }

    /// The text of all statements as they were sent.
    pub fn sql(&self) -> String {
        join(&self.executions)
    }

    /// The text of the statements since the last verdict as they were sent.
    pub fn latest_sql(&self) -> String {
        join(self.latest())
    }
}

fn join(executions: &[Execution]) -> String {
    executions.iter().map(|execution| execution.sql.as_str()).collect::<Vec<_>>().join(";\n")
}
