//! Currencies: their marks, words and countries.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// ISO 4217 (and `UF`) → the ways it is written, folded or as a mark. A bare `$` and `pesos` are any peso or dollar.
const MARKS: &[(&str, &[&str])] = &[
    ("USD", &["us$", "u$s", "u$d", "usd", "dolar", "dolares", "dollar", "dollars", "usd$", "u$", "dls", "dlls"]),
    ("EUR", &["€", "eur", "euro", "euros"]),
    ("GBP", &["£", "gbp", "pounds", "quid", "libras"]),
    ("BRL", &["r$", "brl", "real", "reais", "reales"]),
    ("MXN", &["mxn", "mx$", "mxn$", "m.n.", "mn"]),
    ("CLP", &["clp", "clp$", "ch$", "lucas"]),
    ("COP", &["cop", "cop$", "col$"]),
    ("ARS", &["ars", "ar$", "ars$"]),
    ("PEN", &["s/", "s/.", "pen", "sol", "soles"]),
    ("UYU", &["$u", "uyu"]),
    ("PYG", &["gs", "gs.", "₲", "pyg", "guarani", "guaranies", "g"]),
    ("BOB", &["bs", "bs.", "bob", "bolivianos"]),
    ("VES", &["ves", "bsd", "bs.s", "bolivares"]),
    ("DOP", &["rd$", "dop"]),
    ("CRC", &["₡", "crc", "colon", "colones"]),
    ("GTQ", &["gtq", "quetzal", "quetzales", "q"]),
    ("HNL", &["hnl", "lempira", "lempiras", "lps", "l"]),
    ("NIO", &["c$", "nio", "cordobas"]),
    ("PAB", &["b/.", "pab", "balboas"]),
    ("CAD", &["cad", "ca$", "cad$"]),
    ("AUD", &["aud", "au$", "a$"]),
    ("CHF", &["chf"]),
    ("JPY", &["¥", "jpy", "yen"]),
    ("INR", &["₹", "inr", "rupees", "rs"]),
    ("UF", &["uf", "ufs", "clf"]),
    ("UVR", &["uvr"]),
    ("UTM", &["utm"]),
    ("AED", &["aed"]),
    ("NGN", &["₦", "ngn", "naira"]),
    ("PHP", &["₱", "php"]),
    ("ZAR", &["zar", "rand", "rands"]),
    ("NZD", &["nzd", "nz$", "nzd$"]),
    ("SGD", &["sgd", "s$", "sgd$"]),
    ("KES", &["kes", "ksh"]),
    ("CNY", &["cny", "rmb", "yuan"]),
];

/// By mark.
static CODES: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    let marks = MARKS.iter().rev().flat_map(|(code, marks)| marks.iter().map(|mark| (*mark, *code)));
    marks.collect()
});
/// In bytes.
const LONGEST_MARK: usize = 12;

/// The currency of a folded word (`soles`, `clp`), if it is one.
pub(crate) fn currency_word(word: &str) -> Option<&'static str> {
    if word.is_empty() || word.len() > LONGEST_MARK {
        return None;
    }
    match word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => CODES.get(word.to_ascii_lowercase().as_str()).copied(),
        false => CODES.get(word).copied(),
    }
}

/// What is paid with in a country.
pub(crate) fn of_country(country: &str) -> Option<&'static str> {
    Some(match country {
        "US" | "EC" | "SV" | "PR" => "USD",
        "PA" => "PAB",
        "BR" => "BRL",
        "MX" => "MXN",
        "CL" => "CLP",
        "CO" => "COP",
        "AR" => "ARS",
        "PE" => "PEN",
        "UY" => "UYU",
        "PY" => "PYG",
        "BO" => "BOB",
        "VE" => "VES",
        "DO" => "DOP",
        "CR" => "CRC",
        "GT" => "GTQ",
        "HN" => "HNL",
        "NI" => "NIO",
        "GB" => "GBP",
        "CA" => "CAD",
        "AU" => "AUD",
        "IN" => "INR",
        "CH" => "CHF",
        "NG" => "NGN",
        "PH" => "PHP",
        "ZA" => "ZAR",
        "NZ" => "NZD",
        "SG" => "SGD",
        "KE" => "KES",
        "ES" | "PT" | "FR" | "DE" | "IT" | "IE" | "NL" | "BE" | "AT" | "FI" | "GR" | "AD" | "LU" => "EUR",
        _ => return None,
    })
}

/// What a text beside a number says about its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// No mark at all.
    None,
    /// `$` or `pesos`: some peso or dollar.
    Local,
    Is(&'static str),
    /// Two of them.
    Mixed,
}

/// Looks for marks and words of currencies around a number. `around` is the text without the number.
pub(crate) fn named(before: &str, after: &str) -> Named {
    let mut found = Named::None;
    for (side, text) in [before, after].into_iter().enumerate() {
        for token in
            text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ':' | ',' | ';' | '-' | '~' | '≈'))
        {
            // "€/mes", "USD/mes": the part before the slash, but "S/" and "B/." keep theirs.
            let lower = crate::keys::fold_marks(token);
            let head =
                if currency_word(&lower).is_some() { lower.as_str() } else { lower.split('/').next().unwrap_or("") };
            let head = head.trim_matches('.');
            let this = match head {
                "" => continue,
                "$" | "pesos" | "peso" => Named::Local,
                // One-letter marks only before the number.
                "q" | "l" | "g" | "rs" if side == 1 => continue,
                _ => match currency_word(head).or_else(|| with_dot(head)) {
                    Some(code) => Named::Is(code),
                    None if head == "s" && lower.starts_with("s/") => Named::Is("PEN"),
                    None if head == "b" && lower.starts_with("b/") => Named::Is("PAB"),
                    None => continue,
                },
            };
            found = match (found, this) {
                (Named::None | Named::Local, other) => other,
                (Named::Is(_), Named::Local) => found,
                (Named::Is(first), Named::Is(second)) if first == second => found,
                _ => Named::Mixed,
            };
        }
    }
    found
}

/// "gs" was "Gs." before its dot went.
fn with_dot(head: &str) -> Option<&'static str> {
    (head.len() < LONGEST_MARK).then(|| currency_word(&format!("{head}."))).flatten()
}

/// Whether an amount named so may fill a field in `currency` (nothing: the country's) .
pub(crate) fn fits(named: Named, currency: Option<&str>, country: Option<&str>) -> bool {
    let wanted = currency.map(str::to_ascii_uppercase);
    let wanted = wanted.as_deref().or_else(|| country.and_then(of_country));
    match (named, wanted) {
        (Named::Mixed, _) => false,
        (Named::None, _) | (_, None) => true,
        // "$" is no euro, real, pound or UF.
        (Named::Local, Some(code)) => {
            !matches!(code, "EUR" | "BRL" | "GBP" | "PEN" | "UF" | "PYG" | "CHF" | "INR" | "JPY")
        }
        (Named::Is("PAB"), Some("USD")) | (Named::Is("USD"), Some("PAB")) => true,
        (Named::Is(code), Some(wanted)) => code == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_named() {
        for (before, after, wanted) in [
            ("R$ ", "", Named::Is("BRL")),
            ("S/ ", "", Named::Is("PEN")),
            ("S/.", "", Named::Is("PEN")),
            ("$", "", Named::Local),
            ("$", " USD", Named::Is("USD")),
            ("US$", "", Named::Is("USD")),
            ("Gs. ", "", Named::Is("PYG")),
            ("", " €/mes", Named::Is("EUR")),
            ("", " pesos", Named::Local),
            ("", " dólares", Named::Is("USD")),
            ("hasta ", " km", Named::None),
            ("", " USD o EUR", Named::Mixed),
        ] {
            assert_eq!(named(before, after), wanted, "{before:?} {after:?}");
        }
        assert!(fits(Named::Local, Some("CLP"), None));
        assert!(!fits(Named::Is("USD"), Some("CLP"), Some("CL")));
        assert!(!fits(Named::Is("USD"), None, Some("CL")));
        assert!(fits(Named::Is("USD"), None, Some("EC")));
    }
}
