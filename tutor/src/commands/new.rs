//! `cargo tutor new`: the skeleton of a lab or a lesson, which plays at once.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Context, Failure, standard_output};
use crate::cli::NewCommand;
use crate::course::{Course, Lab, skeleton};

/// The id and the title of the lesson that a new lab begins with.
const FIRST_LESSON: (&str, &str) = ("first-steps", "First steps");

/// What `fixtures` of a new course says.
const FIXTURES_README: &str = "\
# Fixtures

One SQL file makes one fixture: `mail.sql` makes the fixture `mail`. It is run once, as the student's role, in an empty
database, and every sandbox of a lesson with `fixture = \"mail\"` is a copy of that database. `empty` is always there.

`second.toml` has the settings that fixtures and set-ups make the second data set with, for exercises that say
`second_data = true`: a line such as `pages = 13` for `coalesce(current_setting('lab.pages', true), '10')::int`.
";

/// Writes the skeleton and says what to do next.
pub(super) fn run(context: &Context, command: &NewCommand) -> Result<ExitCode, Failure> {
    let written = match command {
        NewCommand::Lab { number, id, title } => new_lab(context, *number, id, title.as_deref())?,
        NewCommand::Lesson { lab, id, title } => new_lesson(&context.course()?.lab(lab)?, id, title.as_deref())?,
    };
    let mut out = standard_output();
    written.files.iter().try_for_each(|file| writeln!(out, "wrote {}", file.display()))?;
    let lab = written.lab;
    writeln!(out, "`tutor lab {lab}` plays it, `tutor check {lab} --record` records and proves it.")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

struct Written {
    lab: u32,
    files: Vec<PathBuf>,
}

fn new_lab(context: &Context, number: u32, id: &str, title: Option<&str>) -> Result<Written, Failure> {
    check_id(id)?;
    let course = open_or_make(context)?;
    for lab in course.labs()? {
        if lab.number == number || lab.id == id {
            let message = format!("there is a lab {} ({}) already: take another number and id", lab.number, lab.id);
            return Err(Failure::Usage(message));
        }
    }
    let dir = course.root().join("labs").join(format!("{number:02}-{id}"));
    let (lesson, lesson_title) = FIRST_LESSON;
    let header = skeleton::lab_header(number, id, &title.map_or_else(|| title_of(id), str::to_owned));
    let files = [
        (dir.join("lab.toml"), header + &skeleton::lesson_entry(1, lesson)),
        (dir.join(skeleton::lesson_file(1, lesson)), skeleton::lesson(lesson, lesson_title)),
    ];
    fs::create_dir_all(&dir).map_err(|cause| unwritable(&dir, &cause))?;
    files.iter().try_for_each(|(file, text)| write_new(file, text))?;
    Ok(Written { lab: number, files: files.map(|(file, _)| file).into() })
}

fn new_lesson(lab: &Lab, id: &str, title: Option<&str>) -> Result<Written, Failure> {
    check_id(id)?;
    if lab.place(id).is_ok() {
        return Err(Failure::Usage(format!("lab {} has a lesson or an exercise {id:?} already", lab.number)));
    }
    let number = lab.lessons.iter().map(|lesson| lesson.number).max().unwrap_or(0) + 1;
    let file = lab.dir.join(skeleton::lesson_file(number, id));
    write_new(&file, &skeleton::lesson(id, &title.map_or_else(|| title_of(id), str::to_owned)))?;
    let header = lab.dir.join("lab.toml");
    let opened = File::options().append(true).open(&header);
    let appended = opened.and_then(|mut header| header.write_all(skeleton::lesson_entry(number, id).as_bytes()));
    appended.map_err(|cause| unwritable(&header, &cause))?;
    Ok(Written { lab: lab.number, files: vec![file, header] })
}

/// The course; where `--course` names an empty or new folder, it becomes one.
fn open_or_make(context: &Context) -> Result<Course, Failure> {
    if let Some(dir) = &context.common.course
        && is_empty(dir)
    {
        for folder in ["labs", "fixtures"] {
            fs::create_dir_all(dir.join(folder)).map_err(|cause| unwritable(dir, &cause))?;
        }
        write_new(&dir.join("fixtures/README.md"), FIXTURES_README)?;
    }
    context.course()
}

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).map_or(!dir.exists(), |mut entries| entries.next().is_none())
}

fn check_id(id: &str) -> Result<(), Failure> {
    if skeleton::is_id(id) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{id:?} is no id: small letters, digits and hyphens between them, as in `parallel-count`"
    )))
}

/// `two-words` becomes `Two words`.
fn title_of(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn write_new(file: &Path, text: &str) -> Result<(), Failure> {
    let written = File::create_new(file).and_then(|mut new| new.write_all(text.as_bytes()));
    written.map_err(|cause| unwritable(file, &cause))
}

fn unwritable(file: &Path, cause: &std::io::Error) -> Failure {
    Failure::Environment(format!("cannot write {}: {cause}", file.display()))
}
