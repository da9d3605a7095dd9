//! What speaks against a text field: values that are plainly of another kind.

use crate::compiled::Field;
use crate::known::KNOWN;
use crate::lexicon::{Set, set};
use crate::reading::Reading;
use crate::{Json, names};
use std::sync::LazyLock;

static DOCTOR: LazyLock<Set> = LazyLock::new(|| set(&["R_DOCTOR"]));

/// "Type of document" is no document's number.
pub(crate) static KINDS: LazyLock<Set> = LazyLock::new(|| set(&["TYPE"]));

/// What speaks against a text: a value that is plainly of another kind.
pub(crate) fn strangeness(field: &Field, reading: &Reading<'_>) -> f32 {
    let known = &*KNOWN;
    let notes = field.concepts.meets(&known.notes);
    if !reading.is_string() {
        // A list or a flag is no text; a number may be an id.
        return match reading.leaf().value.as_ref() {
            Json::Number(_) => 0.0,
            _ => 0.6,
        };
    }
    // The phone last: it is the dearest to read.
    let phone = || {
        !field.concepts.meets(&known.ids)
            && !field.concepts.meets(&known.phone)
            && reading.id().is_none()
            && reading.phone().is_some_and(|(_, _, whole)| *whole)
    };
    if reading.email().is_some() && !field.concepts.meets(&known.email) || phone() {
        return 0.6;
    }
    let kind = field.concepts.meets(&KINDS);
    if !kind
        && field.concepts.meets(&NUMBERED_IDS)
        && reading.text().is_some_and(|text| text.len() < 4 || !text.bytes().any(|b| b.is_ascii_digit()))
    {
        return 0.6;
    }
    if !kind
        && field.concepts.meets(&known.person_docs)
        && field.concepts.meets(&known.ids)
        && reading.text().is_some_and(|text| text.len() < 5)
    {
        return 0.6;
    }
    if let Some(date) = reading.date()
        && !field.concepts.meets(&DATED)
    {
        return if date.stamp { 0.7 } else { 0.45 };
    }
    if let Some(text) = reading.text().filter(|text| text.len() <= 16) {
        let folded = reading.folded();
        // No value at all; "none" is one for an allergy, hardly for a partner.
        // "[not provided]", "<none>"
        if text.starts_with(['[', '<']) && text.ends_with([']', '>']) {
            return 0.7;
        }
        // "Mrs" under "Title" is no occupation.
        if names::is_title(folded) {
            return 0.7;
        }
        if matches!(
            folded,
            "" | "n a"
                | "na"
                | "not provided"
                | "not specified"
                | "not set"
                | "no informado"
                | "no informa"
                | "nao informado"
                | "nao informou"
                | "no especificado"
                | "sin especificar"
                | "unspecified"
                | "no aplica"
                | "nao se aplica"
                | "null"
                | "undefined"
                | "tbd"
                | "por definir"
                | "por confirmar"
                | "a confirmar"
                | "a combinar"
                | "a convenir"
                | "tbc"
                | "tba"
                | "a definir"
                | "sin dato"
                | "sin datos"
                | "s d"
                | "desconocido"
                | "unknown"
                | "no sabe"
                | "pendiente"
        ) {
            return 0.6;
        }
        if matches!(
            folded,
            "none"
                | "ninguno"
                | "ninguna"
                | "nenhum"
                | "nenhuma"
                | "no"
                | "nao"
                | "no tiene"
                | "nao tem"
                | "nada"
                | "yes"
                | "si"
                | "sim"
        ) && !field.concepts.meets(&HEALTH)
        {
            return 0.5;
        }
    }
    if !field.concepts.meets(&HEALTH)
        && !notes
        && reading.text().is_some_and(|text| text.len() <= 24 && text.contains(' '))
        && reading.boolean() == Some(false)
    {
        return 0.5;
    }
    // "Doña Stella 311 555 0130" is no place.
    if field.concepts.meets(&PROPER) && !field.concepts.meets(&LONG) && reading.phone().is_some() {
        return 0.5;
    }
    // A doctor has a name: "implante dentário" is not one.
    if field.concepts.meets(&DOCTOR)
        && reading.text().is_some_and(|text| {
            text.chars().skip(1).all(|c| !c.is_uppercase()) && names::likeness(names::undoctored(text)) == 0.0
        })
    {
        return 0.5;
    }
    // A place or a brand is no sentence: "bateram no meu carro ontem".
    if field.concepts.meets(&PROPER)
        && !field.concepts.meets(&LONG)
        && reading.text().is_some_and(|text| {
            text.starts_with(char::is_lowercase)
                && text.split_whitespace().count() > 3
                && text.chars().all(|c| !c.is_uppercase())
        })
    {
        return 0.5;
    }
    if reading.url().is_some() && !field.concepts.meets(&LINKED) {
        return 0.3;
    }
    // A bare number is an id or a code, hardly a word.
    if reading.text().is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')))
        && !field.concepts.meets(&known.ids)
        && !field.concepts.meets(&NUMBERED)
    {
        let fraction = reading.amount().is_some_and(|amount| amount.formatted);
        return if fraction { 0.5 } else { 0.25 };
    }
    if field.concepts.meets(&known.contact)
        && reading.text().is_some_and(|text| text.bytes().any(|b| b.is_ascii_digit()))
    {
        return 0.35;
    }
    if reading.is_prose()
        && !notes
        && !field.concepts.meets(&LONG)
        && reading.text().is_some_and(|text| text.len() > 80)
    {
        return 0.2;
    }
    0.0
}

static PROPER: LazyLock<Set> =
    LazyLock::new(|| set(&["CITY", "STATE", "DISTRICT", "NEIGH", "COUNTRY", "BRAND", "COMPANY", "BANK", "UNIVERSITY"]));

static HEALTH: LazyLock<Set> = LazyLock::new(|| {
    set(&["ALLERGY", "INJURY", "MEDICATION", "DIET", "SEN", "REQUESTS", "NOTES", "DIAGNOSIS", "REASON", "ALLERGYDYE"])
});

/// Numbers of one kind of thing: only a key that says this kind, or the value's own check digits, make one.
pub(crate) static PARTICULAR: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "ZIP",
        "PLATE",
        "VIN",
        "POLICY",
        "PASSPORT",
        "BOOKINGREF",
        "INVOICENO",
        "CASENO",
        "TRACKING",
        "SERIAL",
        "ACCOUNTNO",
        "POSTFROM",
        "POSTTO",
        "IDDOC",
        "RUT",
        "CPF",
        "CNPJ",
        "CURP",
        "RFC",
        "RUC",
        "NIT",
        "CUIT",
        "CIF",
        "RG",
        "LICENSE",
        "FLIGHT",
    ])
});

static DATED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "DATE",
        "BIRTH",
        "APPOINT",
        "START",
        "END",
        "CREATED",
        "HOUR",
        "AVAIL",
        "ARRIVAL",
        "DEPARTURE",
        "RETURN",
        "ORDERDATE",
        "EVENTDATE",
        "NOTES",
        "CARLICDATE",
        "DEATHDATE",
        "LASTPERIOD",
    ])
});

static LINKED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "WEBSITE",
        "INSTAGRAM",
        "LINKEDIN",
        "FACEBOOK",
        "SOCIAL",
        "RESUME",
        "PORTFOLIO",
        "LISTING",
        "FILEURL",
        "SOURCE",
        "COMPANY",
    ])
});

static NUMBERED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "NUMBER", "CODE", "AGE", "YEAR", "SIZE", "ESTRATO", "SCORE", "COUPON", "ADDRESS", "AMOUNT", "LANDLINE",
        "PHONE", "MOBILE", "WHATSAPP", "FLIGHT", "BEDROOM", "PEOPLE", "WEIGHT", "HEIGHT",
    ])
});

pub(crate) static NUMBERED_IDS: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "IDDOC", "RUT", "CPF", "CNPJ", "CURP", "RFC", "RUC", "NIT", "CUIT", "RG", "ZIP", "PLATE", "VIN", "POLICY",
        "FLIGHT", "SERIAL",
    ])
});

static LONG: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "ADDRESS",
        "ADDRREF",
        "ORIGIN",
        "DESTIN",
        "VENUE",
        "INJURY",
        "ALLERGY",
        "MEDICATION",
        "CASEDESC",
        "GOAL",
        "EXPERIENCE",
        "INTEREST",
        "PRODUCT",
    ])
});
