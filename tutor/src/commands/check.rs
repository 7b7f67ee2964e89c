//! `cargo tutor check`: proves labs, and records what their answers show.

use std::collections::VecDeque;
use std::io::Write;
use std::ops::Add;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, mpsc};
use std::thread;

use similar::TextDiff;

use super::{Context, Failure, processors, standard_output};
use crate::course::{Answers, Course, DataSet, Lab, Lesson, SECOND_RECORD};
use crate::lab::{Proof, prove, prove_second};
use crate::provision::Realm;
use crate::repl::{Look, Paint};
use crate::server::{Lifetime, Server};
use crate::words::count;

/// What the command line asks for.
pub(super) struct Wishes {
    pub(super) lab: Option<String>,
    pub(super) only: Option<String>,
    pub(super) record: Option<String>,
    pub(super) repeat: u32,
    pub(super) jobs: Option<usize>,
    pub(super) hidden: Vec<PathBuf>,
}

/// How many lessons are proved at a time on each processor: most of the time, a proof waits for something that sleeps
/// or for nothing to happen any more.
const LESSONS_PER_PROCESSOR: usize = 2;

/// How often records are written at most: without any, trials are made that a record then makes unnecessary.
const RECORD_ROUNDS: u32 = 3;

/// Proves the labs; exit status 1 when there is a fault or an outdated record.
pub(super) fn run(context: &Context, wishes: &Wishes) -> Result<ExitCode, Failure> {
    let course = context.course()?;
    let mut labs = match &wishes.lab {
        Some(asked) => vec![course.lab(asked)?],
        None => course.labs()?,
    };
    if let Some(lab) = labs.iter().find(|lab| lab.answers == Answers::Withheld) {
        return Err(Failure::Usage(format!(
            "the answers of lab {} are withheld: prove the course it was copied from",
            lab.number
        )));
    }
    for lab in &mut labs {
        wishes.hidden.iter().try_for_each(|file| lab.add_hidden(file))?;
    }
    let realms = Realms::of(context, &course, &labs)?;
    let prove = |writes| -> Result<Tally, Failure> {
        labs.iter().try_fold(Tally::default(), |sum, lab| Ok(sum + prove_lab(&realms, lab, wishes, writes)?))
    };
    if wishes.record.is_some() {
        // Verdicts are given by the records, so what was recorded is looked at once more, and proved in the end.
        let mut rounds = 0..RECORD_ROUNDS;
        while rounds.next().is_some() && prove(true)?.recorded > 0 {}
    }
    let repeat = if wishes.record.is_some() { 1 } else { wishes.repeat.max(1) };
    let mut faulty = false;
    for _ in 0..repeat {
        faulty |= prove(false)?.faulty > 0;
    }
    Ok(if faulty { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// What servers are copied from.
struct Realms {
    first: Realm,
    /// With the second data set, if an exercise is proved over it.
    second: Option<Realm>,
}

impl Realms {
    fn of(context: &Context, course: &Course, labs: &[Lab]) -> Result<Realms, Failure> {
        let home = context.home()?;
        let first = context.realm(course, &home)?;
        let mut lessons = labs.iter().flat_map(|lab| &lab.lessons);
        let needs_second = lessons.any(|lesson| lesson.second_data_exercises().next().is_some());
        let second = needs_second.then(|| context.realm_with(DataSet::Second, course, &home)).transpose()?;
        Ok(Realms { first, second })
    }
}

#[derive(Default)]
struct Tally {
    proofs: usize,
    faulty: usize,
    recorded: usize,
    /// Proofs of drafts that fail.
    unfinished: usize,
}

impl Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally {
            proofs: self.proofs + other.proofs,
            faulty: self.faulty + other.faulty,
            recorded: self.recorded + other.recorded,
            unfinished: self.unfinished + other.unfinished,
        }
    }
}

fn prove_lab(realms: &Realms, lab: &Lab, wishes: &Wishes, writes: bool) -> Result<Tally, Failure> {
    let named = wishes.only.as_deref().or(wishes.record.as_deref()).filter(|id| !id.is_empty());
    let named = named.map(|id| id.strip_suffix(SECOND_RECORD).unwrap_or(id));
    let wanted = match named {
        None => Wanted::All,
        Some(id) if lab.lessons.iter().any(|lesson| id.strip_suffix(DEMOS) == Some(&lesson.id)) => {
            Wanted::One(id.to_owned())
        }
        Some(id) => match lab.place(id)? {
            place if place.exercise.is_some() => Wanted::One(id.to_owned()),
            place => Wanted::Lesson(lab.lessons[place.lesson].id.clone()),
        },
    };
    let all: Vec<&Lesson> =
        if wishes.hidden.is_empty() { lab.lessons.iter().collect() } else { lab.hidden().collect() };
    let lessons: VecDeque<&Lesson> = all.into_iter().filter(|lesson| wanted.has_lesson(lesson)).collect();
    let jobs = wishes.jobs.unwrap_or_else(|| processors() * LESSONS_PER_PROCESSOR).clamp(1, lessons.len().max(1));
    let hidden: String = wishes.hidden.iter().map(|file| format!(" --hidden {}", file.display())).collect();
    let again = format!("cargo tutor check {}{hidden} --record", lab.number);
    let mut report =
        Report { out: standard_output(), paint: Look::for_stdout().paint, writes, again, tally: Tally::default() };
    writeln!(report.out, "Lab {}: {}", lab.number, lab.title)?;
    prove_lessons(realms, lab, lessons, &wanted, jobs, &mut |proof| report.proof(&proof))?;
    report.end()
}

/// Proves the lessons, `jobs` at a time, each on a server of its own: lessons count worker slots.
fn prove_lessons(
    realms: &Realms,
    lab: &Lab,
    lessons: VecDeque<&Lesson>,
    wanted: &Wanted,
    jobs: usize,
    report: &mut dyn FnMut(Proof) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let queue = Mutex::new(lessons);
    let (sender, receiver) = mpsc::channel::<Result<Proof, Failure>>();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || {
                if let Err(failure) = work(realms, lab, queue, wanted, &sender) {
                    // Nobody listens any more when another failure was first.
                    let _ = sender.send(Err(failure));
                }
            });
        }
        drop(sender);
        receiver.iter().try_for_each(|proof| report(proof?))
    })
}

fn work(
    realms: &Realms,
    lab: &Lab,
    queue: &Mutex<VecDeque<&Lesson>>,
    wanted: &Wanted,
    sender: &mpsc::Sender<Result<Proof, Failure>>,
) -> Result<(), Failure> {
    let server = Server::acquire(&realms.first, Lifetime::Session)?;
    let mut second: Option<Server> = None;
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop_front());
    while let Some(lesson) = next() {
        let mut report = |proof| {
            let _ = sender.send(Ok(proof));
        };
        prove(&server, lab, lesson, &|id| wanted.has(id), &mut report)?;
        let has_second = lesson.second_data_exercises().any(|exercise| wanted.has(&exercise.id));
        if let Some(realm) = realms.second.as_ref().filter(|_| has_second) {
            let server = match second.take() {
                Some(server) => server,
                None => Server::acquire(realm, Lifetime::Session)?,
            };
            prove_second(second.insert(server), lab, lesson, &|id| wanted.has(id), &mut report)?;
        }
    }
    Ok(())
}

/// The ending of the id of a lesson's demos.
const DEMOS: &str = ".demos";

/// What is to be proved.
enum Wanted {
    All,
    Lesson(String),
    One(String),
}

impl Wanted {
    fn has_lesson(&self, lesson: &Lesson) -> bool {
        match self {
            Wanted::All => true,
            Wanted::Lesson(id) => *id == lesson.id,
            Wanted::One(id) => lesson.exercise(id).is_some() || id.strip_suffix(DEMOS) == Some(&lesson.id),
        }
    }

    fn has(&self, exercise: &str) -> bool {
        match self {
            Wanted::All | Wanted::Lesson(_) => true,
            Wanted::One(id) => id == exercise,
        }
    }
}

struct Report<W> {
    out: W,
    paint: Paint,
    writes: bool,
    /// The command that records an exercise, without its id.
    again: String,
    tally: Tally,
}

impl<W: Write> Report<W> {
    fn proof(&mut self, proof: &Proof) -> Result<(), Failure> {
        self.tally.proofs += 1;
        let is_current = proof.is_current();
        if self.writes {
            return self.record(proof, is_current);
        }
        let mark = match () {
            () if is_current && proof.faults.is_empty() => self.paint.good("ok   "),
            () if proof.is_draft => {
                self.tally.unfinished += 1;
                self.paint.strong("draft")
            }
            () => {
                self.tally.faulty += 1;
                self.paint.bad("FAULT")
            }
        };
        writeln!(self.out, "  {mark}  {}", proof.id)?;
        for fault in &proof.faults {
            writeln!(self.out, "         {fault}")?;
        }
        if !is_current {
            writeln!(self.out, "         what is shown is not what is recorded (`{} {}`):", self.again, proof.id)?;
            self.difference(proof)?;
        }
        self.out.flush()?;
        Ok(())
    }

    fn record(&mut self, proof: &Proof, is_current: bool) -> Result<(), Failure> {
        if is_current {
            return Ok(());
        }
        writeln!(self.out, "  recorded {}", proof.id)?;
        self.difference(proof)?;
        proof.record()?;
        self.tally.recorded += 1;
        self.out.flush()?;
        Ok(())
    }

    fn difference(&mut self, proof: &Proof) -> Result<(), Failure> {
        let before = proof.recorded().unwrap_or_default();
        let diff = TextDiff::from_lines(before.trim_end(), proof.shown.trim_end());
        for line in diff.unified_diff().context_radius(1).to_string().lines() {
            writeln!(self.out, "           {line}")?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<Tally, Failure> {
        let Tally { proofs, faulty, recorded, unfinished } = self.tally;
        if self.writes {
            writeln!(self.out, "{} written", count(recorded, "record"))?;
        } else {
            let proved = count(proofs - faulty - unfinished, "exercise");
            let drafts = if unfinished > 0 { format!(", {unfinished} of drafts unfinished") } else { String::new() };
            writeln!(self.out, "{proved} proved, {faulty} with faults{drafts}")?;
        }
        self.out.flush()?;
        Ok(self.tally)
    }
}
