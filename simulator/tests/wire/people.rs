//! What people write, and who they are to the business.

use recado_simulator::config::defaults::DISPLAY_PHONE_NUMBER;
use recado_simulator::{Inbound, Knobs, Person};
use serde_json::json;

use crate::support::{ANA, Receiver, get, message, send, sent, start, start_with, text};

#[tokio::test]
async fn every_type_comes_as_meta_writes_it() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    let ours = sent(&simulator, &text("Hola")).await;
    let bodies = [
        json!({"type": "text", "text": {"body": "Hola"}, "context": {"id": ours, "forwarded": true}}),
        json!({"type": "image"}),
        json!({"type": "video"}),
        json!({"type": "audio", "audio": {"voice": true}}),
        json!({"type": "document"}),
        json!({"type": "sticker"}),
        json!({"type": "location", "location": {"latitude": -33.4, "longitude": -70.6}}),
        json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Eva"}}]}),
        json!({"type": "reaction", "reaction": {"message_id": ours, "emoji": "👍"}}),
        json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}}),
        json!({"type": "button", "button": {"payload": "p", "text": "t"}}),
        json!({"type": "order", "order": {"catalog_id": "1", "product_items": []}}),
        json!({"type": "edit", "edit": {"original_message_id": "wamid.1"}}),
        json!({"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}),
        json!({"type": "unsupported"}),
        json!({"type": "text", "text": {"body": "por el aviso"}, "referral": {"source_type": "ad", "source_id": "1"}}),
        json!({"type": "hologram", "hologram": {"depth": 3}}),
    ];
    for body in &bodies {
        simulator.inbound(Inbound::new(ANA, body.clone()).named("Ana")).unwrap();
    }
    simulator.settled().await;
    let messages = receiver.items("messages", "messages");
    assert_eq!(messages.len(), bodies.len());
    for (got, body) in messages.iter().zip(&bodies) {
        assert_eq!((&got["type"], &got["from"], &got["timestamp"]), (&body["type"], &json!(ANA), &json!("1750000000")));
        assert!(got["id"].as_str().unwrap().starts_with("wamid."));
    }
    assert_eq!(messages[0]["context"], json!({"id": ours, "forwarded": true, "from": DISPLAY_PHONE_NUMBER}));
    assert_eq!(messages[14]["errors"][0]["code"], 131_051);
    for (at, kind) in [(1, "image"), (2, "video"), (3, "audio"), (4, "document"), (5, "sticker")] {
        let medium = &messages[at][kind];
        let info = get(&simulator, &format!("/v26.0/{}", medium["id"].as_str().unwrap())).await.json();
        assert_eq!(info["mime_type"], medium["mime_type"], "{kind}");
        assert_eq!(get(&simulator, info["url"].as_str().unwrap()).await.status, 200);
    }
    let value = &receiver.values("messages")[2];
    assert_eq!(value["contacts"][0]["profile"]["name"], "Ana");
    assert_eq!(value["metadata"]["display_phone_number"], DISPLAY_PHONE_NUMBER);
    assert!(simulator.inbound(Inbound::new(ANA, json!({"type": "text"}))).is_err());
    assert!(simulator.inbound(Inbound::new(ANA, json!({}))).is_err());
    assert!(simulator.inbound(Inbound::text(ANA, "Hola").to("1")).is_err());
}

#[tokio::test]
async fn who_has_no_phone_is_known_by_the_user_id_only() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    simulator.person(Person::without_phone("CL.77", "@eva", "Eva")).unwrap();
    simulator.inbound(Inbound::text("CL.77", "Hola")).unwrap();
    simulator.settled().await;
    let (message, value) = (&receiver.items("messages", "messages")[0], &receiver.values("messages")[0]);
    assert!(message.get("from").is_none() && message["from_user_id"] == "CL.77");
    assert_eq!(value["contacts"], json!([{"profile": {"name": "Eva", "username": "@eva"}, "user_id": "CL.77"}]));
    let mut body = text("Hola, Eva");
    body.as_object_mut().unwrap().remove("to");
    body["recipient"] = json!("CL.77");
    let answered = send(&simulator, &body).await.json();
    assert_eq!(answered["contacts"], json!([{"input": "CL.77", "user_id": "CL.77"}]));
    simulator.settled().await;
    let status = receiver.items("messages", "statuses").pop().unwrap();
    assert!(status.get("recipient_id").is_none() && status["recipient_user_id"] == "CL.77");
    body["recipient"] = json!("CL.78");
    assert_eq!(send(&simulator, &body).await.code(), 131_026);
}

#[tokio::test]
async fn numbers_are_answered_as_whatsapp_writes_them() {
    let simulator = start(Knobs::default()).await;
    let mut body = text("Hola");
    body["to"] = json!("+52 55 5501 0001");
    let answered = send(&simulator, &body).await.json();
    assert_eq!(answered["contacts"], json!([{"input": "+52 55 5501 0001", "wa_id": "5215555010001"}]));
}

#[tokio::test]
async fn a_number_changes_and_with_it_the_user_id() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    let before = simulator.person(Person::with_phone(ANA, "Ana")).unwrap();
    simulator.change_number(ANA, "56955500009").unwrap();
    simulator.settled().await;
    let (message, value) = (&receiver.items("messages", "messages")[0], &receiver.values("messages")[0]);
    assert!(value.get("contacts").is_none());
    assert_eq!((&message["from"], &message["from_user_id"]), (&json!(ANA), &json!(before.user_id)));
    assert_eq!(
        (&message["system"]["type"], &message["system"]["wa_id"]),
        (&json!("user_changed_number"), &json!("56955500009"))
    );
    assert_ne!(message["system"]["user_id"], json!(before.user_id));
}

#[tokio::test]
async fn wishes_echoes_and_events_have_fields_of_their_own() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    simulator.preference(ANA, "stop").unwrap();
    simulator.echo(Inbound::text(ANA, "desde el teléfono")).unwrap();
    simulator.event(None, "account_update", json!({"event": "ACCOUNT_DELETED"})).unwrap();
    simulator.raw_webhook(r#"{"object":"other","entry":[]}"#);
    simulator.settled().await;
    let wish = &receiver.items("user_preferences", "user_preferences")[0];
    assert_eq!(
        (&wish["value"], &wish["wa_id"], &wish["timestamp"]),
        (&json!("stop"), &json!(ANA), &json!(1_750_000_000))
    );
    let echo = &receiver.items("smb_message_echoes", "message_echoes")[0];
    assert_eq!((&echo["from"], &echo["to"]), (&json!(DISPLAY_PHONE_NUMBER), &json!(ANA)));
    assert_eq!(receiver.values("account_update"), [json!({"event": "ACCOUNT_DELETED"})]);
    assert_eq!(receiver.got().last().unwrap().body, r#"{"object":"other","entry":[]}"#);
    assert!(simulator.sent().is_empty(), "an echo was not sent through the API");
}

#[tokio::test]
async fn buttons_and_rows_can_be_pressed() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    let buttons = json!([{"type": "reply", "reply": {"id": "yes", "title": "Sí"}}]);
    let body = json!({"type": "button", "body": {"text": "¿Sí?"}, "action": {"buttons": buttons}});
    let id = sent(&simulator, &message("interactive", body, json!({}))).await;
    for what in ["yes", "Sí", "0"] {
        simulator.press(&id, what).unwrap();
    }
    assert!(simulator.press(&id, "no").unwrap_err().to_string().contains("Sí"));
    assert!(simulator.press("wamid.no", "yes").is_err());
    simulator.settled().await;
    let pressed = receiver.items("messages", "messages");
    assert_eq!(pressed.len(), 3);
    for one in pressed {
        assert_eq!(one["interactive"], json!({"type": "button_reply", "button_reply": {"id": "yes", "title": "Sí"}}));
        assert_eq!(one["context"]["id"], json!(id));
    }
}
