//! The settings that fixtures and set-ups make other data with.

use std::fs;

use super::ProvisionError;
use super::ingredients::Ingredients;
use crate::course::{DataSet, SECOND_DATA, data_settings};
use crate::server::{quote_ident, quote_literal};

/// What the names of the settings begin with in a session.
const CLASS: &str = "lab";

/// Names and values; none for the lessons' data.
pub(super) fn read(ingredients: &Ingredients) -> Result<Vec<(String, String)>, ProvisionError> {
    if ingredients.data == DataSet::First {
        return Ok(Vec::new());
    }
    let file = ingredients.fixtures().join(SECOND_DATA);
    let text = fs::read_to_string(&file).map_err(|cause| cause.to_string());
    text.and_then(|text| data_settings(&text)).map_err(|why| ProvisionError::SecondData { file, why })
}

/// The statements that make the settings in a session.
pub(super) fn statements(settings: &[(String, String)]) -> String {
    let statement =
        |(name, value): &(String, String)| format!("SET {CLASS}.{} = {};", quote_ident(name), quote_literal(value));
    settings.iter().map(statement).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_become_statements() {
        let settings = [("rows".to_owned(), "7".to_owned()), ("who".to_owned(), "O'Neil".to_owned())];
        assert_eq!(statements(&settings), "SET lab.\"rows\" = '7';SET lab.\"who\" = 'O''Neil';");
        assert_eq!(statements(&[]), "");
    }
}
