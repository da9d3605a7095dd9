//! Ways in and out. Their secrets are sealed here, before anything is written, and never answered.

use std::sync::Arc;
use std::time::Duration;

use crm::channels::{
    self, Channel, ChannelDetails, ChannelPatch, ChannelProblem, ChannelSecrets, ChannelType, ChannelView,
    DefaultStage, NewChannel, SealedSecrets, seal_place, sealed_secrets,
};
use crm::id::{ChannelId, IdSource, StageId};
use crm::page::{Page, PageRequest, is_placed, placed};
use crm::{Problems, Setup, Timestamp, messages, outbox};
use providers::whatsapp_cloud::Finding;
use schemars::JsonSchema;
use serde::Serialize;

use super::channel_check::{Check, check, found, state};
use super::outside;
use super::paging::page;
use super::removal::Archive;
use super::widget::WidgetInput;
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{COUNTRY, List, PhoneText, Text, TextOrNumber, Whole, id, nested};
use crate::one_of;
use crate::problem::Problem;

const NAME: Text = Text { max: 100 };
const META_ID: TextOrNumber = TextOrNumber { max: 32 };
const SECRET: Text = Text { max: 4096 };
const URL: Text = Text { max: 2048 };
const VERSION: Text = Text { max: 16 };
const ORIGINS: List<Text> = List { of: Text { max: 2048 }, max: 100 };
const HOURS: Whole = Whole { min: 0, max: channels::MOST_REOPEN_HOURS };
/// For the live check of a channel.
const LIVE_WITHIN: Duration = Duration::from_secs(5);
/// A patch of secrets that met another one starts over so often.
const ATTEMPTS: usize = 3;

fn answer(setup: &Setup, channel: &Channel) -> Result<Answer, Problem> {
    Ok(Answer::json(200, &channels::view(setup, channel))?.etag(channel.version))
}

#[derive(Debug)]
pub struct ChannelsQuery {
    channel_type: Option<ChannelType>,
    page: PageRequest,
}

impl Input for ChannelsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let channel_type = f.optional("type", one_of!(ChannelType), "Only those of this type.");
        Some(ChannelsQuery { channel_type, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: ChannelsQuery = call.read_query()?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let wanted = |channel: &&Channel| {
        !channel.archived && query.channel_type.is_none_or(|channel_type| channel.channel_type == channel_type)
    };
    let key = |channel: &&Channel| placed(channel.created_at.micros(), channel.id);
    let view = |channel: &Channel| channels::view(&setup, channel);
    let found = setup.channels.iter().filter(wanted);
    Answer::json(200, &Page::<ChannelView>::of_sorted(found, &query.page, is_placed, key, view)?)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ChannelId = call.id("id", "channel")?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    answer(&setup, channels::get(&setup, id)?)
}

fn read_secrets(f: &mut Fields<'_>) -> ChannelSecrets {
    ChannelSecrets {
        access_token: f.optional("access_token", SECRET, "whatsapp: for calls to the Graph API. Kept sealed."),
        app_secret: f.optional("app_secret", SECRET, "whatsapp: signs incoming webhooks. Kept sealed."),
        verify_token: f.optional(
            "verify_token",
            SECRET,
            "whatsapp: what Meta repeats when it first calls. Kept sealed.",
        ),
        visitor_secret: None,
    }
}

fn read_details(f: &mut Fields<'_>) -> ChannelDetails {
    let number = "The own number, except of webchat; national forms are read as of the country.";
    ChannelDetails {
        phone_number: f.nullable("phone_number", PhoneText, number),
        phone_number_id: f.nullable("phone_number_id", META_ID, "whatsapp: digits."),
        waba_id: f.nullable("waba_id", META_ID, "whatsapp: digits."),
        graph_base_url: f.nullable(
            "graph_base_url",
            URL,
            "whatsapp: https, or on this machine; null for Meta's. A change of it needs the access_token anew.",
        ),
        graph_version: f.nullable("graph_version", VERSION, "whatsapp: such as v26.0; null for the usual one."),
        messages_per_second: f.nullable("messages_per_second", Whole { min: 1, max: 1000 }, "whatsapp: by itself 80."),
        allowed_origins: f.nullable(
            "allowed_origins",
            ORIGINS,
            "webchat: the pages that may embed it; `https://*.shop.example` for all below.",
        ),
        widget: f
            .nullable(
                "widget",
                nested::<WidgetInput>(Style::Strict),
                "webchat: how its widget looks and behaves; null for the usual.",
            )
            .map(|said| said.map(|widget| widget.0)),
    }
}

/// Absent: none. Null: nowhere.
fn read_default_stage(f: &mut Fields<'_>) -> Option<DefaultStage> {
    let about = "Where a new conversation is put: null for nowhere; never said, the first stage of the first pipeline.";
    let stage = f.nullable("default_stage_id", id::<StageId>(), about)?;
    Some(stage.map_or(DefaultStage::None, DefaultStage::Stage))
}

const REOPEN: &str = "A ticket closed so recently is opened again rather than a new one made. By itself 0: never.";

#[derive(Debug)]
pub struct CreateInput {
    channel_type: ChannelType,
    name: String,
    country: Option<String>,
    details: ChannelDetails,
    secrets: ChannelSecrets,
    default_stage: Option<DefaultStage>,
    reopen_within_hours: Option<i64>,
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let channel_type = f.required("type", one_of!(ChannelType), "Never changes.");
        let name = f.required("name", NAME, "");
        let country = f.optional("country", COUNTRY, "ISO 3166-1 alpha-2; by itself the organization's.");
        let details = read_details(f);
        let secrets = read_secrets(f);
        let default_stage = read_default_stage(f);
        let reopen_within_hours = f.optional("reopen_within_hours", HOURS, REOPEN);
        Some(CreateInput {
            channel_type: channel_type?,
            name: name?,
            country,
            details,
            secrets,
            default_stage,
            reopen_within_hours,
        })
    }
}

/// A channel that was just made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedChannel {
    #[serde(flatten)]
    pub channel: ChannelView,
    pub check: Check,
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let input: CreateInput = call.read_body()?;
    let seed = uuid::Uuid::new_v4().as_u64_pair().0;
    let id = ChannelId(IdSource::new(call.app.crm.now(), seed).new_uuid());
    let mut new = NewChannel {
        id,
        channel_type: input.channel_type,
        name: input.name,
        country: input.country,
        details: input.details,
        secrets: None,
        default_stage: input.default_stage.unwrap_or(DefaultStage::First),
        reopen_within_hours: input.reopen_within_hours.unwrap_or(0),
    };
    let secrets = input.secrets;
    call.prepare(|setup| {
        let mut problems = Problems::default();
        new.check(setup, &mut problems);
        secrets.check(new.channel_type, true, &mut problems);
        Ok(problems.check()?)
    })
    .await?;
    if !secrets.is_empty() {
        new.secrets = Some(seal(&call.app, id, &secrets)?);
    }
    let secrets = Some(secrets).filter(|secrets| !secrets.is_empty());
    let sealed = new.secrets.clone();
    let made = call
        .write(
            move |w| channels::create(w, &new),
            move |channel, setup| {
                let check = check(setup, channel, secrets.as_ref());
                let created = CreatedChannel { channel: channels::view(setup, channel), check };
                Ok(Answer::json(201, &created)?.etag(channel.version))
            },
        )
        .await?;
    // A repetition made another channel in its time; that one was asked about then.
    let replayed = made.headers.iter().any(|(name, _)| *name == "idempotency-replayed");
    if replayed || sealed.is_none() {
        return Ok(made);
    }
    // It is made, whatever comes of asking.
    match live(&call, id).await {
        Ok((setup, channel, check)) if check.live => {
            let created = CreatedChannel { channel: channels::view(&setup, &channel), check };
            made.with_json(201, &created)
        }
        _ => Ok(made),
    }
}

/// Asks WhatsApp, and keeps what it says as the channel's state; within 5 seconds. Where nobody can be asked, what is known here.
async fn live(call: &Call, id: ChannelId) -> Result<(Arc<Setup>, Channel, Check), Problem> {
    let (setup, channel, sealed) = call
        .read(move |w| {
            let channel = channels::get(&w.setup, id)?.clone();
            Ok((w.setup.clone(), channel, sealed_secrets(w, id)?))
        })
        .await?;
    let secrets = sealed.as_deref().and_then(|sealed| open(&call.app, id, sealed));
    let mut check = check(&setup, &channel, secrets.as_ref());
    let Ok(Some(graph)) = outside::graph(call, &channel, sealed.as_deref()) else {
        return Ok((setup, channel, check));
    };
    let Ok(answer) = tokio::time::timeout(LIVE_WITHIN, graph.check()).await else {
        let message = format!("WhatsApp did not answer within {} seconds.", LIVE_WITHIN.as_secs());
        check.problems.push(found(&Finding {
            code: "not_reachable",
            title: message,
            details: None,
            advice: "Check again in a while.".to_owned(),
        }));
        check.ok = false;
        return Ok((setup, channel, check));
    };
    check.live = true;
    check.problems.extend(answer.problems.iter().map(found));
    check.ok = check.problems.is_empty();
    let (state, problem) = state(&answer.problems);
    let version = channel.version;
    let (setup, channel) = call
        .app
        .crm
        .write(&call.caller, move |w| {
            // Somebody changed it while WhatsApp was asked: what it said was about something else.
            if channels::get(&w.setup, id)?.version == version {
                channels::set_state(w, id, state, problem.as_ref(), true)?;
            }
            Ok((w.setup.clone(), channels::get(&w.setup, id)?.clone()))
        })
        .await?;
    Ok((setup, channel, check))
}

fn seal(app: &App, id: ChannelId, secrets: &ChannelSecrets) -> Result<Vec<u8>, Problem> {
    let plain = serde_json::to_vec(secrets).map_err(Problem::internal)?;
    app.sealer.seal(&seal_place(id), &plain).map_err(Problem::internal)
}

/// None where they do not open: sealed under another key, or damaged.
fn open(app: &App, id: ChannelId, sealed: &[u8]) -> Option<ChannelSecrets> {
    let plain = app.sealer.open(&seal_place(id), sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}

#[derive(Debug)]
pub struct UpdateInput {
    patch: ChannelPatch,
    secrets: ChannelSecrets,
}

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.optional("name", NAME, "");
        let country = f.optional("country", COUNTRY, "The own number stays what it is.");
        let details = read_details(f);
        let secrets = read_secrets(f);
        let default_stage = read_default_stage(f);
        let reopen_within_hours = f.optional("reopen_within_hours", HOURS, REOPEN);
        let patch = ChannelPatch {
            name,
            country,
            details,
            default_stage,
            reopen_within_hours,
            secrets: None,
            sends_token: secrets.access_token.is_some(),
            if_version: None,
        };
        Some(UpdateInput { patch, secrets })
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: ChannelId = call.id("id", "channel")?;
    let UpdateInput { mut patch, secrets } = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.prepare(|setup| {
        let current = channels::get(setup, id)?;
        let mut problems = Problems::default();
        patch.check(setup, current, &mut problems);
        secrets.check(current.channel_type, false, &mut problems);
        Ok(problems.check()?)
    })
    .await?;
    let mut attempt = 1;
    loop {
        if !secrets.is_empty() {
            patch.secrets = Some(renewed(&call, id, &secrets).await?);
        }
        let wanted = patch.clone();
        let written =
            call.write(move |w| channels::update(w, id, &wanted), |channel, setup| answer(setup, channel)).await;
        match written {
            Ok(answer) if !secrets.is_empty() => {
                // Mended, most likely: what WhatsApp says decides whether what waits may go.
                if let Err(problem) = live(&call, id).await {
                    tracing::debug!(detail = problem.detail, "a changed channel could not be checked");
                }
                return Ok(answer);
            }
            // Somebody else's change came between reading the other secrets and writing; not one that the caller minds.
            Err(problem) if problem.status == 412 && patch.if_version.is_none() && attempt < ATTEMPTS => attempt += 1,
            written => return written,
        }
    }
}

/// The secrets that were sent over those that are kept, sealed. Kept ones that do not open any more are given up: whoever
/// lost the key can only set all of them anew.
async fn renewed(call: &Call, id: ChannelId, sent: &ChannelSecrets) -> Result<SealedSecrets, Problem> {
    let (version, sealed) = call
        .read(move |w| {
            let version = channels::get(&w.setup, id)?.version;
            Ok((version, sealed_secrets(w, id)?))
        })
        .await?;
    let kept = sealed.and_then(|sealed| open(&call.app, id, &sealed)).unwrap_or_default();
    let sealed = seal(&call.app, id, &sent.clone().or(kept))?;
    Ok(SealedSecrets { sealed, based_on: Some(version) })
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: ChannelId = call.id("id", "channel")?;
    let Archive(archive) = call.read_query()?;
    let version = call.if_version()?;
    let work = move |w: &mut crm::Work<'_, '_>| channels::remove(w, id, version, archive);
    call.write(work, |removed, _: &Setup| Answer::json(200, removed)).await
}

/// How a channel does.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChannelStatus {
    pub id: ChannelId,
    #[serde(rename = "type")]
    pub channel_type: ChannelType,
    /// `unchecked`, `connected`, `attention`, `needs_token`, `restricted`, `not_registered`; others `unpaired`, `ready`.
    pub status: String,
    /// What stops it, or is to be known of it.
    pub problem: Option<ChannelProblem>,
    /// When WhatsApp was last asked.
    pub checked_at: Option<Timestamp>,
    /// Messages that wait or are being sent, and those of which nobody knows whether they arrived.
    pub waiting: i64,
    pub unknown: i64,
    pub check: Check,
}

async fn checked(call: &Call) -> Result<(Channel, Check), Problem> {
    let id: ChannelId = call.id("id", "channel")?;
    let (setup, channel, sealed) = call
        .read(move |w| {
            let channel = channels::get(&w.setup, id)?.clone();
            Ok((w.setup.clone(), channel, sealed_secrets(w, id)?))
        })
        .await?;
    let secrets = sealed.and_then(|sealed| open(&call.app, id, &sealed));
    let check = check(&setup, &channel, secrets.as_ref());
    Ok((channel, check))
}

pub async fn status(call: Call) -> Result<Answer, Problem> {
    let (channel, check) = checked(&call).await?;
    let id = channel.id;
    let (waiting, unknown) = call.read(move |w| Ok((outbox::count_of(w, id)?, messages::unknown_of(w, id)?))).await?;
    let status = ChannelStatus {
        id,
        channel_type: channel.channel_type,
        status: channel.status,
        problem: channel.problem,
        checked_at: channel.checked_at,
        waiting,
        unknown,
        check,
    };
    Answer::json(200, &status)
}

pub async fn run_check(call: Call) -> Result<Answer, Problem> {
    let id: ChannelId = call.id("id", "channel")?;
    Answer::json(200, &live(&call, id).await?.2)
}
