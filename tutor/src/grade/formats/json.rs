//! The report itself as JSON, which `--merge` and `--resume` read back.

use std::io::{self, Write};

use crate::grade::Report;

/// Writes it with two blanks of indentation, keys in the order of the types, and a line feed at the end.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    /// Where the book publishes it.
    const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src/report.schema.json");

    #[test]
    fn what_is_written_is_read_back() {
        let mut bytes = Vec::new();
        write(&class(), &mut bytes).expect("JSON");
        assert_eq!(serde_json::from_slice::<Report>(&bytes).expect("a report"), class());
    }

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let schema = schemars::schema_for!(Report);
        let current = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        if std::env::var_os("TUTOR_RECORD_SCHEMA").is_some() {
            std::fs::write(SCHEMA, &current).expect("the schema is written");
        }
        let published = std::fs::read_to_string(SCHEMA).unwrap_or_default();
        assert!(published == current, "{SCHEMA} is out of date; TUTOR_RECORD_SCHEMA=1 cargo test writes it");
    }
}
