//! The tutor as a process, with its own progress.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::course;

/// A tutor to be run: built up, then run once.
pub(crate) struct Tutor {
    arguments: Vec<String>,
    input: String,
    variables: Vec<(String, String)>,
    progress: TempDir,
    directory: PathBuf,
}

/// What a run brought.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Tutor {
    /// A run with these arguments in the clone, with no progress yet.
    pub(crate) fn new(arguments: &[&str]) -> Tutor {
        super::realm();
        Tutor {
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            input: String::new(),
            variables: Vec::new(),
            progress: tempfile::tempdir().expect("a temporary folder"),
            directory: course().root().to_owned(),
        }
    }

    /// What stands on standard input.
    pub(crate) fn input(mut self, text: &str) -> Tutor {
        text.clone_into(&mut self.input);
        self
    }

    /// An environment variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Tutor {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The working directory.
    pub(crate) fn directory(mut self, directory: &Path) -> Tutor {
        directory.clone_into(&mut self.directory);
        self
    }

    /// The folder of this run's progress.
    pub(crate) fn progress(&self) -> &Path {
        self.progress.path()
    }

    /// Runs it again and again with the same progress: new arguments and input for each run.
    pub(crate) fn again(&self, arguments: &[&str], input: &str) -> Ran {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self.spawn(&arguments, input)
    }

    /// Runs it to its end.
    pub(crate) fn run(&self) -> Ran {
        self.spawn(&self.arguments, &self.input)
    }

    /// Runs it and expects that exit status.
    #[track_caller]
    pub(crate) fn expect(&self, status: i32) -> Ran {
        let ran = self.run();
        assert_eq!(ran.status, status, "{ran:#?}");
        ran
    }

    fn spawn(&self, arguments: &[String], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tutor starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_owned();
        let writer = std::thread::spawn(move || {
            // A tutor that leaves early does not read all of it.
            let _ = stdin.write_all(input.as_bytes());
        });
        let output = child.wait_with_output().expect("the tutor ends");
        writer.join().expect("the input is written");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The process with these arguments and this progress, not started yet.
    pub(crate) fn command_with(&self, arguments: &[&str]) -> Command {
        self.command(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tutor-under-test"));
        command.args(arguments).current_dir(&self.directory).env("TUTOR_PROGRESS", self.progress.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}
