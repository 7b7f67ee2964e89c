//! The loop of the prompt: what is read, and what it is for.

use std::io;
use std::sync::atomic::Ordering;

use super::super::commands::{LessonCommand, RoomCommand};
use super::super::listen::listen_while;
use super::super::room::{self, WhileBusy};
use super::super::source::{Line, LineSource};
use super::super::text;
use super::{Desk, DeskError, Flow, OPEN};
use crate::sessions::session_asked_for;

impl Desk<'_> {
    pub(super) fn read_lines(&mut self, source: &mut dyn LineSource) -> Result<(), DeskError> {
        loop {
            self.show_arrivals()?;
            let prompt = self.prompt();
            self.output.before_prompt()?;
            let line = self.read_line(source, &prompt)?;
            self.output.record.line_read();
            self.fit();
            // Whatever was pressed before was meant for what ran before.
            self.interrupt.store(false, Ordering::Relaxed);
            let flow = match line {
                Line::Text(text) => self.read_text(source, &text)?,
                Line::Interrupted { had_text } => self.interrupted(had_text)?,
                Line::End => {
                    if !self.interactive {
                        self.rejoin(source)?;
                    }
                    self.end_input(source)?;
                    Flow::Leave
                }
            };
            if matches!(flow, Flow::Leave) {
                return Ok(());
            }
        }
    }

    fn read_line(&mut self, source: &mut dyn LineSource, prompt: &str) -> io::Result<Line> {
        if self.interactive {
            let places = self.places();
            source.set_surroundings(room::surroundings(self.stage_mut(), places));
        }
        match source.printer() {
            Some(printer) => {
                let record = self.output.record.clone();
                listen_while(self.stage_mut().sessions_mut(), &printer, &record, || source.read(prompt))
            }
            None => source.read(prompt),
        }
    }

    fn interrupted(&mut self, had_text: bool) -> Result<Flow, DeskError> {
        self.answer.drop_pending();
        match self.shell() {
            None => room::cancel_current(self.stage_mut()),
            Some(shell) if shell.is_mid_statement() => shell.clear_buffer(),
            Some(_) if had_text => {}
            Some(_) => self.output.mention(&self.look.words(text::LEAVE_WITH))?,
        }
        Ok(Flow::GoOn)
    }

    /// No more lines come for what is unfinished: it runs.
    pub(super) fn end_input(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        if let Some(shell) = self.shell() {
            shell.finish_input();
        }
        self.run_items(source)
    }

    /// What was read at one prompt: a line, or several when they were pasted or suggested.
    fn read_text(&mut self, source: &mut dyn LineSource, lines: &str) -> Result<Flow, DeskError> {
        if self.stage_mut().sessions().is_busy()
            && let Some(flow) = self.read_while_busy(source, lines)?
        {
            return Ok(flow);
        }
        let is_blank = lines.trim().is_empty();
        if is_blank && !self.is_mid_statement() {
            return if self.interactive { self.enter_pressed(source) } else { Ok(Flow::GoOn) };
        }
        if !self.interactive && self.takes_line(source, lines)? {
            return Ok(Flow::GoOn);
        }
        if is_blank && self.interactive {
            self.output.mention(&self.look.aside(text::UNFINISHED))?;
        }
        if self.answers_quiz(lines)? {
            return Ok(Flow::GoOn);
        }
        self.take_text(source, lines)
    }

    pub(super) fn take_text(&mut self, source: &mut dyn LineSource, lines: &str) -> Result<Flow, DeskError> {
        if source.remember(lines).is_err() {
            self.complain(text::HISTORY_LOST)?;
        }
        self.moved = false;
        if !is_own_command(lines) {
            self.output.record.typed(lines);
        }
        // All of it before any of it runs: data of COPY may follow their statement.
        for line in lines.split('\n') {
            self.note_line(line);
            if let Some(shell) = self.shell() {
                shell.push_line(line);
            }
        }
        self.run_items(source)
    }

    /// A line that comes while the current session runs a statement; `None` when the session can take it after all.
    fn read_while_busy(&mut self, source: &mut dyn LineSource, line: &str) -> Result<Option<Flow>, DeskError> {
        if let Some(name) = session_asked_for(line) {
            self.note_line(line);
            self.answer.performed = self.answer.text.len();
            self.run_room_command(RoomCommand::Session(name.to_owned()))?;
            return Ok(Some(Flow::GoOn));
        }
        if !self.interactive {
            return Ok(Some(self.rejoin(source)?).filter(|flow| matches!(flow, Flow::Leave)));
        }
        match WhileBusy::of(line) {
            WhileBusy::Command(command) => self.run_room_command(command)?,
            WhileBusy::Quit => return Ok(Some(Flow::Leave)),
            WhileBusy::Refused => room::refuse(self.stage.as_mut().expect(OPEN), &mut self.output)?,
        }
        Ok(Some(Flow::GoOn))
    }

    /// Keeps a line for the answer, unless it is no answer.
    fn note_line(&mut self, line: &str) {
        if self.stage_mut().is_on_task() {
            self.answer.push_line(line);
        }
    }
}

/// Whether a line is a command of the tutor's, which stands in no transcript.
fn is_own_command(line: &str) -> bool {
    let Some(command) = line.trim().strip_prefix('\\').filter(|command| !command.contains('\n')) else { return false };
    let end = command.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(command.len());
    let (name, argument) = command.split_at(end);
    LessonCommand::parse(name, argument).is_some() || RoomCommand::parse(name, argument).is_some_and(|c| c.is_note())
}
