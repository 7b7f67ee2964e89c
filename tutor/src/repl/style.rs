//! Colours, and what stands for them where there are none.

use owo_colors::{OwoColorize, Stream};

/// Whether what is shown is looked at or read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Things may stand beside each other.
    Seen,
    /// Line by line, in sentences: for a screen reader.
    Aloud,
}

impl Layout {
    /// As standard output shows things: with `TERM=dumb`, line by line.
    pub fn for_stdout() -> Layout {
        if is_dumb() { Layout::Aloud } else { Layout::Seen }
    }
}

/// Whether the terminal shows lines and nothing else.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Paints words, or leaves them as they are. Nothing is said by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    colours: bool,
}

impl Paint {
    /// Plain text.
    pub const PLAIN: Paint = Paint { colours: false };

    /// Colours where standard output shows them: not in a pipe, not with `NO_COLOR` or `TERM=dumb`.
    pub fn for_stdout() -> Paint {
        let painted = "x".if_supports_color(Stream::Stdout, |x| x.bold()).to_string();
        Paint { colours: painted != "x" && !is_dumb() }
    }

    /// Whether there are colours.
    pub fn has_colours(self) -> bool {
        self.colours
    }

    /// A heading.
    pub fn heading(self, text: &str) -> String {
        if self.colours { text.bold().underline().to_string() } else { text.to_owned() }
    }

    /// Code within a sentence.
    pub fn code(self, text: &str) -> String {
        if self.colours { text.cyan().to_string() } else { format!("`{text}`") }
    }

    /// A line of a block of code.
    pub fn code_line(self, text: &str) -> String {
        if self.colours { text.cyan().to_string() } else { text.to_owned() }
    }

    /// Words that matter.
    pub fn strong(self, text: &str) -> String {
        if self.colours { text.bold().to_string() } else { text.to_owned() }
    }

    /// Words with a stress.
    pub fn emphasis(self, text: &str) -> String {
        if self.colours { text.italic().to_string() } else { text.to_owned() }
    }

    /// What went right.
    pub fn good(self, text: &str) -> String {
        if self.colours { text.green().bold().to_string() } else { text.to_owned() }
    }

    /// What went wrong.
    pub fn bad(self, text: &str) -> String {
        if self.colours { text.red().bold().to_string() } else { text.to_owned() }
    }

    /// What is said by the way.
    pub fn aside(self, text: &str) -> String {
        if self.colours { text.dimmed().to_string() } else { text.to_owned() }
    }
}
