use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Server, answer, fails, init, text};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn answers_healthz_and_readyz_on_a_free_port() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]);
    let (status, body) = server.call("GET", "/healthz", &[], "");
    assert_eq!(status, 200, "{body}");
    let (status, ready) = server.get("/readyz", "");
    assert_eq!((status, ready), (200, json!({"status": "ok", "database": "sqlite", "warnings": []})));
    let rest = server.stop();
    assert!(rest.starts_with("Set it up at http://") && rest.lines().count() == 1, "{rest}");
}

#[test]
fn one_server_a_data_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _first = Server::start(directory.path(), &[]);
    let said = fails(1, &["serve", "--data-dir", text(directory.path()), "--listen", "127.0.0.1:0"]);
    assert!(said.contains("in use by a running `recado serve`"), "{said}");
}

#[test]
fn a_port_in_use_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = fails(1, &["serve", "--data-dir", text(directory.path()), "--listen", &address]);
    assert!(said.contains(&address) && said.contains("another program"), "{said}");
}

#[test]
fn an_unknown_host_is_refused_on_loopback() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &["--public-url", "https://crm.example.com"]);
    let port = server.address.rsplit(':').next().unwrap();
    for known in ["crm.example.com", "CRM.example.com:443", &format!("localhost:{port}"), "[::1]:80"] {
        assert_eq!(server.call("GET", "/healthz", &[("host", known)], "").0, 200, "{known}");
    }
    let (status, body) = server.call("GET", "/healthz", &[("host", "evil.example")], "");
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, problem["code"].as_str()), (403, Some("unknown_host")));
}

#[test]
fn examples_of_its_pages_call_the_server_that_shows_them() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]);
    let own = format!("http://{}", server.address);
    for page in ["/docs", "/docs/migrations/note-send"] {
        let (_, body) = server.call("GET", page, &[], "");
        assert!(body.contains(&own), "{page} lacks {own}");
        assert!(!body.contains("http://127.0.0.1:8080"), "{page}");
    }
    drop(server);
    let server = Server::start(directory.path(), &["--public-url", "https://crm.example.com"]);
    assert!(server.call("GET", "/docs", &[], "").1.contains("https://crm.example.com/api/"));
}

/// A request whose body is on its way when the server is asked to stop.
fn half_a_request(server: &Server, key: &str, body: &str) -> std::net::TcpStream {
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/tags HTTP/1.1\r\nhost: {}\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         connection: close\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Which is how a server says that it has read the head, and waits for the body.
    const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut said = [0; GO_ON.len()];
    stream.read_exact(&mut said).unwrap();
    assert_eq!(std::str::from_utf8(&said).unwrap(), GO_ON);
    stream.write_all(&body.as_bytes()[..4]).unwrap();
    stream.flush().unwrap();
    stream
}

/// Waits until the server takes no more connections: it has heard that it is to stop.
fn until_it_stops(server: &mut Server) {
    let until = Instant::now() + PATIENCE;
    while std::net::TcpStream::connect(&server.address).is_ok() {
        assert!(Instant::now() < until, "it still takes connections");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(server.child.try_wait().unwrap().is_none(), "it waits for the request");
}

#[test]
fn what_runs_is_finished_before_it_stops() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let mut server = Server::start(directory.path(), &[]);
    let body = json!({"value": "VIP"}).to_string();
    let mut running = half_a_request(&server, &key, &body);
    let idle = server.connect();
    server.signal("TERM");
    until_it_stops(&mut server);
    running.write_all(&body.as_bytes()[4..]).unwrap();
    assert_eq!(answer(&mut running).0, 201);
    assert_eq!(server.wait(PATIENCE), Some(0));
    drop(idle);
    let server = Server::start(directory.path(), &[]);
    assert_eq!(server.get("/api/v1/tags", &key).1["data"][0]["value"], "VIP");
}

#[test]
fn a_second_signal_stops_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let mut server = Server::start(directory.path(), &[]);
    let _running = half_a_request(&server, &key, "{\"value\": \"x\"}");
    server.signal("INT");
    until_it_stops(&mut server);
    server.signal("INT");
    // By itself it would end with 0.
    assert_eq!(server.wait(PATIENCE), Some(1));
}
