//! Setting a password by a link that an admin passes on: once, for a day, and only as long as who made it could make it again.

use crm::id::MemberId;
use crm::members::{self, MemberPatch, Role};
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, anonymous, try_to_sign_in};
use crate::client::Reply;
use crate::second_factor::{app, set_up};
use crate::world::{World, each, text};

const NEW: &str = "otra contraseña propia";
const AGENT: &str = "mara@example.com";

fn is(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{}", reply.text());
}

fn admin(w: &World) -> Browser {
    w.member(w.here.organization, "jefa@example.com", Role::Admin);
    Browser::sign_in(w, "jefa@example.com")
}

fn path(member: impl std::fmt::Display) -> String {
    format!("/api/v1/members/{member}/reset_link")
}

fn token_of(made: &Reply) -> String {
    assert_eq!(made.status, 201, "{}", made.text());
    let link = text(&made.json()["link"]);
    let (page, token) = link.split_once("#token=").unwrap();
    assert!(page.ends_with("/reset"), "{page}");
    token.to_owned()
}

fn link(browser: &Browser, member: impl std::fmt::Display, removes_totp: bool) -> String {
    token_of(&browser.post(&path(member), json!({"removes_totp": removes_totp})))
}

fn open(w: &World, operation: &str, body: &Value) -> Reply {
    anonymous(w.address(), "POST", &format!("/api/v1/reset_links/{operation}"), &[], Some(body))
}

fn accept(w: &World, token: &str) -> Reply {
    open(w, "accept", &json!({"token": token, "password": NEW}))
}

fn sign_in(w: &World, email: &str, password: &str) -> u16 {
    try_to_sign_in(w, json!({"email": email, "password": password})).status
}

#[test]
fn who_has_no_password_gets_in_once() {
    each(|w| {
        let browser = admin(w);
        let new = json!({"name": "Nadia Nueva", "email": "nadia@example.com", "role": "agent"});
        let nadia = text(&browser.post("/api/v1/members", new).json()["id"]);
        let token = link(&browser, &nadia, false);
        let seen = open(w, "look", &json!({"token": token}));
        let expected = json!({"organization": "Tienda 1", "name": "Nadia Nueva", "email": "nadia@example.com",
                              "removes_totp": false, "needs_code": false});
        assert_eq!(seen.json(), expected);
        is(&open(w, "accept", &json!({"token": token, "password": "corta"})), 400, "invalid_request");
        let replies: Vec<Reply> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..3).map(|_| scope.spawn(|| accept(w, &token))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let mut ins: Vec<Reply> = replies.into_iter().filter(|reply| reply.status == 201).collect();
        if ins.is_empty() {
            ins.push(accept(w, &token));
        }
        assert_eq!(ins.len(), 1);
        let own = Browser::of(w.address(), &ins[0]);
        assert!(own.is_in() && own.session["member"]["id"] == json!(nadia));
        is(&accept(w, &token), 404, "not_found");
        is(&open(w, "look", &json!({"token": token})), 404, "not_found");
        assert_eq!(sign_in(w, "nadia@example.com", NEW), 201);
        // At rest there was only its hash.
        let kept = w.number("SELECT count(*) AS n FROM reset_links");
        assert_eq!(kept, 0);
    });
}

#[test]
fn all_sessions_end_and_the_second_factor_stays_unless_it_was_said() {
    each(|w| {
        let id = w.member(w.here.organization, AGENT, Role::Agent);
        let browser = admin(w);
        let (own, secret, codes, _) = set_up(w);
        let token = link(&browser, id, false);
        assert!(own.is_in(), "a link that nobody follows changes nothing");
        assert_eq!(open(w, "look", &json!({"token": token})).json()["needs_code"], json!(true));
        is(&accept(w, &token), 401, "code_required");
        let with = |code: &str| open(w, "accept", &json!({"token": token, "password": NEW, "code": code}));
        is(&with("000000"), 401, "wrong_code");
        assert!(own.is_in() && sign_in(w, AGENT, NEW) == 401, "nothing is done by half");
        w.wait(60);
        let reply = with(&app(w, &secret, 0));
        let anew = Browser::of(w.address(), &reply);
        assert!(anew.is_in() && !own.is_in());
        assert_eq!(anew.session["member"]["totp"], json!(true));
        is(&try_to_sign_in(w, json!({"email": AGENT, "password": PASSWORD})), 401, "wrong_credentials");
        is(&try_to_sign_in(w, json!({"email": AGENT, "password": NEW})), 401, "code_required");

        // The phone and the codes are lost as well.
        let token = link(&browser, id, true);
        let seen = open(w, "look", &json!({"token": token})).json();
        assert_eq!((&seen["removes_totp"], &seen["needs_code"]), (&json!(true), &json!(false)));
        let last = Browser::of(w.address(), &accept(w, &token));
        assert!(last.is_in() && !anew.is_in() && last.session["member"]["totp"] == json!(false));
        assert_eq!(sign_in(w, AGENT, NEW), 201);
        assert_eq!(w.number("SELECT count(*) AS n FROM recovery_codes"), 0, "{codes:?}");
    });
}

#[test]
fn what_is_void_was_never_there() {
    each(|w| {
        let id = w.member(w.here.organization, AGENT, Role::Agent);
        let browser = admin(w);
        let gone = |token: &str| {
            is(&open(w, "look", &json!({"token": token})), 404, "not_found");
            is(&accept(w, token), 404, "not_found");
        };
        let (first, second) = (link(&browser, id, false), link(&browser, id, true));
        gone(&first);
        assert_eq!(browser.delete(&path(id)).status, 204);
        is(&browser.delete(&path(id)), 404, "not_found");
        gone(&second);
        // The password was remembered after all.
        let token = link(&browser, id, false);
        let own = Browser::sign_in(w, AGENT);
        let changed = own.post("/api/v1/session/password", json!({"current": PASSWORD, "new": "la de siempre no"}));
        assert_eq!(changed.status, 204, "{}", changed.text());
        gone(&token);
        // The member left, and came back.
        let token = link(&browser, id, false);
        for active in [false, true] {
            w.change_member(id, MemberPatch { active: Some(active), ..MemberPatch::default() });
            gone(&token);
        }
        w.change_member(id, MemberPatch { active: Some(false), ..MemberPatch::default() });
        is(&browser.post(&path(id), json!({})), 409, "member_left");
        w.change_member(id, MemberPatch { active: Some(true), ..MemberPatch::default() });
        // Who made it may not any more.
        let token = link(&browser, id, false);
        let maker: MemberId = text(&browser.session["member"]["id"]).parse().unwrap();
        w.change_member(maker, MemberPatch { role: Some(Role::Agent), ..MemberPatch::default() });
        gone(&token);
        w.change_member(maker, MemberPatch { role: Some(Role::Admin), ..MemberPatch::default() });
        assert_eq!(open(w, "look", &json!({"token": token})).status, 200);
        // An owner's link is an owner's to make.
        w.change_member(id, MemberPatch { role: Some(Role::Owner), ..MemberPatch::default() });
        gone(&token);
        w.change_member(id, MemberPatch { role: Some(Role::Agent), ..MemberPatch::default() });
        w.wait(86_400 + 1);
        gone(&token);
    });
}

#[test]
fn a_link_is_for_who_may_do_what_the_member_may() {
    each(|w| {
        let agent = w.member(w.here.organization, AGENT, Role::Agent);
        let browser = admin(w);
        let own = text(&browser.session["member"]["id"]);
        is(&browser.post(&path(&own), json!({})), 409, "own_password");
        is(&browser.post(&path(&w.here.owner), json!({})), 409, "owners_only");
        is(&browser.delete(&path(&w.here.owner)), 409, "owners_only");
        is(&browser.post(&path(&w.there.agent), json!({})), 404, "not_found");
        is(&Browser::sign_in(w, AGENT).post(&path(&own), json!({})), 403, "forbidden");
        assert_eq!(w.raw(&w.here.key, "POST", &path(&w.here.owner), &[], Some(b"{}")).status, 201, "in `*` is `owner`");

        // A key cannot make itself more than it is, and its links go with it.
        let poor = w.key_with(&["admin"], 40);
        is(&w.raw(&poor, "POST", &path(agent), &[], Some(b"{}")), 403, "forbidden");
        let rich =
            w.raw(&w.here.key, "POST", "/api/v1/api_keys", &[], Some(br#"{"name": "de paso", "scopes": ["*"]}"#));
        let (id, rich) = (text(&rich.json()["id"]), text(&rich.json()["key"]));
        let token = token_of(&w.raw(&rich, "POST", &path(agent), &[], Some(b"{}")));
        assert_eq!(open(w, "look", &json!({"token": token})).status, 200);
        assert_eq!(w.raw(&w.here.key, "DELETE", &format!("/api/v1/api_keys/{id}"), &[], None).status, 200);
        is(&accept(w, &token), 404, "not_found");
    });
}

#[test]
fn links_are_not_guessed_and_what_is_done_is_told_to_admins() {
    each(|w| {
        let id = w.member(w.here.organization, AGENT, Role::Agent);
        let browser = admin(w);
        let from = w.last_sequence();
        let token = link(&browser, id, true);
        let own = Browser::of(w.address(), &accept(w, &token));
        w.settled();
        let log = own.get(&format!("/api/v1/events?limit=1000&after={from}")).text();
        assert!(log.contains("reset_link_id") && !log.contains(AGENT) && !log.contains("removes_totp"), "{log}");
        let all = browser.get("/api/v1/audit?thing=reset_link").json();
        let of = |at: usize| (&all["data"][at]["change"], &all["data"][at]["details"]["member_id"]);
        let member = json!(id.to_string());
        assert_eq!((of(0), of(1)), ((&json!("accepted"), &member), (&json!("created"), &member)));
        assert_eq!(all["data"][0]["actor"]["id"], member, "the link was followed by the member");
        assert_eq!(all["data"][1]["actor"]["id"], browser.session["member"]["id"]);

        let good = link(&browser, id, false);
        let codes: Vec<Value> =
            (0..45).map(|n| open(w, "look", &json!({"token": format!("{n}")})).json()["code"].clone()).collect();
        assert_eq!((&codes[0], &codes[44]), (&json!("not_found"), &json!("too_many_attempts")), "{codes:?}");
        is(&open(w, "look", &json!({"token": good})), 429, "too_many_attempts");
        w.work(move |w| members::set_password(w, id, "$argon2id$x", None));
        w.wait(3600);
        is(&accept(w, &good), 404, "not_found");
    });
}
