//! Grading many submissions, several at a time.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::job::Job;
use super::rules::Rules;
use super::{Graded, Paper};
use crate::provision::Realm;

/// Grades all submissions, `jobs` at a time; `report` hears of each as it is done, in no order.
pub fn grade_all(
    realm: &Realm,
    rules: &Rules<'_>,
    submissions: Vec<Paper>,
    jobs: usize,
    report: &mut dyn FnMut(Graded),
) {
    let jobs = jobs.clamp(1, submissions.len().max(1));
    let queue = Mutex::new(VecDeque::from(submissions));
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || work(realm, rules, queue, &sender));
        }
        drop(sender);
        receiver.into_iter().for_each(&mut *report);
    });
}

fn work(realm: &Realm, rules: &Rules<'_>, queue: &Mutex<VecDeque<Paper>>, sender: &Sender<Graded>) {
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop_front());
    let mut job = Job::new(realm, rules);
    while let Some(submission) = next() {
        if sender.send(job.grade(&submission)).is_err() {
            return;
        }
    }
}
