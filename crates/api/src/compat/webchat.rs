//! C31: metadata of a webchat visitor.

use crm::FieldError;
use crm::channels::ChannelType;
use structuring::json::Object;

use super::contacts::{change_metadata, metadata_of};
use super::wait::WaitQuery;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{AnyObject, TextOrNumber};
use crate::problem::Problem;

#[derive(Debug)]
pub struct AddMetadataInput {
    pub external_user_id: String,
    pub metadata: Object,
}

impl Input for AddMetadataInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let user = f.required("externalUserId", TextOrNumber { max: 255 }, "The visitor's id.");
        let metadata = f.required("metadata", AnyObject, "Keys and values; null removes a key.");
        Some(AddMetadataInput { external_user_id: user?, metadata: metadata? })
    }
}

pub async fn add_metadata(call: Call) -> Result<Answer, Problem> {
    let WaitQuery(wait) = call.read_query()?;
    let input: AddMetadataInput = call.read_body()?;
    let user = input.external_user_id.clone();
    let found = call
        .read(move |w| {
            let channels = w.setup.channels.iter().filter(|channel| channel.channel_type == ChannelType::Webchat);
            let readings: Vec<_> = channels.map(|channel| (channel.id, user.clone())).collect();
            crm::webchat::contact_of_user(w, &readings)
        })
        .await?;
    let contact = found.ok_or_else(|| {
        let error = FieldError::unknown_reference("/externalUserId", "webchat visitor", &input.external_user_id);
        Problem::invalid(vec![error])
    })?;
    let structured = metadata_of(&call, &contact, input.metadata);
    change_metadata(&call, 201, contact.id, structured, wait).await
}
