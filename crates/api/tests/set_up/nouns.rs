use serde_json::{Value, json};

use crate::http::{World, each};

struct Noun {
    path: &'static str,
    new: Value,
    /// What the answer has of it, beyond what was sent.
    made: Value,
    change: Value,
    changed: Value,
}

fn nouns(world: &World) -> Vec<Noun> {
    let pipeline = world.get("/api/v1/pipelines").body["data"][0]["id"].as_str().unwrap().to_owned();
    let stages: &'static str = format!("/api/v1/pipelines/{pipeline}/stages").leak();
    vec![
        Noun {
            path: "/api/v1/members",
            new: json!({"name": "Luis Soto Díaz", "email": "Luis@Example.com", "phone": 955501234}),
            made: json!({"first_name": "Luis", "last_name": "Soto Díaz", "email": "luis@example.com",
                         "phone": "+56955501234", "role": "agent", "availability": "online", "active": true,
                         "present": false}),
            change: json!({"role": "admin", "phone": null, "availability": "away"}),
            changed: json!({"role": "admin", "phone": null, "availability": "away", "name": "Luis Soto Díaz"}),
        },
        Noun {
            path: "/api/v1/api_keys",
            new: json!({"name": "Web", "scopes": ["contacts:read", "contacts:write"]}),
            made: json!({"last_used_at": null}),
            change: json!({"scopes": ["*"]}),
            changed: json!({"scopes": ["*"], "name": "Web"}),
        },
        Noun {
            path: "/api/v1/pipelines",
            new: json!({"name": "Soporte", "description": null, "stages": [{"name": "Abierto"}, {"name": "Listo", "outcome": "won"}]}),
            made: json!({"position": 1}),
            change: json!({"position": 0, "description": "Reclamos"}),
            changed: json!({"position": 0, "description": "Reclamos", "name": "Soporte"}),
        },
        Noun {
            path: stages,
            new: json!({"name": "Visita", "position": 1}),
            made: json!({"outcome": "open", "pipeline_id": pipeline}),
            change: json!({"position": 0, "outcome": "lost"}),
            changed: json!({"position": 0, "outcome": "lost", "name": "Visita"}),
        },
        Noun {
            path: "/api/v1/channels",
            new: json!({"type": "playground", "name": "Prueba", "phone_number": "+56 9 5550 0000"}),
            made: json!({"country": "CL", "phone_number": "+56955500000", "status": "ready", "settings": {},
                         "check": {"ok": true, "live": false, "problems": []}, "reopen_within_hours": 0}),
            change: json!({"default_stage_id": null, "reopen_within_hours": 12}),
            changed: json!({"default_stage_id": null, "reopen_within_hours": 12, "name": "Prueba"}),
        },
        Noun {
            path: "/api/v1/custom_fields",
            new: json!({"name": "Plan elegido", "type": "select", "options": ["Básico", "Pro"]}),
            made: json!({"key": "plan_elegido", "entity": "customer", "position": 0, "required": false, "currency": null}),
            change: json!({"options": ["Pro", "Básico", "Otro"], "required": true}),
            changed: json!({"options": ["Pro", "Básico", "Otro"], "required": true, "key": "plan_elegido"}),
        },
        Noun {
            path: "/api/v1/tags",
            new: json!({"value": "Mayorista"}),
            made: json!({"entity_type": "CONTACT", "id": 1}),
            change: json!({"variant": "pink"}),
            changed: json!({"variant": "pink", "value": "Mayorista"}),
        },
    ]
}

fn holds(body: &Value, wanted: &Value) {
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(&body[key], value, "{key} of {body}");
    }
}

#[test]
fn each_is_made_read_changed_and_removed() {
    each(|world| {
        for noun in nouns(world) {
            let made = world.post(noun.path, noun.new);
            assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{} {}", noun.path, made.body);
            holds(&made.body, &noun.made);
            let path = format!("{}/{}", noun.path, made.id());

            let read = world.get(&path);
            assert_eq!((read.status, read.header("etag")), (200, Some("\"1\"")), "{path} {}", read.body);
            let listed = world.get(noun.path);
            assert!(listed.body["data"].as_array().unwrap().contains(&read.body), "{} {}", read.body, listed.body);

            let stale = world.send(&world.here, "PATCH", &path, &[("if-match", "\"9\"")], Some(&noun.change));
            assert_eq!((stale.problem(), stale.header("etag")), ((412, "precondition_failed"), Some("\"1\"")));
            let changed = world.send(&world.here, "PATCH", &path, &[("if-match", "\"1\"")], Some(&noun.change));
            assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{path} {}", changed.body);
            holds(&changed.body, &noun.changed);
            let again = world.send(&world.here, "PATCH", &path, &[], Some(&noun.change));
            assert_eq!(again.header("etag"), Some("\"2\""), "what is so already changes nothing");

            let stale = world.send(&world.here, "DELETE", &path, &[("if-match", "\"1\"")], None);
            assert_eq!(stale.problem(), (412, "precondition_failed"), "{path}");
            assert_eq!(world.delete(&path).status, 200, "{path}");
            if noun.path.ends_with("members") {
                assert_eq!(world.get(&path).body["active"], false);
            } else {
                assert_eq!(world.get(&path).problem(), (404, "not_found"), "{path}");
                assert_eq!(world.delete(&path).problem(), (404, "not_found"), "{path}");
            }
        }
    });
}

#[test]
fn nobody_sees_the_things_of_others() {
    each(|world| {
        for noun in nouns(world) {
            let made = world.post(noun.path, noun.new.clone());
            let path = format!("{}/{}", noun.path, made.id());
            let before = world.get(&path).body;
            for (method, body) in [("GET", None), ("PATCH", Some(&noun.change)), ("DELETE", None)] {
                let reply = world.send(&world.elsewhere, method, &path, &[], body);
                assert_eq!(reply.problem(), (404, "not_found"), "{method} {path}");
            }
            let listed = world.send(&world.elsewhere, "GET", noun.path, &[], None);
            assert!(!listed.body.to_string().contains(&format!("\"{}\"", made.id())), "{path}");
            assert_eq!(world.get(&path).body, before);
            for odd in ["x", "00000000-0000-0000-0000-000000000000", "-1"] {
                assert_eq!(world.get(&format!("{}/{odd}", noun.path)).problem(), (404, "not_found"));
            }
        }
        let channel = world.made("/api/v1/channels", json!({"type": "web-whatsapp", "name": "QR"}));
        for (method, path) in [("POST", format!("{channel}/check")), ("GET", format!("{channel}/status"))] {
            assert_eq!(world.send(&world.elsewhere, method, &path, &[], None).problem(), (404, "not_found"));
        }
    });
}

#[test]
fn what_is_not_known_is_refused() {
    each(|world| {
        for noun in nouns(world) {
            let mut new = noun.new.clone();
            new["colour"] = json!("red");
            assert_eq!(world.post(noun.path, new).wrong(), ["/colour unknown_key"], "{}", noun.path);
            let path = world.made(noun.path, noun.new);
            assert_eq!(world.patch(&path, json!({"colour": 1})).wrong(), ["/colour unknown_key"], "{path}");
            assert_eq!(world.get(&format!("{}?colour=red", noun.path)).wrong(), ["?colour unknown_key"]);
            assert_eq!(world.post(noun.path, json!([])).status, 400);
        }
        assert_eq!(world.patch("/api/v1/organization", json!({"plan": "pro"})).wrong(), ["/plan unknown_key"]);
        let nested = json!({"name": "Otro", "stages": [{"name": "A", "colour": 1}]});
        assert_eq!(world.post("/api/v1/pipelines", nested).wrong(), ["/stages/0/colour unknown_key"]);
    });
}

#[test]
fn the_organization_is_the_keys() {
    each(|world| {
        let read = world.get("/api/v1/organization");
        holds(&read.body, &json!({"name": "Tienda 1", "country": "CL", "currency": "CLP", "language": "es"}));
        assert_eq!(read.header("etag"), Some("\"1\""));
        // Another change of the set-up is not one of the organization itself.
        world.made("/api/v1/pipelines", json!({"name": "Otro", "stages": [{"name": "A"}]}));
        let change = json!({"currency": "uf", "language": "en"});
        let changed = world.send(&world.here, "PATCH", "/api/v1/organization", &[("if-match", "\"1\"")], Some(&change));
        assert_eq!(changed.status, 200, "{}", changed.body);
        holds(&changed.body, &json!({"currency": "UF", "language": "en", "country": "CL"}));
        let bad = json!({"country": "ZZ", "currency": "ABC", "time_zone": "Mars/Phobos"});
        assert_eq!(
            world.patch("/api/v1/organization", bad).wrong(),
            ["/country unknown_country", "/time_zone unknown_time_zone", "/currency unknown_currency"]
        );
    });
}

#[test]
fn lists_come_in_pages() {
    each(|world| {
        for n in 0..4 {
            world.made("/api/v1/members", json!({"name": format!("M {n}"), "email": format!("m{n}@example.com")}));
            world.made("/api/v1/pipelines", json!({"name": format!("P {n}"), "stages": [{"name": "A"}]}));
            world.made("/api/v1/custom_fields", json!({"name": format!("F {n}"), "type": "text"}));
            world.made("/api/v1/custom_fields", json!({"name": format!("F {n}"), "type": "text", "entity": "ticket"}));
            world.made("/api/v1/tags", json!({"value": format!("T {n}")}));
            world.made("/api/v1/api_keys", json!({"name": format!("K {n}"), "scopes": ["*"]}));
            world.made("/api/v1/channels", json!({"type": "web-whatsapp", "name": format!("C {n}")}));
        }
        for (path, count) in [
            ("/api/v1/members?", 5),
            ("/api/v1/pipelines?", 5),
            ("/api/v1/custom_fields?", 8),
            ("/api/v1/custom_fields?entity=ticket&", 4),
            ("/api/v1/tags?", 4),
            ("/api/v1/api_keys?", 5),
            ("/api/v1/channels?", 4),
            ("/api/v1/channels?type=webchat&", 0),
        ] {
            let whole = world.get(path).body["data"].as_array().unwrap().clone();
            let (mut cursor, mut seen) = (String::new(), Vec::new());
            loop {
                let page = world.get(&format!("{path}limit=3{cursor}"));
                seen.extend(page.body["data"].as_array().unwrap().clone());
                match page.body["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!((seen.len(), &seen), (count, &whole), "{path}");
        }
    });
}

#[test]
fn a_number_that_was_a_text_for_a_while_is_the_same_number() {
    each(|world| {
        let field = world.made("/api/v1/custom_fields", json!({"key": "peso", "name": "Peso", "type": "number"}));
        world.made("/api/v1/channels", json!({"type": "playground", "name": "P", "phone_number": "+56223456789"}));
        let upsert = |phone: &str, value: Value| {
            let body = json!({"channel": "playground", "channel_phone_number": "+56223456789", "contact_phone_number": phone,
                              "custom_field_values": [{"key": "peso", "value": value}]});
            world.post("/api/public/customer/upsert/info", body)
        };
        let value = |contact: &str| {
            let info = world.get(&format!("/api/public/contact/{contact}/info")).body;
            info["custom_fields"][0]["value"].to_string()
        };
        let contacts: Vec<String> =
            [("+56955501231", json!(1.077)), ("+56955501232", json!(1234.5)), ("+56955501233", json!(-2))]
                .into_iter()
                .map(|(phone, value)| upsert(phone, value).id())
                .collect();
        let values = || contacts.iter().map(|contact| value(contact)).collect::<Vec<_>>();
        let before = values();
        assert_eq!(before, ["1.077", "1234.5", "-2"]);
        assert_eq!(world.patch(&field, json!({"type": "text"})).status, 200);
        assert_eq!(values(), ["\"1,077\"", "\"1234,5\"", "\"-2\""], "as people of the country write it");
        assert_eq!(world.patch(&field, json!({"type": "number"})).status, 200);
        assert_eq!(values(), before);
    });
}
