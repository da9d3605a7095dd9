//! Yes and no in three languages.

use crate::keys::fold;
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

const YES: &[&str] = &[
    "si",
    "s",
    "sim",
    "yes",
    "y",
    "true",
    "t",
    "verdadero",
    "verdadeiro",
    "v",
    "1",
    "x",
    "on",
    "ok",
    "claro",
    "acepto",
    "aceito",
    "accepted",
    "aceptado",
    "afirmativo",
    "yep",
    "yeah",
    "yup",
    "correcto",
    "checked",
    "marcado",
    "enabled",
    "activo",
    "ativo",
    "active",
    "activado",
    "positivo",
    "subscribed",
    "suscrito",
    "confirmado",
    "confirmed",
    "incluir",
    "incluido",
    "incluida",
    "incluso",
    "inclusa",
    "included",
    "inclusive",
    "tengo",
    "tiene",
    "tenho",
    "tem",
    "possui",
    "posee",
    "has",
    "have",
    "requerido",
    "requerida",
    "required",
    "needed",
    "necesario",
    "necesito",
    "preciso",
    "quiero",
    "quero",
    "deseo",
    "vigente",
    "al dia",
    "em dia",
    "up to date",
    "obvio",
    "dale",
    "vale",
    "okay",
    "sip",
    "sii",
    "siii",
    "certo",
    "sure",
    "absolutely",
    "definitely",
    "affirmative",
    "agree",
    "agreed",
    "autorizo",
    "autorizado",
    "autorizada",
    "acepta",
    "aceita",
    "aceptada",
    "permitido",
    "permitida",
    "hecho",
    "feito",
    "done",
    "signed",
    "firmado",
    "assinado",
    "aprobado",
    "aprovado",
    "approved",
];
const NO: &[&str] = &[
    "expired",
    "vencida",
    "vencido",
    "caducada",
    "caducado",
    "expirada",
    "expirado",
    "no",
    "n",
    "nao",
    "false",
    "f",
    "falso",
    "0",
    "off",
    "nope",
    "negativo",
    "disabled",
    "inactivo",
    "inativo",
    "inactive",
    "unchecked",
    "desactivado",
    "rechazado",
    "rejected",
    "unsubscribed",
    "nunca",
    "never",
    "nop",
    "nah",
    "tampoco",
    "nel",
    "ninguno",
    "ninguna",
    "nenhum",
    "nenhuma",
    "none",
    "nada",
    "jamas",
    "jamais",
    "negative",
    "denegado",
    "negado",
    "declined",
    "refused",
    "denied",
    "excluido",
    "excluded",
    "noup",
    "nop",
    "nones",
    "sin",
    "sem",
    "without",
];
static IS_YES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| YES.iter().copied().collect());
static IS_NO: LazyLock<FxHashSet<&str>> = LazyLock::new(|| NO.iter().copied().collect());

/// Second words after which a yes or no is none.
const HEDGES: &[&str] = &[
    "se",
    "sei",
    "recuerdo",
    "lembro",
    "sure",
    "estoy",
    "estou",
    "aplica",
    "aplicable",
    "idea",
    "tal",
    "talvez",
    "quiza",
    "quizas",
    "maybe",
    "pero",
    "mas",
    "but",
    "depende",
    "depends",
    "information",
    "informacion",
    "info",
    "sabe",
    "answer",
    "data",
    "definido",
    "especificado",
    "informado",
    "indica",
    "disponible",
    "disponivel",
    "o",
    "ou",
    "or",
    "y",
    "e",
    "and",
    "si",
    "no",
    "nao",
    "yes",
];

/// Reads yes or no: the word itself, or the word with a few more after it (`não, obrigada`, `sí por favor`, `no fumo`).
pub(crate) fn read(text: &str) -> Option<bool> {
    if text.len() > 60 {
        return None;
    }
    if let Some(flag) = mark(text) {
        return Some(flag);
    }
    let text = crate::options::unindexed(text);
    // "Sim, 5 meses", "no, particular": the answer, then more.
    if let Some((head, tail)) = text.split_once(',')
        && tail.len() < 40
        && let Some(flag) = read_folded(&fold(head)).filter(|_| head.trim().len() > 1)
    {
        let folded = fold(tail);
        let hedged = folded.split(' ').next().is_some_and(|word| HEDGES.contains(&word));
        return (!hedged).then_some(flag);
    }
    read_folded(&fold(text))
}

/// A tick or a cross.
pub(crate) fn mark(text: &str) -> Option<bool> {
    if text.is_ascii() {
        return None;
    }
    match text.trim() {
        "✓" | "✔" | "☑" | "✅" | "👍" => Some(true),
        "✗" | "✘" | "❌" | "☐" | "👎" => Some(false),
        _ => None,
    }
}

pub(crate) fn read_folded(folded: &str) -> Option<bool> {
    if IS_YES.contains(folded) {
        return Some(true);
    }
    if IS_NO.contains(folded) {
        return Some(false);
    }
    let (first, rest) = folded.split_once(' ')?;
    match folded {
        "desde luego" | "ya tengo" | "ya tiene" | "ja tenho" | "ja tem" | "i do" | "i have" | "we do" | "con gusto"
        | "si claro" | "yes please" | "i agree" | "por supuesto" | "de acuerdo" | "of course" | "com certeza"
        | "para incluir" | "si incluir" | "en efecto" | "asi es" | "opt in" | "opted in" => {
            return Some(true);
        }
        "todavia no" | "aun no" | "ainda nao" | "not yet" | "i dont" | "i do not" | "we dont" | "dont have"
        | "not included" | "not needed" | "not required" | "not necessary" | "mejor no" | "creo que no"
        | "no thanks" | "para nada" | "de jeito nenhum" | "not at all" | "opt out" | "opted out" | "en absoluto"
        | "not interested" | "not this time" | "not now" | "por ahora no" | "no por ahora" | "por agora nao"
        | "no hace falta" | "no es necesario" | "no es necesaria" | "no need" | "nao precisa" | "nao e necessario"
        | "nao preciso" | "falta" | "en falta" | "falta entregar" | "aun pendiente" => {
            return Some(false);
        }
        _ => {}
    }
    // "Preciso sim", "tenho sim".
    if let Some(verb) = folded.strip_suffix(" sim")
        && !verb.contains(' ')
    {
        return Some(!IS_NO.contains(verb));
    }
    let flag = match first {
        "si" | "sim" | "yes" | "yeah" | "claro" | "yep" => true,
        "no" | "nao" | "nope" => false,
        _ => return None,
    };
    let second = rest.split(' ').next()?;
    if HEDGES.contains(&second) || rest.split(' ').count() > 4 || second.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(flag)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn yes_and_no_are_read() {
        for (text, wanted) in [
            ("Sí", Some(true)),
            ("não, obrigada", Some(false)),
            ("No fumo", Some(false)),
            ("sí, por favor", Some(true)),
            ("TRUE", Some(true)),
            ("0", Some(false)),
            ("no sé", None),
            ("no recuerdo", None),
            ("tal vez", None),
            ("sí y no", None),
            ("maybe", None),
            ("2", None),
            ("not sure", None),
            ("incluso", Some(true)),
            ("none", Some(false)),
            ("0_Sí", Some(true)),
            ("preciso sim", Some(true)),
            ("sim, 5 meses", Some(true)),
            ("sí, pero no ahora", None),
            ("no todavía", Some(false)),
            ("no sé todavía", None),
            ("todavía no", Some(false)),
            ("no incluido", Some(false)),
            ("", None),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }
}
