//! `tutor grade`: submissions become a report.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::{fs, thread};

use super::{Context, Failure, standard_output};
use crate::grade::{Paper, Points, Rules, grade_all};

/// What the command line asks for.
pub(super) struct Wishes {
    pub(super) lab: String,
    pub(super) paths: Vec<PathBuf>,
    pub(super) jobs: Option<usize>,
    pub(super) only: Vec<String>,
    pub(super) seconds: u64,
    pub(super) points: Option<PathBuf>,
}

/// Grades what the paths hold.
pub(super) fn run(context: &Context, wishes: &Wishes) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let lab = course.lab(&wishes.lab)?;
    wishes.only.iter().try_for_each(|id| lab.place(id).map(drop))?;
    let points = match &wishes.points {
        Some(file) => toml::from_str(&fs::read_to_string(file)?).map_err(|error| Failure::Usage(error.to_string()))?,
        None => Points::default(),
    };
    let realm = context.realm(&course, &context.home()?)?;
    let rules =
        Rules { lab: &lab, only: wishes.only.clone(), points, exercise_time: Duration::from_secs(wishes.seconds) };
    let submissions = wishes.paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, Failure>>()?;
    let jobs = wishes.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let mut all = Vec::new();
    grade_all(&realm, &rules, submissions, jobs, &mut |graded| {
        eprintln!("{} {}/{} {:.1}s", graded.name, graded.score, graded.max_score, graded.seconds);
        all.push(graded);
    });
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let mut out = standard_output();
    serde_json::to_writer_pretty(&mut out, &all).map_err(|error| Failure::Environment(error.to_string()))?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &std::path::Path) -> Result<Paper, Failure> {
    let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        match line.trim().strip_prefix("-- exercise:") {
            Some(id) => current = id.trim().to_owned(),
            None => {
                let part = parts.entry(current.clone()).or_default();
                part.push_str(line);
                part.push('\n');
            }
        }
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Paper { source: path.display().to_string(), name, parts, ..Paper::default() })
}
