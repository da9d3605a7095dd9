//! Nodes wake each other: one more connection that says NOTIFY after our commits and hears the others'.
//!
//! Never in the transactions themselves, where NOTIFY takes a lock that lets one commit at a time through; and not once
//! a commit, but at most every 10 ms. Who is behind a pooler that hands each transaction another session hears nothing,
//! and finds what is new by looking once a second.

use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client};

use super::connector::Connector;
use super::errors;
use crate::Error;
use crate::committed::Signal;

const CHANNEL: &str = "recado_committed";
/// For words of the moment: who says it, a blank, the word.
const PASSING: &str = "recado_passing";
/// Between two words of ours.
const PACE: Duration = Duration::from_millis(10);
/// After the connection broke: from … to.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// The last word on closing: the server may be gone.
const LAST_WORD: Duration = Duration::from_millis(500);

pub(super) struct Wake {
    closing: Arc<Notify>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Wake {
    pub(super) fn start(connector: Arc<Connector>, signal: Arc<Signal>) -> Result<Wake, Error> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Error::unavailable)?;
        let closing = Arc::new(Notify::new());
        let closed = closing.clone();
        let thread = thread::Builder::new().name("store-wake".to_owned());
        let body = move || {
            runtime.block_on(async {
                let (client, word) = (Mutex::new(None), word());
                tokio::select! {
                    () = keep_talking(&connector, &signal, &client, &word) => {}
                    () = closed.notified() => last_word(&client, &word).await,
                }
            });
        };
        let thread = thread.spawn(body).map_err(Error::unavailable)?;
        Ok(Wake { closing, thread: Mutex::new(Some(thread)) })
    }

    pub(super) fn close(&self) {
        self.closing.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Whoever closes inside of this thread would wait for himself: nobody does.
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// What this node says; it knows by it what it hears of itself.
fn word() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

type Talking = Mutex<Option<Arc<Client>>>;

fn talking(client: &Talking, with: Option<Arc<Client>>) {
    *client.lock().unwrap_or_else(PoisonError::into_inner) = with;
}

/// Connects, again and again.
async fn keep_talking(connector: &Connector, signal: &Arc<Signal>, client: &Talking, word: &str) {
    let mut wait = BACK_OFF.0;
    loop {
        match talk(connector, signal, client, word, &mut wait).await {
            Ok(()) => tracing::debug!("the connection that wakes other nodes ended"),
            Err(error) => tracing::debug!(error = errors::text(&error), "nodes cannot wake each other"),
        }
        talking(client, None);
        sleep(wait).await;
        wait = (wait * 2).min(BACK_OFF.1);
    }
}

async fn talk(
    connector: &Connector,
    signal: &Arc<Signal>,
    client: &Talking,
    word: &str,
    wait: &mut Duration,
) -> Result<(), tokio_postgres::Error> {
    let (mine, mut connection) = connector.to_writer().connect(connector.tls()).await?;
    let (heard, own) = (signal.clone(), word.to_owned());
    // Runs beside what is said here; ends with the connection.
    let mut hearing = tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            let AsyncMessage::Notification(notification) = message else { continue };
            match notification.payload().split_once(' ') {
                Some((who, text)) if notification.channel() == PASSING && who != own => {
                    heard.passing.hear(text.into());
                }
                _ if notification.channel() == PASSING || notification.payload() == own => {}
                _ => heard.heard(),
            }
        }
    });
    mine.batch_execute(&format!("LISTEN {CHANNEL}; LISTEN {PASSING}")).await?;
    let mine = Arc::new(mine);
    talking(client, Some(mine.clone()));
    *wait = BACK_OFF.0;
    // Whatever was said while nobody listened.
    signal.heard();
    loop {
        tokio::select! {
            _ = &mut hearing => return Ok(()),
            () = signal.own() => say(&mine, word).await?,
            text = signal.passing.next_outgoing() => {
                mine.execute("SELECT pg_notify($1, $2)", &[&PASSING, &format!("{word} {text}")]).await?;
                continue;
            }
        }
        sleep(PACE).await;
    }
}

async fn say(client: &Client, word: &str) -> Result<(), tokio_postgres::Error> {
    client.batch_execute(&format!("NOTIFY {CHANNEL}, '{word}'")).await
}

/// Of the commits whose word still waited for its turn: a server hears what a command line did before the command has
/// ended. Where it fails the others find out by themselves.
async fn last_word(client: &Talking, word: &str) {
    let client = client.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(client) = client
        && !matches!(timeout(LAST_WORD, say(&client, word)).await, Ok(Ok(())))
    {
        tracing::debug!("the last commits were not announced");
    }
}
