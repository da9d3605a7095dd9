//! What is asked about a record: which leaves, for which targets.

use serde::Serialize;
use serde_json::json;

use super::mask::{KNOWN, Mask};
use super::{Prompt, instructions, schema};
use crate::structure::{Desk, structure_and_look};
use crate::{Json, Method, Outcome, Place, Request, Target, rest};

/// Leaves that are asked about, characters of one, characters of all; what is beyond stays with the first engine's answer.
const MOST_LEAVES: usize = 64;
const LONGEST_LEAF: usize = 2_000;
const MOST_TEXT: usize = 16_000;
/// Characters of a path, of a field's name and of its description; fields and options that are offered.
const LONGEST_NAME: usize = 120;
const MOST_FIELDS: usize = 100;
const MOST_OPTIONS: usize = 400;

/// How much of a record a model is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What nothing took, for targets that nothing fills.
    Leftovers,
    /// Everything but what is certain: what was given explicitly, and what the organization's rules placed.
    All,
}

/// One record's question. Its leaves are those of the same request, structured under the same definitions.
#[derive(Clone, Debug)]
pub struct Question {
    pub(super) leaves: Vec<AskedLeaf>,
    pub(super) targets: Vec<AskedTarget>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct AskedLeaf {
    #[serde(rename = "leaf")]
    pub id: String,
    /// Its place among the readings of the record.
    #[serde(skip)]
    pub at: usize,
    path: String,
    value: String,
    /// What kind of value it is, where the value is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct AskedTarget {
    #[serde(rename = "target")]
    pub id: String,
    #[serde(skip)]
    pub to: Target,
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<AskedOption>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct AskedOption {
    #[serde(rename = "option")]
    pub id: String,
    /// Its place among those of the field.
    #[serde(skip)]
    pub at: usize,
    name: String,
}

/// As [`crate::structure_with_places`], with what a model is to be asked about it; none where there is nothing to ask.
pub fn structure_and_ask(
    request: &Request<'_>,
    scope: Scope,
    masked: bool,
) -> (Outcome, Vec<Option<Place>>, Option<Question>) {
    structure_and_look(request, |desk| Question::about(desk, scope, masked))
}

/// What a model is to be asked about a record.
pub fn question(request: &Request<'_>, scope: Scope, masked: bool) -> Option<Question> {
    structure_and_ask(request, scope, masked).2
}

/// Placed by what no model may question.
pub(super) fn certain(method: Method) -> bool {
    matches!(method, Method::Explicit | Method::Learned)
}

impl Question {
    fn about(desk: &Desk<'_>, scope: Scope, masked: bool) -> Option<Question> {
        let targets = targets(desk, scope);
        let leaves = if targets.is_empty() { Vec::new() } else { leaves(desk, scope, masked) };
        (!leaves.is_empty()).then_some(Question { leaves, targets })
    }

    pub fn prompt(&self) -> Prompt {
        let leaves: Vec<&str> = self.leaves.iter().map(|leaf| leaf.id.as_str()).collect();
        let targets: Vec<&str> = self.targets.iter().map(|target| target.id.as_str()).collect();
        let options: Vec<&str> =
            self.targets.iter().flat_map(|target| &target.options).map(|option| option.id.as_str()).collect();
        // `<` is written as an escape, so that no value closes the mark.
        let record = json!({"targets": self.targets, "leaves": self.leaves}).to_string().replace('<', "\\u003c");
        Prompt {
            instructions: instructions::INSTRUCTIONS.to_owned(),
            data: format!("<record>\n{record}\n</record>"),
            schema: schema::schema(&leaves, &targets, &options),
        }
    }

    /// What the same question is told by: another record, other fields or another mask make another.
    pub fn digest(&self) -> u64 {
        use std::hash::{Hash, Hasher};
        let mut hasher = rustc_hash::FxHasher::default();
        json!([self.targets, self.leaves]).to_string().hash(&mut hasher);
        hasher.finish()
    }
}

fn targets(desk: &Desk<'_>, scope: Scope) -> Vec<AskedTarget> {
    let open = |target: &Target| match desk.outcome.placed(target) {
        None => true,
        Some(placement) => scope == Scope::All && !certain(placement.method),
    };
    let mut targets: Vec<AskedTarget> = [
        (Target::Phone, "the person's own phone number"),
        (Target::Email, "the person's own e-mail address"),
        (Target::Name, "the person's own name"),
    ]
    .into_iter()
    .filter(|(target, _)| open(target))
    .map(|(target, name)| AskedTarget {
        id: target.word().to_owned(),
        kind: target.word(),
        to: target,
        name: name.to_owned(),
        description: None,
        options: Vec::new(),
    })
    .collect();
    let mut room = MOST_OPTIONS;
    for (at, definition) in desk.request.definitions.iter().enumerate().take(MOST_FIELDS) {
        let target = Target::Field(definition.key.clone());
        if !open(&target) {
            continue;
        }
        let options = definition.options.iter().take(room).enumerate();
        let options: Vec<AskedOption> = options
            .map(|(o, name)| AskedOption { id: format!("F{}.{}", at + 1, o + 1), at: o, name: clip(name) })
            .collect();
        room -= options.len();
        targets.push(AskedTarget {
            id: format!("F{}", at + 1),
            kind: definition.field_type.as_str(),
            to: target,
            name: clip(&definition.name),
            description: definition.description.as_deref().map(clip),
            options,
        });
    }
    targets
}

fn leaves(desk: &Desk<'_>, scope: Scope, masked: bool) -> Vec<AskedLeaf> {
    let used_up = rest::used_up(&desk.readings, &desk.taken);
    let mask = if masked { Mask::of(desk) } else { Mask::default() };
    let mut room = MOST_TEXT;
    let mut leaves = Vec::new();
    for (at, reading) in desk.readings.iter().enumerate() {
        let leaf = reading.leaf();
        if leaf.part.is_some() || leaf.unread {
            continue;
        }
        let used = desk.taken[at] || used_up.get(&at) == Some(&true);
        let sure = desk.outcome.placements.iter().any(|placement| {
            certain(placement.method) && placement.sources.iter().any(|source| source.pointer == leaf.pointer)
        });
        if used && (scope == Scope::Leftovers || sure) {
            continue;
        }
        if leaves.len() == MOST_LEAVES || room == 0 {
            break;
        }
        let hidden = used && masked;
        let value = if hidden { KNOWN.to_owned() } else { mask.hide(&written(&leaf.value, room.min(LONGEST_LEAF))) };
        room = room.saturating_sub(value.chars().count());
        leaves.push(AskedLeaf {
            id: format!("L{}", leaves.len() + 1),
            at,
            path: mask.hide(&clip(&leaf.read_path().join(" / "))),
            value,
            kind: hidden.then(|| crate::learnt::kind_of(reading).name()),
        });
    }
    leaves
}

fn written(value: &Json, most: usize) -> String {
    let text = match value {
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    text.chars().take(most).collect()
}

fn clip(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}
