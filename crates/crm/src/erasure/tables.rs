//! What an erasure does with each table: the one list.

/// What becomes of a person's rows of a table. In SQL `$1` is the organization, `$2` the customer; `{contacts}` and `{tickets}` stand
/// for the ids of all of theirs, `$3` for the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erases {
    /// They go, with the first transaction: of one person there are few. Which.
    Rows(&'static str),
    /// They stay, without what is said in them; with the first transaction as well.
    Blanks { which: &'static str, set: &'static str },
    /// It has code of its own, there.
    Apart(&'static str),
    /// There is nothing of a person in it, and why.
    Nothing(&'static str),
}

use Erases::{Apart, Blanks, Nothing, Rows};

const STAFF: &str = "of who works here";
const SETUP: &str = "the organization's own";
const RUNNING: &str = "how the program runs";
const IDS: &str = "ids and times, which stay";

/// Every table of the schema, in the order in which the first transaction goes through them: tests compare it with the schema, and
/// look through all of them after an erasure.
pub const TABLES: &[(&str, Erases)] = &[
    ("contacts", Apart("begin.rs: emptied, and an alias of nobody")),
    ("tickets", Apart("begin.rs: closed, and emptied")),
    ("outbox", Apart("begin.rs: what waits is cancelled")),
    ("search_documents", Apart("begin.rs, messages.rs: with what they index")),
    ("customer_identifiers", Rows("customer_id = $2")),
    ("merge_proposals", Rows("customer_id = $2 OR contact_id IN {contacts}")),
    ("contact_identifiers", Rows("contact_id IN {contacts}")),
    ("contact_agents", Rows("contact_id IN {contacts}")),
    ("contact_tags", Rows("contact_id IN {contacts}")),
    ("conversations", Rows("contact_id IN {contacts}")),
    ("drafts", Rows("contact_id IN {contacts}")),
    ("reviews", Rows("contact_id IN {contacts}")),
    ("structuring_questions", Rows("contact_id IN {contacts}")),
    ("field_values", Rows("entity_id = $2 OR entity_id IN {tickets}")),
    ("ticket_tags", Rows("ticket_id IN {tickets}")),
    ("assignment_queue", Rows("ticket_id IN {tickets}")),
    (
        "merges",
        Blanks {
            which: "contact_id IN {contacts} OR merged_id IN {contacts}",
            set: r#"before = '{"contacts":null,"customers":null}'"#,
        },
    ),
    (
        "scheduled_messages",
        Blanks {
            which: "contact_id IN {contacts}",
            set: "content = '{}', failure = NULL, fingerprint = NULL, updated_at = $3, version = version + 1",
        },
    ),
    ("webchat_visitors", Apart("begin.rs, by contact; quotes.rs, by what a page calls them")),
    ("messages", Apart("messages.rs: in pieces")),
    ("reactions", Apart("messages.rs: with their message")),
    ("media", Apart("messages.rs: with the last of their messages")),
    ("media_uses", Apart("messages.rs: with the last of their messages")),
    ("media_uploads", Apart("messages.rs: with the last of their messages")),
    ("structurings", Apart("records.rs: in pieces")),
    ("events", Apart("events.rs: in pieces")),
    ("webhook_bodies", Apart("events.rs: with their event")),
    ("webhook_calls", Apart("events.rs: with their event, what a receiver answered")),
    ("idempotency", Apart("quotes.rs: answers that say who it was")),
    ("early_updates", Apart("quotes.rs: what says who it was")),
    ("hook_leftovers", Apart("quotes.rs: what says who it was")),
    ("customers", Nothing(IDS)),
    ("answers", Nothing("ids and times: what reports count")),
    ("merge_moves", Nothing(IDS)),
    ("unknown_key_contacts", Nothing(IDS)),
    ("webhook_deliveries", Nothing("ids and times; what waits is sent without the person")),
    ("gone_files", Nothing("paths, which are hashes")),
    ("erasures", Nothing("numbers; what was looked for goes with the last piece")),
    ("structuring_rules", Nothing("paths, and single words that mean an option: of nobody")),
    ("unknown_keys", Nothing("keys, and options that several people have")),
    ("organizations", Nothing(SETUP)),
    ("counters", Nothing(SETUP)),
    ("api_keys", Nothing(SETUP)),
    ("pipelines", Nothing(SETUP)),
    ("stages", Nothing(SETUP)),
    ("channels", Nothing(SETUP)),
    ("channel_news", Nothing(SETUP)),
    ("tags", Nothing(SETUP)),
    ("custom_fields", Nothing(SETUP)),
    ("templates", Nothing(SETUP)),
    ("canned_replies", Nothing(SETUP)),
    ("webhooks", Nothing(SETUP)),
    ("assignment_rules", Nothing(SETUP)),
    ("retention_rules", Nothing(SETUP)),
    ("structuring_models", Nothing(SETUP)),
    ("members", Nothing(STAFF)),
    ("member_preferences", Nothing(STAFF)),
    ("member_totp", Nothing(STAFF)),
    ("recovery_codes", Nothing(STAFF)),
    ("sessions", Nothing(STAFF)),
    ("invitations", Nothing(STAFF)),
    ("reset_links", Nothing(STAFF)),
    ("assignment_turns", Nothing(STAFF)),
    ("setup_tokens", Nothing(STAFF)),
    ("sunset_calls", Nothing("which program called")),
    ("sunset_notices", Nothing(RUNNING)),
    ("structuring_model_days", Nothing(RUNNING)),
    ("retention_runs", Nothing(RUNNING)),
    ("search_backlog", Nothing(RUNNING)),
    ("event_cursors", Nothing(RUNNING)),
    ("leases", Nothing(RUNNING)),
    ("installation", Nothing(RUNNING)),
];

const CONTACTS: &str = "(SELECT p.id FROM contacts p WHERE p.organization_id = $1 AND p.customer_id = $2)";
const TICKETS: &str =
    "(SELECT q.id FROM contacts p JOIN tickets q ON q.organization_id = p.organization_id AND q.contact_id = p.id
    WHERE p.organization_id = $1 AND p.customer_id = $2)";

/// With the ids of the person's contacts and tickets in their places.
pub(super) fn of_person(sql: &str) -> String {
    sql.replace("{contacts}", CONTACTS).replace("{tickets}", TICKETS)
}
