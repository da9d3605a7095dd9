//! What becomes of everything that names a contact or a customer when two are made one.

use store::params;

use crate::error::Result;
use crate::id::{ContactId, MergeId};
use crate::work::Work;

/// What a merge of two contacts does with a column that names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// Rows with an id of their own: they move, each is listed under `kind`, and undo moves exactly those back. `unless` (SQL,
    /// `$3` the survivor) says which stay with the one that is merged away: what the survivor has already.
    Moves { kind: &'static str, unless: Option<&'static str> },
    /// It has code of its own, there.
    Apart(&'static str),
    /// It goes on naming whom it named, and why.
    Stays(&'static str),
}

use Follows::{Apart, Moves, Stays};

/// Every column of the schema that names a contact or a customer; a test compares it with the schema, so that a new table is
/// decided about here. (table, column, what becomes of it)
pub const NAMED: &[(&str, &str, Follows)] = &[
    ("tickets", "contact_id", Moves { kind: "ticket", unless: None }),
    ("structurings", "contact_id", Moves { kind: "structuring", unless: None }),
    ("reviews", "contact_id", Moves { kind: "review", unless: Some(ASKED) }),
    ("scheduled_messages", "contact_id", Moves { kind: "scheduled_message", unless: Some(SCHEDULED) }),
    ("messages", "contact_id", Apart("merge/pieces.rs: in pieces")),
    ("answers", "contact_id", Apart("merge/pieces.rs: each with its message")),
    ("outbox", "contact_id", Apart("outbox/line.rs: two lines become one")),
    ("conversations", "contact_id", Apart("conversations/rebuild.rs: computed anew, with what was unread of either")),
    ("drafts", "contact_id", Apart("conversations/draft.rs: of two drafts of one member the survivor's")),
    ("webchat_visitors", "contact_id", Apart("webchat/visitor.rs: found by the alias, until an undo")),
    ("contact_identifiers", "contact_id", Apart("merge/contacts.rs")),
    ("contact_tags", "contact_id", Apart("merge/contacts.rs: a set, shared")),
    ("contact_agents", "contact_id", Apart("merge/contacts.rs: a set, shared")),
    ("merge_proposals", "contact_id", Apart("merge/contacts.rs")),
    ("merge_proposals", "customer_id", Apart("customers/join.rs")),
    ("contacts", "merged_into", Apart("merge/contacts.rs: an alias of an alias names the survivor at once")),
    ("contacts", "customer_id", Apart("customers/join.rs")),
    ("customer_identifiers", "customer_id", Apart("customers/join.rs")),
    ("field_values", "entity_id", Apart("customers/join.rs; a ticket's values go with their ticket")),
    ("events", "contact_id", Stays("the log is never changed; a history reads it under both ids")),
    ("merges", "contact_id", Stays("it says who was merged")),
    ("merges", "merged_id", Stays("it says who was merged")),
    (
        "structuring_questions",
        "contact_id",
        Stays("what the model finds is written to the survivor, through the alias"),
    ),
    ("erasures", "contact_id", Stays("it says who was erased: nobody is merged with them")),
    ("erasures", "customer_id", Stays("it says who was erased: nobody is merged with them")),
    ("unknown_key_contacts", "contact_id", Stays("only counted, and found through the alias")),
];

/// What was asked of both is asked of the survivor once.
const ASKED: &str = "EXISTS (SELECT 1 FROM reviews o WHERE o.organization_id = $1 AND o.contact_id = $3
    AND o.target = reviews.target AND o.field_key = reviews.field_key AND o.value_key = reviews.value_key)";

/// The very same is scheduled for the survivor: it goes once.
const SCHEDULED: &str = "EXISTS (SELECT 1 FROM scheduled_messages o WHERE o.organization_id = $1 AND o.contact_id = $3
    AND o.scheduled_at = scheduled_messages.scheduled_at AND o.fingerprint = scheduled_messages.fingerprint)";

/// Moves what moves row by row, and lists it.
pub(super) fn take_along(w: &mut Work<'_, '_>, merge: MergeId, from: ContactId, to: ContactId) -> Result<()> {
    for (table, column, follows) in NAMED {
        let Moves { kind, unless } = follows else { continue };
        let condition = unless.map_or(String::new(), |unless| format!("AND NOT {unless}"));
        let sql = format!(
            "UPDATE {table} SET {column} = $3 WHERE organization_id = $1 AND {column} = $2 {condition} RETURNING id"
        );
        for row in w.tx.query(&sql, params![w.caller.organization, from, to])? {
            w.tx.execute(
                "INSERT INTO merge_moves (organization_id, merge_id, kind, row_id) VALUES ($1, $2, $3, $4)",
                params![w.caller.organization, merge, *kind, row.at::<uuid::Uuid>(0)?],
            )?;
        }
    }
    Ok(())
}

/// Moves back what is listed and still with the survivor.
pub(super) fn go_back(w: &mut Work<'_, '_>, merge: MergeId, from: ContactId, to: ContactId) -> Result<()> {
    for (table, column, follows) in NAMED {
        let Moves { kind, .. } = follows else { continue };
        let sql = format!(
            "UPDATE {table} SET {column} = $3 WHERE organization_id = $1 AND {column} = $2
               AND id IN (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $4 AND kind = $5)"
        );
        w.tx.execute(&sql, params![w.caller.organization, from, to, merge, *kind])?;
    }
    Ok(())
}
