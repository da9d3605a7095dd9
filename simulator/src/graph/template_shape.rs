//! Which templates can be made: names, lengths, buttons, variables and their examples.

use serde_json::{Map, Value};

use super::Result;
use super::error::GraphError;

pub(crate) const CATEGORIES: &[&str] = &["AUTHENTICATION", "MARKETING", "UTILITY"];
const BUTTONS: &[&str] = &[
    "CATALOG",
    "COPY_CODE",
    "FLOW",
    "MPM",
    "OTP",
    "PHONE_NUMBER",
    "QUICK_REPLY",
    "REQUEST_CONTACT_INFO",
    "SPM",
    "URL",
    "VOICE_CALL",
];
/// What is wrong with a body, a header, a footer, as Meta numbers it.
const HEADER: i64 = 2_388_047;
const BODY: i64 = 2_388_072;
const FOOTER: i64 = 2_388_073;
const LENGTH: i64 = 2_388_040;
const VARIABLE_AT_EDGE: i64 = 2_388_299;
const TOO_MANY_VARIABLES: i64 = 2_388_293;

pub(super) struct Shape {
    pub(super) name: String,
    pub(super) language: String,
    pub(super) category: String,
    pub(super) named: bool,
    pub(super) components: Vec<Value>,
}

/// The variables of a text, in order, each once: `1`, `2`, … or names.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let after = &rest[start + 2..];
        let Some(end) = after.find("}}") else { break };
        let name = after[..end].trim();
        if !found.contains(&name) {
            found.push(name);
        }
        rest = &after[end + 2..];
    }
    found
}

pub(super) fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

pub(super) fn check(parameters: &Map<String, Value>) -> Result<Shape> {
    let required = |key: &str| {
        parameters
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| GraphError::parameter(&format!("The parameter {key} is required.")))
    };
    let name = required("name")?;
    let letters = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if name.len() > 512 || !letters {
        return Err(GraphError::parameter("Param name must be at most 512 of a-z, 0-9 and _"));
    }
    let language = required("language")?;
    if language.len() > 10 || !language.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_') {
        return Err(GraphError::parameter("Param language must be a code such as es_CL"));
    }
    let category = required("category")?.to_ascii_uppercase();
    if !CATEGORIES.contains(&category.as_str()) {
        return Err(GraphError::parameter(&format!("Param category must be one of {{{}}}", CATEGORIES.join(", "))));
    }
    let named = match parameters.get("parameter_format").and_then(Value::as_str) {
        None => false,
        Some(format) if format.eq_ignore_ascii_case("POSITIONAL") => false,
        Some(format) if format.eq_ignore_ascii_case("NAMED") => true,
        Some(_) => return Err(GraphError::parameter("Param parameter_format must be one of {NAMED, POSITIONAL}")),
    };
    let Some(Value::Array(components)) = parameters.get("components") else {
        return Err(GraphError::parameter("The parameter components is required."));
    };
    let components = checked(components, &category, named)?;
    Ok(Shape { name, language, category, named, components })
}

fn checked(components: &[Value], category: &str, named: bool) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut has_body = false;
    for component in components {
        let mut component = component.clone();
        let kind = text(&component, "type").unwrap_or_default().to_ascii_uppercase();
        match kind.as_str() {
            "HEADER" => header(&component, named)?,
            "BODY" => {
                has_body = true;
                // The body of authentication templates is Meta's.
                if category == "AUTHENTICATION" {
                    component["text"] = Value::from("*{{1}}* is your verification code.");
                } else {
                    body(&component, named)?;
                }
            }
            "FOOTER" => {
                let text = text(&component, "text");
                let by_meta = component.get("code_expiration_minutes").is_some();
                if !by_meta && text.is_none_or(|text| text.is_empty() || text.chars().count() > 60) {
                    return Err(GraphError::template(FOOTER, "Footer", "A footer has 1 to 60 characters."));
                }
                if text.is_some_and(|text| !variables(text).is_empty()) {
                    return Err(GraphError::template(FOOTER, "Footer", "A footer has no variables."));
                }
            }
            "BUTTONS" => buttons(&component)?,
            "CAROUSEL" => carousel(&mut component, category, named)?,
            "LIMITED_TIME_OFFER" | "CALL_PERMISSION_REQUEST" => {}
            _ => return Err(GraphError::parameter(&format!("Unknown component type {kind:?}"))),
        }
        component["type"] = Value::from(kind);
        all.push(component);
    }
    if has_body {
        Ok(all)
    } else {
        Err(GraphError::template(BODY, "Body", "A template needs a component of type BODY."))
    }
}

fn header(component: &Value, named: bool) -> Result<()> {
    let wrong = |text: &str| Err(GraphError::template(HEADER, "Header", text));
    let example = component.get("example");
    match text(component, "format").unwrap_or_default().to_ascii_uppercase().as_str() {
        "TEXT" => {
            let Some(text) = text(component, "text").filter(|text| !text.is_empty()) else {
                return wrong("A header of format TEXT needs a text.");
            };
            if text.chars().count() > 60 {
                return wrong("A header has at most 60 characters.");
            }
            match variables(text).len() {
                0 => Ok(()),
                1 => {
                    let key = if named { "header_text_named_params" } else { "header_text" };
                    if example.and_then(|example| example.get(key)).is_some() {
                        Ok(())
                    } else {
                        wrong(&format!("The variable of the header needs example.{key}."))
                    }
                }
                _ => wrong("A header has at most one variable."),
            }
        }
        "IMAGE" | "VIDEO" | "DOCUMENT" | "GIF" => {
            if example.and_then(|example| example.get("header_handle")).is_some_and(Value::is_array) {
                Ok(())
            } else {
                wrong("A header with a medium needs example.header_handle of an upload.")
            }
        }
        "LOCATION" | "PRODUCT" => Ok(()),
        _ => wrong("The format of a header is TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION."),
    }
}

fn body(component: &Value, named: bool) -> Result<()> {
    let wrong = |code: i64, text: &str| Err(GraphError::template(code, "Body", text));
    let Some(text) = text(component, "text").filter(|text| !text.trim().is_empty()) else {
        return wrong(BODY, "A body needs a text.");
    };
    if text.chars().count() > 1024 {
        return wrong(LENGTH, "A body has at most 1024 characters.");
    }
    let variables = variables(text);
    if variables.is_empty() {
        return Ok(());
    }
    let trimmed = text.trim();
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        return wrong(VARIABLE_AT_EDGE, "A body neither begins nor ends with a variable.");
    }
    let words = text.split_whitespace().count();
    if words < 2 * variables.len() + 1 {
        return wrong(TOO_MANY_VARIABLES, "There are too many variables for so short a text.");
    }
    for (at, name) in variables.iter().enumerate() {
        let good = if named {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        } else {
            name.parse() == Ok(at + 1)
        };
        if !good {
            return wrong(BODY, &format!("The variable {{{{{name}}}}} does not fit parameter_format."));
        }
    }
    let key = if named { "body_text_named_params" } else { "body_text" };
    let examples = component.get("example").and_then(|example| example.get(key));
    let count = match examples {
        Some(Value::Array(list)) if named => list.len(),
        Some(Value::Array(list)) => list.first().and_then(Value::as_array).map_or(0, Vec::len),
        _ => 0,
    };
    if count == variables.len() {
        Ok(())
    } else {
        wrong(BODY, &format!("Each variable needs an example in example.{key}."))
    }
}

fn buttons(component: &Value) -> Result<()> {
    let wrong = |text: &str| Err(GraphError::parameter(text));
    let Some(buttons) = component.get("buttons").and_then(Value::as_array).filter(|list| !list.is_empty()) else {
        return wrong("A component of type BUTTONS needs buttons");
    };
    if buttons.len() > 10 {
        return wrong("A template has at most 10 buttons");
    }
    let kinds: Vec<String> =
        buttons.iter().map(|button| text(button, "type").unwrap_or_default().to_ascii_uppercase()).collect();
    for (kind, most) in [("URL", 2), ("PHONE_NUMBER", 1), ("COPY_CODE", 1), ("FLOW", 1)] {
        if kinds.iter().filter(|known| *known == kind).count() > most {
            return wrong(&format!("A template has at most {most} buttons of type {kind}"));
        }
    }
    for (button, kind) in buttons.iter().zip(&kinds) {
        if !BUTTONS.contains(&kind.as_str()) {
            return wrong(&format!("Unknown button type {kind:?}"));
        }
        let label = text(button, "text");
        if matches!(kind.as_str(), "QUICK_REPLY" | "URL" | "PHONE_NUMBER")
            && label.is_none_or(|label| label.is_empty() || label.chars().count() > 25)
        {
            return wrong("The text of a button has 1 to 25 characters");
        }
        match kind.as_str() {
            "URL" => {
                let Some(url) = text(button, "url") else { return wrong("A URL button needs a url") };
                let variables = variables(url);
                if variables.len() > 1 || (variables.len() == 1 && !url.trim_end().ends_with("}}")) {
                    return wrong("The url of a button has at most one variable, at its end");
                }
                if variables.len() == 1 && button.get("example").is_none() {
                    return wrong("The variable of a url needs an example");
                }
            }
            "PHONE_NUMBER" if text(button, "phone_number").is_none() => {
                return wrong("A PHONE_NUMBER button needs a phone_number");
            }
            "COPY_CODE" if button.get("example").is_none() => return wrong("A COPY_CODE button needs an example"),
            _ => {}
        }
    }
    Ok(())
}

fn carousel(component: &mut Value, category: &str, named: bool) -> Result<()> {
    let cards = component.get_mut("cards").and_then(Value::as_array_mut);
    let Some(cards) = cards.filter(|cards| (2..=10).contains(&cards.len())) else {
        return Err(GraphError::parameter("A carousel has 2 to 10 cards"));
    };
    for card in cards {
        let Some(Value::Array(components)) = card.get("components") else {
            return Err(GraphError::parameter("Each card of a carousel has components"));
        };
        let components = checked(components, category, named)?;
        card["components"] = Value::Array(components);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_count_once() {
        assert_eq!(variables("Hola {{1}}, {{2}} y {{ 1 }}"), ["1", "2"]);
        assert_eq!(variables("Hola {{nombre}}"), ["nombre"]);
        assert_eq!(variables("sin {{ nada"), Vec::<&str>::new());
    }
}
