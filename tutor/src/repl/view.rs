//! What the tutor shows: tasks, verdicts, differences, progress. Functions of values that return text.

mod difference;
mod progress;

use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthStr;

use super::highlight;
use super::lex::Open;
use super::prose::{self, Page, fill, render, render_after};
use super::style::{Layout, Paint};
use super::text;
use super::transcript::{escaped, fenced};
use crate::check::{Feedback, Verdict};
use crate::course::{Compare, Exercise, Lab, Lesson, Quiz};
use crate::words::count;

/// How things are shown.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Colours.
    pub paint: Paint,
    /// The terminal's width in columns.
    pub width: usize,
    /// Whether things may stand beside each other.
    pub layout: Layout,
}

/// The width that text in files is set for.
const PAPER_WIDTH: usize = 100;

/// The indentation of code.
const CODE_INDENT: &str = "    ";

/// The width that text is set for where there is no terminal.
const DEFAULT_WIDTH: usize = 80;

impl Look {
    /// As standard output shows things.
    pub fn for_stdout() -> Look {
        let mut look = Look { paint: Paint::for_stdout(), width: DEFAULT_WIDTH, layout: Layout::for_stdout() };
        look.fit();
        look
    }

    /// For a file: no colours, and a width that a page has.
    pub(super) const fn on_paper() -> Look {
        Look { paint: Paint::PLAIN, width: PAPER_WIDTH, layout: Layout::Seen }
    }

    /// Takes the terminal's present width.
    pub fn fit(&mut self) {
        if let Some((Width(columns), _)) = terminal_size_of(std::io::stdout()) {
            self.width = usize::from(columns);
        }
    }

    /// Markdown as text.
    pub fn prose(&self, markdown: &str) -> String {
        render(markdown, self.page())
    }

    /// Sentences that are no Markdown.
    pub fn words(&self, text: &str) -> String {
        fill(text, self.width, self.paint)
    }

    /// What is said by the way.
    pub fn aside(&self, text: &str) -> String {
        self.painted_lines(text, Paint::aside)
    }

    /// A heading of the tutor's own.
    pub fn heading(&self, text: &str) -> String {
        self.painted_lines(text, Paint::heading)
    }

    fn painted_lines(&self, text: &str, paint: fn(Paint, &str) -> String) -> String {
        let lines = fill(text, self.width, Paint::PLAIN);
        lines.lines().map(|line| format!("{}\n", paint(self.paint, line))).collect()
    }

    fn page(&self) -> Page {
        Page { width: self.width, paint: self.paint, layout: self.layout }
    }

    /// The head of a lesson.
    pub fn lesson_head(&self, lab: &Lab, lesson: &Lesson) -> String {
        let title = self.heading(&text::lesson_title(lesson.number, &lesson.title));
        let exercises = count(lesson.exercises().count(), "exercise");
        let aside = self.aside(&text::lesson_aside(lab.number, &exercises, lesson.minutes));
        format!("{title}{aside}")
    }

    /// An exercise's task; `place` is its number among so many of the lesson.
    pub fn task(&self, exercise: &Exercise, place: (usize, usize)) -> String {
        let title = text::exercise_title(place.0, place.1, &exercise.title);
        let id = format!("({})", exercise.id);
        let fits = title.width() + 1 + id.width() <= self.width;
        let head = match fits {
            true => format!("{} {}\n", self.paint.heading(&title), self.paint.aside(&id)),
            false => format!("{}{}", self.heading(&title), self.aside(&id)),
        };
        format!("{head}\n{}", self.prose(&exercise.prompt))
    }

    /// Statements of the student's or the lesson's, in colours.
    pub fn sql(&self, script: &str) -> String {
        let line = |line: &str| match self.paint.has_colours() {
            true => highlight::paint(line, &Open::default(), None).into_owned(),
            false => line.to_owned(),
        };
        script.trim_end().lines().map(|text| format!("{CODE_INDENT}{}\n", line(text))).collect()
    }

    /// A line of a script behind the prompt, as if it were typed; it begins within `open`.
    pub(super) fn typed(&self, prompt: &str, line: &str, open: &Open) -> String {
        match self.paint.has_colours() {
            true => format!("{prompt}{}\n", highlight::paint(line, open, None)),
            false => format!("{prompt}{line}\n"),
        }
    }

    /// A quiz: its question, and its choices with their letters.
    pub fn quiz(&self, quiz: &Quiz) -> String {
        let mut out = format!("{}\n{}\n", self.heading(text::QUIZ), self.prose(&quiz.question));
        for (index, choice) in quiz.choices.iter().enumerate() {
            out.push_str(&self.lettered(index, &choice.text));
        }
        out.push_str(&format!("\n{}", self.aside(text::ANSWER_QUIZ)));
        out
    }

    /// What is said about the choices that somebody made.
    pub fn quiz_verdict(&self, quiz: &Quiz, chosen: &[usize], is_right: bool) -> String {
        let head = match is_right {
            true => self.paint.good(text::QUIZ_RIGHT),
            false => self.paint.bad(text::WRONG),
        };
        // Who has chosen only right ones has not chosen all of them.
        let is_part = !is_right && chosen.iter().all(|index| quiz.choices[*index].is_right);
        let wrong: Vec<usize> =
            chosen.iter().copied().filter(|index| is_right || !quiz.choices[*index].is_right).collect();
        let said = if is_part { self.words(text::QUIZ_MORE) } else { self.quiz_explanations(quiz, &wrong) };
        format!("{head}\n{said}")
    }

    /// What is said about some choices.
    pub fn quiz_explanations(&self, quiz: &Quiz, choices: &[usize]) -> String {
        choices.iter().map(|index| self.lettered(*index, &quiz.choices[*index].explanation)).collect()
    }

    /// Markdown behind the letter of a choice; all its lines stand behind the letter.
    fn lettered(&self, index: usize, markdown: &str) -> String {
        let letter = format!("  {}) ", Quiz::letter(index));
        let narrow = Look { width: self.width.saturating_sub(letter.width()), ..*self };
        let text = narrow.prose(markdown);
        let lines = text.trim_end().lines().enumerate().map(|(number, line)| match number {
            0 => format!("{}{line}\n", self.paint.strong(&letter)),
            _ => format!("{}{line}\n", " ".repeat(letter.width())),
        });
        lines.collect()
    }

    /// A figure. Who hears it is told how long it is, and may stop listening.
    pub fn figure(&self, drawing: &str) -> String {
        let lines = drawing.trim_end_matches('\n').lines();
        let number = lines.clone().count();
        let drawn: String = lines.map(|line| format!("  {line}\n")).collect();
        match self.layout {
            Layout::Seen => drawn,
            Layout::Aloud => format!("{}{drawn}{}", self.words(&text::drawing(number)), self.words(text::DRAWING_END)),
        }
    }

    /// A hint.
    pub fn hint(&self, number: usize, of: usize, hint: &str) -> String {
        prose::render_hint(&text::hint_title(number, of), hint, self.width, self.paint)
    }

    /// A verdict over an exercise.
    pub fn verdict(&self, exercise: &Exercise, verdict: &Verdict) -> String {
        match verdict {
            Verdict::Passed => self.led(text::PASSED, Paint::good, &exercise.title),
            Verdict::Wrong(feedback) => self.feedback(exercise, feedback),
            Verdict::NotAttempted => self.words(text::NOT_ATTEMPTED),
            Verdict::TimedOut => self.led(text::WRONG, Paint::bad, text::TIMED_OUT),
            Verdict::NotGraded(why) => self.words(&text::not_graded(why)),
            Verdict::CheckerFault(why) => {
                let fault = format!("{} {why}\n{}", text::CHECKER_FAULT, text::NOT_YOUR_FAULT);
                self.words(&fault)
            }
        }
    }

    /// A verdict as Markdown, with the difference.
    pub(super) fn verdict_markdown(&self, exercise: &Exercise, verdict: &Verdict) -> String {
        let said = self.verdict_in_words(exercise, verdict);
        match verdict {
            Verdict::Wrong(Feedback::Difference(difference)) => {
                format!("{said}\n\n{}", fenced("text", &Look::on_paper().difference(difference)))
            }
            _ => said,
        }
    }

    /// A verdict as Markdown, without the difference.
    pub(super) fn verdict_in_words(&self, exercise: &Exercise, verdict: &Verdict) -> String {
        match verdict {
            Verdict::Passed => text::led_in_transcript(text::PASSED, &escaped(&exercise.title)),
            Verdict::Wrong(feedback) => text::led_in_transcript(text::WRONG, &feedback_markdown(exercise, feedback)),
            other => escaped(self.verdict(exercise, other).trim_end()),
        }
    }

    /// Words that matter, and Markdown behind them.
    fn led(&self, words: &str, paint: fn(Paint, &str) -> String, markdown: &str) -> String {
        render_after(words, &paint(self.paint, words), markdown, self.page())
    }

    fn feedback(&self, exercise: &Exercise, feedback: &Feedback) -> String {
        let said = self.led(text::WRONG, Paint::bad, &feedback_words(exercise, feedback));
        match feedback {
            Feedback::Recorded(_) => said,
            Feedback::Missing(conditions) => {
                let lines = conditions.iter().map(|condition| self.words(&format!("  - {condition}")));
                format!("{said}{}", lines.collect::<String>())
            }
            Feedback::Difference(difference) => format!("{said}{}", self.difference(difference)),
        }
    }
}

/// What is said about a wrong answer, as Markdown, before the conditions or the difference.
fn feedback_words(exercise: &Exercise, feedback: &Feedback) -> String {
    match feedback {
        Feedback::Recorded(markdown) => markdown.clone(),
        Feedback::Missing(_) if exercise.check.compare == Compare::State => text::MISSING_STATE.to_owned(),
        Feedback::Missing(_) => text::MISSING.to_owned(),
        Feedback::Difference(difference) => {
            difference.remark.as_ref().map_or_else(|| text::DIFFERENT.to_owned(), text::remark)
        }
    }
}

/// The same with the conditions.
fn feedback_markdown(exercise: &Exercise, feedback: &Feedback) -> String {
    let said = feedback_words(exercise, feedback);
    match feedback {
        Feedback::Missing(conditions) => {
            let lines: String = conditions.iter().map(|condition| format!("\n- {condition}")).collect();
            format!("{said}\n{lines}")
        }
        Feedback::Recorded(_) | Feedback::Difference(_) => said,
    }
}
