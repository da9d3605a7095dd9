//! Who writes: the name after the words that announce it.

use crate::names;
use crate::scan::Word;
use crate::text_phone_words::OTHER_CUES;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Words after which a person says (or is said) who they are, longest first.
const NAME_CUES: &[(&[&str], f32)] = &[
    (&["mi", "nombre", "completo", "es"], 0.95),
    (&["meu", "nome", "completo", "e"], 0.95),
    (&["aqui", "quem", "fala", "e"], 0.94),
    (&["mi", "nombre", "es"], 0.95),
    (&["mi", "nombre"], 0.92),
    (&["meu", "nome", "e"], 0.95),
    (&["meu", "nome"], 0.92),
    (&["my", "name", "is"], 0.95),
    (&["my", "names"], 0.93),
    (&["name", "is"], 0.9),
    (&["me", "llamo"], 0.95),
    (&["me", "chamo"], 0.95),
    (&["chamo", "me"], 0.95),
    (&["quem", "fala", "e"], 0.93),
    (&["de", "parte", "de"], 0.86),
    (&["le", "habla"], 0.93),
    (&["les", "habla"], 0.93),
    (&["te", "habla"], 0.93),
    (&["le", "escribe"], 0.93),
    (&["les", "escribe"], 0.93),
    (&["te", "escribe"], 0.93),
    (&["le", "saluda"], 0.93),
    (&["te", "saluda"], 0.93),
    (&["aqui", "e"], 0.92),
    (&["i", "am"], 0.92),
    (&["this", "is"], 0.92),
    (&["spoke", "with"], 0.9),
    (&["spoke", "to"], 0.9),
    (&["talked", "to"], 0.9),
    (&["talked", "with"], 0.9),
    (&["call", "with"], 0.88),
    (&["call", "from"], 0.9),
    (&["called", "by"], 0.9),
    (&["hable", "con"], 0.9),
    (&["converse", "con"], 0.9),
    (&["contacte", "a"], 0.88),
    (&["falei", "com"], 0.9),
    (&["llamada", "de"], 0.9),
    (&["llamada", "con"], 0.88),
    (&["ligacao", "de"], 0.9),
    (&["hi", "its"], 0.92),
    (&["hello", "its"], 0.92),
    (&["it", "is"], 0.86),
    (&["its"], 0.88),
    (&["spoke", "w"], 0.9),
    (&["call", "w"], 0.88),
    (&["hablando", "con"], 0.88),
    (&["se", "comunica"], 0.88),
    (&["se", "comunico"], 0.88),
    (&["llamo"], 0.88),
    (&["escribe"], 0.88),
    (&["escribio"], 0.88),
    (&["escreveu"], 0.88),
    (&["consulta", "de"], 0.86),
    (&["solicitud", "de"], 0.86),
    (&["contacto", "de"], 0.86),
    (&["nombre", "completo"], 0.92),
    (&["a", "nombre", "de"], 0.9),
    (&["em", "nome", "de"], 0.9),
    (&["under", "the", "name"], 0.9),
    (&["reservation", "for"], 0.86),
    (&["reserva", "para"], 0.86),
    (&["soy"], 0.93),
    (&["sou"], 0.93),
    (&["im"], 0.92),
    (&["habla"], 0.88),
    (&["saluda"], 0.88),
    (&["hablo"], 0.88),
    (&["llamo"], 0.9),
    (&["llama"], 0.86),
    (&["ligou"], 0.9),
    (&["fala", "a"], 0.86),
    (&["fala", "o"], 0.86),
    (&["fala", "da"], 0.84),
    (&["quien", "habla", "es"], 0.92),
    (&["quien", "le", "escribe", "es"], 0.92),
    (&["atendi", "a"], 0.88),
    (&["atendi"], 0.86),
    (&["recebi", "ligacao", "de"], 0.9),
    (&["recibi", "llamada", "de"], 0.9),
    (&["vino"], 0.84),
    (&["veio"], 0.84),
    (&["met", "with"], 0.88),
    (&["message", "from"], 0.88),
    (&["mensaje", "de"], 0.88),
    (&["mensagem", "de"], 0.88),
    (&["correo", "de"], 0.86),
    (&["email", "from"], 0.88),
    (&["voicemail", "from"], 0.9),
    (&["inquiry", "from"], 0.88),
    (&["enquiry", "from"], 0.88),
    (&["request", "from"], 0.86),
    (&["pedido", "de"], 0.84),
    (&["firma"], 0.84),
    (&["quedo", "atento"], 0.84),
    (&["quedo", "atenta"], 0.84),
    (&["un", "saludo"], 0.86),
    (&["fico", "no", "aguardo"], 0.84),
    (&["caller"], 0.88),
    (&["cliente"], 0.87),
    (&["clienta"], 0.87),
    (&["paciente"], 0.87),
    (&["customer"], 0.87),
    (&["client"], 0.87),
    (&["nombre"], 0.9),
    (&["nome"], 0.9),
    (&["name"], 0.9),
    (&["aqui"], 0.86),
    (&["atte"], 0.88),
    (&["atentamente"], 0.88),
    (&["att"], 0.88),
    (&["saludos"], 0.86),
    (&["saludo"], 0.86),
    (&["abrazo"], 0.86),
    (&["abrazos"], 0.86),
    (&["abraco"], 0.86),
    (&["grato"], 0.86),
    (&["grata"], 0.86),
    (&["thank", "you"], 0.85),
    (&["thx"], 0.85),
    (&["muito", "obrigado"], 0.85),
    (&["muito", "obrigada"], 0.85),
    (&["saluda", "atte"], 0.88),
    (&["yours"], 0.86),
    (&["faithfully"], 0.86),
    (&["warmly"], 0.86),
    (&["gracias"], 0.85),
    (&["obrigado"], 0.85),
    (&["obrigada"], 0.85),
    (&["regards"], 0.88),
    (&["sincerely"], 0.88),
    (&["thanks"], 0.85),
    (&["abracos"], 0.85),
    (&["atenciosamente"], 0.88),
    (&["cordialmente"], 0.88),
    (&["cheers"], 0.85),
    (&["best"], 0.85),
    (&["cumprimentos"], 0.86),
    (&["mrs"], 0.86),
    (&["mr"], 0.86),
    (&["ms"], 0.86),
    (&["sra"], 0.86),
    (&["sr"], 0.86),
    (&["srta"], 0.86),
    (&["senora"], 0.86),
    (&["senor"], 0.86),
    (&["dona"], 0.86),
    (&["don"], 0.86),
    (&["titular"], 0.87),
    (&["huesped"], 0.87),
    (&["hospede"], 0.87),
    (&["guest"], 0.87),
    (&["patient"], 0.87),
    (&["lead"], 0.86),
    (&["contact"], 0.86),
    (&["contacto"], 0.86),
    (&["solicitante"], 0.87),
    (&["interesado"], 0.87),
    (&["interesada"], 0.87),
    (&["prospecto"], 0.87),
    (&["tenant"], 0.87),
    (&["inquilino"], 0.87),
    (&["inquilina"], 0.87),
    (&["residente"], 0.87),
    (&["resident"], 0.87),
    (&["utente"], 0.87),
    (&["socio"], 0.86),
    (&["socia"], 0.86),
    (&["member"], 0.86),
    (&["comprador"], 0.87),
    (&["compradora"], 0.87),
    (&["buyer"], 0.87),
    (&["applicant"], 0.87),
    (&["candidato"], 0.87),
    (&["candidata"], 0.87),
    (&["postulante"], 0.87),
    (&["pasajero"], 0.87),
    (&["pasajera"], 0.87),
    (&["nombre", "y", "apellido"], 0.93),
];
/// Cues of a call: who calls may be said by their relation to somebody ("llama la viuda, Pilar Gómez").
const CALLS: &[&str] = &[
    "llama", "llamo", "habla", "escribe", "ligou", "escreveu", "llamada", "escribio", "hablo", "caller", "called",
    "comunica", "comunico", "lig", "fala", "vino", "veio", "atendi",
];
pub(crate) const RELATIONS: &[&str] = &[
    "viuda",
    "viudo",
    "hija",
    "hijo",
    "esposa",
    "esposo",
    "madre",
    "padre",
    "mama",
    "papa",
    "hermana",
    "hermano",
    "nieta",
    "nieto",
    "sobrina",
    "sobrino",
    "duena",
    "dueno",
    "propietaria",
    "propietario",
    "clienta",
    "paciente",
    "filha",
    "filho",
    "mae",
    "pai",
    "irma",
    "irmao",
    "dona",
    "dono",
    "daughter",
    "son",
    "wife",
    "husband",
    "mother",
    "father",
    "sister",
    "brother",
    "widow",
    "familiar",
    "vecina",
    "vecino",
    "inquilina",
    "inquilino",
    "titular",
    "companera",
    "pareja",
];

/// Words that announce a name, and how sure it is then.
type Announced = (&'static [&'static str], f32);

/// The cues by their first word, in their order.
static CUES_BY_WORD: LazyLock<FxHashMap<&str, Vec<Announced>>> = LazyLock::new(|| {
    let mut cues: FxHashMap<&str, Vec<Announced>> = FxHashMap::default();
    for (cue, confidence) in NAME_CUES {
        cues.entry(cue[0]).or_default().push((*cue, *confidence));
    }
    cues
});

const TITLE_WORDS: &[&str] = &[
    "la", "el", "o", "a", "senora", "senor", "sr", "sra", "srta", "don", "dona", "mr", "mrs", "ms", "cliente",
    "clienta", "sita", "dna", "nombre", "paciente", "completo", "here",
];
const PARTICLES: &[&str] = &["de", "del", "la", "las", "los", "da", "do", "das", "dos", "van", "von"];

/// `From: Priya Raman <priya@example.com>` within a forwarded message: who wrote it.
fn written_by(text: &str) -> Option<(String, (usize, usize), f32)> {
    let mut at = 0;
    for line in text.split('\n') {
        let start = at;
        at += line.len() + 1;
        let Some((head, rest)) = line.split_once(':') else { continue };
        let head = head.trim_start_matches(['>', ' ', '*']).trim_end_matches(['*', ' ']);
        let sender =
            ["from", "de", "remitente", "remetente", "enviado por"].iter().any(|word| head.eq_ignore_ascii_case(word));
        let address = rest.find(['<', '[']).filter(|open| sender && rest[*open..].contains('@'));
        let Some(name) = address.map(|open| rest[..open].trim().trim_matches(['"', '\'', '*'])) else { continue };
        if names::likeness(name) >= 0.6 && !names::is_company(name) {
            let from = start + line.find(name)?;
            return Some((names::tidy(name), (from, from + name.len()), 0.92));
        }
    }
    None
}

pub(crate) fn find_name(text: &str, words: &[Word]) -> Option<(String, (usize, usize), f32)> {
    let mut best: Option<(String, (usize, usize), f32)> = text.contains('@').then(|| written_by(text)).flatten();
    for at in 0..words.len() {
        let Some(candidates) = CUES_BY_WORD.get(words[at].folded.as_str()) else { continue };
        let Some((cue, confidence)) = candidates.iter().copied().find(|(cue, _)| {
            cue.len() <= words.len() - at && cue.iter().zip(&words[at..]).all(|(wanted, word)| *wanted == word.folded)
        }) else {
            continue;
        };
        // "esposa se llama", "mi hijo se llama": not the one who writes.
        let of_other = words[at.saturating_sub(4)..at].iter().rev().take_while(|word| !word.ends).any(|word| {
            OTHER_CUES.contains(word.folded.as_str())
                || matches!(word.folded.as_str(), "perro" | "gato" | "mascota" | "perrita" | "gata" | "no")
        });
        if of_other {
            continue;
        }
        let mut start = at + cue.len();
        let mut skipped = 0;
        // "Soy la Arq. Denisse Cano", "habló el Lic. Ernesto Paz".
        let own = matches!(
            cue[0],
            "soy" | "sou" | "im" | "i" | "this" | "me" | "mi" | "meu" | "my" | "habla" | "le" | "les" | "te" | "aqui"
        );
        let spoke = cue.iter().any(|word| CALLS.contains(word));
        while (own || spoke)
            && skipped < 3
            && words.get(start).is_some_and(|word| {
                TITLE_WORDS.contains(&word.folded.as_str())
                    || matches!(
                        word.folded.as_str(),
                        "arq"
                            | "ing"
                            | "lic"
                            | "dr"
                            | "dra"
                            | "prof"
                            | "profa"
                            | "abog"
                            | "cdor"
                            | "eng"
                            | "cp"
                            | "mtra"
                            | "mtro"
                    )
            })
        {
            start += 1;
            skipped += 1;
        }
        while skipped < 3 && words.get(start).is_some_and(|word| TITLE_WORDS.contains(&word.folded.as_str())) {
            start += 1;
            skipped += 1;
        }
        // "Soy su mamá Elva Ticona".
        let possessed = |at: usize| {
            own && words.get(at).is_some_and(|word| {
                matches!(word.folded.as_str(), "su" | "sua" | "his" | "her" | "their" | "the" | "a" | "seu")
            }) && words.get(at + 1).is_some_and(|word| RELATIONS.contains(&word.folded.as_str()))
        };
        if possessed(start) {
            start += 1;
        }
        // "Llama la viuda, Pilar Gómez": who calls, said by the relation first.
        let called = spoke || own;
        if called && words.get(start).is_some_and(|word| RELATIONS.contains(&word.folded.as_str())) {
            start += 1;
            // "Llama la viuda del fallecido, …" comes to the name; "soy la mamá de Mateo" says another's.
            while spoke
                && words.get(start).is_some_and(|word| {
                    matches!(
                        word.folded.as_str(),
                        "de" | "del" | "la" | "el" | "fallecido" | "cliente" | "of" | "do" | "da"
                    )
                })
            {
                start += 1;
            }
        }
        // "called us" and the like break here: a name follows at once.
        if let Some((name, span, likely)) = name_at(text, words, start) {
            let sure = confidence
                - if likely >= 1.0 {
                    0.0
                } else if likely >= 0.6 {
                    0.04
                } else {
                    0.08
                };
            if best.as_ref().is_none_or(|(_, _, other)| sure > *other) {
                best = Some((name, span, sure));
            }
        }
    }
    best.or_else(|| acting(text, words))
}

/// "Deshawn Whitlock called re …", "Rosa Paz quiere …": who does something at the head of a sentence.
fn acting(text: &str, words: &[Word]) -> Option<(String, (usize, usize), f32)> {
    const ACTS: &[&str] = &[
        "called",
        "calls",
        "calling",
        "phoned",
        "rang",
        "texted",
        "wrote",
        "emailed",
        "messaged",
        "wants",
        "requests",
        "requested",
        "asked",
        "asks",
        "needs",
        "inquired",
        "enquired",
        "reports",
        "reported",
        "llamo",
        "llama",
        "escribio",
        "escribe",
        "pregunta",
        "pregunto",
        "consulta",
        "consulto",
        "quiere",
        "solicita",
        "solicito",
        "necesita",
        "busca",
        "pide",
        "pidio",
        "reporta",
        "reporto",
        "desea",
        "ligou",
        "liga",
        "quer",
        "precisa",
        "procura",
        "escreveu",
        "pediu",
        "perguntou",
        "solicitou",
        "deseja",
        "comunica",
        "refiere",
        "viene",
        "contacto",
        "looking",
        "interested",
        "interesado",
        "interesada",
        "interessado",
        "interessada",
    ];
    (0..words.len()).find_map(|at| {
        let head = at == 0 || words[at - 1].ends || text[words[at - 1].span.1..words[at].span.0].contains('\n');
        if !head || !words[at].capital || crate::text_phones::is_another(&words[at].folded) {
            return None;
        }
        let (name, span, likely) = name_at(text, words, at)?;
        let next = words.get(words.partition_point(|word| word.span.0 < span.1))?;
        let joined = text[span.1..next.span.0].chars().all(|c| matches!(c, ' ' | ','));
        (likely >= 0.6 && joined && ACTS.contains(&next.folded.as_str())).then_some((
            name,
            span,
            if likely >= 0.9 { 0.86 } else { 0.8 },
        ))
    })
}

/// A run of capitalised words that looks like a person; in all-lower texts a known first name and what follows it.
fn name_at(text: &str, words: &[Word], start: usize) -> Option<(String, (usize, usize), f32)> {
    let first = words.get(start)?;
    let mut end = start;
    if first.capital {
        while let Some(word) = words.get(end) {
            let joins = PARTICLES.contains(&word.folded.as_str())
                && end > start
                && words.get(end + 1).is_some_and(|next| next.capital)
                && !word.ends
                && !(matches!(word.folded.as_str(), "de" | "da" | "do") && end - start >= 2);
            if !(word.capital || joins) || word.folded.bytes().any(|b| b.is_ascii_digit()) || end - start > 5 {
                break;
            }
            // A new sentence, a label or a verb in capitals ends it.
            if end > start
                && (words[end - 1].ends
                    || crate::lexicon::find(std::slice::from_ref(&word.folded))
                        .iter()
                        .any(|_| !names::is_first_name(&word.folded))
                        && word.capital
                        && word.folded.len() <= 4)
            {
                break;
            }
            end += 1;
        }
    } else {
        if !names::is_first_name(&first.folded) || first.folded.len() < 3 {
            return None;
        }
        end = start + 1;
        while end - start < 3
            && !words[end - 1].ends
            && let Some(word) = words.get(end)
            && word.folded.len() > 3
            && word.folded.bytes().all(|b| b.is_ascii_lowercase())
            && !crate::lexicon::is_noise(&word.folded)
            && crate::lexicon::find(std::slice::from_ref(&word.folded)).is_empty()
            && !matches!(
                word.folded.as_str(),
                "tengo"
                    | "quiero"
                    | "quisiera"
                    | "necesito"
                    | "busco"
                    | "vivo"
                    | "moro"
                    | "quero"
                    | "preciso"
                    | "gostaria"
                    | "para"
                    | "pero"
                    | "desde"
                    | "estoy"
                    | "estou"
                    | "tenho"
                    | "hola"
                    | "from"
                    | "looking"
            )
        {
            end += 1;
        }
    }
    if end == start {
        return None;
    }
    let span = (words[start].span.0, words[end - 1].span.1);
    let raw = text.get(span.0..span.1)?;
    let likely = names::likeness(raw);
    let single = end - start == 1;
    if likely < 0.5 || single && likely < 0.7 || names::is_company(raw) {
        return None;
    }
    Some((names::tidy(raw), span, if single { 0.5 } else { likely }))
}

/// A name right beside the number that was taken: "… (Eugenio Lagos)", "Silvana 098 555 014".
pub(crate) fn beside(text: &str, words: &[Word], span: (usize, usize)) -> Option<(String, (usize, usize), f32)> {
    let next = words.partition_point(|word| word.span.0 < span.1);
    let after = text.get(span.1..)?.trim_start_matches([' ', ',', '-', '–', ':']);
    let within = after.starts_with('(');
    if (within || !after.starts_with(['.', '\n', ';', '!']))
        && let Some((name, place, likely)) = name_at(text, words, next)
        && (likely >= 1.0 || within && likely >= 0.6)
    {
        return Some((name, place, 0.84));
    }
    // Back from the number: the longest run of capitals that ends right before it.
    let at = words.partition_point(|word| word.span.1 <= span.0);
    let gap = |last: &Word| {
        text.get(last.span.1..span.0).is_some_and(|gap| gap.trim_matches([' ', ',', '-', '–', ':', '(']).is_empty())
    };
    if !words.get(at.checked_sub(1)?).is_some_and(gap) {
        return None;
    }
    (1..=4_usize.min(at)).rev().find_map(|length| {
        let start = at - length;
        let run = &words[start..at];
        let whole = run.iter().all(|word| word.capital) && run[..length - 1].iter().all(|word| !word.ends);
        let place = (run[0].span.0, run[length - 1].span.1);
        let raw = text.get(place.0..place.1)?;
        let likely = names::likeness(raw);
        let known = names::is_first_name(&run[0].folded);
        // "Trudy Mackenzie 509 …": of two capitals the first is the given name, known or not.
        let longer = start > 0 && words[start - 1].capital && !words[start - 1].ends && start + 1 < at + 1;
        let before = start.checked_sub(1).map(|place| &words[place]);
        let partial = longer
            && before.is_some_and(|word| {
                word.folded.len() > 2
                    && word.folded.bytes().all(|b| b.is_ascii_lowercase())
                    && text.get(word.span.1..run[0].span.0).is_some_and(|gap| gap.trim().is_empty())
                    && crate::lexicon::find(std::slice::from_ref(&word.folded)).is_empty()
            });
        if length == 1 && partial {
            return None;
        }
        let signed = length == 2
            && text.get(..place.0).is_some_and(|head| head.trim_end_matches(' ').ends_with(['-', '–', '\n', '—']))
            && run.iter().all(|word| {
                word.folded.len() > 2 && crate::lexicon::find(std::slice::from_ref(&word.folded)).is_empty()
            });
        let known = known || signed;
        let likely = if signed { likely.max(0.7) } else { likely };
        (whole && known && likely >= 0.7 && !names::is_company(raw))
            .then(|| (names::tidy(raw), place, if length > 1 { 0.84 } else { 0.8 }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan;

    fn name(text: &str) -> Option<String> {
        find_name(text, &scan::words(text)).map(|(name, _, _)| name)
    }

    #[test]
    fn people_say_who_they_are() {
        for (text, wanted) in [
            ("Hola soy Ana Pérez, mi cel es 9 5550 4321", Some("Ana Pérez")),
            ("oii sou a Thaís Moura, meu zap 21955515566", Some("Thaís Moura")),
            ("Hi, this is Tyler Brooks. You can text me", Some("Tyler Brooks")),
            ("Hi, I'm Kayla Brooks and I'd like", Some("Kayla Brooks")),
            ("Llamó la señora Patricia Lemus (3185550133)", Some("Patricia Lemus")),
            ("Spoke with Kevin Walsh (kevin@acme.example", Some("Kevin Walsh")),
            ("me llamo jorge salinas rut 15.222.333-4", Some("jorge salinas")),
            ("Habló el Lic. Ernesto Villalpando, viene por trabajo", Some("Ernesto Villalpando")),
            ("quiere estudiar en Lima, soy su mamá Elva Ticona", Some("Elva Ticona")),
            ("Fwd\nFrom: Priya Raman <priya@example.com>\nTo: ventas\n\nHi", Some("Priya Raman")),
            ("soy la mamá de Mateo", None),
            ("soy de Bogotá y quiero información", None),
            ("Gracias. Quiero hora", None),
        ] {
            assert_eq!(name(text).as_deref(), wanted, "{text}");
        }
    }
}
