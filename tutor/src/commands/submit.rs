//! `tutor submit`: what a student hands in, from their progress.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Context, Failure, standard_output};
use crate::grade::submission::{Head, Submission};

/// What the command line asks for.
pub(super) struct Wishes {
    pub(super) lab: String,
    pub(super) output: Option<PathBuf>,
    pub(super) all: bool,
    pub(super) name: Option<String>,
}

/// Writes the script to the file or to standard output, and a summary to standard error; exit status 1 when there is
/// nothing to hand in.
pub(super) fn run(context: &Context, wishes: &Wishes) -> Result<ExitCode, Failure> {
    let lab = context.course()?.lab(&wishes.lab)?;
    let progress = context.progress(&context.home()?)?.lab(&lab.id);
    let submission = Submission::of(&lab, &progress, wishes.all);
    if submission.is_empty() {
        let hint = if wishes.all { "" } else { "; with --all, your last tries are handed in too" };
        writeln!(io::stderr(), "tutor: no exercise of lab {} has passed yet{hint}", lab.number)?;
        return Ok(ExitCode::from(1));
    }
    let file = wishes.output.as_ref().map(|file| file.display().to_string());
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let kit = env!("CARGO_PKG_VERSION");
    let script = submission.script(&Head { kit, date: &date, name: wishes.name.as_deref(), file: file.as_deref() });
    match &wishes.output {
        Some(file) => write_new(file, &script)?,
        None => {
            let mut out = standard_output();
            out.write_all(script.as_bytes())?;
            out.flush()?;
        }
    }
    let place = file.map(|file| format!("wrote {file}: ")).unwrap_or_default();
    write!(io::stderr(), "{place}{}", submission.summary())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that is not there yet.
fn write_new(file: &Path, text: &str) -> Result<(), Failure> {
    let new = OpenOptions::new().write(true).create_new(true).open(file);
    let written = new.and_then(|mut new| new.write_all(text.as_bytes()).and_then(|()| new.sync_all()));
    written.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => Failure::Usage(format!(
            "{} is there already, and is left as it is\n  name another file with -o, or remove that one first",
            file.display()
        )),
        _ => Failure::Environment(format!("cannot write {}: {cause}", file.display())),
    })
}
