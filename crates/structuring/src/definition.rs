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
