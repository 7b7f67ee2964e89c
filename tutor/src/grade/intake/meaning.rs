//! What the names of files and folders say of whose they are.

use super::member::{Kind, kind, stem};
use super::names::{NamePattern, identify};

/// Words that say nothing of whose a file is.
const WORDS_OF_NOBODY: [&str; 32] = [
    "answer",
    "answers",
    "solution",
    "solutions",
    "submission",
    "submissions",
    "submitted",
    "submit",
    "lab",
    "labs",
    "main",
    "query",
    "queries",
    "script",
    "scripts",
    "sql",
    "exercise",
    "exercises",
    "ex",
    "task",
    "tasks",
    "homework",
    "hw",
    "assignment",
    "part",
    "lesson",
    "lessons",
    "q",
    "final",
    "my",
    "file",
    "files",
];

/// What names mean.
pub(super) struct Names<'a> {
    pub(super) pattern: &'a NamePattern,
    /// Ids of exercises, lessons and the lab: a file that is called like one says nothing of whose it is.
    pub(super) ids: &'a [String],
    /// The numbers of the lab's lessons.
    pub(super) numbers: &'a [u32],
}

/// What a name says of whose the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Says {
    /// It is the id of an exercise, of a lesson or of the lab.
    Part,
    /// Words, letters and numbers that people give to parts of their work, such as `q2`, `b`, `3` and `final answers`.
    Little,
    /// A letter with a number, or a short number, that may be a part as well as a person: `s1`.
    Perhaps,
    /// Somebody's name, or a platform's form of one.
    Who,
}

impl Names<'_> {
    /// What the name of a file or a folder says.
    pub(super) fn says(&self, name: &str) -> Says {
        let whole = stem(name);
        if identify(whole, self.pattern).fits {
            return Says::Who;
        }
        let lower = whole.to_lowercase();
        let id = lower.replace(['_', ' '], "-");
        let counted = id.trim_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')'));
        if self.ids.iter().any(|known| *known == id || known == counted) {
            return Says::Part;
        }
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        match words[..] {
            [number] if is_number(number) => self.says_number(number),
            // Numbers of a lesson and of an exercise; not those of a date.
            _ if words.iter().all(|word| is_number(word)) => {
                if words.iter().all(|word| word.len() <= 2) {
                    Says::Little
                } else {
                    Says::Who
                }
            }
            _ => words.iter().map(|word| says_word(word)).max().unwrap_or(Says::Little),
        }
    }

    /// The same for a folder: one of whom it may be is somebody's.
    pub(super) fn folder_says(&self, name: &str) -> Says {
        match self.says(name) {
            Says::Perhaps if kind(&[name.to_owned()]) != Kind::Archive => Says::Who,
            said => said,
        }
    }

    /// A number of the lab's is a part's, a long one is somebody's.
    fn says_number(&self, number: &str) -> Says {
        match number.parse() {
            Ok(number) if self.numbers.contains(&number) => Says::Little,
            Ok(0..1000) => Says::Perhaps,
            _ => Says::Who,
        }
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A word without the number around it: `q` of `q2` and `q2b`.
fn without_number(word: &str) -> &str {
    let is_digit = |c: char| c.is_ascii_digit();
    let short = word.strip_suffix(|c: char| c.is_ascii_lowercase()).filter(|short| short.ends_with(is_digit));
    short.unwrap_or(word).trim_matches(is_digit)
}

/// A letter alone is a part's, with a number it may be a person's.
fn says_word(word: &str) -> Says {
    let is_letter = |text: &str| text.chars().nth(1).is_none();
    match without_number(word) {
        "" => Says::Little,
        bare if WORDS_OF_NOBODY.contains(&bare) || is_letter(word) => Says::Little,
        bare if is_letter(bare) => Says::Perhaps,
        _ => Says::Who,
    }
}

/// The label of a file that was named itself: its folder's name where its own says nothing.
pub(super) fn label_of_file(name: &str, folder: Option<&str>, names: &Names<'_>) -> String {
    let says_who = |said: Says| said >= Says::Perhaps;
    match folder.filter(|folder| !says_who(names.says(name)) && says_who(names.says(folder))) {
        Some(folder) => folder.to_owned(),
        None => stem(name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_parts_or_of_persons() {
        let ids = ["exactly-one-worker".to_owned(), "parallel-count".to_owned()];
        let names = Names { pattern: &NamePattern::Plain, ids: &ids, numbers: &[1, 2, 12] };
        for (name, said) in [
            ("exactly-one-worker.sql", Says::Part),
            ("03_Exactly one worker (2).sql", Says::Part),
            ("2.sql", Says::Little),
            ("12-3.sql", Says::Little),
            ("q2.sql", Says::Little),
            ("q2b.sql", Says::Little),
            ("2b.sql", Says::Little),
            ("part a.sql", Says::Little),
            ("lab 12 - final answers.sql", Says::Little),
            ("a.sql", Says::Little),
            ("s1.sql", Says::Perhaps),
            ("lab12-s1.sql", Says::Perhaps),
            ("77.sql", Says::Perhaps),
            ("123456.sql", Says::Who),
            ("2026-11-27.sql", Says::Who),
            ("ada.sql", Says::Who),
            ("lab12-ada.sql", Says::Who),
            ("Ada_123_assignsubmission_file_q1.sql", Says::Who),
        ] {
            assert_eq!(names.says(name), said, "{name}");
        }
    }
}
