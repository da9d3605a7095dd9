//! Sending a template: it is there, approved, and gets exactly what it asks for.

use serde_json::{Map, Value};

use super::Result;
use super::content::{list, location, medium, object, text};
use super::error::{GraphError, invalid, missing};
use super::template_shape::{self, variables};
use super::templates::Template;
use crate::webhook::inbound::index_of;
use crate::world::World;

pub(super) struct Checked {
    pub(super) category: String,
    /// The definition's buttons, in order.
    pub(super) buttons: Value,
}

/// Where and for which template parameters are looked at.
struct At<'a> {
    world: &'a World,
    number: &'a str,
    named: bool,
}

pub(super) fn check(world: &World, number: &str, body: &Map<String, Value>, by_user_id: bool) -> Result<Checked> {
    let given = object(body.get("template"), "template")?;
    let name = text(given, "name", "template.name", 512)?;
    let language = object(given.get("language"), "template.language")?;
    let code = text(language, "code", "template.language.code", 10)?;
    let waba = world.numbers.get(number).map_or("", |state| state.number.waba_id.as_str());
    let unknown = || GraphError::coded(132_001, format!("template name ({name}) does not exist in {code}"));
    let template = world.templates.find(waba, name, code).ok_or_else(unknown)?;
    match template.status.as_str() {
        "APPROVED" | "FLAGGED" => {}
        "PAUSED" => return Err(GraphError::coded(132_015, format!("template {name} is paused"))),
        "DISABLED" => return Err(GraphError::coded(132_016, format!("template {name} is disabled"))),
        _ => return Err(unknown()),
    }
    if by_user_id && template.category == "AUTHENTICATION" {
        return Err(GraphError::coded(131_062, "Authentication templates go to phone numbers only"));
    }
    let components = match given.get("components") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(list)) => list.as_slice(),
        Some(_) => return Err(invalid("template.components", "must be a list")),
    };
    let at = At { world, number, named: template.named };
    check_components(&at, template, &template.components, components, "")?;
    let buttons = of_type(&template.components, "BUTTONS").and_then(|buttons| buttons.get("buttons")).cloned();
    Ok(Checked { category: template.category.clone(), buttons: buttons.unwrap_or_default() })
}

fn of_type<'a>(components: &'a [Value], kind: &str) -> Option<&'a Value> {
    components.iter().find(|component| is_type(component, kind))
}

fn is_type(component: &Value, kind: &str) -> bool {
    template_shape::text(component, "type").is_some_and(|known| known.eq_ignore_ascii_case(kind))
}

fn parameters(component: Option<&Value>) -> &[Value] {
    component.and_then(|component| component.get("parameters")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn check_components(at: &At<'_>, template: &Template, wanted: &[Value], given: &[Value], path: &str) -> Result<()> {
    for component in given {
        let known = ["header", "body", "button", "footer", "carousel", "limited_time_offer", "order_status"];
        if !known.iter().any(|kind| is_type(component, kind)) {
            return Err(invalid("template.components[].type", &format!("must be one of {}", known.join(", "))));
        }
    }
    check_header(at, of_type(wanted, "HEADER"), parameters(of_type(given, "header")), path)?;
    let body = of_type(wanted, "BODY").and_then(|body| template_shape::text(body, "text")).unwrap_or_default();
    let texts = check_texts(at, body, parameters(of_type(given, "body")), &format!("{path}body"))?;
    if template.category == "AUTHENTICATION" && texts.iter().any(|text| text.chars().count() > 15) {
        return Err(GraphError::coded(132_005, "An authentication code has at most 15 characters"));
    }
    let filled = body.chars().count() + texts.iter().map(|text| text.chars().count()).sum::<usize>();
    if filled > 1024 + 8 * texts.len() {
        return Err(GraphError::coded(132_005, format!("{path}body: the text with its parameters is too long")));
    }
    check_buttons(of_type(wanted, "BUTTONS"), given, path)?;
    check_carousel(at, template, of_type(wanted, "CAROUSEL"), of_type(given, "carousel"))
}

fn check_header(at: &At<'_>, wanted: Option<&Value>, given: &[Value], path: &str) -> Result<()> {
    let Some(wanted) = wanted else {
        return if given.is_empty() { Ok(()) } else { Err(count(&format!("{path}header"), given.len(), 0)) };
    };
    let format = template_shape::text(wanted, "format").unwrap_or("TEXT").to_ascii_lowercase();
    if format == "text" {
        let text = template_shape::text(wanted, "text").unwrap_or_default();
        return check_texts(at, text, given, &format!("{path}header")).map(|_| ());
    }
    let kind = given.first().and_then(|parameter| template_shape::text(parameter, "type")).unwrap_or("unknown");
    if given.len() != 1 || kind != format {
        let details = format!(
            "{path}header: Format mismatch, expected {}, received {}",
            format.to_ascii_uppercase(),
            kind.to_ascii_uppercase()
        );
        return Err(GraphError::coded(132_012, details));
    }
    let path = format!("template.components[].parameters[0].{format}");
    let object = object(given[0].get(&format), &path)?;
    match format.as_str() {
        "image" | "video" | "document" => medium(at.world, at.number, &format, object, &path),
        "location" => location(object, &path),
        _ => Ok(()),
    }
}

fn count(place: &str, got: usize, wanted: usize) -> GraphError {
    let details = format!(
        "{place}: number of localizable_params ({got}) does not match the expected number of params ({wanted})"
    );
    GraphError::coded(132_000, details)
}

/// The texts for the variables of a text; each is there, of a kind that is text, without what Meta forbids.
fn check_texts<'a>(at: &At<'_>, wanted: &str, given: &'a [Value], place: &str) -> Result<Vec<&'a str>> {
    let names = variables(wanted);
    if given.len() != names.len() {
        return Err(count(place, given.len(), names.len()));
    }
    let mut texts = Vec::new();
    for parameter in given {
        let kind = template_shape::text(parameter, "type").unwrap_or_default();
        let text = match kind {
            "text" => template_shape::text(parameter, "text"),
            "currency" => parameter.pointer("/currency/fallback_value").and_then(Value::as_str),
            "date_time" => parameter.pointer("/date_time/fallback_value").and_then(Value::as_str),
            _ => {
                let kind = kind.to_ascii_uppercase();
                let details = format!("{place}: Format mismatch, expected TEXT, received {kind}");
                return Err(GraphError::coded(132_012, details));
            }
        };
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Err(missing(&format!("{place}: a parameter of type {kind} is missing its text value")));
        };
        if text.contains(['\n', '\t']) || text.contains("     ") {
            let details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
            return Err(GraphError::coded(132_008, format!("{place}: {details}")));
        }
        match (at.named, template_shape::text(parameter, "parameter_name")) {
            (true, Some(name)) if names.contains(&name) => {}
            (true, name) => {
                let details =
                    format!("{place}: parameter_name {:?} is none of {}", name.unwrap_or(""), names.join(", "));
                return Err(GraphError::coded(132_012, details));
            }
            (false, Some(name)) => {
                let details = format!("{place}: parameter_name {name:?} for a template of positional parameters");
                return Err(GraphError::coded(132_012, details));
            }
            (false, None) => {}
        }
        texts.push(text);
    }
    if at.named {
        let mut given: Vec<_> = given.iter().filter_map(|p| template_shape::text(p, "parameter_name")).collect();
        given.sort_unstable();
        given.dedup();
        if given.len() != names.len() {
            return Err(GraphError::coded(132_012, format!("{place}: a parameter_name is there twice")));
        }
    }
    Ok(texts)
}

fn check_buttons(wanted: Option<&Value>, given: &[Value], path: &str) -> Result<()> {
    let buttons =
        wanted.and_then(|wanted| wanted.get("buttons")).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let given: Vec<&Value> = given.iter().filter(|component| is_type(component, "button")).collect();
    for component in &given {
        let index = component.get("index").and_then(index_of);
        let Some(button) = index.and_then(|index| buttons.get(index)) else {
            let details = format!(
                "{path}buttons: there is no button at index {}",
                component.get("index").unwrap_or(&Value::Null)
            );
            return Err(GraphError::coded(131_009, details));
        };
        let kind = template_shape::text(button, "type").unwrap_or_default().to_ascii_lowercase();
        let sub_type = template_shape::text(component, "sub_type").unwrap_or_default().to_ascii_lowercase();
        // One-time passwords are sent as links.
        if sub_type != kind && !(kind == "otp" && sub_type == "url") && sub_type != "voice_call" {
            let details =
                format!("{path}buttons: the button at index {} is of type {kind}, not {sub_type}", index.unwrap_or(0));
            return Err(GraphError::coded(131_009, details));
        }
    }
    for (index, button) in buttons.iter().enumerate() {
        let component = given.iter().find(|component| component.get("index").and_then(index_of) == Some(index));
        let parameter = component.and_then(|component| component.pointer("/parameters/0"));
        let kind = template_shape::text(button, "type").unwrap_or_default().to_ascii_uppercase();
        let needs = match kind.as_str() {
            "URL" => {
                template_shape::text(button, "url").is_some_and(|url| !variables(url).is_empty()).then_some("text")
            }
            "COPY_CODE" => Some("coupon_code"),
            "OTP" => Some("text"),
            _ => None,
        };
        let Some(key) = needs else {
            if kind == "URL" && parameter.is_some() {
                return Err(count(&format!("{path}buttons: url"), 1, 0));
            }
            if let Some(payload) = parameter.and_then(|parameter| template_shape::text(parameter, "payload"))
                && payload.chars().count() > 256
            {
                return Err(invalid(&format!("{path}buttons[{index}].payload"), "must be at most 256 characters long"));
            }
            continue;
        };
        if parameter.and_then(|parameter| template_shape::text(parameter, key)).is_none_or(str::is_empty) {
            let kind = kind.to_ascii_lowercase();
            let details = format!("{path}buttons: Button at index {index} of type {kind} requires a parameter");
            return Err(GraphError::coded(131_008, details));
        }
    }
    Ok(())
}

fn check_carousel(at: &At<'_>, template: &Template, wanted: Option<&Value>, given: Option<&Value>) -> Result<()> {
    let Some(wanted) = wanted.and_then(|wanted| wanted.get("cards")).and_then(Value::as_array) else {
        return match given {
            None => Ok(()),
            Some(_) => Err(GraphError::coded(132_012, "carousel: the template has none")),
        };
    };
    let cards = list(given.and_then(|given| given.get("cards")), "template.components: carousel.cards")?;
    if cards.len() != wanted.len() {
        return Err(count("carousel", cards.len(), wanted.len()));
    }
    for (at_card, definition) in wanted.iter().enumerate() {
        let card = cards.iter().find(|card| card.get("card_index").and_then(index_of) == Some(at_card));
        let Some(card) = card else { return Err(missing(&format!("carousel: card_index {at_card}"))) };
        let given = card.get("components").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let definition = definition.get("components").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        check_components(at, template, definition, given, &format!("card {at_card}: "))?;
    }
    Ok(())
}
