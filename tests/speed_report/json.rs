//! The report for programs.

use serde_json::{Value, json};

use crate::{Contender, Machine, Outcome, Report, Row, Scale};

/// The report with all samples, in lines that a person can read.
pub fn render(report: &Report) -> String {
    let rows: Vec<Value> = report.rows.iter().map(row).collect();
    let value = json!({ "machine": machine(&report.machine), "rows": rows });
    format!("{value:#}\n")
}

fn machine(machine: &Machine) -> Value {
    let Machine { cpus, cpu, kernel, load, postgres, extension, rounds, date } = machine;
    json!({
        "cpus": cpus, "cpu": cpu, "kernel": kernel, "load": load,
        "postgres": postgres, "extension": extension, "rounds": rounds, "date": date,
    })
}

fn row(row: &Row) -> Value {
    let scale = match row.scale {
        Scale::Contender(name) => name,
        Scale::Limit(_) => "limit",
    };
    let contenders: Vec<Value> = row.contenders.iter().map(|each| contender(row, each)).collect();
    json!({
        "name": row.name, "title": row.title, "unit": row.unit, "bar": row.bar,
        "ratio_to": scale, "reference": row.reference(), "contenders": contenders,
    })
}

fn contender(row: &Row, contender: &Contender) -> Value {
    match (&contender.outcome, contender.summary()) {
        (Outcome::NotAvailable(reason), _) => json!({ "name": contender.name, "not_available": reason }),
        (Outcome::Samples(samples), summary) => json!({
            "name": contender.name, "samples": samples,
            "median": summary.map(|found| found.median),
            "min": summary.map(|found| found.min),
            "max": summary.map(|found| found.max),
            "ratio": row.ratio(contender),
        }),
    }
}

#[cfg(test)]
mod tests {
    use tutor::book::reference::Reference;

    use super::*;
    use crate::row::example;

    #[test]
    fn programs_find_every_figure() -> Result<(), serde_json::Error> {
        let value: Value = serde_json::from_str(&render(&example()))?;
        assert_eq!(value["machine"]["cpus"], 2);
        let row = &value["rows"][0];
        assert_eq!((&row["ratio_to"], &row["reference"], &row["bar"]), (&json!("dblink"), &json!(200.0), &json!(0.6)));
        let ours = json!({
            "name": "pg_background", "samples": [110.0, 100.0, 90.0],
            "median": 100.0, "min": 90.0, "max": 110.0, "ratio": 0.5,
        });
        assert_eq!(row["contenders"][0], ours);
        assert_eq!(row["contenders"][2], json!({ "name": "Gather", "not_available": "no worker" }));
        assert_eq!(value["rows"][1]["ratio_to"], "limit");
        Ok(())
    }

    #[test]
    fn the_book_reads_what_is_written() -> Result<(), Box<dyn std::error::Error>> {
        let course = tempfile::tempdir()?;
        let figures = course.path().join("book/src/figures");
        std::fs::create_dir_all(&figures)?;
        std::fs::write(figures.join("speed.json"), render(&example()))?;
        let text = Reference::Speed.markdown(course.path())?;
        assert!(text.contains("| count(*) over rows & rows | pg_background | 100 ms | 0.50 | 0.60 |"), "{text}");
        assert!(text.contains("|  | Gather | not available: no worker |  |  |"), "{text}");
        assert!(text.contains("| memory of a session | pg_background | 9.00 MB | 0.25 of 36.0 MB | 1.00 |"), "{text}");
        Ok(())
    }
}
