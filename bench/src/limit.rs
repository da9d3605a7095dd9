//! What the machine gives without the server: one sync of its disk, and the upsert function in group commits with no HTTP,
//! no queue, no key check and no structuring around it. The function's own Rust is in it, so bare SQL would be faster still.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crm::customers::{Structured, Upsert, Who, upsert};
use crm::organizations::NewOrganization;
use crm::{Caller, Crm, Work};
use store::{Db, SqliteOptions, params};
use structuring::{Explicit, Json, json::Mode, phone};

use crate::Failure;
use crate::http::body;

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

/// Upserts per second, `batch` to a commit, on one thread. The structured inputs are made before the clock starts.
pub fn bare(path: &Path, batch: usize, duration: Duration) -> Result<f64, Failure> {
    let db = Db::open_sqlite(path, SqliteOptions::default())?;
    let crm = Crm::open(db)?;
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
    let channel = setup.channels.first().ok_or("no channel")?.id;
    let stage = setup.pipelines.first().and_then(|p| p.stages.first()).ok_or("no stage")?.id;
    let mut done = 0u64;
    let mut spent = Duration::ZERO;
    while spent < duration {
        let mut inputs = Vec::with_capacity(batch);
        for number in done..done + batch as u64 {
            let record = Json::parse(body(number, "").as_bytes(), Mode::Strict)?;
            let data = record.get("meta_data").cloned().unwrap_or_default();
            let phone = phone::read_possible(&format!("+569{number:08}"), None).map_err(|error| error.to_string())?;
            let explicit = Explicit { phone: Some(phone.as_str().to_owned()), ..Explicit::default() };
            let structured = Structured::new(&setup, "customer_upsert", Some("CL"), data, explicit);
            let who = Who { phone: Some(phone), ..Who::default() };
            inputs.push(Upsert { channel, who, structured, stage: Some(stage), agent: None, note: None });
        }
        let began = Instant::now();
        crm.write_blocking(&caller, move |w: &mut Work<'_, '_>| {
            for input in &inputs {
                upsert(w, input)?;
            }
            Ok(())
        })?;
        spent += began.elapsed();
        done += batch as u64;
    }
    crm.db().close();
    Ok(done as f64 / spent.as_secs_f64())
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
