//! Every sentence of the book that is not in a chapter or a lesson, and what `tutor book` says.

use std::path::Path;

use super::reference::Reference;
use crate::lab::Proof;
use crate::words::count;

pub(super) const DRAWING_AS_TEXT: &str = "As text";
pub(super) const QUIZ_CHECK: &str = "Check";
pub(super) const QUIZ_RIGHT: &str = "Right.";
pub(super) const QUIZ_MORE: &str = "Right so far, but that is not all.";
pub(super) const QUIZ_WRONG: &str = "Not yet.";
pub(super) const QUIZ_ANSWERS: &str = "Answers";
pub(super) const QUIZ_IS_RIGHT: &str = "is right.";
pub(super) const QUIZ_IS_WRONG: &str = "is not right.";
pub(super) const EXERCISE_OPEN: &str = "Do it at the prompt, where the answer is checked:";
pub(super) const SETUP: &str = "What is there before the first statement";
pub(super) const SETUP_BY_SUPERUSER: &str = "What a superuser has made before the first statement";
pub(super) const ANSWER: &str = "Answer";
pub(super) const OTHER_ANSWERS: &str = "These are right too:";
pub(super) const MISTAKES: &str = "Common mistakes";
pub(super) const NO_ROWS: &str = "(0 rows)";
pub(super) const LESSONS_HEAD: &str = "| | Lesson | Time | Exercises |\n|---:|---|---:|---:|\n";
pub(super) const SECOND_HEADER: &str = "a second `toml,chapter` in one chapter";

pub(super) fn drawing(words: &[&str]) -> String {
    format!("Drawing with the words: {}", words.join("; "))
}

pub(super) fn exercise_number(number: usize, of: usize) -> String {
    format!("Exercise {number} of {of}")
}

pub(super) fn hint_title(number: usize, of: usize) -> String {
    if of == 1 { "Hint".to_owned() } else { format!("Hint {number} of {of}") }
}

pub(super) fn skeleton(file: &str) -> String {
    format!("The file to complete: {file}")
}

pub(super) fn open_command(lab: u32, id: &str) -> String {
    format!("cargo tutor lab {lab} --at {id}")
}

pub(super) fn error_shown(sqlstate: &str) -> String {
    format!("ERROR:  SQLSTATE {sqlstate}")
}

pub(super) fn lab_title(number: u32, title: &str) -> String {
    format!("Lab {number}: {title}")
}

pub(super) fn lesson_name(number: u32, title: &str) -> String {
    format!("{number}. {title}")
}

pub(super) fn lab_opening(number: u32) -> String {
    format!("`cargo tutor lab {number}` opens this lab where you left it, and checks what you answer.")
}

pub(super) fn lesson_row(number: u32, title: &str, file: &str, minutes: u32, exercises: usize) -> String {
    format!("| {number} | [{title}]({file}) | {minutes} min | {exercises} |\n")
}

pub(super) fn lesson_opening(lab: u32, id: &str, number: u32, of: usize, minutes: u32) -> String {
    format!("*Lesson {number} of {of}, about {minutes} minutes:* `cargo tutor lab {lab} --at {id}`")
}

pub(super) fn record_lesson(lab: u32, id: &str) -> String {
    format!("cargo tutor check {lab} --record {id}.demos")
}

pub(super) fn record_chapter(id: &str) -> String {
    format!("cargo tutor book --record {id}")
}

pub(super) fn no_record(file: &Path, command: &str) -> String {
    format!("{} is missing: `{command}` writes it", file.display())
}

pub(super) fn other_record(file: &Path, recorded: usize, demos: usize, command: &str) -> String {
    let (recorded, demos) = (count(recorded, "demo"), count(demos, "demo"));
    format!("{} has {recorded}, and there are {demos}: `{command}` writes it anew", file.display())
}

pub(super) fn changed_demo(file: &Path, number: usize, command: &str) -> String {
    format!("{} is of an earlier text of demo {number}: `{command}` writes it anew", file.display())
}

pub(super) fn odd_line(line: &str, command: &str) -> String {
    format!(
        "{line:?} is none of `demo N`, `=> something typed` and `| something shown`: `{command}` writes the record anew"
    )
}

pub(super) fn unknown_block(info: &str) -> String {
    format!(
        "a block `{info}` is not known in a chapter: it may have `sql,demo`, `sql,setup` (with `,as=admin`, \
         `,database=NAME`), `toml,chapter`, `figure` and `quiz`"
    )
}

pub(super) fn unknown_directive(name: &str) -> String {
    let known = Reference::ALL.map(Reference::name);
    format!("there is no directive `{{{{#tutor {name}}}}}`; known are: {}", known.join(", "))
}

pub(super) fn no_lab_for(placeholder: &str) -> String {
    format!("SUMMARY.md has the chapter `{placeholder}`, and there is no such lab, or it is there already")
}

pub(super) fn labs_left(numbers: &[u32]) -> String {
    let lines: Vec<String> = numbers.iter().map(|number| format!("- [{{{{#lab {number}}}}}]()")).collect();
    format!("SUMMARY.md does not have all labs; what is missing there:\n{}", lines.join("\n"))
}

pub(super) fn no_course(book: &Path) -> String {
    format!("{} is not in a course: a course has `labs` and `fixtures` beside `book`", book.display())
}

pub(super) fn served(address: &str) -> String {
    format!("The book is at {address}; Ctrl-C ends this. A change shows when the page is loaded again.")
}

pub(crate) fn no_book(book: &Path) -> String {
    format!("this course has no book: {} is not there", book.join("book.toml").display())
}

pub(crate) fn no_chapter(named: &str) -> String {
    match named {
        "" => "no chapter of the book has a demo".to_owned(),
        named => format!("there is no chapter {named:?} with demos in the book"),
    }
}

pub(crate) fn recorded(proof: &Proof) -> String {
    let faults: String = proof.faults.iter().map(|fault| format!("  {fault}\n")).collect();
    format!("{}\n{faults}", proof.id)
}

pub(crate) fn records_written(written: usize) -> String {
    format!("{} written", count(written, "record"))
}

pub(crate) fn no_browser(why: &str) -> String {
    format!("no browser could be opened: {why}")
}
