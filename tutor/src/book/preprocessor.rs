//! The preprocessor: what mdBook has read goes in, what it renders comes out.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use super::chapter::parse_chapter;
use super::lesson::lab_chapter;
use super::settings::Answers;
use super::text;
use crate::course::{Course, CourseError, Lab};

/// The preprocessor `tutor`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tutor;

impl Preprocessor for Tutor {
    fn name(&self) -> &str {
        "tutor"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> anyhow::Result<Book> {
        let answers = Answers::of(&context.config)?;
        // Also without a parent in the path, as mdBook gives it for the working directory.
        let root = context.root.canonicalize().with_context(|| context.root.display().to_string())?;
        let course = root.parent().and_then(|course| Course::find(Some(course)).ok());
        let course = course.with_context(|| text::no_course(&root))?;
        let mut labs = course.labs()?;
        place_labs(&mut book.items, &mut labs, answers)?;
        if !labs.is_empty() {
            bail!(text::labs_left(&labs.iter().map(|lab| lab.number).collect::<Vec<_>>()));
        }
        let mut failure = None;
        book.for_each_chapter_mut(|chapter| {
            if failure.is_none() {
                failure = render(chapter, &root, course.root()).err();
            }
        });
        failure.map_or(Ok(book), Err)
    }
}

/// Puts each lab in the place of the draft chapter that names it, and takes it out of `labs`.
fn place_labs(items: &mut [BookItem], labs: &mut Vec<Lab>, answers: Answers) -> anyhow::Result<()> {
    for item in items {
        let BookItem::Chapter(chapter) = item else { continue };
        if let Some(asked) = asked_lab(chapter) {
            let place = labs.iter().position(|lab| lab.number.to_string() == asked || lab.id == asked);
            let place = place.ok_or_else(|| anyhow!(text::no_lab_for(&chapter.name)))?;
            *chapter = lab_chapter(&labs.remove(place), answers, chapter)?;
        } else {
            place_labs(&mut chapter.sub_items, labs, answers)?;
        }
    }
    Ok(())
}

/// The number or id in a draft chapter `[{{#lab 12}}]()`.
fn asked_lab(chapter: &Chapter) -> Option<&str> {
    Some(chapter.name.strip_prefix("{{#lab ")?.strip_suffix("}}")?.trim()).filter(|_| chapter.is_draft_chapter())
}

/// Renders a chapter of the book in the folder `book` that has a file of its own; those of lessons are done.
fn render(chapter: &mut Chapter, book: &Path, course: &Path) -> anyhow::Result<()> {
    let Some(name) = &chapter.source_path else { return Ok(()) };
    if book.join("src").join(name).is_file() {
        let parsed = parse_chapter(book, name, &chapter.content).map_err(CourseError::Broken)?;
        chapter.content = parsed.render(course)?;
    }
    Ok(())
}
