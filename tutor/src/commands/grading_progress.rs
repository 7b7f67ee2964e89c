//! How far grading is: a line that moves at a terminal, a line for each submission elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::grade::Step;

/// How often the moving line is drawn anew while nothing happens.
const REDRAW_EVERY: Duration = Duration::from_millis(200);

/// How many names of running submissions are shown.
const MOST_NAMES: usize = 4;

/// Says on standard error how many submissions are graded, how long it takes, and which are being graded.
pub(super) struct GradingProgress {
    all: usize,
    done: usize,
    running: Vec<String>,
    bar: Option<ProgressBar>,
}

impl GradingProgress {
    /// For so many submissions, some of which were graded before.
    pub(super) fn new(all: usize, done: usize) -> GradingProgress {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(all as u64).with_position(done as u64);
            if let Ok(style) = ProgressStyle::with_template("{pos}/{len} graded, {elapsed}, about {eta} left: {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(REDRAW_EVERY);
            bar
        });
        GradingProgress { all, done, running: Vec::new(), bar }
    }

    /// Something happened.
    pub(super) fn show(&mut self, step: &Step) {
        match step {
            Step::Began(name) => self.running.push(name.clone()),
            Step::GivenUp(name) => self.forget(name),
            Step::Done(graded) => {
                self.forget(&graded.name);
                self.done += 1;
                let line = format!(
                    "{}/{} {}: {} of {} points, {:.1} s",
                    self.done, self.all, graded.name, graded.score, graded.max_score, graded.seconds
                );
                self.say(&line);
            }
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.done as u64);
            let names: Vec<&str> = self.running.iter().take(MOST_NAMES).map(String::as_str).collect();
            let more = if self.running.len() > MOST_NAMES { ", .." } else { "" };
            bar.set_message(format!("{}{more}", names.join(", ")));
        }
    }

    /// Nothing more will happen.
    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn forget(&mut self, name: &str) {
        if let Some(place) = self.running.iter().position(|running| running == name) {
            self.running.remove(place);
        }
    }

    /// A name may hold anything; a terminal must only show it.
    fn say(&self, line: &str) {
        let line = crate::visible::visible(line);
        match &self.bar {
            Some(_) => {}
            // Without standard error, nobody waits to hear it.
            None => drop(writeln!(io::stderr(), "{line}")),
        }
    }
}
