//! What is true of every operation: keys, scopes, methods, sizes, media types, headers.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::client::{self, exchange};
use crate::redact::wrong;
use crate::world::{UPSERT, World, each};

/// Every operation of the document: method, path with ids filled in, description.
pub fn operations(fill: impl Fn(&str) -> String) -> Vec<(String, String, Value)> {
    let document = api::openapi::document();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let parts: Vec<String> = path
            .split('/')
            .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => fill(name),
                None => part.to_owned(),
            })
            .collect();
        for (method, operation) in methods.as_object().unwrap() {
            operations.push((method.to_uppercase(), parts.join("/"), operation.clone()));
        }
    }
    assert!(operations.len() > 35, "{} operations", operations.len());
    operations
}

fn any(name: &str) -> String {
    match name {
        "channelType" => "whatsapp".to_owned(),
        "phoneId" | "platformIdentifier" => "1".to_owned(),
        _ => "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f".to_owned(),
    }
}

/// What a member who signed in does about themselves: nothing for keys.
pub fn is_of_a_session(operation: &Value) -> bool {
    operation["security"] == json!([{"session": []}])
}

fn is_public(operation: &Value) -> bool {
    operation["security"] == json!([])
}

#[test]
fn without_a_good_key_nothing_is_answered() {
    each(|w| {
        for (method, path, operation) in operations(any) {
            if is_public(&operation) {
                continue;
            }
            for headers in [vec![], vec![("x-api-key", "")], vec![("x-api-key", "rk_wrong")], vec![("x-api-key", "ñ")]]
            {
                let reply = client::send(w.address(), &method, &path, &headers, None).unwrap();
                assert_eq!(reply.status, 401, "{method} {path} {headers:?}");
                assert!(reply.header("www-authenticate").is_some());
                assert_eq!(reply.json()["code"], "unauthorized");
            }
            // A key in the query counts only where the table says so.
            if operation["security"].is_null() {
                let reply =
                    client::send(w.address(), &method, &format!("{path}?x-api-key={}", w.here.key), &[], None).unwrap();
                assert_eq!(reply.status, 401, "{method} {path}");
            }
        }
    });
}

#[test]
fn every_operation_wants_its_scope() {
    each(|w| {
        let all: BTreeSet<String> = operations(any)
            .iter()
            .filter_map(|(_, _, operation)| operation["x-scope"].as_str().map(str::to_owned))
            .collect();
        for (n, scope) in all.iter().enumerate() {
            let others: Vec<&str> = all.iter().filter(|other| *other != scope).map(String::as_str).collect();
            let key = w.key_with(&others, 100 + n as u8);
            for (method, path, operation) in operations(any) {
                if operation["x-scope"].as_str() == Some(scope) {
                    let reply = w.raw(&key, &method, &path, &[], (method != "GET").then_some(b"{}".as_slice()));
                    assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("forbidden")), "{method} {path}");
                    assert!(reply.json()["detail"].as_str().unwrap().contains(scope.as_str()), "it names the scope");
                }
            }
        }
        let narrow = w.key_with(&["contacts:write"], 99);
        let body = json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND, "contact_phone_number": "+56955501234"});
        assert_eq!(w.raw(&narrow, "POST", UPSERT, &[], Some(body.to_string().as_bytes())).status, 201);
    });
}

#[test]
fn a_wrong_method_says_which_are_right() {
    each(|w| {
        let document = api::openapi::document();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let filled: Vec<String> = path
                .split('/')
                .map(|part| part.strip_prefix('{').map_or(part.to_owned(), |name| any(name.trim_end_matches('}'))))
                .collect();
            let allowed: BTreeSet<String> =
                methods.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] {
                if allowed.contains(method) {
                    continue;
                }
                let reply = w.raw(&w.here.key, method, &filled.join("/"), &[], None);
                assert_eq!(reply.status, 405, "{method} {path}");
                let said: BTreeSet<String> = reply.header("allow").unwrap().split(", ").map(str::to_owned).collect();
                assert_eq!(said, allowed, "{path}");
                assert_eq!(reply.json()["code"], "method_not_allowed");
            }
        }
    });
}

#[test]
fn head_is_get_without_the_body() {
    each(|w| {
        for path in ["/healthz", "/docs", "/api/public/tags"] {
            let mut stream = TcpStream::connect(w.address()).unwrap();
            let head = format!(
                "HEAD {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {}\r\nconnection: close\r\n\r\n",
                w.here.key
            );
            stream.write_all(head.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            let length = format!("content-length: {}\r\n", w.get(path).body.len());
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(&length), "{answer}");
            assert!(answer.ends_with("\r\n\r\n"), "no body: {answer}");
        }
    });
}

#[test]
fn errors_have_one_shape_and_old_clients_find_theirs() {
    each(|w| {
        let reply = w.post(UPSERT, json!({}));
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let problem = reply.json();
        for (member, value) in [
            ("type", json!("/docs/errors#invalid_request")),
            ("title", json!("Bad Request")),
            ("status", json!(400)),
            ("code", json!("invalid_request")),
            ("statusCode", json!(400)),
            ("error", json!("Bad Request")),
        ] {
            assert_eq!(problem[member], value, "{member}");
        }
        assert!(problem["message"][0].as_str().unwrap().starts_with("/channel: "));
        assert_eq!(reply.header("x-request-id"), problem["request_id"].as_str());
        let reply = w.raw(&w.here.key, "POST", UPSERT, &[], Some(b"{"));
        let message = reply.json()["message"][0].as_str().unwrap().to_owned();
        assert!(!message.starts_with(':'), "{message}");
        let strict = w.get("/api/v1/contacts?limit=0");
        assert_eq!((strict.status, strict.json().get("statusCode")), (400, None));
        for path in
            ["/api", "/api/public/nothing", "/api/v1/nothing", "/api/public/contacts/", "/assets/%00", "/docs/..%2f"]
        {
            let reply = w.get(path);
            assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("not_found")), "{path}");
        }
    });
}

#[test]
fn request_ids_are_taken_or_made() {
    each(|w| {
        let given = w.call("GET", "/api/public/tags", &[("x-request-id", "ticket-4711")], None);
        assert_eq!(given.header("x-request-id"), Some("ticket-4711"));
        for odd in ["con espacio", "ñ", &"x".repeat(129), ""] {
            let reply = w.call("GET", "/api/public/tags", &[("x-request-id", odd)], None);
            let made = reply.header("x-request-id").unwrap();
            assert!(uuid::Uuid::parse_str(made).is_ok(), "{odd}: {made}");
        }
        let body = json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND, "contact_phone_number": "+56955501234"});
        w.call("POST", UPSERT, &[("x-request-id", "carga-1")], Some(&body));
        assert_eq!(w.number("SELECT count(*) AS n FROM events WHERE request_id = 'carga-1'"), 1);
        for header in ["x-content-type-options", "cache-control"] {
            assert!(given.header(header).is_some(), "{header}");
        }
    });
}

/// Not files, which are of any type.
fn json_body(operation: &Value) -> &Value {
    &operation["requestBody"]["content"]["application/json"]
}

fn bodied(w: &World) -> Vec<(String, String, Value)> {
    let _ = w;
    let bodied = |operation: &Value| json_body(operation).is_object() && !is_of_a_session(operation);
    operations(any).into_iter().filter(|(_, _, operation)| bodied(operation)).collect()
}

#[test]
fn only_json_and_only_so_much() {
    each(|w| {
        for (method, path, operation) in bodied(w) {
            for kind in [
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/xml",
                "x",
            ] {
                // Some take forms as well.
                let essence = kind.split(';').next().unwrap();
                if operation["requestBody"]["content"][essence].is_object() {
                    continue;
                }
                let reply = w.raw(&w.here.key, &method, &path, &[("content-type", kind)], Some(b"{}"));
                // A path that names nothing may be answered first.
                assert!(matches!(reply.status, 415 | 404), "{method} {path} {kind}: {}", reply.status);
            }
            for kind in
                ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"]
            {
                let reply = w.raw(&w.here.key, &method, &path, &[("content-type", kind)], Some(b"{}"));
                assert!(reply.status != 415 && reply.status < 500, "{method} {path} {kind}: {}", reply.status);
            }
            let _ = operation;
        }
        let large = vec![b' '; 1024 * 1024 + 1];
        let declared = w.raw(&w.here.key, "POST", UPSERT, &[], Some(&large));
        assert_eq!((declared.status, &declared.json()["code"]), (413, &json!("body_too_large")));
        // Whatever refuses it, a client that sends it all in one go gets to read why.
        for key in ["none", &w.here.key] {
            let mut request = format!(
                "POST {UPSERT} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-api-key: {key}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n",
                8 * large.len()
            )
            .into_bytes();
            request.resize(request.len() + 8 * large.len(), b' ');
            let mut stream = TcpStream::connect(w.address()).unwrap();
            stream.write_all(&request).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            let status = if key == "none" { "HTTP/1.1 401" } else { "HTTP/1.1 413" };
            assert!(answer.starts_with(status), "{answer}");
        }
        let mut chunked = format!(
            "POST {UPSERT} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-api-key: {}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
            w.here.key
        )
        .into_bytes();
        for _ in 0..17 {
            chunked.extend_from_slice(b"10000\r\n");
            chunked.extend_from_slice(&[b' '; 65536]);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        let reply = exchange(w.address(), &chunked).unwrap();
        assert_eq!((reply.status, &reply.json()["code"]), (413, &json!("body_too_large")));
        let mut exact = br#"{"channel":"x"}"#.to_vec();
        exact.resize(1024 * 1024, b' ');
        assert_eq!(w.raw(&w.here.key, "POST", UPSERT, &[], Some(&exact)).status, 400, "exactly the limit is read");
        let none = w.raw(&w.here.key, "POST", UPSERT, &[], Some(b""));
        assert_eq!((none.status, wrong(&none.json())), (400, vec![" required".to_owned()]));
    });
}
