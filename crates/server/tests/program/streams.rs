//! Streams of the program: many of them, and the example of the documentation.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Server, init, recado, text};

/// Opens one; the connection, once its answer has begun.
fn open(server: &Server, key: &str) -> (BufReader<TcpStream>, String) {
    let mut stream = server.connect();
    let request = format!("GET /api/v1/events/stream HTTP/1.1\r\nhost: {}\r\nx-api-key: {key}\r\n\r\n", server.address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut stream = BufReader::new(stream);
    let mut status = String::new();
    stream.read_line(&mut status).unwrap();
    (stream, status)
}

#[test]
fn the_soft_limit_of_open_files_is_no_limit() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let program = recado(&["serve", "--data-dir", text(directory.path()), "--listen", "127.0.0.1:0", "--log", "info"]);
    // A shell lowers the soft limit alone, and becomes the program.
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -Sn 48 && exec \"$0\" \"$@\""]).arg(program.get_program()).args(program.get_args());
    shell.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let server = Server::spawn(&mut shell);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<&str> = line.split_whitespace().filter(|word| word.parse::<u64>().is_ok()).collect();
    assert_eq!(numbers[0], numbers[1], "{line}");
    // More than the soft limit was, less than a key may have.
    let streams: Vec<_> = (0..90).map(|_| open(&server, &key)).collect();
    for (_, status) in &streams {
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    }
    assert_eq!(server.get("/readyz", "").0, 200);
}

/// The JavaScript of docs/events.md.
fn example() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```js\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_example_of_the_documentation_misses_nothing_while_the_server_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let server = Server::start(directory.path(), &[]);
    let address = server.address.clone();
    let channel = json!({"type": "playground", "name": "Pruebas", "phone_number": "+56223456789"});
    assert_eq!(server.post("/api/v1/channels", &key, &channel).0, 201);
    let contact = |server: &Server, n: u32| {
        let body = json!({"channel": "playground", "channel_phone_number": "+56223456789",
                          "contact_phone_number": format!("+5695550100{n}")});
        assert_eq!(server.post("/api/public/customer/upsert/info", &key, &body).0, 201);
    };
    let script = format!(
        "{}\nawait listen(process.argv[1], process.argv[2], undefined, (name, event) => \
         console.log(JSON.stringify([name, event.topic, event.data.phone])));",
        example()
    );
    let url = format!("http://{address}/api/v1/events/stream?topic=contact.created&after=0");
    let mut node = Command::new("node")
        .args(["--input-type=module", "-e", &script, &url, &key])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = BufReader::new(node.stdout.take().unwrap()).lines();
    let mut expect = |n: u32| {
        let line: Value = serde_json::from_str(&heard.next().unwrap().unwrap()).unwrap();
        assert_eq!(line, json!(["event", "contact.created", format!("+5695550100{n}")]));
    };
    contact(&server, 1);
    expect(1);
    // Killed, on Unix, and waited for.
    drop(server);
    let data_dir = text(directory.path());
    // The kernel takes a killed process's lock away a moment after it is gone.
    while std::fs::File::open(directory.path().join("serve.lock"))
        .is_ok_and(|file| matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    let server = Server::spawn(&mut recado(&["serve", "--data-dir", data_dir, "--listen", &address, "--log", "warn"]));
    for n in 2..5 {
        contact(&server, n);
    }
    (2..5).for_each(&mut expect);
    contact(&server, 5);
    expect(5);
    // A key that is no longer one ends it, and is not tried for ever.
    let keys = server.get("/api/v1/api_keys", &key).1;
    let id = keys["data"][0]["id"].as_str().unwrap();
    let revoked = server.call("DELETE", &format!("/api/v1/api_keys/{id}"), &[("x-api-key", &key)], "");
    assert_eq!(revoked.0, 200, "{}", revoked.1);
    let ended = node.wait_with_output().unwrap();
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("refused: 401"), "{said}");
}
