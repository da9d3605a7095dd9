//! Who a visitor is: claims, signatures, what somebody types, two tabs at once.

use std::collections::BTreeSet;
use std::thread;

use serde_json::{Value, json};

use crate::visitor::{Visitor, answer, contacts, hash, identity_secret, jwt, team, visitor};
use crate::world::{UPSERT, World, each, text};

fn seconds(w: &World) -> i64 {
    w.now().micros() / 1_000_000
}

fn identity(w: &World, contact: &str) -> Value {
    w.get(&format!("/api/v1/contacts/{contact}/identity")).json()
}

/// A contact that an integration made, by the user's id.
fn known(w: &World, user: &str) -> String {
    let body = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": user, "contact_name": "Bea Real"});
    let reply = w.post(UPSERT, body);
    assert!(reply.status < 300, "{}", reply.text());
    text(&reply.json()["id"])
}

#[test]
fn a_claim_is_only_a_claim() {
    each(|w| {
        let bea = known(w, "bea-1");
        answer(w, &bea, "Solo para Bea");
        // Somebody says that they are Bea.
        let liar = Visitor::new(w, json!({"external_user_id": "bea-1"}));
        assert_eq!(liar.sees(), []);
        liar.says("m-1", "Soy Bea, de verdad");
        assert_eq!(liar.sees(), [visitor("Soy Bea, de verdad")]);
        let found = contacts(w).into_iter().find(|contact| *contact != bea).unwrap();
        let shown = identity(w, &found);
        assert_eq!(shown["merge_proposals"][0]["kind"], "external_user_id", "{shown}");
        let customers: BTreeSet<String> = [&bea, &found].map(|contact| text(&w.info(contact)["ai_customer_id"])).into();
        assert_eq!(customers.len(), 2);
        // An id that nobody has is the first one's who claims it, and C31 finds it; the next one gets no part of that.
        let ana = Visitor::new(w, json!({"external_user_id": "ana-1"}));
        ana.says("m-1", "Hola");
        let added = w.post(
            "/api/public/webchat/contact/add-metadata",
            json!({"externalUserId": "ana-1", "metadata": {"plan": "oro"}}),
        );
        assert_eq!(added.status, 201, "{}", added.text());
        let other = Visitor::new(w, json!({"external_user_id": "ana-1"}));
        other.says("m-1", "También soy Ana");
        assert_eq!(other.sees(), [visitor("También soy Ana")]);
        let metadata: Vec<Value> =
            contacts(w).iter().map(|contact| w.info(contact)["metadata"]["plan"].clone()).collect();
        assert_eq!(metadata.iter().filter(|plan| **plan == "oro").count(), 1);
        assert_eq!(contacts(w).len(), 4);
    });
}

#[test]
fn a_signature_is_trusted_and_a_forged_one_is_not() {
    each(|w| {
        let bea = known(w, "bea-1");
        answer(w, &bea, "Solo para Bea");
        let refused = |said: Value| {
            let page = Visitor { to: w.address(), channel: w.here.webchat.clone(), token: String::new() };
            let reply = page.begin(said);
            assert_eq!(reply.status, 401, "{}", reply.text());
            text(&reply.json()["code"])
        };
        let soon = seconds(w) + 300;
        assert_eq!(
            refused(json!({"user_token": jwt("guess", &json!({"sub": "bea-1", "exp": soon}))})),
            "bad_signature",
            "no secret yet"
        );
        let secret = identity_secret(w);
        assert_eq!(
            refused(json!({"user_token": jwt("guess", &json!({"sub": "bea-1", "exp": soon}))})),
            "bad_signature"
        );
        assert_eq!(
            refused(json!({"user_token": jwt(&secret, &json!({"sub": "bea-1", "exp": soon - 900}))})),
            "token_expired"
        );
        assert_eq!(refused(json!({"user_token": jwt(&secret, &json!({"sub": "bea-1"}))})), "bad_signature");
        let there = json!({"sub": "bea-1", "exp": soon, "aud": w.there.webchat});
        assert_eq!(refused(json!({"user_token": jwt(&secret, &there)})), "bad_signature");
        assert_eq!(refused(json!({"external_user_id": "bea-1", "user_hash": hash("guess", "bea-1")})), "bad_signature");
        assert_eq!(refused(json!({"external_user_id": "bea-1", "user_hash": hash(&secret, "bea-2")})), "bad_signature");
        assert_eq!(w.number("SELECT count(*) AS n FROM webchat_visitors"), 0);

        let own = Visitor::new(w, json!({"external_user_id": "bea-1", "user_hash": hash(&secret, "bea-1")}));
        assert_eq!(own.sees(), [team("Solo para Bea")]);
        let claims = json!({"sub": "bea-1", "exp": soon, "name": "Bea Firmada", "email": "bea@example.com"});
        let phone = Visitor::new(w, json!({"user_token": jwt(&secret, &claims)}));
        phone.says("m-1", "Desde el teléfono");
        assert_eq!(own.sees(), [team("Solo para Bea"), visitor("Desde el teléfono")]);
        let info = w.info(&bea);
        assert_eq!((&info["name"], &info["email"]), (&json!("Bea Firmada"), &json!("bea@example.com")));
        assert_eq!(contacts(w).len(), 1);
        // Another user at the same browser begins anew, and cannot go on with what was Bea's.
        let next = own.begin(json!({"external_user_id": "carl", "user_hash": hash(&secret, "carl")}));
        assert_eq!(next.status, 201);
        let carl = Visitor { token: text(&next.json()["token"]), ..own.clone() };
        assert_eq!(carl.sees(), []);
        // The secret of yesterday signs nobody in.
        let renewed = identity_secret(w);
        assert_ne!(renewed, secret);
        assert_eq!(refused(json!({"external_user_id": "bea-1", "user_hash": hash(&secret, "bea-1")})), "bad_signature");
        let channel = w.get(&format!("/api/v1/channels/{}", w.here.webchat));
        assert!(!channel.text().contains(&renewed) && channel.json()["has_secrets"] == true);
    });
}

#[test]
fn who_signed_in_as_one_of_two_that_were_taken_for_one_reads_their_own_again() {
    each(|w| {
        let secret = identity_secret(w);
        let (ana, bea) = (known(w, "ana-1"), known(w, "bea-1"));
        answer(w, &ana, "Solo para Ana");
        answer(w, &bea, "Solo para Bea");
        let merge = w.post(&format!("/api/v1/contacts/{bea}/merge"), json!({"contact_id": ana}));
        assert_eq!(merge.status, 200, "{}", merge.text());
        let tab = Visitor::new(w, json!({"external_user_id": "bea-1", "user_hash": hash(&secret, "bea-1")}));
        assert_eq!(tab.sees(), [team("Solo para Ana"), team("Solo para Bea")]);
        let undone = w.post(&format!("/api/v1/merges/{}/undo", text(&merge.json()["id"])), json!({}));
        assert_eq!(undone.status, 200, "{}", undone.text());
        assert_eq!(tab.sees(), [team("Solo para Bea")]);
    });
}

#[test]
fn signing_in_in_the_middle() {
    each(|w| {
        let secret = identity_secret(w);
        let signed = |user: &str| json!({"external_user_id": user, "user_hash": hash(&secret, user)});
        // Nobody is known by the id: what was said before is theirs.
        let dan = Visitor::new(w, json!({}));
        dan.says("m-1", "¿Hola?");
        let reply = dan.begin(signed("dan"));
        assert_eq!((reply.status, &reply.json()["identified"]), (201, &json!(true)));
        let dan_in = Visitor { token: text(&reply.json()["token"]), ..dan.clone() };
        assert_eq!(dan.get("messages").status, 401, "the token from before may be in other hands");
        assert_eq!(dan_in.sees(), [visitor("¿Hola?")]);
        assert_eq!(w.info(&contacts(w)[0])["external_user_id"], "dan");
        // A message whose answer was lost before is still the same message.
        assert_eq!(dan_in.says("m-1", "¿Hola?").status, 200);
        // Somebody is: what an unknown said at this browser stays apart, for people to decide.
        let eva = known(w, "eva");
        let browser = Visitor::new(w, json!({}));
        browser.says("m-1", "Sin cuenta");
        let unknown = contacts(w)
            .into_iter()
            .find(|contact| *contact != eva && w.info(contact)["external_user_id"].is_null())
            .unwrap();
        let reply = browser.begin(signed("eva"));
        let eva_in = Visitor { token: text(&reply.json()["token"]), ..browser };
        assert_eq!(eva_in.sees(), []);
        assert_eq!(identity(w, &unknown)["merge_proposals"][0]["value"], "eva");
        // Only signed users, where the channel says so.
        let path = format!("/api/v1/channels/{}", w.here.webchat);
        assert_eq!(w.patch(&path, json!({"widget": {"users": "signed"}})).status, 200);
        let page = Visitor { to: w.address(), channel: w.here.webchat.clone(), token: String::new() };
        assert_eq!(page.begin(json!({"external_user_id": "dan"})).json()["code"], "signature_required");
        assert_eq!(page.begin(signed("dan")).status, 201);
        assert_eq!(page.begin(json!({})).status, 201, "who says nothing of themselves is welcome");
    });
}

#[test]
fn signing_in_after_a_merge_opens_nobody_elses_conversation() {
    each(|w| {
        let secret = identity_secret(w);
        let signed = |user: &str| json!({"external_user_id": user, "user_hash": hash(&secret, user)});
        let merge = |into: &str, other: &str| {
            let merge = w.post(&format!("/api/v1/contacts/{into}/merge"), json!({"contact_id": other}));
            assert_eq!(merge.status, 200, "{}", merge.text());
        };
        // The unknown one says that they are Bea, and the team makes the two one: whichever of them is older, and stays.
        for (user, first) in [("bea", true), ("ada", false)] {
            let theirs = first.then(|| known(w, user));
            let before = contacts(w);
            let browser = Visitor::new(w, json!({}));
            browser.says("m-1", "Soy ella");
            let unknown = contacts(w).into_iter().find(|contact| !before.contains(contact)).unwrap();
            let theirs = theirs.unwrap_or_else(|| known(w, user));
            answer(w, &theirs, "Solo para ella");
            merge(&theirs, &unknown);
            // At the same browser somebody who never wrote signs in.
            let carl = format!("carl-{user}");
            let reply = browser.begin(signed(&carl));
            assert_eq!(reply.status, 201, "{}", reply.text());
            let carl_in = Visitor { token: text(&reply.json()["token"]), ..browser };
            assert_eq!(carl_in.sees(), [], "{user}: nothing of hers");
            answer(w, &theirs, "Más, solo para ella");
            assert_eq!(carl_in.sees(), []);
            assert_ne!(w.info(&theirs)["external_user_id"], carl);
            // His own conversation is his own, on every browser, and people may decide.
            carl_in.says("m-2", "Soy Carl");
            assert_eq!(carl_in.sees(), [visitor("Soy Carl")]);
            assert_eq!(Visitor::new(w, signed(&carl)).sees(), [visitor("Soy Carl")]);
            let hers = Visitor::new(w, signed(user)).sees();
            assert!(!hers.contains(&visitor("Soy Carl")) && hers.contains(&team("Más, solo para ella")), "{hers:?}");
            let shown = identity(w, &theirs);
            assert!(shown["merge_proposals"].as_array().unwrap().iter().any(|one| one["value"] == carl), "{shown}");
        }
    });
}

#[test]
fn what_is_typed_joins_nobody() {
    each(|w| {
        let fields = json!([{"key": "name", "type": "name", "required": true}, {"key": "phone", "type": "phone"}, {"key": "email", "type": "email"}]);
        assert_eq!(
            w.patch(&format!("/api/v1/channels/{}", w.here.webchat), json!({"widget": {"pre_chat": fields}})).status,
            200
        );
        let known = w.contact("+56955501234");
        let ana = Visitor::new(w, json!({}));
        let typed = json!({"values": {"name": "Ana <img src=x>", "phone": "9 5550 1234", "email": "ana@example.com"}});
        let reply = ana.post("profile", typed);
        assert_eq!(reply.status, 204, "{}", reply.text());
        assert_eq!(ana.begin(json!({})).json()["introduced"], true);
        let [contact] = contacts(w).try_into().unwrap();
        let customers: BTreeSet<String> =
            [&known, &contact].map(|contact| text(&w.info(contact)["ai_customer_id"])).into();
        assert_eq!(customers.len(), 2, "a number that is typed proves nothing");
        let shown = identity(w, &contact);
        let joins = shown["identifiers"].as_array().unwrap().iter().any(|one| one["kind"] == "phone");
        assert!(!joins, "{shown}");
        let values = json!({"values": {"rut": "1-9"}});
        let refused = ana.post("profile", values);
        assert_eq!(crate::redact::wrong(&refused.json()), ["/values/name required", "/values/rut unknown_key"]);
        let ben = Visitor::new(w, json!({}));
        let refused = ben.post("profile", json!({"values": {"name": "  ", "phone": "9 5550 9999"}}));
        assert_eq!(crate::redact::wrong(&refused.json()), ["/values/name required"]);
        assert_eq!(ben.begin(json!({})).json()["introduced"], false);
    });
}

#[test]
fn two_tabs_at_once() {
    each(|w| {
        let ana = Visitor::new(w, json!({}));
        thread::scope(|scope| {
            for tab in 0..2 {
                for n in 0..6 {
                    let ana = ana.clone();
                    // Each message from both tabs: the queue is shared, and both may find it.
                    scope.spawn(move || {
                        assert!(matches!(ana.says(&format!("m-{n}"), &format!("{n}")).status, 200 | 201), "{tab}")
                    });
                }
            }
        });
        let [contact] = contacts(w).try_into().unwrap();
        let mut said: Vec<String> = ana.sees().into_iter().map(|(_, said)| said).collect();
        said.sort();
        assert_eq!(said, ["0", "1", "2", "3", "4", "5"]);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets WHERE status = 'open'"), 1);
        assert!(w.info(&contact)["active_ticket"].is_object());
    });
}

#[test]
fn a_secret_that_leaked_signs_nobody_in_on_any_node() {
    each(|w| {
        let leaked = identity_secret(w);
        let node = w.restarted();
        let page = Visitor { to: node.address, channel: w.here.webchat.clone(), token: String::new() };
        let signed = |secret: &str| page.begin(json!({"external_user_id": "bea", "user_hash": hash(secret, "bea")}));
        assert_eq!(signed(&leaked).status, 201);
        // Renewed by another node, which tells this one nothing.
        let renewed = identity_secret(w);
        assert_eq!(signed(&leaked).json()["code"], "bad_signature");
        assert_eq!(signed(&renewed).status, 201);
    });
}

#[test]
fn other_users_at_one_browser_are_new_visitors() {
    each(|w| {
        let browser = Visitor::new(w, json!({"external_user_id": "a"}));
        // Each of them is a row: they are counted as those are who come without a token.
        let refused = (0..2000)
            .map(|n| browser.begin(json!({"external_user_id": format!("b{n}")})))
            .find(|reply| reply.status != 201)
            .unwrap();
        assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("rate_limited")));
        assert!(refused.header("ratelimit-policy").unwrap().starts_with("\"arrivals\""), "{:?}", refused.headers);
        // Who is who they were costs nothing.
        assert_eq!(browser.begin(json!({"external_user_id": "a"})).status, 200);
    });
}

#[test]
fn what_is_signed_beside_the_user_is_asked_the_same_as_of_the_api() {
    each(|w| {
        let secret = identity_secret(w);
        let signs = |user: &str, name: &str, email: &str| {
            let claims = json!({"sub": user, "exp": seconds(w) + 300, "name": name, "email": email});
            let page = Visitor::new(w, json!({"user_token": jwt(&secret, &claims)}));
            assert_eq!(page.says("m-1", "Hola").status, 201, "the chat goes on");
            let info = w.info(&contacts(w).pop().unwrap());
            (info["name"].clone(), info["email"].clone())
        };
        assert_eq!(signs("ana-1", "  Ana   Rojas ", "ANA@example.com"), (json!("Ana Rojas"), json!("ana@example.com")));
        assert_eq!(signs("bea-1", "Bea", "foo"), (json!("Bea"), Value::Null));
        assert_eq!(signs("cam-1", "Cam\u{7}", "cam@example.com"), (Value::Null, json!("cam@example.com")));
        assert_eq!(signs("dan-1", &"x".repeat(256), " "), (Value::Null, Value::Null));
    });
}

#[test]
fn what_nobody_was_shown_nobody_has_read() {
    each(|w| {
        let bea = Visitor::new(w, json!({}));
        bea.says("m-1", "Hola, soy Bea");
        let one = contacts(w).pop().unwrap();
        let before = text(&answer(w, &one, "Solo para Bea")["id"]);
        w.wait(5);
        let ana = Visitor::new(w, json!({}));
        ana.says("m-1", "Hola, soy Ana");
        let other = contacts(w).into_iter().find(|id| *id != one).unwrap();
        // Somebody takes the two for one.
        assert_eq!(w.post(&format!("/api/v1/contacts/{one}/merge"), json!({"contact_id": other})).status, 200);
        let after = text(&answer(w, &one, "Para las dos")["id"]);
        assert_eq!(ana.sees(), [visitor("Hola, soy Ana"), team("Para las dos")]);
        assert_eq!(ana.post("read", json!({})).status, 204);
        let status = |id: &str| w.get(&format!("/api/v1/messages/{id}")).json()["status"].clone();
        assert_eq!((status(&before), status(&after)), (json!("sent"), json!("read")));
        assert_eq!(bea.post("read", json!({})).status, 204);
        assert_eq!(status(&before), json!("read"));
    });
}
