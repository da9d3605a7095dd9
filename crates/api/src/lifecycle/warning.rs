//! How a warning gets into an answer: into `warnings` of a JSON object, else into the header `Recado-Warning`.

use std::fmt::Write;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use structuring::Json;
use structuring::json::{Mode, Object};

use crate::answer::Answer;

/// A header as a whole is bounded by proxies, often at 4 or 8 KiB for all of them.
const LONGEST_HEADER: usize = 2048;

pub(crate) fn add_warning(mut answer: Answer, warning: Object) -> Answer {
    let json = answer.content_type.ends_with("json");
    let object = json && answer.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let body = if object { with_warning(&answer.body, &warning) } else { None };
    match body {
        Some(body) => {
            answer.body = body.into();
            answer
        }
        None => answer.header("recado-warning", header_value(warning)),
    }
}

/// Whether the member is there, whatever it is.
#[derive(Deserialize)]
struct Has {
    #[serde(default, deserialize_with = "anything")]
    warnings: Option<IgnoredAny>,
}

fn anything<'de, D: Deserializer<'de>>(value: D) -> Result<Option<IgnoredAny>, D::Error> {
    IgnoredAny::deserialize(value).map(Some)
}

/// None where `warnings` is there and no list, which is not ours to change.
fn with_warning(body: &[u8], warning: &Object) -> Option<Vec<u8>> {
    let has: Has = serde_json::from_slice(body).ok()?;
    let warning = Json::Object(warning.clone());
    if has.warnings.is_none() {
        return Some(with_member(body, "warnings", &format!("[{warning}]")));
    }
    let mut whole = Json::parse(body, Mode::Lenient).ok()?;
    match whole.as_object_mut()?.get_mut("warnings")? {
        Json::Array(warnings) => warnings.push(warning),
        null @ Json::Null => *null = Json::Array(vec![warning]),
        _ => return None,
    }
    Some(whole.to_string().into_bytes())
}

/// An object that the server wrote, with a member more at its end. Nothing else of it is touched, so that numbers stay as
/// they are.
pub(crate) fn with_member(body: &[u8], name: &str, value: &str) -> Vec<u8> {
    let end = body.iter().rposition(|byte| *byte == b'}').unwrap_or(body.len());
    let empty = body[..end].iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let mut longer = body[..end].to_vec();
    let comma = if empty { "" } else { "," };
    longer.extend_from_slice(format!("{comma}{}:{value}}}", Json::from(name)).as_bytes());
    longer
}

/// JSON in ASCII. Where it is too long the replacement is left out: `translate` gives it.
fn header_value(mut warning: Object) -> String {
    let mut text = ascii(&Json::Object(warning.clone()));
    if text.len() > LONGEST_HEADER {
        warning.insert("replacement", Json::Null);
        text = ascii(&Json::Object(warning));
    }
    text
}

fn ascii(json: &Json) -> String {
    let mut text = String::new();
    for character in json.to_string().chars() {
        if character.is_ascii() && !character.is_ascii_control() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::JSON;

    fn warned(body: &str) -> Answer {
        let mut warning = Object::new();
        warning.push("code", "x");
        add_warning(Answer::bytes(200, JSON, body.to_owned().into()), warning)
    }

    #[test]
    fn objects_keep_what_they_have() {
        for (body, expected) in [
            ("{}", r#"{"warnings":[{"code":"x"}]}"#),
            (
                r#" {"a":1e400,"b":12345678901234567890} "#,
                r#" {"a":1e400,"b":12345678901234567890,"warnings":[{"code":"x"}]}"#,
            ),
            (r#"{"warnings":[{"code":"y"}],"n":0.10}"#, r#"{"warnings":[{"code":"y"},{"code":"x"}],"n":0.10}"#),
            (r#"{"warnings":null}"#, r#"{"warnings":[{"code":"x"}]}"#),
            (r#"{"a":{"warnings":[1]}}"#, r#"{"a":{"warnings":[1]},"warnings":[{"code":"x"}]}"#),
        ] {
            let answer = warned(body);
            assert_eq!((answer.body.as_ref(), answer.headers.len()), (expected.as_bytes(), 0), "{body}");
        }
    }

    #[test]
    fn everything_else_gets_a_header() {
        for body in ["[]", r#"[{"a":1}]"#, "", r#"{"warnings":"mine"}"#, "nonsense"] {
            let answer = warned(body);
            assert_eq!(answer.body.as_ref(), body.as_bytes());
            assert_eq!(answer.headers, [("recado-warning", r#"{"code":"x"}"#.to_owned())]);
        }
    }

    #[test]
    fn a_header_is_ascii_and_bounded() {
        let mut warning = Object::new();
        warning.push("message", "Ñandú 🦤\u{7f}\n");
        warning.push("replacement", "x".repeat(100));
        let text = header_value(warning.clone());
        assert_eq!(Json::parse(text.as_bytes(), Mode::Strict).unwrap(), Json::Object(warning.clone()));
        assert!(axum::http::HeaderValue::from_str(&text).unwrap().to_str().is_ok());
        warning.insert("replacement", "ñ".repeat(2000));
        let text = header_value(warning);
        assert!(text.len() <= LONGEST_HEADER && text.contains("\"replacement\":null"), "{text}");
    }
}
