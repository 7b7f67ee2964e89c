//! What the tutor shows: tasks, verdicts, differences, progress. Functions of values that return text.

use similar::{Algorithm, capture_diff_slices};
use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthStr;

use super::prose::{render, render_after};
use super::style::Paint;
use super::text;
use crate::check::{Difference, Feedback, Verdict};
use crate::course::{Compare, Exercise, Lab, Lesson, Quiz};
use crate::progress::{LabProgress, Status};
use crate::words::count;

/// How things are shown.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Colours.
    pub paint: Paint,
    /// The terminal's width in columns.
    pub width: usize,
}

/// The width that text is set for where there is no terminal.
const DEFAULT_WIDTH: usize = 80;

impl Look {
    /// As standard output shows things.
    pub fn for_stdout() -> Look {
        let mut look = Look { paint: Paint::for_stdout(), width: DEFAULT_WIDTH };
        look.fit();
        look
    }

    /// Takes the terminal's present width.
    pub fn fit(&mut self) {
        if let Some((Width(columns), _)) = terminal_size_of(std::io::stdout()) {
            self.width = usize::from(columns);
        }
    }

    /// Markdown as text.
    pub fn prose(&self, markdown: &str) -> String {
        render(markdown, self.width, self.paint)
    }

    /// The head of a lesson.
    pub fn lesson_head(&self, lab: &Lab, lesson: &Lesson) -> String {
        let title = self.paint.heading(&text::lesson_title(lesson.number, &lesson.title));
        let exercises = count(lesson.exercises().count(), "exercise");
        let aside = self.paint.aside(&text::lesson_aside(lab.number, &exercises, lesson.minutes));
        format!("\n{title}\n{aside}\n\n")
    }

    /// An exercise's task; `place` is its number among so many of the lesson.
    pub fn task(&self, exercise: &Exercise, place: (usize, usize)) -> String {
        let head = self.paint.heading(&text::exercise_title(place.0, place.1, &exercise.title));
        let id = self.paint.aside(&format!("({})", exercise.id));
        format!("{head} {id}\n\n{}\n", self.prose(&exercise.prompt))
    }

    /// A script that is shown before it is run.
    pub fn code(&self, script: &str) -> String {
        script.trim_end().lines().map(|line| format!("    {}\n", self.paint.code_line(line))).collect()
    }

    /// A quiz: its question, and its choices with their letters.
    pub fn quiz(&self, quiz: &Quiz) -> String {
        let mut out = format!("{}\n\n{}\n", self.paint.heading(text::QUIZ), self.prose(&quiz.question));
        for (index, choice) in quiz.choices.iter().enumerate() {
            out.push_str(&self.lettered(index, &choice.text));
        }
        out.push_str(&format!("\n{}\n", self.paint.aside(text::ANSWER_QUIZ)));
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
        let said = if is_part { format!("{}\n", text::QUIZ_MORE) } else { self.quiz_explanations(quiz, &wrong) };
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

    /// A figure.
    pub fn figure(&self, drawing: &str) -> String {
        drawing.trim_end_matches('\n').lines().map(|line| format!("  {line}\n")).collect()
    }

    /// A hint.
    pub fn hint(&self, number: usize, of: usize, hint: &str) -> String {
        let title = text::hint_title(number, of);
        render_after(&title, &self.paint.strong(&title), hint, self.width, self.paint)
    }

    /// A verdict over an exercise.
    pub fn verdict(&self, exercise: &Exercise, verdict: &Verdict) -> String {
        match verdict {
            Verdict::Passed => format!("{} {}\n", self.paint.good(text::PASSED), exercise.title),
            Verdict::Wrong(feedback) => self.feedback(exercise, feedback),
            Verdict::NotAttempted => format!("{}\n", text::NOT_ATTEMPTED),
            Verdict::TimedOut => format!("{} {}\n", self.paint.bad(text::WRONG), text::TIMED_OUT),
            Verdict::NotGraded(why) => format!("{}\n", text::not_graded(why)),
            Verdict::CheckerFault(why) => {
                format!("{} {why}\n{}\n", self.paint.bad(text::CHECKER_FAULT), text::NOT_YOUR_FAULT)
            }
        }
    }

    fn feedback(&self, exercise: &Exercise, feedback: &Feedback) -> String {
        let after_not_yet =
            |markdown: &str| render_after(text::WRONG, &self.paint.bad(text::WRONG), markdown, self.width, self.paint);
        match feedback {
            Feedback::Recorded(markdown) => after_not_yet(markdown),
            Feedback::Missing(conditions) => {
                let lines: String = conditions.iter().map(|condition| format!("  - {condition}\n")).collect();
                let only_state = exercise.check.compare == Compare::State;
                let lead = if only_state { text::MISSING_STATE } else { text::MISSING };
                format!("{}{lines}", after_not_yet(lead))
            }
            Feedback::Difference(difference) => {
                let remark = difference.remark.map_or(text::DIFFERENT, text::remark);
                format!("{}{}", after_not_yet(remark), self.side_by_side(difference))
            }
        }
    }

    /// Expected and shown lines beside each other; lines that differ are marked.
    fn side_by_side(&self, difference: &Difference) -> String {
        let rows = aligned(&difference.expected, &difference.shown);
        let room = (self.width.clamp(40, 160) - 5) / 2;
        let longest = rows.iter().filter_map(|(left, _)| *left).map(UnicodeWidthStr::width).max().unwrap_or(0);
        let width = longest.max(text::EXPECTED.width()).min(room);
        let cell = |text: &str| {
            let text = shorten(text, width);
            format!("{text}{}", " ".repeat(width - text.width()))
        };
        let mut lines = format!("  {}   {}\n", self.paint.aside(&cell(text::EXPECTED)), self.paint.aside(text::SHOWN));
        for (left, right) in rows {
            let is_same = left == right;
            let mark = if is_same { ' ' } else { '|' };
            let right = shorten(right.unwrap_or_default(), room);
            let line = format!("  {} {mark} {right}", cell(left.unwrap_or_default()));
            let line = line.trim_end();
            lines.push_str(&if is_same { line.to_owned() } else { self.paint.strong(line) });
            lines.push('\n');
        }
        lines
    }

    /// The progress in a lab: a line each lesson, a line each exercise of `open`.
    pub fn progress(&self, lab: &Lab, progress: &LabProgress, open: Option<&str>) -> String {
        let mut out = String::new();
        for lesson in &lab.lessons {
            let ids: Vec<&str> = lesson.exercises().map(|exercise| exercise.id.as_str()).collect();
            let passed = ids.iter().filter(|id| status(progress, id) == Some(Status::Passed)).count();
            let tally = text::tally(passed, ids.len());
            let line = format!("{:>3}  {:<28} {tally}", lesson.number, lesson.id);
            let done = passed == ids.len();
            out.push_str(&if done { self.paint.good(&line) } else { line });
            out.push('\n');
            if open == Some(lesson.id.as_str()) {
                for id in ids {
                    let line = format!("       {id:<44} {}", status(progress, id).map_or("", Status::word));
                    out.push_str(line.trim_end());
                    out.push('\n');
                }
            }
        }
        out
    }
}

fn status(progress: &LabProgress, id: &str) -> Option<Status> {
    progress.exercises.get(id).map(|exercise| exercise.status)
}

/// Lines that are the same stand beside each other; a line that came in place of another stands beside it.
fn aligned<'a>(expected: &'a [String], shown: &'a [String]) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    let line = |lines: &'a [String], index: usize| lines.get(index).map(String::as_str);
    let mut rows = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, expected, shown) {
        let (left, right) = (operation.old_range(), operation.new_range());
        for offset in 0..left.len().max(right.len()) {
            let left = (offset < left.len()).then(|| line(expected, left.start + offset)).flatten();
            let right = (offset < right.len()).then(|| line(shown, right.start + offset)).flatten();
            rows.push((left, right));
        }
    }
    rows
}

/// `text`, or its beginning with `...` when it is wider than `width` columns.
fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if short.width() + 4 > width {
            break;
        }
        short.push(c);
    }
    short + "..."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Remark;

    const PLAIN: Look = Look { paint: Paint::PLAIN, width: 60 };

    fn lines(text: &[&str]) -> Vec<String> {
        text.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn a_difference_stands_side_by_side() {
        let difference = Difference {
            expected: lines(&["a", "b", "c"]),
            shown: lines(&["a", "x", "c"]),
            remark: Some(Remark::WrongOrder),
        };
        let shown = PLAIN.side_by_side(&difference);
        assert_eq!(shown, "  expected   shown\n  a          a\n  b        | x\n  c          c\n");
    }

    #[test]
    fn long_lines_are_shortened_to_the_terminal() {
        let long = "x".repeat(200);
        let difference = Difference { expected: lines(&[&long]), shown: lines(&[&long, "y"]), remark: None };
        let widest = PLAIN.side_by_side(&difference).lines().map(UnicodeWidthStr::width).max();
        assert!(widest <= Some(60), "{widest:?}");
    }
}
