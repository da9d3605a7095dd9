//! Two programs on one PostgreSQL: what happens at one is heard at the other, and what is of the moment only is heard there by
//! NOTIFY alone.

use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store::testing::fresh_postgres;

use crate::sign_in::sign_in;
use crate::world::{Server, recado, text};

const PAGE: &str = "https://shop.example.com";
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries of what is lost where nobody listens yet.
const AGAIN: Duration = Duration::from_millis(500);

/// Lines of an open stream, as they come.
struct Stream(Receiver<String>);

impl Stream {
    fn open(server: &Server, path: &str, headers: &str) -> Stream {
        let mut stream = server.connect();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", server.address);
        stream.write_all(request.as_bytes()).unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(stream).lines().map_while(Result::ok);
            lines.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
        });
        let stream = Stream(lines);
        assert_eq!(stream.hears("an answer", "HTTP/1.1", || ()), "HTTP/1.1 200 OK");
        stream.hears("its beginning", "retry:", || ());
        stream
    }

    /// The next line with this in it; `again` is done until it is there.
    fn hears(&self, what: &str, wanted: &str, mut again: impl FnMut()) -> String {
        let end = Instant::now() + PATIENCE;
        again();
        while Instant::now() < end {
            match self.0.recv_timeout(AGAIN) {
                Ok(line) if line.contains(wanted) => return line,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => again(),
                Err(RecvTimeoutError::Disconnected) => panic!("the stream ended before {what}"),
            }
        }
        panic!("waited in vain for {what}");
    }
}

fn data(line: &str) -> Value {
    serde_json::from_str(line.strip_prefix("data: ").unwrap_or_else(|| panic!("{line:?}"))).unwrap()
}

#[test]
fn what_happens_at_one_node_is_heard_at_the_other() {
    let (database, directory) = (fresh_postgres(), tempfile::tempdir().unwrap());
    let program = |command: &str, node: &str| -> Command {
        let mut program = recado(&[command, "--data-dir", text(&directory.path().join(node)), "--log", "warn"]);
        program.env("RECADO_SECRET_KEY", "07".repeat(32)).env("RECADO_DATABASE_URL", database.url());
        program
    };
    let made = program("init", "a")
        .args(["--organization", "Óptica Sol", "--country", "CL", "--owner-email", "ana@example.com"])
        .args(["--owner-password", "correct horse", "--json"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let key = serde_json::from_slice::<Value>(&made.stdout).unwrap()["api_key"].as_str().unwrap().to_owned();
    let serve = |node: &str| Server::spawn(program("serve", node).args(["--listen", "127.0.0.1:0"]));
    let (here, there) = (serve("a"), serve("b"));

    let team = Stream::open(&here, "/api/v1/events/stream", &format!("x-api-key: {key}\r\n"));
    let made =
        here.post("/api/v1/channels", &key, &json!({"type": "webchat", "name": "Sitio", "allowed_origins": [PAGE]}));
    assert_eq!(made.0, 201, "{}", made.1);
    let base = format!("/webchat/{}", made.1["id"].as_str().unwrap());

    // A visitor at the other node, which learns of the channel by itself.
    let mut token = String::new();
    let mut visits = |path: &str, body: Value| -> Value {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("origin", PAGE), ("content-type", "application/json")];
        if !token.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        let (status, answer) = there.call("POST", &format!("{base}/{path}"), &headers, &body.to_string());
        assert!(status < 300, "{path}: {status} {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        if let Some(fresh) = answer["token"].as_str() {
            token = fresh.to_owned();
        }
        answer
    };
    visits("session", json!({}));
    visits("messages", json!({"client_id": "m-1", "text": "Hola desde el otro"}));
    let heard = data(&team.hears("the message", "Hola desde el otro", || ()));
    let contact = heard["data"]["contact_id"].as_str().unwrap().to_owned();
    // What was said before the line between them was there is lost, and said again.
    team.hears("the visitor's typing", "event: typing", || drop(visits("typing", json!({"state": "typing"}))));
    let typing = data(&team.hears("who it is", "data: ", || ()));
    assert_eq!((&typing["contact_id"], &typing["member_id"]), (&json!(contact), &Value::Null));

    let headers = format!("origin: {PAGE}\r\nauthorization: Bearer {token}\r\n");
    let visitor = Stream::open(&there, &format!("{base}/stream"), &headers);
    let (status, cookie) = sign_in(&here, "ana@example.com", "correct horse");
    assert_eq!(status, 201);
    let (_, session) = here.call("GET", "/api/v1/session", &[("cookie", &cookie)], "");
    let session: Value = serde_json::from_str(&session).unwrap();
    let csrf = session["csrf_token"].as_str().unwrap();
    visitor.hears("the team's typing", "event: typing", || {
        let headers = [("cookie", cookie.as_str()), ("x-csrf-token", csrf), ("content-type", "application/json")];
        let path = format!("/api/v1/conversations/{contact}/typing");
        let (status, answer) = here.call("POST", &path, &headers, r#"{"state": "typing"}"#);
        assert_eq!(status, 204, "{answer}");
    });
    let (status, answer) =
        here.post("/api/v1/messages", &key, &json!({"contact_id": contact, "text": "Aquí, en el uno"}));
    assert_eq!(status, 201, "{answer}");
    let shown = data(&visitor.hears("the answer", "Aquí, en el uno", || ()));
    assert_eq!(shown["from"], "team");
    // The page has it, and the node that wrote it knows.
    team.hears("that it was delivered", r#""status":"delivered""#, || ());
}
