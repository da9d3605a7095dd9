//! Rows of the route table: what structuring found, what people decide about it, what that teaches.

use crm::Scope::{ContactsRead, ContactsWrite, SetupRead, SetupWrite};
use crm::page::Page;
use crm::structuring_model::ModelEndpoint;

use super::{proposals, provenance, reviews, rules, structuring_model};
use crate::route::{Route, delete, get, patch, post};

pub fn table() -> Vec<Route> {
    const STRUCTURING: &str = "Structuring";
    vec![
        get("/api/v1/contacts/{id}/structuring", provenance::show)
            .scope(ContactsRead)
            .named("v1ContactStructuring", STRUCTURING, "Where a contact's values came from")
            .about("Each value with the record, the key and the engine that it was read by, and what it replaced.")
            .answers::<provenance::ContactStructuring>(200, "The values."),
        post("/api/v1/contacts/{id}/structuring/doubt", reviews::doubt)
            .scope(ContactsWrite)
            .named("v1DoubtValue", STRUCTURING, "Put a structured value up for decision")
            .about("What was sure enough not to be asked about is then corrected, and teaches, as any other review.")
            .body::<reviews::DoubtInput>()
            .answers::<reviews::ReviewView>(200, "The review that waits."),
        post("/api/v1/structuring/undo", provenance::undo)
            .scope(ContactsWrite)
            .named("v1UndoStructuring", STRUCTURING, "Take structured values back")
            .about(
                "One value, or all of a record or a request. What was there before stands again. A value that somebody set \
                 later is left, and said so. Twice is as once; there is no undo of an undo.",
            )
            .body::<provenance::UndoInput>()
            .answers::<provenance::UndoneAnswer>(200, "What became of each value."),
        get("/api/v1/structuring/reviews", reviews::list)
            .scope(ContactsRead)
            .named("v1ListReviews", STRUCTURING, "Values that wait for a person's decision")
            .query::<reviews::ReviewsQuery>()
            .answers::<Page<reviews::ReviewView>>(200, "One page."),
        get("/api/v1/structuring/reviews/{id}", reviews::show)
            .scope(ContactsRead)
            .named("v1GetReview", STRUCTURING, "One review")
            .answers::<reviews::ReviewView>(200, "The review."),
        post("/api/v1/structuring/reviews/{id}/decide", reviews::decide)
            .scope(ContactsWrite)
            .named("v1DecideReview", STRUCTURING, "Decide about a value")
            .about("The same decision again changes nothing; another one is refused with 409 `already_decided`.")
            .body::<reviews::DecideInput>()
            .answers::<reviews::DecidedView>(200, "Decided."),
        post("/api/v1/structuring/reviews/decide", reviews::decide_many)
            .scope(ContactsWrite)
            .named("v1DecideReviews", STRUCTURING, "Decide about many values")
            .about("At most 100. Each stands or falls by itself.")
            .body::<reviews::DecideManyInput>()
            .answers::<reviews::DecidedMany>(200, "What became of each, in order."),
        get("/api/v1/structuring/model", structuring_model::show)
            .scope(SetupRead)
            .named("v1GetStructuringModel", STRUCTURING, "The language model that improves structuring")
            .about("With how it is doing and what it has cost today. Its key is never shown.")
            .answers::<ModelEndpoint>(200, "The model, or the defaults where none was configured."),
        patch("/api/v1/structuring/model", structuring_model::update)
            .scope(SetupWrite)
            .named("v1UpdateStructuringModel", STRUCTURING, "Configure the language model that improves structuring")
            .about(
                "Off by itself. With another address or kind the key is forgotten unless it is sent along. Switched off, what waits is \
                 given up.",
            )
            .body::<structuring_model::UpdateInput>()
            .answers::<ModelEndpoint>(200, "The model."),
        post("/api/v1/structuring/model/test", structuring_model::test)
            .scope(SetupWrite)
            .named("v1TestStructuringModel", STRUCTURING, "Try the language model on ten invented records")
            .about(
                "Whatever its mode. Answers within a minute, and writes nothing; its calls and tokens count in the day's budget: 409 \
                 `budget_ended` where less than 20 calls are left, 409 `not_configured` without an address and a model.",
            )
            .answers::<structuring_model::Trials>(200, "What came of it.")
            .refuses(&[409]),
        get("/api/v1/structuring/rules", rules::list)
            .scope(SetupRead)
            .named("v1ListRules", STRUCTURING, "What decisions have taught")
            .about("The list is the export: `POST` takes the same shape.")
            .query::<rules::RulesQuery>()
            .answers::<Page<rules::RuleView>>(200, "One page."),
        post("/api/v1/structuring/rules", rules::import)
            .scope(SetupWrite)
            .named("v1ImportRules", STRUCTURING, "Put rules in")
            .about("All or none.")
            .body::<rules::ImportInput>()
            .answers::<rules::ImportedAnswer>(201, "The rules as they stand now."),
        delete("/api/v1/structuring/rules/{id}", rules::delete)
            .scope(SetupWrite)
            .named("v1DeleteRule", STRUCTURING, "Forget a rule")
            .about("From the next record on structuring decides by itself again.")
            .answers::<rules::RuleView>(200, "The rule that was."),
        get("/api/v1/structuring/proposals", proposals::list)
            .scope(SetupRead)
            .named("v1ListProposals", STRUCTURING, "Keys that no field knows")
            .about("Seen at 20 contacts or more, with what their values look like. Those with the most contacts first.")
            .query::<proposals::ProposalsQuery>()
            .answers::<Page<proposals::FieldProposal>>(200, "One page."),
        get("/api/v1/structuring/proposals/{id}", proposals::show)
            .scope(SetupRead)
            .named("v1GetProposal", STRUCTURING, "One proposal")
            .answers::<proposals::FieldProposal>(200, "The proposal."),
        post("/api/v1/structuring/proposals/{id}/accept", proposals::accept)
            .scope(SetupWrite)
            .named("v1AcceptProposal", STRUCTURING, "Make the field, and fill it from the metadata that is there")
            .about("The field is there at once; history is filled in the background, `filled` says how far.")
            .body::<proposals::AcceptInput>()
            .answers::<proposals::AcceptedView>(200, "The proposal and its field."),
        post("/api/v1/structuring/proposals/{id}/dismiss", proposals::dismiss)
            .scope(SetupWrite)
            .named("v1DismissProposal", STRUCTURING, "Do not propose this key again")
            .answers::<proposals::FieldProposal>(200, "The proposal."),
    ]
}
