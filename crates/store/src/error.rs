//! What can go wrong in the store, told the same way by both engines.

use std::fmt;

/// Why a closure, a migration or a backup did not happen.
///
/// Nothing in here repeats a caller's data: statements are shown with their `$n`, never with what was bound to them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The queue is full. Nothing was done; the caller may try again in a moment.
    #[error("too much work is waiting for the database")]
    Overloaded,

    /// [`Db::close`](crate::Db::close) was called. Nothing was done.
    #[error("the database is closed")]
    Closed,

    /// The disk is full, the server is gone, a file cannot be read. Nothing was done.
    #[error("the database is not available: {reason}")]
    Unavailable {
        /// What the engine said.
        reason: String,
    },

    /// The disk did not confirm a commit, or the connection broke while it was under way: it may be there, or not.
    #[error("whether it was stored is not known: {reason}")]
    Unknown {
        /// What the engine said.
        reason: String,
    },

    /// The closure lost against others each time it was run. Nothing was done.
    #[error("the change met other changes too often")]
    Conflict,

    /// A statement ran longer than it may: an interactive read 2 s, a write on PostgreSQL 30 s. Nothing was done.
    #[error("the database took too long")]
    TimedOut,

    /// A rule of the schema refused a row.
    #[error("{kind} constraint{} refused the row", named(.name))]
    Constraint {
        /// Which sort of rule.
        kind: ConstraintKind,
        /// Its name; see [`Error::constraint`].
        name: Option<String>,
    },

    /// The closure panicked. What it did was undone.
    #[error("a closure panicked: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },

    /// A statement the engine does not accept: a bug in the program, not in what it was given.
    #[error("{message} (statement: {statement})")]
    Sql {
        /// What the engine said.
        message: String,
        /// The statement, as it was written.
        statement: String,
    },

    /// The migrations and the database do not fit each other, or a migration failed (and was undone).
    #[error("{message}")]
    Schema {
        /// One sentence that says what does not fit.
        message: String,
    },

    /// The database was written by a newer version of the program.
    #[error(
        "the database is at schema {found}, this program knows schemas up to {known}: \
         start the version that wrote it, or restore a backup"
    )]
    NewerSchema {
        /// The newest migration recorded in the database.
        found: u32,
        /// The newest migration this program has.
        known: u32,
    },

    /// A column of a row is missing, or holds something else than what was asked for: a bug in the program.
    #[error("column {column}: expected {expected}, found {found}")]
    Decode {
        /// The column's name, or its position when it was asked for by position.
        column: String,
        /// What was asked for.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
}

/// Which sort of rule refused a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A unique index or primary key.
    Unique,
    /// A reference to a row that is not there, or that is still referred to.
    ForeignKey,
    /// A `CHECK`.
    Check,
    /// A column that must have a value.
    NotNull,
}

impl fmt::Display for ConstraintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConstraintKind::Unique => "unique",
            ConstraintKind::ForeignKey => "foreign key",
            ConstraintKind::Check => "check",
            ConstraintKind::NotNull => "not null",
        })
    }
}

impl Error {
    /// The name of the violated constraint, the same on both engines for
    ///
    /// * unique indexes: the index's name (`CREATE UNIQUE INDEX contacts_identity_key …`),
    /// * primary keys: `<table>_pkey`, and unnamed `UNIQUE (a, b)`: `<table>_a_b_key`,
    /// * checks: the name in `CONSTRAINT <name> CHECK (…)`,
    /// * not null: `<table>.<column>`.
    ///
    /// `None` for a foreign key on SQLite, which does not say which one, and where two unique indexes of one table
    /// have the very same columns (partial indexes), which SQLite does not tell apart.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Error::Constraint { name, .. } => name.as_deref(),
            _ => None,
        }
    }

    /// Whether the same call may succeed in a moment, with nothing changed by its caller. After [`Error::Unknown`] it may be the
    /// second one that does.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Error::Overloaded
                | Error::Closed
                | Error::Unavailable { .. }
                | Error::Unknown { .. }
                | Error::Conflict
                | Error::TimedOut
        )
    }

    pub(crate) fn unavailable(reason: impl fmt::Display) -> Error {
        Error::Unavailable { reason: reason.to_string() }
    }

    pub(crate) fn unknown(reason: impl fmt::Display) -> Error {
        Error::Unknown { reason: reason.to_string() }
    }

    pub(crate) fn sql(message: impl fmt::Display, statement: &str) -> Error {
        Error::Sql { message: message.to_string(), statement: statement.to_owned() }
    }

    pub(crate) fn schema(message: impl fmt::Display) -> Error {
        Error::Schema { message: message.to_string() }
    }
}

fn named(name: &Option<String>) -> String {
    name.as_ref().map(|name| format!(" {name}")).unwrap_or_default()
}
