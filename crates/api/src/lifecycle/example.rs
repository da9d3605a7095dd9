//! The worked example of `docs/sunsets.md`: an operation that only this test knows is let go. The page shows this code, and
//! the test below compares.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response};
use crm::FieldError;
use crm::organizations::NewOrganization;
use http_body_util::BodyExt;
use providers::Http;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Known, Old, Replacement, Sunset, as_it_is};
use crate::compat::search::SearchQuery;
use crate::compat::views;
use crate::route::{Method, Route, deprecated};
use crate::{ApiOptions, App, key, routes};

// The row, and the function.

pub static SUNSET: Sunset = Sunset {
    operation: "contact-lookup",
    announced_on: (2027, 1, 31),
    successors: &["/api/public/contacts/search"],
    guide: include_str!("../../../../docs/migrations/note-send.md"),
    translate,
    answer: as_it_is,
    names: &[],
};

fn translate(old: &Old<'_>, _: &Known<'_>) -> Result<Replacement, Vec<FieldError>> {
    let (query, problems) = old.read::<SearchQuery>();
    let Some(query) = query.filter(|_| problems.is_empty()) else { return Err(problems) };
    Ok(Replacement::new(Method::Get, "/api/public/contacts/search")
        .query_if("phone", query.phone)
        .query_if("email", query.email))
}

fn table() -> Vec<Route> {
    use crm::Scope::ContactsRead;
    vec![
        deprecated(Method::Get, "/api/public/contact/lookup", &SUNSET)
            .scope(ContactsRead)
            .named("lookUpContact", "Customers and contacts", "Contacts by a part of their phone or e-mail")
            .query::<SearchQuery>()
            .answers::<Vec<views::ContactObject>>(200, "At most 50, newest last message first."),
    ]
}

#[test]
fn the_page_shows_this_code() {
    let page = include_str!("../../../../docs/sunsets.md");
    let source = include_str!("example.rs");
    let blocks: Vec<&str> = page.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 3, "row, function, route");
    for block in blocks {
        // In the table the route stands deeper than on the page.
        let lines: Vec<&str> = block.lines().map(str::trim).collect();
        let here: Vec<&str> = source.lines().map(str::trim).collect();
        assert!(here.windows(lines.len()).any(|window| window == lines), "not in example.rs:\n{block}");
    }
}

struct Client {
    app: Arc<App>,
    key: String,
}

impl Client {
    async fn get(&self, path: &str, day: &str) -> (Response<Body>, Value) {
        self.send(Request::get(path), day, "").await
    }

    async fn send(&self, request: axum::http::request::Builder, day: &str, body: &str) -> (Response<Body>, Value) {
        let request = request.header("x-api-key", &self.key).header("recado-preview-date", day);
        let request = request.header("content-type", "application/json").body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = crate::router(self.app.clone()).oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, Body::empty()), serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

#[tokio::test]
async fn a_row_and_a_function_are_all_it_takes() {
    let db = store::testing::fresh_sqlite();
    let crm = crm::Crm::open(db.db()).unwrap();
    let made = key::from_bits(&[1; 32]);
    let new = NewOrganization {
        name: "Ejemplo".to_owned(),
        country: "CL".to_owned(),
        time_zone: None,
        currency: None,
        language: None,
        owner_name: None,
        owner_email: "olga@example.com".to_owned(),
        owner_password_hash: None,
        key_hash: made.hash,
        key_hint: made.hint,
    };
    crm.create_organization_blocking(new).unwrap();
    let mut all = routes::table();
    all.extend(routes::pages());
    all.extend(table());
    let sealer = crate::seal::Sealer::new(&[7; 32]);
    let client =
        Client { app: App::with_table(crm, sealer, Http::default(), ApiOptions::default(), all), key: made.secret };

    let path = "/api/public/contact/lookup?phone=5550";
    let (plain, _) = client.get(path, "2027-01-30").await;
    assert_eq!((plain.status().as_u16(), plain.headers().get("sunset")), (200, None));
    let (announced, body) = client.get(path, "2027-01-31").await;
    assert_eq!((announced.headers()["sunset"].to_str().unwrap(), body), ("Mon, 31 Jan 2028 00:00:00 GMT", json!([])));
    let (warned, _) = client.get(path, "2027-07-31").await;
    let warning: Value = serde_json::from_str(warned.headers()["recado-warning"].to_str().unwrap()).unwrap();
    let replacement = json!({"method": "GET", "path": "/api/public/contacts/search?phone=5550", "body": null});
    assert_eq!(warning["replacement"], replacement);
    let (gone, problem) = client.get(path, "2028-01-31").await;
    assert_eq!((gone.status().as_u16(), &problem["replacement"]), (410, &replacement));
    let (wrong, problem) = client.get("/api/public/contact/lookup?phone=5", "2027-01-31").await;
    assert_eq!((wrong.status().as_u16(), &problem["errors"][0]["pointer"]), (400, &json!("?phone")));
    let (_, listed) = client.get("/api/v1/sunsets", "2027-01-31").await;
    assert!(listed["data"].as_array().unwrap().iter().any(|row| row["operation"] == "contact-lookup"));
    let (_, callers) = client.get("/api/v1/sunsets/contact-lookup/callers", "2027-01-31").await;
    assert_eq!(callers["data"], json!([]), "rehearsals do not count");
    let translate = Request::post("/api/v1/sunsets/contact-lookup/translate");
    assert_eq!(client.send(translate, "2027-01-31", r#"{"phone": 5550}"#).await.1, replacement);
    let (guide, _) = client.get("/docs/migrations/contact-lookup", "2027-01-31").await;
    assert_eq!(guide.status().as_u16(), 200);
}
