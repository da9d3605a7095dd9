use std::io::Write;

use serde_json::{Value, json};

use crate::world::{Server, init, ok, text};

/// The value of the cookie that a sign-in answers with.
pub fn sign_in(server: &Server, email: &str, password: &str) -> (u16, String) {
    let body = json!({"email": email, "password": password}).to_string();
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/session HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_default();
    (status, cookie.split(';').next().unwrap_or_default().to_owned())
}

fn who(server: &Server, cookie: &str) -> (u16, Value) {
    let (status, body) = server.call("GET", "/api/v1/session", &[("cookie", cookie)], "");
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[test]
fn an_empty_directory_is_set_up_by_the_page_that_is_printed() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Server::start(directory.path(), &[]);
    let line = server.line();
    let token = line.split("/setup#token=").nth(1).unwrap_or_else(|| panic!("printed {line:?}"));
    let token = token.split_whitespace().next().unwrap();
    assert!(line.contains(&format!("http://{}/setup", server.address)), "{line}");
    let body = json!({"token": token, "organization": "Óptica Sol", "country": "CL", "name": "Ana Sol",
                      "email": "ana@example.com", "password": "diez caracteres"});
    let headers = [("content-type", "application/json")];
    let (status, answer) = server.call("POST", "/api/v1/setup", &headers, &body.to_string());
    assert_eq!(status, 201, "{answer}");
    assert_eq!(server.call("POST", "/api/v1/setup", &headers, &body.to_string()).0, 409);
    assert_eq!(sign_in(&server, "ana@example.com", "diez caracteres").0, 201);
    assert_eq!(server.stop(), "");
    let rest = Server::start(directory.path(), &[]).stop();
    assert!(!rest.contains("token"), "set up already: {rest}");
}

#[test]
fn an_owner_signs_in_until_the_password_is_reset() {
    let directory = tempfile::tempdir().unwrap();
    init(directory.path());
    let server = Server::start(directory.path(), &[]);
    let (status, cookie) = sign_in(&server, "ana@example.com", "correct horse");
    assert_eq!(status, 201);
    assert_eq!(who(&server, &cookie).1["member"]["role"], json!("owner"));
    // Beside the server, in another process.
    ok(&[
        "member",
        "reset-password",
        "--data-dir",
        text(directory.path()),
        "ana@example.com",
        "--password",
        "another one of mine",
    ]);
    assert_eq!(who(&server, &cookie).0, 401);
    assert_eq!(sign_in(&server, "ana@example.com", "correct horse").0, 401);
    assert_eq!(sign_in(&server, "ana@example.com", "another one of mine").0, 201);
}

#[test]
fn the_demo_prints_who_may_sign_in() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &["--demo"]);
    let address = server.address.clone();
    let rest = server.stop();
    let line = rest.lines().find(|line| line.contains("Sign in")).unwrap();
    let (email, password) = line.split(" with ").nth(1).unwrap().split_once(" and the password ").unwrap();
    assert!(line.contains(&address), "{line}");
    let server = Server::start(directory.path(), &["--demo"]);
    let (status, cookie) = sign_in(&server, email, password.trim());
    assert_eq!(status, 201, "{line}");
    assert_eq!(who(&server, &cookie).1["member"]["role"], json!("owner"));
    let other = rest.lines().find_map(|line| line.trim().strip_prefix("or as the agent ")).unwrap();
    assert_eq!(sign_in(&server, other.trim(), password.trim()).0, 201, "{other}");
    let (_, setup) = server.call("GET", "/api/v1/setup", &[], "");
    assert!(setup.contains("\"needed\":false") && setup.contains("\"demo\":true"), "{setup}");
}
