//! `tutor doctor`: looks for trouble.

use std::io::Write;
use std::process::ExitCode;

use super::{Context, Failure, standard_output};
use crate::repl::{Look, Paint};
use crate::server::doctor::{Finding, Level, examine};

/// Prints findings; exit status 3 when one of them stands in the way.
pub(super) fn run(context: &Context) -> Result<ExitCode, Failure> {
    let findings = examine(&context.home()?);
    let paint = Look::for_stdout().paint;
    let mut out = standard_output();
    for finding in &findings {
        write_finding(&mut out, finding, paint)?;
    }
    out.flush()?;
    let in_the_way = findings.iter().any(|finding| finding.level == Level::Trouble);
    Ok(if in_the_way { ExitCode::from(3) } else { ExitCode::SUCCESS })
}

fn write_finding(out: &mut dyn Write, finding: &Finding, paint: Paint) -> Result<(), Failure> {
    let level = match finding.level {
        Level::Good => paint.good("good    "),
        Level::Note => paint.strong("note    "),
        Level::Trouble => paint.bad("trouble "),
    };
    writeln!(out, "{level} {}", finding.what)?;
    for line in [&finding.why, &finding.what_to_do].into_iter().filter(|line| !line.is_empty()) {
        writeln!(out, "         {line}")?;
    }
    Ok(())
}
