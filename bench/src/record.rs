//! The statements that upserts run, recorded from the function itself, to be run again with nothing around them.

use std::sync::{Mutex, PoisonError};

use rusqlite::trace::TraceEvent;
use rusqlite::types::Value;

use crate::Failure;

/// A statement as it was prepared, and its values in the order in which their names first stand in it: SQLite's.
#[derive(Debug)]
pub struct Statement {
    pub sql: String,
    pub values: Vec<Value>,
}

/// SQLite's hook carries no state, so this is the process's. None while nothing is recorded.
static HEARD: Mutex<Option<Vec<(String, String)>>> = Mutex::new(None);

/// What the store tells of each statement.
pub fn hear(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(statement, _) = event
        && let Some(heard) = HEARD.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
    {
        heard.push((statement.sql().into_owned(), statement.expanded_sql().unwrap_or_default()));
    }
}

pub fn start() {
    *HEARD.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
}

/// What was heard since, without what only begins and ends transactions and their parts, and puts the log back.
pub fn stop() -> Result<Vec<Statement>, Failure> {
    let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    let control = |sql: &str| {
        ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"].iter().any(|word| sql.starts_with(word))
    };
    // A line that starts with `--` tells of a trigger; what names `'main'` is the word index's own, and runs again with ours.
    let inner = |sql: &str| sql.starts_with("--") || sql.contains("'main'.");
    let wanted = heard.into_iter().filter(|(sql, _)| !control(sql) && !inner(sql));
    wanted.map(|(sql, expanded)| Ok(Statement { values: values(&sql, &expanded)?, sql })).collect()
}

/// Reads the values back: `expanded` is `sql` with a literal in the place of each `$n`.
fn values(sql: &str, expanded: &str) -> Result<Vec<Value>, Failure> {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    let (mut template, mut rest) = (sql, expanded);
    while let Some(at) = template.find('$') {
        let digits = template[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let name = &template[at + 1..at + 1 + digits];
        let (value, length) = literal(rest.get(at..).ok_or("the texts part")?)?;
        if !names.contains(&name) {
            names.push(name);
            values.push(value);
        }
        template = &template[at + 1 + digits..];
        rest = &rest[at + length..];
    }
    if template != rest {
        return Err(format!("cannot read the values of {sql}").into());
    }
    Ok(values)
}

/// A literal as SQLite writes it, and how long it is.
fn literal(text: &str) -> Result<(Value, usize), Failure> {
    if let Some(rest) = text.strip_prefix('\'') {
        let mut end = 0;
        loop {
            end += rest[end..].find('\'').ok_or("a text without end")?;
            if !rest[end + 1..].starts_with('\'') {
                return Ok((Value::Text(rest[..end].replace("''", "'")), end + 2));
            }
            end += 2;
        }
    }
    if let Some(rest) = text.strip_prefix("x'") {
        let end = rest.find('\'').ok_or("a blob without end")?;
        let byte = |at: usize| u8::from_str_radix(&rest[at..at + 2], 16);
        return Ok((Value::Blob((0..end).step_by(2).map(byte).collect::<Result<_, _>>()?), end + 3));
    }
    if text.starts_with("NULL") {
        return Ok((Value::Null, 4));
    }
    let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(text.len());
    let number = &text[..length];
    let value = number.parse().map(Value::Integer).or_else(|_| number.parse().map(Value::Real))?;
    Ok((value, length))
}
