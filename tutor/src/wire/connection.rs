//! One session: connecting, sending a query string, reading what comes back.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::authentication::Authentication;
use super::cancel::Canceller;
use super::event::{self, CopyFormat, Event, Notification, Row, ServerMessage, TransactionStatus};
use super::socket::{Socket, is_timeout};

/// Bytes asked for in one read.
const READ_SIZE: usize = 64 * 1024;
/// How long the server may take to answer during the startup.
const STARTUP_WAIT: Duration = Duration::from_secs(30);
/// A wait that stands for "until it comes".
const LONG_WAIT: Duration = Duration::from_secs(3600);

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A host name or address.
    Tcp(String),
    /// The directory of the Unix socket.
    Socket(PathBuf),
}

/// Where and as whom to connect.
#[derive(Clone)]
pub struct ConnectOptions {
    /// Address of the server, or directory of its socket.
    pub host: Host,
    /// TCP port, for a socket the number at the end of its file name.
    pub port: u16,
    /// Role to log in as.
    pub user: String,
    /// Used only if the server asks for it; never shown by `Debug`.
    pub password: Option<String>,
    /// Database of the session, fixed for its whole life.
    pub database: String,
    /// Name under which `pg_stat_activity` shows the session.
    pub application_name: String,
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| ".."))
            .field("database", &self.database)
            .field("application_name", &self.application_name)
            .finish()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The socket failed, the server was silent for too long, or an answer made no sense.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The server refused, for instance because the database does not exist.
    #[error("{}:  {}", .0.severity, .0.message)]
    Refused(Box<ServerMessage>),
    /// [`ConnectOptions::password`] is `None`, but the server's `pg_hba.conf` asks for one.
    #[error("the server wants a password and none is known")]
    PasswordNeeded,
    /// Other than cleartext password, MD5 or SCRAM-SHA-256.
    #[error("the server wants an authentication that is not supported")]
    UnknownAuthentication,
    /// Reading failed before ReadyForQuery or an error came.
    #[error("the server closed the connection during the startup")]
    Closed,
}

/// The connection is gone, and with it the session's state.
#[derive(Debug, thiserror::Error)]
#[error("the connection to the server was lost: {0}")]
pub struct Lost(#[from] io::Error);

impl Lost {
    /// Whether it was given up because of a message longer than [`Connection::set_most_unread`] allows.
    pub fn is_too_long(&self) -> bool {
        self.0.kind() == io::ErrorKind::FileTooLarge
    }
}

/// A session on the server.
#[derive(Debug)]
pub struct Connection {
    socket: Socket,
    /// Where a read puts its bytes; never read before it is written.
    chunk: Box<[u8]>,
    received: BytesMut,
    /// Bytes of `received` from which on the connection is given up.
    most_unread: usize,
    waiting: VecDeque<Event>,
    parameters: BTreeMap<String, String>,
    transaction: TransactionStatus,
    canceller: Canceller,
    is_lost: bool,
}

impl Connection {
    /// Opens a session; the password is asked for only when the server wants one.
    pub fn connect(options: &ConnectOptions) -> Result<Self, ConnectError> {
        let canceller = Canceller {
            host: options.host.clone(),
            port: options.port,
            pid: 0,
            secret: 0,
            pressed: Arc::new(AtomicBool::new(false)),
        };
        let mut connection = Self {
            socket: Socket::open(&options.host, options.port)?,
            chunk: vec![0; READ_SIZE].into_boxed_slice(),
            received: BytesMut::new(),
            most_unread: usize::MAX,
            waiting: VecDeque::new(),
            parameters: BTreeMap::new(),
            transaction: TransactionStatus::Idle,
            canceller,
            is_lost: false,
        };
        connection.start(options)?;
        Ok(connection)
    }

    /// Gives the connection up when the server says more than so many bytes that cannot be taken yet, such as a single
    /// long message.
    pub fn set_most_unread(&mut self, bytes: usize) {
        self.most_unread = bytes;
    }

    /// Process id of the backend.
    pub fn pid(&self) -> i32 {
        self.canceller.pid
    }

    /// As the last ReadyForQuery told it.
    pub fn transaction(&self) -> TransactionStatus {
        self.transaction
    }

    /// Whether reading has found the connection broken.
    pub fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// A parameter that the server reports, such as `server_version` or `standard_conforming_strings`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A handle that cancels this session's statement from any thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Sends a query string; what it brings is read with [`Connection::next_event`] until [`Event::Ready`].
    pub fn start_query(&mut self, sql: &str) -> Result<(), Lost> {
        let mut out = BytesMut::new();
        // A NUL cannot be sent: the server would take the rest as another message.
        frontend::query(sql.split('\0').next().unwrap_or_default(), &mut out)?;
        self.send(&out)
    }

    /// Prepares and describes a query string without running it: columns (or none), or an error, then ready.
    pub fn start_describe(&mut self, sql: &str) -> Result<(), Lost> {
        let mut out = BytesMut::new();
        frontend::parse("", sql.split('\0').next().unwrap_or_default(), [], &mut out)?;
        frontend::describe(b'S', "", &mut out)?;
        frontend::sync(&mut out);
        self.send(&out)
    }

    /// Leaves, and waits so long at most until the backend has ended. Then it is in no view of the server's any more:
    /// the socket is closed by the end of the process, after everything else.
    pub fn close(mut self, limit: Duration) {
        let until = Instant::now() + limit;
        self.say_farewell();
        while let Some(wait) = until.checked_duration_since(Instant::now())
            && self.receive(wait).is_ok()
        {
            self.received.clear();
        }
    }

    /// The server may be gone already, which ends the session just as well.
    fn say_farewell(&mut self) {
        let mut out = BytesMut::new();
        frontend::terminate(&mut out);
        let _ = self.socket.write_all(&out);
    }

    /// The next thing the server says, or `None` when it says nothing for `timeout`. Bytes of an unfinished message
    /// stay for the next call.
    pub fn next_event(&mut self, timeout: Duration) -> Result<Option<Event>, Lost> {
        let event = self.wait_for_event(timeout);
        self.is_lost |= event.is_err();
        event
    }

    fn wait_for_event(&mut self, timeout: Duration) -> Result<Option<Event>, Lost> {
        if let Some(event) = self.waiting.pop_front() {
            return Ok(Some(event));
        }
        let until = Instant::now() + timeout;
        loop {
            if let Some(event) = self.parse_event()? {
                return Ok(Some(event));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.receive(left)? {
                return Ok(None);
            }
        }
    }

    /// Takes what has arrived without waiting: notifications and notices of an idle session. An `Err` means that the
    /// server ended it.
    pub fn poll_idle(&mut self) -> Result<Vec<Event>, Lost> {
        let mut events: Vec<Event> = self.waiting.drain(..).collect();
        self.socket.set_nonblocking(true)?;
        let read = self.read_all();
        self.socket.set_nonblocking(false)?;
        while let Some(event) = self.parse_event()? {
            events.push(event);
        }
        if let Err(lost) = read
            && events.is_empty()
        {
            self.is_lost = true;
            return Err(lost);
        }
        Ok(events)
    }

    /// Sends COPY data.
    pub fn copy_data(&mut self, data: &[u8]) -> Result<(), Lost> {
        let mut out = BytesMut::with_capacity(data.len() + 5);
        frontend::CopyData::new(data)?.write(&mut out);
        self.send(&out)
    }

    /// Ends COPY data well.
    pub fn copy_done(&mut self) -> Result<(), Lost> {
        let mut out = BytesMut::new();
        frontend::copy_done(&mut out);
        self.send(&out)
    }

    /// Ends COPY data with an error, whose text the server reports back.
    pub fn copy_fail(&mut self, reason: &str) -> Result<(), Lost> {
        let mut out = BytesMut::new();
        frontend::copy_fail(reason, &mut out)?;
        self.send(&out)
    }

    fn start(&mut self, options: &ConnectOptions) -> Result<(), ConnectError> {
        let mut authentication = Authentication::new(options);
        let mut out = BytesMut::new();
        authentication.startup(&mut out)?;
        self.socket.write_all(&out)?;
        loop {
            match self.startup_message()? {
                Message::ErrorResponse(body) => {
                    return Err(ConnectError::Refused(Box::new(ServerMessage::from_fields(body.fields()))));
                }
                Message::BackendKeyData(body) => {
                    self.canceller.pid = body.process_id();
                    self.canceller.secret = body.secret_key();
                }
                Message::ReadyForQuery(_) => return Ok(()),
                message @ (Message::ParameterStatus(_) | Message::NoticeResponse(_)) => {
                    if let Some(event) = self.event_of(message)? {
                        self.waiting.push_back(event);
                    }
                }
                request => {
                    out.clear();
                    authentication.answer(&request, &mut out)?;
                    self.socket.write_all(&out)?;
                }
            }
        }
    }

    fn startup_message(&mut self) -> Result<Message, ConnectError> {
        loop {
            if let Some(message) = Message::parse(&mut self.received)? {
                return Ok(message);
            }
            match self.receive(STARTUP_WAIT) {
                Ok(true) => {}
                Ok(false) => return Err(ConnectError::Io(io::ErrorKind::TimedOut.into())),
                Err(_) => return Err(ConnectError::Closed),
            }
        }
    }

    /// Sends, and meanwhile takes what the server says, so that neither side waits for the other with full buffers.
    fn send(&mut self, mut bytes: &[u8]) -> Result<(), Lost> {
        self.socket.set_nonblocking(true)?;
        while !bytes.is_empty() {
            match self.socket.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if is_timeout(&error) => {
                    self.read_all()?;
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What the server said before it hung up is read first; then reading reports the loss.
                Err(error) if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) => {
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.socket.set_nonblocking(false)?;
        Ok(())
    }

    /// Reads what there is on a socket that does not block.
    fn read_all(&mut self) -> Result<(), Lost> {
        loop {
            match self.read_once() {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Ok(_) => {}
                Err(error) if is_timeout(&error) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits for bytes; false when none came in time.
    fn receive(&mut self, wait: Duration) -> Result<bool, Lost> {
        self.socket.set_wait(Some(wait.min(LONG_WAIT)))?;
        match self.read_once() {
            Ok(0) => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Ok(_) => Ok(true),
            Err(error) if is_timeout(&error) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    fn read_once(&mut self) -> io::Result<usize> {
        let length = self.socket.read(&mut self.chunk)?;
        self.received.extend_from_slice(&self.chunk[..length]);
        if self.received.len() > self.most_unread { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(length) }
    }

    fn parse_event(&mut self) -> Result<Option<Event>, Lost> {
        while let Some(message) = Message::parse(&mut self.received)? {
            if let Some(event) = self.event_of(message)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// What a message means to a caller; some concern this connection only.
    fn event_of(&mut self, message: Message) -> io::Result<Option<Event>> {
        let event = match message {
            Message::RowDescription(body) => Event::Columns(event::columns(&body)?),
            Message::DataRow(body) => Event::Row(Row::new(body.buffer_bytes().clone())),
            Message::CommandComplete(body) => Event::Complete(body.tag()?.to_owned()),
            Message::EmptyQueryResponse => Event::Empty,
            Message::NoticeResponse(body) => Event::Notice(ServerMessage::from_fields(body.fields())),
            Message::ErrorResponse(body) => Event::Error(ServerMessage::from_fields(body.fields())),
            Message::NotificationResponse(body) => Event::Notification(Notification {
                channel: body.channel()?.to_owned(),
                payload: body.message()?.to_owned(),
                pid: body.process_id(),
            }),
            Message::CopyInResponse(body) => Event::CopyIn(CopyFormat::from_byte(body.format())),
            Message::CopyOutResponse(_) => Event::CopyOut,
            Message::CopyData(body) => Event::CopyData(Bytes::clone(&body.into_bytes())),
            Message::CopyDone => Event::CopyDone,
            Message::ReadyForQuery(body) => {
                self.transaction = TransactionStatus::from_byte(body.status());
                Event::Ready(self.transaction)
            }
            Message::ParameterStatus(body) => {
                self.parameters.insert(body.name()?.to_owned(), body.value()?.to_owned());
                return Ok(None);
            }
            _ => return Ok(None),
        };
        Ok(Some(event))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.say_farewell();
    }
}
