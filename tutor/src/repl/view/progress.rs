//! How far somebody is: a lab's lessons, a lesson's exercises.

use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::course::{Lab, Lesson};
use crate::progress::{LabProgress, Status};
use crate::repl::style::{Layout, Paint};
use crate::repl::text;

impl Look {
    /// The progress in a lab: a line each lesson, a line each exercise of `open`.
    pub fn progress(&self, lab: &Lab, progress: &LabProgress, open: Option<&str>) -> String {
        let longest = lab.lessons.iter().map(|lesson| lesson.id.width()).max().unwrap_or(0);
        let mut out = String::new();
        for lesson in &lab.lessons {
            let (passed, of) = passed_of(lesson, progress);
            let tally = text::tally(passed, of);
            let number = lesson.number;
            let id = &lesson.id;
            let line = self.entry(&format!("{number:>3}  "), id, longest, &tally);
            out.push_str(&if passed == of { self.good_lines(&line) } else { line });
            if open == Some(lesson.id.as_str()) {
                let longest = lesson.exercises().map(|exercise| exercise.id.width()).max().unwrap_or(0);
                for exercise in lesson.exercises() {
                    let word = status(progress, &exercise.id).map_or(text::UNTOUCHED, Status::word);
                    out.push_str(&self.entry("     ", &exercise.id, longest, word));
                }
            }
        }
        out
    }

    /// What is said when the end of a lab is reached.
    pub fn lab_summary(&self, lab: &Lab, progress: &LabProgress) -> String {
        let ids: Vec<&str> = lab.exercises().map(|(_, exercise)| exercise.id.as_str()).collect();
        let kept = ids.iter().filter_map(|id| progress.exercises.get(*id));
        let tries = kept.clone().map(|exercise| exercise.tries).sum();
        let hints = kept.map(|exercise| exercise.hints).sum();
        let left: Vec<&str> = ids.iter().copied().filter(|id| !is_passed(progress, id)).collect();
        let mut out = self.heading(text::LAB_DONE);
        out.push_str(&self.words(&text::lab_tally(ids.len() - left.len(), ids.len(), tries, hints)));
        if !left.is_empty() {
            out.push('\n');
            out.push_str(&self.words(&text::lab_left(&left)));
        }
        out.push_str(&self.aside(text::LOOK_BACK));
        out
    }

    /// What is said when a lesson's last step is left behind.
    pub fn lesson_summary(&self, lesson: &Lesson, progress: &LabProgress) -> String {
        let (passed, of) = passed_of(lesson, progress);
        let left: Vec<&str> =
            lesson.exercises().map(|exercise| exercise.id.as_str()).filter(|id| !is_passed(progress, id)).collect();
        let summary = match left.first() {
            None => text::lesson_all_done(lesson.number, of),
            Some(first) => text::lesson_done(lesson.number, passed, of, &left, first),
        };
        self.words(&summary)
    }

    /// The exercises of a lesson, and how they stand.
    pub(in crate::repl) fn review(&self, lesson: &Lesson, progress: &LabProgress) -> String {
        let mut out = self.heading(&text::lesson_title(lesson.number, &lesson.title));
        let longest = lesson.exercises().map(|exercise| exercise.id.width()).max().unwrap_or(0);
        for exercise in lesson.exercises() {
            let standing = match progress.exercises.get(&exercise.id) {
                None => text::UNTOUCHED.to_owned(),
                Some(kept) => text::standing(kept.status.word(), kept.tries, kept.hints),
            };
            out.push_str(&self.entry("  ", &exercise.id, longest, &standing));
        }
        out
    }

    /// A name and what there is to say about it, in columns if they fit.
    pub(super) fn entry(&self, before: &str, name: &str, longest: usize, said: &str) -> String {
        if self.layout == Layout::Aloud {
            return format!("{}\n", text::entry_aloud(before.trim(), name, said));
        }
        let width = before.width() + longest + 2 + said.width();
        if width <= self.width {
            let gap = " ".repeat(longest.saturating_sub(name.width()) + 2);
            return format!("{before}{name}{gap}{said}\n");
        }
        let indent = " ".repeat(before.width());
        let fits = before.width() + name.width() + 2 + said.width() <= self.width;
        if fits { format!("{before}{name}: {said}\n") } else { format!("{before}{name}:\n{indent}  {said}\n") }
    }

    fn good_lines(&self, text: &str) -> String {
        text.lines().map(|line| format!("{}\n", Paint::good(self.paint, line))).collect()
    }
}

fn passed_of(lesson: &Lesson, progress: &LabProgress) -> (usize, usize) {
    let passed = lesson.exercises().filter(|exercise| is_passed(progress, &exercise.id)).count();
    (passed, lesson.exercises().count())
}

fn is_passed(progress: &LabProgress, id: &str) -> bool {
    status(progress, id) == Some(Status::Passed)
}

fn status(progress: &LabProgress, id: &str) -> Option<Status> {
    progress.exercises.get(id).map(|exercise| exercise.status)
}
