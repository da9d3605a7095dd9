//! What is scheduled, by both surfaces: what is taken, refused, listed, moved and cancelled. Sending it is `scheduled_due`'s.

use std::thread;

use serde_json::{Value, json};

use crate::client::Reply;
use crate::merges::by_id;
use crate::meta::{Line, seconds};
use crate::outbound::{body, person, template, template_on};
use crate::redact::wrong;
use crate::world::{PHONE_ID, WEB_WHATSAPP, WHATSAPP, World, each, text};

pub const PROGRAMMED: &str = "/api/public/whatsapp/message/programmed";
pub const V1: &str = "/api/v1/scheduled_messages";
const NOBODY: &str = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";

/// The world's clock, so many seconds on.
pub fn ahead(w: &World, seconds: i64) -> String {
    w.now().plus_seconds(seconds).to_string()
}

/// An approved template with one variable.
pub fn reminder(w: &World) -> String {
    template(w, "recordatorio", "APPROVED", "UTILITY", body("Hola {{1}}, te esperamos."))
}

fn with(mut request: Value, more: &Value) -> Value {
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// C28 in an hour, on the Cloud API's number, with more members.
pub fn programmed(w: &World, template: &str, phone: &str, more: &Value) -> Reply {
    let request = json!({"scheduledDate": ahead(w, 3600), "templateId": template, "contactIdentifier": phone,
                         "channel": "whatsapp", "content": ["Ana"]});
    w.post(&format!("{PROGRAMMED}/create"), with(request, more))
}

pub fn scheduled(w: &World, more: Value) -> Reply {
    w.post(V1, with(json!({"scheduled_at": ahead(w, 3600)}), &more))
}

fn cancel(w: &World, id: &str) -> Reply {
    w.call("DELETE", &format!("{PROGRAMMED}/{id}"), &[], None)
}

#[test]
fn a_template_is_scheduled_with_what_is_known_of_the_person() {
    each(|w| {
        let id = reminder(w);
        let before = w.last_sequence();
        let at = ahead(w, 3600);
        let more = json!({"scheduledDate": at, "contactName": "Ana Rojas", "meta_data": {"ciudad": "Osorno", "color": "azul"},
                          "stageId": w.here.stages[1], "isSmart": true, "fromPhoneNumber": PHONE_ID});
        let reply = programmed(w, &id, "9 5550 1234", &more);
        assert_eq!(reply.status, 201, "{}", reply.text());
        let answer = reply.json();
        assert_eq!((&answer["status"], &answer["scheduledDate"]), (&json!("scheduled"), &json!(at)));
        let contact = text(&answer["aiContactId"]);
        let info = w.info(&contact);
        assert_eq!((&info["name"], &info["phone"]), (&json!("Ana Rojas"), &json!("+56955501234")));
        assert_eq!(info["metadata"]["color"], "azul");
        assert_eq!(info["active_ticket"]["current_stage_id"], json!(w.here.stages[1]));
        assert_eq!(w.number("SELECT count(*) AS n FROM messages"), 0, "nothing goes before its time");
        let shown = w.get(&format!("{V1}/{}", text(&answer["id"])));
        assert_eq!(shown.header("etag"), Some("\"1\""));
        let shown = shown.json();
        assert_eq!(shown["body"], "Hola Ana, te esperamos.");
        assert_eq!(shown["template"], json!({"id": id, "name": "recordatorio", "language": "es"}));
        assert_eq!(
            (&shown["contact_id"], &shown["channel_id"], &shown["to"], &shown["type"], &shown["actor"]["type"]),
            (&json!(contact), &json!(w.here.whatsapp), &json!("+56955501234"), &json!("template"), &json!("api_key"))
        );
        assert_eq!(
            (&shown["message_id"], &shown["error"], &shown["done_at"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
        w.settled();
        let log = w.get(&format!("/api/v1/events?after={before}&topic=scheduled_message.created")).json();
        assert_eq!(log["data"].as_array().unwrap().len(), 1);
        let event = &log["data"][0];
        assert_eq!(event["data"]["scheduled_message"]["id"], answer["id"]);
        assert_eq!(event["subject"]["contact_id"], json!(contact));
        assert!(!event.to_string().contains("esperamos"), "what is written is at one place only");
    });
}

#[test]
fn every_channel_is_found_by_every_spelling() {
    each(|w| {
        let id = reminder(w);
        let channel_of = |more: Value| {
            let reply = programmed(w, &id, "+56955501234", &more);
            assert_eq!(reply.status, 201, "{more}: {}", reply.text());
            text(&w.get(&format!("{V1}/{}", text(&reply.json()["id"]))).json()["channel_id"])
        };
        let cloud = [
            json!({}),
            json!({"fromPhoneNumber": WHATSAPP}),
            json!({"fromPhoneNumber": "9 1111 2222"}),
            json!({"fromPhoneNumber": PHONE_ID}),
            json!({"channelId": w.here.whatsapp}),
            json!({"channelId": PHONE_ID.parse::<i64>().unwrap()}),
            json!({"channelId": PHONE_ID, "fromPhoneNumber": WHATSAPP}),
        ];
        for more in cloud {
            assert_eq!(channel_of(more.clone()), w.here.whatsapp, "{more}");
        }
        for word in ["web-whatsapp", "web_whatsapp"] {
            for more in [json!({}), json!({"fromPhoneNumber": WEB_WHATSAPP}), json!({"channelId": w.here.web_whatsapp})]
            {
                let more = with(more, &json!({"channel": word}));
                assert_eq!(channel_of(more.clone()), w.here.web_whatsapp, "{more}");
            }
        }
        // All the same message to the same person at the same time but for the milliseconds that passed: a number is one contact.
        assert_eq!(w.number("SELECT count(DISTINCT contact_id) AS n FROM scheduled_messages"), 2);
        // A contact's id stands for its number; where nothing else says it, for its channel.
        let contact =
            text(&programmed(w, &id, "+56955501234", &json!({"channel": "web-whatsapp"})).json()["aiContactId"]);
        for (more, channel) in [
            (json!({"channel": "web-whatsapp"}), &w.here.web_whatsapp),
            (json!({"channel": "whatsapp"}), &w.here.whatsapp),
        ] {
            assert_eq!(channel_of(with(more, &json!({"contactIdentifier": contact}))), *channel);
        }
    });
}

#[test]
fn what_is_wrong_is_named_all_at_once_and_nothing_is_written() {
    each(|w| {
        let id = reminder(w);
        let pending = template(w, "espera", "PENDING", "UTILITY", body("Hola {{1}}"));
        let before = w.counts();
        let phone = "+56955501234";
        for (more, expected) in [
            (json!({"scheduledDate": ahead(w, -301)}), vec!["/scheduledDate out_of_range"]),
            (json!({"scheduledDate": ahead(w, 367 * 86_400)}), vec!["/scheduledDate out_of_range"]),
            (json!({"scheduledDate": "mañana"}), vec!["/scheduledDate invalid_time"]),
            (json!({"scheduledDate": "2026-12-24T10:00:00"}), vec!["/scheduledDate invalid_time"]),
            (json!({"scheduledDate": null}), vec!["/scheduledDate required"]),
            (json!({"templateId": null}), vec!["/templateId required"]),
            (json!({"templateId": null, "isSmart": true, "content": []}), vec!["/content assistant_not_configured"]),
            (json!({"templateId": NOBODY}), vec!["/templateId unknown_reference"]),
            (json!({"templateId": pending}), vec!["/templateId template_not_approved"]),
            (json!({"content": []}), vec!["/content wrong_variable_count", "/content/0 missing_variable"]),
            (json!({"content": ["Ana\nRojas"]}), vec!["/content/0 invalid_variable"]),
            (json!({"content": "Ana"}), vec!["/content invalid_type"]),
            (json!({"contactIdentifier": "12"}), vec!["/contactIdentifier invalid_phone"]),
            (json!({"contactIdentifier": NOBODY}), vec!["/contactIdentifier unknown_reference"]),
            (json!({"channel": "webchat"}), vec!["/channel invalid_value"]),
            (json!({"channelId": NOBODY}), vec!["/channelId unknown_reference"]),
            (json!({"channelId": w.here.web_whatsapp}), vec!["/channelId unknown_reference"]),
            (json!({"channelId": PHONE_ID, "fromPhoneNumber": WEB_WHATSAPP}), vec!["/fromPhoneNumber invalid_value"]),
            (json!({"fromPhoneNumber": WEB_WHATSAPP}), vec!["/fromPhoneNumber unknown_reference"]),
            (json!({"stageId": NOBODY}), vec!["/stageId unknown_reference"]),
            (
                json!({"scheduledDate": ahead(w, -600), "stageId": NOBODY, "contactIdentifier": NOBODY}),
                vec![
                    "/contactIdentifier unknown_reference",
                    "/scheduledDate out_of_range",
                    "/stageId unknown_reference",
                ],
            ),
            (
                json!({"scheduledDate": ahead(w, -600), "templateId": NOBODY}),
                vec!["/scheduledDate out_of_range", "/templateId unknown_reference"],
            ),
        ] {
            let reply = programmed(w, &id, phone, &more);
            let mut found = wrong(&reply.json());
            found.sort();
            assert_eq!(
                (reply.status, found),
                (400, expected.iter().map(|text| (*text).to_owned()).collect()),
                "{more}"
            );
        }
        assert_eq!(w.counts(), before);
        // Within five minutes it is now; an offset says the same instant.
        assert_eq!(programmed(w, &id, phone, &json!({"scheduledDate": ahead(w, -280)})).status, 201);
        let reply = programmed(w, &id, phone, &json!({"scheduledDate": "2026-12-24T09:00:00-03:00"}));
        assert_eq!(reply.json()["scheduledDate"], "2026-12-24T12:00:00.000Z", "{}", reply.text());
        w.patch(&format!("/api/v1/contacts/{}", text(&reply.json()["aiContactId"])), json!({"blocked": true}));
        let refused = programmed(w, &id, phone, &json!({}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("contact_blocked")));
    });
}

#[test]
fn without_an_assistant_content_goes_as_it_is_given() {
    each(|w| {
        let more = json!({"templateId": null, "isSmart": true, "channel": "web-whatsapp", "content": ["Hola Ana,", "¿vienes?"]});
        let reply = programmed(w, "", "+56955501234", &more);
        assert_eq!(reply.status, 201, "{}", reply.text());
        let shown = w.get(&format!("{V1}/{}", text(&reply.json()["id"]))).json();
        assert_eq!((&shown["type"], &shown["body"]), (&json!("text"), &json!("Hola Ana,\n¿vienes?")));
        let id = reminder(w);
        let both = programmed(w, &id, "+56955501234", &json!({"isSmart": true}));
        let shown = w.get(&format!("{V1}/{}", text(&both.json()["id"]))).json();
        assert_eq!(shown["type"], "template", "of both the template wins");
        // On the Cloud API it is a text like any other.
        let more = json!({"templateId": null, "isSmart": true, "content": ["Hola"]});
        let refused = programmed(w, "", "+56955501234", &more);
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("outside_service_window")));
    });
}

#[test]
fn a_repetition_schedules_nothing_more_with_a_key_or_without() {
    each(|w| {
        let id = reminder(w);
        let request = json!({"scheduledDate": ahead(w, 60), "templateId": id, "contactIdentifier": "+56955501234",
                             "channel": "whatsapp", "content": ["Ana"]});
        let path = format!("{PROGRAMMED}/create");
        let keyed = |request: &Value| w.call("POST", &path, &[("idempotency-key", "p-1")], Some(request));
        let first = keyed(&request);
        assert_eq!(first.status, 201, "{}", first.text());
        // Long after its time, too: the answer is the first one's.
        w.wait(3600);
        let second = keyed(&request);
        assert_eq!((second.status, second.json()), (201, first.json()));
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!(keyed(&with(request, &json!({"content": ["Bea"]}))).json()["code"], "idempotency_key_reused");
        // Without a key: the very same, of several at once.
        let more = json!({"scheduledDate": ahead(w, 7200)});
        let ids = thread::scope(|scope| {
            let twins: Vec<_> = (0..4).map(|_| scope.spawn(|| programmed(w, &id, "+56955505678", &more))).collect();
            let mut ids: Vec<Value> = twins
                .into_iter()
                .map(|twin| twin.join().unwrap())
                .filter(|reply| reply.status != 503)
                .map(|reply| reply.json()["id"].clone())
                .collect();
            ids.dedup();
            ids
        });
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(w.number("SELECT count(*) AS n FROM scheduled_messages"), 2);
        let other = with(more.clone(), &json!({"content": ["Bea"]}));
        assert_ne!(programmed(w, &id, "+56955505678", &other).json()["id"], ids[0], "another text is another message");
        let gone = text(&ids[0]);
        assert_eq!(cancel(w, &gone).status, 200);
        let again = programmed(w, &id, "+56955505678", &more).json();
        assert_eq!(
            (&again["status"], again["id"] == ids[0]),
            (&json!("scheduled"), false),
            "cancelled, it may be wanted anew"
        );
    });
}

#[test]
fn what_waits_is_cancelled_once_and_what_is_nobodys_is_not_there() {
    each(|w| {
        let id = reminder(w);
        let made = text(&programmed(w, &id, "+56955501234", &json!({})).json()["id"]);
        let before = w.last_sequence();
        for _ in 0..2 {
            let reply = cancel(w, &made);
            assert_eq!((reply.status, reply.json()), (200, json!({"status": "cancelled"})));
        }
        assert_eq!(w.topics(before), ["scheduled_message.cancelled"]);
        assert_eq!(cancel(w, NOBODY).status, 404);
        assert_eq!(cancel(w, "x").status, 404);
        let theirs = w.raw(&w.there.key, "DELETE", &format!("{PROGRAMMED}/{made}"), &[], None);
        assert_eq!(theirs.status, 404);
        let shown = w.get(&format!("{V1}/{made}")).json();
        assert_eq!((&shown["status"], shown["done_at"].is_string()), (&json!("cancelled"), true));
        let late = w.patch(&format!("{V1}/{made}"), json!({"scheduled_at": ahead(w, 60)}));
        assert_eq!((late.status, &late.json()["code"]), (409, &json!("wrong_status")));
    });
}

#[test]
fn the_recado_surface_takes_texts_and_templates() {
    each(|w| {
        reminder(w);
        let ana = person(w, "+56955501234", 3600);
        let by_name = json!({"name": "recordatorio", "variables": ["Ana"]});
        let reply = scheduled(w, json!({"contact_id": ana, "template": by_name}));
        assert_eq!((reply.status, &reply.json()["body"]), (201, &json!("Hola Ana, te esperamos.")), "{}", reply.text());
        let shown = reply.json();
        assert_eq!((&shown["to"], &shown["status"]), (&Value::Null, &json!("scheduled")));
        // A text, as long as the window will be open then; it is an hour old now.
        let text_in =
            |seconds: i64| scheduled(w, json!({"contact_id": ana, "text": "Hola", "scheduled_at": ahead(w, seconds)}));
        assert_eq!(text_in(22 * 3600).status, 201);
        let shut = text_in(23 * 3600);
        assert_eq!((shut.status, &shut.json()["code"]), (409, &json!("outside_service_window")), "{}", shut.text());
        // It is open now: what is said is what will be.
        let window = &shut.json()["window"];
        assert_eq!(
            (&window["open"], &window["closed_at"], &window["next"]),
            (&json!(true), &Value::Null, &json!(["earlier", "template"]))
        );
        assert!(window["closes_at"].is_string(), "{window}");
        let detail = text(&shut.json()["detail"]);
        assert!(detail.contains("will be shut by then") && detail.contains("(`template`)"), "{detail}");
        // Where there is no window, any time; also to somebody new.
        let on_web = json!({"phone": "+56955505678", "channel_id": w.here.web_whatsapp, "text": "Hola"});
        let reply = scheduled(w, with(on_web, &json!({"scheduled_at": ahead(w, 300 * 86_400)})));
        assert_eq!((reply.status, &reply.json()["to"]), (201, &json!("+56955505678")), "{}", reply.text());
        let before = w.counts();
        let stranger = json!({"phone": "+56955509999", "channel_id": w.here.whatsapp, "text": "Hola"});
        assert_eq!(scheduled(w, stranger).json()["code"], "outside_service_window");
        for (more, expected) in [
            (json!({"contact_id": ana}), "/text required"),
            (json!({"text": "a"}), "/contact_id required"),
            (json!({"contact_id": ana, "text": "a", "template": by_name}), "/text invalid_value"),
            (json!({"contact_id": NOBODY, "text": "a"}), "/contact_id unknown_reference"),
            (json!({"contact_id": ana, "text": "a", "scheduled_at": ahead(w, -400)}), "/scheduled_at out_of_range"),
            (
                json!({"contact_id": ana, "text": "a", "scheduled_at": "2026-12-24T09:00:00-03:00"}),
                "/scheduled_at invalid_time",
            ),
            (json!({"contact_id": ana, "text": "a", "image": {}}), "/image unknown_key"),
            (json!({"contact_id": ana, "template": {"name": "otro"}}), "/template unknown_reference"),
            (
                json!({"contact_id": ana, "template": {"name": "recordatorio", "variables": ["a", "b"]}}),
                "/template/variables wrong_variable_count",
            ),
        ] {
            let reply = scheduled(w, more.clone());
            assert_eq!(reply.status, 400, "{more}: {}", reply.text());
            assert_eq!(wrong(&reply.json())[0], expected, "{more}");
        }
        let file = json!([{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hola"}]);
        template(w, "foto", "APPROVED", "UTILITY", file);
        let header =
            |file: Value| scheduled(w, json!({"contact_id": ana, "template": {"name": "foto", "header": file}}));
        assert_eq!(wrong(&header(json!({"media_id": NOBODY})).json()), ["/template/header invalid_value"]);
        assert_eq!(header(json!({"link": "https://example.com/a.png"})).status, 201);
        assert_eq!(w.counts()["scheduled_messages"], before["scheduled_messages"] + 1);
    });
}

#[test]
fn they_are_listed_by_their_time_and_moved() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        let bea = person(w, "+56955505678", 60);
        let plan = |contact: &str, seconds: i64| {
            let reply = scheduled(
                w,
                json!({"contact_id": contact, "text": format!("{seconds}"), "scheduled_at": ahead(w, seconds)}),
            );
            text(&reply.json()["id"])
        };
        let ids = [plan(&ana, 300), plan(&bea, 100), plan(&ana, 200)];
        let listed = |query: &str| {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = w.get(&format!("{V1}?limit=2{query}{cursor}")).json();
                seen.extend(page["data"].as_array().unwrap().iter().map(|row| text(&row["body"])));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return seen,
                }
            }
        };
        assert_eq!(listed(""), ["100", "200", "300"]);
        assert_eq!(listed("&order=desc"), ["300", "200", "100"]);
        assert_eq!(listed(&format!("&contact_id={ana}")), ["200", "300"]);
        assert_eq!(cancel(w, &ids[0]).status, 200);
        assert_eq!(listed("&status=scheduled"), ["100", "200"]);
        assert_eq!(listed("&status=cancelled&order=desc"), ["300"]);
        assert_eq!(wrong(&w.get(&format!("{V1}?cursor=x")).json()), ["?cursor invalid_cursor"]);
        assert_eq!(w.raw(&w.there.key, "GET", V1, &[], None).json()["data"], json!([]));

        let before = w.last_sequence();
        let at = ahead(w, 900);
        let path = format!("{V1}/{}", ids[1]);
        let moved = w.call("PATCH", &path, &[("if-match", "\"1\"")], Some(&json!({"scheduled_at": at})));
        assert_eq!(
            (moved.status, &moved.json()["scheduled_at"], moved.header("etag")),
            (200, &json!(at), Some("\"2\""))
        );
        assert_eq!(w.call("PATCH", &path, &[("if-match", "\"1\"")], Some(&json!({"scheduled_at": at}))).status, 412);
        assert_eq!(w.patch(&path, json!({"scheduled_at": at})).header("etag"), Some("\"2\""), "as it is already");
        assert_eq!(w.topics(before), ["scheduled_message.updated"]);
        assert_eq!(
            wrong(&w.patch(&path, json!({"scheduled_at": ahead(w, -400)})).json()),
            ["/scheduled_at out_of_range"]
        );
        assert_eq!(
            w.patch(&path, json!({"scheduled_at": ahead(w, 25 * 3600)})).json()["code"],
            "outside_service_window"
        );
        assert_eq!(w.patch(&path, json!({})).status, 400);
        assert_eq!(listed("&status=scheduled"), ["200", "100"]);
        let gone = w.post(&format!("{path}/cancel"), json!({}));
        assert_eq!((gone.status, &gone.json()["status"]), (200, &json!("cancelled")));
    });
}

#[test]
fn somebody_without_a_number_is_scheduled_by_their_contact() {
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &by_id(&line, "CL.13491208655302741918", "1", seconds(w), "hola"));
        let reply = w.get("/api/v1/contacts?limit=1").json();
        let ana = text(&reply["data"][0]["id"]);
        assert_eq!(w.info(&ana)["phone"], Value::Null);
        let id = template_on(w, &line.channel, "aviso", "APPROVED", "UTILITY", body("Hola {{1}}"));
        let more = json!({"stageId": w.here.stages[1], "meta_data": {"color": "azul"}, "contactName": "Ana Rojas"});
        let made = programmed(w, &id, &ana, &more);
        assert_eq!((made.status, &made.json()["aiContactId"]), (201, &json!(ana)), "{}", made.text());
        let info = w.info(&ana);
        assert_eq!((&info["name"], &info["metadata"]["color"]), (&json!("Ana Rojas"), &json!("azul")));
        assert_eq!(info["active_ticket"]["current_stage_id"], json!(w.here.stages[1]));
        let path = format!("{V1}/{}", text(&made.json()["id"]));
        assert_eq!(w.get(&path).json()["channel_id"], json!(line.channel));
        // Another number of ours cannot reach them.
        let refused = programmed(w, &id, &ana, &json!({"fromPhoneNumber": PHONE_ID}));
        assert_eq!(wrong(&refused.json()), ["/contactIdentifier invalid_phone"], "{}", refused.text());
    });
}
