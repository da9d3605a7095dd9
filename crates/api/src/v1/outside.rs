//! Calls to WhatsApp within a request: whose account it is, and what its refusals are to the caller.

use crm::channels::{self, Channel, ChannelType, sealed_secrets};
use crm::id::ChannelId;
use providers::whatsapp_cloud::{CallError, Graph, account_of};
use structuring::Json;

use crate::call::Call;
use crate::problem::Problem;

/// None where the channel is of another type, or this server calls nobody.
pub async fn graph_of(call: &Call, channel: ChannelId) -> Result<Option<Graph>, Problem> {
    let (channel, sealed) = call
        .read(move |w| {
            let found = channels::get(&w.setup, channel)?.clone();
            Ok((found, sealed_secrets(w, channel)?))
        })
        .await?;
    graph(call, &channel, sealed.as_deref())
}

pub fn graph(call: &Call, channel: &Channel, sealed: Option<&[u8]>) -> Result<Option<Graph>, Problem> {
    let http = match (&call.app.options.playgrounds, channel.channel_type) {
        // The simulator is within this process: nobody outside is called.
        (Some(playgrounds), ChannelType::Playground) if playgrounds.get(channel.id).is_some() => &playgrounds.http,
        (_, ChannelType::Whatsapp) if call.app.options.calls_out => &call.app.http,
        _ => return Ok(None),
    };
    let account = account_of(channel, sealed, &call.app.sealer).map_err(|_| {
        let message = "The channel lacks what its calls need, or its secrets do not open; its check names it.";
        Problem::from(crm::Error::conflict("channel_incomplete", message))
    })?;
    Ok(Some(Graph::new(http.clone(), account)))
}

/// The channel's account, or 409 where it has none to ask.
pub async fn provider_of(call: &Call, channel: ChannelId) -> Result<Graph, Problem> {
    graph_of(call, channel).await?.ok_or_else(|| {
        let message = "This channel has no provider that could be asked: it is of another type, or this server (a demo) calls \
                       nobody.";
        crm::Error::conflict("no_provider", message).into()
    })
}

/// 409 `provider_refused` with what WhatsApp says, 503 where it could not be asked.
pub fn answered<T>(answer: Result<T, CallError>) -> Result<T, Problem> {
    answer.map_err(|error| match &error {
        CallError::Graph { error: graph, .. } => {
            let rule = graph.rule();
            let details = graph.details();
            let said = details.as_deref().unwrap_or_default();
            let message = format!("WhatsApp refused it ({}): {} {said} {}", graph.code, rule.about, rule.advice);
            let problem = Problem::from(crm::Error::conflict("provider_refused", message));
            // The advice may speak of it.
            problem.with("details", details.map_or(Json::Null, Json::from))
        }
        error => {
            let detail = format!("WhatsApp could not be asked: {error}. Try again.");
            Problem::new(503, "provider_unreachable", detail).header("retry-after", "5")
        }
    })
}

#[cfg(test)]
mod tests {
    use providers::whatsapp_cloud::GraphError;
    use serde_json::Value;

    use super::*;
    use crate::input::Style;

    #[test]
    fn what_whatsapp_said_stands_apart() {
        let error =
            GraphError { code: 100, error_user_msg: Some("Falta un ejemplo.".to_owned()), ..GraphError::default() };
        let refused: Result<(), CallError> = Err(CallError::Graph { error: Box::new(error), wait: None });
        let answer = answered(refused).unwrap_err().into_answer(Style::Strict, "r-1");
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(
            (answer.status, &body["code"], &body["details"]),
            (409, &"provider_refused".into(), &"Falta un ejemplo.".into())
        );
    }
}
