//! What a block of comments in an install script says of a function.
//!
//! ```text
//! -- Text, in Markdown.
//! --
//! -- Arguments:
//! --   name  meaning, perhaps
//! --         in several lines
//! -- Columns:
//! --   name  meaning
//! -- Errors:
//! --   22004  condition_name: when
//! ```

/// A function in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) text: String,
    pub(super) arguments: Vec<Entry>,
    pub(super) columns: Vec<Entry>,
    pub(super) errors: Vec<ErrorEntry>,
}

/// An argument or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) meaning: String,
}

/// An error that a function raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ErrorEntry {
    pub(super) sqlstate: String,
    /// The name of the SQLSTATE in PL/pgSQL.
    pub(super) condition: String,
    pub(super) when: String,
}

/// The lines of a block, without their dashes and the space after them. An error is in words, for the block as a whole.
pub(super) fn parse(lines: &[String]) -> Result<Description, String> {
    let mut description = Description::default();
    let lists = lines.iter().position(|line| is_heading(line)).unwrap_or(lines.len());
    description.text = lines[..lists].join("\n").trim().to_owned();
    let mut rest = &lines[lists..];
    while let [heading, below @ ..] = rest {
        let end = below.iter().position(|line| is_heading(line)).unwrap_or(below.len());
        let entries = entries(&below[..end])?;
        match heading.as_str() {
            "Arguments:" => description.arguments = entries,
            "Columns:" => description.columns = entries,
            _ => description.errors = entries.into_iter().map(error).collect::<Result<_, _>>()?,
        }
        rest = &below[end..];
    }
    Ok(description)
}

fn is_heading(line: &str) -> bool {
    ["Arguments:", "Columns:", "Errors:"].contains(&line)
}

/// An entry begins two spaces in; what is further in goes on with it.
fn entries(lines: &[String]) -> Result<Vec<Entry>, String> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in lines {
        let indent = line.len() - line.trim_start().len();
        match (indent, entries.last_mut()) {
            (2, _) => {
                let (name, meaning) = line.trim().split_once(' ').ok_or(format!("`{}` has no meaning", line.trim()))?;
                entries.push(Entry { name: name.to_owned(), meaning: meaning.trim().to_owned() });
            }
            (3.., Some(entry)) => entry.meaning = format!("{} {}", entry.meaning, line.trim()),
            _ => return Err(format!("`{line}` stands in a list and is no entry, which begins two spaces in")),
        }
    }
    Ok(entries)
}

fn error(entry: Entry) -> Result<ErrorEntry, String> {
    let Entry { name: sqlstate, meaning } = entry;
    let is_sqlstate =
        sqlstate.len() == 5 && sqlstate.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let parts = meaning.split_once(": ").filter(|_| is_sqlstate);
    let (condition, when) = parts.ok_or(format!("`{sqlstate} {meaning}` is not like `22004  condition_name: when`"))?;
    Ok(ErrorEntry { sqlstate, condition: condition.to_owned(), when: when.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Description, String> {
        parse(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn text_and_lists_are_told_apart() {
        let found = parsed(
            "One.\n\nTwo.\n\nArguments:\n  a    first\n       argument\n  bcd  second\nErrors:\n  22004  x_y: a: b",
        );
        let entry = |name: &str, meaning: &str| Entry { name: name.to_owned(), meaning: meaning.to_owned() };
        let expected = Description {
            text: "One.\n\nTwo.".to_owned(),
            arguments: vec![entry("a", "first argument"), entry("bcd", "second")],
            columns: vec![],
            errors: vec![ErrorEntry { sqlstate: "22004".into(), condition: "x_y".into(), when: "a: b".into() }],
        };
        assert_eq!(found, Ok(expected));
    }

    #[test]
    fn sloppy_lists_are_refused() {
        for text in
            ["Arguments:\n  alone", "Arguments:\nno entry", "Arguments:\n    too far in", "Errors:\n  abc  x: y"]
        {
            assert!(parsed(text).is_err(), "{text}");
        }
    }
}
