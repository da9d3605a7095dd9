//! An old request and its translation leave the same state and show the same: over generated requests, each on a fresh copy
//! of the other's world.

use serde_json::{Value, json};

use crate::note_send::state;
use crate::redact::{redact, wrong};
use crate::world::{PHONE_ID, UPSERT, WEB_WHATSAPP, WHATSAPP, World, each, each_like, text};

const NOTE: &str = "/api/public/whatsapp/message/note/send";
const REQUESTS: usize = 60;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len() as u64) as usize]
    }
}

fn value(dice: &mut Dice, depth: u32) -> Value {
    match dice.roll(if depth == 0 { 9 } else { 7 }) {
        0 => json!(dice.roll(1_000_000)),
        1 => json!(*dice.of(&["Osorno", "", "  ", "Ñuñoa 🌧", "sí", "12.345.678-5", "ana@example.com", "2026-03-14"])),
        2 => json!(dice.roll(2) == 0),
        3 => Value::Null,
        4 => json!(dice.roll(1000) as f64 / 8.0),
        5 => json!("+56 9 5550 0".to_owned() + &format!("{:03}", dice.roll(1000))),
        6 => json!(*dice.of(&["$ 350.000", "quiere una hora", "a/b~c", "\u{201c}comillas\u{201d}"])),
        7 => json!([value(dice, depth + 1), value(dice, depth + 1)]),
        _ => object(dice, depth + 1),
    }
}

fn object(dice: &mut Dice, depth: u32) -> Value {
    let keys =
        ["ciudad", "ingreso", "rut", "nombre", "email", "Teléfono", "Pedido N°", "note", "channel", "origen", "x"];
    let mut members = serde_json::Map::new();
    for _ in 0..dice.roll(6) {
        members.insert((*dice.of(&keys)).to_owned(), value(dice, depth));
    }
    Value::Object(members)
}

/// An old body; ids are those of the world that it is for. One in five has something wrong.
fn note(dice: &mut Dice, w: &World) -> Value {
    let people = ["9 5550 1234", "+56955501234", "+56 9 5550 9999", "521 55 5555 0101", "56955500007"];
    let own = [json!(WHATSAPP), json!(PHONE_ID), json!(106540352242922_i64), json!(WEB_WHATSAPP), json!("9 1111 2222")];
    let mut body = json!({"to_phone": dice.of(&people), "from_phone": dice.of(&own), "note": format!("Nota {}", dice.roll(9)),
                          "meta_data": object(dice, 0)});
    if dice.roll(2) == 0 {
        body["contact_name"] = value(dice, 1);
    }
    match dice.roll(3) {
        0 => body["stage_id"] = json!(w.here.stages[dice.roll(5) as usize]),
        1 => body["stage_id"] = json!(*dice.of(&["", "no"])),
        _ => {}
    }
    if dice.roll(5) == 0 {
        let member = *dice.of(&["to_phone", "from_phone", "note", "meta_data", "stage_id", "contact_name"]);
        body[member] = match dice.roll(4) {
            0 => json!(w.there.stages[0]),
            1 => Value::Null,
            2 => json!({"a": 1}),
            _ => json!("x".repeat(5000)),
        };
    }
    body
}

/// Everything that is true of everybody, and what the log says.
fn whole(w: &World) -> Value {
    let contacts = w.get("/api/public/contacts?days=365").json();
    let mut states: Vec<Value> =
        contacts.as_array().unwrap().iter().map(|contact| state(w, &text(&contact["id"]))).collect();
    states.sort_by_key(Value::to_string);
    w.settled();
    let log = w.get("/api/v1/events?limit=1000").json();
    // Who asked and when differs; the answers' ids do as well.
    let events: Vec<Value> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| json!({"topic": event["topic"], "data": redact(&event["data"]), "previous": redact(&event["previous"])}))
        .collect();
    json!({"contacts": states, "events": events})
}

#[test]
fn c22_and_its_translation_leave_the_same_state() {
    each(|old| {
        each_like(old, |new| {
            let (mut ours, mut theirs) = (Dice(2026), Dice(2026));
            let (mut done, mut refused) = (0, 0);
            for n in 0..REQUESTS {
                let body = note(&mut ours, old);
                let asked = old.post(NOTE, body.clone());
                let translated = new.post("/api/v1/sunsets/note-send/translate", note(&mut theirs, new));
                if translated.status != 200 {
                    assert_eq!((asked.status, translated.status), (400, 400), "{n}: {body} {}", asked.text());
                    assert!(wrong(&translated.json()).iter().all(|error| wrong(&asked.json()).contains(error)), "{n}");
                    refused += 1;
                    continue;
                }
                let replacement = translated.json();
                assert_eq!((&replacement["method"], &replacement["path"]), (&json!("POST"), &json!(UPSERT)));
                let run = new.post(UPSERT, replacement["body"].clone());
                assert_eq!(asked.status < 300, run.status < 300, "{n}: {body}\n{}\n{}", asked.text(), run.text());
                if run.status < 300 {
                    let (old_id, new_id) = (text(&asked.json()["aiContactId"]), text(&run.json()["id"]));
                    assert_eq!(state(old, &old_id), state(new, &new_id), "{n}: {body}");
                    done += 1;
                } else {
                    refused += 1;
                }
            }
            assert!(done > REQUESTS / 2 && refused > REQUESTS / 20, "{done} done, {refused} refused");
            assert_eq!(whole(old), whole(new));
        });
    });
}

#[test]
fn c8_c9_and_their_translations_show_the_same() {
    each(|w| {
        let mut dice = Dice(7);
        let mut contacts = Vec::new();
        for n in 0..12 {
            let (channel, number) = *dice.of(&[
                ("whatsapp", WHATSAPP),
                ("web-whatsapp", WEB_WHATSAPP),
                ("playground", crate::world::PLAYGROUND),
            ]);
            let body = json!({"channel": channel, "channel_phone_number": number, "contact_phone_number": format!("+5695550{n:04}")});
            contacts.push(text(&w.post(UPSERT, body).json()["id"]));
        }
        for _ in 0..40 {
            let ago = dice.roll(60 * 86_400) as i64;
            w.inbound(dice.of(&contacts).as_str(), "Hola", ago);
        }
        let counts = w.counts();
        for _ in 0..40 {
            let mut inputs = serde_json::Map::new();
            if dice.roll(2) == 0 {
                inputs.insert("days".to_owned(), json!(*dice.of(&[0, 1, 7, 30, 365, 366])));
            }
            if dice.roll(2) == 0 {
                inputs.insert("limit".to_owned(), json!(*dice.of(&["0", "1", "3", "10000", "x"])));
            }
            let query: Vec<String> = inputs
                .iter()
                .map(|(k, v)| format!("{k}={}", v.as_str().map_or(v.to_string(), str::to_owned)))
                .collect();
            let contact = match dice.roll(10) {
                0 => "nobody",
                _ => dice.of(&contacts).as_str(),
            };
            let by_id = json!({"aiContactId": contact, "limit": inputs.get("limit")});
            for (operation, path, inputs) in [
                (
                    "whatsapp-contacts",
                    format!("/api/public/whatsapp/contact/contacts?{}", query.join("&")),
                    json!(inputs),
                ),
                ("ai-message", format!("/api/public/ai-message/{contact}?{}", query.join("&")), by_id),
            ] {
                let asked = w.get(&path);
                let translated = w.post(&format!("/api/v1/sunsets/{operation}/translate"), inputs);
                if translated.status != 200 {
                    assert_eq!((asked.status, wrong(&asked.json())), (400, wrong(&translated.json())), "{path}");
                    continue;
                }
                let run = w.get(translated.json()["path"].as_str().unwrap());
                let shown = if operation == "ai-message" { run.json()["messages"].clone() } else { run.json() };
                assert_eq!(asked.status, run.status, "{path}");
                if run.status == 200 {
                    assert_eq!(asked.json(), shown, "{path}");
                }
            }
        }
        assert_eq!(w.counts(), counts, "nothing is written");
    });
}

#[test]
fn translating_changes_nothing_and_says_what_is_wrong() {
    each(|w| {
        let translate = |operation: &str, body: Value| w.post(&format!("/api/v1/sunsets/{operation}/translate"), body);
        let (counts, topics) = (w.counts(), w.last_sequence());
        let body =
            json!({"to_phone": "9 5550 1234", "from_phone": WHATSAPP, "note": "x", "meta_data": {}, "unknown": 1});
        let good = translate("note-send", body.clone());
        assert_eq!((good.status, &good.json()["body"]["contact_phone_number"]), (200, &json!("+56955501234")));
        assert_eq!(w.counts(), counts);
        assert_eq!(w.last_sequence(), topics);
        assert_eq!(
            wrong(&translate("note-send", json!({"from_phone": "+1"})).json()),
            ["/from_phone unknown_reference", "/meta_data required", "/note required", "/to_phone required"]
        );
        let ours = json!({"type": "web-whatsapp", "name": "Nuestro", "phone_number": "+56944445555"});
        assert_eq!(w.post("/api/v1/channels", ours).status, 201);
        let mut body = body;
        body["from_phone"] = json!("+56944445555");
        assert_eq!(translate("note-send", body.clone()).json()["body"]["channel"], "web-whatsapp", "known at once");
        let path = "/api/v1/sunsets/note-send/translate";
        let theirs = w.raw(&w.there.key, "POST", path, &[], Some(body.to_string().as_bytes()));
        assert!(wrong(&theirs.json()).contains(&"/from_phone unknown_reference".to_owned()), "{}", theirs.text());
        let twin = json!({"type": "web-whatsapp", "name": "El mismo", "phone_number": WHATSAPP});
        assert_eq!(w.post("/api/v1/channels", twin).status, 201);
        body["from_phone"] = json!(WHATSAPP);
        assert_eq!(translate("note-send", body).json()["body"]["channel"], "whatsapp", "of both kinds the Cloud API's");
        assert_eq!(wrong(&translate("ai-message", json!({})).json()), ["/aiContactId required"]);
        assert_eq!(wrong(&translate("whatsapp-contacts", json!({"days": {}})).json()), ["/days invalid_type"]);
        assert_eq!(wrong(&translate("whatsapp-contacts", json!({"days": 0})).json()), ["?days out_of_range"]);
        assert_eq!(translate("upsert", json!({})).status, 404);
        assert_eq!(
            translate("ai-message", json!({"aiContactId": "a/b", "cursor": null})).json()["path"],
            "/api/public/contact/v2/a%2Fb/messages?limit=10000"
        );
    });
}
