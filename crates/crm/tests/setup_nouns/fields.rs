use crm::fields::{self, CustomField, Entity, FieldPatch, NewField};
use crm::id::FieldId;
use store::params;
use structuring::FieldType;

use crate::world::{World, each, message, wrong};

fn field(name: &str, field_type: FieldType) -> NewField {
    NewField {
        key: None,
        name: name.to_owned(),
        entity: Entity::Customer,
        field_type,
        options: Vec::new(),
        currency: None,
        description: None,
        required: false,
        identifier: false,
        position: None,
    }
}

fn options(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn make(world: &World, new: NewField) -> crm::Result<CustomField> {
    world.write(move |w| fields::create(w, &new))
}

fn change(world: &World, id: FieldId, patch: FieldPatch) -> crm::Result<CustomField> {
    world.write(move |w| fields::update(w, id, &patch))
}

fn to_type(field_type: FieldType) -> FieldPatch {
    FieldPatch { field_type: Some(field_type), ..FieldPatch::default() }
}

fn keys(world: &World) -> Vec<String> {
    world.setup(|setup| setup.fields.iter().map(|field| format!("{} {}", field.key, field.position)).collect())
}

#[test]
fn a_field_gets_its_key_and_its_place() {
    each(|world| {
        let income = make(world, field("Renta Líquida (mensual)", FieldType::Currency)).unwrap();
        assert_eq!((income.key.as_str(), income.currency.as_deref()), ("renta_liquida_mensual", Some("CLP")));
        let plan =
            NewField { options: options(&["Básico", "Pro"]), position: Some(0), ..field("Plan", FieldType::Select) };
        make(world, plan).unwrap();
        let uf = NewField {
            key: Some("valor_uf".to_owned()),
            currency: Some("clf".to_owned()),
            ..field("Valor", FieldType::Currency)
        };
        assert_eq!(make(world, uf).unwrap().currency.as_deref(), Some("UF"));
        let ticket = NewField { entity: Entity::Ticket, ..field("Plan", FieldType::Text) };
        make(world, ticket).unwrap();
        assert_eq!(keys(world), ["plan 0", "renta_liquida_mensual 1", "valor_uf 2", "plan 0"]);
        let last = FieldPatch { position: Some(99), ..FieldPatch::default() };
        let first = world.setup(|setup| setup.fields[0].id);
        change(world, first, last).unwrap();
        assert_eq!(keys(world)[..3], ["renta_liquida_mensual 0", "valor_uf 1", "plan 2"]);
        assert!(world.setup(|setup| setup.definitions.get("valor_uf").is_some()), "structuring knows it at once");
        assert_eq!(wrong(make(world, field("PLAN", FieldType::Text))), "field_exists");
    });
}

#[test]
fn what_is_wrong_is_said_at_once() {
    each(|world| {
        let bad = NewField {
            key: Some("Renta Líquida".to_owned()),
            options: options(&["Sí", "si", ""]),
            currency: Some("CLP".to_owned()),
            identifier: true,
            ..field("", FieldType::Select)
        };
        assert_eq!(
            wrong(make(world, bad)),
            "/name required, /key invalid_key, /options/1 duplicate, /options/2 required, /currency not_of_this_type, \
             /identifier invalid_value"
        );
        assert_eq!(wrong(make(world, field("Plan", FieldType::MultiSelect))), "/options required");
        let text = NewField { options: options(&["a"]), ..field("Texto", FieldType::Text) };
        assert_eq!(wrong(make(world, text)), "/options not_of_this_type");
        assert_eq!(wrong(make(world, field("¿¿??", FieldType::Text))), "/key required");
        let ticket = NewField { entity: Entity::Ticket, identifier: true, ..field("Folio", FieldType::Text) };
        assert_eq!(wrong(make(world, ticket)), "/identifier invalid_value");
        let money = NewField { currency: Some("PESOS".to_owned()), ..field("Renta", FieldType::Currency) };
        assert_eq!(wrong(make(world, money)), "/currency unknown_currency");
    });
}

#[test]
fn a_type_changes_only_if_every_value_does() {
    each(|world| {
        let id = make(world, field("Edad", FieldType::Text)).unwrap().id;
        let channel = world.channel();
        let first = world.contact(channel, "9 5550 0001");
        let second = world.contact(channel, "9 5550 0002");
        world.value(&first, id, "\"1.234\"");
        world.value(&second, id, "\"muchos\"");
        let refused = message(change(world, id, to_type(FieldType::Number)));
        assert!(
            refused.starts_with("1 of 2 values are no values of this type; 1 are. Nothing was changed."),
            "{refused}"
        );
        assert_eq!(world.values(&first), ["\"1.234\""]);
        world.value(&second, id, "\"35\"");
        assert_eq!(change(world, id, to_type(FieldType::Number)).unwrap().field_type, FieldType::Number);
        assert_eq!((world.values(&first), world.values(&second)), (vec!["1234".to_owned()], vec!["35".to_owned()]));
        let chilean = change(world, id, to_type(FieldType::Currency)).unwrap();
        assert_eq!(chilean.currency.as_deref(), Some("CLP"));
        let dollars = FieldPatch { currency: Some("USD".to_owned()), ..FieldPatch::default() };
        assert_eq!(wrong(change(world, id, dollars)), "currency_change");
        assert_eq!(change(world, id, to_type(FieldType::Text)).unwrap().currency, None);
        assert_eq!(world.values(&first), ["\"1234\""]);
    });
}

#[test]
fn amounts_that_a_currency_cannot_hold_do_not_convert() {
    each(|world| {
        let id = make(world, field("Renta", FieldType::Number)).unwrap().id;
        let contact = world.contact(world.channel(), "9 5550 0001");
        world.value(&contact, id, "12.5");
        assert_eq!(wrong(change(world, id, to_type(FieldType::Currency))), "type_change");
        let dollars = FieldPatch { currency: Some("USD".to_owned()), ..to_type(FieldType::Currency) };
        assert!(change(world, id, dollars).is_ok());
    });
}

#[test]
fn an_option_in_use_stays() {
    each(|world| {
        let new = NewField { options: options(&["Básico", "Pro", "Otro"]), ..field("Plan", FieldType::Select) };
        let id = make(world, new).unwrap().id;
        let contact = world.contact(world.channel(), "9 5550 0001");
        world.value(&contact, id, "\"Pro\"");
        let patch = |words: &[&str]| FieldPatch { options: Some(options(words)), ..FieldPatch::default() };
        let refused = message(change(world, id, patch(&["Básico"])));
        assert!(refused.starts_with("1 of 1 values are no values with these options"), "{refused}");
        assert_eq!(change(world, id, patch(&["PRO", "Básico"])).unwrap().options, ["PRO", "Básico"]);
        assert_eq!(world.values(&contact), ["\"PRO\""], "written as the option is now");
        assert_eq!(wrong(change(world, id, patch(&[]))), "/options required");
        assert_eq!(wrong(change(world, id, to_type(FieldType::Number))), "type_change");
        assert!(change(world, id, to_type(FieldType::Text)).unwrap().options.is_empty());
    });
}

#[test]
fn a_field_with_values_is_only_put_out_of_sight() {
    each(|world| {
        let id = make(world, field("Comuna", FieldType::Text)).unwrap().id;
        make(world, field("Calle", FieldType::Text)).unwrap();
        let contact = world.contact(world.channel(), "9 5550 0001");
        world.value(&contact, id, "\"Ñuñoa\"");
        let remove = |archive| world.write(move |w| fields::remove(w, id, None, archive));
        assert!(message(remove(false)).starts_with("This custom field is in use: 1 value. "));
        assert!(remove(true).unwrap().archived);
        assert_eq!(wrong(remove(true)), "not_found");
        assert_eq!(keys(world), ["calle 0"]);
        let again = make(world, field("Comuna", FieldType::Text)).unwrap();
        assert_ne!(again.id, id);
        let gone = world.write(move |w| fields::remove(w, again.id, Some(1), false)).unwrap();
        assert!(!gone.archived);
    });
}

#[test]
fn a_field_becomes_an_identifier_with_the_values_it_has() {
    each(|world| {
        let id = make(world, field("RUT", FieldType::Text)).unwrap().id;
        let channel = world.channel();
        let people = ["9 5550 0001", "9 5550 0002", "9 5550 0003"].map(|number| world.contact(channel, number));
        world.value(&people[0], id, "\"12.345.678-5\"");
        world.value(&people[1], id, "\"11.111.111-1\"");
        world.value(&people[2], id, "\"12.345.678-5\"");
        let identifier = |on| FieldPatch { identifier: Some(on), ..FieldPatch::default() };
        change(world, id, identifier(true)).unwrap();
        let count = |table: &'static str| {
            let counted = world.write(move |w| {
                let sql =
                    format!("SELECT count(*) AS n FROM {table} WHERE organization_id = $1 AND kind = 'field:rut'");
                let organization = w.organization();
                Ok(w.tx.query_one(&sql, params![organization])?.get::<i64>("n")?)
            });
            counted.unwrap()
        };
        assert_eq!((count("customer_identifiers"), count("merge_proposals")), (2, 1), "nobody is merged by this");
        change(world, id, identifier(false)).unwrap();
        assert_eq!((count("customer_identifiers"), count("merge_proposals")), (0, 0));
    });
}

#[test]
fn fields_of_others_are_not_there() {
    each(|world| {
        let stranger = world.write_elsewhere(|w| fields::create(w, &field("Renda", FieldType::Text))).unwrap().id;
        assert_eq!(wrong(change(world, stranger, to_type(FieldType::Number))), "not_found");
        assert_eq!(wrong(world.write(move |w| fields::remove(w, stranger, None, true))), "not_found");
        let id = make(world, field("Renta", FieldType::Text)).unwrap().id;
        let stale = FieldPatch { if_version: Some(4), ..to_type(FieldType::Number) };
        assert_eq!(wrong(change(world, id, stale)), "precondition_failed");
    });
}

#[test]
fn more_than_five_thousand_values_are_not_converted_at_once() {
    each(|world| {
        let id = make(world, field("Edad", FieldType::Text)).unwrap().id;
        world
            .write(move |w| {
                for _ in 0..=fields::CONVERT_LIMIT {
                    let entity = w.new_id::<crm::id::CustomerId>();
                    let value = structuring::Json::from("1");
                    crm::customers::write_value(w, entity.0, id, &value, crm::contacts::ValueSource::Explicit, None)?;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(wrong(change(world, id, to_type(FieldType::Number))), "type_change");
        let identifier = FieldPatch { identifier: Some(true), ..FieldPatch::default() };
        assert_eq!(wrong(change(world, id, identifier)), "too_many_values");
        let renamed = FieldPatch { name: Some("Años".to_owned()), ..FieldPatch::default() };
        assert!(change(world, id, renamed).is_ok());
    });
}
