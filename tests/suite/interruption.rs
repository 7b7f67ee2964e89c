//! Grading that is interrupted: what is done is kept, nothing is done twice, and nothing is left on the machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Tutor, wait_for};

/// How many submissions there are. The journal has a line for each, after its head.
const CLASS: usize = 6;

/// The exercise that they answer, with an answer that is not done at once.
const SUBMISSION: &str = "-- exercise: 118708-x-3\nSELECT pg_sleep(1);\nSELECT count(*) FROM mail_messages;\n";

/// A class, and the journal of its grading.
struct Run {
    folder: TempDir,
    tutor: Tutor,
}

/// A server of a run: where it lies, its process, and where its socket is.
#[derive(Debug)]
struct JobServer {
    directory: PathBuf,
    pid: String,
    sockets: PathBuf,
}

impl Run {
    fn new() -> Run {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("class")).expect("a folder");
        for number in 0..CLASS {
            let submission = folder.path().join(format!("class/student-{number}.sql"));
            fs::write(submission, format!("{SUBMISSION}SELECT {number} + count(*) FROM mail_messages;\n"))
                .expect("one");
        }
        Run { folder, tutor: Tutor::new(&[]) }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A run that writes its report to a file of that name.
    fn start(&self, report: &str, options: &[&str]) -> Child {
        let (class, report) = (self.path("class"), self.path(report));
        let base = ["grade", "12", &class, "--format", "json", "-o", &report, "--jobs", "2"];
        let mut command = self.tutor.command_with(&[&base[..], options].concat());
        command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the tutor starts")
    }

    fn report(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).expect("a report")).expect("JSON")
    }

    /// The results that are in the journal, without a line that was cut off.
    fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("journal")).unwrap_or_default();
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n')).skip(1);
        whole.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// Begins a run, sends the signal when something is graded, and waits for its end. Returns the run's servers.
    fn interrupt(&self, signal: &str) -> (ExitStatus, Vec<JobServer>) {
        let mut child = self.start("part", &["--resume", &self.path("journal")]);
        let servers = wait_for("a submission is graded while others are", || {
            (!self.journal().is_empty()).then(|| servers_of(child.id())).filter(|servers| !servers.is_empty())
        });
        let pid = child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
        (child.wait().expect("it ends"), servers)
    }

    /// Goes on, and proves that the two runs together are as good as one.
    fn go_on(&self) {
        let before = self.journal();
        let done: BTreeSet<&str> = before.iter().map(name).collect();
        assert!((1..CLASS).contains(&done.len()), "{done:?} of {CLASS}");
        let child = self.start("whole", &["--resume", &self.path("journal")]);
        let ran = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{said}");
        assert!(!done.iter().any(|name| said.contains(&format!(" {name}: "))), "{done:?} again: {said}");
        assert_eq!(self.journal().iter().map(name).collect::<BTreeSet<_>>().len(), CLASS);
        assert_eq!(self.journal().len(), CLASS, "something was kept twice");
        let whole = self.report("whole");
        for graded in &before {
            let kept = submissions(&whole).iter().any(|submission| submission == graded);
            assert!(kept, "{graded:#} is not in {whole:#}");
        }
        let status = self.start("uninterrupted", &[]).wait().expect("it ends");
        assert!(status.success());
        assert_eq!(without_seconds(whole), without_seconds(self.report("uninterrupted")));
    }
}

fn submissions(report: &Value) -> &[Value] {
    report["submissions"].as_array().expect("submissions")
}

fn name(graded: &Value) -> &str {
    graded["name"].as_str().expect("a name")
}

fn without_seconds(mut report: Value) -> Value {
    for submission in report["submissions"].as_array_mut().expect("submissions") {
        submission["seconds"] = Value::Null;
    }
    report
}

/// The servers that run for a process: it holds their locks.
fn servers_of(process: u32) -> Vec<JobServer> {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let locks = files.filter_map(|file| fs::read_link(file.path()).ok());
    let locks = locks.filter(|file| file.ends_with("lock") && file.parent().is_some_and(is_server));
    locks.filter_map(|lock| server_in(lock.parent()?)).collect()
}

fn is_server(directory: &Path) -> bool {
    directory.parent().is_some_and(|above| above.ends_with("servers"))
}

fn server_in(directory: &Path) -> Option<JobServer> {
    let text = fs::read_to_string(directory.join("data/postmaster.pid")).ok()?;
    let line = |number: usize| text.lines().nth(number).map(str::to_owned);
    Some(JobServer { directory: directory.to_owned(), pid: line(0)?, sockets: line(4)?.into() })
}

#[track_caller]
fn assert_nothing_is_left(servers: &[JobServer]) {
    for server in servers {
        assert!(!server.directory.exists() && !server.sockets.exists(), "{server:?} is there");
        assert!(!Path::new("/proc").join(&server.pid).exists(), "{server:?} runs");
    }
}

#[test]
fn a_run_that_is_interrupted_reports_what_it_has_and_goes_on_later() {
    let run = Run::new();
    let (status, servers) = run.interrupt("-INT");
    assert_eq!(status.code(), Some(130));
    assert_nothing_is_left(&servers);
    let part = run.report("part");
    let reported: BTreeSet<&str> = submissions(&part).iter().map(name).collect();
    assert_eq!(reported, run.journal().iter().map(name).collect());
    run.go_on();
}

#[test]
fn a_run_that_is_killed_goes_on_and_clears_up_what_it_left() {
    let run = Run::new();
    let (status, servers) = run.interrupt("-KILL");
    assert_eq!(status.code(), None);
    run.go_on();
    assert_nothing_is_left(&servers);
}
