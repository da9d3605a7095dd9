//! Paths that no operation has are pages of the web UI, whether it was built into the program or not.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::client;
use crate::world::{World, each};

const PAGES: [&str; 6] =
    ["/", "/inbox", "/inbox/0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f", "/settings/members", "/login", "/inbox?y=z.js"];

fn anonymous(w: &World, method: &str, path: &str, headers: &[(&str, &str)]) -> client::Reply {
    client::send(w.address(), method, path, headers, None).unwrap()
}

/// All that comes of a `HEAD`.
fn head(w: &World, path: &str) -> String {
    let mut stream = TcpStream::connect(w.address()).unwrap();
    let request = format!("HEAD {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn every_other_path_is_a_page_behind_a_strict_policy() {
    each(|w| {
        for path in PAGES {
            let page = anonymous(w, "GET", path, &[]);
            assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
            assert!(page.text().starts_with("<!doctype html>"), "{path}");
            let policy = page.header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
            assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
            let head = head(w, path);
            assert!(head.starts_with(&format!("HTTP/1.1 {}", page.status)), "{path}: {head}");
            let length = format!("content-length: {}\r\n", page.body.len());
            assert!(head.contains(&length) && head.ends_with("\r\n\r\n"), "{path}: {head}");
        }
    });
}

#[test]
fn a_program_gets_no_page_for_a_mistake_in_a_path() {
    const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    each(|w| {
        let key = ("x-api-key", w.here.key.as_str());
        let ours: [&[(&str, &str)]; 4] = [&[], &[("accept", "application/json")], &[key], &[key, BROWSER]];
        for path in ["//api/v1/contacts", "/API/public/tags", "/v1/contacts", "/public/tags", "/x/y"] {
            for headers in ours {
                let reply = anonymous(w, "GET", path, headers);
                let found = (reply.status, reply.header("content-type"));
                assert_eq!(found, (404, Some("application/problem+json")), "{path} {headers:?}: {}", reply.text());
            }
        }
        // Who looks for a page gets the UI's, but for what is the API's in any spelling.
        for (path, is_page) in
            [("/v1/contacts", true), ("/x", true), ("//api/v1/contacts", false), ("/API/public/tags", false)]
        {
            let page = anonymous(w, "GET", path, &[BROWSER]);
            assert_eq!(page.text().starts_with("<!doctype html>"), is_page, "{path}: {}", page.text());
        }
        assert_eq!(anonymous(w, "GET", "/channels", &[key]).json()["code"], "not_found", "a key is no browser's");
    });
}

#[test]
fn mistakes_in_paths_are_told_as_such() {
    each(|w| {
        for path in [
            "/api",
            "/api/v1/nothing",
            "/api/public/x",
            "/hooks/x",
            "/docs/nothing",
            "/assets/x.js",
            "/robots.txt",
            "/../x.js",
        ] {
            let reply = anonymous(w, "GET", path, &[]);
            assert_eq!((reply.status, reply.json()["code"].as_str()), (404, Some("not_found")), "{path}");
        }
        let posted = anonymous(w, "POST", "/inbox", &[]);
        assert_eq!((posted.status, posted.json()["code"].as_str()), (404, Some("not_found")));
    });
}

/// Says something only of a program that has the UI.
#[test]
fn a_page_that_did_not_change_is_not_sent_again() {
    each(|w| {
        let page = anonymous(w, "GET", "/", &[("accept-encoding", "gzip, br")]);
        let Some(tag) = page.header("etag") else {
            assert!(page.status == 404 && page.text().contains("make ui"), "{}", page.text());
            return;
        };
        assert_eq!((page.status, page.header("cache-control")), (200, Some("no-cache")));
        assert_eq!(page.header("vary"), Some("accept-encoding"));
        let again = anonymous(w, "GET", "/inbox", &[("accept-encoding", "gzip, br"), ("if-none-match", tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0));
        let plain = anonymous(w, "GET", "/", &[("if-none-match", tag)]);
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "another form has another tag");
        // Each script and style that the page names is there, for good.
        for part in plain.text().split(['"', '\'']).filter(|part| part.starts_with("/assets/")) {
            let file = anonymous(w, "GET", part, &[]);
            assert_eq!(file.status, 200, "{part}");
            assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"), "{part}");
        }
    });
}
