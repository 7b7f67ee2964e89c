//! `tutor grade`: submissions become a report.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::grading_progress::GradingProgress;
use super::{Context, Failure, INTERRUPTED, processors, standard_output};
use crate::check::Expected;
use crate::cli::GradeArgs;
use crate::course::{Answers, DataSet, Exercise, Lab, Lesson};
use crate::grade::formats::{Format, Target};
use crate::grade::intake::{IntakeRules, NamePattern, Roster, collect};
use crate::grade::journal::{Header, Journal};
use crate::grade::{
    Foreseen, Graded, Paper, Points, Realms, Report, Rules, Status, Step, grade_all, lab_digest, merge, script, similar,
};

/// How many submissions are graded at a time for each processor: more than half of the time they wait, for locks and
/// pauses that their lessons are about.
const JOBS_PER_PROCESSOR: usize = 2;

/// Grades what the paths hold, or puts reports together. Exit status 0 whatever the students' answers are; 3 when a
/// check itself failed; 130 after Ctrl-C.
pub(super) fn run(context: &Context, arguments: &GradeArgs) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let mut lab = course.lab(&arguments.lab)?;
    arguments.hidden.iter().try_for_each(|file| lab.add_hidden(file))?;
    if arguments.merge {
        let report = merge(reports(&arguments.paths)?, &Foreseen::of(&lab))?;
        tell_unknown(&report, &lab)?;
        return write(&report, arguments);
    }
    arguments.only.iter().try_for_each(|id| lab.place(id).map(drop))?;
    let papers = papers(&lab, arguments)?;
    can_be_written(arguments, papers.len())?;
    let exercise_time = Duration::from_secs(arguments.seconds.max(1));
    // A copy for students has no second data set.
    let second_data = !arguments.one_data_set && lab.answers == Answers::Here;
    let rules =
        Rules { lab: &lab, only: arguments.only.clone(), points: points(&lab, arguments)?, exercise_time, second_data };
    let home = context.home()?;
    let realm = context.realm(&course, &home)?;
    lab.hidden().try_for_each(|lesson| are_recorded(lesson, &lab, realm.major()))?;
    let second = rules.want_second_data().then(|| context.realm_with(DataSet::Second, &course, &home)).transpose()?;
    let digest =
        lab_digest(&rules, &course.root().join("fixtures")).map_err(|(file, cause)| cannot_read(&file, &cause))?;
    let realms = Realms { first: &realm, second: second.as_ref() };
    let run = Run { realms, rules: &rules, arguments, digest };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let graded = run.grade(papers, &stop)?;
    let report = run.report(graded);
    let written = write(&report, arguments)?;
    if stop.load(Ordering::Relaxed) {
        writeln!(io::stderr(), "{}", stopped(arguments))?;
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(written)
}

fn stopped(arguments: &GradeArgs) -> &'static str {
    match arguments.resume {
        Some(_) => "stopped: the report has what is graded so far; the same command goes on from there",
        None => "stopped: the report has what is graded so far; with --resume FILE, a stopped run can go on",
    }
}

/// Every further exercise and check is recorded as it is now; otherwise all students would meet a fault.
fn are_recorded(lesson: &Lesson, lab: &Lab, major: u16) -> Result<(), Failure> {
    let again = format!("cargo tutor check {} --hidden {} --record", lab.number, lesson.file.display());
    let is_recorded = |exercise: &Exercise| {
        let first = Expected::read(&lesson.record(&exercise.id), major).is_ok_and(|expected| {
            expected.answers.len() == exercise.answers.len() && expected.wrongs.len() == exercise.wrongs.len()
        });
        let second = || Expected::read(&lesson.record(&DataSet::Second.record_id(&exercise.id)), major).is_ok();
        first && (!exercise.check.second_data || second())
    };
    match lesson.exercises().find(|exercise| !is_recorded(exercise)) {
        None => Ok(()),
        Some(exercise) => Err(Failure::Usage(format!(
            "{}:{}: what the answers to {} show is not recorded, or not as they are now\n  `{again}` proves and records it",
            lesson.file.display(),
            exercise.line,
            exercise.id
        ))),
    }
}

/// Exercises that the lab does not have came from files that should be named here too.
fn tell_unknown(report: &Report, lab: &Lab) -> Result<(), Failure> {
    let mut exercises = report.submissions.iter().flat_map(|graded| &graded.exercises);
    if let Some(unknown) = exercises.find(|result| !lab.exercises().any(|(_, exercise)| exercise.id == result.id)) {
        let why = "without the --hidden FILE of the parts, its foreseen answers may be listed as similar";
        writeln!(io::stderr(), "lab {} has no exercise {}: {why}", lab.number, unknown.id)?;
    }
    Ok(())
}

fn points(lab: &Lab, arguments: &GradeArgs) -> Result<Points, Failure> {
    let Some(file) = &arguments.points else { return Ok(Points::default()) };
    let text = fs::read_to_string(file).map_err(|cause| cannot_read(file, &cause))?;
    Points::parse(&text, lab).map_err(|fault| Failure::Usage(format!("{}: {fault}", file.display())))
}

/// The submissions of this part, each divided by its markers.
fn papers(lab: &Lab, arguments: &GradeArgs) -> Result<Vec<Paper>, Failure> {
    let pattern = arguments.name_pattern.as_deref().map_or(Ok(NamePattern::Plain), NamePattern::parse)?;
    let roster = arguments.roster.as_deref().map(Roster::read).transpose()?;
    let intake = collect(&arguments.paths, &IntakeRules::of(lab, pattern, roster))?;
    for note in &intake.notes {
        writeln!(io::stderr(), "{note}")?;
    }
    let sole = match arguments.only.as_slice() {
        [only] => lab.place(only)?.exercise,
        _ => None,
    };
    let papers = intake.submissions.into_iter().map(|submission| {
        let parts = script::parts(&submission.files, lab, sole);
        Paper {
            name: submission.name,
            id: submission.id,
            email: submission.email,
            source: submission.source,
            digest: submission.digest,
            problems: submission.problems.into_iter().chain(parts.problems).collect(),
            parts: parts.parts.into_iter().map(|part| (part.exercise, part.text)).collect(),
        }
    });
    let papers: Vec<Paper> = papers.collect();
    Ok(match arguments.partition {
        Some(partition) => partition.take(papers),
        None => papers,
    })
}

/// A run over one class.
struct Run<'a> {
    realms: Realms<'a>,
    rules: &'a Rules<'a>,
    arguments: &'a GradeArgs,
    digest: String,
}

impl Run<'_> {
    fn grade(&self, papers: Vec<Paper>, stop: &Arc<AtomicBool>) -> Result<Vec<Graded>, Failure> {
        let mut journal =
            self.arguments.resume.as_deref().map(|file| Journal::open(file, &self.header())).transpose()?;
        let mut graded = Vec::new();
        let mut left = Vec::new();
        for paper in papers {
            match journal.as_mut().and_then(|journal| journal.take(&paper)) {
                Some(done) => graded.push(done),
                None => left.push(paper),
            }
        }
        let mut progress = GradingProgress::new(graded.len() + left.len(), graded.len());
        let jobs = self.arguments.jobs.unwrap_or_else(|| processors() * JOBS_PER_PROCESSOR);
        let mut failure = None;
        grade_all(self.realms, self.rules, left, jobs, stop, &mut |step| {
            progress.show(&step);
            let Step::Done(done) = step else { return };
            if let Some(Err(error)) = journal.as_mut().map(|journal| journal.keep(&done)) {
                // What cannot be kept would be lost; better to stop and say so.
                stop.store(true, Ordering::Relaxed);
                failure.get_or_insert(error);
            }
            graded.push(*done);
        });
        progress.end();
        failure.map_or(Ok(graded), |error| Err(error.into()))
    }

    fn header(&self) -> Header {
        Header {
            lab: self.rules.lab.id.clone(),
            lab_digest: self.digest.clone(),
            kit: env!("CARGO_PKG_VERSION").to_owned(),
            postgres_major: self.realms.first.major(),
        }
    }

    fn report(&self, mut submissions: Vec<Graded>) -> Report {
        submissions.sort_by(|one, other| (&one.name, &one.source).cmp(&(&other.name, &other.source)));
        let lab = self.rules.lab;
        Report {
            lab: lab.id.clone(),
            lab_number: lab.number,
            lab_title: lab.title.clone(),
            lab_digest: self.digest.clone(),
            kit: env!("CARGO_PKG_VERSION").to_owned(),
            postgres: self.realms.first.version().split_whitespace().nth(1).unwrap_or_default().to_owned(),
            similar: similar(&submissions, &Foreseen::of(lab)),
            submissions,
        }
    }
}

/// Reports that were written before, with the names of their files.
fn reports(paths: &[PathBuf]) -> Result<Vec<(String, Report)>, Failure> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).map_err(|cause| cannot_read(path, &cause))?;
        let report = serde_json::from_str(&text);
        let report = report.map_err(|error| {
            Failure::Usage(format!("{} is no report of `tutor grade --format json`: {error}", path.display()))
        })?;
        Ok((path.display().to_string(), report))
    };
    paths.iter().map(read).collect()
}

/// Refuses what could not be written in the end, before an hour is spent on it.
fn can_be_written(arguments: &GradeArgs, submissions: usize) -> Result<(), Failure> {
    match (&arguments.output, arguments.format.iter().find(|format| format.needs_folder(submissions))) {
        (None, Some(format)) => Err(Failure::Usage(format.needs_folder_error().to_string())),
        (Some(out), _) if !is_for_folder(out, arguments, submissions) => {
            let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            fs::metadata(folder).map(drop).map_err(|cause| cannot_write(out, &cause))
        }
        _ => Ok(()),
    }
}

/// Whether the output that was named is a folder, or has to become one.
fn is_for_folder(out: &Path, arguments: &GradeArgs, submissions: usize) -> bool {
    let formats = &arguments.format;
    out.is_dir() || formats.len() > 1 || formats.iter().any(|format| format.needs_folder(submissions))
}

fn write(report: &Report, arguments: &GradeArgs) -> Result<ExitCode, Failure> {
    let formats = &arguments.format;
    match &arguments.output {
        Some(out) if is_for_folder(out, arguments, report.submissions.len()) => {
            for format in formats {
                format.write(report, Target::Folder(out))?;
            }
            for format in formats {
                writeln!(io::stderr(), "wrote {}", out.join(format.file_name()).display())?;
            }
        }
        Some(out) => {
            let mut file = fs::File::create(out).map_err(|cause| cannot_write(out, &cause))?;
            formats.iter().try_for_each(|format: &Format| format.write(report, Target::Stream(&mut file)))?;
        }
        None => {
            let mut out = standard_output();
            formats.iter().try_for_each(|format| format.write(report, Target::Stream(&mut out)))?;
            out.flush()?;
        }
    }
    let mut statuses = report.submissions.iter().flat_map(|graded| &graded.exercises).map(|exercise| exercise.status);
    let has_failed = statuses.any(|status| status == Status::CheckerError);
    Ok(if has_failed { ExitCode::from(3) } else { ExitCode::SUCCESS })
}

fn cannot_read(path: &Path, cause: &io::Error) -> Failure {
    Failure::Usage(format!("cannot read {}: {cause}", path.display()))
}

fn cannot_write(path: &Path, cause: &io::Error) -> Failure {
    Failure::Environment(format!("cannot write {}: {cause}", path.display()))
}
