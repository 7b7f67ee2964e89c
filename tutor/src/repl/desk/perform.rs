//! What is done with the items that lines hold: statements, and commands of the lesson, the room and the shell.

use std::io;
use std::sync::atomic::Ordering;

use super::super::commands::{self, LessonCommand, RoomCommand};
use super::super::edit::BufferCommand;
use super::super::room::{self, Buffered};
use super::super::source::{LineSource, copy_line};
use super::super::text;
use super::{Desk, DeskError, Flow, OPEN};
use crate::psql::{Command, Item, Performed, Shell, Streams};
use crate::sessions::Ran;

impl Desk<'_> {
    pub(super) fn run_items(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        while let Some(item) = self.shell().and_then(Shell::next_item) {
            let flow = match item {
                Item::Command(command) => self.run_command(source, command)?,
                statement => self.run_item(source, statement)?,
            };
            self.output.out.flush()?;
            if matches!(flow, Flow::Leave) {
                return Ok(flow);
            }
            if self.moved && self.interactive {
                if let Some(shell) = self.shell() {
                    shell.clear_buffer();
                }
                break;
            }
        }
        if !self.is_mid_statement() {
            self.answer.settle();
        }
        Ok(Flow::GoOn)
    }

    fn run_command(&mut self, source: &mut dyn LineSource, command: Command) -> Result<Flow, DeskError> {
        if let Some(own) = LessonCommand::parse(&command.name, &command.rest) {
            self.answer.drop_pending();
            self.run_lesson_command(source, own)?;
        } else if let Some(own) = RoomCommand::parse(&command.name, &command.rest) {
            // Which session a statement runs in is part of an answer.
            if !matches!(own, RoomCommand::Session(_)) {
                self.answer.drop_pending();
            }
            self.run_room_command(own)?;
        } else if let Some(own) = self.buffer_command(&command) {
            return self.run_buffer_command(source, &own);
        } else {
            return self.run_item(source, Item::Command(command));
        }
        Ok(Flow::GoOn)
    }

    fn buffer_command(&mut self, command: &Command) -> Option<BufferCommand> {
        let shell = self.shell()?;
        BufferCommand::parse(&command.name, &command.rest, shell.variables())
    }

    fn run_buffer_command(&mut self, source: &mut dyn LineSource, command: &BufferCommand) -> Result<Flow, DeskError> {
        self.answer.drop_pending();
        let Some(shell) = self.stage.as_mut().expect(OPEN).shell() else { return Ok(Flow::GoOn) };
        let edited = room::run_buffer_command(shell, command, source, &mut self.output)?;
        // Ctrl-C in the editor was meant for the editor.
        self.interrupt.store(false, Ordering::Relaxed);
        match edited {
            Buffered::Text(edited) => self.take_text(source, &edited),
            Buffered::Nothing => Ok(Flow::GoOn),
            Buffered::Failed => self.after(Performed::Failed),
        }
    }

    fn run_lesson_command(&mut self, source: &mut dyn LineSource, command: LessonCommand) -> Result<(), DeskError> {
        match command {
            LessonCommand::Task => self.back_to_task()?,
            LessonCommand::Hint => self.show_hint()?,
            LessonCommand::Check => self.check()?,
            LessonCommand::Build => self.build(source)?,
            LessonCommand::Solution => self.show_solution(source)?,
            LessonCommand::Reset => self.reset()?,
            LessonCommand::Next => self.next()?,
            LessonCommand::Skip => self.skip()?,
            LessonCommand::Back => self.back()?,
            LessonCommand::Goto(id) => self.goto(&id)?,
            LessonCommand::Progress => self.show_progress()?,
            LessonCommand::Review(id) => self.review(&id)?,
            LessonCommand::Play => {
                self.stage_mut().set_on_task(false);
                self.say(text::PLAYING)?;
            }
        }
        Ok(())
    }

    pub(super) fn run_room_command(&mut self, command: RoomCommand) -> Result<(), DeskError> {
        Ok(room::run_command(self.stage.as_mut().expect(OPEN), command, &mut self.output)?)
    }

    fn run_item(&mut self, source: &mut dyn LineSource, item: Item) -> Result<Flow, DeskError> {
        match self.perform(source, item)? {
            Ran::Ended(performed) => self.after(performed),
            Ran::RunsOn(why) => {
                if self.interactive {
                    room::tell_left(self.stage.as_mut().expect(OPEN), why, &mut self.output)?;
                }
                Ok(Flow::GoOn)
            }
        }
    }

    fn perform(&mut self, source: &mut dyn LineSource, item: Item) -> io::Result<Ran> {
        let stage = self.stage.as_mut().expect(OPEN);
        let mut lines = || copy_line(source);
        stage.perform(item, &mut Streams { out: self.output.out, err: self.output.err, lines: &mut lines })
    }

    /// What follows from what became of an item.
    fn after(&mut self, performed: Performed) -> Result<Flow, DeskError> {
        if self.stops_script(&performed) {
            return Ok(Flow::Leave);
        }
        match performed {
            Performed::Quit => return Ok(Flow::Leave),
            Performed::Executed(executions) => {
                self.has_failed = executions.last().is_some_and(|last| last.error.is_some());
                self.suggest_x_auto(&executions)?;
                self.glance()?;
            }
            Performed::Unknown(command) => {
                let instead = commands::no_command(&command.name, true);
                self.complain(&text::no_command(&command.name, instead))?;
            }
            Performed::Lost(_) => self.reconnect()?,
            Performed::Done | Performed::Failed | Performed::Reconnected => {}
        }
        Ok(Flow::GoOn)
    }

    /// Waits for what the current session runs, if it is busy.
    pub(super) fn rejoin(&mut self, source: &mut dyn LineSource) -> Result<Flow, DeskError> {
        let stage = self.stage.as_mut().expect(OPEN);
        let mut lines = || copy_line(source);
        let mut streams = Streams { out: self.output.out, err: self.output.err, lines: &mut lines };
        match stage.rejoin(&mut streams)? {
            Some(performed) => self.after(performed),
            None => Ok(Flow::GoOn),
        }
    }

    /// Shows what the servers said while nothing was waited for: notifications, what has finished, and that a session
    /// has ended. What has finished may have settled the exercise.
    pub(super) fn show_arrivals(&mut self) -> Result<(), DeskError> {
        if room::show_arrivals(self.stage.as_mut().expect(OPEN), &mut self.output)? {
            self.reconnect()?;
        }
        match self.stage_mut().take_finished().is_empty() {
            true => Ok(()),
            false => self.glance(),
        }
    }

    pub(super) fn reconnect(&mut self) -> Result<(), DeskError> {
        self.complain(text::LOST)?;
        self.stage_mut().reconnect()?;
        self.complain(text::RECONNECTED)?;
        Ok(())
    }
}
