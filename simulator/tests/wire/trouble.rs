//! What goes wrong on purpose.

use recado_simulator::{Config, Fault, Inbound, Knobs, On, Person, Simulator, Trouble};
use serde_json::json;

use crate::support::{
    ANA, Receiver, clock, get, message, messages_path, request, send, sent, start, start_with, text, try_call,
};

fn fault(then: Trouble) -> Fault {
    Fault { on: On::Messages, to: None, times: Some(1), then }
}

#[tokio::test]
async fn a_cut_after_leaves_the_message_sent_and_a_cut_before_does_not() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    simulator.fault(fault(Trouble::CutBefore)).unwrap();
    simulator.fault(fault(Trouble::CutAfter)).unwrap();
    let body = message("text", json!({"body": "¿llegó?"}), json!({"biz_opaque_callback_data": "m-7"}));
    let call = || try_call(request(&simulator, "POST", &messages_path(), Some(&body)));
    assert!(call().await.is_err());
    assert!(simulator.sent().is_empty());
    assert!(call().await.is_err());
    assert_eq!(simulator.sent().len(), 1);
    assert!(simulator.sent()[0].answer_cut);
    simulator.settled().await;
    let statuses = receiver.items("messages", "statuses");
    assert_eq!(statuses.len(), 2);
    assert!(statuses.iter().all(|status| status["biz_opaque_callback_data"] == "m-7"));
    let log: Vec<_> = simulator.attempts().iter().map(|request| request.status).collect();
    assert_eq!(log, [None, None]);
    assert_eq!(call().await.unwrap().status, 200);
}

#[tokio::test]
async fn errors_proxies_and_late_failures() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs::default()).await;
    simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    simulator.fault(fault(Trouble::Error(130_429))).unwrap();
    let answered = send(&simulator, &text("1")).await;
    assert_eq!(
        (answered.status, answered.code(), &answered.headers["retry-after"]),
        (429, 130_429, &"60".parse().unwrap())
    );
    assert!(answered.headers.contains_key("x-business-use-case-usage"));
    simulator.fault(fault(Trouble::Http(502))).unwrap();
    let answered = send(&simulator, &text("2")).await;
    assert_eq!((answered.status, answered.bytes.starts_with(b"<html>")), (502, true));
    simulator.fault(fault(Trouble::FailLater(131_049))).unwrap();
    let id = sent(&simulator, &text("3")).await;
    simulator.settled().await;
    assert_eq!(receiver.statuses(), [(id, "failed".to_owned())]);
    assert_eq!(receiver.items("messages", "statuses")[0]["errors"][0]["code"], 131_049);
    simulator.fault(Fault { to: Some("+56 9 5550 0002".to_owned()), ..fault(Trouble::Error(131_048)) }).unwrap();
    sent(&simulator, &text("4")).await;
    let mut to_another = text("5");
    to_another["to"] = json!("56955500002");
    assert_eq!(send(&simulator, &to_another).await.code(), 131_048);
    assert!(simulator.fault(fault(Trouble::Error(7))).is_err());
}

#[tokio::test]
async fn people_who_cannot_be_reached_or_do_not_want() {
    let simulator = start(Knobs::default()).await;
    simulator.person(Person { on_whatsapp: false, ..Person::with_phone("56955500002", "Nadie") }).unwrap();
    let mut body = text("Hola");
    body["to"] = json!("56955500002");
    let id = sent(&simulator, &body).await;
    simulator.settled().await;
    let message = simulator.message(&id).unwrap();
    assert_eq!((message.status, message.error), ("failed", Some(131_026)));
}

#[tokio::test]
async fn limits_are_meta_s_and_time_lifts_them() {
    let simulator = start(Knobs::default()).await;
    let mut codes = Vec::new();
    for _ in 0..46 {
        codes.push(send(&simulator, &text("Hola")).await.status);
    }
    assert_eq!((codes[..45].iter().all(|status| *status == 200), codes[45]), (true, 400));
    assert_eq!(send(&simulator, &text("Hola")).await.code(), 131_056);
    simulator.clock().advance(std::time::Duration::from_secs(6));
    sent(&simulator, &text("Hola")).await;
    simulator.turn(|knobs| knobs.messages_per_second = Some(1)).unwrap();
    let to = |phone: &str| {
        let mut body = text("Hola");
        body["to"] = json!(phone);
        body
    };
    simulator.clock().advance(std::time::Duration::from_secs(60));
    sent(&simulator, &to("56955500002")).await;
    assert_eq!(send(&simulator, &to("56955500003")).await.code(), 130_429);
}

#[tokio::test]
async fn statuses_can_overtake_the_answer() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs { statuses_before_answer: true, ..Knobs::default() }).await;
    simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
    sent(&simulator, &text("Sí")).await;
    // The answer is here, so they are, too.
    assert_eq!(receiver.statuses().len(), 2);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_world() {
    let mut worlds = Vec::new();
    for seed in [5, 5, 6] {
        let simulator = Simulator::start(Config { seed, clock: clock(), ..Config::default() }).await.unwrap();
        let theirs = simulator.inbound(Inbound::text(ANA, "Hola")).unwrap();
        let ours = sent(&simulator, &text("Sí")).await;
        worlds.push((theirs, ours, simulator.people()));
    }
    assert_eq!(worlds[0], worlds[1]);
    assert_ne!(worlds[0], worlds[2]);
}

#[tokio::test]
async fn a_reset_forgets_and_keeps_the_knobs() {
    let simulator = start(Knobs { batch: 7, ..Knobs::default() }).await;
    sent(&simulator, &text("Hola")).await;
    simulator.settled().await;
    simulator.reset();
    assert!(simulator.sent().is_empty() && simulator.requests().is_empty() && simulator.webhooks().is_empty());
    assert_eq!(simulator.knobs().batch, 7);
    assert_eq!(get(&simulator, "/v26.0/200000000000001").await.status, 200);
}
