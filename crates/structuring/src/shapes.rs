//! Structure inside texts and lists: vCards, `Key: value` lines, a name with a number beside it, lists of numbers.

use crate::flatten::{Leaf, MAX_TEXT, Part};
use crate::lists::{collect, kind_of, main_one, said_by_turns, said_in_pieces, turns};
use crate::pairs::answers_within;
use crate::scan::Bytes;
use crate::{Json, email, keys, lexicon, names, read_email, scan};
use std::borrow::Cow;

/// The parts a leaf holds, as leaves of their own.
pub(crate) fn parts<'a>(leaf: &Leaf<'a>, owner: usize, steps: &mut usize) -> Vec<Leaf<'a>> {
    let made =
        |path: Vec<Cow<'a, str>>, value: Json, span: Option<(usize, usize)>, divides: bool, pointer: String| Leaf {
            path,
            alias: None,
            pointer,
            value: Cow::Owned(value),
            part: Some(Part { owner, span, divides, loose: false }),
            unread: false,
        };
    match leaf.value.as_ref() {
        Json::String(text) => {
            let plain = untagged(clip(text));
            let text = plain.as_ref();
            *steps += 1 + text.len() / 16;
            let has = Bytes::of(text);
            let own = || leaf.pointer.clone();
            if text.len() > 20 && has.has(b':') && text.to_ascii_uppercase().contains("BEGIN:VCARD") {
                return vcard(text)
                    .into_iter()
                    .map(|(key, value, span)| made(key, value.into(), Some(chars(text, span)), false, own()))
                    .collect();
            }
            let queried = if has.has(b'=') { query(text) } else { None };
            if let Some(pairs) = queried.or_else(|| if has.has(b'\n') { headed_row(text) } else { None }) {
                return pairs
                    .into_iter()
                    .map(|(key, value, span)| {
                        made(vec![Cow::Owned(key)], value.into(), Some(chars(text, span)), false, own())
                    })
                    .collect();
            }
            if has.has(b'?')
                && has.has(b'\n')
                && let Some(turns) = dialogue(text)
            {
                return turns
                    .into_iter()
                    .map(|(key, value, span)| {
                        let mut leaf = made(vec![Cow::Owned(key)], value.into(), Some(chars(text, span)), false, own());
                        if let Some(part) = leaf.part.as_mut() {
                            part.loose = true;
                        }
                        leaf
                    })
                    .collect();
            }
            if let Some(lines) = lines(text, has) {
                return lines
                    .into_iter()
                    .map(|(key, value, span)| {
                        made(vec![Cow::Owned(key)], value.into(), Some(chars(text, span)), false, own())
                    })
                    .collect();
            }
            combined(text)
                .into_iter()
                .map(|(word, value, span)| {
                    let mut path: Vec<Cow<'a, str>> =
                        leaf.read_path().into_iter().map(|part| Cow::Owned(part.to_owned())).collect();
                    path.push(Cow::Borrowed(word));
                    made(path, value.into(), Some(chars(text, span)), true, own())
                })
                .collect()
        }
        Json::Array(items) if leaf.path.last().is_some_and(|key| said_in_pieces(key, items)) => {
            let mut parts = Vec::new();
            for (at, item) in items.iter().enumerate() {
                *steps += 1 + item.as_str().map_or(0, str::len) / 16;
                let path = vec![Cow::Borrowed("mensaje")];
                let mut part = made(path, item.clone(), None, false, format!("{}/{at}", leaf.pointer));
                if let Some(part) = part.part.as_mut() {
                    part.loose = true;
                }
                parts.push(part);
            }
            parts
        }
        Json::Array(items) if said_by_turns(items) => {
            let mut parts = Vec::new();
            for turn in turns(items) {
                *steps += 1 + turn.text.len() / 16;
                let mut pointer = format!("{}/{}", leaf.pointer, turn.at);
                crate::json::escape_pointer(&mut pointer, turn.key);
                let path = vec![Cow::Owned(turn.question.unwrap_or_else(|| "mensaje".to_owned()))];
                let mut part = made(path, turn.text.into(), None, false, pointer);
                if let Some(part) = part.part.as_mut() {
                    part.loose = true;
                }
                parts.push(part);
            }
            parts
        }
        // Members of lists of numbers, addresses, contact points: the list stays whole.
        Json::Array(items) if items.len() <= 8 => {
            let mut parts = Vec::new();
            // {"given": ["Rocío", "Belén"]}: one name in several words.
            if let Some(joined) = leaf.path.last().and_then(|key| given_names(key, items)) {
                parts.push(made(leaf.path.clone(), joined.into(), None, true, leaf.pointer.clone()));
                return parts;
            }
            // Pages of a survey, each with its questions.
            let sections = answers_within(items);
            if !sections.is_empty() {
                for (question, answer, place) in sections {
                    *steps += 1;
                    let mut part = made(
                        vec![Cow::Owned(question)],
                        answer.clone(),
                        None,
                        false,
                        format!("{}{place}", leaf.pointer),
                    );
                    if let Some(part) = part.part.as_mut() {
                        part.loose = true;
                    }
                    parts.push(part);
                }
                return parts;
            }
            let main = main_one(items);
            for (at, item) in items.iter().enumerate() {
                *steps += 1;
                match item {
                    Json::String(_) | Json::Number(_) => {
                        parts.push(made(
                            leaf.path.clone(),
                            item.clone(),
                            None,
                            false,
                            format!("{}/{at}", leaf.pointer),
                        ));
                    }
                    Json::Object(object) if object.len() <= 12 => {
                        let several = main.is_some();
                        let main = main == Some(at);
                        // Whatever the list is called, its main one is who the record is about.
                        let mut path = if main { Vec::new() } else { leaf.path.clone() };
                        // The kind of a contact point is as good as a key: {"type":"mobile","number":…}.
                        if let Some(kind) = kind_of(object).filter(|_| !main) {
                            path.push(Cow::Owned(kind.to_owned()));
                        }
                        let mut members = Vec::new();
                        collect(object, &path, &format!("{}/{at}", leaf.pointer), 1, &mut members);
                        for (path, value, pointer) in members {
                            *steps += 1;
                            let mut part = made(path, value.clone(), None, false, pointer);
                            if let Some(part) = part.part.as_mut() {
                                part.loose = several;
                            }
                            parts.push(part);
                        }
                    }
                    _ => {}
                }
            }
            parts
        }
        _ => Vec::new(),
    }
}

/// The given names of one person where a list holds them one by one.
fn given_names(key: &str, items: &[Json]) -> Option<String> {
    let given = matches!(
        crate::keys::snake_key(key).as_str(),
        "given" | "given_name" | "given_names" | "first_name" | "first_names" | "nombres" | "forenames" | "prenomes"
    );
    let word = |item: &Json| item.as_str().is_some_and(|text| names::likeness(text) >= 0.35 && text.len() <= 40);
    if !given || !(2..=4).contains(&items.len()) || !items.iter().all(word) {
        return None;
    }
    Some(items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "))
}

/// The part of a text that is scanned.
pub(crate) fn clip(text: &str) -> &str {
    if text.len() <= MAX_TEXT {
        return text;
    }
    let mut end = MAX_TEXT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text without the tags of a web page, each blanked in its place so that spans hold; what ends a line becomes a line.
pub(crate) fn untagged(text: &str) -> Cow<'_, str> {
    if !text.contains('<') || !text.contains("</") && !text.contains("<br") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let tail = &rest[open..];
        let close = tail.find('>').filter(|close| {
            *close < 200
                && tail[1..*close].trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic())
                && tail[..*close].is_ascii()
                && !tail[..*close].contains('@')
        });
        let Some(close) = close else {
            out.push('<');
            rest = &tail[1..];
            continue;
        };
        let name =
            tail[1..close].trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        let line = matches!(
            name.to_ascii_lowercase().as_str(),
            "br" | "p" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "table"
        );
        out.push(if line { '\n' } else { ' ' });
        out.extend(std::iter::repeat_n(' ', close));
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Characters from–to of bytes from–to.
pub(crate) fn chars(text: &str, (from, to): (usize, usize)) -> (usize, usize) {
    let before = text.get(..from).map_or(0, |head| head.chars().count());
    (before, before + text.get(from..to).map_or(0, |part| part.chars().count()))
}

type Found = (String, String, (usize, usize));

/// `https://…?nombre=Ana+Paz&fono=%2B569…`, `nombre=Ana&fono=…`: what a form sent with its address. What campaigns add is none.
fn query(text: &str) -> Option<Vec<Found>> {
    let start = text.find('?').map_or(0, |at| at + 1);
    let address = text.starts_with("http") || text.starts_with('/') || text.starts_with("www.");
    if text.len() > 2_000 || text.contains(char::is_whitespace) || (start > 0) != address || !text.contains('=') {
        return None;
    }
    let mut found: Vec<Found> = Vec::new();
    let mut at = start;
    for pair in text[start..].split(['&', '#']) {
        let from = at;
        at += pair.len() + 1;
        let Some((key, value)) = pair.split_once('=') else { continue };
        let name = crate::keys::snake_key(key);
        let ours =
            name.starts_with("utm") || name.ends_with("clid") || matches!(name.as_str(), "ref" | "src" | "sid" | "id");
        if ours || name.is_empty() || value.is_empty() || found.len() >= 24 {
            continue;
        }
        found.push((decoded(key), decoded(value), (from + key.len() + 1, from + pair.len())));
    }
    (found.len() > 1 || found.len() == 1 && start == 0).then_some(found)
}

/// `%2B569`, `Ana+Paz`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or(b' '));
                        rest = ahead;
                    }
                    _ => bytes.push(byte),
                }
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A line of headers and one of cells, with one mark between them.
fn headed_row(text: &str) -> Option<Vec<Found>> {
    let (header, cells) = text.trim_end().split_once('\n')?;
    let header = header.trim_end_matches('\r');
    if cells.contains('\n') || text.len() > 4_000 {
        return None;
    }
    let mark = [';', '\t', '|', ','].into_iter().find(|mark| {
        let columns = header.matches(*mark).count();
        columns >= 2 && cells.matches(*mark).count() == columns
    })?;
    let named = |name: &str| {
        let name = name.trim().trim_matches('"');
        (1..=40).contains(&name.len()) && !name.contains(['@', ':']) && name.starts_with(char::is_alphabetic)
    };
    if !header.split(mark).all(named) {
        return None;
    }
    let mut at = text.find('\n')? + 1;
    let mut found = Vec::new();
    for (name, cell) in header.split(mark).zip(cells.split(mark)) {
        let bare = cell.trim().trim_matches('"');
        let from = at + cell.find(bare).unwrap_or(0);
        at += cell.len() + 1;
        if !bare.is_empty() {
            found.push((name.trim().trim_matches('"').to_owned(), bare.to_owned(), (from, from + bare.len())));
        }
    }
    Some(found)
}

/// `Key: value` on lines, or between semicolons or bars.
fn lines(text: &str, has: Bytes) -> Option<Vec<Found>> {
    // Two at least, and something between them.
    if text.len() < 12 || !has.any(b"\n;|,") {
        return None;
    }
    if !has.any(b":=") {
        return if has.any(b"\n;|") { dashed(text).filter(|_| text.len() < 2000) } else { None };
    }
    [(b'\n', &['\n'][..]), (b';', &['\n', ';']), (b'|', &['\n', '|']), (b',', &['\n', ','])]
        .into_iter()
        .filter(|(mark, _)| has.has(*mark))
        .find_map(|(_, separators)| pairs_between(text, separators))
}

/// `Name - Ana; Phone - 955`: labels that forms have, before a dash.
fn dashed(text: &str) -> Option<Vec<Found>> {
    let mut found: Vec<Found> = Vec::new();
    let (mut segments, mut known, mut at) = (0, 0, 0);
    for segment in text.split(['\n', ';', '|']) {
        let start = at;
        at += segment.len() + 1;
        if segment.trim().is_empty() {
            continue;
        }
        segments += 1;
        let Some((label, value)) = [" - ", " – ", " — "].iter().find_map(|dash| segment.split_once(dash)) else {
            continue;
        };
        let words = keys::words(label.trim());
        if value.trim().is_empty() || !(1..=4).contains(&words.len()) || label.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        known += usize::from(!lexicon::find(&words).is_empty());
        let from = start + segment.len() - value.len() + (value.len() - value.trim_start().len());
        found.push((label.trim().to_owned(), value.trim().to_owned(), (from, from + value.trim().len())));
    }
    (found.len() >= 2 && found.len() * 4 >= segments * 3 && known * 2 >= found.len()).then_some(found)
}

fn pairs_between(text: &str, separators: &[char]) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    let mut segments = 0;
    let mut at = 0;
    for segment in text.split(|c| separators.contains(&c)) {
        let start = at;
        at += segment.len() + 1;
        let bare = segment.trim();
        if bare.is_empty() {
            continue;
        }
        segments += 1;
        // "Want small group? no" is a pair as well.
        let asked = segment.find("? ").filter(|at| segment[*at + 2..].trim().len() <= 60);
        let Some(colon) = asked.or_else(|| segment.find([':', '='])) else { continue };
        // "new lead from web: NAME=Ana": what comes before the first pair introduces it.
        let after = segment[colon + 1..].find('=').map(|at| colon + 1 + at);
        let inner = after.filter(|at| {
            let name = segment[colon + 1..*at].trim();
            segment.as_bytes()[colon] == b':'
                && (1..=24).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        let (key, colon) = match inner {
            Some(at) => (&segment[colon + 1..at], at),
            None => (&segment[..colon], colon),
        };
        let value = &segment[colon + 1..];
        let label = key.trim().trim_start_matches(['-', '*', '•', '·', '>', '_']).trim_end_matches(['*', '_']).trim();
        let words = label.split_whitespace().count();
        if label.is_empty()
            || words > 7
            || label.len() > 80
            || !label.contains(char::is_alphabetic)
            || value.trim().is_empty()
            || value.starts_with("//")
        {
            continue;
        }
        if label.contains(['.', '!', ',']) && words > 3
            || label.to_ascii_lowercase().ends_with("http")
            || label.to_ascii_lowercase().ends_with("https")
        {
            continue;
        }
        // A clock is no pair.
        if label.ends_with(|c: char| c.is_ascii_digit()) && value.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let from = start + colon + 1 + (value.len() - value.trim_start().len());
        let plain = value.trim().trim_start_matches(['*', '_']).trim();
        found.push((label.to_owned(), plain.to_owned(), (from, from + value.trim().len())));
    }
    (found.len() >= 2 && found.len() * 4 >= segments * 3).then_some(found)
}

/// A question and the short answer on the next line, by another speaker: what bots and call notes keep.
fn dialogue(text: &str) -> Option<Vec<Found>> {
    let mut found: Vec<Found> = Vec::new();
    let mut question: Option<(&str, &str)> = None;
    let mut speakers = 0;
    let mut at = 0;
    for line in text.split('\n') {
        let start = at;
        at += line.len() + 1;
        let mut bare = line.trim();
        // "[10:02] ", "10:02 - "
        if let Some(rest) =
            bare.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest.trim_start())
        {
            bare = rest;
        }
        let (speaker, said) = match bare.split_once(':') {
            Some((speaker, said))
                if speaker.len() <= 30
                    && speaker.split_whitespace().count() <= 3
                    && !speaker.is_empty()
                    && !speaker.contains(['?', '¿']) =>
            {
                (speaker.trim(), said.trim())
            }
            _ => ("", bare),
        };
        if said.is_empty() {
            continue;
        }
        speakers += usize::from(!speaker.is_empty());
        if said.ends_with('?') {
            let asked = said.rsplit(['.', '!', '¿', '\u{a1}']).find(|part| !part.trim().is_empty()).unwrap_or(said);
            question = (asked.len() <= 120).then_some((speaker, asked.trim()));
            continue;
        }
        // "Jandira", then "Jandira Fontenele": the answer said again, in full.
        if question.is_none()
            && let Some((_, last, span)) = found.last_mut()
            && said.len() <= 80
            && said.len() > last.len()
            && said.starts_with(last.as_str())
            && let Some(place) = line.rfind(said)
        {
            *last = said.trim_end_matches(['.', '!']).to_owned();
            *span = (start + place, start + place + last.len());
            continue;
        }
        if let Some((asker, asked)) = question.take()
            && (asker != speaker || asker.is_empty())
            && said.len() <= 80
            && let Some(place) = line.rfind(said)
        {
            let plain = said.trim_end_matches(['.', '!']);
            found.push((asked.to_owned(), plain.to_owned(), (start + place, start + place + plain.len())));
        }
    }
    // One question may stand in any note: two turns make a conversation, or one that names its speakers.
    (found.len() > 1 || found.len() == 1 && speakers > 1).then_some(found)
}

type Line<'a> = (Vec<Cow<'a, str>>, String, (usize, usize));

fn vcard<'a>(text: &str) -> Vec<Line<'a>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let start = at;
        at += line.len() + 1;
        let Some((head, value)) = line.split_once(':') else { continue };
        let head = head.to_ascii_uppercase();
        let mut head = head.split(';');
        let property = head.next().unwrap_or("");
        let property = property.rsplit('.').next().unwrap_or(property);
        let kinds: String = head.collect::<Vec<_>>().join(",");
        let value = value.trim();
        let key = match property {
            "FN" => "nombre completo",
            "TEL" if kinds.contains("FAX") => "fax",
            "TEL" if kinds.contains("CELL") || kinds.contains("WAID") => "celular",
            "TEL" if kinds.contains("WORK") => "telefono trabajo",
            "TEL" if kinds.contains("HOME") => "telefono casa",
            "TEL" => "telefono",
            "EMAIL" if kinds.contains("WORK") => "email trabajo",
            "EMAIL" => "email",
            "BDAY" => "fecha de nacimiento",
            "ORG" => "empresa",
            "TITLE" => "cargo",
            "URL" => "website",
            "ADR" => "direccion",
            _ => continue,
        };
        let plain = if property == "ADR" || property == "ORG" {
            value.split(';').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        } else {
            value.trim_start_matches("tel:").to_owned()
        };
        if plain.is_empty() {
            continue;
        }
        let from = start + line.find(':').unwrap_or(0) + 1;
        // post office box; extended; street; city; state; code; country.
        if property == "ADR" {
            let mut at = from;
            for (place, part) in value.split(';').enumerate() {
                let name = match place {
                    3 => "ciudad",
                    4 => "estado",
                    5 => "codigo postal",
                    6 => "pais",
                    _ => "",
                };
                if !name.is_empty() && !part.trim().is_empty() {
                    found.push((vec![Cow::Borrowed(name)], part.trim().to_owned(), (at, at + part.len())));
                }
                at += part.len() + 1;
            }
        }
        found.push((vec![Cow::Borrowed(key)], plain, (from, (from + value.len()).min(start + line.len()))));
    }
    found
}

/// `Yasmin Prates - 11 95551-9900`, `Ana Pérez <ana@example.com>`: a name and what reaches it.
fn combined(text: &str) -> Vec<(&'static str, String, (usize, usize))> {
    let trimmed = text.trim();
    if !(8..=100).contains(&trimmed.len()) || trimmed.contains('\n') {
        return Vec::new();
    }
    // Nothing reaches anybody without an at sign or eight digits, and a name is a word of its own beside it.
    if !trimmed.contains('@') && trimmed.bytes().filter(u8::is_ascii_digit).count() < 8 {
        return Vec::new();
    }
    // An address alone has no name beside it.
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'@');
    if trimmed.bytes().all(plain) && email::is_address(trimmed) {
        return Vec::new();
    }
    let mut reach: Vec<(&'static str, String, (usize, usize))> = Vec::new();
    let mut covered: Vec<(usize, usize)> = Vec::new();
    for span in scan::emails(text).into_iter().take(2) {
        if let Some(address) = read_email(&text[span.0..span.1]) {
            reach.push(("email", address, span));
            covered.push(span);
        }
    }
    for span in scan::digit_runs(text).into_iter().take(4) {
        let digits = text[span.0..span.1].bytes().filter(u8::is_ascii_digit).count();
        if (8..=15).contains(&digits) && !covered.iter().any(|c| c.0 <= span.0 && span.0 < c.1) {
            reach.push(("telefono", text[span.0..span.1].to_owned(), span));
            covered.push(span);
        }
    }
    if reach.is_empty() || reach.len() > 2 {
        return Vec::new();
    }
    covered.sort_unstable();
    let mut name = String::new();
    let mut from = 0;
    let mut name_span = None;
    for span in covered.iter().chain([&(text.len(), text.len())]) {
        let piece = text.get(from..span.0).unwrap_or("");
        let bare = piece.trim_matches(|c: char| !c.is_alphabetic());
        if !bare.is_empty() {
            if !name.is_empty() {
                return Vec::new();
            }
            name = bare.to_owned();
            let start = from + piece.find(bare).unwrap_or(0);
            name_span = Some((start, start + bare.len()));
        }
        from = span.1;
    }
    let Some(name_span) = name_span.filter(|_| names::likeness(&name) >= 0.6) else { return Vec::new() };
    reach.insert(0, ("nombre", name, name_span));
    reach
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_with_structure_are_taken_apart() {
        let keys = |text: &str| {
            lines(text, Bytes::of(text))
                .unwrap_or_default()
                .into_iter()
                .map(|(key, value, _)| format!("{key}={value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("Nombre: Ana\nCelular: 955\n"), ["Nombre=Ana", "Celular=955"]);
        assert_eq!(keys("Nome: Ana; Telefone: 955; Filhos: 4"), ["Nome=Ana", "Telefone=955", "Filhos=4"]);
        assert_eq!(keys("Name - Ana; Phone - 955; Hours - 5"), ["Name=Ana", "Phone=955", "Hours=5"]);
        assert!(keys("Vino ayer - muy amable; volverá - dice").is_empty());
        assert!(keys("Hola: soy Ana y quiero hora, gracias. Nos vemos a las 10:30").is_empty());
        assert_eq!(combined("Yasmin Prates - 11 95551-9900").len(), 2);
        assert!(combined("Pedido 12345678 listo").is_empty() || combined("Pedido 12345678 listo").len() < 2);
        let page = "<p><b>Nombre:</b> Ana<br>Cel: <i>955</i></p> a<b <ana@x.example>";
        assert_eq!(untagged(page).len(), page.len());
        assert!(untagged(page).ends_with("a<b <ana@x.example>") && !untagged(page).contains("</"));
        assert_eq!(keys(&untagged("<p><b>Nombre:</b> Ana<br><b>Cel:</b> 955</p>")), ["Nombre=Ana", "Cel=955"]);
        assert_eq!(vcard("BEGIN:VCARD\nFN:Ana\nTEL;TYPE=CELL:+55 11 95551-9900\nEND:VCARD").len(), 2);
    }
}
