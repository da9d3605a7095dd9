//! What the machine gives without the server: one sync of its disk, and upserts with no HTTP, no queue, no key check and no
//! structuring around them: first the function that does them, then nothing but the statements that it runs.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crm::customers::{Structured, Upsert, Who, upsert};
use crm::organizations::NewOrganization;
use crm::{Caller, Crm, Setup, Work};
use rusqlite::{Connection, params_from_iter};
use store::{Db, SqliteOptions, params};
use structuring::{Explicit, Json, json::Mode, phone};

use crate::Failure;
use crate::http::body;
use crate::record::{self, Statement};

/// How many upserts have their statements recorded, at least.
const RECORDED: usize = 20_000;

/// Median of 200.
pub fn one_sync(path: &Path) -> Result<Duration, Failure> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        file.write_all(&[0u8; 4096])?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// An organization as the program under test has it, in a database of its own.
pub struct Limit {
    crm: Crm,
    caller: Caller,
    setup: Arc<Setup>,
    done: u64,
}

impl Limit {
    pub fn new(path: &Path) -> Result<Limit, Failure> {
        let options = SqliteOptions { statements: Some(record::hear), ..SqliteOptions::default() };
        let crm = Crm::open(Db::open_sqlite(path, options)?)?;
        let created = crm.create_organization_blocking(NewOrganization {
            name: "Limit".into(),
            country: "CL".into(),
            time_zone: None,
            currency: None,
            language: None,
            owner_name: None,
            owner_email: "owner@example.com".into(),
            owner_password_hash: None,
            key_hash: [1; 32],
            key_hint: "rk_limit".into(),
        })?;
        let caller = Caller::system(created.organization_id);
        set_up(&crm, &caller)?;
        let setup = crm.write_blocking(&caller, |w| Ok(w.setup.clone()))?;
        Ok(Limit { crm, caller, setup, done: 0 })
    }

    /// Structured beforehand: that is no part of the limit.
    fn inputs(&mut self, count: usize) -> Result<Vec<Upsert>, Failure> {
        let channel = self.setup.channels.first().ok_or("no channel")?.id;
        let stage = self.setup.pipelines.first().and_then(|p| p.stages.first()).ok_or("no stage")?.id;
        let mut inputs = Vec::with_capacity(count);
        for number in self.done..self.done + count as u64 {
            let record = Json::parse(body(number, "").as_bytes(), Mode::Strict)?;
            let data = record.get("meta_data").cloned().unwrap_or_default();
            let phone = phone::read_possible(&format!("+569{number:08}"), None).map_err(|error| error.to_string())?;
            let explicit = Explicit { phone: Some(phone.as_str().to_owned()), ..Explicit::default() };
            let structured = Structured::new(&self.setup, "customer_upsert", Some("CL"), data, explicit);
            let who = Who { phone: Some(phone), ..Who::default() };
            inputs.push(Upsert { channel, who, structured, stage: Some(stage), agent: None, note: None });
        }
        self.done += count as u64;
        Ok(inputs)
    }

    /// Upserts per second by the function, `batch` to a commit, on one thread.
    pub fn function(&mut self, batch: usize, duration: Duration) -> Result<f64, Failure> {
        let (first, mut spent) = (self.done, Duration::ZERO);
        while spent < duration {
            let inputs = self.inputs(batch)?;
            let began = Instant::now();
            self.crm.write_blocking(&self.caller, move |w: &mut Work<'_, '_>| {
                inputs.iter().try_for_each(|input| upsert(w, input).map(drop))
            })?;
            spent += began.elapsed();
        }
        Ok((self.done - first) as f64 / spent.as_secs_f64())
    }

    /// Upserts per second by their statements alone, prepared once, `batch` to a commit, on a copy of the database at `copy`.
    ///
    /// Each upsert is recorded as a unit of work of its own, so that what each of them asks before it starts is there too.
    pub fn statements(&mut self, copy: &Path, batch: usize) -> Result<f64, Failure> {
        self.crm.db().backup(copy)?;
        let mut upserts = Vec::new();
        while upserts.len() < RECORDED {
            for input in self.inputs(batch)? {
                record::start();
                self.crm.write_blocking(&self.caller, move |w: &mut Work<'_, '_>| upsert(w, &input).map(drop))?;
                upserts.push(record::stop()?);
            }
        }
        replay(copy, &upserts, batch)
    }
}

fn replay(path: &Path, upserts: &[Vec<Statement>], batch: usize) -> Result<f64, Failure> {
    let connection = Connection::open(path)?;
    let options = SqliteOptions::default();
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{}",
        options.writer_cache_kib
    ))?;
    connection.set_prepared_statement_cache_capacity(512);
    let began = Instant::now();
    for commit in upserts.chunks(batch) {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for statement in commit.iter().flatten() {
            let mut prepared = connection.prepare_cached(&statement.sql)?;
            let mut rows = prepared.query(params_from_iter(&statement.values))?;
            while rows.next()?.is_some() {}
        }
        connection.execute_batch("COMMIT")?;
    }
    Ok(upserts.len() as f64 / began.elapsed().as_secs_f64())
}

/// The channel and the fields that the program under test has.
fn set_up(crm: &Crm, caller: &Caller) -> Result<(), Failure> {
    crm.write_blocking(caller, |w| {
        let channel = w.new_id::<crm::id::ChannelId>();
        w.tx.execute(
            "INSERT INTO channels (organization_id, id, type, name, country, phone, settings, default_stage_rule,
                                   reopen_within_hours, status, archived, version, created_at, updated_at)
             VALUES ($1, $2, 'whatsapp', 'Ventas', 'CL', '+56222345678', '{}', 'first', 0, 'new', $3, 1, $4, $4)",
            params![w.caller.organization, channel, false, w.now],
        )?;
        for (position, (key, kind)) in
            [("rut", "text"), ("fecha_nacimiento", "date"), ("presupuesto", "number"), ("comuna", "text")].into_iter().enumerate()
        {
            let id = w.new_id::<crm::id::FieldId>();
            w.tx.execute(
                "INSERT INTO custom_fields (organization_id, id, key, name, entity, type, options, required, identifier, position,
                                            archived, version, created_at, updated_at)
                 VALUES ($1, $2, $3, $3, 'customer', $4, '[]', $5, $5, $6, $5, 1, $7, $7)",
                params![w.caller.organization, id, key, kind, false, position as i64, w.now],
            )?;
        }
        w.bump_revision()
    })?;
    Ok(())
}
