//! What a student did since an exercise was opened or since the last verdict: an outcome in the making.

use super::normalise::Normaliser;
use super::outcome::{self, Item, Outcome};
use super::{plan, tokens};
use crate::course::{Check, Compare, Shown, When};
use crate::psql::Execution;
use crate::wire::{Column, TransactionStatus};

/// How many of the things shown are kept. The last ones decide, and no answer shows as many.
const KEPT_ITEMS: usize = 64;

/// How many bytes of them are kept, besides the latest thing.
const KEPT_ITEM_BYTES: usize = 16 * 1024 * 1024;

/// How many bytes of messages are kept, the latest.
const KEPT_MESSAGE_BYTES: usize = 256 * 1024;

/// What the statements so far come to. It grows with what they showed, not with how many there were.
#[derive(Debug)]
pub struct Attempt {
    names: Normaliser,
    statements: usize,
    shown: Vec<Item>,
    /// Whether something was shown since the judge could last look: by the latest statement, or before it in the same
    /// transaction.
    is_fresh: bool,
    in_transaction: bool,
    is_plain_plan: bool,
    words_used: Vec<String>,
    words_named: Vec<String>,
    /// What came with the statement that runs now.
    running: Circumstances,
    /// What came with the statement that showed the last thing that counts.
    decisive: Circumstances,
    /// What came with any statement.
    all: Circumstances,
}

/// What came with a statement besides its results.
#[derive(Debug, Clone, Default)]
struct Circumstances {
    messages: String,
    /// The names of the states that held at some moment while it ran.
    states: Vec<String>,
}

impl Circumstances {
    fn add_messages(&mut self, messages: &str) {
        self.messages.push_str(messages);
        keep_end(&mut self.messages, KEPT_MESSAGE_BYTES);
    }

    fn add_state(&mut self, name: &str) {
        if !self.has_state(name) {
            self.states.push(name.to_owned());
        }
    }

    fn has_state(&self, name: &str) -> bool {
        self.states.iter().any(|state| state == name)
    }
}

impl Attempt {
    /// An attempt in which nothing was done; `names` knows what is volatile.
    pub fn new(names: Normaliser) -> Attempt {
        Attempt {
            names,
            statements: 0,
            shown: Vec::new(),
            is_fresh: false,
            in_transaction: false,
            is_plain_plan: true,
            words_used: Vec::new(),
            words_named: Vec::new(),
            running: Circumstances::default(),
            decisive: Circumstances::default(),
            all: Circumstances::default(),
        }
    }

    /// One more statement ran.
    pub fn push(&mut self, execution: &Execution, check: &Check) {
        self.statements += 1;
        self.take_words(&execution.sql, check);
        let mut circumstances = std::mem::take(&mut self.running);
        circumstances.add_messages(&outcome::messages(execution, &mut self.names));
        self.all.add_messages(&circumstances.messages);
        circumstances.states.iter().for_each(|name| self.all.add_state(name));
        let items = outcome::items(execution, check, &mut self.names);
        if items.iter().any(|item| item.counts_for(check.compare)) {
            self.decisive = circumstances;
            self.is_plain_plan = plan::is_plain(execution);
        }
        self.is_fresh = !items.is_empty() || self.in_transaction && self.is_fresh;
        self.in_transaction = execution.transaction != TransactionStatus::Idle;
        self.shown.extend(items);
        self.shown.drain(..surplus(&self.shown));
    }

    /// From now on, this number in an `integer` column is a process id.
    pub fn know_pid(&mut self, pid: i32) {
        self.names.know_pid(pid);
    }

    /// Whether a value in that column is a process id.
    pub fn is_pid(&self, column: &Column, value: &str) -> bool {
        self.names.is_pid(&column.name, column.type_oid == outcome::INT4_OID, value)
    }

    /// The state of that name holds while the statement runs.
    pub fn saw_state(&mut self, name: &str) {
        self.running.add_state(name);
    }

    /// Whether the state of that name held at some moment since the statement began to run.
    pub fn has_seen(&self, name: &str) -> bool {
        self.running.has_state(name)
    }

    /// A verdict was given: a new attempt begins.
    pub fn restart(&mut self) {
        let mut names = std::mem::take(&mut self.names);
        names.restart();
        *self = Attempt::new(names);
    }

    /// Whether there is something new to judge.
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Whether there is something to judge: a result that counts, or where only states count, any statement.
    pub fn is_something(&self, check: &Check) -> bool {
        let counts = |item: &Item| item.counts_for(check.compare);
        self.statements > 0 && (check.compare == Compare::State || self.shown.iter().any(counts))
    }

    /// Whether nothing was done.
    pub fn is_untouched(&self) -> bool {
        self.statements == 0
    }

    /// The names of the states that should have held while a statement ran, and did not.
    pub fn unseen_states(&self, check: &Check) -> Vec<String> {
        let circumstances = self.circumstances(check);
        let during = check.state.iter().filter(|state| state.when == When::During);
        during.map(|state| state.name.clone()).filter(|name| !circumstances.has_state(name)).collect()
    }

    /// What it comes to under `check`. `failing_states` are the names of conditions on state that do not hold.
    pub fn outcome(&self, check: &Check, failing_states: &[String]) -> Outcome {
        let missing = check.requires.iter().filter(|phrase| !self.words_used.contains(phrase));
        let unwanted = check.forbids.iter().filter(|phrase| self.words_named.contains(phrase));
        let mut fails: Vec<String> = missing.map(|phrase| format!("`{phrase}` is not used")).collect();
        fails.extend(unwanted.map(|phrase| format!("`{phrase}` is used")));
        if check.plain && !self.is_plain_plan {
            fails.push("costs, times, buffers or a summary are shown".to_owned());
        }
        let messages = &self.circumstances(check).messages;
        if check.messages.as_ref().is_some_and(|pattern| !pattern.is_match(messages)) {
            fails.push("the expected message did not come".to_owned());
        }
        fails.extend_from_slice(failing_states);
        Outcome { statements: self.statements, shown: self.shown.clone(), fails }
    }

    /// Where what was shown decides, what came with it has to come from the same statement.
    fn circumstances(&self, check: &Check) -> &Circumstances {
        let decides = check.compare != Compare::State && check.shown == Shown::Last;
        if decides { &self.decisive } else { &self.all }
    }

    fn take_words(&mut self, sql: &str, check: &Check) {
        let (used, named) = (tokens::used_words(sql), tokens::all_words(sql));
        let found = |phrases: &[String], words: &[String]| -> Vec<String> {
            phrases.iter().filter(|phrase| tokens::contains(words, phrase)).cloned().collect()
        };
        self.words_used.extend(found(&check.requires, &used));
        self.words_named.extend(found(&check.forbids, &named));
        for words in [&mut self.words_used, &mut self.words_named] {
            words.sort();
            words.dedup();
        }
    }
}

/// How many of the first things are too many.
fn surplus(shown: &[Item]) -> usize {
    let mut bytes = 0;
    let kept = shown.iter().rev().take(KEPT_ITEMS).enumerate().take_while(|(place, item)| {
        bytes += item.size();
        *place == 0 || bytes <= KEPT_ITEM_BYTES
    });
    shown.len() - kept.count()
}

/// Cuts the beginning off a text that is longer than `bytes`.
fn keep_end(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let cut = (text.len() - bytes..).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        text.drain(..cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::psql::ResultSet;

    #[test]
    fn what_a_transaction_showed_is_new_at_its_end() {
        let check: Check = toml::from_str("compare = 'rows'").expect("a check");
        let mut attempt = Attempt::new(Normaliser::default());
        attempt.push(&execution(true, TransactionStatus::InTransaction), &check);
        attempt.push(&execution(false, TransactionStatus::Idle), &check);
        assert!(attempt.is_fresh());
        attempt.push(&execution(false, TransactionStatus::Idle), &check);
        assert!(!attempt.is_fresh());
    }

    fn execution(shows: bool, transaction: TransactionStatus) -> Execution {
        let column = Column { name: "x".to_owned(), type_oid: 20, type_modifier: -1, table_oid: 0 };
        let rows = ResultSet { columns: vec![column], rows: vec![vec![Some("1".to_owned())]], tag: String::new() };
        let results = if shows { vec![rows] } else { Vec::new() };
        Execution { results, ..Execution::new("", transaction) }
    }

    #[test]
    fn the_latest_things_are_kept_within_bounds() {
        let rows = |bytes: usize| Item::Rows(vec!["x".repeat(bytes)]);
        assert_eq!(surplus(&vec![rows(1); KEPT_ITEMS + 2]), 2);
        assert_eq!(surplus(&[rows(1), rows(KEPT_ITEM_BYTES), rows(1)]), 2);
        assert_eq!(surplus(&[rows(1), rows(KEPT_ITEM_BYTES + 1)]), 1);
        assert_eq!(surplus(&[]), 0);
    }

    #[test]
    fn the_end_is_kept_at_a_character() {
        let mut text = "aЮЮ".to_owned();
        keep_end(&mut text, 3);
        assert_eq!(text, "Ю");
    }
}
