//! What goes into a statement and what comes out of it.
//!
//! | Rust | SQLite (`STRICT` tables) | PostgreSQL |
//! | --- | --- | --- |
//! | `bool` | `INTEGER` 0 or 1 | `BOOLEAN` |
//! | `i64`, `i32`, `i16`, `u32` | `INTEGER` | `BIGINT`, `INTEGER`, `SMALLINT` |
//! | `f64` | `REAL` | `DOUBLE PRECISION`, `REAL` |
//! | `String` | `TEXT` | `TEXT`, `VARCHAR` |
//! | `Vec<u8>` | `BLOB` | `BYTEA` |
//! | `Uuid` | `BLOB` of 16 bytes | `UUID` |

use std::sync::Arc;

use uuid::Uuid;

use crate::Error;

/// One value bound to `$n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Param<'a> {
    /// `NULL`, of whatever type the statement wants there.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number; PostgreSQL refuses it where the column is too small for it.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// UTF-8 text.
    Text(&'a str),
    /// Raw bytes.
    Bytes(&'a [u8]),
    /// An id.
    Uuid(Uuid),
}

/// Something that can be bound to `$n`. Ids and enums of other crates implement it for themselves.
pub trait AsParam {
    /// The value as it goes to the database.
    fn as_param(&self) -> Param<'_>;
}

macro_rules! as_param {
    ($($type:ty => |$value:ident| $param:expr;)*) => {
        $(impl AsParam for $type {
            fn as_param(&self) -> Param<'_> {
                let $value = self;
                $param
            }
        })*
    };
}

as_param! {
    bool => |value| Param::Bool(*value);
    i64 => |value| Param::Int(*value);
    i32 => |value| Param::Int(i64::from(*value));
    i16 => |value| Param::Int(i64::from(*value));
    u32 => |value| Param::Int(i64::from(*value));
    u16 => |value| Param::Int(i64::from(*value));
    u8 => |value| Param::Int(i64::from(*value));
    f64 => |value| Param::Float(*value);
    str => |value| Param::Text(value);
    String => |value| Param::Text(value);
    [u8] => |value| Param::Bytes(value);
    Vec<u8> => |value| Param::Bytes(value);
    Uuid => |value| Param::Uuid(*value);
    Param<'_> => |value| *value;
}

impl<const N: usize> AsParam for [u8; N] {
    fn as_param(&self) -> Param<'_> {
        Param::Bytes(self)
    }
}

impl<T: AsParam + ?Sized> AsParam for &T {
    fn as_param(&self) -> Param<'_> {
        (**self).as_param()
    }
}

impl<T: AsParam + ?Sized> AsParam for Box<T> {
    fn as_param(&self) -> Param<'_> {
        (**self).as_param()
    }
}

impl<T: AsParam + ?Sized> AsParam for std::borrow::Cow<'_, T>
where
    T: ToOwned,
{
    fn as_param(&self) -> Param<'_> {
        (**self).as_param()
    }
}

impl<T: AsParam> AsParam for Option<T> {
    fn as_param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, T::as_param)
    }
}

impl AsParam for Value {
    fn as_param(&self) -> Param<'_> {
        match self {
            Value::Null => Param::Null,
            Value::Bool(value) => Param::Bool(*value),
            Value::Int(value) => Param::Int(*value),
            Value::Float(value) => Param::Float(*value),
            Value::Text(value) => Param::Text(value),
            Value::Bytes(value) => Param::Bytes(value),
            Value::Uuid(value) => Param::Uuid(*value),
        }
    }
}

/// The parameters of a statement: `params![name, id]` is `&[name.as_param(), id.as_param()]`.
#[macro_export]
macro_rules! params {
    () => { &[] as &[$crate::Param<'_>] };
    ($($value:expr),+ $(,)?) => { &[$($crate::AsParam::as_param(&$value)),+] as &[$crate::Param<'_>] };
}

/// One value of a row. SQLite answers a boolean as `Int` and an id as `Bytes`; [`FromValue`] makes up for that.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `NULL`.
    Null,
    /// A truth value (PostgreSQL only).
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// UTF-8 text.
    Text(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// An id (PostgreSQL only).
    Uuid(Uuid),
}

impl Value {
    /// What sort of value this is, for messages: never the value itself.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a floating point number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Uuid(_) => "a uuid",
        }
    }
}

/// A [`Value`] is not what was asked for. [`Row`] adds the column's name and makes it an [`Error::Decode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What was asked for.
    pub expected: &'static str,
    /// What is there; never the data itself.
    pub found: &'static str,
}

impl Mismatch {
    /// `value` is not `expected` ("a phone number").
    pub fn new(expected: &'static str, value: &Value) -> Mismatch {
        Mismatch { expected, found: value.kind() }
    }
}

/// Something that can be read out of a column.
pub trait FromValue: Sized {
    /// Reads the value; `NULL` is a mismatch for everything but `Option`.
    fn from_value(value: &Value) -> Result<Self, Mismatch>;
}

macro_rules! from_value {
    ($($type:ty, $expected:literal, $($pattern:pat => $result:expr),+;)*) => {
        $(impl FromValue for $type {
            fn from_value(value: &Value) -> Result<Self, Mismatch> {
                match value {
                    $($pattern => $result,)+
                    _ => None,
                }
                .ok_or(Mismatch::new($expected, value))
            }
        })*
    };
}

from_value! {
    bool, "a boolean", Value::Bool(value) => Some(*value), Value::Int(0) => Some(false), Value::Int(1) => Some(true);
    i64, "a whole number", Value::Int(value) => Some(*value);
    i32, "a whole number of 32 bits", Value::Int(value) => i32::try_from(*value).ok();
    i16, "a whole number of 16 bits", Value::Int(value) => i16::try_from(*value).ok();
    u64, "a whole number from 0", Value::Int(value) => u64::try_from(*value).ok();
    u32, "a whole number from 0 of 32 bits", Value::Int(value) => u32::try_from(*value).ok();
    u16, "a whole number from 0 of 16 bits", Value::Int(value) => u16::try_from(*value).ok();
    u8, "a whole number from 0 of 8 bits", Value::Int(value) => u8::try_from(*value).ok();
    usize, "a whole number from 0", Value::Int(value) => usize::try_from(*value).ok();
    f64, "a floating point number", Value::Float(value) => Some(*value), Value::Int(value) => Some(*value as f64);
    String, "text", Value::Text(value) => Some(value.clone());
    Vec<u8>, "bytes", Value::Bytes(value) => Some(value.clone());
    Uuid, "a uuid", Value::Uuid(value) => Some(*value), Value::Bytes(value) => Uuid::from_slice(value).ok();
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        Ok(value.clone())
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Bytes(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
        .ok_or(Mismatch::new("bytes of a fixed length", value))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// One row of an answer.
///
/// Give every computed column a name (`count(*) AS n`): the engines disagree on what it is called otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    columns: Arc<[Box<str>]>,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(columns: Arc<[Box<str>]>, values: Vec<Value>) -> Row {
        Row { columns, values }
    }

    /// The value of a column; an error that names the column when it is not there or holds something else.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, Error> {
        let value = self.value(column).ok_or_else(|| Error::Decode {
            column: column.to_owned(),
            expected: "a column of this name",
            found: "none",
        })?;
        decode(value, || column.to_owned())
    }

    /// The value at a position, counted from 0.
    pub fn at<T: FromValue>(&self, index: usize) -> Result<T, Error> {
        let name = || self.columns.get(index).map_or_else(|| format!("#{index}"), |name| name.to_string());
        let value = self.values.get(index).ok_or_else(|| Error::Decode {
            column: name(),
            expected: "a column at this position",
            found: "none",
        })?;
        decode(value, name)
    }

    /// The value of a column as it is, without a copy.
    pub fn value(&self, column: &str) -> Option<&Value> {
        let index = self.columns.iter().position(|name| &**name == column)?;
        self.values.get(index)
    }

    /// The text of a column without a copy.
    pub fn text(&self, column: &str) -> Result<&str, Error> {
        match self.value(column) {
            Some(Value::Text(text)) => Ok(text),
            other => Err(Error::Decode {
                column: column.to_owned(),
                expected: "text",
                found: other.map_or("no such column", Value::kind),
            }),
        }
    }

    /// The columns' names, in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|name| &**name)
    }
}

fn decode<T: FromValue>(value: &Value, column: impl FnOnce() -> String) -> Result<T, Error> {
    T::from_value(value).map_err(|Mismatch { expected, found }| Error::Decode { column: column(), expected, found })
}
