//! A statement whose conditions depend on the request. Values are always bound, never spelt into the text; conditions
//! that are not wanted are left out rather than neutralised, so that the engine can use an index.

use store::{AsParam, Param, Value};

pub(crate) struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    /// `sql` ends where its first value goes.
    pub fn new(sql: impl Into<String>, value: impl AsParam) -> Self {
        let mut query = Query { sql: sql.into(), values: Vec::new() };
        query.bind(value);
        query
    }

    fn bind(&mut self, value: impl AsParam) {
        self.values.push(owned(value.as_param()));
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
    }

    /// Appends text and, after it, a value.
    pub fn push(&mut self, text: &str, value: impl AsParam) -> &mut Self {
        self.sql.push_str(text);
        self.bind(value);
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.sql.push_str(text);
        self
    }

    pub fn and(&mut self, condition: &str, value: impl AsParam) -> &mut Self {
        self.sql.push_str(" AND ");
        self.push(condition, value)
    }

    /// Only where there is something to compare with.
    pub fn and_if<T: AsParam>(&mut self, condition: &str, value: &Option<T>) -> &mut Self {
        if let Some(value) = value {
            self.and(condition, value);
        }
        self
    }

    /// `condition` ends where the list begins; one of an empty list is met by nothing.
    pub fn and_in<T: AsParam>(&mut self, condition: &str, values: &[T]) -> &mut Self {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.sql.push_str(if values.is_empty() { "(NULL" } else { "(" });
        for (at, value) in values.iter().enumerate() {
            self.push(if at == 0 { "" } else { ", " }, value);
        }
        self.text(")")
    }

    pub fn sql(&self) -> &str {
        &self.sql
    }

    pub fn params(&self) -> Vec<Param<'_>> {
        self.values.iter().map(AsParam::as_param).collect()
    }
}

fn owned(param: Param<'_>) -> Value {
    match param {
        Param::Null => Value::Null,
        Param::Bool(flag) => Value::Bool(flag),
        Param::Int(number) => Value::Int(number),
        Param::Float(number) => Value::Float(number),
        Param::Text(text) => Value::Text(text.to_owned()),
        Param::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        Param::Uuid(id) => Value::Uuid(id),
    }
}
