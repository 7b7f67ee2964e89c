//! What an exercise's `toml,check` block says about judging an answer.

use regex::Regex;
use serde::{Deserialize, Deserializer, de};

/// How an answer is judged. Expectations themselves are recorded, not written here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Which part of what was shown counts.
    pub compare: Compare,
    /// Whether the order of rows counts.
    #[serde(default)]
    pub order: Order,
    /// Whether column names count.
    #[serde(default)]
    pub columns: bool,
    /// Whether the last thing shown counts, or the answer's whole sequence.
    #[serde(default)]
    pub shown: Shown,
    /// Whether a plan must be shown as plain text, without costs, times, buffers and summary.
    #[serde(default)]
    pub plain: bool,
    /// What the attempt's messages must match, joined by newlines as psql prints them.
    #[serde(default, deserialize_with = "regex")]
    pub messages: Option<Regex>,
    /// Words that must occur in the statements.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Words that must not occur in the statements.
    #[serde(default)]
    pub forbids: Vec<String>,
    /// Objects that the answer makes, dropped when the exercise is entered.
    #[serde(default)]
    pub creates: Vec<Created>,
    /// Exercises whose reference answers make this one's starting state.
    #[serde(default)]
    pub after: Vec<String>,
    /// The database that the exercise plays in, one of the lesson's further ones; the sandbox if it names none.
    pub database: Option<String>,
    /// Whether an answer has to be right over the second data set too, where one is graded.
    #[serde(default)]
    pub second_data: bool,
    /// The crate that the student completes, a folder beside the lesson. `\build` compiles and loads it.
    pub build: Option<String>,
    /// Ids that the exercise had before: scripts that name it so are still understood.
    #[serde(default)]
    pub former: Vec<String>,
    /// What the exercise counts in grading.
    #[serde(default = "one")]
    pub points: u32,
    /// The share of the points for an answer that shows what is right, but misses another condition; from 0 to 1.
    #[serde(default)]
    pub partial: f64,
    /// How many tries open the solution.
    #[serde(default = "three")]
    pub solution_after: u32,
    /// Conditions on the server's state.
    #[serde(default)]
    pub state: Vec<StateCheck>,
}

/// Which part of what a statement showed counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// The rows of a result.
    Rows,
    /// The tree of a plan, without what changes from run to run.
    Plan,
    /// The SQLSTATE of an error, never its text.
    Error,
    /// Nothing that was shown: only the conditions on state.
    State,
}

/// Whether the order of rows counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Row by row.
    #[default]
    Exact,
    /// As a bag of rows.
    Any,
}

/// How much of what was shown counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// The last thing.
    #[default]
    Last,
    /// Everything the reference answer shows, in its order; other things may stand between.
    Sequence,
}

/// One condition on the server's state: a query that returns one boolean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateCheck {
    /// A short phrase, shown when this is what is missing.
    pub name: String,
    /// The query. `:student_pid` stands for the student's backend, `:'database'` for the exercise's database, and
    /// `:'pub'` for the lesson's further database `pub`. For a trial, a script whose last result counts.
    pub sql: String,
    /// Whose eyes look.
    #[serde(default, rename = "as")]
    pub role: StateRole,
    /// The database that is looked at, one of the lesson's further ones; the exercise's if it names none.
    pub database: Option<String>,
    /// When it has to hold.
    #[serde(default)]
    pub when: When,
}

impl StateCheck {
    /// Whether it can be looked at then: the student's own session answers nothing while it runs a statement, and
    /// what the student makes is tried when it is made.
    pub(super) fn can_be_seen(&self) -> bool {
        self.when == When::After || !matches!(self.role, StateRole::Student | StateRole::Trial)
    }
}

/// The session that looks at the state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StateRole {
    /// `pg_monitor`: system views only, never the student's objects.
    #[default]
    Observer,
    /// Reads the student's tables, without privileges that an object of the student's could borrow.
    Checker,
    /// The student's own session.
    Student,
    /// A new session of the student role that tries what the student has made, such as a function. It does so only
    /// when everything before it in the check holds, and perhaps more than once.
    Trial,
}

/// When a state has to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// At some moment while a statement of the student's runs, or right before it.
    During,
    /// After the statements.
    #[default]
    After,
}

/// An object that an answer makes: its kind, as `DROP` names it, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    kind: String,
    name: String,
}

impl Created {
    /// The statement that removes the object, whether it is there or not.
    pub fn drop_statement(&self) -> String {
        format!("DROP {} IF EXISTS {} CASCADE", self.kind, self.name)
    }
}

/// The kinds that `creates` may name; each takes `DROP kind IF EXISTS name CASCADE`.
const KINDS: [&str; 9] =
    ["table", "index", "view", "materialized view", "sequence", "function", "procedure", "type", "schema"];

impl<'de> Deserialize<'de> for Created {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let kind = KINDS.iter().find(|kind| text.strip_prefix(**kind).is_some_and(|rest| rest.starts_with(' ')));
        let kind = kind.ok_or_else(|| {
            de::Error::custom(format!("creates: {text:?} is not `kind name` with a kind of: {}", KINDS.join(", ")))
        })?;
        Ok(Created { kind: kind.to_uppercase(), name: text[kind.len()..].trim().to_owned() })
    }
}

fn regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Regex::new(&text).map(Some).map_err(de::Error::custom)
}

fn one() -> u32 {
    1
}

fn three() -> u32 {
    3
}
