//! The client against real servers on loopback.

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this is tests")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::Method;
use hyper::header::{AUTHORIZATION, HeaderValue};
use providers::http::{HttpOptions, Request, Resolver};
use providers::webhook::{Delivery, Secret, deliver};
use providers::{Http, HttpError, Networks, Policy, Target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PATIENCE: Duration = Duration::from_secs(20);

/// Answers every request on every connection by `answer`, after its headers came; keeps what it was sent.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

async fn serve(answer: impl Fn(&str) -> String + Send + Sync + Clone + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (seen, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let (kept, count) = (seen.clone(), connections.clone());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let (kept, answer) = (kept.clone(), answer.clone());
            tokio::spawn(async move {
                while let Some(head) = read_head(&mut stream).await {
                    let said = answer(&head);
                    kept.lock().unwrap().push(head);
                    if stream.write_all(said.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    Server { port, seen, connections }
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

fn ok(_: &str) -> String {
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".to_owned()
}

fn loopback() -> Networks {
    Networks::parse("127.0.0.0/8").unwrap()
}

fn open_to_webhooks() -> Http {
    Http::new(HttpOptions { webhooks_allow: loopback(), ..HttpOptions::default() })
}

fn get(to: &str) -> Request {
    Request::new(Method::GET, Target::parse(to).unwrap(), PATIENCE)
}

async fn refused(http: &Http, policy: Policy, to: &str) -> HttpError {
    match http.send(policy, get(to)).await {
        Err(error) => error,
        Ok(answer) => panic!("{to} answered {}", answer.status),
    }
}

#[tokio::test]
async fn a_policy_opens_its_networks_and_shares_no_connection() {
    let server = serve(ok).await;
    let to = format!("http://127.0.0.1:{}/", server.port);
    let http = open_to_webhooks();
    let (body, whole) = http.send(Policy::Webhooks, get(&to)).await.unwrap().read(100).await.unwrap();
    assert_eq!((&body[..], whole), (&b"hi"[..], true));
    // An idle connection to that very place is there now.
    let error = refused(&http, Policy::Outbound, &to).await;
    assert!(matches!(error, HttpError::Refused(_)) && !error.may_have_arrived(), "{error}");
    assert_eq!(server.seen.lock().unwrap().len(), 1);
}

/// A model on this machine is the usual case; webhooks to it are not.
#[tokio::test]
async fn what_is_open_to_models_is_open_to_nothing_else() {
    let server = serve(ok).await;
    let to = format!("http://127.0.0.1:{}/", server.port);
    let http = Http::new(HttpOptions { models_allow: loopback(), ..HttpOptions::default() });
    assert_eq!(http.send(Policy::Models, get(&to)).await.unwrap().status, 200);
    for policy in [Policy::Webhooks, Policy::Outbound] {
        assert!(matches!(refused(&http, policy, &to).await, HttpError::Refused(_)));
    }
    assert!(matches!(refused(&open_to_webhooks(), Policy::Models, &to).await, HttpError::Refused(_)));
}

#[tokio::test]
async fn private_addresses_are_refused_in_every_spelling() {
    let server = serve(ok).await;
    let http = Http::default();
    // The last three are 127.0.0.1 to the machine's resolver.
    for host in
        ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "localhost", "2130706433", "0x7f.1", "127.1"]
    {
        let to = format!("http://{host}:{}/", server.port);
        for policy in [Policy::Webhooks, Policy::Models, Policy::Outbound] {
            let error = refused(&http, policy, &to).await;
            assert!(!error.may_have_arrived(), "{host}: {error}");
        }
        let target = Target::parse(&to).unwrap();
        assert!(http.check(Policy::Webhooks, &target, PATIENCE).await.is_err(), "{host}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
}

/// Answers one list of addresses after the other, the last one for ever.
fn resolver(answers: Vec<Vec<&str>>) -> (Resolver, Arc<AtomicUsize>) {
    let answers: Vec<Vec<IpAddr>> =
        answers.into_iter().map(|list| list.into_iter().map(|ip| ip.parse().unwrap()).collect()).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let resolver: Resolver = Arc::new(move |_: &str| {
        let n = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let answer = answers[n].clone();
        Box::pin(async move { Ok(answer) })
    });
    (resolver, asked)
}

#[tokio::test]
async fn a_name_that_resolves_elsewhere_after_the_check_gains_nothing() {
    let server = serve(ok).await;
    let (resolver, asked) = resolver(vec![vec!["93.184.215.14"], vec!["127.0.0.1"]]);
    let http = Http::new(HttpOptions { resolver: Some(resolver), ..HttpOptions::default() });
    let to = format!("http://rebind.example:{}/", server.port);
    http.check(Policy::Webhooks, &Target::parse(&to).unwrap(), PATIENCE).await.unwrap();
    assert!(matches!(refused(&http, Policy::Webhooks, &to).await, HttpError::Refused(_)));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn one_private_address_among_public_ones_is_enough_to_refuse() {
    let server = serve(ok).await;
    let (resolver, _) = resolver(vec![vec!["93.184.215.14", "10.0.0.1"]]);
    let http = Http::new(HttpOptions {
        resolver: Some(resolver),
        webhooks_allow: loopback(),
        outbound_allow: loopback(),
        ..HttpOptions::default()
    });
    let to = format!("http://two.example:{}/", server.port);
    assert!(matches!(refused(&http, Policy::Webhooks, &to).await, HttpError::Refused(_)));
}

#[tokio::test]
async fn what_was_checked_is_what_is_connected_to() {
    let server = serve(ok).await;
    let (resolver, asked) = resolver(vec![vec!["127.0.0.1"], vec!["127.0.0.2"]]);
    let http =
        Http::new(HttpOptions { resolver: Some(resolver), webhooks_allow: loopback(), ..HttpOptions::default() });
    let to = format!("http://once.example:{}/", server.port);
    assert_eq!(http.send(Policy::Webhooks, get(&to)).await.unwrap().status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(server.seen.lock().unwrap()[0].contains("host: once.example"));
}

#[tokio::test]
async fn redirects_are_followed_only_where_allowed_and_each_is_checked() {
    let inside = serve(|_| {
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n".to_owned()
    });
    let inside = inside.await;
    let to = format!("http://127.0.0.1:{}/", inside.port);
    let http = open_to_webhooks();
    assert_eq!(http.send(Policy::Webhooks, get(&to)).await.unwrap().status, 302);
    let mut followed = get(&to);
    followed.redirects = 3;
    assert!(matches!(http.send(Policy::Webhooks, followed).await, Err(HttpError::Refused(_))));
}

#[tokio::test]
async fn a_secret_stays_at_its_origin() {
    let other = serve(ok).await;
    let port = other.port;
    let first = serve(move |_| {
        format!("HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:{port}/there\r\ncontent-length: 0\r\n\r\n")
    })
    .await;
    let mut request = get(&format!("http://127.0.0.1:{}/", first.port));
    request.redirects = 1;
    request.headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer secret"));
    assert_eq!(open_to_webhooks().send(Policy::Webhooks, request).await.unwrap().status, 200);
    assert!(first.seen.lock().unwrap()[0].contains("Bearer secret"));
    assert!(!other.seen.lock().unwrap()[0].contains("secret"));
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let flood = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
        let piece = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        let mut sent = 0usize;
        while stream.write_all(piece.as_bytes()).await.is_ok() {
            sent += piece.len();
        }
        sent
    });
    let to = format!("http://127.0.0.1:{port}/");
    let answer = open_to_webhooks().send(Policy::Webhooks, get(&to)).await.unwrap();
    let (body, whole) = answer.read(64 * 1024).await.unwrap();
    assert_eq!((body.len(), whole), (64 * 1024, false));
    // The connection is closed: the flood ends by itself, after what the sockets hold.
    assert!(flood.await.unwrap() < 64 << 20);
}

#[tokio::test]
async fn who_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let mut request = get(&to);
    request.within = Duration::from_millis(50);
    let error = open_to_webhooks().send(Policy::Webhooks, request).await.err().unwrap();
    assert!(error == HttpError::TimedOut && error.may_have_arrived());
    drop(listener);
    let error = refused(&open_to_webhooks(), Policy::Webhooks, &to).await;
    assert!(matches!(error, HttpError::Unreachable(_)) && !error.may_have_arrived(), "{error}");
}

/// An answer that is read to its end is none that floods, however large; a longer one is.
#[tokio::test]
async fn an_answer_floods_that_is_more_than_is_read() {
    const READ: usize = 64 * 1024;
    for (size, floods) in [(READ, false), (READ + 1, true)] {
        let server =
            serve(move |_| format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n{}", "x".repeat(size))).await;
        let http = Http::new(HttpOptions { webhooks_allow: loopback(), ..HttpOptions::default() });
        let delivery = Delivery {
            url: format!("http://127.0.0.1:{}/", server.port),
            id: "msg_1".to_owned(),
            body: "{}".into(),
            secrets: vec![Secret::random().unwrap()],
            within: PATIENCE,
        };
        let outcome = deliver(&http, &delivery).await;
        assert_eq!((outcome.status, outcome.floods), (Some(200), floods), "{size}: {:?}", outcome.error);
    }
}
