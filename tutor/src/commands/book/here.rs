//! The command with the builder in it.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::book::{Answers, Chapter, Wanted, build, chapters, replay, serve, text};
use crate::cli::{AnswersShown, BookArgs};
use crate::commands::{Context, Failure, standard_output};
use crate::course::Course;
use crate::server::{Lifetime, Server};

/// Does what the command line asks for.
pub(in crate::commands) fn run(context: &Context, arguments: &BookArgs) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let book = course.root().join("book");
    if !book.join("book.toml").is_file() {
        return Err(Failure::Usage(text::no_book(&book)));
    }
    if let Some(named) = &arguments.record {
        return record(context, &course, &book, named);
    }
    let wanted = Wanted { out: arguments.out.clone(), answers: arguments.answers.map(Answers::from) };
    let mut out = standard_output();
    if arguments.serve {
        let ready = |address: &str| {
            if arguments.open {
                open(address)
            }
        };
        serve(&book, &wanted, &mut out, ready).map_err(fault)?;
        return Ok(ExitCode::SUCCESS);
    }
    let pages = build(&book, &wanted).map_err(fault)?.join("index.html");
    let pages = pages.canonicalize().unwrap_or(pages);
    writeln!(out, "{}", pages.display())?;
    out.flush()?;
    if arguments.open {
        open(&pages.display().to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// Plays the chapter that `named` says, or all if it says none, and writes what their demos show.
fn record(context: &Context, course: &Course, book: &Path, named: &str) -> Result<ExitCode, Failure> {
    let mut chapters = chapters(book).map_err(fault)?;
    let is_named = |chapter: &Chapter| chapter.id == named || chapter.id.rsplit('/').next() == Some(named);
    if !named.is_empty() {
        chapters.retain(is_named);
    }
    if chapters.is_empty() {
        return Err(Failure::Usage(text::no_chapter(named)));
    }
    let realm = context.realm(course, &context.home()?)?;
    let server = Server::acquire(&realm, Lifetime::Session)?;
    let mut out = standard_output();
    let (mut written, mut faults) = (0, 0);
    for chapter in &chapters {
        let proof = replay(&server, book, chapter)?;
        faults += proof.faults.len();
        if !proof.is_current() {
            proof.record()?;
            written += 1;
        }
        write!(out, "{}", text::recorded(&proof))?;
        out.flush()?;
    }
    writeln!(out, "{}", text::records_written(written))?;
    out.flush()?;
    Ok(if faults > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Opens a browser. Without one the address has been told.
fn open(address: &str) {
    if let Err(error) = opener::open(address) {
        let _ = writeln!(std::io::stderr(), "{}", text::no_browser(&error.to_string()));
    }
}

fn fault(error: anyhow::Error) -> Failure {
    Failure::Environment(format!("{error:#}"))
}

impl From<AnswersShown> for Answers {
    fn from(shown: AnswersShown) -> Answers {
        match shown {
            AnswersShown::Fold => Answers::Fold,
            AnswersShown::Hide => Answers::Hide,
        }
    }
}
