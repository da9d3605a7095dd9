//! Short coloured words that are put on contacts or on tickets. Known by a number, as integrations know them; two of one
//! kind never differ in case, accents or blanks alone.
//!
//! Tags are not part of `Setup`: they come and go with daily work, and a new one must not make every node load its set-up
//! again.

mod create;
mod delete;
mod list;
mod update;

pub use create::{NewTag, create, find_or_create_by_name, is_full};
pub use delete::{DeletedTag, delete};
pub use list::{find, find_by_name, get, list, page};
pub use update::{TagPatch, update};

use serde::Serialize;
use store::Row;

use crate::error::{Error, FieldError, Problems, Result};
use crate::text::fold;
use crate::time::Timestamp;
use crate::wire_enum;

/// Tags of one organization: some of the answers have all of them.
pub const MOST_TAGS: i64 = 5_000;
/// Longest name of a tag, in characters.
pub const VALUE_LIMIT: usize = 100;

wire_enum! {
    /// What a tag may be put on.
    pub enum EntityType { Contact = "CONTACT", Ticket = "TICKET" }
}

wire_enum! {
    /// Its colour on screen.
    pub enum Variant {
        Gray = "gray",
        Red = "red",
        Orange = "orange",
        Amber = "amber",
        Green = "green",
        Teal = "teal",
        Cyan = "cyan",
        Blue = "blue",
        Indigo = "indigo",
        Purple = "purple",
        Pink = "pink",
        Brown = "brown",
    }
}

impl Variant {
    /// The colour of a tag that was given none: always the same one for the same name (FNV-1a over the folded name), and
    /// never gray, which looks switched off.
    pub fn of_value(value: &str) -> Variant {
        let hash = fold(value)
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let colours = &Variant::ALL[1..];
        colours[(hash % colours.len() as u64) as usize]
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Tag {
    /// Never given twice within an organization.
    pub id: i64,
    pub value: String,
    pub variant: Variant,
    pub entity_type: EntityType,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "g.id, g.value, g.variant, g.entity_type, g.version, g.created_at";

impl Tag {
    pub(crate) fn from_row(row: &Row) -> Result<Tag> {
        Ok(Tag {
            id: row.at(0)?,
            value: row.at(1)?,
            variant: row.at(2)?,
            entity_type: row.at(3)?,
            version: row.at(4)?,
            created_at: row.at(5)?,
        })
    }
}

/// The name as it is kept and as it is compared; notes what is wrong with it.
fn read_value(value: &str, pointer: &str, problems: &mut Problems) -> (String, String) {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = fold(&value);
    let length = value.chars().count();
    if key.is_empty() {
        problems.add(FieldError::new(pointer, "required", "A tag needs a name."));
    } else if length > VALUE_LIMIT {
        let message = format!("A tag's name has at most {VALUE_LIMIT} characters; this one has {length}.");
        problems.add(FieldError::new(pointer, "too_long", message));
    } else if value.chars().any(char::is_control) {
        problems.add(FieldError::new(pointer, "invalid", "A tag's name has no control characters."));
    }
    (value, key)
}

fn exists(tag: &Tag) -> Error {
    let message = format!(
        "There is a {} tag “{}” already (id {}); case, accents and blanks make no other name.",
        tag.entity_type, tag.value, tag.id
    );
    Error::conflict("tag_exists", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_belongs_to_the_name_however_it_is_written() {
        assert_eq!(Variant::of_value("Atención  VIP"), Variant::of_value("atencion vip"));
        let colours: std::collections::HashSet<_> = (0..200).map(|n| Variant::of_value(&format!("tag {n}"))).collect();
        assert!(colours.len() == Variant::ALL.len() - 1 && !colours.contains(&Variant::Gray));
    }
}
