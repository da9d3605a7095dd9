use api::seal::Sealer;
use crm::channels::{ChannelSecrets, seal_place};
use serde_json::{Value, json};
use store::{Priority, params};

use crate::http::{SEAL, World, each, router};

fn whatsapp() -> Value {
    json!({"type": "whatsapp", "name": "Ventas", "phone_number": "9 5550 1234", "phone_number_id": 106540352242922_i64,
           "waba_id": "102290129340398", "access_token": "EAAsecret1", "app_secret": "appsecret1", "verify_token": "verify1"})
}

/// The secrets as the database has them, opened.
fn kept(world: &World, path: &str) -> ChannelSecrets {
    let id: crm::id::ChannelId = path.rsplit('/').next().unwrap().parse().unwrap();
    let sealed = world.db.read_blocking(Priority::Interactive, move |tx| -> Result<Vec<u8>, store::Error> {
        tx.query_one("SELECT secrets FROM channels WHERE id = $1", params![id])?.at(0)
    });
    let sealed = sealed.unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("secret"));
    serde_json::from_slice(&Sealer::new(&SEAL).open(&seal_place(id), &sealed).unwrap()).unwrap()
}

#[test]
fn secrets_go_in_and_never_come_out() {
    each(|world| {
        let made = world.post("/api/v1/channels", whatsapp());
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.body["check"], json!({"ok": true, "live": false, "problems": []}));
        assert_eq!(
            (&made.body["phone_number_id"], &made.body["has_secrets"]),
            (&json!("106540352242922"), &json!(true))
        );
        let path = format!("/api/v1/channels/{}", made.id());
        // One of them anew: the others stay.
        let changed = world.patch(&path, json!({"access_token": "EAAsecret2", "graph_version": "v25.0"}));
        assert_eq!(changed.header("etag"), Some("\"2\""), "{}", changed.body);
        let secrets = kept(world, &path);
        assert_eq!(
            [secrets.access_token, secrets.app_secret, secrets.verify_token].map(Option::unwrap),
            ["EAAsecret2", "appsecret1", "verify1"]
        );
        let log = world.get("/api/v1/events?topic=setup.changed").body.to_string();
        for text in [made.body, changed.body, world.get(&path).body, world.get("/api/v1/channels").body, json!(log)] {
            assert!(!text.to_string().contains("secret1") && !text.to_string().contains("secret2"), "{text}");
        }
        let stale = json!({"app_secret": "another"});
        let stale = world.send(&world.here, "PATCH", &path, &[("if-match", "\"1\"")], Some(&stale));
        assert_eq!(stale.problem(), (412, "precondition_failed"));
        let listed = world.get("/api/public/channels/whatsapp").body;
        assert_eq!(listed[0]["id"], json!(106540352242922_i64));
    });
}

#[test]
fn what_a_type_needs_is_said_at_once() {
    each(|world| {
        let bare = json!({"type": "whatsapp", "name": "Ventas"});
        assert_eq!(
            world.post("/api/v1/channels", bare).wrong(),
            [
                "/phone_number required",
                "/phone_number_id required",
                "/waba_id required",
                "/access_token required",
                "/app_secret required",
                "/verify_token required"
            ]
        );
        let odd = json!({"type": "webchat", "name": "Chat", "waba_id": "1", "app_secret": "x", "phone_number": "+56955501234"});
        assert_eq!(
            world.post("/api/v1/channels", odd).wrong(),
            [
                "/phone_number not_of_this_type",
                "/waba_id not_of_this_type",
                "/allowed_origins required",
                "/app_secret not_of_this_type"
            ]
        );
        let theirs = world.send(&world.elsewhere, "GET", "/api/v1/pipelines", &[], None);
        let stage = &theirs.body["data"][0]["stages"][0]["id"];
        let foreign =
            json!({"type": "web-whatsapp", "name": "QR", "default_stage_id": stage, "reopen_within_hours": 8761});
        assert_eq!(world.post("/api/v1/channels", foreign).wrong(), ["/reopen_within_hours out_of_range"]);
        let foreign = json!({"type": "web-whatsapp", "name": "QR", "default_stage_id": stage});
        assert_eq!(world.post("/api/v1/channels", foreign).wrong(), ["/default_stage_id unknown_reference"]);
        world.made("/api/v1/channels", whatsapp());
        assert_eq!(world.post("/api/v1/channels", whatsapp()).problem(), (409, "channel_exists"));
        let chat = json!({"type": "webchat", "name": "Chat", "allowed_origins": ["https://Shop.example"]});
        let chat = world.post("/api/v1/channels", chat);
        assert_eq!(chat.body["settings"]["allowed_origins"], json!(["https://shop.example"]));
    });
}

#[test]
fn a_check_says_what_is_known_here() {
    each(|world| {
        let qr = world.made("/api/v1/channels", json!({"type": "web-whatsapp", "name": "QR"}));
        let check = world.post(&format!("{qr}/check"), json!({})).body;
        assert_eq!((&check["ok"], &check["problems"][0]["code"]), (&json!(false), &json!("not_paired")));
        let said = &check["problems"][0];
        assert!(said["message"].as_str().unwrap().contains("cannot connect one yet"), "{said}");
        assert!(said["advice"].as_str().unwrap().contains("Cloud API"), "{said}");
        let status = world.get(&format!("{qr}/status")).body;
        assert_eq!((&status["status"], &status["type"]), (&json!("unpaired"), &json!("web-whatsapp")));

        // Another server, which lost the key.
        let cloud = world.made("/api/v1/channels", whatsapp());
        let other = router(&world.crm, &[8; 32]);
        let check = world.send_to(&other, &world.here, "POST", &format!("{cloud}/check"), &[], None).body;
        assert_eq!(check["problems"][0]["code"], "secrets_unreadable");
        // It can be mended by setting all of them anew.
        let anew = json!({"access_token": "EAAnew", "app_secret": "new", "verify_token": "new"});
        assert_eq!(world.send_to(&other, &world.here, "PATCH", &cloud, &[], Some(&anew)).status, 200);
        let check = world.send_to(&other, &world.here, "POST", &format!("{cloud}/check"), &[], None).body;
        assert_eq!(check["ok"], true);

        let pipeline = world.get("/api/v1/pipelines").body["data"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(world.delete(&format!("/api/v1/pipelines/{pipeline}")).status, 200);
        let check = world.get(&format!("{cloud}/status")).body["check"].clone();
        let codes: Vec<&str> =
            check["problems"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"no_stage"), "{check}");
    });
}

#[test]
fn another_address_is_not_sent_the_token_that_is_kept() {
    each(|world| {
        let path = world.made("/api/v1/channels", whatsapp());
        let address = "https://graph.shop.example/meta";
        let moved = json!({"graph_base_url": address});
        assert_eq!(world.patch(&path, moved).wrong(), ["/access_token required"]);
        // Nor with the other secrets anew, nor beside a change that may be made.
        let others = json!({"graph_base_url": address, "app_secret": "anew", "name": "Otra"});
        assert_eq!(world.patch(&path, others).wrong(), ["/access_token required"]);
        let shown = world.get(&path).body;
        assert_eq!((&shown["name"], &shown["settings"]["graph_base_url"]), (&json!("Ventas"), &Value::Null));
        let with = json!({"graph_base_url": address, "access_token": "EAAsecret3"});
        assert_eq!(world.patch(&path, with).status, 200);
        assert_eq!(kept(world, &path).access_token.as_deref(), Some("EAAsecret3"));
        // The same address again is no change, and back to Meta's is one.
        assert_eq!(world.patch(&path, json!({"graph_base_url": address, "name": "Otra"})).status, 200);
        assert_eq!(world.patch(&path, json!({"graph_base_url": null})).wrong(), ["/access_token required"]);
        let log = world.get("/api/v1/events?topic=setup.changed").body.to_string();
        assert!(log.contains(address), "the log says where it went");
    });
}
