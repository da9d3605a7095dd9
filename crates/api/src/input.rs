//! Reading requests. An input says once, in one place, which members it has, of what kind, and what they mean: run over
//! a request it gives typed values and *all* that is wrong at once; run without one it gives the JSON Schema of the
//! OpenAPI document. So what is documented is what is read.

use crm::FieldError;
use serde_json::{Map, Value, json};
use structuring::Json;
use structuring::json::{Object, escape_pointer};

use crate::kinds::Kind;

/// A request body or the query of an operation.
pub trait Input: Sized {
    /// Reads every member before it answers, so that every problem is found; none where a required one is missing.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;
}

/// No members at all.
#[derive(Debug)]
pub struct Nothing;

impl Input for Nothing {
    fn read(_: &mut Fields<'_>) -> Option<Self> {
        Some(Nothing)
    }
}

/// One value as it came.
#[derive(Debug, Clone, Copy)]
pub enum Raw<'a> {
    Json(&'a Json),
    /// From the query or a form, where everything is text.
    Text(&'a str),
}

/// Which surface the request came in by; they differ in how strict they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Unknown members are ignored; absent, null and "" are the same.
    Compatible,
    /// Unknown members are refused; null says "remove" where that has a meaning.
    Strict,
}

enum Source<'a> {
    Object(&'a Object),
    Pairs(&'a [(String, String)]),
    Describe,
}

pub struct Fields<'a> {
    source: Source<'a>,
    style: Style,
    base: String,
    pub problems: Vec<FieldError>,
    known: Vec<&'static str>,
    open: bool,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    fn new(source: Source<'a>, style: Style, base: String) -> Self {
        Fields {
            source,
            style,
            base,
            problems: Vec::new(),
            known: Vec::new(),
            open: false,
            properties: Map::new(),
            required: Vec::new(),
        }
    }

    pub fn object(object: &'a Object, style: Style, base: impl Into<String>) -> Self {
        let mut fields = Fields::new(Source::Object(object), style, base.into());
        if let Some(key) = object.has_duplicate() {
            let at = fields.pointer(key);
            fields.problems.push(FieldError::new(
                at,
                "duplicate_key",
                format!("`{key}` is there twice; send it once."),
            ));
        }
        fields
    }

    pub fn query(pairs: &'a [(String, String)], style: Style) -> Self {
        Fields::new(Source::Pairs(pairs), style, String::new())
    }

    /// Says what the members are instead of reading them.
    pub fn describe(style: Style) -> Self {
        Fields::new(Source::Describe, style, String::new())
    }

    pub fn describes(&self) -> bool {
        matches!(self.source, Source::Describe)
    }

    /// `/base/name` for bodies, `?name` for queries.
    pub fn pointer(&self, name: &str) -> String {
        match self.source {
            Source::Pairs(_) => format!("?{name}"),
            _ => {
                let mut at = self.base.clone();
                escape_pointer(&mut at, name);
                at
            }
        }
    }

    pub fn problem(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        let at = self.pointer(name);
        self.problems.push(FieldError::new(at, code, message));
    }

    fn raw(&self, name: &str) -> Option<Raw<'a>> {
        match &self.source {
            Source::Object(object) => object.get(name).map(Raw::Json),
            Source::Pairs(pairs) => pairs.iter().rev().find(|(key, _)| key == name).map(|(_, v)| Raw::Text(v)),
            Source::Describe => None,
        }
    }

    fn declare(&mut self, name: &'static str, kind: &impl Kind, about: &str, required: bool, nullable: bool) {
        self.known.push(name);
        if !self.describes() {
            return;
        }
        let mut schema = kind.schema();
        if nullable || (!required && self.style == Style::Compatible) {
            schema = nullable_schema(schema);
        }
        if let Some(schema) = schema.as_object_mut()
            && !about.is_empty()
        {
            schema.insert("description".into(), about.into());
        }
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name);
        }
    }

    /// Whether a member says something: absent, null and "" say nothing.
    fn said(raw: Option<Raw<'a>>) -> Option<Raw<'a>> {
        match raw {
            None | Some(Raw::Json(Json::Null) | Raw::Text("")) => None,
            Some(Raw::Json(Json::String(text))) if text.is_empty() => None,
            said => said,
        }
    }

    fn parse<K: Kind>(&mut self, name: &str, raw: Raw<'a>, kind: &K) -> Option<K::Out> {
        let at = self.pointer(name);
        kind.read(raw, &at, &mut self.problems)
    }

    pub fn required<K: Kind>(&mut self, name: &'static str, kind: K, about: &str) -> Option<K::Out> {
        self.declare(name, &kind, about, true, false);
        if self.describes() {
            return None;
        }
        match Self::said(self.raw(name)) {
            Some(raw) => self.parse(name, raw, &kind),
            None => {
                self.problem(name, "required", format!("`{name}` is required: {}.", kind.expected()));
                None
            }
        }
    }

    /// Absent and empty are none. On the strict surface null is refused, where `nullable` would take it.
    pub fn optional<K: Kind>(&mut self, name: &'static str, kind: K, about: &str) -> Option<K::Out> {
        self.declare(name, &kind, about, false, false);
        match (self.style, self.raw(name)) {
            (Style::Strict, Some(raw)) if !matches!(raw, Raw::Text("")) => self.parse(name, raw, &kind),
            (_, raw) => {
                let raw = Self::said(raw)?;
                self.parse(name, raw, &kind)
            }
        }
    }

    /// Three states: absent (none), null (some none), a value.
    pub fn nullable<K: Kind>(&mut self, name: &'static str, kind: K, about: &str) -> Option<Option<K::Out>> {
        self.declare(name, &kind, about, false, true);
        match self.raw(name)? {
            Raw::Json(Json::Null) => Some(None),
            raw => self.parse(name, raw, &kind).map(Some),
        }
    }

    /// Any member may come: all those not declared are handed out as they are. In a query, all pairs.
    pub fn rest(&mut self) -> Vec<(String, Json)> {
        self.open = true;
        match &self.source {
            Source::Object(object) => object
                .iter()
                .filter(|(key, _)| !self.known.contains(key))
                .map(|(key, value)| (key.to_owned(), value.clone()))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What is wrong, once everything was read.
    pub fn finish(mut self) -> Vec<FieldError> {
        if self.style == Style::Strict && !self.open {
            let unknown: Vec<String> = match &self.source {
                Source::Object(object) => object.keys().map(str::to_owned).collect(),
                Source::Pairs(pairs) => pairs.iter().map(|(key, _)| key.clone()).collect(),
                Source::Describe => Vec::new(),
            };
            let known = self.known.clone();
            for key in unknown.into_iter().filter(|key| !known.contains(&key.as_str())) {
                let message = format!("`{}` is not known here. Known: {}.", shortened(&key), known.join(", "));
                self.problem(&key, "unknown_key", message);
            }
        }
        self.problems
    }

    /// The JSON Schema of an object with these members.
    pub fn into_schema(self) -> Value {
        let mut schema = json!({"type": "object", "properties": self.properties});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        if self.style == Style::Strict && !self.open {
            schema["additionalProperties"] = json!(false);
        }
        schema
    }

    /// The members as OpenAPI query parameters.
    pub fn into_parameters(self) -> Vec<Value> {
        let required = self.required;
        self.properties
            .into_iter()
            .map(|(name, mut schema)| {
                let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
                let required = required.contains(&name.as_str());
                let mut parameter = json!({"name": name, "in": "query", "required": required, "schema": schema});
                if let Some(about) = about {
                    parameter["description"] = about;
                }
                parameter
            })
            .collect()
    }
}

/// Long or hostile names are cut before they go into a message.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(60).chain(['…']).collect() }
}

fn nullable_schema(mut schema: Value) -> Value {
    if let Some(map) = schema.as_object_mut() {
        match map.get_mut("type") {
            Some(Value::String(kind)) => {
                let kinds = json!([kind, "null"]);
                map.insert("type".into(), kinds);
            }
            Some(Value::Array(kinds)) => kinds.push("null".into()),
            _ => {}
        }
        if let Some(Value::Array(words)) = map.get_mut("enum") {
            words.push(Value::Null);
        }
    }
    schema
}
