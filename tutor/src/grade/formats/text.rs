//! A table for people, 80 columns wide.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::plain;
use crate::grade::{Graded, Report, Statistics, Status, statistics};
use crate::words::count;

/// How wide the report is.
const WIDTH: usize = 80;

/// Longer names are cut.
const WIDEST_NAME: usize = 28;

/// How many exercises or mistakes are named.
const NAMED: usize = 5;

/// The columns of "42.5/100" and "100 %", the gaps before them included.
const SCORE: usize = 12;
const PERCENT: usize = 9;

/// Writes it: the table, then what the class comes to.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_head(report, out)?;
    write_table(report, out)?;
    let statistics = Statistics::of(report);
    write_scores(&statistics, out)?;
    write_hardest(&statistics, out)?;
    write_mistakes(&statistics, out)?;
    write_similar(report, out)?;
    write_problems(report, out)
}

fn write_head(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let submissions = count(report.submissions.len(), "submission");
    let Report { lab_number, lab_title, postgres, kit, .. } = report;
    let title = format!("Lab {lab_number}, {}: {submissions}", plain::line(lab_title));
    write_wrapped(&title, 0, out)?;
    write_wrapped(&format!("Graded by tutor {kit} on PostgreSQL {postgres}"), 0, out)?;
    writeln!(out)
}

fn write_table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = report.submissions.iter().map(|graded| plain::line(&graded.name)).collect();
    let name_width = names.iter().map(|name| name.width()).max().unwrap_or(0).clamp(4, WIDEST_NAME);
    let indent = name_width + SCORE + PERCENT + 2;
    writeln!(out, "{}{:>SCORE$}{:>PERCENT$}  Not passed", padded("Name", name_width), "Score", "Percent")?;
    for (name, graded) in names.iter().zip(&report.submissions) {
        let score = format!("{}/{}", plain::points(graded.score), plain::points(graded.max_score));
        let percent = statistics::percent(graded).map_or_else(|| "-".to_owned(), plain::percent);
        let lines = wrapped(&not_passed(graded), WIDTH - indent);
        let first = lines.first().map_or("", String::as_str);
        let row = format!("{}{score:>SCORE$}{percent:>PERCENT$}  {first}", padded(name, name_width));
        writeln!(out, "{}", row.trim_end())?;
        lines.iter().skip(1).try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))?;
    }
    writeln!(out)
}

/// What was not passed: by name where something went wrong, by number where nothing was done.
fn not_passed(graded: &Graded) -> String {
    let ids = |status: Status| -> Vec<&str> {
        graded.exercises.iter().filter(|result| result.status == status).map(|result| result.id.as_str()).collect()
    };
    let untouched = ids(Status::NotAttempted).len();
    if untouched > 0 && untouched == graded.exercises.iter().filter(|result| result.status.counts()).count() {
        return "nothing attempted".to_owned();
    }
    let mut parts: Vec<String> = [Status::Wrong, Status::TimedOut, Status::CheckerError]
        .into_iter()
        .filter_map(|status| some_of(&ids(status)).map(|ids| format!("{}: {ids}", plain::words(status))))
        .collect();
    parts.extend((untouched > 0).then(|| format!("{untouched} not attempted")));
    plain::line(&parts.join("; "))
}

/// The first of them, and how many more there are.
fn some_of(names: &[&str]) -> Option<String> {
    let named = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => None,
        all if all > NAMED => Some(format!("{named} and {} more", all - NAMED)),
        _ => Some(named),
    }
}

fn write_scores(statistics: &Statistics, out: &mut dyn Write) -> io::Result<()> {
    let Some(scores) = &statistics.scores else {
        return Ok(());
    };
    let [lowest, low, median, high, highest] = scores.five_numbers.map(plain::percent);
    let mean = plain::percent(scores.mean);
    let sentence =
        format!("Mean {mean}, median {median}; the middle half from {low} to {high}, all from {lowest} to {highest}.");
    write_wrapped(&sentence, 0, out)?;
    writeln!(out)
}

fn write_hardest(statistics: &Statistics, out: &mut dyn Write) -> io::Result<()> {
    let hardest = statistics.hardest();
    if hardest.is_empty() {
        return Ok(());
    }
    writeln!(out, "Hardest exercises")?;
    for exercise in hardest.iter().take(NAMED) {
        let share = exercise.share_passed.map_or_else(String::new, |share| plain::percent(share * 100.0));
        write_entry(&format!("{share} passed"), &plain::line(&exercise.id), out)?;
    }
    writeln!(out)
}

fn write_mistakes(statistics: &Statistics, out: &mut dyn Write) -> io::Result<()> {
    if statistics.mistakes.is_empty() {
        return Ok(());
    }
    writeln!(out, "Commonest mistakes")?;
    for mistake in statistics.mistakes.iter().take(NAMED) {
        let what = format!("{}: {}", mistake.exercise, mistake.feedback);
        write_entry(&count(mistake.count, "time"), &plain::line(&what), out)?;
    }
    writeln!(out)
}

fn write_similar(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.similar.is_empty() {
        return Ok(());
    }
    writeln!(out, "Equal answers but for layout (there can be good reasons)")?;
    for group in &report.similar {
        let names: Vec<String> = group.names.iter().map(|name| plain::line(name)).collect();
        write_wrapped(&format!("{}: {}", plain::line(&group.exercise), names.join("; ")), 2, out)?;
    }
    writeln!(out)
}

fn write_problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let odd: Vec<&Graded> = report.submissions.iter().filter(|graded| !graded.problems.is_empty()).collect();
    if odd.is_empty() {
        return Ok(());
    }
    writeln!(out, "What was odd")?;
    for graded in odd {
        write_wrapped(&plain::line(&format!("{}: {}", graded.name, graded.problems.join(" "))), 2, out)?;
    }
    writeln!(out)
}

/// A line of a list: a figure, then what it is about.
fn write_entry(figure: &str, what: &str, out: &mut dyn Write) -> io::Result<()> {
    const FIGURE: usize = 16;
    for (index, line) in wrapped(what, WIDTH - FIGURE).iter().enumerate() {
        let figure = if index == 0 { figure } else { "" };
        writeln!(out, "{:>width$}  {line}", figure, width = FIGURE - 2)?;
    }
    Ok(())
}

/// A paragraph whose lines after the first begin two columns further in.
fn write_wrapped(text: &str, indent: usize, out: &mut dyn Write) -> io::Result<()> {
    for (index, line) in wrapped(text, WIDTH - indent - 2).iter().enumerate() {
        let indent = if index == 0 { indent } else { indent + 2 };
        writeln!(out, "{:indent$}{line}", "")?;
    }
    Ok(())
}

/// The words of `text` in lines of at most `width` columns; a word that is wider is broken.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace().flat_map(|word| broken(word, width)) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// The pieces of a word, none wider than `width`; broken behind a hyphen where there is one, as ids have.
fn broken(word: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for c in word.chars() {
        if piece.width() + c.width().unwrap_or(0) > width {
            let rest = piece.rfind('-').map(|hyphen| piece.split_off(hyphen + 1));
            pieces.push(std::mem::replace(&mut piece, rest.unwrap_or_default()));
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces
}

/// `text` in exactly so many columns: cut with an ellipsis, or filled up.
fn padded(text: &str, width: usize) -> String {
    let mut shown = text.to_owned();
    if shown.width() > width {
        while shown.width() >= width && shown.pop().is_some() {}
        shown.push('…');
    }
    let missing = width.saturating_sub(shown.width());
    shown + &" ".repeat(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    fn written() -> String {
        let mut bytes = Vec::new();
        write(&class(), &mut bytes).expect("text");
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn the_class_is_a_table() {
        insta::assert_snapshot!(written());
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let text = written();
        assert_eq!(text.lines().find(|line| line.width() > WIDTH), None);
    }

    #[test]
    fn wide_names_are_aligned_and_long_ones_cut() {
        assert_eq!(padded("李雷", 6), "李雷  ");
        assert_eq!(padded("Bartholomew", 6), "Barth…");
        assert_eq!(padded("李雷李雷", 6), "李雷… ");
        assert_eq!(wrapped("ab cdefgh", 4), ["ab", "cdef", "gh"]);
        assert_eq!(wrapped("wrong: no-password,", 9), ["wrong:", "no-", "password,"]);
    }
}
