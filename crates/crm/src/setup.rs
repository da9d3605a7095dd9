//! What an organization has set up: channels, pipelines, members, custom fields, keys. Small, read by every request,
//! changed rarely: loaded once and kept with its revision. A unit of work compares the revision inside its transaction
//! and loads it again when it moved, so a cached one can be stale but never wrong.

use std::collections::HashMap;
use std::sync::Arc;

use store::{Tx, params};
use structuring::{Definition, Definitions, Learnt};

use crate::access::{Actor, Scopes};
use crate::assignment::Assignment;
use crate::channels::Channel;
use crate::error::Result;
use crate::fields::{CustomField, Entity};
use crate::id::{ApiKeyId, ChannelId, FieldId, MemberId, OrganizationId, PipelineId, StageId};
use crate::keys::source_named;
use crate::members::Member;
use crate::organizations::{Organization, Threshold};
use crate::pipelines::{Outcome, Pipeline, Stage};
use crate::rules;
use crate::structuring_model::Asking;
use crate::time::Timestamp;

#[derive(Debug, Clone)]
pub struct KeyGrant {
    pub id: ApiKeyId,
    pub scopes: Scopes,
    /// What its records are called in the rules of structuring.
    pub source: Arc<str>,
}

pub struct Setup {
    pub revision: i64,
    pub organization: Organization,
    /// Who gets tickets that are nobody's.
    pub assignment: Assignment,
    pub channels: Vec<Channel>,
    /// In board order, archived ones left out, stages inside.
    pub pipelines: Vec<Pipeline>,
    pub members: Vec<Member>,
    /// By entity and position, archived ones left out.
    pub fields: Vec<CustomField>,
    /// Customer fields, compiled for structuring.
    pub definitions: Arc<Definitions>,
    /// What people decided about where values belong.
    pub learnt: Arc<Learnt>,
    /// Whether a model is asked about what structuring left, and how.
    pub asking: Asking,
    keys: HashMap<[u8; 32], KeyGrant>,
    stages: HashMap<StageId, (usize, usize)>,
}

impl Setup {
    /// None where there is no such organization.
    pub fn load(tx: &mut Tx<'_>, id: OrganizationId) -> Result<Option<Setup>> {
        let Some(organization) = Organization::load(tx, id)? else { return Ok(None) };
        let revision = organization.revision;
        let assignment = Assignment::load(tx, id)?;
        let channels = Channel::load_all(tx, id)?;
        let pipelines = Pipeline::load_all(tx, id)?;
        let members = Member::load_all(tx, id)?;
        let fields = CustomField::load_all(tx, id)?;
        let mut keys = HashMap::new();
        for row in tx.query(
            "SELECT id, name, hash, scopes, source FROM api_keys WHERE organization_id = $1 AND revoked_at IS NULL",
            params![id],
        )? {
            let hash: Vec<u8> = row.get("hash")?;
            let scopes: Vec<String> = serde_json::from_str(&row.get::<String>("scopes")?).unwrap_or_default();
            if let Ok(hash) = <[u8; 32]>::try_from(hash.as_slice()) {
                let scopes = Scopes::from_names(scopes.iter().map(String::as_str));
                let source: Option<String> = row.get("source")?;
                let source = match source {
                    Some(source) => source,
                    None => source_named(row.text("name")?),
                };
                keys.insert(hash, KeyGrant { id: row.get("id")?, scopes, source: source.into() });
            }
        }
        let mut stages = HashMap::new();
        for (p, pipeline) in pipelines.iter().enumerate() {
            for (s, stage) in pipeline.stages.iter().enumerate() {
                stages.insert(stage.id, (p, s));
            }
        }
        let definitions = fields.iter().filter(|f| f.entity == Entity::Customer).map(definition_of).collect();
        let definitions = Arc::new(Definitions::compile(revision as u64, definitions));
        let learnt = Arc::new(rules::load(tx, id)?);
        let asking = Asking::load(tx, id)?;
        Ok(Some(Setup {
            revision,
            organization,
            assignment,
            channels,
            pipelines,
            members,
            fields,
            definitions,
            learnt,
            asking,
            keys,
            stages,
        }))
    }

    /// The set-up of no organization, for what needs none: public documents, health.
    pub fn nobody() -> Setup {
        let organization = Organization {
            id: OrganizationId::default(),
            name: String::new(),
            country: String::new(),
            time_zone: String::new(),
            currency: String::new(),
            language: String::new(),
            structuring_threshold: Threshold::default(),
            revision: 0,
            version: 0,
            created_at: Timestamp::default(),
        };
        Setup {
            revision: 0,
            organization,
            assignment: Assignment::default(),
            channels: Vec::new(),
            pipelines: Vec::new(),
            members: Vec::new(),
            fields: Vec::new(),
            definitions: Arc::new(Definitions::compile(0, Vec::new())),
            learnt: Arc::default(),
            asking: Asking::default(),
            keys: HashMap::new(),
            stages: HashMap::new(),
        }
    }

    pub fn id(&self) -> OrganizationId {
        self.organization.id
    }

    pub fn key(&self, hash: &[u8; 32]) -> Option<&KeyGrant> {
        self.keys.get(hash)
    }

    /// What the actor may do now; none where it is no longer known.
    pub fn scopes_of(&self, actor: Actor) -> Option<Scopes> {
        match actor {
            Actor::ApiKey(id) => self.keys.values().find(|grant| grant.id == id).map(|grant| grant.scopes),
            Actor::Member(id) => self.member(id).filter(|m| m.active).map(|m| m.role.scopes()),
            Actor::System | Actor::Assistant | Actor::Contact(_) => Some(Scopes::EVERYTHING),
        }
    }

    /// Keys that are not revoked.
    pub fn keys_in_use(&self) -> usize {
        self.keys.len()
    }

    /// Which feed the actor's records come from, as the rules of structuring tell feeds apart.
    pub fn source_of(&self, actor: Actor) -> Arc<str> {
        let key = |id| self.keys.values().find(|grant| grant.id == id).map(|grant| grant.source.clone());
        match actor {
            Actor::ApiKey(id) => key(id).unwrap_or_else(|| "key".into()),
            Actor::Member(_) => "members".into(),
            Actor::Contact(_) => "contacts".into(),
            Actor::System | Actor::Assistant => "system".into(),
        }
    }

    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|c| c.id == id)
    }

    pub fn stage(&self, id: StageId) -> Option<&Stage> {
        self.stages.get(&id).map(|&(p, s)| &self.pipelines[p].stages[s])
    }

    pub fn pipeline(&self, id: PipelineId) -> Option<&Pipeline> {
        self.pipelines.iter().find(|p| p.id == id)
    }

    pub fn member(&self, id: MemberId) -> Option<&Member> {
        self.members.iter().find(|m| m.id == id)
    }

    pub fn field(&self, entity: Entity, key: &str) -> Option<&CustomField> {
        self.fields.iter().find(|f| f.entity == entity && f.key == key)
    }

    pub fn field_by_id(&self, id: FieldId) -> Option<&CustomField> {
        self.fields.iter().find(|f| f.id == id)
    }

    /// Where an inbound message or a contact without a ticket belongs, if anywhere: always an open stage. One that is chosen and
    /// became won or lost is as if none were chosen.
    pub fn default_stage(&self, channel: &Channel) -> Option<StageId> {
        use crate::channels::DefaultStage;
        let open = |stage: &&Stage| stage.outcome == Outcome::Open;
        let first = || self.pipelines.iter().flat_map(|pipeline| &pipeline.stages).find(open);
        let stage = match channel.default_stage {
            DefaultStage::First => first(),
            DefaultStage::None => None,
            DefaultStage::Stage(id) => self.stage(id).filter(open).or_else(first),
        };
        stage.map(|stage| stage.id)
    }
}

/// A custom field as structuring wants it.
pub fn definition_of(field: &CustomField) -> Definition {
    Definition {
        key: field.key.clone(),
        name: field.name.clone(),
        field_type: field.field_type,
        options: field.options.clone(),
        currency: field.currency.clone(),
        description: field.description.clone(),
    }
}
