//! The same by HTTP, as a test in another language steers it.

use recado_simulator::{Knobs, Simulator};
use serde_json::{Value, json};

use crate::support::{ANA, Receiver, delete, get, request, sent, start, start_with, text, try_call};

async fn order(simulator: &Simulator, path: &str, body: Value) -> Value {
    let answered = crate::support::post(simulator, &format!("/_simulator/{path}"), &body).await;
    assert_eq!(answered.status, 200, "{path} {body}: {}", answered.json());
    answered.json()
}

#[tokio::test]
async fn everything_can_be_ordered_by_http() {
    let receiver = Receiver::start().await;
    let simulator = start(Knobs::default()).await;
    order(&simulator, "webhook", json!({"url": receiver.url})).await;
    assert_eq!(order(&simulator, "verify", json!({})).await, json!({"verified": true}));
    assert!(receiver.asked()[0].starts_with("tenant=1&hub.mode=subscribe"), "{:?}", receiver.asked());
    order(&simulator, "persons", json!({"phone": "+56 9 5550 0001", "name": "Ana"})).await;
    let id = order(&simulator, "inbound", json!({"from": ANA, "type": "text", "text": {"body": "Hola"}})).await["id"]
        .clone();
    let ours = sent(&simulator, &text("Sí")).await;
    order(&simulator, "status", json!({"message_id": ours, "status": "read"})).await;
    order(&simulator, "preference", json!({"who": ANA, "value": "stop"})).await;
    order(&simulator, "echo", json!({"from": ANA, "type": "text", "text": {"body": "eco"}})).await;
    order(&simulator, "event", json!({"field": "security", "value": {}})).await;
    order(&simulator, "number-change", json!({"who": ANA, "phone": "56955500009"})).await;
    order(&simulator, "raw-webhook", json!({"any": "thing"})).await;
    assert_eq!(order(&simulator, "settle", json!({})).await, json!({"settled": true}));
    assert_eq!(receiver.items("messages", "messages")[0]["id"], id);
    assert_eq!(receiver.statuses().len(), 3);
    let sent = get(&simulator, "/_simulator/sent?to=56955500009").await.json();
    assert_eq!((&sent["total"], &sent["sent"][0]["status"]), (&json!(0), &json!(null)), "she has another number now");
    assert_eq!(get(&simulator, "/_simulator/sent").await.json()["sent"][0]["status"], "read");
    assert_eq!(get(&simulator, "/_simulator/requests?about=message").await.json()["total"], 1);
    assert_eq!(get(&simulator, "/_simulator/webhooks").await.json()["total"], receiver.got().len());
    assert_eq!(get(&simulator, "/_simulator/persons").await.json()["persons"][0]["phone"], "56955500009");
    let before = get(&simulator, "/_simulator/clock").await.json()["now"].as_i64().unwrap();
    let after = order(&simulator, "clock", json!({"advance_seconds": 60})).await["now"].as_i64().unwrap();
    assert_eq!(after, before + 60);
    order(&simulator, "faults", json!({"then": {"error": 131048}, "times": null})).await;
    assert_eq!(get(&simulator, "/_simulator/faults").await.json()[0]["then"], json!({"error": 131048}));
    assert_eq!(delete(&simulator, "/_simulator/faults").await.json(), json!([]));
    order(&simulator, "reset", json!({})).await;
    assert_eq!(get(&simulator, "/_simulator/sent").await.json()["total"], 0);
}

#[tokio::test]
async fn orders_that_cannot_be_are_refused_with_a_sentence() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    for (path, body, word) in [
        ("inbound", json!({"from": ANA}), "type"),
        ("inbound", json!({"type": "text"}), "from"),
        ("inbound", json!({"from": "ana", "type": "text", "text": {"body": "x"}}), "phone"),
        ("knobs", json!({"shufle": true}), "shufle"),
        ("faults", json!({"then": {"error": 1234567}}), "1234567"),
        ("status", json!({"message_id": "wamid.no", "status": "read"}), "wamid.no"),
        ("persons", json!({"fone": "1"}), "fone"),
        ("webhook", json!({"url": "https://example.com/hook"}), "http://"),
        ("preference", json!({"who": ANA, "value": "maybe"}), "stop"),
        ("template", json!({"id": "1", "status": "APPROVED"}), "1"),
        ("clock", json!({"advance_seconds": -1}), "positive"),
    ] {
        let answered = crate::support::post(&simulator, &format!("/_simulator/{path}"), &body).await;
        assert_eq!(answered.status, 400, "{path} {body}");
        assert!(answered.json()["error"].as_str().unwrap().contains(word), "{path} {body}: {}", answered.json());
    }
    let patched =
        try_call(request(&simulator, "PATCH", "/_simulator/knobs", Some(&json!({"batch": 3})))).await.unwrap();
    assert_eq!(patched.json()["batch"], 3);
    assert_eq!(get(&simulator, "/_simulator/nothing").await.status, 404);
    let help = get(&simulator, "/_simulator").await;
    assert!(String::from_utf8_lossy(&help.bytes).contains("/_simulator/inbound"));
}

#[tokio::test]
async fn a_receiver_that_knows_another_token_fails_the_handshake() {
    let receiver = Receiver::start().await;
    let webhook_url = Some(receiver.url.clone());
    let config = recado_simulator::Config { webhook_url, verify_token: "other".to_owned(), ..Default::default() };
    let simulator = Simulator::start(config).await.unwrap();
    assert!(simulator.verify_webhook().await.unwrap_err().to_string().contains("403"));
}
