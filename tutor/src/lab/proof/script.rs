//! Typing a script on a stage, line by line.

use std::cell::RefCell;
use std::io;

use crate::lab::Stage;
use crate::provision::progress::Silent;
use crate::psql::{Item as Input, Performed, Shell, Streams, data_line};
use crate::sessions::{COPY_PROMPT, Ran, session_asked_for};

/// What is typed and shown, in the order in which it happens.
#[derive(Debug, Default)]
pub(super) struct Typescript {
    pub(super) pieces: Vec<Said>,
}

#[derive(Debug)]
pub(super) enum Said {
    Typed { prompt: String, line: String },
    Shown(Vec<u8>),
}

impl Typescript {
    fn type_line(&mut self, prompt: String, line: &str) {
        self.pieces.push(Said::Typed { prompt, line: line.to_owned() });
    }

    fn show(&mut self, bytes: &[u8]) {
        match self.pieces.last_mut() {
            Some(Said::Shown(shown)) => shown.extend_from_slice(bytes),
            _ => self.pieces.push(Said::Shown(bytes.to_vec())),
        }
    }
}

/// Runs a script on the stage; both streams go to `typescript` in their order. `after` is called after each statement.
/// The error is the name of a psql command that is unknown or fails.
pub(super) fn run<'a>(
    stage: &mut Stage<'a>,
    script: &str,
    typescript: &mut Typescript,
    after: &mut dyn FnMut(&mut Stage<'a>),
) -> Result<(), String> {
    let typescript = RefCell::new(typescript);
    let mut lines = script.lines();
    while let Some(line) = lines.next() {
        // Line by line, as they are typed: the next one may belong to another session.
        take_line(stage, line, &typescript);
        run_items(stage, &mut lines, &typescript, after)?;
    }
    if let Some(shell) = stage.shell() {
        shell.finish_input();
    }
    run_items(stage, &mut lines, &typescript, after)
}

/// A line for the current session. One that runs a statement is waited for, unless it is left for another.
fn take_line(stage: &mut Stage<'_>, line: &str, typescript: &RefCell<&mut Typescript>) {
    if stage.sessions().is_busy() {
        if let Some(name) = session_asked_for(line) {
            typescript.borrow_mut().type_line(stage.prompt(), line);
            // A failure shows in the next line, which has no session then.
            let _ = stage.switch_session(name);
            return;
        }
        let (mut out, mut err) = (Merged(typescript), Merged(typescript));
        let mut streams = Streams { out: &mut out, err: &mut err, lines: &mut || None };
        let _ = stage.rejoin(&mut streams);
    }
    typescript.borrow_mut().type_line(stage.prompt(), line);
    if let Some(shell) = stage.shell() {
        shell.push_line(line);
    }
}

/// Runs what the lines so far hold. `lines` are the ones that follow: data of COPY are taken from them.
fn run_items<'a>(
    stage: &mut Stage<'a>,
    lines: &mut std::str::Lines<'_>,
    typescript: &RefCell<&mut Typescript>,
    after: &mut dyn FnMut(&mut Stage<'a>),
) -> Result<(), String> {
    while let Some(item) = stage.shell().and_then(Shell::next_item) {
        let name = match &item {
            // The prompt's own command, for answers that take two sessions.
            Input::Command(command) if command.name == "session" => {
                stage.switch_session(command.rest.trim()).map_err(|_| command.name.clone())?;
                continue;
            }
            Input::Command(command) if command.name == "build" => {
                build(stage, command.rest.trim())?;
                continue;
            }
            Input::Command(command) => command.name.clone(),
            Input::Statement(_) => String::new(),
        };
        let (mut out, mut err) = (Merged(typescript), Merged(typescript));
        let mut data = || {
            let line = lines.next()?;
            typescript.borrow_mut().type_line(COPY_PROMPT.to_owned(), line);
            Some(data_line(line))
        };
        match stage.perform(item, &mut Streams { out: &mut out, err: &mut err, lines: &mut data }) {
            Ok(Ran::Ended(Performed::Executed(_)) | Ran::RunsOn(_)) => after(stage),
            Ok(Ran::Ended(Performed::Unknown(_) | Performed::Failed)) => return Err(name),
            _ => {}
        }
    }
    Ok(())
}

/// `\build FILE` in an answer: FILE, beside the skeleton, is what the student has written.
fn build(stage: &mut Stage<'_>, file: &str) -> Result<(), String> {
    let workshop = stage.workshop().ok_or("build")?;
    let prepared = workshop.open().and_then(|()| workshop.take_source(file));
    prepared.map_err(|error| format!("build: {error}"))?;
    stage.build(&mut Silent).map_err(|error| format!("build: {error}"))
}

/// One of two streams that end in the same buffer.
struct Merged<'b, 'v>(&'b RefCell<&'v mut Typescript>);

impl io::Write for Merged<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().show(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
