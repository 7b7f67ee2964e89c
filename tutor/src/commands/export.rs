//! `cargo tutor export --student`: a copy of the course without its answers.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Context, Failure, standard_output};
use crate::check::Expected;
use crate::course::{SECOND_DATA, SECOND_RECORD, WITHHELD_MARK, without_answers};
use crate::words::count;

/// Writes the copy to `target`, which is new or empty.
pub(super) fn run(context: &Context, target: &Path) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    // Mistakes come out before anything is written.
    let labs = course.labs()?;
    if fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("{} is not empty: name a new folder for the copy", target.display());
        return Err(Failure::Usage(message));
    }
    let mut files = 0;
    for folder in ["labs", "fixtures"] {
        for file in files_below(&course.root().join(folder))? {
            let relative = file.strip_prefix(course.root()).unwrap_or(&file);
            files += usize::from(copy(&file, &target.join(relative))?);
        }
    }
    let mut out = standard_output();
    writeln!(out, "wrote {} without answers to {}", count(files, "file"), target.display())?;
    if let Some(lab) = labs.first() {
        writeln!(out, "`cargo tutor --course {} lab {}` plays it.", target.display(), lab.number)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Copies one file as students get it; false if they do not get it.
fn copy(file: &Path, target: &Path) -> Result<bool, Failure> {
    let is_named = |name: &str| file.file_name().is_some_and(|file| file == name);
    let has_suffix = |suffix: &str| file.extension().is_some_and(|found| found == suffix);
    let text = match () {
        () if is_answer_of_a_crate(file) || is_of_second_data(file) => return Ok(false),
        () if is_named("lab.toml") => format!("{WITHHELD_MARK}\n{}", read(file)?),
        () if has_suffix("md") => without_answers(&read(file)?),
        () if has_suffix("snap") => without_wrongs(&read(file)?),
        () => {
            make_folder_of(target)?;
            fs::copy(file, target).map_err(|cause| fault(target, &cause))?;
            return Ok(true);
        }
    };
    make_folder_of(target)?;
    fs::write(target, text).map_err(|cause| fault(target, &cause))?;
    Ok(true)
}

/// A source beside a crate's manifest is an answer; the student's own is below `src`.
fn is_answer_of_a_crate(file: &Path) -> bool {
    file.extension().is_some_and(|suffix| suffix == "rs") && file.with_file_name("Cargo.toml").is_file()
}

/// What computed answers are told from typed ones by.
fn is_of_second_data(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    // Ids have no dots.
    name == SECOND_DATA || name.ends_with(".snap") && name.contains(SECOND_RECORD)
}

/// A record without what wrong answers show: it says which mistakes have their own feedback. Records of demos have none.
fn without_wrongs(record: &str) -> String {
    let Some(header) = record.match_indices("---\n").nth(1).map(|(at, mark)| at + mark.len()) else {
        return record.to_owned();
    };
    match Expected::parse(&record[header..]) {
        Ok(expected) => record[..header].to_owned() + &Expected { wrongs: Vec::new(), ..expected }.render(),
        Err(_) => record.to_owned(),
    }
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|cause| fault(folder, &cause))? {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        match () {
            () if is_hidden || path.ends_with("target") => {}
            () if path.is_dir() => files.extend(files_below(&path)?),
            () => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

fn make_folder_of(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|cause| fault(folder, &cause))
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|cause| fault(file, &cause))
}

fn fault(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::Environment(format!("cannot copy {}: {cause}", path.display()))
}
