//! Lines become items: statements and backslash commands.

use std::collections::VecDeque;

use super::condition::{Conditions, Mark, Text, is_branching};
use super::copy_data::data_line;
use super::print::PrintSettings;
use super::scan::{PromptState, Scanner, Stop};
use super::variables::Variables;
use super::words::{WordError, WordKind, Words};
use crate::wire::CopyFormat;

/// The next complete thing of the input.
#[derive(Debug, Clone)]
pub enum Item {
    /// SQL whose end was found.
    Statement(Statement),
    /// A command to perform; one like `\g` comes here only if its arguments are wrong.
    Command(Command),
}

/// A query string to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// As it is sent, with variables replaced.
    pub text: String,
    /// As it was typed; empty when an earlier query is sent again.
    pub raw: String,
    /// The semicolon, the command or the end of input that sent it.
    pub ending: Ending,
    /// How many COPY FROM STDIN are in it, whose data follow in the input and are skipped if it fails.
    pub copies_in: usize,
}

/// What ended a statement, and so what happens with its result.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// `;`: the result is printed.
    Semicolon,
    /// A script ended without `;`: sent and printed all the same, as psql does.
    EndOfInput,
    /// `\g` or `\gx`, with settings for this result alone and perhaps a file or `|command`.
    Go {
        /// `\gx`: printed as after `\pset expanded on`.
        expanded: bool,
        /// Names and values for `\pset`, from `(name=value ..)`; the value is `None` without `=`.
        settings: Vec<(String, Option<String>)>,
        /// File or `|command` for the result, which is refused here.
        target: Option<String>,
    },
    /// `\gset`: the values of the one row become variables.
    Set {
        /// Stands before the column names in the names of the variables; may be empty.
        prefix: String,
    },
    /// `\gdesc`: the columns are described, nothing runs.
    Describe,
    /// `\gexec`: every value of the result is a statement to run.
    Execute,
    /// `\watch`: again and again, with this many seconds between.
    Watch {
        /// Greater than 0; 2 where none is given.
        seconds: f64,
    },
    /// `\bg`, which psql has not: as with `;`, but whoever performs it need not wait for it.
    Background,
}

/// A backslash command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Without the backslash.
    pub name: String,
    /// What follows the name on its line, further commands included.
    pub rest: String,
}

impl Command {
    /// Its arguments.
    pub fn words(&self) -> Words<'_> {
        Words::new(&self.rest)
    }
}

/// The lines of one source (the terminal, a script, an included file) and the statement they have begun.
#[derive(Debug)]
pub(super) struct Input {
    scanner: Scanner,
    pub(super) buffer: String,
    pub(super) previous: String,
    /// As they came, with their newlines: some may be data of COPY.
    lines: VecDeque<Vec<u8>>,
    /// What stands before a NUL, to be put before the next line.
    cut_line: Option<Vec<u8>>,
    /// Length of the buffer after a line break was added to it and nothing else.
    newline_at: Option<usize>,
    lines_begun: usize,
    is_finished: bool,
    /// Commands of the caller, which inactive branches pass over like psql's.
    pub(super) own_commands: Vec<String>,
    /// The `\if` blocks that are open.
    pub(super) conditions: Conditions,
    /// Name of an included file, which messages are to mention.
    pub(super) file: Option<String>,
}

/// What psql would have said while it read, to be printed before the item is performed.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    pub(super) warnings: Vec<String>,
    pub(super) echoed: Vec<String>,
}

impl Input {
    pub(super) fn new(file: Option<String>) -> Self {
        Self {
            scanner: Scanner::new(),
            buffer: String::new(),
            previous: String::new(),
            lines: VecDeque::new(),
            cut_line: None,
            newline_at: None,
            lines_begun: 0,
            is_finished: false,
            own_commands: Vec::new(),
            conditions: Conditions::default(),
            file,
        }
    }

    /// Takes one line without its newline.
    pub(super) fn push_line(&mut self, line: &str) {
        // More came after all: a script within a session has an end, the session goes on.
        self.is_finished = false;
        self.lines.push_back(data_line(line));
    }

    /// Takes a whole file.
    pub(super) fn push_file(&mut self, bytes: &[u8]) {
        self.lines.extend(bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec));
        self.finish();
    }

    pub(super) fn finish(&mut self) {
        self.is_finished = true;
    }

    /// The next line, without its newline.
    pub(super) fn take_line(&mut self) -> Option<String> {
        while let Some(next) = self.lines.pop_front() {
            let mut line = self.cut_line.take().unwrap_or_default();
            line.extend(next);
            // psql reads on over what follows a NUL, the end of the line included.
            match line.iter().position(|&byte| byte == 0) {
                Some(end) => {
                    line.truncate(end);
                    self.cut_line = Some(line);
                }
                None => return Some(self.begun(&line)),
            }
        }
        let last = self.cut_line.take_if(|_| self.is_finished)?;
        Some(self.begun(&last))
    }

    fn begun(&mut self, line: &[u8]) -> String {
        self.lines_begun += 1;
        line_text(line)
    }

    /// The next line as data of COPY, as it came. Binary data do not count as lines.
    pub(super) fn take_data(&mut self, format: CopyFormat) -> Option<Vec<u8>> {
        let line = self.lines.pop_front()?;
        self.lines_begun += usize::from(format == CopyFormat::Lines);
        Some(line)
    }

    /// Number of the line being read, from 1.
    pub(super) fn line_number(&self) -> usize {
        self.lines_begun
    }

    pub(super) fn prompt(&self) -> PromptState {
        self.scanner.prompt(self.buffer.is_empty())
    }

    pub(super) fn has_pending_text(&self) -> bool {
        self.scanner.has_line() || !self.lines.is_empty()
    }

    /// Forgets the statement begun and every line that waits.
    pub(super) fn clear(&mut self) {
        self.conditions.clear();
        self.drop_statement();
    }

    /// The same within the `\if` blocks that are open.
    pub(super) fn drop_statement(&mut self) {
        self.lines.clear();
        self.cut_line = None;
        self.scanner.take_rest();
        self.reset_buffer();
    }

    /// `\r`: forgets the statement begun.
    pub(super) fn reset_buffer(&mut self) {
        self.scanner.reset();
        self.scanner.take_raw();
        self.buffer.clear();
    }

    /// Goes on with what a command has left of its line.
    pub(super) fn continue_with(&mut self, tail: &str) {
        if !tail.is_empty() {
            self.scanner.continue_with(tail.to_owned());
        }
    }

    /// The next item, or `None` when more lines are needed.
    pub(super) fn next_item(
        &mut self,
        variables: &Variables,
        standard_strings: bool,
        remarks: &mut Remarks,
    ) -> Option<Item> {
        loop {
            if !self.scanner.has_line() && !self.begin_line(variables, remarks) {
                return self.last_statement();
            }
            let nothing = Variables::none();
            let variables = if self.conditions.is_active() { variables } else { &nothing };
            match self.scanner.scan(variables, standard_strings, &mut self.buffer, &mut remarks.warnings) {
                // What an inactive branch holds is taken back at its end.
                Stop::Semicolon if !self.conditions.is_active() => {}
                Stop::Backslash if self.skips_command() => {}
                Stop::Semicolon => return Some(Item::Statement(self.take_statement(Ending::Semicolon))),
                Stop::Backslash => return Some(self.command(variables, remarks)),
                Stop::EndOfLine if self.ends_with_line(variables) => {
                    return Some(Item::Statement(self.take_statement(Ending::Semicolon)));
                }
                Stop::EndOfLine => {}
            }
        }
    }

    /// Whether the end of the line ends the statement (`SINGLELINE`).
    fn ends_with_line(&self, variables: &Variables) -> bool {
        variables.is_on("SINGLELINE")
            && self.scanner.prompt(self.buffer.is_empty()) == PromptState::Continue
            && !self.scanner.is_in_body()
    }

    /// Moves on to the next line that has a meaning; false when there is none.
    fn begin_line(&mut self, variables: &Variables, remarks: &mut Remarks) -> bool {
        while let Some(line) = self.take_line() {
            let mut line = line.as_str();
            // A byte order mark counts at the very beginning only.
            if self.lines_begun == 1 {
                line = line.strip_prefix('\u{feff}').unwrap_or(line);
            }
            if line.is_empty() && !self.scanner.is_in_quote() {
                continue;
            }
            if variables.get("ECHO") == Some("all") {
                remarks.echoed.push(line.to_owned());
            }
            self.newline_at = None;
            if !self.buffer.is_empty() {
                self.buffer.push('\n');
                self.newline_at = Some(self.buffer.len());
            }
            self.scanner.set_line(line.to_owned());
            return true;
        }
        false
    }

    /// In an inactive branch, passes over a command that is not a branching one.
    fn skips_command(&mut self) -> bool {
        if self.conditions.is_active() {
            return false;
        }
        let line = self.scanner.take_rest();
        let (name, rest) = split_command(&line);
        // A command that nobody knows is complained of even here, and takes the rest of its line with it.
        let is_known = is_psql_command(name) || self.own_commands.iter().any(|own| own == name);
        if is_branching(name) || !is_known {
            self.scanner.continue_with(line);
            return false;
        }
        let nothing = Variables::none();
        let mut words = Words::new(rest);
        let kind = if name == "copy" { WordKind::WholeLine } else { WordKind::Normal };
        while let Ok(Some(_)) = words.next_word(kind, false, &nothing) {}
        let tail = words.end();
        self.continue_with(tail);
        true
    }

    /// Performs `\if` and its like; `holds` is the value of the expression.
    pub(super) fn branch(&mut self, name: &str, holds: bool) -> Result<(), String> {
        let now = Mark { length: self.buffer.len(), parentheses: self.scanner.parentheses() };
        if let Text::BackTo(mark) = self.conditions.branch(name, holds, now)? {
            self.buffer.truncate(mark.length);
            self.scanner.set_parentheses(mark.parentheses);
        }
        Ok(())
    }

    fn last_statement(&mut self) -> Option<Item> {
        let is_last = self.is_finished && !self.buffer.is_empty() && self.conditions.is_active();
        is_last.then(|| Item::Statement(self.take_statement(Ending::EndOfInput)))
    }

    fn take_statement(&mut self, ending: Ending) -> Statement {
        let text = std::mem::take(&mut self.buffer);
        self.previous.clone_from(&text);
        self.newline_at = None;
        Statement { text, raw: self.scanner.take_raw(), ending, copies_in: self.scanner.take_copies_in() }
    }

    fn command(&mut self, variables: &Variables, remarks: &mut Remarks) -> Item {
        if self.newline_at == Some(self.buffer.len()) {
            self.buffer.pop();
        }
        self.newline_at = None;
        let line = self.scanner.take_rest();
        let (name, rest) = split_command(&line);
        let command = Command { name: name.to_owned(), rest: rest.to_owned() };
        let mut words = Words::new(rest);
        match ending(name, &mut words, variables) {
            // It ends with an error or Ctrl-C, at which psql drops the rest of the line.
            Ok(Some(ending @ Ending::Watch { .. })) => Item::Statement(self.sent_statement(ending)),
            Ok(Some(ending)) => {
                while let Ok(Some(word)) = words.next_word(WordKind::Normal, false, variables) {
                    remarks.warnings.push(format!("\\{name}: extra argument \"{}\" ignored", word.text));
                }
                let tail = words.end();
                let statement = self.sent_statement(ending);
                self.continue_with(tail);
                Item::Statement(statement)
            }
            // A mistake in the arguments is reported when the command is performed.
            Ok(None) | Err(_) => Item::Command(command),
        }
    }

    /// The statement that `\g` and its like send: what was typed, else the last one again.
    fn sent_statement(&mut self, ending: Ending) -> Statement {
        if self.buffer.is_empty() {
            self.buffer.clone_from(&self.previous);
        }
        // What is watched is not what the next command sends again.
        let kept = matches!(ending, Ending::Watch { .. }).then(|| self.previous.clone());
        let statement = self.take_statement(ending);
        if let Some(kept) = kept {
            self.previous = kept;
        }
        self.scanner.reset();
        statement
    }
}

/// A line without its newline. What is no UTF-8 stands there as U+FFFD.
pub(super) fn line_text(line: &[u8]) -> String {
    String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned()
}

/// Whether psql 15 has a command of this name.
fn is_psql_command(name: &str) -> bool {
    const NAMES: &str = " ! ? a C c cd connect conninfo copy copyright crosstabview e echo edit ef elif else encoding \
                         endif errverbose ev f g gdesc getenv gexec gset gx H h help html i if include \
                         include_relative ir o out p password print prompt pset q qecho quit r reset s set setenv sf \
                         sf+ sv sv+ t T timing unset w warn watch write x z l l+ list list+ ";
    name.starts_with('d') || name.starts_with("lo_") || (!name.is_empty() && NAMES.contains(&format!(" {name} ")))
}

/// A command's name and what follows it.
fn split_command(line: &str) -> (&str, &str) {
    let end = line.find(|c: char| c.is_ascii_whitespace() || c == '\\').unwrap_or(line.len());
    line.split_at(end)
}

/// What a command that sends the statement does with its result; `None` for other commands.
pub(super) fn ending(name: &str, words: &mut Words<'_>, variables: &Variables) -> Result<Option<Ending>, WordError> {
    Ok(Some(match name {
        "g" | "gx" => {
            let mut target = words.next_word(WordKind::FileOrPipe, false, variables)?.map(|word| word.text);
            let mut settings = Vec::new();
            if let Some(first) = target.as_ref().filter(|text| text.starts_with('(')) {
                settings = go_settings(name, first, words, variables)?;
                target = words.next_word(WordKind::FileOrPipe, false, variables)?.map(|word| word.text);
            }
            Ending::Go { expanded: name == "gx", settings, target }
        }
        "gset" => {
            let prefix = words.next_word(WordKind::Normal, false, variables)?.map(|word| word.text);
            Ending::Set { prefix: prefix.unwrap_or_default() }
        }
        "gdesc" => Ending::Describe,
        "gexec" => Ending::Execute,
        "bg" => Ending::Background,
        "watch" => {
            let seconds =
                words.next_word(WordKind::Normal, true, variables)?.and_then(|word| leading_number(&word.text));
            Ending::Watch { seconds: seconds.filter(|&seconds| seconds > 0.0).unwrap_or(DEFAULT_WATCH_SECONDS) }
        }
        _ => return Ok(None),
    }))
}

/// psql's interval of `\watch`; a value it cannot read counts as one second.
const DEFAULT_WATCH_SECONDS: f64 = 2.0;

/// The longest beginning that is a number, as C's `strtod` takes it.
fn leading_number(text: &str) -> Option<f64> {
    let numbers = (1..=text.len()).rev().filter_map(|end| text.get(..end)?.parse().ok());
    Some(numbers.into_iter().next().filter(|&seconds| seconds > 0.0).unwrap_or(1.0))
}

/// The settings in `\g (name=value ...)`.
fn go_settings(
    name: &str,
    first: &str,
    words: &mut Words<'_>,
    variables: &Variables,
) -> Result<Vec<(String, Option<String>)>, WordError> {
    let mut settings = Vec::new();
    let mut word = Some(first[1..].to_owned());
    while let Some(text) = word {
        let (text, is_last) = text.strip_suffix(')').map_or((text.as_str(), false), |text| (text, true));
        if !text.is_empty() {
            let (option, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
            PrintSettings::default().set(option, value).map_err(WordError::Setting)?;
            settings.push((option.to_owned(), value.map(str::to_owned)));
        }
        if is_last {
            break;
        }
        word = words.next_word(WordKind::Normal, false, variables)?.map(|word| word.text);
        if word.is_none() {
            return Err(WordError::Setting(format!("\\{name}: missing right parenthesis")));
        }
    }
    Ok(settings)
}
