//! What people's decisions taught structuring, per organization: where the value at a path leads, which word stands for
//! which option. Sources, paths, kinds of values, field keys and option words: nothing personal, nothing shared.

mod import;
mod list;
mod load;
mod put;
mod remove;
mod teach;

pub use import::{ImportedRule, import};
pub use list::{RuleFilter, page};
pub(crate) use load::load;
pub(crate) use remove::forget_field;
pub use remove::remove;
pub(crate) use teach::{Lesson, find, teach, vote_against};

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use store::Row;
use structuring::{Target, ValueKind};

use crate::error::{Error, Result};
use crate::id::RuleId;
use crate::time::Timestamp;
use crate::wire_enum;

/// How many rules an organization has at most, those that still count votes included: all are in memory.
pub const MOST_RULES: i64 = 5000;
/// How many accepted values in a row make a rule by themselves.
pub const VOTES: i64 = 5;
/// Longest path or word, and longest option, in bytes: what the index can hold.
pub const LONGEST_PATH: usize = 600;
const LONGEST_OPTION: usize = 800;

wire_enum! {
    pub enum RuleType { Mapping = "mapping", OptionWord = "option_word" }
}

wire_enum! {
    pub enum RuleStanding {
        /// Fewer than five agreed so far: structuring does not read it yet.
        Counting = "counting",
        /// Five values in a row were accepted.
        Learned = "learned",
        /// A person said so.
        Confirmed = "confirmed",
        /// A person said no: beats everything but an explicit value.
        Denied = "denied",
    }
}

/// What a rule says, without how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// Values of this kind at this path of this source belong there.
    Mapping { source: String, path: String, kind: ValueKind, target: Target },
    /// This word, in any spelling that folds alike, is this option of the field.
    OptionWord { field: String, word: String, option: String },
}

/// A rule's identity as its columns have it.
pub(crate) struct Columns<'a> {
    pub rule_type: RuleType,
    pub source: &'a str,
    pub path: &'a str,
    pub kind: &'a str,
    pub target: &'a str,
    pub field_key: &'a str,
    pub option: &'a str,
}

impl Says {
    pub(crate) fn columns(&self) -> Columns<'_> {
        match self {
            Says::Mapping { source, path, kind, target } => Columns {
                rule_type: RuleType::Mapping,
                source,
                path,
                kind: kind.name(),
                target: target.word(),
                field_key: target.key().unwrap_or_default(),
                option: "",
            },
            Says::OptionWord { field, word, option } => Columns {
                rule_type: RuleType::OptionWord,
                source: "",
                path: word,
                kind: "",
                target: "field",
                field_key: field,
                option,
            },
        }
    }

    /// Why there can be no such rule, if so.
    pub(crate) fn refused(&self) -> Option<&'static str> {
        let Columns { path, option, .. } = self.columns();
        match self {
            _ if path.is_empty() => Some("there is no key to make a rule of"),
            _ if path.len() > LONGEST_PATH || option.len() > LONGEST_OPTION => Some("its key is too long for a rule"),
            Says::OptionWord { word, .. } if might_be_personal(word) => {
                Some("a rule of options is about a word or two, without numbers and addresses")
            }
            _ => None,
        }
    }
}

/// Whether a word might say who somebody is: then no rule is made of it.
fn might_be_personal(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.contains('@') || digits > 3 || word.chars().count() > 40 || word.split(' ').count() > 4
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub id: RuleId,
    pub says: Says,
    pub standing: RuleStanding,
    pub votes: i64,
    /// Stored form of whoever decided last.
    pub actor: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str =
    "id, type, source, path, kind, target, field_key, option, standing, votes, actor, created_at, updated_at";

impl Rule {
    pub(crate) fn from_row(row: &Row) -> Result<Rule> {
        Ok(Rule {
            id: row.get("id")?,
            says: says_of(row)?,
            standing: row.get("standing")?,
            votes: row.get("votes")?,
            actor: row.get("actor")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

fn says_of(row: &Row) -> Result<Says> {
    let field_key: String = row.get("field_key")?;
    let path: String = row.get("path")?;
    if row.get::<RuleType>("type")? == RuleType::OptionWord {
        return Ok(Says::OptionWord { field: field_key, word: path, option: row.get("option")? });
    }
    let kind = row.text("kind")?;
    let kind = ValueKind::from_name(kind).ok_or_else(|| Error::Internal(format!("a rule's kind of value: {kind}")))?;
    let target =
        target_of(row.text("target")?, &field_key).ok_or_else(|| Error::Internal("a rule's target".to_owned()))?;
    Ok(Says::Mapping { source: row.get("source")?, path, kind, target })
}

/// A target of its word and the key of its field.
pub fn target_of(word: &str, key: &str) -> Option<Target> {
    match word {
        "phone" => Some(Target::Phone),
        "email" => Some(Target::Email),
        "name" => Some(Target::Name),
        "field" => Some(Target::Field(key.to_owned())),
        _ => None,
    }
}

/// As rules are answered, exported, imported and told of in events.
impl Serialize for Says {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let columns = self.columns();
        let some = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        let word = matches!(self, Says::OptionWord { .. });
        let mut wire = serializer.serialize_struct("Says", 8)?;
        wire.serialize_field("type", &columns.rule_type)?;
        wire.serialize_field("source", &some(columns.source))?;
        wire.serialize_field("path", &(!word).then_some(columns.path))?;
        wire.serialize_field("kind", &some(columns.kind))?;
        wire.serialize_field("target", columns.target)?;
        wire.serialize_field("key", &some(columns.field_key))?;
        wire.serialize_field("word", &word.then_some(columns.path))?;
        wire.serialize_field("option", &some(columns.option))?;
        wire.end()
    }
}
