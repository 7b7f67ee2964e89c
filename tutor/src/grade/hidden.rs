//! An instructor's further check of an exercise: the same answer once more, where nothing of its first run is left.

use super::player::play;
use super::text;
use super::watchdog::Watchdog;
use crate::check::Verdict;
use crate::course::{Exercise, Lab, Lesson};
use crate::lab::{Stage, StageError, Usage};

/// Plays `script`, which has passed on `stage`, as an attempt at `check`, in a sandbox of its own: a check may set up what
/// later exercises must not find.
///
/// # Errors
/// The check cannot be played here. Its set-up is no student's business, so the error does not quote it.
pub(super) fn check_further(
    stage: &mut Stage<'_>,
    lab: &Lab,
    check: (&Lesson, &Exercise),
    script: &str,
    usage: &Usage,
    watchdog: &Watchdog,
) -> Result<Verdict, String> {
    play_again(stage, lab, check, script, usage, watchdog).map_err(|_| text::HIDDEN_FAULT.to_owned())
}

fn play_again(
    stage: &mut Stage<'_>,
    lab: &Lab,
    (lesson, exercise): (&Lesson, &Exercise),
    script: &str,
    usage: &Usage,
    watchdog: &Watchdog,
) -> Result<Verdict, StageError> {
    // What the first run left would take worker slots, and count as the second one's.
    stage.leave()?;
    let mut further = Stage::open(stage.server(), lab, lesson, usage.clone())?;
    let played = play(&mut further, exercise, script, watchdog)?;
    further.leave()?;
    Ok(played.verdict)
}
