//! Tags: C12, C13, C14.

use crm::channels::ChannelType;
use crm::contacts::{self, Contact, add_by_name, by_identifier, replace_tags};
use crm::id::{ChannelId, ContactId};
use crm::{Setup, tags};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::phone;

use super::channels::channel_type;
use super::views::{self, TagObject};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{List, Text, Whole};
use crate::problem::Problem;

/// C12
pub async fn list(call: Call) -> Result<Answer, Problem> {
    let (found, setup) = call.read(|w| Ok((tags::list(w)?, w.setup.clone()))).await?;
    let found: Vec<TagObject> = found.iter().map(|tag| views::tag(&setup, tag)).collect();
    Answer::json(200, &found)
}

#[derive(Debug)]
pub struct ReplaceInput {
    pub ids: Vec<i64>,
}

impl Input for ReplaceInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let of = Whole { min: 1, max: 9_007_199_254_740_991 };
        let ids = f.required("tagsIds", List { of, max: 1000 }, "The contact has these tags and no others then.");
        Some(ReplaceInput { ids: ids? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplacedAnswer {
    pub status: &'static str,
    pub ai_contact_tags_length: usize,
}

/// C13
pub async fn replace(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("aiContactId", "contact")?;
    let input: ReplaceInput = call.read_body()?;
    call.write(
        move |w| {
            let contact = Contact::get(w, id)?;
            replace_tags(w, &contact, &input.ids)
        },
        |length, _| Answer::json(200, &ReplacedAnswer { status: "success", ai_contact_tags_length: *length }),
    )
    .await
}

#[derive(Debug)]
pub struct AddInput {
    pub names: Vec<String>,
}

impl Input for AddInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let of = Text { max: 100 };
        let names = f.required("tags", List { of, max: 100 }, "Names; unknown ones are created.");
        Some(AddInput { names: names? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddedAnswer {
    pub status: &'static str,
    pub created_count: usize,
    pub assigned_count: usize,
    pub not_assigned_count: usize,
    /// TICKET tags while the contact has no open ticket, and unknown names where there are 5 000 tags already.
    pub not_assigned_tags: Vec<String>,
    pub details: AddedDetails,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct AddedDetails {
    pub created: Vec<TagObject>,
    pub assigned: Vec<TagObject>,
}

/// C14
pub async fn add(call: Call) -> Result<Answer, Problem> {
    let kind = channel_type(&call)?;
    let identifier = call.param("platformIdentifier").to_owned();
    let input: AddInput = call.read_body()?;
    call.write(
        move |w| {
            let readings = readings(&w.setup, kind, &identifier);
            let known_by = if kind.by_phone() { "phone" } else { "external_user_id" };
            let contact = by_identifier(w, known_by, &readings)?;
            let contact = contact.ok_or_else(|| contacts::unknown_contact("with this identifier"))?;
            add_by_name(w, &contact, &input.names)
        },
        |done, setup| {
            let view = |tags: &[tags::Tag]| tags.iter().map(|tag| views::tag(setup, tag)).collect::<Vec<_>>();
            Answer::json(
                201,
                &AddedAnswer {
                    status: "success",
                    created_count: done.created.len(),
                    assigned_count: done.assigned.len(),
                    not_assigned_count: done.not_assigned.len(),
                    not_assigned_tags: done.not_assigned.clone(),
                    details: AddedDetails { created: view(&done.created), assigned: view(&done.assigned) },
                },
            )
        },
    )
    .await
}

/// What the identifier means on each channel of this kind: a national number is read as of the channel's country.
fn readings(setup: &Setup, kind: ChannelType, identifier: &str) -> Vec<(ChannelId, String)> {
    let channels = setup.channels.iter().filter(|channel| channel.channel_type == kind);
    channels
        .filter_map(|channel| {
            let value = match kind.by_phone() {
                true => phone::read_possible(identifier, Some(&channel.country)).ok()?.as_str().to_owned(),
                false => identifier.to_owned(),
            };
            Some((channel.id, value))
        })
        .collect()
}
