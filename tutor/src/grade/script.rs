//! A submission's text becomes the parts that belong to exercises.
//!
//! `-- exercise: ID` lines divide it, by the rule of [`marker`]: a marker is a line of the file, as for `tutor lab 12 <
//! FILE`, even in the middle of a string. A file without markers belongs to the exercise that its name names.

use std::collections::HashMap;

use crate::course::{Lab, marker};

/// How many problems are told of one submission; of more, their number.
const TOLD_PROBLEMS: usize = 20;

/// How many characters of an id that names nothing are shown.
const SHOWN_CHARACTERS: usize = 60;

/// A file that was handed in, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmittedFile {
    /// Its name, without folders.
    pub name: String,
    /// What is in it, with `\n` at the ends of lines.
    pub text: String,
}

/// A submission, divided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// One for each exercise that something was written for, in the lab's order.
    pub parts: Vec<Part>,
    /// What could not be made sense of, in sentences.
    pub problems: Vec<String>,
}

/// What was written for one exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The exercise's id.
    pub exercise: String,
    /// A script without markers.
    pub text: String,
}

/// Divides what was handed in. The latest part of an exercise counts. Text without markers belongs to the exercise that
/// its file's name names, else to `sole`, where only one exercise is asked for.
pub fn parts(files: &[SubmittedFile], lab: &Lab, sole: Option<&str>) -> Parts {
    let mut reader = Reader { lab, ids: Ids::of(lab), found: HashMap::new(), problems: Vec::new(), untold: 0 };
    files.iter().for_each(|file| reader.read(file, sole));
    reader.end()
}

/// What a marker or a file's name may name.
struct Ids<'a> {
    /// The ids of exercises, earlier ones too, and the ids they have now.
    exercises: HashMap<&'a str, &'a str>,
    lessons: Vec<&'a str>,
}

impl<'a> Ids<'a> {
    fn of(lab: &'a Lab) -> Ids<'a> {
        let mut exercises = HashMap::new();
        for (_, exercise) in lab.exercises() {
            for id in std::iter::once(&exercise.id).chain(&exercise.check.former) {
                exercises.insert(id.as_str(), exercise.id.as_str());
            }
        }
        Ids { exercises, lessons: lab.lessons.iter().map(|lesson| lesson.id.as_str()).collect() }
    }

    /// The exercise that a file's name names, with the numbers and names of students that platforms put around it.
    fn named_by_file(&self, name: &str) -> Option<&'a str> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim().to_lowercase();
        let after_names = stem.rsplit('_').next().unwrap_or_default().to_owned();
        let is_counting = |c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ' ' | '(' | ')');
        let candidates = [
            stem.replace(['_', ' '], "-"),
            stem.trim_start_matches(is_counting).replace(['_', ' '], "-"),
            stem.trim_end_matches(is_counting).replace(['_', ' '], "-"),
            after_names.trim_end_matches(is_counting).to_owned(),
            after_names,
        ];
        candidates.iter().find_map(|candidate| self.exercises.get(candidate.as_str()).copied())
    }
}

struct Reader<'a> {
    lab: &'a Lab,
    ids: Ids<'a>,
    found: HashMap<&'a str, String>,
    problems: Vec<String>,
    untold: usize,
}

impl<'a> Reader<'a> {
    fn read(&mut self, file: &SubmittedFile, sole: Option<&str>) {
        let mut loose = String::new();
        // Text for an exercise, or text that belongs to none.
        let mut open: Option<(&'a str, String)> = None;
        let mut has_markers = false;
        for line in file.text.lines() {
            match (marker(line), &mut open) {
                (Some(id), _) => {
                    self.keep(open.take());
                    open = self.resolve(id).map(|exercise| (exercise, String::new()));
                    has_markers = true;
                }
                (None, Some((_, text))) => push_line(text, line),
                (None, None) if !has_markers => push_line(&mut loose, line),
                (None, None) => {}
            }
        }
        self.keep(open);
        if has_markers {
            if says_something(&loose) {
                self.problem(format!(
                    "{:?}: what stands before the first `-- exercise: ID` line is left out",
                    file.name
                ));
            }
        } else {
            self.keep_unmarked(file, loose, sole);
        }
    }

    fn keep_unmarked(&mut self, file: &SubmittedFile, text: String, sole: Option<&str>) {
        let sole = sole.and_then(|id| self.ids.exercises.get(id).copied());
        match self.ids.named_by_file(&file.name).or(sole) {
            Some(exercise) => self.keep(Some((exercise, text))),
            None if says_something(&text) => self.problem(format!(
                "{:?} has no `-- exercise: ID` line, and its name is not an exercise's id: it is left out",
                file.name
            )),
            None => self.problem(format!("{:?} is empty", file.name)),
        }
    }

    /// The exercise that a marker names.
    fn resolve(&mut self, id: &str) -> Option<&'a str> {
        if let Some(exercise) = self.ids.exercises.get(id) {
            return Some(exercise);
        }
        let shown: String = id.chars().take(SHOWN_CHARACTERS).collect();
        // What is near is looked for only where it is told.
        let problem = match () {
            () if self.ids.lessons.contains(&id) => {
                format!("{shown} is a lesson, not an exercise: its part is left out")
            }
            () if self.problems.len() >= TOLD_PROBLEMS => String::new(),
            () => match self.lab.place(&shown) {
                Err(error) => format!("its part is left out: {error}"),
                Ok(_) => format!("{shown:?} is no exercise: its part is left out"),
            },
        };
        self.problem(problem);
        None
    }

    fn keep(&mut self, part: Option<(&'a str, String)>) {
        let Some((exercise, text)) = part.filter(|(_, text)| says_something(text)) else { return };
        if let Some(earlier) = self.found.insert(exercise, text)
            && self.found.get(exercise) != Some(&earlier)
        {
            self.problem(format!("{exercise} is answered more than once: the latest answer counts"));
        }
    }

    fn problem(&mut self, problem: String) {
        match () {
            () if self.problems.contains(&problem) => {}
            () if self.problems.len() < TOLD_PROBLEMS => self.problems.push(problem),
            () => self.untold += 1,
        }
    }

    fn end(mut self) -> Parts {
        if self.untold > 0 {
            self.problems.push(format!("and {} more of this kind", self.untold));
        }
        let mut found = self.found;
        let parts = self.lab.exercises().filter_map(|(_, exercise)| {
            let text = found.remove(exercise.id.as_str())?;
            Some(Part { exercise: exercise.id.clone(), text })
        });
        Parts { parts: parts.collect(), problems: self.problems }
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Whether there is more in it than blank lines and `--` comments.
fn says_something(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::course::Course;

    fn lab() -> &'static Lab {
        static LAB: OnceLock<Lab> = OnceLock::new();
        LAB.get_or_init(|| Course::find(None).expect("the clone is a course").lab("12").expect("lab 12"))
    }

    fn read(name: &str, text: &str) -> Parts {
        parts(&[SubmittedFile { name: name.to_owned(), text: text.to_owned() }], lab(), None)
    }

    fn pairs(parts: &Parts) -> Vec<(&str, &str)> {
        parts.parts.iter().map(|part| (part.exercise.as_str(), part.text.as_str())).collect()
    }

    #[test]
    fn markers_divide_and_the_lab_orders() {
        let found = read(
            "ada.sql",
            "-- Lab 12\n\n-- exercise: read-once\nSELECT 2;\n-- exercise: exactly-one-worker\nSELECT 1;",
        );
        assert_eq!(pairs(&found), [("exactly-one-worker", "SELECT 1;\n"), ("read-once", "SELECT 2;\n")]);
        assert_eq!(found.problems, [""; 0]);
    }

    #[test]
    fn the_latest_answer_counts_unless_it_is_empty() {
        let found =
            read("a", "-- exercise: read-once\n1;\n-- exercise: read-once\n2;\n-- exercise: read-once\n-- nothing\n");
        assert_eq!(pairs(&found), [("read-once", "2;\n")]);
        assert_eq!(found.problems.len(), 1);
    }

    #[test]
    fn a_marker_is_a_line_even_within_a_string() {
        let found = read("a", "-- exercise: read-once\nSELECT '\n-- exercise: exactly-one-worker\n';\n");
        assert_eq!(pairs(&found), [("exactly-one-worker", "';\n"), ("read-once", "SELECT '\n")]);
    }

    #[test]
    fn what_names_nothing_is_told() {
        let text = "SELECT 0;\n-- exercise: raed-once\nSELECT 1;\n-- exercise: parallel-count\nSELECT 2;\n";
        let found = read("a.sql", text);
        assert_eq!(found.parts, []);
        let problems = found.problems.join("\n");
        for words in ["before the first", "did you mean \"read-once\"", "parallel-count is a lesson"] {
            assert!(problems.contains(words), "{words}: {problems}");
        }
    }

    #[test]
    fn a_file_s_name_may_name_the_exercise() {
        for name in [
            "exactly-one-worker.sql",
            "Exactly One Worker.SQL",
            "03_exactly_one_worker.sql",
            "exactly-one-worker (1).sql",
            "exactly-one-worker-2.sql",
            "Ada Lovelace_123_assignsubmission_file_exactly-one-worker.sql",
            "lovelaceada_LATE_12_345_exactly-one-worker-1.sql",
        ] {
            assert_eq!(pairs(&read(name, "SELECT 1;")), [("exactly-one-worker", "SELECT 1;\n")], "{name}");
        }
        assert_eq!(pairs(&read("2-2-in-the-background.sql", "1;")), [("2-2-in-the-background", "1;\n")]);
        let nameless = read("ada.sql", "SELECT 1;");
        assert!(nameless.parts.is_empty() && nameless.problems[0].contains("no `-- exercise: ID` line"));
    }

    #[test]
    fn one_exercise_needs_no_marker() {
        let file = SubmittedFile { name: "ada.sql".to_owned(), text: "SELECT 1;".to_owned() };
        assert_eq!(pairs(&parts(&[file], lab(), Some("read-once"))), [("read-once", "SELECT 1;\n")]);
    }

    #[test]
    fn ten_thousand_mistakes_are_told_briefly_and_soon() {
        let mut text: String = (0..10_000).map(|n| format!("-- exercise: nothing-{n}\n")).collect();
        text.push_str(&format!("-- exercise: {}\n", "x".repeat(500_000)));
        let found = read("a.sql", &text);
        assert_eq!(found.problems.len(), TOLD_PROBLEMS + 1);
        assert!(found.problems.iter().all(|problem| problem.len() < 500), "{:?}", found.problems);
    }

    #[test]
    fn an_empty_file_is_told() {
        assert_eq!(read("a.sql", "\n-- nothing\n").problems, ["\"a.sql\" is empty"]);
    }
}
