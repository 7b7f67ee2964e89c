//! Stopping a statement from another thread.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::connection::Host;
use super::socket::Socket;

/// How long the postmaster may take to close the connection that carried a cancel request.
const CANCEL_WAIT: Duration = Duration::from_secs(5);

/// Asks the server to stop what one connection runs, from any thread.
#[derive(Debug, Clone)]
pub struct Canceller {
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) pid: i32,
    pub(super) secret: i32,
    pub(super) pressed: Arc<AtomicBool>,
}

impl Canceller {
    /// Sends the request and waits until the postmaster has taken it. That the statement stops shows in its own
    /// connection only, as SQLSTATE 57014.
    pub fn cancel(&self) -> io::Result<()> {
        self.pressed.store(true, Ordering::SeqCst);
        let mut socket = Socket::open(&self.host, self.port)?;
        let mut request = BytesMut::new();
        frontend::cancel_request(self.pid, self.secret, &mut request);
        socket.write_all(&request)?;
        socket.set_wait(Some(CANCEL_WAIT))?;
        let _closed = socket.read(&mut [0])?;
        Ok(())
    }

    /// Whether someone cancelled since [`Canceller::forget`]; a loop over several statements (`\watch`) ends then.
    pub fn is_pressed(&self) -> bool {
        self.pressed.load(Ordering::SeqCst)
    }

    /// Forgets an earlier request.
    pub fn forget(&self) {
        self.pressed.store(false, Ordering::SeqCst);
    }
}
