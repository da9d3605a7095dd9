//! Who the page says its visitor is, and the secret that its server signs that with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm::FieldError;
use crm::channels::{self, ChannelSecrets, ChannelType, seal_place};
use crm::id::ChannelId;
use crm::webchat::{User, Users, Widget};
use providers::webchat::{BadToken, is_hash_of, read_token};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, json};

use super::door::channel;
use crate::answer::Answer;
use crate::call::Call;
use crate::hooks::secrets_of;
use crate::problem::Problem;

/// As the page sends it.
#[derive(Debug, Default)]
pub struct Said {
    pub external_user_id: Option<String>,
    pub user_hash: Option<String>,
    pub user_token: Option<String>,
}

/// The user, if the page names one. 401 where a signature is wrong, or missing and wanted.
pub async fn user(call: &Call, id: ChannelId, said: &Said) -> Result<Option<User>, Problem> {
    let mut setup = call.setup.clone();
    if said.user_token.is_some() || said.user_hash.is_some() {
        // A secret that leaked and was renewed by another node signs nobody in any more.
        setup = call.app.crm.setup_since(&setup).await?.unwrap_or(setup);
    }
    let channel = channel(&setup, id)?;
    let secret = secrets_of(&call.app, &setup, channel).await?.visitor_secret.clone();
    if let Some(token) = &said.user_token {
        let secret = secret.ok_or_else(no_secret)?;
        let now = call.app.crm.now();
        let signed = read_token(&secret, token, &channel.id.to_string(), now).map_err(bad)?;
        let mut profile = Map::new();
        profile.extend(signed.name.map(|name| ("name".to_owned(), json!(name))));
        profile.extend(signed.email.map(|email| ("email".to_owned(), json!(email))));
        let profile = (!profile.is_empty()).then(|| serde_json::Value::Object(profile).to_string());
        return Ok(Some(User { id: signed.id, signed: true, profile }));
    }
    let Some(id) = said.external_user_id.clone() else {
        return match &said.user_hash {
            None => Ok(None),
            Some(_) => {
                let message = "`external_user_id` is required: user_hash is its signature.";
                Err(Problem::invalid(vec![FieldError::new("/external_user_id", "required", message)]))
            }
        };
    };
    if let Some(hash) = &said.user_hash {
        let secret = secret.ok_or_else(no_secret)?;
        if !is_hash_of(&secret, &id, hash) {
            let detail = "user_hash is not the HMAC-SHA256 of external_user_id under the channel's identity secret, in hexadecimal.";
            return Err(Problem::new(401, "bad_signature", detail));
        }
        return Ok(Some(User { id, signed: true, profile: None }));
    }
    if Widget::of(channel).users == Users::Signed {
        let detail =
            "This channel takes users only where they are signed: send user_token, or user_hash with external_user_id.";
        return Err(Problem::new(401, "signature_required", detail));
    }
    Ok(Some(User { id, signed: false, profile: None }))
}

fn no_secret() -> Problem {
    let detail =
        "This channel has no identity secret; an admin makes one with POST /api/v1/channels/{id}/identity_secret.";
    Problem::new(401, "bad_signature", detail)
}

fn bad(why: BadToken) -> Problem {
    let code = match why {
        BadToken::Expired => "token_expired",
        _ => "bad_signature",
    };
    Problem::new(401, code, format!("user_token is not taken: {why}."))
}

/// What the page's server signs with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IdentitySecret {
    /// Answered here and nowhere else. It belongs on the page's server, never into the page.
    pub secret: String,
}

/// Makes one; the one before is nobody's from then on. Visitors who were signed in stay so.
pub async fn renew(call: Call) -> Result<Answer, Problem> {
    let id: ChannelId = call.id("id", "channel")?;
    call.prepare(|setup| {
        let channel = channels::get(setup, id)?;
        if channel.channel_type == ChannelType::Webchat {
            return Ok(());
        }
        let message = format!("A channel of type {} has no identity secret.", channel.channel_type);
        Err(crm::Error::conflict("not_of_this_type", message).into())
    })
    .await?;
    let mut bits = [0u8; 32];
    getrandom::fill(&mut bits).map_err(Problem::internal)?;
    let secret = format!("wcs_{}", URL_SAFE_NO_PAD.encode(bits));
    let secrets = ChannelSecrets { visitor_secret: Some(secret.clone()), ..ChannelSecrets::default() };
    let plain = serde_json::to_vec(&secrets).map_err(Problem::internal)?;
    let sealed = call.app.sealer.seal(&seal_place(id), &plain).map_err(Problem::internal)?;
    call.write(
        move |w| channels::renew_visitor_secret(w, id, &sealed),
        move |(), _| Ok(Answer::json(201, &IdentitySecret { secret: secret.clone() })?.secret()),
    )
    .await
}
