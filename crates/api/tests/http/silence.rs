//! Whether anybody was written to: asked of a recording double of WhatsApp, not of our own tables.

use std::time::Duration;

use crm::channels::ChannelType;
use providers::http::HttpOptions;
use providers::media_store::MediaStore;
use providers::seal::Sealer;
use providers::{Http, Networks};
use recado_simulator::config::{Number, defaults};
use recado_simulator::{Config, Simulator, Window};
use serde_json::json;

use crate::world::{PHONE_ID, UPSERT, WHATSAPP, World, each, text};

const PATIENCE: Duration = Duration::from_secs(60);

/// Runs on each engine, and ends with everything that waits being sent to a double: nobody may have been written to. For every
/// test of an operation that never sends.
pub fn each_silent(body: impl Fn(&World)) {
    each(|w| {
        body(w);
        // What sends is the same on both.
        if !w.is_postgres() {
            nobody_was_written_to(w);
        }
    });
}

/// Starts what sends. A message to somebody that comes last shows that it got to the end of what waited.
fn nobody_was_written_to(w: &World) {
    let number = Number {
        phone_number_id: PHONE_ID.to_owned(),
        waba_id: defaults::WABA_ID.to_owned(),
        display_phone_number: WHATSAPP.trim_start_matches('+').to_owned(),
        verified_name: "Tienda".to_owned(),
        coexistence: false,
    };
    let config = Config { numbers: vec![number], ..Config::default() };
    let simulator = w.server().wait_for(Simulator::start(config)).unwrap();
    simulator.turn(|knobs| knobs.window = Window::Open).unwrap();
    for channel in w.get("/api/v1/channels?limit=100").json()["data"].as_array().unwrap() {
        if channel["type"] == "whatsapp" {
            let secrets = json!({"access_token": defaults::ACCESS_TOKEN, "app_secret": defaults::APP_SECRET,
                                 "verify_token": defaults::VERIFY_TOKEN, "graph_base_url": simulator.url()});
            let reply = w.patch(&format!("/api/v1/channels/{}", text(&channel["id"])), secrets);
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
    }
    let last = json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": "+56955500000"});
    let last = text(&w.post(UPSERT, last).json()["id"]);
    w.inbound(&last, "hola", 60);
    let reply = w.post("/api/v1/messages", json!({"contact_id": last, "text": "la última"}));
    assert_eq!(reply.status, 201, "{}", reply.text());
    let outbound_allow = Networks::parse("127.0.0.0/8").unwrap();
    let http = Http::new(HttpOptions { outbound_allow, ..HttpOptions::default() });
    let directory = tempfile::tempdir().unwrap();
    let media = MediaStore::open(directory.path()).unwrap();
    let sent = w.server().wait_for(async {
        let mut workers = workers::start(w.crm.clone(), http, Sealer::new(&[7; 32])).await.unwrap();
        workers.run(|context| workers::outbound::run(context, media, &[ChannelType::Whatsapp]));
        let sent = simulator.wait_for_sent(1, PATIENCE).await.unwrap();
        workers.end().await;
        sent
    });
    assert_eq!((sent.len(), sent[0].body["text"]["body"].as_str()), (1, Some("la última")));
    assert_eq!(simulator.attempts().len(), 1, "nothing else was even tried");
    assert_eq!(w.number("SELECT count(*) AS n FROM outbox"), 0, "and nothing waits, on no channel");
}
