//! The OpenAPI document as the page needs it: operations in reading order, `$ref` followed.

use super::text::slug;
use serde_json::{Map, Value};
use std::collections::HashSet;

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "options", "head", "trace"];
/// A chain of references longer than this is taken for a circle.
const MAX_REFERENCES: usize = 16;

/// The group of operations that carry no tag.
const UNTAGGED: &str = "Other operations";

pub(super) struct Document<'a> {
    root: &'a Value,
    pub operations: Vec<Operation<'a>>,
}

/// One method of one path.
pub(super) struct Operation<'a> {
    /// `get`, `post`, … as in the document.
    pub method: &'static str,
    pub path: &'a str,
    pub value: &'a Value,
    /// The path item it stands in, for the parameters that all methods of a path share.
    pub item: &'a Value,
    /// Its fragment on the page; no two operations share one.
    pub anchor: String,
}

/// A tag with its operations, by their place in [`Document::operations`].
pub(super) struct Group<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub anchor: String,
    pub operations: Vec<usize>,
}

impl<'a> Operation<'a> {
    pub fn summary(&self) -> &'a str {
        self.value["summary"]
            .as_str()
            .filter(|summary| !summary.is_empty())
            .or_else(|| self.value["operationId"].as_str())
            .unwrap_or(self.path)
    }

    pub fn description(&self) -> &'a str {
        self.value["description"].as_str().unwrap_or_default()
    }

    pub fn deprecated(&self) -> bool {
        self.value["deprecated"] == true
    }

    fn tag(&self) -> &'a str {
        self.value["tags"][0].as_str().unwrap_or(UNTAGGED)
    }
}

impl<'a> Document<'a> {
    pub fn new(root: &'a Value) -> Self {
        let mut document = Self { root, operations: Vec::new() };
        let mut taken = HashSet::new();
        for (path, item) in members(&root["paths"]) {
            let item = document.resolve(item);
            for method in METHODS {
                let value = &item[method];
                if !value.is_object() {
                    continue;
                }
                let name = match value["operationId"].as_str() {
                    Some(id) => slug(id),
                    None => slug(&format!("{method} {path}")),
                };
                let mut anchor = format!("operation-{name}");
                let mut count = 1;
                while !taken.insert(anchor.clone()) {
                    count += 1;
                    anchor = format!("operation-{name}-{count}");
                }
                document.operations.push(Operation { method, path, value, item, anchor });
            }
        }
        document
    }

    pub fn title(&self) -> &'a str {
        self.root["info"]["title"].as_str().unwrap_or("HTTP")
    }

    pub fn version(&self) -> Option<&'a str> {
        self.root["info"]["version"].as_str()
    }

    pub fn summary(&self) -> &'a str {
        self.root["info"]["summary"].as_str().unwrap_or_default()
    }

    pub fn description(&self) -> &'a str {
        self.root["info"]["description"].as_str().unwrap_or_default()
    }

    /// The first server's address without a slash at its end; [`EXAMPLE_ORIGIN`](crate::app::EXAMPLE_ORIGIN) where none is
    /// given or it is relative to the page.
    pub fn base_url(&self) -> &'a str {
        self.root["servers"][0]["url"]
            .as_str()
            .map(|url| url.trim_end_matches('/'))
            .filter(|url| url.starts_with("http"))
            .unwrap_or(crate::app::EXAMPLE_ORIGIN)
    }

    pub fn security_schemes(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        members(&self.root["components"]["securitySchemes"])
    }

    /// The scheme names of what an operation asks for: its own `security`, else the document's. Each inner list is one
    /// way in, whose schemes are needed together; an empty one means that no key is needed.
    pub fn security(&self, operation: &Operation<'a>) -> Vec<Vec<&'a str>> {
        let own = &operation.value["security"];
        let security = if own.is_array() { own } else { &self.root["security"] };
        let ways = security.as_array().map(Vec::as_slice).unwrap_or_default();
        ways.iter().map(|way| members(way).map(|(name, _)| name).collect()).collect()
    }

    pub fn security_scheme(&self, name: &str) -> &'a Value {
        self.resolve(&self.root["components"]["securitySchemes"][name])
    }

    pub fn schemas(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        members(&self.root["components"]["schemas"])
    }

    /// Groups in the order of the document's `tags`, then of first use; those without operations are left out. What is
    /// deprecated stands last in its group.
    pub fn groups(&self) -> Vec<Group<'a>> {
        let declared = self.root["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut groups: Vec<Group> = Vec::new();
        let group = |name: &'a str, description: &'a str| Group {
            name,
            description,
            anchor: format!("tag-{}", slug(name)),
            operations: Vec::new(),
        };
        for tag in declared {
            if let Some(name) = tag["name"].as_str() {
                groups.push(group(name, tag["description"].as_str().unwrap_or_default()));
            }
        }
        for (index, operation) in self.operations.iter().enumerate() {
            let name = operation.tag();
            match groups.iter_mut().find(|group| group.name == name) {
                Some(found) => found.operations.push(index),
                None => groups.push(Group { operations: vec![index], ..group(name, "") }),
            }
        }
        for group in &mut groups {
            group.operations.sort_by_key(|index| self.operations[*index].deprecated());
        }
        groups.retain(|group| !group.operations.is_empty());
        groups
    }

    /// What `value` stands for: itself, or what its `$ref` leads to within this document (`null` if nowhere).
    pub fn resolve(&self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..MAX_REFERENCES {
            if value["$ref"].is_null() {
                return value;
            }
            value = self.resolve_once(value);
        }
        &Value::Null
    }

    /// What the `$ref` of `value` names, which may be a reference itself; `null` if nothing.
    pub fn resolve_once(&self, value: &'a Value) -> &'a Value {
        let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')).map(decode);
        pointer.and_then(|pointer| self.root.pointer(&pointer)).unwrap_or(&Value::Null)
    }

    /// The operation that `name` means: an operation id, `POST /path`, or a path alone, of which it is the first
    /// operation that is not deprecated.
    pub fn operation(&self, name: &str) -> Option<&Operation<'a>> {
        let mut meant = self.operations.iter().filter(|operation| {
            operation.value["operationId"] == name
                || operation.path == name
                || name.split_once(' ').is_some_and(|(method, path)| {
                    method.eq_ignore_ascii_case(operation.method) && path == operation.path
                })
        });
        meant.clone().find(|operation| !operation.deprecated()).or_else(|| meant.next())
    }
}

/// The last part of a reference: `#/components/schemas/Contact` → `Contact`.
pub(super) fn reference_name(value: &Value) -> Option<&str> {
    value["$ref"].as_str()?.rsplit('/').next()
}

/// The members of an object; none if it is not one.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&EMPTY).iter().map(|(name, value)| (name.as_str(), value))
}

/// Percent-decoding of a JSON pointer in a URI fragment; only what documents use: `%7B`, `%7D`, `%20`, `%25`.
fn decode(pointer: &str) -> String {
    pointer.replace("%7B", "{").replace("%7D", "}").replace("%20", " ").replace("%25", "%")
}
