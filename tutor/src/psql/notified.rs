//! Who was notified while a statement ran, kept until its results are printed.

use std::io::{self, Write};

use super::execute::notification_text;
use super::execution::KEPT_BYTES;
use crate::wire::Notification;

/// How many notifications are kept, as far as [`KEPT_BYTES`] go. More are counted, and that is printed of them.
const KEPT: usize = 10_000;

/// Notifications in the order of arrival, within bounds.
#[derive(Debug, Default)]
pub(super) struct Notified {
    kept: Vec<Notification>,
    bytes: usize,
    /// How many more there were.
    further: usize,
}

impl Notified {
    /// Takes one more.
    pub(super) fn push(&mut self, notification: Notification) {
        self.bytes = self.bytes.saturating_add(notification.channel.len() + notification.payload.len());
        if self.kept.len() < KEPT && self.bytes <= KEPT_BYTES {
            self.kept.push(notification);
        } else {
            self.further += 1;
        }
    }

    /// Prints all of them.
    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        self.kept.iter().try_for_each(|notification| write!(out, "{}", notification_text(notification)))?;
        match self.further {
            0 => Ok(()),
            more => writeln!(out, "({more} more notifications are left out)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted() {
        let mut notified = Notified::default();
        for _ in 0..KEPT_BYTES / 1000 + 5 {
            notified.push(Notification { channel: "x".repeat(10), payload: "y".repeat(990), pid: 7 });
        }
        let mut out = Vec::new();
        notified.print(&mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text.lines().last(), Some("(5 more notifications are left out)"));
    }
}
