//! Quizzes: a question, its choices, and what to say about each.

/// A question with choices, some of them right.
///
/// ```text
/// Which setting limits all background workers together?
///
/// - [ ] `max_connections`
///   It counts client backends.
/// - [x] `max_worker_processes`
///   Right: every background worker takes a slot of it.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiz {
    /// The question, as Markdown.
    pub question: String,
    /// The choices in order, at least two, one or more of them right.
    pub choices: Vec<Choice>,
}

/// One choice of a quiz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it says, as Markdown.
    pub text: String,
    /// Whether it is right.
    pub is_right: bool,
    /// What to say when it was chosen, as Markdown.
    pub explanation: String,
}

/// A mistake in a quiz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizError {
    /// Its line, counted from 1 within the text.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// How a choice begins: a wrong one, and a right one.
const WRONG: &str = "- [ ] ";
const RIGHT: &str = "- [x] ";

impl Quiz {
    /// Reads the text of a `quiz` block.
    ///
    /// # Errors
    /// The first mistake.
    pub fn parse(text: &str) -> Result<Quiz, QuizError> {
        let mut quiz = Quiz { question: String::new(), choices: Vec::new() };
        for (index, line) in text.lines().enumerate() {
            let at = |message: &str| QuizError { line: index + 1, message: message.to_owned() };
            match (choice(line), quiz.choices.last_mut()) {
                (Some(choice), _) => quiz.choices.push(choice),
                (None, None) => push_line(&mut quiz.question, line),
                (None, Some(_)) if line.trim().is_empty() => {}
                (None, Some(choice)) if line.starts_with("  ") => push_line(&mut choice.explanation, line.trim()),
                (None, Some(_)) => {
                    return Err(at("below a choice stands what is said about it, indented by two blanks"));
                }
            }
        }
        quiz.question = quiz.question.trim().to_owned();
        match quiz.fault() {
            Some(message) => Err(QuizError { line: 1, message }),
            None => Ok(quiz),
        }
    }

    /// The letter of the choice at `index`: `a` for the first.
    pub fn letter(index: usize) -> char {
        u8::try_from(index).map_or('?', |index| char::from(b'a' + index))
    }

    /// The indices of the choices that `line` names, in order: letters, with blanks and commas between them or not.
    /// `None` if it is anything else.
    pub fn chosen(&self, line: &str) -> Option<Vec<usize>> {
        let letters: Vec<char> =
            line.chars().filter(|c| !(c.is_whitespace() || matches!(c, ',' | '.' | ')'))).collect();
        let index =
            |letter: &char| (0..self.choices.len()).find(|index| Quiz::letter(*index) == letter.to_ascii_lowercase());
        let mut chosen = letters.iter().map(index).collect::<Option<Vec<_>>>()?;
        chosen.sort();
        chosen.dedup();
        (!chosen.is_empty()).then_some(chosen)
    }

    /// The indices of the right choices, in order.
    pub fn right(&self) -> Vec<usize> {
        (0..self.choices.len()).filter(|index| self.choices[*index].is_right).collect()
    }

    fn fault(&self) -> Option<String> {
        if self.question.is_empty() {
            return Some("a quiz begins with its question".to_owned());
        }
        if self.choices.len() < 2 || self.right().is_empty() {
            return Some(
                "a quiz has two choices or more (`- [ ] ...`), at least one of them right (`- [x] ...`)".to_owned(),
            );
        }
        let silent = self.choices.iter().find(|choice| choice.explanation.is_empty());
        silent.map(|choice| format!("nothing is said about the choice {:?}: indent it below the choice", choice.text))
    }
}

fn choice(line: &str) -> Option<Choice> {
    let begin = |mark: &str, is_right| {
        let text = line.strip_prefix(mark)?.trim().to_owned();
        Some(Choice { text, is_right, explanation: String::new() })
    };
    begin(WRONG, false).or_else(|| begin(RIGHT, true))
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Which one?\n\n- [ ] `a`\n  Not this.\n- [x] `b`\n  Right:\n  this.\n- [x] c\n  Too.\n";

    #[test]
    fn choices_have_their_explanations() {
        let quiz = Quiz::parse(TEXT).unwrap();
        assert_eq!(quiz.question, "Which one?");
        assert_eq!(quiz.choices[1].explanation, "Right:\nthis.");
        assert_eq!(quiz.right(), [1, 2]);
    }

    #[test]
    fn letters_name_choices_and_nothing_else_does() {
        let quiz = Quiz::parse(TEXT).unwrap();
        assert_eq!(quiz.chosen("b"), Some(vec![1]));
        assert_eq!(quiz.chosen(" C, b) "), Some(vec![1, 2]));
        assert_eq!(quiz.chosen("bc"), Some(vec![1, 2]));
        assert_eq!(quiz.chosen("d"), None);
        assert_eq!(quiz.chosen("SELECT 1;"), None);
        assert_eq!(quiz.chosen(""), None);
    }

    #[test]
    fn a_mistake_has_its_line() {
        let line = |text: &str| Quiz::parse(text).unwrap_err().line;
        assert_eq!(line("Q\n- [x] a\nnot indented\n- [ ] b\n"), 3);
        assert_eq!(line("- [x] a\n  x\n- [ ] b\n  y\n"), 1);
        assert!(Quiz::parse("Q\n- [ ] a\n  x\n- [ ] b\n  y\n").is_err());
        assert!(Quiz::parse("Q\n- [x] a\n- [ ] b\n  y\n").unwrap_err().message.contains("\"a\""));
    }
}
