//! The program under test: started on an empty directory, with an organization, a channel and some fields.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;

pub struct Started {
    process: Child,
    pub address: SocketAddr,
    pub api_key: String,
    pub stage: String,
    /// Where Meta posts to.
    pub hook: String,
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
}

pub const CHANNEL_NUMBER: &str = "+56222345678";
pub const PHONE_NUMBER_ID: &str = "1234567890";
pub const APP_SECRET: &str = "secret";

impl Started {
    pub fn new(binary: &Path, data: &Path) -> Result<Started, Failure> {
        let empty = data.with_extension("empty");
        let (mut process, address, first_answer) = serve(binary, &empty)?;
        process.kill()?;
        process.wait()?;
        let _ = address;

        let init = Command::new(binary)
            .args(["init", "--organization", "Bench", "--country", "CL", "--owner-email", "owner@example.com"])
            .args(["--owner-password", "a-long-password", "--json", "--data-dir"])
            .arg(data)
            .output()?;
        if !init.status.success() {
            return Err(format!("init failed: {}", String::from_utf8_lossy(&init.stderr)).into());
        }
        let init: Value = serde_json::from_slice(&init.stdout)?;
        let api_key = init["api_key"].as_str().ok_or("no api_key")?.to_owned();
        let (process, address, _) = serve(binary, data)?;
        let mut started =
            Started { process, address, api_key, stage: String::new(), hook: String::new(), first_answer };
        started.set_up()?;
        Ok(started)
    }

    fn set_up(&mut self) -> Result<(), Failure> {
        let channel = json!({
            "type": "whatsapp", "name": "Ventas", "country": "CL", "phone_number": CHANNEL_NUMBER,
            "phone_number_id": PHONE_NUMBER_ID, "waba_id": "987654321", "access_token": "token", "app_secret": APP_SECRET,
            "verify_token": "verify",
        });
        let channel = self.call("POST", "/api/v1/channels", Some(&channel))?;
        let id = channel["id"].as_str().or(channel["channel"]["id"].as_str()).ok_or("no channel")?;
        self.hook = format!("/hooks/whatsapp/{id}");
        for (key, kind) in
            [("rut", "text"), ("fecha_nacimiento", "date"), ("presupuesto", "number"), ("comuna", "text")]
        {
            self.call(
                "POST",
                "/api/v1/custom_fields",
                Some(&json!({"key": key, "name": key, "type": kind, "entity": "customer"})),
            )?;
        }
        let pipelines = self.call("GET", "/api/public/pipeline", None)?;
        self.stage = pipelines[0]["stages"][0]["id"].as_str().ok_or("no stage")?.to_owned();
        Ok(())
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// One call on a connection of its own.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(self.address)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nx-api-key: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            self.api_key,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        if !head.starts_with("HTTP/1.1 2") {
            return Err(format!("{method} {path}: {head}\n{body}").into());
        }
        Ok(serde_json::from_str(body)?)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Nothing to be done about a process that is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(binary: &Path, data: &Path) -> Result<(Child, SocketAddr, Duration), Failure> {
    let began = Instant::now();
    let mut process = Command::new(binary)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--webhooks-allow", "127.0.0.0/8"])
        // Each visitor of a web chat says by a header where it comes from.
        .args(["--trusted-proxies", "127.0.0.0/8"])
        .args(["--whatsapp-calls", "false", "--data-dir"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = process.stdout.take().ok_or("no standard output")?;
    let mut lines = BufReader::new(stdout).lines();
    let address = loop {
        let line = lines.next().ok_or("the program ended without an address")??;
        if let Some((_, address)) = line.split_once("http://") {
            let address = address.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':')).next().unwrap_or("");
            break address.parse()?;
        }
    };
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let first_answer = began.elapsed();
    // Keep reading, so that the program never blocks on a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Ok((process, address, first_answer))
}

/// A line of `/proc/<pid>/status`, in KiB.
pub fn memory_kib(pid: u32, name: &str) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such line")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
}

/// What all its threads have used since it began, those too that have ended; to the hundredth of a second.
pub fn processor_time(pid: u32) -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name of the program may have spaces in it; behind it come the third field and all others.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name")?;
    let mut ticks = 0;
    for field in fields.split_whitespace().skip(11).take(2) {
        ticks += field.parse::<u64>()?;
    }
    Ok(Duration::from_millis(10 * ticks))
}
