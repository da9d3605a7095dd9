//! PostgreSQL's errors as ours, and what they mean for the transaction.

use std::error::Error as StdError;

use postgres::error::{DbError, Severity};

use crate::tx::{Effect, Failure};
use crate::{ConstraintKind, Error};

/// Unique keys that say who somebody is, or that a request was made before: whoever meets one looks again and finds
/// the row the other one wrote.
const IDENTITY_SUFFIX: &str = "_identity_key";

/// What the server or the client said; never a value (the server's "detail", which repeats the row, is left out).
pub(super) fn text(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => error.message().to_owned(),
        None => {
            let mut text = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                let cause_text = cause.to_string();
                if !text.contains(&cause_text) {
                    text = format!("{text}: {cause_text}");
                }
                source = cause.source();
            }
            text
        }
    }
}

pub(super) fn failure(error: &postgres::Error, sql: &str, reader: bool) -> Failure {
    let Some(db) = error.as_db_error() else {
        if is_connection(error) {
            return Failure { error: Error::unavailable(text(error)), effect: Effect::Lost };
        }
        // The client itself refused: a parameter that does not fit. The transaction is untouched, but on any other
        // failure it would not be, and callers should not have to tell them apart.
        return Failure { error: Error::sql(text(error), sql), effect: Effect::Failed };
    };
    let constraint = |kind, name| Error::Constraint { kind, name };
    let (error, effect) = match db.code().code() {
        "40001" | "40P01" => (Error::Conflict, Effect::MetAnother),
        _ if is_stale(error) => (Error::Conflict, Effect::MetAnother),
        "23505" => {
            let name = db.constraint().map(str::to_owned);
            let identity = name.as_ref().is_some_and(|name| name.ends_with(IDENTITY_SUFFIX));
            let effect = if identity { Effect::MetIdentity } else { Effect::Failed };
            (constraint(ConstraintKind::Unique, name), effect)
        }
        "23503" => (constraint(ConstraintKind::ForeignKey, db.constraint().map(str::to_owned)), Effect::Failed),
        "23514" => (constraint(ConstraintKind::Check, db.constraint().map(str::to_owned)), Effect::Failed),
        "23502" => (constraint(ConstraintKind::NotNull, column(db)), Effect::Failed),
        "57014" => (Error::TimedOut, Effect::Failed),
        // A server that became a standby: connect again, to find the one that writes.
        "25006" if !reader => (Error::unavailable(db.message()), Effect::Lost),
        "25006" => (Error::sql("a read closure may not write", sql), Effect::Failed),
        // The server ends the session: it shuts down, somebody ended it, it was idle in a transaction.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => (Error::unavailable(db.message()), Effect::Lost),
        // Connection trouble; no space, no memory, no slots; a file it cannot read; a broken page.
        code if ["08", "53", "58", "XX"].contains(&&code[..2]) => (Error::unavailable(db.message()), Effect::Failed),
        "55P03" => (Error::unavailable(db.message()), Effect::Failed),
        _ => (Error::sql(db.message(), sql), Effect::Failed),
    };
    Failure { error, effect }
}

/// A prepared statement that a change of the schema, or a pooler, made void: prepared anew it works.
pub(super) fn is_stale(error: &postgres::Error) -> bool {
    error.as_db_error().is_some_and(|db| match db.code().code() {
        "0A000" => db.message().contains("cached plan"),
        code => code == "26000",
    })
}

/// The connection is gone, or says things nobody understands.
fn is_connection(error: &postgres::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    error.is_closed()
}

/// Whether the server itself said that the transaction did not happen. Anything else, after `COMMIT` was sent, leaves
/// the outcome open.
pub(super) fn is_certain(error: &postgres::Error) -> bool {
    error.as_db_error().is_some_and(|db| db.parsed_severity() == Some(Severity::Error))
}

fn column(db: &DbError) -> Option<String> {
    Some(format!("{}.{}", db.table()?, db.column()?))
}
