//! Scripts that the tutor runs itself, and what a sandbox's sessions know.

use std::io;
use std::time::Duration;

use crate::check::Volatile;
use crate::psql::{Item, Performed, Shell, Streams};
use crate::server::{APPLICATION_NAME, Role, Server};
use crate::wire::{ConnectOptions, Event, Host, ServerMessage};

/// How long one wait for an answer lasts; waiting goes on after it.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// A statement of a set-up, sidecar or clean-up failed. The lesson's fault, or what the student left.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The server refused a statement.
    #[error("{message} (SQLSTATE {sqlstate}) in: {sql}")]
    Statement {
        /// The statement.
        sql: String,
        /// The server's message.
        message: String,
        /// Its SQLSTATE.
        sqlstate: String,
    },
    /// A psql command failed, is unknown, or the connection is gone.
    #[error("the script stopped: {0}")]
    Stopped(String),
}

/// Runs a script in `shell`, its output thrown away, up to the first statement that fails.
pub(super) fn run_script(shell: &mut Shell, script: &str) -> Result<(), ScriptError> {
    script.lines().for_each(|line| shell.push_line(line));
    shell.finish_input();
    while let Some(item) = shell.next_item() {
        let outcome = run_item(shell, item);
        if outcome.is_err() {
            shell.clear_buffer();
            return outcome;
        }
    }
    Ok(())
}

fn run_item(shell: &mut Shell, item: Item) -> Result<(), ScriptError> {
    // As it is written: with its variables replaced, it could show a password.
    let written = match &item {
        Item::Statement(statement) => statement.raw.clone(),
        Item::Command(command) => format!("\\{}", command.name),
    };
    let (mut out, mut err) = (io::sink(), Vec::new());
    let mut streams = Streams { out: &mut out, err: &mut err, lines: &mut || None };
    let performed = shell.perform(item, &mut streams, &mut || {});
    match performed.map_err(|error| ScriptError::Stopped(error.to_string()))? {
        Performed::Executed(executions) => {
            let error = executions.into_iter().find_map(|execution| execution.error);
            error.map_or(Ok(()), |error| Err(statement_error(written, error)))
        }
        Performed::Unknown(_) => Err(ScriptError::Stopped(format!("there is no command {written}"))),
        Performed::Failed | Performed::Lost(_) => {
            Err(ScriptError::Stopped(String::from_utf8_lossy(&err).trim().to_owned()))
        }
        Performed::Done | Performed::Reconnected | Performed::Quit => Ok(()),
    }
}

/// The first value of the first row that `sql` returns, asked for quietly in the shell's own session.
pub(super) fn ask(shell: &mut Shell, sql: &str) -> Result<Option<String>, String> {
    let connection = shell.connection_mut();
    connection.start_query(sql).map_err(|lost| lost.to_string())?;
    let mut answer = None;
    let mut error = None;
    loop {
        match connection.next_event(ASK_AGAIN).map_err(|lost| lost.to_string())? {
            Some(Event::Ready(_)) => break,
            Some(Event::Row(row)) if answer.is_none() => {
                answer = row.values().next().flatten().map(|value| String::from_utf8_lossy(value).into_owned());
            }
            Some(Event::Error(message)) => error = Some(message.message),
            _ => {}
        }
    }
    error.map_or(Ok(answer), Err)
}

fn statement_error(sql: String, error: ServerMessage) -> ScriptError {
    ScriptError::Statement { sql, message: error.message, sqlstate: error.sqlstate }
}

/// How a session of `role` reaches `database`: through the socket.
pub fn session_options(server: &Server, role: Role, database: &str) -> ConnectOptions {
    let endpoint = server.endpoint(role);
    ConnectOptions {
        host: Host::Socket(endpoint.socket_dir),
        port: endpoint.port,
        user: endpoint.user.to_owned(),
        password: Some(endpoint.password),
        database: database.to_owned(),
        application_name: APPLICATION_NAME.to_owned(),
    }
}

/// The psql variables that lessons use instead of ports and passwords: `conn` reaches the sandbox as the student over
/// TCP, where the server asks for the password; `conn_socket` over the socket, where it does not.
pub fn connection_variables(server: &Server, database: &str) -> [(&'static str, String); 2] {
    let endpoint = server.endpoint(Role::Student);
    let common = format!("dbname={database} user={} password={}", endpoint.user, endpoint.password);
    [
        ("conn", format!("host={} port={} {common}", endpoint.host, endpoint.port)),
        ("conn_socket", format!("host={} port={} {common}", endpoint.socket_dir.display(), endpoint.port)),
    ]
}

/// The texts that differ from one sandbox to the next.
pub fn volatile_texts(server: &Server, database: &str) -> Vec<Volatile> {
    let endpoint = server.endpoint(Role::Student);
    let [conn, conn_socket] = connection_variables(server, database).map(|(_, text)| text);
    let volatile = |text: String, stands_for| Volatile { text, stands_for };
    vec![
        volatile(conn, "<conn>"),
        volatile(conn_socket, "<conn_socket>"),
        volatile(endpoint.password, "<password>"),
        volatile(endpoint.socket_dir.display().to_string(), "<socket directory>"),
        volatile(format!("port {}", endpoint.port), "port <port>"),
        volatile(format!("port={}", endpoint.port), "port=<port>"),
        volatile(database.to_owned(), "<database>"),
    ]
}
