//! What demos showed: the records that `tutor check` and `tutor book` write.

use std::path::Path;

use anyhow::{Context, anyhow, bail};

use super::text;
use crate::lab::{OddLine, Shown, parse_demos, text_of};

/// What each demo of a lesson or a chapter showed, in order, from the record at `file`. There are `count` of them;
/// `command` writes the record.
///
/// # Errors
/// There is no record, or it is one of other demos.
pub(super) fn read(file: &Path, count: usize, command: &str) -> anyhow::Result<Vec<Vec<Shown>>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let recorded = text_of(file).with_context(|| text::no_record(file, command))?;
    let shown = parse_demos(&recorded)
        .map_err(|OddLine(line)| anyhow!(text::odd_line(&line, command)))
        .with_context(|| file.display().to_string())?;
    if shown.len() != count {
        bail!(text::other_record(file, shown.len(), count, command));
    }
    Ok(shown)
}
