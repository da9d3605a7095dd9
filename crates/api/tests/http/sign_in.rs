//! Signing in and out: who gets in, what the cookie is, what a page of elsewhere cannot do, when a session is over.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use api::ApiOptions;
use api::stream::StreamLimits;
use crm::changes::Users;
use crm::members::{self, MemberPatch, Role};
use providers::Networks;
use serde_json::{Value, json};

use crate::browser::{Browser, HASH, PASSWORD, anonymous, cookie_of, try_to_sign_in};
use crate::client::Reply;
use crate::live::Live;
use crate::world::{Server, World, each, text};

const SESSION: &str = "/api/v1/session";

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(reply: &Reply, status: u16, name: &str) {
    assert_eq!(code(reply), (status, name.to_owned()), "{}", reply.text());
}

fn mara(w: &World, role: Role) -> members::Member {
    let id = w.member(w.here.organization, "mara@example.com", role);
    w.work(move |w| members::get(&w.setup, id).cloned())
}

#[test]
fn a_member_signs_in_and_out() {
    each(|w| {
        let id = mara(w, Role::Agent).id;
        let reply = try_to_sign_in(w, json!({"email": " MARA@example.com", "password": PASSWORD}));
        let browser = Browser::of(w.address(), &reply);
        let cookie = reply.header("set-cookie").unwrap();
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=2592000"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "by http: {cookie}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let session = &browser.session;
        assert_eq!((&session["member"]["id"], &session["member"]["role"]), (&json!(id), &json!("agent")));
        assert_eq!((&session["member"]["totp"], &session["organization"]["name"]), (&json!(false), &json!("Tienda 1")));
        let permissions: Vec<String> = session["permissions"].as_array().unwrap().iter().map(text).collect();
        assert!(permissions.contains(&"contacts:write".to_owned()) && !permissions.contains(&"admin".to_owned()));
        assert!(!reply.text().contains("password"));

        assert_eq!(browser.get(SESSION).json()["csrf_token"].as_str(), Some(&*browser.csrf), "the same in every tab");
        assert_eq!(browser.get("/api/public/tags").status, 200, "the cookie is good wherever a key is");
        let note = browser.post("/api/v1/tags", json!({"value": "x"}));
        refused(&note, 403, "forbidden");
        let contact = w.contact("+56955501234");
        let note = browser.post(&format!("/api/v1/contacts/{contact}/notes"), json!({"text": "Llamar"}));
        assert_eq!(note.status, 201, "{}", note.text());
        w.settled();
        let events = browser.get("/api/v1/events?topic=note.created").json();
        assert_eq!(events["data"][0]["actor"], json!({"type": "member", "id": id}));

        let out = browser.delete(SESSION);
        assert_eq!((out.status, out.body.len()), (204, 0), "{}", out.text());
        assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
        assert!(!browser.is_in());
        refused(&browser.get("/api/public/tags"), 401, "unauthorized");
    });
}

#[test]
fn who_is_not_known_looks_like_who_mistypes() {
    each(|w| {
        mara(w, Role::Agent);
        let attempts = [
            json!({"email": "mara@example.com", "password": "not the password"}),
            json!({"email": "nobody@example.com", "password": PASSWORD}),
            // No password was ever set, and who left.
            json!({"email": "ana@example.com", "password": PASSWORD}),
            json!({"email": "gil@example.com", "password": PASSWORD}),
            json!({"email": "mara@example.com", "password": PASSWORD, "organization_id": w.there.organization}),
            json!({"email": "no address at all", "password": "x"}),
        ];
        let mut said: Vec<Value> = Vec::new();
        for attempt in attempts {
            let reply = try_to_sign_in(w, attempt);
            refused(&reply, 401, "wrong_credentials");
            assert!(reply.header("set-cookie").is_none());
            let mut body = reply.json();
            body["request_id"] = Value::Null;
            said.push(body);
        }
        said.dedup();
        assert_eq!(said.len(), 1, "{said:?}");
        refused(&try_to_sign_in(w, json!({"email": "mara@example.com"})), 400, "invalid_request");
        refused(&try_to_sign_in(w, json!({"email": "a", "password": "b", "remember": true})), 400, "invalid_request");
        refused(&anonymous(w.address(), "GET", SESSION, &[], None), 401, "unauthorized");
        refused(&w.get(SESSION), 401, "unauthorized");
    });
}

#[test]
fn a_page_from_elsewhere_changes_nothing() {
    each(|w| {
        mara(w, Role::Admin);
        let browser = Browser::sign_in(w, "mara@example.com");
        let other = Browser::sign_in(w, "mara@example.com");
        let before = w.counts();
        let tag = json!({"value": "vip2"});
        let send = |headers: &[(&str, &str)]| browser.raw("POST", "/api/v1/tags", headers, Some(&tag));
        let csrf = ("x-csrf-token", &*browser.csrf);
        refused(&send(&[]), 403, "csrf");
        refused(&send(&[("x-csrf-token", "")]), 403, "csrf");
        refused(&send(&[("x-csrf-token", &other.csrf)]), 403, "csrf");
        refused(&send(&[("x-csrf-token", &browser.cookie)]), 403, "csrf");
        for origin in ["https://evil.example", "null", "http://localhost:9", "http://evil.localhost", "http://"] {
            refused(&send(&[csrf, ("origin", origin)]), 403, "foreign_origin");
        }
        refused(&send(&[csrf, ("sec-fetch-site", "cross-site")]), 403, "foreign_origin");
        for (method, path) in [("DELETE", SESSION), ("PATCH", "/api/v1/session/member"), ("DELETE", "/api/v1/sessions")]
        {
            refused(&browser.raw(method, path, &[], Some(&json!({}))), 403, "csrf");
        }
        // Nor signs anybody in, under whatever name.
        let credentials = json!({"email": "mara@example.com", "password": PASSWORD});
        let foreign = [("origin", "https://evil.example")];
        refused(&anonymous(w.address(), "POST", SESSION, &foreign, Some(&credentials)), 403, "foreign_origin");
        assert_eq!(w.counts(), before);
        // The client of these tests says `host: localhost`.
        let own = send(&[csrf, ("origin", "http://localhost"), ("sec-fetch-site", "same-origin")]);
        assert_eq!(own.status, 201, "{}", own.text());
        assert_eq!(browser.raw("GET", "/api/v1/tags", &[("origin", "https://evil.example")], None).status, 200);
    });
}

#[test]
fn a_token_that_somebody_else_knows_is_never_taken_over() {
    each(|w| {
        mara(w, Role::Agent);
        let planted = "A".repeat(43);
        let headers = [("cookie", &*format!("recado_session={planted}"))];
        let credentials = json!({"email": "mara@example.com", "password": PASSWORD});
        let reply = anonymous(w.address(), "POST", SESSION, &headers, Some(&credentials));
        assert_eq!(reply.status, 201);
        assert_ne!(cookie_of(&reply), planted);
        assert_eq!(anonymous(w.address(), "GET", SESSION, &headers, None).status, 401);
        // Signing in again leaves nothing behind of the session before.
        let first = Browser::of(w.address(), &reply);
        let again = first.raw("POST", SESSION, &[], Some(&credentials));
        let second = Browser::of(w.address(), &again);
        assert!(second.is_in() && !first.is_in());
        assert_eq!(second.get("/api/v1/sessions").json()["data"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn one_address_in_two_organizations() {
    each(|w| {
        mara(w, Role::Owner);
        w.member(w.there.organization, "mara@example.com", Role::Agent);
        let credentials = json!({"email": "mara@example.com", "password": PASSWORD});
        let reply = try_to_sign_in(w, credentials.clone());
        refused(&reply, 409, "choose_organization");
        let organizations = reply.json()["organizations"].clone();
        let ids: Vec<&Value> = organizations.as_array().unwrap().iter().map(|o| &o["id"]).collect();
        assert_eq!(ids, [&json!(w.here.organization), &json!(w.there.organization)]);
        let mut chosen = credentials;
        chosen["organization_id"] = json!(w.there.organization);
        let there = Browser::of(w.address(), &try_to_sign_in(w, chosen));
        assert_eq!(there.session["organization"]["id"], json!(w.there.organization));
        // Nothing of the other organization is there for them.
        let contact = w.contact("+56955501234");
        assert_eq!(there.get(&format!("/api/v1/contacts/{contact}")).status, 404);
        let list = there.get("/api/v1/contacts").json();
        assert_eq!(list["data"], json!([]));
        // A session of the other organization is none.
        let mut chosen = json!({"email": "mara@example.com", "password": PASSWORD});
        chosen["organization_id"] = json!(w.here.organization);
        let here = Browser::of(w.address(), &try_to_sign_in(w, chosen));
        let session = text(&here.get("/api/v1/sessions").json()["data"][0]["id"]);
        refused(&there.delete(&format!("/api/v1/sessions/{session}")), 404, "not_found");
        assert!(here.is_in());
    });
}

/// Seconds.
fn waits(reply: &Reply) -> i64 {
    reply.header("retry-after").unwrap().parse().unwrap()
}

#[test]
fn guessing_takes_longer_and_longer() {
    each(|w| {
        mara(w, Role::Agent);
        let wrong = json!({"email": "mara@example.com", "password": "a guess of mine"});
        let right = json!({"email": "Mara@example.com ", "password": PASSWORD});
        let browser = Browser::sign_in(w, "mara@example.com");
        for _ in 0..9 {
            refused(&try_to_sign_in(w, wrong.clone()), 401, "wrong_credentials");
        }
        let reply = try_to_sign_in(w, right.clone());
        refused(&reply, 429, "too_many_attempts");
        assert!((1..=15).contains(&waits(&reply)), "also with the right one");
        assert!(browser.is_in(), "who is in stays in");
        refused(
            &browser.post("/api/v1/session/password", json!({"current": PASSWORD, "new": "otra contraseña"})),
            429,
            "too_many_attempts",
        );
        w.wait(16);
        refused(&try_to_sign_in(w, wrong.clone()), 401, "wrong_credentials");
        let reply = try_to_sign_in(w, right.clone());
        assert!((1..=30).contains(&waits(&reply)));
        w.wait(31);
        assert_eq!(try_to_sign_in(w, right.clone()).status, 201);
        refused(&try_to_sign_in(w, wrong.clone()), 401, "wrong_credentials");
        assert_eq!(try_to_sign_in(w, right).status, 201, "a success forgets the failures");
    });
}

#[test]
fn a_proxy_says_where_somebody_comes_from_and_nobody_else_does() {
    each(|w| {
        mara(w, Role::Agent);
        let trusted_proxies = Networks::parse("127.0.0.0/8").unwrap();
        let server = Server::start(&w.crm, ApiOptions { trusted_proxies, ..ApiOptions::default() });
        let credentials = json!({"email": "mara@example.com", "password": PASSWORD});
        let headers = [
            ("x-forwarded-for", "6.6.6.6, 203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("user-agent", "Navegador/1"),
        ];
        let reply = anonymous(server.address, "POST", SESSION, &headers, Some(&credentials));
        assert!(reply.header("set-cookie").unwrap().ends_with("; Secure"), "by https");
        let sessions = Browser::of(server.address, &reply).get("/api/v1/sessions").json();
        assert_eq!(
            (&sessions["data"][0]["address"], &sessions["data"][0]["user_agent"]),
            (&json!("203.0.113.7"), &json!("Navegador/1"))
        );
        let reply = anonymous(w.address(), "POST", SESSION, &headers, Some(&credentials));
        assert!(!reply.header("set-cookie").unwrap().contains("Secure"));
        let sessions = Browser::of(w.address(), &reply).get("/api/v1/sessions").json();
        assert_eq!(sessions["data"][0]["address"], json!("127.0.0.1"));
    });
}

#[test]
fn by_https_a_neighbour_below_the_same_domain_plants_no_session() {
    each(|w| {
        mara(w, Role::Agent);
        let origin = Some("https://crm.example.com".to_owned());
        let server = Server::start(&w.crm, ApiOptions { origin, ..ApiOptions::default() });
        let credentials = json!({"email": "mara@example.com", "password": PASSWORD});
        let host = ("host", "crm.example.com");
        let reply = anonymous(server.address, "POST", SESSION, &[host], Some(&credentials));
        assert_eq!(reply.status, 201, "{}", reply.text());
        let set = reply.header("set-cookie").unwrap().to_owned();
        let value = set.strip_prefix("__Host-recado_session=").unwrap().split(';').next().unwrap();
        assert!(set.contains("; Path=/;") && set.ends_with("; Secure") && !set.contains("Domain"), "{set}");
        let with = |cookie: &str| anonymous(server.address, "GET", SESSION, &[host, ("cookie", cookie)], None).status;
        assert_eq!(with(&format!("__Host-recado_session={value}")), 200);
        // What any neighbour may set for the whole domain is nobody's session, however good its token is.
        assert_eq!(with(&format!("recado_session={value}")), 401);
        // On the machine itself, past the proxy, there is no https.
        let here = anonymous(server.address, "POST", SESSION, &[("host", "127.0.0.1:8080")], Some(&credentials));
        assert!(here.header("set-cookie").unwrap().starts_with("recado_session="));
    });
}

#[test]
fn nobody_shows_a_password_to_the_network() {
    each(|w| {
        mara(w, Role::Agent);
        let networks = |text: &str| Networks::parse(text).unwrap();
        let options = ApiOptions {
            trusted_proxies: networks("127.0.0.0/8"),
            plain_sign_in_from: networks("10.20.0.0/16"),
            ..ApiOptions::default()
        };
        let server = Server::start(&w.crm, options.clone());
        let https = Some("https://crm.example.com".to_owned());
        let public = Server::start(&w.crm, ApiOptions { origin: https, ..options });
        let credentials = json!({"email": "mara@example.com", "password": PASSWORD});
        let beyond = [("x-forwarded-for", "203.0.113.7")];
        let reply = anonymous(server.address, "POST", SESSION, &beyond, Some(&credentials));
        refused(&reply, 403, "insecure_sign_in");
        assert!(reply.header("set-cookie").is_none() && reply.text().contains("public_url"));
        for (path, body) in [
            (
                "/api/v1/setup",
                json!({"token": "x", "organization": "x", "country": "CL", "name": "x", "email": "x@example.com", "password": PASSWORD}),
            ),
            ("/api/v1/invitations/accept", json!({"token": "x", "name": "x", "password": PASSWORD})),
            ("/api/v1/reset_links/accept", json!({"token": "x", "password": PASSWORD})),
        ] {
            refused(&anonymous(server.address, "POST", path, &beyond, Some(&body)), 403, "insecure_sign_in");
        }
        for path in ["/", "/login", "/invite", "/reset", "/index.html"] {
            let page = anonymous(server.address, "GET", path, &beyond, None);
            assert_eq!(page.status, 403, "{path}");
            assert!(page.text().contains("plain_sign_in_from") && page.header("content-security-policy").is_some());
            assert!(!anonymous(server.address, "GET", path, &[], None).text().contains("plain_sign_in_from"));
        }
        // From this machine, from a network that is trusted so far, by https.
        let secure = [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https")];
        let near = [("x-forwarded-for", "10.20.3.4")];
        for headers in [&[][..], &near[..], &secure[..]] {
            assert_eq!(
                anonymous(server.address, "POST", SESSION, headers, Some(&credentials)).status,
                201,
                "{headers:?}"
            );
        }
        assert_eq!(anonymous(public.address, "POST", SESSION, &beyond, Some(&credentials)).status, 201);
        // Keys are the integration's own affair.
        let key = [("x-forwarded-for", "203.0.113.7"), ("x-api-key", w.here.key.as_str())];
        assert_eq!(anonymous(server.address, "GET", "/api/v1/tags", &key, None).status, 200);
    });
}

#[test]
fn what_happens_to_a_member_happens_at_once() {
    each(|w| {
        let id = mara(w, Role::Admin).id;
        let browser = Browser::sign_in(w, "mara@example.com");
        // Another process, which knows nothing of what this one does.
        let server = w.restarted();
        let elsewhere = Browser {
            address: server.address,
            cookie: browser.cookie.clone(),
            csrf: browser.csrf.clone(),
            session: Value::Null,
        };
        assert_eq!(elsewhere.get("/api/v1/api_keys").status, 200);
        w.change_member(id, MemberPatch { role: Some(Role::Agent), ..MemberPatch::default() });
        for browser in [&browser, &elsewhere] {
            refused(&browser.get("/api/v1/api_keys"), 403, "forbidden");
            assert_eq!(browser.get(SESSION).json()["member"]["role"], json!("agent"));
        }
        w.work(move |w| members::remove(w, id, None, Users::Archive));
        assert!(!browser.is_in() && !elsewhere.is_in());
        // Who comes back has to sign in.
        w.change_member(id, MemberPatch { active: Some(true), ..MemberPatch::default() });
        assert!(!browser.is_in() && !elsewhere.is_in());
        let browser = Browser::sign_in(w, "mara@example.com");
        w.change_member(id, MemberPatch { active: Some(false), ..MemberPatch::default() });
        assert!(!browser.is_in());
    });
}

#[test]
fn a_session_ends_by_itself() {
    each(|w| {
        mara(w, Role::Agent);
        let idle = Browser::sign_in(w, "mara@example.com");
        w.wait(7 * 86_400 + 1);
        assert!(!idle.is_in(), "unused for a week");
        let used = Browser::sign_in(w, "mara@example.com");
        let seen = || text(&used.get("/api/v1/sessions").json()["data"][0]["last_used_at"]);
        for _ in 0..5 {
            let before = seen();
            w.wait(6 * 86_400 - 600);
            assert!(used.is_in());
            // Noted after the answer.
            let until = std::time::Instant::now() + Duration::from_secs(60);
            while seen() == before {
                assert!(std::time::Instant::now() < until, "the use is not noted: {before}");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        w.wait(86_400);
        assert!(!used.is_in(), "however much it is used");
    });
}

#[test]
fn sessions_are_seen_and_ended_by_their_member() {
    each(|w| {
        let id = mara(w, Role::Agent).id;
        w.member(w.here.organization, "otro@example.com", Role::Owner);
        let [one, two, three] = [(); 3].map(|()| Browser::sign_in(w, "mara@example.com"));
        let stranger = Browser::sign_in(w, "otro@example.com");
        let list = one.get("/api/v1/sessions").json();
        let list = list["data"].as_array().unwrap();
        assert_eq!(list.len(), 3);
        let current: Vec<&Value> = list.iter().filter(|session| session["current"] == json!(true)).collect();
        assert_eq!(current.len(), 1);
        let own = text(&current[0]["id"]);
        refused(&stranger.delete(&format!("/api/v1/sessions/{own}")), 404, "not_found");
        let of_two = two.get("/api/v1/sessions").json();
        let of_two =
            of_two["data"].as_array().unwrap().iter().find(|s| s["current"] == json!(true)).unwrap()["id"].clone();
        assert_eq!(one.delete(&format!("/api/v1/sessions/{}", text(&of_two))).status, 204);
        assert!(one.is_in() && !two.is_in() && three.is_in());
        assert_eq!(one.delete("/api/v1/sessions").status, 204);
        assert!(one.is_in() && !three.is_in() && stranger.is_in());

        // Another password ends all others.
        let other = Browser::sign_in(w, "mara@example.com");
        let change =
            |current: &str, new: &str| one.post("/api/v1/session/password", json!({"current": current, "new": new}));
        let wrong = change("not the password", "otra contraseña");
        refused(&wrong, 409, "wrong_password");
        assert_eq!(wrong.json()["errors"][0]["pointer"], json!("/current"));
        refused(&change(PASSWORD, "corta"), 400, "invalid_request");
        assert_eq!(change(PASSWORD, "otra contraseña").status, 204);
        assert!(one.is_in() && !other.is_in());
        refused(
            &try_to_sign_in(w, json!({"email": "mara@example.com", "password": PASSWORD})),
            401,
            "wrong_credentials",
        );
        // As does the operator's.
        let hash = HASH.clone();
        w.work(move |w| members::set_password(w, id, &hash, None));
        assert!(!one.is_in());
        assert!(Browser::sign_in(w, "mara@example.com").is_in());
    });
}

#[test]
fn a_stream_ends_with_its_session() {
    each(|w| {
        mara(w, Role::Agent);
        let [browser, other] = [(); 2].map(|()| Browser::sign_in(w, "mara@example.com"));
        let mut stream = TcpStream::connect(w.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "GET /api/v1/events/stream HTTP/1.1\r\nhost: localhost\r\ncookie: recado_session={}\r\nconnection: close\r\n\r\n",
            browser.cookie
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut begun = [0; 12];
        stream.read_exact(&mut begun).unwrap();
        assert_eq!(&begun, b"HTTP/1.1 200");
        assert_eq!(other.delete("/api/v1/sessions").status, 204);
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(rest.ends_with("0\r\n\r\n"), "{rest}");
        assert!(other.is_in());
    });
}

#[test]
fn who_has_an_account_elsewhere_guesses_no_more_than_others() {
    each(|w| {
        mara(w, Role::Owner);
        // The admin of the other organization has made a member of the same address, and knows that one's password.
        let theirs = "conocida por todos";
        let new = members::NewMember {
            name: Some("Mara otra".to_owned()),
            email: "mara@example.com".to_owned(),
            password_hash: Some(api::password::hash(theirs).unwrap()),
            ..members::NewMember::default()
        };
        let elsewhere = crm::Caller::system(w.there.organization);
        w.crm.write_blocking(&elsewhere, move |w| members::create(w, &new)).unwrap();
        let attempt = |password: &str, organization: Option<String>| {
            let mut body = json!({"email": "mara@example.com", "password": password});
            if let Some(organization) = organization {
                body["organization_id"] = json!(organization);
            }
            try_to_sign_in(w, body)
        };
        let (here, there) = (w.here.organization.to_string(), w.there.organization.to_string());
        let mut guessed = 0;
        let stopped = loop {
            let reply = attempt("a guess of mine", Some(here.clone()));
            if reply.status != 401 {
                break reply;
            }
            guessed += 1;
            assert!(guessed < 20, "signing in elsewhere forgives every guess");
            assert_eq!(attempt(theirs, Some(there.clone())).status, 201);
        };
        refused(&stopped, 429, "too_many_attempts");
        // Also without saying where: only who waits is left out.
        assert_eq!(attempt(theirs, None).status, 201);
        refused(&attempt(PASSWORD, None), 429, "too_many_attempts");
        w.wait(3600);
        assert_eq!(attempt(PASSWORD, None).status, 201);
        // A password that fits one of them was wrong for the other.
        for _ in 0..9 {
            assert_eq!(attempt(theirs, None).status, 201);
        }
        refused(&attempt(PASSWORD, Some(here)), 429, "too_many_attempts");
    });
}

#[test]
fn a_busy_stream_ends_with_its_session_too() {
    each(|w| {
        mara(w, Role::Agent);
        let browser = Browser::sign_in(w, "mara@example.com");
        // Another node: nobody tells it that the session is over.
        let limits = StreamLimits { heartbeat: Duration::from_millis(300), ..StreamLimits::default() };
        let node = Server::start(&w.crm, ApiOptions { stream_limits: limits, ..ApiOptions::default() });
        let cookie = format!("recado_session={}", browser.cookie);
        let (mut live, _) = Live::get(node.address, "/api/v1/events/stream", &[("cookie", &cookie)]).unwrap();
        let say = || node.app.hub.tell(w.here.organization, "presence", &json!({"member_id": null}));
        say();
        assert!(live.frame().is_some());
        assert_eq!(browser.delete(SESSION).status, 204);
        // Something is told whenever the last thing was taken: it is never silent.
        let until = Instant::now() + Duration::from_secs(60);
        while live.frame().is_some() {
            assert!(Instant::now() < until, "it goes on without its session");
            say();
        }
        assert_eq!(Live::get(node.address, "/api/v1/events/stream", &[("cookie", &cookie)]).err(), Some(401));
    });
}

#[test]
fn a_session_that_another_took_the_place_of_is_over() {
    each(|w| {
        let mara = mara(w, Role::Owner);
        w.member(w.there.organization, "mara@example.com", Role::Owner);
        let body = |organization: crm::id::OrganizationId| json!({"email": "mara@example.com", "password": PASSWORD, "organization_id": organization});
        let first = Browser::of(w.address(), &try_to_sign_in(w, body(w.here.organization)));
        let cookie = format!("recado_session={}", first.cookie);
        let (mut live, _) = Live::get(w.address(), "/api/v1/events/stream", &[("cookie", &cookie)]).unwrap();
        // The same browser, again and then in the other organization: each time the cookie is overwritten.
        let second = Browser::of(w.address(), &first.raw("POST", SESSION, &[], Some(&body(w.here.organization))));
        while live.frame().is_some() {}
        let third = Browser::of(w.address(), &second.raw("POST", SESSION, &[], Some(&body(w.there.organization))));
        assert!(!first.is_in() && !second.is_in() && third.is_in());
        w.settled();
        let audit = w.get("/api/v1/audit?thing=session").json();
        let seen: Vec<(String, String)> = audit["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (text(&entry["change"]), text(&entry["details"]["member_id"])))
            .collect();
        let mara = mara.id.to_string();
        let expected = ["deleted", "created", "deleted", "created"].map(|change| (change.to_owned(), mara.clone()));
        assert_eq!(seen, expected, "the newest first: none began without its end");
    });
}

#[test]
fn who_comes_and_goes_is_told_once() {
    each(|w| {
        mara(w, Role::Agent);
        let browser = Browser::sign_in(w, "mara@example.com");
        w.settled();
        let (mut live, _) = Live::open(w.address(), &w.here.key, "", None).unwrap();
        for availability in ["online", "away"] {
            let body = json!({"availability": availability});
            assert_eq!(browser.send("PATCH", "/api/v1/session/member", Some(&body)).status, 200);
        }
        let mut told: Vec<String> = Vec::new();
        while told.last().is_none_or(|last| last != "away") {
            let frame = live.frame().unwrap();
            if frame.event.as_deref() == Some("presence") {
                told.push(text(&frame.data.unwrap()["availability"]));
            }
        }
        assert_eq!(told, ["online", "away"]);
    });
}

#[test]
fn own_preferences() {
    each(|w| {
        mara(w, Role::Agent);
        let browser = Browser::sign_in(w, "mara@example.com");
        let member = &browser.session["member"];
        assert_eq!((&member["locale"], &member["theme"]), (&Value::Null, &Value::Null));
        assert_eq!(member["notifications"], json!({"desktop": true, "sound": true, "muted_channels": []}));
        let patch = |body: Value| browser.send("PATCH", "/api/v1/session/member", Some(&body));
        let reply = patch(json!({"name": "Mara M. Montes", "availability": "online", "locale": "pt", "theme": "dark",
                                 "notifications": {"sound": false, "muted_channels": [w.here.playground]}}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let member = browser.get(SESSION).json()["member"].clone();
        assert_eq!((&member["name"], &member["first_name"]), (&json!("Mara M. Montes"), &json!("Mara")));
        assert_eq!((&member["availability"], &member["locale"]), (&json!("online"), &json!("pt")));
        assert_eq!(
            member["notifications"],
            json!({"desktop": true, "sound": false, "muted_channels": [w.here.playground]})
        );
        assert_eq!(patch(json!({"locale": null})).json()["member"]["locale"], Value::Null);
        for (body, pointer) in [
            (json!({"role": "owner"}), "/role"),
            (json!({"email": "x@example.com"}), "/email"),
            (json!({"theme": "blue"}), "/theme"),
            (json!({"notifications": {"muted_channels": [w.there.playground]}}), "/notifications/muted_channels/0"),
        ] {
            let reply = patch(body);
            assert_eq!(
                (reply.status, reply.json()["errors"][0]["pointer"].as_str()),
                (400, Some(pointer)),
                "{}",
                reply.text()
            );
        }
    });
}
