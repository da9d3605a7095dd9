//! Interactive messages: buttons, lists, links, requests, flows, products.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Result;
use super::content::{list, medium, object, optional_text, text};
use super::error::{GraphError, invalid, missing};
use crate::world::World;

const KINDS: &[&str] = &[
    "address_message",
    "button",
    "call_permission_request",
    "carousel",
    "catalog_message",
    "contact_request",
    "cta_url",
    "flow",
    "list",
    "location_request_message",
    "product",
    "product_list",
    "voice_call",
];

pub(super) fn check(world: &World, number: &str, interactive: &Map<String, Value>) -> Result<()> {
    let kind = text(interactive, "type", "interactive.type", 100)?;
    if !KINDS.contains(&kind) {
        return Err(invalid("interactive.type", &format!("must be one of {}", KINDS.join(", "))));
    }
    let body_needed = !matches!(kind, "product" | "call_permission_request");
    match interactive.get("body") {
        None if !body_needed => {}
        body => {
            let most = if kind == "list" { 4096 } else { 1024 };
            text(object(body, "interactive.body")?, "text", "interactive.body.text", most)?;
        }
    }
    if let Some(footer) = interactive.get("footer") {
        text(object(Some(footer), "interactive.footer")?, "text", "interactive.footer.text", 60)?;
    }
    if let Some(given) = interactive.get("header") {
        header(world, number, kind, object(Some(given), "interactive.header")?)?;
    }
    if kind == "call_permission_request" && !interactive.contains_key("action") {
        return Err(missing("interactive.action"));
    }
    let action = object(interactive.get("action"), "interactive.action")?;
    match kind {
        "button" => buttons(list(action.get("buttons"), "interactive.action.buttons")?),
        "list" => {
            text(action, "button", "interactive.action.button", 20)?;
            sections(list(action.get("sections"), "interactive.action.sections")?)
        }
        "cta_url" => cta_url(action),
        "location_request_message" => named(action, "send_location"),
        "contact_request" => named(action, "request_contact_info"),
        "call_permission_request" => named(action, "call_permission_request"),
        "address_message" => named(action, "address_message"),
        "flow" => flow(action),
        "product" => {
            text(action, "catalog_id", "interactive.action.catalog_id", 100)?;
            text(action, "product_retailer_id", "interactive.action.product_retailer_id", 100).map(|_| ())
        }
        "product_list" => {
            text(action, "catalog_id", "interactive.action.catalog_id", 100)?;
            list(action.get("sections"), "interactive.action.sections").map(|_| ())
        }
        _ => Ok(()),
    }
}

fn header(world: &World, number: &str, kind: &str, header: &Map<String, Value>) -> Result<()> {
    let format = text(header, "type", "interactive.header.type", 20)?;
    match format {
        "text" => text(header, "text", "interactive.header.text", 60).map(|_| ()),
        _ if matches!(kind, "list" | "product_list") => {
            Err(invalid("interactive.header.type", &format!("must be text for {kind}")))
        }
        "image" | "video" | "document" => {
            let path = format!("interactive.header.{format}");
            medium(world, number, format, object(header.get(format), &path)?, &path)
        }
        _ => Err(invalid("interactive.header.type", "must be one of text, image, video, document")),
    }
}

fn named(action: &Map<String, Value>, name: &str) -> Result<()> {
    if text(action, "name", "interactive.action.name", 100)? == name {
        Ok(())
    } else {
        Err(invalid("interactive.action.name", &format!("must be {name}")))
    }
}

fn buttons(buttons: &[Value]) -> Result<()> {
    if buttons.len() > 3 {
        return Err(GraphError::coded(
            131_009,
            "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3",
        ));
    }
    let (mut ids, mut titles) = (HashSet::new(), HashSet::new());
    for (at, button) in buttons.iter().enumerate() {
        let path = format!("interactive.action.buttons[{at}]");
        let button = object(Some(button), &path)?;
        if text(button, "type", &format!("{path}.type"), 20)? != "reply" {
            return Err(invalid(&format!("{path}.type"), "must be reply"));
        }
        let reply = object(button.get("reply"), &format!("{path}.reply"))?;
        let id = text(reply, "id", &format!("{path}.reply.id"), 256)?;
        let title = text(reply, "title", &format!("{path}.reply.title"), 20)?;
        if !ids.insert(id) {
            return Err(invalid(&format!("{path}.reply.id"), &format!("is there twice: {id}")));
        }
        if !titles.insert(title) {
            return Err(invalid(&format!("{path}.reply.title"), &format!("is there twice: {title}")));
        }
    }
    Ok(())
}

fn sections(sections: &[Value]) -> Result<()> {
    if sections.len() > 10 {
        return Err(invalid("interactive.action.sections", "must have at most 10 elements"));
    }
    let mut ids = HashSet::new();
    for (at, section) in sections.iter().enumerate() {
        let path = format!("interactive.action.sections[{at}]");
        let section = object(Some(section), &path)?;
        let title = optional_text(section, "title", &format!("{path}.title"), 24)?;
        if title.is_none() && sections.len() > 1 {
            return Err(missing(&format!("{path}.title")));
        }
        for (at, row) in list(section.get("rows"), &format!("{path}.rows"))?.iter().enumerate() {
            let path = format!("{path}.rows[{at}]");
            let row = object(Some(row), &path)?;
            let id = text(row, "id", &format!("{path}.id"), 200)?;
            text(row, "title", &format!("{path}.title"), 24)?;
            optional_text(row, "description", &format!("{path}.description"), 72)?;
            if !ids.insert(id) {
                return Err(invalid(&format!("{path}.id"), &format!("is there twice: {id}")));
            }
        }
    }
    if ids.len() > 10 {
        return Err(GraphError::coded(131_009, "Total row count exceed max allowed count: 10"));
    }
    Ok(())
}

fn cta_url(action: &Map<String, Value>) -> Result<()> {
    named(action, "cta_url")?;
    let parameters = object(action.get("parameters"), "interactive.action.parameters")?;
    text(parameters, "display_text", "interactive.action.parameters.display_text", 20)?;
    let url = text(parameters, "url", "interactive.action.parameters.url", 2000)?;
    if url.starts_with("https://") || url.starts_with("http://") {
        Ok(())
    } else {
        Err(invalid("interactive.action.parameters.url", "must be a URL"))
    }
}

fn flow(action: &Map<String, Value>) -> Result<()> {
    named(action, "flow")?;
    let parameters = object(action.get("parameters"), "interactive.action.parameters")?;
    text(parameters, "flow_message_version", "interactive.action.parameters.flow_message_version", 10)?;
    text(parameters, "flow_cta", "interactive.action.parameters.flow_cta", 30)?;
    if parameters.contains_key("flow_id") == parameters.contains_key("flow_name") {
        return Err(invalid("interactive.action.parameters", "must have either flow_id or flow_name"));
    }
    Ok(())
}
