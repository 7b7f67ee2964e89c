//! Where lines come from: a terminal or a script, behind one trait, so that a script behaves as typing does.

use std::io::{self, BufRead};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Config, Editor, ExternalPrinter};

use super::highlight::Painter;
use super::prompt::COPY_PROMPT;

/// One answer to a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line without its newline.
    Text(String),
    /// Ctrl-C: what was typed is thrown away.
    Interrupted,
    /// Ctrl-D, or the end of the script.
    End,
}

/// Where lines come from.
pub trait LineSource {
    /// The next line. `prompt` is shown if somebody is there to see it.
    fn read(&mut self, prompt: &str) -> io::Result<Line>;

    /// Puts `text` on the next prompt, to be edited and run, where there is one.
    fn suggest(&mut self, text: &str);

    /// Whether a person types.
    fn is_interactive(&self) -> bool;

    /// A handle that shows text while a line is being typed, without breaking the line; `None` where that cannot be.
    fn printer(&self) -> Option<Printer> {
        None
    }

    /// Keeps what was typed for the arrow keys, in this and later labs; an error, once, if it cannot be kept for later.
    fn remember(&mut self, entry: &str) -> io::Result<()>;
}

/// The next line of data for `COPY ... FROM STDIN`.
pub(super) fn copy_line(source: &mut dyn LineSource) -> Option<String> {
    match source.read(COPY_PROMPT) {
        Ok(Line::Text(line)) => Some(line),
        _ => None,
    }
}

/// Shows text above the line that is being typed.
#[derive(Debug, Clone)]
pub struct Printer {
    texts: Sender<String>,
}

impl Printer {
    /// Takes a text that ends with a newline.
    pub fn print(&self, text: String) {
        // Without a terminal any more, nobody misses it.
        let _ = self.texts.send(text);
    }

    /// Prints on a thread of its own: whoever has something to say does not wait until a line is being typed again.
    fn on_thread(mut printer: impl ExternalPrinter + Send + 'static) -> Printer {
        let (texts, to_print) = channel::<String>();
        thread::spawn(move || to_print.into_iter().try_for_each(|text| printer.print(text)));
        Printer { texts }
    }
}

/// A person at a terminal.
pub struct Terminal {
    editor: Editor<Painter, DefaultHistory>,
    history: std::path::PathBuf,
    suggestion: String,
    history_lost: bool,
    printer: Option<Printer>,
}

/// How many statements the history keeps.
const HISTORY_ENTRIES: usize = 2_000;

impl Terminal {
    /// A terminal whose history is kept in `history`. `colours` highlights what is typed.
    pub fn open(history: &Path, colours: bool) -> rustyline::Result<Terminal> {
        let config = Config::builder().auto_add_history(false).bracketed_paste(true).build();
        let mut editor = Editor::with_config(config)?;
        editor.set_max_history_size(HISTORY_ENTRIES)?;
        editor.set_helper(Some(Painter::new(colours)));
        // A missing history is the first start.
        let _ = editor.load_history(history);
        let printer = editor.create_external_printer().ok().map(Printer::on_thread);
        let (history, suggestion) = (history.to_owned(), String::new());
        Ok(Terminal { editor, history, suggestion, history_lost: false, printer })
    }
}

impl LineSource for Terminal {
    fn read(&mut self, prompt: &str) -> io::Result<Line> {
        let suggestion = std::mem::take(&mut self.suggestion);
        match self.editor.readline_with_initial(prompt, (&suggestion, "")) {
            Ok(line) => Ok(Line::Text(line)),
            Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(ReadlineError::Io(error)) => Err(error),
            Err(other) => Err(io::Error::other(other.to_string())),
        }
    }

    fn suggest(&mut self, text: &str) {
        text.trim_end().clone_into(&mut self.suggestion);
    }

    fn is_interactive(&self) -> bool {
        true
    }

    fn printer(&self) -> Option<Printer> {
        self.printer.clone()
    }

    fn remember(&mut self, entry: &str) -> io::Result<()> {
        let kept = self.editor.add_history_entry(entry).and_then(|_| self.editor.append_history(&self.history));
        match kept {
            Err(error) if !std::mem::replace(&mut self.history_lost, true) => Err(io::Error::other(error.to_string())),
            _ => Ok(()),
        }
    }
}

/// A script on standard input.
pub struct Script<R> {
    lines: R,
}

impl<R: BufRead> Script<R> {
    /// A script read line by line.
    pub fn new(lines: R) -> Script<R> {
        Script { lines }
    }
}

impl<R: BufRead> LineSource for Script<R> {
    fn read(&mut self, _prompt: &str) -> io::Result<Line> {
        let mut bytes = Vec::new();
        if self.lines.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(Line::End);
        }
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Line::Text(String::from_utf8_lossy(line).into_owned()))
    }

    fn suggest(&mut self, _text: &str) {}

    fn is_interactive(&self) -> bool {
        false
    }

    fn remember(&mut self, _entry: &str) -> io::Result<()> {
        Ok(())
    }
}
