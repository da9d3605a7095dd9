//! People's names, and what is none.

mod words;

use crate::keys::fold;
use rustc_hash::FxHashSet;
use std::sync::LazyLock;
use words::{COMPANY_WORDS, DOCTORS, LEGAL_FORMS, PARTICLES, RANKS, STAND_INS, TITLES};

static FIRST_NAMES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    include_str!("../assets/firstnames-es-pt-en.json").split('"').filter(|word| word.len() > 1).collect()
});
static FAMILY_NAMES: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| include_str!("../assets/family-names.txt").split_ascii_whitespace().collect());

static ARE_PARTICLES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| PARTICLES.iter().copied().collect());
static OF_COMPANIES: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| COMPANY_WORDS.iter().chain(LEGAL_FORMS).copied().collect());

fn is_particle(folded: &str) -> bool {
    folded.len() <= 5 && ARE_PARTICLES.contains(folded)
}

pub(crate) fn is_first_name(folded: &str) -> bool {
    FIRST_NAMES.contains(folded) || given_by_ending(folded)
}

pub(crate) fn is_family_name(folded: &str) -> bool {
    FAMILY_NAMES.contains(folded)
}

/// Given names that parents make: nothing but they ends so.
fn given_by_ending(folded: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "valdo", "naldo", "gildo", "nilson", "delson", "milson", "neide", "leide", "cleide", "ilene", "ylene", "berto",
    ];
    (6..=14).contains(&folded.len()) && ENDINGS.iter().any(|ending| folded.ends_with(ending))
}

/// "Ana Ruiz (Anita)", "Gwen Prosser (export desk)", "Fabiola Nájera, compras": without the note behind a name.
fn without_note(text: &str) -> &str {
    if let Some((name, note)) = text.split_once(',')
        && name.trim().contains(' ')
        && note.trim_start().starts_with(char::is_lowercase)
        && !fold(note).split(' ').any(|word| {
            crate::text_name_words::RELATIONS.contains(&word)
                // "…, mi cel es 9 5550 4321" goes on to say something.
                || matches!(word, "mi" | "my" | "meu" | "minha" | "es" | "is" | "e" | "tel" | "cel" | "celular" | "phone")
        })
    {
        return name.trim();
    }
    match text.strip_suffix(')').and_then(|head| head.split_once('(')) {
        // "Sheila Bloom (wife)" is somebody's wife; "Tia (socia: Inés Paz, 11 …)" has a name that is not the note's.
        Some((name, note))
            if name.trim().contains(' ')
                && (note.contains(':') || !note.contains(|c: char| c.is_ascii_digit()))
                && (note.contains(':')
                    || !fold(note).split(' ').any(|word| crate::text_name_words::RELATIONS.contains(&word))) =>
        {
            name.trim()
        }
        _ => text,
    }
}

/// What stands before and behind the words of a name, as bytes from–to, where that is more than a title.
pub(crate) fn noted(text: &str) -> Option<(usize, usize)> {
    let bare = without_note(text.trim());
    (bare.len() < text.trim().len() && !bare.is_empty()).then(|| {
        let from = bare.as_ptr() as usize - text.as_ptr() as usize;
        (from, from + bare.len())
    })
}

/// A doctor's name without the title: for keys that say that it is the customer's all the same.
pub(crate) fn undoctored(text: &str) -> &str {
    let mut text = text.trim();
    while let Some((head, tail)) = text.split_once([' ', '.'])
        && DOCTORS.contains(&fold(head).as_str())
        && tail.trim().contains(' ')
    {
        text = tail.trim_start_matches([' ', '.']);
    }
    text
}

/// `WOJCIK DANUTA`, as telephone companies and registers write it: the family's name is no given name, the other is one.
fn family_first(text: &str) -> Option<String> {
    let (family, given) = text.split_once(' ')?;
    let upper = |word: &str| word.len() > 2 && word.chars().all(|c| c.is_alphabetic() && !c.is_lowercase());
    if !upper(family) || !upper(given) {
        return None;
    }
    let (first, last) = (fold(given), fold(family));
    (is_first_name(&first) && !is_family_name(&first) && !is_first_name(&last)).then(|| format!("{given} {family}"))
}

/// "Sr. Aníbal Cofré / Sra. Nora Vidal": the first of two people.
fn first_of_two(text: &str) -> Option<&str> {
    if !text.bytes().any(|b| matches!(b, b'/' | b'&')) {
        return None;
    }
    let (first, second) = text.split_once(" / ").or_else(|| text.split_once(" & "))?;
    let person = |text: &str| text.split_whitespace().count() > 1 && likeness(text) >= 0.6;
    (!second.contains(['/', '&']) && person(first) && person(second)).then(|| first.trim())
}

/// `Sra`, `Mr`: how somebody is addressed.
pub(crate) fn is_title(folded: &str) -> bool {
    TITLES.contains(&folded)
}

/// `MENDEZ/CARLOS MR`, as travel systems write it, turned round.
fn ticketed(text: &str) -> Option<String> {
    let (family, given) = text.split_once('/')?;
    let plain = |part: &str| {
        part.len() > 1 && part.chars().all(|c| c.is_alphabetic() && !c.is_lowercase() || matches!(c, ' ' | '-' | '\''))
    };
    if given.contains('/') || !plain(family.trim()) || !plain(given.trim()) {
        return None;
    }
    let mut words: Vec<&str> = given.split_whitespace().collect();
    if words.len() > 1 && matches!(*words.last()?, "MR" | "MRS" | "MS" | "MISS" | "MSTR" | "CHD" | "INF" | "SR" | "SRA")
    {
        words.pop();
    }
    words.iter().any(|word| is_first_name(&fold(word))).then(|| format!("{} {}", words.join(" "), family.trim()))
}

/// "Hola, Ana Ruiz": without the greeting before an answer.
fn ungreeted(text: &str) -> &str {
    let Some((head, rest)) = text.split_once([',', '!', '.']) else { return text };
    let greets = matches!(
        fold(head).as_str(),
        "hola"
            | "hi"
            | "hello"
            | "hey"
            | "oi"
            | "ola"
            | "buenas"
            | "buenos dias"
            | "buenas tardes"
            | "buen dia"
            | "bom dia"
            | "boa tarde"
            | "boa noite"
            | "buenas noches"
            | "good morning"
            | "good afternoon"
            | "si"
            | "sim"
            | "yes"
            | "claro"
            | "sure"
            | "ok"
            | "perfecto"
            | "gracias"
    );
    if greets { rest.trim_start_matches(['!', ',', '.', ' ']) } else { text }
}

/// The name in an answer that introduces it: "me llamo Ana Ruiz", "com a Edinalva Matos", "I'm Kate".
fn introduced(text: &str) -> &str {
    const WAYS: &[&str] = &[
        "mi nombre es ",
        "me llamo ",
        "soy la ",
        "soy el ",
        "soy ",
        "con la ",
        "con el ",
        "meu nome é ",
        "meu nome e ",
        "me chamo ",
        "sou a ",
        "sou o ",
        "sou ",
        "com a ",
        "com o ",
        "my name is ",
        "my name's ",
        "i am ",
        "i'm ",
        "i’m ",
        "it's ",
        "it’s ",
        "this is ",
        "habla ",
        "aquí ",
        "aqui é ",
        "con ",
        "com ",
        "with ",
    ];
    const FILLERS: &[&str] = &[" nomás", " nomas", " para servirle", " a sus órdenes", " a la orden", " às ordens"];
    let text = FILLERS.iter().find_map(|filler| text.strip_suffix(filler)).unwrap_or(text);
    let bare = ungreeted(text.trim_start_matches(['¡', '¿', ' ']));
    let text = if bare.len() < text.len() && bare.starts_with(char::is_uppercase) { bare } else { text };
    // What all of them begin with.
    if !bare.starts_with(['m', 's', 'c', 'i', 't', 'h', 'a', 'w', 'M', 'S', 'C', 'I', 'T', 'H', 'A', 'W']) {
        return text;
    }
    let first = bare.as_bytes().first().map(u8::to_ascii_lowercase);
    let said = |way: &&&str| {
        way.as_bytes().first().copied() == first
            && bare.get(..way.len()).is_some_and(|head| head.eq_ignore_ascii_case(way))
    };
    match WAYS.iter().find(said) {
        Some(way) if bare[way.len()..].starts_with(char::is_uppercase) => {
            bare[way.len()..].trim_end_matches(['.', '!', ' '])
        }
        _ => text,
    }
}

/// How much a text looks like a person's name: 0 not at all, 1 with a known first name and a family name.
pub(crate) fn likeness(text: &str) -> f32 {
    // None of these stands in a name, nor in what introduces one; perhaps in a note behind it.
    let strange = |b: u8| {
        b.is_ascii_digit()
            || matches!(b, b'@' | b'\\' | b':' | b';' | b'?' | b'#' | b'$' | b'%' | b'*' | b'=' | b'+' | b'_')
            || matches!(b, b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'|' | b'"')
    };
    let noted = text.contains('(');
    if !noted && text.bytes().any(strange) {
        return 0.0;
    }
    let text = without_note(introduced(text.trim()));
    if text.contains('/')
        && let Some(turned) = ticketed(text)
    {
        return likeness(&turned);
    }
    if text.contains(['/', '&'])
        && let Some(first) = first_of_two(text)
    {
        return likeness(first);
    }
    if text.len() < 2 || text.len() > 80 || text.contains(['/', '!', '&']) || noted && text.bytes().any(strange) {
        return 0.0;
    }
    let words = || text.split([' ', ',', '-']).filter(|word| !word.is_empty());
    if !(1..=7).contains(&words().take(8).count()) {
        return 0.0;
    }
    // A family is several people.
    if words()
        .next()
        .is_some_and(|word| word.starts_with(['f', 'F']) && matches!(fold(word).as_str(), "familia" | "family"))
    {
        return 0.1;
    }
    let lower_text = text.chars().all(|c| !c.is_uppercase());
    let mut known = 0;
    let mut proper = 0;
    let mut content = 0_usize;
    let (mut ranked, mut of_family) = (false, false);
    let mut folded = String::with_capacity(24);
    for word in words() {
        crate::keys::fold_into(word, &mut folded);
        let bare = folded.as_str();
        // "Sá" is a family name, "SA" a company.
        let accented = || word.chars().count() < 4 && word.chars().any(|c| !c.is_ascii() && c.is_alphabetic());
        // A family name after a first name: Bruna Sales, Tyra Banks.
        let family = || {
            proper > 0 && matches!(bare, "sales" | "bank" | "co" | "mei" | "ag" | "club" | "media" | "web")
                || known > 0 && STAND_INS.contains(&bare)
        };
        let firm =
            OF_COMPANIES.contains(bare) || bare.contains(' ') && OF_COMPANIES.contains(bare.replace(' ', "").as_str());
        if firm && !accented() && !family() {
            return 0.0;
        }
        let particle = is_particle(bare);
        if !particle && content == 0 && RANKS.contains(&bare) && !is_first_name(bare) {
            ranked = true;
            continue;
        }
        content += usize::from(!particle);
        if particle || TITLES.contains(&bare) {
            continue;
        }
        if DOCTORS.contains(&bare) {
            return 0.1;
        }
        let letters = word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '.' | '´' | '`'));
        if !letters || bare.is_empty() {
            return 0.0;
        }
        if lower_text || word.starts_with(char::is_uppercase) {
            proper += 1;
        }
        // "es segundo dueño": words of sentences stand in no name.
        if lower_text && !is_first_name(bare) && (crate::lexicon::is_stop(bare) || crate::lexicon::is_noise(bare)) {
            return 0.0;
        }
        let given = is_first_name(bare);
        known += usize::from(given);
        of_family |= content > 1 && !given && is_family_name(bare);
    }
    if proper < content.saturating_sub(1) || proper == 0 {
        return 0.0;
    }
    if ranked && content < 2 {
        return 0.1;
    }
    match (known, content, lower_text) {
        (0, 1, _) => 0.35,
        (0, 2..=4, false) if of_family => 0.9,
        (0, 2..=4, false) => 0.6,
        (0, _, _) => 0.25,
        (_, 1, _) => 0.7,
        (_, _, true) => 0.8,
        _ => 1.0,
    }
}

/// Whether a text is clearly a company or an institution.
pub(crate) fn is_company(text: &str) -> bool {
    if first_of_two(text).is_some() {
        return false;
    }
    // Those that are words of other things as well, where nothing else says that it is a company.
    const MORE: &[&str] = &["sapi", "cv", "s a", "sc", "scp", "ac"];
    let formed = |word: &str| LEGAL_FORMS.contains(&word) || MORE.contains(&word);
    let folded = fold(text);
    // Brazil's small companies; "me" is a word of sentences as well.
    let small = [" ME", " EPP", " MEI", " Co."].iter().any(|form| text.trim_end().ends_with(form));
    if small || text.contains("& Co") {
        return true;
    }
    // "s a", "s r l" at the end: letters of one word.
    let letters = folded.rsplit(' ').take_while(|word| word.len() == 1).count();
    if letters > 1 {
        let joined = folded[folded.len() + 1 - 2 * letters..].replace(' ', "");
        if formed(&joined) {
            return true;
        }
    }
    // "Guilherme Sá" is a person.
    let accented = text.split_whitespace().next_back().is_some_and(|word| {
        !word.is_ascii() && word.chars().count() < 4 && word.chars().any(|c| !c.is_ascii() && c.is_alphabetic())
    });
    let mut words = folded.split_once(' ').map(|(_, rest)| rest.split(' '));
    if accented && let Some(words) = &mut words {
        words.next_back();
    }
    // "Ubirajara Sá Leitão": nor in the middle.
    let family = |word: &str| word == "sa" && text.split(' ').any(|own| own == "Sá");
    words.is_some_and(|mut words| words.any(|word| word.len() <= 11 && formed(word) && !family(word)))
        || text.contains('&')
        || folded.split(' ').next().is_some_and(|word| {
            matches!(
                word,
                "constructora"
                    | "inmobiliaria"
                    | "fundacion"
                    | "clinica"
                    | "grupo"
                    | "hospital"
                    | "transportes"
                    | "comercial"
                    | "colegio"
                    | "universidad"
                    | "restaurante"
                    | "distribuidora"
                    | "boutique"
                    | "padaria"
                    | "agencia"
                    | "textiles"
                    | "minera"
                    | "municipalidad"
                    | "banco"
                    | "hotel"
                    | "industrias"
                    | "corporacion"
                    | "cofradia"
                    | "biblioteca"
                    | "asociacion"
                    | "associacao"
                    | "cooperativa"
                    | "parroquia"
                    | "iglesia"
                    | "igreja"
                    | "sindicato"
                    | "instituto"
            )
        })
}

/// The name as it is kept: trimmed, titles off, `Family, Given` turned round.
pub(crate) fn tidy(text: &str) -> String {
    if let Some(turned) = ticketed(text.trim()) {
        return collapse(&turned);
    }
    let text = without_note(text.trim());
    let mut text = introduced(first_of_two(text).unwrap_or(text)).trim_matches(['"', ',', ';', '-']).trim();
    text = undoctored(text);
    // "Gilberto Sanches - F": the label of what comes next.
    if let Some((head, tail)) = text.rsplit_once(" - ")
        && tail.trim_end_matches('.').chars().count() <= 2
        && head.contains(' ')
    {
        text = head.trim_end();
    }
    while let Some((head, tail)) = text.split_once(' ')
        && !tail.trim().is_empty()
    {
        let folded = fold(head);
        let ranked = RANKS.contains(&folded.as_str()) && tail.trim().contains(' ') && !is_first_name(&folded);
        if !TITLES.contains(&folded.as_str()) && !ranked {
            break;
        }
        text = tail.trim_start();
    }
    if let Some(turned) = family_first(text) {
        return turned;
    }
    if let Some((family, given)) = text.split_once(',')
        && !given.contains(',')
        && !given.trim().is_empty()
        && !family.trim().is_empty()
    {
        return collapse(&format!("{} {}", given.trim(), family.trim()));
    }
    collapse(text)
}

/// One space between words.
pub(crate) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_companies_are_told_apart() {
        for name in [
            "Ana Pérez Soto",
            "JUAN CARLOS MUÑOZ",
            "Sarah O'Connor",
            "Walsh, Peter",
            "João da Silva Neto",
            "Guilherme Sá",
            "Bruna Sales",
            "maría josé",
            "Ana Prueba",
            "Sr. Aníbal Cofré / Sra. Nora Vidal",
            "Larissa Vendramini (Lari)",
        ] {
            assert!(likeness(name) > 0.5, "{name}");
        }
        for other in [
            "Fabrikam Inc",
            "Residencias Sol S.L.",
            "Lead #778812",
            "n/a",
            "Clínica San Pablo",
            "no tiene",
            "AutoNorte 2",
            "Minera Los Andes SpA",
            "Prueba",
            "Cliente Prueba",
            "Familia Rojas",
            "Larissa Vendramini (filha)",
        ] {
            assert!(likeness(other) < 0.5, "{other} {}", likeness(other));
        }
        assert!(is_company("Residencias Sol S.L.") && is_company("Fabrikam Inc") && !is_company("Ana Pérez"));
        assert_eq!(tidy("Walsh, Peter"), "Peter Walsh");
        assert_eq!(tidy("Me llamo Ana Ruiz"), "Ana Ruiz");
        assert_eq!(tidy("Hola, Unai Etxeberria"), "Unai Etxeberria");
        assert_eq!(tidy("Oi! Me chamo Rita Luz"), "Rita Luz");
        assert_eq!(tidy("Com a Edinalva Matos."), "Edinalva Matos");
        assert_eq!(tidy("Soyla Vaca"), "Soyla Vaca");
        assert_eq!(tidy("Sr. Aníbal Cofré / Sra. Nora Vidal"), "Aníbal Cofré");
        assert_eq!(tidy("Larissa Vendramini (Lari)"), "Larissa Vendramini");
        assert_eq!(tidy("MENDEZ/CARLOS MR"), "CARLOS MENDEZ");
        assert!(likeness("SI/NO") < 0.5 && likeness("N/A") < 0.5 && likeness("MENDEZ/CARLOS MR") >= 1.0);
        assert_eq!(tidy("Sra. Ana  Pérez"), "Ana Pérez");
    }
}
