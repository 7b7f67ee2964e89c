//! Sandboxes: databases that last as long as one run of a lesson.
//!
//! A sandbox is the database `lab_3`, and `lab_3_pub` and so on where a lesson plays in several.
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
    EMPTY_FIXTURE, Inner, MAINTENANCE_DATABASE, Role, Server, ServerError, database_settings, locked, quote_ident,
    quote_literal, roles, template_database,
};

/// The first key of the advisory locks; the second is the sandbox's number.
const LOCK_CLASS: i32 = 0x7475_746f;

/// How a sandbox's name begins; its number follows.
const PREFIX: &str = "lab_";

/// How a spare clone's name begins; its fixture's name follows.
const SPARE_PREFIX: &str = "spare_";

/// The most sandboxes at a time on one server.
const MOST_SANDBOXES: i32 = 100;

/// A database of the student's own, cloned from a fixture, and further ones if a lesson needs them. They are dropped
/// with the value.
pub struct Sandbox {
    inner: Arc<Inner>,
    number: i32,
    database: String,
    further: Vec<Further>,
    /// Whether the student may publish and subscribe.
    replicates: bool,
}

/// A further database of a sandbox.
struct Further {
    /// What the lesson calls it.
    name: String,
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
        Ok(Sandbox { inner: Arc::clone(inner), number, database, further: Vec::new(), replicates: false })
    }

    /// Adds an empty database, which the lesson calls `name`.
    pub fn add_database(&mut self, name: &str) -> Result<(), ServerError> {
        let database = format!("{}_{name}", self.database);
        self.inner.admin(|client| {
            obtain(client, &database, EMPTY_FIXTURE)?;
            open_to_student(client, &database)
        })?;
        self.further.push(Further { name: name.to_owned(), database });
        Ok(())
    }

    /// Lets the student publish and subscribe, for as long as this sandbox is played in.
    pub fn allow_replication(&mut self) -> Result<(), ServerError> {
        self.replicates = true;
        self.restore_settings()
    }

    /// Takes back what the student has set for later sessions, with `ALTER ROLE` or `ALTER DATABASE`.
    pub fn restore_settings(&self) -> Result<(), ServerError> {
        let mut restore = restore_student(&self.inner) + ";";
        for database in self.databases() {
            let quoted = quote_ident(database);
            restore += &format!(
                "ALTER DATABASE {quoted} RESET ALL; ALTER ROLE student IN DATABASE {quoted} RESET ALL; {}",
                database_settings(database)
            );
        }
        if self.replicates {
            restore += &roles::allow_replication(self.inner.realm.major());
        }
        self.inner.admin(|client| client.batch_execute(&restore).map_err(ServerError::refused("restore the sandbox")))
    }

    /// Ends what replicates into its databases and out of them: subscriptions first, or they would ask for their slots
    /// again.
    pub fn stop_replication(&self) -> Result<(), ServerError> {
        if !self.replicates {
            return Ok(());
        }
        self.databases().try_for_each(|database| drop_subscriptions(&self.inner, database))?;
        self.inner.admin(|client| {
            self.databases().try_for_each(|database| drop_slots(client, &format!("= {}", quote_literal(database))))?;
            // Physical slots belong to no database, and on a private server to nobody else.
            drop_slots(client, "IS NULL")
        })
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The database that the lesson calls `name`, or the sandbox itself.
    pub fn database_of(&self, name: Option<&str>) -> &str {
        let further = self.further.iter().find(|further| name == Some(&further.name));
        further.map_or(&self.database, |further| &further.database)
    }

    /// The further databases: what the lesson calls each, and its name.
    pub fn further(&self) -> impl Iterator<Item = (&str, &str)> {
        self.further.iter().map(|further| (further.name.as_str(), further.database.as_str()))
    }

    /// The names of all its databases, the first one first.
    pub fn databases(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.database.as_str()).chain(self.further().map(|(_, database)| database))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // A sandbox that cannot be dropped now, because its server is gone, is an orphan for the next start to drop.
        let inner = Arc::clone(&self.inner);
        self.stop_replication().unwrap_or_default();
        let dropped = inner.admin(|client| {
            drop_sandbox(&inner, client, self.number)?;
            unlock(client, self.number)
        });
        dropped.unwrap_or_default();
    }
}

/// Puts an acquired server into the state that a lab expects: no orphaned sandboxes, the student as it was.
pub(super) fn tidy(server: &Server) -> Result<(), ServerError> {
    let inner = &server.inner;
    let restore = restore_student(inner);
    inner.admin(|client| {
        client.batch_execute(&restore).map_err(ServerError::refused("restore the student's role"))?;
        for number in orphans(client)? {
            drop_sandbox(inner, client, number)?;
        }
        Ok(())
    })
}

fn restore_student(inner: &Inner) -> String {
    roles::restore_student(inner.passwords.of(Role::Student), inner.limits.student_sessions)
}

/// The databases of all sandboxes, each with the sandbox's number; a sandbox's further ones stand before its first.
fn sandbox_databases(client: &mut Client) -> Result<Vec<(i32, String)>, ServerError> {
    let rows = client.query(
        "SELECT datname::text FROM pg_catalog.pg_database WHERE datname ~ '^lab_[0-9]+(_|$)' ORDER BY datname DESC",
        &[],
    );
    let names = rows.map_err(ServerError::refused("list its databases"))?;
    let numbered = |name: String| {
        let rest = name.strip_prefix(PREFIX)?;
        let number = rest.split_once('_').map_or(rest, |(number, _)| number).parse().ok()?;
        Some((number, name))
    };
    Ok(names.iter().filter_map(|row| numbered(row.get(0))).collect())
}

/// The numbers of the sandboxes that exist.
fn numbers(client: &mut Client) -> Result<Vec<i32>, ServerError> {
    let mut numbers: Vec<i32> = sandbox_databases(client)?.into_iter().map(|(number, _)| number).collect();
    numbers.sort();
    numbers.dedup();
    Ok(numbers)
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

/// The numbers of sandboxes whose owner is gone.
fn orphans(client: &mut Client) -> Result<Vec<i32>, ServerError> {
    let mut found = Vec::new();
    for number in numbers(client)? {
        if try_lock(client, number)? {
            unlock(client, number)?;
            found.push(number);
        }
    }
    Ok(found)
}

/// Drops all databases of a sandbox.
fn drop_sandbox(inner: &Inner, client: &mut Client, number: i32) -> Result<(), ServerError> {
    for (_, database) in sandbox_databases(client)?.into_iter().filter(|(of, _)| *of == number) {
        drop_database(inner, client, &database)?;
    }
    Ok(())
}

/// Takes the first free number, renames the spare or clones the template, and gives the database its settings.
fn make(client: &mut Client, fixture: &str) -> Result<(i32, String), ServerError> {
    let number = free_number(client)?;
    let database = format!("{PREFIX}{number}");
    let made = obtain(client, &database, fixture).and_then(|()| open_to_student(client, &database));
    if made.is_err() {
        // What went wrong before says more than what goes wrong now.
        unlock(client, number).unwrap_or_default();
    }
    made.map(|()| (number, database))
}

/// Gives a new database of a sandbox its settings, and opens it to nobody but the student and the eyes that check.
fn open_to_student(client: &mut Client, database: &str) -> Result<(), ServerError> {
    let quoted = quote_ident(database);
    let access = format!(
        "{} REVOKE ALL ON DATABASE {quoted} FROM PUBLIC; GRANT CONNECT ON DATABASE {quoted} TO observer, checker; \
         ALTER ROLE student RESET ALL",
        database_settings(database)
    );
    client.batch_execute(&access).map_err(ServerError::refused("open the sandbox"))
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
            drop_slots(client, &format!("= {}", quote_literal(database)))?;
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

/// Ends the processes that send from the slots whose database is as the condition says, and drops the slots.
fn drop_slots(client: &mut Client, condition: &str) -> Result<(), ServerError> {
    let statements = [
        format!(
            "SELECT pg_catalog.pg_terminate_backend(active_pid, 5000) FROM pg_catalog.pg_replication_slots
             WHERE database {condition} AND active_pid IS NOT NULL"
        ),
        format!(
            "SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots
             WHERE database {condition} AND active_pid IS NULL"
        ),
    ];
    for statement in statements {
        client.batch_execute(&statement).map_err(ServerError::refused("drop replication slots"))?;
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
