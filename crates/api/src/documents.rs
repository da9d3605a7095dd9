//! `openapi.json` and the pages made from it, made at the first call and kept.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::json;

use crate::answer::{Answer, JSON};
use crate::app::EXAMPLE_ORIGIN;
use crate::call::Call;
use crate::problem::Problem;
use crate::{docs_page, openapi};

#[derive(Debug, Default)]
pub(crate) struct Documents {
    json: OnceLock<Bytes>,
    page: OnceLock<Bytes>,
}

pub async fn openapi_json(call: Call) -> Result<Answer, Problem> {
    let json = call.app.documents.json.get_or_init(|| openapi::document_with(&call.app.sunsets).to_string().into());
    Ok(Answer::bytes(200, JSON, json.clone()))
}

pub async fn page(call: Call) -> Result<Answer, Problem> {
    let page = call.app.documents.page.get_or_init(|| {
        let mut document = openapi::document_with(&call.app.sunsets);
        document["servers"] = json!([{"url": call.app.origin()}]);
        docs_page::render(&document).into()
    });
    Ok(html(page.clone()))
}

pub async fn style(_: Call) -> Result<Answer, Problem> {
    Ok(Answer::bytes(200, "text/css; charset=utf-8", Bytes::from_static(docs_page::CSS.as_bytes())))
}

pub async fn script(_: Call) -> Result<Answer, Problem> {
    Ok(Answer::bytes(200, "text/javascript; charset=utf-8", Bytes::from_static(docs_page::JS.as_bytes())))
}

/// The error codes, from the same file that is read in the repository.
pub async fn errors(call: Call) -> Result<Answer, Problem> {
    Ok(guide(include_str!("../../../docs/errors.md"), &call))
}

/// The guide away from an operation that is deprecated, also when it is gone.
pub async fn migration_guide(call: Call) -> Result<Answer, Problem> {
    let row = call.app.sunsets.find(call.param("operation")).ok_or_else(|| crm::Error::not_found("migration guide"))?;
    Ok(guide(row.sunset.guide, &call))
}

/// A page of the repository; its examples call this server.
fn guide(markdown: &str, call: &Call) -> Answer {
    html(docs_page::guide(&markdown.replace(EXAMPLE_ORIGIN, call.app.origin())).into())
}

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                   base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(crate) fn html(page: Bytes) -> Answer {
    Answer::bytes(200, "text/html; charset=utf-8", page)
        .header("content-security-policy", CSP)
        .header("referrer-policy", "no-referrer")
}
