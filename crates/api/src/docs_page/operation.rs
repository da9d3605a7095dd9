//! One operation: what it wants, what it answers, and a call to copy.

use super::document::{Document, Operation, members};
use super::example::{self, Direction};
use super::schema::{self, Shape, list};
use super::text::{self, escape, inline, markdown};
use serde_json::Value;

pub(super) fn article<'a>(document: &Document<'a>, operation: &Operation<'a>) -> String {
    let request = document.resolve(&operation.value["requestBody"]);
    let mut samples = sample("Call", &curl(document, operation));
    if let Some((_, content)) = first_answer(document, operation) {
        let answer = example::of_content(document, content, Direction::Answer);
        if !answer.is_null() {
            samples += &sample("Answer", &pretty(&answer));
        }
    }
    format!(
        "<article class=\"operation\" id=\"{anchor}\">\n<header><h3><a href=\"#{anchor}\">{summary}</a></h3>\
         <p class=\"endpoint\">{method} <code>{path}</code></p></header>\n<div class=\"columns\"><div \
         class=\"text\">{sunset}{description}{access}{parameters}{body}{answers}</div>\n<div \
         class=\"samples\">{samples}</div></div></article>\n",
        anchor = escape(&operation.anchor),
        summary = escape(operation.summary()),
        method = text::method(operation.method),
        path = text::path(operation.path),
        sunset = sunset(document, operation),
        description = markdown(operation.description()),
        access = access(document, operation),
        parameters = parameters(document, operation),
        body = body(document, request),
        answers = answers(document, operation),
    )
}

/// The mark of an operation on its way out: when it ends (`x-sunset`) and what to call instead (`x-successors`).
fn sunset(document: &Document, operation: &Operation) -> String {
    if !operation.deprecated() {
        return String::new();
    }
    let until = &operation.value["x-sunset"];
    let until = until.as_str().or_else(|| until["date"].as_str()).or_else(|| until["sunset"].as_str());
    let mut out = match until {
        Some(date) => format!("<strong>Deprecated.</strong> Answers 410 from {}.", escape(date)),
        None => "<strong>Deprecated.</strong>".to_owned(),
    };
    let successors: Vec<String> = list(&operation.value["x-successors"])
        .iter()
        .filter_map(|successor| match successor {
            Value::String(name) => Some(name.clone()),
            other => Some(format!("{} {}", other["method"].as_str()?, other["path"].as_str()?)),
        })
        .map(|name| match document.operation(&name) {
            Some(found) => format!(
                "<a href=\"#{}\"><code>{} {}</code></a>",
                escape(&found.anchor),
                found.method.to_uppercase(),
                text::path(found.path)
            ),
            None => format!("<code>{}</code>", escape(&name)),
        })
        .collect();
    if !successors.is_empty() {
        out += &format!(" Call instead: {}.", successors.join(", "));
    }
    let guide = operation.value["externalDocs"]["url"].as_str().unwrap_or_default();
    if guide.starts_with('/') || guide.starts_with("https://") {
        out += &format!(" <a href=\"{}\">How to move</a>.", escape(guide));
    }
    format!("<p class=\"sunset\">{out}</p>")
}

/// `header x-api-key`, `cookie session`, `HTTP bearer`, …
pub(super) fn scheme(scheme: &Value) -> String {
    match scheme["type"].as_str() {
        Some("apiKey") => format!(
            "{} <code>{}</code>",
            escape(scheme["in"].as_str().unwrap_or("header")),
            escape(scheme["name"].as_str().unwrap_or_default())
        ),
        Some("http") => format!("HTTP {}", escape(scheme["scheme"].as_str().unwrap_or_default())),
        Some(other) => escape(other),
        None => String::new(),
    }
}

/// By which keys one gets in, and with which scope (`x-scope`).
fn access(document: &Document, operation: &Operation) -> String {
    let mut ways: Vec<String> = document.security(operation).iter().map(|way| way_in(document, way)).collect();
    if ways.is_empty() && operation.value["security"].is_array() {
        ways.push(way_in(document, &[]));
    }
    if ways.is_empty() {
        return String::new();
    }
    let scope = match operation.value["x-scope"].as_str() {
        Some(scope) => format!(" with the scope <code>{}</code>", escape(scope)),
        None => String::new(),
    };
    format!("<p class=\"access\"><span>Access</span> {}{scope}</p>", ways.join(" or "))
}

fn way_in(document: &Document, names: &[&str]) -> String {
    if names.is_empty() {
        return "no key".to_owned();
    }
    names.iter().map(|name| scheme(document.security_scheme(name))).collect::<Vec<_>>().join(" and ")
}

/// The parameters of the operation and of its path; the operation's own wins.
fn all_parameters<'a>(document: &Document<'a>, operation: &Operation<'a>) -> Vec<&'a Value> {
    let mut found: Vec<&Value> = Vec::new();
    for parameter in list(&operation.value["parameters"]).iter().chain(list(&operation.item["parameters"])) {
        let parameter = document.resolve(parameter);
        let same = |known: &&Value| known["name"] == parameter["name"] && known["in"] == parameter["in"];
        if !parameter.is_null() && !found.iter().any(same) {
            found.push(parameter);
        }
    }
    found
}

fn parameters(document: &Document, operation: &Operation) -> String {
    let mut rows = String::new();
    for parameter in all_parameters(document, operation) {
        let shape = Shape::of(document, &parameter["schema"]);
        let own = parameter["description"].as_str().unwrap_or_default().trim();
        let meaning = match own {
            "" => schema::description(&shape),
            text if text.contains('\n') => markdown(text),
            text => inline(text),
        };
        let old = if parameter["deprecated"] == true { "<p class=\"again\">Deprecated.</p>" } else { "" };
        rows += &format!(
            "<tr><th scope=\"row\"><code>{}</code>{}<span class=\"place\">{}</span></th><td>{}</td><td>{meaning}{}{old}</td></tr>",
            escape(parameter["name"].as_str().unwrap_or_default()),
            if parameter["required"] == true { "<span class=\"required\">required</span>" } else { "" },
            escape(parameter["in"].as_str().unwrap_or_default()),
            schema::label(document, &parameter["schema"]),
            schema::limits(&shape),
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<h4>Parameters</h4><div class=\"scroll\"><table class=\"fields\"><thead><tr><th scope=\"col\">Name</th>\
         <th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

fn body(document: &Document, request: &Value) -> String {
    let mut out = String::new();
    for (media, content) in members(&request["content"]) {
        out += &format!("<p class=\"media\"><code>{}</code></p>", escape(media));
        out += &schema::table(document, &content["schema"], "Fields of the request body");
    }
    if out.is_empty() {
        return out;
    }
    let required = if request["required"] == true { " <span class=\"required\">required</span>" } else { "" };
    let description = markdown(request["description"].as_str().unwrap_or_default());
    format!("<h4>Request body{required}</h4>{description}{out}")
}

/// Answers that say something new are opened out; an error that is a named schema only links to it. Statuses that share
/// one answer of the components share one line.
fn answers(document: &Document, operation: &Operation) -> String {
    let mut out = String::new();
    let mut shared: Vec<&str> = Vec::new();
    for (status, answer) in members(&operation.value["responses"]) {
        let error = status.starts_with('4') || status.starts_with('5') || status == "default";
        let mut statuses = vec![status];
        if let Some(reference) = answer["$ref"].as_str() {
            if shared.contains(&reference) {
                continue;
            }
            shared.push(reference);
            let same = members(&operation.value["responses"]).filter(|(_, other)| other["$ref"] == reference);
            statuses = same.map(|(status, _)| status).collect();
        }
        let answer = document.resolve(answer);
        let class = if error { "error" } else { "fine" };
        let mut head: String = statuses
            .iter()
            .map(|status| format!("<span class=\"status {class}\">{}</span> ", escape(status)))
            .collect();
        head += &inline(answer["description"].as_str().unwrap_or_default());
        let mut inner = headers(document, answer);
        for (media, content) in members(&answer["content"]) {
            let schema = &content["schema"];
            if error && schema["$ref"].is_string() {
                head += &format!(" <span class=\"is\">{}</span>", schema::label(document, schema));
            } else {
                inner += &format!("<p class=\"media\"><code>{}</code></p>", escape(media));
                inner += &schema::table(document, schema, &format!("Fields of the answer {status}"));
            }
        }
        let class = if statuses.len() > 1 { "answer several" } else { "answer" };
        out += &match inner.as_str() {
            "" => format!("<p class=\"{class}\">{head}</p>"),
            _ if error => format!("<details class=\"{class}\"><summary>{head}</summary>{inner}</details>"),
            _ => format!("<details class=\"{class}\" open><summary>{head}</summary>{inner}</details>"),
        };
    }
    if out.is_empty() { out } else { format!("<h4>Answers</h4>{out}") }
}

fn headers(document: &Document, answer: &Value) -> String {
    let names: Vec<String> = members(&answer["headers"])
        .map(|(name, header)| {
            let meaning = document.resolve(header)["description"].as_str().unwrap_or_default();
            let colon = if meaning.is_empty() { "" } else { ": " };
            format!("<li><code>{}</code>{colon}{}</li>", escape(name), inline(meaning))
        })
        .collect();
    if names.is_empty() { String::new() } else { format!("<p class=\"media\">Headers</p><ul>{}</ul>", names.concat()) }
}

/// The content of the first 2xx answer, JSON if there is any.
fn first_answer<'a>(document: &Document<'a>, operation: &Operation<'a>) -> Option<(&'a str, &'a Value)> {
    let fine = members(&operation.value["responses"]).find(|(status, _)| status.starts_with('2'));
    json_first(&document.resolve(fine?.1)["content"])
}

fn json_first(content: &Value) -> Option<(&str, &Value)> {
    let json = members(content).find(|(media, _)| media.ends_with("json"));
    json.or_else(|| members(content).next())
}

fn sample(title: &str, code: &str) -> String {
    format!(
        "<figure class=\"sample\"><figcaption>{}</figcaption><pre tabindex=\"0\"><code>{}</code></pre></figure>",
        escape(title),
        escape(code)
    )
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A command for a POSIX shell, in which `$RECADO_KEY` holds the key.
fn curl(document: &Document, operation: &Operation) -> String {
    let mut path = operation.path.to_owned();
    let mut query: Vec<String> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for parameter in all_parameters(document, operation) {
        let name = parameter["name"].as_str().unwrap_or_default();
        let value = match &parameter["example"] {
            Value::Null => example::of_schema(document, &parameter["schema"], Direction::Request),
            given => given.clone(),
        };
        let value = schema::plain(&value);
        match parameter["in"].as_str() {
            Some("path") => path = path.replace(&format!("{{{name}}}"), &percent(&value)),
            Some("query") if parameter["required"] == true || !parameter["example"].is_null() => {
                query.push(format!("{}={}", percent(name), percent(&value)));
            }
            Some("header") if parameter["required"] == true => {
                lines.push(format!("-H {}", quoted(&format!("{name}: {value}"))))
            }
            _ => {}
        }
    }
    let key = document.security(operation).into_iter().flatten().find_map(|name| {
        let scheme = document.security_scheme(name);
        match (scheme["type"].as_str()?, scheme["in"].as_str()) {
            ("apiKey", Some("header")) => Some(format!("-H \"{}: $RECADO_KEY\"", scheme["name"].as_str()?)),
            ("http", _) => Some("-H \"Authorization: Bearer $RECADO_KEY\"".to_owned()),
            _ => None,
        }
    });
    lines.extend(key);
    if let Some((media, content)) = json_first(&document.resolve(&operation.value["requestBody"])["content"]) {
        let value = example::of_content(document, content, Direction::Request);
        match media {
            "multipart/form-data" => {
                lines.extend(
                    members(&value)
                        .map(|(name, value)| format!("-F {}", quoted(&format!("{name}={}", schema::plain(value))))),
                );
            }
            "application/x-www-form-urlencoded" => {
                lines.extend(members(&value).map(|(name, value)| {
                    format!("--data-urlencode {}", quoted(&format!("{name}={}", schema::plain(value))))
                }));
            }
            media if media.ends_with("json") => {
                lines.push(format!("-H {}", quoted(&format!("content-type: {media}"))));
                lines.push(format!("-d {}", quoted(&pretty(&value))));
            }
            media => {
                lines.push(format!("-H {}", quoted(&format!("content-type: {media}"))));
                lines.push("--data-binary @file".to_owned());
            }
        }
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let address = quoted(&format!("{}{path}{query}", document.base_url()));
    let verb = match operation.method {
        "get" => String::new(),
        "head" => "-I ".to_owned(),
        other => format!("-X {} ", other.to_uppercase()),
    };
    let more: String = lines.iter().map(|line| format!(" \\\n  {line}")).collect();
    format!("curl {verb}{address}{more}")
}

/// In single quotes for a POSIX shell, where nothing inside means anything.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out += &format!("%{other:02X}"),
        }
    }
    out
}
