//! `\e` and `\s`: the statement or a file in the editor, and what was typed before.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::source::LineSource;
use super::text;
use crate::psql::{Variables, WordKind, Words, file_complaint};

/// The variables that name the editor, in psql's order.
const EDITOR_VARIABLES: [&str; 3] = ["PSQL_EDITOR", "EDITOR", "VISUAL"];

/// psql's editor where none is named.
const DEFAULT_EDITOR: &str = "vi";

/// What stands before the number of a line in the editor's arguments, unless this variable says otherwise.
const LINE_VARIABLE: &str = "PSQL_EDITOR_LINENUMBER_ARG";

/// A command about the text that is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BufferCommand {
    /// `\e`: the file, or the statement if it is `None`; the line to begin at; words of no meaning.
    Edit { file: Option<PathBuf>, line: Option<String>, extra: Vec<String> },
    /// `\s`: to this file, or to the screen.
    History(Option<PathBuf>),
}

impl BufferCommand {
    /// The command of that name, if it is one of these.
    pub(super) fn parse(name: &str, rest: &str, variables: &Variables) -> Option<BufferCommand> {
        match name {
            "e" | "edit" => Some(edit_command(arguments(rest, variables))),
            "s" => Some(BufferCommand::History(arguments(rest, variables).first().map(PathBuf::from))),
            _ => None,
        }
    }
}

fn arguments(rest: &str, variables: &Variables) -> Vec<String> {
    let mut words = Words::new(rest);
    let next = || words.next_word(WordKind::Normal, true, variables).ok().flatten().map(|word| word.text);
    std::iter::from_fn(next).collect()
}

/// A number alone is a line of the statement, as in psql.
fn edit_command(arguments: Vec<String>) -> BufferCommand {
    let is_number = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut rest = arguments.into_iter();
    let (mut file, mut line) = (rest.next(), rest.next());
    if line.is_none() && file.as_ref().is_some_and(is_number) {
        line = file.take();
    }
    BufferCommand::Edit { file: file.map(PathBuf::from), line, extra: rest.collect() }
}

/// The line to begin at. What follows the digits does not count, as in psql.
pub(super) fn line_number(word: &str) -> Result<u32, EditError> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let number = word[..end].parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| EditError::LineNumber(word.to_owned()))
}

/// Why nothing was edited.
#[derive(Debug, thiserror::Error)]
pub(super) enum EditError {
    /// No editor is named, and psql's own choice is not there.
    #[error("{}", text::NO_EDITOR)]
    NoEditor,
    /// It could not be started, or ended badly.
    #[error("{}", text::editor_failed(.0, .1))]
    Failed(String, String),
    /// No line can have that number.
    #[error("{}", text::invalid_line_number(.0))]
    LineNumber(String),
    /// The file cannot be read or written.
    #[error("{}", file_complaint(&.0.to_string_lossy(), .1))]
    File(PathBuf, io::Error),
}

/// Opens the editor on `statement`, or on `file`, and waits for its end. What was written there; `None` when a file or
/// an earlier statement was left as it was, which then does not run.
pub(super) fn edit(
    statement: &str,
    is_begun: bool,
    file: Option<&Path>,
    line: Option<u32>,
) -> Result<Option<String>, EditError> {
    let editor = editor().ok_or(EditError::NoEditor)?;
    let Some(file) = file else {
        let failed = |error| EditError::File(env::temp_dir(), error);
        let mut draft = tempfile::Builder::new().prefix("statement").suffix(".sql").tempfile().map_err(failed)?;
        writeln!(draft, "{}", statement.trim_end()).map_err(failed)?;
        let edited = edited(&editor, draft.path(), line)?;
        return Ok(edited.or_else(|| is_begun.then(|| statement.to_owned())));
    };
    edited(&editor, file, line)
}

/// What is in the file after the editor's end, if it has changed.
fn edited(editor: &str, file: &Path, line: Option<u32>) -> Result<Option<String>, EditError> {
    let before = fs::read(file).map_err(|error| EditError::File(file.to_owned(), error))?;
    let status = run(editor, file, line).map_err(|error| EditError::Failed(editor.to_owned(), error.to_string()))?;
    if !status.success() {
        return Err(EditError::Failed(editor.to_owned(), status.to_string()));
    }
    let after = fs::read(file).map_err(|error| EditError::File(file.to_owned(), error))?;
    let is_new = before != after;
    Ok(is_new.then(|| String::from_utf8_lossy(&after).trim_end_matches('\n').to_owned()))
}

/// The editor, which may bring arguments of its own, is a shell's command.
fn run(editor: &str, file: &Path, line: Option<u32>) -> io::Result<ExitStatus> {
    let sign = env::var(LINE_VARIABLE).unwrap_or_else(|_| "+".to_owned());
    let line = line.map(|line| format!("{sign}{line}"));
    let arguments = if line.is_some() { "\"$2\" \"$1\"" } else { "\"$1\"" };
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("exec {editor} {arguments}")).arg("sh").arg(file).args(line);
    command.status()
}

/// The editor that the environment names.
pub(super) fn named_editor() -> Option<String> {
    EDITOR_VARIABLES.iter().filter_map(|name| env::var(name).ok()).find(|value| !value.is_empty())
}

fn editor() -> Option<String> {
    named_editor().or_else(|| is_installed(DEFAULT_EDITOR).then(|| DEFAULT_EDITOR.to_owned()))
}

fn is_installed(program: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// `\s`: writes the history to a file, or shows it.
pub(super) fn show_history(source: &dyn LineSource, file: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let entries: String = source.history().iter().map(|entry| format!("{entry}\n")).collect();
    match file {
        Some(file) => fs::write(file, entries),
        None => out.write_all(entries.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(rest: &str) -> Option<BufferCommand> {
        BufferCommand::parse("e", rest, &Variables::default())
    }

    #[test]
    fn a_number_alone_is_a_line() {
        let edit = |file: Option<&str>, line: Option<&str>| {
            let (file, line) = (file.map(PathBuf::from), line.map(str::to_owned));
            Some(BufferCommand::Edit { file, line, extra: Vec::new() })
        };
        assert_eq!(parsed(""), edit(None, None));
        assert_eq!(parsed(" 3"), edit(None, Some("3")));
        assert_eq!(parsed(" a.sql 3"), edit(Some("a.sql"), Some("3")));
        assert_eq!(BufferCommand::parse("d", "", &Variables::default()), None);
    }

    #[test]
    fn what_the_editor_left_alone_is_told_from_what_it_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("it.sql");
        fs::write(&file, "SELECT 1;\n").expect("a file");
        assert_eq!(edited("true", &file, None).expect("it runs"), None);
        let changed = edited("sed -i s/1/2/", &file, None).expect("it runs");
        assert_eq!(changed.as_deref(), Some("SELECT 2;"));
        assert!(matches!(edited("false", &file, None), Err(EditError::Failed(..))));
    }
}
