//! The `tutor` program: parses the command line and prints what went wrong, once.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tutor::commands::run(tutor::cli::Cli::parse())
}
