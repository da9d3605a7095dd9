use super::*;
use serde_json::json;

/// A small document with what is awkward: markup in every text, a circle of references, `null` alternatives, `allOf`,
/// shared parameters, two operations that would get the same anchor.
fn awkward() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Test <b>API</b>", "version": "1.2.3", "description": "First.\n\nSecond with `code <i>`."},
        "tags": [{"name": "Contacts", "description": "People & their <script>alert(1)</script>"}, {"name": "Unused"}],
        "security": [{"key": []}],
        "paths": {
            "/contacts/{id}": {
                "parameters": [{"$ref": "#/components/parameters/id"}],
                "get": {
                    "operationId": "contact", "tags": ["Contacts"], "summary": "Read <one>", "security": [],
                    "description": "- a `list`\n- with <tags>\n\n[good](/docs) and [bad](javascript:alert(1))",
                    "x-scope": "contacts:read",
                    "responses": {
                        "401": {"$ref": "#/components/responses/Wrong"}, "403": {"$ref": "#/components/responses/Wrong"},
                        "200": {"description": "It", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Contact"}}}},
                        "404": {"description": "Not there", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
                    }
                },
                "delete": {"operationId": "Contact", "tags": ["Contacts"], "deprecated": true, "x-sunset": "2027-06-01",
                    "x-successors": ["/contacts"], "responses": {"204": {"description": "Gone"}}}
            },
            "/contacts": {
                "post": {
                    "tags": ["Contacts"], "summary": "Make one",
                    "parameters": [{"name": "dry run", "in": "query", "required": true, "schema": {"type": "boolean"}}],
                    "requestBody": {"required": true, "content": {"application/json": {
                        "schema": {"allOf": [{"$ref": "#/components/schemas/Contact"}, {"type": "object", "required": ["note"],
                            "properties": {"note": {"type": "string", "maxLength": 4096, "example": "it's <here>"}}}]}}}},
                    "responses": {"201": {"$ref": "#/components/responses/Made"}}
                }
            },
            "/health": {"get": {"responses": {"200": {"description": "Alive"}}}}
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
            "parameters": {"id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}},
            "responses": {"Wrong": {"description": "Refused"}, "Made": {"description": "Made", "headers": {"Location": {"description": "Where"}},
                "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Contact"}}}}}},
            "schemas": {
                "Contact": {"type": "object", "required": ["name"], "properties": {
                    "name": {"type": ["string", "null"], "description": "Full <name>", "minLength": 1, "maxLength": 80},
                    "parent": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Contact"}]},
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Contact"}},
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "reach": {"oneOf": [{"$ref": "#/components/schemas/Phone"}, {"type": "object", "properties": {"email": {"type": "string", "format": "email"}}}]},
                    "more": {"type": "object", "additionalProperties": {"type": "integer", "default": 7}}
                }},
                "Kind": {"type": "string", "enum": ["person", "a\"b<c>"]},
                "Phone": {"type": "object", "properties": {"phone": {"type": "string", "pattern": "^\\+<"}}},
                "Problem": {"type": "object", "properties": {"detail": {"type": "string"}}},
                "Loop": {"$ref": "#/components/schemas/Loop"},
                "Lost": {"type": "array", "items": {"$ref": "#/components/schemas/Nowhere"}}
            }
        }
    })
}

#[test]
fn every_operation_is_there_and_linked_once() {
    let page = render(&awkward());
    for endpoint in [
        "GET</span> <code>/contacts<wbr>/<var>{id}</var>",
        "POST</span> <code>/contacts</code>",
        "DELETE</span> <code>",
        "GET</span> <code>/health",
    ] {
        assert!(page.contains(endpoint), "{endpoint}");
    }
    assert_eq!(page.matches("<article class=\"operation\"").count(), 4);
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::HashSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&target), "#{target} leads nowhere");
    }
    assert!(page.contains("Other operations"), "an operation without a tag has a group");
    assert!(!page.contains("Unused"), "a tag without operations has none");
}

#[test]
fn nothing_of_the_document_becomes_markup() {
    let page = render(&awkward());
    for raw in
        ["<b>API", "<i>", "<script>alert", "Read <one>", "<tags>", "<name>", "b<c>", "\"javascript:", "<here>", "+<"]
    {
        assert!(!page.contains(raw), "{raw}");
    }
    for escaped in
        ["Test &lt;b&gt;API&lt;/b&gt;", "<code>code &lt;i&gt;</code>", "a&quot;b&lt;c&gt;", "Full &lt;name&gt;"]
    {
        assert!(page.contains(escaped), "{escaped}");
    }
    assert!(page.contains("<a href=\"/docs\">good</a>"));
}

#[test]
fn no_inline_style_or_script() {
    let page = render(&awkward());
    assert!(!page.contains("style=\"") && !page.contains("<style"));
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains(&format!("<script src=\"{JS_PATH}\" defer></script>")));
    assert!(!page.contains(" onclick") && !page.contains("http://www") && !page.contains("//cdn"));
}

#[test]
fn circles_end() {
    let page = render(&awkward());
    assert!(page.contains("The same fields again."));
    assert!(page.contains("array of <a href=\"#schema-contact\">Contact</a>"));
    assert!(page.contains("<a href=\"#schema-contact\">Contact</a> or null"));
    assert!(page.contains("array of Nowhere"));
}

#[test]
fn fields_say_what_they_allow() {
    let page = render(&awkward());
    for said in [
        "string or null",
        "1–80 characters",
        "≤ 4096 characters",
        "one of <code>person</code>",
        "<em>either</em>",
        "<em>any other key</em>",
        "default <code>7</code>",
        "matches <code>^\\+&lt;</code>",
        "<code>Location</code>: Where",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("<code>note</code><span class=\"required\">required</span>"));
    assert!(page.contains("<span>Access</span> header <code>x-api-key</code>"));
    assert!(page.contains("<span>Access</span> no key with the scope <code>contacts:read</code>"));
    assert!(
        page.contains(">401</span> <span class=\"status error\">403</span> Refused</p>"),
        "shared answers share a line"
    );
    assert!(page.contains("<a href=\"#schema-contact\">Contact</a> and more"), "laid together from two");
}

#[test]
fn the_end_of_an_operation_is_said() {
    let page = render(&awkward());
    let until = "Answers 410 from 2027-06-01. Call instead: <a href=\"#operation-post-contacts\"><code>POST ";
    assert!(page.contains(until));
    assert!(page.contains("class=\"old\""));
}

#[test]
fn calls_can_be_pasted() {
    let page = render(&awkward());
    let call = "curl -X POST &#39;http://127.0.0.1:8080/contacts?dry%20run=true&#39; \\\n  -H &quot;x-api-key: $RECADO_KEY&quot; \
                \\\n  -H &#39;content-type: application/json&#39; \\\n  -d &#39;{\n  &quot;name&quot;: &quot;string&quot;,\n  \
                &quot;note&quot;: &quot;it&#39;\\&#39;&#39;s &lt;here&gt;&quot;\n}&#39;";
    assert!(page.contains(call));
    assert!(page.contains("curl &#39;http://127.0.0.1:8080/contacts/0199d3c0-7a4e-7b52-9c1f-3f6f2a8e4d10&#39;</code>"));
}

#[test]
fn any_value_makes_a_page() {
    for value in [
        json!(null),
        json!([]),
        json!({"paths": []}),
        json!({"paths": {"/a": {"get": {}, "post": 7}}}),
        json!({"paths": {"/a": {"$ref": "#/paths/~1a"}}}),
        json!({"components": {"schemas": {"A": true, "B": {"properties": 1}}}}),
    ] {
        assert!(render(&value).starts_with("<!doctype html>"), "{value}");
    }
}
