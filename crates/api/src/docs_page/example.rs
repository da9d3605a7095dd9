//! Example values: what the document gives, else made from the schema.

use super::document::Document;
use super::schema::{Shape, list};
use serde_json::{Map, Value, json};

/// Deeper than this objects are left empty.
const MAX_DEPTH: usize = 6;

/// Which way the example goes: a request leaves out what only answers carry, and the other way round.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    Request,
    Answer,
}

/// The example of a media type: its `example`, the first of its `examples`, or one made from its schema.
pub(super) fn of_content<'a>(document: &Document<'a>, content: &'a Value, direction: Direction) -> Value {
    if !content["example"].is_null() {
        return content["example"].clone();
    }
    if let Some(first) = content["examples"].as_object().and_then(|examples| examples.values().next()) {
        let value = &document.resolve(first)["value"];
        if !value.is_null() {
            return value.clone();
        }
    }
    of_schema(document, &content["schema"], direction)
}

pub(super) fn of_schema<'a>(document: &Document<'a>, schema: &'a Value, direction: Direction) -> Value {
    Maker { document, direction, open: Vec::new() }.make(schema, 0)
}

struct Maker<'d, 'a> {
    document: &'d Document<'a>,
    direction: Direction,
    /// The named schemas being made, so that a circle ends.
    open: Vec<&'a str>,
}

impl<'a> Maker<'_, 'a> {
    fn make(&mut self, schema: &'a Value, depth: usize) -> Value {
        let shape = Shape::of(self.document, schema);
        if let Some(given) = given(&shape) {
            return given;
        }
        let circle = shape.names.iter().any(|name| self.open.contains(name));
        if circle || depth > MAX_DEPTH {
            return if shape.is("array") { json!([]) } else { Value::Null };
        }
        let before = self.open.len();
        self.open.extend(&shape.names);
        let made = self.of_shape(&shape, depth);
        self.open.truncate(before);
        made
    }

    fn of_shape(&mut self, shape: &Shape<'a>, depth: usize) -> Value {
        if !shape.properties().is_empty() {
            return self.object(shape, depth);
        }
        if let Some(first) = shape.variants().first() {
            return self.make(first, depth + 1);
        }
        match shape.types().first().copied() {
            Some("object") => self.object(shape, depth),
            Some("array") => {
                let items = shape.get("items");
                if items.is_null() { json!([]) } else { json!([self.make(items, depth + 1)]) }
            }
            Some("integer" | "number") => shape.get("minimum").as_i64().unwrap_or(1).max(1).into(),
            Some("boolean") => true.into(),
            Some("string") => string(shape).into(),
            _ => Value::Null,
        }
    }

    /// A request shows what must be given and what the document gives an example of; if that is nothing, all.
    fn object(&mut self, shape: &Shape<'a>, depth: usize) -> Value {
        let (hidden, all) = match self.direction {
            Direction::Request => ("readOnly", false),
            Direction::Answer => ("writeOnly", true),
        };
        let properties: Vec<_> = shape
            .properties()
            .into_iter()
            .map(|(name, schema, required)| (name, schema, required, Shape::of(self.document, schema)))
            .filter(|(.., inner)| *inner.get(hidden) != true && *inner.get("deprecated") != true)
            .collect();
        let shown = |required: bool, inner: &Shape| required || inner.has("example") || inner.has("examples");
        let any = properties.iter().any(|(_, _, required, inner)| shown(*required, inner));
        let mut made = Map::new();
        for (name, schema, required, inner) in properties {
            if all || !any || shown(required, &inner) {
                made.insert(name.to_owned(), self.make(schema, depth + 1));
            }
        }
        if made.is_empty()
            && let Some(schema) = shape.other_keys()
        {
            made.insert("key".to_owned(), self.make(schema, depth + 1));
        }
        made.into()
    }
}

/// What the schema itself offers as a value.
fn given(shape: &Shape) -> Option<Value> {
    let first = |key: &str| list(shape.get(key)).first().cloned();
    [Some(shape.get("example").clone()), first("examples"), Some(shape.get("const").clone())]
        .into_iter()
        .flatten()
        .chain([shape.get("default").clone()])
        .chain(first("enum"))
        .find(|value| !value.is_null())
}

fn string(shape: &Shape) -> String {
    match shape.get("format").as_str() {
        Some("uuid") => "0199d3c0-7a4e-7b52-9c1f-3f6f2a8e4d10",
        Some("date-time") => "2026-03-14T15:09:26.535Z",
        Some("date") => "2026-03-14",
        Some("time") => "15:09:26Z",
        Some("email") => "ana.rojas@example.com",
        Some("uri" | "url" | "uri-reference") => "https://example.com/",
        Some("binary" | "byte") => "…",
        _ => "string",
    }
    .to_owned()
}
