//! A server without an organization: the token that it printed makes the first, once.

use api::{ApiOptions, token};
use crm::Crm;
use serde_json::{Value, json};
use store::testing::each_engine;

use crate::browser::{Browser, anonymous};
use crate::client::Reply;
use crate::world::Server;

fn input(token: &str, email: &str) -> Value {
    json!({"token": token, "organization": "Óptica Sol", "country": "CL", "name": "Ana Sol", "email": email,
           "password": "diez caracteres"})
}

fn set_up(server: &Server, body: &Value) -> Reply {
    anonymous(server.address, "POST", "/api/v1/setup", &[], Some(body))
}

fn offered(server: &Server, crm: &Crm) -> String {
    let token = token::make().unwrap();
    assert!(server.wait_for(crm.offer_set_up(token::hash(&token))).unwrap());
    token
}

fn is(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{}", reply.text());
}

#[test]
fn the_first_organization_is_made_once() {
    each_engine(|db| {
        let crm = Crm::open(db.clone()).unwrap();
        let server = Server::start(&crm, ApiOptions::default());
        let needed = || anonymous(server.address, "GET", "/api/v1/setup", &[], None).json();
        assert_eq!(
            needed(),
            json!({"needed": true, "demo": false, "playground": false, "version": env!("CARGO_PKG_VERSION")})
        );
        // Two nodes have printed one each.
        let tokens = [offered(&server, &crm), offered(&server, &crm)];
        is(&set_up(&server, &input("no token", "ana@example.com")), 401, "wrong_token");
        let reply = set_up(
            &server,
            &json!({"token": tokens[0], "organization": "x", "country": "XX", "name": "A", "email": "ana@example.com",
                                            "password": "diez caracteres"}),
        );
        assert_eq!(
            (reply.status, reply.json()["errors"][0]["pointer"].as_str()),
            (400, Some("/country")),
            "{}",
            reply.text()
        );
        let reply = set_up(&server, &json!({"token": tokens[0], "password": "corta"}));
        assert_eq!(reply.json()["errors"].as_array().unwrap().len(), 5, "{}", reply.text());
        assert_eq!(needed()["needed"], json!(true), "what was refused used nothing up");
        let foreign = [("origin", "https://evil.example")];
        is(
            &anonymous(server.address, "POST", "/api/v1/setup", &foreign, Some(&input(&tokens[0], "a@example.com"))),
            403,
            "foreign_origin",
        );

        let bodies: Vec<Value> = (0..4).map(|n| input(&tokens[n % 2], &format!("ana{n}@example.com"))).collect();
        let replies: Vec<Reply> = std::thread::scope(|scope| {
            let all: Vec<_> = bodies.iter().map(|body| scope.spawn(|| set_up(&server, body))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let mut made: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 201).collect();
        let again;
        if made.is_empty() {
            again = set_up(&server, &bodies[0]);
            made.push(&again);
        }
        assert_eq!(made.len(), 1, "one of four");
        let owner = Browser::of(server.address, made[0]);
        assert_eq!(
            (&owner.session["member"]["role"], &owner.session["organization"]["name"]),
            (&json!("owner"), &json!("Óptica Sol"))
        );
        assert!(owner.is_in());
        assert_eq!(owner.get("/api/v1/pipelines").json()["data"][0]["name"], json!("Ventas"));
        assert_eq!(owner.get("/api/v1/api_keys").json()["data"], json!([]), "no key that nobody has");
        assert_eq!(needed()["needed"], json!(false));
        for token in &tokens {
            is(&set_up(&server, &input(token, "otra@example.com")), 409, "already_set_up");
        }
        let late = token::make().unwrap();
        assert!(!server.wait_for(crm.offer_set_up(token::hash(&late))).unwrap());
    });
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    each_engine(|db| {
        let crm = Crm::open(db.clone()).unwrap();
        let server = Server::start(&crm, ApiOptions::default());
        let token = offered(&server, &crm);
        let body = json!({"token": token, "organization": "Sol", "country": "ZZ", "name": "Ana", "email": "ana at example",
                          "password": "corta", "city": "Arica"});
        let reply = set_up(&server, &body);
        let told = crate::redact::wrong(&reply.json());
        let expected = ["/city unknown_key", "/country unknown_country", "/email invalid_email", "/password too_short"];
        assert_eq!((reply.status, told), (400, expected.map(str::to_owned).to_vec()), "{}", reply.text());
    });
}
