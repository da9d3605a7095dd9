//! Erasing a person, and the receipts of it.

use std::collections::BTreeMap;

use crm::erasure::{self, Counts, Erasure, ErasureStatus, begin, kept};
use crm::id::{ContactId, CustomerId, ErasureId};
use crm::page::{Page, PageRequest};
use crm::{Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::events::{ActorView, actor};
use super::paging::page;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::id;
use crate::problem::Problem;

/// What was done, and nothing of whom it was about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErasureView {
    pub id: ErasureId,
    /// Whom the call named.
    pub contact_id: ContactId,
    pub customer_id: CustomerId,
    pub status: ErasureStatus,
    /// How many rows of which table were emptied or deleted, so far.
    pub overwritten: Counts,
    pub actor: ActorView,
    pub started_at: Timestamp,
    /// Null while it goes on.
    pub finished_at: Option<Timestamp>,
}

fn view(erasure: &Erasure) -> ErasureView {
    ErasureView {
        id: erasure.id,
        contact_id: erasure.contact,
        customer_id: erasure.customer,
        status: erasure.status,
        overwritten: erasure.counts.clone(),
        actor: actor(&erasure.actor),
        started_at: erasure.started_at,
        finished_at: erasure.finished_at,
    }
}

#[derive(Debug)]
pub struct EraseInput {
    confirm: ContactId,
}

impl Input for EraseInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "The id of the path once more, against slips: nothing brings back what is erased.";
        let confirm = f.required("confirm", id::<ContactId>(), about);
        Some(EraseInput { confirm: confirm? })
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let contact: ContactId = call.id("id", "contact")?;
    let EraseInput { confirm } = call.read_body()?;
    call.write(move |w| begin(w, contact, confirm), |erasure, _: &Setup| Answer::json(200, &view(erasure))).await
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ErasureId = call.id("id", "erasure")?;
    let erasure = call.read(move |w| erasure::get(w, id)).await?;
    Answer::json(200, &view(&erasure))
}

/// All that is kept of a person.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExportView {
    pub contact_id: ContactId,
    pub customer_id: CustomerId,
    pub exported_at: Timestamp,
    /// Rows by the table that they are in, as they are kept. Bytes of files are at `/api/v1/media/{id}`.
    #[schemars(with = "BTreeMap<String, Vec<Map<String, Value>>>")]
    pub kept: BTreeMap<&'static str, Vec<Value>>,
    /// Tables of which the person has more than 10 000 rows: those are not all here.
    pub cut: Vec<&'static str>,
}

pub async fn export(call: Call) -> Result<Answer, Problem> {
    let contact: ContactId = call.id("id", "contact")?;
    let (found, exported_at) = call.read(move |w| Ok((kept(w, contact)?, w.now))).await?;
    let (contact_id, customer_id) = (found.contact, found.customer);
    Answer::json(200, &ExportView { contact_id, customer_id, exported_at, kept: found.tables, cut: found.cut })
}

#[derive(Debug)]
pub struct ErasuresQuery(PageRequest);

impl Input for ErasuresQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(ErasuresQuery(page(f)))
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let ErasuresQuery(page) = call.read_query()?;
    let found = call.read(move |w| erasure::list(w, &page)).await?;
    let data = found.data.iter().map(view).collect();
    Answer::json(200, &Page::<ErasureView> { data, next_cursor: found.next_cursor })
}
