//! What the demos of a lesson show, and the record of it.
//!
//! ```text
//! demo 1
//! after line 2
//! |  answer
//! | --------
//! |      42
//!
//! demo 2
//! ```

use super::script::{Heard, run};
use super::{Proof, proof};
use crate::check::Normaliser;
use crate::course::Step;
use crate::lab::{Stage, StageError};

/// Something that a demo showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// How many lines of the demo had been typed by then.
    pub after_line: usize,
    /// What was shown, without the end of its last line.
    pub text: String,
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
                let mut heard = Heard::default();
                if let Err(command) = run(stage, &demo.sql, &mut heard, &mut |_| {}) {
                    let number = demos.len() + 1;
                    faults.push(format!("demo {number}: the command \\{command} is unknown or fails"));
                }
                demos.push(shown(heard, &mut names));
            }
            Step::Text(_) | Step::Figure(_) | Step::Quiz(_) => {}
        }
    }
    Ok(proof(stage, id, render(&demos), faults))
}

fn shown(heard: Heard, names: &mut Normaliser) -> Vec<Shown> {
    let texts = heard.shown.into_iter().map(|(after_line, bytes)| {
        let text = names.text(&String::from_utf8_lossy(&bytes)).trim_end().to_owned();
        Shown { after_line, text }
    });
    texts.filter(|shown| !shown.text.is_empty()).collect()
}

/// A record's text.
fn render(demos: &[Vec<Shown>]) -> String {
    let mut record = Vec::new();
    for (index, demo) in demos.iter().enumerate() {
        let mut lines = vec![format!("demo {}", index + 1)];
        for Shown { after_line, text } in demo {
            lines.push(format!("after line {after_line}"));
            lines.extend(text.lines().map(|line| format!("| {line}").trim_end().to_owned()));
        }
        record.push(lines.join("\n"));
    }
    record.join("\n\n")
}

/// What each demo showed, from the text of a record.
///
/// # Errors
/// The text has a line that no record has.
pub fn parse_demos(record: &str) -> Result<Vec<Vec<Shown>>, OddLine> {
    let mut demos: Vec<Vec<Shown>> = Vec::new();
    for line in record.lines().filter(|line| !line.is_empty()) {
        take_line(&mut demos, line).ok_or_else(|| OddLine(line.to_owned()))?;
    }
    Ok(demos)
}

fn take_line(demos: &mut Vec<Vec<Shown>>, line: &str) -> Option<()> {
    if line.starts_with("demo ") {
        demos.push(Vec::new());
        return Some(());
    }
    let demo = demos.last_mut()?;
    if let Some(number) = line.strip_prefix("after line ") {
        demo.push(Shown { after_line: number.parse().ok()?, text: String::new() });
        return Some(());
    }
    let (bar, Shown { text, .. }) = (line.strip_prefix('|')?, demo.last_mut()?);
    text.push_str(if text.is_empty() { "" } else { "\n" });
    text.push_str(bar.strip_prefix(' ').unwrap_or(bar));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_read_again() {
        let shown = |after_line, text: &str| Shown { after_line, text: text.to_owned() };
        let demos = [vec![shown(1, " a\n---\n\n 1"), shown(3, "BEGIN")], vec![], vec![shown(0, "x")]];
        assert_eq!(parse_demos(&render(&demos)), Ok(demos.to_vec()));
    }

    #[test]
    fn an_odd_line_is_told() {
        for record in ["| a", "demo 1\n| a", "demo 1\nafter line x", "demo 1\nafter line 1\na"] {
            let line = record.lines().last().unwrap_or_default();
            assert_eq!(parse_demos(record), Err(OddLine(line.to_owned())));
        }
    }
}
