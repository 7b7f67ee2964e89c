//! What the tests share.

mod screen;
mod tutor;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ::tutor::course::Course;
use ::tutor::home::Home;
use ::tutor::provision::{self, Consent, Options, Realm};
use ::tutor::server::{Lifetime, Role, Sandbox, Server};
use postgres::Client;

pub(crate) use screen::Screen;
pub(crate) use tutor::Tutor;

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
    REALM.get_or_init(|| {
        let home = Home::from_environment().expect("a home");
        let options = Options { consent: Consent::from_environment(false) };
        let mut progress = provision::progress::on_standard_error();
        match provision::provision(course().root(), &home, &options, &mut *progress) {
            Ok(realm) => realm,
            Err(error) => panic!("{error}"),
        }
    })
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

impl TestServer {
    /// A session of the student's in the sandbox.
    pub(crate) fn connect(&self) -> Client {
        self.server.connect(Role::Student, self.sandbox.database()).expect("a session of the student's")
    }

    /// A superuser's session in the sandbox that notices when the server has restarted.
    pub(crate) fn witness(&self) -> Witness {
        let mut client = self.server.connect(Role::Admin, self.sandbox.database()).expect("a session of the admin's");
        let started = postmaster_start(&mut client);
        Witness { client, started }
    }

    /// The server itself.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }
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
