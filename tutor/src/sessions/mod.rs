//! Named sessions of one person, each with its shell. Statements run on threads, so that one that waits leaves the
//! prompt usable.
//!
//! ```text
//! Item ──perform──> Session ──start──> thread: Shell::perform ──Said──> output, in order
//!                      │                                            ├─> pieces for the pager of whoever waits, answered
//!                      │                                            └─> the shell again, with what became of it
//!                      ├─ waited for: Ran::Ended
//!                      └─ left running: Ran::RunsOn, later Finished
//! ```

mod block;
mod interrupt;
mod pages;
mod prompt;
mod said;
mod session;

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

pub use block::BlockWatch;
pub use interrupt::InterruptWatch;
pub use prompt::{COPY_PROMPT, prompt_end};
pub(crate) use said::keep_output;
pub use session::{Running, Session};

use crate::processes::Sampler;
use crate::psql::{Ending, Execution, Item, Paging, Performed, Shell, Statement, Streams, show_text};

/// How often a running statement is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What became of an item.
#[derive(Debug)]
pub enum Ran {
    /// It has ended.
    Ended(Performed),
    /// It runs on without being waited for; [`Sessions::take_finished`] tells of its end.
    RunsOn(Left),
}

/// Why a statement is left running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// `\\bg` asked for it.
    Asked,
    /// It waits for a lock.
    Blocked,
    /// It does not end when it is cancelled.
    Deaf,
}

/// What is to be done with a statement that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// It is waited for.
    GoOn,
    /// It is left running.
    Leave(Left),
}

/// A statement that was left running and has ended.
#[derive(Debug)]
pub struct Finished {
    /// The session's name.
    pub session: String,
    /// Process id of its backend.
    pub pid: i32,
    /// The statement as it was typed.
    pub statement: String,
    /// What it would have printed, errors included, within bounds.
    pub output: String,
    /// What became of it.
    pub performed: Performed,
    /// Whether the student has been told of it.
    pub is_told: bool,
}

impl Finished {
    /// The statements that ran.
    pub fn executions(&self) -> &[Execution] {
        executions_of(&self.performed)
    }
}

fn executions_of(performed: &Performed) -> &[Execution] {
    match performed {
        Performed::Executed(executions) | Performed::Lost(executions) => executions,
        _ => &[],
    }
}

/// The sessions that are open; one of them is the current one.
#[derive(Debug, Default)]
pub struct Sessions {
    open: BTreeMap<String, Session>,
    current: String,
    finished: Vec<Finished>,
    /// Looks at the processes while statements run, if anybody wants to know.
    sampler: Option<Sampler>,
    pager: Option<Box<dyn Paging>>,
}

impl Sessions {
    /// Has long output of statements that are waited for shown with `pager`.
    pub fn set_pager(&mut self, pager: Option<Box<dyn Paging>>) {
        self.pager = pager;
    }

    /// Prints text of the caller's own, as the current session prints its.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn show_text(&mut self, text: &str, out: &mut dyn io::Write) -> io::Result<()> {
        let settings = self.shell().map(|shell| shell.settings().clone()).unwrap_or_default();
        show_text(text, self.pager.as_deref_mut(), &settings, out)
    }

    /// Has the processes looked at while statements run.
    pub fn set_sampler(&mut self, sampler: Sampler) {
        self.sampler = Some(sampler);
    }

    /// Who looks at the processes while statements run.
    pub fn sampler(&self) -> Option<&Sampler> {
        self.sampler.as_ref()
    }

    /// Adds a session, which becomes the current one; an earlier one of that name is closed.
    pub fn open(&mut self, name: &str, shell: Shell) {
        self.open.insert(name.to_owned(), Session::new(shell));
        name.clone_into(&mut self.current);
    }

    /// Makes the session of that name the current one; false if there is none.
    pub fn switch(&mut self, name: &str) -> bool {
        let is_open = self.open.contains_key(name);
        if is_open {
            name.clone_into(&mut self.current);
        }
        is_open
    }

    /// Closes all of them. What runs is cancelled.
    pub fn clear(&mut self) {
        self.open.clear();
        self.finished.clear();
    }

    /// The current session's name.
    pub fn current_name(&self) -> &str {
        &self.current
    }

    /// The current session; `None` only while none is open.
    pub fn current(&self) -> Option<&Session> {
        self.open.get(&self.current)
    }

    /// The current session's shell; `None` while a statement of its runs.
    pub fn shell(&mut self) -> Option<&mut Shell> {
        self.open.get_mut(&self.current)?.shell_mut()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Session)> {
        self.open.iter().map(|(name, session)| (name.as_str(), session))
    }

    /// The same, for changing.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Session)> {
        self.open.iter_mut().map(|(name, session)| (name.as_str(), session))
    }

    /// Whether the current session runs a statement that was left running.
    pub fn is_busy(&self) -> bool {
        self.current().is_some_and(|session| session.running().is_some())
    }

    /// Performs an item in the current session, which must not be busy. `watch` is called at least every 20 ms while it
    /// runs, and says whether it is waited for any longer.
    ///
    /// # Errors
    /// The output cannot be written; the session is lost then.
    pub fn perform(
        &mut self,
        item: Item,
        streams: &mut Streams<'_>,
        watch: &mut dyn FnMut() -> Wait,
    ) -> io::Result<Ran> {
        let Some(session) = self.open.get_mut(&self.current) else { return Ok(Ran::Ended(Performed::Failed)) };
        let is_left = matches!(&item, Item::Statement(Statement { ending: Ending::Background, .. }));
        if let (Some(sampler), Item::Statement(statement)) = (&self.sampler, &item) {
            sampler.begin(&self.current, session.pid(), &statement.text);
        }
        let screen = self.pager.as_ref().and_then(|pager| pager.screen());
        session.start(item, screen);
        if is_left { Ok(Ran::RunsOn(Left::Asked)) } else { self.wait(streams, watch) }
    }

    /// Waits for the statement that the current session runs.
    ///
    /// # Errors
    /// The output cannot be written; the session is lost then.
    pub fn wait(&mut self, streams: &mut Streams<'_>, watch: &mut dyn FnMut() -> Wait) -> io::Result<Ran> {
        let mut last_look = Instant::now();
        loop {
            let Some(session) = self.open.get_mut(&self.current) else { return Ok(Ran::Ended(Performed::Failed)) };
            let pid = session.pid();
            if let Some(performed) = session.pump(LOOK_EVERY, streams, self.pager.as_deref_mut())? {
                if let Some(sampler) = &self.sampler {
                    sampler.end(pid, executions_of(&performed));
                }
                return Ok(Ran::Ended(performed));
            }
            if last_look.elapsed() >= LOOK_EVERY {
                last_look = Instant::now();
                if let Wait::Leave(why) = watch() {
                    session.leave_pages();
                    return Ok(Ran::RunsOn(why));
                }
            }
        }
    }

    /// Hears, without waiting, what statements that were left running have said. Those that have ended stay here until
    /// they are taken.
    pub fn listen(&mut self) -> &mut [Finished] {
        for (name, session) in &mut self.open {
            let Some(finished) = session.listen(name) else { continue };
            if let Some(sampler) = &self.sampler {
                sampler.end(finished.pid, finished.executions());
            }
            self.finished.push(finished);
        }
        &mut self.finished
    }

    /// What was left running and has ended, each once.
    pub fn take_finished(&mut self) -> Vec<Finished> {
        self.listen();
        std::mem::take(&mut self.finished)
    }

    /// The name of a session that runs a statement that was left running.
    pub fn running_name(&self) -> Option<String> {
        let mut running = self.open.iter().filter(|(_, session)| session.running().is_some());
        running.next().map(|(name, _)| name.clone())
    }
}

/// The session that a line asks for, such as `\session b`; other lines are left to the shell.
pub fn session_asked_for(line: &str) -> Option<&str> {
    let (command, name) = line.trim().split_once(char::is_whitespace)?;
    let name = name.trim_end_matches(';').trim();
    (command == "\\session" && !name.is_empty() && !name.contains(char::is_whitespace)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_asks_for_a_session() {
        assert_eq!(session_asked_for(" \\session b;"), Some("b"));
        assert_eq!(session_asked_for("\\session"), None);
        assert_eq!(session_asked_for("\\sessions b"), None);
        assert_eq!(session_asked_for("SELECT 1;"), None);
    }
}
