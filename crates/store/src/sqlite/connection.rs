//! One SQLite connection: how it is opened, and how our parameters and rows go through it.

use std::cell::{Cell, RefCell};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, OpenFlags, Statement, ToSql};
use rustc_hash::FxHashMap;

use super::constraints::Names;
use super::errors;
use crate::tx::{Effect, Failure};
use crate::{Error, Param, Row, SqliteOptions, Value};

/// Statements each connection keeps prepared.
const WRITER_STATEMENTS: usize = 512;
const READER_STATEMENTS: usize = 256;
/// Of how many statements the shape is kept: of all that are prepared, and then some.
const SHAPES: usize = 1024;

/// The write-ahead log's file is cut back to this size if it grew beyond, because a reader held an old snapshot for long.
const WAL_LIMIT_BYTES: u32 = 64 * 1024 * 1024;

/// How often a running read looks at the clock, in virtual machine steps.
const STEPS_PER_LOOK: i32 = 1000;

pub(crate) struct Connection {
    pub(super) inner: rusqlite::Connection,
    names: RefCell<Names>,
    /// By statement. A script, which may change what a statement means, forgets them.
    shapes: RefCell<FxHashMap<Box<str>, Arc<Shape>>>,
    writes: Cell<u64>,
    reader: bool,
    clock: Arc<Clock>,
}

/// When the statement that runs must stop; looked at while it runs.
struct Clock {
    epoch: Instant,
    /// Nanoseconds after `epoch`; `u64::MAX` for never.
    deadline: AtomicU64,
}

impl Clock {
    fn is_over(&self) -> bool {
        let deadline = self.deadline.load(Ordering::Relaxed);
        deadline != u64::MAX && self.epoch.elapsed().as_nanos() as u64 >= deadline
    }
}

impl Connection {
    /// The connection that writes. Its commits are made durable by [`super::sync`], its log is put back by [`super::checkpoint`].
    pub(super) fn writer(path: &Path, options: &SqliteOptions) -> Result<Connection, Error> {
        create_private(path)?;
        let connection = Connection::open(path, options.busy_timeout, false)?;
        connection.settings(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}; \
             PRAGMA journal_size_limit = {WAL_LIMIT_BYTES};",
            options.writer_cache_kib
        ))?;
        if options.max_pages > 0 {
            connection.settings(&format!("PRAGMA max_page_count = {}", options.max_pages))?;
        }
        super::checkpoint::watch(&connection);
        connection.inner.set_prepared_statement_cache_capacity(WRITER_STATEMENTS);
        #[cfg(feature = "testing")]
        connection.inner.trace_v2(rusqlite::trace::TraceEventCodes::SQLITE_TRACE_STMT, options.statements);
        Ok(connection)
    }

    /// A connection that can only read.
    pub(super) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection, Error> {
        let connection = Connection::open(path, options.busy_timeout.min(options.read_time), true)?;
        connection.settings(&format!(
            "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}",
            options.reader_cache_kib
        ))?;
        connection.inner.set_prepared_statement_cache_capacity(READER_STATEMENTS);
        let clock = connection.clock.clone();
        connection
            .inner
            .progress_handler(STEPS_PER_LOOK, Some(move || clock.is_over()))
            .map_err(|error| connection.opening(error))?;
        Ok(connection)
    }

    pub(super) fn open(path: &Path, busy: Duration, reader: bool) -> Result<Connection, Error> {
        // A connection is used by one thread: it needs no mutex of its own.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let inner = rusqlite::Connection::open_with_flags(path, flags)
            .map_err(|error| Error::unavailable(format_args!("cannot open {}: {error}", path.display())))?;
        let clock = Arc::new(Clock { epoch: Instant::now(), deadline: AtomicU64::new(u64::MAX) });
        let connection = Connection {
            inner,
            names: RefCell::default(),
            shapes: RefCell::default(),
            writes: Cell::new(0),
            reader,
            clock,
        };
        connection.inner.busy_timeout(busy).map_err(|error| connection.opening(error))?;
        Ok(connection)
    }

    pub(super) fn settings(&self, pragmas: &str) -> Result<(), Error> {
        self.inner.execute_batch(pragmas).map_err(|error| self.opening(error))
    }

    fn opening(&self, error: rusqlite::Error) -> Error {
        Error::unavailable(format_args!("cannot use {}: {error}", self.inner.path().unwrap_or("the database")))
    }

    /// Statements that run from now on stop after `time`, or never.
    pub(super) fn limit(&self, time: Option<Duration>) -> Option<Instant> {
        let deadline = time.map(|time| Instant::now() + time);
        let nanos = deadline.map_or(u64::MAX, |deadline| (deadline - self.clock.epoch).as_nanos() as u64);
        self.clock.deadline.store(nanos, Ordering::Relaxed);
        deadline
    }

    /// `BEGIN`, `COMMIT` and their like, prepared once.
    pub(super) fn control(&self, sql: &str) -> Result<(), Error> {
        self.execute(sql, &[]).map(drop).map_err(|failure| failure.error)
    }

    /// Whether a transaction is open.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.inner.is_autocommit()
    }

    /// How many statements were run that may have changed something.
    pub(super) fn writes(&self) -> u64 {
        self.writes.get()
    }

    /// Ends whatever transaction is open, if one is.
    pub(super) fn roll_back(&self) {
        if self.in_transaction()
            && let Err(error) = self.control("ROLLBACK")
        {
            tracing::error!(%error, "could not roll back");
        }
    }

    pub(crate) fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, Failure> {
        let before = self.inner.total_changes();
        let run = || -> Result<(), Failed> {
            let (mut statement, _) = self.prepare(sql, params)?;
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            Ok(())
        };
        run().map_err(|failed| self.failure(failed, sql))?;
        // `changes` still tells about the last INSERT, UPDATE or DELETE if this was none.
        Ok(if self.inner.total_changes() == before { 0 } else { self.inner.changes() })
    }

    pub(crate) fn execute_batch(&self, sql: &str) -> Result<(), Failure> {
        self.writes.set(self.writes.get() + 1);
        self.shapes.borrow_mut().clear();
        self.inner.execute_batch(sql).map_err(|error| self.failure(error.into(), sql))
    }

    pub(crate) fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Failure> {
        let run = || -> Result<Vec<Row>, Failed> {
            let (mut statement, shape) = self.prepare(sql, params)?;
            let mut columns = shape.columns.clone();
            let mut answer = Vec::new();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if answer.is_empty() && row.as_ref().column_count() != columns.len() {
                    // Its tables were changed meanwhile, and SQLite has prepared it anew.
                    columns = names(row.as_ref());
                    self.shapes.borrow_mut().remove(sql);
                }
                let values = (0..columns.len()).map(|i| value(row.get_ref(i)?)).collect::<Result<_, Failed>>()?;
                answer.push(Row::new(columns.clone(), values));
            }
            Ok(answer)
        };
        run().map_err(|failed| self.failure(failed, sql))
    }

    /// Prepares a statement, or takes it from the cache, and binds `$n`.
    fn prepare(&self, sql: &str, params: &[Param<'_>]) -> Result<(CachedStatement<'_>, Arc<Shape>), Failed> {
        let mut statement = self.inner.prepare_cached(sql)?;
        let shape = self.shape(sql, &statement)?;
        if !shape.readonly {
            self.writes.set(self.writes.get() + 1);
        }
        if shape.highest != params.len() {
            let (highest, given) = (shape.highest, params.len());
            return Err(Failed::Usage(format!("the statement has {highest} parameters, {given} were given")));
        }
        for (at, number) in shape.parameters.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, Bound(params[number - 1]))?;
        }
        Ok((statement, shape))
    }

    fn shape(&self, sql: &str, statement: &CachedStatement<'_>) -> Result<Arc<Shape>, Failed> {
        if let Some(shape) = self.shapes.borrow().get(sql) {
            return Ok(shape.clone());
        }
        let shape = Arc::new(Shape::of(statement)?);
        let mut shapes = self.shapes.borrow_mut();
        if shapes.len() >= SHAPES {
            shapes.clear();
        }
        shapes.insert(sql.into(), shape.clone());
        Ok(shape)
    }

    fn failure(&self, failed: Failed, sql: &str) -> Failure {
        let error = match failed {
            Failed::Engine(error) => errors::error(error, sql, self.reader, |table, columns| {
                self.names.borrow_mut().unique(&self.inner, table, columns)
            }),
            Failed::Usage(message) => Error::sql(message, sql),
        };
        if self.in_transaction() {
            return Failure { error, effect: Effect::Failed };
        }
        // SQLite gave up the whole transaction. What the closure does next must not run outside of one.
        let error = match error {
            Error::Unavailable { .. } | Error::TimedOut => error,
            other => Error::unavailable(format_args!("the transaction was rolled back: {other}")),
        };
        Failure { error, effect: Effect::Lost }
    }
}

/// What is the same each time a statement runs. Asking SQLite for it costs as much as many a statement does.
struct Shape {
    /// The `n` of the `$n` that is SQLite's first parameter, its second …
    ///
    /// SQLite numbers named parameters by first appearance: in `… $2 … $1` the name `$2` is parameter 1. So each is
    /// bound by the number in its name, which SQLite's own parser has read: text, comments and quotes cannot confuse it.
    parameters: Vec<usize>,
    highest: usize,
    columns: Arc<[Box<str>]>,
    readonly: bool,
}

impl Shape {
    fn of(statement: &Statement<'_>) -> Result<Shape, Failed> {
        let number = |index: usize| {
            let name = statement.parameter_name(index).unwrap_or("?");
            match name.strip_prefix('$').map(str::parse) {
                Some(Ok(number)) if number > 0 => Ok(number),
                _ => Err(Failed::Usage(format!("parameters are $1, $2 …, found {name}"))),
            }
        };
        let parameters = (1..=statement.parameter_count()).map(number).collect::<Result<Vec<usize>, Failed>>()?;
        Ok(Shape {
            highest: parameters.iter().copied().max().unwrap_or(0),
            parameters,
            columns: names(statement),
            readonly: statement.readonly(),
        })
    }
}

fn names(statement: &Statement<'_>) -> Arc<[Box<str>]> {
    statement.column_names().into_iter().map(Box::from).collect()
}

enum Failed {
    Engine(rusqlite::Error),
    /// The statement and its parameters do not fit each other.
    Usage(String),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Failed {
        Failed::Engine(error)
    }
}

struct Bound<'a>(Param<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match &self.0 {
            Param::Null => ValueRef::Null,
            Param::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Param::Int(value) => ValueRef::Integer(*value),
            Param::Float(value) => ValueRef::Real(*value),
            Param::Text(value) => ValueRef::Text(value.as_bytes()),
            Param::Bytes(value) => ValueRef::Blob(value),
            Param::Uuid(value) => ValueRef::Blob(value.as_bytes()),
        }))
    }
}

fn value(value: ValueRef<'_>) -> Result<Value, Failed> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Float(value),
        ValueRef::Text(value) => match str::from_utf8(value) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => return Err(Failed::Usage("a text column holds bytes that are not UTF-8".to_owned())),
        },
        ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
    })
}

/// Creates the database file readable by its owner only; SQLite gives the files beside it the same mode.
pub(super) fn create_private(path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .map(drop)
        .map_err(|error| Error::unavailable(format_args!("cannot open {}: {error}", path.display())))
}
