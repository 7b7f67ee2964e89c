//! What the tests share.

mod browser;
mod screen;
mod tutor;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ::tutor::course::{Course, DataSet};
use ::tutor::home::Home;
use ::tutor::provision::{self, Consent, Options, Realm};
use ::tutor::server::{Lifetime, Role, Sandbox, Server, StopMode};
use postgres::Client;

pub(crate) use browser::{Axe, Browser};
pub(crate) use screen::Screen;
pub(crate) use tutor::{Ran, Tutor};

/// The pause between two looks at a state.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How long a state is waited for. Long, because nothing is asserted on time: it only ends a test that hangs.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// The course of this clone.
pub(crate) fn course() -> &'static Course {
    static COURSE: OnceLock<Course> = OnceLock::new();
    COURSE.get_or_init(|| Course::find(None).expect("the clone is a course"))
}

/// The private installation, made once as `cargo tutor` makes it.
pub(crate) fn realm() -> &'static Realm {
    static REALM: OnceLock<Realm> = OnceLock::new();
    REALM.get_or_init(|| make_realm(DataSet::First))
}

/// The one with the second data set, made after the first as grading does.
pub(crate) fn second_realm() -> &'static Realm {
    static REALM: OnceLock<Realm> = OnceLock::new();
    realm();
    REALM.get_or_init(|| make_realm(DataSet::Second))
}

fn make_realm(data: DataSet) -> Realm {
    let home = Home::from_environment().expect("a home");
    let options = Options { consent: Consent::from_environment(false), data };
    let mut progress = provision::progress::on_standard_error();
    match provision::provision(course().root(), &home, &options, &mut *progress) {
        Ok(realm) => realm,
        Err(error) => panic!("{error}"),
    }
}

/// A private server that no other test uses, with a sandbox that has the extension.
pub(crate) struct TestServer {
    // Dropped first: the sandbox goes before its server.
    sandbox: Sandbox,
    server: Server,
}

/// A private server for one test; it stops with the value.
pub(crate) fn server() -> TestServer {
    let server = Server::acquire(realm(), Lifetime::Session).expect("a server");
    let sandbox = Sandbox::create(&server, provision::EMPTY_FIXTURE).expect("a sandbox");
    let test = TestServer { sandbox, server };
    test.connect().batch_execute("CREATE EXTENSION pg_background").expect("the extension");
    test
}

/// A private server whose shared memory segments are files, so that they can be counted, with further settings.
pub(crate) fn server_with_segments_in_files(settings: &[(&str, String)]) -> TestServer {
    let test = server();
    let mut all = vec![("dynamic_shared_memory_type", "mmap".to_owned())];
    all.extend(settings.iter().map(|(name, value)| (*name, value.clone())));
    test.server.restart(StopMode::Fast, &all).expect("the server restarts");
    test
}

impl TestServer {
    /// A session of the student's in the sandbox.
    pub(crate) fn connect(&self) -> Client {
        self.server.connect(Role::Student, self.sandbox.database()).expect("a session of the student's")
    }

    /// A superuser's session in the sandbox that notices when the server has restarted.
    pub(crate) fn witness(&self) -> Witness {
        let client = self.server.connect(Role::Admin, self.sandbox.database()).expect("a session of the admin's");
        let mut client = with_usual_names(client);
        let started = postmaster_start(&mut client);
        Witness { client, started }
    }

    /// A session of the student's as soon as a crashed server lets one in.
    pub(crate) fn connect_after_recovery(&self) -> Client {
        wait_for("the server recovers", || self.server.connect(Role::Student, self.sandbox.database()).ok())
    }

    /// How many dynamic shared memory segments there are, on a server that has them in files.
    pub(crate) fn count_segments(&self) -> usize {
        let directory = self.server.directory().join("data").join("pg_dynshmem");
        std::fs::read_dir(directory).expect("the directory of the segments").count()
    }

    /// Waits until there are that many segments: a process that has been heard of last may still hold one.
    #[track_caller]
    pub(crate) fn wait_for_segments(&self, count: usize) {
        let start = Instant::now();
        while self.count_segments() != count {
            assert!(start.elapsed() < LONG, "there are {} segments, not {count}", self.count_segments());
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// The server itself.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }
}

/// The session with the search path that PostgreSQL gives everybody; the tutor's own sessions find only PostgreSQL's
/// objects without a schema.
pub(crate) fn with_usual_names(mut client: Client) -> Client {
    client.batch_execute("SET search_path = \"$user\", public").expect("a setting");
    client
}

/// A superuser's session that was there before and is there afterwards.
pub(crate) struct Witness {
    client: Client,
    started: String,
}

impl Witness {
    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Panics if the server restarted since the witness came.
    #[track_caller]
    pub(crate) fn assert_no_restart(&mut self) {
        assert!(!self.client.is_closed(), "the witness lost its connection: the server restarted");
        assert_eq!(postmaster_start(&mut self.client), self.started, "the server restarted");
    }
}

fn postmaster_start(client: &mut Client) -> String {
    let row = client.query_one("SELECT pg_catalog.pg_postmaster_start_time()::text", &[]);
    row.expect("the witness's connection").get(0)
}

/// Waits until the query's one boolean is true; panics with the last answer when it never is.
#[track_caller]
pub(crate) fn wait_until(client: &mut Client, sql: &str) {
    let start = Instant::now();
    loop {
        let last: Option<bool> = client.query_one(sql, &[]).expect("the state can be looked at").get(0);
        if last == Some(true) {
            return;
        }
        assert!(start.elapsed() < LONG, "never became true (last: {last:?}): {sql}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Looks again and again until there is something; panics with `what` never happened when there never is.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LONG, "never happened: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Waits until the server has ended a session.
#[track_caller]
pub(crate) fn wait_until_closed(client: &mut Client) {
    wait_for("the server ends the session", || client.simple_query("SELECT 1").is_err().then_some(()));
}

/// A private server in recovery. It is thrown away with the value, because nothing leads back.
pub(crate) struct Standby {
    server: Option<Server>,
}

impl Standby {
    /// Makes a standby of a server, with no primary to follow.
    pub(crate) fn of(server: &Server) -> Standby {
        let standby = Standby { server: Some(server.clone()) };
        // A standby replays only what was written with this level; the first restart writes it down.
        let level = [("wal_level", "replica".to_owned())];
        server.restart(StopMode::Fast, &level).expect("the server restarts");
        std::fs::write(server.directory().join("data").join("standby.signal"), "").expect("standby.signal");
        server.restart(StopMode::Fast, &level).expect("the standby starts");
        standby
    }

    /// A session on the standby.
    pub(crate) fn connect(&self, role: Role, database: &str) -> Client {
        let server = self.server.as_ref().expect("a server until the value is dropped");
        with_usual_names(server.connect(role, database).expect("a session on the standby"))
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        if let Some(server) = self.server.take()
            && let Err(error) = server.discard()
        {
            eprintln!("the standby could not be thrown away: {error}");
        }
    }
}
