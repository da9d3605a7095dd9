//! Strict reading of one explicit value: what a caller says is the value of a field.

use crate::json::Number;
use crate::keys::fold;
use crate::readings::decimal::Decimal;
use crate::readings::{boolean, date, money, number, url};
use crate::{Definition, FieldType, Json, phone, read_email};

/// Why a value is not one of its field; the message says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    /// `invalid_type`, `invalid_value`, `invalid_option`, `invalid_currency`.
    pub code: &'static str,
    pub message: String,
}

fn error<T>(code: &'static str, message: impl Into<String>) -> Result<T, ValueError> {
    Err(ValueError { code, message: message.into() })
}

/// Reads an explicit value as its field's type and answers the canonical wire value.
///
/// Strict: an option must be one of the field's (letter case and accents aside), a date must be one day, money must not
/// name another currency. National forms are read by `country` (ISO 3166).
pub fn read_value(definition: &Definition, value: &Json, country: Option<&str>) -> Result<Json, ValueError> {
    let name = &definition.name;
    if matches!(value, Json::Null) {
        return error("invalid_type", format!("{name} needs a value, not null"));
    }
    match definition.field_type {
        FieldType::Text => match value {
            Json::String(text) if !text.trim().is_empty() => Ok(Json::from(text.trim())),
            Json::Number(number) => Ok(Json::from(number.as_str())),
            Json::Bool(flag) => Ok(Json::from(flag.to_string())),
            _ => error("invalid_type", format!("{name} needs a text")),
        },
        FieldType::Number | FieldType::Currency => amount(definition, value, country),
        FieldType::Date => {
            let read = value.as_str().and_then(|text| date::read(text, country));
            read.map_or_else(
                || error("invalid_value", format!("{name} needs a date, as 2025-12-31")),
                |found| Ok(Json::from(found.day.to_string())),
            )
        }
        FieldType::Boolean => match value {
            Json::Bool(flag) => Some(Json::Bool(*flag)),
            Json::String(text) => boolean::read(text).map(Json::Bool),
            Json::Number(number) => boolean::read(number.as_str()).map(Json::Bool),
            _ => None,
        }
        .map_or_else(|| error("invalid_value", format!("{name} needs true or false")), Ok),
        FieldType::Select => {
            let text = match value {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                Json::Bool(flag) => flag.to_string(),
                _ => return error("invalid_type", options_message(definition)),
            };
            option_of(definition, &text)
                .map_or_else(|| error("invalid_option", options_message(definition)), |option| Ok(Json::from(option)))
        }
        FieldType::MultiSelect => multi(definition, value),
        FieldType::Phone => {
            let text = match value {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                _ => return error("invalid_type", format!("{name} needs a phone number")),
            };
            phone::read_possible(&text, country)
                .map(|phone| Json::from(phone.as_str()))
                .or_else(|problem| error("invalid_value", format!("{name}: {problem}")))
        }
        FieldType::Email => value.as_str().and_then(read_email).map_or_else(
            || error("invalid_value", format!("{name} needs an e-mail address, as ana@example.com")),
            |address| Ok(Json::from(address)),
        ),
        FieldType::Url => value.as_str().and_then(url::read).map_or_else(
            || error("invalid_value", format!("{name} needs a web address, as https://example.com")),
            |address| Ok(Json::from(address)),
        ),
    }
}

fn amount(definition: &Definition, value: &Json, country: Option<&str>) -> Result<Json, ValueError> {
    let name = &definition.name;
    let text = match value {
        Json::Number(number) => {
            let read = plain(number).map(Json::Number);
            return read.map_or_else(|| error("invalid_value", format!("{name} is out of range")), Ok);
        }
        Json::String(text) => text,
        _ => return error("invalid_type", format!("{name} needs a number")),
    };
    let Some(reading) = number::read(text, country) else {
        return error("invalid_value", format!("{name} needs one number, as 1234.5"));
    };
    let text = text.trim();
    let named = money::named(&text[..reading.span.0], &text[reading.span.1..]);
    if definition.field_type == FieldType::Currency && !money::fits(named, definition.currency.as_deref(), country) {
        let wanted =
            definition.currency.as_deref().or_else(|| country.and_then(money::of_country)).unwrap_or("its currency");
        return error("invalid_currency", format!("{name} is kept in {wanted}"));
    }
    reading
        .value
        .to_number()
        .map_or_else(|| error("invalid_value", format!("{name} is out of range")), |n| Ok(Json::Number(n)))
}

/// Numbers stay as they were written, but for `1.50` and `1e3`, which databases and people compare. None where one with an
/// exponent has more than 30 digits before or behind its point.
fn plain(number: &Number) -> Option<Number> {
    if let Some((digits, exponent)) = number.as_str().split_once(['e', 'E']) {
        let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let read = Decimal::of(whole, fraction, negative)?;
        if read.mantissa == 0 {
            return Some(Number::from(0_i64));
        }
        let exponent: i32 = exponent.parse().ok()?;
        let moved = match u32::try_from(exponent) {
            Ok(power) => read.times_ten_to(power)?,
            Err(_) => Decimal { scale: read.scale.checked_add(exponent.unsigned_abs())?, ..read },
        };
        let fits = moved.mantissa.unsigned_abs() < 10_u128.pow(30) && moved.scale <= 30;
        return fits.then(|| moved.to_number()).flatten();
    }
    if number.is_integer() {
        return Some(number.clone());
    }
    let trimmed = number.as_str().trim_end_matches('0').trim_end_matches('.');
    Some(Number::parse(trimmed).unwrap_or_else(|| number.clone()))
}

/// A number as people of a country write it, so that it reads as the same again there: 1.077 is a thousand in Chile.
pub fn written_in(number: &Number, country: Option<&str>) -> String {
    let text = number.as_str();
    if number::decimal_is_dot(country) { text.to_owned() } else { text.replace('.', ",") }
}

fn multi(definition: &Definition, value: &Json) -> Result<Json, ValueError> {
    let words: Vec<&str> = match value {
        Json::Array(items) => {
            let words: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            match words {
                Some(words) => words,
                None => return error("invalid_type", options_message(definition)),
            }
        }
        Json::String(text) if option_of(definition, text).is_some() => vec![text],
        Json::String(text) => text.split([',', ';', '|']).map(str::trim).filter(|word| !word.is_empty()).collect(),
        _ => return error("invalid_type", options_message(definition)),
    };
    let mut chosen: Vec<&str> = Vec::new();
    for word in words {
        match option_of(definition, word) {
            Some(option) if chosen.contains(&option) => {}
            Some(option) => chosen.push(option),
            None => return error("invalid_option", options_message(definition)),
        }
    }
    Ok(Json::from(chosen))
}

/// The option written alike, letter case and accents aside.
fn option_of<'a>(definition: &'a Definition, text: &str) -> Option<&'a str> {
    let exact = definition.options.iter().find(|option| *option == text.trim());
    exact
        .or_else(|| {
            let wanted = fold(text);
            definition.options.iter().find(|option| fold(option) == wanted && !wanted.is_empty())
        })
        .map(String::as_str)
}

fn options_message(definition: &Definition) -> String {
    let kind = if definition.field_type == FieldType::Select { "one" } else { "a list" };
    format!("{} needs {kind} of: {}", definition.name, definition.options.join(", "))
}
