//! What decisions taught structuring: shown, removed, exported and imported.

use crm::id::RuleId;
use crm::page::{Page, PageRequest};
use crm::rules::{self, ImportedRule, LONGEST_PATH, Rule, RuleFilter, RuleStanding, RuleType, Says};
use crm::{Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::{Target, ValueKind};

use super::events::{ActorView, actor};
use super::paging::page;
use super::reviews::TARGET;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{Anything, List, OneOf, SHORT, Text, Whole, nested};
use crate::one_of;
use crate::problem::Problem;

/// What a rule says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleBrief {
    /// `mapping`: values of `kind` at `path` of `source` belong to `target`. `option_word`: `word` is `option` of the field.
    #[serde(rename = "type")]
    pub rule_type: RuleType,
    /// The feed: the `source` of an API key. Null of a word, which holds for all.
    pub source: Option<String>,
    /// Keys in snake_case, joined by `/`; places in lists do not count.
    pub path: Option<String>,
    /// `phone`, `email`, `url`, `date`, `number`, `boolean`, `text` or `object`
    pub kind: Option<&'static str>,
    /// `phone`, `email`, `name` or `field`
    pub target: &'static str,
    /// Key of the field.
    pub key: Option<String>,
    /// In lower case, without accents.
    pub word: Option<String>,
    pub option: Option<String>,
}

pub fn brief(says: &Says) -> RuleBrief {
    match says.clone() {
        Says::Mapping { source, path, kind, target } => RuleBrief {
            rule_type: RuleType::Mapping,
            source: Some(source),
            path: Some(path),
            kind: Some(kind.name()),
            target: target.word(),
            key: target.key().map(str::to_owned),
            word: None,
            option: None,
        },
        Says::OptionWord { field, word, option } => RuleBrief {
            rule_type: RuleType::OptionWord,
            source: None,
            path: None,
            kind: None,
            target: "field",
            key: Some(field),
            word: Some(word),
            option: Some(option),
        },
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleView {
    pub id: RuleId,
    #[serde(flatten)]
    pub says: RuleBrief,
    /// `counting` is not read by structuring yet.
    pub standing: RuleStanding,
    /// How many agreed.
    pub votes: i64,
    /// Whoever decided last.
    pub actor: ActorView,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub fn view(rule: &Rule) -> RuleView {
    RuleView {
        id: rule.id,
        says: brief(&rule.says),
        standing: rule.standing,
        votes: rule.votes,
        actor: actor(&rule.actor),
        created_at: rule.created_at,
        updated_at: rule.updated_at,
    }
}

#[derive(Debug)]
pub struct RulesQuery {
    filter: RuleFilter,
    page: PageRequest,
}

impl Input for RulesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let rule_type = f.optional("type", one_of!(RuleType), "");
        let standing = f.optional("standing", one_of!(RuleStanding), "");
        let source = f.optional("source", SHORT, "The feed.");
        let key = f.optional("key", SHORT, "Key of a custom field.");
        Some(RulesQuery { filter: RuleFilter { rule_type, standing, source, key }, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: RulesQuery = call.read_query()?;
    let found = call.read(move |w| rules::page(w, &query.filter, &query.page)).await?;
    let data = found.data.iter().map(view).collect();
    Answer::json(200, &Page::<RuleView> { data, next_cursor: found.next_cursor })
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: RuleId = call.id("id", "rule")?;
    call.write(move |w| rules::remove(w, id), |rule, _: &Setup| Answer::json(200, &view(rule))).await
}

#[derive(Debug)]
struct Imported(ImportedRule);

impl Input for Imported {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        const WORD: Text = Text { max: LONGEST_PATH };
        let rule_type = f.required("type", one_of!(RuleType), "");
        let source = f.nullable("source", SHORT, "The feed, of a mapping.").flatten();
        let path = f.nullable("path", WORD, "Of a mapping.").flatten();
        let kinds = OneOf { words: ValueKind::NAMES, read: ValueKind::from_name };
        let kind = f.nullable("kind", kinds, "Of a mapping.").flatten();
        let target = f.required("target", TARGET, "`field` of an option word.");
        let key = f.nullable("key", SHORT, "Key of the field.").flatten();
        let word = f.nullable("word", WORD, "Of an option word.").flatten();
        let option = f.nullable("option", Text { max: 200 }, "Of an option word.").flatten();
        let standing = f.required("standing", one_of!(RuleStanding), "");
        let votes = f.optional("votes", Whole { min: 0, max: 1_000_000_000 }, "");
        for ignored in ["id", "actor", "created_at", "updated_at"] {
            f.nullable(ignored, Anything, "As the list has it; not read.");
        }
        let mut need = |name: &'static str, missing: bool| {
            let at = f.pointer(name);
            if missing && !f.describes() && !f.problems.iter().any(|problem| problem.pointer == at) {
                f.problem(name, "required", format!("`{name}` is required here."));
            }
        };
        let (rule_type, target, standing) = (rule_type?, target?, standing?);
        need("key", target == "field" && key.is_none());
        let says = match rule_type {
            RuleType::Mapping => {
                need("source", source.is_none());
                need("path", path.is_none());
                need("kind", kind.is_none());
                let target = match key {
                    Some(key) if target == "field" => Target::Field(key),
                    _ => crm::rules::target_of(target, "")?,
                };
                Says::Mapping { source: source?, path: path?, kind: kind?, target }
            }
            RuleType::OptionWord => {
                need("word", word.is_none());
                need("option", option.is_none());
                need("key", key.is_none() && target != "field");
                Says::OptionWord { field: key?, word: structuring::fold(&word?), option: option? }
            }
        };
        Some(Imported(ImportedRule { says, standing, votes: votes.unwrap_or(1) }))
    }
}

#[derive(Debug)]
pub struct ImportInput(Vec<ImportedRule>);

impl Input for ImportInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let rules = List { of: nested::<Imported>(Style::Strict), max: 200 };
        let rules =
            f.required("data", rules, "As the list gives them. What is there under the same words is replaced.");
        f.nullable("next_cursor", Anything, "As the list has it; not read.");
        Some(ImportInput(rules?.into_iter().map(|Imported(rule)| rule).collect()))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportedAnswer {
    /// In the order of the request.
    pub data: Vec<RuleView>,
}

pub async fn import(call: Call) -> Result<Answer, Problem> {
    let ImportInput(given) = call.read_body()?;
    call.write(
        move |w| rules::import(w, &given),
        |rules, _: &Setup| Answer::json(201, &ImportedAnswer { data: rules.iter().map(view).collect() }),
    )
    .await
}
