//! A tutor at a terminal: keys go in, and what is on the screen can be read.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use super::{LONG, LOOK_AGAIN, course};

/// The size of the screen.
const ROWS: NonZero<u16> = NonZero::new(50).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(100).unwrap();

/// How long a tutor may take to leave before it is killed.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long a build may take that begins with nothing, on a busy machine.
const BUILD: Duration = Duration::from_secs(900);

/// A tutor at a terminal.
pub(crate) struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    reader: Option<JoinHandle<()>>,
    closing: Arc<AtomicBool>,
    // Kept open: closing it hangs up.
    terminal: Option<Box<dyn MasterPty + Send>>,
    _progress: Option<TempDir>,
}

impl Screen {
    /// A tutor with these arguments and no progress yet.
    pub(crate) fn open(arguments: &[&str]) -> Screen {
        Screen::with_variables(arguments, &[])
    }

    /// A tutor with these arguments, no progress yet and those environment variables.
    pub(crate) fn with_variables(arguments: &[&str], variables: &[(&str, &str)]) -> Screen {
        let progress = tempfile::tempdir().expect("a temporary folder");
        let mut screen = Screen::start(arguments, progress.path(), variables);
        screen._progress = Some(progress);
        screen
    }

    /// A tutor with these arguments and the progress in that folder.
    pub(crate) fn with_progress(arguments: &[&str], progress: &Path) -> Screen {
        Screen::start(arguments, progress, &[])
    }

    /// A shell with the tutor's program in `$TUTOR`, for what shells do with programs.
    pub(crate) fn shell(progress: &Path) -> Screen {
        let mut command = CommandBuilder::new("/bin/bash");
        command.args(["--norc", "--noprofile", "-i"]);
        let variables = [("TUTOR", env!("CARGO_BIN_EXE_tutor-under-test")), ("PS1", "shell> ")];
        Screen::start_command(command, progress, &variables, COLUMNS)
    }

    /// The same as [`Screen::with_variables`] on a screen of so many columns.
    pub(crate) fn narrow(arguments: &[&str], columns: NonZero<u16>) -> Screen {
        let progress = tempfile::tempdir().expect("a temporary folder");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tutor-under-test"));
        command.args(arguments);
        let mut screen = Screen::start_command(command, progress.path(), &[], columns);
        screen._progress = Some(progress);
        screen
    }

    fn start(arguments: &[&str], progress: &Path, variables: &[(&str, &str)]) -> Screen {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tutor-under-test"));
        command.args(arguments);
        Screen::start_command(command, progress, variables, COLUMNS)
    }

    fn start_command(
        mut command: CommandBuilder,
        progress: &Path,
        variables: &[(&str, &str)],
        columns: NonZero<u16>,
    ) -> Screen {
        super::realm();
        let size = PtySize { rows: ROWS.get(), cols: columns.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        command.cwd(course().root());
        command.env("TUTOR_PROGRESS", progress);
        command.env("TERM", "xterm-256color");
        ["NO_COLOR", "PAGER", "PSQL_PAGER"].iter().for_each(|name| command.env_remove(name));
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("the tutor starts");
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().expect("the terminal's output");
        let keys = pair.master.take_writer().expect("the terminal's input");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(ROWS, columns, 1000)));
        let shown = Arc::clone(&screen);
        let closing = Arc::new(AtomicBool::new(false));
        let is_closing = Arc::clone(&closing);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                shown.lock().expect("the screen").process(&bytes[..length]);
                if is_closing.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        Screen { child, keys, screen, reader: Some(reader), closing, terminal: Some(pair.master), _progress: None }
    }

    /// Types a line and Enter.
    pub(crate) fn type_line(&mut self, line: &str) {
        self.press(&format!("{line}\r"));
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the terminal takes keys");
    }

    /// Sends bytes that need not be keys.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.keys.write_all(bytes).and_then(|()| self.keys.flush()).expect("the terminal takes bytes");
    }

    /// Makes the screen so many columns wide.
    pub(crate) fn resize(&self, columns: NonZero<u16>) {
        let size = PtySize { rows: ROWS.get(), cols: columns.get(), pixel_width: 0, pixel_height: 0 };
        self.screen.lock().expect("the screen").screen_mut().set_size(ROWS, columns);
        self.terminal.iter().for_each(|terminal| terminal.resize(size).expect("the terminal is resized"));
    }

    /// What is on the screen now.
    pub(crate) fn text(&self) -> String {
        self.screen.lock().expect("the screen").screen().contents()
    }

    /// Whether anything on the screen is coloured or set in another way.
    pub(crate) fn has_colours(&self) -> bool {
        let parser = self.screen.lock().expect("the screen");
        let mut cells = (0..ROWS.get()).flat_map(|row| (0..COLUMNS.get()).map(move |column| (row, column)));
        cells.any(|(row, column)| {
            let cell = parser.screen().cell(row, column);
            cell.is_some_and(|cell| cell.bold() || cell.underline() || cell.fgcolor() != vt100::Color::Default)
        })
    }

    /// Waits until the screen shows `text`; panics with the screen when it never does.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(text, LONG, |screen| screen.contains(text));
    }

    /// The same for what comes after a build, which may compile everything that the crate needs.
    #[track_caller]
    pub(crate) fn wait_for_build(&self, text: &str) {
        self.wait_until(text, BUILD, |screen| screen.contains(text));
    }

    /// Presses keys again and again until the screen shows `text`.
    #[track_caller]
    pub(crate) fn press_until(&mut self, keys: &str, text: &str) {
        let start = Instant::now();
        while !self.text().contains(text) {
            assert!(start.elapsed() < LONG, "the screen never showed {text:?}:\n{}", self.text());
            self.press(keys);
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Waits until so many lines of the screen begin with `text`, or more.
    #[track_caller]
    pub(crate) fn wait_for_lines(&self, text: &str, count: usize) {
        let begin = |screen: &str| screen.lines().filter(|line| line.starts_with(text)).count();
        self.wait_until(text, LONG, |screen| begin(screen) >= count);
    }

    /// Waits until the last line that is not empty is `line`: a prompt, and nothing after it.
    #[track_caller]
    pub(crate) fn wait_for_prompt(&self, line: &str) {
        let is_last = |screen: &str| screen.lines().map(str::trim_end).rfind(|line| !line.is_empty()) == Some(line);
        self.wait_until(line, LONG, is_last);
    }

    #[track_caller]
    fn wait_until(&self, what: &str, limit: Duration, holds: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !holds(&self.text()) {
            assert!(start.elapsed() < limit, "the screen never showed {what:?}:\n{}", self.text());
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Waits for the tutor's end and returns its exit status.
    pub(crate) fn end(mut self) -> u32 {
        let status = self.child.wait().expect("the tutor ends");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the output is read");
        }
        status.exit_code()
    }

    /// Closes the terminal and waits for the tutor's end; the signal that it died of, if it did not end by itself.
    pub(crate) fn close(mut self) -> Option<String> {
        self.closing.store(true, Ordering::Relaxed);
        // Its echo wakes the reader, which then lets go of the terminal too.
        self.press("x");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the output is read");
        }
        self.keys = Box::new(std::io::sink());
        self.terminal = None;
        let status = self.child.wait().expect("the tutor ends");
        status.signal().map(str::to_owned)
    }

    /// The tutor's process id.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.process_id()
    }
}

impl Drop for Screen {
    /// Leaves as a person would, so that no server is left behind; kills what does not leave.
    fn drop(&mut self) {
        let start = Instant::now();
        let mut keys: &[u8] = b"\x03";
        while start.elapsed() < FAREWELL && matches!(self.child.try_wait(), Ok(None)) {
            if self.keys.write_all(keys).and_then(|()| self.keys.flush()).is_err() {
                break;
            }
            keys = b"\\q\r";
            std::thread::sleep(FAREWELL / 50);
        }
        // One that has ended has nothing to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
