//! The private server that is measured: the kit's own, with trust for its superuser.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use postgres::Client;
use tutor::course::{Course, DataSet};
use tutor::home::Home;
use tutor::provision::{self, Consent, Options, Realm};
use tutor::server::{Lifetime, Role, Sandbox, Server, StopMode, quote_literal};

/// Who may connect. The socket's directory lets nobody in but the server's own user, and root.
const TRUST: &str = "local all all trust\n";

/// What is measured against: `work_mem` is PostgreSQL's default, so that rows of a million spill as they do there.
const SETTINGS: [(&str, &str); 2] = [("work_mem", "4MB"), ("jit", "off")];

/// The rows that `wide` reads. Vacuumed, so that no reader has to set their hint bits.
const TABLE: &str =
    "CREATE TABLE wide AS SELECT pg_catalog.rpad(i::text, 200, 'x') AS line FROM generate_series(1, 200000) i";

/// When the server loads the extension's library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    /// With `shared_preload_libraries`, as the kit's servers do.
    Preloaded,
    /// In each process that needs it.
    LoadedOnUse,
}

/// A private server for one run of the benchmarks.
pub(crate) struct BenchServer {
    // Dropped first: the sandbox goes before its server.
    sandbox: Sandbox,
    server: Server,
    library: Library,
}

impl BenchServer {
    /// Provisions as `cargo tutor` does, and fills a sandbox.
    pub(crate) fn start(course: &Course) -> anyhow::Result<BenchServer> {
        let server = Server::acquire(&realm(course)?, Lifetime::Session)?;
        let sandbox = Sandbox::create(&server, provision::EMPTY_FIXTURE)?;
        let bench = BenchServer { sandbox, server, library: Library::Preloaded };
        // In `postgresql.auto.conf`, not with the settings below: if this run is killed, that file is what makes the
        // next tutor start the server afresh, without the settings below too.
        bench.connect()?.batch_execute("ALTER SYSTEM SET autovacuum = off")?;
        bench.restart()?;
        let mut client = bench.connect()?;
        client.batch_execute("CREATE EXTENSION pg_background; CREATE EXTENSION dblink")?;
        client.batch_execute(TABLE)?;
        client.batch_execute("VACUUM (FREEZE, ANALYZE) wide")?;
        client.batch_execute("CHECKPOINT")?;
        Ok(bench)
    }

    /// A superuser's session, with a user's search path: the kit's own sessions look at `pg_catalog` alone.
    pub(crate) fn connect(&self) -> anyhow::Result<Client> {
        let mut client = self.server.connect(Role::Admin, self.sandbox.database())?;
        client.batch_execute("SET search_path = \"$user\", public")?;
        Ok(client)
    }

    /// What dblink connects with, as an SQL literal.
    pub(crate) fn connection_string(&self) -> String {
        let endpoint = self.server.endpoint(Role::Admin);
        let directory = endpoint.socket_dir.to_string_lossy().replace('\\', "\\\\").replace('\'', "\\'");
        let (database, port, user) = (self.sandbox.database(), endpoint.port, endpoint.user);
        quote_literal(&format!("dbname={database} host='{directory}' port={port} user={user}"))
    }

    /// Restarts the server if it loads the library in another way.
    pub(crate) fn load(&mut self, library: Library) -> anyhow::Result<()> {
        if self.library != library {
            self.library = library;
            self.restart()?;
        }
        Ok(())
    }

    fn restart(&self) -> anyhow::Result<()> {
        let authentication = self.authentication();
        fs::write(&authentication, TRUST)
            .and_then(|()| self.server.realm().account().own(&authentication))
            .with_context(|| format!("cannot write {}", authentication.display()))?;
        let preloaded = match self.library {
            Library::Preloaded => "pg_background",
            Library::LoadedOnUse => "",
        };
        let mut settings: Vec<(&str, String)> = SETTINGS.map(|(name, value)| (name, value.to_owned())).to_vec();
        settings.push(("shared_preload_libraries", preloaded.to_owned()));
        settings.push(("hba_file", authentication.display().to_string()));
        Ok(self.server.restart(StopMode::Fast, &settings)?)
    }

    fn authentication(&self) -> PathBuf {
        self.server.directory().join("trust.conf")
    }
}

impl Drop for BenchServer {
    /// The server may be one that stays up, for somebody's free play: it gets back what it had.
    fn drop(&mut self) {
        let reset = |mut client: Client| client.batch_execute("ALTER SYSTEM RESET autovacuum");
        self.connect().map(reset).map(drop).unwrap_or_default();
        self.server.restart(StopMode::Fast, &[]).unwrap_or_default();
        fs::remove_file(self.authentication()).unwrap_or_default();
    }
}

fn realm(course: &Course) -> anyhow::Result<Realm> {
    let home = Home::from_environment()?;
    let options = Options { consent: Consent::from_environment(false), data: DataSet::First };
    let mut progress = provision::progress::on_standard_error();
    Ok(provision::provision(course.root(), &home, &options, &mut *progress)?)
}
