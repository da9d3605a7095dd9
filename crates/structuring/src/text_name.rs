//! Who writes: the name after the words that announce it.

use crate::names;
use crate::scan::Word;
use crate::text_name_words::{CALLS, NAME_CUES, PARTICLES, RELATIONS, TITLE_WORDS};
use crate::text_phone_words::OTHER_CUES;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

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
