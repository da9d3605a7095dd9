//! Keys and words: folding, snake_case, tokens.

use std::borrow::Cow;

/// Appends `c` in lower case without its accent.
pub(crate) fn push_folded(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    let plain = match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' | 'Å' | 'Ā' | 'ă' | 'Ă' => {
            'a'
        }
        'é' | 'è' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' | 'É' | 'È' | 'Ê' | 'Ë' | 'Ē' | 'Ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ī' | 'Í' | 'Ì' | 'Î' | 'Ï' | 'İ' | 'ı' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ō' | 'ø' | 'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'ū' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'u',
        'ñ' | 'Ñ' | 'ń' | 'ň' => 'n',
        'ç' | 'Ç' | 'ć' | 'č' | 'Č' => 'c',
        'ý' | 'ÿ' | 'Ý' => 'y',
        'š' | 'Š' | 'ś' | 'ş' => 's',
        'ž' | 'Ž' | 'ź' | 'ż' => 'z',
        'ł' | 'Ł' => 'l',
        'ß' => {
            out.push_str("ss");
            return;
        }
        'æ' | 'Æ' => {
            out.push_str("ae");
            return;
        }
        'ª' | 'º' | '°' | '\u{300}'..='\u{36f}' => return,
        other => {
            use unicode_normalization::UnicodeNormalization;
            use unicode_normalization::char::is_combining_mark;
            out.extend(other.nfkd().filter(|mark| !is_combining_mark(*mark)).flat_map(char::to_lowercase));
            return;
        }
    };
    out.push(plain);
}

/// Whether two names have a word in common; initials and particles are none.
pub fn share_a_word(a: &str, b: &str) -> bool {
    let (a, b) = (fold(a), fold(b));
    let telling =
        |word: &&str| word.len() > 2 && !matches!(*word, "del" | "los" | "las" | "dos" | "das" | "van" | "von");
    a.split(' ').filter(telling).any(|word| b.split(' ').any(|other| other == word))
}

/// Lower case, no accents, words of letters and digits with one space between them.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// As [`fold`], into a text that is used again.
pub(crate) fn fold_into(text: &str, out: &mut String) {
    out.clear();
    out.reserve(text.len());
    let mut rest = text.chars();
    loop {
        // Runs of plain letters and digits go over at once.
        let bytes = rest.as_str();
        let plain = bytes.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if plain > 0 {
            let from = out.len();
            out.push_str(&bytes[..plain]);
            out[from..].make_ascii_lowercase();
            rest = bytes[plain..].chars();
        }
        let Some(c) = rest.next() else { break };
        if !c.is_ascii() && (is_letter_or_digit(c) || ('\u{300}'..='\u{36f}').contains(&c)) {
            push_folded(c, out);
        } else if !matches!(c, '\'' | '’' | 'ª' | 'º' | '°') && !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
}

/// `is_alphanumeric`, the letters of Latin at once.
fn is_letter_or_digit(c: char) -> bool {
    match c {
        '×' | '÷' => false,
        '\u{c0}'..='\u{17f}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// Lower case without accents, marks kept: `US$` → `us$`, `Dólares` → `dolares`.
pub(crate) fn fold_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_folded(c, &mut out));
    out
}

/// snake_case without accents: `Fec. Nac.` → `fec_nac`, `razaoSocial` → `razao_social`, `tel2` stays.
pub fn snake_key(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    push_snake(key, &mut out);
    out
}

/// Appends a key in snake_case.
pub(crate) fn push_snake(key: &str, out: &mut String) {
    let from = out.len();
    if key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return out.push_str(key);
    }
    let mut previous = ' ';
    let mut characters = key.chars().peekable();
    while let Some(c) = characters.next() {
        if matches!(c, '\u{300}'..='\u{36f}' | 'ª' | 'º' | '°') {
            continue;
        }
        if !(if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_letter_or_digit(c) }) {
            if out.len() > from && !out.ends_with('_') && !matches!(c, '\'' | '’') {
                out.push('_');
            }
            previous = ' ';
            continue;
        }
        let hump = c.is_uppercase()
            && (previous.is_lowercase()
                || previous.is_ascii_digit()
                || (previous.is_uppercase() && characters.peek().is_some_and(|next| next.is_lowercase())));
        if hump && !(out.len() > from && out.ends_with('_')) {
            out.push('_');
        }
        push_folded(c, out);
        previous = c;
    }
    out.truncate(from + out[from..].trim_end_matches('_').len());
}

/// The words of a key, letters and digits apart: `fone1` → `fone`, `1`.
pub(crate) fn words(key: &str) -> Vec<String> {
    let spelt = undotted(key);
    let spelt = if spelt.contains(['\'', '’']) { Cow::Owned(uncontracted(&spelt)) } else { spelt };
    let snake = snake_key(&spelt);
    let mut words = Vec::with_capacity(4);
    for part in snake.split('_') {
        let mut from = 0;
        let bytes = part.as_bytes();
        for at in 1..bytes.len() {
            if bytes[at].is_ascii_digit() != bytes[at - 1].is_ascii_digit()
                && part.is_char_boundary(at)
                && !matches!(part, "m2" | "m3" | "km2" | "mts2" | "mt2" | "ft2" | "24h")
            {
                words.push(part[from..at].to_owned());
                from = at;
            }
        }
        if from < part.len() {
            words.push(part[from..].to_owned());
        }
    }
    ordinals(&mut words);
    words
}

/// "What's your name", "Pet's name": what stands before the mark is the word.
fn uncontracted(key: &str) -> String {
    let parts = key.split(' ').map(|part| {
        let bare = part.trim_end_matches([',', '.', ':', '?']);
        let owns = ["'s", "’s", "'S", "’S"].iter().find_map(|mark| bare.strip_suffix(mark));
        owns.unwrap_or(part)
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// `C.I.`, `D.N.I. titular`: single letters with a dot each are one word.
fn undotted(key: &str) -> Cow<'_, str> {
    if !key.contains('.') {
        return Cow::Borrowed(key);
    }
    let letters = |part: &str| {
        let mut rest = part.chars();
        let mut count = 0;
        while let Some(letter) = rest.next() {
            if !letter.is_alphabetic() || rest.next() != Some('.') {
                return 0;
            }
            count += 1;
        }
        count
    };
    let parts: Vec<Cow<'_, str>> = key
        .split(' ')
        .map(|part| {
            if letters(part.trim_end_matches(':')) > 1 {
                Cow::Owned(part.replace('.', ""))
            } else {
                Cow::Borrowed(part)
            }
        })
        .collect();
    Cow::Owned(parts.join(" "))
}

/// `1a consulta`, `2nd phone`: the ordinal as a word.
fn ordinals(words: &mut Vec<String>) {
    let ending = |word: &str| {
        matches!(
            word,
            "a" | "o" | "ra" | "ro" | "er" | "era" | "ero" | "st" | "da" | "do" | "nd" | "segunda" | "primera"
        )
    };
    if words.len() > 2
        && let Some(at) =
            (0..words.len() - 2).find(|at| matches!(words[*at].as_str(), "1" | "2") && ending(&words[at + 1]))
    {
        words[at] = if words[at] == "1" { "primera" } else { "segunda" }.to_owned();
        words.remove(at + 1);
    }
}

/// The parts of a key that a tool made out of a path: `a__b`, `a.b`, `a[b][0]`, `a > b`. A key of one part stays whole.
pub(crate) fn path_parts(key: &str) -> Vec<&str> {
    let telling = |part: &&str| part.len() > 1 && part.contains(char::is_alphabetic);
    let bare = !key.contains(char::is_whitespace);
    let parts: Vec<&str> = if key.contains("__") {
        key.split("__").collect()
    } else if bare && key.ends_with(']') && key.contains('[') {
        key.split(['[', ']']).collect()
    } else if bare && key.contains('.') && key.split('.').all(|part| telling(&part)) {
        key.split('.').collect()
    } else if key.contains(" > ") || key.contains("::") || key.contains("->") || key.contains(" » ") {
        key.split(['>', ':', '»']).map(|part| part.trim_end_matches('-').trim()).collect()
    } else {
        return vec![key];
    };
    let kept: Vec<&str> = parts.into_iter().filter(telling).collect();
    if kept.is_empty() { vec![key] } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_snake_case() {
        for (key, wanted) in [
            ("Fec. Nac.", "fec_nac"),
            ("razaoSocial", "razao_social"),
            ("Teléfono móvil", "telefono_movil"),
            ("¿Es primera visita?", "es_primera_visita"),
            ("CPF/CNPJ", "cpf_cnpj"),
            ("tel2", "tel2"),
            ("HTTPServer", "http_server"),
            ("Phone 1 - Type", "phone_1_type"),
            ("Nº póliza", "n_poliza"),
            ("e-mail", "e_mail"),
            ("__a__b__", "a_b"),
            ("area_m2", "area_m2"),
            ("¿¿??", ""),
            ("nin\u{303}o", "nino"),
            ("customerID", "customer_id"),
        ] {
            assert_eq!(snake_key(key), wanted, "{key}");
        }
        assert_eq!(words("fone1"), ["fone", "1"]);
        assert_eq!(words("D.N.I. titular"), ["dni", "titular"]);
        assert_eq!(words("Fec. Nac."), ["fec", "nac"]);
        assert_eq!(words("What's your full name?"), ["what", "your", "full", "name"]);
        assert_eq!(words("Pet's name"), ["pet", "name"]);
        assert_eq!(words("Owners’ club"), ["owners", "club"]);
        assert_eq!(words("1A CONSULTA?"), ["primera", "consulta"]);
        assert_eq!(path_parts("contacts[add][0][name]"), ["contacts", "add", "name"]);
        assert_eq!(path_parts("contact__first_name"), ["contact", "first_name"]);
        assert_eq!(path_parts("person.phone"), ["person", "phone"]);
        assert_eq!(path_parts("Fec. Nac."), ["Fec. Nac."]);
        assert_eq!(path_parts("e.mail"), ["e.mail"]);
        assert_eq!(fold("  ¡Sí, CLARO!  "), "si claro");
        assert_eq!(fold("O'Connor"), "oconnor");
    }
}
