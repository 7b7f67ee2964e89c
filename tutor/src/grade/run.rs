//! Grading many submissions, several at a time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::job::Job;
use super::rules::Rules;
use super::second::grade_again;
use super::{Graded, Paper};
use crate::provision::Realm;

/// One thing that happens while submissions are graded.
#[derive(Debug)]
pub enum Step {
    /// The submission of that name is being graded.
    Began(String),
    /// One is graded.
    Done(Box<Graded>),
    /// One was given up, because grading is to stop.
    GivenUp(String),
}

/// What servers are copied from.
#[derive(Debug, Clone, Copy)]
pub struct Realms<'a> {
    /// With the lessons' data.
    pub first: &'a Realm,
    /// With the second data set; without it, nothing is played again.
    pub second: Option<&'a Realm>,
}

/// Grades all submissions, `jobs` at a time; `report` hears of each step, in no order. Ends early, with what is graded so
/// far, when `stop` becomes true.
pub fn grade_all(
    realms: Realms<'_>,
    rules: &Rules<'_>,
    papers: Vec<Paper>,
    jobs: usize,
    stop: &Arc<AtomicBool>,
    report: &mut dyn FnMut(Step),
) {
    let jobs = jobs.clamp(1, papers.len().max(1));
    let queue = Mutex::new(VecDeque::from(papers));
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || work(realms, rules, queue, stop, &sender));
        }
        drop(sender);
        receiver.into_iter().for_each(&mut *report);
    });
}

fn work(
    realms: Realms<'_>,
    rules: &Rules<'_>,
    queue: &Mutex<VecDeque<Paper>>,
    stop: &Arc<AtomicBool>,
    sender: &Sender<Step>,
) {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let mut job = Job::new(realms.first, rules, stop);
    let mut again = realms.second.map(|realm| Job::new(realm, rules, stop));
    while !stop.load(Ordering::Relaxed)
        && let Some(paper) = next()
    {
        // Whoever listens does so to the end.
        let _ = sender.send(Step::Began(paper.name.clone()));
        let graded = job.grade(&paper).and_then(|graded| match &mut again {
            Some(again) => grade_again(again, rules.lab, &paper, graded),
            None => Some(graded),
        });
        let step = match graded {
            Some(graded) => Step::Done(Box::new(graded)),
            None => Step::GivenUp(paper.name),
        };
        let _ = sender.send(step);
    }
}
