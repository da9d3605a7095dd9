//! Two database engines behind one [`Db`]: SQLite, embedded, and PostgreSQL. It knows no table of anybody's, apart from
//! `schema_migrations`, where [`Db::migrate`] keeps what it did.
//!
//! Work reaches the database as a closure: [`Db::write`] runs it in a transaction of its own, [`Db::read`] on one
//! snapshot. A closure holds rules and SQL; it is `Fn` because it may be run again (a serialization failure, a lost
//! connection), so it takes clock, randomness and everything from the network as captured values.
//!
//! ```no_run
//! # fn main() -> Result<(), store::Error> {
//! use store::{Db, Priority, SqliteOptions, params};
//!
//! let db = Db::open_sqlite("recado.db".as_ref(), SqliteOptions::default())?;
//! let added: u64 = db.write_blocking(Priority::Interactive, move |tx| {
//!     tx.execute("INSERT INTO tags (name) VALUES ($1) ON CONFLICT DO NOTHING", params!["vip"])
//! })?;
//! # Ok(()) }
//! ```
//!
//! # One SQL text for both engines
//!
//! Parameters are `$1 … $n`. Portable, and pinned by tests: `RETURNING`, `ON CONFLICT … DO UPDATE/NOTHING`, CTEs, window
//! functions, `FILTER`, row values `(a, b) > ($1, $2)`, `UPDATE … FROM`, `IS NOT DISTINCT FROM`, `NULLS LAST`. Not
//! portable: `LATERAL`, `DISTINCT ON`, `ILIKE`, `= ANY(array)`, `greatest`, `now()`, `$1::type` (write
//! `CAST($1 AS …)`). What cannot be said in one text is in [`Dialect`], and nowhere else.
//!
//! * `sum(bigint)` is `NUMERIC` on PostgreSQL: write `CAST(sum(x) AS BIGINT) AS total`.
//! * Text columns that are sorted or compared by range say `COLLATE "C"` in the PostgreSQL schema; SQLite does that anyway.
//! * `lower` and `LIKE` know ASCII only on SQLite: search and sort a column that was normalised in Rust.
//! * Name every computed column: `count(*) AS n`.
//! * A failed statement ends the transaction on PostgreSQL. [`Tx`] makes it so on SQLite too: go on after an error only
//!   if it happened inside [`Tx::savepoint`].

mod call;
mod committed;
mod db;
mod dialect;
mod error;
mod metrics;
mod migrate;
mod options;
mod passing;
mod postgres;
mod queue;
mod sqlite;
mod tx;
mod value;

#[cfg(feature = "testing")]
pub mod testing;

pub use committed::{Committed, Woken};
pub use db::{Db, Engine, Priority};
pub use dialect::Dialect;
pub use error::{ConstraintKind, Error};
pub use metrics::{Metrics, Waiting};
pub use migrate::{Migration, MigrationReport};
pub use options::{PostgresOptions, SqliteOptions};
pub use passing::Overheard;
pub use tx::{Tx, Written};
pub use value::{AsParam, FromValue, Mismatch, Param, Row, Value};
