//! A lesson's stage as a room: the commands that work without a lab work here too.

use std::io;
use std::sync::atomic::AtomicBool;

use super::super::room::Room;
use crate::lab::Stage;
use crate::psql::{Performed, Streams};
use crate::server::Server;
use crate::sessions::Sessions;

impl Room for Stage<'_> {
    fn sessions(&mut self) -> &mut Sessions {
        self.sessions_mut()
    }

    fn switch_session(&mut self, name: &str) -> Result<(), String> {
        Stage::switch_session(self, name).map_err(|error| format!("tutor: {error}"))
    }

    fn rejoin(&mut self, streams: &mut Streams<'_>) -> io::Result<Option<Performed>> {
        Stage::rejoin(self, streams)
    }

    fn server(&self) -> Option<&Server> {
        Some(Stage::server(self))
    }

    fn interrupt(&self) -> &AtomicBool {
        Stage::interrupt(self)
    }

    fn is_lab(&self) -> bool {
        true
    }
}
