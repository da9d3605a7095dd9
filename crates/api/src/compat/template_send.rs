//! C23 and C24: a template to somebody, with what is known of them.

use crm::Setup;
use crm::channels::Channel;
use crm::customers::Upsert;
use crm::id::{MemberId, StageId};
use crm::messages::{ToCustomer, ToSend, send_to_customer};
use crm::templates::{Reference, Values, Variables};
use crm::tickets::IntegrationData;
use crm::{FieldError, Problems};
use structuring::Explicit;
use structuring::json::Object;

use super::record;
use super::session_message::{own_channel, sent};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, Email, List, PhoneText, SHORT, Text, TextOrNumber, id};
use crate::problem::Problem;

pub const VARIABLES: List<TextOrNumber> = List { of: TextOrNumber { max: 1024 }, max: 100 };
const CARDS: List<List<TextOrNumber>> = List { of: VARIABLES, max: 10 };

/// C23's body.
#[derive(Debug)]
pub struct SendInput {
    phone: Option<String>,
    from: Option<String>,
    reference: Option<Reference>,
    variables: Option<Vec<String>>,
    cards: Option<Vec<Vec<String>>>,
    name: Option<String>,
    email: Option<String>,
    stage: Option<StageId>,
    agent: Option<MemberId>,
    meta_data: Option<Object>,
}

impl Input for SendInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let phone = f.required("phone", PhoneText, "The person's number.");
        let from = f.required("from_phone_number", PhoneText, "The own number, or its phone id.");
        let template_id = f.optional("template_id", TextOrNumber { max: 64 }, "An approved template.");
        let template_name = f.optional("template_name", Text { max: 512 }, "Instead of template_id.");
        let variables = f.optional("variables", VARIABLES, "In order: header, text, addresses of buttons.");
        let cards = f.optional("carousel_variables", CARDS, "Of each card of a carousel.");
        let name = f.optional("contact_name", SHORT, "");
        let email = f.optional("email", Email, "");
        let stage = f.optional("stage_id", id::<StageId>(), "");
        let agent = f.optional("agent_id", id::<MemberId>(), "");
        let meta_data = f.optional("meta_data", AnyObject, "Anything known of the person; structuring reads it.");
        let metadata = f.optional("metadata", AnyObject, "The same as meta_data, which wins where both are there.");
        let meta_data = meta_data.or(metadata);
        let reference = match (template_id, template_name) {
            (Some(id), _) => Some(Reference::Id(id)),
            (None, Some(name)) => Some(Reference::Name { name, language: None }),
            (None, None) => {
                if !f.describes() {
                    f.problem("template_id", "required", "Give template_id or template_name.");
                }
                None
            }
        };
        Some(SendInput { phone, from, reference, variables, cards, name, email, stage, agent, meta_data })
    }
}

/// C24's query.
#[derive(Debug)]
pub struct FromQuery {
    from: Option<String>,
}

impl Input for FromQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "The own number, or its phone id. Needed where there are several.";
        Some(FromQuery { from: f.optional("from-phone-number", PhoneText, about) })
    }
}

/// C24's body: the person's number and the template are in the path.
#[derive(Debug)]
pub struct SendToInput(SendInput);

impl Input for SendToInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let variables = f.required("variables", VARIABLES, "In order: header, text, addresses of buttons.");
        let cards = f.optional("carouselVariables", CARDS, "Of each card of a carousel.");
        let name = f.optional("contactName", SHORT, "");
        let email = f.optional("email", Email, "");
        let stage = f.optional("stageId", id::<StageId>(), "");
        let agent = f.optional("agent_id", id::<MemberId>(), "");
        let meta_data = f.optional("meta_data", AnyObject, "Anything known of the person; structuring reads it.");
        let phone = f.optional("toPhoneNumber", PhoneText, "Instead of the number in the path.");
        let (from, reference) = (None, None);
        Some(SendToInput(SendInput { phone, from, reference, variables, cards, name, email, stage, agent, meta_data }))
    }
}

/// Where each thing is in the request.
struct Places {
    phone: &'static str,
    from: &'static str,
    stage: &'static str,
    template: &'static str,
}

pub async fn send(call: Call) -> Result<Answer, Problem> {
    let object = call.object()?;
    let places = Places { phone: "/phone", from: "/from_phone_number", stage: "/stage_id", template: "/template_id" };
    run(&call, |setup, source| {
        let mut fields = Fields::object(&object, Style::Compatible, "");
        let input = SendInput::read(&mut fields);
        prepare(setup, source, input, fields.finish(), &places)
    })
    .await
}

pub async fn send_to(call: Call) -> Result<Answer, Problem> {
    let object = call.object()?;
    let FromQuery { from } = call.read_query()?;
    let (phone, template) = (call.param("phone").to_owned(), call.param("templateId").to_owned());
    let places = Places { phone: "{phone}", from: "?from-phone-number", stage: "/stageId", template: "{templateId}" };
    run(&call, |setup, source| {
        let mut fields = Fields::object(&object, Style::Compatible, "");
        let input = SendToInput::read(&mut fields).map(|SendToInput(input)| SendInput {
            phone: input.phone.or_else(|| Some(phone.clone())),
            from: from.clone(),
            reference: Some(Reference::Id(template.clone())),
            ..input
        });
        prepare(setup, source, input, fields.finish(), &places)
    })
    .await
}

async fn run(call: &Call, prepare: impl Fn(&Setup, &str) -> Result<ToCustomer, Problem>) -> Result<Answer, Problem> {
    let input = call.prepare(|setup| prepare(setup, &call.source())).await?;
    call.write(move |w| send_to_customer(w, &input), |queued, _| Answer::json(201, &sent(queued))).await
}

fn prepare(
    setup: &Setup,
    source: &str,
    input: Option<SendInput>,
    mut problems: Vec<FieldError>,
    places: &Places,
) -> Result<ToCustomer, Problem> {
    let Some(input) = input else { return Err(Problem::invalid(problems)) };
    let named = problems.iter().any(|problem| problem.pointer == places.from);
    let channel: Option<&Channel> =
        if named { None } else { own_channel(setup, input.from.as_deref(), places.from, &mut problems) };
    let country = channel.map_or(setup.organization.country.as_str(), |channel| channel.country.as_str());
    let phone = input.phone.as_deref().and_then(|text| record::read_phone(text, country, places.phone, &mut problems));
    let mut found = Problems(problems);
    crm::customers::check_stage(setup, input.stage, places.stage, &mut found);
    crm::customers::check_agent(setup, input.agent, "/agent_id", &mut found);
    let problems = found.0;
    let explicit = Explicit {
        phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
        email: input.email,
        name: input.name.map(|name| name.trim().to_owned()),
        fields: Vec::new(),
    };
    let structured = record::structured(setup, source, country, input.meta_data.unwrap_or_default(), explicit);
    let template_at = match &input.reference {
        Some(Reference::Name { .. }) => "/template_name",
        _ => places.template,
    };
    let (Some(channel), Some(reference), true) = (channel, input.reference, problems.is_empty()) else {
        return Err(Problem::invalid(problems));
    };
    Ok(ToCustomer {
        upsert: Upsert {
            channel: channel.id,
            who: record::who(phone, None, Vec::new()),
            structured,
            stage: input.stage,
            agent: input.agent,
            note: None,
        },
        what: ToSend::Template {
            reference,
            values: Box::new(values(input.variables.unwrap_or_default(), input.cards.unwrap_or_default())),
            template_at,
            values_at: "",
        },
        integration: IntegrationData::default(),
    })
}

/// Flat lists, as this surface has them.
pub fn values(variables: Vec<String>, cards: Vec<Vec<String>>) -> Values {
    let of = |list| Values { variables: Variables::Flat(list), ..Values::default() };
    Values { cards: cards.into_iter().map(of).collect(), ..of(variables) }
}
