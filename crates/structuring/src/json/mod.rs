//! A JSON tree that loses nothing: numbers stay as they were written, objects keep order and duplicates.
//!
//! Free data of customers goes through here unchanged: a float would lose `12345678901234567890`, a map would lose
//! the first of two equal keys, and PostgreSQL's `jsonb` refuses `\u0000`.

mod number;
mod object;
mod parse;
mod wire;

pub use number::Number;
pub use object::Object;
pub use parse::{DEFAULT_MAX_DEPTH, ErrorKind, Mode, ParseError};
pub use wire::escape_pointer;

/// Any JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Json>),
    Object(Object),
}

impl Json {
    /// Reads one JSON text, at most [`DEFAULT_MAX_DEPTH`] levels deep.
    pub fn parse(bytes: &[u8], mode: Mode) -> Result<Json, ParseError> {
        parse::parse(bytes, mode, DEFAULT_MAX_DEPTH)
    }

    /// As [`Json::parse`] with another depth limit; more than 512 levels are never read (the reader recurses).
    pub fn parse_with_depth(bytes: &[u8], mode: Mode, max_depth: usize) -> Result<Json, ParseError> {
        parse::parse(bytes, mode, max_depth)
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Json::Bool(flag) = self { Some(*flag) } else { None }
    }

    pub fn as_number(&self) -> Option<&Number> {
        if let Json::Number(number) = self { Some(number) } else { None }
    }

    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    pub fn as_array(&self) -> Option<&[Json]> {
        if let Json::Array(items) = self { Some(items) } else { None }
    }

    pub fn as_object(&self) -> Option<&Object> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    pub fn into_object(self) -> Option<Object> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    /// The member of an object; nothing for every other kind. The last of equal keys wins.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.as_object()?.get(key)
    }

    /// `null`, `boolean`, `number`, `string`, `array` or `object`, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        }
    }

    /// Looks up an RFC 6901 pointer: `""` is the whole, `/a/0/b~1c` walks.
    pub fn pointer(&self, pointer: &str) -> Option<&Json> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut at = self;
        for token in pointer.strip_prefix('/')?.split('/') {
            at = match at {
                Json::Object(object) if token.contains('~') => {
                    object.get(&token.replace("~1", "/").replace("~0", "~"))?
                }
                Json::Object(object) => object.get(token)?,
                Json::Array(items) => {
                    let canonical = token == "0" || !token.starts_with(['0', '+']);
                    items.get(token.parse::<usize>().ok().filter(|_| canonical)?)?
                }
                _ => return None,
            };
        }
        Some(at)
    }
}

impl From<bool> for Json {
    fn from(flag: bool) -> Self {
        Json::Bool(flag)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::String(text)
    }
}

impl From<Number> for Json {
    fn from(number: Number) -> Self {
        Json::Number(number)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Json::Object(object)
    }
}

/// Not finite becomes null: JSON has no word for it.
impl From<f64> for Json {
    fn from(value: f64) -> Self {
        Number::from_f64(value).map_or(Json::Null, Json::Number)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Json {
            fn from(value: $integer) -> Self {
                Json::Number(Number::from(value))
            }
        }
    )*};
}
from_integers!(i32, u32, i64, u64, usize);

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Json::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}

impl From<&serde_json::Value> for Json {
    fn from(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Json::Null,
            serde_json::Value::Bool(flag) => Json::Bool(*flag),
            serde_json::Value::Number(number) => Number::parse(&number.to_string()).map_or(Json::Null, Json::Number),
            serde_json::Value::String(text) => Json::String(text.clone()),
            serde_json::Value::Array(items) => Json::Array(items.iter().map(Json::from).collect()),
            serde_json::Value::Object(map) => {
                Json::Object(map.iter().map(|(key, value)| (key.clone(), Json::from(value))).collect())
            }
        }
    }
}
