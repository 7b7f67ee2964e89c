//! The private server: found again, adopted, shared by nobody.

use std::process::Command;

use tutor::server::{Lifetime, Role, Sandbox, Server};

use crate::support::{Screen, Tutor, realm, server, wait_until};

#[test]
fn two_servers_at_a_time_are_two() {
    let (one, other) = (server(), server());
    assert_ne!(one.server().directory(), other.server().directory());
    assert_ne!(one.server().endpoint(Role::Student).port, other.server().endpoint(Role::Student).port);
    assert_ne!(one.server().endpoint(Role::Student).password, other.server().endpoint(Role::Student).password);
}

#[test]
fn the_student_is_no_superuser_and_owns_the_sandbox() {
    let test = server();
    let row = test.connect().query_one(
        "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
                pg_has_role('pg_read_all_stats', 'member'), pg_has_role('pg_signal_backend', 'member'),
                (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database())",
        &[],
    );
    let row = row.expect("the student's session");
    let is_superuser: bool = row.get(0);
    let (reads_statistics, signals): (bool, bool) = (row.get(1), row.get(2));
    let owner: String = row.get(3);
    assert_eq!((is_superuser, reads_statistics, signals, owner.as_str()), (false, true, false, "student"));
}

#[test]
fn a_sandbox_is_dropped_with_its_lesson() {
    let server = Server::acquire(realm(), Lifetime::Session).expect("a server");
    let sandbox = Sandbox::create(&server, "mail").expect("a sandbox");
    let name = sandbox.database().to_owned();
    let mut admin = server.connect(Role::Admin, "postgres").expect("the admin");
    let exists = format!("SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')");
    wait_until(&mut admin, &exists);
    drop(sandbox);
    wait_until(&mut admin, &exists.replace("SELECT EXISTS", "SELECT NOT EXISTS"));
}

#[test]
fn the_fixture_has_the_pages_that_the_exercises_count_on() {
    let server = Server::acquire(realm(), Lifetime::Session).expect("a server");
    let sandbox = Sandbox::create(&server, "mail").expect("a sandbox");
    let mut student = server.connect(Role::Student, sandbox.database()).expect("the student");
    let row = student.query_one(
        "SELECT count(*), pg_relation_size('mail_messages') / 8192, count(*) FILTER (WHERE parent_id IS NULL) > 1000
         FROM mail_messages",
        &[],
    );
    let row = row.expect("the fixture");
    let (rows, pages, has_threads): (i64, i64, bool) = (row.get(0), row.get(1), row.get(2));
    assert_eq!((rows, pages, has_threads), (356_124, 6475, true));
}

#[test]
fn a_killed_tutor_leaves_a_state_that_the_next_one_starts_from() {
    let mut screen = Screen::open(&["lab", "12", "--at", "118708-x-3"]);
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("SELECT pg_sleep(600);");
    let pid = screen.pid().expect("the tutor runs");
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill runs");
    assert!(killed.success());
    screen.end();
    let ran = Tutor::new(&["lab", "12", "--at", "118708-x-3"]).input("SELECT count(*) FROM mail_messages;").expect(0);
    assert!(ran.out.contains("passed: 118708-x-3"), "{ran:#?}");
}

#[test]
fn a_tutor_that_is_told_to_end_stops_its_server() {
    let mut screen = Screen::open(&["lab", "12", "--at", "118708-x-3"]);
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("SELECT split_part(:'conn_socket', ' ', 1) AS place;");
    screen.wait_for("(1 row)");
    let text = screen.text();
    let sockets = text.lines().find_map(|line| line.trim().strip_prefix("host=")).expect("the place").to_owned();
    let pid = screen.pid().expect("the tutor runs");
    let told = Command::new("kill").args(["-TERM", &pid.to_string()]).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(screen.end(), 143);
    let left = std::fs::read_dir(&sockets).map_or(0, |files| files.count());
    assert_eq!(left, 0, "the server's sockets are still in {sockets}");
}

#[test]
fn a_closed_terminal_ends_the_lab_in_order() {
    let mut screen = Screen::open(&["lab", "12", "--at", "118708-x-3"]);
    screen.wait_for_prompt("parallel-count=>");
    screen.type_line("\\echo it runs \\\\ SELECT pg_sleep(600);");
    screen.wait_for("\nit runs");
    assert_eq!(screen.close(), None);
}

#[test]
fn a_kept_server_can_be_reached_and_stopped() {
    let tutor = Tutor::new(&["server", "status"]);
    let was_kept = tutor.expect(0).out.contains("until");
    let url = tutor.again(&["server", "url"], "").out;
    let question = "SELECT current_user, current_database()";
    let psql = Command::new("psql").args(["-X", "-A", "-t", "-c", question]).arg(url.trim()).output();
    let answer = psql.expect("psql runs").stdout;
    let started = tutor.again(&["server", "start"], "").out;
    let status = tutor.again(&["server", "status"], "").out;
    // A server that somebody keeps here stays theirs.
    let stopped = if was_kept { "stopped the server".to_owned() } else { tutor.again(&["server", "stop"], "").out };
    assert_eq!(String::from_utf8_lossy(&answer), "student|play\n");
    assert!(started.contains("already runs"), "{started}");
    assert!(status.contains("until `cargo tutor server stop`"), "{status}");
    // It may be in use by another test's lab just now.
    assert!(stopped.contains("stopped the server") || stopped.contains("stops with the lab"), "{stopped}");
}
