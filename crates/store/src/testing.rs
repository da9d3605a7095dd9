//! Databases for tests: the real engines, fresh each time, gone afterwards.
//!
//! PostgreSQL databases are made in the server that `RECADO_TEST_POSTGRES` names; `make test` starts one
//! (`scripts/postgres.sh`). Without the variable a test that wants PostgreSQL fails: one that was skipped would look
//! like one that passed.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot get its database has failed")]

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use postgres::NoTls;
use tempfile::TempDir;

use crate::{Db, PostgresOptions, SqliteOptions};

/// Where tests find PostgreSQL: a url whose role may create databases.
pub const POSTGRES_VARIABLE: &str = "RECADO_TEST_POSTGRES";

/// A database of a test's own. Dropping it closes it and removes it; clones of its [`Db`] answer `Closed` then.
pub struct Fresh {
    db: Db,
    place: Place,
}

enum Place {
    File { path: PathBuf, directory: Option<TempDir> },
    Database { name: String, url: String },
}

impl Deref for Fresh {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Fresh {
    /// The database itself, to hand on.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The file of a SQLite database; panics on PostgreSQL.
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::File { path, .. } => path,
            Place::Database { .. } => panic!("a PostgreSQL database has no file"),
        }
    }

    /// The url of a PostgreSQL database; panics on SQLite.
    pub fn url(&self) -> &str {
        match &self.place {
            Place::Database { url, .. } => url,
            Place::File { .. } => panic!("a SQLite database has no url"),
        }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.db.close();
        match &mut self.place {
            Place::File { directory, .. } => drop(directory.take()),
            Place::Database { name, .. } => admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")),
        }
    }
}

/// Runs `body` on a fresh SQLite database and on a fresh PostgreSQL database.
pub fn each_engine(body: impl Fn(&Db)) {
    for make in [fresh_sqlite, fresh_postgres] {
        let db = make();
        eprintln!("engine: {:?}", db.engine());
        body(&db);
    }
}

/// The same for an async body, on whatever runtime it is called.
pub async fn each_engine_async(body: impl AsyncFn(&Db)) {
    for make in [fresh_sqlite, fresh_postgres] {
        let db = make();
        eprintln!("engine: {:?}", db.engine());
        body(&db).await;
    }
}

/// How long a test waits for a read or a connection. A busy machine that makes databases for a dozen tests at once may
/// stall for seconds; a test of the time limits sets its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// An empty SQLite database in a directory of its own.
pub fn fresh_sqlite() -> Fresh {
    fresh_sqlite_with(SqliteOptions { read_time: PATIENCE, ..SqliteOptions::default() })
}

/// The same with other options.
pub fn fresh_sqlite_with(options: SqliteOptions) -> Fresh {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("test.db");
    let db = Db::open_sqlite(&path, options).expect("a fresh SQLite database");
    Fresh { db, place: Place::File { path, directory: Some(directory) } }
}

/// An empty PostgreSQL database, with few connections.
pub fn fresh_postgres() -> Fresh {
    fresh_postgres_with(PostgresOptions {
        writers: 4,
        readers: 2,
        read_time: PATIENCE,
        connect_time: PATIENCE,
        ..PostgresOptions::default()
    })
}

/// The same with other options.
pub fn fresh_postgres_with(options: PostgresOptions) -> Fresh {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (process, n) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let micros = crate::migrate::now_micros();
    let name = format!("recado_test_{process}_{n}_{micros}");
    admin(&format!("CREATE DATABASE {name}"));
    let url = in_database(&postgres_url(), &name);
    let db = Db::open_postgres(&url, options).expect("a fresh PostgreSQL database");
    Fresh { db, place: Place::Database { name, url } }
}

/// The url of the tests' PostgreSQL server.
pub fn postgres_url() -> String {
    std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES_VARIABLE} is not set, and this test needs PostgreSQL: run `make test`, \
             or set it to what `scripts/postgres.sh start` prints"
        )
    })
}

/// The same url with another database.
fn in_database(url: &str, database: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, String::new()), |(a, q)| (a, format!("?{q}")));
    let server = match address.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.split('/').next().unwrap_or(rest)),
        None => panic!("{POSTGRES_VARIABLE} must be a postgres:// url"),
    };
    format!("{server}/{database}{query}")
}

/// Runs a statement in the server's own database, on a thread of its own: the client does not work inside an async
/// runtime.
fn admin(sql: &str) {
    let url = postgres_url();
    let run = || postgres::Client::connect(&url, NoTls).and_then(|mut client| client.batch_execute(sql));
    let ran = thread::scope(|scope| scope.spawn(run).join()).expect("the thread that talks to PostgreSQL");
    if let Err(error) = ran {
        panic!(
            "PostgreSQL at {POSTGRES_VARIABLE} did not run {sql:?}: {error}; is it running? scripts/postgres.sh start"
        );
    }
}
