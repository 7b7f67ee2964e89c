//! Connection strings and names of databases that were typed as they were shown.

use super::Edits;
use super::code::{Kind, Piece};
use crate::check::Volatile;

/// What stands for texts that no variable has.
const WITHOUT_VARIABLE: [&str; 2] = ["<password>", "<socket directory>"];

/// The variable of psql's that has the sandbox's name.
const DATABASE_VARIABLE: &str = "DBNAME";

pub(super) fn rewrite(answer: &str, pieces: &[Piece], volatile: &[Volatile], edits: &mut Edits) {
    let mut known: Vec<(&str, String)> =
        volatile.iter().filter_map(|rule| Some((rule.text.as_str(), variable(&rule.stands_for)?))).collect();
    // Names are parts of connection strings.
    known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    for piece in pieces {
        let text = piece.text(answer);
        let is_closed = text.len() > 1 && text.ends_with('\'');
        match piece.kind {
            Kind::String if is_closed => {
                let parts = divide(&text[1..text.len() - 1], &known);
                if parts.iter().any(|part| matches!(part, Part::Variable(_))) {
                    edits.replace(piece.range.clone(), expression(&parts));
                }
                for part in parts {
                    if let Part::Text(rest) = part {
                        note_what_stays(rest, volatile, edits);
                    }
                }
            }
            Kind::String | Kind::Quoted => note_what_stays(text, volatile, edits),
            _ => {}
        }
    }
}

/// The variable that a text came from.
fn variable(stands_for: &str) -> Option<String> {
    let name = stands_for.strip_prefix('<')?.strip_suffix('>')?;
    match name {
        "database" => Some(DATABASE_VARIABLE.to_owned()),
        _ if WITHOUT_VARIABLE.contains(&stands_for) => None,
        _ => Some(name.to_owned()),
    }
}

/// A part of a string.
enum Part<'a> {
    Text(&'a str),
    Variable(&'a str),
}

/// The string in parts, longer texts being looked for first.
fn divide<'a>(content: &'a str, known: &'a [(&'a str, String)]) -> Vec<Part<'a>> {
    let mut parts = vec![Part::Text(content)];
    for (text, variable) in known.iter().filter(|(text, _)| !text.is_empty()) {
        let divided = parts.into_iter().flat_map(|part| match part {
            Part::Text(content) => divide_at(content, text, variable),
            variable => vec![variable],
        });
        parts = divided.collect();
    }
    parts.retain(|part| !matches!(part, Part::Text("")));
    parts
}

fn divide_at<'a>(content: &'a str, text: &str, variable: &'a str) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut done = 0;
    for at in whole_words(content, text) {
        parts.push(Part::Text(&content[done..at]));
        parts.push(Part::Variable(variable));
        done = at + text.len();
    }
    parts.push(Part::Text(&content[done..]));
    parts
}

/// Where `text` stands in `content`, not as the beginning or end of a longer name.
fn whole_words(content: &str, text: &str) -> impl Iterator<Item = usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    content.match_indices(text).map(|(at, _)| at).filter(move |at| {
        let (before, after) = (&content[..*at], &content[at + text.len()..]);
        !before.ends_with(is_word) && !after.starts_with(is_word)
    })
}

fn expression(parts: &[Part<'_>]) -> String {
    let words = parts.iter().map(|part| match part {
        Part::Text(text) => format!("'{text}'"),
        Part::Variable(name) => format!(":'{name}'"),
    });
    let words: Vec<String> = words.collect();
    if words.len() == 1 { words.concat() } else { format!("({})", words.join(" || ")) }
}

fn note_what_stays(text: &str, volatile: &[Volatile], edits: &mut Edits) {
    let stays = volatile.iter().filter(|rule| rule.text.len() > 3 && whole_words(text, &rule.text).next().is_some());
    for rule in stays {
        let what = rule.stands_for.trim_matches(['<', '>']);
        edits.note(match what {
            "password" => "it has the password of this server, which is another one elsewhere".to_owned(),
            _ => format!("it has the {what} of this server, which is another one elsewhere", what = named(what)),
        });
    }
}

fn named(what: &str) -> &str {
    match what {
        "conn" | "conn_socket" => "connection string",
        "port <port" | "port=<port" => "port",
        other => other,
    }
}
