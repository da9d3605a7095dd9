//! The OpenAPI 3.1 document, made from the route table and the types that requests and answers are made of.

mod sunset;

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::input::{Fields, Style};
use crate::lifecycle::Registry;
use crate::problem::PROBLEM_JSON;
use crate::route::{Access, Method, Route};
use crate::routes;
use crm::members::Role;

/// Statuses that any operation with a key may answer; 400 only where there is something to be wrong.
const EVERY: [u16; 8] = [401, 403, 404, 405, 408, 413, 429, 503];

/// With the dates that the program has.
pub fn document() -> Value {
    document_with(&Registry::standard())
}

/// With the dates that the operator has.
pub(crate) fn document_with(sunsets: &Registry) -> Value {
    let table = routes::table();
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in &table {
        let operation = operation(route, sunsets, &mut generator);
        paths.entry(route.path).or_default().insert(route.method.name().to_ascii_lowercase(), operation);
    }
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("Problem".into(), problem_schema());
    schemas.insert("DeprecationWarning".into(), sunset::warning_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Recado",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A self-hosted, WhatsApp-first conversational CRM.",
            "description": "Two surfaces, one server: `/api/public/…` is wire-compatible with existing integrations; \
                            `/api/v1/…` is everything else. Authenticate with the header `x-api-key`, or by \
                            signing in. Errors are \
                            `application/problem+json` with a stable `code`, and list every bad field at once. Any POST or \
                            PATCH takes an `Idempotency-Key`. With `Recado-Preview-Date: YYYY-MM-DD` any call is answered as on \
                            that day, as far as deprecated operations go.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": [{"apiKey": []}, {"session": []}],
        "tags": routes::TAGS.iter().map(|(name, about)| json!({"name": name, "description": about})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"Problem": {
                "description": "What went wrong, for people and for programs.",
                "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }},
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "apiKeyInQuery": {"type": "apiKey", "in": "query", "name": "x-api-key"},
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "recado_session",
                    "description": "A member who signed in (`POST /api/v1/session`); by https it is called `__Host-recado_session`. \
                                    Whatever is not `GET` wants the session's `csrf_token` in the header `X-CSRF-Token` as well.",
                },
            },
        },
    })
}

fn operation(route: &Route, sunsets: &Registry, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": route.operation_id,
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": responses(route, generator),
    });
    if !route.description.is_empty() {
        operation["description"] = route.description.into();
    }
    match route.access {
        Access::Public | Access::Signed | Access::Open | Access::Visitor => operation["security"] = json!([]),
        Access::Session => operation["security"] = json!([{"session": []}]),
        Access::Key(scope) => {
            operation["x-scope"] = scope.name().into();
            operation["x-roles"] =
                Role::ALL.iter().filter(|role| route.permits(**role)).map(|role| role.name()).collect();
        }
    }
    if let Some(body) = route.body {
        let mut fields = Fields::describe(route.style);
        body(&mut fields);
        operation["requestBody"] = json!({
            "required": !route.body_is_optional,
            "content": {"application/json": {"schema": fields.into_schema()}},
        });
        for media in route.forms {
            operation["requestBody"]["content"][*media] = json!({"schema": {"type": "object"}});
        }
    }
    if route.records {
        let schema = json!({"type": "array", "maxItems": 1000, "items": {"type": "object"}});
        operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    if route.key_in_query {
        operation["security"] = json!([{"apiKey": []}, {"session": []}, {"apiKeyInQuery": []}]);
    }
    if route.file.is_some() {
        operation["requestBody"] = json!({"required": true, "content": {"*/*": {"schema": {}}}});
    }
    if let Some(row) = route.sunset.and_then(|sunset| sunsets.find(sunset.operation)) {
        sunset::mark(&mut operation, row);
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": path_schema(name)}))
        .collect();
    if let Some(query) = route.query {
        let mut fields = Fields::describe(route.style);
        query(&mut fields);
        parameters.extend(fields.into_parameters());
    }
    if route.remembers() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
            "description": "A repetition with the same key within 24 h gets the first answer and changes nothing.",
        }));
    }
    if checks_version(route) {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false, "schema": {"type": "string"},
            "description": "The `ETag` that was read: 412 if somebody has changed it since.",
        }));
    }
    parameters
}

/// Whether `If-Match` is honoured.
fn checks_version(route: &Route) -> bool {
    route.style == Style::Strict && matches!(route.method, Method::Patch | Method::Delete | Method::Post)
}

/// Ids in paths are UUIDs, except where an integration knows something else.
fn path_schema(name: &str) -> Value {
    match name {
        "channelType" => json!({"type": "string", "enum": crm::channels::ChannelType::NAMES}),
        "platformIdentifier" | "phoneId" | "key" | "phone" | "templateId" => json!({"type": "string"}),
        "operation" => json!({"type": "string", "enum": sunset::names()}),
        "tag_id" => json!({"type": "integer", "minimum": 1}),
        _ => json!({"type": "string", "format": "uuid"}),
    }
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut responses = Map::new();
    for success in &route.successes {
        let schema = (success.schema)(generator);
        let mut answer = json!({"description": success.about});
        if schema.is_null() {
            // As JSON Schema has it from 2019-09 on: bytes are no string.
            answer["content"] = json!({success.media: {"schema": {}}});
        } else if success.status != 204 {
            answer["content"] = json!({success.media: {"schema": schema}});
        }
        match responses.get_mut(&success.status.to_string()) {
            // The same in another form.
            Some(known) => known["content"][success.media] = answer["content"][success.media].take(),
            None => drop(responses.insert(success.status.to_string(), answer)),
        }
    }
    let mut problems: Vec<u16> = route.problems.clone();
    if route.access == Access::Open {
        problems.extend([400, 403, 404, 405, 408, 413, 415, 503]);
    } else if route.access != Access::Public {
        problems.extend(EVERY);
        let reads_something = route.body.is_some() || route.query.is_some() || route.remembers();
        if reads_something || route.path.contains('{') {
            problems.push(400);
        }
        if route.body.is_some() || route.records {
            problems.push(415);
        }
        if matches!(route.method, Method::Post | Method::Put | Method::Patch | Method::Delete) {
            problems.push(409);
        }
        if checks_version(route) {
            problems.push(412);
        }
    } else {
        problems.extend([403, 404, 405]);
    }
    problems.sort_unstable();
    problems.dedup();
    for status in problems {
        responses.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
    }
    responses
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457. The compatibility surface has `statusCode`, `message` and `error` as well.",
        "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "For people."},
            "code": {"type": "string", "description": "Stable; for programs."},
            "request_id": {"type": "string", "description": "Finds the request in the server's log."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "code", "message"],
                    "properties": {
                        "pointer": {"type": "string", "description": "JSON pointer into the body, or `?name` of the query."},
                        "code": {"type": "string"},
                        "message": {"type": "string"},
                    },
                },
            },
            "statusCode": {"type": "integer"},
            "message": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "error": {"type": "string"},
            "sunset": {"type": "string", "format": "date", "description": "Of a removed operation: since when."},
            "guide": {"type": "string", "description": "Of a removed operation: how to move away from it."},
            "successors": {"type": "array", "items": {"type": "string"}, "description": "Of a removed operation."},
            "replacement": {
                "type": ["object", "null"],
                "description": "Of a removed operation: this request, translated; null where it cannot be.",
            },
            "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/DeprecationWarning"}},
        },
    })
}
