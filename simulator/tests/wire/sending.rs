//! What may be sent and what not, and media in two steps.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use recado_simulator::config::defaults::{ACCESS_TOKEN, DISPLAY_PHONE_NUMBER, PHONE_NUMBER_ID};
use recado_simulator::{Inbound, Knobs, Simulator};
use serde_json::{Value, json};

use crate::support::{
    ANA, Answered, delete, get, message, messages_path, post, request, send, sent, start, text, try_call,
};

fn interactive(object: Value) -> Value {
    message("interactive", object, json!({}))
}

fn buttons(count: usize, title: &str) -> Value {
    let buttons: Vec<Value> = (0..count)
        .map(|n| json!({"type": "reply", "reply": {"id": n.to_string(), "title": format!("{title}{n}")}}))
        .collect();
    interactive(json!({"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}))
}

fn rows(count: usize) -> Value {
    let rows: Vec<Value> = (0..count).map(|n| json!({"id": n.to_string(), "title": n.to_string()})).collect();
    interactive(
        json!({"type": "list", "body": {"text": "?"}, "action": {"button": "Ver", "sections": [{"rows": rows}]}}),
    )
}

#[tokio::test]
async fn what_is_not_right_is_refused_with_the_code_that_meta_uses() {
    let simulator = start(Knobs::default()).await;
    let without = |key: &str| {
        let mut body = text("Hola");
        body.as_object_mut().unwrap().remove(key);
        body
    };
    let with = |key: &str, value: Value| {
        let mut body = text("Hola");
        body[key] = value;
        body
    };
    let long = "x".repeat(4097);
    let cases: Vec<(Value, i64)> = vec![
        (without("messaging_product"), 100),
        (with("messaging_product", json!("sms")), 100),
        (without("to"), 100),
        (with("to", json!("ana")), 131_009),
        (with("to", json!(56_955_500_001_u64)), 100),
        (with("to", json!(DISPLAY_PHONE_NUMBER)), 131_021),
        (with("recipient_type", json!("everybody")), 100),
        (with("type", json!("poke")), 100),
        (with("type", json!("order")), 131_051),
        (with("context", json!({})), 100),
        (with("biz_opaque_callback_data", json!("x".repeat(513))), 100),
        (without("text"), 131_008),
        (text(""), 131_008),
        (text(&long), 100),
        (message("text", json!({"body": "a", "preview_url": "yes"}), json!({})), 131_009),
        (message("image", json!({}), json!({})), 100),
        (message("image", json!({"id": "123"}), json!({})), 131_009),
        (message("image", json!({"link": "ftp://example.com/a.png"}), json!({})), 131_009),
        (message("image", json!({"id": "1", "link": "https://example.com/a.png"}), json!({})), 131_009),
        (
            message("image", json!({"link": "https://example.com/a.png", "caption": "x".repeat(1025)}), json!({})),
            131_009,
        ),
        (message("audio", json!({"link": "https://example.com/a.ogg", "caption": "no"}), json!({})), 131_009),
        (message("location", json!({"latitude": 91, "longitude": 0}), json!({})), 131_009),
        (message("location", json!({"latitude": 1}), json!({})), 131_008),
        (message("contacts", json!([]), json!({})), 131_009),
        (message("contacts", json!([{"name": {"formatted_name": "Eva"}}]), json!({})), 131_008),
        (message("reaction", json!({"message_id": "wamid.unknown", "emoji": "👍"}), json!({})), 131_009),
        (buttons(4, "b"), 131_009),
        (buttons(0, "b"), 131_009),
        (buttons(1, "a title that is too long"), 131_009),
        (rows(11), 131_009),
        (interactive(json!({"type": "poll", "body": {"text": "?"}})), 131_009),
        (interactive(json!({"type": "button", "action": {}})), 131_008),
        (
            interactive(json!({"type": "cta_url", "body": {"text": "?"}, "action": {"name": "cta_url",
            "parameters": {"display_text": "Ver", "url": "example"}}})),
            131_009,
        ),
        (message("template", json!({"name": "none", "language": {"code": "es"}}), json!({})), 132_001),
        (message("template", json!({"name": "none"}), json!({})), 131_008),
    ];
    for (body, code) in cases {
        let answered = send(&simulator, &body).await;
        assert_eq!(answered.code(), code, "{body}: {}", answered.json());
        let error = &answered.json()["error"];
        assert_eq!(error["type"], "OAuthException");
        assert!(error["fbtrace_id"].as_str().is_some_and(|trace| !trace.is_empty()));
        assert!(error["message"].as_str().unwrap().contains(&format!("(#{code})")), "{error}");
    }
    assert!(simulator.sent().is_empty());
    assert_eq!(simulator.attempts().len(), 35);
}

#[tokio::test]
async fn every_type_is_taken_and_recorded() {
    let simulator = start(Knobs::default()).await;
    let theirs = simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    let link = json!({"link": "https://example.com/file"});
    let bodies = [
        message("text", json!({"body": "Hola"}), json!({"context": {"message_id": theirs}})),
        message("image", link.clone(), json!({})),
        message("video", link.clone(), json!({})),
        message("audio", link.clone(), json!({})),
        message("document", link.clone(), json!({})),
        message("sticker", link, json!({})),
        message("location", json!({"latitude": "-33.4", "longitude": -70.6}), json!({})),
        message("contacts", json!([{"name": {"formatted_name": "Eva S.", "first_name": "Eva"}}]), json!({})),
        message("reaction", json!({"message_id": theirs, "emoji": "👍"}), json!({})),
        message("reaction", json!({"message_id": theirs, "emoji": ""}), json!({})),
        buttons(3, "b"),
        rows(10),
        interactive(
            json!({"type": "location_request_message", "body": {"text": "?"}, "action": {"name": "send_location"}}),
        ),
        interactive(
            json!({"type": "contact_request", "body": {"text": "?"}, "action": {"name": "request_contact_info"}}),
        ),
    ];
    for body in &bodies {
        let answered = send(&simulator, body).await.json();
        assert_eq!(answered["contacts"], json!([{"input": ANA, "wa_id": ANA}]), "{body}: {answered}");
        assert_eq!(answered["messages"][0]["message_status"], "accepted");
    }
    let sent = simulator.sent();
    assert_eq!(sent.iter().map(|sent| &sent.body).collect::<Vec<_>>(), bodies.iter().collect::<Vec<_>>());
    assert_eq!(simulator.wait_for_sent(14, Duration::from_secs(1)).await.unwrap().len(), 14);
}

#[tokio::test]
async fn read_receipts_and_typing_are_no_messages() {
    let simulator = start(Knobs::default()).await;
    let theirs = simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    let ours = sent(&simulator, &text("Sí")).await;
    let read = |id: &str| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id});
    let mut typing = read(&theirs);
    typing["typing_indicator"] = json!({"type": "text"});
    assert!(!simulator.is_read(&theirs));
    assert_eq!(send(&simulator, &typing).await.json(), json!({"success": true}));
    assert!(simulator.is_read(&theirs));
    assert_eq!(send(&simulator, &read(&ours)).await.code(), 131_009);
    let unknown = send(&simulator, &read("wamid.no")).await;
    assert_eq!((unknown.status, unknown.json()["error"]["error_subcode"].as_i64()), (400, Some(33)));
    assert_eq!((simulator.sent().len(), simulator.attempts().len(), simulator.requests().len()), (1, 1, 4));
}

#[tokio::test]
async fn tokens_and_ids_that_are_not_there() {
    let simulator = start(Knobs::default()).await;
    let mut without = request(&simulator, "GET", &format!("/v26.0/{PHONE_NUMBER_ID}"), None);
    without.headers_mut().remove("authorization");
    let answered = try_call(without).await.unwrap();
    assert_eq!((answered.status, answered.code()), (401, 190));
    simulator.turn(|knobs| knobs.token = recado_simulator::Token::Expired).unwrap();
    let answered = send(&simulator, &text("Hola")).await;
    assert_eq!((answered.code(), answered.json()["error"]["error_subcode"].as_i64()), (190, Some(463)));
    simulator.turn(|knobs| knobs.token = recado_simulator::Token::NoPermission).unwrap();
    assert_eq!(send(&simulator, &text("Hola")).await.code(), 10);
    simulator.turn(|knobs| knobs.token = recado_simulator::Token::Valid).unwrap();
    let answered = get(&simulator, "/v26.0/12345").await;
    assert_eq!((answered.status, answered.code()), (400, 100));
    let debug = get(&simulator, &format!("/v26.0/debug_token?input_token={ACCESS_TOKEN}")).await.json();
    assert_eq!(debug["data"]["is_valid"], true);
    let number =
        get(&simulator, &format!("/v26.0/{PHONE_NUMBER_ID}?fields=status,is_on_biz_app,throughput")).await.json();
    assert_eq!(
        number,
        json!({"id": PHONE_NUMBER_ID, "status": "CONNECTED", "is_on_biz_app": false, "throughput": {"level": "STANDARD"}})
    );
    let call = json!({"messaging_product": "whatsapp"});
    post(&simulator, &format!("/v26.0/{PHONE_NUMBER_ID}/deregister"), &call).await;
    assert_eq!(post(&simulator, &messages_path(), &text("Hola")).await.code(), 133_010);
}

/// Multipart as an HTTP client writes it.
async fn upload(simulator: &Simulator, mime: &str, bytes: &[u8]) -> Answered {
    let mut body = format!(
        "--lim\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--lim\r\ncontent-disposition: \
         form-data; name=\"file\"; filename=\"f\"\r\ncontent-type: {mime}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--lim--\r\n");
    let mut request = request(simulator, "POST", &format!("/v26.0/{PHONE_NUMBER_ID}/media"), None);
    request.headers_mut().insert("content-type", "multipart/form-data; boundary=lim".parse().unwrap());
    *request.body_mut() = Full::new(Bytes::from(body));
    try_call(request).await.unwrap()
}

#[tokio::test]
async fn media_go_in_two_steps_and_end() {
    let simulator = start(Knobs::default()).await;
    let id = upload(&simulator, "image/png", b"bytes").await.json()["id"].as_str().unwrap().to_owned();
    let info = get(&simulator, &format!("/v26.0/{id}")).await.json();
    assert_eq!((&info["mime_type"], &info["file_size"]), (&json!("image/png"), &json!(5)));
    let url = info["url"].as_str().unwrap().to_owned();
    assert_eq!(get(&simulator, &url).await.bytes, "bytes");
    let mut part = request(&simulator, "GET", &url, None);
    part.headers_mut().insert("range", "bytes=1-2".parse().unwrap());
    let part = try_call(part).await.unwrap();
    assert_eq!(
        (part.status, part.bytes.as_ref(), &part.headers["content-range"]),
        (206, &b"yt"[..], &"bytes 1-2/5".parse().unwrap())
    );
    let mut without = request(&simulator, "GET", &url, None);
    without.headers_mut().remove("authorization");
    assert_eq!(try_call(without).await.unwrap().status, 401);
    sent(&simulator, &message("image", json!({"id": id}), json!({}))).await;
    assert_eq!(send(&simulator, &message("video", json!({"id": id}), json!({}))).await.code(), 131_009);

    simulator.clock().advance(Duration::from_secs(300));
    assert_eq!(get(&simulator, &url).await.status, 404, "the address is good for five minutes");
    let renewed = get(&simulator, &format!("/v26.0/{id}")).await.json()["url"].as_str().unwrap().to_owned();
    assert_eq!(get(&simulator, &renewed).await.status, 200);
    simulator.clock().advance(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(get(&simulator, &format!("/v26.0/{id}")).await.code(), 100, "media stay for thirty days");

    let id = upload(&simulator, "image/png", b"bytes").await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(delete(&simulator, &format!("/v26.0/{id}")).await.json(), json!({"success": true}));
    assert_eq!(delete(&simulator, &format!("/v26.0/{id}")).await.code(), 100);
    assert_eq!(upload(&simulator, "application/x-msdownload", b"MZ").await.code(), 100);
    assert_eq!(upload(&simulator, "image/png", &vec![0; (5 << 20) + 1]).await.code(), 131_053);
    assert_eq!(upload(&simulator, "image/png", b"").await.code(), 100);
}
