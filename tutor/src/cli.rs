//! The command line.

pub mod environment;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::grade::Partition;
use crate::grade::formats::Format;

/// Learn PostgreSQL's background processes on a server of your own.
#[derive(Debug, Parser)]
#[command(name = "tutor", version, propagate_version = true, after_long_help = environment::help())]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What all commands take.
    #[command(flatten)]
    pub common: Common,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// The course: a folder with `labs` and `fixtures` (default: found from the working directory).
    #[arg(long, global = true, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// Install missing system packages without asking.
    #[arg(long, global = true)]
    pub yes: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a lab where you left it.
    Lab {
        /// The lab's number or id.
        #[arg(value_name = "LAB")]
        lab: String,
        /// Start at this lesson or exercise (`tutor list` shows the ids).
        #[arg(long, value_name = "ID")]
        at: Option<String>,
    },
    /// Work freely at the prompt, without a lab.
    Play {
        /// The database to work in, or a connection string to a server of your own.
        #[arg(long, value_name = "NAME", default_value = crate::server::PLAY_DATABASE)]
        database: String,
        /// Who to work as.
        #[arg(long, value_enum, default_value = "student")]
        role: RoleName,
    },
    /// Write your accepted answers as one script, to hand in.
    Submit {
        /// The lab's number or id.
        #[arg(value_name = "LAB")]
        lab: String,
        /// The file to write (default: standard output).
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// With your last tries at exercises that have not passed.
        #[arg(long)]
        all: bool,
        /// Your name, for the head of the script.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// List labs, lessons and exercises with their ids.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show how far you are.
    Progress {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prove a lab: right answers pass, wrong ones fail with their own feedback.
    Check {
        /// The lab's number or id (default: every lab).
        #[arg(value_name = "LAB")]
        lab: Option<String>,
        /// Only this lesson or exercise.
        #[arg(long, value_name = "ID")]
        only: Option<String>,
        /// Write what answers and wrong answers show (of this exercise or lesson only, if one is named).
        #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
        record: Option<String>,
        /// Prove it so many times, to find what passes only sometimes.
        #[arg(long, value_name = "N", default_value_t = 1)]
        repeat: u32,
        /// How many lessons are proved at a time (default: two for each processor).
        #[arg(long, value_name = "N")]
        jobs: Option<usize>,
        /// Prove this file of further exercises and checks, not the lab; may be given several times.
        #[arg(long, value_name = "FILE", requires = "lab")]
        hidden: Vec<PathBuf>,
    },
    /// Grade submissions: a gradebook, and a report for each student.
    Grade(GradeArgs),
    /// Write the skeleton of a lab or a lesson.
    New {
        /// What to write.
        #[command(subcommand)]
        command: NewCommand,
    },
    /// Copy the course for students, without its answers.
    Export {
        /// The folder of the copy, new or empty.
        #[arg(long, value_name = "DIR")]
        student: PathBuf,
    },
    /// Build the course text as web pages, and show it.
    Book(BookArgs),
    /// Start, stop or reach your private PostgreSQL server.
    Server {
        /// What to do with it.
        #[command(subcommand)]
        command: ServerCommand,
    },
    /// Look for trouble, and say what helps.
    Doctor,
}

/// What to grade, and how.
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// The lab's number or id.
    #[arg(value_name = "LAB")]
    pub lab: String,
    /// Files, folders or archives of submissions; with `--merge`, reports in JSON.
    ///
    /// A file that is named is one submission. In a folder or an archive, each folder is one student's and each file is
    /// one student's. Only when all files there are called like exercises, lessons, numbers of lessons or parts of the
    /// work (exactly-one-worker.sql, 3.sql, b.sql, q2.sql, answers.sql), they are together one student's, whom the folder names.
    /// Where that is a guess, a line on standard error says what was taken as what.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// How the report is written; may be given several times.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: Vec<Format>,
    /// The file of the report, or the folder of several formats and of HTML (default: standard output).
    #[arg(long, short, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// How many submissions are graded at a time (default: two for each processor).
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Only this lesson or exercise; may be given several times.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Play nothing again over the second data set, which tells computed answers from typed ones.
    #[arg(long)]
    pub one_data_set: bool,
    /// How long one exercise may take, in seconds; a submission may take ten times as long.
    #[arg(long, value_name = "N", default_value_t = crate::grade::limits::EXERCISE_TIME.as_secs())]
    pub seconds: u64,
    /// Further exercises and checks that students never get: a lesson file, its records in `expected` beside it
    /// (`tutor check LAB --hidden FILE --record` writes them); may be given several times.
    #[arg(long, value_name = "FILE")]
    pub hidden: Vec<PathBuf>,
    /// Points and weights in place of the lab's (TOML: `[exercises]` and `[weights]`).
    #[arg(long, value_name = "FILE")]
    pub points: Option<PathBuf>,
    /// What file names say: `moodle`, `canvas`, or a regular expression with groups `name`, `id` and `time`.
    #[arg(long, value_name = "PATTERN")]
    pub name_pattern: Option<String>,
    /// Who the students are: a CSV file with a header.
    #[arg(long, value_name = "CSV")]
    pub roster: Option<PathBuf>,
    /// Grade only the K-th of N parts of the submissions, for several machines.
    #[arg(long, value_name = "K/N")]
    pub partition: Option<Partition>,
    /// Put the reports of parts together, without grading anything.
    #[arg(long, conflicts_with_all = ["partition", "resume"])]
    pub merge: bool,
    /// Keep what is graded in this file at once; begun before, go on from there.
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
}

/// What to do with the course text.
#[derive(Debug, Args)]
pub struct BookArgs {
    /// The folder of the pages (default: `target/book`).
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Whether the pages have the answers of exercises (default: as `book.toml` says).
    #[arg(long, value_enum, value_name = "HOW")]
    pub answers: Option<AnswersShown>,
    /// Show it to browsers of this machine, built again when something changes.
    #[arg(long)]
    pub serve: bool,
    /// Open it in the browser.
    #[arg(long)]
    pub open: bool,
    /// Instead, play the chapters' demos and write what they show (of this chapter only, if one is named).
    #[arg(long, value_name = "CHAPTER", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["serve", "open"])]
    pub record: Option<String>,
}

/// Whether pages have answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswersShown {
    /// Folded, with common mistakes.
    Fold,
    /// Nowhere.
    Hide,
}

/// What to write a skeleton of.
#[derive(Debug, Subcommand)]
pub enum NewCommand {
    /// A lab with one lesson. With `--course DIR`, a new or empty folder becomes a course.
    Lab {
        /// The lab's number.
        #[arg(value_name = "NUMBER")]
        number: u32,
        /// Its id: small letters, digits and hyphens.
        #[arg(value_name = "ID")]
        id: String,
        /// Its title (default: made from the id).
        #[arg(long)]
        title: Option<String>,
    },
    /// A lesson at the end of a lab.
    Lesson {
        /// The lab's number or id.
        #[arg(value_name = "LAB")]
        lab: String,
        /// The lesson's id: small letters, digits and hyphens.
        #[arg(value_name = "ID")]
        id: String,
        /// Its title (default: made from the id).
        #[arg(long)]
        title: Option<String>,
    },
}

/// What to do with the private server.
#[derive(Debug, Subcommand)]
pub enum ServerCommand {
    /// Start it; it runs until `tutor server stop`.
    Start,
    /// Stop it.
    Stop,
    /// Say whether it runs.
    Status,
    /// Print a URI that psql takes; starts the server if it is down.
    Url(Target),
    /// Open psql on it; starts the server if it is down.
    Psql(Target),
}

/// A role and a database of the private server.
#[derive(Debug, Args)]
pub struct Target {
    /// Who to be there.
    #[arg(long, value_enum, default_value = "student")]
    pub role: RoleName,
    /// The database.
    #[arg(long, value_name = "NAME", default_value = crate::server::PLAY_DATABASE)]
    pub database: String,
}

/// The roles that a person may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Owns the sandboxes; no superuser.
    Student,
    /// Reads the system views.
    Observer,
    /// The superuser of the private server.
    Admin,
}
