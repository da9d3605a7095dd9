//! Files of a web chat: up as a message, down for those whose conversation it is.

use api::ApiOptions;
use providers::media_store::MediaStore;
use serde_json::json;

use crate::client;
use crate::visitor::Visitor;
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
        let large = vec![0; 10 * 1024 * 1024 + 1];
        assert_eq!(up("files?client_id=f-3", "image/png", &large).status, 413);
        assert_eq!(up("files?client_id=f-4", "image/png", b"").status, 400);
        assert_eq!(up("files", "image/png", PNG).status, 400, "without the id it could double");
        let nobody = Visitor { token: "rwv_nobody".to_owned(), ..ana.clone() };
        assert_eq!(nobody.send("POST", "files?client_id=f-5", &[("content-type", "image/png")], Some(PNG)).status, 401);
        assert_eq!(w.number("SELECT count(*) AS n FROM media"), 2);
    });
}
