//! This program was built without the book's builder, which a student would wait for before the first lab. Cargo makes
//! the other one.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::cli::BookArgs;
use crate::commands::{Context, Failure};

/// Becomes the program that has the builder; it reads the command line again.
pub(in crate::commands) fn run(_: &Context, _: &BookArgs) -> Result<ExitCode, Failure> {
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let error = Command::new(cargo)
        .args(["run", "--quiet", "--manifest-path", manifest, "--features", "book", "--bin", "tutor", "--"])
        .args(std::env::args_os().skip(1))
        .exec();
    Err(Failure::Environment(format!("the book is built with cargo, which does not start: {error}")))
}
