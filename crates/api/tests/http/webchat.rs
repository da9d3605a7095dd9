//! The web chat as the widget calls it: talking, pages that may and may not, tokens, limits.

use serde_json::{Value, json};

use crate::client::{self, Reply};
use crate::redact::wrong;
use crate::visitor::{PAGE, Visitor, answer, contacts, team, visitor};
use crate::world::{World, each, text};

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, text(&reply.json()["code"]))
}

#[test]
fn a_visitor_writes_and_the_team_answers() {
    each(|w| {
        let ana = Visitor::new(w, json!({"locale": "es", "page_url": "https://shop.example.com/zapatos"}));
        assert_eq!(ana.sees(), []);
        assert_eq!(contacts(w).len(), 0, "who says nothing is nobody yet");
        let sent = ana.says("m-1", "¿Tienen en 38?");
        assert_eq!(sent.status, 201, "{}", sent.text());
        assert_eq!((&sent.json()["from"], &sent.json()["client_id"]), (&json!("visitor"), &json!("m-1")));
        let again = ana.says("m-1", "¿Tienen en 38?");
        assert_eq!(
            (again.status, &again.json()["id"]),
            (200, &sent.json()["id"]),
            "the same again is the same message"
        );
        let [contact] = contacts(w).try_into().unwrap();
        let info = w.info(&contact);
        assert_eq!((&info["platform"], &info["chat_status"]), (&json!("webchat"), &json!("UNATTENDED")));
        assert_eq!(info["metadata"]["page_url"], "https://shop.example.com/zapatos");
        assert!(info["active_ticket"].is_object(), "it lies in the channel's stage: {info}");
        // What is sent to a web chat is sent once it is written: nobody else has to take it.
        let sent = answer(w, &contact, "Sí, en negro.");
        assert_eq!(sent["status"], "sent");
        w.post(&format!("/api/v1/contacts/{contact}/notes"), json!({"text": "ojo: regatea"}));
        assert_eq!(ana.sees(), [visitor("¿Tienen en 38?"), team("Sí, en negro.")], "notes are the team's own");
        assert_eq!(ana.post("read", json!({})).status, 204);
        assert_eq!(ana.get("messages").json()["data"][1]["status"], "read");
        let messages = w.get(&format!("/api/v1/contacts/{contact}/messages")).json();
        let shown: Vec<&Value> = messages["data"].as_array().unwrap().iter().map(|m| &m["status"]).collect();
        assert_eq!(shown, ["received", "read"]);
        assert_eq!(w.number("SELECT count(*) AS n FROM outbox"), 0);
        // Older ones by pages.
        let first = ana.get(&format!("messages?before={}", text(&messages["data"][1]["id"]))).json();
        assert_eq!((first["data"].as_array().unwrap().len(), &first["more"]), (1, &json!(false)));
    });
}

#[test]
fn what_a_page_cannot_show_is_not_sent() {
    each(|w| {
        let ana = Visitor::new(w, json!({}));
        ana.says("m-1", "Hola");
        let contact = contacts(w).remove(0);
        for content in [
            json!({"image": {"link": "https://elsewhere.example/a.png"}}),
            json!({"interactive_text": "¿Dónde estás?", "request_location": true}),
        ] {
            let mut body = content;
            body["contact_id"] = json!(contact);
            let reply = w.post("/api/v1/messages", body);
            assert_eq!(code(&reply), (409, "not_on_webchat".to_owned()), "{}", reply.text());
        }
    });
}

#[test]
fn what_is_offered_is_chosen() {
    each(|w| {
        let (ana, ben) = (Visitor::new(w, json!({})), Visitor::new(w, json!({})));
        ana.says("m-1", "Hola");
        let contact = contacts(w).remove(0);
        ben.says("m-1", "Buenas");
        let offer = |content: Value| {
            let mut body = content;
            body["contact_id"] = json!(contact);
            let reply = w.post("/api/v1/messages", body);
            assert_eq!(reply.status, 201, "{}", reply.text());
            text(&reply.json()["id"])
        };
        let rows =
            json!([{"id": "38", "title": "Talla 38"}, {"id": "39", "title": "Talla 39", "description": "La última"}]);
        let buttons = offer(json!({"interactive_text": "¿Lo reservamos?", "footer": "Hasta mañana",
                                   "buttons": [{"id": "si", "title": "Sí"}, {"id": "no", "title": "No"}]}));
        let list =
            offer(json!({"interactive_text": "¿Cuál?", "list": {"button": "Ver", "sections": [{"rows": rows}]}}));
        offer(
            json!({"interactive_text": "Míralo", "link": {"title": "Catálogo", "url": "https://shop.example.com/38"}}),
        );
        let seen = ana.get("messages").json()["data"].clone();
        assert_eq!(seen[1]["text"], "¿Lo reservamos?\nHasta mañana");
        assert_eq!(seen[1]["choices"][1], json!({"id": "no", "title": "No", "description": null}));
        assert_eq!(seen[2]["choices"][1], json!({"id": "39", "title": "Talla 39", "description": "La última"}));
        assert_eq!(
            (&seen[3]["text"], &seen[3]["choices"]),
            (&json!("Míralo\nCatálogo: https://shop.example.com/38"), &json!([]))
        );

        let choose = |visitor: &Visitor, client_id: &str, message: &str, id: &str| {
            visitor.post("messages", json!({"client_id": client_id, "choice": {"message_id": message, "id": id}}))
        };
        let taken = choose(&ana, "m-2", &buttons, "si");
        assert_eq!(taken.status, 201, "{}", taken.text());
        assert_eq!((&taken.json()["text"], &taken.json()["reply_to"]), (&json!("Sí"), &json!(buttons)));
        assert_eq!(choose(&ana, "m-2", &buttons, "si").status, 200, "the same again is the same message");
        assert_eq!(choose(&ana, "m-3", &list, "39").status, 201);
        let messages = w.get(&format!("/api/v1/contacts/{contact}/messages")).json()["data"].clone();
        assert_eq!((&messages[4]["type"], &messages[4]["body"]), (&json!("interactive"), &json!("Sí")));
        assert_eq!(messages[4]["reply_to"], json!(buttons));
        assert_eq!(messages[4]["content"]["interactive"]["button_reply"], json!({"id": "si", "title": "Sí"}));
        let row = json!({"id": "39", "title": "Talla 39", "description": "La última"});
        assert_eq!(messages[5]["content"]["interactive"]["list_reply"], row);
        assert_eq!(messages.as_array().unwrap().len(), 6);

        // Only what was offered, there, and to this visitor.
        for refused in [
            choose(&ana, "m-4", &buttons, "tal vez"),
            choose(&ana, "m-4", &list, "si"),
            choose(&ben, "m-4", &list, "38"),
        ] {
            assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (400, &json!("/choice")));
        }
        for wrong in [json!({}), json!({"text": "Sí", "choice": {"message_id": buttons, "id": "si"}})] {
            let mut body = wrong;
            body["client_id"] = json!("m-5");
            assert_eq!(ana.post("messages", body).status, 400);
        }
    });
}

#[test]
fn only_pages_of_allowed_origins() {
    each(|w| {
        let path = format!("/api/v1/channels/{}", w.here.webchat);
        let origins = json!({"allowed_origins": [PAGE, "https://*.shop.example.com"]});
        assert_eq!(w.patch(&path, origins).status, 200);
        let config = format!("/webchat/{}/config", w.here.webchat);
        let get = |origin: &str| client::send(w.address(), "GET", &config, &[("origin", origin)], None).unwrap();
        for origin in [PAGE, "https://www.shop.example.com", "https://a.b.shop.example.com", "http://localhost"] {
            let reply = get(origin);
            assert_eq!(reply.status, 200, "{origin}: {}", reply.text());
            assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
            assert!(reply.all("vary").contains(&"origin"));
        }
        for origin in ["https://evil.example", "http://shop.example.com", "https://shop.example.com:8443", "null", ""] {
            let reply = get(origin);
            assert_eq!(code(&reply), (403, "origin_not_allowed".to_owned()), "{origin}");
            // Why, any page may read; what is behind it, none.
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
            let post = client::send(
                w.address(),
                "POST",
                &format!("/webchat/{}/session", w.here.webchat),
                &[("origin", origin), ("content-type", "application/json")],
                Some(b"{}"),
            );
            assert_eq!(post.unwrap().status, 403, "{origin}");
        }
        let ask = |origin: &str| {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "authorization"),
            ];
            let path = format!("/webchat/{}/messages", w.here.webchat);
            client::send(w.address(), "OPTIONS", &path, &headers, None).unwrap()
        };
        let yes = ask(PAGE);
        assert_eq!((yes.status, yes.header("access-control-allow-origin")), (204, Some(PAGE)));
        assert!(yes.header("access-control-allow-headers").unwrap().contains("authorization"));
        let no = ask("https://evil.example");
        assert_eq!((no.status, no.header("access-control-allow-origin")), (403, None));
        // A page that posts has an origin.
        let bare = client::send(w.address(), "POST", &format!("/webchat/{}/session", w.here.webchat), &[], Some(b"{}"));
        assert_eq!(bare.unwrap().status, 403);
        assert_eq!(w.number("SELECT count(*) AS n FROM webchat_visitors"), 0);
    });
}

#[test]
fn a_token_opens_its_own_conversation_only() {
    each(|w| {
        let ana = Visitor::new(w, json!({}));
        ana.says("m-1", "Soy Ana");
        let ben = Visitor::new(w, json!({}));
        ben.says("m-1", "Soy Ben");
        assert_eq!((ana.sees(), ben.sees()), (vec![visitor("Soy Ana")], vec![visitor("Soy Ben")]));
        let with = |token: &str, channel: &str| Visitor {
            token: token.to_owned(),
            channel: channel.to_owned(),
            ..ana.clone()
        };
        let nobodys = [
            with("", &w.here.webchat),
            with("rwv_wrong", &w.here.webchat),
            with(&w.here.key, &w.here.webchat),
            with(&ana.token, &w.there.webchat),
        ];
        for stranger in nobodys {
            for (method, path, body) in [
                ("GET", "messages", None),
                ("POST", "messages", Some(json!({"client_id": "x", "text": "x"}))),
                ("POST", "read", Some(json!({}))),
                ("POST", "typing", Some(json!({"state": "typing"}))),
                ("POST", "profile", Some(json!({"values": {}}))),
                ("GET", "stream", None),
                ("GET", "files/0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f", None),
                ("DELETE", "session", None),
            ] {
                let body = body.map(|body| body.to_string());
                let reply = stranger.send(method, path, &[], body.as_ref().map(|body| body.as_bytes()));
                assert_eq!(code(&reply), (401, "visitor_unknown".to_owned()), "{method} {path}: {stranger:?}");
            }
        }
        // A channel that is none, or none of these.
        for channel in ["0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f", "x", w.here.playground.as_str()] {
            assert_eq!(with(&ana.token, channel).get("messages").status, 404, "{channel}");
        }
        assert_eq!(ana.send("DELETE", "session", &[], None).status, 204);
        assert_eq!(ana.get("messages").status, 401, "who left is gone");
        assert_eq!(ben.sees(), [visitor("Soy Ben")]);
        // A closed channel is not there.
        let closed = w.call("DELETE", &format!("/api/v1/channels/{}?archive=true", w.here.webchat), &[], None);
        assert_eq!(closed.status, 200);
        assert_eq!(ben.get("messages").status, 404);
    });
}

#[test]
fn who_was_away_for_half_a_year_is_forgotten() {
    each(|w| {
        let ana = Visitor::new(w, json!({}));
        ana.says("m-1", "Hola");
        w.wait(179 * 86_400);
        let back = ana.begin(json!({}));
        assert_eq!((back.status, &back.json()["token"]), (200, &Value::Null), "{}", back.text());
        w.wait(179 * 86_400);
        assert_eq!(ana.sees(), [visitor("Hola")]);
        w.wait(2 * 86_400);
        assert_eq!(code(&ana.begin(json!({}))), (401, "visitor_unknown".to_owned()));
        let now = w.now();
        let forget = move |tx: &mut store::Tx<'_>| crm::webchat::forget_expired(tx, now);
        assert!(!w.db.write_blocking(store::Priority::Background, forget).unwrap());
        assert_eq!(w.number("SELECT count(*) AS n FROM webchat_visitors"), 0);
        assert_eq!(contacts(w).len(), 1, "what was said stays");
    });
}

#[test]
fn what_is_too_much() {
    each(|w| {
        let ana = Visitor::new(w, json!({}));
        let long = ana.says("m-0", &"x".repeat(4097));
        assert_eq!(wrong(&long.json()), ["/text too_long"]);
        assert_eq!(
            wrong(&ana.post("messages", json!({"client_id": "x", "text": "x", "to": 1})).json()),
            ["/to unknown_key"]
        );
        assert_eq!(
            wrong(&ana.post("messages", json!({"client_id": "x".repeat(65), "text": "x"})).json()),
            ["/client_id too_long"]
        );
        let large = format!("{{\"client_id\": \"x\", \"text\": \"{}\"}}", "x".repeat(64 * 1024));
        assert_eq!(ana.send("POST", "messages", &[], Some(large.as_bytes())).status, 413);
        // From here on the clock is behind where it was: nothing fills up again, however long this takes.
        assert_eq!(ana.says("first", "x").status, 201);
        w.wait(-600);
        let mut statuses: Vec<u16> = Vec::new();
        for n in 0..31 {
            let reply = ana.says(&format!("m-{n}"), "x");
            if reply.status == 429 {
                assert!(reply.header("retry-after").is_some());
                assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE), "the page reads when to go on");
            }
            statuses.push(reply.status);
        }
        assert!(statuses.contains(&201) && statuses.contains(&429), "{statuses:?}");
        // Another visitor is not held up, and a while later neither is this one.
        assert_eq!(Visitor::new(w, json!({})).says("m-1", "x").status, 201);
        w.wait(660);
        assert_eq!(ana.says("m-99", "x").status, 201);
        Visitor::new(w, json!({}));
        w.wait(-600);
        // From one address only so many new ones at once.
        let arrivals: Vec<u16> =
            (0..70).map(|_| Visitor { token: String::new(), ..ana.clone() }.begin(json!({})).status).collect();
        assert!(arrivals.contains(&429), "{arrivals:?}");
    });
}

#[test]
fn the_settings_of_the_widget() {
    each(|w| {
        let path = format!("/api/v1/channels/{}", w.here.webchat);
        let page = Visitor { to: w.address(), channel: w.here.webchat.clone(), token: String::new() };
        let usual = page.get("config").json();
        assert_eq!(
            (&usual["position"], &usual["languages"], &usual["open"]),
            (&json!("right"), &json!(["es", "pt", "en"]), &json!(true))
        );
        let widget = json!({"title": "Zapatería <b>Sur</b>", "color": "#aa0044", "position": "left", "languages": ["pt"],
            "pre_chat": [{"key": "name", "type": "name", "required": true}],
            "hours": [{"days": [2], "from": "09:00", "to": "10:00"}], "users": "signed"});
        let reply = w.patch(&path, json!({"widget": widget}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.json()["settings"]["widget"]["color"], "#aa0044");
        // 2026-12-01, 12:00 UTC, is 09:00 on a Tuesday in Santiago.
        let shown = page.get("config").json();
        assert_eq!((&shown["title"], &shown["open"]), (&json!("Zapatería <b>Sur</b>"), &json!(true)));
        w.wait(3600);
        assert_eq!(page.get("config").json()["open"], false);
        let bad = json!({"widget": {"color": "red", "languages": [], "pre_chat": [{"key": "A b", "type": "text"}],
            "hours": [{"days": [1], "from": "18:00", "to": "9:00"}], "more": 1}});
        assert_eq!(wrong(&w.patch(&path, bad).json()), ["/widget/more unknown_key"]);
        let bad = json!({"widget": {"color": "red", "languages": [], "pre_chat": [{"key": "A b", "type": "text"}],
            "hours": [{"days": [1], "from": "18:00", "to": "9:00"}]}});
        let found = wrong(&w.patch(&path, bad).json());
        assert_eq!(
            found,
            [
                "/widget/color invalid_value",
                "/widget/hours/0 invalid_value",
                "/widget/languages required",
                "/widget/pre_chat/0/key invalid_value"
            ]
        );
        assert_eq!(
            wrong(&w.patch(&format!("/api/v1/channels/{}", w.here.playground), json!({"widget": {}})).json()),
            ["/widget not_of_this_type"]
        );
        assert_eq!(w.patch(&path, json!({"widget": null})).status, 200);
        assert_eq!(page.get("config").json()["title"], Value::Null);
    });
}

#[test]
fn the_script_is_anybodys() {
    each(|w: &World| {
        let reply =
            client::send(w.address(), "GET", "/webchat.js", &[("origin", "https://evil.example")], None).unwrap();
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some("*")));
        assert!(reply.header("content-type").unwrap().starts_with("text/javascript"));
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("cross-origin"));
    });
}
