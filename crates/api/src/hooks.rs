//! What providers call: `/hooks/whatsapp/{channel}`. The signature over the bytes as they came says who calls; everything that
//! takes time (signature, parsing, phone folding) is done before the one transaction, and 200 is said after its commit.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use crm::channels::{Channel, ChannelSecrets, seal_place, sealed_secrets};
use crm::id::{ChannelId, OrganizationId};
use crm::messages::{Item, Kept, Leftover, Receipt, is_of_the_item, put_aside, receive};
use crm::{Caller, Setup};
use providers::whatsapp_cloud::webhook::{MOST_RAW, Routed, Unreadable, read};
use providers::whatsapp_cloud::{is_signature, is_signed, same_secret};
use serde::Serialize;
use store::{Priority, params};
use tokio::sync::Semaphore;

use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::limits::HOOK_ROOM;
use crate::problem::Problem;

/// Channels whose organization and secrets are kept in memory; beyond, all are read again.
const KEPT: usize = 4096;
/// Items of one transaction; WhatsApp batches up to 1000 of them.
const MOST_AT_ONCE: usize = 1000;
/// From so many bytes on a body is read on a thread that may take its time.
const LARGE: usize = 64 * 1024;
/// Longest challenge that is answered.
const LONGEST_CHALLENGE: usize = 1024;

/// Whose a channel is (for ever), and its secrets as of a version of its row.
pub(crate) struct HookChannels {
    organizations: RwLock<HashMap<ChannelId, OrganizationId>>,
    secrets: RwLock<HashMap<ChannelId, (i64, Arc<ChannelSecrets>)>>,
    /// In KiB: for the bodies that are being read, and those that nobody has checked yet.
    pub(crate) room: Arc<Semaphore>,
}

impl Default for HookChannels {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(HOOK_ROOM / 1024));
        HookChannels { organizations: RwLock::default(), secrets: RwLock::default(), room }
    }
}

#[derive(Serialize)]
struct Received {
    /// Items that were new.
    received: usize,
    /// Items that were here already.
    known: usize,
    /// Items that were kept unread.
    kept: usize,
}

/// Meta's question whether we know the verify token; answered with its challenge.
pub async fn whatsapp_handshake(call: Call) -> Result<Answer, Problem> {
    let id: ChannelId = call.id("channel", "channel")?;
    let setup = setup_of(&call.app, id).await?;
    let query = |name: &str| call.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let (mode, token, challenge) = (query("hub.mode"), query("hub.verify_token"), query("hub.challenge"));
    let mut known = knows(&call.app, &setup, id, token).await?;
    if !known && let Some(fresh) = call.app.crm.setup_since(&setup).await? {
        known = knows(&call.app, &fresh, id, token).await?;
    }
    if mode != "subscribe" || !known || challenge.len() > LONGEST_CHALLENGE {
        let detail = "hub.mode must be subscribe, and hub.verify_token the channel's verify_token.";
        return Err(Problem::new(403, "verify_token_mismatch", detail));
    }
    Ok(Answer::bytes(200, "text/plain; charset=utf-8", Bytes::from(challenge.to_owned())))
}

async fn knows(app: &App, setup: &Setup, id: ChannelId, token: &str) -> Result<bool, Problem> {
    let secrets = secrets_of(app, setup, channel(setup, id)?).await?;
    Ok(secrets.verify_token.as_deref().is_some_and(|known| same_secret(known, token)))
}

/// What is to be known before the body is taken in: whether there is a channel that could have its secret, and anything that
/// looks like a signature.
pub(crate) async fn may_be_signed(call: &Call) -> Result<(), Problem> {
    let id: ChannelId = call.id("channel", "channel")?;
    let setup = setup_of(&call.app, id).await?;
    channel(&setup, id)?;
    is_signature(call.signature.as_deref()).then_some(()).ok_or_else(bad_signature)
}

/// A payload: signed, then read, then stored as one.
pub async fn whatsapp(call: Call) -> Result<Answer, Problem> {
    let id: ChannelId = call.id("channel", "channel")?;
    let mut setup = setup_of(&call.app, id).await?;
    if !signed(&call, &setup, id).await? {
        // The secret may have been renewed by another node a moment ago.
        let fresh = call.app.crm.setup_since(&setup).await?.ok_or_else(bad_signature)?;
        if !signed(&call, &fresh, id).await? {
            return Err(bad_signature());
        }
        setup = fresh;
    }
    let found = parse(call.body.clone()).await?;
    let items = assign(&call.app, &setup, id, found).await?;
    let caller = Caller { organization: setup.id(), ..call.caller.clone() };
    let mut sum = Receipt::default();
    let mut rest = items;
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(MOST_AT_ONCE));
        let now = std::mem::replace(&mut rest, later);
        let receipt = store_all(&call.app, &caller, now.into()).await?;
        sum.new += receipt.new;
        sum.known += receipt.known;
        sum.leftovers += receipt.leftovers;
    }
    Answer::json(200, &Received { received: sum.new, known: sum.known, kept: sum.leftovers })
}

/// An item that comes alone and is bad undid its transaction: it is put aside in another.
async fn store_all(app: &App, caller: &Caller, items: Arc<[(ChannelId, Item)]>) -> Result<Receipt, Problem> {
    let stored = items.clone();
    let error = match app.crm.write(caller, move |w| receive(w, &stored)).await {
        Ok(receipt) => return Ok(receipt),
        Err(error) => error,
    };
    if items.len() != 1 || !is_of_the_item(&error, app.crm.db().engine()) {
        return Err(error.into());
    }
    let put = move |w: &mut crm::Work<'_, '_>| put_aside(w, items[0].0, &items[0].1, &error);
    Ok(app.crm.write(caller, put).await?)
}

fn bad_signature() -> Problem {
    let detail = "X-Hub-Signature-256 is not the HMAC-SHA256 of the body under this channel's app_secret.";
    Problem::new(401, "bad_signature", detail)
}

async fn signed(call: &Call, setup: &Setup, id: ChannelId) -> Result<bool, Problem> {
    let secrets = secrets_of(&call.app, setup, channel(setup, id)?).await?;
    let Some(secret) = &secrets.app_secret else { return Ok(false) };
    Ok(is_signed(secret, &call.body, call.signature.as_deref()))
}

async fn parse(body: Bytes) -> Result<Vec<Routed>, Problem> {
    let found = if body.len() < LARGE {
        read(&body)
    } else {
        tokio::task::spawn_blocking(move || read(&body)).await.map_err(Problem::internal)?
    };
    found.map_err(|error| match error {
        Unreadable::NotJson => Problem::new(400, "malformed_json", "The body must be a JSON object."),
        Unreadable::TooMany => Problem::new(413, "body_too_large", error.to_string()),
    })
}

/// Each item to its channel: by phone number id, else by WhatsApp Business account, among this organization's channels with
/// the secret that signed.
async fn assign(
    app: &App,
    setup: &Setup,
    path: ChannelId,
    found: Vec<Routed>,
) -> Result<Vec<(ChannelId, Item)>, Problem> {
    let own = secrets_of(app, setup, channel(setup, path)?).await?;
    let mut channels: Vec<&Channel> = Vec::new();
    for other in setup.channels.iter().filter(|other| is_whatsapp(other)) {
        if other.id == path || secrets_of(app, setup, other).await.is_ok_and(|s| s.app_secret == own.app_secret) {
            channels.push(other);
        }
    }
    let mut items = Vec::new();
    for Routed { phone_number_id, waba_id, item } in found {
        let account =
            |channel: &&Channel| channel.settings.get("waba_id").and_then(|id| id.as_str()) == waba_id.as_deref();
        let targets: Vec<ChannelId> = match (&phone_number_id, &waba_id) {
            (Some(number), _) => {
                let same = |channel: &&&Channel| channel.phone_number_id.as_ref() == Some(number);
                channels.iter().find(same).map(|channel| channel.id).into_iter().collect()
            }
            // What an account is told concerns all its numbers; what nobody can read is kept once.
            (None, Some(_)) if !matches!(item, Item::Leftover(_)) => {
                channels.iter().copied().filter(account).map(|channel| channel.id).collect()
            }
            (None, _) => vec![path],
        };
        if targets.is_empty() {
            items.push((path, Item::Leftover(unknown_number(&item))));
        }
        items.extend(targets.into_iter().map(|target| (target, item.clone())));
    }
    Ok(items)
}

fn unknown_number(item: &Item) -> Kept {
    match item {
        Item::Leftover(kept) => Kept::new(Leftover::UnknownNumber, kept.raw.clone()),
        other => {
            let text: String = format!("{other:?}").chars().take(MOST_RAW / 4).collect();
            Kept::new(Leftover::UnknownNumber, serde_json::json!({"item": text}).to_string())
        }
    }
}

fn is_whatsapp(channel: &Channel) -> bool {
    channel.speaks_cloud() && !channel.archived
}

fn channel(setup: &Setup, id: ChannelId) -> Result<&Channel, Problem> {
    setup.channel(id).filter(|channel| is_whatsapp(channel)).ok_or_else(|| crm::Error::not_found("channel").into())
}

/// The set-up of the organization that has the channel; 404 where nobody has it.
pub(crate) async fn setup_of(app: &App, id: ChannelId) -> Result<Arc<Setup>, Problem> {
    let known = app.hook_channels.organizations.read().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
    let organization = match known {
        Some(organization) => organization,
        None => {
            let find = move |tx: &mut store::Tx<'_>| -> crm::Result<Option<OrganizationId>> {
                let row = tx.query_opt("SELECT organization_id FROM channels WHERE id = $1", params![id])?;
                Ok(row.map(|row| row.at(0)).transpose()?)
            };
            let found = app.crm.db().read(Priority::Interactive, find).await?;
            let organization = found.ok_or_else(|| crm::Error::not_found("channel"))?;
            let mut known = app.hook_channels.organizations.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(id, organization);
            organization
        }
    };
    let setup = app.crm.setup(organization).await?;
    match setup.channel(id) {
        Some(_) => Ok(setup),
        None => Ok(app.crm.fresh_setup(organization).await?),
    }
}

/// Opened once for each version of the channel's row.
pub(crate) async fn secrets_of(app: &App, setup: &Setup, channel: &Channel) -> Result<Arc<ChannelSecrets>, Problem> {
    let (id, version) = (channel.id, channel.version);
    let known = app.hook_channels.secrets.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    if let Some((known_version, secrets)) = known
        && known_version == version
    {
        return Ok(secrets);
    }
    let caller = Caller::system(setup.id());
    let sealed = app.crm.read(&caller, move |w| sealed_secrets(w, id)).await?;
    let secrets = match sealed {
        Some(sealed) => {
            let plain = app.sealer.open(&seal_place(id), &sealed).map_err(Problem::internal)?;
            serde_json::from_slice(&plain).map_err(|_| Problem::internal("the secrets of a channel are no JSON"))?
        }
        None => ChannelSecrets::default(),
    };
    let secrets = Arc::new(secrets);
    let mut known = app.hook_channels.secrets.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= KEPT {
        known.clear();
    }
    known.insert(id, (version, secrets.clone()));
    Ok(secrets)
}
