//! What a student sees while something takes long: one line per step, with its elapsed time, on standard error.
//!
//! Nothing is shown when there is nothing to do, so a second start is silent.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use owo_colors::{OwoColorize, Stream};

use crate::server::last_lines;

/// How often the spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// The longest detail beside a step's name, in characters.
const DETAIL_WIDTH: usize = 48;

/// How many lines of a failed program's output an error quotes.
const QUOTED_LINES: usize = 12;

/// How a failure's tail begins when the program did not even start.
pub(crate) const CANNOT_RUN: &str = "it cannot be run";

/// The steps of a provisioning, as they are shown.
pub trait Progress {
    /// A step begins; the one before has ended.
    fn begin(&mut self, step: &str);
    /// What the step is busy with, if there is room to show it.
    fn detail(&mut self, text: &str);
    /// The step has ended.
    fn end(&mut self);
    /// The step did not succeed; an error follows.
    fn fail(&mut self);
    /// A line between steps.
    fn say(&mut self, line: &str);
}

/// The right form for where standard error goes.
pub fn on_standard_error() -> Box<dyn Progress> {
    let plain = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    match io::stderr().is_terminal() && !plain {
        true => Box::new(Spinner::default()),
        false => Box::new(Lines::new(Box::new(io::stderr()))),
    }
}

/// Shows nothing; for tests.
#[derive(Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _: &str) {}
    fn detail(&mut self, _: &str) {}
    fn end(&mut self) {}
    fn fail(&mut self) {}
    fn say(&mut self, _: &str) {}
}

/// A turning sign that leaves a line behind, for terminals.
#[derive(Default)]
struct Spinner {
    current: Option<(String, Instant, ProgressBar)>,
}

impl Spinner {
    fn finish(&mut self, sign: &str) {
        if let Some((step, begin, bar)) = self.current.take() {
            bar.finish_and_clear();
            let took = elapsed(begin.elapsed());
            let sign = match sign {
                "+" => format!("{}", "+".if_supports_color(Stream::Stderr, |text| text.green())),
                other => format!("{}", other.if_supports_color(Stream::Stderr, |text| text.red())),
            };
            write_line(&mut io::stderr(), &format!("{sign} {step} ({took})"));
        }
    }
}

impl Progress for Spinner {
    fn begin(&mut self, step: &str) {
        self.finish("+");
        let bar = ProgressBar::new_spinner().with_message(step.to_owned());
        bar.set_draw_target(ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed} {prefix:.dim}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TURN);
        self.current = Some((step.to_owned(), Instant::now(), bar));
    }

    fn detail(&mut self, text: &str) {
        if let Some((_, _, bar)) = &self.current {
            bar.set_prefix(text.trim().chars().take(DETAIL_WIDTH).collect::<String>());
        }
    }

    fn end(&mut self) {
        self.finish("+");
    }

    fn fail(&mut self) {
        self.finish("x");
    }

    fn say(&mut self, line: &str) {
        self.finish("+");
        write_line(&mut io::stderr(), line);
    }
}

/// One line per step: `building the extension ... 64 s`.
struct Lines {
    out: Box<dyn Write>,
    begun: Option<Instant>,
}

impl Lines {
    fn new(out: Box<dyn Write>) -> Lines {
        Lines { out, begun: None }
    }
}

impl Progress for Lines {
    fn begin(&mut self, step: &str) {
        self.end();
        self.begun = Some(Instant::now());
        write_text(&mut self.out, &format!("{step} ... "));
    }

    fn detail(&mut self, _: &str) {}

    fn end(&mut self) {
        if let Some(begin) = self.begun.take() {
            write_line(&mut self.out, &elapsed(begin.elapsed()));
        }
    }

    fn fail(&mut self) {
        if self.begun.take().is_some() {
            write_line(&mut self.out, "failed");
        }
    }

    fn say(&mut self, line: &str) {
        self.end();
        write_line(&mut self.out, line);
    }
}

/// `0.4 s`, `64 s`, `2 min 5 s`.
fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn write_line(out: &mut dyn Write, line: &str) {
    write_text(out, &format!("{line}\n"));
}

/// A closed standard error must not stop the work.
fn write_text(out: &mut dyn Write, text: &str) {
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
}

/// A program that failed: what was run, and the end of what it said.
#[derive(Debug)]
pub struct Failure {
    /// The command, as a shell would take it.
    pub command: String,
    /// The last lines of its output, or why it could not be run.
    pub tail: String,
}

/// Runs a program to its end, both its outputs going to `log` and their newest line to the step's detail.
pub(crate) fn run(command: &mut Command, log: Option<&Path>, progress: &mut dyn Progress) -> Result<String, Failure> {
    let shown = shell_words(command);
    let mut output = Vec::new();
    match run_and_read(command, &mut output, progress) {
        Ok(success) => {
            let text = String::from_utf8_lossy(&output).into_owned();
            if let Some(log) = log {
                File::create(log).and_then(|mut file| file.write_all(&output)).unwrap_or_default();
            }
            match success {
                true => Ok(text),
                false => Err(Failure { command: shown, tail: last_lines(&text, QUOTED_LINES) }),
            }
        }
        Err(cause) => Err(Failure { command: shown, tail: format!("  {CANNOT_RUN}: {cause}") }),
    }
}

fn run_and_read(command: &mut Command, output: &mut Vec<u8>, progress: &mut dyn Progress) -> io::Result<bool> {
    let (mut reader, writer) = io::pipe()?;
    let mut child = command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
    // The command keeps its ends of the pipe open until it is given others, and the loop below would never end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut piece = [0; 4096];
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            break;
        }
        output.extend_from_slice(&piece[..count]);
        let start = output.len().saturating_sub(piece.len());
        let text = String::from_utf8_lossy(&output[start..]);
        progress.detail(text.lines().last().unwrap_or_default());
    }
    Ok(child.wait()?.success())
}

/// The command as it can be typed.
pub(crate) fn shell_words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_time_is_short() {
        assert_eq!(elapsed(Duration::from_millis(420)), "0.4 s");
        assert_eq!(elapsed(Duration::from_millis(64_300)), "64 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn a_failed_program_is_quoted() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let failure = run(&mut command, None, &mut Silent).unwrap_err();
        assert_eq!(failure.command, "sh -c 'echo one; echo two >&2; exit 3'");
        assert_eq!(failure.tail, "  one\n  two");
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failure() {
        let failure = run(&mut Command::new("/nonexistent/program"), None, &mut Silent).unwrap_err();
        assert!(failure.tail.contains("No such file"), "{}", failure.tail);
    }
}
