//! A visitor's browser on a page with the web chat.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use providers::whatsapp_cloud::sign;
use serde_json::{Value, json};

use crate::client::{self, Reply};
use crate::live::{Frame, Live};
use crate::world::{Server, World, text};

pub const PAGE: &str = "https://shop.example.com";

/// A browser with its token.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub to: std::net::SocketAddr,
    pub channel: String,
    pub token: String,
}

impl Visitor {
    /// Comes for the first time; `said`: what the page says of them.
    pub fn new(w: &World, said: Value) -> Visitor {
        Visitor::at(w.server(), &w.here.webchat, said)
    }

    pub fn at(server: &Server, channel: &str, said: Value) -> Visitor {
        let mut visitor = Visitor { to: server.address, channel: channel.to_owned(), token: String::new() };
        let reply = visitor.begin(said);
        assert_eq!(reply.status, 201, "{}", reply.text());
        visitor.token = text(&reply.json()["token"]);
        visitor
    }

    /// The session's answer, as whoever they are.
    pub fn begin(&self, said: Value) -> Reply {
        self.post("session", said)
    }

    pub fn send(&self, method: &str, path: &str, more: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        let path = format!("/webchat/{}/{path}", self.channel);
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("origin", PAGE)];
        if !self.token.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        if body.is_some() && !more.iter().any(|(name, _)| *name == "content-type") {
            headers.push(("content-type", "application/json"));
        }
        headers.extend_from_slice(more);
        client::send_until_taken(self.to, method, &path, &headers, body).unwrap()
    }

    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, &[], Some(body.to_string().as_bytes()))
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    pub fn says(&self, client_id: &str, said: &str) -> Reply {
        self.post("messages", json!({"client_id": client_id, "text": said}))
    }

    /// What they see: who said what, oldest first.
    pub fn sees(&self) -> Vec<(String, String)> {
        let found = self.get("messages").json();
        let all = found["data"].as_array().unwrap_or_else(|| panic!("{found}"));
        all.iter().map(|message| (text(&message["from"]), text(&message["text"]))).collect()
    }

    pub fn cursor(&self) -> i64 {
        text(&self.get("messages").json()["cursor"]).parse().unwrap()
    }

    pub fn stream(&self, last: Option<i64>) -> Result<(Live, Frame), u16> {
        let bearer = format!("Bearer {}", self.token);
        let last = last.map(|last| last.to_string());
        let mut headers = vec![("origin", PAGE), ("authorization", bearer.as_str())];
        headers.extend(last.as_deref().map(|last| ("last-event-id", last)));
        Live::get(self.to, &format!("/webchat/{}/stream", self.channel), &headers)
    }
}

pub fn team(said: &str) -> (String, String) {
    ("team".to_owned(), said.to_owned())
}

pub fn visitor(said: &str) -> (String, String) {
    ("visitor".to_owned(), said.to_owned())
}

fn hmac(secret: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let hex = sign(secret, bytes).trim_start_matches("sha256=").to_owned();
    let raw = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    (hex, raw)
}

/// As a page's server signs a user's id.
pub fn hash(secret: &str, id: &str) -> String {
    hmac(secret, id.as_bytes()).0
}

/// A JWT as a page's server makes it.
pub fn jwt(secret: &str, claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac(secret, signed.as_bytes()).1))
}

/// Makes the channel's identity secret.
pub fn identity_secret(w: &World) -> String {
    let reply = w.post(&format!("/api/v1/channels/{}/identity_secret", w.here.webchat), json!({}));
    assert_eq!(reply.status, 201, "{}", reply.text());
    text(&reply.json()["secret"])
}

/// Contacts of the web chat, newest activity last; their ids.
pub fn contacts(w: &World) -> Vec<String> {
    let found = w.get(&format!("/api/v1/contacts?channel_id={}&limit=100", w.here.webchat)).json();
    let all = found["data"].as_array().unwrap_or_else(|| panic!("{found}"));
    all.iter().rev().map(|contact| text(&contact["id"])).collect()
}

/// The team writes to a contact.
pub fn answer(w: &World, contact: &str, said: &str) -> Value {
    let body = json!({"contact_id": contact, "text": said});
    let reply = w.post("/api/v1/messages", body);
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}
