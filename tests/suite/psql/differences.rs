//! Where the tutor is wanted to differ from psql, and why: there is no other difference.

use std::collections::BTreeSet;
use std::sync::Mutex;

use regex::Regex;

/// A wanted difference: in the output of one script, what psql says and what the tutor says instead.
struct Difference {
    script: &'static str,
    psql: &'static str,
    tutor: &'static str,
    #[expect(dead_code, reason = "it is there to be read")]
    because: &'static str,
}

const WANTED: &[Difference] = &[];

/// What no two runs share: process ids, times.
const UNSTEADY: &[(&str, &str)] = &[
    (r"server process with PID \d+", "server process with PID <pid>"),
    (r"Time: \d+\.\d{3} ms( \([0-9:.]+\))?", "Time: <time>"),
    (r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} \(every", "<clock> (every"),
];

static USED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

/// psql's output as the tutor's is wanted to be.
pub(super) fn as_wanted(script: &str, psql: &str) -> String {
    let mut text = steady(psql);
    for (number, difference) in WANTED.iter().enumerate().filter(|(_, difference)| difference.script == script) {
        if text.contains(difference.psql) {
            text = text.replace(difference.psql, difference.tutor);
            USED.lock().expect("no panic").insert(number);
        }
    }
    text
}

/// Output without what no two runs share.
pub(super) fn steady(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, replacement) in UNSTEADY {
        let pattern = Regex::new(pattern).expect("a pattern");
        text = pattern.replace_all(&text, *replacement).into_owned();
    }
    text
}

/// A wanted difference that is none any more has to go.
pub(super) fn check_all_used() {
    let used = USED.lock().expect("no panic");
    let left: Vec<&str> =
        (0..WANTED.len()).filter(|number| !used.contains(number)).map(|number| WANTED[number].psql).collect();
    assert!(left.is_empty(), "psql does not say this any more: {left:#?}");
}
