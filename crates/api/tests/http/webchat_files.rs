//! Files of a web chat: up as a message, down for those whose conversation it is.

use std::path::Path;

use api::{ApiOptions, FileLimits};
use providers::Networks;
use providers::media_store::MediaStore;
use serde_json::json;

use crate::client;
use crate::visitor::{PAGE, Visitor};
use crate::world::{Server, each, text};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n not really";

#[test]
fn a_file_goes_up_and_comes_down() {
    each(|w| {
        let directory = tempfile::tempdir().unwrap();
        let media = Some(MediaStore::open(directory.path()).unwrap());
        let server = Server::start(&w.crm, ApiOptions { media, ..ApiOptions::default() });
        let ana = Visitor::at(&server, &w.here.webchat, json!({}));
        let up = |path: &str, mime: &str, body: &[u8]| ana.send("POST", path, &[("content-type", mime)], Some(body));
        let reply = up("files?client_id=f-1&file_name=foto%201.png&caption=Mira", "image/png", PNG);
        assert_eq!(reply.status, 201, "{}", reply.text());
        let sent = reply.json();
        assert_eq!(
            (&sent["type"], &sent["text"], &sent["file"]["name"]),
            (&json!("image"), &json!("Mira"), &json!("foto 1.png"))
        );
        let again = up("files?client_id=f-1&file_name=foto%201.png&caption=Mira", "image/png", PNG);
        assert_eq!((again.status, &again.json()["id"]), (200, &sent["id"]));
        assert_eq!(w.number("SELECT count(*) AS n FROM media"), 1);
        let file = format!("files/{}", text(&sent["file"]["id"]));
        let down = ana.get(&file);
        assert_eq!((down.status, down.body.as_slice(), down.header("content-type")), (200, PNG, Some("image/png")));
        assert!(down.header("content-security-policy").unwrap().starts_with("sandbox"));
        assert_eq!(down.header("access-control-allow-origin"), Some(crate::visitor::PAGE));
        let other = Visitor::at(&server, &w.here.webchat, json!({}));
        other.says("m-1", "Hola");
        assert_eq!(other.get(&file).status, 404);
        // The team has it as any other file.
        let path = format!("/api/v1/media/{}", text(&sent["file"]["id"]));
        let team = client::send(server.address, "GET", &path, &[("x-api-key", &w.here.key)], None).unwrap();
        assert_eq!(team.body, PNG);
        // What could carry a script is only ever saved.
        let page = up("files?client_id=f-2&file_name=a.html", "text/html", b"<script>alert(1)</script>").json();
        let down = ana.get(&format!("files/{}", text(&page["file"]["id"])));
        assert_eq!(down.header("content-type"), Some("application/octet-stream"));
        assert!(down.header("content-disposition").unwrap().starts_with("attachment"));
        // Too large, empty, nobody's: not one byte is kept.
        let kept = bytes_below(directory.path());
        let large = vec![0; 10 * 1024 * 1024 + 1];
        assert_eq!(up("files?client_id=f-3", "image/png", &large).status, 413);
        assert_eq!(up("files?client_id=f-4", "image/png", b"").status, 400);
        assert_eq!(up("files", "image/png", PNG).status, 400, "without the id it could double");
        let nobody = Visitor { token: "rwv_nobody".to_owned(), ..ana.clone() };
        assert_eq!(nobody.send("POST", "files?client_id=f-5", &[("content-type", "image/png")], Some(PNG)).status, 401);
        assert_eq!(w.number("SELECT count(*) AS n FROM media"), 2);
        assert_eq!(bytes_below(directory.path()), kept);
    });
}

/// Bytes of the files below a directory.
fn bytes_below(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => bytes_below(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

#[test]
fn files_have_a_budget() {
    each(|w| {
        let directory = tempfile::tempdir().unwrap();
        let options = ApiOptions {
            media: Some(MediaStore::open(directory.path()).unwrap()),
            trusted_proxies: Networks::parse("127.0.0.0/8").unwrap(),
            visitor_files: FileLimits { per_address: 1, per_channel: 2 },
            ..ApiOptions::default()
        };
        let server = Server::start(&w.crm, options);
        let ana = Visitor::at(&server, &w.here.webchat, json!({}));
        let up = |from: &str, n: u8| {
            let path = format!("files?client_id=f-{n}");
            let body = vec![n; 400_000];
            ana.send("POST", &path, &[("content-type", "image/png"), ("x-forwarded-for", from)], Some(&body))
        };
        assert_eq!((up("198.51.100.1", 1).status, up("198.51.100.1", 2).status), (201, 201));
        // Another visitor would be no way out: it is the address that counts.
        let refused = up("198.51.100.1", 3);
        assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("rate_limited")));
        let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=720).contains(&wait), "{wait} seconds until 200 kB of 1 MB an hour are free");
        let kept = bytes_below(directory.path());
        assert_eq!(kept, 800_000, "not one byte of it");
        // Of one whose length is not said all that is left is taken, and what was not kept is given back.
        for n in 0..3 {
            let head = format!(
                "POST /webchat/{}/files?client_id=e-{n} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\norigin: {PAGE}\r\n\
                 authorization: Bearer {}\r\ncontent-type: image/png\r\nx-forwarded-for: 198.51.100.2\r\n\
                 transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                ana.channel, ana.token
            );
            assert_eq!(client::exchange(server.address, head.as_bytes()).unwrap().status, 400, "it is empty");
        }
        assert_eq!((up("198.51.100.2", 4).status, up("198.51.100.2", 5).status), (201, 201));
        assert_eq!(up("198.51.100.3", 6).status, 201);
        let refused = up("198.51.100.4", 7);
        assert_eq!(refused.status, 429, "the channel's day");
        assert!(text(&refused.json()["detail"]).contains("web chat"), "{}", refused.text());
        assert_eq!(bytes_below(directory.path()), 2_000_000);
        assert_eq!(ana.says("m-1", "Escribir se puede siempre").status, 201);
        w.wait(86_400);
        assert_eq!(up("198.51.100.1", 8).status, 201);
    });
}
