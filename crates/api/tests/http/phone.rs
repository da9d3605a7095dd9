//! A contact's number, set by hand: corrected while it has reached nobody, refused where it is the person's address.

use serde_json::{Value, json};

use crate::merges::by_id;
use crate::meta::{Line, contact_of, seconds};
use crate::world::{UPSERT, World, each, text};

fn path(contact: &str) -> String {
    format!("/api/v1/contacts/{contact}")
}

fn visitor(w: &World, user: &str, more: Value) -> Value {
    let mut body = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": user});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.post(UPSERT, body).json()
}

fn identity(w: &World, contact: &str) -> Value {
    w.get(&format!("{}/identity", path(contact))).json()
}

fn phones(w: &World, contact: &str) -> Vec<(String, String)> {
    let found = identity(w, contact);
    let phones = found["identifiers"].as_array().unwrap().iter().filter(|one| one["kind"] == "phone");
    phones.map(|one| (text(&one["rule"]), text(&one["value"]))).collect()
}

fn of(rule: &str, value: &str) -> (String, String) {
    (rule.to_owned(), value.to_owned())
}

#[test]
fn a_number_that_reached_nobody_is_corrected() {
    each(|w| {
        let ana = w.contact("+56955501234");
        let before = w.last_sequence();
        // As it is written in the channel's country; twice is as once.
        for _ in 0..2 {
            let reply = w.patch(&path(&ana), json!({"phone": "9 5550 4321"}));
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(
                (&reply.json()["phone"], &reply.json()["phone_source"]),
                (&json!("+56955504321"), &json!("explicit"))
            );
        }
        assert_eq!(w.topics(before), ["contact.updated"]);
        let log = w.get(&format!("/api/v1/events?after={before}")).json();
        let event = &log["data"][0];
        assert_eq!(
            (&event["data"]["phone"], &event["previous"]["phone"]),
            (&json!("+56955504321"), &json!("+56955501234"))
        );
        assert_eq!(phones(w, &ana), [of("channel_identifier", "+56955504321"), of("same_phone", "+56955504321")]);
        // The new number finds them, the old one is somebody else.
        assert_eq!(w.contact("+56955504321"), ana);
        let other = w.upsert("+56955501234", json!({})).json();
        assert_eq!(other["created"], true);
        assert_ne!(other["ai_customer_id"], w.info(&ana)["ai_customer_id"]);
        let found = w.get("/api/public/contacts/search?phone=55504321").json();
        assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    });
}

#[test]
fn what_is_no_number_is_named_with_all_else_that_is_wrong() {
    each(|w| {
        let ana = w.contact("+56955501234");
        let reply = w.patch(&path(&ana), json!({"phone": "12", "email": "ana", "custom_fields": {"nadie": 1}}));
        assert_eq!(reply.status, 400);
        let errors = reply.json()["errors"].clone();
        let mut wrong: Vec<(String, String)> =
            errors.as_array().unwrap().iter().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect();
        wrong.sort();
        let expected =
            [("/custom_fields/nadie", "unknown_reference"), ("/email", "invalid_email"), ("/phone", "invalid_phone")];
        assert_eq!(wrong, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        assert_eq!(w.patch(&path(&ana), json!({"phone": true})).status, 400);
        assert_eq!(w.info(&ana)["phone"], "+56955501234");
        let stale = w.call("PATCH", &path(&ana), &[("if-match", "\"99\"")], Some(&json!({"phone": "+56955504321"})));
        assert_eq!(stale.status, 412);
    });
}

#[test]
fn a_number_of_somebody_else_on_the_channel_names_them() {
    each(|w| {
        let (ana, beto) = (w.contact("+56955501234"), w.contact("+56955509999"));
        let before = w.last_sequence();
        let reply = w.patch(&path(&ana), json!({"phone": "+56955509999", "name": "Ana"}));
        let problem = reply.json();
        assert_eq!(
            (reply.status, &problem["code"], &problem["contact_id"]),
            (409, &json!("phone_taken"), &json!(beto))
        );
        assert!(w.topics(before).is_empty(), "nothing of it was done");
        assert_eq!(phones(w, &ana)[0], of("channel_identifier", "+56955501234"));
        // The remedy.
        let merged = w.post(&format!("{}/merge", path(&ana)), json!({"contact_id": beto})).json();
        // Both numbers are theirs now, and either may be the one that is shown; what the merge brought goes back with its undo.
        assert_eq!(w.patch(&path(&ana), json!({"phone": "+56955509999"})).json()["phone"], "+56955509999");
        assert_eq!((w.contact("+56955501234"), w.contact("+56955509999")), (ana.clone(), ana.clone()));
        assert_eq!(w.post(&format!("/api/v1/merges/{}/undo", text(&merged["id"])), json!({})).status, 200);
        assert_eq!((&w.info(&ana)["phone"], &w.info(&beto)["phone"]), (&json!("+56955501234"), &json!("+56955509999")));
        assert_eq!((w.contact("+56955501234"), w.contact("+56955509999")), (ana, beto));
    });
}

#[test]
fn the_address_of_a_conversation_stays() {
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &line.text("56955501234", "1", seconds(w) - 60, "hola"));
        let ana = contact_of(w, "56955501234");
        for wanted in [json!("+56955504321"), Value::Null] {
            let reply = w.patch(&path(&ana), json!({"phone": wanted}));
            assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("phone_is_address")), "{}", reply.text());
        }
        assert_eq!(
            w.patch(&path(&ana), json!({"phone": "+56 9 5550 1234", "name": "Ana"})).status,
            200,
            "the same again"
        );
        // A note is written here and reaches nobody; neither does what failed. What is on its way does.
        let beto = w.contact("+56955509999");
        assert_eq!(w.post(&format!("{}/notes", path(&beto)), json!({"text": "Llamar"})).status, 201);
        assert_eq!(w.patch(&path(&beto), json!({"phone": "+56955508888"})).status, 200);
        let sent = |status: &'static str| {
            let id = beto.parse::<crm::id::ContactId>().unwrap();
            w.work(move |w| {
                let (organization, message) = (w.organization(), w.new_id::<crm::id::MessageId>());
                let channel = crm::contacts::Contact::get(w, id)?.channel_id;
                w.tx.execute(
                    "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor,
                                           sent_at, created_at)
                     VALUES ($1, $2, $3, $4, 'outbound', 'text', 'Hola', $5, 'system', $6, $6)",
                    store::params![organization, message, id, channel, status, w.now],
                )?;
                Ok(())
            });
        };
        sent("failed");
        assert_eq!(w.patch(&path(&beto), json!({"phone": "+56955507777"})).status, 200, "a wrong number, found out");
        assert_eq!(w.patch(&path(&beto), json!({"phone": null})).json()["code"], "phone_is_address");
        sent("queued");
        assert_eq!(w.patch(&path(&beto), json!({"phone": "+56955506666"})).json()["code"], "phone_is_address");
    });
}

#[test]
fn a_number_said_by_hand_joins_customers_as_an_integration_does() {
    each(|w| {
        let ana = w.upsert("+56955501234", json!({})).json();
        let fresh = visitor(w, "v-1", json!({}));
        let id = text(&fresh["id"]);
        let reply = w.patch(&path(&id), json!({"phone": "+56955501234"})).json();
        assert_eq!((&reply["phone"], &reply["customer_id"]), (&json!("+56955501234"), &ana["ai_customer_id"]));
        // One with a past: for somebody to decide.
        let past = visitor(w, "v-2", json!({"note": "Preguntó"}));
        let past_id = text(&past["id"]);
        assert_eq!(
            w.patch(&path(&past_id), json!({"phone": "+56955501234"})).json()["customer_id"],
            past["ai_customer_id"]
        );
        let proposal = &identity(w, &past_id)["merge_proposals"][0];
        assert_eq!((&proposal["kind"], &proposal["contacts"][0]["id"]), (&json!("phone"), &ana["id"]));
        // Taken away it names nobody, and proposes nothing.
        assert_eq!(w.patch(&path(&past_id), json!({"phone": null})).json()["phone"], Value::Null);
        assert_eq!(identity(w, &past_id)["merge_proposals"], json!([]));
        // On another channel the number stays the customer's while one of their contacts has it.
        assert_eq!(w.patch(&path(&id), json!({"phone": null})).status, 200);
        assert!(phones(w, &text(&ana["id"])).contains(&of("same_phone", "+56955501234")));
    });
}

#[test]
fn what_was_read_somewhere_and_then_said_is_not_taken_back() {
    each(|w| {
        let read = visitor(w, "v-1", json!({"meta_data": {"telefono": "+56 9 5550 1234"}}));
        let id = text(&read["id"]);
        let values = || w.get(&format!("{}/structuring", path(&id))).json()["values"].clone();
        let of_phone = |values: &Value| {
            values.as_array().unwrap().iter().find(|value| value["target"] == "phone").cloned().unwrap_or_default()
        };
        let inferred = of_phone(&values());
        assert_eq!((&inferred["source"], &inferred["provenance"]["undoable"]), (&json!("inferred"), &json!(true)));
        assert_eq!(w.patch(&path(&id), json!({"phone": "9 5550 1234"})).json()["phone_source"], "explicit");
        let said = of_phone(&values());
        assert_eq!((&said["source"], &said["provenance"]["undoable"]), (&json!("explicit"), &json!(false)));
        assert!(phones(w, &id).contains(&of("same_phone", "+56955501234")));
        let undo = json!({"structuring_id": inferred["provenance"]["structuring_id"], "target": "phone"});
        let undone = w.post("/api/v1/structuring/undo", undo).json();
        assert_eq!(w.info(&id)["phone"], "+56955501234", "{undone}");
        // Nor does a later record write over it.
        visitor(w, "v-1", json!({"meta_data": {"telefono": "+56 9 5550 7777"}}));
        assert_eq!(w.info(&id)["phone"], "+56955501234");
    });
}

#[test]
fn of_two_who_want_one_number_at_once_one_gets_it() {
    each(|w| {
        let (ana, beto) = (w.contact("+56955501234"), w.contact("+56955509999"));
        let wanted = json!({"phone": "+56955504321"});
        let replies: Vec<(u16, String)> = std::thread::scope(|scope| {
            let both = [&ana, &beto].map(|id| scope.spawn(|| w.patch(&path(id), wanted.clone())));
            let upsert = scope.spawn(|| w.upsert("+56955504321", json!({})));
            let replies = both.map(|one| one.join().unwrap());
            let made = upsert.join().unwrap();
            assert!(made.status < 300, "{}", made.text());
            replies
                .iter()
                .map(|reply| (reply.status, reply.json()["code"].as_str().unwrap_or_default().to_owned()))
                .collect()
        });
        for (status, code) in &replies {
            assert!(*status == 200 || (*status == 409 && code == "phone_taken"), "{replies:?}");
        }
        assert!(replies.iter().filter(|(status, _)| *status == 200).count() <= 1, "{replies:?}");
        assert_eq!(w.number("SELECT count(*) AS n FROM contacts WHERE phone = '+56955504321'"), 1);
        assert_eq!(
            w.number("SELECT count(*) AS n FROM contact_identifiers WHERE kind = 'phone' AND value = '+56955504321'"),
            1
        );
        let orphans = "SELECT count(*) AS n FROM contacts k WHERE NOT EXISTS (SELECT 1 FROM contact_identifiers i
                       WHERE i.contact_id = k.id AND i.value = k.phone)";
        assert_eq!(w.number(orphans), 0, "whoever has a number is found by it");
    });
}

#[test]
fn who_was_said_not_to_be_the_same_is_not_proposed_again() {
    each(|w| {
        let ana = w.upsert("+56955501234", json!({})).json();
        let past = visitor(w, "v-1", json!({"note": "Preguntó"}));
        let id = text(&past["id"]);
        let say = || visitor(w, "v-1", json!({"contact_phone_number": "+56955501234"}));
        say();
        let before = w.last_sequence();
        let dismiss = |value: &str| {
            w.post(&format!("{}/merge_proposals/dismiss", path(&id)), json!({"kind": "phone", "value": value}))
        };
        for _ in 0..2 {
            assert_eq!(dismiss("+56955501234").status, 204);
        }
        let unknown = dismiss("+56955500000");
        assert_eq!((unknown.status, &unknown.json()["errors"][0]["code"]), (400, &json!("unknown_reference")));
        assert_eq!(w.topics(before), ["contact.updated"]);
        let log = w.get(&format!("/api/v1/events?after={before}")).json();
        assert_eq!(log["data"][0]["data"]["merge_proposal"]["dismissed"], true);
        let none = || assert_eq!(identity(w, &id)["merge_proposals"], json!([]));
        none();
        // Neither when it is said again, nor when it was taken away in between.
        say();
        none();
        w.patch(&path(&id), json!({"phone": null}));
        say();
        none();
        // Merged by hand all the same, and two again: still put away.
        let merged = w.post(&format!("{}/merge", path(&id)), json!({"contact_id": ana["id"]})).json();
        assert_eq!(w.post(&format!("/api/v1/merges/{}/undo", text(&merged["id"])), json!({})).status, 200);
        none();
        let foreign = w.raw(
            &w.there.key,
            "POST",
            &format!("{}/merge_proposals/dismiss", path(&id)),
            &[],
            Some(br#"{"kind":"phone","value":"+56955501234"}"#),
        );
        assert_eq!(foreign.status, 404);
    });
}

#[test]
fn somebody_who_has_no_number_gets_one_and_it_is_corrected() {
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &by_id(&line, "CL.13491208655302741918", "1", seconds(w), "hola"));
        let ana = text(&w.get("/api/v1/contacts?limit=1").json()["data"][0]["id"]);
        assert_eq!(w.post("/api/v1/messages", json!({"contact_id": ana, "text": "hola"})).status, 201);
        // There is none that could be an address, whatever was exchanged.
        for number in ["+56955501234", "+56955501235"] {
            let reply = w.patch(&path(&ana), json!({"phone": number}));
            assert_eq!((reply.status, &reply.json()["phone"]), (200, &json!(number)), "{}", reply.text());
            w.wait(1);
        }
        assert_eq!(contact_of(w, "+56955501235"), ana);
        // From now on it is.
        assert_eq!(w.post("/api/v1/messages", json!({"contact_id": ana, "text": "¿es tu número?"})).status, 201);
        let refused = w.patch(&path(&ana), json!({"phone": "+56955501236"}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("phone_is_address")));
    });
}
