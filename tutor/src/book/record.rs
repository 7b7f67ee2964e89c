//! What demos showed: the records that `tutor check` and `tutor book` write.

use std::path::Path;

use anyhow::{Context, anyhow, bail};

use super::text;
use crate::lab::{OddLine, Piece, parse_demos, text_of};

/// What each demo of a lesson or a chapter showed, in order, from the record at `file`. `demos` are their texts; `command`
/// writes the record.
///
/// # Errors
/// There is no record, or it is one of other demos.
pub(super) fn read<'a>(
    file: &Path,
    demos: impl Iterator<Item = &'a str>,
    command: &str,
) -> anyhow::Result<Vec<Vec<Piece>>> {
    let demos: Vec<&str> = demos.collect();
    if demos.is_empty() {
        return Ok(Vec::new());
    }
    let recorded = text_of(file).with_context(|| text::no_record(file, command))?;
    let recorded = parse_demos(&recorded)
        .map_err(|OddLine(line)| anyhow!(text::odd_line(&line, command)))
        .with_context(|| file.display().to_string())?;
    if recorded.len() != demos.len() {
        bail!(text::other_record(file, recorded.len(), demos.len(), command));
    }
    if let Some(number) = demos.iter().zip(&recorded).position(|(demo, pieces)| !is_of(pieces, demo)) {
        bail!(text::changed_demo(file, number + 1, command));
    }
    Ok(recorded)
}

/// Whether this is what stands on the screen after just that demo.
fn is_of(pieces: &[Piece], demo: &str) -> bool {
    let typed = pieces.iter().filter_map(|piece| match piece {
        Piece::Typed { line, .. } => Some(line.as_str()),
        Piece::Shown(_) => None,
    });
    typed.eq(demo.lines().map(str::trim_end))
}
