//! Quizzes: what is said about a choice shows when it was chosen. Without JavaScript, all of it unfolds.

use maud::{Markup, html};

use super::html::{markdown, phrase};
use super::text;
use crate::course::Quiz;

/// A quiz; `number` counts those of a page.
pub(super) fn quiz(number: usize, quiz: &Quiz) -> Markup {
    let kind = if quiz.right().len() > 1 { "checkbox" } else { "radio" };
    let question = format!("quiz-{number}");
    html! {
        div.quiz data-right=(text::QUIZ_RIGHT) data-more=(text::QUIZ_MORE) data-wrong=(text::QUIZ_WRONG) {
            form {
                div role="group" aria-labelledby=(question) {
                    div.question id=(question) { (markdown(&quiz.question)) }
                    @for (index, choice) in quiz.choices.iter().enumerate() {
                        @let id = format!("{question}{}", Quiz::letter(index));
                        div.choice {
                            input type=(kind) name=(question) id=(id) value=(index);
                            label for=(id) { (phrase(&choice.text)) }
                        }
                    }
                }
                button type="submit" hidden { (text::QUIZ_CHECK) }
                div.said role="status" aria-live="polite" {}
            }
            details {
                summary { (text::QUIZ_ANSWERS) }
                ul {
                    @for choice in &quiz.choices {
                        li data-is-right[choice.is_right] {
                            strong { (phrase(&choice.text)) } " "
                            @if choice.is_right { (text::QUIZ_IS_RIGHT) } @else { (text::QUIZ_IS_WRONG) }
                            div.explanation { (markdown(&choice.explanation)) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_right_choices_are_boxes() {
        let one = Quiz::parse("Q?\n\n- [x] a\n  yes\n- [ ] b\n  no\n").unwrap();
        let html = quiz(1, &one).0;
        assert!(html.contains("type=\"radio\"") && html.contains("id=\"quiz-1b\""), "{html}");
        assert_eq!(html.matches("data-is-right").count(), 1);
        let two = Quiz::parse("Q?\n\n- [x] a\n  yes\n- [x] b\n  too\n").unwrap();
        assert!(quiz(2, &two).0.contains("type=\"checkbox\""));
    }
}
