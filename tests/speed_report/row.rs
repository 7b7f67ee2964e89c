//! The benchmark's result: a machine, and rows of contenders that did the same work.

use crate::statistics::Summary;

/// Whom a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The contender that is ours.
    pub name: &'static str,
    /// The one beside it.
    pub rival: &'static str,
    /// What the report's files are called, without their endings.
    pub file: &'static str,
}

/// All that one run found out about a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Whom it is about.
    pub subject: Subject,
    /// Where it ran.
    pub machine: Machine,
    /// One row for each piece of work.
    pub rows: Vec<Row>,
}

/// Where and when a benchmark ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The number of processors that this process may use.
    pub cpus: usize,
    /// Their kind, in the maker's words.
    pub cpu: String,
    /// The operating system and its release.
    pub kernel: String,
    /// Runnable processes in the minute before the run: well below 1 on an idle machine.
    pub load: String,
    /// The server's version.
    pub postgres: String,
    /// The extension's version.
    pub extension: String,
    /// How many samples each contender gave.
    pub rounds: usize,
    /// The day, as in `2025-11-20`.
    pub date: String,
}

/// Contenders that did the same work, in the order in which they took turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The word that chooses it on the command line.
    pub name: &'static str,
    /// What was done.
    pub title: String,
    /// The unit of all its samples; less is better.
    pub unit: &'static str,
    /// What a ratio of 1 is.
    pub scale: Scale,
    /// The ratio that ours is meant not to exceed.
    pub bar: f64,
    /// Ours first.
    pub contenders: Vec<Contender>,
}

/// What a row's samples are divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// The median of the contender of this name.
    Contender(&'static str),
    /// A limit, in the row's unit.
    Limit(f64),
}

/// One way to do a row's work.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    /// Its name in tables.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a contender.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// One sample of each round.
    Samples(Vec<f64>),
    /// It cannot do the work here, for this reason.
    NotAvailable(String),
}

impl Contender {
    /// None if it was not available.
    pub fn summary(&self) -> Option<Summary> {
        match &self.outcome {
            Outcome::Samples(samples) => Summary::of(samples),
            Outcome::NotAvailable(_) => None,
        }
    }
}

impl Row {
    /// What a ratio of 1 stands for, in the row's unit; none if that contender was not available.
    pub fn reference(&self) -> Option<f64> {
        match self.scale {
            Scale::Limit(limit) => Some(limit),
            Scale::Contender(name) => {
                let found = self.contenders.iter().find(|contender| contender.name == name);
                found.and_then(Contender::summary).map(|summary| summary.median)
            }
        }
    }

    /// The contender's median, divided by the reference.
    pub fn ratio(&self, contender: &Contender) -> Option<f64> {
        Some(contender.summary()?.median / self.reference()?)
    }

    /// The contender whose bar it is.
    pub fn is_ours(&self, contender: &Contender) -> bool {
        self.contenders.first().is_some_and(|first| first.name == contender.name)
    }

    /// Whether ratios are taken to this contender.
    pub fn is_reference(&self, contender: &Contender) -> bool {
        self.scale == Scale::Contender(contender.name)
    }
}

/// A small report for the tests of tables and charts.
#[cfg(test)]
pub(crate) fn example() -> Report {
    let measured = |name, samples: &[f64]| Contender { name, outcome: Outcome::Samples(samples.to_vec()) };
    let missing = Contender { name: "Gather", outcome: Outcome::NotAvailable("no worker".to_owned()) };
    let speed = Row {
        name: "integers",
        title: "count(*) over rows & rows".to_owned(),
        unit: "ms",
        scale: Scale::Contender("dblink"),
        bar: 0.6,
        contenders: vec![
            measured("pg_background", &[110.0, 100.0, 90.0]),
            measured("dblink", &[200.0, 190.0, 1210.0]),
            missing,
        ],
    };
    let memory = Row {
        name: "memory",
        title: "memory of a session".to_owned(),
        unit: "MB",
        scale: Scale::Limit(36.0),
        bar: 1.0,
        contenders: vec![measured("pg_background", &[9.0])],
    };
    let machine = Machine {
        cpus: 2,
        cpu: "a processor".to_owned(),
        kernel: "Linux 6.1".to_owned(),
        load: "0.10".to_owned(),
        postgres: "15.20".to_owned(),
        extension: "1.1".to_owned(),
        rounds: 3,
        date: "2025-11-20".to_owned(),
    };
    let subject = Subject { name: "pg_background", rival: "dblink", file: "speed" };
    Report { subject, machine, rows: vec![speed, memory] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_between_medians() {
        let row = &example().rows[0];
        assert_eq!(row.ratio(&row.contenders[0]), Some(0.5));
        assert_eq!(row.ratio(&row.contenders[1]), Some(1.0));
        assert_eq!(row.ratio(&row.contenders[2]), None);
    }

    #[test]
    fn a_limit_is_a_reference_too() {
        let row = &example().rows[1];
        assert_eq!(row.ratio(&row.contenders[0]), Some(0.25));
    }
}
