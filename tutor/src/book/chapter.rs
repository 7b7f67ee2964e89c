//! Chapters of the book's own: Markdown in which some blocks are the kit's.

use std::path::Path;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use serde::Deserialize;

use super::page::{self, Page};
use super::{directive, record, text};
use crate::course::{
    Answers, BlockKind, CourseError, Demo, Lab, Lesson, Needs, Quiz, Setup, SourceError, Step, blocks, setup_of,
};
use crate::provision::EMPTY_FIXTURE;

/// A chapter, taken apart.
#[derive(Debug)]
pub struct Chapter {
    /// Its file below `book/src`, without `.md`: the name of its record too.
    pub id: String,
    /// What its demos are played as: a lesson of which only these matter.
    pub lesson: Lesson,
    pieces: Vec<Piece>,
}

/// What a chapter consists of, in order.
#[derive(Debug)]
enum Piece {
    /// Markdown as it stands.
    Text(String),
    Figure(String),
    /// The next demo of the lesson.
    Demo,
    Quiz(Quiz),
    /// The next set-up of the lesson.
    Setup,
    /// The name of a directive.
    Directive(String),
}

/// What stands in a `toml,chapter` block.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Header {
    fixture: String,
    databases: Vec<String>,
    needs: Option<Needs>,
}

impl Default for Header {
    fn default() -> Header {
        Header { fixture: EMPTY_FIXTURE.to_owned(), databases: Vec::new(), needs: None }
    }
}

impl Chapter {
    /// How many demos it has.
    pub fn demos(&self) -> usize {
        self.lesson.demos().count()
    }

    /// The book in `dir` as a lab without lessons, for a stage to play a chapter of.
    pub fn home(dir: &Path) -> Lab {
        Lab {
            number: 0,
            id: "book".to_owned(),
            title: String::new(),
            dir: dir.to_owned(),
            lessons: Vec::new(),
            checks: Vec::new(),
            answers: Answers::Here,
        }
    }

    /// The chapter as Markdown, with what its demos show according to its record. `course` is the folder that the book is in.
    pub(super) fn render(&self, course: &Path) -> anyhow::Result<String> {
        let record = self.lesson.record(&self.id);
        let demos = self.lesson.demos().map(|demo| demo.sql.as_str());
        let mut page = Page::new(record::read(&record, demos, &text::record_chapter(&self.id))?);
        let mut setups = self.lesson.setup.iter();
        let mut written = String::new();
        for piece in &self.pieces {
            let part = match piece {
                Piece::Text(markdown) => markdown.clone(),
                Piece::Figure(drawing) => page.figure(drawing),
                Piece::Demo => page.demo(),
                Piece::Quiz(question) => page.quiz(question),
                Piece::Setup => setups.next().map(page::setup).unwrap_or_default(),
                Piece::Directive(name) => directive::text(name, course)?,
            };
            written.push_str(&part);
        }
        Ok(written)
    }
}

/// The chapters of the book in `dir` that have demos, in its order.
///
/// # Errors
/// A file cannot be read, or has mistakes.
pub fn chapters(dir: &Path) -> anyhow::Result<Vec<Chapter>> {
    let book = MDBook::load_with_config(dir, Config::from_disk(dir.join("book.toml"))?)?;
    let mut chapters = Vec::new();
    for chapter in book.book.chapters() {
        let Some(name) = &chapter.source_path else { continue };
        chapters.push(parse_chapter(dir, name, &chapter.content).map_err(CourseError::Broken)?);
    }
    chapters.retain(|chapter| chapter.demos() > 0);
    Ok(chapters)
}

/// Takes a chapter of the book in the folder `book` apart; `name` is its path below `src`.
///
/// # Errors
/// Every mistake of the file, in the order of lines.
pub fn parse_chapter(book: &Path, name: &Path, text: &str) -> Result<Chapter, Vec<SourceError>> {
    let mut reader = Reader::default();
    let mut from = 0;
    for block in blocks(text) {
        let range = block.range.start..block.range.start + block.source.len();
        match reader.read(block.line, &block.kind, block.source) {
            Ok(None) => continue,
            Ok(Some(part)) => {
                reader.pieces.push(Piece::Text(text[from..range.start].to_owned()));
                reader.pieces.extend(part);
            }
            Err(mistake) => reader.mistakes.push(mistake),
        }
        from = range.end;
    }
    reader.pieces.push(Piece::Text(text[from..].to_owned()));
    reader.finish(book, name)
}

/// What takes the place of a block: nothing of it is shown, or a piece.
type Part = Option<Piece>;

#[derive(Default)]
struct Reader {
    header: Option<Header>,
    setup: Vec<Setup>,
    steps: Vec<Step>,
    pieces: Vec<Piece>,
    mistakes: Vec<(usize, String)>,
}

impl Reader {
    /// What takes the place of a block; `None` if it stays as it is.
    fn read(&mut self, line: usize, kind: &BlockKind, source: &str) -> Result<Option<Part>, (usize, String)> {
        match kind {
            BlockKind::Code { info, body } => self.read_code(line, info.trim(), body),
            BlockKind::Other => Ok(directive::name(source).map(|name| Some(Piece::Directive(name.to_owned())))),
            BlockKind::Heading { .. } | BlockKind::Quote => Ok(None),
        }
    }

    fn read_code(&mut self, line: usize, info: &str, body: &str) -> Result<Option<Part>, (usize, String)> {
        let piece = match info {
            "figure" => Piece::Figure(body.to_owned()),
            "quiz" => Piece::Quiz(Quiz::parse(body).map_err(|mistake| (line + mistake.line, mistake.message))?),
            "sql,demo" => {
                self.steps.push(Step::Demo(Demo { sql: body.to_owned(), line }));
                Piece::Demo
            }
            "toml,chapter" => {
                let header = toml::from_str(body).map_err(|error| (line, error.message().to_owned()))?;
                return match self.header.replace(header) {
                    None => Ok(Some(None)),
                    Some(_) => Err((line, text::SECOND_HEADER.to_owned())),
                };
            }
            other => match setup_of(other) {
                Some((role, database)) => {
                    self.setup.push(Setup { sql: body.to_owned(), role, database, line });
                    Piece::Setup
                }
                None if other.starts_with("sql,") || other.starts_with("toml,") => {
                    return Err((line, text::unknown_block(other)));
                }
                None => return Ok(None),
            },
        };
        Ok(Some(Some(piece)))
    }

    fn finish(self, book: &Path, name: &Path) -> Result<Chapter, Vec<SourceError>> {
        let file = book.join("src").join(name);
        if !self.mistakes.is_empty() {
            let place = |(line, message)| SourceError { file: file.clone(), line, message };
            return Err(self.mistakes.into_iter().map(place).collect());
        }
        let Header { fixture, databases, needs } = self.header.unwrap_or_default();
        let id = name.with_extension("").to_string_lossy().into_owned();
        let lesson = Lesson {
            number: 0,
            id: id.clone(),
            title: String::new(),
            minutes: 0,
            fixture,
            databases,
            needs,
            is_draft: false,
            file,
            records: book.join("expected"),
            hidden: None,
            setup: self.setup,
            steps: self.steps,
        };
        Ok(Chapter { id, lesson, pieces: self.pieces })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Chapter, Vec<SourceError>> {
        parse_chapter(Path::new("book"), Path::new("theory/life.md"), text)
    }

    #[test]
    fn blocks_of_the_kit_are_taken_and_the_rest_stays() {
        let text = "# T\n\n```toml,chapter\nfixture = \"mail\"\n```\n\nOne\n\n```sql\nSELECT 0;\n```\n\n```sql,setup\nA;\n```\n\n\
                    ```sql,demo\nSELECT 1;\n```\n\n{{#tutor x}}\n\n````md\n```sql,demo\n```\n````\n";
        let chapter = parse(text).unwrap();
        assert_eq!((chapter.id.as_str(), chapter.demos(), chapter.lesson.fixture.as_str()), ("theory/life", 1, "mail"));
        assert_eq!(chapter.lesson.setup[0].sql, "A;\n");
        let kept: String = chapter
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert!(kept.contains("```sql\nSELECT 0;\n```") && kept.contains("````md\n```sql,demo\n```\n````"), "{kept}");
        assert!(chapter.pieces.iter().any(|piece| matches!(piece, Piece::Setup)));
        assert!(!kept.contains("A;") && !kept.contains("mail") && !kept.contains("#tutor"), "{kept}");
    }

    #[test]
    fn a_mistake_has_its_line() {
        let mistakes = parse("# T\n\n```sql,demos\n```\n\n```toml,chapter\nfixtures = 1\n```\n").unwrap_err();
        assert_eq!(mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [3, 6]);
    }
}
