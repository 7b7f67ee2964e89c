//! One table of rules for text that differs from run to run.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Names of result columns whose values are process ids.
const PID_COLUMNS: [&str; 3] = ["pid", "leader_pid", "pg_backend_pid"];

/// The end of the names of functions that start a worker and return its process id.
const LAUNCH: &str = "_launch";

/// Process ids in the text of messages.
static PID_IN_TEXT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(pid|PID|process|Process) (\d+)\b"));

/// Other volatile text: what to look for and what stands for it.
static RULES: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    [
        // What a session says at the level `debug2` of a checkpoint or a full file of WAL that happens to come by.
        (pattern(r"(?m)^DEBUG:  (flushed relation because a checkpoint|(done )?creating and filling new WAL).*\n"), ""),
        (pattern(r"\b\d+(\.\d+)? ms\b"), "<time> ms"),
        (pattern(r"\b(elapsed|user|system): \d+\.\d+ s\b"), "$1: <time> s"),
        (pattern(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+([+-]\d\d)?"), "<timestamp>"),
    ]
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the rules' patterns are valid")
}

/// A text of this run and its stand-in, such as the sandbox's name and `<database>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volatile {
    /// The text as it is in this run.
    pub text: String,
    /// What stands for it in expectations.
    pub stands_for: String,
}

/// Replaces volatile text. Process ids become `<pid:1>`, `<pid:2>` in the order of their first appearance.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    volatile: Vec<Volatile>,
    known_pids: Vec<String>,
    seen_pids: Vec<String>,
}

impl Normaliser {
    /// A normaliser for a run in which these texts are volatile; longer ones are replaced first.
    pub fn new(mut volatile: Vec<Volatile>) -> Normaliser {
        volatile.retain(|rule| !rule.text.is_empty());
        volatile.sort_by_key(|rule| std::cmp::Reverse(rule.text.len()));
        Normaliser { volatile, ..Normaliser::default() }
    }

    /// From now on, this number in an `integer` column is a process id, whatever the column's name.
    pub fn know_pid(&mut self, pid: i32) {
        let pid = pid.to_string();
        if !self.known_pids.contains(&pid) {
            self.known_pids.push(pid);
        }
    }

    /// Process ids are numbered from 1 again.
    pub fn restart(&mut self) {
        self.seen_pids.clear();
    }

    /// A value of a result; `is_integer` says whether its type is `integer`, as process ids are.
    pub fn cell(&mut self, column: &str, is_integer: bool, value: &str) -> String {
        if self.is_pid(column, is_integer, value) { self.pid(value) } else { self.replace_volatile(value) }
    }

    /// Whether such a value is a process id.
    pub(super) fn is_pid(&self, column: &str, is_integer: bool, value: &str) -> bool {
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        is_number
            && (PID_COLUMNS.contains(&column)
                || column.ends_with(LAUNCH)
                || is_integer && self.known_pids.iter().any(|p| p == value))
    }

    /// A message of the server, or a whole transcript.
    pub fn text(&mut self, text: &str) -> String {
        let text = self.replace_volatile(text);
        let text =
            PID_IN_TEXT.replace_all(&text, |found: &Captures<'_>| format!("{} {}", &found[1], self.pid(&found[2])));
        RULES.iter().fold(text.into_owned(), |text, (rule, instead)| rule.replace_all(&text, *instead).into_owned())
    }

    fn replace_volatile(&self, text: &str) -> String {
        self.volatile.iter().fold(text.to_owned(), |text, rule| text.replace(&rule.text, &rule.stands_for))
    }

    fn pid(&mut self, pid: &str) -> String {
        let place = self.seen_pids.iter().position(|seen| seen == pid).unwrap_or_else(|| {
            self.seen_pids.push(pid.to_owned());
            self.seen_pids.len() - 1
        });
        format!("<pid:{}>", place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pids_are_numbered_by_appearance() {
        let mut names = Normaliser::default();
        names.know_pid(77);
        assert_eq!(names.cell("pg_background_launch", true, "4711"), "<pid:1>");
        assert_eq!(names.cell("p", true, "77"), "<pid:2>");
        assert_eq!(names.text("background worker, pid 4711"), "background worker, pid <pid:1>");
        assert_eq!(names.cell("count", false, "77"), "77");
    }

    #[test]
    fn what_comes_by_chance_is_left_out() {
        let said = "SET\nDEBUG:  creating and filling new WAL file\nDEBUG:  done creating and filling new WAL file\n\
                    DEBUG:  flushed relation because a checkpoint occurred concurrently\nDEBUG:  building index\n";
        assert_eq!(Normaliser::default().text(said), "SET\nDEBUG:  building index\n");
    }

    #[test]
    fn names_of_this_run_are_replaced() {
        let mut names = Normaliser::new(vec![
            Volatile { text: "lab_1".into(), stands_for: "<database>".into() },
            Volatile { text: "lab_12".into(), stands_for: "<other>".into() },
        ]);
        assert_eq!(names.text("vacuuming \"lab_1.public.t\", lab_12"), "vacuuming \"<database>.public.t\", <other>");
    }
}
