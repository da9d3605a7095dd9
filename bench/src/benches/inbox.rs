//! The inbox of a large organization: each view of its list and its search, over the functions themselves, without HTTP.

use std::path::Path;
use std::time::{Duration, Instant};

use crm::access::Caller;
use crm::channels::{self, ChannelDetails, ChannelType, DefaultStage, NewChannel};
use crm::conversations::{self, ConversationFilter, View};
use crm::id::{ChannelId, ContactId, MemberId};
use crm::messages::{self, Incoming, Item, Person, Way};
use crm::organizations::NewOrganization;
use crm::page::PageRequest;
use crm::tags::{self, EntityType, NewTag};
use crm::{Crm, Timestamp, Work, contacts, search};
use store::{Db, SqliteOptions};
use structuring::phone;

use super::{Context, Running};
use crate::Failure;
use crate::report::Report;

const CONVERSATIONS: usize = 100_000;
/// Of each conversation, as they come in.
const MESSAGES: usize = 3;
/// Messages of one transaction.
const BATCH: usize = 500;

const WORDS: &[&str] = &[
    "hola",
    "quisiera",
    "saber",
    "precio",
    "presupuesto",
    "hora",
    "mañana",
    "tarde",
    "gracias",
    "consulta",
    "ortodoncia",
    "implante",
    "limpieza",
    "dolor",
    "muela",
    "urgente",
    "pago",
    "cuotas",
    "tarjeta",
    "dirección",
    "estacionamiento",
    "doctora",
    "control",
    "radiografía",
    "seguro",
    "isapre",
    "fonasa",
    "reembolso",
    "boleta",
    "factura",
    "lunes",
    "martes",
    "sábado",
];
const NAMES: &[&str] =
    &["Camila", "Matías", "Sofía", "Benjamín", "Isidora", "Vicente", "Antonia", "Tomás", "Fernanda", "José"];
const LAST: &[&str] =
    &["González", "Muñoz", "Rojas", "Díaz", "Pérez", "Soto", "Contreras", "Silva", "Martínez", "Núñez"];

pub fn bench<'a>(context: &'a Context, report: &'a mut Report) -> Running<'a> {
    Box::pin(measure(context, report))
}

struct Shop {
    crm: Crm,
    caller: Caller,
    channels: Vec<ChannelId>,
    agent: MemberId,
    tags: [i64; 2],
}

fn set_up(path: &Path) -> Result<Shop, Failure> {
    let crm = Crm::open(Db::open_sqlite(path, SqliteOptions::default())?)?;
    let created = crm.create_organization_blocking(NewOrganization {
        name: "Inbox".into(),
        country: "CL".into(),
        time_zone: None,
        currency: None,
        language: None,
        owner_name: None,
        owner_email: "owner@example.com".into(),
        owner_password_hash: None,
        key_hash: [1; 32],
        key_hint: "rk_inbox".into(),
    })?;
    let caller = Caller::system(created.organization_id);
    let made = crm.write_blocking(&caller, |w: &mut Work<'_, '_>| {
        let mut made = Vec::new();
        for n in 0..3 {
            let details =
                ChannelDetails { phone_number: Some(Some(format!("+5622234560{n}"))), ..ChannelDetails::default() };
            let new = NewChannel {
                id: w.new_id(),
                channel_type: ChannelType::WebWhatsapp,
                name: format!("Canal {n}"),
                country: None,
                details,
                secrets: None,
                default_stage: DefaultStage::First,
                reopen_within_hours: 0,
            };
            made.push(channels::create(w, &new)?.id);
        }
        let mut tag = |value: &str| {
            let new = NewTag { value: value.to_owned(), variant: None, entity_type: EntityType::Contact };
            Ok::<i64, crm::Error>(tags::create(w, &new)?.id)
        };
        let tags = [tag("raro")?, tag("frecuente")?];
        Ok((made, tags, w.setup.members[0].id))
    })?;
    Ok(Shop { crm, caller, channels: made.0, agent: made.2, tags: made.1 })
}

/// Everybody writes, three in four are answered, some are read, tagged, somebody's.
fn fill(shop: &Shop, report: &mut Report) -> Result<(), Failure> {
    let began = Instant::now();
    let now = Timestamp::now();
    let all = CONVERSATIONS * MESSAGES;
    for from in (0..all).step_by(BATCH) {
        let mut items = Vec::new();
        for n in from..from + BATCH {
            let person = n % CONVERSATIONS;
            let number = phone::read_possible(&format!("+5695{person:07}"), None).map_err(|error| error.to_string())?;
            let words: Vec<&str> = (0..8).map(|at| WORDS[(n * 7 + at * at * 13 + n / 97) % WORDS.len()]).collect();
            let name = format!("{} {} {person}", NAMES[person % NAMES.len()], LAST[person / 10 % LAST.len()]);
            let incoming = Incoming {
                provider_id: format!("bench.{n}"),
                person: Person { phone: Some(number), name: Some(name), ..Person::default() },
                kind: "text".to_owned(),
                body: format!("{} {n}", words.join(" ")),
                payload: None,
                files: Vec::new(),
                reply_to: None,
                at: Some(now.plus_seconds(n as i64 - all as i64)),
                way: if n % 4 == 3 { Way::Echo } else { Way::Received },
            };
            // Most by one channel, few by the last.
            let channel = match person % 100 {
                0..90 => 0,
                90..99 => 1,
                _ => 2,
            };
            items.push((shop.channels[channel], Item::Message(Box::new(incoming))));
        }
        shop.crm.write_blocking(&shop.caller, move |w| messages::receive(w, &items).map(drop))?;
    }
    let rate = all as f64 / began.elapsed().as_secs_f64();
    report.row(
        &format!("inbox: {all} messages into {CONVERSATIONS} conversations, {BATCH} to a commit"),
        format!("{rate:.0}/s"),
    );
    label(shop)
}

fn label(shop: &Shop) -> Result<(), Failure> {
    let (agent, tags) = (shop.agent, shop.tags);
    let ids = shop.crm.write_blocking(&shop.caller, |w: &mut Work<'_, '_>| {
        let rows = w.tx.query("SELECT contact_id FROM conversations ORDER BY contact_id", store::params![])?;
        Ok(rows.iter().map(|row| row.at(0)).collect::<Result<Vec<ContactId>, _>>()?)
    })?;
    for (piece, some) in ids.chunks(BATCH).enumerate() {
        let some = some.to_vec();
        shop.crm.write_blocking(&shop.caller, move |w: &mut Work<'_, '_>| {
            for (at, id) in some.iter().enumerate() {
                let n = piece * BATCH + at;
                let contact = contacts::Contact::get(w, *id)?;
                if n.is_multiple_of(10) {
                    contacts::assign(w, &contact, None, agent, contacts::Leaving::Nobody)?;
                }
                match n % 1000 {
                    0 => _ = contacts::replace_tags(w, &contact, &tags)?,
                    _ if n.is_multiple_of(2) => _ = contacts::replace_tags(w, &contact, &tags[1..])?,
                    _ => {}
                }
                if !n.is_multiple_of(5) {
                    conversations::mark_read(w, *id, None)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

async fn measure(context: &Context, report: &mut Report) -> Result<(), Failure> {
    let shop = set_up(&context.directory.join("inbox.db"))?;
    fill(&shop, report)?;
    let none = ConversationFilter::default;
    let stage = shop.crm.write_blocking(&shop.caller, |w| Ok(w.setup.pipelines[0].stages[0].id))?;
    let pipeline = shop.crm.write_blocking(&shop.caller, |w| Ok(w.setup.pipelines[0].id))?;
    let lists: Vec<(&str, View, ConversationFilter)> = vec![
        ("all", View::All, none()),
        ("mine", View::Mine, none()),
        ("unassigned", View::Unassigned, none()),
        ("unread", View::Unread, none()),
        ("waiting", View::Waiting, none()),
        ("of a rare channel", View::All, ConversationFilter { channel: Some(shop.channels[2]), ..none() }),
        ("of a stage", View::All, ConversationFilter { stage: Some(stage), ..none() }),
        ("of a pipeline", View::All, ConversationFilter { pipeline: Some(pipeline), ..none() }),
        ("of a rare tag", View::All, ConversationFilter { tag: Some(shop.tags[0]), ..none() }),
        ("of half of all's tag", View::All, ConversationFilter { tag: Some(shop.tags[1]), ..none() }),
        ("blocked", View::All, ConversationFilter { blocked: true, ..none() }),
        (
            "unread, of a rare tag, an agent and a rare channel",
            View::Unread,
            ConversationFilter {
                tag: Some(shop.tags[0]),
                agent: Some(shop.agent),
                channel: Some(shop.channels[2]),
                ..none()
            },
        ),
    ];
    for (what, view, filter) in lists {
        let (agent, page) = (shop.agent, PageRequest { limit: 50, cursor: None });
        time(&shop, report, &format!("inbox list: {what}"), move |w| {
            conversations::list(w, &filter, view, Some(agent), &page).map(|page| page.data.len())
        })
        .await?;
    }
    let agent = shop.agent;
    time(&shop, report, "inbox counts", move |w| {
        conversations::counts(w, &ConversationFilter::default(), Some(agent)).map(|counts| counts.all as usize)
    })
    .await?;
    for text in [
        "fernanda nu",
        "hol",
        "presupuesto ortod",
        "mañ",
        "+56 9 5004 2",
        "0042",
        "299999",
        "zzz",
        "hola gracias dolor",
    ] {
        time(&shop, report, &format!("search: {text}"), move |w| {
            search::search(w, text, 10).map(|found| found.contacts.len() + found.messages.len())
        })
        .await?;
        time(&shop, report, &format!("inbox list with q: {text}"), move |w| {
            let filter =
                ConversationFilter { among: Some(search::conversations_of(w, text)?), ..ConversationFilter::default() };
            conversations::list(w, &filter, View::All, None, &PageRequest { limit: 50, cursor: None })
                .map(|page| page.data.len())
        })
        .await?;
    }
    Ok(())
}

const TIMES: usize = 100;

async fn time(
    shop: &Shop,
    report: &mut Report,
    what: &str,
    work: impl Fn(&mut Work<'_, '_>) -> crm::Result<usize> + Send + Sync + Clone + 'static,
) -> Result<(), Failure> {
    let mut times: Vec<Duration> = Vec::new();
    let mut found = 0;
    for _ in 0..TIMES {
        let work = work.clone();
        let began = Instant::now();
        found = shop.crm.read(&shop.caller, work).await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let (median, late) = (milliseconds(times[TIMES / 2]), milliseconds(times[TIMES * 99 / 100]));
    report.row(what, format!("p50 {median:.2} ms, p99 {late:.2} ms ({found} found)"));
    Ok(())
}
