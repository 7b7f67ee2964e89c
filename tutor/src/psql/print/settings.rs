//! What `\pset` sets.

/// The layout of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `aligned`: cells padded to the width of their column, below headers and a rule.
    Aligned,
    /// `unaligned`: nothing is padded; `fieldsep` divides fields, `recordsep` rows.
    Unaligned,
    /// `csv`: one row a line, quoted as CSV wants it, without title and footer.
    Csv,
}

/// Whether every row becomes a small table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expanded {
    /// `off`: one row a line, headers above.
    Off,
    /// `on`: one field a line, its header before it, row after row.
    On,
    /// Where the table is wider than the output.
    Auto,
}

/// The characters that draw tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStyleName {
    /// `ascii`: `-`, `|` and `+`; a `+` at the right marks a line break in a cell.
    Ascii,
    /// `old-ascii`: the same lines; a `:` in place of the left divider marks a line break, as up to PostgreSQL 8.4.
    OldAscii,
    /// `unicode`: box-drawing characters; a `↵` at the right marks a line break in a cell.
    Unicode,
}

/// How results are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintSettings {
    /// `\pset format`, `\a`.
    pub format: Format,
    /// `\pset expanded`, `\x`.
    pub expanded: Expanded,
    /// `\pset border`: 0 no lines, 1 between columns, 2 and more also around the table; aligned format only.
    pub border: u16,
    /// `\pset null`: stands for NULL.
    pub null: String,
    /// `\pset tuples_only`, `\t`: leaves out title, header line and footers.
    pub tuples_only: bool,
    /// `\pset footer`: whether `(n rows)` is printed.
    pub footer: bool,
    /// `\pset title`, `\C`: printed above every result.
    pub title: Option<String>,
    /// `\pset tableattr`, `\T`: kept for `\pset`, no format here has them.
    pub table_attributes: Option<String>,
    /// `\pset linestyle`; aligned format only.
    pub line_style: LineStyleName,
    /// `\pset fieldsep`, `\f`: between fields in unaligned format; a NUL after `fieldsep_zero`.
    pub field_separator: String,
    /// `\pset recordsep`: between rows in unaligned format; a NUL after `recordsep_zero`.
    pub record_separator: String,
    /// `\pset csv_fieldsep`: between fields in CSV, one byte.
    pub csv_separator: String,
    /// `\pset columns`; 0 stands for the terminal's width.
    pub columns: usize,
    /// Width of the terminal, `None` when the output is none.
    pub terminal_columns: Option<usize>,
    /// Kept for `\pset`; the pager is the caller's.
    pub pager: u16,
    /// Kept like `pager`: shorter output is not paged.
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
            table_attributes: None,
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
