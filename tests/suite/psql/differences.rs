//! Where the tutor is wanted to differ from psql, and why: there is no other difference.
//!
//! One more is no difference between two texts: what is no UTF-8 is read as U+FFFD, while psql sends it for the server
//! to refuse. And an `\e` of a script, which in psql opens an editor, is refused.

use std::collections::BTreeSet;
use std::sync::Mutex;

use regex::{NoExpand, Regex};

/// A wanted difference: in the output of some scripts, what psql says (a pattern) and what the tutor says instead.
struct Difference {
    scripts: &'static [&'static str],
    psql: &'static str,
    tutor: &'static str,
    #[expect(dead_code, reason = "it is there to be read")]
    because: &'static str,
}

const fn refused(psql: &'static str, tutor: &'static str, because: &'static str) -> Difference {
    Difference { scripts: &["refused"], psql, tutor, because }
}

const NOT_A_SHELL: &str = "a course's scripts run no programs and change nothing outside of the database";
const FEW_FORMATS: &str = "lessons show tables for people and for programs; documents are not made here";

const WANTED: &[Difference] = &[
    Difference {
        scripts: &["refused"],
        psql: "NOTICE:  red: \u{1b}\\[31m, bell: \u{7}, c1: \u{85}\n",
        tutor: "NOTICE:  red: \\x1B[31m, bell: \\x07, c1: \\u0085\n",
        because: "control characters in messages of the server are escaped: they could steer the terminal",
    },
    Difference {
        scripts: &["session", "files"],
        psql: r"VERSION = '.*'\nVERSION_NAME = '.*'\nVERSION_NUM = '.*'\n",
        tutor: "VERSION = 'PostgreSQL 15 (tutor 0.1.0)'\nVERSION_NAME = '15'\nVERSION_NUM = '150000'\n",
        because: "these tell which program it is; the tutor keeps to psql 15 on every machine",
    },
    Difference {
        scripts: &["session"],
        psql: "before LATIN1\nafter LATIN1\n",
        tutor: "before LATIN1\nLATIN1: invalid encoding name or conversion procedure not found\nafter LATIN1\n",
        because: "the tutor's text is UTF-8 throughout",
    },
    Difference {
        scripts: &["session"],
        psql: "before setenv\nafter setenv\n",
        tutor: "before setenv\n\\setenv is psql's, but deliberately not here. \\set comes nearest; \\? lists all.\n\
                after setenv\n",
        because: NOT_A_SHELL,
    },
    refused(
        "before html\nafter html\n",
        "before html\n\\pset: the format html is not here; aligned, unaligned and csv are\nafter html\n",
        FEW_FORMATS,
    ),
    refused(
        "before wrapped\nafter wrapped\n",
        "before wrapped\n\\pset: the format wrapped is not here; aligned, unaligned and csv are\nafter wrapped\n",
        FEW_FORMATS,
    ),
    refused(
        "before double\nafter double\n",
        "before double\n\\pset: double lines are not drawn here; unicode_border_linestyle is single\nafter double\n",
        "an ornament",
    ),
    refused(
        "before shell\nafter shell\n",
        "before shell\n\\! is psql's, but deliberately not here. \\q comes nearest; \\? lists all.\nafter shell\n",
        NOT_A_SHELL,
    ),
    refused(
        "before cd\nafter cd\n",
        "before cd\n\\cd is psql's, but deliberately not here. \\i comes nearest; \\? lists all.\nafter cd\n",
        NOT_A_SHELL,
    ),
    refused(
        "before program\nafter program\n",
        "before program\n\\g: programs do not run here; \\g FILE writes a file\nafter program\n",
        NOT_A_SHELL,
    ),
    refused(
        r" List of text search parsers\n Schema \| Name \| Description \n-+\+-+\+-+\n\(0 rows\)\n\n",
        "",
        "the same: it is the list that is refused",
    ),
    refused(
        "before list\nafter list\n",
        "before list\n\\dFp is psql's, but deliberately not here. \\d comes nearest; \\? lists all.\nafter list\n",
        "catalogues that no lesson looks into are left to SELECT",
    ),
];

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
    for (number, difference) in WANTED.iter().enumerate().filter(|(_, wanted)| wanted.scripts.contains(&script)) {
        let pattern = Regex::new(difference.psql).expect("a pattern");
        if pattern.is_match(&text) {
            text = pattern.replace_all(&text, NoExpand(difference.tutor)).into_owned();
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
