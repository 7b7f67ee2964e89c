//! psql's variables, the special ones among them.

pub use postgres_protocol::escape::{escape_identifier as quote_identifier, escape_literal as quote_literal};
use std::cell::Cell;
use std::collections::BTreeMap;

use super::message::{MessageStyle, ShowContext, Verbosity};

/// The psql whose behaviour this is.
const VERSION_NAME: &str = "15";
const VERSION: &str = concat!("PostgreSQL 15 (tutor ", env!("CARGO_PKG_VERSION"), ")");
const BOOLEANS: [&str; 10] = [
    "AUTOCOMMIT",
    "ON_ERROR_STOP",
    "QUIET",
    "SINGLELINE",
    "SINGLESTEP",
    "HIDE_TOAST_COMPRESSION",
    "HIDE_TABLEAM",
    "SHOW_ALL_RESULTS",
    "ECHO_HIDDEN",
    "ON_ERROR_ROLLBACK",
];
const INTEGERS: [(&str, &str); 3] = [("FETCH_COUNT", "0"), ("HISTSIZE", "500"), ("IGNOREEOF", "0")];
const CHOICES: [(&str, &[&str], &str); 5] = [
    ("ECHO", &["none", "errors", "queries", "all"], "none"),
    ("COMP_KEYWORD_CASE", &["lower", "upper", "preserve-lower", "preserve-upper"], "preserve-upper"),
    ("HISTCONTROL", &["none", "ignorespace", "ignoredups", "ignoreboth"], "none"),
    ("VERBOSITY", &["default", "verbose", "terse", "sqlstate"], "default"),
    ("SHOW_CONTEXT", &["never", "errors", "always"], "errors"),
];
/// What a third value than on and off some of the Boolean variables know.
const THIRD_VALUES: [(&str, &str); 2] = [("ECHO_HIDDEN", "noexec"), ("ON_ERROR_ROLLBACK", "interactive")];

/// Names and values, in psql's order.
#[derive(Debug, Clone)]
pub struct Variables {
    values: BTreeMap<String, String>,
    /// Bytes of all names and values.
    bytes: usize,
    /// What they may become by `\set` and the like, in bytes.
    most_bytes: usize,
    /// How much text has replaced references to variables, in bytes.
    replaced: Cell<usize>,
    /// How much may.
    most_replaced: usize,
}

/// How many times the bytes of all variables may replace references to them, where both are limited.
const REPLACEMENTS: usize = 16;

/// What a replacement counts besides its text, so that a value of nothing is not replaced for ever.
const REPLACEMENT_SIZE: usize = 64;

impl Default for Variables {
    fn default() -> Self {
        let mut variables = Self::none();
        for name in BOOLEANS {
            variables.set_unchecked(name, if matches!(name, "AUTOCOMMIT" | "SHOW_ALL_RESULTS") { "on" } else { "off" });
        }
        for (name, default) in INTEGERS {
            variables.set_unchecked(name, default);
        }
        for (name, _, default) in CHOICES {
            variables.set_unchecked(name, default);
        }
        for (name, value) in [
            ("VERSION", VERSION),
            ("VERSION_NAME", VERSION_NAME),
            ("VERSION_NUM", "150000"),
            ("PROMPT1", "%/%R%x%# "),
            ("PROMPT2", "%/%R%x%# "),
            ("PROMPT3", ">> "),
            ("LAST_ERROR_MESSAGE", ""),
            ("LAST_ERROR_SQLSTATE", "00000"),
            ("SQLSTATE", "00000"),
            ("ERROR", "false"),
            ("ROW_COUNT", "0"),
        ] {
            variables.set_unchecked(name, value);
        }
        variables
    }
}

impl Variables {
    /// No variables at all: nothing is replaced.
    pub(super) fn none() -> Self {
        let unlimited = usize::MAX;
        Self {
            values: BTreeMap::new(),
            bytes: 0,
            most_bytes: unlimited,
            replaced: Cell::new(0),
            most_replaced: unlimited,
        }
    }

    /// From now on, variables may not become larger than so many bytes together, and replace not much more.
    pub(super) fn set_most_bytes(&mut self, bytes: usize) {
        self.most_bytes = bytes;
        self.most_replaced = bytes * REPLACEMENTS;
    }

    /// The value that is to replace a reference to a variable. None, too, when variables have replaced as much as they
    /// may: values that name other variables grow without end.
    pub(super) fn replacement(&self, name: &str) -> Option<&str> {
        let value = self.get(name)?;
        self.replaced.set(self.replaced.get().saturating_add(value.len() + REPLACEMENT_SIZE));
        (!self.is_used_up()).then_some(value)
    }

    /// Whether no reference is replaced any more.
    pub(super) fn is_used_up(&self) -> bool {
        self.replaced.get() > self.most_replaced
    }

    /// Value of a variable, `None` if it is not set; upper and lower case differ.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// All variables by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a Boolean variable is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).and_then(parse_bool) == Some(true)
    }

    /// Sets a variable as `\set` does: special variables take fitting values only. The error is psql's message.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        if !is_valid_name(name) {
            return Err(format!("invalid variable name: \"{name}\""));
        }
        let value = special_value(name, value)?;
        let before = self.get(name).map_or(0, str::len);
        if self.bytes.saturating_sub(before) + name.len() + value.len() > self.most_bytes {
            return Err(format!("variable \"{name}\": all values together may have {} bytes", self.most_bytes));
        }
        self.set_unchecked(name, &value);
        Ok(())
    }

    /// Removes a variable, if there is one; special ones go back to their default.
    pub fn unset(&mut self, name: &str) {
        match default_of(name) {
            Some(default) => self.set_unchecked(name, default),
            None => {
                let removed = self.values.remove(name);
                self.bytes -= removed.map_or(0, |value| name.len() + value.len());
            }
        }
    }

    /// Sets a variable that the tutor or the session itself keeps.
    pub fn set_unchecked(&mut self, name: &str, value: &str) {
        let before = self.values.insert(name.to_owned(), value.to_owned());
        self.bytes = self.bytes + value.len() + before.as_ref().map_or(name.len(), |_| 0);
        self.bytes -= before.map_or(0, |before| before.len());
    }

    /// Whether `\gset` must leave a variable alone.
    pub(super) fn is_special(name: &str) -> bool {
        default_of(name).is_some() || matches!(name, "PROMPT1" | "PROMPT2" | "PROMPT3")
    }

    /// How messages are to be worded.
    pub fn message_style(&self) -> MessageStyle {
        MessageStyle {
            verbosity: match self.get("VERBOSITY") {
                Some("terse") => Verbosity::Terse,
                Some("verbose") => Verbosity::Verbose,
                Some("sqlstate") => Verbosity::Sqlstate,
                _ => Verbosity::Default,
            },
            show_context: match self.get("SHOW_CONTEXT") {
                Some("never") => ShowContext::Never,
                Some("always") => ShowContext::Always,
                _ => ShowContext::Errors,
            },
        }
    }
}

/// A Boolean as psql reads it: any unambiguous beginning of true, false, yes, no, on, off, or 1 and 0.
pub(super) fn parse_bool(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| lower.len() >= least && word.starts_with(&lower);
    if begins("true", 1) || begins("yes", 1) || begins("on", 2) || lower == "1" {
        Some(true)
    } else if begins("false", 1) || begins("no", 1) || begins("off", 2) || lower == "0" {
        Some(false)
    } else {
        None
    }
}

/// A number as psql reads it: decimal, hexadecimal after `0x`, octal after `0`.
pub(super) fn parse_integer(text: &str) -> Option<i32> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (if text.starts_with('-') { "-" } else { "" }, digits),
        None => ("", text),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = match hexadecimal {
        Some(digits) => (digits, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (digits, 8),
        None => (digits, 10),
    };
    let is_number = digits.starts_with(|c: char| c.is_ascii_hexdigit());
    is_number.then(|| i32::from_str_radix(&format!("{sign}{digits}"), radix).ok()).flatten()
}

fn is_valid_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii())
}

fn default_of(name: &str) -> Option<&'static str> {
    if BOOLEANS.contains(&name) {
        return Some("off");
    }
    let integer = INTEGERS.iter().find(|(known, _)| *known == name).map(|(_, default)| *default);
    integer.or_else(|| CHOICES.iter().find(|(known, _, _)| *known == name).map(|(_, _, default)| *default))
}

/// The value that a special variable takes for `value`, or psql's complaint.
fn special_value(name: &str, value: &str) -> Result<String, String> {
    if BOOLEANS.contains(&name) {
        return boolean_value(name, value);
    }
    if INTEGERS.iter().any(|(known, _)| *known == name) {
        return match parse_integer(value) {
            Some(_) => Ok(value.to_owned()),
            // The shells' rule for it.
            None if name == "IGNOREEOF" => Ok("10".to_owned()),
            None => Err(format!("invalid value \"{value}\" for \"{name}\": integer expected")),
        };
    }
    let Some((_, choices, _)) = CHOICES.iter().find(|(known, _, _)| *known == name) else {
        return Ok(value.to_owned());
    };
    if choices.iter().any(|choice| choice.eq_ignore_ascii_case(value)) {
        return Ok(value.to_owned());
    }
    Err(unrecognized(name, value, &choices.join(", ")))
}

fn boolean_value(name: &str, value: &str) -> Result<String, String> {
    if value.is_empty() {
        return Ok("on".to_owned());
    }
    let third = THIRD_VALUES.iter().find(|(known, _)| *known == name).map(|(_, third)| *third);
    if third.is_some_and(|third| third.eq_ignore_ascii_case(value)) || parse_bool(value).is_some() {
        return Ok(value.to_owned());
    }
    Err(match third {
        Some(third) => unrecognized(name, value, &format!("on, off, {third}")),
        None => format!("unrecognized value \"{value}\" for \"{name}\": Boolean expected"),
    })
}

/// psql's complaint about a value that is none of some words.
pub(super) fn unrecognized(name: &str, value: &str, words: &str) -> String {
    format!("unrecognized value \"{value}\" for \"{name}\"\nAvailable values are: {words}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_quoted() {
        assert_eq!(quote_literal("a'b"), "'a''b'");
        assert_eq!(quote_literal("a\\b"), " E'a\\\\b'");
        assert_eq!(quote_identifier("a\"b"), "\"a\"\"b\"");
    }

    #[test]
    fn special_variables_take_fitting_values() {
        let mut variables = Variables::default();
        assert!(variables.set("ON_ERROR_STOP", "maybe").is_err());
        assert!(variables.set("VERBOSITY", "loud").is_err());
        assert!(variables.set("a-b", "1").is_err());
        assert_eq!(variables.set("ON_ERROR_STOP", ""), Ok(()));
        assert!(variables.is_on("ON_ERROR_STOP"));
        variables.unset("ON_ERROR_STOP");
        assert!(!variables.is_on("ON_ERROR_STOP"));
    }
}
