//! Finding a course on disk and reading its labs.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{CourseError, Exercise, Lesson, Needs, Setup, SourceError, parse_lesson};

/// The version of `lab.toml` and of the lesson format that this tutor reads.
pub(super) const FORMAT: u32 = 1;

/// The line of `lab.toml` that says that the answers are not here.
pub const WITHHELD_MARK: &str = "answers = \"withheld\"";

/// The folder of records, beside the lessons.
pub(super) const RECORDS: &str = "expected";

/// A folder with `labs/` and `fixtures/`.
#[derive(Debug)]
pub struct Course {
    root: PathBuf,
}

impl Course {
    /// The course in `named`; without it, in the working directory or above, or around the executable.
    pub fn find(named: Option<&Path>) -> Result<Course, CourseError> {
        if let Some(dir) = named {
            return if is_course(dir) { Ok(Course::at(dir)) } else { Err(CourseError::NoCourse(dir.to_owned())) };
        }
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let executable = std::env::current_exe().unwrap_or_default();
        here.ancestors()
            .chain(executable.ancestors().skip(1))
            .find(|dir| is_course(dir))
            .map(Course::at)
            .ok_or_else(|| CourseError::NoCourse(here.clone()))
    }

    fn at(dir: &Path) -> Course {
        Course { root: dir.to_owned() }
    }

    /// The folder that holds `labs/` and `fixtures/`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All labs, by number.
    pub fn labs(&self) -> Result<Vec<Lab>, CourseError> {
        let mut labs = self.lab_dirs()?.iter().map(|dir| Lab::read(dir)).collect::<Result<Vec<_>, _>>()?;
        labs.sort_by_key(|lab| lab.number);
        Ok(labs)
    }

    /// The lab of that number or id. Mistakes in other labs do not matter.
    pub fn lab(&self, asked: &str) -> Result<Lab, CourseError> {
        let mut known = Vec::new();
        for dir in self.lab_dirs()? {
            let header = match Header::read(&dir) {
                Ok((header, _)) => header,
                // A mistake in another lab does not matter; in this one, it is what there is to say.
                Err(broken) if is_dir_of(&dir, asked) => return Err(broken),
                Err(_) => continue,
            };
            if header.id == asked || header.number.to_string() == asked {
                return Lab::read(&dir);
            }
            known.push(format!("{} ({})", header.number, header.id));
        }
        known.sort();
        Err(CourseError::UnknownLab { asked: asked.to_owned(), known })
    }

    fn lab_dirs(&self) -> Result<Vec<PathBuf>, CourseError> {
        let labs = self.root.join("labs");
        let entries = fs::read_dir(&labs).map_err(|cause| CourseError::Unreadable { file: labs.clone(), cause })?;
        let mut dirs: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|dir| dir.join("lab.toml").is_file()).collect();
        dirs.sort();
        Ok(dirs)
    }
}

fn is_course(dir: &Path) -> bool {
    dir.join("labs").is_dir() && dir.join("fixtures").is_dir()
}

/// One lab: its lessons in order.
#[derive(Debug)]
pub struct Lab {
    /// The number students know it by.
    pub number: u32,
    /// Its id, stable over renames.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The folder of its files.
    pub dir: PathBuf,
    /// Its lessons in order; for grading, with an instructor's further exercises.
    pub lessons: Vec<Lesson>,
    /// An instructor's further checks, as lessons whose exercises are called like those that they check.
    pub checks: Vec<Lesson>,
    /// Whether its answers are here.
    pub answers: Answers,
}

/// Whether a lab's answers are with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// They stand in its lessons.
    #[default]
    Here,
    /// This is a copy for students, without them.
    Withheld,
}

/// A place in a lab: a lesson, and an exercise of it if one was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The index of the lesson in the lab.
    pub lesson: usize,
    /// The exercise.
    pub exercise: Option<&'a str>,
}

impl Lab {
    /// Reads `lab.toml` in `dir` and every lesson it names.
    pub fn read(dir: &Path) -> Result<Lab, CourseError> {
        let (header, text) = Header::read(dir)?;
        let mut lessons = Vec::new();
        let mut mistakes = Vec::new();
        for entry in &header.lesson {
            match read_lesson(dir, entry) {
                Ok(lesson) => lessons.push(lesson),
                Err(CourseError::Broken(found)) => mistakes.extend(found),
                Err(other) => return Err(other),
            }
        }
        if header.lesson.is_empty() {
            let message = "a lab has at least one `[[lesson]]`".to_owned();
            mistakes.push(SourceError { file: dir.join("lab.toml"), line: 1, message });
        }
        mistakes.extend(double_ids(dir, &text, &lessons));
        if header.answers == Answers::Here {
            mistakes.extend(lessons.iter().flat_map(missing_answers));
        }
        mistakes.extend(lessons.iter().flat_map(|lesson| unknown_earlier(lesson, &[])));
        mistakes.extend(lessons.iter().flat_map(unknown_databases));
        mistakes.extend(lessons.iter().flat_map(|lesson| missing_crates(dir, lesson)));
        if !mistakes.is_empty() {
            return Err(CourseError::Broken(mistakes));
        }
        let Header { number, id, title, answers, .. } = header;
        Ok(Lab { number, id, title, dir: dir.to_owned(), lessons, checks: Vec::new(), answers })
    }

    /// The place that a lesson's id or number, or an exercise's id, names.
    pub fn place(&self, asked: &str) -> Result<Place<'_>, CourseError> {
        for (index, lesson) in self.lessons.iter().enumerate() {
            if lesson.id == asked || lesson.number.to_string() == asked {
                return Ok(Place { lesson: index, exercise: None });
            }
            if let Some(exercise) = lesson.exercise(asked) {
                return Ok(Place { lesson: index, exercise: Some(&exercise.id) });
            }
        }
        if let Some(place) = self.formerly(asked) {
            return Ok(place);
        }
        Err(CourseError::UnknownPlace { asked: asked.to_owned(), lab: self.number, nearest: self.nearest_id(asked) })
    }

    /// The exercise that had this id before.
    fn formerly(&self, asked: &str) -> Option<Place<'_>> {
        let exercises = self.lessons.iter().enumerate().flat_map(|(lesson, l)| l.exercises().map(move |e| (lesson, e)));
        let mut named = exercises.filter(|(_, exercise)| exercise.check.former.iter().any(|former| former == asked));
        named.next().map(|(lesson, exercise)| Place { lesson, exercise: Some(&exercise.id) })
    }

    /// All exercises with their lessons, in order.
    pub fn exercises(&self) -> impl Iterator<Item = (&Lesson, &Exercise)> {
        self.lessons.iter().flat_map(|lesson| lesson.exercises().map(move |exercise| (lesson, exercise)))
    }

    pub(super) fn nearest_id(&self, asked: &str) -> Option<String> {
        let ids =
            self.lessons.iter().map(|lesson| lesson.id.as_str()).chain(self.exercises().map(|(_, e)| e.id.as_str()));
        crate::words::nearest(asked, ids).map(str::to_owned)
    }
}

/// What stands in `lab.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    number: u32,
    id: String,
    title: String,
    #[serde(default)]
    answers: Answers,
    lesson: Vec<LessonEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LessonEntry {
    number: u32,
    id: String,
    file: String,
    minutes: u32,
    fixture: String,
    #[serde(default)]
    databases: Vec<String>,
    needs: Option<Needs>,
    #[serde(default)]
    draft: bool,
}

impl Header {
    /// The header and the text it was read from.
    fn read(dir: &Path) -> Result<(Header, String), CourseError> {
        let file = dir.join("lab.toml");
        let text = read(&file)?;
        let at = |line, message| CourseError::Broken(vec![SourceError { file: file.clone(), line, message }]);
        let header: Header = toml::from_str(&text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            at(line_of(&text, offset), error.message().to_owned())
        })?;
        if header.format != FORMAT {
            let line = line_of(&text, text.find("format").unwrap_or(0));
            return Err(at(
                line,
                format!("format {} is not known here: this tutor reads format {FORMAT}", header.format),
            ));
        }
        Ok((header, text))
    }
}

fn read_lesson(dir: &Path, entry: &LessonEntry) -> Result<Lesson, CourseError> {
    let file = dir.join(&entry.file);
    let text = read(&file)?;
    let body = parse_lesson(&file, &text).map_err(CourseError::Broken)?;
    if let Some((line, _)) = body.hidden {
        let message = "`toml,hidden` is for a file that `--hidden` names, and not for a lab's lesson".to_owned();
        return Err(CourseError::Broken(vec![SourceError { file, line, message }]));
    }
    Ok(Lesson {
        number: entry.number,
        id: entry.id.clone(),
        title: body.title,
        minutes: entry.minutes,
        fixture: entry.fixture.clone(),
        databases: entry.databases.clone(),
        needs: entry.needs,
        is_draft: entry.draft,
        file,
        records: dir.join(RECORDS),
        hidden: None,
        setup: body.setup,
        steps: body.steps,
    })
}

/// Whether a lab's folder is called like what was asked for: `12-background-processes` for `12`.
fn is_dir_of(dir: &Path, asked: &str) -> bool {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    name.split_once('-').is_some_and(|(number, id)| number == asked || id == asked)
}

/// Exercises that `after` names and that are neither `known` nor earlier ones of the lesson.
pub(super) fn unknown_earlier(lesson: &Lesson, known: &[&str]) -> Vec<SourceError> {
    let mut seen: Vec<&str> = known.to_vec();
    let mut mistakes = Vec::new();
    for exercise in lesson.exercises() {
        for id in exercise.check.after.iter().filter(|id| !seen.contains(&id.as_str())) {
            let message = format!("`after` names {id:?}, which is no earlier exercise of this lesson");
            mistakes.push(SourceError { file: lesson.file.clone(), line: exercise.line, message });
        }
        seen.push(&exercise.id);
    }
    mistakes
}

/// Exercises without an answer.
pub(super) fn missing_answers(lesson: &Lesson) -> Vec<SourceError> {
    let without = lesson.exercises().filter(|exercise| exercise.answers.is_empty());
    let mistake = |exercise: &Exercise| SourceError {
        file: lesson.file.clone(),
        line: exercise.line,
        message: format!("exercise {:?} has no `sql,answer`", exercise.id),
    };
    without.map(mistake).collect()
}

/// Further databases that the lesson names, and `lab.toml` does not.
pub(super) fn unknown_databases(lesson: &Lesson) -> Vec<SourceError> {
    let of_setups = |setups: &[Setup]| -> Vec<(Option<String>, usize)> {
        setups.iter().map(|setup| (setup.database.clone(), setup.line)).collect()
    };
    let mut named = of_setups(&lesson.setup);
    for exercise in lesson.exercises() {
        let states = exercise.check.state.iter().map(|state| state.database.clone());
        named.extend(states.chain([exercise.check.database.clone()]).map(|name| (name, exercise.line)));
        named.extend(of_setups(&exercise.setup));
    }
    let unknown = named.into_iter().filter_map(|(name, line)| Some((name?, line)));
    unknown
        .filter(|(name, _)| !lesson.databases.contains(name))
        .map(|(name, line)| {
            let message =
                format!("there is no database {name:?}: `databases` in lab.toml lists a lesson's further ones");
            SourceError { file: lesson.file.clone(), line, message }
        })
        .collect()
}

/// Crates that exercises name and that are not there.
fn missing_crates(dir: &Path, lesson: &Lesson) -> Vec<SourceError> {
    let named = lesson.exercises().filter_map(|exercise| Some((exercise.check.build.as_deref()?, exercise.line)));
    named
        .filter(|(name, _)| !dir.join(name).join("Cargo.toml").is_file())
        .map(|(name, line)| {
            let message = format!("`build` names {name:?}, and there is no crate in a folder of that name here");
            SourceError { file: lesson.file.clone(), line, message }
        })
        .collect()
}

fn double_ids(dir: &Path, header: &str, lessons: &[Lesson]) -> Vec<SourceError> {
    let mut seen: Vec<&str> = Vec::new();
    let mut mistakes = Vec::new();
    for lesson in lessons {
        if seen.contains(&lesson.id.as_str()) {
            let line = line_of(header, header.rfind(&lesson.id).unwrap_or(0));
            let message = format!("the id {:?} is used twice in this lab", lesson.id);
            mistakes.push(SourceError { file: dir.join("lab.toml"), line, message });
        }
        seen.push(&lesson.id);
        for exercise in lesson.exercises() {
            for id in std::iter::once(&exercise.id).chain(&exercise.check.former) {
                if seen.contains(&id.as_str()) {
                    let message = format!("the id {id:?} is used twice in this lab");
                    mistakes.push(SourceError { file: lesson.file.clone(), line: exercise.line, message });
                }
                seen.push(id);
            }
        }
    }
    mistakes
}

/// The text of a file of the course.
pub(crate) fn read(file: &Path) -> Result<String, CourseError> {
    fs::read_to_string(file).map_err(|cause| CourseError::Unreadable { file: file.to_owned(), cause })
}

/// The line, counted from 1, that the byte at `offset` stands in.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count() + 1
}
