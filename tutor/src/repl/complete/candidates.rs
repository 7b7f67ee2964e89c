//! Candidates as they are collected: matched with what is typed, in the case of what is typed.

use super::super::keywords::is_reserved;
use super::Completion;

/// How many candidates are shown at most; nobody reads more.
const MOST: usize = 1_000;

/// The word at the cursor, as far as it is typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    /// Where it begins in the text.
    pub(super) start: usize,
    /// It, without quotes; in lower case if it had none.
    pub(super) word: String,
    /// It, as it is written.
    pub(super) raw: String,
    /// Whether it begins with a double quote.
    pub(super) is_quoted: bool,
}

/// How key words are written where nothing is typed yet: psql's `COMP_KEYWORD_CASE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    PreserveLower,
    PreserveUpper,
}

impl Case {
    /// The case of that name; psql's default for any other name.
    pub(super) fn named(name: &str) -> Case {
        match name {
            "lower" => Case::Lower,
            "upper" => Case::Upper,
            "preserve-lower" => Case::PreserveLower,
            _ => Case::PreserveUpper,
        }
    }

    /// `keyword` as it is written after `typed`.
    fn of(self, keyword: &str, typed: &str) -> String {
        let first = typed.chars().find(|c| c.is_alphabetic());
        let is_lower = match (self, first) {
            (Case::Lower, _) | (Case::PreserveLower, None) => true,
            (Case::Upper, _) | (Case::PreserveUpper, None) => false,
            (_, Some(first)) => first.is_lowercase(),
        };
        if is_lower { keyword.to_owned() } else { keyword.to_uppercase() }
    }
}

/// What is found so far.
pub(super) struct Candidates {
    pub(super) typed: Typed,
    case: Case,
    found: Vec<String>,
}

impl Candidates {
    pub(super) fn new(typed: Typed, case: Case) -> Candidates {
        Candidates { typed, case, found: Vec::new() }
    }

    /// Whether nothing fits.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Takes a key word or several in a row, given in lower case, if it fits.
    pub(super) fn keyword(&mut self, phrase: &str) {
        if !self.typed.is_quoted && phrase.starts_with(&self.typed.raw.to_lowercase()) {
            let written = self.case.of(phrase, &self.typed.raw);
            self.push(written);
        }
    }

    /// Takes the name of an object if it fits, with quotes if it needs them and `tail` behind it.
    pub(super) fn name(&mut self, name: &str, tail: &str) {
        let fits = match self.typed.is_quoted {
            true => name.starts_with(&self.typed.word),
            false => starts_with_folded(name, &self.typed.word),
        };
        if fits {
            let is_plain = !self.typed.is_quoted && !needs_quotes(name);
            let written = if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) };
            self.push(written + tail);
        }
    }

    /// Takes a word that is written as it is, if it fits.
    pub(super) fn word(&mut self, word: &str) {
        if starts_with_folded(word, &self.typed.raw.to_lowercase()) {
            self.push(word.to_owned());
        }
    }

    /// Takes a word that is written as it is, if it begins exactly as what is typed.
    pub(super) fn exact(&mut self, word: &str) {
        if word.starts_with(&self.typed.raw) {
            self.push(word.to_owned());
        }
    }

    fn push(&mut self, written: String) {
        if self.found.len() < MOST {
            self.found.push(written);
        }
    }

    /// What is shown: each once. A single one is followed by a space, so that typing goes on.
    pub(super) fn into_completion(self, place: impl Fn(usize) -> usize, after: &str) -> Completion {
        let mut seen = std::collections::HashSet::new();
        let mut candidates: Vec<String> =
            self.found.into_iter().filter(|candidate| seen.insert(candidate.clone())).collect();
        if let [only] = candidates.as_mut_slice()
            && !only.ends_with(['(', '.', '/', '\''])
            && !after.starts_with([' ', ')', ',', ';', '"'])
        {
            only.push(' ');
        }
        Completion { start: place(self.typed.start), candidates }
    }
}

/// Whether `name` begins with `start`, which is in lower case, when case does not matter.
fn starts_with_folded(name: &str, start: &str) -> bool {
    let mut folded = name.chars().flat_map(char::to_lowercase);
    start.chars().all(|c| folded.next() == Some(c))
}

/// Whether a name would mean another one, or nothing, without quotes.
fn needs_quotes(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '$');
    !name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') || !name.chars().all(is_plain) || is_reserved(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(raw: &str, take: impl Fn(&mut Candidates)) -> Vec<String> {
        let typed = Typed { start: 0, word: raw.to_lowercase(), raw: raw.to_owned(), is_quoted: false };
        let mut candidates = Candidates::new(typed, Case::PreserveUpper);
        take(&mut candidates);
        candidates.into_completion(|start| start, "").candidates
    }

    #[test]
    fn key_words_keep_the_case() {
        assert_eq!(found("sel", |to| to.keyword("select")), ["select "]);
        assert_eq!(found("SEL", |to| to.keyword("select")), ["SELECT "]);
        assert_eq!(found("", |to| to.keyword("select")), ["SELECT "]);
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(found("or", |to| to.name("order", "")), ["\"order\" "]);
        assert_eq!(found("big", |to| to.name("Big \"1\"", "")), ["\"Big \"\"1\"\"\" "]);
        assert_eq!(found("co", |to| to.name("count", "(")), ["count("]);
    }
}
