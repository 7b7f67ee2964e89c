//! What demos showed: the records that `tutor check` and `tutor book` write.
//!
//! ```text
//! demo 1
//! |  answer
//! | --------
//! |      42
//!
//! demo 2
//! ```

use std::path::Path;

use anyhow::{Context, bail};

use super::text;
use crate::lab::text_of;

/// What each demo of a lesson or a chapter showed, in order, from the record at `file`. There are `count` of them;
/// `command` writes the record.
///
/// # Errors
/// There is no record, or it is one of other demos.
pub(super) fn read(file: &Path, count: usize, command: &str) -> anyhow::Result<Vec<String>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let recorded = text_of(file).with_context(|| text::no_record(file, command))?;
    let shown = parse(&recorded).with_context(|| file.display().to_string())?;
    if shown.len() != count {
        bail!(text::other_record(file, shown.len(), count, command));
    }
    Ok(shown)
}

/// The parts of a record's text.
fn parse(record: &str) -> anyhow::Result<Vec<String>> {
    let mut demos: Vec<Vec<&str>> = Vec::new();
    for line in record.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix('|'), demos.last_mut()) {
            (Some(shown), Some(demo)) => demo.push(shown.strip_prefix(' ').unwrap_or(shown)),
            (None, _) if line.starts_with("demo ") => demos.push(Vec::new()),
            _ => bail!(text::odd_line(line)),
        }
    }
    Ok(demos.iter().map(|lines| lines.join("\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demos_are_told_apart() {
        let demos = parse("demo 1\n|  a\n| ---\n|\n|  1\n\ndemo 2\n\ndemo 3\n| x\n").unwrap();
        assert_eq!(demos, [" a\n---\n\n 1", "", "x"]);
        assert!(parse("| a\n").is_err());
    }
}
