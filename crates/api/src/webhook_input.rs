//! What both surfaces ask of a webhook: an address that may be called, a secret that may sign.

use std::time::Duration;

use crm::id::{IdSource, WebhookId};
use crm::webhooks::{self, Endpoint, EndpointPatch, NewEndpoint, seal_place};
use crm::{FieldError, Problems, Setup, Work};
use providers::webhook::Secret;
use providers::{HttpError, Policy, Target};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::kinds::{List, Text};
use crate::problem::Problem;

pub const URL: Text = Text { max: 2048 };
pub const DESCRIPTION: Text = Text { max: 500 };
pub const TOPIC: Text = Text { max: 64 };
pub const TOPICS: List<Text> = List { of: TOPIC, max: 100 };
pub const SECRET: Text = Text { max: 512 };
pub const SECRET_ABOUT: &str =
    "whsec_ and base64, or any text of 16 to 256 bytes, which is used as it is. By itself one is made.";
/// A name server that has not answered by then is asked again when something is sent.
const RESOLVE_WITHIN: Duration = Duration::from_secs(3);

/// A webhook with its secret: the answer to its creation, and to a rotation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookWithSecret {
    #[serde(flatten)]
    pub webhook: Endpoint,
    /// What signs, as the libraries of Standard Webhooks take it. Shown this once.
    pub secret: String,
}

#[derive(Debug)]
pub struct Wanted {
    pub url: String,
    /// None: all of them.
    pub topics: Option<Vec<String>>,
    pub secret: Option<String>,
    pub active: bool,
    pub description: Option<String>,
}

/// Makes a webhook; 400 where its address is not to be called, or its secret cannot be one.
pub async fn create(call: &Call, wanted: Wanted) -> Result<Answer, Problem> {
    let mut problems = Problems::default();
    check_url(&call.app, &wanted.url, &mut problems).await;
    let secret = secret_of(wanted.secret.as_deref(), &mut problems)?;
    let seed = uuid::Uuid::new_v4().as_u64_pair().0;
    let id = WebhookId(IdSource::new(call.app.crm.now(), seed).new_uuid());
    let new = NewEndpoint {
        id,
        url: wanted.url,
        topics: wanted.topics,
        description: wanted.description,
        active: wanted.active,
        sealed_secret: match &secret {
            Some(secret) => seal(&call.app, id, secret)?,
            None => Vec::new(),
        },
    };
    new.check(&mut problems);
    problems.check()?;
    let shown = secret.map(|secret| secret.shown()).unwrap_or_default();
    call.write(move |w| webhooks::create(w, &new), move |webhook, _: &Setup| with_secret(201, webhook, &shown)).await
}

/// Changes one; the address is looked at where it is another. A secret that is the one it has already is no change.
pub async fn update(call: &Call, id: WebhookId, patch: EndpointPatch, secret: Option<&str>) -> Result<Answer, Problem> {
    let mut problems = Problems::default();
    if let Some(url) = &patch.url {
        check_url(&call.app, url, &mut problems).await;
    }
    let secret = match secret {
        Some(given) => secret_of(Some(given), &mut problems)?,
        None => None,
    };
    problems.check()?;
    let sealed = match secret {
        Some(secret) if !signs_already(call, id, &secret).await? => Some(seal(&call.app, id, &secret)?),
        _ => None,
    };
    let work = move |w: &mut Work<'_, '_>| {
        let changed = webhooks::update(w, id, &patch)?;
        match &sealed {
            Some(sealed) => webhooks::rotate(w, id, sealed, None),
            None => Ok(changed),
        }
    };
    call.write(work, |webhook, _: &Setup| shown(webhook)).await
}

async fn signs_already(call: &Call, id: WebhookId, secret: &Secret) -> Result<bool, Problem> {
    let sealed = call.read(move |w| webhooks::sealed_secrets(w, id)).await?;
    let first = sealed.first().and_then(|sealed| call.app.sealer.open(&seal_place(id), sealed).ok());
    Ok(first.is_some_and(|bytes| bytes == secret.bytes()))
}

pub fn shown(webhook: &Endpoint) -> Result<Answer, Problem> {
    Ok(Answer::json(200, webhook)?.etag(webhook.version))
}

pub fn with_secret(status: u16, webhook: &Endpoint, secret: &str) -> Result<Answer, Problem> {
    let body = WebhookWithSecret { webhook: webhook.clone(), secret: secret.to_owned() };
    Ok(Answer::json(status, &body)?.etag(webhook.version).secret())
}

async fn check_url(app: &App, url: &str, problems: &mut Problems) {
    let to = match Target::parse(url) {
        Ok(to) => to,
        Err(message) => return problems.add(FieldError::new("/url", "invalid_url", message)),
    };
    // A name that does not resolve now may do so later; each call asks again.
    if let Err(HttpError::Refused(why)) = app.http.check(Policy::Webhooks, &to, RESOLVE_WITHIN).await {
        let message = format!(
            "{why}. Give an address that others can reach; whoever runs this server can open a network with \
             RECADO_WEBHOOKS_ALLOW (webhooks_allow)."
        );
        problems.add(FieldError::new("/url", "private_address", message));
    }
}

/// The given one, or a new one; none where the given one cannot be used, which is noted.
pub fn secret_of(given: Option<&str>, problems: &mut Problems) -> Result<Option<Secret>, Problem> {
    let Some(given) = given else { return Secret::random().map(Some).map_err(Problem::internal) };
    match Secret::read(given) {
        Ok(secret) => Ok(Some(secret)),
        Err(message) => {
            problems.add(FieldError::new("/secret", "invalid_secret", message));
            Ok(None)
        }
    }
}

pub fn seal(app: &App, id: WebhookId, secret: &Secret) -> Result<Vec<u8>, Problem> {
    app.sealer.seal(&seal_place(id), secret.bytes()).map_err(Problem::internal)
}
