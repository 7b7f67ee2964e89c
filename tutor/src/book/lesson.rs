//! Labs and lessons as chapters.

use std::path::{Path, PathBuf};

use anyhow::Context;
use mdbook_preprocessor::book::{BookItem, Chapter, SectionNumber};

use super::exercise::exercise;
use super::page::Page;
use super::settings::Answers;
use super::{record, text};
use crate::check::Expected;
use crate::course::{self, BlockKind, Exercise, Lab, Lesson, Step, blocks};
use crate::provision::postgres::MAJORS;

/// The chapter of a lab with those of its lessons below it, in the place of `draft`.
pub(super) fn lab_chapter(lab: &Lab, answers: Answers, draft: &Chapter) -> anyhow::Result<Chapter> {
    let title = text::lab_title(lab.number, &lab.title);
    let mut chapter =
        Chapter::new(&title, overview(lab, &title), folder(lab).join("index.md"), draft.parent_names.clone());
    chapter.number.clone_from(&draft.number);
    let parents: Vec<String> = draft.parent_names.iter().cloned().chain([title]).collect();
    for (index, lesson) in lab.lessons.iter().enumerate() {
        let content = lesson_text(lab, lesson, answers).with_context(|| lesson.file.display().to_string())?;
        let mut below =
            Chapter::new(&text::lesson_name(lesson.number, &lesson.title), content, path(lab, lesson), parents.clone());
        below.number = draft.number.as_deref().map(|above| {
            let last = u32::try_from(index + 1).unwrap_or(u32::MAX);
            SectionNumber::new(above.iter().copied().chain([last]).collect::<Vec<_>>())
        });
        chapter.sub_items.push(BookItem::Chapter(below));
    }
    Ok(chapter)
}

/// Where the pages of a lab are: `labs/12-background-processes`.
fn folder(lab: &Lab) -> PathBuf {
    Path::new("labs").join(lab.dir.file_name().unwrap_or_default())
}

fn path(lab: &Lab, lesson: &Lesson) -> PathBuf {
    folder(lab).join(lesson.file.file_name().unwrap_or_default())
}

/// The page of a lab: its lessons.
fn overview(lab: &Lab, title: &str) -> String {
    let mut page = format!("# {title}\n\n{}\n\n{}", text::lab_opening(lab.number), text::LESSONS_HEAD);
    for lesson in &lab.lessons {
        let file = lesson.file.file_name().unwrap_or_default().to_string_lossy();
        page.push_str(&text::lesson_row(
            lesson.number,
            &lesson.title,
            &file,
            lesson.minutes,
            lesson.exercises().count(),
        ));
    }
    page
}

/// The page of a lesson.
fn lesson_text(lab: &Lab, lesson: &Lesson, answers: Answers) -> anyhow::Result<String> {
    let mut parts = vec![
        format!("# {}", lesson.title),
        text::lesson_opening(lab.number, &lesson.id, lesson.number, lab.lessons.len(), lesson.minutes),
    ];
    let record = lesson.record(&format!("{}.demos", lesson.id));
    let command = text::record_lesson(lab.number, &lesson.id);
    let mut page = Page::new(record::read(&record, lesson.demos().map(|demo| demo.sql.as_str()), &command)?);
    let count = lesson.exercises().count();
    let mut exercises = 0;
    for step in &lesson.steps {
        parts.push(match step {
            Step::Text(markdown) => with_ids(markdown, lesson),
            Step::Figure(drawing) => page.figure(drawing),
            Step::Demo(_) => page.demo(),
            Step::Quiz(question) => page.quiz(question),
            Step::Exercise(task) => {
                exercises += 1;
                exercise(lab, task, (exercises, count), expected(lab, lesson, task, answers)?.as_ref())?
            }
        });
    }
    Ok(parts.join("\n\n") + "\n")
}

/// Prose in which no heading gets the id of an exercise from mdBook, which makes ids of headings' words.
fn with_ids(markdown: &str, lesson: &Lesson) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut from = 0;
    for block in blocks(markdown) {
        let BlockKind::Heading { text: heading, id: None, .. } = &block.kind else { continue };
        let made = heading.to_lowercase().replace(' ', "-");
        if lesson.exercise(&made).is_some() {
            let end = block.range.start + block.source.len();
            text.push_str(&markdown[from..end]);
            text.push_str(&format!(" {{#about-{made}}}"));
            from = end;
        }
    }
    text + &markdown[from..]
}

/// What the exercise's answers show, where the book has answers.
fn expected(lab: &Lab, lesson: &Lesson, exercise: &Exercise, answers: Answers) -> anyhow::Result<Option<Expected>> {
    if answers == Answers::Hide || lab.answers == course::Answers::Withheld {
        return Ok(None);
    }
    let expected = Expected::read(&lesson.record(&exercise.id), *MAJORS.start());
    Ok(Some(expected?))
}
