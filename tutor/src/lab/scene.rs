//! Scripts that the tutor runs itself, and what a sandbox's sessions know.

use std::io;
use std::time::Duration;

use crate::check::Volatile;
use crate::psql::{Execution, Item, Performed, Shell, Streams};
use crate::server::{APPLICATION_NAME, Endpoint, Role, Sandbox, Server};
use crate::wire::{ConnectOptions, Event, Host, ServerMessage, TransactionStatus};

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

/// Runs a script in `shell`, its output thrown away, up to the first statement that fails. Returns the first value of
/// the last result that has rows; a NULL is empty.
pub(super) fn run_script(shell: &mut Shell, script: &str) -> Result<Option<String>, ScriptError> {
    script.lines().for_each(|line| shell.push_line(line));
    shell.finish_input();
    let mut answer = None;
    while let Some(item) = shell.next_item() {
        match run_item(shell, item) {
            Ok(value) => answer = value.or(answer),
            Err(error) => {
                shell.clear_buffer();
                return Err(error);
            }
        }
    }
    Ok(answer)
}

fn run_item(shell: &mut Shell, item: Item) -> Result<Option<String>, ScriptError> {
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
            let error = executions.iter().find_map(|execution| execution.error.clone());
            error.map_or_else(|| Ok(last_value(&executions)), |error| Err(statement_error(written, error)))
        }
        Performed::Unknown(_) => Err(ScriptError::Stopped(format!("there is no command {written}"))),
        Performed::Failed | Performed::Lost(_) => {
            Err(ScriptError::Stopped(String::from_utf8_lossy(&err).trim().to_owned()))
        }
        Performed::Done | Performed::Reconnected | Performed::Quit => Ok(None),
    }
}

/// The first value of the last result that has rows.
fn last_value(executions: &[Execution]) -> Option<String> {
    let results = executions.iter().flat_map(|execution| &execution.results);
    results.filter_map(|result| Some(result.rows.first()?.first()?.clone().unwrap_or_default())).next_back()
}

/// Names mean PostgreSQL's own objects, whatever the session's search path is, and nothing takes for ever.
const UNFOOLED: &str = "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL statement_timeout = '10s'; ";

/// Asks in the session that `sql` is about, without being fooled by what the session has set, and without changing it.
pub(super) fn ask_unfooled(shell: &mut Shell, sql: &str) -> Result<Option<String>, String> {
    // Several statements in one query string are a transaction of their own; within a transaction, a savepoint is.
    if shell.transaction() == TransactionStatus::Idle {
        return ask(shell, &format!("{UNFOOLED}{sql}"));
    }
    ask(shell, "SAVEPOINT tutor_asks")?;
    let answer = ask(shell, &format!("{UNFOOLED}{sql}"));
    ask(shell, "ROLLBACK TO SAVEPOINT tutor_asks; RELEASE SAVEPOINT tutor_asks")?;
    answer
}

/// The first value of the first row that `sql` returns, asked for quietly in the shell's own session.
fn ask(shell: &mut Shell, sql: &str) -> Result<Option<String>, String> {
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

/// The psql variables that lessons use instead of names, ports and passwords. `conn` reaches the sandbox as the student
/// over TCP, where the server asks for the password; `conn_socket` over the socket, where it does not. For a further
/// database that the lesson calls `pub`, `pub` is its name and `conn_pub` reaches it over TCP.
pub fn session_variables(server: &Server, sandbox: &Sandbox) -> Vec<(String, String)> {
    let endpoint = server.endpoint(Role::Student);
    let connection = |host: &str, database: &str| {
        let Endpoint { port, user, password, .. } = &endpoint;
        format!("host={host} port={port} dbname={database} user={user} password={password}")
    };
    let socket = endpoint.socket_dir.display().to_string();
    let mut variables = vec![
        ("conn".to_owned(), connection(endpoint.host, sandbox.database())),
        ("conn_socket".to_owned(), connection(&socket, sandbox.database())),
    ];
    for (name, database) in sandbox.further() {
        variables.push((format!("conn_{name}"), connection(endpoint.host, database)));
        variables.push((name.to_owned(), database.to_owned()));
    }
    variables
}

/// The texts that differ from one sandbox to the next.
pub fn volatile_texts(server: &Server, sandbox: &Sandbox) -> Vec<Volatile> {
    let endpoint = server.endpoint(Role::Student);
    let volatile = |text: String, name: &str| Volatile { text, stands_for: format!("<{name}>") };
    let mut texts = vec![
        volatile(endpoint.password, "password"),
        volatile(endpoint.socket_dir.display().to_string(), "socket directory"),
        volatile(sandbox.database().to_owned(), "database"),
    ];
    texts.extend(session_variables(server, sandbox).into_iter().map(|(name, text)| volatile(text, &name)));
    texts.extend(
        ["port ", "port="].map(|before| Volatile {
            text: format!("{before}{}", endpoint.port),
            stands_for: format!("{before}<port>"),
        }),
    );
    texts
}
