//! Templates: made, reviewed, listed, sent, deleted.

use recado_simulator::config::defaults::WABA_ID;
use recado_simulator::{Knobs, Review, Simulator};
use serde_json::{Value, json};

use crate::support::{Receiver, delete, get, message, post, send, sent, start, start_with};

fn path() -> String {
    format!("/v26.0/{WABA_ID}/message_templates")
}

fn template(name: &str) -> Value {
    json!({"name": name, "language": "es", "category": "UTILITY", "components": [
        {"type": "BODY", "text": "Hola {{1}}, tu pedido {{2}} va en camino.", "example": {"body_text": [["Ana", "17"]]}},
        {"type": "BUTTONS", "buttons": [
            {"type": "QUICK_REPLY", "text": "Gracias"},
            {"type": "URL", "text": "Ver", "url": "https://example.com/{{1}}", "example": ["17"]},
        ]},
    ]})
}

async fn create(simulator: &Simulator, template: &Value) -> String {
    let made = post(simulator, &path(), template).await.json();
    assert_eq!(made["status"], "PENDING", "{made}");
    made["id"].as_str().unwrap().to_owned()
}

fn use_of(name: &str, components: Value) -> Value {
    message("template", json!({"name": name, "language": {"code": "es"}, "components": components}), json!({}))
}

fn texts(texts: &[&str]) -> Value {
    let parameters: Vec<Value> = texts.iter().map(|text| json!({"type": "text", "text": text})).collect();
    json!({"type": "body", "parameters": parameters})
}

fn url() -> Value {
    json!({"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "17"}]})
}

#[tokio::test]
async fn a_template_is_reviewed_and_then_sent_with_what_it_asks_for() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs { template_review: Review::Wait, ..Knobs::default() }).await;
    let id = create(&simulator, &template("pedido")).await;
    let good = use_of("pedido", json!([texts(&["Ana", "17"]), url()]));
    assert_eq!(send(&simulator, &good).await.code(), 132_001, "it is not approved");
    simulator.template_status(&id, "APPROVED", None).unwrap();
    simulator.settled().await;
    let told = &receiver.values("message_template_status_update")[0];
    assert_eq!((&told["event"], told["message_template_id"].to_string()), (&json!("APPROVED"), id.clone()));
    let sent_id = sent(&simulator, &good).await;
    simulator.settled().await;
    let status = receiver.items("messages", "statuses").remove(0);
    assert_eq!(status["pricing"]["type"], "regular", "nobody wrote before");
    assert_eq!(status["pricing"]["category"], "utility");
    simulator.press(&sent_id, "Gracias").unwrap();
    simulator.settled().await;
    assert_eq!(receiver.items("messages", "messages")[0]["button"], json!({"payload": "Gracias", "text": "Gracias"}));

    let image =
        json!({"type": "body", "parameters": [{"type": "image", "image": {"id": "1"}}, {"type": "text", "text": "b"}]});
    let named = json!({"type": "body", "parameters": [
        {"type": "text", "text": "a", "parameter_name": "n"}, {"type": "text", "text": "b"}]});
    for (components, code) in [
        (json!([texts(&["Ana"]), url()]), 132_000),
        (json!([texts(&["Ana", "17"])]), 131_008),
        (json!([texts(&["Ana", "a\nb"]), url()]), 132_008),
        (json!([texts(&["Ana", &"x".repeat(1100)]), url()]), 132_005),
        (json!([image, url()]), 132_012),
        (json!([named, url()]), 132_012),
        (
            json!([{"type": "header", "parameters": [{"type": "text", "text": "x"}]}, texts(&["Ana", "17"]), url()]),
            132_000,
        ),
        (
            json!([texts(&["Ana", "17"]), {"type": "button", "sub_type": "url", "index": "7", "parameters": []}]),
            131_009,
        ),
    ] {
        let answered = send(&simulator, &use_of("pedido", components.clone())).await;
        assert_eq!(answered.code(), code, "{components}: {}", answered.json());
    }
    simulator.template_status(&id, "PAUSED", None).unwrap();
    assert_eq!(send(&simulator, &good).await.code(), 132_015);
    simulator.template_status(&id, "DISABLED", None).unwrap();
    assert_eq!(send(&simulator, &good).await.code(), 132_016);
}

#[tokio::test]
async fn what_cannot_be_a_template_is_said() {
    let simulator = start(Knobs::default()).await;
    let body = |text: &str| {
        json!({"name": "a", "language": "es", "category": "UTILITY", "components": [
        {"type": "BODY", "text": text, "example": {"body_text": [["x"]]}}]})
    };
    for (template, subcode) in [
        (body("{{1}} hola a todas las personas"), Some(2_388_299)),
        (body("a {{1}} b"), None),
        (body("{{1}}"), Some(2_388_299)),
        (body("a {{1}} {{2}} {{3}} b"), Some(2_388_293)),
        (body(&"x".repeat(1025)), Some(2_388_040)),
        (json!({"name": "a", "language": "es", "category": "UTILITY", "components": []}), Some(2_388_072)),
    ] {
        let answered = post(&simulator, &path(), &template).await;
        assert_eq!(answered.json()["error"]["error_subcode"].as_i64(), subcode, "{template}: {}", answered.json());
    }
    for change in [
        json!({"name": "Con Espacio"}),
        json!({"category": "OTHER"}),
        json!({"language": ""}),
        json!({"components": 3}),
    ] {
        let mut wrong = template("b");
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(post(&simulator, &path(), &wrong).await.code(), 100, "{change}");
    }
    create(&simulator, &template("dos")).await;
    assert_eq!(post(&simulator, &path(), &template("dos")).await.json()["error"]["error_subcode"], 2_388_024);
}

#[tokio::test]
async fn lists_come_in_pages_that_end() {
    let simulator = start(Knobs::default()).await;
    for n in 0..7 {
        create(&simulator, &template(&format!("t{n}"))).await;
    }
    let mut next = Some(format!("{}?fields=id,name,status&limit=3", path()));
    let mut names = Vec::new();
    let mut pages = 0;
    while let Some(page) = next {
        let list = get(&simulator, &page).await.json();
        names.extend(list["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()));
        assert!(list["data"][0].get("components").is_none() && list["data"][0]["status"] == "APPROVED");
        next = list["paging"]["next"].as_str().map(str::to_owned);
        pages += 1;
    }
    assert_eq!((pages, names), (3, (0..7).map(|n| format!("t{n}")).collect()));
    let found = get(&simulator, &format!("{}?name=t3", path())).await.json();
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!(delete(&simulator, &format!("{}?name=t3", path())).await.json(), json!({"success": true}));
    assert_eq!(delete(&simulator, &format!("{}?name=t3", path())).await.status, 404);
}

#[tokio::test]
async fn edits_are_reviewed_again_and_quality_is_told() {
    let receiver = Receiver::start().await;
    let simulator = start_with(&receiver, Knobs { template_review_after_ms: 5000, ..Knobs::default() }).await;
    let id = create(&simulator, &template("pedido")).await;
    let status = async |simulator: &Simulator| get(simulator, &format!("/v26.0/{id}")).await.json()["status"].clone();
    assert_eq!(status(&simulator).await, "PENDING");
    simulator.clock().advance(std::time::Duration::from_secs(5));
    assert_eq!(status(&simulator).await, "APPROVED");
    let components = json!({"components": [{"type": "BODY", "text": "Tu pedido va en camino."}]});
    assert_eq!(post(&simulator, &format!("/v26.0/{id}"), &components).await.json(), json!({"success": true}));
    assert_eq!(status(&simulator).await, "PENDING");
    assert_eq!(
        post(&simulator, &format!("/v26.0/{id}"), &components).await.json()["error"]["error_subcode"],
        2_388_039
    );
    simulator.turn(|knobs| knobs.template_review = Review::Reject).unwrap();
    simulator.clock().advance(std::time::Duration::from_secs(5));
    assert_eq!(status(&simulator).await, "APPROVED", "what was begun ends as it was meant");
    simulator.template_quality(&id, "RED").unwrap();
    simulator.template_category(&id, "MARKETING").unwrap();
    simulator.settled().await;
    assert_eq!(receiver.values("message_template_quality_update")[0]["new_quality_score"], "RED");
    assert_eq!(receiver.values("template_category_update")[0]["previous_category"], "UTILITY");
    assert_eq!(receiver.values("message_template_status_update").len(), 2);
}
