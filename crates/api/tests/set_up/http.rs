//! Requests to the whole surface, without a network: two organizations on one fresh database.

use api::seal::Sealer;
use api::{ApiOptions, App, key};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm::Crm;
use crm::organizations::NewOrganization;
use http_body_util::BodyExt;
use providers::Http;
use serde_json::{Value, json};
use store::Db;
use store::testing::each_engine;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

pub struct World {
    pub crm: Crm,
    pub db: Db,
    pub router: Router,
    pub runtime: Runtime,
    /// With all scopes, in the first and in the second organization.
    pub here: String,
    pub elsewhere: String,
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

/// The key that secrets are sealed with.
pub const SEAL: [u8; 32] = [7; 32];

pub fn each(body: impl Fn(&World)) {
    each_engine(|db| {
        let crm = Crm::open(db.clone()).unwrap();
        let [here, elsewhere] = [(1, "CL"), (2, "BR")].map(|(bits, country)| {
            let key = key::from_bits(&[bits; 32]);
            let new = NewOrganization {
                name: format!("Tienda {bits}"),
                country: country.to_owned(),
                time_zone: None,
                currency: None,
                language: None,
                owner_name: None,
                owner_email: "ana@example.com".to_owned(),
                owner_password_hash: None,
                key_hash: key.hash,
                key_hint: key.hint,
            };
            crm.create_organization_blocking(new).unwrap();
            key.secret
        });
        let router = router(&crm, &SEAL);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        body(&World { crm, db: db.clone(), router, runtime, here, elsewhere });
    });
}

pub fn router(crm: &Crm, seal: &[u8; 32]) -> Router {
    api::router(App::new(crm.clone(), Sealer::new(seal), Http::default(), ApiOptions::default()))
}

impl World {
    pub fn send(&self, key: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        self.send_to(&self.router, key, method, path, headers, body)
    }

    pub fn send_to(
        &self,
        router: &Router,
        key: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("x-api-key", key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).unwrap();
        self.runtime.block_on(async {
            let response = router.clone().oneshot(request).await.unwrap();
            let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
            let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            Reply { status, headers, body }
        })
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send(&self.here, "GET", path, &[], None)
    }

    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.send(&self.here, "POST", path, &[], Some(&body))
    }

    pub fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(&self.here, "PATCH", path, &[], Some(&body))
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.send(&self.here, "DELETE", path, &[], None)
    }

    /// Makes something and answers its path.
    pub fn made(&self, path: &str, body: Value) -> String {
        let reply = self.post(path, body);
        assert_eq!(reply.status, 201, "{}", reply.body);
        format!("{path}/{}", reply.id())
    }

    /// A key with these scopes only.
    pub fn key(&self, scopes: &[&str]) -> String {
        let reply = self.post("/api/v1/api_keys", json!({"name": "Otra", "scopes": scopes}));
        reply.body["key"].as_str().unwrap().to_owned()
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn id(&self) -> String {
        match &self.body["id"] {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        }
    }

    /// Status and code.
    pub fn problem(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// `pointer code` of each bad part.
    pub fn wrong(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        errors.iter().map(|error| format!("{} {}", text(&error["pointer"]), text(&error["code"]))).collect()
    }
}
