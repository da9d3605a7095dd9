//! [`Tx`]: what a closure sees of its transaction.

use std::time::{Duration, Instant};

use crate::{Dialect, Engine, Error, Param, Priority, Row, postgres, sqlite};

/// How long a background closure should run before it stops and enqueues the rest of its work.
const BACKGROUND_TIME: Duration = Duration::from_millis(5);

/// A transaction, as a closure sees it.
///
/// Once a statement has failed, every further one answers the same error, and the closure cannot be committed: that is
/// PostgreSQL's way, and it is the same on SQLite here. [`Tx::savepoint`] confines a failure.
pub struct Tx<'c> {
    session: Session<'c>,
    state: State,
}

/// Which row [`Tx::write_row`] answers.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub table: &'a str,
    /// A condition that names it by `$1 … $n`, each once, which are the statement's first parameters too.
    pub key: &'a str,
    pub columns: &'a str,
}

/// The connection a transaction runs on.
pub(crate) enum Session<'c> {
    Sqlite(&'c sqlite::Connection),
    Postgres(&'c mut postgres::Connection),
}

/// What the engine needs to know once the closure has ended.
pub(crate) struct State {
    started: Instant,
    priority: Priority,
    /// No statement starts after this.
    deadline: Option<Instant>,
    /// The statement that failed; gone when the savepoint around it is rolled back.
    pub(crate) failed: Option<Error>,
    /// The whole transaction is gone, whatever the closure makes of it.
    pub(crate) lost: Option<Error>,
    /// A statement met another transaction: the closure runs again, even if it swallowed the error.
    pub(crate) met_another: bool,
    /// An identity or idempotency key was taken: the closure runs again if it answered an error.
    pub(crate) met_identity: bool,
    depth: u32,
    /// Sequence numbers handed out, and the first one on PostgreSQL.
    pub(crate) events: i64,
    pub(crate) first_event: Option<i64>,
    /// Others wait for what this transaction writes.
    pub(crate) announced: bool,
}

/// What a failed statement means for its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: the statement worked, we could not use its answer.
    None,
    /// The transaction, or the savepoint around the statement, can only be rolled back.
    Failed,
    /// As `Failed`, and the closure is to be run again.
    MetAnother,
    /// As `Failed`, and the closure is to be run again if it answers an error.
    MetIdentity,
    /// There is no transaction any more.
    Lost,
}

/// A failed statement.
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) effect: Effect,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(session: Session<'c>, priority: Priority, deadline: Option<Instant>) -> Tx<'c> {
        Tx {
            session,
            state: State {
                started: Instant::now(),
                priority,
                deadline,
                failed: None,
                lost: None,
                met_another: false,
                met_identity: false,
                depth: 0,
                events: 0,
                first_event: None,
                announced: false,
            },
        }
    }

    pub(crate) fn into_state(self) -> State {
        self.state
    }

    pub(crate) fn state(&mut self) -> &mut State {
        &mut self.state
    }

    /// Which database this is. What differs between them is in [`Tx::dialect`].
    pub fn engine(&self) -> Engine {
        match self.session {
            Session::Sqlite(_) => Engine::Sqlite,
            Session::Postgres(_) => Engine::Postgres,
        }
    }

    /// What cannot be said in one SQL text.
    pub fn dialect(&self) -> Dialect {
        Dialect::new(self.engine())
    }

    /// Runs a statement and answers how many rows it inserted, changed or deleted.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        self.run(|session| match session {
            Session::Sqlite(connection) => connection.execute(sql, params),
            Session::Postgres(connection) => connection.execute(sql, params),
        })
    }

    /// Runs several statements without parameters, separated by `;`: schemas and fixtures.
    pub fn execute_batch(&mut self, sql: &str) -> Result<(), Error> {
        self.run(|session| match session {
            Session::Sqlite(connection) => connection.execute_batch(sql),
            Session::Postgres(connection) => connection.execute_batch(sql),
        })
    }

    /// Runs a statement and answers its rows.
    pub fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        self.run(|session| match session {
            Session::Sqlite(connection) => connection.query(sql, params),
            Session::Postgres(connection) => connection.query(sql, params),
        })
    }

    /// Runs a statement that answers one row or none; more than one is an error.
    pub fn query_opt(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>, Error> {
        let mut rows = self.query(sql, params)?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            n => Err(Error::sql(format_args!("expected one row at most, found {n}"), sql)),
        }
    }

    /// Runs a statement that answers exactly one row; none or more than one is an error.
    pub fn query_one(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Row, Error> {
        self.query_opt(sql, params)?.ok_or_else(|| Error::sql("expected one row, found none", sql))
    }

    /// Runs a statement that writes one row at most (an `INSERT`, with or without `ON CONFLICT`, or an `UPDATE`) and answers
    /// columns of it as they are then; none where it wrote none.
    ///
    /// PostgreSQL does it in one round trip. SQLite makes a table in memory for each `RETURNING` and changes the row the long
    /// way, index by index: there, writing and then reading by the key takes a third of the time.
    pub fn write_row(&mut self, sql: &str, row: &Written<'_>, params: &[Param<'_>]) -> Result<Option<Row>, Error> {
        let Written { table, key, columns } = row;
        if self.engine() == Engine::Postgres {
            return self.query_opt(&format!("{sql} RETURNING {columns}"), params);
        }
        if self.execute(sql, params)? == 0 {
            return Ok(None);
        }
        let of_key = key.matches('$').count();
        let read = format!("SELECT {columns} FROM {table} WHERE {key}");
        self.query_one(&read, params.get(..of_key).unwrap_or(params)).map(Some)
    }

    /// Runs a part of the closure that may fail on its own: if it answers `Err`, what it did is undone and the
    /// transaction goes on.
    pub fn savepoint<T, E: From<Error>>(&mut self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let name = format!("part_{}", self.state.depth);
        self.control(&[&format!("SAVEPOINT {name}")])?;
        self.state.depth += 1;
        let mut answer = f(self);
        self.state.depth -= 1;
        if let Some(lost) = &self.state.lost {
            return Err(lost.clone().into());
        }
        if let (Ok(_), Some(swallowed)) = (&answer, &self.state.failed) {
            answer = Err(swallowed.clone().into());
        }
        if answer.is_err() {
            self.state.failed = None;
            self.control(&[&format!("ROLLBACK TO SAVEPOINT {name}"), &format!("RELEASE SAVEPOINT {name}")])?;
        } else {
            self.control(&[&format!("RELEASE SAVEPOINT {name}")])?;
        }
        answer
    }

    fn control(&mut self, statements: &[&str]) -> Result<(), Error> {
        self.run(|session| match session {
            // Prepared once, kept.
            Session::Sqlite(connection) => statements.iter().try_for_each(|sql| connection.execute(sql, &[]).map(drop)),
            // One round trip.
            Session::Postgres(connection) => connection.execute_batch(&statements.join("; ")),
        })
    }

    /// Whether a background closure has had its 5 ms: it should stop, and enqueue the rest in this same transaction.
    /// Always `false` for an interactive one.
    pub fn out_of_time(&self) -> bool {
        self.state.priority == Priority::Background && self.state.started.elapsed() >= BACKGROUND_TIME
    }

    /// Says that others should look at what this transaction writes: its commit wakes [`Committed`](crate::Committed).
    /// Recording an event says so by itself; a job without one says it here. Not for a claim, which would wake the next.
    pub fn announce(&mut self) {
        self.state.announced = true;
    }

    fn run<T>(&mut self, statement: impl FnOnce(&mut Session<'c>) -> Result<T, Failure>) -> Result<T, Error> {
        if let Some(error) = self.state.lost.as_ref().or(self.state.failed.as_ref()) {
            return Err(error.clone());
        }
        if self.state.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.state.failed = Some(Error::TimedOut);
            return Err(Error::TimedOut);
        }
        if let Session::Sqlite(connection) = &self.session
            && !connection.in_transaction()
        {
            // A statement ended it (`INSERT OR ROLLBACK`, a stray `COMMIT`): nothing may run outside of one.
            let error = Error::unavailable("the transaction ended before its closure did");
            self.state.lost = Some(error.clone());
            return Err(error);
        }
        statement(&mut self.session).map_err(|Failure { error, effect }| {
            match effect {
                Effect::None => return error,
                Effect::Failed => {}
                Effect::MetAnother => self.state.met_another = true,
                Effect::MetIdentity => self.state.met_identity = true,
                Effect::Lost => self.state.lost = Some(error.clone()),
            }
            self.state.failed = Some(error.clone());
            error
        })
    }
}
