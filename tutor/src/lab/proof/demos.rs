//! What the demos of a lesson show, and the record of it.
//!
//! ```text
//! demo 1
//! => BEGIN;
//! | BEGIN
//! =*> SELECT 42
//! -*> AS answer;
//! |  answer
//! | --------
//! |      42
//!
//! demo 2
//! ```

use super::script::{Said, Typescript, run};
use super::{Proof, proof};
use crate::check::Normaliser;
use crate::course::Step;
use crate::lab::{Stage, StageError};
use crate::sessions::COPY_PROMPT;

/// What stands before what was shown.
const BAR: char = '|';

/// A piece of what stands on the screen when a demo has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A line of the demo behind its prompt, without spaces at its end.
    Typed {
        /// The end of the prompt, as [`Stage::prompt`] gives it.
        prompt: String,
        /// The line.
        line: String,
    },
    /// What was shown next, without the end of its last line.
    Shown(String),
}

/// A line that is in no record of demos.
#[derive(Debug, PartialEq, Eq)]
pub struct OddLine(pub String);

/// Plays the lesson of the stage with nothing but its demos.
pub(super) fn prove(stage: &mut Stage<'_>, id: String) -> Result<Proof, StageError> {
    let lesson = stage.lesson();
    let mut names = stage.normaliser();
    let (mut demos, mut faults) = (Vec::new(), Vec::new());
    for step in &lesson.steps {
        match step {
            Step::Exercise(exercise) => {
                stage.enter(exercise)?;
                stage.leave()?;
            }
            Step::Demo(demo) => {
                let mut typescript = Typescript::default();
                if let Err(command) = run(stage, &demo.sql, &mut typescript, &mut |_| {}) {
                    let number = demos.len() + 1;
                    faults.push(format!("demo {number}: the command \\{command} is unknown or fails"));
                }
                demos.push(pieces(typescript, &mut names));
            }
            Step::Text(_) | Step::Figure(_) | Step::Quiz(_) => {}
        }
    }
    Ok(proof(stage, id, render(&demos), faults))
}

fn pieces(typescript: Typescript, names: &mut Normaliser) -> Vec<Piece> {
    let piece = |said| match said {
        Said::Typed { prompt, line } => Piece::Typed { prompt, line: line.trim_end().to_owned() },
        Said::Shown(bytes) => Piece::Shown(names.text(&String::from_utf8_lossy(&bytes)).trim_end().to_owned()),
    };
    let pieces = typescript.pieces.into_iter().map(piece);
    pieces.filter(|piece| !matches!(piece, Piece::Shown(text) if text.is_empty())).collect()
}

/// A record's text.
fn render(demos: &[Vec<Piece>]) -> String {
    let demo = |(index, pieces): (usize, &Vec<Piece>)| {
        let mut lines = vec![format!("demo {}", index + 1)];
        for piece in pieces {
            match piece {
                Piece::Typed { prompt, line } => lines.push(format!("{prompt} {line}").trim_end().to_owned()),
                Piece::Shown(text) => {
                    lines.extend(text.lines().map(|line| format!("{BAR} {line}").trim_end().to_owned()));
                }
            }
        }
        lines.join("\n")
    };
    demos.iter().enumerate().map(demo).collect::<Vec<_>>().join("\n\n")
}

/// What each demo showed, from the text of a record.
///
/// # Errors
/// The text has a line that no record has.
pub fn parse_demos(record: &str) -> Result<Vec<Vec<Piece>>, OddLine> {
    let mut demos: Vec<Vec<Piece>> = Vec::new();
    for line in record.lines().filter(|line| !line.is_empty()) {
        if line.starts_with("demo ") {
            demos.push(Vec::new());
            continue;
        }
        let demo = demos.last_mut();
        demo.and_then(|demo| take_line(demo, line)).ok_or_else(|| OddLine(line.to_owned()))?;
    }
    Ok(demos)
}

fn take_line(demo: &mut Vec<Piece>, line: &str) -> Option<()> {
    let Some(shown) = line.strip_prefix(BAR) else {
        let (prompt, rest) = line.split_at(prompt_length(line)?);
        let line = rest.strip_prefix(' ').unwrap_or(rest).to_owned();
        demo.push(Piece::Typed { prompt: prompt.to_owned(), line });
        return Some(());
    };
    let shown = shown.strip_prefix(' ').unwrap_or(shown);
    match demo.last_mut() {
        Some(Piece::Shown(text)) => {
            text.push('\n');
            text.push_str(shown);
        }
        _ => demo.push(Piece::Shown(shown.to_owned())),
    }
    Some(())
}

/// A prompt ends with the sign of who types; the one for data is nothing but such signs.
fn prompt_length(line: &str) -> Option<usize> {
    if line.starts_with(COPY_PROMPT) { Some(COPY_PROMPT.len()) } else { Some(line.find(['>', '#'])? + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_read_again() {
        let typed = |prompt: &str, line: &str| Piece::Typed { prompt: prompt.to_owned(), line: line.to_owned() };
        let shown = |text: &str| Piece::Shown(text.to_owned());
        let demos = [
            vec![
                typed("=>", "BEGIN;"),
                shown("BEGIN"),
                typed("[b]:sub=*>", "SELECT '"),
                typed("'*>", "  # >';"),
                shown("\n a\n\n1"),
            ],
            vec![],
            vec![typed("=#", "COPY t FROM STDIN;"), typed(">>", "1"), typed("=#", ""), shown("COPY 1")],
        ];
        assert_eq!(parse_demos(&render(&demos)), Ok(demos.to_vec()));
    }

    #[test]
    fn an_odd_line_is_told() {
        for record in ["| a", "demo 1\nSELECT 1;"] {
            let line = record.lines().last().unwrap_or_default();
            assert_eq!(parse_demos(record), Err(OddLine(line.to_owned())));
        }
    }
}
