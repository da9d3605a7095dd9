//! SQLite's result codes as our errors.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::{ConstraintKind, Error};

/// `unique` finds the name of a table's unique index on some columns.
pub(super) fn error(
    error: rusqlite::Error,
    sql: &str,
    reader: bool,
    unique: impl FnOnce(&str, &str) -> Option<String>,
) -> Error {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(code, message) => (code, message),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error, Some(msg)),
        other => return Error::sql(other, sql),
    };
    let message = message.unwrap_or_else(|| code.to_string());
    match code.code {
        ErrorCode::ConstraintViolation => constraint(code.extended_code, message, sql, unique),
        ErrorCode::OperationInterrupted => Error::TimedOut,
        // A read closure that writes; on the writing connection the file itself cannot be written.
        ErrorCode::ReadOnly if reader => Error::sql("a read closure may not write", sql),
        ErrorCode::ReadOnly
        | ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::CannotOpen
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::OutOfMemory => Error::unavailable(message),
        _ => Error::sql(message, sql),
    }
}

fn constraint(
    extended_code: i32,
    message: String,
    sql: &str,
    unique: impl FnOnce(&str, &str) -> Option<String>,
) -> Error {
    let subject = message.split_once(": ").map(|(_, subject)| subject);
    let (kind, name) = match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE => {
            (ConstraintKind::Unique, subject.and_then(|subject| violated(subject, unique)))
        }
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            let table = subject.and_then(|subject| subject.split_once('.')).map(|(table, _)| table);
            (ConstraintKind::Unique, table.map(|table| format!("{table}_pkey")))
        }
        ffi::SQLITE_CONSTRAINT_CHECK => (ConstraintKind::Check, subject.map(str::to_owned)),
        ffi::SQLITE_CONSTRAINT_NOTNULL => (ConstraintKind::NotNull, subject.map(str::to_owned)),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => (ConstraintKind::ForeignKey, None),
        // A value of the wrong type for a STRICT column, a trigger's RAISE: not something a row can be told.
        _ => return Error::sql(message, sql),
    };
    Error::Constraint { kind, name }
}

/// `index 'x'`, or `t.a, t.b`.
fn violated(subject: &str, unique: impl FnOnce(&str, &str) -> Option<String>) -> Option<String> {
    if let Some(index) = subject.strip_prefix("index '") {
        return index.strip_suffix('\'').map(str::to_owned);
    }
    let (table, _) = subject.split_once('.')?;
    let prefix = format!("{table}.");
    let columns: Vec<&str> = subject.split(", ").map(|column| column.strip_prefix(&prefix).unwrap_or(column)).collect();
    unique(table, &columns.join(", "))
}
