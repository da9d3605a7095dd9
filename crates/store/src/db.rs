//! [`Db`]: the one door to either engine.

use std::path::Path;
use std::sync::Arc;

use crate::call::{block_on, call, inside_closure};
use crate::committed::{Committed, Signal};
use crate::metrics::Metrics;
use crate::migrate::{Migration, MigrationReport};
use crate::passing::Overheard;
use crate::queue::Queue;
use crate::{Error, PostgresOptions, SqliteOptions, Tx, postgres, sqlite};

/// Which database is behind a [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

/// Whom a closure works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for the answer.
    Interactive,
    /// Nobody does. Runs when nothing interactive waits (or, so that it is never starved, once in a while), and stops
    /// by itself at [`Tx::out_of_time`].
    Background,
}

/// A database. Clones share its threads and connections; the last one dropped closes it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Backend,
}

enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

impl Inner {
    fn close(&self) {
        match &self.engine {
            Backend::Sqlite(sqlite) => sqlite.close(),
            Backend::Postgres(postgres) => postgres.close(),
        }
        self.signal().close();
    }

    fn signal(&self) -> &Signal {
        match &self.engine {
            Backend::Sqlite(sqlite) => &sqlite.signal,
            Backend::Postgres(postgres) => &postgres.signal,
        }
    }
}

impl Db {
    /// Opens the database file, creating it (readable by its owner only) if it is not there.
    ///
    /// Other processes may use the file beside us. `Unavailable` when it cannot be opened.
    pub fn open_sqlite(path: &Path, options: SqliteOptions) -> Result<Db, Error> {
        let engine = Backend::Sqlite(sqlite::Sqlite::open(path, options)?);
        Ok(Db { inner: Arc::new(Inner { engine }) })
    }

    /// Connects to a server: `postgres://user:password@host:port/database?sslmode=verify-full`.
    ///
    /// `sslmode` is `disable`, `prefer` (the default), `require` (encrypted, the server's certificate is not checked, as
    /// libpq has it) or `verify-full` (checked against the system's authorities, or against `sslrootcert=<file>`).
    /// `Unavailable` when the server does not answer; after that it reconnects by itself.
    pub fn open_postgres(url: &str, options: PostgresOptions) -> Result<Db, Error> {
        let engine = Backend::Postgres(postgres::Postgres::open(url, options)?);
        Ok(Db { inner: Arc::new(Inner { engine }) })
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match &self.inner.engine {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a closure in a transaction; `Ok` means that what it did is on disk.
    ///
    /// An `Err` or a panic of the closure undoes what it did, and nothing else. The closure may be run more than once,
    /// and only the last run counts. Dropping the future before the closure was started cancels it.
    pub async fn write<T, E, F>(&self, priority: Priority, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.send(self.writes(), priority, false, f).await
    }

    /// The same as [`Db::write`] for a closure that takes jobs or leases (see
    /// [`Dialect::claim_suffix`](crate::Dialect::claim_suffix)): on PostgreSQL it runs READ COMMITTED, where many claim
    /// beside each other without conflicts.
    pub async fn write_claim<T, E, F>(&self, priority: Priority, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.send(self.writes(), priority, true, f).await
    }

    /// Runs a closure that only reads, on one snapshot of the database.
    ///
    /// An interactive one answers `TimedOut` after 2 s. A statement that writes is an error.
    pub async fn read<T, E, F>(&self, priority: Priority, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.send(self.reads(), priority, false, f).await
    }

    /// [`Db::write`] for threads of one's own: command line, tests. An error inside of a closure, which would wait for
    /// its own thread.
    pub fn write_blocking<T, E, F>(&self, priority: Priority, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        wait(self.write(priority, f))
    }

    /// [`Db::write_claim`] for threads of one's own.
    pub fn write_claim_blocking<T, E, F>(&self, priority: Priority, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        wait(self.write_claim(priority, f))
    }

    /// [`Db::read`] for threads of one's own.
    pub fn read_blocking<T, E, F>(&self, priority: Priority, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        wait(self.read(priority, f))
    }

    async fn send<T, E, F>(&self, queue: &Queue, priority: Priority, claim: bool, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (work, answer) = call(priority, claim, f);
        if let Err((_work, error)) = queue.push(work) {
            if error == Error::Overloaded {
                self.counters().refused.add(1);
            }
            return Err(error.into());
        }
        answer.wait().await
    }

    /// Brings the schema up to date: runs, in order, those migrations the database does not have.
    ///
    /// Each runs in a transaction of its own together with its record in `schema_migrations`, so one that was
    /// interrupted starts again from its beginning. Of two processes at once one waits for the other. A database that
    /// has migrations we do not know is refused. Blocks; call it before serving.
    ///
    /// On SQLite foreign keys are not enforced while a migration runs, so that it may rebuild a table, and all of them
    /// are checked before it is committed.
    pub fn migrate(&self, migrations: &[Migration]) -> Result<MigrationReport, Error> {
        match &self.inner.engine {
            Backend::Sqlite(sqlite) => sqlite.migrate(migrations),
            Backend::Postgres(postgres) => postgres.migrate(migrations),
        }
    }

    /// Copies a SQLite database, while it is in use, into a file that must not exist yet and that is complete once it
    /// has its name. On PostgreSQL an error that says to use `pg_dump`. Blocks for as long as the copy takes; holds up
    /// nobody.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        match &self.inner.engine {
            Backend::Sqlite(sqlite) => sqlite.backup(to),
            Backend::Postgres(_) => Err(Error::schema(
                "a PostgreSQL database is backed up with PostgreSQL's own tools: use pg_dump, or pg_basebackup",
            )),
        }
    }

    /// Wakes whoever tails what is written: after commits of closures that recorded an event or said
    /// [`Tx::announce`](crate::Tx::announce), those of other nodes on the same PostgreSQL included.
    pub fn committed(&self) -> Committed {
        self.inner.signal().receiver()
    }

    /// Says a word of the moment to whoever listens now: see [`Overheard`].
    pub fn say(&self, text: &str) {
        self.inner.signal().passing.say(text);
    }

    /// What is said from now on.
    pub fn overhear(&self) -> Overheard {
        self.inner.signal().passing.listen()
    }

    /// Queue depths and counters.
    pub fn metrics(&self) -> Metrics {
        self.counters().read(self.writes().waiting(), self.reads().waiting())
    }

    /// Takes no new work (`Closed`), finishes what is queued, and ends the threads.
    pub fn close(&self) {
        self.inner.close();
    }

    fn writes(&self) -> &Queue {
        match &self.inner.engine {
            Backend::Sqlite(sqlite) => &sqlite.writes,
            Backend::Postgres(postgres) => &postgres.writes,
        }
    }

    fn reads(&self) -> &Queue {
        match &self.inner.engine {
            Backend::Sqlite(sqlite) => &sqlite.reads,
            Backend::Postgres(postgres) => &postgres.reads,
        }
    }

    fn counters(&self) -> &crate::metrics::Counters {
        match &self.inner.engine {
            Backend::Sqlite(sqlite) => &sqlite.counters,
            Backend::Postgres(postgres) => &postgres.counters,
        }
    }
}

fn wait<T, E: From<Error>>(call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    if inside_closure() {
        return Err(Error::sql("a closure may not wait for another closure", "none").into());
    }
    block_on(call)
}
