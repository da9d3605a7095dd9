//! Our parameters and values as PostgreSQL's binary formats.

use std::error::Error as StdError;

use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::{Error, Param, Value};

type Anything = Box<dyn StdError + Sync + Send>;

#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) Param<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Anything> {
        match (&self.0, ty) {
            (Param::Null, _) => Ok(IsNull::Yes),
            (Param::Bool(value), &Type::BOOL) => value.to_sql(ty, out),
            (Param::Bool(value), _) => Bound(Param::Int(i64::from(*value))).to_sql(ty, out),
            (Param::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Param::Int(value), &Type::INT4) => i32::try_from(*value).map_err(|_| TooLarge)?.to_sql(ty, out),
            (Param::Int(value), &Type::INT2) => i16::try_from(*value).map_err(|_| TooLarge)?.to_sql(ty, out),
            (Param::Int(value), &Type::FLOAT8 | &Type::FLOAT4) => Bound(Param::Float(*value as f64)).to_sql(ty, out),
            (Param::Float(value), &Type::FLOAT8) => value.to_sql(ty, out),
            (Param::Float(value), &Type::FLOAT4) => (*value as f32).to_sql(ty, out),
            (Param::Text(value), ty) if is_text(ty) => value.to_sql(&Type::TEXT, out),
            (Param::Bytes(value), &Type::BYTEA) => value.to_sql(ty, out),
            (Param::Uuid(value), &Type::UUID) => value.to_sql(ty, out),
            (Param::Uuid(value), &Type::BYTEA) => value.as_bytes().as_slice().to_sql(ty, out),
            (param, ty) => Err(format!("{} cannot be bound where {ty} is expected", kind(param)).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[derive(Debug, thiserror::Error)]
#[error("the whole number is too large for the column")]
struct TooLarge;

fn kind(param: &Param<'_>) -> &'static str {
    match param {
        Param::Null => "null",
        Param::Bool(_) => "a boolean",
        Param::Int(_) => "a whole number",
        Param::Float(_) => "a floating point number",
        Param::Text(_) => "text",
        Param::Bytes(_) => "bytes",
        Param::Uuid(_) => "a uuid",
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON)
}

/// One column of a row.
pub(super) fn value(row: &postgres::Row, index: usize) -> Result<Value, Error> {
    row.try_get::<_, Read>(index).map(|Read(value)| value).map_err(|error| {
        let column = row.columns().get(index).map_or_else(|| format!("#{index}"), |column| column.name().to_owned());
        // The message names a type, and nothing of the value.
        tracing::debug!(%error, column, "a column cannot be read");
        let numeric = row.columns().get(index).is_some_and(|column| *column.type_() == Type::NUMERIC);
        let expected = "a boolean, a whole or floating point number, text, bytes or a uuid";
        let found = if numeric { "NUMERIC: write CAST(sum(x) AS BIGINT)" } else { "another type: CAST it" };
        Error::Decode { column, expected, found }
    })
}

struct Read(Value);

impl<'a> FromSql<'a> for Read {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Read, Anything> {
        Ok(Read(match *ty {
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::OID => Value::Int(u32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Float(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Value::Float(f32::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::UUID => Value::Uuid(Uuid::from_sql(ty, raw)?),
            Type::VOID => Value::Null,
            _ => Value::Text(str::from_utf8(raw)?.to_owned()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Read, Anything> {
        Ok(Read(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        is_text(ty)
            || matches!(
                *ty,
                Type::BOOL
                    | Type::INT8
                    | Type::INT4
                    | Type::INT2
                    | Type::OID
                    | Type::FLOAT8
                    | Type::FLOAT4
                    | Type::BYTEA
                    | Type::UUID
                    | Type::VOID
            )
    }
}
