//! Proving what the answers show over the second data set: each passes, and shows something else than over the first.

use super::{Builds, Expected, Proof, Stage, StageError, Usage, play_answers, proof};
use crate::check::{Outcome, shows_answer};
use crate::course::{Compare, DataSet, Exercise, Lab, Lesson};
use crate::server::Server;

const TELLS_NOTHING: &str = "shows the same over both data sets, so a typed result is right as well: let the data depend on \
                             a setting of `fixtures/second.toml`, or take `second_data` away";

/// Proves the exercises of `lesson` that `wanted` names and that are to be right over the second data set too, on a
/// `server` that has those data. [`prove`](super::prove) proves the rest of them.
///
/// # Errors
/// The lesson cannot be played at all.
pub fn prove_second(
    server: &Server,
    lab: &Lab,
    lesson: &Lesson,
    wanted: &dyn Fn(&str) -> bool,
    report: &mut dyn FnMut(Proof),
) -> Result<(), StageError> {
    let exercises: Vec<&Exercise> = lesson.second_data_exercises().filter(|exercise| wanted(&exercise.id)).collect();
    if exercises.is_empty() {
        return Ok(());
    }
    let mut stage = Stage::open(server, lab, lesson, Usage::script(Builds::Never))?;
    exercises.into_iter().for_each(|exercise| report(prove_exercise(&mut stage, exercise)));
    Ok(())
}

fn prove_exercise<'a>(stage: &mut Stage<'a>, exercise: &'a Exercise) -> Proof {
    let (answers, mut faults) = play_answers(stage, exercise);
    let second = Expected { answers, wrongs: Vec::new() };
    let id = DataSet::Second.record_id(&exercise.id);
    if !super::record_for(&stage.lesson().record(&id), stage.major()).is_file() {
        faults = vec![super::NOTHING_RECORDED.to_owned()];
    }
    // The proof over the first data set says what is wrong with its record.
    if let Ok(first) = Expected::read(&stage.lesson().record(&exercise.id), stage.major()) {
        let alike = (1..).zip(&first.answers).filter(|(_, outcome)| is_right_for_both(exercise, outcome, &second));
        faults.extend(alike.map(|(number, _)| format!("answer {number}: {TELLS_NOTHING}")));
    }
    faults.extend(stage.leave().err().map(|error| error.to_string()));
    proof(stage, id, second.render(), faults)
}

/// Whether what an answer shows over the first data set is right over the second one as well.
fn is_right_for_both(exercise: &Exercise, first: &Outcome, second: &Expected) -> bool {
    match exercise.check.compare {
        Compare::State => second.answers.contains(first),
        _ => shows_answer(exercise, second, first),
    }
}
