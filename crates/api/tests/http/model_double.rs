//! A language model on loopback that answers by script, in each of the three ways of speaking.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use providers::http::HttpOptions;
use providers::seal::Sealer;
use providers::{Http, Networks};
use serde_json::{Value, json};
use workers::Workers;

use crate::world::{World, text};

const PATIENCE: Duration = Duration::from_secs(60);

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub head: String,
    pub body: String,
}

/// What the model says to it.
pub enum Say {
    /// This is its answer.
    That(Value),
    /// This text is its answer, whatever it is.
    Text(String),
    /// Something of HTTP: status, more headers, body.
    Http(u16, &'static str, &'static str),
    /// Nothing for so long.
    Hang(Duration),
}

type Script = Box<dyn Fn(&Seen, usize) -> Say + Send + Sync>;

pub struct Double {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<Script>>,
}

impl Double {
    /// The script gets each request and how many came before it.
    pub fn start(script: impl Fn(&Seen, usize) -> Say + Send + Sync + 'static) -> Double {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, script) = (Arc::default(), Arc::new(Mutex::new(Box::new(script) as Script)));
        let double = Double { url, seen, script };
        let (seen, script) = (double.seen.clone(), double.script.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, script) = (seen.clone(), script.clone());
                thread::spawn(move || answer(stream, &seen, &script));
            }
        });
        double
    }

    pub fn answer_from_now_on_with(&self, script: impl Fn(&Seen, usize) -> Say + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn answer(mut stream: TcpStream, seen: &Mutex<Vec<Seen>>, script: &Mutex<Script>) {
    let Some(request) = receive(&mut stream) else { return };
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    let said = (script.lock().unwrap())(&request, before);
    let (status, more, body) = match said {
        Say::That(answer) => (200, "", wrapped(&request.path, &answer.to_string())),
        Say::Text(answer) => (200, "", wrapped(&request.path, &answer)),
        Say::Http(status, more, body) => (status, more, body.to_owned()),
        Say::Hang(long) => {
            thread::sleep(long);
            return;
        }
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n{more}\r\n");
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn receive(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut piece = [0; 65536];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let length: usize = length.unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&bytes[end + 4..end + 4 + length]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                return Some(Seen { path, head, body });
            }
        }
        match stream.read(&mut piece) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&piece[..count]),
            _ => return None,
        }
    }
}

/// As each kind of endpoint tells an answer, with seven tokens.
fn wrapped(path: &str, answer: &str) -> String {
    match path {
        "/v1/chat/completions" => json!({"choices": [{"message": {"role": "assistant", "content": answer}}],
                                         "usage": {"prompt_tokens": 5, "completion_tokens": 2}}),
        "/v1/messages" => json!({"content": [{"type": "text", "text": answer}],
                                 "usage": {"input_tokens": 5, "output_tokens": 2}}),
        _ => json!({"message": {"role": "assistant", "content": answer}, "prompt_eval_count": 5, "eval_count": 2}),
    }
    .to_string()
}

impl Seen {
    fn record(&self) -> Value {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let turns = body["messages"].as_array().unwrap();
        let texts = turns.iter().filter_map(|turn| turn["content"].as_str());
        let data = texts.into_iter().find(|text| text.starts_with("<record>")).unwrap();
        let data = data.trim_start_matches("<record>").trim_end_matches("</record>");
        serde_json::from_str(data).unwrap()
    }

    pub fn targets(&self) -> Vec<Value> {
        self.record()["targets"].as_array().unwrap().clone()
    }

    /// The id of the leaf of this path.
    pub fn leaf(&self, path: &str) -> String {
        let leaves = self.record()["leaves"].as_array().unwrap().clone();
        let found = leaves.iter().find(|leaf| leaf["path"] == path);
        text(&found.unwrap_or_else(|| panic!("no leaf {path}: {}", self.body))["leaf"])
    }

    fn target_named(&self, name: &str) -> Value {
        let targets = self.targets();
        targets.iter().find(|target| target["name"] == name || target["target"] == name).unwrap().clone()
    }

    /// The id of a target, by its field's name.
    pub fn target(&self, name: &str) -> String {
        text(&self.target_named(name)["target"])
    }

    pub fn option(&self, name: &str, option: &str) -> String {
        let target = self.target_named(name);
        let options = target["options"].as_array().unwrap();
        text(&options.iter().find(|known| known["name"] == option).unwrap()["option"])
    }

    /// An answer: a leaf is one of the options of a field.
    pub fn choose(&self, path: &str, field: &str, option: &str) -> Say {
        let option = self.option(field, option);
        let chosen = json!({"leaf": self.leaf(path), "target": self.target(field), "option": option, "sure": true});
        Say::That(json!({"placements": [chosen], "spans": []}))
    }
}

pub fn nothing() -> Say {
    Say::That(json!({"placements": [], "spans": []}))
}

/// What asks models, until it is dropped.
pub struct Asking<'w> {
    world: &'w World,
    workers: Option<Workers>,
}

impl<'w> Asking<'w> {
    pub fn start(world: &'w World) -> Asking<'w> {
        let models_allow = Networks::parse("127.0.0.0/8").unwrap();
        let http = Http::new(HttpOptions { models_allow, ..HttpOptions::default() });
        let starting = workers::start(world.crm.clone(), http, Sealer::new(&[7; 32]));
        let workers = world.server().wait_for(starting).unwrap();
        Asking { world, workers: Some(workers) }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(workers) = self.workers.take() {
            self.world.server().wait_for(workers.end());
        }
    }
}

pub const MODEL: &str = "/api/v1/structuring/model";

/// Has the organization's model be this one.
pub fn configure(w: &World, double: &Double, more: Value) {
    let mut settings = json!({"mode": "leftovers", "kind": "ollama", "base_url": double.url, "model": "prueba"});
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = w.patch(MODEL, settings);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// A field with options that the embedded engine does not find in these tests' texts.
pub fn property_field(w: &World) {
    let field =
        json!({"key": "tipo", "name": "Tipo de propiedad", "type": "select", "options": ["Casa", "Departamento"]});
    assert_eq!(w.post("/api/v1/custom_fields", field).status, 201);
}

/// Waits for something that happens by itself.
pub fn until(what: &str, done: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < end, "{what} never came");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The value of a field of a contact; null where it has none.
pub fn field_of(w: &World, contact: &str, key: &str) -> Value {
    let info = w.info(contact);
    let fields = info["custom_fields"].as_array().unwrap();
    fields.iter().find(|field| field["key"] == key).map_or(Value::Null, |field| field["value"].clone())
}

pub fn state(w: &World) -> Value {
    w.get(MODEL).json()["state"].clone()
}

pub fn nobody_waits(w: &World) {
    until("the end of the line", || state(w)["waiting"] == 0);
}
