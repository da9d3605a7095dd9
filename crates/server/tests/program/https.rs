//! Webhooks over TLS: the program trusts what the machine trusts, and nothing else.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::world::{Server, init, recado, text};

const NUMBER: &str = "+56223456789";

/// A certificate authority of a test's own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A receiver that proves to be `name`; its port, and the bodies that came.
    fn receiver(&self, name: &str) -> (u16, Arc<Mutex<Vec<String>>>) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &*self.0).unwrap();
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = bodies.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
                // Fails where the other side does not trust us.
                if let Ok(body) = take(&mut stream) {
                    kept.lock().unwrap().push(body);
                }
            }
        });
        (port, bodies)
    }
}

fn take<S: Read + Write>(stream: &mut S) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body)?;
    stream.write_all(b"HTTP/1.1 204 x\r\nconnection: close\r\n\r\n")?;
    stream.flush()?;
    Ok(String::from_utf8(body).unwrap())
}

#[test]
fn a_receiver_with_a_trusted_certificate_gets_its_webhooks_and_no_other_does() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let key = init(&data);
    let (trusted, stranger) = (Authority::new(), Authority::new());
    // Where the machine's own authorities are looked for.
    let authorities = directory.path().join("authorities.pem");
    std::fs::write(&authorities, trusted.0.pem()).unwrap();
    let arguments = ["serve", "--data-dir", text(&data), "--listen", "127.0.0.1:0", "--log", "warn"];
    let server = Server::spawn(
        recado(&arguments).env("SSL_CERT_FILE", &authorities).env("RECADO_WEBHOOKS_ALLOW", "127.0.0.0/8"),
    );
    let post = |path: &str, body: Value| {
        let (status, answer) = server.post(path, &key, &body);
        assert_eq!(status, 201, "{answer}");
        answer
    };
    let (good, came) = trusted.receiver("127.0.0.1");
    let (other_name, nothing) = trusted.receiver("crm.example.com");
    let (unknown, nothing_either) = stranger.receiver("127.0.0.1");
    let mut webhook = |port: u16| {
        let made =
            post("/api/webhooks", json!({"url": format!("https://127.0.0.1:{port}/hook"), "topic": "note.created"}));
        made["id"].as_str().unwrap().to_owned()
    };
    let [good, other_name, unknown] = [good, other_name, unknown].map(&mut webhook);
    post("/api/v1/channels", json!({"type": "playground", "name": "Pruebas", "phone_number": NUMBER}));
    let person = json!({"channel": "playground", "channel_phone_number": NUMBER, "contact_phone_number": "+56955501234",
                        "note": "Por TLS"});
    post("/api/public/customer/upsert/info", person);
    let call = |webhook: &str| {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let calls = server.get(&format!("/api/webhooks/calls?webhook_id={webhook}"), &key).1;
            if let Some(call) = calls["calls"].as_array().and_then(|calls| calls.first()) {
                return call.clone();
            }
            assert!(Instant::now() < until, "{calls}");
            thread::sleep(Duration::from_millis(20));
        }
    };
    let delivered = call(&good);
    assert_eq!((&delivered["outcome"], &delivered["status"]), (&json!("delivered"), &json!(204)), "{delivered}");
    assert!(came.lock().unwrap()[0].contains("Por TLS"));
    for id in [&other_name, &unknown] {
        let refused = call(id);
        assert_eq!(refused["outcome"], "retrying", "{refused}");
        assert!(refused["error"].as_str().unwrap().contains("no secure connection"), "{refused}");
    }
    assert_eq!(
        (nothing.lock().unwrap().len(), nothing_either.lock().unwrap().len()),
        (0, 0),
        "not a byte of the event"
    );
}
