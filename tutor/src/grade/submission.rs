//! A student's progress becomes a submission: one script that `tutor lab` and psql can run.

use crate::course::{Exercise, Lab, marker, marker_line};
use crate::progress::{ExerciseProgress, LabProgress};
use crate::words::count;

/// How many missing exercises are listed by their ids; of more, lessons are.
const LISTED_MISSING: usize = 8;

/// A lab's answers, to be handed in.
pub struct Submission<'a> {
    lab: &'a Lab,
    parts: Vec<Part<'a>>,
    missing: Vec<&'a Exercise>,
}

/// What is handed in for an exercise.
struct Part<'a> {
    exercise: &'a Exercise,
    text: &'a str,
    notes: &'a [String],
    is_accepted: bool,
}

/// What stands in the head of a submission.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The kit's version.
    pub kit: &'a str,
    /// Today, such as `2026-11-27`.
    pub date: &'a str,
    /// The student's name, if it was given.
    pub name: Option<&'a str>,
    /// The file that the submission is written to, if there is one.
    pub file: Option<&'a str>,
}

impl<'a> Submission<'a> {
    /// The accepted answers in the lab's order; `with_tries`, also the last tries where none was accepted.
    pub fn of(lab: &'a Lab, progress: &'a LabProgress, with_tries: bool) -> Submission<'a> {
        let (mut parts, mut missing) = (Vec::new(), Vec::new());
        for (_, exercise) in lab.exercises() {
            let kept = kept(progress, exercise);
            let accepted = kept.and_then(|kept| Part::accepted(exercise, kept));
            let tried = || kept.filter(|_| with_tries).and_then(|kept| Part::tried(exercise, kept));
            match accepted.or_else(tried) {
                Some(part) => parts.push(part),
                None => missing.push(exercise),
            }
        }
        Submission { lab, parts, missing }
    }

    /// Whether there is nothing to hand in.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The script.
    pub fn script(&self, head: &Head<'_>) -> String {
        let mut script = self.head(head);
        for part in &self.parts {
            script.push_str(&format!("\n{}\n", marker_line(&part.exercise.id)));
            part.text.trim_end().lines().for_each(|line| script.push_str(&(without_marker(line) + "\n")));
        }
        script
    }

    fn head(&self, head: &Head<'_>) -> String {
        let Lab { number, id, title, .. } = self.lab;
        let mut lines = vec![
            format!("Lab {number}: {title} ({id})"),
            format!("Written by tutor submit, kit {}, {}", head.kit, head.date),
        ];
        lines.extend(head.name.map(|name| format!("Name: {}", one_line(name))));
        lines.push(format!("To check it: cargo tutor lab {number} < {}", one_line(head.file.unwrap_or("FILE"))));
        lines.iter().map(|line| format!("-- {line}\n")).collect()
    }

    /// How much is handed in, what is missing, and what will not mean the same elsewhere.
    pub fn summary(&self) -> String {
        let accepted = self.parts.iter().filter(|part| part.is_accepted).count();
        let mut lines = vec![format!(
            "{} of {}: {accepted} accepted{}",
            self.parts.len(),
            count(self.parts.len() + self.missing.len(), "exercise"),
            match self.parts.len() - accepted {
                0 => String::new(),
                tried => format!(", {tried} tried without success"),
            }
        )];
        lines.extend(self.missing_line());
        for part in &self.parts {
            lines.extend(part.notes.iter().map(|note| format!("{}: {note}", part.exercise.id)));
            if part.exercise.check.build.is_some() {
                lines.push(format!("{}: its crate is no part of this script", part.exercise.id));
            }
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn missing_line(&self) -> Option<String> {
        if self.missing.len() <= LISTED_MISSING {
            let ids: Vec<&str> = self.missing.iter().map(|exercise| exercise.id.as_str()).collect();
            return (!ids.is_empty()).then(|| format!("Missing: {}", ids.join(", ")));
        }
        let is_missing = |exercise: &&Exercise| self.missing.iter().any(|missing| missing.id == exercise.id);
        let lessons = self.lab.lessons.iter().filter_map(|lesson| {
            let missing = lesson.exercises().filter(is_missing).count();
            (missing > 0).then(|| format!("{missing} of {}", lesson.id))
        });
        Some(format!("Missing: {}", lessons.collect::<Vec<_>>().join(", ")))
    }
}

impl<'a> Part<'a> {
    fn accepted(exercise: &'a Exercise, kept: &'a ExerciseProgress) -> Option<Part<'a>> {
        let (text, notes) = match &kept.portable {
            Some(portable) => (portable.text.as_str(), &portable.notes[..]),
            None => (kept.answer.as_deref()?, &[][..]),
        };
        Some(Part { exercise, text, notes, is_accepted: true })
    }

    fn tried(exercise: &'a Exercise, kept: &'a ExerciseProgress) -> Option<Part<'a>> {
        let text = &kept.last_try.as_ref()?.text;
        (!text.trim().is_empty()).then_some(Part { exercise, text, notes: &[], is_accepted: false })
    }
}

/// What was kept for an exercise, perhaps under an id that it had before.
fn kept<'a>(progress: &'a LabProgress, exercise: &Exercise) -> Option<&'a ExerciseProgress> {
    let mut ids = std::iter::once(&exercise.id).chain(&exercise.check.former);
    ids.find_map(|id| progress.exercises.get(id))
}

/// A line of an answer that would divide the script stays a comment.
fn without_marker(line: &str) -> String {
    if marker(line).is_some() { format!("-- {}", line.trim_start()) } else { line.to_owned() }
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Portable;

    fn lab() -> Lab {
        let course = crate::course::Course::find(None).expect("the clone is a course");
        course.lab("12").expect("lab 12")
    }

    fn answered(answer: &str) -> ExerciseProgress {
        ExerciseProgress { answer: Some(answer.to_owned()), ..ExerciseProgress::default() }
    }

    fn head() -> Head<'static> {
        Head { kit: "0.1.0", date: "2026-11-27", name: Some("Ada\n-- exercise: x"), file: Some("ada.sql") }
    }

    #[test]
    fn answers_come_in_the_lab_s_order() {
        let (lab, mut progress) = (lab(), LabProgress::default());
        progress.exercises.insert("read-once".to_owned(), answered("SELECT 2;\n\n"));
        progress.exercises.insert("exactly-one-worker".to_owned(), answered("SELECT 1;\n"));
        let submission = Submission::of(&lab, &progress, false);
        assert_eq!(
            submission.script(&head()),
            format!(
                "-- Lab 12: {} (background-processes)\n-- Written by tutor submit, kit 0.1.0, 2026-11-27\n\
                 -- Name: Ada -- exercise: x\n-- To check it: cargo tutor lab 12 < ada.sql\n\n\
                 -- exercise: exactly-one-worker\nSELECT 1;\n\n-- exercise: read-once\nSELECT 2;\n",
                lab.title
            )
        );
        assert!(submission.summary().starts_with("2 of "), "{}", submission.summary());
    }

    #[test]
    fn the_portable_form_goes_before_what_was_typed() {
        let (lab, mut progress) = (lab(), LabProgress::default());
        let portable = Portable { text: "-- exercise: x\n".to_owned(), notes: vec!["it is odd".to_owned()] };
        let kept = ExerciseProgress { portable: Some(portable), ..answered("SELECT 1;") };
        progress.exercises.insert("read-once".to_owned(), kept);
        let submission = Submission::of(&lab, &progress, false);
        assert!(submission.script(&head()).ends_with("\n-- exercise: read-once\n-- -- exercise: x\n"));
        assert!(submission.summary().contains("read-once: it is odd\n"));
    }

    #[test]
    fn tries_count_when_they_are_asked_for() {
        let (lab, mut progress) = (lab(), LabProgress::default());
        let last_try = Some(crate::progress::Try::new("SELECT 3;\n", "no"));
        progress.exercises.insert("read-once".to_owned(), ExerciseProgress { last_try, ..ExerciseProgress::default() });
        assert!(Submission::of(&lab, &progress, false).is_empty());
        let all = Submission::of(&lab, &progress, true);
        assert!(all.script(&head()).ends_with("-- exercise: read-once\nSELECT 3;\n"));
        assert!(all.summary().contains("0 accepted, 1 tried without success\nMissing: "), "{}", all.summary());
    }
}
