//! C15 and C16: pipelines and channels.

use serde_json::json;

use crate::redact::redact;
use crate::world::{PHONE_ID, WEB_WHATSAPP, WHATSAPP, each};

#[test]
fn pipelines_in_board_order() {
    each(|w| {
        let reply = w.get("/api/public/pipeline");
        let boards = reply.json();
        assert_eq!(reply.status, 200);
        assert_eq!(boards[0]["id"], json!(w.here.pipeline));
        let stages: Vec<&str> =
            boards[0]["stages"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
        assert_eq!(stages, w.here.stages);
        assert_eq!(
            redact(&boards[1]),
            json!({"id": "<id>", "name": "Soporte", "description": null,
                   "stages": [{"id": "<id>", "name": "Abierto", "description": null}]})
        );
    });
}

#[test]
fn channels_of_a_type() {
    each(|w| {
        let list = |kind: &str| w.get(&format!("/api/public/channels/{kind}"));
        assert_eq!(
            redact(&list("whatsapp").json()),
            json!([{"id": 106540352242922_i64, "phone_number": WHATSAPP, "client_id": "<id>", "name": "Canal whatsapp",
                    "phone_number_id": PHONE_ID}])
        );
        assert_eq!(list("web-whatsapp").json()[0]["id"], json!(w.here.web_whatsapp));
        assert_eq!(list("web_whatsapp").json()[0]["phone_number"], WEB_WHATSAPP);
        assert_eq!(list("webchat").json()[0]["phone_number"], json!(null));
        assert_eq!(list("playground").json().as_array().unwrap().len(), 1);
        assert_eq!(list("sms").status, 404);
    });
}
