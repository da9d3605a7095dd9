//! One PostgreSQL connection: prepared statements, and how our parameters and rows go through it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use postgres::types::ToSql;
use postgres::{Client, Statement};

use super::errors;
use super::values::{Bound, value};
use crate::tx::{Effect, Failure};
use crate::{Error, Param, Row};

/// Statements each connection keeps prepared. Callers have a few hundred texts; whoever makes them up as they go starts
/// the collection anew.
const STATEMENTS: usize = 512;

pub(crate) struct Connection {
    client: Client,
    statements: HashMap<Box<str>, Arc<Prepared>>,
    reader: bool,
}

struct Prepared {
    statement: Statement,
    columns: Arc<[Box<str>]>,
}

/// How a `COMMIT` ended that did not answer.
pub(super) enum Uncommitted {
    /// The server said that nothing was stored.
    Certain(Failure),
    /// Stored or not: nobody knows.
    Unknown(Error),
}

impl Connection {
    pub(super) fn new(client: Client, reader: bool) -> Connection {
        Connection { client, statements: HashMap::new(), reader }
    }

    /// Opens a transaction; `mode` as in `BEGIN <mode>`. One round trip, with everything that must hold in it said in
    /// it, so that a pooler which changes the session between transactions does no harm.
    pub(super) fn begin(&mut self, mode: &str, schema: Option<&str>, limit: Option<Duration>) -> Result<(), Failure> {
        let limit = limit.map_or(0, |limit| limit.as_millis());
        let mut sql = format!("BEGIN {mode}; SET LOCAL statement_timeout = {limit}");
        if let Some(schema) = schema {
            sql.push_str("; SET LOCAL search_path = ");
            sql.push_str(&quoted(schema));
        }
        self.execute_batch(&sql)
    }

    pub(super) fn commit(&mut self) -> Result<(), Uncommitted> {
        self.client.batch_execute("COMMIT").map_err(|error| {
            let failure = errors::failure(&error, "COMMIT", self.reader);
            if errors::is_certain(&error) {
                Uncommitted::Certain(failure)
            } else {
                Uncommitted::Unknown(Error::unknown(format_args!(
                    "the connection broke during the commit: {}",
                    errors::text(&error)
                )))
            }
        })
    }

    /// Ends the transaction; `false` if the connection is of no use any more.
    pub(super) fn roll_back(&mut self) -> bool {
        self.client.batch_execute("ROLLBACK").is_ok()
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Failure> {
        let prepared = self.prepare(sql, params)?;
        let bound: Vec<_> = params.iter().map(|param| Bound(*param)).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|param| param as _).collect();
        self.client.execute(&prepared.statement, &bound).map_err(|error| self.failure(&error, sql))
    }

    pub(crate) fn execute_batch(&mut self, sql: &str) -> Result<(), Failure> {
        self.client.batch_execute(sql).map_err(|error| self.failure(&error, sql))
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Failure> {
        let prepared = self.prepare(sql, params)?;
        let bound: Vec<_> = params.iter().map(|param| Bound(*param)).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|param| param as _).collect();
        let rows = self.client.query(&prepared.statement, &bound).map_err(|error| self.failure(&error, sql))?;
        let row = |row: &postgres::Row| {
            let values = (0..row.len()).map(|index| value(row, index)).collect::<Result<_, _>>()?;
            Ok(Row::new(prepared.columns.clone(), values))
        };
        // The statement has worked; its answer is of a type nobody can use.
        rows.iter().map(row).collect::<Result<_, _>>().map_err(|error| Failure { error, effect: Effect::None })
    }

    fn failure(&mut self, error: &postgres::Error, sql: &str) -> Failure {
        if errors::is_stale(error) {
            self.statements.clear();
        }
        errors::failure(error, sql, self.reader)
    }

    fn prepare(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Arc<Prepared>, Failure> {
        let prepared = match self.statements.get(sql) {
            Some(prepared) => prepared.clone(),
            None => {
                let statement = self.client.prepare(sql).map_err(|error| self.failure(&error, sql))?;
                let columns = statement.columns().iter().map(|column| Box::from(column.name())).collect();
                let prepared = Arc::new(Prepared { statement, columns });
                if self.statements.len() >= STATEMENTS {
                    self.statements.clear();
                }
                self.statements.insert(sql.into(), prepared.clone());
                prepared
            }
        };
        let (expected, given) = (prepared.statement.params().len(), params.len());
        if expected != given {
            let message = format!("the statement has {expected} parameters, {given} were given");
            return Err(Failure { error: Error::sql(message, sql), effect: Effect::Failed });
        }
        Ok(prepared)
    }
}

/// An identifier as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
