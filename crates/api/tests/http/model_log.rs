//! What is said about a language model in the log: that it was no help, and never what it was asked or answered.

use std::fmt::{Debug, Write};
use std::sync::Mutex;

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::model_double::{Asking, Double, Say, configure, nobody_waits, property_field, state, until};
use crate::world::each;

/// Everything that is logged by this process, of every level.
static LOGGED: Mutex<String> = Mutex::new(String::new());

struct Log;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(String::new());
        span.record(&mut line);
        LOGGED.lock().unwrap().push_str(&line.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let mut logged = LOGGED.lock().unwrap();
        logged.push_str(&line.0);
        logged.push('\n');
    }
}

#[test]
fn what_is_asked_and_answered_is_in_no_log() {
    tracing::subscriber::set_global_default(Log).unwrap();
    each(|w| {
        property_field(w);
        let double = Double::start(|seen, before| match before {
            0 => Say::Text("Respuesta Secreta sin forma".to_owned()),
            1 => seen.choose("q7", "Tipo de propiedad", "Casa"),
            _ => Say::Http(400, "", "{\"error\": {\"code\": \"bad\", \"message\": \"huerto secreto\"}}"),
        });
        configure(w, &double, json!({"api_key": "clave-secreta-9"}));
        let _asking = Asking::start(w);
        w.upsert("+56955501234", json!({"meta_data": {"q7": "algo con huerto secreto"}}));
        nobody_waits(w);
        w.upsert("+56955505678", json!({"meta_data": {"q7": "algo con huerto secreto"}}));
        until("the failure", || state(w)["failures"] == 1);
        let logged = LOGGED.lock().unwrap().clone();
        assert!(logged.contains("a model was no help"), "{logged}");
        for secret in ["huerto", "Secreta", "clave-secreta", "</record>"] {
            assert!(!logged.contains(secret), "{secret}");
        }
    });
}
