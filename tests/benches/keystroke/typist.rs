//! Somebody who types at a terminal and watches the screen.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

const ROWS: NonZero<u16> = NonZero::new(50).unwrap();
const WIDTH: NonZero<u16> = NonZero::new(120).unwrap();

/// How long anything is waited for.
const LONG: Duration = Duration::from_secs(120);

/// The database that the tables are made in, and the prompt there.
const DATABASE: &str = "keystrokes";
const PROMPT: &str = "keystrokes=#";

const CTRL_C: &str = "\u{3}";

/// The screen, and the news that it has changed.
#[derive(Default)]
struct Shown {
    screen: Mutex<Option<vt100::Parser>>,
    changed: Condvar,
}

pub(crate) struct Typist {
    tutor: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    shown: Arc<Shown>,
    _terminal: Box<dyn MasterPty + Send>,
    _progress: TempDir,
}

impl Typist {
    /// Starts a tutor without a lab in a database of its own.
    pub(crate) fn sit_down() -> anyhow::Result<Typist> {
        let progress = tempfile::tempdir()?;
        let size = PtySize { rows: ROWS.get(), cols: WIDTH.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tutor-under-test"));
        command.args(["play", "--role", "admin"]);
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        command.env("TUTOR_PROGRESS", progress.path());
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        let tutor = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader()?;
        let keys = pair.master.take_writer()?;
        let shown = Arc::new(Shown::default());
        *shown.lock() = Some(vt100::Parser::new(ROWS, WIDTH, 0));
        let screen = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                screen.lock().iter_mut().for_each(|parser| parser.process(&bytes[..length]));
                screen.changed.notify_all();
            }
        });
        let mut typist = Typist { tutor, keys, shown, _terminal: pair.master, _progress: progress };
        typist.wait("play=#", |screen| screen.trim_end().ends_with("play=#"))?;
        typist.run(&format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE);"), "play=#")?;
        typist.run(&format!("CREATE DATABASE {DATABASE};"), "play=#")?;
        typist.run(&format!("\\c {DATABASE}"), PROMPT)?;
        Ok(typist)
    }

    /// Makes the tables, and presses Tab until completion knows them.
    pub(crate) fn make_tables(&mut self, tables: usize, columns: usize) -> anyhow::Result<()> {
        let columns: Vec<String> = (0..columns).map(|place| format!("column_{place} int")).collect();
        let columns = columns.join(", ");
        self.run(
            &format!(
                "DO $$BEGIN FOR i IN 1..{tables} LOOP EXECUTE 'CREATE TABLE catalogue_' || i || ' ({columns})'; \
                 END LOOP; END$$;"
            ),
            PROMPT,
        )?;
        self.press(&format!("\\d catalogue_{}", tables / 2))?;
        let start = Instant::now();
        while !self.text().contains("catalogue_1000 ") {
            if start.elapsed() > LONG {
                bail!("completion never knew the tables:\n{}", self.text());
            }
            self.press("\t")?;
            std::thread::sleep(Duration::from_millis(100));
        }
        self.drop_line()
    }

    /// A statement after which the catalogue is read anew.
    pub(crate) fn change_catalogue(&mut self) -> anyhow::Result<()> {
        self.run("CREATE TABLE passing (); DROP TABLE passing;", PROMPT)
    }

    /// Types key after key, each after the echo of the one before.
    pub(crate) fn type_statement(
        &mut self,
        statement: &str,
        keys: &mut Vec<Duration>,
        tabs: &mut Vec<Duration>,
    ) -> anyhow::Result<()> {
        for key in statement.chars() {
            let before = self.look();
            let start = Instant::now();
            self.press(key.encode_utf8(&mut [0; 4]))?;
            self.wait_for_change(&before)?;
            if key == '\t' {
                tabs.push(start.elapsed())
            } else {
                keys.push(start.elapsed())
            }
            if key == '\t' {
                self.settle();
            }
        }
        self.drop_line()
    }

    /// Pastes a text, and waits until its end is on the screen.
    pub(crate) fn paste(&mut self, text: &str) -> anyhow::Result<()> {
        let end = text.lines().next_back().unwrap_or_default().to_owned();
        self.press(&format!("\u{1b}[200~{text}\u{1b}[201~"))?;
        self.wait("what was pasted", |screen| screen.trim_end().ends_with(&end))
    }

    /// Takes the database away and leaves.
    pub(crate) fn leave(&mut self) -> anyhow::Result<()> {
        self.run("\\c play", "play=#")?;
        self.run(&format!("DROP DATABASE {DATABASE} WITH (FORCE);"), "play=#")?;
        self.press("\\q\r")?;
        self.tutor.wait().map(drop).context("the tutor does not end")
    }

    /// Types a line and waits for the prompt after it.
    fn run(&mut self, line: &str, prompt: &str) -> anyhow::Result<()> {
        // The screen is emptied first, so that the prompt that comes is not the one that was there.
        self.shown.lock().iter_mut().for_each(|parser| parser.process(b"\x1b[2J\x1b[H"));
        self.press(&format!("{line}\r"))?;
        self.wait(prompt, |screen| screen.lines().count() > 1 && screen.trim_end().ends_with(prompt))
    }

    fn drop_line(&mut self) -> anyhow::Result<()> {
        self.press(CTRL_C)?;
        self.wait(PROMPT, |screen| screen.trim_end().ends_with(PROMPT))
    }

    fn press(&mut self, keys: &str) -> anyhow::Result<()> {
        Ok(self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush())?)
    }

    fn text(&self) -> String {
        self.shown.lock().as_ref().map(|parser| parser.screen().contents()).unwrap_or_default()
    }

    /// What is shown, and where the cursor stands.
    fn look(&self) -> (String, (u16, u16)) {
        let seen = self.shown.lock();
        seen.as_ref().map(|parser| (parser.screen().contents(), parser.screen().cursor_position())).unwrap_or_default()
    }

    /// Waits until the screen is another one than `before`.
    fn wait_for_change(&self, before: &(String, (u16, u16))) -> anyhow::Result<()> {
        let is_same = |seen: &mut Option<vt100::Parser>| {
            seen.as_ref().is_some_and(|parser| {
                parser.screen().cursor_position() == before.1 && parser.screen().contents() == before.0
            })
        };
        let waited = self.shown.changed.wait_timeout_while(self.shown.lock(), LONG, is_same);
        match waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
            true => bail!("a key had no echo:\n{}", before.0),
            false => Ok(()),
        }
    }

    /// Waits until nothing changes for a moment: a list of candidates is shown in several pieces.
    fn settle(&self) {
        let pause = Duration::from_millis(30);
        loop {
            let (seen, waited) =
                self.shown.changed.wait_timeout(self.shown.lock(), pause).unwrap_or_else(PoisonError::into_inner);
            drop(seen);
            if waited.timed_out() {
                return;
            }
        }
    }

    fn wait(&self, what: &str, holds: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        let lacks =
            |seen: &mut Option<vt100::Parser>| !seen.as_ref().is_some_and(|parser| holds(&parser.screen().contents()));
        let waited = self.shown.changed.wait_timeout_while(self.shown.lock(), LONG, lacks);
        match waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
            true => bail!("{what} never came:\n{}", self.text()),
            false => Ok(()),
        }
    }
}

impl Shown {
    fn lock(&self) -> MutexGuard<'_, Option<vt100::Parser>> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Typist {
    fn drop(&mut self) {
        // One that has left has nothing to be killed.
        let _ = self.tutor.kill();
    }
}
