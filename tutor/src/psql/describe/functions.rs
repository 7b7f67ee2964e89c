//! `\df`: functions by name, kind and arguments.

use super::Asking;
use super::lists::where_clause;
use super::pattern::Target;
use crate::psql::command::{CommandError, CommandResult};

/// Kinds of functions by the letter that asks for them, and their conditions.
const FUNCTION_KINDS: [(char, &str); 5] = [
    ('a', "p.prokind = 'a'"),
    ('n', ""),
    ('p', "p.prokind = 'p'"),
    ('t', "p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype"),
    ('w', "p.prokind = 'w'"),
];

/// Spellings of types that the catalogue does not know.
const TYPE_SPELLINGS: [(&str, &str); 6] = [
    ("decimal", "numeric"),
    ("float", "double precision"),
    ("int", "integer"),
    ("decimal[]", "numeric[]"),
    ("float[]", "double precision[]"),
    ("int[]", "integer[]"),
];

const FUNCTION: Target<'static> = Target {
    schema: Some("n.nspname"),
    name: "p.proname",
    alternative: None,
    visible: Some("pg_catalog.pg_function_is_visible(p.oid)"),
};

const FUNCTION_DETAILS: &str = ",
 CASE
  WHEN p.provolatile = 'i' THEN 'immutable'
  WHEN p.provolatile = 's' THEN 'stable'
  WHEN p.provolatile = 'v' THEN 'volatile'
 END as \"Volatility\",
 CASE
  WHEN p.proparallel = 'r' THEN 'restricted'
  WHEN p.proparallel = 's' THEN 'safe'
  WHEN p.proparallel = 'u' THEN 'unsafe'
 END as \"Parallel\",
 pg_catalog.pg_get_userbyid(p.proowner) as \"Owner\",
 CASE WHEN prosecdef THEN 'definer' ELSE 'invoker' END AS \"Security\",
 pg_catalog.array_to_string(p.proacl, E'\\n') AS \"Access privileges\",
 l.lanname as \"Language\",
 COALESCE(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) as \"Source code\",
 pg_catalog.obj_description(p.oid, 'pg_proc') as \"Description\"";

/// The condition that the letters of `\df` stand for: normal functions are those of no other kind.
fn function_kind(letters: &str) -> Vec<String> {
    let asks = FUNCTION_KINDS.iter().any(|(letter, _)| letters.contains(*letter));
    let is_shown = |letter: char| !asks || letters.contains(letter);
    if FUNCTION_KINDS.iter().all(|(letter, _)| is_shown(*letter)) {
        return Vec::new();
    }
    let others = FUNCTION_KINDS.iter().filter(|(letter, _)| *letter != 'n');
    if is_shown('n') {
        others.filter(|(letter, _)| !is_shown(*letter)).map(|(_, kind)| kind.replace(" = ", " <> ")).collect()
    } else {
        let shown: Vec<&str> = others.filter(|(letter, _)| is_shown(*letter)).map(|(_, kind)| *kind).collect();
        vec![format!("({})", shown.join("\n       OR "))]
    }
}

impl Asking<'_, '_> {
    /// `\df` with the letters behind it and patterns for the arguments.
    pub(super) fn list_functions(
        &mut self,
        letters: &str,
        pattern: Option<&str>,
        arguments: &[String],
        verbose: bool,
        system: bool,
    ) -> CommandResult {
        if letters.chars().any(|letter| !"anptwS+".contains(letter)) {
            return Err(CommandError::Complaint("\\df only takes [anptwS+] as options".to_owned()));
        }
        let mut conditions = function_kind(letters);
        conditions.extend(self.conditions(pattern, FUNCTION)?);
        let mut joins = String::new();
        for (number, argument) in arguments.iter().enumerate() {
            joins.push_str(&format!(
                "     LEFT JOIN pg_catalog.pg_type t{number} ON t{number}.oid = p.proargtypes[{number}]\n     \
                 LEFT JOIN pg_catalog.pg_namespace nt{number} ON nt{number}.oid = t{number}.typnamespace\n"
            ));
            conditions.extend(self.argument_conditions(number, argument)?);
        }
        if !system && pattern.is_none() {
            conditions.push("n.nspname <> 'pg_catalog'\n      AND n.nspname <> 'information_schema'".to_owned());
        }
        let columns = if verbose { FUNCTION_DETAILS } else { "" };
        let answer = self.ask(&format!(
            "SELECT n.nspname as \"Schema\",\n  p.proname as \"Name\",\n  \
             pg_catalog.pg_get_function_result(p.oid) as \"Result data type\",\n  \
             pg_catalog.pg_get_function_arguments(p.oid) as \"Argument data types\",\n \
             CASE p.prokind\n  WHEN 'a' THEN 'agg'\n  WHEN 'w' THEN 'window'\n  WHEN 'p' THEN 'proc'\n  ELSE 'func'\n \
             END as \"Type\"{columns}\n\
             FROM pg_catalog.pg_proc p\n     \
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace\n     \
             LEFT JOIN pg_catalog.pg_language l ON l.oid = p.prolang\n{joins}\
             {}ORDER BY 1, 2, 4;",
            where_clause(&conditions)
        ))?;
        self.print_answer(&answer, "List of functions")
    }

    fn argument_conditions(&self, number: usize, pattern: &str) -> Result<Vec<String>, CommandError> {
        if pattern == "-" {
            return Ok(vec![format!("t{number}.typname IS NULL")]);
        }
        let spelling = TYPE_SPELLINGS.iter().find(|(short, _)| short.eq_ignore_ascii_case(pattern));
        let pattern = spelling.map_or(pattern, |(_, full)| full);
        let target = Target {
            schema: Some(&format!("nt{number}.nspname")),
            name: &format!("t{number}.typname"),
            alternative: Some(&format!("pg_catalog.format_type(t{number}.oid, NULL)")),
            visible: Some(&format!("pg_catalog.pg_type_is_visible(t{number}.oid)")),
        };
        self.conditions(Some(pattern), target)
    }
}
