//! The API reference at `/docs`: one HTML page made from the OpenAPI document, with no script needed to read it and
//! nothing loaded from anywhere else.
//!
//! [`render`] is pure: the same document gives the same page. Every text of the document is escaped. The page asks for
//! two files from this server, [`CSS`] at [`CSS_PATH`] and [`JS`] at [`JS_PATH`], so that a Content-Security-Policy of
//! `default-src 'none'; style-src 'self'; script-src 'self'` holds.

mod document;
mod example;
mod guide;
mod operation;
mod schema;
mod text;

use document::Document;
pub use guide::guide;
use serde_json::Value;
use text::{escape, markdown};

/// The style of the page, `text/css`.
pub const CSS: &str = include_str!("../assets/docs.css");
/// The filter and the copy buttons of the page, `text/javascript`. The page reads well without it.
pub const JS: &str = include_str!("../assets/docs.js");
/// Where the page asks for [`CSS`].
pub const CSS_PATH: &str = "/docs/docs.css";
/// Where the page asks for [`JS`].
pub const JS_PATH: &str = "/docs/docs.js";

/// The whole reference as an HTML page, from any OpenAPI 3.1 document.
///
/// Never fails: what the document lacks is left out, a `$ref` that leads nowhere is shown by its name.
#[must_use]
pub fn render(openapi: &Value) -> String {
    let document = Document::new(openapi);
    let body = format!(
        "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n{top}\n<div class=\"layout\">\n{navigation}\n\
         <main id=\"content\">\n{introduction}\n{operations}\n{schemas}\n</main>\n</div>",
        top = top(&document),
        navigation = navigation(&document),
        introduction = introduction(&document),
        operations = operations(&document),
        schemas = schema::section(&document),
    );
    shell(&format!("{} API reference", document.title()), &body)
}

/// A page around `body`, which must be HTML already; `title` is escaped.
fn shell(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"{CSS_PATH}\">\n<script src=\"{JS_PATH}\" defer></script>\n\
         </head>\n<body>\n{body}\n</body>\n</html>\n",
        title = escape(title),
    )
}

fn top(document: &Document) -> String {
    let version = match document.version() {
        Some(version) => format!("<span class=\"version\">{}</span>", escape(version)),
        None => String::new(),
    };
    format!(
        "<header class=\"top\"><a class=\"brand\" href=\"#content\">{title} <span>API</span></a>{version}\
         <a class=\"raw\" href=\"/openapi.json\">openapi.json</a>\
         <a class=\"menu\" href=\"#navigation\">Contents</a></header>",
        title = escape(document.title()),
    )
}

fn navigation(document: &Document) -> String {
    let mut out = String::from(
        "<nav id=\"navigation\" aria-label=\"Operations\">\n<a class=\"close\" href=\"#content\">Close</a>\n\
         <div class=\"filter\" hidden><label for=\"filter\">Filter operations</label>\
         <input id=\"filter\" type=\"search\" placeholder=\"Filter: path, word, method\" autocomplete=\"off\" \
         spellcheck=\"false\"><p id=\"nothing\" role=\"status\" hidden>Nothing matches.</p></div>\n",
    );
    for group in document.groups() {
        out += &format!("<section><h2><a href=\"#{}\">{}</a></h2><ul>\n", escape(&group.anchor), escape(group.name));
        for operation in group.operations.iter().map(|index| &document.operations[*index]) {
            out += &format!(
                "<li><a href=\"#{anchor}\"{class}>{method}<span class=\"what\"><span>{summary}</span><code>{path}</code></span></a></li>\n",
                anchor = escape(&operation.anchor),
                class = if operation.deprecated() { " class=\"old\"" } else { "" },
                method = text::method(operation.method),
                summary = escape(operation.summary()),
                path = text::path(operation.path),
            );
        }
        out += "</ul></section>\n";
    }
    if document.schemas().next().is_some() {
        out += "<section><h2><a href=\"#schemas\">Schemas</a></h2></section>\n";
    }
    out + "</nav>"
}

fn introduction(document: &Document) -> String {
    let mut out = format!(
        "<section class=\"introduction\"><h1>{} API reference</h1>\n{}{}",
        escape(document.title()),
        markdown(document.summary()),
        markdown(document.description())
    );
    out += &format!(
        "<dl class=\"facts\"><div><dt>Base URL</dt><dd><code>{}</code></dd></div>",
        escape(document.base_url())
    );
    for (name, scheme) in document.security_schemes() {
        out += &format!(
            "<div><dt>{}</dt><dd>{}{}</dd></div>",
            escape(name),
            operation::scheme(scheme),
            markdown(scheme["description"].as_str().unwrap_or_default())
        );
    }
    out + "</dl></section>"
}

fn operations(document: &Document) -> String {
    let mut out = String::new();
    for group in document.groups() {
        out += &format!(
            "<section class=\"group\" aria-labelledby=\"{anchor}\"><h2 id=\"{anchor}\">{name}</h2>\n{description}",
            anchor = escape(&group.anchor),
            name = escape(group.name),
            description = markdown(group.description),
        );
        for index in &group.operations {
            out += &operation::article(document, &document.operations[*index]);
        }
        out += "</section>\n";
    }
    out
}

#[cfg(test)]
mod tests;
