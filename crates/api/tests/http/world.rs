//! Two organizations on one fresh database behind one real server, each with a channel of every type, two pipelines,
//! members and custom fields.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use api::limits::Rate;
use api::seal::Sealer;
use api::{ApiOptions, App, key};
use crm::access::Caller;
use crm::channels::{self, ChannelDetails, ChannelType, DefaultStage, NewChannel};
use crm::fields::{self, Entity, NewField};
use crm::id::OrganizationId;
use crm::keys::{self, NewKey};
use crm::members::{self, NewMember};
use crm::organizations::NewOrganization;
use crm::pipelines::{self, NewPipeline, NewStage, Outcome};
use crm::tags::{self, EntityType, NewTag};
use crm::{Crm, Timestamp, Work};
use providers::http::HttpOptions;
use providers::{Http, Networks};
use serde_json::{Value, json};
use store::testing::each_engine;
use store::{Db, Engine, Priority, params};
use structuring::FieldType;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::client::{self, Reply};

pub const UPSERT: &str = "/api/public/customer/upsert/info";

/// The organization's own numbers and ids.
pub const PLAYGROUND: &str = "+56223456789";
pub const WHATSAPP: &str = "+56911112222";
pub const PHONE_ID: &str = "106540352242922";
pub const WEB_WHATSAPP: &str = "+56933334444";

/// One organization, ids as text.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    pub organization: OrganizationId,
    pub key: String,
    pub playground: String,
    pub whatsapp: String,
    pub web_whatsapp: String,
    pub webchat: String,
    pub pipeline: String,
    pub other_pipeline: String,
    /// New, in conversation, proposal, won, lost.
    pub stages: Vec<String>,
    /// Only stage of the other pipeline.
    pub elsewhere: String,
    pub owner: String,
    pub agent: String,
    pub inactive: String,
    /// `vip` for contacts, `urgente` for tickets.
    pub vip: i64,
    pub urgent: i64,
}

pub struct World {
    pub crm: Crm,
    pub db: Db,
    pub here: Shop,
    pub there: Shop,
    server: Server,
    /// Added to the machine's clock, in microseconds.
    ahead: Arc<AtomicI64>,
}

/// Listens until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    pub app: Arc<App>,
    runtime: Runtime,
}

impl Server {
    pub fn start(crm: &Crm, options: ApiOptions) -> Server {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let webhooks_allow = Networks::parse("127.0.0.0/8").unwrap();
        let models_allow = webhooks_allow.clone();
        let http = Http::new(HttpOptions { webhooks_allow, models_allow, ..HttpOptions::default() });
        let app = App::new(crm.clone(), Sealer::new(&[7; 32]), http, options);
        runtime.spawn(api::serve(app.clone(), listener, std::future::pending()));
        Server { address, app, runtime }
    }

    /// Waits for something that the server does by itself.
    pub fn wait_for<T>(&self, done: impl Future<Output = T>) -> T {
        self.runtime.block_on(done)
    }
}

/// Runs on each engine, with a fresh world.
pub fn each(body: impl Fn(&World)) {
    each_engine(|db| body(&World::new(db)));
}

fn many_events() -> ApiOptions {
    ApiOptions { event_rate_limit: Some(Rate { requests: 1_000_000, seconds: 1 }), ..ApiOptions::default() }
}

impl World {
    fn new(db: &Db) -> World {
        // Not the machine's day: what goes away does so by date.
        let begin = Timestamp::parse_utc("2026-12-01T12:00:00Z").unwrap();
        let ahead = Arc::new(AtomicI64::new(begin.micros() - Timestamp::now().micros()));
        let clock = {
            let ahead = ahead.clone();
            Arc::new(move || Timestamp::from_micros(Timestamp::now().micros() + ahead.load(Ordering::Relaxed)))
        };
        let crm = Crm::open_with_clock(db.clone(), clock).unwrap();
        let here = shop(&crm, 1, "CL");
        let there = shop(&crm, 2, "BR");
        let server = Server::start(&crm, many_events());
        World { crm, db: db.clone(), here, there, server, ahead }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Puts the clock to an instant to come.
    pub fn wait_until(&self, at: &str) {
        let at = Timestamp::parse_utc(at).unwrap();
        self.ahead.fetch_add(at.micros() - self.now().micros(), Ordering::Relaxed);
    }

    /// Another server over the same database, as after a restart: nothing in memory is shared.
    pub fn restarted(&self) -> Server {
        let ahead = self.ahead.clone();
        let clock = Arc::new(move || Timestamp::from_micros(Timestamp::now().micros() + ahead.load(Ordering::Relaxed)));
        Server::start(&Crm::open_with_clock(self.db.clone(), clock).unwrap(), many_events())
    }

    /// Puts the clock forward.
    pub fn wait(&self, seconds: i64) {
        self.ahead.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        self.crm.now()
    }

    pub fn raw(&self, key: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        let mut all = vec![("x-api-key", key)];
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        all.extend_from_slice(headers);
        client::send(self.server.address, method, path, &all, body).unwrap()
    }

    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let body = body.map(Value::to_string);
        self.raw(&self.here.key, method, path, headers, body.as_ref().map(String::as_bytes))
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[], None)
    }

    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, &[], Some(&body))
    }

    pub fn patch(&self, path: &str, body: Value) -> Reply {
        self.call("PATCH", path, &[], Some(&body))
    }

    /// C1 on the playground with more members; its answer.
    pub fn upsert(&self, phone: impl Into<Value>, more: Value) -> Reply {
        let mut body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND});
        body["contact_phone_number"] = phone.into();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post(UPSERT, body)
    }

    /// A contact on the playground; its id.
    pub fn contact(&self, phone: &str) -> String {
        text(&self.upsert(phone, json!({})).json()["id"])
    }

    pub fn info(&self, contact: &str) -> Value {
        self.get(&format!("/api/public/contact/{contact}/info")).json()
    }

    /// A contact with an open ticket in the first stage: (contact, ticket).
    pub fn ticket(&self, phone: &str) -> (String, String) {
        let contact = text(&self.upsert(phone, json!({"stageId": self.here.stages[0]})).json()["id"]);
        let ticket = text(&self.info(&contact)["active_ticket"]["id"]);
        (contact, ticket)
    }

    /// Rows of every table.
    pub fn counts(&self) -> BTreeMap<String, i64> {
        let read = |tx: &mut store::Tx<'_>| -> Result<BTreeMap<String, i64>, store::Error> {
            let mut counts = BTreeMap::new();
            for table in tables() {
                let row = tx.query_one(&format!("SELECT count(*) AS n FROM {table}"), params![])?;
                counts.insert(table, row.at(0)?);
            }
            Ok(counts)
        };
        self.db.read_blocking(Priority::Interactive, read).unwrap()
    }

    /// One number.
    pub fn number(&self, sql: &str) -> i64 {
        let sql = sql.to_owned();
        let read = move |tx: &mut store::Tx<'_>| -> Result<i64, store::Error> { tx.query_one(&sql, params![])?.at(0) };
        self.db.read_blocking(Priority::Interactive, read).unwrap()
    }

    /// A message of the person's, so long ago.
    pub fn inbound(&self, contact: &str, body: &str, seconds_ago: i64) {
        let (contact, body) = (contact.parse::<crm::id::ContactId>().unwrap(), body.to_owned());
        let at = self.now().plus_seconds(-seconds_ago);
        self.work(move |w| {
            let id: crm::id::MessageId = w.new_id();
            let organization = w.organization();
            let channel = crm::contacts::Contact::get(w, contact)?.channel_id;
            w.tx.execute(
                "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor, sent_at,
                                       created_at)
                 VALUES ($1, $2, $3, $4, 'inbound', 'text', $5, 'received', 'system', $6, $6)",
                params![organization, id, contact, channel, body, at],
            )?;
            w.tx.execute(
                "UPDATE contacts SET last_inbound_at = $3, last_message_at = $3, chat_status = 'UNATTENDED'
                 WHERE organization_id = $1 AND id = $2",
                params![organization, contact, at],
            )?;
            Ok(())
        });
    }

    pub fn work<T: Send + 'static>(&self, f: impl Fn(&mut Work<'_, '_>) -> crm::Result<T> + Send + 'static) -> T {
        self.crm.write_blocking(&Caller::system(self.here.organization), f).unwrap()
    }

    /// Waits until the whole log can be read: on PostgreSQL an event shows once every transaction of the server that
    /// began before it is decided, other tests' included.
    pub fn settled(&self) {
        let last = self.number("SELECT coalesce(max(sequence), 0) AS n FROM events");
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let seen = [&self.here, &self.there].map(|shop| {
                let path = format!("/api/v1/events?limit=1&after={}", last - 1);
                self.raw(&shop.key, "GET", &path, &[], None).text().contains("\"sequence\":")
            });
            if last == 0 || seen.contains(&true) {
                return;
            }
            assert!(Instant::now() < until, "event {last} does not show");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Topics of the log of the first organization after a sequence, in order.
    pub fn topics(&self, after: i64) -> Vec<String> {
        self.settled();
        let log = self.get(&format!("/api/v1/events?limit=1000&after={after}")).json();
        log["data"].as_array().unwrap().iter().map(|event| text(&event["topic"])).collect()
    }

    pub fn last_sequence(&self) -> i64 {
        self.settled();
        let mut last = 0;
        loop {
            let page = self.get(&format!("/api/v1/events?limit=1000&after={last}")).json();
            // The page's own `last_sequence` says how far the log was read, which goes on without any event.
            match page["data"].as_array().unwrap().last() {
                Some(event) => last = event["sequence"].as_i64().unwrap(),
                None => return last,
            }
        }
    }

    /// A key of the first organization with these scopes only.
    pub fn key_with(&self, scopes: &[&str], bits: u8) -> String {
        let new = key::from_bits(&[bits; 32]);
        let made = NewKey {
            name: "Llave".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            hash: new.hash,
            hint: new.hint,
        };
        self.work(move |w| keys::create(w, &made));
        new.secret
    }

    pub fn is_postgres(&self) -> bool {
        self.db.engine() == Engine::Postgres
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// Every table of the schema, as all migrations together make it; the ledger of calls left out, which also a refused
/// call is counted in.
pub fn tables() -> Vec<String> {
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../crm/migrations");
    let mut tables = Vec::new();
    for migration in std::fs::read_dir(migrations).unwrap() {
        let sql = std::fs::read_to_string(migration.unwrap().path().join("sqlite.sql")).unwrap();
        let made = sql.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split(' ').next());
        tables.extend(made.filter(|table| *table != "sunset_calls").map(str::to_owned));
    }
    tables.sort();
    tables
}

fn shop(crm: &Crm, bits: u8, country: &str) -> Shop {
    let key = key::from_bits(&[bits; 32]);
    let new = NewOrganization {
        name: format!("Tienda {bits}"),
        country: country.to_owned(),
        time_zone: None,
        currency: None,
        language: None,
        owner_name: Some("Olga Owner".to_owned()),
        owner_email: "olga@example.com".to_owned(),
        owner_password_hash: None,
        key_hash: key.hash,
        key_hint: key.hint,
    };
    let created = crm.create_organization_blocking(new).unwrap();
    let caller = Caller::system(created.organization_id);
    let mut shop = crm.write_blocking(&caller, set_up).unwrap();
    shop.organization = created.organization_id;
    shop.owner = created.owner_id.to_string();
    shop.key = key.secret;
    shop
}

fn set_up(w: &mut Work<'_, '_>) -> crm::Result<Shop> {
    let mut shop = Shop::default();
    let first = w.setup.pipelines[0].clone();
    shop.pipeline = first.id.to_string();
    shop.stages = first.stages.iter().map(|stage| stage.id.to_string()).collect();
    let stages = vec![NewStage { name: "Abierto".to_owned(), description: None, outcome: Outcome::Open }];
    let new = NewPipeline { name: "Soporte".to_owned(), description: None, position: None, stages };
    let other = pipelines::create(w, &new)?;
    w.reload_setup()?;
    shop.other_pipeline = other.id.to_string();
    shop.elsewhere = other.stages[0].id.to_string();
    shop.playground = channel(w, ChannelType::Playground, Some(PLAYGROUND))?;
    shop.whatsapp = channel(w, ChannelType::Whatsapp, Some(WHATSAPP))?;
    shop.web_whatsapp = channel(w, ChannelType::WebWhatsapp, Some(WEB_WHATSAPP))?;
    shop.webchat = channel(w, ChannelType::Webchat, None)?;
    let member = |name: &str, email: &str| NewMember {
        name: Some(name.to_owned()),
        email: email.to_owned(),
        phone: Some("+56 2 2345 0000".to_owned()),
        ..NewMember::default()
    };
    let agent = members::create(w, &member("Ana Agente", "ana@example.com"))?;
    shop.agent = agent.id.to_string();
    let gone = members::create(w, &member("Gil Gone", "gil@example.com"))?;
    let organization = w.organization();
    w.tx.execute(
        "UPDATE members SET active = $3 WHERE organization_id = $1 AND id = $2",
        params![organization, gone.id, false],
    )?;
    shop.inactive = gone.id.to_string();
    let field = |key: &str, entity: Entity, field_type: FieldType, identifier: bool| NewField {
        key: Some(key.to_owned()),
        name: key.to_owned(),
        entity,
        field_type,
        options: Vec::new(),
        currency: None,
        description: None,
        required: false,
        identifier,
        position: None,
    };
    fields::create(w, &field("ciudad", Entity::Customer, FieldType::Text, false))?;
    fields::create(w, &field("ingreso", Entity::Customer, FieldType::Number, false))?;
    fields::create(w, &field("rut", Entity::Customer, FieldType::Text, true))?;
    fields::create(w, &field("folio", Entity::Ticket, FieldType::Number, false))?;
    w.reload_setup()?;
    let tag = |value: &str, entity_type| NewTag { value: value.to_owned(), variant: None, entity_type };
    shop.vip = tags::create(w, &tag("vip", EntityType::Contact))?.id;
    shop.urgent = tags::create(w, &tag("urgente", EntityType::Ticket))?.id;
    w.bump_revision()?;
    w.reload_setup()?;
    Ok(shop)
}

fn channel(w: &mut Work<'_, '_>, kind: ChannelType, number: Option<&str>) -> crm::Result<String> {
    let mut details = ChannelDetails { phone_number: number.map(|n| Some(n.to_owned())), ..ChannelDetails::default() };
    let cloud = kind == ChannelType::Whatsapp;
    if cloud {
        details.phone_number_id = Some(Some(PHONE_ID.to_owned()));
        details.waba_id = Some(Some("102290129340398".to_owned()));
    }
    if kind == ChannelType::Webchat {
        details.allowed_origins = Some(Some(vec!["https://shop.example.com".to_owned()]));
    }
    let new = NewChannel {
        id: w.new_id(),
        channel_type: kind,
        name: format!("Canal {kind}"),
        country: None,
        details,
        secrets: cloud.then(|| vec![1, 2, 3]),
        default_stage: DefaultStage::First,
        reopen_within_hours: 0,
    };
    Ok(channels::create(w, &new)?.id.to_string())
}

/// A second world on a fresh database of the same engine.
pub fn each_like(world: &World, body: impl FnOnce(&World)) {
    let fresh = if world.is_postgres() { store::testing::fresh_postgres() } else { store::testing::fresh_sqlite() };
    body(&World::new(&fresh));
}
