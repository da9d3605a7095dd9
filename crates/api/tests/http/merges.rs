//! People who turn out to be one: by what WhatsApp says, by decision, and two again.

use serde_json::{Value, json};

use crate::meta::{Line, contact_of, messages_of, payload, seconds, text_of};
use crate::world::{UPSERT, WHATSAPP, World, each, text};

const ANA: &str = "56955501234";
const BSUID: &str = "CL.13491208655302741918";

fn bodies(w: &World, contact: &str) -> Vec<String> {
    messages_of(w, contact).iter().map(|message| text(&message["body"])).collect()
}

/// A text of somebody whose number WhatsApp does not tell.
pub fn by_id(line: &Line, bsuid: &str, id: &str, at: i64, body: &str) -> Value {
    line.says(vec![
        json!({"from_user_id": bsuid, "id": format!("wamid.{id}"), "timestamp": at.to_string(), "type": "text",
                          "text": {"body": body}}),
    ])
}

fn by_both(line: &Line, id: &str, at: i64, body: &str) -> Value {
    let mut message = text_of(ANA, id, at, body);
    message["from_user_id"] = json!(BSUID);
    line.says(vec![message])
}

/// The contact that the event log last made.
fn last_made(w: &World) -> String {
    w.settled();
    let log = w.get("/api/v1/events?topic=contact.created&limit=1000").json();
    text(&log["data"].as_array().unwrap().last().unwrap()["subject"]["contact_id"])
}

#[test]
fn a_payload_with_two_ids_of_two_contacts_makes_them_one() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 1000;
        line.deliver(w, &by_id(&line, BSUID, "1", at, "soy yo"));
        let older = last_made(w);
        line.deliver(w, &line.text(ANA, "2", at + 1, "hola"));
        let younger = contact_of(w, ANA);
        assert_ne!(older, younger);
        let before = (w.info(&older), w.info(&younger));
        let (old_ticket, young_ticket) = (&before.0["active_ticket"]["id"], &before.1["active_ticket"]["id"]);
        w.patch(&format!("/api/public/contact/tags/{younger}"), json!({"tagsIds": [w.here.vip]}));
        let from = w.last_sequence();
        for _ in 0..2 {
            assert_eq!(line.deliver(w, &by_both(&line, "3", at + 2, "los dos")).status, 200);
        }
        assert_eq!(w.topics(from), ["ticket.closed", "contact.merged", "message.received"]);
        // Both ids answer as the older.
        for id in [&older, &younger] {
            assert_eq!(bodies(w, id), ["soy yo", "hola", "los dos"]);
            let info = w.info(id);
            assert_eq!((&info["id"], &info["phone"]), (&json!(older), &json!(format!("+{ANA}"))));
            assert_eq!(&info["active_ticket"]["id"], old_ticket, "of two open tickets the older stays");
            assert_eq!(info["tags"].as_array().unwrap().len(), 1);
        }
        let closed = w.get(&format!("/api/v1/tickets/{}", text(young_ticket))).json();
        assert_eq!((&closed["status"], &closed["reason"]), (&json!("closed"), &json!("merged")));
        assert_eq!(w.get("/api/v1/contacts?limit=10").json()["data"].as_array().unwrap().len(), 1, "one in the list");
        assert_eq!(contact_of(w, ANA), older);
        assert_eq!(w.number("SELECT count(*) AS n FROM customers"), 1);
        // Either id goes on finding them.
        line.deliver(w, &by_id(&line, BSUID, "4", at + 3, "otra vez"));
        line.deliver(w, &line.text(ANA, "5", at + 4, "y otra"));
        assert_eq!(bodies(w, &older).len(), 5);
        let identity = w.get(&format!("/api/v1/contacts/{younger}/identity")).json();
        let merge = &identity["merges"][0];
        assert_eq!((&merge["rule"], &merge["status"]), (&json!("one_payload"), &json!("done")));
        assert_eq!((&merge["contact_id"], &merge["merged_contact_id"]), (&json!(older), &json!(younger)));
        // And two again: exactly what was moved goes back.
        let undo = format!("/api/v1/merges/{}/undo", text(&merge["id"]));
        let undone = w.post(&undo, json!({}));
        assert_eq!((undone.status, &undone.json()["status"]), (200, &json!("undone")), "{}", undone.text());
        assert_eq!(w.post(&undo, json!({})).json()["status"], "undone", "twice is as once");
        assert_eq!(bodies(w, &younger), ["hola"]);
        assert_eq!(bodies(w, &older), ["soy yo", "los dos", "otra vez", "y otra"], "what came since stays");
        let (old, young) = (w.info(&older), w.info(&younger));
        assert_eq!(young["id"], json!(younger));
        assert_eq!((&young["active_ticket"]["id"], &old["active_ticket"]["id"]), (young_ticket, old_ticket));
        assert_eq!((&young["phone"], &old["phone"]), (&json!(format!("+{ANA}")), &Value::Null));
        assert_eq!((young["tags"].as_array().unwrap().len(), old["tags"].as_array().unwrap().len()), (1, 0));
        assert_ne!(young["ai_customer_id"], old["ai_customer_id"]);
        assert_eq!(young["ai_customer_id"], before.1["ai_customer_id"]);
        line.deliver(w, &line.text(ANA, "6", at + 5, "por número"));
        assert_eq!(bodies(w, &younger), ["hola", "por número"]);
    });
}

#[test]
fn a_new_number_is_one_more_of_the_same_contact() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 1000;
        line.deliver(w, &line.text(ANA, "1", at, "hola"));
        let contact = contact_of(w, ANA);
        assert!(w.info(&contact)["service_window_ends_at"].is_string());
        let system = json!({"from": ANA, "id": "wamid.sys", "timestamp": (at + 1).to_string(), "type": "system",
                            "system": {"body": "User A changed", "wa_id": "56955509999", "type": "user_changed_number"}});
        for _ in 0..2 {
            assert_eq!(line.deliver(w, &line.says(vec![system.clone()])).status, 200);
        }
        let info = w.info(&contact);
        assert_eq!(info["phone"], "+56955509999");
        assert_eq!(info["service_window_ends_at"], json!(null), "nobody wrote from it");
        line.deliver(w, &line.text("56955509999", "2", at + 2, "soy Ana"));
        assert!(w.info(&contact)["service_window_ends_at"].is_string());
        line.deliver(w, &line.text(ANA, "3", at + 3, "tarde, del número viejo"));
        assert_eq!(bodies(w, &contact), ["hola", "User A changed", "soy Ana", "tarde, del número viejo"]);
        assert_eq!(w.info(&contact)["phone"], "+56955509999", "the old one is not the contact's own again");
        // An id that is replaced by another one is theirs as well.
        line.deliver(w, &by_id(&line, BSUID, "4", at + 4, "otra persona"));
        let other = last_made(w);
        let rotated = json!({"user_id_update": [{"wa_id": null, "user_id": {"previous": BSUID, "current": "CL.2083746501"},
                                                 "timestamp": (at + 5).to_string()}]});
        line.deliver(w, &payload(vec![line.change_of("user_id_update", rotated)]));
        line.deliver(w, &by_id(&line, "CL.2083746501", "5", at + 6, "la misma"));
        assert_eq!(bodies(w, &other), ["otra persona", "la misma"]);
    });
}

#[test]
fn somebody_decides_and_decides_again() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 1000;
        line.deliver(w, &line.text(ANA, "1", at, "uno"));
        line.deliver(w, &line.text("56955509999", "2", at + 1, "dos"));
        let (a, b) = (contact_of(w, ANA), contact_of(w, "56955509999"));
        let field = |contact: &str, key: &str, value: &str| {
            let body = json!({"custom_fields": {key: value}});
            assert_eq!(w.patch(&format!("/api/v1/contacts/{contact}"), body).status, 200);
        };
        field(&a, "ciudad", "Osorno");
        field(&b, "ciudad", "Talca");
        field(&b, "rut", "12.345.678-5");
        w.post(&format!("/api/public/contact/{b}/update-metadata"), json!({"color": "azul"}));
        let before = (w.info(&a), w.info(&b));
        let merge =
            |one: &str, other: &str| w.post(&format!("/api/v1/contacts/{one}/merge"), json!({"contact_id": other}));
        let first = merge(&b, &a);
        assert_eq!(first.status, 200, "{}", first.text());
        assert_eq!(first.json()["contact_id"], json!(a), "the older stays, whichever is named first");
        assert_eq!(merge(&a, &b).json(), first.json(), "again: the same merge");
        assert_eq!(merge(&a, &a).json()["code"], "same_contact");
        let value = |info: &Value, key: &str| {
            let fields = info["custom_fields"].as_array().unwrap();
            fields.iter().find(|field| field["key"] == key).map(|field| field["value"].clone())
        };
        let both = w.info(&b);
        assert_eq!(value(&both, "ciudad"), Some(json!("Osorno")));
        assert!(value(&both, "rut").is_some());
        assert_eq!(both["metadata"]["color"], "azul");
        // A third: the first id still answers, and the first merge is not to be undone before the second.
        line.deliver(w, &line.text("56955508888", "3", at + 2, "tres"));
        let c = contact_of(w, "56955508888");
        let second = merge(&c, &b).json();
        assert_eq!(bodies(w, &c), ["uno", "dos", "tres"]);
        w.patch(&format!("/api/v1/contacts/{a}"), json!({"name": "Ana Rojas"}));
        let undo = |merge: &Value| w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({}));
        assert_eq!(undo(&second).status, 200);
        assert_eq!(undo(&first.json()).status, 200);
        let after = (w.info(&a), w.info(&b));
        for (info, was) in [(&after.0, &before.0), (&after.1, &before.1)] {
            for member in
                ["phone", "ai_customer_id", "metadata", "custom_fields", "active_ticket", "chat_status", "tags"]
            {
                assert_eq!(info[member], was[member], "{member}");
            }
        }
        assert_eq!(after.0["name"], "Ana Rojas", "what was said since stays");
        assert_eq!(
            (bodies(w, &a), bodies(w, &b), bodies(w, &c)),
            (vec!["uno".into()], vec!["dos".into()], vec!["tres".into()])
        );
        assert_eq!(merge(&a, "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f").status, 400);
    });
}

#[test]
fn contacts_of_two_channels_become_one_customers() {
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &line.text(ANA, "1", seconds(w), "hola"));
        let contact = contact_of(w, ANA);
        let visitor = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v-1"});
        let visitor = text(&w.post(UPSERT, visitor).json()["id"]);
        let customers = || [&contact, &visitor].map(|id| w.info(id)["ai_customer_id"].clone());
        let [a, b] = customers();
        assert_ne!(a, b);
        let merged = w.post(&format!("/api/v1/contacts/{visitor}/merge"), json!({"contact_id": contact})).json();
        assert_eq!(merged["one_contact"], json!(false), "{merged}");
        assert_eq!(customers(), [a.clone(), a.clone()]);
        assert_eq!(w.info(&visitor)["id"], json!(visitor), "each stays on its channel");
        w.post(&format!("/api/v1/merges/{}/undo", text(&merged["id"])), json!({}));
        assert_eq!(customers(), [a, b]);
    });
}

#[test]
fn a_call_that_names_two_people_is_refused_with_both() {
    each(|w| {
        let (a, b) = (w.contact("+56955501234"), w.contact("+56955509999"));
        let track = |phone: &str| {
            let contact = json!({"aiContactId": a, "phone": phone});
            let channel = json!({"channelId": w.here.playground});
            w.post("/api/v1/events", json!({"event": "e", "properties": {}, "contact": contact, "channel": channel}))
        };
        let refused = track("+56955509999");
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("two_people")));
        assert!(refused.text().contains(&a) && refused.text().contains(&b));
        // A number that nobody is known by may be anybody's.
        let unknown = track("+56955507777");
        assert_eq!((unknown.status, &unknown.json()["code"]), (409, &json!("two_people")), "{}", unknown.text());
        assert!(unknown.text().contains(&a) && unknown.text().contains("+56955507777"), "{}", unknown.text());
        // Known on another channel only.
        let elsewhere =
            json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": "+56955508888"});
        let elsewhere = text(&w.post(UPSERT, elsewhere).json()["id"]);
        let refused = track("+56955508888");
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("two_people")), "{}", refused.text());
        assert!(refused.text().contains(&elsewhere), "{}", refused.text());
        assert_eq!(w.number("SELECT count(*) AS n FROM events WHERE topic = 'event.tracked'"), 0);
        assert_eq!(track("+56955501234").status, 202, "their own number");
        // Theirs on another channel.
        let visitor = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v-1",
                             "meta_data": {}});
        let visitor = text(&w.post(UPSERT, visitor).json()["id"]);
        assert_eq!(w.post(&format!("/api/v1/contacts/{visitor}/merge"), json!({"contact_id": a})).status, 200);
        let contact = json!({"aiContactId": visitor, "phone": "+56955501234"});
        let event =
            json!({"event": "e", "properties": {}, "contact": contact, "channel": {"channelId": w.here.webchat}});
        assert_eq!(w.post("/api/v1/events", event).status, 202, "one customer");
    });
}

#[test]
fn much_moves_in_pieces() {
    each(|w| {
        let (a, b) = (w.contact("+56955501234"), w.contact("+56955509999"));
        let many = crm::contacts::MOVED_AT_ONCE + 150;
        let contact: crm::id::ContactId = b.parse().unwrap();
        w.work(move |w| {
            let channel = crm::contacts::Contact::get(w, contact)?.channel_id;
            for n in 0..many {
                let id: crm::id::MessageId = w.new_id();
                let (organization, at) = (w.organization(), w.now.plus_seconds(n - 10_000));
                w.tx.execute(
                    "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor,
                                           sent_at, created_at)
                     VALUES ($1, $2, $3, $4, 'inbound', 'text', 'x', 'received', 'system', $5, $5)",
                    store::params![organization, id, contact, channel, at],
                )?;
            }
            Ok(())
        });
        let move_on = || while w.server().wait_for(crm::contacts::move_on(&w.crm)).unwrap() {};
        let merged = w.post(&format!("/api/v1/contacts/{a}/merge"), json!({"contact_id": b})).json();
        assert_eq!(merged["status"], "moving");
        let undo = format!("/api/v1/merges/{}/undo", text(&merged["id"]));
        assert_eq!(w.post(&undo, json!({})).json()["code"], "merge_unfinished");
        move_on();
        assert_eq!(messages_of(w, &a).len() as i64, many);
        assert_eq!(w.post(&undo, json!({})).json()["status"], "undoing");
        move_on();
        assert_eq!((messages_of(w, &a).len(), messages_of(w, &b).len() as i64), (0, many));
        assert_eq!(w.post(&undo, json!({})).json()["status"], "undone");
    });
}

#[test]
fn how_far_each_was_read_outlasts_an_undo_in_pieces() {
    each(|w| {
        let ((a, _), (b, _)) = (w.ticket("+56955501234"), w.ticket("+56955509999"));
        let many = crm::contacts::MOVED_AT_ONCE + 150;
        let contact: crm::id::ContactId = b.parse().unwrap();
        w.work(move |w| {
            let channel = crm::contacts::Contact::get(w, contact)?.channel_id;
            for n in 0..many {
                let id: crm::id::MessageId = w.new_id();
                let (organization, at) = (w.organization(), w.now.plus_seconds(n - 10_000));
                w.tx.execute(
                    "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor,
                                           sent_at, created_at)
                     VALUES ($1, $2, $3, $4, 'inbound', 'text', $6, 'received', 'system', $5, $5)",
                    store::params![organization, id, contact, channel, at, n.to_string()],
                )?;
            }
            Ok(())
        });
        let unread = |id: &str| w.get(&format!("/api/v1/conversations/{id}")).json()["unread"].clone();
        let move_on = || while w.server().wait_for(crm::contacts::move_on(&w.crm)).unwrap() {};
        assert_eq!(w.post(&format!("/api/v1/conversations/{b}/unread"), json!({})).status, 200);
        assert_eq!((unread(&a), unread(&b)), (json!(0), json!(1)));
        let merged = w.post(&format!("/api/v1/contacts/{a}/merge"), json!({"contact_id": b})).json();
        assert_eq!(merged["status"], "moving");
        let shown = w.get(&format!("/api/v1/conversations/{a}")).json()["last_message"]["body"].clone();
        assert_eq!(shown, json!((many - 1).to_string()), "the newest is there at once");
        move_on();
        assert_eq!(unread(&a), json!(1));
        let undo = format!("/api/v1/merges/{}/undo", text(&merged["id"]));
        assert_eq!(w.post(&undo, json!({})).json()["status"], "undoing");
        // Whoever reads the one now has not read the other.
        assert_eq!(w.post(&format!("/api/v1/conversations/{a}/read"), json!({})).status, 200);
        assert_eq!((unread(&a), unread(&b)), (json!(0), json!(1)));
        move_on();
        assert_eq!((unread(&a), unread(&b)), (json!(0), json!(1)));
        let info = w.info(&b);
        assert_eq!(info["is_chat_read"], json!(false), "{info}");
    });
}
