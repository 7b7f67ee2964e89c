//! Name patterns (`\d sch*.tab?`) as conditions.

use crate::psql::variables::quote_literal;

/// The columns that a pattern is held against.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Target<'a> {
    pub(super) schema: Option<&'a str>,
    pub(super) name: &'a str,
    /// Another spelling of the name.
    pub(super) alternative: Option<&'a str>,
    /// What holds when no schema is asked for.
    pub(super) visible: Option<&'a str>,
}

/// A pattern's parts, each a regular expression.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    parts: Vec<String>,
    /// The first of three parts as it was written, without quotes: a database is compared, not matched.
    database: Option<String>,
}

/// The conditions that a pattern stands for, or psql's complaint about it.
pub(super) fn conditions(pattern: Option<&str>, target: Target<'_>, database: &str) -> Result<Vec<String>, String> {
    let Some(pattern) = pattern else {
        return Ok(target.visible.map(str::to_owned).into_iter().collect());
    };
    let most_parts = if target.schema.is_some() { 3 } else { 1 };
    let parts = parse(pattern, most_parts);
    if parts.parts.len() > most_parts {
        return Err(format!("improper qualified name (too many dotted names): {pattern}"));
    }
    if parts.database.as_ref().is_some_and(|named| named != database) {
        return Err(format!("cross-database references are not implemented: {pattern}"));
    }
    let mut reversed = parts.parts.iter().rev();
    let mut found = Vec::new();
    if let Some(name) = reversed.next().filter(|name| name.as_str() != "^(.*)$") {
        found.push(match target.alternative {
            None => matches(target.name, name),
            Some(other) => format!("({}\n        OR {})", matches(target.name, name), matches(other, name)),
        });
    }
    match (reversed.next(), target.schema) {
        (Some(schema), Some(column)) if schema != "^(.*)$" => found.push(matches(column, schema)),
        (Some(_), _) => {}
        (None, _) => found.extend(target.visible.map(str::to_owned)),
    }
    Ok(found)
}

fn matches(column: &str, regex: &str) -> String {
    format!("{column} OPERATOR(pg_catalog.~) {} COLLATE pg_catalog.default", quote_literal(regex))
}

fn parse(pattern: &str, most_parts: usize) -> Parts {
    let mut parts = vec![String::new()];
    let mut literals = vec![String::new()];
    let mut quoted = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let last = parts.len() - 1;
        let (part, literal) = (&mut parts[last], &mut literals[last]);
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                part.push('"');
                literal.push('"');
            }
            '"' => quoted = !quoted,
            '*' if !quoted => part.push_str(".*"),
            '?' if !quoted => part.push('.'),
            '.' if !quoted => {
                parts.push(String::new());
                literals.push(String::new());
            }
            '$' => part.push_str("\\$"),
            _ => {
                let c = if quoted { c } else { c.to_ascii_lowercase() };
                if (quoted && "|*+?()[]{}.^$\\".contains(c)) || (c == '[' && chars.peek() == Some(&']')) {
                    part.push('\\');
                }
                part.push(c);
                literal.push(c);
            }
        }
    }
    let database = (most_parts == 3 && literals.len() == 3).then(|| literals.swap_remove(0));
    Parts { parts: parts.into_iter().map(|part| format!("^({part})$")).collect(), database }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_expressions() {
        assert_eq!(parse("Foo*.\"B.a\"?", 3).parts, ["^(foo.*)$", "^(B\\.a.)$"]);
        assert_eq!(parse("int[]", 3).parts, ["^(int\\[])$"]);
        assert_eq!(parse("a.b.c", 3).database.as_deref(), Some("a"));
    }

    #[test]
    fn visibility_matters_without_a_schema() {
        let target = Target { schema: Some("n"), name: "c", visible: Some("v"), ..Target::default() };
        assert_eq!(conditions(Some("*"), target, "d"), Ok(vec!["v".to_owned()]));
        assert_eq!(conditions(Some("*.*"), target, "d"), Ok(vec![]));
        assert!(conditions(Some("x.y.z"), target, "d").is_err());
        assert!(conditions(Some("a.b.c.d"), target, "d").is_err());
    }
}
