//! The preprocessor as mdBook calls it: `mdbook-tutor supports RENDERER`, or a book on its standard input.

use std::io::{self, Write};
use std::process::ExitCode;

use mdbook_preprocessor::{Preprocessor, parse_input};
use tutor::book::Tutor;

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|asked| asked == "supports") {
        return ExitCode::SUCCESS;
    }
    match preprocess() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "mdbook-tutor: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn preprocess() -> anyhow::Result<()> {
    let (context, book) = parse_input(io::stdin().lock())?;
    let book = Tutor.run(&context, book)?;
    serde_json::to_writer(io::stdout().lock(), &book)?;
    Ok(())
}
