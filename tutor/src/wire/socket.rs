//! A stream to the server, through TCP or a Unix socket, and reading from it with a limit.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::connection::Host;

/// Shortest wait that the operating system takes for a read; zero would mean "for ever".
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    pub(super) fn open(host: &Host, port: u16) -> io::Result<Self> {
        match host {
            Host::Tcp(name) => {
                let stream = TcpStream::connect((name.as_str(), port))?;
                stream.set_nodelay(true)?;
                Ok(Self::Tcp(stream))
            }
            Host::Socket(directory) => {
                let path = directory.join(format!(".s.PGSQL.{port}"));
                Ok(Self::Unix(UnixStream::connect(path)?))
            }
        }
    }

    /// How long a read waits from now on; `None` waits for ever.
    pub(super) fn set_wait(&self, wait: Option<Duration>) -> io::Result<()> {
        let wait = wait.map(|wait| wait.max(SHORTEST_WAIT));
        match self {
            Self::Tcp(stream) => stream.set_read_timeout(wait),
            Self::Unix(stream) => stream.set_read_timeout(wait),
        }
    }

    /// Whether reads return at once (and writes never wait either).
    pub(super) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(nonblocking),
            Self::Unix(stream) => stream.set_nonblocking(nonblocking),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a read gave up because its time was over.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
