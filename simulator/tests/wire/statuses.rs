//! What becomes of sent messages, and how the receiver hears of it.

use std::time::Duration;

use recado_simulator::{Inbound, Knobs, Refusals, Window};
use ring::hmac;
use serde_json::json;

use crate::support::{ANA, Receiver, message, send, sent, start, start_with, text};

#[tokio::test]
async fn a_message_is_sent_and_delivered_and_read_when_told() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    simulator.inbound(Inbound::text(ANA, "Hola").named("Ana")).unwrap();
    let id =
        sent(&simulator, &message("text", json!({"body": "Sí"}), json!({"biz_opaque_callback_data": "m-1"}))).await;
    simulator.settled().await;
    simulator.status(&id, "read", None).unwrap();
    simulator.settled().await;
    let climbed: Vec<_> = receiver.statuses().into_iter().map(|(of, status)| (of == id, status)).collect();
    assert_eq!(climbed, [(true, "sent".to_owned()), (true, "delivered".to_owned()), (true, "read".to_owned())]);
    let statuses = receiver.items("messages", "statuses");
    assert!(statuses.iter().all(|status| status["biz_opaque_callback_data"] == "m-1"));
    assert!(statuses.iter().all(|status| status["recipient_id"] == ANA));
    assert!(statuses[0]["recipient_user_id"].as_str().unwrap().starts_with("CL."));
    assert_eq!(
        statuses[0]["pricing"],
        json!({"billable": false, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"})
    );
    assert!(statuses.iter().all(|status| status.get("conversation").is_none()));
    assert_eq!(simulator.message(&id).unwrap().status, "read");
}

#[tokio::test]
async fn signatures_are_over_the_escaped_bytes() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    simulator.inbound(Inbound::text(ANA, "Ñandú 👍 a/b")).unwrap();
    simulator.settled().await;
    let got = &receiver.got()[0];
    assert!(got.body.is_ascii());
    assert_eq!(got.json()["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"], "Ñandú 👍 a/b");
    let key = hmac::Key::new(hmac::HMAC_SHA256, recado_simulator::config::defaults::APP_SECRET.as_bytes());
    let expected: String = hmac::sign(&key, &got.body).as_ref().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(got.signature, format!("sha256={expected}"));

    simulator.turn(|knobs| knobs.wrong_signature = true).unwrap();
    simulator.inbound(Inbound::text(ANA, "otra")).unwrap();
    simulator.settled().await;
    let got = &receiver.got()[1];
    let expected: String = hmac::sign(&key, &got.body).as_ref().iter().map(|b| format!("{b:02x}")).collect();
    assert_ne!(got.signature, format!("sha256={expected}"));
}

#[tokio::test]
async fn the_window_shuts_after_a_day_and_says_so_by_webhook_or_at_once() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    simulator.clock().advance(Duration::from_secs(24 * 3600 - 1));
    let in_time = sent(&simulator, &text("a tiempo")).await;
    simulator.clock().advance(Duration::from_secs(1));
    let late = sent(&simulator, &text("tarde")).await;
    simulator.settled().await;
    assert_eq!(simulator.message(&in_time).unwrap().status, "delivered");
    let late = simulator.message(&late).unwrap();
    assert_eq!((late.status, late.error), ("failed", Some(131_047)));
    let failed = receiver.items("messages", "statuses").pop().unwrap();
    assert_eq!(failed["errors"][0]["code"], 131_047);
    assert_eq!(failed["errors"][0]["title"], "Re-engagement message");
    assert!(failed.get("recipient_user_id").is_none() && failed.get("pricing").is_none());

    simulator.turn(|knobs| knobs.refusals = Refusals::AtOnce).unwrap();
    assert_eq!(send(&simulator, &text("tarde")).await.code(), 131_047);
    simulator.turn(|knobs| knobs.window = Window::Open).unwrap();
    sent(&simulator, &text("da igual")).await;
    assert_eq!(simulator.sent().len(), 3);
}

#[tokio::test]
async fn refused_webhooks_come_again_until_they_are_taken() {
    let receiver = Receiver::start().await;
    let knobs = Knobs { retry_after_ms: vec![1000, 5000], ..Knobs::default() };
    let simulator = start_with(&receiver, knobs).await;
    receiver.refuse(2);
    simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    simulator.settled().await;
    assert_eq!(receiver.got().len(), 1);
    simulator.clock().advance(Duration::from_millis(999));
    simulator.settled().await;
    assert_eq!(receiver.got().len(), 1);
    simulator.clock().advance(Duration::from_millis(1));
    simulator.settled().await;
    assert_eq!(receiver.got().len(), 2);
    simulator.clock().advance(Duration::from_secs(5));
    simulator.settled().await;
    let got = receiver.got();
    assert_eq!(got.len(), 3);
    assert!(got.iter().all(|one| one.body == got[0].body && one.signature == got[0].signature));
    let log: Vec<_> = simulator.webhooks().iter().map(|webhook| (webhook.attempt, webhook.status)).collect();
    assert_eq!(log, [(1, Some(500)), (2, Some(500)), (3, Some(200))]);
    simulator.clock().advance(Duration::from_secs(8 * 24 * 3600));
    simulator.settled().await;
    assert_eq!(receiver.got().len(), 3);
}

#[tokio::test]
async fn a_held_crowd_comes_in_batches_shuffled_and_twice() {
    let receiver = Receiver::start().await;
    let knobs = Knobs { hold: true, batch: 100, shuffle: true, duplicates: 1.0, concurrency: 8, ..Knobs::default() };
    let simulator = start_with(&receiver, knobs).await;
    for n in 0..1000_u32 {
        simulator
            .inbound(Inbound::text(&(56_955_500_000_u64 + u64::from(n % 16)).to_string(), &n.to_string()))
            .unwrap();
    }
    simulator.settled().await;
    assert_eq!(receiver.got().len(), 0);
    simulator.turn(|knobs| knobs.hold = false).unwrap();
    simulator.settled().await;
    let bodies: Vec<u32> = receiver
        .items("messages", "messages")
        .iter()
        .map(|message| message["text"]["body"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!((receiver.got().len(), bodies.len()), (20, 2000));
    assert!(!bodies.is_sorted());
    let mut sorted = bodies;
    sorted.sort_unstable();
    assert_eq!(sorted, (0..1000).flat_map(|n| [n, n]).collect::<Vec<_>>());
}

#[tokio::test]
async fn without_a_receiver_webhooks_are_kept_to_be_looked_at() {
    let simulator = start(Knobs::default()).await;
    simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    simulator.settled().await;
    let webhooks = simulator.webhooks();
    assert_eq!((webhooks.len(), webhooks[0].status, webhooks[0].url.is_none()), (1, None, true));
    assert!(webhooks[0].body.contains("Hola"));
}
