//! Meta's side of a Cloud API channel: payloads as its servers post them, signed.

use std::net::SocketAddr;

use providers::whatsapp_cloud::sign;
use serde_json::{Value, json};

use crate::client::{self, Reply};
use crate::world::{World, text};

pub const WABA: &str = "102290129340398";
pub const SECRET: &str = "f0e1d2c3b4a5968778695a4b3c2d1e0f";

/// A channel whose secrets open.
#[derive(Clone, Debug)]
pub struct Line {
    pub channel: String,
    pub phone_number_id: String,
}

impl Line {
    pub fn open(w: &World, n: u64) -> Line {
        Line::with_secret(w, n, SECRET)
    }

    pub fn with_secret(w: &World, n: u64, secret: &str) -> Line {
        let phone_number_id = format!("{}", 206_540_352_242_000 + n);
        let body = json!({"type": "whatsapp", "name": format!("Línea {n}"), "phone_number": format!("+5690000{n:04}"),
                          "phone_number_id": phone_number_id, "waba_id": WABA, "access_token": "token",
                          "app_secret": secret, "verify_token": "verify-me"});
        let reply = w.post("/api/v1/channels", body);
        assert_eq!(reply.status, 201, "{}", reply.text());
        let found = reply.json();
        let id = if found["id"].is_string() { &found["id"] } else { &found["channel"]["id"] };
        Line { channel: text(id), phone_number_id }
    }

    pub fn path(&self) -> String {
        format!("/hooks/whatsapp/{}", self.channel)
    }

    pub fn deliver(&self, w: &World, payload: &Value) -> Reply {
        self.deliver_to(w.address(), payload.to_string().as_bytes())
    }

    /// The same until the server takes it, as Meta does.
    pub fn deliver_to(&self, to: SocketAddr, body: &[u8]) -> Reply {
        let signature = sign(SECRET, body);
        let headers = [("content-type", "application/json"), ("x-hub-signature-256", signature.as_str())];
        client::send_until_taken(to, "POST", &self.path(), &headers, Some(body)).unwrap()
    }

    /// One change of the field `messages`.
    pub fn change(&self, more: Value) -> Value {
        self.change_of("messages", more)
    }

    pub fn change_of(&self, field: &str, more: Value) -> Value {
        let mut value = json!({"messaging_product": "whatsapp",
                               "metadata": {"display_phone_number": "15550783881", "phone_number_id": self.phone_number_id}});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"field": field, "value": value})
    }

    pub fn says(&self, messages: Vec<Value>) -> Value {
        payload(vec![self.change(json!({"messages": messages}))])
    }

    /// A text by phone.
    pub fn text(&self, from: &str, id: &str, at: i64, body: &str) -> Value {
        self.says(vec![text_of(from, id, at, body)])
    }

    pub fn status(&self, id: &str, status: &str, at: i64) -> Value {
        let status = json!({"id": id, "status": status, "timestamp": at.to_string(), "recipient_id": "56955501234"});
        payload(vec![self.change(json!({"statuses": [status]}))])
    }
}

pub fn payload(changes: Vec<Value>) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": changes}]})
}

pub fn text_of(from: &str, id: &str, at: i64, body: &str) -> Value {
    json!({"from": from, "id": format!("wamid.{id}"), "timestamp": at.to_string(), "type": "text", "text": {"body": body}})
}

/// The contact that a phone is on the line; its id.
pub fn contact_of(w: &World, phone: &str) -> String {
    let digits = phone.trim_start_matches('+');
    let found = w.get(&format!("/api/public/contacts/search?phone={digits}")).json();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    text(&found[0]["id"])
}

pub fn messages_of(w: &World, contact: &str) -> Vec<Value> {
    let found = w.get(&format!("/api/public/contact/v2/{contact}/messages?limit=10000")).json();
    found["messages"].as_array().unwrap_or_else(|| panic!("{found}")).clone()
}

/// Seconds since 1970 of the world's clock.
pub fn seconds(w: &World) -> i64 {
    w.now().micros() / 1_000_000
}
