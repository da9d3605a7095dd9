//! Running the program, and talking to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The program with a clean environment.
pub fn recado(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recado"));
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // Only tests that bring a WhatsApp of their own have it called.
    command.env("RECADO_WHATSAPP_CALLS", "false");
    command
}

pub fn run(arguments: &[&str]) -> Output {
    recado(arguments).stdin(Stdio::null()).output().unwrap()
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What it printed; fails where it failed.
pub fn ok(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

/// What it said; fails where it did not end with this code.
pub fn fails(code: i32, arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    stderr(&output)
}

/// An organization; answers its API key.
pub fn init(data_dir: &Path) -> String {
    let printed = ok(&[
        "init",
        "--data-dir",
        text(data_dir),
        "--organization",
        "Óptica Sol",
        "--country",
        "CL",
        "--owner-email",
        "ana@example.com",
        "--owner-password",
        "correct horse",
        "--json",
    ]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    printed["api_key"].as_str().unwrap().to_owned()
}

pub struct Server {
    pub child: Child,
    /// `127.0.0.1:…`
    pub address: String,
    out: BufReader<std::process::ChildStdout>,
}

impl Server {
    pub fn start(data_dir: &Path, more: &[&str]) -> Server {
        let mut arguments = vec!["serve", "--data-dir", text(data_dir), "--listen", "127.0.0.1:0", "--log", "warn"];
        arguments.extend(more);
        Server::spawn(&mut recado(&arguments))
    }

    pub fn spawn(command: &mut Command) -> Server {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("Recado answers at http://").unwrap_or_else(|| panic!("printed {line:?}"));
        Server { address: address.to_owned(), child, out }
    }

    /// The next line that it prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended; fails where it did not within so long.
    pub fn wait(&mut self, longest: Duration) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(started.elapsed() < longest, "still running after {longest:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks it to stop; answers what else it had printed.
    pub fn stop(mut self) -> String {
        self.signal("TERM");
        assert_eq!(self.wait(Duration::from_secs(10)), Some(0));
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        rest
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Status and body.
    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut stream = self.connect();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str(&format!("host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();
        answer(&mut stream)
    }

    pub fn get(&self, path: &str, key: &str) -> (u16, Value) {
        let (status, body) = self.call("GET", path, &[("x-api-key", key)], "");
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    pub fn post(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let headers = [("x-api-key", key), ("content-type", "application/json")];
        let (status, body) = self.call("POST", path, &headers, &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

/// Reads one answer up to the end of the connection.
pub fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let answer = String::from_utf8(bytes).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("answered {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
