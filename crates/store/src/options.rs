//! How an engine is set up. The defaults are what the program ships with.

use std::time::Duration;

/// How [`Db::open_sqlite`](crate::Db::open_sqlite) sets up SQLite.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// How many closures of each priority may wait, for writing and for reading; one more is `Overloaded`.
    pub queue: usize,
    /// Threads that read, each with a connection; one of them is kept free for interactive reads.
    pub readers: usize,
    /// How many closures share one commit.
    pub batch: usize,
    /// How long a batch goes on taking what is already waiting. It never waits for more to come.
    pub batch_time: Duration,
    /// How long to wait for another process that is writing.
    pub busy_timeout: Duration,
    /// How long an interactive read may take.
    pub read_time: Duration,
    /// Page cache of the writing connection, in KiB; filled as it is used.
    pub writer_cache_kib: u32,
    /// Page cache of each reading connection, in KiB.
    pub reader_cache_kib: u32,
    /// The most pages (of 4 KiB) the file may have; 0 for no limit of ours.
    pub max_pages: u32,
    /// Told of each statement that the writing connection starts, with its values.
    #[cfg(feature = "testing")]
    pub statements: Option<fn(rusqlite::trace::TraceEvent<'_>)>,
    /// Called before each sync of the disk, in its place where it answers an error.
    #[cfg(feature = "testing")]
    pub before_sync: Option<fn() -> std::io::Result<()>>,
}

impl SqliteOptions {
    #[cfg(feature = "testing")]
    pub(crate) fn before_sync(&self) -> Option<fn() -> std::io::Result<()>> {
        self.before_sync
    }

    #[cfg(not(feature = "testing"))]
    pub(crate) fn before_sync(&self) -> Option<fn() -> std::io::Result<()>> {
        None
    }
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions {
            queue: 4096,
            readers: 4,
            batch: 256,
            batch_time: Duration::from_millis(5),
            busy_timeout: Duration::from_secs(30),
            read_time: Duration::from_secs(2),
            writer_cache_kib: 16 * 1024,
            reader_cache_kib: 4 * 1024,
            max_pages: 0,
            #[cfg(feature = "testing")]
            statements: None,
            #[cfg(feature = "testing")]
            before_sync: None,
        }
    }
}

/// How [`Db::open_postgres`](crate::Db::open_postgres) sets up PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// How many closures of each priority may wait, for writing and for reading; one more is `Overloaded`.
    pub queue: usize,
    /// Threads that write, each with a connection; one of them is kept free for interactive writes.
    pub writers: usize,
    /// Threads that read, each with a connection; one of them is kept free for interactive reads.
    pub readers: usize,
    /// The schema our tables are in, created by `migrate`; none for what the role's `search_path` says.
    pub schema: Option<String>,
    /// How long an interactive read may take.
    pub read_time: Duration,
    /// How long one statement of a write may take.
    pub write_time: Duration,
    /// How long to wait for the server to accept a connection.
    pub connect_time: Duration,
    /// How often a closure is run again when it met others.
    pub re_runs: u32,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        PostgresOptions {
            queue: 4096,
            writers: 16,
            readers: 8,
            schema: None,
            read_time: Duration::from_secs(2),
            write_time: Duration::from_secs(30),
            connect_time: Duration::from_secs(5),
            re_runs: 10,
        }
    }
}
