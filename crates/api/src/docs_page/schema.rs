//! A JSON Schema as a table: one row a field, those of nested objects indented below their parent.

use super::document::{Document, members, reference_name};
use super::text::{escape, inline, markdown, slug};
use serde_json::Value;

/// Deeper than this a field's own fields are not listed; its schema is linked instead.
const MAX_DEPTH: usize = 7;

/// A schema with its references followed, `null` taken out of its alternatives, and its `allOf` laid together.
pub(super) struct Shape<'a> {
    /// The named schemas that were gone through, outermost first.
    pub names: Vec<&'a str>,
    /// Whether several schemas were laid together, so that no one name says it all.
    pub composed: bool,
    pub nullable: bool,
    /// The schema objects that hold together, the outermost first: what it says wins.
    parts: Vec<&'a Value>,
}

impl<'a> Shape<'a> {
    pub fn of(document: &Document<'a>, schema: &'a Value) -> Self {
        let mut shape = Self { names: Vec::new(), composed: false, nullable: false, parts: Vec::new() };
        shape.take_in(document, schema, 0);
        shape
    }

    fn take_in(&mut self, document: &Document<'a>, schema: &'a Value, depth: usize) {
        if depth > MAX_DEPTH || self.parts.iter().any(|part| std::ptr::eq(*part, schema)) {
            return;
        }
        self.parts.push(schema);
        if let Some(name) = reference_name(schema) {
            self.names.push(name);
            self.take_in(document, document.resolve_once(schema), depth + 1);
        }
        self.composed |= list(&schema["allOf"]).len() > 1 && self.names.is_empty();
        for part in list(&schema["allOf"]) {
            self.take_in(document, part, depth + 1);
        }
        for key in ["oneOf", "anyOf"] {
            let all = list(&schema[key]);
            let mut others = all.iter().filter(|variant| variant["type"] != "null");
            self.nullable |= all.iter().any(|variant| variant["type"] == "null");
            if let (Some(only), None) = (others.next(), others.next()) {
                self.take_in(document, only, depth + 1);
            }
        }
        self.nullable |= list(&schema["type"]).iter().any(|kind| kind == "null") || schema["nullable"] == true;
    }

    /// The first of the parts that says something on `key`.
    pub fn get(&self, key: &str) -> &'a Value {
        self.parts.iter().map(|part| &part[key]).find(|value| !value.is_null()).unwrap_or(&Value::Null)
    }

    pub fn has(&self, key: &str) -> bool {
        !self.get(key).is_null()
    }

    /// The type names without `null`; guessed from what else is said when there are none.
    pub fn types(&self) -> Vec<&'a str> {
        let kind = self.get("type");
        let named: Vec<&str> = match kind.as_str() {
            Some(one) => vec![one],
            None => list(kind).iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        };
        match named {
            named if !named.is_empty() => named,
            _ if self.has("properties") || self.has("additionalProperties") => vec!["object"],
            _ if self.has("items") => vec!["array"],
            _ => Vec::new(),
        }
    }

    pub fn is(&self, kind: &str) -> bool {
        self.types().contains(&kind)
    }

    /// Name, schema and whether it must be there, of each property; those of all parts, each once.
    pub fn properties(&self) -> Vec<(&'a str, &'a Value, bool)> {
        let mut found: Vec<(&str, &Value, bool)> = Vec::new();
        for (name, schema) in self.parts.iter().flat_map(|part| members(&part["properties"])) {
            if !found.iter().any(|(known, ..)| *known == name) {
                let required = self.parts.iter().any(|part| list(&part["required"]).iter().any(|one| one == name));
                found.push((name, schema, required));
            }
        }
        // The document's maps are sorted by name; what must be given reads better first.
        found.sort_by_key(|(.., required)| !required);
        found
    }

    /// The alternatives of `oneOf`/`anyOf` without `null`; empty when there is only one way.
    pub fn variants(&self) -> Vec<&'a Value> {
        let all = self.parts.iter().flat_map(|part| ["oneOf", "anyOf"].map(|key| list(&part[key])));
        let some = all.map(|list| list.iter().filter(|one| one["type"] != "null").collect::<Vec<_>>());
        some.into_iter().find(|variants| variants.len() > 1).unwrap_or_default()
    }

    /// The schema of keys that are not named, if the document describes them.
    pub fn other_keys(&self) -> Option<&'a Value> {
        Some(self.get("additionalProperties")).filter(|schema| schema.as_object().is_some_and(|map| !map.is_empty()))
    }
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What a schema is called in one line: `string <uuid>`, `array of Contact`, `Contact or null`.
pub(super) fn label<'a>(document: &Document<'a>, schema: &'a Value) -> String {
    let shape = Shape::of(document, schema);
    let base = if let Some(name) = shape.names.first().filter(|_| !all_scalar(document, &shape)) {
        let more = if shape.composed { " and more" } else { "" };
        format!("{}{more}", link(document, name))
    } else if shape.is("array") {
        let items = shape.get("items");
        if items.is_null() { "array".to_owned() } else { format!("array of {}", label(document, items)) }
    } else if !shape.variants().is_empty() {
        let mut variants: Vec<String> = shape.variants().iter().map(|variant| label(document, variant)).collect();
        variants.dedup();
        variants.join(" or ")
    } else if shape.types().is_empty() {
        if shape.has("enum") || shape.has("const") { "value" } else { "any" }.to_owned()
    } else {
        let types = escape(&shape.types().join(" or "));
        match shape.get("format").as_str() {
            Some(format) => format!("{types} <span class=\"format\">{}</span>", escape(format)),
            None => types,
        }
    };
    if shape.nullable { base + " or null" } else { base }
}

/// Whether a schema is a plain value, or a choice of plain values: then its type says more than its name.
fn all_scalar<'a>(document: &Document<'a>, shape: &Shape<'a>) -> bool {
    let scalar = |shape: &Shape| {
        !shape.types().is_empty() && shape.types().iter().all(|kind| !matches!(*kind, "object" | "array"))
    };
    let variants = shape.variants();
    if variants.is_empty() {
        return scalar(shape);
    }
    variants.iter().all(|variant| scalar(&Shape::of(document, variant)))
}

fn link(document: &Document, name: &str) -> String {
    if document.schemas().any(|(known, _)| known == name) {
        format!("<a href=\"#{}\">{}</a>", anchor(name), escape(name))
    } else {
        escape(name)
    }
}

fn anchor(name: &str) -> String {
    format!("schema-{}", slug(name))
}

/// Limits, default and allowed values of a schema as small marks.
pub(super) fn limits(shape: &Shape) -> String {
    let mut marks: Vec<String> = Vec::new();
    let mut mark = |text: String| marks.push(format!("<li>{text}</li>"));
    let number = |key: &str| Some(shape.get(key)).filter(|value| value.is_number()).map(Value::to_string);
    let range = |least: Option<String>, most: Option<String>, unit: &str| match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("{least}{unit}")),
        (Some(least), Some(most)) => Some(format!("{least}–{most}{unit}")),
        (Some(least), None) => Some(format!("≥ {least}{unit}")),
        (None, Some(most)) => Some(format!("≤ {most}{unit}")),
        (None, None) => None,
    };
    for (least, most, unit) in [
        ("minLength", "maxLength", " characters"),
        ("minimum", "maximum", ""),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " keys"),
    ] {
        if let Some(text) = range(number(least), number(most), unit) {
            mark(text);
        }
    }
    for (key, sign) in [("exclusiveMinimum", "&gt;"), ("exclusiveMaximum", "&lt;"), ("multipleOf", "multiple of")] {
        if let Some(limit) = number(key) {
            mark(format!("{sign} {limit}"));
        }
    }
    if let Some(pattern) = shape.get("pattern").as_str() {
        mark(format!("matches <code>{}</code>", escape(pattern)));
    }
    for (key, word) in [
        ("uniqueItems", "each once"),
        ("readOnly", "only in answers"),
        ("writeOnly", "only in requests"),
        ("deprecated", "deprecated"),
    ] {
        if *shape.get(key) == true {
            mark(word.to_owned());
        }
    }
    if *shape.get("additionalProperties") == false {
        mark("no other keys".to_owned());
    }
    for (key, word) in [("const", "always"), ("default", "default")] {
        if shape.has(key) {
            mark(format!("{word} <code>{}</code>", escape(&plain(shape.get(key)))));
        }
    }
    let allowed: Vec<String> =
        list(shape.get("enum")).iter().map(|value| format!("<code>{}</code>", escape(&plain(value)))).collect();
    if !allowed.is_empty() {
        mark(format!("one of {}", allowed.join(" ")));
    }
    if marks.is_empty() { String::new() } else { format!("<ul class=\"limits\">{}</ul>", marks.concat()) }
}

/// A string without its quotes, everything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The fields of a schema as a table, or a line where it has none.
pub(super) fn table<'a>(document: &Document<'a>, schema: &'a Value, caption: &str) -> String {
    let shape = Shape::of(document, schema);
    let (names, inside) = inside_of(document, schema);
    let mut rows = Rows { document, open: names, html: String::new() };
    rows.children(&inside, 0);
    let head = format!(
        "<p class=\"type\">{}{}</p>{}",
        label(document, schema),
        limits(&shape),
        markdown(shape.get("description").as_str().unwrap_or_default())
    );
    if rows.html.is_empty() {
        return head;
    }
    format!(
        "{head}<div class=\"scroll\"><table class=\"fields\"><caption>{}</caption><thead><tr><th \
         scope=\"col\">Field</th><th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead>\
         <tbody>{}</tbody></table></div>",
        escape(caption),
        rows.html
    )
}

/// What the fields of a schema are listed of: of a list its items, else the schema itself; with the named schemas gone
/// through on the way.
fn inside_of<'a>(document: &Document<'a>, schema: &'a Value) -> (Vec<&'a str>, Shape<'a>) {
    let mut shape = Shape::of(document, schema);
    let mut names = shape.names.clone();
    for _ in 0..MAX_DEPTH {
        if !shape.is("array") {
            break;
        }
        shape = Shape::of(document, shape.get("items"));
        names.extend(&shape.names);
    }
    (names, shape)
}

struct Rows<'d, 'a> {
    document: &'d Document<'a>,
    /// The named schemas that the row being written stands in: meeting one again is a circle.
    open: Vec<&'a str>,
    html: String,
}

impl<'a> Rows<'_, 'a> {
    /// The rows of everything inside `shape`.
    fn children(&mut self, shape: &Shape<'a>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for (name, schema, required) in shape.properties() {
            let required = if required { "<span class=\"required\">required</span>" } else { "" };
            self.row(&format!("<code>{}</code>{required}", escape(name)), schema, depth);
        }
        if let Some(schema) = shape.other_keys() {
            self.row("<em>any other key</em>", schema, depth);
        }
        let variants = shape.variants();
        let simple = variants.iter().all(|variant| !self.has_children(&Shape::of(self.document, variant)));
        if !simple {
            for (index, variant) in variants.iter().enumerate() {
                let word = if index == 0 { "either" } else { "or" };
                self.row(&format!("<em>{word}</em>"), variant, depth);
            }
        }
    }

    fn has_children(&self, shape: &Shape<'a>) -> bool {
        !shape.properties().is_empty()
            || shape.other_keys().is_some()
            || shape.is("array") && self.has_children_below(shape.get("items"))
            || shape.variants().iter().any(|variant| self.has_children_below(variant))
    }

    /// As [`Self::has_children`], without following references any further (they may lead back here).
    fn has_children_below(&self, schema: &'a Value) -> bool {
        reference_name(schema).is_some() || !Shape::of(self.document, schema).properties().is_empty()
    }

    fn row(&mut self, name: &str, schema: &'a Value, depth: usize) {
        let shape = Shape::of(self.document, schema);
        let (names, inside) = inside_of(self.document, schema);
        let circle = names.iter().any(|name| self.open.contains(name));
        let again = if circle { "<p class=\"again\">The same fields again.</p>" } else { "" };
        self.html += &format!(
            "<tr class=\"depth-{}\"><th scope=\"row\">{name}</th><td>{}</td><td>{}{}{again}</td></tr>",
            depth.min(MAX_DEPTH),
            label(self.document, schema),
            description(&shape),
            limits(&shape),
        );
        if !circle {
            let before = self.open.len();
            self.open.extend(names);
            self.children(&inside, depth + 1);
            self.open.truncate(before);
        }
    }
}

/// One paragraph stays a line of the table, more become paragraphs.
pub(super) fn description(shape: &Shape) -> String {
    let text = shape.get("description").as_str().unwrap_or_default().trim();
    if text.contains('\n') { markdown(text) } else { inline(text) }
}

/// The named schemas of the document, each with its table.
pub(super) fn section(document: &Document) -> String {
    let mut out = String::new();
    for (name, schema) in document.schemas() {
        out += &format!(
            "<article class=\"schema\" id=\"{anchor}\"><h3><a href=\"#{anchor}\">{name}</a></h3>{table}</article>\n",
            anchor = anchor(name),
            name = escape(name),
            table = table(document, schema, &format!("Fields of {name}")),
        );
    }
    if out.is_empty() {
        return out;
    }
    format!("<section class=\"group\" aria-labelledby=\"schemas\"><h2 id=\"schemas\">Schemas</h2>\n{out}</section>")
}
