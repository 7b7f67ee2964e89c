//! `cargo bench --bench grading`: how many ordinary submissions are graded in a minute, and how much memory the tutor
//! takes meanwhile. It reports and asserts nothing, so a slow machine never fails.
//!
//! A class whose members all hand in the same right answers, from lessons with workers, waits and pauses, is graded as
//! `tutor grade` does it without further options.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Parser;
use speed_report::statistics::Summary;
use tutor::course::Course;

/// What everybody has answered.
const EXERCISES: [&str; 12] = [
    "exactly-one-worker",
    "see-the-workers",
    "first-remote-query",
    "collect-the-result",
    "2-2-in-the-background",
    "commands-return-their-tag",
    "fill-the-queue",
    "detach-lets-it-go",
    "take-a-batch",
    "the-procedure",
    "the-wrapper",
    "take-task",
];

/// Submissions in a minute that there are meant to be at least.
const BAR_PER_MINUTE: f64 = 20.0;

/// Memory that the tutor's own process is meant not to exceed.
const BAR_MB: f64 = 200.0;

/// The pause between two looks at the process.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How much is graded.
#[derive(Parser)]
struct Options {
    /// Submissions in a class; 200 take about eight minutes.
    #[arg(long, default_value_t = 12)]
    submissions: usize,
    /// How often the class is graded.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many submissions are graded at a time (default: the tutor's own).
    #[arg(long)]
    jobs: Option<usize>,
    /// `cargo bench` says that this is one.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What grading a class once took.
struct Sample {
    per_minute: f64,
    /// The most that the process had, in megabytes; none where the system does not tell.
    peak_mb: Option<f64>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let course = Course::find(None)?;
    let class = class(&course, options.submissions)?;
    // The first time, the kit may have to be built.
    grade(course.root(), class.path(), 1, Some(1))?;
    let rounds = 0..options.rounds.max(1);
    let graded = rounds.map(|_| grade(course.root(), class.path(), options.submissions, options.jobs));
    let samples = graded.collect::<anyhow::Result<Vec<Sample>>>()?;
    let mut out = io::stdout();
    writeln!(out, "{} submissions of {} exercises each", options.submissions, EXERCISES.len())?;
    let per_minute: Vec<f64> = samples.iter().map(|sample| sample.per_minute).collect();
    let peaks: Vec<f64> = samples.iter().filter_map(|sample| sample.peak_mb).collect();
    write_line(&mut out, "submissions a minute", &per_minute, &format!("at least {BAR_PER_MINUTE}"))?;
    write_line(&mut out, "peak memory in MB", &peaks, &format!("at most {BAR_MB}"))
}

fn write_line(out: &mut dyn Write, what: &str, samples: &[f64], bar: &str) -> anyhow::Result<()> {
    match Summary::of(samples) {
        Some(Summary { median, min, max, .. }) => {
            writeln!(out, "{what:<21} median {median:6.1}   min {min:6.1}   max {max:6.1}   bar: {bar}")?;
        }
        None => writeln!(out, "{what:<21} not available")?,
    }
    Ok(())
}

/// A folder with submissions, named after nobody.
fn class(course: &Course, submissions: usize) -> anyhow::Result<tempfile::TempDir> {
    let lab = course.lab("12")?;
    let answer = |id: &&str| {
        let found = lab.exercises().find(|(_, exercise)| exercise.id == *id);
        let answer = found.and_then(|(_, exercise)| exercise.answers.first());
        answer.map(|answer| format!("-- exercise: {id}\n{answer}\n")).with_context(|| format!("{id} has no answer"))
    };
    let script: String = EXERCISES.iter().map(answer).collect::<anyhow::Result<_>>()?;
    let folder = tempfile::tempdir()?;
    for number in 1..=submissions.max(1) {
        fs::write(folder.path().join(format!("student-{number:03}.sql")), &script)?;
    }
    Ok(folder)
}

/// Grades the first submissions of a class.
fn grade(root: &Path, class: &Path, submissions: usize, jobs: Option<usize>) -> anyhow::Result<Sample> {
    let report = class.join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tutor-under-test"));
    command.args(["grade", "12", "--format", "json", "--output"]).arg(&report).current_dir(root);
    command.args((1..=submissions.max(1)).map(|number| class.join(format!("student-{number:03}.sql"))));
    command.args(jobs.map(|jobs| format!("--jobs={jobs}"))).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().context("the tutor does not start")?;
    let peak_mb = watch(&mut child)?;
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&report).context("there is no report")?)?;
    let scores = report["submissions"].as_array().into_iter().flatten().filter_map(|graded| graded["score"].as_f64());
    let right = scores.filter(|score| *score >= EXERCISES.len() as f64).count();
    ensure!(right == submissions.max(1), "only {right} of {submissions} submissions are right");
    Ok(Sample { per_minute: right as f64 / minutes, peak_mb })
}

/// Waits for the process; the most memory that it had.
fn watch(child: &mut Child) -> anyhow::Result<Option<f64>> {
    let path = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait()?.is_none() {
        // Nothing is there any more once it has ended.
        peak = peak_mb(&fs::read_to_string(&path).unwrap_or_default()).or(peak);
        thread::sleep(LOOK_AGAIN);
    }
    Ok(peak)
}

fn peak_mb(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
