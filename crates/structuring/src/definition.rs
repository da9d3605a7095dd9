//! The organization's own fields.

use serde::{Deserialize, Serialize};

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    Text,
    Number,
    Date,
    Boolean,
    Select,
    MultiSelect,
    Phone,
    Email,
    Url,
    Currency,
}

impl FieldType {
    pub fn as_str(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::Number => "number",
            FieldType::Date => "date",
            FieldType::Boolean => "boolean",
            FieldType::Select => "select",
            FieldType::MultiSelect => "multi_select",
            FieldType::Phone => "phone",
            FieldType::Email => "email",
            FieldType::Url => "url",
            FieldType::Currency => "currency",
        }
    }

    pub fn from_name(name: &str) -> Option<FieldType> {
        use FieldType::{Boolean, Currency, Date, Email, MultiSelect, Number, Phone, Select, Text, Url};
        [Text, Number, Date, Boolean, Select, MultiSelect, Phone, Email, Url, Currency]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// One field as the organization defined it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    pub key: String,
    pub name: String,
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// The exact words of a select, in order.
    #[serde(default)]
    pub options: Vec<String>,
    /// ISO 4217, or `UF`; nothing = the currency of the country.
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
}

/// The fields of one organization at one revision, ready to be matched. Share it behind an `Arc`.
pub struct Definitions {
    revision: u64,
    definitions: Vec<Definition>,
}

impl Definitions {
    /// Prepares the fields; `revision` is whatever the caller counts changes with and is only handed back.
    pub fn compile(revision: u64, definitions: Vec<Definition>) -> Definitions {
        Definitions { revision, definitions }
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn get(&self, key: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.key == key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter()
    }

    pub fn len(&self) -> usize {
        self.definitions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }
}
