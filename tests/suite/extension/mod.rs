//! The extension from the client's side: what it promises, and what it must survive.
//!
//! Every test has a server of its own, and a witness, a connection that notices if the server has restarted.
//!
//! ```text
//! launch, result, errors, identity, persistent     what it promises
//! waiting, wait, wait_any, cancel, listing, progress
//! survival, pid_reuse, resources, misuse           what it must survive
//! upgrade                                          the install scripts
//! soak                                             all of it at random
//! ```

mod cancel;
mod errors;
mod identity;
mod launch;
mod listing;
mod misuse;
mod persistent;
mod persistent_survival;
mod pid_reuse;
mod progress;
mod resources;
mod result;
mod settings;
mod soak;
mod survival;
mod upgrade;
mod wait;
mod wait_any;
mod waiting;

use crate::support::{self, TestServer};
use ::tutor::server::{Role, StopMode};
use postgres::error::{DbError, ErrorPosition};
use postgres::types::FromSqlOwned;
use postgres::{Client, Config, NoTls, SimpleQueryMessage};
use std::sync::{Arc, Mutex, PoisonError};

/// Run `body` with a fresh session, then make sure that the server has survived it and that no worker is left.
fn check(body: impl FnOnce(&mut Client, &mut Client)) {
    check_on(&support::server(), body);
}

/// [`check`] on a server that the test has prepared.
fn check_on(server: &TestServer, body: impl FnOnce(&mut Client, &mut Client)) {
    let mut client = server.connect();
    let mut witness = server.witness();
    support::wait_until(witness.client(), NO_WORKER);
    body(&mut client, witness.client());
    drop(client);
    support::wait_until(witness.client(), NO_WORKER);
    witness.assert_no_restart();
}

const NO_WORKER: &str = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'pg_background')";

#[track_caller]
fn launch(client: &mut Client, sql: &str) -> i32 {
    client.query_one("SELECT pg_background_launch($1)", &[&sql]).expect("launch").get(0)
}

#[track_caller]
fn launch_with_queue(client: &mut Client, sql: &str, queue_size: i32) -> i32 {
    client.query_one("SELECT pg_background_launch($1, $2)", &[&sql, &queue_size]).expect("launch").get(0)
}

/// The rows of a result as psql -At would print them.
#[track_caller]
fn result(client: &mut Client, pid: i32, columns: &str) -> String {
    rows(client, &format!("SELECT * FROM pg_background_result({pid}) AS ({columns})"))
}

#[track_caller]
fn run(client: &mut Client, sql: &str, columns: &str) -> String {
    let pid = launch(client, sql);
    result(client, pid, columns)
}

#[track_caller]
fn rows(client: &mut Client, sql: &str) -> String {
    let messages = client.simple_query(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|i| row.get(i).unwrap_or("NULL")).collect::<Vec<_>>().join("|"))
        }
        _ => None,
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn error(client: &mut Client, sql: &str) -> DbError {
    match client.simple_query(sql) {
        Ok(_) => panic!("no error: {sql}"),
        Err(error) => error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error:?}")).clone(),
    }
}

#[track_caller]
fn result_error(client: &mut Client, pid: i32, columns: &str) -> DbError {
    error(client, &format!("SELECT * FROM pg_background_result({pid}) AS ({columns})"))
}

#[track_caller]
fn run_error(client: &mut Client, sql: &str, columns: &str) -> DbError {
    let pid = launch(client, sql);
    result_error(client, pid, columns)
}

#[track_caller]
fn assert_state(client: &mut Client, sql: &str, sqlstate: &str) {
    let error = error(client, sql);
    assert_eq!(error.code().code(), sqlstate, "{sql}: {error:?}");
}

fn wait_for(witness: &mut Client, pid: i32, event_type: &str, event: &str) {
    let sql = format!(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid} AND wait_event_type = '{event_type}' \
         AND wait_event = '{event}')"
    );
    support::wait_until(witness, &sql);
}

fn wait_until_gone(witness: &mut Client, pid: i32) {
    support::wait_until(witness, &format!("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid})"));
}

fn cancel(witness: &mut Client, pid: i32) {
    rows(witness, &format!("SELECT pg_cancel_backend({pid})"));
}

fn pid_of(client: &mut Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).expect("a query").get(0)
}

/// The SQLSTATE of what must be an error of the server.
#[track_caller]
fn code(error: &DbError) -> &str {
    error.code().code()
}

/// Start a worker that stays for further commands.
#[track_caller]
fn launch_persistent(client: &mut Client, sql: &str) -> i32 {
    client.query_one("SELECT pg_background_launch($1, persistent => true)", &[&sql]).expect("launch").get(0)
}

/// A persistent worker that has nothing to do and nothing unread.
#[track_caller]
fn idle_worker(client: &mut Client) -> i32 {
    let pid = launch_persistent(client, "SELECT 0");
    assert_eq!(result(client, pid, "i int"), "0");
    pid
}

/// Give a persistent worker its next command.
#[track_caller]
fn hand_over(client: &mut Client, pid: i32, sql: &str) {
    client
        .execute("SELECT pg_background_run($1, $2)", &[&pid, &sql])
        .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

#[track_caller]
fn run_on(client: &mut Client, pid: i32, sql: &str, columns: &str) -> String {
    hand_over(client, pid, sql);
    result(client, pid, columns)
}

#[track_caller]
fn run_on_error(client: &mut Client, pid: i32, sql: &str, columns: &str) -> DbError {
    hand_over(client, pid, sql);
    result_error(client, pid, columns)
}

#[track_caller]
fn detach(client: &mut Client, pid: i32) {
    client.execute("SELECT pg_background_detach($1)", &[&pid]).expect("detach");
}

/// Whether the command had ended when the wait without a limit returned, which it always has.
#[track_caller]
fn wait(client: &mut Client, pid: i32) -> bool {
    client.query_one("SELECT pg_background_wait($1)", &[&pid]).expect("wait").get(0)
}

/// Cancel through the extension; [`cancel`] does it from outside.
#[track_caller]
fn cancel_job(client: &mut Client, pid: i32, grace_ms: i32) -> bool {
    client.query_one("SELECT pg_background_cancel($1, $2)", &[&pid, &grace_ms]).expect("cancel").get(0)
}

#[track_caller]
fn value<T: FromSqlOwned>(client: &mut Client, sql: &str) -> T {
    client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

/// Wait until the session's own list says so of a job.
#[track_caller]
fn wait_until_listed(client: &mut Client, pid: i32, condition: &str) {
    let sql = format!("SELECT EXISTS (SELECT FROM pg_background_list() WHERE pid = {pid} AND {condition})");
    support::wait_until(client, &sql);
}

fn lock(witness: &mut Client, key: i32) {
    rows(witness, &format!("SELECT pg_advisory_lock({key})"));
}

fn unlock(witness: &mut Client, key: i32) {
    assert_eq!(rows(witness, &format!("SELECT pg_advisory_unlock({key})")), "t");
}

/// What the server said beside the results, in order.
type Notices = Arc<Mutex<Vec<String>>>;

/// A session like that of `client` that keeps the notices it gets.
fn listening_session(client: &mut Client, witness: &mut Client) -> (Client, Notices) {
    let notices = Notices::default();
    let kept = Arc::clone(&notices);
    let mut config: Config = parameters(client, witness).parse().expect("parameters of a connection");
    config.notice_callback(move |notice| {
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(notice.message().to_owned());
    });
    (config.connect(NoTls).expect("log in again"), notices)
}

fn taken(notices: &Notices) -> Vec<String> {
    std::mem::take(&mut *notices.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A session like that of `client`, with `pg_background.max_workers` at 1.
fn with_a_cap_of_one(client: &mut Client, witness: &mut Client) -> Client {
    let role = rows(client, "SELECT current_user");
    let database = rows(client, "SELECT current_database()");
    witness
        .batch_execute(&format!("ALTER ROLE {role} IN DATABASE \"{database}\" SET pg_background.max_workers = 1"))
        .unwrap();
    another_session(client, witness)
}

/// The session of `client` as it would be after logging in again.
fn another_session(client: &mut Client, witness: &mut Client) -> Client {
    Client::connect(&parameters(client, witness), NoTls).expect("log in again")
}

fn parameters(client: &mut Client, witness: &mut Client) -> String {
    let directory = rows(witness, "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
    let port = rows(witness, "SHOW port");
    let role = rows(client, "SELECT session_user");
    let database = rows(client, "SELECT current_database()");
    format!("host='{directory}' port={port} user='{role}' dbname='{database}'")
}

/// The memory, in kB, that a process has to itself: not files, not shared memory. 0 where the system does not say.
fn private_memory_kb(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|size| size.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

/// What catches every cancel and begins again; only a termination ends it.
const STUBBORN: &str =
    "DO $$BEGIN LOOP BEGIN PERFORM pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END$$";

/// More rows than any queue of the default size holds.
const FLOOD: &str = "SELECT * FROM generate_series(1, 100000)";
