//! Where the tutor is wanted to differ from psql, and why: there is no other difference.
//!
//! Some are no differences between two texts. In statements what is no UTF-8 is read as U+FFFD, while psql sends it for
//! the server to refuse. A script's `\e` opens an editor only if the environment names one, for `vi` would read the
//! script. And a line for the editor needs no `PSQL_EDITOR_LINENUMBER_ARG`: without it, it is given as `+LINE`.

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
    Difference {
        scripts: &["timing"],
        psql: r"before a failing fetch\n \?column\? \n-+\n        0\n        2\n",
        tutor: "before a failing fetch\n",
        because: "rows need no FETCH_COUNT to be kept out of memory, so a result is printed when it is complete",
    },
    Difference {
        scripts: &["edit"],
        psql: "with a edited' AS word\n\n",
        tutor: "with a edited' AS word\n",
        because: "the editor's last newline is not part of the statement",
    },
    Difference {
        scripts: &["edit"],
        psql: "after no file\n",
        tutor: " word \n------\n kept\n(1 row)\n\nafter no file\n",
        because: "a statement is not lost because of an editor that could not do its work",
    },
    Difference {
        scripts: &["edit"],
        psql: "before a failing editor\nafter a failing editor\n",
        tutor: "before a failing editor\n\
                \\e: the editor sh \"$SCRIPTS/editor.sh\" failed (exit status: 1), so nothing was taken\n\
                after a failing editor\n",
        because: "nobody would see otherwise why the text is as it was",
    },
    Difference {
        scripts: &["edit"],
        psql: r"a shown draft' AS word END\n\\e\n",
        tutor: "a shown draft' AS word END\n\\e\nSELECT 'a shown edited' AS word ;\n",
        because: "with ECHO all, what runs is seen, whoever wrote it",
    },
    Difference {
        scripts: &["edit"],
        psql: r" +word +\n-+\n edited in a file\n\(1 row\)\n\n\n word  \n-+\n after\n\(1 row\)\n\n",
        tutor: "",
        because: "the same: these are its results",
    },
    Difference {
        scripts: &["edit"],
        psql: "before an included file\nafter an included file\n",
        tutor: "before an included file\n\
                psql:edits.sql:2: error: invalid command \\e\n\
                psql:edits.sql:3: error: invalid command \\s\n\
                psql:edits.sql:4: ERROR:  syntax error at or near \"END\"\n\
                LINE 1: SELECT 'draft in a file' AS word END\n                                         ^\n\
                after an included file\n",
        because: "an included file has no editor and no history: both belong to what is typed",
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

/// What no two runs share: process ids, times, and the list of commands that each has.
const UNSTEADY: &[(&str, &str)] = &[
    (r"(?s)before the list of commands\n.*after the list of commands\n", "<each program's own commands>\n"),
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
