//! Becoming a member by a link: once, for a week, and only as long as who wrote it could write it again.

use crm::access::Scope;
use crm::changes::Users;
use crm::id::MemberId;
use crm::members::{self, MemberPatch, Role};
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, anonymous, try_to_sign_in};
use crate::client::Reply;
use crate::live::Live;
use crate::world::{World, each, text};

fn token_of(invitation: &Value) -> String {
    let link = text(&invitation["link"]);
    let (page, token) = link.split_once("#token=").unwrap();
    assert!(page.ends_with("/invite"), "{page}");
    token.to_owned()
}

fn open(w: &World, operation: &str, body: &Value) -> Reply {
    anonymous(w.address(), "POST", &format!("/api/v1/invitations/{operation}"), &[], Some(body))
}

fn accept(w: &World, token: &str) -> Reply {
    open(w, "accept", &json!({"token": token, "name": "Nadia Nueva", "password": "una contraseña propia"}))
}

fn is(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{}", reply.text());
}

fn admin(w: &World) -> Browser {
    w.member(w.here.organization, "mara@example.com", Role::Admin);
    Browser::sign_in(w, "mara@example.com")
}

fn invite(browser: &Browser, role: &str) -> Reply {
    browser.post("/api/v1/invitations", json!({"email": "Nadia@example.com", "role": role, "name": "Nadia"}))
}

#[test]
fn a_link_is_good_once() {
    each(|w| {
        let browser = admin(w);
        let invited = invite(&browser, "agent");
        assert_eq!(invited.status, 201, "{}", invited.text());
        let token = token_of(&invited.json());
        assert!(!browser.get("/api/v1/invitations").text().contains(&token), "only in its own answer");
        let seen = open(w, "look", &json!({"token": token}));
        assert_eq!(
            seen.json(),
            json!({"organization": "Tienda 1", "email": "nadia@example.com", "role": "agent", "name": "Nadia"})
        );
        is(&open(w, "accept", &json!({"token": token, "name": "N", "password": "corta"})), 400, "invalid_request");

        let replies: Vec<Reply> = std::thread::scope(|scope| {
            let both: Vec<_> = (0..3).map(|_| scope.spawn(|| accept(w, &token))).collect();
            both.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let mut ins: Vec<Reply> = replies.into_iter().filter(|reply| reply.status == 201).collect();
        if ins.is_empty() {
            ins.push(accept(w, &token));
        }
        assert_eq!(ins.len(), 1);
        let nadia = Browser::of(w.address(), &ins[0]);
        assert_eq!(
            (&nadia.session["member"]["email"], &nadia.session["member"]["role"]),
            (&json!("nadia@example.com"), &json!("agent"))
        );
        assert!(nadia.is_in());
        is(&accept(w, &token), 404, "not_found");
        is(&open(w, "look", &json!({"token": token})), 404, "not_found");
        assert_eq!(browser.get("/api/v1/invitations").json()["data"], json!([]));
        is(&invite(&browser, "agent"), 409, "email_taken");
        let again = try_to_sign_in(w, json!({"email": "nadia@example.com", "password": "una contraseña propia"}));
        assert_eq!(again.status, 201);
        is(&invite(&nadia, "agent"), 403, "forbidden");
    });
}

#[test]
fn what_is_void_was_never_there() {
    each(|w| {
        let browser = admin(w);
        let first = token_of(&invite(&browser, "agent").json());
        let second = invite(&browser, "agent").json();
        is(&accept(w, &first), 404, "not_found");
        let path = format!("/api/v1/invitations/{}", text(&second["id"]));
        assert_eq!(browser.delete(&path).status, 204);
        is(&browser.delete(&path), 404, "not_found");
        is(&accept(w, &token_of(&second)), 404, "not_found");
        let late = token_of(&invite(&browser, "agent").json());
        w.wait(7 * 86_400 + 1);
        is(&accept(w, &late), 404, "not_found");
        is(&accept(w, "x"), 404, "not_found");
        let browser = Browser::sign_in(w, "mara@example.com");
        assert_eq!(browser.get("/api/v1/invitations").json()["data"], json!([]));
        // Another organization withdraws nothing of ours.
        let ours = invite(&browser, "agent").json();
        let path = format!("/api/v1/invitations/{}", text(&ours["id"]));
        is(&w.raw(&w.there.key, "DELETE", &path, &[], None), 404, "not_found");
        assert_eq!(w.raw(&w.there.key, "GET", "/api/v1/invitations", &[], None).json()["data"], json!([]));
        assert_eq!(accept(w, &token_of(&ours)).status, 201);
    });
}

#[test]
fn an_invitation_goes_with_the_right_of_who_wrote_it() {
    each(|w| {
        let browser = admin(w);
        let id: MemberId = text(&browser.session["member"]["id"]).parse().unwrap();
        is(&invite(&browser, "owner"), 409, "owners_only");
        let token = token_of(&invite(&browser, "admin").json());
        w.change_member(id, MemberPatch { role: Some(Role::Agent), ..MemberPatch::default() });
        is(&accept(w, &token), 404, "not_found");
        w.change_member(id, MemberPatch { role: Some(Role::Admin), ..MemberPatch::default() });
        w.work(move |w| members::remove(w, id, None, Users::Archive));
        is(&open(w, "look", &json!({"token": token})), 404, "not_found");
        is(&accept(w, &token), 404, "not_found");
        assert_eq!(try_to_sign_in(w, json!({"email": "mara@example.com", "password": PASSWORD})).status, 401);
    });
}

#[test]
fn an_invitation_goes_with_the_key_that_wrote_it() {
    each(|w| {
        let scopes: Vec<&str> = Scope::ALL.into_iter().filter(|s| *s != Scope::Owner).map(Scope::name).collect();
        let key = w.post("/api/v1/api_keys", json!({"name": "Otra", "scopes": scopes})).json();
        let (secret, path) = (text(&key["key"]), format!("/api/v1/api_keys/{}", text(&key["id"])));
        let by_key = |role: &str| {
            let body = json!({"email": "Nadia@example.com", "role": role}).to_string();
            let reply = w.raw(&secret, "POST", "/api/v1/invitations", &[], Some(body.as_bytes()));
            assert_eq!(reply.status, 201, "{}", reply.text());
            token_of(&reply.json())
        };
        // A key that may less than the new member: not now, and again once it may.
        let token = by_key("agent");
        let patch = |scopes: Value| assert_eq!(w.patch(&path, json!({"scopes": scopes})).status, 200);
        patch(json!(["admin", "setup:read"]));
        is(&open(w, "look", &json!({"token": token})), 404, "not_found");
        is(&accept(w, &token), 404, "not_found");
        patch(json!(scopes));
        assert_eq!(open(w, "look", &json!({"token": token})).status, 200);
        // One that is revoked: never.
        let token = by_key("admin");
        assert_eq!(w.call("DELETE", &path, &[], None).status, 200);
        is(&open(w, "look", &json!({"token": token})), 404, "not_found");
        is(&accept(w, &token), 404, "not_found");
        assert!(!w.get("/api/v1/members").text().contains("nadia@example.com"));
    });
}

#[test]
fn what_is_for_the_audit_log_is_nowhere_else() {
    each(|w| {
        w.member(w.here.organization, "agente@example.com", Role::Agent);
        let agent = Browser::sign_in(w, "agente@example.com");
        let from = w.last_sequence();
        let (cookie, resume) = (format!("recado_session={}", agent.cookie), from.to_string());
        let headers = [("cookie", cookie.as_str()), ("last-event-id", resume.as_str())];
        let (mut live, _) = Live::get(w.address(), "/api/v1/events/stream", &headers).unwrap();
        let browser = admin(w);
        let address = [("user-agent", "Navegador de Mara")];
        let credentials = json!({"email": "mara@example.com", "password": PASSWORD});
        assert_eq!(anonymous(w.address(), "POST", "/api/v1/session", &address, Some(&credentials)).status, 201);
        let invited = invite(&browser, "agent").json();
        assert_eq!(browser.delete(&format!("/api/v1/invitations/{}", text(&invited["id"]))).status, 204);
        w.settled();
        let log = agent.get(&format!("/api/v1/events?limit=1000&after={from}")).json();
        let mut seen: Vec<Value> = log["data"].as_array().unwrap().clone();
        assert!(seen.len() >= 5, "{log}");
        let streamed: Vec<Value> = (0..seen.len()).map(|_| live.event().unwrap().data.unwrap()).collect();
        seen.extend(streamed);
        let email = text(&invited["email"]);
        let private = ["127.0.0.1", "Navegador", "\"by\"", email.as_str()];
        for event in &seen {
            let written = event.to_string();
            assert!(!private.iter().any(|word| written.contains(word)), "{written}");
        }
        is(&agent.get("/api/v1/audit"), 403, "forbidden");
        let audit = browser.get("/api/v1/audit?limit=200").text();
        assert!(private.iter().all(|word| audit.contains(word)), "{audit}");
        let entry = browser.get("/api/v1/audit?thing=session").json()["data"][0].clone();
        let details = json!({"member_id": browser.session["member"]["id"], "by": "password",
                             "user_agent": "Navegador de Mara", "address": "127.0.0.1"});
        assert_eq!(entry["details"], details);
        let gone = browser.get("/api/v1/audit?thing=invitation").json()["data"][0].clone();
        assert_eq!((&gone["change"], &gone["details"]["email"]), (&json!("deleted"), &invited["email"]));
    });
}

#[test]
fn who_changed_what() {
    each(|w| {
        let browser = admin(w);
        let id = text(&browser.session["member"]["id"]);
        let tag = browser.post("/api/v1/tags", json!({"value": "nuevo"})).json();
        w.post("/api/v1/tags", json!({"value": "de la llave"}));
        invite(&browser, "agent");
        w.settled();
        let all = browser.get("/api/v1/audit?limit=200").json();
        let all = all["data"].as_array().unwrap().clone();
        assert_eq!((&all[0]["thing"], &all[0]["change"]), (&json!("invitation"), &json!("created")));
        assert_eq!(all[0]["actor"], json!({"type": "member", "id": id, "name": "Mara Montes"}));
        assert_eq!(all[1]["actor"]["type"], json!("api_key"));
        let get = |query: &str| browser.get(&format!("/api/v1/audit?{query}")).json()["data"].as_array().unwrap().len();
        assert_eq!(get(&format!("actor=member:{id}")), 3, "signed in, a tag, an invitation");
        assert_eq!(get(&format!("thing=tag:{}", tag["id"])), 1);
        assert_eq!((get(&format!("thing=member:{id}")), get("thing=session"), get("thing=nothing")), (1, 1, 0));
        // Page by page it is the same.
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = browser.get(&format!("/api/v1/audit?limit=3{cursor}")).json();
            seen.extend(page["data"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, all);
        assert!(
            !w.raw(&w.there.key, "GET", "/api/v1/audit", &[], None).text().contains(&id),
            "another organization's is its own"
        );
        is(&browser.get("/api/v1/audit?thing=%25"), 400, "invalid_request");
    });
}
