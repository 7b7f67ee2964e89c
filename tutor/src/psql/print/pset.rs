//! `\pset`: changing the settings and telling what they are.

use super::settings::{Expanded, Format, LineStyleName, PrintSettings};
use crate::psql::variables::{parse_bool, unrecognized};

/// The settings that `\pset` lists, in its order.
const NAMES: [&str; 21] = [
    "border",
    "columns",
    "csv_fieldsep",
    "expanded",
    "fieldsep",
    "fieldsep_zero",
    "footer",
    "format",
    "linestyle",
    "null",
    "numericlocale",
    "pager",
    "pager_min_lines",
    "recordsep",
    "recordsep_zero",
    "tableattr",
    "title",
    "tuples_only",
    "unicode_border_linestyle",
    "unicode_column_linestyle",
    "unicode_header_linestyle",
];

const FORMATS: [(&str, Format); 3] =
    [("aligned", Format::Aligned), ("csv", Format::Csv), ("unaligned", Format::Unaligned)];
const OTHER_FORMATS: [&str; 6] = ["asciidoc", "html", "latex", "latex-longtable", "troff-ms", "wrapped"];
const LINE_STYLES: [(&str, LineStyleName); 3] =
    [("ascii", LineStyleName::Ascii), ("old-ascii", LineStyleName::OldAscii), ("unicode", LineStyleName::Unicode)];

impl PrintSettings {
    /// `\pset name value`; without a value switches are turned over. The error is psql's complaint.
    pub fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), String> {
        match name {
            "format" => self.format = value.map_or(Ok(self.format), parse_format)?,
            "linestyle" => self.line_style = value.map_or(Ok(self.line_style), parse_line_style)?,
            // psql keeps the number in 16 bits without a sign.
            "border" => self.border = value.map_or(self.border, |value| leading_integer(value) as u16),
            "x" | "expanded" | "vertical" => self.expanded = parse_expanded(self.expanded, name, value)?,
            "null" => replace(&mut self.null, value),
            "fieldsep" => replace(&mut self.field_separator, value),
            "recordsep" => replace(&mut self.record_separator, value),
            "fieldsep_zero" => self.field_separator = "\0".to_owned(),
            "recordsep_zero" => self.record_separator = "\0".to_owned(),
            "csv_fieldsep" => self.csv_separator = parse_csv_separator(&self.csv_separator, value)?,
            "title" | "C" => self.title = value.map(str::to_owned),
            "footer" => self.footer = switch(self.footer, name, value)?,
            "t" | "tuples_only" => self.tuples_only = switch(self.tuples_only, name, value)?,
            "numericlocale" => self.numeric_locale = switch(self.numeric_locale, name, value)?,
            "pager" => self.pager = parse_pager(self.pager, name, value)?,
            "pager_min_lines" => {
                self.pager_min_lines = value.map_or(self.pager_min_lines, |value| leading_integer(value).max(0) as u32);
            }
            "columns" => self.columns = value.map_or(self.columns, |value| leading_integer(value).max(0) as usize),
            "tableattr" | "T" => self.table_attributes = value.map(str::to_owned),
            name if name.starts_with("unicode_") && NAMES.contains(&name) => parse_unicode_style(name, value)?,
            _ if NAMES.contains(&name) => {}
            _ => return Err(format!("\\pset: unknown option: {name}")),
        }
        Ok(())
    }

    /// What psql says after `\pset name`.
    pub(crate) fn announcement(&self, name: &str) -> String {
        let on_off = |on: bool| if on { "on" } else { "off" };
        match name {
            "border" => format!("Border style is {}.", self.border),
            "columns" if self.columns == 0 => "Target width is unset.".to_owned(),
            "columns" => format!("Target width is {}.", self.columns),
            "x" | "expanded" | "vertical" => match self.expanded {
                Expanded::On => "Expanded display is on.",
                Expanded::Off => "Expanded display is off.",
                Expanded::Auto => "Expanded display is used automatically.",
            }
            .to_owned(),
            "csv_fieldsep" => format!("Field separator for CSV is \"{}\".", self.csv_separator),
            "fieldsep" | "fieldsep_zero" if self.field_separator == "\0" => "Field separator is zero byte.".to_owned(),
            "fieldsep" => format!("Field separator is \"{}\".", self.field_separator),
            "footer" => format!("Default footer is {}.", on_off(self.footer)),
            "format" => format!("Output format is {}.", self.format_name()),
            "linestyle" => format!("Line style is {}.", self.line_style_name()),
            "null" => format!("Null display is \"{}\".", self.null),
            "numericlocale" => format!("Locale-adjusted numeric output is {}.", on_off(self.numeric_locale)),
            "pager" => match self.pager {
                0 => "Pager usage is off.",
                1 => "Pager is used for long output.",
                _ => "Pager is always used.",
            }
            .to_owned(),
            "pager_min_lines" => {
                let plural = if self.pager_min_lines == 1 { "line" } else { "lines" };
                format!("Pager won't be used for less than {} {plural}.", self.pager_min_lines)
            }
            "recordsep" | "recordsep_zero" => match self.record_separator.as_str() {
                "\0" => "Record separator is zero byte.".to_owned(),
                "\n" => "Record separator is <newline>.".to_owned(),
                other => format!("Record separator is \"{other}\"."),
            },
            "title" | "C" => match &self.title {
                Some(title) => format!("Title is \"{title}\"."),
                None => "Title is unset.".to_owned(),
            },
            "t" | "tuples_only" => format!("Tuples only is {}.", on_off(self.tuples_only)),
            "tableattr" | "T" => match &self.table_attributes {
                Some(attributes) => format!("Table attributes are \"{attributes}\"."),
                None => "Table attributes unset.".to_owned(),
            },
            "unicode_border_linestyle" => "Unicode border line style is \"single\".".to_owned(),
            "unicode_column_linestyle" => "Unicode column line style is \"single\".".to_owned(),
            "unicode_header_linestyle" => "Unicode header line style is \"single\".".to_owned(),
            _ => String::new(),
        }
    }

    /// The list that a bare `\pset` prints.
    pub(crate) fn listing(&self) -> String {
        NAMES.iter().map(|name| format!("{name:<24} {}\n", self.value(name))).collect()
    }

    fn value(&self, name: &str) -> String {
        let on_off = |on: bool| if on { "on" } else { "off" }.to_owned();
        let separator = |text: &str| quoted(if text == "\0" { "" } else { text });
        match name {
            "border" => self.border.to_string(),
            "columns" => self.columns.to_string(),
            "csv_fieldsep" => quoted(&self.csv_separator),
            "expanded" => match self.expanded {
                Expanded::Auto => "auto".to_owned(),
                expanded => on_off(expanded == Expanded::On),
            },
            "fieldsep" => separator(&self.field_separator),
            "fieldsep_zero" => on_off(self.field_separator == "\0"),
            "footer" => on_off(self.footer),
            "format" => self.format_name().to_owned(),
            "linestyle" => self.line_style_name().to_owned(),
            "null" => quoted(&self.null),
            "numericlocale" => on_off(self.numeric_locale),
            "pager" => self.pager.to_string(),
            "pager_min_lines" => self.pager_min_lines.to_string(),
            "recordsep" => separator(&self.record_separator),
            "recordsep_zero" => on_off(self.record_separator == "\0"),
            "tableattr" => self.table_attributes.as_deref().map(quoted).unwrap_or_default(),
            "title" => self.title.as_deref().map(quoted).unwrap_or_default(),
            "tuples_only" => on_off(self.tuples_only),
            name if name.starts_with("unicode") => "single".to_owned(),
            _ => String::new(),
        }
    }

    fn format_name(&self) -> &'static str {
        FORMATS.iter().find(|(_, format)| *format == self.format).map_or("aligned", |(name, _)| name)
    }

    fn line_style_name(&self) -> &'static str {
        LINE_STYLES.iter().find(|(_, style)| *style == self.line_style).map_or("ascii", |(name, _)| name)
    }
}

fn replace(setting: &mut String, value: Option<&str>) {
    if let Some(value) = value {
        value.clone_into(setting);
    }
}

/// A switch's new state: that of the value, or the opposite of the present one.
fn switch(now: bool, name: &str, value: Option<&str>) -> Result<bool, String> {
    match value {
        None => Ok(!now),
        Some(value) => {
            parse_bool(value).ok_or_else(|| format!("unrecognized value \"{value}\" for \"{name}\": Boolean expected"))
        }
    }
}

fn parse_expanded(now: Expanded, name: &str, value: Option<&str>) -> Result<Expanded, String> {
    let on = match value {
        Some(value) if value.eq_ignore_ascii_case("auto") => return Ok(Expanded::Auto),
        Some(value) => parse_bool(value).ok_or_else(|| unrecognized(name, value, "on, off, auto"))?,
        None => now == Expanded::Off,
    };
    Ok(if on { Expanded::On } else { Expanded::Off })
}

fn parse_pager(now: u16, name: &str, value: Option<&str>) -> Result<u16, String> {
    match value {
        Some(value) if value.eq_ignore_ascii_case("always") => Ok(2),
        Some(value) => {
            let on = parse_bool(value).ok_or_else(|| unrecognized(name, value, "on, off, always"))?;
            Ok(on.into())
        }
        None => Ok(u16::from(now != 1)),
    }
}

fn begins(word: &str, value: &str) -> bool {
    !value.is_empty() && word.starts_with(&value.to_ascii_lowercase())
}

/// Line styles of boxes: only the single one is drawn here.
fn parse_unicode_style(name: &str, value: Option<&str>) -> Result<(), String> {
    match value {
        None => Ok(()),
        Some(value) if begins("single", value) => Ok(()),
        Some(value) if begins("double", value) => {
            Err(format!("\\pset: double lines are not drawn here; {name} is single"))
        }
        Some(_) => {
            let part = name.trim_start_matches("unicode_").trim_end_matches("_linestyle");
            Err(format!("\\pset: allowed Unicode {part} line styles are single, double"))
        }
    }
}

fn parse_format(value: &str) -> Result<Format, String> {
    if value.eq_ignore_ascii_case("a") {
        return Err("\\pset: ambiguous abbreviation \"a\" matches both \"aligned\" and \"asciidoc\"".to_owned());
    }
    if let Some((_, format)) = FORMATS.iter().find(|(name, _)| begins(name, value)) {
        return Ok(*format);
    }
    if let Some(name) = OTHER_FORMATS.iter().find(|name| begins(name, value)) {
        return Err(format!("\\pset: the format {name} is not here; aligned, unaligned and csv are"));
    }
    Err("\\pset: allowed formats are aligned, asciidoc, csv, html, latex, latex-longtable, troff-ms, unaligned, wrapped"
        .to_owned())
}

fn parse_line_style(value: &str) -> Result<LineStyleName, String> {
    let found = LINE_STYLES.iter().find(|(name, _)| begins(name, value));
    found.map(|(_, style)| *style).ok_or_else(|| "\\pset: allowed line styles are ascii, old-ascii, unicode".to_owned())
}

fn parse_csv_separator(now: &str, value: Option<&str>) -> Result<String, String> {
    let Some(value) = value else { return Ok(now.to_owned()) };
    if value.len() != 1 {
        return Err("\\pset: csv_fieldsep must be a single one-byte character".to_owned());
    }
    if matches!(value, "\"" | "\n" | "\r") {
        return Err("\\pset: csv_fieldsep cannot be a double quote, a newline, or a carriage return".to_owned());
    }
    Ok(value.to_owned())
}

/// A number as C's `atoi` reads it: what is no number counts as 0.
fn leading_integer(value: &str) -> i64 {
    let value = value.trim_start();
    let digits = value.trim_start_matches(['-', '+']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let number: i64 = digits[..end].parse().unwrap_or(0);
    if value.starts_with('-') { -number } else { number }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\n', "\\n").replace('\'', "\\'"))
}
