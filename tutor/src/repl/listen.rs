//! What the server says while a line is being typed: notifications, and what has finished.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::output::Record;
use super::source::Printer;
use super::text;
use crate::sessions::Sessions;

/// The pause between two looks.
const LISTEN_EVERY: Duration = Duration::from_millis(50);

/// Reads with `read`, and meanwhile prints what the sessions hear.
pub(super) fn listen_while<T>(
    sessions: &mut Sessions,
    printer: &Printer,
    record: &Record,
    read: impl FnOnce() -> T,
) -> T {
    let end = End::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !end.comes_within(LISTEN_EVERY) {
                for text in hear(sessions).texts {
                    record.overheard(text.as_bytes());
                    printer.print(text);
                }
            }
        });
        let read = read();
        end.come();
        read
    })
}

/// What the sessions heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// To be shown, each with a newline at its end.
    pub(super) texts: Vec<String>,
    /// Whether a server has ended a session.
    pub(super) has_lost: bool,
}

/// Hears without waiting.
pub(super) fn hear(sessions: &mut Sessions) -> Heard {
    let mut heard = Heard::default();
    let current = sessions.current_name().to_owned();
    for (name, session) in sessions.iter_mut() {
        match session.poll_idle() {
            Err(_) => heard.has_lost = true,
            Ok(events) => {
                let shell = session.shell();
                let texts = events.iter().filter_map(|event| shell?.event_text(event));
                heard
                    .texts
                    .extend(texts.map(|text| if *name == current { text } else { text::from_session(name, &text) }));
            }
        }
    }
    for finished in sessions.listen().iter_mut().filter(|finished| !finished.is_told) {
        finished.is_told = true;
        heard.texts.push(text::finished(&finished.session, &finished.statement, &finished.output));
    }
    heard
}

/// A moment that another thread waits for.
#[derive(Default)]
struct End {
    has_come: Mutex<bool>,
    news: Condvar,
}

impl End {
    fn come(&self) {
        *self.has_come.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.news.notify_all();
    }

    fn comes_within(&self, wait: Duration) -> bool {
        let has_come = self.has_come.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.news.wait_timeout_while(has_come, wait, |has_come| !*has_come);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
