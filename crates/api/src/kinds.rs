//! The kinds of values that inputs are made of: how each is read, what it says when it cannot be, and its schema.

use std::marker::PhantomData;
use std::str::FromStr;

use crm::organizations::{Threshold, check_country, check_currency, check_time_zone};
use crm::time::Timestamp;
use crm::{FieldError, Problems};
use serde_json::{Value, json};
use structuring::Json;
use structuring::json::Object;

use crate::input::{Fields, Input, Raw, Style};

pub trait Kind {
    type Out;
    /// Reads a value that is there; says what is wrong under `at`.
    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Self::Out>;
    /// What would be right, as the end of a sentence.
    fn expected(&self) -> String;
    fn schema(&self) -> Value;
}

fn refuse<T>(problems: &mut Vec<FieldError>, at: &str, code: &'static str, message: String) -> Option<T> {
    problems.push(FieldError::new(at, code, message));
    None
}

fn wrong_type<T>(kind: &impl Kind, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<T> {
    let found = match raw {
        Raw::Json(json) => json.kind(),
        Raw::Text(_) => "text",
    };
    refuse(problems, at, "invalid_type", format!("Expected {}, found {found}.", kind.expected()))
}

/// Text of so many characters, at least one.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub max: usize,
}

/// Names, labels.
pub const SHORT: Text = Text { max: 255 };
/// Descriptions, notes.
pub const LONG: Text = Text { max: 2000 };

/// Text as it may be stored and shown: no control characters but line feed, carriage return and tab.
fn clean_text<'t>(text: &'t str, max: usize, at: &str, problems: &mut Vec<FieldError>) -> Option<&'t str> {
    let length = text.chars().count();
    if length > max {
        return refuse(problems, at, "too_long", format!("At most {max} characters, found {length}."));
    }
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return refuse(
            problems,
            at,
            "control_character",
            format!("Control character U+{:04X} is not allowed.", c as u32),
        );
    }
    Some(text)
}

impl Kind for Text {
    type Out = String;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<String> {
        let text = match raw {
            Raw::Json(Json::String(text)) => text,
            Raw::Text(text) => text,
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        if text.trim().is_empty() {
            return refuse(problems, at, "empty", format!("Expected {}, found only blanks.", self.expected()));
        }
        clean_text(text, self.max, at, problems).map(str::to_owned)
    }

    fn expected(&self) -> String {
        format!("text of 1 to {} characters", self.max)
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "maxLength": self.max})
    }
}

/// Text that stands for something known: it is checked here, so that what is wrong with it is told with all that is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub max: usize,
    pub check: fn(&str, &str, &mut Problems) -> String,
}

/// ISO 3166-1 alpha-2.
pub const COUNTRY: Known = Known { max: 2, check: check_country };
/// ISO 4217, or `UF`.
pub const CURRENCY: Known = Known { max: 3, check: check_currency };
/// IANA name.
pub const TIME_ZONE: Known = Known { max: 64, check: check_time_zone };

impl Kind for Known {
    type Out = String;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<String> {
        let text = Text { max: self.max }.read(raw, at, problems)?;
        let mut found = Problems::default();
        let known = (self.check)(&text, at, &mut found);
        let sound = found.0.is_empty();
        problems.append(&mut found.0);
        sound.then_some(known)
    }

    fn expected(&self) -> String {
        Text { max: self.max }.expected()
    }

    fn schema(&self) -> Value {
        Text { max: self.max }.schema()
    }
}

/// Text or a number, taken as text: identifiers that some clients send as numbers.
#[derive(Debug, Clone, Copy)]
pub struct TextOrNumber {
    pub max: usize,
}

impl Kind for TextOrNumber {
    type Out = String;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<String> {
        match raw {
            Raw::Json(Json::Number(number)) => clean_text(number.as_str(), self.max, at, problems).map(str::to_owned),
            _ => Text { max: self.max }.read(raw, at, problems),
        }
    }

    fn expected(&self) -> String {
        format!("text or a number of at most {} characters", self.max)
    }

    fn schema(&self) -> Value {
        json!({"type": ["string", "number"], "maxLength": self.max})
    }
}

/// A UUID.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(PhantomData<T>);

pub fn id<T>() -> Id<T> {
    Id(PhantomData)
}

impl<T: FromStr> Kind for Id<T> {
    type Out = T;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<T> {
        let text = match raw {
            Raw::Json(Json::String(text)) => text,
            Raw::Text(text) => text,
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        match text.trim().parse() {
            Ok(id) => Some(id),
            Err(_) => refuse(problems, at, "invalid_uuid", format!("Expected {}.", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "a UUID such as 0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "format": "uuid"})
    }
}

/// One of a closed set of words.
#[derive(Debug, Clone, Copy)]
pub struct OneOf<T: 'static> {
    pub words: &'static [&'static str],
    pub read: fn(&str) -> Option<T>,
}

impl<T> Kind for OneOf<T> {
    type Out = T;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<T> {
        let text = match raw {
            Raw::Json(Json::String(text)) => text,
            Raw::Text(text) => text,
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        match (self.read)(text) {
            Some(value) => Some(value),
            None => refuse(problems, at, "invalid_value", format!("Expected {}.", self.expected())),
        }
    }

    fn expected(&self) -> String {
        format!("one of {}", self.words.join(", "))
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "enum": self.words})
    }
}

/// `OneOf` for an enum of `crm::wire_enum!`.
#[macro_export]
macro_rules! one_of {
    ($name:ty) => {
        $crate::kinds::OneOf { words: <$name>::NAMES, read: <$name>::from_name }
    };
}

#[derive(Debug, Clone, Copy)]
pub struct Flag;

impl Kind for Flag {
    type Out = bool;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<bool> {
        match raw {
            Raw::Json(Json::Bool(flag)) => Some(*flag),
            Raw::Text("true" | "1") => Some(true),
            Raw::Text("false" | "0") => Some(false),
            _ => wrong_type(self, raw, at, problems),
        }
    }

    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": "boolean"})
    }
}

/// A whole number between two bounds.
#[derive(Debug, Clone, Copy)]
pub struct Whole {
    pub min: i64,
    pub max: i64,
}

impl Kind for Whole {
    type Out = i64;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<i64> {
        let number = match raw {
            Raw::Json(Json::Number(number)) => number.as_i64(),
            Raw::Text(text) => text.parse().ok(),
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        match number {
            Some(number) if (self.min..=self.max).contains(&number) => Some(number),
            _ => refuse(problems, at, "out_of_range", format!("Expected {}.", self.expected())),
        }
    }

    fn expected(&self) -> String {
        format!("a whole number from {} to {}", self.min, self.max)
    }

    fn schema(&self) -> Value {
        json!({"type": "integer", "minimum": self.min, "maximum": self.max})
    }
}

/// A decimal number ≥ 0, kept as it was written. A JSON number, or the same as text.
#[derive(Debug, Clone, Copy)]
pub struct Decimal;

impl Kind for Decimal {
    type Out = String;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<String> {
        let text = match raw {
            Raw::Json(Json::Number(number)) => number.as_str(),
            Raw::Json(Json::String(text)) => text.trim(),
            Raw::Text(text) => text.trim(),
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        if structuring::json::Number::parse(text).is_none() {
            return refuse(problems, at, "invalid_number", format!("Expected {}.", self.expected()));
        }
        Some(text.to_owned())
    }

    fn expected(&self) -> String {
        "a decimal number from 0, such as 125000 or \"1250.50\"".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": ["number", "string"], "minimum": 0})
    }
}

/// A confidence from 0.5 to 1, kept in hundredths.
#[derive(Debug, Clone, Copy)]
pub struct Confidence;

impl Kind for Confidence {
    type Out = Threshold;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Threshold> {
        let text = match raw {
            Raw::Json(Json::Number(number)) => number.as_str(),
            Raw::Text(text) => text.trim(),
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        match text.parse::<f64>() {
            Ok(number) if (0.5..=1.0).contains(&number) => {
                Some(Threshold::from_hundredths((number * 100.0).round() as i64))
            }
            _ => refuse(problems, at, "out_of_range", format!("Expected {}.", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "a number from 0.5 to 1, such as 0.85".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": "number", "minimum": 0.5, "maximum": 1})
    }
}

/// RFC 3339 in UTC.
#[derive(Debug, Clone, Copy)]
pub struct Instant;

impl Kind for Instant {
    type Out = Timestamp;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Timestamp> {
        let text = match raw {
            Raw::Json(Json::String(text)) => text,
            Raw::Text(text) => text,
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        match Timestamp::parse_utc(text) {
            Some(at) => Some(at),
            None => refuse(problems, at, "invalid_time", format!("Expected {}.", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "a time in UTC that ends in Z, such as 2026-05-04T15:30:00Z".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "format": "date-time"})
    }
}

/// RFC 3339 with any offset, as existing clients write it. Without one it would be of no place.
#[derive(Debug, Clone, Copy)]
pub struct InstantWithOffset;

impl Kind for InstantWithOffset {
    type Out = Timestamp;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Timestamp> {
        let text = match raw {
            Raw::Json(Json::String(text)) => text,
            Raw::Text(text) => text,
            Raw::Json(_) => return wrong_type(self, raw, at, problems),
        };
        match Timestamp::parse(text.trim()) {
            Some(at) => Some(at),
            None => refuse(problems, at, "invalid_time", format!("Expected {}.", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "a time that ends in Z or in an offset, such as 2026-05-04T15:30:00Z or 2026-05-04T11:30:00-04:00".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "format": "date-time"})
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Email;

impl Kind for Email {
    type Out = String;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<String> {
        let text = SHORT.read(raw, at, problems)?;
        match structuring::read_email(&text) {
            Some(email) => Some(email),
            None => refuse(problems, at, "invalid_email", format!("Expected {}.", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "an e-mail address such as ana@example.com".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "maxLength": 255})
    }
}

/// A phone number as text or JSON number. Read with a country later, where the channel is known.
#[derive(Debug, Clone, Copy)]
pub struct PhoneText;

impl Kind for PhoneText {
    type Out = String;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<String> {
        match raw {
            Raw::Json(Json::String(_) | Json::Number(_)) | Raw::Text(_) => {
                TextOrNumber { max: 64 }.read(raw, at, problems)
            }
            Raw::Json(_) => wrong_type(self, raw, at, problems),
        }
    }

    fn expected(&self) -> String {
        "a phone number such as \"+56 9 5550 1234\"".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": ["string", "number"], "maxLength": 64})
    }
}

/// Any JSON object.
#[derive(Debug, Clone, Copy)]
pub struct AnyObject;

impl Kind for AnyObject {
    type Out = Object;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Object> {
        match raw {
            Raw::Json(Json::Object(object)) => Some(object.clone()),
            _ => wrong_type(self, raw, at, problems),
        }
    }

    fn expected(&self) -> String {
        "a JSON object".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": "object", "additionalProperties": true})
    }
}

/// Any JSON value.
#[derive(Debug, Clone, Copy)]
pub struct Anything;

impl Kind for Anything {
    type Out = Json;

    fn read(&self, raw: Raw<'_>, _at: &str, _problems: &mut Vec<FieldError>) -> Option<Json> {
        Some(match raw {
            Raw::Json(json) => json.clone(),
            Raw::Text(text) => Json::from(text),
        })
    }

    fn expected(&self) -> String {
        "any JSON value".to_owned()
    }

    fn schema(&self) -> Value {
        json!({})
    }
}

/// A list of so many.
#[derive(Debug, Clone, Copy)]
pub struct List<K> {
    pub of: K,
    pub max: usize,
}

/// The items as `List` has them, none where one is wrong: what is sound can be checked further, at its own place.
#[derive(Debug, Clone, Copy)]
pub struct Items<K>(pub List<K>);

impl<K: Kind> Kind for Items<K> {
    type Out = Vec<Option<K::Out>>;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Self::Out> {
        self.0.items(raw, at, problems)
    }

    fn expected(&self) -> String {
        self.0.expected()
    }

    fn schema(&self) -> Value {
        self.0.schema()
    }
}

impl<K: Kind> List<K> {
    fn items(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Vec<Option<K::Out>>> {
        let Raw::Json(Json::Array(items)) = raw else { return wrong_type(self, raw, at, problems) };
        if items.len() > self.max {
            return refuse(problems, at, "too_many", format!("At most {} items, found {}.", self.max, items.len()));
        }
        let before = problems.len();
        let mut read = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            read.push(self.of.read(Raw::Json(item), &format!("{at}/{index}"), problems));
            // A hundred wrong items say enough.
            if problems.len() > before + 100 {
                break;
            }
        }
        Some(read)
    }
}

impl<K: Kind> Kind for List<K> {
    type Out = Vec<K::Out>;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Self::Out> {
        let before = problems.len();
        let items = self.items(raw, at, problems)?;
        (problems.len() == before).then(|| items.into_iter().flatten().collect())
    }

    fn expected(&self) -> String {
        format!("a list of at most {}, each {}", self.max, self.of.expected())
    }

    fn schema(&self) -> Value {
        json!({"type": "array", "items": self.of.schema(), "maxItems": self.max})
    }
}

/// An object with declared members of its own.
#[derive(Debug, Clone, Copy)]
pub struct Nested<T> {
    style: Style,
    input: PhantomData<T>,
}

pub fn nested<T: Input>(style: Style) -> Nested<T> {
    Nested { style, input: PhantomData }
}

impl<T: Input> Kind for Nested<T> {
    type Out = T;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<T> {
        let Raw::Json(Json::Object(object)) = raw else { return wrong_type(self, raw, at, problems) };
        let mut fields = Fields::object(object, self.style, at);
        let value = T::read(&mut fields);
        let found = fields.finish();
        let sound = found.is_empty();
        problems.extend(found);
        value.filter(|_| sound)
    }

    fn expected(&self) -> String {
        "a JSON object".to_owned()
    }

    fn schema(&self) -> Value {
        let mut fields = Fields::describe(self.style);
        let _ = T::read(&mut fields);
        fields.into_schema()
    }
}
