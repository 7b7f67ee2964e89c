//! The kit's blocks on a page, in order: its demos have their outputs, its quizzes numbers, and its first figure the arrow
//! heads of all.

use maud::html;

use super::figure::figure;
use super::html::block;
use super::quiz::quiz;
use super::terminal::{script, terminal};
use super::text;
use crate::course::{Quiz, Setup, SetupRole};
use crate::lab::Piece;

/// A page that is being written.
pub(super) struct Page {
    demos: std::vec::IntoIter<Vec<Piece>>,
    figures: usize,
    quizzes: usize,
}

impl Page {
    /// Nothing written yet; `demos` are what stands on the screen after each.
    pub(super) fn new(demos: Vec<Vec<Piece>>) -> Page {
        Page { demos: demos.into_iter(), figures: 0, quizzes: 0 }
    }

    pub(super) fn figure(&mut self, drawing: &str) -> String {
        self.figures += 1;
        block(&figure(drawing, self.figures == 1))
    }

    pub(super) fn demo(&mut self) -> String {
        block(&terminal(&self.demos.next().unwrap_or_default()))
    }

    pub(super) fn quiz(&mut self, question: &Quiz) -> String {
        self.quizzes += 1;
        block(&quiz(self.quizzes, question))
    }
}

/// What is made before the first demo, for those who want to follow it at a prompt of their own.
pub(super) fn setup(setup: &Setup) -> String {
    let by = match setup.role {
        SetupRole::Student => text::SETUP,
        SetupRole::Admin => text::SETUP_BY_SUPERUSER,
    };
    block(&html! {
        details.setup {
            summary { (by) }
            (terminal(&script(&setup.sql, String::new())))
        }
    })
}
