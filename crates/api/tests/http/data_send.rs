//! C25, C26 and C30: what is sent to somebody who is somewhere in a record, and by a form.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::redact::wrong;
use crate::world::{PHONE_ID, World, each, text};

const FILLED: &str = "/api/public/whatsapp/message/send/template";

fn template(w: &World, components: Value) -> String {
    let channel: crm::id::ChannelId = w.here.whatsapp.parse().unwrap();
    let fetched = crm::templates::Fetched {
        provider_id: "77001".to_owned(),
        name: "pedido".to_owned(),
        language: "es".to_owned(),
        status: "APPROVED".to_owned(),
        category: "UTILITY".to_owned(),
        parameter_format: "POSITIONAL".to_owned(),
        components,
        quality: None,
        reason: None,
    };
    w.work(move |w| Ok(crm::templates::put(w, channel, &fetched)?.id.to_string()))
}

fn greeting(w: &World) -> String {
    template(w, json!([{"type": "BODY", "text": "Hola {{1}}, tu pedido {{2}} va en camino."}]))
}

fn form(w: &World, path: &str, kind: &str, body: &str) -> Reply {
    w.raw(&w.here.key, "POST", path, &[("content-type", kind)], Some(body.as_bytes()))
}

fn queued(w: &World) -> i64 {
    w.number("SELECT count(*) AS n FROM outbox")
}

#[test]
fn a_record_fills_the_template_and_says_what_came_from_where() {
    each(|w| {
        let id = greeting(w);
        let path = format!("{FILLED}/{id}?from-phone-number={PHONE_ID}&stage={}", w.here.stages[1]);
        let record = json!({"Nombre completo": "Ana Rojas", "Teléfono": "9 5550 1234", "pedido": 77, "color": "azul",
                            "integrationData": {"integrationDealId": "D-1"}});
        let reply = w.post(&path, record);
        assert_eq!(reply.status, 201, "{}", reply.text());
        let answer = reply.json();
        assert_eq!(answer["status"], "ok");
        assert_eq!(
            (&answer["variables"][0]["value"], &answer["variables"][0]["source"]),
            (&json!("Ana Rojas"), &json!(["/Nombre completo"]))
        );
        assert_eq!((&answer["variables"][1]["name"], &answer["variables"][1]["value"]), (&json!("2"), &json!("77")));
        let message = w.get(&format!("/api/v1/messages/{}", text(&answer["messageId"]))).json();
        assert_eq!(message["body"], "Hola Ana Rojas, tu pedido 77 va en camino.");
        let contact = w.info(&text(&answer["aiContactId"]));
        assert_eq!((&contact["phone"], &contact["name"]), (&json!("+56955501234"), &json!("Ana Rojas")));
        assert_eq!(contact["metadata"]["color"], "azul");
        let ticket = &contact["active_ticket"];
        assert_eq!(ticket["current_stage_id"], json!(w.here.stages[1]));
        assert_eq!(ticket["integration_data"]["integrationDealId"], "D-1");
        // A list wins over what the record has.
        let listed = w.post(&path, json!({"telefono": "+56955501234", "variables": ["Bea", 8]})).json();
        let message = w.get(&format!("/api/v1/messages/{}", text(&listed["messageId"]))).json();
        assert_eq!(
            (&message["body"], &listed["variables"]),
            (&json!("Hola Bea, tu pedido 8 va en camino."), &json!([]))
        );
        // By a form.
        let body = "--x\r\ncontent-disposition: form-data; name=\"nombre\"\r\n\r\nEva Soto\r\n--x\r\ncontent-disposition: form-data; \
                    name=\"telefono\"\r\n\r\n+56955509999\r\n--x\r\ncontent-disposition: form-data; name=\"pedido\"\r\n\r\n9\r\n--x--\r\n";
        let reply = form(w, &path, "multipart/form-data; boundary=x", body);
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(w.info(&text(&reply.json()["aiContactId"]))["name"], "Eva Soto");
        assert_eq!(queued(w), 3);
    });
}

#[test]
fn what_cannot_be_filled_is_named_and_nothing_is_written() {
    each(|w| {
        let id = greeting(w);
        let path = format!("{FILLED}/{id}?from-phone-number={PHONE_ID}");
        let before = w.counts();
        let refused = |path: &str, record: Value| {
            let reply = w.post(path, record);
            assert_eq!(reply.status, 400, "{}", reply.text());
            wrong(&reply.json())
        };
        let ana = json!({"nombre": "Ana Rojas", "telefono": "+56955501234"});
        assert_eq!(refused(&path, ana.clone()), ["/variables/2 missing_variable"]);
        assert_eq!(refused(&path, json!({"nombre": "Ana Rojas", "pedido": 7})), [" required"]);
        assert_eq!(refused(&format!("{FILLED}/{id}"), ana.clone()), ["?from-phone-number required"]);
        let elsewhere = format!("{path}&stage=0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f");
        assert_eq!(refused(&elsewhere, ana.clone()), ["?stage unknown_reference"]);
        assert_eq!(
            refused(&format!("{FILLED}/999?from-phone-number={PHONE_ID}"), ana),
            ["{templateId} unknown_reference"]
        );
        let file = "--x\r\ncontent-disposition: form-data; name=\"cv\"; filename=\"cv.pdf\"\r\n\r\nx\r\n--x--\r\n";
        let reply = form(w, &path, "multipart/form-data; boundary=x", file);
        assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["/cv unexpected_file".to_owned()]));
        assert_eq!(form(w, &path, "multipart/form-data", "x").status, 400, "no boundary");
        assert_eq!(form(w, &path, "text/plain", "x").status, 415);
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn of_many_each_is_sent_or_refused_by_itself() {
    each(|w| {
        let id = greeting(w);
        let path = format!("{FILLED}/{id}/many?from-phone-number={PHONE_ID}");
        let of = |n: u32, name: &str| json!({"nombre": name, "telefono": format!("+5695550123{n}"), "pedido": n});
        let records = json!([of(1, "Ana Rojas"), {"telefono": "+56955501239"}, 7, of(2, "Eva Soto")]);
        let send = || w.call("POST", &path, &[("idempotency-key", "many-1")], Some(&records));
        let reply = send();
        assert_eq!(reply.status, 201, "{}", reply.text());
        let results = reply.json();
        let results = results.as_array().unwrap();
        assert_eq!((results.len(), queued(w)), (4, 2));
        assert_eq!((&results[0]["status"], &results[3]["status"]), (&json!("ok"), &json!("ok")));
        assert_eq!(wrong(&results[1]), ["/variables/1 missing_variable", "/variables/2 missing_variable"]);
        assert_eq!(results[2]["code"], "invalid_request");
        // A repetition sends nothing twice.
        let again = send().json();
        assert_eq!((&again[0], &again[3], queued(w)), (&results[0], &results[3], 2));
        let too_many = w.post(&path, json!(vec![json!({}); 1001]));
        assert_eq!(wrong(&too_many.json()), [" too_many"]);
        assert_eq!(wrong(&w.post(&path, json!({})).json()), [" invalid_type"]);
    });
}

/// Many are under way at once; nobody sees that.
#[test]
fn answers_and_what_each_person_gets_are_in_the_order_of_the_records() {
    each(|w| {
        let id = greeting(w);
        let path = format!("{FILLED}/{id}/many?from-phone-number={PHONE_ID}");
        let of = |n: usize| {
            let person = n % 20;
            json!({"nombre": "Ana Rojas", "telefono": format!("+569555012{:02}", person), "pedido": n})
        };
        let mut records: Vec<Value> = (0..70).map(of).collect();
        records[41] = json!({"telefono": "+56955501201"});
        let reply = w.post(&path, json!(records));
        assert_eq!(reply.status, 201, "{}", reply.text());
        let results = reply.json();
        assert_eq!((results.as_array().unwrap().len(), queued(w)), (70, 69));
        for n in (0..70).filter(|n| *n != 41) {
            assert_eq!(results[n]["variables"][1]["value"], json!(n.to_string()), "{n}: {}", results[n]);
        }
        assert_eq!(wrong(&results[41]), ["/variables/1 missing_variable", "/variables/2 missing_variable"]);
        let contact = text(&results[0]["aiContactId"]);
        let sent = w.get(&format!("/api/v1/contacts/{contact}/messages")).json();
        let ids: Vec<&Value> = sent["data"].as_array().unwrap().iter().map(|message| &message["id"]).collect();
        assert_eq!(ids, [0, 20, 40, 60].map(|n: usize| &results[n]["messageId"]));
    });
}

#[test]
fn a_text_by_the_qr_channel_as_json_form_or_query() {
    each(|w| {
        let path = format!("/api/public/web-whatsapp-message/send/{}/message", w.here.web_whatsapp);
        let body = json!({"message": "Hola", "toPhoneNumber": "9 5550 1234", "contact_name": "Ana Rojas",
                          "meta_data": {"ciudad": "Osorno"}, "stage": w.here.stages[0]});
        let reply = w.post(&path, body);
        assert_eq!(reply.status, 201, "{}", reply.text());
        let contact = w.info(&text(&reply.json()["aiContactId"]));
        assert_eq!((&contact["platform"], &contact["name"]), (&json!("web-whatsapp"), &json!("Ana Rojas")));
        assert_eq!(contact["active_ticket"]["current_stage_id"], json!(w.here.stages[0]));
        let urlencoded = "application/x-www-form-urlencoded";
        let meta = "meta_data=%7B%22ciudad%22%3A%22Talca%22%7D";
        let reply = form(w, &path, urlencoded, &format!("message=Hola+de+nuevo&phone_number=%2B56955501234&{meta}"));
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(reply.json()["aiContactId"], contact["id"]);
        let fields = w.info(&text(&contact["id"]))["custom_fields"].clone();
        assert!(fields.as_array().unwrap().iter().any(|field| field["value"] == "Talca"), "{fields}");
        // The key and the text in the query, as some tools have it; the key is nowhere else then.
        let query = format!("{path}?x-api-key={}&message=Por+la+direcci%C3%B3n", w.here.key);
        let reply = w.raw("", "POST", &query, &[], Some(br#"{"phone_number":"+56955501234"}"#));
        assert_eq!(reply.status, 401, "an empty header is a header");
        let reply = crate::client::send(
            w.address(),
            "POST",
            &query,
            &[("content-type", "application/json")],
            Some(br#"{"phone_number":"+56955501234"}"#),
        )
        .unwrap();
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(queued(w), 3);
        let elsewhere = format!("/api/v1/contacts?x-api-key={}", w.here.key);
        let reply = crate::client::send(w.address(), "GET", &elsewhere, &[], None).unwrap();
        assert_eq!(reply.status, 401, "only where it is said");
        let before = w.counts();
        for (path, body, expected) in [
            (path.clone(), json!({"message": "x"}), vec!["/toPhoneNumber required"]),
            (path.clone(), json!({"phone_number": "+56955501234"}), vec!["/message required"]),
            (path.clone(), json!({"message": "x", "phone_number": "1"}), vec!["/phone_number invalid_phone"]),
            (
                format!("{path}?stage={}", w.here.organization),
                json!({"message": "x", "phone_number": "+56955501234"}),
                vec!["?stage unknown_reference"],
            ),
        ] {
            let reply = w.post(&path, body);
            assert_eq!((reply.status, wrong(&reply.json())), (400, expected.iter().map(|e| (*e).to_owned()).collect()));
        }
        let playground = format!("/api/public/web-whatsapp-message/send/{}/message", w.here.playground);
        assert_eq!(w.post(&playground, json!({"message": "x", "phone_number": "+56955501234"})).status, 404);
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn an_assistant_is_paused_once_and_shown_so() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let path = format!("/api/v1/contacts/{contact}");
        assert_eq!(w.get(&path).json()["assistant_paused"], json!(false));
        let from = w.last_sequence();
        let pause = |paused: bool| w.post(&format!("{path}/assistant"), json!({"paused": paused}));
        for _ in 0..2 {
            let reply = pause(true);
            assert_eq!((reply.status, &reply.json()["assistant_paused"]), (200, &json!(true)), "{}", reply.text());
        }
        assert_eq!(w.topics(from), ["contact.updated"]);
        assert_eq!(w.get("/api/v1/contacts").json()["data"][0]["assistant_paused"], json!(true));
        assert_eq!(pause(false).json()["assistant_paused"], json!(false));
        let stale =
            w.call("POST", &format!("{path}/assistant"), &[("if-match", "\"1\"")], Some(&json!({"paused": true})));
        assert_eq!(stale.status, 412);
        assert_eq!(wrong(&w.post(&format!("{path}/assistant"), json!({})).json()), ["/paused required"]);
    });
}

#[test]
fn what_a_button_takes_is_a_key_of_the_record() {
    each(|w| {
        let button = json!({"type": "URL", "text": "Ver pedido", "url": "https://tienda.example.com/{{1}}"});
        let parts = json!([{"type": "BODY", "text": "Va en camino."}, {"type": "BUTTONS", "buttons": [button]}]);
        let id = template(w, parts);
        let path = format!("{FILLED}/{id}?from-phone-number={PHONE_ID}");
        let record = |more: Value| {
            let mut record = json!({"nombre": "Ana Rojas", "telefono": "+56955501234"});
            record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            w.post(&path, record)
        };
        let refused = record(json!({}));
        assert_eq!((refused.status, wrong(&refused.json())), (400, vec!["/button_0 missing_variable".to_owned()]));
        let message = text(&refused.json()["errors"][0]["message"]);
        assert!(
            message.contains("“Ver pedido”") && message.contains("`button_0`") && message.contains("`variables`"),
            "{message}"
        );
        for more in [json!({"ver_pedido": "77"}), json!({"button_0": "77"}), json!({"variables": ["77"]})] {
            assert_eq!(record(more.clone()).status, 201, "{more}");
        }
    });
}
