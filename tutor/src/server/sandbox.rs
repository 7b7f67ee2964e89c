//! Sandboxes: databases that last as long as one run of a lesson.
//!
//! A sandbox is cloned from a fixture's template. Cloning takes about 100 ms, so a spare clone is kept ready, and a
//! sandbox begins with renaming it. Its owner holds an advisory lock with the sandbox's number; a sandbox whose lock is
//! free was left by a killed tutor, and is dropped.

use std::fmt;
use std::sync::Arc;
use std::thread;

use postgres::Client;
use postgres::error::SqlState;

use super::{
    Inner, MAINTENANCE_DATABASE, Role, Server, ServerError, database_settings, locked, quote_ident, quote_literal,
    roles, template_database,
};

/// The first key of the advisory locks; the second is the sandbox's number.
const LOCK_CLASS: i32 = 0x7475_746f;

/// How a sandbox's name begins; its number follows.
const PREFIX: &str = "lab_";

/// How a spare clone's name begins; its fixture's name follows.
const SPARE_PREFIX: &str = "spare_";

/// The most sandboxes at a time on one server.
const MOST_SANDBOXES: i32 = 100;

/// A database of the student's own, cloned from a fixture. It is dropped with the value.
pub struct Sandbox {
    inner: Arc<Inner>,
    number: i32,
    database: String,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sandbox").field("database", &self.database).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Makes a sandbox with the objects of a fixture; [`EMPTY_FIXTURE`](crate::provision::EMPTY_FIXTURE) has none.
    pub fn create(server: &Server, fixture: &str) -> Result<Sandbox, ServerError> {
        let inner = &server.inner;
        let known = inner.realm.fixtures();
        if !known.iter().any(|name| name == fixture) {
            return Err(ServerError::UnknownFixture { name: fixture.to_owned(), known: known.join(", ") });
        }
        let (number, database) = inner.admin(|client| make(client, fixture))?;
        make_spare(server, fixture);
        Ok(Sandbox { inner: Arc::clone(inner), number, database })
    }

    /// Takes back what the student has set for later sessions, with `ALTER ROLE` or `ALTER DATABASE`.
    pub fn restore_settings(&self) -> Result<(), ServerError> {
        let database = quote_ident(&self.database);
        let restore = format!(
            "{} ALTER DATABASE {database} RESET ALL; ALTER ROLE student IN DATABASE {database} RESET ALL; {}",
            roles::restore_student(self.inner.passwords.of(Role::Student)) + ";",
            database_settings(&self.database)
        );
        self.inner.admin(|client| client.batch_execute(&restore).map_err(ServerError::refused("restore the sandbox")))
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // A sandbox that cannot be dropped now, because its server is gone, is an orphan for the next start to drop.
        let inner = Arc::clone(&self.inner);
        let (database, number) = (self.database.clone(), self.number);
        let dropped = inner.admin(|client| {
            drop_database(&inner, client, &database)?;
            unlock(client, number)
        });
        dropped.unwrap_or_default();
    }
}

/// Puts an acquired server into the state that a lab expects: no orphaned sandboxes, the student as it was.
pub(super) fn tidy(server: &Server) -> Result<(), ServerError> {
    let inner = &server.inner;
    let restore = roles::restore_student(inner.passwords.of(Role::Student));
    inner.admin(|client| {
        client.batch_execute(&restore).map_err(ServerError::refused("restore the student's role"))?;
        for database in orphans(client)? {
            drop_database(inner, client, &database)?;
        }
        Ok(())
    })
}

/// The numbers of the sandboxes that exist.
fn numbers(client: &mut Client) -> Result<Vec<i32>, ServerError> {
    let rows = client.query("SELECT datname::text FROM pg_catalog.pg_database WHERE datname ~ '^lab_[0-9]+$'", &[]);
    let names = rows.map_err(ServerError::refused("list its databases"))?;
    Ok(names.iter().filter_map(|row| row.get::<_, String>(0).strip_prefix(PREFIX)?.parse().ok()).collect())
}

fn try_lock(client: &mut Client, number: i32) -> Result<bool, ServerError> {
    let row = client.query_one("SELECT pg_catalog.pg_try_advisory_lock($1, $2)", &[&LOCK_CLASS, &number]);
    row.map(|row| row.get(0)).map_err(ServerError::refused("lock a sandbox"))
}

fn unlock(client: &mut Client, number: i32) -> Result<(), ServerError> {
    let done = client.execute("SELECT pg_catalog.pg_advisory_unlock($1, $2)", &[&LOCK_CLASS, &number]);
    done.map(drop).map_err(ServerError::refused("unlock a sandbox"))
}

/// Takes the locks of all sandboxes again, on a connection made anew. They are ours, because the server is.
pub(super) fn guard_all(client: &mut Client) -> Result<(), ServerError> {
    for number in numbers(client)? {
        try_lock(client, number)?;
    }
    Ok(())
}

fn orphans(client: &mut Client) -> Result<Vec<String>, ServerError> {
    let mut found = Vec::new();
    for number in numbers(client)? {
        if try_lock(client, number)? {
            unlock(client, number)?;
            found.push(format!("{PREFIX}{number}"));
        }
    }
    Ok(found)
}

/// Takes the first free number, renames the spare or clones the template, and gives the database its settings.
fn make(client: &mut Client, fixture: &str) -> Result<(i32, String), ServerError> {
    let number = free_number(client)?;
    let database = format!("{PREFIX}{number}");
    let made = obtain(client, &database, fixture).and_then(|()| {
        let quoted = quote_ident(&database);
        let access = format!(
            "{} REVOKE ALL ON DATABASE {quoted} FROM PUBLIC; GRANT CONNECT ON DATABASE {quoted} TO observer, checker; \
             ALTER ROLE student RESET ALL",
            database_settings(&database)
        );
        client.batch_execute(&access).map_err(ServerError::refused("open the sandbox"))
    });
    if made.is_err() {
        // What went wrong before says more than what goes wrong now.
        unlock(client, number).unwrap_or_default();
    }
    made.map(|()| (number, database))
}

fn free_number(client: &mut Client) -> Result<i32, ServerError> {
    let taken = numbers(client)?;
    for number in (1..=MOST_SANDBOXES).filter(|number| !taken.contains(number)) {
        // A lock that this very connection holds already can be taken again, so existing databases are left out above.
        if try_lock(client, number)? {
            return Ok(number);
        }
    }
    let cause = format!("there are {MOST_SANDBOXES} already");
    Err(ServerError::Refused { what: "make a sandbox".to_owned(), cause })
}

fn obtain(client: &mut Client, database: &str, fixture: &str) -> Result<(), ServerError> {
    let spare = quote_ident(&format!("{SPARE_PREFIX}{fixture}"));
    let renamed = client.batch_execute(&format!("ALTER DATABASE {spare} RENAME TO {}", quote_ident(database)));
    if renamed.is_ok() {
        return Ok(());
    }
    let cloned = client.batch_execute(&clone_statement(database, fixture));
    cloned.map_err(ServerError::refused(format!("clone the fixture {fixture}")))
}

/// The statement that clones a fixture's template for the student.
pub(super) fn clone_statement(database: &str, fixture: &str) -> String {
    let (database, template) = (quote_ident(database), quote_ident(&template_database(fixture)));
    format!("CREATE DATABASE {database} TEMPLATE {template} OWNER student STRATEGY = file_copy")
}

/// Clones the next spare while the student reads. Whatever happens to it, a later sandbox is only slower.
fn make_spare(server: &Server, fixture: &str) {
    let (address, passwords) = (server.inner.address.clone(), server.inner.passwords.clone());
    let statement = clone_statement(&format!("{SPARE_PREFIX}{fixture}"), fixture);
    thread::spawn(move || {
        let connected = address.connect(Role::Admin, passwords.of(Role::Admin), MAINTENANCE_DATABASE);
        connected.and_then(|mut client| client.batch_execute(&statement)).unwrap_or_default();
    });
}

/// Drops a database with everything that holds it: sessions, then subscriptions and replication slots.
fn drop_database(inner: &Inner, client: &mut Client, database: &str) -> Result<(), ServerError> {
    let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_ident(database));
    match client.batch_execute(&statement) {
        Err(cause) if cause.code() == Some(&SqlState::OBJECT_IN_USE) => {
            drop_subscriptions(inner, database)?;
            drop_slots(client, database)?;
            client.batch_execute(&statement).map_err(ServerError::refused(format!("drop the database {database}")))
        }
        done => done.map_err(ServerError::refused(format!("drop the database {database}"))),
    }
}

/// Subscriptions go without their slot, which may be in a database that is gone.
fn drop_subscriptions(inner: &Inner, database: &str) -> Result<(), ServerError> {
    let fault = || ServerError::refused(format!("drop the subscriptions in {database}"));
    let mut inside = inner.address.connect(Role::Admin, inner.passwords.of(Role::Admin), database).map_err(fault())?;
    let rows = inside.query(
        "SELECT s.subname::text FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
         WHERE d.datname = $1",
        &[&database],
    );
    for row in rows.map_err(fault())? {
        let name = quote_ident(&row.get::<_, String>(0));
        let statements = [
            format!("ALTER SUBSCRIPTION {name} DISABLE"),
            format!("ALTER SUBSCRIPTION {name} SET (slot_name = NONE)"),
            format!("DROP SUBSCRIPTION {name}"),
        ];
        for statement in statements {
            inside.batch_execute(&statement).map_err(fault())?;
        }
    }
    Ok(())
}

/// Ends the processes that send from the database's slots, and drops the slots.
fn drop_slots(client: &mut Client, database: &str) -> Result<(), ServerError> {
    let name = quote_literal(database);
    let statements = [
        format!(
            "SELECT pg_catalog.pg_terminate_backend(active_pid, 5000) FROM pg_catalog.pg_replication_slots
             WHERE database = {name} AND active_pid IS NOT NULL"
        ),
        format!(
            "SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots
             WHERE database = {name} AND active_pid IS NULL"
        ),
    ];
    for statement in statements {
        client.batch_execute(&statement).map_err(ServerError::refused(format!("drop the slots of {database}")))?;
    }
    Ok(())
}

impl Server {
    /// The sandboxes that exist on this server, for `tutor server status`.
    pub fn sandboxes(&self) -> Result<Vec<String>, ServerError> {
        let found = numbers(&mut locked(&self.inner.admin))?;
        Ok(found.into_iter().map(|number| format!("{PREFIX}{number}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_belong_to_the_student() {
        assert_eq!(
            clone_statement("lab_1", "mail"),
            "CREATE DATABASE \"lab_1\" TEMPLATE \"template_mail\" OWNER student STRATEGY = file_copy"
        );
    }
}
