//! Scripts through `tutor play` and through psql 15: the same on both streams, and in the same order.
//!
//! The scripts are `tests/psql/*.sql`, one for each subject. Each runs in a database of its own, in an empty folder,
//! four times: psql and the tutor, streams apart and streams together.

mod differences;
mod robust;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read, pipe};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postgres::Client;
use tutor::server::{Lifetime, Role, Server, Via};

use crate::support::realm;
use differences::{as_wanted, check_all_used};

/// The database that every script has to itself.
const DATABASE: &str = "compare";

/// The least number of statements and commands that are compared.
const LEAST_ITEMS: usize = 400;

/// The commands that the scripts have to contain.
const COMMANDS: &str = r"\gset \gx \g \gdesc \watch \timing \x \e \i \ir \o \pset \a \t \copy \p \r \s \set \unset \echo \qecho
                         \if \elif \else \endif \errverbose \conninfo \c \d \dt \dv \df \di \dx \dn \du \l \dS+ \sf \sv
                         \h \? \q";

/// What the scripts run in. The editor's own file lies beside them.
const ENVIRONMENT: [(&str, &str); 5] = [
    ("PATH", "/usr/bin:/bin"),
    ("HOME", "/nonexistent"),
    ("LC_ALL", "C.UTF-8"),
    ("EDITOR", "sh \"$SCRIPTS/editor.sh\""),
    ("PSQL_EDITOR_LINENUMBER_ARG", "+"),
];

/// What a run brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) status: Option<i32>,
}

/// Who runs a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Player {
    Psql,
    Tutor,
}

/// A server with one database that is made anew for each run.
pub(crate) struct Arena {
    server: Server,
    admin: Client,
}

impl Arena {
    pub(crate) fn new() -> Arena {
        let server = Server::acquire(realm(), Lifetime::Session).expect("a server");
        let admin = server.connect(Role::Admin, "postgres").expect("the admin");
        Arena { server, admin }
    }

    fn make_database(&mut self) {
        self.admin
            .batch_execute(&format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))
            .expect("it can be dropped");
        self.admin.batch_execute(&format!("CREATE DATABASE {DATABASE} OWNER student")).expect("it can be made");
    }

    fn command(&self, player: Player, directory: &Path) -> Command {
        let uri = self.server.uri(Role::Admin, DATABASE, Via::Socket);
        let mut command = match player {
            Player::Psql => Command::new("psql"),
            Player::Tutor => Command::new(env!("CARGO_BIN_EXE_tutor-under-test")),
        };
        match player {
            Player::Psql => command.args(["-X", "-q", &uri]),
            Player::Tutor => command.args(["play", "--database", &uri]),
        };
        command.current_dir(directory).env_clear().env("SCRIPTS", folder()).envs(ENVIRONMENT);
        command
    }

    /// Runs a script with its streams apart.
    pub(crate) fn run(&mut self, player: Player, script: &Path) -> Run {
        self.make_database();
        let directory = tempfile::tempdir().expect("a temporary folder");
        let mut command = self.command(player, directory.path());
        let output = command.stdin(File::open(script).expect("the script")).output().expect("it runs");
        Run { out: text(output.stdout), err: text(output.stderr), status: output.status.code() }
    }

    /// Runs a script with both streams in one.
    fn run_merged(&mut self, player: Player, script: &Path) -> String {
        self.make_database();
        let directory = tempfile::tempdir().expect("a temporary folder");
        let mut command = self.command(player, directory.path());
        let (mut reader, writer): (PipeReader, PipeWriter) = pipe().expect("a pipe");
        command.stdout(writer.try_clone().expect("a second end")).stderr(writer);
        let mut child = command.stdin(Stdio::from(File::open(script).expect("the script"))).spawn().expect("it runs");
        // The command holds the writing ends; without them the end of the output is never seen.
        drop(command);
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).expect("the output");
        child.wait().expect("it ends");
        text(bytes)
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("psql")
}

fn scripts() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the scripts").map(|entry| entry.expect("an entry").path());
    let mut scripts: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|ext| ext == "sql")).collect();
    scripts.sort();
    scripts
}

/// Statements that end a line, and commands that begin one: fewer than there are.
fn count_items(script: &Path) -> usize {
    let bytes = std::fs::read(script).expect("the script");
    text(bytes).lines().filter(|line| line.trim_end().ends_with(';') || line.starts_with('\\')).count()
}

/// The first line that differs, with what stands around it.
fn first_difference(psql: &str, tutor: &str) -> String {
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (tutor.split('\n').collect(), psql.split('\n').collect());
    let place = (0..).find(|&line| ours.get(line) != theirs.get(line)).unwrap_or(0);
    let around = |lines: &[&str]| {
        let end = lines.len().min(place + 4);
        lines[place.saturating_sub(4).min(end)..end].join("\n")
    };
    format!("line {}\n--- psql\n{}\n--- tutor\n{}\n", place + 1, around(&theirs), around(&ours))
}

#[test]
fn scripts_give_what_psql_gives() {
    let mut arena = Arena::new();
    let mut report = String::new();
    let mut items = 0;
    let mut compare = |what: String, psql: &str, tutor: &str| {
        if psql != tutor {
            report.push_str(&format!("{what}, {}", first_difference(psql, tutor)));
        }
    };
    for script in scripts() {
        let name = script.file_stem().expect("a name").to_string_lossy().into_owned();
        items += count_items(&script);
        let psql = arena.run(Player::Psql, &script);
        let tutor = arena.run(Player::Tutor, &script);
        compare(format!("{name}: standard output"), &as_wanted(&name, &psql.out), &steady(&tutor.out));
        compare(format!("{name}: standard error"), &as_wanted(&name, &psql.err), &steady(&tutor.err));
        compare(format!("{name}: exit status"), &format!("{:?}", psql.status), &format!("{:?}", tutor.status));
        let psql = arena.run_merged(Player::Psql, &script);
        let tutor = arena.run_merged(Player::Tutor, &script);
        compare(format!("{name}: both streams"), &as_wanted(&name, &psql), &steady(&tutor));
    }
    assert!(report.is_empty(), "{report}");
    assert!(items >= LEAST_ITEMS, "only {items} statements and commands are compared");
    check_all_used();
}

/// The commands of a script, each at the beginning of a line or behind a blank.
fn commands_of(script: &Path) -> BTreeSet<String> {
    let bytes = std::fs::read(script).expect("the script");
    let words = text(bytes);
    words.split_whitespace().filter(|word| word.starts_with('\\')).map(|word| word.replace(';', "")).collect()
}

#[test]
fn every_command_is_compared() {
    let compared: BTreeSet<String> = scripts().iter().flat_map(|script| commands_of(script)).collect();
    let missing: Vec<&str> = COMMANDS.split_whitespace().filter(|command| !compared.contains(*command)).collect();
    assert!(missing.is_empty(), "no script has {missing:?}");
}

/// Output without what no two runs share.
fn steady(text: &str) -> String {
    differences::steady(text)
}
