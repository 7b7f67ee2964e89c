//! The kit's blocks on a page, in order: its demos have their outputs, its quizzes numbers, and its first figure the arrow
//! heads of all.

use super::figure::figure;
use super::html::block;
use super::quiz::quiz;
use super::terminal::terminal;
use crate::course::Quiz;
use crate::lab::Shown;

/// A page that is being written.
pub(super) struct Page {
    shown: std::vec::IntoIter<Vec<Shown>>,
    figures: usize,
    quizzes: usize,
}

impl Page {
    /// Nothing written yet; `shown` is what its demos have shown.
    pub(super) fn new(shown: Vec<Vec<Shown>>) -> Page {
        Page { shown: shown.into_iter(), figures: 0, quizzes: 0 }
    }

    pub(super) fn figure(&mut self, drawing: &str) -> String {
        self.figures += 1;
        block(&figure(drawing, self.figures == 1))
    }

    pub(super) fn demo(&mut self, sql: &str) -> String {
        block(&terminal(sql, &self.shown.next().unwrap_or_default()))
    }

    pub(super) fn quiz(&mut self, question: &Quiz) -> String {
        self.quizzes += 1;
        block(&quiz(self.quizzes, question))
    }
}
