//! The report as text for a terminal.

use std::io::{self, Write};

use tutor::book::reference::figures::{number, ratio};

use crate::{Contender, Machine, Outcome, Row, Scale};

/// The width of the column with the contenders' names; a row's heading fills it and the first number's.
const NAME: usize = 16;

/// The width of each column of numbers.
const NUMBER: usize = 11;

/// Writes where the run takes place, before its first row.
pub fn write_heading(out: &mut dyn Write, machine: &Machine) -> io::Result<()> {
    let Machine { cpus, cpu, kernel, load, postgres, extension, rounds, date } = machine;
    writeln!(out, "pg_background {extension} on PostgreSQL {postgres}, {date}, medians of {rounds} rounds")?;
    writeln!(out, "{cpus} processors ({cpu}), {kernel}, load {load} at the start")
}

/// Writes one row with its contenders.
pub fn write_row(out: &mut dyn Write, row: &Row) -> io::Result<()> {
    writeln!(out, "\n{} ({})", row.title, row.name)?;
    let unit = format!("median {}", row.unit);
    let scale = match row.scale {
        Scale::Contender(name) => format!("x {name}"),
        Scale::Limit(limit) => format!("x {}", number(limit)),
    };
    write!(out, "{:NAME$}", "")?;
    for heading in [unit.as_str(), "min", "max", &scale, "bar"] {
        write!(out, "{heading:>NUMBER$}")?;
    }
    writeln!(out)?;
    row.contenders.iter().try_for_each(|contender| write_contender(out, row, contender))
}

fn write_contender(out: &mut dyn Write, row: &Row, contender: &Contender) -> io::Result<()> {
    write!(out, "  {:width$}", contender.name, width = NAME - 2)?;
    if let Outcome::NotAvailable(reason) = &contender.outcome {
        return writeln!(out, "not available: {reason}");
    }
    let summary = contender.summary();
    let mut cells = vec![
        summary.map(|found| number(found.median)),
        summary.map(|found| number(found.min)),
        summary.map(|found| number(found.max)),
        row.ratio(contender).map(ratio),
    ];
    if row.is_ours(contender) {
        cells.push(Some(ratio(row.bar)));
    }
    for cell in cells {
        write!(out, "{:>NUMBER$}", cell.unwrap_or_else(|| "-".to_owned()))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::example;

    #[test]
    fn rows_are_aligned() -> io::Result<()> {
        let mut out = Vec::new();
        for row in &example().rows {
            write_row(&mut out, row)?;
        }
        let expected = "
count(*) over rows & rows (integers)
                  median ms        min        max   x dblink        bar
  pg_background         100       90.0        110       0.50       0.60
  dblink                200        190       1210       1.00
  Gather        not available: no worker

memory of a session (memory)
                  median MB        min        max     x 36.0        bar
  pg_background        9.00       9.00       9.00       0.25       1.00
";
        assert_eq!(String::from_utf8_lossy(&out), expected);
        Ok(())
    }

    #[test]
    fn the_heading_says_where() -> io::Result<()> {
        let mut out = Vec::new();
        write_heading(&mut out, &example().machine)?;
        let text = String::from_utf8_lossy(&out);
        assert!(text.starts_with("pg_background 1.1 on PostgreSQL 15.20, 2025-11-20, medians of 3 rounds\n"), "{text}");
        assert!(text.ends_with("2 processors (a processor), Linux 6.1, load 0.10 at the start\n"), "{text}");
        Ok(())
    }
}
