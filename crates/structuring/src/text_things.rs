//! Places, vehicles, companies and animals after the words that announce them.

use crate::FieldType;
use crate::compiled::Field;
use crate::known::KNOWN;
use crate::lexicon::{self, Set, set};
use crate::text::Finding;
use crate::text_brands::brands;
use crate::text_fields::{Page, finding};
use crate::text_ids::{LABELLED, code, labelled_ids};
use crate::text_marks::{clock, pages};
use crate::text_places::{address, country, place, postcode};
use crate::text_routes::{from_to, route};
use std::sync::LazyLock;

/// Everything named in a text: ids after their labels, places, vehicles, companies, animals.
pub(crate) fn labelled(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    let mut found = labelled_ids(page, fields);
    found.extend(from_to(page, fields));
    found.extend(route(page, fields));
    found.extend(code(page, fields, &found));
    found.extend(address(page, fields, &found));
    found.extend(brands(page, fields, &found));
    let left: Vec<&Field> = fields
        .iter()
        .copied()
        .filter(|field| !found.iter().any(|other| other.target.key() == Some(&field.definition.key)))
        .collect();
    found.extend(named_things(page, &left));
    found.extend(announced(page, fields, &found));
    found.extend(firm(page, fields, &found));
    found.extend(paid_to(page, fields, &found));
    found.extend(allergic(page, fields, &found));
    found.extend(place(page, fields, &found));
    found.extend(country(page, fields, &found));
    found.extend(postcode(page, fields, &found));
    found.extend(clock(page, fields, &found));
    found.extend(pages(page, fields));
    found
}

/// "barrio Chapinero", "tanatorio de Las Fuentes": the field's own word and the capitalised run right after it.
fn announced(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Vec<Finding> {
    static PERSONS: LazyLock<Set> = LazyLock::new(|| KNOWN.others.or(&KNOWN.name).or(&KNOWN.notes).or(&KNOWN.subject));
    let open: Vec<&&Field> = fields
        .iter()
        .filter(|field| {
            field.definition.field_type == FieldType::Text
                && !field.concepts.meets(&LABELLED)
                && !field.concepts.meets(&PERSONS)
                && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
        })
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let mut more: Vec<Finding> = Vec::new();
    for hit in &page.hits {
        let field = open.iter().find(|field| {
            let own = field.concepts.without(&KNOWN.qualifiers);
            hit.concepts.iter().any(|concept| own.has(*concept) && lexicon::weight(*concept) >= 0.9)
        });
        let Some(field) = field else { continue };
        if more.iter().any(|other| other.target.key() == Some(&field.definition.key))
            || page.words[hit.to - 1].ends && !page.text[page.words[hit.to - 1].span.1..].starts_with(':')
        {
            continue;
        }
        // "Tanatorio de Las Fuentes", "obra social: OSDE".
        let mut at = hit.to;
        while at < hit.to + 2
            && page.words.get(at).is_some_and(|word| {
                matches!(
                    word.folded.as_str(),
                    "de" | "del"
                        | "es"
                        | "e"
                        | "en"
                        | "em"
                        | "is"
                        | "of"
                        | "actual"
                        | "atual"
                        | "current"
                        | "llamado"
                        | "called"
                        | "named"
                        | "do"
                        | "da"
                )
            })
        {
            at += 1;
        }
        let apart = page.name.is_none_or(|name| page.words.get(at).is_none_or(|word| word.span.0 != name.0));
        if let Some(span) = run_after(page, at, 0).filter(|_| apart) {
            more.push(finding(field, &page.text[span.0..span.1], span, 0.72));
        }
    }
    more
}

/// Places, vehicles, companies, animals: words that announce them and the capitalised run that follows.
fn named_things(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    const HOME: &[&str] = &[
        "vivo en",
        "vivo x",
        "vivo por",
        "aqui en",
        "aqui em",
        "soy de",
        "vivo no",
        "moro em",
        "moro no",
        "moro na",
        "sou de",
        "estoy en",
        "resido en",
        "vivimos en",
        "live in",
        "based in",
        "ciudad de",
        "cidade de",
        "i am from",
        "im from",
        "comuna de",
        "somos de",
        "viven en",
        "vive en",
        "mora em",
        "moram em",
        "moramos em",
        "lives in",
        "living in",
        "live at",
        "located in",
        "reside en",
        "residimos en",
        "escribo desde",
        "les escribo de",
        "falo de",
        "somos em",
        "estamos en",
        "ubicado en",
        "ubicada en",
    ];
    const WANTED: &[&str] = &[
        "cotizacion de",
        "cotizar",
        "quiero",
        "busco",
        "interesa",
        "interesado en",
        "interesada en",
        "quero",
        "procuro",
        "interesse no",
        "interesse na",
        "looking for",
        "interested in",
        "comprar",
        "buy",
        "modelo",
        "cotizacion",
        "preco do",
        "precio de",
        "precio del",
    ];
    const WORKS: &[&str] = &[
        "agencia",
        "la empresa",
        "trabajo en",
        "trabalho na",
        "trabalho no",
        "work at",
        "work for",
        "represento a",
        "de la compania",
        "empresa",
        "company",
    ];
    const GOING: &[&str] = &[
        "viaje a",
        "viajar a",
        "viajamos a",
        "viajo a",
        "ir a",
        "vamos a",
        "vuelo a",
        "pasajes a",
        "paquete a",
        "travel to",
        "trip to",
        "fly to",
        "flight to",
        "going to",
        "viagem para",
        "viajar para",
        "ir para",
        "voo para",
        "pacote para",
        "con destino a",
        "destino a",
    ];
    const LEAVING: &[&str] = &[
        "recolha em",
        "recogida en",
        "pickup at",
        "pick up at",
        "retiro en",
        "desde",
        "from",
        "saliendo de",
        "saindo de",
    ];
    const CHILDREN: &[&str] = &[
        "mi hijo",
        "mi hija",
        "mi nino",
        "mi nina",
        "mi bebe",
        "meu filho",
        "minha filha",
        "my son",
        "my daughter",
        "our son",
        "our daughter",
        "nuestro hijo",
        "nuestra hija",
        "nosso filho",
        "nossa filha",
    ];
    const PETS: &[&str] = &[
        "mi perro",
        "mi perra",
        "mi gato",
        "mi gata",
        "perrita",
        "perrito",
        "gatito",
        "gatita",
        "mascota",
        "meu cachorro",
        "minha gata",
        "my dog",
        "my cat",
        "cachorro",
        "se llama",
        "our dog",
    ];
    const AREA: &[&str] = &[
        "dormitorios en",
        "casa en",
        "departamento en",
        "zona de",
        "zona",
        "bairro",
        "barrio",
        "colonia",
        "sector",
        "venta en",
        "alquiler en",
        "in the",
        "recolha em",
        "recogida en",
        "pickup at",
        "pick up at",
        "retiro en",
    ];
    static PET_TRAITS: LazyLock<Set> =
        LazyLock::new(|| set(&["BREED", "SPECIES", "AGE", "WEIGHT", "VACCINE", "NEUTERED", "NOTES", "ALLERGY"]));
    static NEIGH: LazyLock<Set> = LazyLock::new(|| set(&["NEIGH", "DISTRICT"]));
    let cities = page.definitions.fields.iter().any(|field| field.concepts.meets(&KNOWN.city));
    static VEHICLE: LazyLock<Set> = LazyLock::new(|| set(&["VEHICLE"]));
    static COMPANY: LazyLock<Set> = LazyLock::new(|| set(&["COMPANY"]));
    static ORIGIN: LazyLock<Set> = LazyLock::new(|| set(&["ORIGIN"]));
    static DESTIN: LazyLock<Set> = LazyLock::new(|| set(&["DESTIN"]));
    let mut found: Vec<Finding> = Vec::new();
    for field in
        fields.iter().filter(|field| field.definition.field_type == FieldType::Text && !field.concepts.meets(&LABELLED))
    {
        let pet_name = field.concepts.meets(&KNOWN.pet) && !field.concepts.meets(&PET_TRAITS);
        let pupil = field.concepts.meets(&KNOWN.child.or(&KNOWN.dependant)) && field.concepts.meets(&KNOWN.name);
        let cues: &[&[&str]] = if pupil {
            &[CHILDREN]
        } else if field.concepts.meets(&DESTIN) && !field.concepts.meets(&ORIGIN) {
            &[GOING]
        } else if field.concepts.meets(&ORIGIN) && !field.concepts.meets(&DESTIN) {
            &[LEAVING]
        } else if field.concepts.meets(&KNOWN.city) {
            &[HOME]
        } else if field.concepts.meets(&VEHICLE) {
            &[WANTED]
        } else if pet_name {
            &[PETS]
        } else if field.concepts.meets(&COMPANY) && !field.concepts.meets(&NEIGH) {
            &[WORKS]
        } else if field.concepts.meets(&NEIGH) {
            // Where no field asks for a city, where somebody lives is the district.
            if cities { &[AREA] } else { &[AREA, HOME] }
        } else {
            continue;
        };
        let mut best: Option<(usize, usize)> = None;
        for at in 0..page.words.len() {
            let hit = cues.iter().flat_map(|list| list.iter()).any(|cue| {
                let parts: Vec<&str> = cue.split(' ').collect();
                parts.len() <= page.words.len() - at
                    && parts.iter().zip(&page.words[at..]).all(|(part, word)| *part == word.folded)
                    && {
                        let last = at + parts.len() - 1;
                        run_after(page, last + 1, if page.words[last].ends { 0 } else { 3 })
                            .or_else(|| plain_place(page, last, cue))
                            .inspect(|run| best = best.or(Some(*run)))
                            .is_some()
                    }
            });
            if hit && best.is_some() {
                break;
            }
        }
        // "aqui é o Roberto Cezar de Uberlândia"
        if best.is_none()
            && (field.concepts.meets(&KNOWN.city) || !cities && field.concepts.meets(&NEIGH))
            && let Some(name) = page.name
        {
            let next = page.words.partition_point(|word| word.span.0 < name.1);
            if page.words.get(next).is_some_and(|word| matches!(word.folded.as_str(), "de" | "from"))
                && next > 0
                && !page.words[next - 1].ends
            {
                best = run_after(page, next + 1, 0);
            }
        }
        let place = field.concepts.meets(&KNOWN.city.or(&DESTIN).or(&NEIGH).or(&ORIGIN)) || pupil;
        let best = best.map(|span| if place { unnumbered(page.text, span) } else { span });
        let firm = |span: &(usize, usize)| place && crate::names::is_company(&page.text[span.0..span.1]);
        let best = best.filter(|span| !firm(span));
        if let Some(span) = best.filter(|span| page.name.is_none_or(|name| name.1 <= span.0 || span.1 <= name.0)) {
            found.push(finding(field, &page.text[span.0..span.1], span, 0.74));
        }
    }
    found
}

/// "vivo en chorrillos" in a text that writes nothing large: the one word up to the end of the clause.
fn plain_place(page: &Page<'_>, last: usize, cue: &str) -> Option<(usize, usize)> {
    let lives = matches!(cue, "vivo en" | "vivo x" | "vivo por" | "moro em" | "live in" | "vivimos en" | "moramos em");
    let word = page.words.get(last + 1).filter(|word| lives && !page.words[last].ends && word.ends)?;
    let telling = word.folded.len() > 3
        && !lexicon::is_noise(&word.folded)
        && lexicon::find(std::slice::from_ref(&word.folded)).is_empty()
        && word.folded.bytes().all(|b| b.is_ascii_lowercase());
    telling.then_some(word.span)
}

/// "… de Hargreaves Joinery Ltd", "VP Sales @ Nimbuscart": the one company a text names, for the one field that asks for it.
fn firm(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static COMPANY: LazyLock<Set> = LazyLock::new(|| set(&["COMPANY"]));
    static OTHERS: LazyLock<Set> = LazyLock::new(|| KNOWN.others.without(&COMPANY).without(&set(&["OPPOSING"])));
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&COMPANY)
            && !field.concepts.meets(&OTHERS)
            && !field.concepts.meets(&LABELLED)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < page.words.len() {
        let marked = page.text[..page.words[at].span.0].trim_end_matches(' ').ends_with('@');
        let Some(span) = page.words[at].capital.then(|| run_after(page, at, 0)).flatten() else {
            at += 1;
            continue;
        };
        let end = page.words.partition_point(|word| word.span.0 < span.1).max(at + 1);
        let used = found.iter().any(|other| other.span.0 < span.1 && span.0 < other.span.1)
            || page.name.is_some_and(|name| name.0 < span.1 && span.0 < name.1);
        let several = end - at > 1 || marked;
        if !used && several && (marked || crate::names::is_company(&page.text[span.0..span.1])) {
            spans.push(span);
        }
        at = end;
    }
    let [span] = spans.as_slice() else { return None };
    Some(finding(field, &page.text[span.0..span.1], *span, 0.72))
}

/// "Alérgica al ibuprofeno", "allergic to latex": what somebody cannot have, up to the end of the clause.
fn allergic(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static ALLERGIES: LazyLock<Set> = LazyLock::new(|| set(&["ALLERGY"]));
    let field = fields.iter().find(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&ALLERGIES)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    })?;
    let at = page.words.iter().position(|word| {
        matches!(
            word.folded.as_str(),
            "alergica"
                | "alergico"
                | "alergicos"
                | "alergicas"
                | "allergic"
                | "intolerante"
                | "intolerantes"
                | "intolerant"
        )
    })?;
    let denied = page.words[at.saturating_sub(3)..at]
        .iter()
        .rev()
        .take_while(|word| !word.ends)
        .any(|word| matches!(word.folded.as_str(), "no" | "nao" | "not" | "ni" | "nem" | "sin" | "sem"));
    if denied || page.words[at].ends {
        return None;
    }
    let joins =
        |word: &str| matches!(word, "a" | "al" | "la" | "los" | "las" | "el" | "ao" | "aos" | "to" | "o" | "os" | "as");
    let from = (at + 1..page.words.len().min(at + 4)).find(|at| !joins(&page.words[*at].folded))?;
    if from == at + 1 {
        return None;
    }
    let to = (from..page.words.len().min(from + 4)).find(|at| {
        page.words[*at].ends
            || page
                .words
                .get(*at + 1)
                .is_none_or(|next| matches!(next.folded.as_str(), "y" | "e" | "and" | "pero" | "but" | "mas"))
    })?;
    let span = (page.words[from].span.0, page.words[to].span.1);
    Some(finding(field, &page.text[span.0..span.1], span, 0.74))
}

/// "pago 28 dólares a Netlife", "la cuenta de Enel", "con Aviva": who is paid, for the field that asks for one.
fn paid_to(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static PROVIDERS: LazyLock<Set> =
        LazyLock::new(|| set(&["PROVIDERNOW", "INSURERNOW", "UTILITY", "CURRENTPROV", "OPERATOR"]));
    const PAYING: &[&str] = &[
        "pago",
        "paga",
        "pagamos",
        "pagando",
        "pagan",
        "gasto",
        "gasta",
        "gastamos",
        "cuenta",
        "conta",
        "factura",
        "fatura",
        "bill",
        "bills",
        "paying",
        "pay",
        "pays",
        "boleta",
        "recibo",
        "seguro",
        "insurance",
        "cover",
        "insured",
        "poliza",
        "apolice",
        "plan",
        "plano",
        "contrato",
        "contract",
        "internet",
        "servicio",
        "servico",
        "service",
        "luz",
        "energia",
    ];
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&PROVIDERS)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let mut hits = (0..page.words.len()).filter_map(|at| {
        let leads = matches!(
            page.words[at].folded.as_str(),
            "a" | "con" | "com" | "with" | "da" | "de" | "do" | "es" | "e" | "is" | "na" | "no" | "en" | "em"
        );
        let clause = page.words[at.saturating_sub(9)..at].iter().rev().take_while(|word| !word.ends);
        let paying =
            leads && !page.words[at].ends && clause.into_iter().any(|word| PAYING.contains(&word.folded.as_str()));
        let skip = usize::from(
            page.words.get(at + 1).is_some_and(|word| matches!(word.folded.as_str(), "a" | "o" | "la" | "el")),
        );
        let span = paying.then(|| run_after(page, at + 1 + skip, 0))??;
        let person = page.name.is_some_and(|name| name.0 < span.1 && span.0 < name.1);
        let used = found.iter().any(|other| other.span.0 < span.1 && span.0 < other.span.1);
        let month = crate::readings::date::month_of(&crate::keys::fold(&page.text[span.0..span.1])).is_some();
        let raw = &page.text[span.0..span.1];
        let named =
            raw.len() > 2 && !raw.contains(['$', '€', '£']) && raw.chars().filter(|c| c.is_lowercase()).count() > 1;
        (!person && !used && !month && named).then_some(span)
    });
    let (span, None) = (hits.next()?, hits.next()) else { return None };
    Some(finding(field, &page.text[span.0..span.1], span, 0.66))
}

/// A place without the number that begins what comes next: "Margarita 4 noches".
fn unnumbered(text: &str, span: (usize, usize)) -> (usize, usize) {
    let bare = text[span.0..span.1].trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    if bare.is_empty() { span } else { (span.0, span.0 + bare.len()) }
}

/// The capitalised run at or within `skip` small words after a place.
pub(crate) fn run_after(page: &Page<'_>, from: usize, skip: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while at < from + skip + 1 && page.words.get(at).is_some_and(|word| !word.capital) && !page.words[at].ends {
        at += 1;
    }
    let first = page.words.get(at).filter(|word| word.capital && !word.folded.bytes().all(|b| b.is_ascii_digit()))?;
    let mut end = at;
    let joins = |end: usize| {
        page.words.get(end).is_some_and(|word| {
            matches!(word.folded.as_str(), "de" | "del" | "da" | "do" | "dos" | "das" | "of" | "la" | "los" | "las")
                && end > at
                && !word.ends
                && page.words.get(end + 1).is_some_and(|next| {
                    let small = matches!(next.folded.as_str(), "la" | "las" | "los" | "el");
                    next.capital || small && page.words.get(end + 2).is_some_and(|next| next.capital)
                })
        })
    };
    while let Some(word) = page.words.get(end)
        && end - at < 6
        && (word.capital
            || joins(end)
            || end > at && word.folded.bytes().next().is_some_and(|b| b.is_ascii_digit()) && word.folded.len() <= 4)
    {
        end += 1;
        if page.words[end - 1].ends {
            break;
        }
    }
    let mut to = page.words[end.checked_sub(1)?].span.1;
    // "Salud S.A.", "Andes S.R.L.": the letters of the company belong to its name.
    let rest = page.text.get(to..)?;
    let form = ["S.A.", "S.A", "S.L.", "S.R.L.", "S.A.S.", "S.p.A.", "Ltda.", "Inc.", "Ltd."]
        .iter()
        .find(|form| rest.trim_start_matches([' ', ',']).starts_with(**form));
    if let Some(form) = form {
        to += rest.len() - rest.trim_start_matches([' ', ',']).len() + form.len();
    }
    let letters = page.text.get(first.span.0..to)?.chars().filter(|c| c.is_alphanumeric()).count();
    (end > at && letters > 1).then_some((first.span.0, to)).filter(|span| !page.is_covered(*span))
}
