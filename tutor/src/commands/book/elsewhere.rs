//! This program was built without the book's builder, which a student would wait for before the first lab. Cargo makes
//! the other one.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::cli::BookArgs;
use crate::commands::{Context, Failure};
use crate::provision::{cargo, kit_of};

/// Becomes the program that has the builder; it reads the command line again.
pub(in crate::commands) fn run(context: &Context, _: &BookArgs) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let kit = kit_of(course.root()).ok_or_else(|| Failure::Environment(no_kit()))?;
    let error = Command::new(cargo())
        .args(["run", "--quiet", "--package", "tutor", "--features", "book", "--bin", "tutor", "--manifest-path"])
        .arg(kit.join("Cargo.toml"))
        .arg("--")
        .args(std::env::args_os().skip(1))
        .exec();
    Err(Failure::Environment(format!("the book is built with cargo, which does not start: {error}")))
}

fn no_kit() -> String {
    "this tutor was built without what builds the book, and the kit's sources are not found\n  \
     run it in a clone of the kit"
        .to_owned()
}
