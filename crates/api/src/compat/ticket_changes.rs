//! C20 and C21: metadata and amount of a ticket that is named by its id, its contact or a number.

use crm::id::{ContactId, TicketId};
use crm::tickets::{AmountChange, MetadataChange, Which, change_metadata, locate, set_amount};
use crm::{FieldError, Problems, Setup, money};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::json::Object;

use super::record;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, Decimal, Flag, PhoneText, Text, id};
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct OkAnswer {
    pub status: &'static str,
}

/// Exactly one of three.
#[derive(Debug)]
struct Named {
    ticket: Option<TicketId>,
    contact: Option<ContactId>,
    number: Option<String>,
    allow_closed: bool,
}

impl Named {
    fn read(f: &mut Fields<'_>) -> Named {
        let ticket =
            f.optional("ticket_id", id::<TicketId>(), "Exactly one of ticket_id, ai_contact_id, contact_number.");
        let contact = f.optional("ai_contact_id", id::<ContactId>(), "");
        let number = f.optional("contact_number", PhoneText, "");
        let allow_closed = f.optional("allow_closed_ticket", Flag, "Whether a closed ticket may be changed (false).");
        let given = [ticket.is_some(), contact.is_some(), number.is_some()].iter().filter(|given| **given).count();
        let wrong = f.problems.iter().any(|p| p.pointer != "/allow_closed_ticket");
        if !f.describes() && !wrong && given != 1 {
            let names = ["ticket_id", "ai_contact_id", "contact_number"];
            let message = "Give exactly one of ticket_id, ai_contact_id and contact_number.";
            let code = if given == 0 { "required" } else { "too_many" };
            f.problem(names[if given == 0 || ticket.is_some() { 0 } else { 1 }], code, message);
        }
        Named { ticket, contact, number, allow_closed: allow_closed.unwrap_or(false) }
    }

    fn which(&self, setup: &Setup, problems: &mut Vec<FieldError>) -> Option<Which> {
        if let Some(id) = self.ticket {
            return Some(Which::Ticket(id));
        }
        if let Some(id) = self.contact {
            return Some(Which::Contact(id));
        }
        let number = self.number.as_deref()?;
        record::read_phone(number, &setup.organization.country, "/contact_number", problems).map(Which::Number)
    }
}

#[derive(Debug)]
pub struct MetadataInput {
    named: Named,
    metadata: Option<Object>,
}

impl Input for MetadataInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let named = Named::read(f);
        let metadata = f.required("metadata", AnyObject, "Merged by top-level key; null removes a key.");
        Some(MetadataInput { named, metadata })
    }
}

fn read<T: Input>(object: &Object) -> Result<(T, Vec<FieldError>), Problem> {
    let mut fields = Fields::object(object, Style::Compatible, "");
    let input = T::read(&mut fields);
    let problems = fields.finish();
    match input {
        Some(input) => Ok((input, problems)),
        None => Err(Problem::invalid(problems)),
    }
}

/// The problem, and whatever is wrong with the reference besides: all of it in one answer.
async fn with_reference(call: &Call, mut problem: Problem, named: &Named) -> Problem {
    let mut unread = Vec::new();
    let Some(which) = named.which(&call.setup, &mut unread).filter(|_| problem.status == 400) else { return problem };
    let allow_closed = named.allow_closed;
    if let Err(crm::Error::Invalid(errors)) =
        call.app.crm.read(&call.caller, move |w| locate(w, &which, allow_closed)).await
    {
        problem.errors.extend(errors);
        return Problem::invalid(problem.errors);
    }
    problem
}

/// C20
pub async fn metadata(call: Call) -> Result<Answer, Problem> {
    let object = call.object()?;
    let prepared = call
        .prepare(|setup| {
            let (input, mut problems) = read::<MetadataInput>(&object)?;
            let which = input.named.which(setup, &mut problems);
            let mut found = Problems(problems);
            let country = Some(setup.organization.country.as_str());
            let data = input.metadata.unwrap_or_default();
            let change = MetadataChange::read(setup, &data, "/metadata", country, &mut found);
            match which {
                Some(which) if found.0.is_empty() => Ok((which, change, input.named.allow_closed)),
                _ => Err(Problem::invalid(found.0)),
            }
        })
        .await;
    let (which, change, allow_closed) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => {
            let (input, _) = read::<MetadataInput>(&object)?;
            return Err(with_reference(&call, problem, &input.named).await);
        }
    };
    call.write(
        move |w| {
            let mut ticket = locate(w, &which, allow_closed)?;
            change_metadata(w, &mut ticket, &change)
        },
        |_, _| Answer::json(201, &OkAnswer { status: "ok" }),
    )
    .await
}

#[derive(Debug)]
pub struct AmountInput {
    named: Named,
    amount: Option<String>,
    currency: Option<String>,
}

impl Input for AmountInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let named = Named::read(f);
        let amount = f.required("amount", Decimal, "At least 0; no more decimals than the currency has.");
        let currency = f.optional(
            "currency",
            Text { max: 3 },
            "ISO 4217, or UF. Without it: the ticket's, else the organization's.",
        );
        if let Some(code) = &currency
            && money::currency(code).is_none()
        {
            f.problem("currency", "invalid_currency", "Expected an ISO 4217 code such as CLP or USD, or UF.");
        }
        if amount.as_deref().is_some_and(|text| text.starts_with('-')) {
            f.problem("amount", "out_of_range", "Expected at least 0.");
        }
        Some(AmountInput { named, amount, currency })
    }
}

/// C21
pub async fn amount(call: Call) -> Result<Answer, Problem> {
    let object = call.object()?;
    let (input, mut problems) = read::<AmountInput>(&object)?;
    let which = input.named.which(&call.setup, &mut problems);
    // With a currency the amount can be checked before anything is looked up.
    let sound = !problems.iter().any(|p| p.pointer == "/amount" || p.pointer == "/currency");
    if let (Some(amount), Some(currency), true) = (&input.amount, &input.currency, sound)
        && let Err(error) = money::parse_amount(amount, currency)
    {
        problems.push(FieldError::new("/amount", error.code(), error.to_string()));
    }
    let (Some(which), Some(amount), true) = (which, input.amount, problems.is_empty()) else {
        return Err(with_reference(&call, Problem::invalid(problems), &input.named).await);
    };
    let change = AmountChange { amount, currency: input.currency };
    let allow_closed = input.named.allow_closed;
    call.write(
        move |w| {
            let mut ticket = locate(w, &which, allow_closed)?;
            set_amount(w, &mut ticket, &change)
        },
        |_, _| Answer::json(201, &OkAnswer { status: "ok" }),
    )
    .await
}
