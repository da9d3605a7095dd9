//! API keys. The secret is made here, answered once, and kept nowhere but as its hash.

use crm::Setup;
use crm::id::ApiKeyId;
use crm::keys::{self, ApiKey, KeyPatch, NewKey};
use schemars::JsonSchema;
use serde::Serialize;

use super::paging::PageQuery;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::key::new_key;
use crate::kinds::{List, Text};
use crate::problem::Problem;

const NAME: Text = Text { max: 100 };
const SCOPES: List<Text> = List { of: Text { max: 32 }, max: 32 };

fn answer(key: &ApiKey) -> Result<Answer, Problem> {
    Ok(Answer::json(200, key)?.etag(key.version))
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let PageQuery(page) = call.read_query()?;
    let found = call.read(move |w| keys::page(w, &page)).await?;
    Answer::json(200, &found)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ApiKeyId = call.id("id", "API key")?;
    answer(&call.read(move |w| keys::get(w, id)).await?)
}

#[derive(Debug)]
pub struct CreateInput {
    name: String,
    scopes: Vec<String>,
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.required("name", NAME, "Who calls with it.");
        let scopes = f.required("scopes", SCOPES, "What it may do: names of scopes, or `*` for all of them.");
        Some(CreateInput { name: name?, scopes: scopes? })
    }
}

/// A key that was just made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedKey {
    #[serde(flatten)]
    pub api_key: ApiKey,
    /// For the header `x-api-key`. Shown this once.
    pub key: String,
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let input: CreateInput = call.read_body()?;
    let made = new_key().map_err(Problem::internal)?;
    let new = NewKey { name: input.name, scopes: input.scopes, hash: made.hash, hint: made.hint };
    let secret = made.secret;
    call.write(
        move |w| keys::create(w, &new),
        move |key, _: &Setup| {
            let created = CreatedKey { api_key: key.clone(), key: secret.clone() };
            Ok(Answer::json(201, &created)?.etag(key.version).secret())
        },
    )
    .await
}

#[derive(Debug)]
pub struct UpdateInput(KeyPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.optional("name", NAME, "");
        let scopes = f.optional("scopes", SCOPES, "All of them. Nobody hands on what they may not do themselves.");
        Some(UpdateInput(KeyPatch { name, scopes, if_version: None }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: ApiKeyId = call.id("id", "API key")?;
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.write(move |w| keys::update(w, id, &patch), |key, _: &Setup| answer(key)).await
}

/// What a key is after it was revoked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevokedKey {
    pub id: ApiKeyId,
    pub revoked: bool,
}

pub async fn revoke(call: Call) -> Result<Answer, Problem> {
    let id: ApiKeyId = call.id("id", "API key")?;
    let version = call.if_version()?;
    let answer = RevokedKey { id, revoked: true };
    call.write(move |w| keys::revoke(w, id, version), move |(), _: &Setup| Answer::json(200, &answer)).await
}
