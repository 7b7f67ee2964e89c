//! One session: what it does, what it knows of its jobs, and which answers it takes.

use super::command::{Command, Random};
use super::*;
use std::fmt::Write;

/// The most jobs that a session has at a time.
const MOST_JOBS: usize = 6;

/// What a session knows of a job.
#[derive(Debug)]
struct Job {
    pid: i32,
    persistent: bool,
    /// None while a persistent worker is idle.
    command: Option<Command>,
    /// A cancel has met the command while it ran.
    cancelled: bool,
    /// For so many commands yet, a termination may show that a cancel has sent when its grace was over: it may have met
    /// the idle worker.
    terminated: u8,
    /// A reader was cancelled, perhaps just after it had read all.
    perhaps_read: bool,
}

impl Job {
    /// Whether the session may have forgotten the job: all of it was read, or its worker was terminated.
    fn may_be_gone(&self) -> bool {
        (self.perhaps_read && !self.persistent) || self.terminated > 0
    }

    /// What a call that says nothing of the command may be refused with.
    fn refusals(&self) -> &'static [&'static str] {
        if self.may_be_gone() { &["42704"] } else { &[] }
    }
}

pub(super) struct Session {
    name: u64,
    pub(super) client: Client,
    pub(super) random: Random,
    jobs: Vec<Job>,
    /// What has been done, for the message of a failure.
    story: String,
    pub(super) steps: u64,
}

impl Session {
    pub(super) fn new(name: u64, client: Client, seed: u64) -> Session {
        let random = Random(seed ^ name.wrapping_mul(0x5851_f42d_4c95_7f2d));
        Session { name, client, random, jobs: Vec::new(), story: String::new(), steps: 0 }
    }

    fn ask(&mut self, sql: &str) -> Result<String, Box<DbError>> {
        // Only the last of a long story is of interest.
        if self.story.len() > 20_000 {
            self.story = self.story.split_off(self.story.floor_char_boundary(10_000));
        }
        writeln!(self.story, "{sql}").expect("a string takes it");
        let answer = match self.client.simple_query(sql) {
            Ok(messages) => Ok(printed(&messages)),
            Err(error) => match error.as_db_error() {
                Some(said) => Err(Box::new(said.clone())),
                None => self.fail(&format!("{error:?}")),
            },
        };
        match &answer {
            Ok(rows) => writeln!(self.story, "    {rows}"),
            Err(error) => writeln!(self.story, "    {}: {}", code(error), error.message()),
        }
        .expect("a string takes it");
        answer
    }

    fn fail(&self, what: &str) -> ! {
        panic!("session {}, step {}: {what}\njobs: {:#?}\n{}", self.name, self.steps, self.jobs, self.story)
    }

    /// The answer has to be this, or an error of one of these.
    fn expect(&mut self, sql: &str, right: Option<&str>, allowed: &[&str]) -> Result<String, Box<DbError>> {
        let answer = self.ask(sql);
        match &answer {
            Ok(rows) if right.is_some_and(|right| right == "*" || right == rows) => {}
            Err(error) if allowed.contains(&code(error)) => {}
            _ => self.fail(&format!("expected {right:?} or one of {allowed:?}")),
        }
        answer
    }

    pub(super) fn step(&mut self) {
        self.steps += 1;
        match self.random.below(22) {
            0..=4 => self.launch(),
            5..=8 => self.read(),
            9..=11 => self.run(),
            12 => self.read_wrongly(),
            13 => self.wait(),
            14 => self.wait_any(),
            15 | 16 => self.cancel(),
            17 => self.detach(),
            18 => self.list(),
            19 => self.misuse(),
            20 => self.read_for_a_moment(),
            _ => self.wait_for_a_moment(),
        }
    }

    fn chosen(&mut self) -> Option<usize> {
        if self.jobs.is_empty() { None } else { Some(self.random.below(self.jobs.len())) }
    }

    fn launch(&mut self) {
        if self.jobs.len() >= MOST_JOBS {
            return self.read();
        }
        let command = Command::any(&mut self.random);
        let persistent = self.random.one_in(3);
        let queue_size = self.random.pick(&[1024, 5000, 65536, 1 << 20]);
        let sql = format!("SELECT pg_background_launch($q${}$q$, {queue_size}, {persistent})", command.sql());
        if let Ok(pid) = self.expect(&sql, Some("*"), &["53000"]) {
            let pid = pid.parse().expect("a pid");
            if self.jobs.iter().any(|job| job.pid == pid) {
                self.fail("a pid twice");
            }
            let command = Some(command);
            self.jobs.push(Job { pid, persistent, command, cancelled: false, terminated: 0, perhaps_read: false });
        }
    }

    /// Takes the result of a job, whatever that is.
    fn read(&mut self) {
        let Some(index) = self.chosen() else { return };
        let job = &self.jobs[index];
        let pid = job.pid;
        let Some(command) = job.command else {
            let read = format!("SELECT * FROM pg_background_result({pid}) AS (i int)");
            let refusals: &[&str] = if job.may_be_gone() { &["55000", "42704"] } else { &["55000"] };
            self.expect(&read, None, refusals).unwrap_err();
            return;
        };
        let (sql, right) = command.reading(pid);
        let allowed = self.allowed(index, right.is_none());
        let answer = self.expect(&sql, right.as_deref(), &allowed);
        self.was_read(index, answer.err().as_deref());
    }

    /// The errors that reading a job may end with.
    fn allowed(&self, index: usize, fails: bool) -> Vec<&'static str> {
        let job = &self.jobs[index];
        let mut allowed = Vec::new();
        allowed.extend(fails.then_some("22012"));
        allowed.extend(job.cancelled.then_some("57014"));
        allowed.extend((job.terminated > 0).then_some("57P01"));
        allowed.extend((job.perhaps_read && job.persistent).then_some("55000"));
        allowed.extend(job.refusals());
        allowed
    }

    fn was_read(&mut self, index: usize, error: Option<&DbError>) {
        let ended = error.is_some_and(|error| ["57P01", "42704"].contains(&code(error)));
        let job = &mut self.jobs[index];
        if !job.persistent || ended {
            let pid = self.jobs.swap_remove(index).pid;
            if self.random.one_in(3) && !ended {
                self.expect(&format!("SELECT pg_background_wait({pid}, 0)"), None, &["42704"]).unwrap_err();
            }
            return;
        }
        job.command = None;
        job.perhaps_read = false;
        job.cancelled = false;
        job.terminated = job.terminated.saturating_sub(1);
    }

    fn run(&mut self) {
        let Some(index) = self.jobs.iter().position(|job| job.persistent && job.command.is_none()) else {
            return self.run_on_a_busy_one();
        };
        let command = Command::any(&mut self.random);
        let job = &self.jobs[index];
        // The end of the grace may have met a worker whose command had just ended.
        let allowed: &[&str] = if job.terminated > 0 { &["08006", "42704"] } else { &[] };
        let sql = format!("SELECT pg_background_run({}, $q${}$q$)", job.pid, command.sql());
        match self.expect(&sql, Some(""), allowed) {
            Ok(_) => self.jobs[index].command = Some(command),
            Err(_) => drop(self.jobs.swap_remove(index)),
        }
    }

    fn run_on_a_busy_one(&mut self) {
        let Some(index) = self.chosen() else { return };
        let job = &self.jobs[index];
        if job.perhaps_read || job.may_be_gone() {
            return;
        }
        let refused = if job.persistent { "55006" } else { "55000" };
        self.expect(&format!("SELECT pg_background_run({}, 'SELECT 1')", job.pid), None, &[refused]).unwrap_err();
    }

    fn read_wrongly(&mut self) {
        let Some(index) = self.chosen() else { return };
        let job = &self.jobs[index];
        let (pid, Some(command)) = (job.pid, job.command) else { return };
        let fails = command.reading(pid).1.is_none();
        let mut allowed = self.allowed(index, fails);
        allowed.push("42804");
        let wrong = self.random.pick(&["i bigint, t text", "i int", "a int, b int, c int"]);
        let sql = format!("SELECT count(*) FROM pg_background_result({pid}) AS ({wrong})");
        let error = self.expect(&sql, None, &allowed).unwrap_err();
        if code(&error) != "42804" {
            self.was_read(index, Some(&error));
        }
    }

    fn wait(&mut self) {
        let Some(index) = self.chosen() else { return };
        let (pid, allowed) = (self.jobs[index].pid, self.jobs[index].refusals());
        let limit = self.random.pick(&["0", "1", "20", "NULL"]);
        let answer = self.expect(&format!("SELECT pg_background_wait({pid}, {limit})"), Some("*"), allowed);
        if limit == "NULL" && answer.is_ok_and(|ended| ended != "t") {
            self.fail("a wait without a limit ended before the command");
        }
    }

    fn wait_any(&mut self) {
        let pids: Vec<i32> = self.jobs.iter().filter(|job| !job.may_be_gone()).map(|job| job.pid).collect();
        let list = pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let limit = self.random.pick(&["0", "5", "NULL"]);
        let sql = format!("SELECT pg_background_wait_any(ARRAY[{list}]::int[], {limit})");
        let answer = self.expect(&sql, Some("*"), &[]).unwrap_or_default();
        let known = answer.parse().is_ok_and(|pid| pids.contains(&pid));
        let nothing = answer == "NULL" && (limit != "NULL" || pids.is_empty());
        if !known && !nothing {
            self.fail("wait_any names no job");
        }
        if let Ok(pid) = answer.parse::<i32>() {
            self.expect(&format!("SELECT pg_background_wait({pid}, 0)"), Some("t"), &[]).unwrap_or_default();
        }
    }

    fn cancel(&mut self) {
        let Some(index) = self.chosen() else { return };
        let (pid, idle) = (self.jobs[index].pid, self.jobs[index].command.is_none());
        let allowed = self.jobs[index].refusals();
        let grace = self.random.pick(&[0, 0, 1, 20, 1000]);
        let answer = self.expect(&format!("SELECT pg_background_cancel({pid}, {grace})"), Some("*"), allowed);
        match answer.as_deref() {
            Ok("t") if idle => self.fail("an idle worker was cancelled"),
            Ok("t") => {
                self.jobs[index].cancelled = true;
                if grace > 0 {
                    self.jobs[index].terminated = 2;
                }
            }
            _ => {}
        }
    }

    fn detach(&mut self) {
        let Some(index) = self.chosen() else { return };
        let job = self.jobs.swap_remove(index);
        self.expect(&format!("SELECT pg_background_detach({})", job.pid), Some(""), job.refusals()).unwrap_or_default();
    }

    fn list(&mut self) {
        let sql = "SELECT pid, state, persistent FROM pg_background_list() WHERE state <> 'detached'";
        let listed = self.expect(sql, Some("*"), &[]).unwrap_or_default();
        let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split('|').collect()).collect();
        let certain = self.jobs.iter().filter(|job| !job.perhaps_read && job.terminated == 0);
        for job in certain {
            let pid = job.pid.to_string();
            let Some(line) = lines.iter().find(|line| line[0] == pid) else { self.fail("a job is not listed") };
            let states: &[&str] = if job.command.is_some() { &["running", "completed", "failed"] } else { &["idle"] };
            if !states.contains(&line[1]) || (line[2] == "t") != job.persistent {
                self.fail(&format!("{line:?} is listed"));
            }
        }
        if lines.iter().any(|line| !self.jobs.iter().any(|job| job.pid.to_string() == line[0])) {
            self.fail("a job is listed that is none");
        }
    }

    fn misuse(&mut self) {
        let pid = self.random.pick(&[0, -1, i32::MAX, i32::MIN, 1]);
        let calls = ["pg_background_wait({})", "pg_background_cancel({}, 1)", "pg_background_detach({})"];
        let call = self.random.pick(&calls).replace("{}", &pid.to_string());
        self.expect(&format!("SELECT {call}"), None, &["42704"]).unwrap_err();
        self.expect("SELECT pg_background_progress(5)", None, &["55000"]).unwrap_err();
        self.expect("SELECT pg_background_launch('SELECT 1', 5)", None, &["22023"]).unwrap_err();
    }

    /// A reader that is cancelled: the handle stays usable, unless all had been read just before.
    fn read_for_a_moment(&mut self) {
        let Some(index) = self.chosen() else { return };
        let job = &self.jobs[index];
        let (pid, Some(command)) = (job.pid, job.command) else { return };
        let (sql, right) = command.reading(pid);
        let mut allowed = self.allowed(index, right.is_none());
        allowed.push("57014");
        let limit = self.random.pick(&[1, 5, 20]);
        self.expect(&format!("SET statement_timeout = {limit}"), Some(""), &[]).unwrap_or_default();
        let answer = self.expect(&sql, right.as_deref(), &allowed);
        self.lift_the_limit();
        match answer {
            // The worker's own cancel has the worker's context. Ours may be called a user's request instead of a timeout:
            // the server signals itself twice.
            Err(error) if code(&error) == "57014" && !error.where_().unwrap_or("").contains("background worker") => {
                self.jobs[index].perhaps_read = true;
            }
            answer => self.was_read(index, answer.err().as_deref()),
        }
    }

    /// The limit holds for the statement that lifts it, too.
    fn lift_the_limit(&mut self) {
        while self.expect("RESET statement_timeout", Some(""), &["57014"]).is_err() {}
    }

    fn wait_for_a_moment(&mut self) {
        let Some(index) = self.chosen() else { return };
        let pid = self.jobs[index].pid;
        let allowed: &[&str] = if self.jobs[index].may_be_gone() { &["57014", "42704"] } else { &["57014"] };
        self.expect("SET statement_timeout = 10", Some(""), &[]).unwrap_or_default();
        self.expect(&format!("SELECT pg_background_wait({pid})"), Some("t"), allowed).unwrap_or_default();
        self.lift_the_limit();
    }

    /// Everything read or given up, so that what the session still holds is its own fault.
    pub(super) fn settle(&mut self) {
        while !self.jobs.is_empty() {
            self.detach();
        }
    }
}

fn printed(messages: &[SimpleQueryMessage]) -> String {
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|i| row.get(i).unwrap_or("NULL")).collect::<Vec<_>>().join("|"))
        }
        _ => None,
    });
    rows.collect::<Vec<_>>().join("\n")
}
