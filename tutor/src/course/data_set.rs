//! The second data set: other data for the same exercises, over which a typed result is wrong and a computed one right.
//!
//! A fixture or a set-up that makes data may read settings, and gives each the lesson's own value:
//! `coalesce(current_setting('lab.pages', true), '10')::int`. Over the lessons' data no such setting is there; over the
//! second data set they have the values that [`SECOND_DATA`] lists, such as `pages = 13`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The file beside the fixtures with the settings of the second data set.
pub const SECOND_DATA: &str = "second.toml";

/// What the record of an exercise over the second data set has after the exercise's id.
pub const SECOND_RECORD: &str = ".second";

/// The data that exercises are played over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataSet {
    /// What the lessons are about.
    #[default]
    First,
    /// Other data of the same kind, for grading only.
    Second,
}

impl DataSet {
    /// The id of the record of what an exercise's answers show over these data.
    pub fn record_id(self, exercise: &str) -> String {
        match self {
            DataSet::First => exercise.to_owned(),
            DataSet::Second => format!("{exercise}{SECOND_RECORD}"),
        }
    }
}

/// Reads the text of [`SECOND_DATA`]: names and values of settings. The error says what is wrong with it.
pub fn data_settings(text: &str) -> Result<Vec<(String, String)>, String> {
    let table: BTreeMap<String, toml::Value> = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    table.into_iter().map(|(name, value)| setting(name, value)).collect()
}

fn setting(name: String, value: toml::Value) -> Result<(String, String), String> {
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_name {
        return Err(format!("{name:?} is no name of a setting: small letters, digits and underscores"));
    }
    match value {
        toml::Value::String(text) => Ok((name, text)),
        toml::Value::Integer(number) => Ok((name, number.to_string())),
        _ => Err(format!("{name} is neither a text nor a whole number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_texts_and_numbers() {
        let read = data_settings("rows = 357_912 # more\ngone = '{3,8}'\n");
        assert_eq!(read, Ok(vec![("gone".into(), "{3,8}".into()), ("rows".into(), "357912".into())]));
        assert!(data_settings("rows = [1]").is_err_and(|why| why.contains("neither a text")));
        assert!(data_settings("\"a b\" = 1").is_err_and(|why| why.contains("no name")));
        assert!(data_settings("rows").is_err());
    }

    #[test]
    fn each_data_set_has_its_record() {
        assert_eq!(DataSet::First.record_id("count"), "count");
        assert_eq!(DataSet::Second.record_id("count"), "count.second");
    }
}
