//! Where lines come from: a terminal or a script, behind one trait, so that a script behaves as typing does.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{
    Cmd, CompletionType, Config, Editor, Event, EventHandler, ExternalPrinter, KeyCode, KeyEvent, Modifiers,
};

use super::assistant::Assistant;
use super::complete::Surroundings;
use super::drain::drain;
use super::heard::{Heard, may_change_catalogue};
use super::history::{self, Entries};
use super::paste::{EDITED_BYTES, Pasted};
use super::text;
use crate::psql::data_line;
use crate::sessions::COPY_PROMPT;

/// One answer to a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line without its newline.
    Text(String),
    /// Ctrl-C, which has thrown away what was typed, if there was anything.
    Interrupted {
        /// Whether there was anything.
        had_text: bool,
    },
    /// Ctrl-D, or the end of the script.
    End,
}

/// Where lines come from.
pub trait LineSource {
    /// The next line. `prompt` is shown if somebody is there to see it.
    fn read(&mut self, prompt: &str) -> io::Result<Line>;

    /// The next line as data, with its newline; `None` at the end, or when the line was given up.
    fn read_data(&mut self, prompt: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(match self.read(prompt)? {
            Line::Text(line) => Some(data_line(&line)),
            Line::Interrupted { .. } | Line::End => None,
        })
    }

    /// Puts `text` on the next prompt, to be edited and run, where there is one.
    fn suggest(&mut self, text: &str);

    /// Whether a person types.
    fn is_interactive(&self) -> bool;

    /// A handle that shows text while a line is being typed, without breaking the line; `None` where that cannot be.
    fn printer(&self) -> Option<Printer> {
        None
    }

    /// Keeps what was typed for the arrow keys, in this and later labs; an error, once, if it cannot be kept for later.
    /// Lines of one statement are one entry.
    fn remember(&mut self, entry: &str) -> io::Result<()>;

    /// What was kept, the oldest first.
    fn history(&self) -> Vec<String> {
        Vec::new()
    }

    /// Says where the next line is typed, for those who help to type it.
    fn set_surroundings(&mut self, _surroundings: Surroundings) {}
}

/// The next line of data for `COPY ... FROM STDIN`.
pub(super) fn copy_line(source: &mut dyn LineSource) -> Option<Vec<u8>> {
    source.read_data(&format!("{COPY_PROMPT} ")).unwrap_or_default()
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
    editor: Editor<Assistant, DefaultHistory>,
    entries: Entries,
    pasted: Pasted,
    suggestion: String,
    /// Names that were typed as those of channels and of prepared statements.
    heard: Heard,
    printer: Option<Printer>,
}

impl Terminal {
    /// A terminal whose history is kept in the file `history`. `colours` highlights what is typed.
    pub fn open(history: &Path, colours: bool) -> rustyline::Result<Terminal> {
        let config = Config::builder()
            .auto_add_history(false)
            .bracketed_paste(true)
            .history_ignore_space(true)
            .tab_stop(4)
            .completion_type(CompletionType::List)
            .build();
        let mut editor = Editor::with_config(config)?;
        editor.set_max_history_size(history::ENTRIES)?;
        editor.set_helper(Some(Assistant::new(colours)));
        let pasted = Pasted::default();
        editor.bind_sequence(Event::Any, EventHandler::Conditional(Box::new(pasted.clone())));
        editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), Cmd::Newline);
        // A missing history is the first start.
        let _ = editor.load_history(history);
        let printer = editor.create_external_printer().ok().map(Printer::on_thread);
        let (entries, suggestion, heard) = (Entries::new(history), String::new(), Heard::default());
        Ok(Terminal { editor, entries, pasted, suggestion, heard, printer })
    }

    /// One line, begun with `before` and `after` the cursor. Keys that are not UTF-8 are thrown away with what comes
    /// with them; the line stays.
    fn edit(&mut self, prompt: &str, mut before: String, mut after: String) -> rustyline::Result<String> {
        loop {
            let edited = self.editor.readline_with_initial(prompt, (&before, &after));
            match edited {
                Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    drain()?;
                    self.pasted.give_up();
                    writeln!(io::stderr(), "{}", text::NOT_UTF8)?;
                    (before, after) = self.editor.helper().map(Assistant::seen).unwrap_or_default();
                }
                edited => return edited,
            }
        }
    }
}

impl LineSource for Terminal {
    fn read(&mut self, prompt: &str) -> io::Result<Line> {
        let suggestion = std::mem::take(&mut self.suggestion);
        let is_short = suggestion.len() <= EDITED_BYTES;
        let line = if is_short { suggestion } else { self.pasted.lay_aside(suggestion) };
        match self.edit(prompt, line, String::new()) {
            Ok(line) => {
                let line = self.pasted.put_back(line);
                self.heard.hear(&line);
                if let Some(assistant) = self.editor.helper() {
                    assistant.finish();
                    if may_change_catalogue(&line) {
                        assistant.outdate();
                    }
                }
                Ok(Line::Text(line))
            }
            Err(ReadlineError::Interrupted) => {
                self.pasted.put_back(String::new());
                self.entries.forget();
                let (before, after) = self.editor.helper().map(Assistant::seen).unwrap_or_default();
                Ok(Line::Interrupted { had_text: !before.is_empty() || !after.is_empty() })
            }
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
        self.entries.take(entry);
        match self.entries.has_become_lost() {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => Ok(()),
        }
    }

    fn history(&self) -> Vec<String> {
        history::all(self.editor.history())
    }

    fn set_surroundings(&mut self, mut surroundings: Surroundings) {
        if surroundings.earlier.is_empty() {
            self.entries.close(self.editor.history_mut());
        }
        surroundings.channels.clone_from(&self.heard.channels);
        surroundings.prepared.clone_from(&self.heard.prepared);
        if let Some(assistant) = self.editor.helper_mut() {
            assistant.set_surroundings(surroundings);
        }
    }
}

impl Drop for Terminal {
    /// What was typed last, such as `\q`, is kept too.
    fn drop(&mut self) {
        self.entries.close(self.editor.history_mut());
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
    fn read(&mut self, prompt: &str) -> io::Result<Line> {
        let Some(bytes) = self.read_data(prompt)? else { return Ok(Line::End) };
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        Ok(Line::Text(String::from_utf8_lossy(line).into_owned()))
    }

    fn read_data(&mut self, _prompt: &str) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let length = self.lines.read_until(b'\n', &mut bytes)?;
        Ok((length > 0).then_some(bytes))
    }

    fn suggest(&mut self, _text: &str) {}

    fn is_interactive(&self) -> bool {
        false
    }

    fn remember(&mut self, _entry: &str) -> io::Result<()> {
        Ok(())
    }
}
