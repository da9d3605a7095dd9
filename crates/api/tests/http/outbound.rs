//! What is queued, what is refused before anything is written, and that nothing goes out by itself. No worker runs here.

use serde_json::{Value, json};

use crate::redact::wrong;
use crate::world::{PHONE_ID, PLAYGROUND, WHATSAPP, World, each, text};

const SESSION: &str = "/api/public/whatsapp/message/session";
const NOBODY: &str = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";

/// Somebody on the Cloud API's number, who wrote so long ago.
pub fn person(w: &World, phone: &str, seconds_ago: i64) -> String {
    let body = json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": phone});
    let contact = text(&w.post("/api/public/customer/upsert/info", body).json()["id"]);
    w.inbound(&contact, "¿Hay stock?", seconds_ago);
    contact
}

pub fn template(w: &World, name: &str, status: &str, category: &str, components: Value) -> String {
    template_on(w, &w.here.whatsapp, name, status, category, components)
}

/// The same on another channel.
pub fn template_on(w: &World, channel: &str, name: &str, status: &str, category: &str, components: Value) -> String {
    let channel: crm::id::ChannelId = channel.parse().unwrap();
    let fetched = crm::templates::Fetched {
        provider_id: format!("{}", name.bytes().map(u64::from).sum::<u64>() + 77_000),
        name: name.to_owned(),
        language: "es".to_owned(),
        status: status.to_owned(),
        category: category.to_owned(),
        parameter_format: "POSITIONAL".to_owned(),
        components,
        quality: None,
        reason: None,
    };
    w.work(move |w| Ok(crm::templates::put(w, channel, &fetched)?.id.to_string()))
}

pub fn body(text: &str) -> Value {
    json!([{"type": "BODY", "text": text}])
}

fn outbox(w: &World) -> i64 {
    w.number("SELECT count(*) AS n FROM outbox")
}

#[test]
fn a_session_message_is_queued_or_refused_before_anything_is_written() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let reply = w.post(SESSION, json!({"message": "Hola Ana", "contact_id": ana}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!((&reply.json()["status"], &reply.json()["aiContactId"]), (&json!("ok"), &json!(ana)));
        let id = text(&reply.json()["messageId"]);
        let shown = w.get(&format!("/api/v1/messages/{id}")).json();
        assert_eq!(
            (&shown["status"], &shown["body"], &shown["type"]),
            (&json!("queued"), &json!("Hola Ana"), &json!("text"))
        );
        assert_eq!(outbox(w), 1);
        // By phone: there is a web-whatsapp number too, so it has to be said.
        let reply = w.post(SESSION, json!({"message": "Hola", "phone": "9 5550 1234"}));
        assert_eq!(wrong(&reply.json()), ["/from_phone_number required"]);
        let reply = w.post(SESSION, json!({"message": "Hola", "phone": "9 5550 1234", "from_phone_number": PHONE_ID}));
        assert_eq!((reply.status, &reply.json()["aiContactId"]), (201, &json!(ana)), "{}", reply.text());
        assert_eq!(w.number("SELECT count(*) AS n FROM outbox WHERE due_at IS NOT NULL"), 1, "one of a person is due");
        let before = w.counts();
        let shut = person(w, "+56955505678", 25 * 3600);
        let refused = w.post(SESSION, json!({"message": "Hola", "contact_id": shut}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("outside_service_window")));
        let window = &refused.json()["window"];
        assert_eq!((&window["open"], &window["next"][0]), (&json!(false), &json!("template")), "{window}");
        assert!(window["closed_at"].is_string(), "{window}");
        let stranger = json!({"message": "Hola", "phone": "+56955509999", "from_phone_number": WHATSAPP});
        let refused = w.post(SESSION, stranger);
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("outside_service_window")));
        assert_eq!(refused.json()["window"]["closed_at"], Value::Null);
        let contacts = |counts: &std::collections::BTreeMap<String, i64>| counts["contacts"];
        assert_eq!(contacts(&w.counts()), contacts(&before) + 1, "nobody is made for a text that may not go");
        assert_eq!(outbox(w), 2);
        assert_eq!(w.post(SESSION, json!({"message": "Hola", "contact_id": NOBODY})).status, 404);
        for (more, expected) in [
            (json!({}), "/contact_id required"),
            (json!({"contact_id": ana, "type": "image"}), "/type invalid_value"),
            (json!({"contact_id": ana, "message": ""}), "/message required"),
            (json!({"phone": "1", "from_phone_number": WHATSAPP}), "/phone invalid_phone"),
            (
                json!({"phone": "+56955501234", "from_phone_number": "+56911119999"}),
                "/from_phone_number unknown_reference",
            ),
            (json!({"contact_id": ana, "reply_message_id": NOBODY}), "/reply_message_id unknown_reference"),
            (json!({"contact_id": ana, "reply_message_id": id}), "/reply_message_id message_not_sent"),
        ] {
            let mut request = json!({"message": "Hola"});
            request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let reply = w.post(SESSION, request);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{more}");
        }
        w.patch(&format!("/api/v1/contacts/{ana}"), json!({"blocked": true}));
        assert_eq!(w.post(SESSION, json!({"message": "Hola", "contact_id": ana})).json()["code"], "contact_blocked");
    });
}

#[test]
fn a_repetition_queues_nothing_more() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let body = json!({"message": "Hola", "contact_id": ana});
        let send = || w.call("POST", SESSION, &[("idempotency-key", "s-1")], Some(&body));
        let (first, second) = (send(), send());
        assert_eq!((first.status, second.status, first.json()), (201, 201, second.json()));
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!(outbox(w), 1);
    });
}

#[test]
fn every_content_has_its_limits() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let send = |content: Value| {
            let mut request = json!({"contact_id": ana});
            request.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
            w.post("/api/v1/messages", request)
        };
        for (content, kind) in [
            (json!({"text": "Hola https://example.com", "preview_url": true}), "text"),
            (json!({"image": {"link": "https://example.com/a.png", "caption": "Mira"}}), "image"),
            (json!({"document": {"link": "https://example.com/a.pdf", "file_name": "a.pdf"}}), "document"),
            (json!({"audio": {"link": "https://example.com/a.ogg", "voice": true}}), "audio"),
            (json!({"location": {"latitude": -40.57, "longitude": -73.13, "name": "Osorno"}}), "location"),
            (json!({"contacts": [{"formatted_name": "Ana Rojas", "phones": ["+56955501234"]}]}), "contacts"),
            (json!({"interactive_text": "¿Sí?", "buttons": [{"id": "si", "title": "Sí"}]}), "interactive"),
            (
                json!({"interactive_text": "¿Cuál?", "list": {"button": "Ver", "sections": [{"rows": [{"id": "1", "title": "Uno"}]}]}}),
                "interactive",
            ),
            (
                json!({"interactive_text": "Ven", "link": {"title": "Abrir", "url": "https://example.com"}}),
                "interactive",
            ),
            (json!({"interactive_text": "¿Dónde?", "request_location": true}), "interactive"),
        ] {
            let reply = send(content.clone());
            assert_eq!((reply.status, &reply.json()["type"]), (201, &json!(kind)), "{content}: {}", reply.text());
        }
        for (content, expected) in [
            (json!({}), "/text required"),
            (json!({"text": "a", "location": {"latitude": 1, "longitude": 1}}), " invalid_value"),
            (json!({"location": {"latitude": 91, "longitude": 0}}), "/location/latitude out_of_range"),
            (json!({"image": {}}), "/image/media_id required"),
            (json!({"image": {"link": "ftp://x"}}), "/image/link invalid_url"),
            (json!({"image": {"media_id": NOBODY}}), "/image/media_id unknown_reference"),
            (
                json!({"sticker": {"link": "https://x.example/a.webp", "caption": "x"}}),
                "/sticker/caption not_of_this_type",
            ),
            (json!({"interactive_text": "x"}), "/interactive_text invalid_value"),
            (
                json!({"interactive_text": "x", "buttons": [{"id": "1", "title": "A"}, {"id": "1", "title": "B"}]}),
                "/buttons duplicate",
            ),
            (json!({"reaction": {"message_id": NOBODY, "emoji": "👍"}}), "/reaction/message_id unknown_reference"),
            (json!({"text": "a", "unknown": 1}), "/unknown unknown_key"),
        ] {
            let reply = send(content.clone());
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{content}");
        }
        let foreign = w.there.whatsapp.clone();
        let reply = w.post("/api/v1/messages", json!({"phone": "+56955501234", "channel_id": foreign, "text": "a"}));
        assert_eq!(wrong(&reply.json()), ["/channel_id unknown_reference"]);
        assert_eq!(outbox(w), 10);
    });
}

#[test]
fn templates_are_checked_by_name_and_go_outside_the_window() {
    each(|w| {
        let id = template(w, "pedido", "APPROVED", "UTILITY", body("Hola {{1}}, tu pedido {{2}}."));
        template(w, "espera", "PENDING", "UTILITY", body("Hola"));
        let promo = template(w, "promo", "APPROVED", "MARKETING", body("Oferta"));
        let list = w.get("/api/public/templates?status=approved").json();
        assert_eq!((list["templates"].as_array().unwrap().len(), &list["hasMore"]), (2, &json!(false)));
        assert_eq!(list["templates"][0]["variables"], json!(["1", "2"]));
        let open = |message: Value| {
            w.post(
                &format!("/api/public/ticket/open/whatsapp/{PHONE_ID}"),
                json!({"to_phone_number": "+56955501234", "stage_id": w.here.stages[0], "message": message}),
            )
        };
        let before = w.counts();
        let reply = open(json!({"templateId": id, "variables": ["Ana"], "ai_generated": false}));
        assert_eq!(
            (reply.status, wrong(&reply.json())[0].as_str()),
            (400, "/message/variables wrong_variable_count"),
            "{}",
            reply.text()
        );
        let reply = open(json!({"templateId": NOBODY, "ai_generated": false}));
        assert_eq!(wrong(&reply.json()), ["/message/templateId unknown_reference"]);
        assert_eq!(w.counts(), before);
        let reply =
            open(json!({"templateId": id, "variables": ["Ana", 77], "content": "se ignora", "ai_generated": false}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(
            w.number("SELECT count(*) AS n FROM messages WHERE body = 'Hola Ana, tu pedido 77.' AND type = 'template'"),
            1
        );
        let send = |more: Value| {
            let mut request = json!({"phone": "+56955507777", "from_phone_number": WHATSAPP});
            request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            w.post("/api/public/whatsapp/message/send", request)
        };
        let reply = send(
            json!({"template_name": "pedido", "variables": ["Bea", "78"], "contact_name": "Bea", "meta_data": {"ciudad": "Osorno"}}),
        );
        assert_eq!(reply.status, 201, "{}", reply.text());
        let contact = text(&reply.json()["aiContactId"]);
        assert_eq!(w.info(&contact)["name"], "Bea");
        assert_eq!(wrong(&send(json!({"template_name": "espera"})).json()), ["/template_name template_not_approved"]);
        assert_eq!(wrong(&send(json!({})).json()), ["/template_id required"]);
        let path = format!("/api/public/whatsapp/message/send/+56955507777/template/{id}?from-phone-number={PHONE_ID}");
        assert_eq!(w.post(&path, json!({"variables": ["Bea", "79"]})).status, 201);
        w.work(move |w| {
            let (organization, now) = (w.organization(), w.now);
            w.tx.execute(
                "UPDATE contacts SET opted_out_at = $2 WHERE organization_id = $1",
                store::params![organization, now],
            )?;
            Ok(())
        });
        let refused = send(json!({"template_id": promo}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("opted_out")));
        assert_eq!(send(json!({"template_id": id, "variables": ["Bea", "80"]})).status, 201, "not marketing");
    });
}

#[test]
fn a_template_goes_as_text_where_there_are_none_and_stays_queued() {
    each(|w| {
        let id = template(w, "pedido", "APPROVED", "UTILITY", body("Hola {{1}}."));
        let reply = w.post(
            &format!("/api/public/ticket/open/web-whatsapp/{}", w.here.web_whatsapp),
            json!({"to_phone_number": "+56955501234", "stage_id": w.here.stages[0],
                   "message": {"templateId": id, "variables": ["Ana"], "ai_generated": false}}),
        );
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(
            w.number(
                "SELECT count(*) AS n FROM messages WHERE body = 'Hola Ana.' AND type = 'text' AND status = 'queued'"
            ),
            1
        );
    });
}

#[test]
fn what_waits_can_be_seen_and_given_up() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let send =
            |body: &str| text(&w.post("/api/v1/messages", json!({"contact_id": ana, "text": body})).json()["id"]);
        let (first, second) = (send("uno"), send("dos"));
        let waiting = w.get("/api/v1/messages?state=waiting").json();
        assert_eq!(waiting["data"].as_array().unwrap().len(), 2);
        assert_eq!(w.get("/api/v1/messages").status, 400);
        let gone = w.post(&format!("/api/v1/messages/{first}/discard"), json!({}));
        assert_eq!((gone.status, &gone.json()["status"]), (200, &json!("cancelled")), "{}", gone.text());
        let next: crm::id::MessageId = second.parse().unwrap();
        let due = w.work(move |w| {
            let row = w.tx.query_one(
                "SELECT due_at IS NOT NULL AS due FROM outbox WHERE message_id = $1",
                store::params![next],
            )?;
            Ok(row.at::<bool>(0)?)
        });
        assert!(due, "the next one moves up");
        let again = w.post(&format!("/api/v1/messages/{first}/discard"), json!({}));
        assert_eq!((again.status, &again.json()["code"]), (409, &json!("wrong_status")));
        assert_eq!(w.post(&format!("/api/v1/messages/{first}/retry"), json!({})).json()["status"], "queued");
        assert_eq!(w.post(&format!("/api/v1/messages/{second}/retry"), json!({})).json()["code"], "wrong_status");
        let theirs = w.raw(&w.there.key, "GET", &format!("/api/v1/messages/{second}"), &[], None);
        assert_eq!(theirs.status, 404);
    });
}

#[test]
fn nothing_is_queued_without_a_message() {
    each(|w| {
        let body = json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": "+56955501234",
                          "note": "Llamar", "stageId": w.here.stages[0]});
        assert_eq!(w.post("/api/public/customer/upsert/info", body).status, 201);
        let note = json!({"to_phone": "+56955501234", "from_phone": WHATSAPP, "note": "x", "meta_data": {}});
        assert_eq!(w.post("/api/public/whatsapp/message/note/send", note).status, 201);
        let open = json!({"to_phone_number": "+56955501234", "stage_id": w.here.stages[1]});
        assert_eq!(w.post(&format!("/api/public/ticket/open/whatsapp/{PHONE_ID}"), open.clone()).status, 200);
        assert_eq!(w.post(&format!("/api/public/ticket/open/web-whatsapp/{}", w.here.web_whatsapp), open).status, 201);
        assert_eq!(outbox(w), 0);
    });
}

#[test]
fn a_template_call_takes_metadata_by_both_names() {
    each(|w| {
        let id = template(w, "aviso", "APPROVED", "UTILITY", body("Hola {{1}}"));
        for (at, name) in ["metadata", "meta_data"].into_iter().enumerate() {
            let mut call = json!({"phone": format!("+5695550123{at}"), "from_phone_number": PHONE_ID, "template_id": id,
                                  "variables": ["Ana"]});
            call[name] = json!({"color": "azul"});
            let reply = w.post("/api/public/whatsapp/message/send", call);
            assert_eq!(reply.status, 201, "{}", reply.text());
            assert_eq!(w.info(&text(&reply.json()["aiContactId"]))["metadata"]["color"], "azul", "{name}");
        }
    });
}

#[test]
fn a_text_to_two_people_is_sent_to_neither() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let bea = person(w, "+56955505678", 60);
        let send = |phone: &str| w.post(SESSION, json!({"message": "Hola", "contact_id": ana, "phone": phone}));
        let refused = send("9 5550 5678");
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("two_people")), "{}", refused.text());
        assert!(refused.text().contains(&ana) && refused.text().contains(&bea));
        assert_eq!(wrong(&send("12").json()), ["/phone invalid_phone"]);
        // Nobody's, and somebody's on another channel.
        let elsewhere = w.contact("+56955507777");
        for (phone, other) in [("+56955506666", "+56955506666"), ("+56955507777", elsewhere.as_str())] {
            let refused = send(phone);
            assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("two_people")), "{}", refused.text());
            assert!(refused.text().contains(&ana) && refused.text().contains(other), "{}", refused.text());
        }
        assert_eq!(outbox(w), 0);
        assert_eq!(send("9 5550 1234").status, 201);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE direction = 'outbound'"), 1);
    });
}

#[test]
fn what_sends_and_opens_can_be_tried_on_the_playground() {
    each(|w| {
        let channel: crm::id::ChannelId = w.here.playground.parse().unwrap();
        let played = crm::channels::Played {
            graph_base_url: "http://127.0.0.1:9".to_owned(),
            phone_number_id: "990001".to_owned(),
            waba_id: "990002".to_owned(),
            secrets: vec![0],
        };
        w.work(move |w| crm::channels::play(w, channel, &played));
        let fetched = crm::templates::Fetched {
            provider_id: "88001".to_owned(),
            name: "aviso".to_owned(),
            language: "es".to_owned(),
            status: "APPROVED".to_owned(),
            category: "UTILITY".to_owned(),
            parameter_format: "POSITIONAL".to_owned(),
            components: body("Hola {{1}}"),
            quality: None,
            reason: None,
        };
        let id = w.work(move |w| Ok(crm::templates::put(w, channel, &fetched)?.id.to_string()));
        let ana = w.contact("+56955501234");
        w.inbound(&ana, "Hola", 60);
        let sent = |reply: &crate::client::Reply| {
            assert_eq!((reply.status, &reply.json()["aiContactId"]), (201, &json!(ana)), "{}", reply.text());
        };
        for own in [PLAYGROUND, "990001"] {
            let call =
                json!({"phone": "+56955501234", "from_phone_number": own, "template_id": id, "variables": ["Ana"]});
            sent(&w.post("/api/public/whatsapp/message/send", call));
            sent(&w.post(SESSION, json!({"phone": "+56955501234", "from_phone_number": own, "message": "Hola"})));
        }
        let path = format!("/api/public/whatsapp/message/send/56955501234/template/{id}?from-phone-number=990001");
        sent(&w.post(&path, json!({"variables": ["Ana"]})));
        let path = format!("/api/public/whatsapp/message/send/template/{id}?from-phone-number=990001");
        sent(&w.post(&path, json!({"telefono": "+56955501234", "1": "Ana"})));
        let open = json!({"to_phone_number": "+56955501234", "stage_id": w.here.stages[0],
                          "message": {"templateId": id, "ai_generated": false, "variables": ["Ana"]}});
        sent(&w.post("/api/public/ticket/open/whatsapp/990001", open));
        // Where nobody names a number, the playground is none beside real ones.
        let several = w.post(SESSION, json!({"phone": "+56955501234", "message": "Hola"}));
        assert_eq!(wrong(&several.json()), ["/from_phone_number required"]);
        assert_eq!(w.call("DELETE", &format!("/api/v1/channels/{}", w.here.web_whatsapp), &[], None).status, 200);
        let cloud = w.post(SESSION, json!({"phone": "+56955501234", "message": "Hola"}));
        assert_eq!((cloud.status, &cloud.json()["code"]), (409, &json!("outside_service_window")), "{}", cloud.text());
    });
}

#[test]
fn a_channel_beside_a_contact_is_the_contacts_own() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let at = w.now().plus_seconds(60).to_string();
        let v1 =
            |channel: &str| w.post("/api/v1/messages", json!({"contact_id": ana, "channel_id": channel, "text": "a"}));
        let later = |channel: &str| {
            let body = json!({"contact_id": ana, "channel_id": channel, "text": "a", "scheduled_at": at});
            w.post("/api/v1/scheduled_messages", body)
        };
        let session =
            |number: &str| w.post(SESSION, json!({"contact_id": ana, "from_phone_number": number, "message": "a"}));
        let before = w.counts();
        for (other, code) in [(&w.here.playground, "invalid_value"), (&w.there.whatsapp, "unknown_reference")] {
            for reply in [v1(other), later(other)] {
                assert_eq!((reply.status, wrong(&reply.json())), (400, vec![format!("/channel_id {code}")]));
            }
        }
        for (number, code) in [(PLAYGROUND, "invalid_value"), ("+56999999999", "unknown_reference")] {
            let reply = session(number);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![format!("/from_phone_number {code}")]));
        }
        assert!(v1(&w.here.playground).text().contains(&w.here.whatsapp), "which one it would be");
        assert_eq!(w.counts(), before);
        assert_eq!((v1(&w.here.whatsapp).status, later(&w.here.whatsapp).status), (201, 201));
        assert_eq!((session(WHATSAPP).status, session(PHONE_ID).status), (201, 201));
    });
}

#[test]
fn a_shut_window_names_what_the_operation_takes() {
    each(|w| {
        let shut = person(w, "+56955505678", 25 * 3600);
        let at = w.now().plus_seconds(3600).to_string();
        let open = json!({"to_phone_number": "+56955505678", "stage_id": w.here.stages[0],
                          "message": {"content": "Hola", "ai_generated": false}});
        for (path, body, remedy) in [
            ("/api/v1/messages".to_owned(), json!({"contact_id": shut, "text": "a"}), "(`template`)"),
            (
                "/api/v1/scheduled_messages".to_owned(),
                json!({"contact_id": shut, "text": "a", "scheduled_at": at}),
                "(`template`)",
            ),
            (
                SESSION.to_owned(),
                json!({"contact_id": shut, "message": "a"}),
                "(POST /api/public/whatsapp/message/send)",
            ),
            (
                SESSION.to_owned(),
                json!({"phone": "+56955509999", "from_phone_number": WHATSAPP, "message": "a"}),
                "(POST /api/public/whatsapp/message/send)",
            ),
            (format!("/api/public/ticket/open/whatsapp/{PHONE_ID}"), open, "(`message.templateId`)"),
        ] {
            let refused = w.post(&path, body);
            assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("outside_service_window")));
            let detail = text(&refused.json()["detail"]);
            assert!(detail.contains("is shut") && detail.contains(remedy), "{path}: {detail}");
        }
    });
}

#[test]
fn what_is_wrong_is_pointed_at_where_it_was_sent() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let named = |more: Value| {
            let mut body = json!({"phone": "+56955501234", "from_phone_number": PHONE_ID, "variables": []});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            wrong(&w.post("/api/public/whatsapp/message/send", body).json())
        };
        assert_eq!(named(json!({"template_name": "no_existe"})), ["/template_name unknown_reference"]);
        assert_eq!(named(json!({"template_id": "no_existe"})), ["/template_id unknown_reference"]);
        let send = |kind: &str, media: &str| {
            let reply = w.post("/api/v1/messages", json!({"contact_id": ana, kind: {"media_id": media}}));
            assert_eq!(reply.status, 400, "{}", reply.text());
            wrong(&reply.json())
        };
        assert_eq!(send("video", NOBODY), ["/video/media_id unknown_reference"]);
        let channel: crm::id::ChannelId = w.here.whatsapp.parse().unwrap();
        let png = crm::media::Upload {
            channel,
            media_type: crm::media::MediaType::Image,
            mime: "image/png".to_owned(),
            file_name: None,
            path: "a/b.png".to_owned(),
            sha256: "0".repeat(64),
            size: 10,
        };
        let png = w.work(move |w| crm::media::uploaded(w, &png)).id.to_string();
        assert_eq!(send("sticker", &png), ["/sticker/media_id wrong_media_type"]);
        let picture = json!([{"type": "HEADER", "format": "VIDEO"}, {"type": "BODY", "text": "Hola"}]);
        template(w, "clip", "APPROVED", "UTILITY", picture);
        let body = json!({"contact_id": ana, "template": {"name": "clip", "header": {"media_id": png}}});
        let reply = w.post("/api/v1/messages", body);
        assert_eq!(wrong(&reply.json()), ["/template/header/media_id wrong_media_type"], "{}", reply.text());
    });
}
