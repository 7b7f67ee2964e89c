//! Playing what a submission has for one exercise.

use std::io;

use super::limits::{NAMED_SESSIONS, OUTPUT_BYTES};
use super::text;
use super::watchdog::Watchdog;
use crate::check::Verdict;
use crate::course::Exercise;
use crate::lab::{Stage, StageError};
use crate::psql::{Performed, Shell, Streams, data_line};
use crate::sessions::{Ran, keep_output, session_asked_for};

/// What playing it came to.
pub(super) struct Played {
    pub(super) verdict: Verdict,
    /// What it printed, both streams in their order, within bounds.
    pub(super) output: String,
}

/// Enters `exercise` on the stage and plays `script` as its attempt, as `tutor lab --at EXERCISE < script` does: after
/// each statement the judge looks, and at the end it decides. Stops early when the watchdog has reached a limit.
///
/// # Errors
/// The exercise's starting state cannot be made here; a new stage helps, or the server is gone.
pub(super) fn play<'a>(
    stage: &mut Stage<'a>,
    exercise: &'a Exercise,
    script: &str,
    watchdog: &Watchdog,
) -> Result<Played, StageError> {
    stage.enter(exercise)?;
    let mut play = Play { stage, watchdog, output: Kept::default(), so_far: None };
    play.run(script);
    let verdict = play.verdict();
    let output = play.output.into_text();
    // Process ids, ports and the like differ from run to run, reports must not.
    let output = stage.normaliser().text(&output);
    Ok(Played { verdict, output })
}

struct Play<'s, 'a> {
    stage: &'s mut Stage<'a>,
    watchdog: &'s Watchdog,
    output: Kept,
    /// The last verdict that a look gave.
    so_far: Option<Verdict>,
}

/// Whether there is more to do.
#[derive(PartialEq, Eq)]
enum Flow {
    GoOn,
    Stop,
}

impl Play<'_, '_> {
    fn run(&mut self, script: &str) {
        let mut lines = script.lines();
        while let Some(line) = lines.next() {
            if self.take_line(line, &mut lines) == Flow::Stop {
                return;
            }
        }
        if let Some(shell) = self.stage.shell() {
            shell.finish_input();
        }
        self.run_items(&mut lines);
    }

    /// A line for the current session; one that runs a statement is waited for, unless the line leaves it for another.
    fn take_line(&mut self, line: &str, lines: &mut std::str::Lines<'_>) -> Flow {
        if self.stage.sessions().is_busy() {
            if let Some(name) = session_asked_for(line) {
                return self.switch_session(name);
            }
            let mut no_lines = || None;
            let (mut out, mut err) = self.output.streams();
            let rejoined = self.stage.rejoin(&mut Streams { out: &mut out, err: &mut err, lines: &mut no_lines });
            if self.after(rejoined.map(|performed| Ran::Ended(performed.unwrap_or(Performed::Done)))) == Flow::Stop {
                return Flow::Stop;
            }
        }
        if let Some(shell) = self.stage.shell() {
            shell.push_line(line);
        }
        self.run_items(lines)
    }

    fn run_items(&mut self, lines: &mut std::str::Lines<'_>) -> Flow {
        while let Some(item) = self.stage.shell().and_then(Shell::next_item) {
            if self.watchdog.reached().is_some() {
                return Flow::Stop;
            }
            let mut data = || lines.next().map(data_line);
            let (mut out, mut err) = self.output.streams();
            let ran = self.stage.perform(item, &mut Streams { out: &mut out, err: &mut err, lines: &mut data });
            if self.after(ran) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::GoOn
    }

    fn switch_session(&mut self, name: &str) -> Flow {
        let open: Vec<&str> = self.stage.sessions().iter().map(|(open, _)| open).collect();
        if open.len() >= NAMED_SESSIONS && !open.contains(&name) {
            self.output.push(text::too_many_sessions().as_bytes());
            return Flow::GoOn;
        }
        match self.stage.switch_session(name) {
            Ok(()) => Flow::GoOn,
            Err(error) => {
                self.output.push(format!("{error}\n").as_bytes());
                Flow::GoOn
            }
        }
    }

    fn after(&mut self, ran: io::Result<Ran>) -> Flow {
        // Nobody is told at a prompt of what has ended meanwhile.
        drop(self.stage.take_finished());
        let performed = match ran {
            // Output goes to memory, so this is a session that is gone.
            Err(_) => return Flow::Stop,
            Ok(Ran::RunsOn(_)) => return Flow::GoOn,
            Ok(Ran::Ended(performed)) => performed,
        };
        let stops_at_errors = self.stage.shell().is_some_and(|shell| shell.variables().is_on("ON_ERROR_STOP"));
        if performed.is_failure() && stops_at_errors {
            return Flow::Stop;
        }
        match performed {
            Performed::Quit => return Flow::Stop,
            Performed::Executed(_) => self.glance(),
            Performed::Lost(_) => return self.reconnect(),
            Performed::Unknown(command) => {
                if command.name == "session" {
                    return self.switch_session(command.rest.trim().trim_end_matches(';'));
                }
                self.output.push(format!("there is no command \\{} in a submission\n", command.name).as_bytes());
            }
            Performed::Done | Performed::Failed | Performed::Reconnected => {}
        }
        if self.watchdog.reached().is_some() { Flow::Stop } else { Flow::GoOn }
    }

    /// What a mistake costs is nothing once it is corrected; what has passed stays passed.
    fn glance(&mut self) {
        if self.so_far != Some(Verdict::Passed)
            && let Some(verdict) = self.stage.glance()
        {
            self.so_far = Some(verdict);
        }
    }

    fn reconnect(&mut self) -> Flow {
        if self.watchdog.reached().is_some() || self.stage.reconnect().is_err() { Flow::Stop } else { Flow::GoOn }
    }

    fn verdict(&mut self) -> Verdict {
        if self.watchdog.reached().is_some() {
            return Verdict::TimedOut;
        }
        match self.so_far.take() {
            Some(Verdict::Passed) => Verdict::Passed,
            // Statements that showed nothing are no new try.
            Some(verdict) if !self.stage.has_something_to_judge() => verdict,
            _ => self.stage.judge(),
        }
    }
}

/// Output within bounds. Both streams end in it, in their order.
#[derive(Default)]
struct Kept {
    bytes: std::cell::RefCell<Vec<u8>>,
}

impl Kept {
    fn streams(&self) -> (Stream<'_>, Stream<'_>) {
        (Stream(self), Stream(self))
    }

    fn push(&self, bytes: &[u8]) {
        keep_output(&mut self.bytes.borrow_mut(), bytes, OUTPUT_BYTES);
    }

    fn into_text(self) -> String {
        String::from_utf8_lossy(&self.bytes.into_inner()).into_owned()
    }
}

struct Stream<'k>(&'k Kept);

impl io::Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
