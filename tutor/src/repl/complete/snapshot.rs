//! The newest look at the catalogue, taken on a thread of its own, so that the prompt does not wait. Only who asks for
//! candidates before the first look has ended waits for it, and not for long.
//!
//! A look is a connection that lasts some milliseconds, as the observer, when somebody types. What is typed is sent
//! when it has ended: nobody who counts the processes of a lesson meets it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::catalogue::{Catalogue, QUERY};
use crate::wire::{ConnectOptions, Connection, Event};

/// How long a look serves, if nothing is known to have changed.
const SERVES_FOR: Duration = Duration::from_secs(20);

/// The pause after a look that failed, and the shortest between two.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How long the Tab key waits for the first look at a database.
const FIRST_LOOK_LIMIT: Duration = Duration::from_millis(150);

/// How long an answer is waited for.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How long the end of a look's backend is waited for.
const FAREWELL_LIMIT: Duration = Duration::from_secs(1);

/// How long a line that was typed waits for a look to end.
const LINE_LIMIT: Duration = Duration::from_secs(1);

/// The newest look at each moment.
#[derive(Debug, Clone, Default)]
pub(in crate::repl) struct Snapshots {
    newest: Arc<Mutex<Newest>>,
    /// A look has ended, well or not.
    looked: Arc<Condvar>,
}

#[derive(Debug, Default)]
struct Newest {
    catalogue: Arc<Catalogue>,
    /// The database that it shows.
    database: String,
    taken: Option<Instant>,
    tried: Option<Instant>,
    /// Whether a statement may have changed it.
    is_outdated: bool,
    is_looking: bool,
}

impl Newest {
    fn is_due(&self, database: &str) -> bool {
        let is_old = self.taken.is_none_or(|taken| taken.elapsed() > SERVES_FOR);
        let is_wanted = self.is_outdated || is_old || self.database != database;
        let tried_long_ago = self.tried.is_none_or(|tried| tried.elapsed() > LOOK_AGAIN);
        !self.is_looking && is_wanted && tried_long_ago
    }
}

impl Snapshots {
    /// The newest look at this database; empty if there is none yet.
    pub(in crate::repl) fn catalogue(&self, database: &str) -> Arc<Catalogue> {
        let newest = self.lock();
        if newest.database == database { Arc::clone(&newest.catalogue) } else { Arc::default() }
    }

    /// The same, but the first look, if it is being taken, is waited for.
    pub(in crate::repl) fn first_catalogue(&self, database: &str) -> Arc<Catalogue> {
        self.wait_while(FIRST_LOOK_LIMIT, |newest| newest.is_looking && newest.database != database);
        self.catalogue(database)
    }

    /// Waits until nobody looks; not for long.
    pub(in crate::repl) fn wait_for_end(&self) {
        self.wait_while(LINE_LIMIT, |newest| newest.is_looking);
    }

    /// Says that the catalogue may have changed.
    pub(in crate::repl) fn outdate(&self) {
        let mut newest = self.lock();
        newest.is_outdated = true;
        newest.tried = None;
    }

    /// Whether there is a look at this database that nothing is known to have changed since, however old.
    pub(in crate::repl) fn is_true_to(&self, database: &str) -> bool {
        let newest = self.lock();
        !newest.is_outdated && newest.taken.is_some() && newest.database == database
    }

    /// Takes a new look in the background if the last one has served its time.
    pub(in crate::repl) fn look(&self, options: &ConnectOptions) {
        let mut newest = self.lock();
        if !newest.is_due(&options.database) {
            return;
        }
        newest.is_looking = true;
        newest.is_outdated = false;
        newest.tried = Some(Instant::now());
        drop(newest);
        let (snapshots, options) = (self.clone(), options.clone());
        thread::spawn(move || snapshots.keep(&options, read(&options)));
    }

    fn keep(&self, options: &ConnectOptions, read: Option<Catalogue>) {
        let mut newest = self.lock();
        newest.is_looking = false;
        match read {
            Some(catalogue) => {
                newest.catalogue = Arc::new(catalogue);
                newest.database.clone_from(&options.database);
                newest.taken = Some(Instant::now());
            }
            None => newest.is_outdated = true,
        }
        self.looked.notify_all();
    }

    fn wait_while(&self, limit: Duration, condition: impl Fn(&Newest) -> bool) {
        let waited = self.looked.wait_timeout_while(self.lock(), limit, |newest| condition(newest));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects, reads, leaves. Whatever fails, the look before it serves on.
fn read(options: &ConnectOptions) -> Option<Catalogue> {
    let mut connection = Connection::connect(options).ok()?;
    let catalogue = read_from(&mut connection);
    connection.close(FAREWELL_LIMIT);
    catalogue
}

fn read_from(connection: &mut Connection) -> Option<Catalogue> {
    connection.start_query(QUERY).ok()?;
    let mut catalogue = Catalogue::default();
    loop {
        match connection.next_event(ANSWER_LIMIT).ok()?? {
            Event::Row(row) => {
                let text = |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
                catalogue.add(&row.values().map(text).collect::<Vec<String>>());
            }
            Event::Error(_) => return None,
            Event::Ready(_) => return Some(catalogue),
            _ => {}
        }
    }
}
