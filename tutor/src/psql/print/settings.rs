//! What `\pset` sets.

/// The layout of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Aligned,
    Unaligned,
    Csv,
}

/// Whether every row becomes a small table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expanded {
    Off,
    On,
    /// Where the table is wider than the output.
    Auto,
}

/// The characters that draw tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStyleName {
    Ascii,
    OldAscii,
    Unicode,
}

/// How results are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintSettings {
    pub format: Format,
    pub expanded: Expanded,
    pub border: u16,
    pub null: String,
    pub tuples_only: bool,
    pub footer: bool,
    pub title: Option<String>,
    pub line_style: LineStyleName,
    pub field_separator: String,
    pub record_separator: String,
    pub csv_separator: String,
    /// `\pset columns`; 0 stands for the terminal's width.
    pub columns: usize,
    /// Width of the terminal, `None` when the output is none.
    pub terminal_columns: Option<usize>,
    /// Kept for `\pset`; the pager is the caller's.
    pub pager: u16,
    pub pager_min_lines: u32,
    /// Kept for `\pset`: numbers are never printed by locale.
    pub numeric_locale: bool,
}

impl Default for PrintSettings {
    fn default() -> Self {
        Self {
            format: Format::Aligned,
            expanded: Expanded::Off,
            border: 1,
            null: String::new(),
            tuples_only: false,
            footer: true,
            title: None,
            line_style: LineStyleName::Ascii,
            field_separator: "|".to_owned(),
            record_separator: "\n".to_owned(),
            csv_separator: ",".to_owned(),
            columns: 0,
            terminal_columns: None,
            pager: 1,
            pager_min_lines: 0,
            numeric_locale: false,
        }
    }
}

impl PrintSettings {
    /// Width that the output has room for, if it has a limit.
    pub(super) fn output_columns(&self) -> Option<usize> {
        if self.columns > 0 { Some(self.columns) } else { self.terminal_columns }
    }
}
