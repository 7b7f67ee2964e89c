//! What may stand at the cursor in a backslash command.

use super::super::commands::{COMMANDS, Group};
use super::super::lex::{Kind, Token};
use super::candidates::{Candidates, Case, Typed};
use super::rules::STATEMENTS;
use super::{Input, sources};

/// The names of `\pset` and the values that those with a choice take.
const PRINT_SETTINGS: [(&str, &str); 20] = [
    ("border", "0|1|2"),
    ("columns", ""),
    ("csv_fieldsep", ""),
    ("expanded", "on|off|auto"),
    ("fieldsep", ""),
    ("fieldsep_zero", ""),
    ("footer", "on|off"),
    ("format", "aligned|asciidoc|csv|html|latex|latex-longtable|troff-ms|unaligned|wrapped"),
    ("linestyle", "ascii|old-ascii|unicode"),
    ("null", ""),
    ("numericlocale", "on|off"),
    ("pager", "on|off|always"),
    ("pager_min_lines", ""),
    ("recordsep", ""),
    ("recordsep_zero", ""),
    ("title", ""),
    ("tuples_only", "on|off"),
    ("unicode_border_linestyle", "single|double"),
    ("unicode_column_linestyle", "single|double"),
    ("unicode_header_linestyle", "single|double"),
];

/// The values of psql's special variables that have a choice.
const VARIABLE_VALUES: [(&str, &str); 13] = [
    ("AUTOCOMMIT", "on|off"),
    ("COMP_KEYWORD_CASE", "lower|upper|preserve-lower|preserve-upper"),
    ("ECHO", "none|errors|queries|all"),
    ("ECHO_HIDDEN", "on|off|noexec"),
    ("HIDE_TABLEAM", "on|off"),
    ("HISTCONTROL", "none|ignorespace|ignoredups|ignoreboth"),
    ("ON_ERROR_ROLLBACK", "on|off|interactive"),
    ("ON_ERROR_STOP", "on|off"),
    ("QUIET", "on|off"),
    ("SHOW_ALL_RESULTS", "on|off"),
    ("SHOW_CONTEXT", "never|errors|always"),
    ("SINGLELINE", "on|off"),
    ("VERBOSITY", "default|verbose|terse|sqlstate"),
];

/// The command that the text ends with: the token of its name, and where its arguments begin. A newline ends it.
pub(super) fn split<'t>(tokens: &[Token<'t>]) -> Option<(Token<'t>, usize)> {
    let place = tokens.iter().rposition(|token| token.kind == Kind::Command)?;
    let name = tokens[place];
    let goes_on = tokens[place + 1..].iter().all(|token| !token.text.contains('\n') || token.kind == Kind::Text);
    // Two backslashes end a command, and `\copy` is completed like COPY.
    (goes_on && name.text != "\\\\" && name.text != "\\copy").then_some((name, name.end()))
}

/// The candidates for the command's name, or for the argument at the cursor.
pub(super) fn complete(input: &Input<'_>, text: &str, name: Token<'_>, arguments: usize) -> Candidates {
    let rest = &text[arguments..];
    let start = match rest.rfind(char::is_whitespace) {
        Some(space) => arguments + space + 1,
        None => name.start,
    };
    let raw = text[start..].to_owned();
    let is_quoted = raw.starts_with('"');
    let word = if is_quoted { raw[1..].to_owned() } else { raw.to_lowercase() };
    let mut to = Candidates::new(Typed { start, word, raw, is_quoted }, Case::named(&input.surroundings.keyword_case));
    if start == name.start {
        names(input, &mut to);
    } else {
        let earlier: Vec<&str> = text[arguments..start].split_whitespace().collect();
        argument(input, &name.text[1..], &earlier, &mut to);
    }
    to
}

fn names(input: &Input<'_>, to: &mut Candidates) {
    let in_lab = !input.surroundings.places.is_empty();
    let entries = COMMANDS.iter().filter(|entry| in_lab || entry.group != Group::Lesson);
    entries.flat_map(|entry| entry.names).for_each(|name| to.exact(&format!("\\{name}")));
}

/// The argument after `earlier` ones.
fn argument(input: &Input<'_>, command: &str, earlier: &[&str], to: &mut Candidates) {
    let surroundings = input.surroundings;
    let plain = command.trim_end_matches(['+', 'S']);
    let first = earlier.is_empty();
    let choose = |choices: &str, to: &mut Candidates| choices.split('|').for_each(|choice| to.word(choice));
    match (plain, first) {
        ("pset", true) => PRINT_SETTINGS.iter().for_each(|(name, _)| to.word(name)),
        ("pset", false) => choose(values_of(&PRINT_SETTINGS, earlier[0]), to),
        ("x", true) => choose("on|off|auto", to),
        ("t" | "timing", true) => choose("on|off", to),
        ("set", true) => object(input, "@variables", to),
        ("set", false) => choose(values_of(&VARIABLE_VALUES, earlier[0]), to),
        ("unset", true) => object(input, "@variables", to),
        ("goto", true) => surroundings.places.iter().for_each(|place| to.word(place)),
        ("session", true) => surroundings.sessions.iter().for_each(|name| to.word(name)),
        ("ps", true) => choose("watch|all", to),
        ("c" | "connect", true) => object(input, "@databases", to),
        ("c" | "connect", false) => object(input, "@roles", to),
        ("h" | "help", _) => STATEMENTS.split('|').map(str::trim_start).for_each(|statement| to.keyword(statement)),
        ("echo" | "qecho" | "warn", _) if to.typed.raw.starts_with(':') => {
            surroundings.variables.iter().for_each(|name| to.exact(&format!(":{name}")));
        }
        (
            "i" | "include" | "ir" | "include_relative" | "e" | "edit" | "o" | "out" | "w" | "write" | "g" | "gx" | "s"
            | "transcript",
            true,
        ) => {
            let typed = to.typed.raw.clone();
            (input.files)(&typed).iter().for_each(|path| to.exact(path));
        }
        (_, true) => described(input, plain, to),
        _ => {}
    }
}

/// What a describing command describes.
fn described(input: &Input<'_>, command: &str, to: &mut Candidates) {
    let source = match command {
        "d" | "dp" | "z" => "@describable",
        "dt" => "@tables",
        "di" => "@indexes",
        "dv" | "sv" => "@views",
        "dm" => "@matviews",
        "ds" => "@sequences",
        "df" | "sf" => "@user_functions",
        "dn" => "@schemas",
        "dx" => "@installed",
        "du" | "dg" => "@roles",
        "dT" => "@types",
        "l" | "list" => "@databases",
        "dRp" => "@publications",
        "dRs" => "@subscriptions",
        "dconfig" => "@settings",
        _ => return,
    };
    let Some((schema, name)) = to.typed.raw.split_once('.').map(|(s, n)| (s.to_owned(), n.to_owned())) else {
        return object(input, source, to);
    };
    if source != "@settings" {
        to.typed.start += schema.len() + 1;
        to.typed.word = name.to_lowercase();
        to.typed.raw = name;
        return sources::offer(source, Some(&schema), input, &[], &[], to);
    }
    object(input, source, to);
}

fn object(input: &Input<'_>, source: &str, to: &mut Candidates) {
    sources::offer(source, None, input, &[], &[], to);
}

fn values_of(table: &[(&str, &'static str)], name: &str) -> &'static str {
    table.iter().find(|(known, _)| *known == name).map_or("", |(_, values)| values)
}
