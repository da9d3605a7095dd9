//! Whose a number in running text is: announced by its owner, said to be another's, or nobody says.
//!
//! A number that is found decides whose record this is, so more is asked of it than of a value that is only kept: it must
//! be announced ("mi cel es", "call me at", "soy Ana, 9 5550 1234"), sign the text, or stand alone with a name.

mod words;

use words::{
    ASKED, BARRED, CALL, CALL_ME, CALLED, CLOSINGS, FORMER, FORWARDED, LINKS, NOT, OWN, PRESENTS, RETURN, WISHES,
};

use crate::names::{is_family_name, is_first_name};
use crate::scan::Word;
use crate::text_phone_words::PHONE_CUES;

/// Whose a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Whoever writes says that it is theirs.
    Announced,
    /// Nobody says whose.
    Unsaid,
    /// The text says that it is another's, or is theirs no longer.
    Another,
}

/// The surest that a number may be which nobody announced: below what identifies a person.
pub(crate) const UNSAID: f32 = 0.84;

fn said<'a>(text: &'a str, word: &Word) -> &'a str {
    text.get(word.span.0..word.span.1).unwrap_or("")
}

fn is_number(word: &Word) -> bool {
    word.folded.bytes().all(|b| b.is_ascii_digit())
}

/// A word that may be of a name: one of the lists, or written large.
fn is_name(word: &Word) -> bool {
    word.folded.len() > 1 && (word.capital || is_first_name(&word.folded) || is_family_name(&word.folded))
}

/// Whether words say nothing but who it is, how to call them and when.
fn only_names(words: &[Word], wishes: bool) -> bool {
    words.iter().all(|word| {
        let folded = word.folded.as_str();
        is_number(word)
            || PHONE_CUES.contains(folded)
            || LINKS.contains(&folded)
            || CLOSINGS.contains(&folded)
            || wishes && WISHES.contains(&folded)
            || is_name(word) && !ASKED.contains(&folded) && !crate::text_phones::is_another(folded)
    })
}

fn has(words: &[Word], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.folded.as_str()))
}

/// The stretch of text around a place that full stops and lines bound, in bytes; commas do not.
fn sentence(text: &str, span: (usize, usize)) -> (usize, usize) {
    const STOPS: [char; 6] = ['.', '!', '?', '\n', ';', '¿'];
    // "Tel. 9 5550 1234", "Sr. Soto": a dot behind a short word and before a number or a name ends nothing.
    let ends = |at: usize| {
        let head = &text[..at];
        let rest = &text[at..];
        let dot = rest.starts_with('.');
        let short = head.chars().rev().take_while(|c| c.is_alphabetic()).count();
        !dot || rest[1..].starts_with(char::is_whitespace) && !(1..=3).contains(&short) || rest.len() == 1
    };
    let from = text[..span.0].char_indices().rev().find(|(at, c)| STOPS.contains(c) && ends(*at));
    let to = text[span.1..].char_indices().find(|(at, c)| STOPS.contains(c) && ends(span.1 + at));
    (from.map_or(0, |(at, c)| at + c.len_utf8()), to.map_or(text.len(), |(at, _)| span.1 + at))
}

/// Whose the number at `span` is.
pub(crate) fn owner(text: &str, words: &[Word], span: (usize, usize)) -> Owner {
    let (from, to) = sentence(text, span);
    let place = |at: usize| words.partition_point(|word| word.span.1 <= at);
    let (first, at) = (place(from), place(span.0));
    let next = words.partition_point(|word| word.span.0 < span.1);
    let last = words.partition_point(|word| word.span.0 < to);
    let before = &words[first..at];
    let near = &before[before.len().saturating_sub(10)..];
    let after = &words[next..last];
    let soon = &after[..after.len().min(7)];
    let asked = text[to..].starts_with('?');
    if has(near, BARRED) || has(soon, BARRED) || has(near, FORWARDED) {
        return Owner::Another;
    }
    // "Meu noivo, Caio, o whats dele é …": of whom was just named, and that is not who writes.
    let theirs = near.iter().rposition(|word| matches!(word.folded.as_str(), "dele" | "dela" | "suyo" | "his" | "her"));
    let partner =
        |word: &Word| matches!(word.folded.as_str(), "noivo" | "noiva" | "novio" | "novia" | "fiance" | "fiancee");
    if theirs
        .is_some_and(|at| near[..at].iter().any(|word| partner(word) || crate::text_phones::is_another(&word.folded)))
    {
        return Owner::Another;
    }
    let announced = announced(near) || behind(after);
    if former(near, soon) || refused(near) {
        return Owner::Another;
    }
    let told = near.iter().enumerate().rposition(|(at, word)| {
        let returned = at > 0 && RETURN.contains(&near[at - 1].folded.as_str());
        !returned && CALLED.contains(&said(text, word).to_lowercase().as_str())
    });
    let own = near.iter().rposition(|word| OWN.contains(&word.folded.as_str()));
    // "Les escribí desde mi número …": what is announced comes after what is told.
    if let Some(told) = told
        && !own.is_some_and(|own| announced && own > told)
    {
        // "I called from …" may be theirs; "I called …", "they called from …" are not.
        let first_person =
            matches!(
                said(text, &near[told]).to_lowercase().as_str(),
                "llamé"
                    | "llamo"
                    | "llamando"
                    | "escribí"
                    | "escribimos"
                    | "llamamos"
                    | "liguei"
                    | "chamei"
                    | "mandei"
                    | "called"
                    | "texted"
                    | "calling"
                    | "contacté"
                    | "hablé"
            ) && !near[..told].last().is_some_and(|word| matches!(word.folded.as_str(), "me" | "they" | "he" | "she"));
        let out_of = near[told..].iter().any(|word| matches!(word.folded.as_str(), "desde" | "from"));
        return if first_person && out_of { Owner::Unsaid } else { Owner::Another };
    }
    if asked && !announced && (has(near, ASKED) || has(soon, ASKED)) {
        return Owner::Another;
    }
    if announced || presented(near) || signed(text, words, first, at, span) {
        return Owner::Announced;
    }
    // Nothing but who and when in its sentence, and nobody else introduced in the one before.
    let ahead = &words[first.saturating_sub(9)..first];
    let introduced = ahead.iter().any(|word| {
        CALLED.contains(&said(text, word).to_lowercase().as_str()) || crate::text_phones::is_another(&word.folded)
    }) || ahead.windows(2).any(|pair| {
        // "El contacto de Luis."
        PHONE_CUES.contains(pair[0].folded.as_str())
            && matches!(pair[1].folded.as_str(), "de" | "del" | "do" | "da" | "of")
    });
    // "Codeudor: Nubia Vélez 301…": a label that is neither a name nor about telephones.
    let labelled = before.iter().any(|word| {
        let folded = word.folded.as_str();
        text[word.span.1..].starts_with(':')
            && !PHONE_CUES.contains(folded)
            && !is_first_name(folded)
            && !matches!(folded, "nombre" | "nome" | "name" | "mob" | "contact" | "cliente" | "client" | "customer")
    });
    let head = before.first().is_none_or(|word| !ASKED.contains(&word.folded.as_str()));
    if !asked
        && head
        && !introduced
        && !labelled
        && before.len() <= 12
        && only_names(before, true)
        && only_names(after, true)
    {
        return Owner::Announced;
    }
    Owner::Unsaid
}

/// "Mi cel es", "meu zap", "call me at", "me ligue no", "llámenme al": whoever writes wants to be called.
fn announced(near: &[Word]) -> bool {
    let folded: Vec<&str> = near.iter().map(|word| word.folded.as_str()).collect();
    let mut found = None;
    for at in 0..folded.len() {
        let own = OWN.contains(&folded[at])
            && folded[at + 1..]
                .iter()
                .take(3)
                .any(|word| PHONE_CUES.contains(word) && *word != "me" || word.starts_with("number"));
        let own = own || folded[at] == "best" && folded.get(at + 1).is_some_and(|word| word.starts_with("number"));
        let own = own
            || matches!(folded[at], "celular" | "numero" | "whatsapp" | "number" | "cel" | "telefono")
                && folded.get(at + 1).is_some_and(|word| matches!(*word, "personal" | "propio"));
        let me = folded[at] == "me"
            && (folded[at + 1..].iter().take(3).any(|word| CALL.contains(word))
                || at > 0 && CALL.contains(&folded[at - 1]));
        if own || me || CALL_ME.contains(&folded[at]) {
            found = Some(at);
        }
    }
    let Some(at) = found else { return false };
    // "Me liga o dia todo do 9 …", "llaman a mi cel desde el …": the other end of the line.
    let other_end = folded[at..].iter().any(|word| matches!(*word, "desde" | "from"))
        || folded[at] == "me" && folded.iter().rev().take(2).any(|word| matches!(*word, "del" | "do"));
    let denied = folded[..at].iter().rev().take(3).any(|word| NOT.contains(word));
    let owned = !folded[at..].iter().any(|word| crate::text_phones::is_another(word));
    !other_end && !denied && owned
}

/// "9 5550 1234 es mi número", "… is my cell", "… llámame".
fn behind(after: &[Word]) -> bool {
    let folded: Vec<&str> = after.iter().take(6).map(|word| word.folded.as_str()).collect();
    if folded.first().is_some_and(|word| CALL_ME.contains(word)) {
        return true;
    }
    matches!(folded.first(), Some(&("es" | "e" | "is" | "este" | "ese" | "esse" | "that's")))
        && folded.iter().take(4).position(|word| OWN.contains(word)).is_some_and(|own| {
            folded[own + 1..].first().is_some_and(|word| PHONE_CUES.contains(word)) && !folded[..own].contains(&"no")
        })
}

/// "Antes tenía el …", "… pero ya no lo uso", "I used to have …".
fn former(near: &[Word], soon: &[Word]) -> bool {
    let past = near.iter().any(|word| FORMER.contains(&word.folded.as_str()))
        && has(
            near,
            &["tenia", "usaba", "era", "ocupaba", "tinha", "usava", "had", "used", "was", "estaba", "my", "mi", "meu"],
        );
    let folded = |words: &[Word]| words.iter().map(|word| word.folded.clone()).collect::<Vec<_>>().join(" ");
    let behind = folded(soon);
    let behind = behind.as_str();
    let head = folded(near);
    past || head.contains("used to ")
        || [
            "ya no",
            "ja nao",
            "no longer",
            "not anymore",
            "nao uso mais",
            "no lo uso mas",
            "nao e mais",
            "no es mio",
            "nao e meu",
        ]
        .iter()
        .any(|gone| behind.split(" numero ").next().is_some_and(|near| near.contains(gone)))
            && !behind.contains("contest")
}

/// "No llamar al …", "não ligar mais no …".
fn refused(near: &[Word]) -> bool {
    let folded: Vec<&str> = near.iter().map(|word| word.folded.as_str()).collect();
    let asks =
        |word: &&str| CALL_ME.contains(word) || CALL.contains(word) && !matches!(*word, "get" | "find" | "email");
    folded.iter().enumerate().any(|(at, word)| {
        NOT.contains(word)
            && folded[at + 1..].iter().take(3).any(&asks)
            // "… no puedo llamar, mi cel es …": what is announced afterwards stands.
            && !folded[at + 1..].iter().skip(1).any(|word| OWN.contains(word) || matches!(*word, "pero" | "mas" | "but" | "sino"))
    })
}

/// "Soy Ana Rojas, 9 5550 1234": from the word that presents to the number only names.
fn presented(near: &[Word]) -> bool {
    let folded: Vec<&str> = near.iter().map(|word| word.folded.as_str()).collect();
    PRESENTS.iter().any(|phrase| {
        folded.windows(phrase.len()).rposition(|window| window == *phrase).is_some_and(|at| {
            let rest = &near[at + phrase.len()..];
            rest.iter().any(is_name) && rest.len() <= 8 && only_names(rest, false)
        })
    })
}

/// The end of a letter: behind "saludos" or on lines of its own only names, companies and numbers.
fn signed(text: &str, words: &[Word], first: usize, at: usize, span: (usize, usize)) -> bool {
    let tail = &words[words.partition_point(|word| word.span.0 < span.1)..];
    let quiet = tail.len() <= 8 && tail.iter().all(|word| is_name(word) || is_number(word) || word.folded.len() <= 4);
    if !quiet {
        return false;
    }
    let closing = words[at.saturating_sub(9)..at].iter().rposition(|word| CLOSINGS.contains(&word.folded.as_str()));
    if let Some(closing) = closing {
        let rest = &words[at.saturating_sub(9) + closing + 1..at];
        return only_names(rest, false);
    }
    // A line of its own, the last but for an address.
    let line = text[..span.0].rfind('\n').map_or(0, |at| at + 1);
    line > 0 && only_names(&words[words.partition_point(|word| word.span.1 <= line).max(first)..at], false)
}
