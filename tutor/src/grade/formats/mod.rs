//! A report in the formats that people and other programs read.
//!
//! ```text
//! Report ──┬─ text, json, junit, csv ──────> one file
//!          ├─ gradescope ──────────────────> results.json; of several submissions, a folder for each
//!          └─ html ──> index.html and students/<number>-<name>.html
//! ```
//!
//! Everything in a report may have been written by a hostile student: each format escapes what it must, and all of them
//! show control characters and marks that turn the direction of text as `plain::visible` does. The same report gives
//! the same bytes.

mod csv;
mod gradescope;
mod html;
mod json;
mod junit;
mod plain;
mod text;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Graded, Report};

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
pub enum Format {
    /// A table for people.
    Text,
    /// The whole report, for programs; `report.schema.json` describes it.
    Json,
    /// JUnit XML, for systems of continuous integration.
    Junit,
    /// One row for each student, for a gradebook.
    Csv,
    /// Gradescope's `results.json`.
    Gradescope,
    /// A page for the class and one for each student.
    Html,
}

/// Where a report is written.
pub enum Target<'a> {
    /// A file, or standard output.
    Stream(&'a mut dyn Write),
    /// A folder, made where there is none; what else is in it stays.
    Folder(&'a Path),
}

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It comes to several files.
    #[error("the format `{format}` comes to several files{why}: name a folder with -o")]
    NeedsFolder {
        /// The format's name.
        format: String,
        /// Why, where it is not always so.
        why: &'static str,
    },
    /// The folder or a file in it could not be written.
    #[error("cannot write {file}: {cause}")]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The stream could not be written.
    #[error("cannot write the report: {0}")]
    Stream(#[from] io::Error),
}

/// Takes a file of a report: its path below the report's folder, and what is in it.
type TakeFile<'a> = dyn FnMut(&str, &[u8]) -> Result<(), WriteError> + 'a;

impl Format {
    /// What its file is called in a folder; the one to open first where there are several.
    pub fn file_name(self) -> &'static str {
        match self {
            Format::Text => "report.txt",
            Format::Json => "report.json",
            Format::Junit => "junit.xml",
            Format::Csv => "grades.csv",
            Format::Gradescope => "results.json",
            Format::Html => "index.html",
        }
    }

    /// Whether a report on so many submissions comes to several files, so that only a folder can take it.
    pub fn needs_folder(self, submissions: usize) -> bool {
        match self {
            Format::Html => true,
            Format::Gradescope => submissions != 1,
            _ => false,
        }
    }

    /// Writes the report.
    pub fn write(self, report: &Report, target: Target<'_>) -> Result<(), WriteError> {
        match target {
            Target::Folder(folder) => self.write_files(report, &mut |path, bytes| write_file(folder, path, bytes)),
            Target::Stream(_) if self.needs_folder(report.submissions.len()) => Err(self.needs_folder_error()),
            Target::Stream(out) => {
                let mut out = BufWriter::new(out);
                self.write_stream(report, &mut out)?;
                Ok(out.flush()?)
            }
        }
    }

    fn write_files(self, report: &Report, take: &mut TakeFile<'_>) -> Result<(), WriteError> {
        match self {
            Format::Html => html::write(report, take),
            Format::Gradescope if self.needs_folder(report.submissions.len()) => gradescope::write_class(report, take),
            _ => {
                let mut bytes = Vec::new();
                self.write_stream(report, &mut bytes)?;
                take(self.file_name(), &bytes)
            }
        }
    }

    fn write_stream(self, report: &Report, out: &mut dyn Write) -> Result<(), WriteError> {
        match self {
            Format::Text => text::write(report, out)?,
            Format::Json => json::write(report, out)?,
            Format::Junit => junit::write(report, out)?,
            Format::Csv => csv::write(report, out)?,
            Format::Gradescope => match &report.submissions[..] {
                [graded] => gradescope::write(graded, out)?,
                _ => return Err(self.needs_folder_error()),
            },
            Format::Html => return Err(self.needs_folder_error()),
        }
        Ok(())
    }

    /// Why it is not written to a stream.
    pub fn needs_folder_error(self) -> WriteError {
        let why = if self == Format::Gradescope { " unless there is a single submission" } else { "" };
        let format = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        WriteError::NeedsFolder { format, why }
    }
}

fn write_file(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
    let file = folder.join(path);
    let parent = file.parent().unwrap_or(folder);
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(&file, bytes));
    written.map_err(|cause| WriteError::File { file, cause })
}

/// Names for the files of submissions, in their order: a number, which makes them different, and what of a name every
/// file system takes.
fn file_stems(submissions: &[Graded]) -> Vec<String> {
    let digits = submissions.len().to_string().len();
    let stem = |(index, graded): (usize, &Graded)| format!("{:0digits$}-{}", index + 1, slug(&graded.name));
    submissions.iter().enumerate().map(stem).collect()
}

fn slug(name: &str) -> String {
    const LONGEST: usize = 40;
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    slug.truncate(LONGEST);
    if slug.is_empty() { "student".to_owned() } else { slug }
}

/// A class whose names and answers are as bad as they come.
#[cfg(test)]
pub(super) fn class() -> Report {
    serde_json::from_str(include_str!("class.json")).expect("a report")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(format: Format, report: &Report) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut take = |path: &str, bytes: &[u8]| {
            files.push((path.to_owned(), bytes.to_vec()));
            Ok(())
        };
        format.write_files(report, &mut take).expect("files");
        files
    }

    #[test]
    fn the_same_report_gives_the_same_bytes() {
        for format in Format::value_variants() {
            assert_eq!(files(*format, &class()), files(*format, &class()), "{format:?}");
        }
    }

    #[test]
    fn nobody_is_a_class_too() {
        let nobody = Report { submissions: Vec::new(), similar: Vec::new(), ..class() };
        for format in Format::value_variants() {
            files(*format, &nobody);
        }
    }

    #[test]
    fn nothing_hostile_is_left_in_any_format() {
        for format in Format::value_variants() {
            for (path, bytes) in files(*format, &class()) {
                let text = String::from_utf8(bytes).expect("UTF-8");
                let hostile = |c: char| c.is_control() && !"\n\r\t".contains(c) || "\u{202e}\u{2066}".contains(c);
                // JSON escapes control characters, and its readers get the text as it is.
                let is_json = path.ends_with(".json");
                let found = text.chars().find(|c| hostile(*c) && (c.is_control() || !is_json));
                assert_eq!(found, None, "{format:?} {path}");
            }
        }
    }

    #[test]
    fn several_files_need_a_folder() {
        let one = Report { submissions: class().submissions[..1].to_vec(), ..class() };
        let mut out = Vec::new();
        let refused = Format::Html.write(&one, Target::Stream(&mut out)).expect_err("a refusal").to_string();
        assert_eq!(refused, "the format `html` comes to several files: name a folder with -o");
        let refused = Format::Gradescope.write(&class(), Target::Stream(&mut out)).expect_err("a refusal");
        assert!(refused.to_string().contains("single submission"), "{refused}");
        Format::Gradescope.write(&one, Target::Stream(&mut out)).expect("a file");
    }

    #[test]
    fn a_folder_takes_every_format() {
        let folder = tempfile::tempdir().expect("a folder");
        for format in Format::value_variants() {
            format.write(&class(), Target::Folder(&folder.path().join("new"))).expect("files");
        }
        for format in Format::value_variants().iter().filter(|format| **format != Format::Gradescope) {
            assert!(folder.path().join("new").join(format.file_name()).is_file(), "{format:?}");
        }
    }

    #[test]
    fn names_of_files_are_tame() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("李雷"), "student");
        assert_eq!(slug("O'Brien, Zoë <b>"), "o-brien-zo-b");
    }
}
