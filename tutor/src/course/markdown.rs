//! Reading a lesson's Markdown: blocks first, then the steps that they make.

use std::ops::Range;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::lab::line_of;
use super::{Check, Demo, Exercise, Hidden, Quiz, Setup, SetupRole, SourceError, Step, Wrong};

/// What a lesson file holds; `lab.toml` has the rest of a lesson.
#[derive(Debug)]
pub struct LessonBody {
    /// The text of the only `#` heading.
    pub title: String,
    /// What an instructor says who keeps it from students, and the line of that block.
    pub hidden: Option<(usize, Hidden)>,
    /// What prepares the lesson's sandbox.
    pub setup: Vec<Setup>,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// Reads a lesson. `file` is named in mistakes only.
///
/// # Errors
/// Every mistake of the file, in the order of lines.
pub fn parse_lesson(file: &Path, text: &str) -> Result<LessonBody, Vec<SourceError>> {
    let mut reader = Reader::default();
    for block in blocks(text) {
        reader.read(block);
    }
    let body = reader.finish();
    body.map_err(|mistakes| {
        let place = |(line, message)| SourceError { file: file.to_owned(), line, message };
        mistakes.into_iter().map(place).collect()
    })
}

/// A block at the top level of the document.
pub(crate) struct Block<'a> {
    /// Its line, counted from 1.
    pub(crate) line: usize,
    pub(crate) range: Range<usize>,
    pub(crate) source: &'a str,
    pub(crate) kind: BlockKind,
}

pub(crate) enum BlockKind {
    Heading { level: HeadingLevel, text: String, id: Option<String>, classes: Vec<String> },
    Code { info: String, body: String },
    Quote,
    Other,
}

/// The blocks of a document, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let options = Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_TABLES;
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    let mut open: Option<(Range<usize>, BlockKind)> = None;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match &event {
            Event::Start(tag) => {
                if depth == 0 {
                    open = Some((range.clone(), start(tag)));
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(part) | Event::Code(part) => collect(&mut open, part),
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        let (range, kind) = match (event, open.take()) {
            (Event::End(TagEnd::HtmlBlock), _) => (range, BlockKind::Other),
            (_, Some(block)) => block,
            (_, None) => (range, BlockKind::Other),
        };
        let source = text[range.clone()].trim_end();
        blocks.push(Block { line: line_of(text, range.start), range, source, kind });
    }
    blocks
}

fn start(tag: &Tag<'_>) -> BlockKind {
    match tag {
        Tag::Heading { level, id, classes, .. } => BlockKind::Heading {
            level: *level,
            text: String::new(),
            id: id.as_ref().map(CowStr::to_string),
            classes: classes.iter().map(CowStr::to_string).collect(),
        },
        Tag::CodeBlock(CodeBlockKind::Fenced(info)) => BlockKind::Code { info: info.to_string(), body: String::new() },
        Tag::BlockQuote(_) => BlockKind::Quote,
        _ => BlockKind::Other,
    }
}

fn collect(open: &mut Option<(Range<usize>, BlockKind)>, part: &str) {
    match open {
        Some((_, BlockKind::Heading { text, .. })) => text.push_str(part),
        Some((_, BlockKind::Code { body, .. })) => body.push_str(part),
        _ => {}
    }
}

/// What a fenced block is for, from its info string.
enum Fence {
    Shown,
    Figure,
    Hint,
    Check,
    Demo,
    Quiz,
    Setup { role: SetupRole, database: Option<String> },
    Sidecar,
    Release,
    Cleanup,
    Answer,
    Wrong,
    Hidden,
}

/// Blocks that are only shown: the languages of their info strings.
const SHOWN_LANGUAGES: [&str; 8] = ["", "sql", "text", "console", "sh", "rust", "toml", "json"];

const FENCES: &str = "`sql,demo`, `sql,setup` (with `,as=admin`, `,database=NAME`), `sql,sidecar`, `sql,release`, `sql,cleanup`, \
     `sql,answer`, `sql,wrong`, `toml,check`, `hint`, `figure`, `quiz`, and plain `sql`, `text`, `console`, `sh`, `rust`, `toml`, \
     `json`";

impl Fence {
    fn of(info: &str) -> Result<Fence, String> {
        Ok(match info.trim() {
            "figure" => Fence::Figure,
            "hint" => Fence::Hint,
            "toml,check" => Fence::Check,
            "quiz" => Fence::Quiz,
            "sql,demo" => Fence::Demo,
            "sql,sidecar" => Fence::Sidecar,
            "sql,release" => Fence::Release,
            "sql,cleanup" => Fence::Cleanup,
            "sql,answer" => Fence::Answer,
            "sql,wrong" => Fence::Wrong,
            "toml,hidden" => Fence::Hidden,
            plain if SHOWN_LANGUAGES.contains(&plain) => Fence::Shown,
            other => {
                return setup_of(other)
                    .map(|(role, database)| Fence::Setup { role, database })
                    .ok_or_else(|| format!("a block `{other}` is not known; the kit knows {FENCES}"));
            }
        })
    }
}

/// Who runs a set-up and where, from the info string `sql,setup` with what may follow it.
pub(crate) fn setup_of(info: &str) -> Option<(SetupRole, Option<String>)> {
    let (mut role, mut database) = (SetupRole::Student, None);
    for part in info.strip_prefix("sql,setup")?.split(',').skip(1) {
        match part.split_once('=') {
            Some(("as", "admin")) => role = SetupRole::Admin,
            Some(("database", name)) => database = Some(name.to_owned()),
            _ => return None,
        }
    }
    Some((role, database))
}

/// Collects steps and mistakes, block by block.
#[derive(Default)]
struct Reader {
    title: Option<String>,
    hidden: Option<(usize, Hidden)>,
    setup: Vec<Setup>,
    steps: Vec<Step>,
    text: String,
    in_sections: bool,
    exercise: Option<Draft>,
    mistakes: Vec<(usize, String)>,
}

impl Reader {
    fn read(&mut self, block: Block<'_>) {
        let Block { line, source, kind, .. } = block;
        match kind {
            BlockKind::Heading { level: HeadingLevel::H1, text, .. } => self.read_title(line, text),
            BlockKind::Heading { level: HeadingLevel::H2, text, id, classes } => {
                self.close_section();
                self.in_sections = true;
                if classes.iter().any(|class| class == "exercise") {
                    self.open_exercise(line, text, id);
                } else {
                    self.add_text(source);
                }
            }
            BlockKind::Heading { .. } if self.exercise.is_some() => {
                self.mistake(
                    line,
                    "an exercise has no headings of its own: use bold text, or end the exercise with `##`",
                );
            }
            BlockKind::Code { info, body } => match Fence::of(&info) {
                Ok(fence) => self.read_fence(line, source, fence, body),
                Err(message) => self.mistake(line, message),
            },
            BlockKind::Quote => self.read_quote(source),
            BlockKind::Heading { .. } | BlockKind::Other => {
                self.miss_feedback();
                self.add_text(source);
            }
        }
    }

    fn read_title(&mut self, line: usize, text: String) {
        if self.title.is_some() {
            self.mistake(line, "a second `#` heading: a lesson has one title, its sections start with `##`");
        }
        self.title = Some(text);
    }

    fn open_exercise(&mut self, line: usize, title: String, id: Option<String>) {
        if id.is_none() {
            self.mistake(line, "an exercise needs an id: `## Title {#some-id .exercise}`");
        }
        self.exercise = Some(Draft { id: id.unwrap_or_default(), title, line, ..Draft::default() });
    }

    fn read_fence(&mut self, line: usize, source: &str, fence: Fence, body: String) {
        match (fence, &mut self.exercise) {
            (Fence::Shown, _) => self.add_text(source),
            (Fence::Figure, None) => self.add_step(Step::Figure(body)),
            (Fence::Demo, None) => self.add_step(Step::Demo(Demo { sql: body, line })),
            (Fence::Quiz, None) => match Quiz::parse(&body) {
                Ok(quiz) => self.add_step(Step::Quiz(quiz)),
                Err(mistake) => self.mistake(line + mistake.line, mistake.message),
            },
            (Fence::Setup { role, database }, None) if !self.in_sections => {
                self.setup.push(Setup { sql: body, role, database, line });
            }
            (Fence::Hidden, None) if !self.in_sections => self.read_hidden(line, &body),
            (Fence::Hidden, _) => self.mistake(line, "`toml,hidden` stands once, before the first `##`"),
            (Fence::Setup { .. }, None) => {
                self.mistake(
                    line,
                    "a lesson's `sql,setup` stands before its first `##`, an exercise's within the exercise",
                );
            }
            (_, None) => self.mistake(line, "this block belongs into an exercise: `## Title {#some-id .exercise}`"),
            (fence, Some(exercise)) => {
                if let Err((offset, message)) = exercise.read_fence(line, fence, body) {
                    self.mistake(line + offset, message);
                }
            }
        }
    }

    fn read_hidden(&mut self, line: usize, body: &str) {
        match toml::from_str(body) {
            Ok(hidden) if self.hidden.is_none() => self.hidden = Some((line, hidden)),
            Ok(_) => self.mistake(line, "`toml,hidden` stands once, before the first `##`"),
            Err(error) => {
                let offset = line_of(body, error.span().map_or(0, |span| span.start));
                self.mistake(line + offset, error.message());
            }
        }
    }

    /// A quote is the feedback of the wrong answer right above it, or else prose.
    fn read_quote(&mut self, source: &str) {
        match self.exercise.as_mut().and_then(|exercise| exercise.waiting_for_feedback.take()) {
            Some((_, sql)) => {
                let feedback =
                    source.lines().map(|line| line.trim_start().trim_start_matches('>').trim()).collect::<Vec<_>>();
                let wrong = Wrong { sql, feedback: feedback.join("\n") };
                if let Some(exercise) = &mut self.exercise {
                    exercise.wrongs.push(wrong);
                }
            }
            None => self.add_text(source),
        }
    }

    /// Something else than a quote follows a wrong answer.
    fn miss_feedback(&mut self) {
        if let Some((line, _)) = self.exercise.as_mut().and_then(|exercise| exercise.waiting_for_feedback.take()) {
            self.mistake(line, no_feedback(line));
        }
    }

    fn add_text(&mut self, source: &str) {
        let text = self.exercise.as_mut().map_or(&mut self.text, |exercise| &mut exercise.prompt);
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(source);
    }

    fn add_step(&mut self, step: Step) {
        self.flush_text();
        self.steps.push(step);
    }

    fn flush_text(&mut self) {
        if !self.text.is_empty() {
            self.steps.push(Step::Text(std::mem::take(&mut self.text)));
        }
    }

    fn close_section(&mut self) {
        self.flush_text();
        if let Some(draft) = self.exercise.take() {
            match draft.finish() {
                Ok(exercise) => self.steps.push(Step::Exercise(Box::new(exercise))),
                Err(mistakes) => self.mistakes.extend(mistakes),
            }
        }
    }

    fn mistake(&mut self, line: usize, message: impl Into<String>) {
        self.mistakes.push((line, message.into()));
    }

    fn finish(mut self) -> Result<LessonBody, Vec<(usize, String)>> {
        self.close_section();
        if self.title.is_none() {
            self.mistake(1, "a lesson starts with its title: `# Title`");
        }
        self.mistakes.sort();
        match self.title {
            Some(title) if self.mistakes.is_empty() => {
                Ok(LessonBody { title, hidden: self.hidden, setup: self.setup, steps: self.steps })
            }
            _ => Err(self.mistakes),
        }
    }
}

/// A block that was there, but with a mistake in it that has been reported.
struct Broken;

/// An exercise whose blocks are still being read.
#[derive(Default)]
struct Draft {
    id: String,
    title: String,
    line: usize,
    prompt: String,
    check: Option<Result<Check, Broken>>,
    setup: Vec<Setup>,
    sidecar: Option<String>,
    release: Option<String>,
    cleanup: Option<String>,
    hints: Vec<String>,
    answers: Vec<String>,
    wrongs: Vec<Wrong>,
    waiting_for_feedback: Option<(usize, String)>,
}

impl Draft {
    /// A mistake comes with its line within the block, counted from the fence.
    fn read_fence(&mut self, line: usize, fence: Fence, body: String) -> Result<(), (usize, String)> {
        if let Some((wrong, _)) = self.waiting_for_feedback.take() {
            return Err((0, no_feedback(wrong)));
        }
        match fence {
            Fence::Check => return self.read_check(&body),
            Fence::Setup { role, database } => self.setup.push(Setup { sql: body, role, database, line }),
            Fence::Sidecar => put(&mut self.sidecar, body, "sidecar")?,
            Fence::Release => put(&mut self.release, body, "release")?,
            Fence::Cleanup => put(&mut self.cleanup, body, "cleanup")?,
            Fence::Hint => self.hints.push(body.trim_end().to_owned()),
            Fence::Answer => self.answers.push(body),
            Fence::Wrong => self.waiting_for_feedback = Some((line, body)),
            Fence::Demo => return Err((0, "a demo stands outside of exercises".to_owned())),
            Fence::Quiz => return Err((0, "a quiz stands outside of exercises".to_owned())),
            Fence::Figure => return Err((0, "a figure stands outside of exercises".to_owned())),
            // Neither gets here.
            Fence::Shown | Fence::Hidden => {}
        }
        Ok(())
    }

    fn read_check(&mut self, body: &str) -> Result<(), (usize, String)> {
        let check = toml::from_str::<Check>(body).map_err(|error| {
            let line = line_of(body, error.span().map_or(0, |span| span.start));
            (line, error.message().to_owned())
        });
        let check = check.and_then(|check| match check.state.iter().find(|state| !state.can_be_seen()) {
            Some(state) => Err((0, format!("the state {:?} cannot be looked at `during` a statement", state.name))),
            None => Ok(check),
        });
        let (check, reported) = match check {
            Ok(check) => (Ok(check), Ok(())),
            Err(mistake) => (Err(Broken), Err(mistake)),
        };
        put(&mut self.check, check, "check")?;
        reported
    }

    fn finish(self) -> Result<Exercise, Vec<(usize, String)>> {
        let mut mistakes = Vec::new();
        if let Some((line, _)) = self.waiting_for_feedback {
            mistakes.push((line, no_feedback(line)));
        }
        if self.check.is_none() {
            mistakes.push((self.line, format!("exercise {:?} has no `toml,check`", self.id)));
        }
        match self.check {
            Some(Ok(check)) if mistakes.is_empty() => Ok(Exercise {
                id: self.id,
                title: self.title,
                prompt: self.prompt,
                check,
                setup: self.setup,
                sidecar: self.sidecar,
                release: self.release,
                cleanup: self.cleanup,
                hints: self.hints,
                answers: self.answers,
                wrongs: self.wrongs,
                line: self.line,
            }),
            _ => Err(mistakes),
        }
    }
}

fn no_feedback(line: usize) -> String {
    format!("the `sql,wrong` of line {line} has no feedback: write a quote (`> ...`) right below it")
}

fn put<T>(place: &mut Option<T>, value: T, name: &str) -> Result<(), (usize, String)> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err((0, format!("a second `{name}` in one exercise"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "\
# Counting

Some prose.

```sql,setup
CREATE TABLE t(x int);
```

## A section

Look at this:

```sql,demo
SELECT 1;
```

## One {#one .exercise}

Return one.

```toml,check
compare = \"rows\"
creates = [\"table foo\"]
```

```hint
Look at SELECT.
```

```sql,answer
SELECT 1;
```

```sql,wrong
SELECT 2;
```
> That is two.
> Try again.

## After

The end.
";

    fn parse(text: &str) -> Result<LessonBody, Vec<SourceError>> {
        parse_lesson(Path::new("lesson.md"), text)
    }

    fn mistakes(text: &str) -> Vec<String> {
        parse(text).expect_err("a mistake was expected").iter().map(SourceError::to_string).collect()
    }

    #[test]
    fn steps_come_in_reading_order() {
        let body = parse(LESSON).unwrap();
        assert_eq!(body.title, "Counting");
        assert_eq!(body.setup[0].sql, "CREATE TABLE t(x int);\n");
        let [Step::Text(prose), Step::Text(section), Step::Demo(demo), Step::Exercise(one), Step::Text(after)] =
            &body.steps[..]
        else {
            panic!("{:?}", body.steps)
        };
        assert_eq!(prose, "Some prose.");
        assert_eq!(section, "## A section\n\nLook at this:");
        assert_eq!(demo.sql, "SELECT 1;\n");
        assert_eq!((one.id.as_str(), one.prompt.as_str()), ("one", "Return one."));
        assert_eq!(one.check.creates[0].drop_statement(), "DROP TABLE IF EXISTS foo CASCADE");
        assert_eq!(one.wrongs[0].feedback, "That is two.\nTry again.");
        assert_eq!(after, "## After\n\nThe end.");
    }

    #[test]
    fn a_mistake_has_its_file_and_line() {
        let found = mistakes("# T\n\n## E {#e .exercise}\n\n```sql,answer\nSELECT 1;\n```\n");
        assert_eq!(found, ["lesson.md:3: exercise \"e\" has no `toml,check`"]);
        let found = mistakes("# T\n\n```sql,demonstration\n```\n");
        assert!(found[0].starts_with("lesson.md:3: a block `sql,demonstration` is not known"), "{found:?}");
        let found = mistakes(&LESSON.replace("\"rows\"", "\"lines\""));
        assert!(found[0].starts_with("lesson.md:22: ") && found[0].contains("unknown variant `lines`"), "{found:?}");
    }

    #[test]
    fn a_wrong_answer_without_feedback_is_a_mistake() {
        let found = mistakes(&LESSON.replace("> That is two.\n> Try again.\n", ""));
        assert!(found[0].contains("has no feedback"), "{found:?}");
    }
}
