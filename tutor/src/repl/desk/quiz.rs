//! The open quiz: a line of letters answers it, Enter tells the answer.

use super::super::text;
use super::{Desk, DeskError};
use crate::course::{Quiz, Step};

impl<'a> Desk<'a> {
    /// Whether the line is an answer to the open quiz. What is right leads on, what is wrong is explained.
    pub(super) fn answers_quiz(&mut self, line: &str) -> Result<bool, DeskError> {
        let Some(quiz) = self.open_quiz() else { return Ok(false) };
        let Some(chosen) = quiz.chosen(line) else { return Ok(false) };
        let is_right = chosen == quiz.right();
        let verdict = self.look.quiz_verdict(quiz, &chosen, is_right);
        let letters = letters(&chosen);
        self.output.tell(&text::quiz_chosen(&letters, is_right), &verdict)?;
        if is_right {
            self.advance()?;
        }
        Ok(true)
    }

    /// Tells the answer to somebody who does not want to give one.
    pub(super) fn tell_quiz(&mut self, quiz: &Quiz) -> Result<(), DeskError> {
        let right = quiz.right();
        let answer = text::quiz_answer(&letters(&right));
        let shown = format!("{answer}\n{}", self.look.quiz_explanations(quiz, &right));
        self.output.tell(&answer, &shown)?;
        self.advance()
    }

    fn open_quiz(&mut self) -> Option<&'a Quiz> {
        let is_asked = self.interactive && self.stage_mut().is_on_task() && !self.is_mid_statement();
        match self.step() {
            Some(Step::Quiz(quiz)) if is_asked => Some(quiz),
            _ => None,
        }
    }
}

fn letters(choices: &[usize]) -> String {
    let letters: Vec<String> = choices.iter().map(|index| Quiz::letter(*index).to_string()).collect();
    letters.join(" ")
}
