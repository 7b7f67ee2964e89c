//! Looking back at earlier answers.

use std::fmt::Write as _;

use super::super::text;
use super::super::transcript::{escaped, fenced};
use super::super::view::Look;
use super::{Desk, DeskError};
use crate::course::{Exercise, Lesson};
use crate::progress::{ExerciseProgress, Status};

impl Desk<'_> {
    /// The lesson's exercises and how they stand, of this lesson or the one of that id or number; or one exercise with
    /// the student's answer and the lesson's.
    pub(super) fn review(&mut self, id: &str) -> Result<(), DeskError> {
        let lab = self.lab;
        if id.is_empty() {
            return self.review_lesson(self.lesson());
        }
        match lab.place(id) {
            Ok(place) => {
                let lesson = &lab.lessons[place.lesson];
                match place.exercise.and_then(|id| lesson.exercise(id)) {
                    Some(exercise) => self.review_exercise(exercise),
                    None => self.review_lesson(lesson),
                }
            }
            Err(error) => self.complain_of(&error),
        }
    }

    fn review_lesson(&mut self, lesson: &Lesson) -> Result<(), DeskError> {
        let progress = self.lab_progress();
        let (shown, on_paper) = (self.look.review(lesson, &progress), Look::on_paper().review(lesson, &progress));
        self.output.tell(&fenced("text", &on_paper), &shown)?;
        Ok(self.output.mention_apart(&self.look.aside(text::REVIEW_ONE))?)
    }

    fn review_exercise(&mut self, exercise: &Exercise) -> Result<(), DeskError> {
        let markdown = review_markdown(exercise, &self.kept(&exercise.id));
        Ok(self.output.tell(&markdown, &self.look.prose(&markdown))?)
    }
}

/// An exercise, what the student did, and what the lesson has, once that is open to the student.
fn review_markdown(exercise: &Exercise, kept: &ExerciseProgress) -> String {
    let title = escaped(&text::review_title(&exercise.title, &exercise.id));
    let standing = text::standing(kept.status.word(), kept.tries, kept.hints);
    let mut markdown = format!("### {title}\n\n{}\n\n", text::stands(&standing));
    if let Some(answer) = kept.passing_try() {
        add_code(&mut markdown, text::YOUR_ANSWER, answer);
    } else if let Some(last) = &kept.last_try {
        add_code(&mut markdown, text::YOUR_LAST_TRY, &last.text);
        if !last.said.is_empty() {
            let _ = write!(markdown, "{}\n\n", last.said);
        }
    } else {
        let _ = write!(markdown, "{}\n\n", text::NOT_TRIED);
    }
    if kept.status == Status::Passed || kept.tries >= exercise.check.solution_after {
        add_solutions(&mut markdown, exercise, kept.passing_try().unwrap_or_default());
    }
    markdown
}

fn add_solutions(markdown: &mut String, exercise: &Exercise, own: &str) {
    let Some((first, others)) = exercise.answers.split_first() else {
        let _ = write!(markdown, "{}\n\n", text::WITHHELD);
        return;
    };
    match is_same(first, own) {
        true => _ = write!(markdown, "{}\n\n", text::SAME_SOLUTION),
        false => add_code(markdown, text::THE_SOLUTION, first),
    }
    for other in others.iter().filter(|other| !is_same(other, own)) {
        add_code(markdown, text::ALSO_RIGHT, other);
    }
}

fn add_code(markdown: &mut String, title: &str, sql: &str) {
    let _ = write!(markdown, "{title}\n\n{}\n", fenced("sql", sql));
}

/// Whether two scripts are the same but for white space, capital letters outside of quotes, and the last semicolon.
fn is_same(one: &str, other: &str) -> bool {
    let words = |script: &str| -> String {
        let mut is_quoted = false;
        let mut words = String::new();
        for c in script.trim().trim_end_matches(';').chars() {
            is_quoted ^= c == '\'';
            match c {
                c if c.is_whitespace() && !is_quoted => {
                    if !words.ends_with(' ') {
                        words.push(' ');
                    }
                }
                c if is_quoted => words.push(c),
                c => words.extend(c.to_lowercase()),
            }
        }
        words
    };
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_the_same_whatever_their_layout() {
        assert!(is_same("SELECT count(*)\n  FROM t;\n", "select COUNT(*) from t"));
        assert!(!is_same("SELECT 'A'", "SELECT 'a'"));
        assert!(!is_same("SELECT 'a  b'", "SELECT 'a b'"));
    }
}
