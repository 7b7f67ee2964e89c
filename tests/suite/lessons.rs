//! Every lesson is proved: right answers pass, wrong ones fail with their own feedback, and what both show is recorded.

use tutor::lab::{Proof, prove, prove_second};
use tutor::server::{Lifetime, Server};

use crate::support::{course, realm, second_realm};

/// One test for each lesson, so that they run side by side and a failure names its lesson.
macro_rules! lessons {
    ($($test:ident: $lab:literal $lesson:literal,)*) => {
        $(#[test]
        fn $test() {
            prove_lesson($lab, $lesson);
        })*

        #[test]
        fn every_lesson_has_its_test() {
            let tested = [$(($lab, $lesson)),*];
            for lab in course().labs().expect("the labs") {
                for lesson in &lab.lessons {
                    let id = (lab.number, lesson.id.as_str());
                    assert!(tested.contains(&id), "{id:?} is not proved: add a line to `lessons!`");
                }
            }
        }
    };
}

lessons! {
    getting_around: 1 "the-prompt",
    processes: 12 "processes",
    parallel_count: 12 "parallel-count",
    parallel_commands: 12 "parallel-commands",
    logical_replication: 12 "logical-replication",
    dblink_synchronous: 12 "dblink-synchronous",
    dblink_async: 12 "dblink-async",
    launch_and_result: 12 "launch-and-result",
    overflow_and_detach: 12 "overflow-and-detach",
    book_ratings: 12 "book-ratings",
    retry_wrapper: 12 "retry-wrapper",
    audit_queue_events: 12 "audit-queue-events",
    scheduler_and_workers: 12 "scheduler-and-workers",
}

fn prove_lesson(lab: u32, id: &str) {
    let lab = course().lab(&lab.to_string()).expect("the lab");
    let lesson = lab.lessons.iter().find(|lesson| lesson.id == id).expect("the lesson");
    let server = Server::acquire(realm(), Lifetime::Session).expect("a server");
    let mut faults = Vec::new();
    let mut proofs = Vec::new();
    let played = prove(&server, &lab, lesson, &|_| true, &mut |proof| proofs.push(proof));
    if let Err(error) = played {
        panic!("{error}");
    }
    if lesson.second_data_exercises().next().is_some() {
        let server = Server::acquire(second_realm(), Lifetime::Session).expect("a server with other data");
        let played = prove_second(&server, &lab, lesson, &|_| true, &mut |proof| proofs.push(proof));
        if let Err(error) = played {
            panic!("{error}");
        }
    }
    for proof in &proofs {
        faults.extend(proof.faults.iter().map(|fault| format!("{}: {fault}", proof.id)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    proofs.iter().for_each(assert_recorded);
}

fn assert_recorded(proof: &Proof) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(proof.file.parent().expect("the folder of records"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let name = proof.file.file_stem().expect("the record's name").to_string_lossy();
    settings.bind(|| insta::assert_snapshot!(name.as_ref(), proof.shown.trim_end()));
}
