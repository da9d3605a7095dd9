//! C16: the channels of one type.

use crm::Setup;
use crm::channels::{Channel, ChannelType};
use crm::id::OrganizationId;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct ChannelObject {
    /// Cloud API: the phone id as a number. Others: the channel's UUID.
    #[schemars(schema_with = "number_or_text")]
    pub id: Value,
    pub phone_number: Option<String>,
    pub client_id: OrganizationId,
    pub name: String,
    /// Cloud API: the phone id as text.
    pub phone_number_id: Option<String>,
}

fn number_or_text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["integer", "string"]})
}

/// The path's word; anything else is not there.
pub fn channel_type(call: &Call) -> Result<ChannelType, Problem> {
    let word = call.param("channelType");
    let word = if word == "web_whatsapp" { "web-whatsapp" } else { word };
    ChannelType::from_name(word).ok_or_else(|| crm::Error::not_found("channel type").into())
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let kind = channel_type(&call)?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let channels: Vec<ChannelObject> = setup
        .channels
        .iter()
        .filter(|channel| channel.channel_type == kind && !channel.archived)
        .map(|channel| view(&setup, channel))
        .collect();
    Answer::json(200, &channels)
}

fn view(setup: &Setup, channel: &Channel) -> ChannelObject {
    let number = channel.phone_number_id.as_deref().and_then(|id| id.parse::<u64>().ok());
    ChannelObject {
        id: number.map_or_else(|| json!(channel.id), |id| json!(id)),
        phone_number: channel.phone.clone(),
        client_id: setup.id(),
        name: channel.name.clone(),
        phone_number_id: channel.phone_number_id.clone(),
    }
}
