//! The tutor as the tests run it.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tutor::commands::run(tutor::cli::Cli::parse())
}
